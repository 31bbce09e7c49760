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


def nights_since(last: datetime, allowed: timedelta, now: datetime) -> Gap | None:
    """Give the nights that are missing since one ended, which may be so old at most; None where none is.

    One comes each day, and what is allowed beyond whole days is how late it may come: with 26 h, two hours. Of what may
    be less than a day old nobody can say how many nights it is.
    """
    if allowed < DAY or now - last <= allowed:
        return None
    count = (now - last - allowed % DAY) // DAY
    first = (last.astimezone(UTC) + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    return Gap(first, first + count * DAY, count)


def days_of(gap: Gap) -> str:
    """Say which days are without a run: `2026-05-02`, `2026-05-02 to 2026-05-05 (4)`."""
    first, last = f"{gap.begin:%Y-%m-%d}", f"{gap.end - DAY:%Y-%m-%d}"
    told = first if first == last else f"{first} to {last}"
    return f"{told} ({gap.count})" if gap.count > 1 else told
