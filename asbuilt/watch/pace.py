"""When the watch looks, and how it ends: at even times that nothing moves, until a signal says that it is enough."""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from asbuilt.invoked import INTERRUPTED

ENDS_WITHIN = 25  # seconds: Heroku kills a dyno 30 s after its SIGTERM
_NAP = 20.0  # a machine that was suspended is noticed within so many seconds
_ENDING = (signal.SIGTERM, signal.SIGINT)


def _now() -> float:
    """Give the seconds since this machine started, those in which it was suspended included where it counts them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Pace:
    """Turns at even times: `for _ in pace: ...`. One that comes late is not made up for.

    A first signal ends it behind the turn that goes on, `code` is the exit code for that then. An interruption after it
    ends the process at once; so does the turn itself where it takes longer than a dyno is given. Heroku may send a
    SIGTERM several times (https://devcenter.heroku.com/articles/dyno-shutdown-behavior): it means no more than once.
    """

    def __init__(
        self, every: float, now: Callable[[], float] = _now, pause: Callable[[float], object] | None = None
    ) -> None:
        self._every = every
        self._now = now
        self._pause = pause or self._until_woken
        self._ended_by: int | None = None
        self._woken, self._wakes = os.pipe()
        os.set_blocking(self._wakes, False)

    @property
    def code(self) -> int:
        """The exit code that the signal asks for: a SIGTERM is how a watch ends."""
        return INTERRUPTED if self._ended_by == signal.SIGINT else 0

    def __iter__(self) -> Iterator[int]:
        began, turn = self._now(), 0
        while self._ended_by is None:
            yield turn
            turn = max(turn + 1, int((self._now() - began) // self._every) + 1)
            self._wait(began + turn * self._every)

    def _wait(self, until: float) -> None:
        while self._ended_by is None and (left := until - self._now()) > 0:
            self._pause(min(left, _NAP))

    def _until_woken(self, seconds: float) -> None:
        select.select([self._woken], [], [], seconds)

    @contextmanager
    def heeding(self) -> Iterator[None]:
        """Hear signals, from here to the end."""
        before = {each: signal.signal(each, self._end) for each in _ENDING}
        alarm = signal.signal(signal.SIGALRM, _too_long)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, alarm)
            for each, handler in before.items():
                signal.signal(each, handler)
            os.close(self._woken)
            os.close(self._wakes)

    def _end(self, number: int, _: FrameType | None) -> None:
        if self._ended_by is not None:
            if number == signal.SIGINT:
                os._exit(INTERRUPTED)
            return
        self._ended_by = number
        signal.alarm(ENDS_WITHIN)
        os.write(self._wakes, b".")


def _too_long(_: int, __: FrameType | None) -> None:
    os.write(2, f"asbuilt: the look did not end within {ENDS_WITHIN} s, and is dropped\n".encode())
    sys.stdout.flush()
    os._exit(INTERRUPTED)
