"""Where the `asbuilt` command begins, and pytest in its place: an interruption is exit 2 from the first moment on.

Whatever takes time to import is imported inside `main` and `become_pytest`, where an interruption is expected.
"""

import runpy
import signal
import sys
from collections.abc import Callable
from typing import Any

INTERRUPTED = 2


def main() -> None:
    """Run the command. Exits with its code; 2 where it is interrupted before it can say so itself."""

    def command() -> Any:
        from asbuilt.cli import app  # noqa: PLC0415 - an interruption while this is imported is ours to end

        return app()

    sys.exit(_interruptible(command))


def become_pytest() -> None:
    """Run pytest with the arguments of this process. Exits with its code; 2 where it is interrupted beforehand."""

    def command() -> Any:
        release()
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)

    sys.exit(_interruptible(command))


def hold() -> None:
    """Keep an interruption back until `release`, in this process or in the one that takes its place."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def release() -> None:
    """Let an interruption through; one that was kept back comes now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _interruptible(command: Callable[[], Any]) -> Any:
    try:
        return command()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    become_pytest()
