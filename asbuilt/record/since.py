"""What is new since the last complete run, what is gone, what still stands and since when.

It is held against earlier runs of the same evidence folder that asked the same: of the same estate, world and files. Of
what this run did not judge, it says nothing.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asbuilt.changes import Changes, Drift, Stands
from asbuilt.record.directory import STAMP, VERDICTS
from asbuilt.record.drifts import drift_of, outcome_of, told
from asbuilt.record.past import Past, checkouts, past, records, suites_of
from asbuilt.record.recorded import NoRunError
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict

_LOOKED_AT = 100  # of the newest runs in the folder
_COMPARED = 31  # of them, those that asked the same: a month of nights
_MOST_READ = 16 * 2**20  # bytes of their verdicts, besides those of the newest
_AGAIN = ", judged again"
_STAMP = re.compile(STAMP)


def changes(run: Run, verdicts: Sequence[Verdict], arguments: Iterable[object] = ()) -> Changes | None:
    """Hold what a run came to against the last complete one beside its directory; None where there is none.

    `arguments` are those of this run. What cannot be read of earlier runs is passed over.
    """
    if run.directory is None or not verdicts or run.world.endswith(_AGAIN):
        return None
    newest, more = _newest(run.directory)
    alike = _alike(run, frozenset(each.id for each in verdicts), newest, checkouts(map(str, arguments)))
    earlier = _Earlier(alike, more)
    last = earlier.at(0)
    if last is None:
        return None
    current = told(verdicts, {*last.drifted, *last.unknown})
    before = {drift: earlier.stood(drift) for drift in current}
    drifted = {drift for drift, each in current.items() if each.outcome is Outcome.DRIFTED}
    ordered = sorted(current, key=lambda drift: (current[drift].severity, drift.subject, drift.control))
    became: dict[Outcome, tuple[Drift, ...]] = {}
    for drift in ordered:
        stood, now = before[drift], current[drift]
        # Where a check that found it was not judged now, nothing is said of it.
        if stood is not None and drift not in drifted and stood.drifted[drift] <= now.judged:
            became[now.outcome] = (*became.get(now.outcome, ()), drift)
    return Changes(
        last.run.run,
        new=tuple(drift for drift in ordered if drift in drifted and before[drift] is None),
        became=became,
        stand=tuple(earlier.row(drift) for drift in ordered if drift in drifted and before[drift] is not None),
        whole=all(each.outcome is not Outcome.UNKNOWN for each in verdicts),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an earlier run found, each with the checks that did, and what it could not tell.

    What it did not have to judge, such as an app that was not declared, it did not find.
    """

    run: Past
    drifted: Mapping[Drift, frozenset[str]]
    unknown: Collection[Drift]


@dataclass(slots=True)
class _Earlier:
    """Earlier runs, the newest first, read as far back as somebody asks, within bounds; `more` lie behind these."""

    runs: Iterator[Past]
    more: bool
    seen: list[_Seen] = field(default_factory=list)
    bytes_read: int = 0
    cut: bool = False

    def at(self, index: int) -> _Seen | None:
        """Give the run that is so far back; None where there is none, or no more are read."""
        while len(self.seen) <= index and not self.cut:
            run = next(self.runs, None)
            if run is None:
                self.cut = self.more
                return None
            if len(self.seen) >= _COMPARED:
                self.cut = True
            else:
                self._read(run)
        return self.seen[index] if index < len(self.seen) else None

    def stood(self, drift: Drift) -> _Seen | None:
        """Give the newest run that could tell, where that found a drift."""
        for found in self._back():
            if drift in found.drifted:
                return found
            if drift not in found.unknown:
                return None
        return None

    def row(self, drift: Drift) -> Stands:
        """Say since when a drift has stood that stood in the newest run that could tell."""
        first: datetime | None = None
        for found in self._back():
            if drift in found.drifted:
                first = found.run.ended
            elif drift not in found.unknown:
                return Stands(drift, first or found.run.ended, or_before=False)
        return Stands(drift, first or datetime.now(UTC), or_before=self.cut)

    def _back(self) -> Iterator[_Seen]:
        index = 0
        while found := self.at(index):
            yield found
            index += 1

    def _read(self, run: Past) -> None:
        if run.finds_nothing and run.counts.get(Outcome.UNKNOWN, 1) == 0:
            self.seen.append(_Seen(run, {}, ()))
            return
        try:
            size = (run.directory / VERDICTS).stat().st_size
            if self.seen and self.bytes_read + size > _MOST_READ:
                self.cut = True
                return
            self.bytes_read += size
            found = records(run)
        except (OSError, NoRunError):
            return
        drifted: dict[Drift, frozenset[str]] = {}
        for each in found:
            if outcome_of(each) == Outcome.DRIFTED:
                drift = drift_of(each.id, each.control)
                drifted[drift] = drifted.get(drift, frozenset()) | {each.id}
        unknown = {drift_of(each.id, each.control) for each in found if each.outcome == Outcome.UNKNOWN}
        self.seen.append(_Seen(run, drifted, unknown - drifted.keys()))


def _alike(run: Run, ids: frozenset[str], newest: Iterable[Path], folders: frozenset[str]) -> Iterator[Past]:
    """Give, of some runs, the complete ones that judged of the same all that this one judged."""
    suites = suites_of(ids)
    for directory in newest:
        try:
            found = past(directory)
        except NoRunError:
            continue
        if (
            isinstance(found, Past)
            and found.complete
            and not found.again
            and (found.estate, found.world) == (run.estate.name, run.world)
            and checkouts(found.arguments) == folders
            and (suites <= found.suites if found.whole else ids <= found.collected)
        ):
            yield found


def _newest(own: Path) -> tuple[list[Path], bool]:
    """Give the directories of the newest runs beside one's own, and whether there are more.

    Their names have the time. In a sandbox, where that stands still, it is the directories' own that tells.
    """
    found: list[tuple[str, int, str]] = []
    with suppress(OSError), os.scandir(own.parent) as entries:
        found += (
            (match[1], each.stat().st_mtime_ns, each.name)
            for each in entries
            if (match := _STAMP.match(each.name)) and each.is_dir(follow_symlinks=False)
        )
    newest = [name for *_, name in sorted(found, reverse=True) if name != own.name]
    return [own.parent / each for each in newest[:_LOOKED_AT]], len(newest) > _LOOKED_AT
