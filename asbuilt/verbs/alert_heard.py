"""What a monitor elsewhere hears of `asbuilt alert`: that it began, and whether all were told who were to be told."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asbuilt.alert.calling import Called
from asbuilt.alert.lines import lines, problems
from asbuilt.alert.not_kept import NotKeptError
from asbuilt.alert.state import UnknownFormError
from asbuilt.alert.told import Told
from asbuilt.heartbeat import Heartbeat, RunKind
from asbuilt.record.statement import is_real


@contextmanager
def heard(told: Told, hide: Callable[[str], str]) -> Iterator[Callable[[Called], None]]:
    """Tell that the calling of a run begins, and by what it gives how it ended; that it broke off is told here."""
    heartbeat = Heartbeat.of(os.environ, RunKind.ALERT, rehearsal=not is_real(told.world))
    heartbeat.start()
    ended: list[bool] = []

    def end(called: Called) -> None:
        body = hide("\n".join((told.run, *problems(called), *lines(called))))
        ended.append(called.done)
        if called.done:
            heartbeat.success(body)
        else:
            heartbeat.fail(body)

    try:
        yield end
    except BaseException as error:
        if not ended:
            heartbeat.fail(hide(f"{told.run}: {_why(error)}"))
        raise


def _why(error: BaseException) -> str:
    if isinstance(error, NotKeptError):
        return str(error)
    if isinstance(error, UnknownFormError):
        return f"the state {error}: nobody was called"
    return "it was interrupted" if isinstance(error, KeyboardInterrupt) else f"internal error ({type(error).__name__})"
