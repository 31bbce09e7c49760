"""Where something stands in git: the commit, and whether files there differ from it. Asked of git, which only reads."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from asbuilt.record.manifest import Source
from asbuilt.undeclared import origin

_SECONDS = 10
_COMMIT = "# branch.oid "
# What a folder that is judged says in its own settings must start no program, and take no lock.
_CAREFUL = ("-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit", "--no-optional-locks")


def source(path: Path, sha256: str = "") -> Source:
    """Give the commit of a folder or a file, and whether it differs there; nothing where git does not know it.

    A folder has a commit where it is the top of its repository: that of another, which it lies in, is not its own. A
    file that git ignores differs: the commit does not hold it.
    """
    git = shutil.which("git")
    is_folder = path.is_dir()
    folder, only = (path, ".") if is_folder else (path.parent, path.name)
    if git is None or (is_folder and not (path / ".git").exists()):
        return Source(sha256=sha256)
    command = [git, *_CAREFUL, "-C", str(folder), "status", "--porcelain=v2", "--branch", "--ignore-submodules=all"]
    command += [] if is_folder else ["--ignored"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    if is_folder:
        environment["GIT_CEILING_DIRECTORIES"] = str(path.resolve().parent)  # what is above is not looked at
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [*command, "--", only], env=environment, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Source(sha256=sha256)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    commit = next((each.removeprefix(_COMMIT) for each in lines if each.startswith(_COMMIT)), "")
    if done.returncode or not commit.isalnum():
        return Source(sha256=sha256)
    return Source(commit, dirty=any(not each.startswith("#") for each in lines), sha256=sha256)


def placed(known: Source, path: Path, environ: Mapping[str, str]) -> Source:
    """Say of a source where it stands in its repository: that is how GitHub names its files.

    Of files without git, as a download leaves them, the root is where GitHub's runner keeps the repository.
    """
    try:
        own = path.resolve()
        root = next((each for each in (own, *own.parents) if (each / ".git").exists()), None)
        top = root or Path(environ.get("GITHUB_WORKSPACE") or os.devnull).resolve()
    except (OSError, RuntimeError):
        return known
    if not own.is_relative_to(top) or not own.exists():
        return known
    return replace(known, path=own.relative_to(top).as_posix(), repository=origin(top) if root else "")
