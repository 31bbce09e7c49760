"""What stands for what nobody declared: the estate where there is none, and the repository whose files are judged.

A repository that is not declared has the name that `--repository` gives it, else that of the remote `origin` of its
checkout, else its folder's, which is no repository's name to anybody: then no condition is decided by it.
"""

import os
import re
from pathlib import Path

from asbuilt.estate import Estate, Repository, is_repository
from asbuilt.files import RefusedError, read
from asbuilt.option_values import OptionError

NAME = "no estate"
SOURCE = f"# There was no estate: nothing was declared.\nestate: {NAME}\n".encode()
FOLDER = ".github/workflows"
# https://git-scm.com/docs/git-config#_syntax: of a section all lines up to the next one.
_ORIGIN = re.compile(r'^\s*\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)
_GITHUB = re.compile(r"(?:https://(?:[^@/]*@)?|ssh://git@|git@|git://)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def is_none(estate: Estate) -> bool:
    """Say whether an estate is the one that stands for none."""
    return estate.name == NAME and not estate.apps


def folder_of(asked: str | None) -> str:
    """Give the folder to judge where no estate names one: the current one has to look like a checkout.

    Raises OptionError where it does not.
    """
    if asked is None and not Path(FOLDER).is_dir():
        raise OptionError(
            f"there is no estate.yaml here and no {FOLDER} either, so nothing to judge: "
            "go to a repository's folder, or name it, --checkout DIR"
        )
    return asked or "."


def with_repositories(estate: Estate, *names: str) -> Estate:
    """Give an estate that has repositories: where it declares none, those of these names, of which nothing is said."""
    if estate.repositories or not names:
        return estate
    return estate.model_copy(
        update={"repositories": {name: Repository.model_validate({"<name>": name}) for name in names}}
    )


def name_of(folder: Path, asked: list[str]) -> str:
    """Name the repository of a folder that no estate speaks of. Raises OptionError for a name that can be none."""
    if len(asked) > 1:
        raise OptionError("--repository: the estate declares none, so there is one checkout, of one repository")
    if asked and not is_repository(asked[0]):
        raise OptionError(f'--repository: "{asked[0]}" is not a repository; write OWNER/NAME')
    return asked[0] if asked else origin(folder) or _label(folder)


def origin(folder: Path) -> str:
    """Give the repository on GitHub that git fetches from; empty where it is none, or cannot be told."""
    try:
        settings = read(folder / ".git" / "config").decode("utf-8", "replace")
    except RefusedError:
        return ""
    url = _ORIGIN.search(settings)
    found = _GITHUB.fullmatch(url[1]) if url else None
    return found[1] if found and is_repository(found[1]) else ""


def _label(folder: Path) -> str:
    """Give the name of a folder as one word without a slash."""
    return re.sub(r"\s+", "-", os.path.basename(os.path.realpath(folder))) or "files"  # noqa: PTH119 - of a root, too
