"""What is going on, how far it is and since when: one line of a terminal, rewritten, and gone at the end.

In a pipe and in CI there is none: what nobody looks at only hides what is read later. It is written to the terminal
itself, so it is never among findings.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TextIO

_PATIENCE = 1.0  # seconds: what is over by then is not told
_EVERY = 0.5
_GONE = "\r\033[K"


class Progress:
    """The line. `told` may be called from any thread; without a stream nothing is ever written."""

    def __init__(self, stream: TextIO | None, columns: Callable[[], int], now: Callable[[], float]) -> None:
        self._stream = stream
        self._columns = columns
        self._now = now
        self._began = now()
        self._what = ""
        self._shown = False
        self._lock = Lock()

    def tell(self, what: str) -> None:
        """Say what is going on, and how far it is."""
        with self._lock:
            self._what = what

    def draw(self) -> None:
        """Write the line, once it takes long enough for somebody to wonder."""
        with self._lock:
            passed = self._now() - self._began
            if self._stream is None or not self._what or passed < _PATIENCE:
                return
            self._write(f"{_GONE}{line(self._what, passed, self._columns())}")
            self._shown = True

    def clear(self) -> None:
        """Take the line away: something else is written, or it is over."""
        with self._lock:
            if self._shown:
                self._write(_GONE)
                self._shown = False

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone: nobody looks any more
            self._stream = None


def line(what: str, passed: float, columns: int) -> str:
    """Give the line; a terminal that is too narrow for it would break it, and the rest would stay."""
    whole = f"asbuilt: {what}, {passed:.0f} s"
    return whole if len(whole) < columns else f"{whole[: max(columns - 2, 1)]}…"


def is_looked_at(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Say whether somebody looks at a stream while it is written: a terminal that can rewrite a line, and no CI."""
    in_ci = environ.get("CI", "").lower() not in {"", "0", "false"} or "GITHUB_ACTIONS" in environ
    try:
        return not in_ci and environ.get("TERM") != "dumb" and stream.isatty()
    except ValueError:  # it is closed
        return False


@contextmanager
def progress(what: str, stream: TextIO | None = None) -> Iterator[Progress]:
    """Show what is going on, from here to the end. `stream` is standard error, unless another one is named."""
    stream = stream or sys.__stderr__
    looked_at = stream is not None and is_looked_at(stream, os.environ)
    with _own(stream) if stream and looked_at else _nothing() as own:
        told = Progress(own, _columns, time.monotonic)
        told.tell(what)
        over = Event()
        ticking = Thread(target=_tick, args=(told, over), name="progress", daemon=True)
        if own:
            ticking.start()
        try:
            yield told
        finally:
            over.set()
            if own:
                ticking.join()
            told.clear()


@contextmanager
def _own(stream: TextIO) -> Iterator[TextIO]:
    """Give the terminal under a name of its own: pytest puts other files in the place of a stream while it judges."""
    with os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", errors="replace") as own:
        yield own


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _tick(told: Progress, over: Event) -> None:
    while not over.wait(_EVERY):
        told.draw()


def _columns() -> int:
    """Give how wide the terminal is now: somebody may make it narrower meanwhile."""
    try:
        return os.get_terminal_size(2).columns or 80
    except OSError:
        return 80
