"""Which estate a command is about: the file that somebody names, else one that lies in the repository where they stand.

A name is `--estate`, or the variable ASBUILT_ESTATE where the option is not given: that file has to be there. Without
one it is `estate.yaml`, or `.github/estate.yaml`, of the nearest folder that has either, from the current one up to the
one that holds `.git`. Above that nobody looks, and outside a repository in the current folder alone: what lies further
up may be somebody else's.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from asbuilt.option_values import OptionError, meant

VARIABLE = "ASBUILT_ESTATE"
PLAIN = "estate.yaml"
PLACES = (PLAIN, ".github/estate.yaml")


@dataclass(frozen=True, slots=True)
class Found:
    """An estate's file, or where the plain one would be.

    `path` is as a person reads it from the current folder. `by` is the option or the variable that names it, empty for
    one that was found. `folder` is the one that a found file lies in, and must not lead out of: the repository's, or
    the current one. `passed_over` is another that lies in the same folder.
    """

    path: Path
    folder: Path
    by: str = ""
    is_there: bool = True
    passed_over: str = ""

    @property
    def is_named(self) -> bool:
        """Whether somebody named it: then it has to be there, and may lie anywhere."""
        return bool(self.by)

    @property
    def inside(self) -> Path | None:
        """The folder that the file must lie in; None for one that somebody named, which is their own."""
        return None if self.is_named else self.folder

    def checkout(self, here: Path) -> Path | None:
        """Give the folder whose files lie with the estate, as a person reads it from `here`; None where none do.

        It is the repository that the estate lies in, outside of one the estate's own folder. Without an estate it is
        the current folder, else the repository that this lies in.
        """
        own = (here / self.path).parent
        around = own.parent if own.name == ".github" else own
        places = [repository_of(Path(os.path.normpath(own))) or around] if self.is_there else [here, self.folder]
        found = next((each for each in places if _has_files(each)), None)
        return Path(os.path.relpath(found, here)) if found else None

    @property
    def looked_in(self) -> str:
        """Where an estate was looked for that is not there: the places, and how far up."""
        alone = " (outside a repository nobody looks further up)"
        up_to = f" or above, up to {self.folder}" if repository_of(self.folder) else alone
        return f"here, {' or '.join(PLACES)}{up_to}"

    @property
    def said(self) -> str:
        """Which file it is and why, for a person; empty for plain `estate.yaml` in the current folder, and for none."""
        if not self.is_there or (str(self.path) == PLAIN and self.by != VARIABLE and not self.passed_over):
            return ""
        because = f"by {self.by}" if self.by == VARIABLE else ""
        over = f"{self.passed_over} beside it is passed over" if self.passed_over else ""
        reasons = "; ".join(filter(None, (because, over)))
        return f"{self.path} ({reasons})" if reasons else str(self.path)


def find(given: str | None, environ: Mapping[str, str], folder: Path) -> Found:
    """Give the estate that is meant from a folder, an absolute one; `given` is the value of `--estate`.

    Raises OptionError for a name that nobody can mean, and for a folder that may not be looked into.
    """
    top = repository_of(folder)
    if given is not None:
        return Found(Path(meant("--estate", given)), top or folder, by="--estate")
    if named := environ.get(VARIABLE, "").strip():
        return Found(Path(meant(VARIABLE, named)), top or folder, by=VARIABLE)
    for each in _up(folder, top or folder):
        there = [each / name for name in PLACES if _is_there(each / name)]
        if there:
            path, *others = (os.path.relpath(one, folder) for one in there)
            return Found(Path(path), top or folder, passed_over="".join(others))
    return Found(Path(PLAIN), top or folder, is_there=False)


def repository_of(folder: Path) -> Path | None:
    """Give the folder of the git repository that a folder lies in; None outside of one.

    In a repository that lies in another one (a submodule) it is its own.
    """
    return next((each for each in (folder, *folder.parents) if os.path.lexists(each / ".git")), None)


def _has_files(folder: Path) -> bool:
    """Say whether a folder has what a run of files alone judges."""
    return (folder / ".github/workflows").is_dir() or (folder / "Procfile").is_file()


def _up(folder: Path, top: Path) -> Iterator[Path]:
    for each in (folder, *folder.parents):
        yield each
        if each == top:
            return


def _is_there(path: Path) -> bool:
    """Say whether anything has a name, a link that leads nowhere included. Raises OptionError where nobody can tell."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        told = f"{path}: nobody can tell whether it is there ({error.strerror}); name a file: --estate FILE"
        raise OptionError(told) from error
    return True
