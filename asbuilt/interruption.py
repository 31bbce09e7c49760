"""Signals that end a run: it is interrupted in order, and its record is written to the end."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def terminable() -> Iterator[None]:
    """Take a SIGTERM for an interruption: what was judged until then is recorded. CI sends it before it kills."""
    if not _can_listen() or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def put_off() -> Iterator[None]:
    """Let the first signal to end pass while a record is written: all is judged by then. The second one ends it."""
    if not _can_listen():
        yield
        return
    before = {each: signal.getsignal(each) for each in _ENDING}

    def once(number: int, _: FrameType | None) -> None:
        sys.stderr.write("\nasbuilt: the record is being written; interrupt again to leave it incomplete\n")
        signal.signal(number, _interrupt)

    for each in _ENDING:
        signal.signal(each, once)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _can_listen() -> bool:
    return threading.current_thread() is threading.main_thread()
