"""What `asbuilt history` was asked for, found and put together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from rich.console import RenderableType

from asbuilt.estate_forms import Duration
from asbuilt.option_values import OptionError
from asbuilt.record.folders import OF_THE_WATCH, Found, runs_in
from asbuilt.record.history import History, as_plain, histories, late
from asbuilt.record.history_table import table

_SHORTEST = timedelta(minutes=1)
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """The histories that were asked for."""

    found: Found
    histories: tuple[History, ...]
    every: timedelta
    now: datetime
    late: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give them for programs."""
        return as_plain(self.found, self.histories, self.every, self.now, self.late)

    def table(self) -> RenderableType:
        """Give them for people."""
        return table(self.found, self.histories, self.every, self.now, self.late)


def asked(folders: Iterable[Path], estate: str | None, every: str, max_age: timedelta | None = None) -> Asked:
    """Read the runs in folders and put them together. Raises OptionError for what a user can get wrong.

    `max_age` is how old the newest night may be; what is older is late.
    """
    length = _length(every)
    found = runs_in(folders)
    names = sorted({each.estate for each in found.runs} | {each.estate for each in found.unfinished})
    if not names:
        raise OptionError(f"there is no run that tells of itself: {_passed_over(found)}")
    if estate is not None and estate not in names:
        raise OptionError(f'--estate "{estate}": no run is of it; there are runs of {", ".join(names[:_MOST_TOLD])}')
    if estate is not None:
        found = Found(
            tuple(each for each in found.runs if each.estate == estate),
            tuple(each for each in found.unfinished if each.estate == estate),
            found.passed_over,
        )
    now = datetime.now(UTC)
    told = histories(found, length, now)
    return Asked(found, told, length, now, tuple(late(told, max_age, now)) if max_age is not None else ())


def _passed_over(found: Found) -> str:
    others = [why for _, why in found.passed_over if why != OF_THE_WATCH]
    days = len(found.passed_over) - len(others)
    of_the_watch = (
        [f"{days} day{'' if days == 1 else 's'} of the watch, which are no runs: asbuilt verify DIR checks one"]
        if days
        else []
    )
    return "; ".join((*others[:_MOST_TOLD], *of_the_watch))


def _length(every: str) -> timedelta:
    try:
        length: timedelta = TypeAdapter(Duration).validate_python(every)
    except ValidationError as error:
        raise OptionError(f'--every "{every}": a duration is a number and a unit: 24h, 7d') from error
    if length < _SHORTEST:
        raise OptionError(f'--every "{every}": at least a minute')
    return length
