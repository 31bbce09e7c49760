"""Time as a sweep waits in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


def _now() -> float:
    return time.monotonic()


def _pause(seconds: float) -> None:
    time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells how time passes, in seconds, and how to let it pass: this machine, or a sandbox that skips its own."""

    now: Callable[[], float] = _now
    pause: Callable[[float], None] = _pause
