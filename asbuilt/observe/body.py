"""What the body of an app's answer says to what is declared of it. Nothing else of a body is kept.

A JSON pointer is that of RFC 6901: https://www.rfc-editor.org/rfc/rfc6901
"""

import json
import re
from typing import Any

from asbuilt import estate as declared
from asbuilt import regular
from asbuilt.model import Body
from asbuilt.observe.http import MOST_OF_A_PROBE

LONGEST_VALUE = 16_384
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_MOST_SEARCHED = 2**16


class NowhereError(LookupError):
    """A pointer leads to nothing."""


def asked(body: bytes, probe: declared.Probe) -> Body | None:
    """Give what a body says to what a probe declares of it; None where it declares nothing.

    `body` may be the beginning of a longer one: what is not found in it is open then.
    """
    if not probe.asks_for_body:
        return None
    text = body.decode("utf-8", "replace")
    return Body(
        values={pointer: value_at(body, pointer) for pointer in probe.values},
        contains={} if probe.contains is None else {probe.contains: _contains(text, probe.contains, body)},
        matches={} if probe.matches is None else {probe.matches: _matches(text, probe.matches)},
        unread=_unread(body) if probe.values else "",
    )


def value_at(body: bytes, pointer: str) -> str | None:
    """Give the value at a JSON pointer of a body, as JSON; None where there is none. Of a long one, its beginning."""
    try:
        written = json.dumps(at(json.loads(body), pointer), ensure_ascii=False)
    except (ValueError, RecursionError, NowhereError):
        return None
    return written if len(written) <= LONGEST_VALUE else written[:LONGEST_VALUE]


def at(document: Any, pointer: str) -> Any:
    """Follow a JSON pointer into a document. Raises NowhereError."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and _INDEX.fullmatch(key) and int(key) < len(document):
            document = document[int(key)]
        else:
            raise NowhereError(pointer)
    return document


def _contains(text: str, wanted: str, body: bytes) -> bool | None:
    if wanted in text:
        return True
    return None if len(body) > MOST_OF_A_PROBE else False


def _matches(text: str, pattern: str) -> bool | None:
    """Say nothing of a text that is longer than what is searched: its end may decide."""
    return regular.found(pattern, text) if len(text) <= _MOST_SEARCHED else None


def _unread(body: bytes) -> str:
    """Say why a body is no JSON; a long one was not read to its end."""
    if len(body) > MOST_OF_A_PROBE:
        return f"is longer than the {MOST_OF_A_PROBE // 2**20} MiB that are read"
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return f"is no JSON ({len(body)} bytes)"
    return ""
