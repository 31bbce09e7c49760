"""Messages between two processes, each whole or not at all: its length, then its bytes."""

import os
import select
import time

_LENGTH = 8
_PIECE = 1 << 16
MOST = 256 * 2**20  # of one message, as of an observation


class BrokenOffError(Exception):
    """The other side has ended, says nothing in time, or says what is no message: the text tells which."""


def send(to: int, message: bytes) -> None:
    """Send a message. Raises BrokenOffError where nobody takes it."""
    left = memoryview(len(message).to_bytes(_LENGTH, "big") + message)
    try:
        while left:
            left = left[os.write(to, left[:_PIECE]) :]
    except OSError as error:
        raise BrokenOffError(f"it takes nothing any more: {error.strerror}") from error


def received(source: int, seconds: float | None = None) -> bytes | None:
    """Receive a message; None where the other side has ended between two. Raises BrokenOffError.

    `seconds` is how long it may take, for ever where nothing is said.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    head = _bytes(source, _LENGTH, ends)
    if not head:
        return None
    if len(head) < _LENGTH or (length := int.from_bytes(head, "big")) > MOST:
        raise BrokenOffError("it said what is no message")
    body = _bytes(source, length, ends)
    if len(body) < length:
        raise BrokenOffError("it ended in the middle of a message")
    return body


def _bytes(source: int, count: int, ends: float | None) -> bytes:
    """Read so many bytes; fewer where the other side ends before."""
    found = bytearray()
    while len(found) < count:
        if ends is not None:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([source], [], [], left)[0]:
                raise BrokenOffError("it gave no answer in time")
        piece = os.read(source, min(_PIECE, count - len(found)))
        if not piece:
            break
        found += piece
    return bytes(found)
