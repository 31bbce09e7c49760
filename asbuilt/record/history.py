"""The history of estates from the runs' own records: the nights, each drift, what was accepted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from asbuilt.model import ago
from asbuilt.record.drifts import Span, spans
from asbuilt.record.folders import Found
from asbuilt.record.manifest import Accepted
from asbuilt.record.nights import Gap, days_of, missing, nights_since
from asbuilt.record.past import LIVE, Past, Record, records

FORM = "asbuilt history 1"
NOT_LIVE = "not live: "


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A run that is no night, and why."""

    run: str
    ended: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiver or a suppression through the runs that knew it.

    `state` is in force, expired or unused, as the newest run of the whole estate judged it, or gone where that knows it
    no more.
    """

    accepted: Accepted
    state: str
    first: Past
    last: Past


@dataclass(frozen=True, slots=True)
class History:
    """What the runs of one estate in one world tell together."""

    estate: str
    world: str
    nights: tuple[Past, ...]
    missing: tuple[Gap, ...]
    not_counted: tuple[NotCounted, ...]
    drifts: tuple[Span, ...]
    accepted: tuple[Standing, ...]


def histories(
    found: Found, every: timedelta, now: datetime, read: Callable[[Past], Iterable[Record]] = records
) -> tuple[History, ...]:
    """Give a history for each estate and world; runs are ordered by when they ended, by their own clock."""
    runs: dict[tuple[str, str], list[Past]] = {}
    for each in sorted(found.runs, key=lambda each: (each.ended, each.started, each.written, each.run)):
        runs.setdefault((each.estate, each.about), []).append(each)
    names = runs.keys() | {(each.estate, each.world) for each in found.unfinished}
    return tuple(
        _history(
            Found(
                tuple(runs.get(name, ())),
                tuple(each for each in found.unfinished if (each.estate, each.world) == name),
                (),
            ),
            name,
            partial(missing, every=every, now=now),
            read,
        )
        for name in sorted(names, key=lambda name: (name[0], name[1] != LIVE, name[1]))
    )


def _history(
    found: Found,
    name: tuple[str, str],
    gaps: Callable[[Iterable[datetime]], tuple[Gap, ...]],
    read: Callable[[Past], Iterable[Record]],
) -> History:
    runs = found.runs
    drifts, unread = spans(runs, read)
    why_not = {each.directory: unread.get(each.directory) or _why_no_night(each) for each in runs}
    nights = tuple(each for each in runs if not why_not[each.directory])
    return History(
        *name,
        nights,
        gaps(each.ended for each in nights),
        (
            *(NotCounted(each.run, each.ended, why) for each in runs if (why := why_not[each.directory])),
            *(NotCounted(each.directory.name, None, "has not ended: it has no manifest") for each in found.unfinished),
        ),
        drifts,
        tuple(_standing([each for each in runs if each.complete and each.directory not in unread])),
    )


def _why_no_night(run: Past) -> str:
    """Say why a run is no night; nothing where it is one: complete, live, of the whole estate."""
    if not run.complete:
        return f"incomplete: {'; '.join(run.lacks) or 'it does not say what it lacks'}"
    if run.again:
        return "judged an observation again"
    if run.world != LIVE:
        return f"{NOT_LIVE}{run.world}"
    return "" if run.whole else f"not the whole estate: {run.said}"


def _standing(runs: list[Past]) -> Iterator[Standing]:
    """Give each waiver and suppression that runs knew, the ones that stand first."""
    known: dict[tuple[str, ...], list[tuple[Past, Accepted]]] = {}
    for run in runs:
        for each in run.accepted:
            known.setdefault((each.kind, each.control, each.subject, each.until, each.owner), []).append((run, each))
    whole = [each for each in runs if each.whole]
    found = []
    for seen in known.values():
        of_whole = [pair for pair in seen if pair[0].whole]
        accepted = (of_whole or seen)[-1][1]
        gone = bool(whole) and whole[-1].ended > seen[-1][0].ended
        found.append(Standing(accepted, "gone" if gone else accepted.state, seen[0][0], seen[-1][0]))
    yield from sorted(
        found,
        key=lambda each: (each.state == "gone", each.accepted.until, each.accepted.control, each.accepted.subject),
    )


def late(told: Iterable[History], allowed: timedelta, now: datetime) -> Iterator[str]:
    """Say of which estates the newest night is older than is allowed, and which nights are missing since.

    Where no live run is among the runs at all, that is said: nothing would be late then.
    """
    live = [each for each in told if each.world == LIVE]
    epoch = datetime.fromtimestamp(0, UTC)
    for each in live:
        if not each.nights:
            yield f"{each.estate}: no night has come"
        elif now - each.nights[-1].ended > allowed:
            gap = nights_since(each.nights[-1].ended, allowed, now)
            missing_since = f": missing since {'is' if gap.count == 1 else 'are'} {days_of(gap)}" if gap else ""
            old = f"{ago(each.nights[-1].ended, now)} old, and {ago(epoch, epoch + allowed)} are allowed"
            yield f"{each.estate}: the newest night is {old}{missing_since}"
    if not live:
        yield "no night has come: none of these runs is live"


def as_plain(
    found: Found, told: Iterable[History], every: timedelta, now: datetime, late: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Give histories as what JSON can hold; docs/adopting.md describes it."""
    return {
        "form": FORM,
        "as_of": instant(now),
        "every_seconds": int(every.total_seconds()),
        "late": list(late),
        "histories": [_plain(each) for each in told],
        "passed_over": [{"folder": str(folder), "why": why} for folder, why in found.passed_over],
    }


def _plain(history: History) -> dict[str, Any]:
    return {
        "estate": history.estate,
        "world": history.world,
        "nights": [
            {
                "run": each.run,
                "started": instant(each.started),
                "ended": instant(each.ended),
                "clock": each.clock,
                "verdict": each.verdict,
            }
            for each in history.nights
        ],
        "missing": [
            {"from": instant(each.begin), "to": instant(each.end), "count": each.count} for each in history.missing
        ],
        "not_counted": [
            {"run": each.run, "ended": each.ended and instant(each.ended), "why": each.why}
            for each in history.not_counted
        ],
        "drifts": [_plain_span(each) for each in history.drifts],
        "accepted": [
            {
                "kind": each.accepted.kind,
                "control": each.accepted.control,
                "subject": each.accepted.subject,
                "until": each.accepted.until,
                "owner": each.accepted.owner,
                "issue": each.accepted.issue,
                "reason": each.accepted.reason,
                "state": each.state,
                "first_seen": instant(each.first.ended),
                "last_seen": instant(each.last.ended),
            }
            for each in history.accepted
        ],
    }


def _plain_span(span: Span) -> dict[str, Any]:
    repaired = span.to_repair
    return {
        "control": span.drift.control,
        "subject": span.drift.subject,
        "severity": span.severity,
        "state": span.state,
        "first_seen": instant(span.first.ended),
        "first_run": span.first.run,
        "last_seen": instant(span.last.ended),
        "last_run": span.last.run,
        "ended": span.ended and instant(span.ended.ended),
        "ended_run": span.ended and span.ended.run,
        "ended_by": span.by or None,
        "seconds_to_repair": None if repaired is None else int(repaired.total_seconds()),
        "runs_seen": span.seen,
        "runs_not_seen": span.not_seen,
    }


def instant(at: datetime) -> str:
    """Give an instant as the records have it: ISO 8601, UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
