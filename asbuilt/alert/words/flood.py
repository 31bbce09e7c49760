"""Many first calls at once, told as one message: whoever is called a hundred times in a minute reads none of it."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from asbuilt.alert.event import Event, Kind, Message
from asbuilt.alert.words.blocks import Block, Line, as_markdown, as_text
from asbuilt.alert.words.messages import named, rehearsed, run_lines, titled, told_by, where

_MOST = 100


def flood_message(events: Sequence[Event]) -> Message:
    """Give one message for several causes: each by its headline, the worst first."""
    ordered = sorted(events, key=lambda each: (each.cause.severity, each.cause.subject, each.cause.control))
    first = ordered[0]
    blocks = tuple(_blocks(ordered))
    return Message(
        kind=Kind.FIRST,
        fingerprint=sha256("\x00".join(sorted(each.fingerprint for each in events)).encode()).hexdigest()[:16],
        severity=first.cause.severity,
        title=titled(first, f"[{first.cause.severity}] {first.estate}: {len(events)} causes at once"),
        text=as_text(blocks),
        markdown=as_markdown(blocks),
        where=where(first),
    )


def _blocks(ordered: Sequence[Event]) -> Iterator[Block]:
    first = ordered[0]
    yield (*rehearsed(first), Line(f"{len(ordered)} causes at once,", "the worst first:", strong=True))
    yield from ((Line(each.cause.severity, named(each.cause), strong=True),) for each in ordered[:_MOST])
    if (left := len(ordered) - _MOST) > 0:
        yield (Line("", f"and {left} more, in the run's record"),)
    yield (*run_lines(first), told_by(first))
