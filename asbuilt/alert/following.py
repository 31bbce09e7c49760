"""An open cause followed by one more run: what of it still stands, what has ended, and how that came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from asbuilt.alert.declared import subject_of
from asbuilt.alert.matching import Matched
from asbuilt.alert.seen import INCOMPLETE, LESS, Seen, gone_with
from asbuilt.alert.state import Known, Open, Standing, unpacked
from asbuilt.alert.told import Judged, Told
from asbuilt.record.kept_causes import KeptCause
from asbuilt.verdicts import Outcome

_MOST_MEMBERS = 20_000
_NOT_DECLARED = "it is not declared any more"


def followed(
    found: Matched, told: Told, judged: Mapping[str, Judged], before: Known | None, taken: Iterable[str]
) -> Open:
    """Give a cause as a run leaves it; of what is new, a cause that is open from now on."""
    opened = found.opened or _begun(found, told, before, taken)
    members = dict(opened.members)
    for gone in found.absorbed:
        members.update({name: one for name, one in gone.members.items() if name not in members or one.stands})
    for new in found.seen:
        for each in new.cause.members:
            members[each.id] = _seen_again(members.get(each.id), each.control, each.subject, new.cause.severity, told)
    members = {each: one for each, one in members.items() if each not in found.parted or _is_seen(each, found.seen)}
    members = _ended(members, {name for new in found.seen for name in new.ids}, opened.kind, judged, told)
    kept = sorted(members.items(), key=lambda each: not each[1].stands)[:_MOST_MEMBERS]
    changed: dict[str, object] = {"members": dict(kept)}
    if found.absorbed:
        every = (opened, *found.absorbed)
        changed["first_seen"] = min(each.first_seen for each in every)
        changed["targets"] = tuple(dict.fromkeys(target for each in every for target in each.targets))
    if found.seen:
        changed["last_seen"] = max(opened.last_seen, told.as_of)
        changed["cause"] = cause = _widest(opened, found.seen, judged)
        changed["quiet"] = all(new.quiet for new in found.seen) and (opened.quiet or cause is not opened.cause)
        changed["run"] = told.run
    return opened.model_copy(update=changed)


def fingerprint(told: Told, cause: KeptCause, taken: Iterable[str]) -> str:
    """Give what a cause is known by: nothing in it changes from run to run. No two that are open have the same."""
    heads = [each.id for each in cause.members if (each.control, each.subject) == (cause.control, cause.subject)]
    head = min(map(subject_of, heads), default="")
    parts = (told.estate, told.kind_of_world, cause.outcome, cause.subject, cause.control, head)
    known = set(taken)
    number = 0
    while True:
        text = "\x00".join((*parts, str(number) if number else ""))
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if digest not in known:
            return digest
        number += 1


def _begun(found: Matched, told: Told, before: Known | None, taken: Iterable[str]) -> Open:
    """Open a cause; one that parts from another has been told with that already."""
    cause = _without_members(found.seen[0].cause)
    known = before is not None and before.as_of < told.as_of and bool(found.seen[0].ids & unpacked(before.judged))
    begun = Open(
        fingerprint=fingerprint(told, found.seen[0].cause, taken),
        estate=told.estate,
        world=told.kind_of_world,
        cause=cause,
        members={},
        first_seen=told.as_of,
        last_seen=told.as_of,
        run=told.run,
        quiet=found.seen[0].quiet,
        last_known=before.as_of if before is not None and known and cause.outcome == Outcome.UNKNOWN else None,
    )
    if (whole := found.parted_from) is None:
        return begun
    members = {each: one for each, one in whole.members.items() if each in found.seen[0].ids}
    names = ("first_seen", "called", "severity", "reminded", "targets", "last_known")
    return begun.model_copy(update={"members": members, **{name: getattr(whole, name) for name in names}})


def _seen_again(known: Standing | None, control: str, subject: str, severity: str, told: Told) -> Standing:
    if known is None:
        return Standing(control=control, subject=subject, severity=severity, seen=told.as_of)
    changed = {
        "severity": severity,
        "seen": max(known.seen, told.as_of),
        "clean": None if known.clean is None or known.clean <= told.as_of else known.clean,
        "why": "",
        "runs": known.runs + 1 if known.stands else 1,
    }
    return known.model_copy(update=changed)


def _ended(
    members: Mapping[str, Standing], seen: set[str], kind: str, judged: Mapping[str, Judged], told: Told
) -> dict[str, Standing]:
    """Give the checks of a cause with what a run says of their end; one that it did not judge stays as it is.

    A run that lacks anything ends nothing.
    """
    if told.lacks:
        return dict(members)
    gone = set(gone_with(told, (each for each, one in members.items() if one.stands)))
    found = {}
    for each, one in members.items():
        why = _NOT_DECLARED if each in gone else _why(judged.get(each), kind) if each not in seen else ""
        is_new = one.stands and why and one.seen <= told.as_of
        found[each] = one.model_copy(update={"clean": told.as_of, "why": why}) if is_new else one
    return found


def _why(judged: Judged | None, kind: str) -> str:
    """Say how a check has ended; nothing where it has not, or nobody can tell."""
    if judged is None:
        return ""
    if kind == LESS:
        return "it is judged again"
    if kind == INCOMPLETE:
        return "a later run came to its end"
    if judged.outcome == Outcome.UNKNOWN:
        return ""
    if kind == Outcome.UNKNOWN:
        return f"it is known again: {judged.outcome}"
    match judged.outcome:
        case Outcome.CONFORMS:
            return "it conforms"
        case Outcome.WAIVED:
            return f"it is waived{f': {judged.reason}' if judged.reason else ''}"
        case Outcome.NOT_APPLICABLE:
            return f"it does not apply any more{f': {judged.reason}' if judged.reason else ''}"
        case _:
            return ""


def _widest(opened: Open, seen: Sequence[Seen], judged: Mapping[str, Judged]) -> KeptCause:
    """Give what is told of a cause: what was seen now, unless that is the lesser part and nobody looked at the rest."""
    new = _without_members(seen[0].cause)
    left = opened.standing.keys() - seen[0].ids - judged.keys()
    return opened.cause if len(left) > len(seen[0].ids - opened.standing.keys()) else new


def _without_members(cause: KeptCause) -> KeptCause:
    """Give a cause as it is remembered: its checks are, each with what became of it."""
    return replace(cause, members=())


def _is_seen(identity: str, seen: Iterable[Seen]) -> bool:
    return any(identity in each.ids for each in seen)


def why_gone(opened: Open, instant: datetime) -> str:
    """Say how a cause has ended: what was said of most of its checks last."""
    whys = [each.why for each in opened.members.values() if each.clean == instant and each.why]
    every = whys or [each.why for each in opened.members.values() if each.why]
    return max(dict.fromkeys(every), key=every.count, default="")
