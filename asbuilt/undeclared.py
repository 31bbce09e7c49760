"""What stands for what nobody declared: the estate where there is none, and the repository whose files are judged.

A repository that is not declared has the name that `--repository` gives it, else that of the remote `origin` of its
checkout, else its folder's, which is no repository's name to anybody: then no condition is decided by it.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from asbuilt import folders
from asbuilt.discovery import Found
from asbuilt.estate import Estate, Repository, is_repository
from asbuilt.files import RefusedError, read
from asbuilt.folders import Named
from asbuilt.github_server import meant
from asbuilt.option_values import OptionError

NAME = "no estate"
FOLDER = ".github/workflows"
SOURCE = f"# There was no estate: nothing was declared.\nestate: {NAME}\n".encode()
NOTHING = (
    "there is no estate.yaml here and no .github/workflows either, so nothing to judge: "
    "go to a repository's folder, or name it, --checkout DIR"
)
# https://git-scm.com/docs/git-config#_syntax: of a section all lines up to the next one.
_ORIGIN = re.compile(r'^\s*\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)
_REMOTE = r"(?:https://(?:[^@/]*@)?|ssh://git@|git@|git://){host}(?::[0-9]+)?[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?"


_MOST_OF_A_NAME = 4096  # as long as a path may be


def is_none(estate: Estate) -> bool:
    """Say whether an estate is the one that stands for none."""
    return estate.name == NAME and not estate.apps


def standing_in(
    estate: Estate, found: Found, given: Sequence[str], repositories: Sequence[str], *, files_alone: bool
) -> tuple[Estate, list[str]]:
    """Give the estate, and the values of `--checkout`, with what stands for what neither of them says.

    Where no repository has a folder, the files that lie with the estate are those of the repository that their remote
    names. Where none is declared either, and files alone are judged, one stands for them. What is live is asked of
    declared repositories alone: the files of another one say nothing of it.

    Raises OptionError where it cannot be told whose files a folder has.
    """
    named = folders.named(given)
    own = found.checkout(Path.cwd())
    if estate.repositories:
        return estate, [*given, *_by_remote(estate, named, own, repositories)]
    if not files_alone:
        of = [f"{name}={where}" for name, where in named.of.items()]
        return estate, [*of, *([_only_called(named.plain, estate.providers.github)] if named.plain is not None else [])]
    name, folder = _judged(named, own, repositories, estate.providers.github)
    if not folder:
        return estate, list(given)
    others = [f"{of}={where}" for of, where in named.of.items() if of.lower() != name.lower() and where != folder]
    return with_repositories(estate, name), [folder, *others]


def _by_remote(estate: Estate, named: Named, own: Path | None, repositories: Sequence[str]) -> Iterator[str]:
    """Give the folder that the estate lies in as that of the declared repository that it is, where nobody says more."""
    declared = {each.lower(): each for each in estate.repositories}
    is_said = named.plain is not None or any(each.lower() in declared for each in named.of)
    if own is None or is_said or any(each.checkout for each in estate.repositories.values()):
        return
    name = declared.get(origin(own, estate.providers.github).lower())
    if name and (not repositories or name in repositories):
        yield f"{name}={own}"


def _judged(named: Named, own: Path | None, repositories: Sequence[str], github: str | None) -> tuple[str, str]:
    """Give the repository that is judged where none is declared, and its folder; an empty one where there is none."""
    asked = [each for each in named.of if each in repositories]
    if named.plain is None and asked:
        return asked[0], named.of[asked[0]]
    folder = named.plain or (str(own) if own else "")
    same = [of for of, where in named.of.items() if folder and os.path.realpath(where) == os.path.realpath(folder)]
    if named.plain is None and (same or (not folder and len(named.of) == 1)):
        of = (same or list(named.of))[0]
        return name_of(Path(named.of[of]), repositories or [of], github), named.of[of]
    return (name_of(Path(folder), repositories, github), folder) if folder else ("", "")


def _only_called(folder: str, github: str | None) -> str:
    """Give a folder of a repository that nobody declares as one that others may call. Raises OptionError."""
    if not Path(folder).is_dir():
        raise OptionError(f"--checkout {folder}: there is no such folder")
    return f"{origin(Path(folder), github) or f'files/{_label(Path(folder))}'}={folder}"


def with_repositories(estate: Estate, *names: str) -> Estate:
    """Give an estate that has repositories: where it declares none, those of these names, of which nothing is said."""
    if estate.repositories or not names:
        return estate
    return estate.model_copy(
        update={"repositories": {name: Repository.model_validate({"<name>": name}) for name in names}}
    )


def name_of(folder: Path, asked: Sequence[str], github: str | None = None) -> str:
    """Name the repository of a folder that no estate speaks of. Raises OptionError for a name that can be none.

    `github` is where the estate says that GitHub's API is.
    """
    if len(asked) > 1:
        raise OptionError("--repository: the estate declares none, so there is one checkout, of one repository")
    if asked and not is_repository(asked[0]):
        raise OptionError(f'--repository: "{asked[0]}" is not a repository; write OWNER/NAME')
    return asked[0] if asked else origin(folder, github) or _label(folder)


def origin(folder: Path, github: str | None = None) -> str:
    """Give the repository on GitHub that git fetches from; empty where it is none, or cannot be told.

    `github` is where the estate says that its API is. Raises OptionError where the environment names a GitHub
    that can be none.
    """
    try:
        host = meant(github, os.environ).host.partition(":")[0]
    except ValueError as error:
        raise OptionError(str(error)) from error
    try:
        settings = read(_kept_by_git(folder) / "config").decode("utf-8", "replace")
    except RefusedError:
        return ""
    url = _ORIGIN.search(settings)
    found = re.fullmatch(_REMOTE.format(host=re.escape(host)), url[1]) if url else None
    return found[1] if found and is_repository(found[1]) else ""


def _kept_by_git(folder: Path) -> Path:
    """Give where git keeps the settings of a checkout; of a worktree and of a submodule that is elsewhere.

    Source: https://git-scm.com/docs/gitrepository-layout. Raises RefusedError.
    """
    kept = folder / ".git"
    if not kept.is_file():
        return kept
    kept = folder / read(kept, _MOST_OF_A_NAME).decode("utf-8", "replace").removeprefix("gitdir:").strip()
    common = kept / "commondir"
    return kept / read(common, _MOST_OF_A_NAME).decode("utf-8", "replace").strip() if common.is_file() else kept


def _label(folder: Path) -> str:
    """Give the name of a folder as one word without a slash."""
    return re.sub(r"\s+", "-", os.path.basename(os.path.realpath(folder))) or "files"  # noqa: PTH119 - of a root, too
