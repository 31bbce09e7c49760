"""The runs in folders that somebody names: a folder of runs, one run's own, or what was downloaded of several."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from asbuilt.option_values import OptionError
from asbuilt.record.past import Past, Unfinished, is_run, past
from asbuilt.record.recorded import NoRunError

OF_THE_WATCH = "is a day of the watch, and no night"
_DAY_OF_THE_WATCH = re.compile(r"(sandbox-)?watch-\d{8}-.*")
_DEEP = 2  # an artifact that is downloaded with others is a folder of its own, with the runs in it


@dataclass(frozen=True, slots=True)
class Found:
    """What folders hold: runs, those that did not end, and what is neither, each with the reason."""

    runs: tuple[Past, ...]
    unfinished: tuple[Unfinished, ...]
    passed_over: tuple[tuple[Path, str], ...]


def runs_in(folders: Iterable[Path]) -> Found:
    """Find the runs in folders, each once: `latest`, and a copy of the same run, are not counted again.

    Raises OptionError for what is no folder.
    """
    runs: dict[str, Past] = {}
    unfinished, passed_over = [], []
    for directory in _once(folders):
        match _read(directory):
            case str(why):
                passed_over.append((directory, why))
            case Unfinished() as found:
                unfinished.append(found)
            case found:
                first = runs.setdefault(found.run, found)
                if first.manifest != found.manifest:
                    told = f"{directory} has another manifest of the run that {first.directory} is, which is taken"
                    passed_over.append((directory, told))
    return Found(tuple(runs.values()), tuple(unfinished), tuple(passed_over))


def _read(directory: Path) -> Past | Unfinished | str:
    """Give the run of a directory; why there is none that tells of itself."""
    if _DAY_OF_THE_WATCH.fullmatch(directory.name):
        return OF_THE_WATCH
    if not is_run(directory):
        return f"{directory} is no run"
    try:
        found = past(directory)
    except NoRunError as error:
        return str(error)
    if isinstance(found, Unfinished) and not found.estate:
        return f"{directory} is incomplete: the run died before it wrote down what it was to judge"
    return found


def _once(folders: Iterable[Path]) -> Iterator[Path]:
    """Give the directories in folders, each once. Raises OptionError for what is no folder."""
    seen: set[Path] = set()
    for folder in folders:
        if not folder.is_dir():
            raise OptionError(f"{folder} is no folder: a run makes one (reports, or that of --evidence); name it")
        for directory in _directories(folder, _DEEP):
            if (real := directory.resolve()) not in seen:
                seen.add(real)
                yield directory


def _directories(folder: Path, deep: int) -> Iterator[Path]:
    """Give a run's directory, or those below a folder; one with nothing below it is given too."""
    is_whole = is_run(folder) or _DAY_OF_THE_WATCH.fullmatch(folder.name) is not None
    below = [] if is_whole or not deep else _below(folder)
    if not below:
        yield folder
    for each in below:
        yield from _directories(each, deep - 1)


def _below(folder: Path) -> list[Path]:
    """Give the folders in one, by name; not those that a link leads to, such as `latest`."""
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir() and not each.is_symlink())
    except OSError:
        return []
