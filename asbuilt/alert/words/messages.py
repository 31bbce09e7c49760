"""An event in words, for somebody who is woken by it: the fact first, then what to do, in the order that is safe.

A message is told once to each target, and all of it by itself: what is wrong, since when, what to do, what follows from
it by the ids of the controls, and where more stands. It is bounded; `deliver` makes it shorter where a service takes
less. Times are UTC.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from asbuilt import texts
from asbuilt.alert.event import ONE_WITH, Event, Kind, Message
from asbuilt.alert.words import chat_texts
from asbuilt.alert.words.blocks import Block, Line, as_markdown, as_text, step
from asbuilt.model import ago
from asbuilt.record import headlines
from asbuilt.record.kept_causes import KeptCause, KeptStep
from asbuilt.record.statement import is_real
from asbuilt.verdicts import Outcome

LONGEST_TITLE = 250  # what Apprise passes on to a service at most, unless the service takes less
_MOST_STEPS = 10
_MOST = 5  # of waivers, of reports, of issues
_MORE_STANDS = "in the run's record"
_ADDRESS = re.compile(r":? ?https?://\S+")  # in a title it is cut short, or a line too long: it stands below


def message_of(event: Event) -> Message:
    """Give an event as it is told."""
    blocks = tuple(_gone(event) if event.kind is Kind.RESOLVED else _open(event))
    return Message(
        kind=event.kind,
        fingerprint=event.fingerprint,
        severity=event.cause.severity,
        title=titled(event, _title(event)),
        text=as_text(blocks),
        markdown=as_markdown(blocks),
        where=where(event),
    )


def titled(event: Event, words: str) -> str:
    """Give the title of a message: one line that says first whether it is a rehearsal."""
    begin = "" if is_real(event.world) else f"REHEARSAL ({texts.line(event.world, 60)}) "
    return chat_texts.unmentioned(_ADDRESS.sub("", f"{begin}{words}"), LONGEST_TITLE)[:LONGEST_TITLE]


def where(event: Event) -> str:
    """Say where more stands than a message holds."""
    return event.run_url or f"the evidence of run {event.run}"


def run_lines(event: Event) -> Iterator[Line]:
    """Give where the run is, and its evidence."""
    if event.run_url:
        yield Line("Run:", event.run_url)
    if event.evidence:
        yield Line("Evidence:", event.evidence)


def _title(event: Event) -> str:
    cause = event.cause
    known = f"{_whom(cause)}: {cause.headline}"
    if _is_unknown(event):
        known = f"nothing is known of {_whom(cause)} since {_at(event.first_seen)}: {cause.headline}"
    match event.kind:
        case Kind.RESOLVED:
            lasted = f" after {_lasted(event)}" if _lasted(event) else ""
            word = "goes on in another" if _goes_on(event) else "known again" if _is_unknown(event) else "resolved"
            return f"[{word}{lasted}] {_whom(cause)}: {cause.headline}"
        case Kind.CHANGED:
            return f"[{event.severity_before} -> {cause.severity}] {known}"
        case Kind.REMINDER:
            open_for = ago(_since(event), event.at)
            return f"[{cause.severity}, reminder {event.reminded}, open for {open_for}] {known}"
        case Kind.FIRST:
            return f"[{cause.severity}] {known}"


def _open(event: Event) -> Iterator[Block]:
    """Give what is told of a cause that is open."""
    cause = event.cause
    yield (*rehearsed(event), _fact(event), *_when(event), *_missed(event))
    yield from _to_do(cause.steps)
    yield tuple(_around(cause))
    yield tuple(_more(event))
    if event.next_call:
        yield (Line("If it is still so, a reminder comes on", f"{_at(event.next_call)}."),)
    yield (told_by(event),)


def _gone(event: Event) -> Iterator[Block]:
    """Give what is told of a cause that is gone: what it was, how long it lasted, why it is gone."""
    cause, lasted = event.cause, _lasted(event)
    word = "Goes on in another:" if _goes_on(event) else "Known again:" if _is_unknown(event) else "Resolved:"
    ends = f"since {_at(_since(event))}, last seen {_at(event.last_seen)}, gone {_at(event.at)}."
    yield (
        *rehearsed(event),
        Line(word, named(cause), strong=True),
        Line("It lasted", f"{lasted}, as far as it was seen: {ends}") if lasted else Line("Seen once:", ends),
        *([Line("Why it is gone:", event.why_gone)] if event.why_gone else []),
        *_missed(event),
    )
    yield tuple(_more(event))
    yield (told_by(event),)


def rehearsed(event: Event) -> tuple[Line, ...]:
    """Say of a rehearsal that it is one."""
    if is_real(event.world):
        return ()
    return (Line("REHEARSAL:", f"nothing of this is live; it is of {event.world}.", strong=True),)


def _fact(event: Event) -> Line:
    cause = event.cause
    if not _is_unknown(event):
        return Line(cause.severity, named(cause), strong=True)
    runs = f", {event.unknown_runs} runs in a row could not tell" if event.unknown_runs > 1 else ""
    since = f"since {_at(event.first_seen)}{runs}: {cause.headline}"
    return Line(cause.severity, f"nothing is known of {_with_control(cause)} {since}", strong=True)


def _when(event: Event) -> Iterator[Line]:
    cause = event.cause
    if event.kind is Kind.CHANGED:
        yield Line("Its severity was", f"{event.severity_before}, and is {cause.severity} now.")
    if not _is_unknown(event):
        known = f"Since {_at(cause.since)}, for {ago(cause.since, event.at)}. " if cause.since else ""
        if cause.since and cause.since > event.first_seen:
            known = f"As it is now since {_at(cause.since)}. "
        yield Line(f"{known}First seen", f"{_at(event.first_seen)}.")
    if _is_unknown(event) and event.last_known:
        yield Line("A run could tell last", f"{_at(event.last_known)}.")
    if event.kind is Kind.REMINDER:
        yield Line(f"Reminder {event.reminded}:", f"it was called for before, and is open for {_open_for(event)}.")
    for each in cause.reported[:_MOST]:
        yield Line("", each)


def _missed(event: Event) -> Iterator[Line]:
    """Say that this is the first that could be delivered, where others were to be before it."""
    if event.replaces:
        count = f"{event.replaces} message{'' if event.replaces == 1 else 's'}"
        yield Line("Not delivered before:", f"{count} of this, whose place this one takes.")


def _to_do(steps: tuple[KeptStep, ...]) -> Iterator[Block]:
    if not steps:
        return
    several = len(steps) > 1
    if several:
        yield (Line("To do, in this order:", strong=True),)
    for number, each in enumerate(steps[:_MOST_STEPS], 1):
        issues = f"issue{'s' if len(each.issues) > 1 else ''} {', '.join(map(str, each.issues))}"
        yield step(f"{number}." if several else "To do:", each.text, f" ({issues})" if each.issues else "")
    if (left := len(steps) - _MOST_STEPS) > 0:
        yield (Line("", f"and {left} more, {_MORE_STANDS}"),)


def _around(cause: KeptCause) -> Iterator[Line]:
    """Give what a cause explains, and what was waived and is no more."""
    if cause.explains:
        yield Line("It explains", f"{headlines.counted(cause.explains)}.")
    yield from _few("Waiver that has run out:", cause.expired)
    if cause.tolerated:
        yield Line("It fails nothing:", cause.tolerated)


def _more(event: Event) -> Iterator[Line]:
    """Give where more stands."""
    cause = event.cause
    if cause.runbook:
        yield Line("Runbook:", cause.runbook)
    yield from _few("Issue:", cause.issues)
    yield from run_lines(event)


def _few(ours: str, found: tuple[str, ...]) -> Iterable[Line]:
    yield from (Line(ours, each) for each in found[:_MOST])
    if len(found) > _MOST:
        yield Line("", f"and {len(found) - _MOST} more, {_MORE_STANDS}")


def told_by(event: Event) -> Line:
    """Say whose message it is, and of which run."""
    return Line("asbuilt,", f"estate {event.estate}, run {event.run}, {_at(event.at)}")


def named(cause: KeptCause) -> str:
    """Give a cause in a line: its control, its subject, its headline."""
    return f"{_with_control(cause)}: {cause.headline}"


def _with_control(cause: KeptCause) -> str:
    return " ".join(each for each in (cause.control, cause.subject) if each)


def _whom(cause: KeptCause) -> str:
    return cause.subject or cause.control


def _is_unknown(event: Event) -> bool:
    return event.cause.outcome == Outcome.UNKNOWN


def _goes_on(event: Event) -> bool:
    """Say whether nothing was repaired: it turned out to be a part of another cause, which is open."""
    return event.why_gone.startswith(ONE_WITH)


def _since(event: Event) -> datetime:
    """Give the provider's instant where it is known, else when it was first seen.

    A dyno that crashes anew has a later instant each time, and its outage has begun before.
    """
    return min(event.cause.since or event.first_seen, event.first_seen)


def _open_for(event: Event) -> str:
    return ago(_since(event), event.at)


def _lasted(event: Event) -> str:
    """Say how long it lasted as far as it was seen: `hold` makes nothing longer. Nothing where it was seen once."""
    return ago(_since(event), event.last_seen) if event.last_seen > _since(event) else ""


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
