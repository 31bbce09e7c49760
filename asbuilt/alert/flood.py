"""Many first calls at once, told as one message: whoever is called a hundred times in a minute reads none of it."""

from collections.abc import Sequence
from hashlib import sha256

from asbuilt import texts
from asbuilt.alert.event import Event, Kind, Message

_MOST = 100


def flood_message(events: Sequence[Event]) -> Message:
    """Give one message for several causes: each by its headline, the worst first."""
    ordered = sorted(events, key=lambda each: (each.cause.severity, each.cause.subject, each.cause.control))
    first = ordered[0]
    world = f" ({texts.line(first.world)})" if first.world != "live" else ""
    title = f"{first.cause.severity} {texts.line(first.estate)}{world}: {len(events)} causes at once"
    more = len(ordered) - _MOST
    left = f"and {more} more: they stand in the run's record" if more > 0 else ""
    where = [each for each in (texts.link(first.run_url), texts.line(first.evidence)) if each]
    plain = [_told(each) for each in ordered[:_MOST]]
    marked = [f"- {texts.prose(each)}" for each in plain]
    end = [*([left] if left else []), "", f"run {texts.line(first.run)}{''.join(f', {each}' for each in where)}"]
    return Message(
        kind=Kind.FIRST,
        fingerprint=sha256("\x00".join(sorted(each.fingerprint for each in events)).encode()).hexdigest()[:16],
        severity=first.cause.severity,
        title=title,
        text="\n".join((title, "", *plain, *end)),
        markdown="\n".join((f"**{texts.prose(title)}**", "", *marked, "", *map(texts.prose, filter(None, end)))),
    )


def _told(event: Event) -> str:
    cause = event.cause
    return texts.line(f"{cause.severity} {cause.control} {cause.subject}: {cause.headline}".replace("  ", " "))
