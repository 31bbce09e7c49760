"""Which of the runs that were to come at regular times came, and which are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Times without a run, one after the other: how many, from the begin of the first to the end of the last."""

    begin: datetime
    end: datetime
    count: int


def missing(came: Iterable[datetime], every: timedelta, now: datetime) -> tuple[Gap, ...]:
    """Give the times at which no run came, from the first run up to now; the time that is not over yet is not missing.

    A time is `every` long. They are counted from the begin of the first run's day, UTC: with 24 h each is a day.
    """
    instants = sorted(each.astimezone(UTC) for each in came)
    if not instants:
        return ()
    anchor = instants[0].replace(hour=0, minute=0, second=0, microsecond=0)
    slots = sorted({(each - anchor) // every for each in instants})
    slots.append(max((now.astimezone(UTC) - anchor) // every, slots[-1] + 1))
    return tuple(
        Gap(anchor + every * (before + 1), anchor + every * after, after - before - 1)
        for before, after in pairwise(slots)
        if after - before > 1
    )
