"""The files of a commit, laid out in a folder of their own: nothing in the repository is checked out, changed or run.

Whoever judges a pull request reads somebody else's repository. So git gives objects and nothing else: no hook runs, no
filter, no pager, no helper of a remote, and nothing that is missing is fetched.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from asbuilt.files import MOST

_SECONDS = 60
_MOST_FILES = 200_000
_MOST_BYTES = 512 * 2**20
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LINK, _SUBMODULE = "120000", "160000"
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
}


class NoCommitError(Exception):
    """What was named is no commit of the folder's git: the text says in one line why not."""


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    object: str
    size: int
    path: str


def commit_of(folder: Path, ref: str) -> str:
    """Give the commit that a branch, a tag or a commit names in the git of a folder. Raises NoCommitError."""
    if not (folder / ".git").exists():
        raise NoCommitError(f"{folder} is no git repository: name the top folder of one, with --checkout")
    if ref.startswith("-"):
        raise NoCommitError(f'"{ref}" names no commit: it begins with -')
    named = [f"{ref}^{{commit}}", f"refs/remotes/origin/{ref}^{{commit}}"]
    for each in named:
        found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", each)
        commit = found.stdout.decode("ascii", "replace").strip()
        if found.returncode == 0 and _COMMIT.fullmatch(commit):
            return commit
    said = found.stderr.decode("utf-8", "replace").strip().splitlines()
    why = f": {said[-1]}" if said else ""
    raise NoCommitError(f'"{ref}" is no branch, tag or commit of {folder}{why}; fetch it: git fetch origin {ref}')


def lay_out(folder: Path, commit: str, target: Path) -> None:
    """Write the files of a commit into an empty folder. Raises NoCommitError.

    Of one that is larger than any file that is read, the size is right and the content is not. Links come last: nothing
    is written through one.
    """
    entries = list(_entries(folder, commit))
    if len(entries) > _MOST_FILES:
        raise NoCommitError(f"{commit[:12]} has more than {_MOST_FILES:,} files, and no more are laid out")
    read = [each for each in entries if each.mode == _LINK or each.size <= MOST]
    if sum(each.size for each in read) > _MOST_BYTES:
        raise NoCommitError(
            f"{commit[:12]} has more than {_MOST_BYTES // 2**20} MiB of files, and no more are laid out"
        )
    contents = _contents(folder, read)
    for each in sorted(entries, key=lambda one: one.mode == _LINK):
        path = _place(target, each.path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if each.mode == _LINK:
                path.symlink_to(os.fsdecode(contents[each.object]))
            elif each.object in contents:
                path.write_bytes(contents[each.object])
            else:
                with path.open("wb") as file:
                    file.truncate(2 * MOST)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise NoCommitError(f"{each.path} of {commit[:12]} cannot be laid out: {reason}") from error


def _entries(folder: Path, commit: str) -> Iterator[_Entry]:
    found = _git(folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    if found.returncode:
        raise NoCommitError(f"the files of {commit[:12]} cannot be listed{_said(found)}")
    for line in filter(None, found.stdout.split(b"\0")):
        told, _, path = line.partition(b"\t")
        mode, _, name, size = told.decode("ascii").split()
        if mode != _SUBMODULE:
            yield _Entry(mode, name, int(size) if size.isdigit() else 0, os.fsdecode(path))


def _contents(folder: Path, entries: list[_Entry]) -> dict[str, bytes]:
    """Give what objects hold, as they are stored: no filter of the repository makes anything else of them."""
    names = list(dict.fromkeys(each.object for each in entries))
    if not names:
        return {}
    found = _git(folder, "cat-file", "--batch", given="".join(f"{each}\n" for each in names).encode())
    contents: dict[str, bytes] = {}
    left = memoryview(found.stdout)
    for name in names:
        end = found.stdout.find(b"\n", len(found.stdout) - len(left))
        head = bytes(left[: max(end - (len(found.stdout) - len(left)), 0)]).decode("ascii", "replace").split()
        if len(head) != 3 or head[0] != name or not head[2].isdigit():  # noqa: PLR2004 - NAME KIND SIZE
            raise NoCommitError(f"the object {name[:12]} is not there: a clone that is not whole? git fetch --refetch")
        start, size = len(" ".join(head)) + 1, int(head[2])
        contents[name] = bytes(left[start : start + size])
        left = left[start + size + 1 :]
    return contents


def _git(folder: Path, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    git = shutil.which("git")
    if git is None:
        raise NoCommitError("git is not installed, and it knows what was there before")
    settings = {**_SETTINGS, "safe.directory": str(folder.resolve())}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    command = [git, *options, "--no-optional-locks", "--no-pager", "-C", str(folder), *arguments]
    try:
        return subprocess.run(  # noqa: S603 - our own command line
            command, env=environment, input=given, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoCommitError(f"git took longer than {_SECONDS} s over {folder}") from error
    except OSError as error:
        raise NoCommitError(f"git cannot be started: {error.strerror}") from error


def _said(found: "subprocess.CompletedProcess[bytes]") -> str:
    lines = found.stderr.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1]}" if lines else ""


def _place(target: Path, name: str) -> Path:
    """Give where a file belongs. Raises NoCommitError for a name that leads elsewhere."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or {".", "..", ".git"} & {each.lower() for each in parts}:
        raise NoCommitError(f"{name} is the name of a file that leads out of its folder")
    return target.joinpath(*parts)
