"""Each drift through the runs that saw it: when it was first seen, when it ended, and by what."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from asbuilt.changes import Drift
from asbuilt.record.past import Past, Record
from asbuilt.record.recorded import NoRunError
from asbuilt.verdicts import Outcome, stands_as

_THERE = frozenset({Outcome.DRIFTED, Outcome.WAIVED})
_ENDS = frozenset({Outcome.CONFORMS, Outcome.NOT_APPLICABLE})
_WORST_FIRST = (Outcome.DRIFTED, Outcome.WAIVED, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, Outcome.CONFORMS)


class Judged(Protocol):
    """One verdict, of this run or of one before."""

    @property
    def id(self) -> str:
        """The check, by pytest's id."""

    @property
    def control(self) -> str:
        """The control's id."""

    @property
    def severity(self) -> str:
        """SEV-1 to SEV-4."""

    @property
    def outcome(self) -> str:
        """One of the five."""

    @property
    def reason(self) -> str:
        """Why, for what neither conforms nor drifted, and for a waiver that nothing needs."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run says of one subject and control: the worst of its checks.

    `judged` are all of these by id, `there` those that drifted or were waived.
    """

    outcome: Outcome
    severity: str
    judged: frozenset[str]
    there: frozenset[str]


@dataclass(frozen=True, slots=True)
class Span:
    """One drift from the run that first saw it to the one that saw it gone.

    `seen` counts the runs that saw it, `not_seen` those of the whole estate in between and since that could not tell:
    it was unknown there, or was not judged. `state` is open, waived, not seen (the newest run could not tell) or ended;
    `by` is what it came to at its end.
    """

    drift: Drift
    severity: str
    first: Past
    last: Past
    state: str
    seen: int
    not_seen: int
    ended: Past | None = None
    by: str = ""

    @property
    def to_repair(self) -> timedelta | None:
        """How long it took until it conformed. What was no longer to be judged was not repaired."""
        if self.ended is None or self.by != Outcome.CONFORMS:
            return None
        return self.ended.ended - self.first.ended


def drift_of(record_id: str, control: str) -> Drift:
    """Give what a verdict is of."""
    return Drift(control, record_id.partition("[")[2].removesuffix("]") or "estate")


def outcome_of(record: Judged) -> str:
    """Give what a verdict says of its subject."""
    return stands_as(record.outcome, record.reason)


def told(records: Iterable[Judged], asked: Collection[Drift] = ()) -> dict[Drift, Told]:
    """Give what a run says of all that is there in it, and of what is asked for besides.

    A waiver that nothing needs is no drift: what it is of conforms.
    """
    records = list(records)
    wanted = {drift_of(each.id, each.control) for each in records if outcome_of(each) in _THERE} | set(asked)
    controls = {each.control for each in wanted}
    found: dict[Drift, list[Judged]] = {}
    for each in records:
        if each.control in controls and (drift := drift_of(each.id, each.control)) in wanted:
            found.setdefault(drift, []).append(each)
    return {drift: _together(members) for drift, members in found.items()}


def _together(members: list[Judged]) -> Told:
    rank = {outcome.value: index for index, outcome in enumerate(_WORST_FIRST)}
    worst = min(
        (rank.get(outcome_of(each), 2) for each in members), default=2
    )  # an outcome that nobody knows is unknown
    return Told(
        _WORST_FIRST[worst],
        min(each.severity for each in members),
        frozenset(each.id for each in members),
        frozenset(each.id for each in members if outcome_of(each) in _THERE),
    )


def spans(runs: Iterable[Past], read: Callable[[Past], Iterable[Record]]) -> tuple[tuple[Span, ...], dict[Path, str]]:
    """Follow every drift through runs of one estate and world, in their order; `read` gives a run's verdicts.

    Gives too, by its directory, why what a run came to could not be read; it says nothing then. What is waived is still
    there. Unknown, and not judged, neither ends nor begins one; and a run that is not complete ends none.
    """
    following = _Following()
    unread: dict[Path, str] = {}
    for run in runs:
        if run.finds_nothing and not following.open:
            continue
        try:
            found = told(read(run), following.open)
        except NoRunError as error:
            unread[run.directory] = str(error)
            continue
        following.take(run, found)
    return following.all(), unread


@dataclass(slots=True)
class _Open:
    """A drift that is followed. `ids` are the checks that found it."""

    drift: Drift
    severity: str
    first: Past
    last: Past
    outcome: Outcome
    ids: frozenset[str] = frozenset()
    seen: int = 0
    not_seen: int = 0
    not_seen_since: int = 0

    def closed(self, ended: Past | None = None, by: str = "") -> Span:
        state = "waived" if self.outcome is Outcome.WAIVED else "open"
        if ended is not None:
            state = "ended"
        elif self.not_seen_since:
            state = "not seen"
        return Span(
            self.drift,
            self.severity,
            self.first,
            self.last,
            state,
            self.seen,
            self.not_seen + self.not_seen_since,
            ended,
            by,
        )


@dataclass(slots=True)
class _Following:
    open: dict[Drift, _Open] = field(default_factory=dict)
    ended: list[Span] = field(default_factory=list)

    def take(self, run: Past, found: dict[Drift, Told]) -> None:
        """Take in what one run says."""
        for drift in [*found, *(each for each in self.open if each not in found)]:
            self._take(run, drift, found.get(drift))

    def _take(self, run: Past, drift: Drift, seen: Told | None) -> None:
        there = self.open.get(drift)
        if seen is not None and seen.outcome in _THERE:
            if there is None:
                there = self.open[drift] = _Open(drift, seen.severity, run, run, seen.outcome)
            there.severity, there.last, there.outcome = seen.severity, run, seen.outcome
            there.ids |= seen.there
            there.seen += 1
            there.not_seen, there.not_seen_since = there.not_seen + there.not_seen_since, 0
        elif there is not None and seen is not None and _ends(run, there, seen):
            self.ended.append(there.closed(run, seen.outcome.value))
            del self.open[drift]
        elif there is not None and run.whole:
            there.not_seen_since += 1

    def all(self) -> tuple[Span, ...]:
        """Give all that was followed: what is still there first, then the newest first."""
        still = [each.closed() for each in self.open.values()]
        still.sort(key=lambda each: (each.first.ended, each.severity, each.drift))
        gone = sorted(self.ended, key=lambda each: each.drift)
        gone.sort(key=lambda each: each.first.ended, reverse=True)
        return (*still, *gone)


def _ends(run: Past, there: _Open, seen: Told) -> bool:
    """Say whether a run saw a drift gone: every check that had found it was judged again, whatever it is called now."""
    return run.complete and seen.outcome in _ENDS and (run.whole or there.ids <= seen.judged)
