"""When somebody is called for a cause: first seen, severity changed, a reminder, resolved. Nothing else calls."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from asbuilt.alert.event import ONE_WITH, Event, Kind
from asbuilt.alert.following import why_gone
from asbuilt.alert.state import Known, Open, Waiting
from asbuilt.alert.told import Told
from asbuilt.estate_alerts import Alerts
from asbuilt.verdicts import Outcome

# What is less severe is called once, and again where it changes: somebody who is reminded of all reads nothing.
_REMINDED = frozenset({"SEV-1", "SEV-2"})
_EARLIEST = timedelta(hours=6)


def early(told: Told, before: Known | None) -> timedelta:
    """Give how much before its time a reminder is due: it comes with the run that is nearest to that.

    No two nights take the same time, and GitHub starts them hours late: of those that come after a day less a second,
    the next would come a day late.
    """
    return min((told.as_of - before.as_of) / 2, _EARLIEST) if before else timedelta()


def called(
    opened: Open, told: Told, alerts: Alerts, before: Known | None, *, was_seen: bool
) -> tuple[Open | None, list[Waiting]]:
    """Give a cause as it is after a run with what is to be told of it; None for one that is closed."""
    if not opened.standing:
        return _ended(opened, told, alerts)
    if opened.called is None:
        return _first(opened, told, alerts)
    return _again(opened, told, alerts, told.as_of + early(told, before), was_seen=was_seen)


def absorbed(opened: Open, into: Open, told: Told, alerts: Alerts) -> list[Waiting]:
    """Give what is told of a cause that turned out to be one with another: whoever heard of it hears where it went."""
    if opened.called is None:
        return []
    event = _event(opened, told, Kind.RESOLVED, alerts)
    return _to(_known(opened, alerts), replace(event, why_gone=f"{ONE_WITH}{into.cause.headline}"))


def next_call(opened: Open, alerts: Alerts, reminded: int) -> datetime | None:
    """Give when a cause would be called again that was reminded of so often; None where it never will."""
    if opened.called is None or not alerts.remind or opened.severity not in _REMINDED:
        return None
    return opened.called + _offset(alerts.remind, reminded)


def _offset(offsets: Sequence[timedelta], number: int) -> timedelta:
    """Give how long after the first call a reminder is due: the last interval is kept on."""
    if number < len(offsets):
        return offsets[number]
    return offsets[-1] * (number - len(offsets) + 2)


def _first(opened: Open, told: Told, alerts: Alerts) -> tuple[Open, list[Waiting]]:
    severity = opened.severity_now
    targets = alerts.targets(severity)
    runs = max(each.runs for each in opened.standing.values())
    waits = opened.kind == Outcome.UNKNOWN and runs < alerts.unknown_after
    if opened.quiet or waits or not targets:
        return opened, []
    told_now = opened.model_copy(update={"called": told.as_of, "severity": severity, "targets": targets})
    return told_now, _to(targets, _event(told_now, told, Kind.FIRST, alerts))


def _again(opened: Open, told: Told, alerts: Alerts, nearly: datetime, *, was_seen: bool) -> tuple[Open, list[Waiting]]:
    """Tell a severity that changed, a worse one at once, a better one where it stayed so; else remind."""
    if opened.quiet:
        return opened, []
    before, severity = opened.severity, opened.severity_now
    better = (opened.better or told.as_of) if severity > before else None
    opened = opened.model_copy(update={"better": better})
    if severity < before or (better is not None and told.as_of - better >= alerts.hold):
        new = alerts.targets(severity)
        both = tuple(dict.fromkeys((*new, *_known(opened, alerts))))
        opened = opened.model_copy(update={"severity": severity, "better": None, "targets": both})
        opened = opened.model_copy(update={"reminded": _reminded(opened, nearly, alerts)})
        return opened, _to(both, replace(_event(opened, told, Kind.CHANGED, alerts), severity_before=before))
    reminded = _reminded(opened, nearly, alerts) if was_seen else opened.reminded
    if reminded == opened.reminded:
        return opened, []
    opened = opened.model_copy(update={"reminded": reminded})
    targets = alerts.targets(severity)
    opened = opened.model_copy(update={"targets": tuple(dict.fromkeys((*opened.targets, *targets)))})
    return opened, _to(targets, _event(opened, told, Kind.REMINDER, alerts))


def _reminded(opened: Open, instant: datetime, alerts: Alerts) -> int:
    """Give how many reminders a cause has had with this run's: several that are due at once are one message."""
    number = opened.reminded
    while (due := next_call(opened, alerts, number)) is not None and due <= instant:
        number += 1
    return number


def _ended(opened: Open, told: Told, alerts: Alerts) -> tuple[Open | None, list[Waiting]]:
    """Close a cause that nobody was told of at once, else when it was held."""
    if opened.called is None:
        return None, []
    if told.as_of - opened.last_seen < alerts.hold:
        return opened, []
    ended = max((each.clean for each in opened.members.values() if each.clean), default=told.as_of)
    event = replace(_event(opened, told, Kind.RESOLVED, alerts), why_gone=why_gone(opened, ended))
    return None, _to(_known(opened, alerts), event)


def _known(opened: Open, alerts: Alerts) -> tuple[str, ...]:
    """Give the targets that heard of a cause, and that the estate still has."""
    every = set(every_target(alerts))
    return tuple(each for each in opened.targets if each in every)


def every_target(alerts: Alerts) -> tuple[str, ...]:
    """Give all targets of an estate, each once."""
    own = (alerts.sev_1, alerts.sev_2, alerts.sev_3, alerts.sev_4, alerts.default)
    return tuple(dict.fromkeys(target for each in own if each for target in each))


def _to(targets: Sequence[str], event: Event) -> list[Waiting]:
    return [Waiting(target=each, event=event) for each in targets]


def _event(opened: Open, told: Told, kind: Kind, alerts: Alerts) -> Event:
    is_unknown = opened.kind == Outcome.UNKNOWN
    return Event(
        kind=kind,
        fingerprint=opened.fingerprint,
        cause=replace(opened.cause, severity=opened.severity_now if opened.standing else opened.severity),
        first_seen=opened.first_seen,
        last_seen=opened.last_seen,
        at=told.as_of,
        estate=told.estate,
        world=told.world,
        run=told.run,
        evidence=told.evidence,
        run_url=told.run_url,
        unknown_runs=max((each.runs for each in opened.members.values()), default=0) if is_unknown else 0,
        reminded=opened.reminded,
        next_call=None if kind is Kind.RESOLVED else next_call(opened, alerts, opened.reminded),
        last_known=opened.last_known,
    )
