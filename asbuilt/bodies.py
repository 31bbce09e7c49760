"""Hold what the body of an answer says against what is declared of it."""

import json
from collections.abc import Iterator

from asbuilt.estate import Probe
from asbuilt.model import Body


def departures(body: Body, probe: Probe) -> Iterator[str]:
    """Say what of a body is not as declared: each value, the text, the pattern."""
    if body.unread and probe.values:
        yield f"its body {body.unread}, declared {_listed(probe)}"
    for pointer, wanted in probe.values.items() if not body.unread else ():
        value = body.values[pointer]
        if value is None:
            yield f"its body has nothing at {pointer}, declared {json.dumps(wanted)}"
        elif not _same(value, wanted):
            yield f"its body has {value} at {pointer}, declared {json.dumps(wanted)}"
    if probe.contains is not None and not body.contains[probe.contains]:
        yield f'its body does not contain "{probe.contains}"'
    if probe.matches is not None and not body.matches[probe.matches]:
        yield f"its body does not match {probe.matches}"


def open_questions(body: Body, probe: Probe) -> Iterator[str]:
    """Say what is declared of a body and was not asked of it, or could not be told."""
    for wanted, told in ((probe.contains, body.contains), (probe.matches, body.matches)):
        if wanted is not None and told.get(wanted) is None:
            yield (
                "is too long to be searched to its end" if wanted in told else "was not asked for what is declared now"
            )
    if not probe.values.keys() <= body.values.keys():
        yield "was not asked for what is declared now"
    if probe.values and body.unread.startswith("is longer"):
        yield body.unread


def _same(written: str, wanted: object) -> bool:
    """Tell whether a value, as JSON, is the declared one: 1 is 1.0 and not true, and no text."""
    try:
        value = json.loads(written)
    except ValueError:
        return False
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _listed(probe: Probe) -> str:
    return ", ".join(f"{json.dumps(wanted)} at {pointer}" for pointer, wanted in probe.values.items())
