"""What breaks inside asbuilt itself, or inside a plugin beside it: one line and exit 3, and the findings all the same.

A person who reads findings is not helped by pytest's INTERNALERROR; who is to repair it asks for the traceback.
"""

import errno
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception, walk_tb

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.texts import line

INTERNAL = 3
ENDING = pytest.StashKey[str]()
_PACKAGE = PROJECT / "asbuilt"
_FRAME = re.compile(r'^ +File "(.+?)", line (\d+)', re.MULTILINE)
_OWN = "that is a fault of asbuilt, not of the estate: report it, with the output of --full-trace"
_OTHER = "that is no fault of the estate: see what --full-trace says"


class Breakdown:
    """The hook that hears of an error which no other hook has caught."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """End the run with one line in place of a traceback. Raises pytest's Exit, with exit code 3."""
        error = excinfo.value
        if isinstance(error, BrokenPipeError):  # nobody reads any more: pytest ends by itself
            return
        self._config.stash[ENDING] = "the run broke off: what is told here is not all that was to be judged"
        if _wants_traceback(self._config):
            sys.stderr.write("".join(format_exception(error)))
        pytest.exit(told(error), returncode=INTERNAL)


@contextmanager
def held(session: pytest.Session) -> Iterator[None]:
    """Let an error at the end of a run cost exit code 3, and not the findings that are still to be printed."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the findings come first
        session.config.stash[ENDING] = told(error)
        session.exitstatus = INTERNAL
        if _wants_traceback(session.config):
            sys.stderr.write("".join(format_exception(error)))


def _wants_traceback(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "fulltrace", False))


def told(error: BaseException) -> str:
    """Say in one line what broke, where, and whose business that is."""
    if isinstance(error, OSError) and error.strerror and error.errno != errno.EBADF:
        where = f": {line(str(error.filename))}" if error.filename else ""
        return f"asbuilt cannot go on: {error.strerror}{where}"
    frames = [(frame.f_code.co_filename, number) for frame, number in walk_tb(error.__traceback__)]
    frames += _FRAME.findall(str(error))
    own = [(file, number) for file, number in frames if Path(file).is_relative_to(_PACKAGE)]
    file, number = own[-1] if own else frames[-1] if frames else ("", 0)
    place = Path(file).relative_to(PROJECT) if own else file
    return f"internal error at {place}:{number}: {line(_cause(error))}; {_OWN if own else _OTHER}"


def _cause(error: BaseException) -> str:
    """Give the kind and the text of an error; of a worker's, which is told with its traceback, those at its end."""
    text = str(error).removesuffix("\nassert False")  # with which xdist hands it on
    frames = list(_FRAME.finditer(text))
    if not frames:
        return f"{type(error).__name__}: {text}"
    last = frames[-1]
    deep = len(last[0]) - len(last[0].lstrip())
    lines = text[last.end() :].splitlines()[1:]
    return " ".join(each.strip() for each in lines if len(each) - len(each.lstrip()) < deep)
