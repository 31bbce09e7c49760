"""What `asbuilt alert` prints: a line for each message that went out or did not, and for each cause that is open."""

from collections.abc import Iterator
from typing import Any

from asbuilt import texts
from asbuilt.alert.calling import Called, Sent
from asbuilt.alert.event import Event, Kind
from asbuilt.alert.state import Open
from asbuilt.model import ago
from asbuilt.verdicts import Outcome

_LONGEST = 160  # of a headline: all of it stands in the message
_MOST_OPEN = 40
_SAID = {
    Kind.FIRST: "called {}",
    Kind.CHANGED: "told {} of a changed severity",
    Kind.REMINDER: "reminded {}",
    Kind.RESOLVED: "told {} that it is resolved",
}


def lines(called: Called, *, foreseen: bool = False) -> Iterator[str]:
    """Give the lines for a person."""
    yield from sent_lines(called, foreseen=foreseen)
    now = {event.fingerprint for each in called.sent for event in each.events}
    quiet = [each for each in called.open if each.fingerprint not in now]
    yield from (_open(each, called) for each in quiet[:_MOST_OPEN])
    if (more := len(quiet) - _MOST_OPEN) > 0:
        yield f"and {more} more that are open: --format json has them all"
    if not called.sent and not called.open and not called.undecided:
        yield f"nobody is called: nothing of {texts.line(called.told.estate)} is open"


def sent_lines(called: Called, *, foreseen: bool = False) -> Iterator[str]:
    """Give a line for each message that went out or did not."""
    for each in called.sent:
        yield from _sent(each, foreseen=foreseen)


def problems(called: Called) -> Iterator[str]:
    """Give what a person has to see of what did not go as it should."""
    yield from map(texts.line, called.notes)
    if called.undecided:
        yield texts.line(called.undecided)
    if called.unkept:
        yield texts.line(called.unkept)


def as_plain(called: Called) -> dict[str, Any]:
    """Give what came of a run as what JSON can hold."""
    return {
        "run": called.told.run,
        "estate": called.told.estate,
        "world": called.told.world,
        "as_of": called.told.as_of.isoformat(),
        "done": called.done,
        "undecided": called.undecided,
        "notes": called.notes,
        "unkept": called.unkept,
        "sent": [
            {"target": each.target, "failed": each.failed, "events": [_event(one) for one in each.events]}
            for each in called.sent
        ],
        "open": [_plain(each) for each in called.open],
    }


def _sent(sent: Sent, *, foreseen: bool) -> Iterator[str]:
    if len(sent.events) > 1:
        what = f"{len(sent.events)} causes at once, the worst of them {_told(sent.events[0])}"
    else:
        what = _told(sent.events[0])
    if sent.failed:
        yield texts.line(f"not delivered to {sent.failed}; the next run tries again", texts.LONGEST_WHOLE)
        return
    said = _SAID[sent.events[0].kind].format(sent.target)
    yield texts.line(f"{'would be: ' if foreseen else ''}{said}: {what}", texts.LONGEST_WHOLE)


def _told(event: Event) -> str:
    return _cause(event.cause.severity, event.cause.control, event.cause.subject, event.cause.headline)


def _cause(severity: str, control: str, subject: str, headline: str) -> str:
    return " ".join(filter(None, (severity, control, f"{subject}: {texts.line(headline, _LONGEST)}")))


def _open(opened: Open, called: Called) -> str:
    now = called.told.as_of
    what = _cause(opened.severity_now, opened.cause.control, opened.cause.subject, opened.cause.headline)
    if opened.called is None:
        runs = max((each.runs for each in opened.standing.values()), default=0)
        why = "quiet, or nobody is to be called for it"
        if opened.kind == Outcome.UNKNOWN and not opened.quiet:
            why = f"{runs} run{'' if runs == 1 else 's'} in a row could not tell"
        return texts.line(f"open, not called ({why}): {what}", texts.LONGEST_WHOLE)
    if not opened.standing:
        return texts.line(f"not seen any more, held open: {what}", texts.LONGEST_WHOLE)
    return texts.line(f"still open, called {ago(opened.called, now)} ago: {what}", texts.LONGEST_WHOLE)


def _event(event: Event) -> dict[str, Any]:
    return {
        "kind": str(event.kind),
        "fingerprint": event.fingerprint,
        "severity": event.cause.severity,
        "control": event.cause.control,
        "subject": event.cause.subject,
        "headline": event.cause.headline,
        "outcome": event.cause.outcome,
        "first_seen": event.first_seen.isoformat(),
        "last_seen": event.last_seen.isoformat(),
        "reminded": event.reminded,
        "why_gone": event.why_gone,
    }


def _plain(opened: Open) -> dict[str, Any]:
    return {
        "fingerprint": opened.fingerprint,
        "outcome": opened.kind,
        "severity": opened.severity_now,
        "control": opened.cause.control,
        "subject": opened.cause.subject,
        "headline": opened.cause.headline,
        "first_seen": opened.first_seen.isoformat(),
        "last_seen": opened.last_seen.isoformat(),
        "called": opened.called.isoformat() if opened.called else None,
        "quiet": opened.quiet,
        "standing": sorted(opened.standing),
    }
