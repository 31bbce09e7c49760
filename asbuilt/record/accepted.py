"""The waivers and suppressions of a run, and what became of each: in force, expired, unused, or not judged."""

from collections.abc import Collection, Iterator
from datetime import date

from asbuilt.estate import Waiver
from asbuilt.record.manifest import Accepted
from asbuilt.run import Run
from asbuilt.verdicts import NOT_NEEDED, Outcome, Verdict
from asbuilt.workflows.files.suppressions import Suppression

IN_FORCE, EXPIRED, UNUSED, NOT_JUDGED, HOLDS_NOTHING = "in force", "expired", "unused", "not judged", "holds nothing"
_UNUSED = "nothing needs this suppression"
_NEVER_JUDGED = frozenset({Outcome.UNKNOWN, Outcome.NOT_APPLICABLE})


def accepted(run: Run, verdicts: Collection[Verdict], day: date) -> tuple[Accepted, ...]:
    """Give all that the estate waives and the files of the checkouts in scope suppress, as it stands on a day."""
    return (*_waivers(run, verdicts, day), *_suppressions(run, verdicts, day))


def _waivers(run: Run, verdicts: Collection[Verdict], day: date) -> Iterator[Accepted]:
    judged: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts if run.estate.waivers else ():
        for word in {verdict.subject, verdict.id.partition("[")[2].removesuffix("]")}:
            judged.setdefault((verdict.control, word), []).append(verdict)
    for each in run.estate.waivers:
        yield Accepted(
            kind="waiver",
            control=each.control,
            subject=each.subject,
            until=each.until.isoformat(),
            state=_state_of(each, judged.get((each.control, each.subject), []), day),
            owner=each.owner,
            reason=each.reason,
            issue=each.issue,
        )


def _state_of(waiver: Waiver, verdicts: Collection[Verdict], day: date) -> str:
    if waiver.until < day:
        return EXPIRED
    if any(each.outcome is Outcome.WAIVED for each in verdicts):
        return IN_FORCE
    if any(each.reason == NOT_NEEDED for each in verdicts):
        return UNUSED
    return NOT_JUDGED if all(each.outcome in _NEVER_JUDGED for each in verdicts) else UNUSED


def _suppressions(run: Run, verdicts: Collection[Verdict], day: date) -> Iterator[Accepted]:
    kept = {name: found for name, found in run.suppressions.items() if found and name in run.scope.repositories}
    found = [each for verdict in verdicts for each in verdict.findings] if kept else []
    unused = {each.place for each in found if each.fact.startswith(_UNUSED)}
    used = {(each.path, each.mark.line) for each in found if each.waived and each.mark}
    for suppressions in kept.values():
        for each in suppressions:
            for control in each.controls:
                yield Accepted(
                    kind="suppression",
                    control=control,
                    subject=each.place,
                    until=each.until.isoformat() if each.until else "",
                    state=_state(each, used, day, is_unused=each.place in unused),
                    reason=each.reason,
                )


def _state(each: Suppression, used: Collection[tuple[str, int]], day: date, *, is_unused: bool) -> str:
    if each.problem:
        return HOLDS_NOTHING
    if not each.holds(day):
        return EXPIRED
    if is_unused:
        return UNUSED
    return IN_FORCE if any(each.covers(path, line) for path, line in used) else NOT_JUDGED
