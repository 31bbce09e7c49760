"""What fails of asbuilt itself, or of a plugin beside it: a line each, exit 3, and the findings all the same.

A person who reads findings is not helped by pytest's INTERNALERROR; who is to repair it asks for the traceback.
Evidence that could not be written is such a fault too, and so is a secret that was written.
"""

import errno
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception, walk_tb
from typing import Any

import pytest

from asbuilt.record.writing import NotWrittenError
from asbuilt.texts import line

INTERNAL = 3
_FAULTS = pytest.StashKey[list[str]]()
_UNWRITTEN = pytest.StashKey[list[str]]()
_HANDED = "asbuilt_unwritten"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PACKAGE = Path(__file__).parent
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
        note(self._config, "the run broke off: what is told here is not all that was to be judged")
        _show_traceback(self._config, error)
        pytest.exit(f"asbuilt: {told(error)}", returncode=INTERNAL)


def begin(config: pytest.Config) -> None:
    """Count no fault yet."""
    config.stash[_FAULTS] = []
    config.stash[_UNWRITTEN] = []


def note(config: pytest.Config, fault: str) -> None:
    """Remember a fault, in one line."""
    config.stash[_FAULTS].append(fault)


def note_unwritten(config: pytest.Config, error: NotWrittenError) -> None:
    """Remember what could not be written of the evidence."""
    config.stash[_UNWRITTEN].append(str(error))


@contextmanager
def unwritten_noted(config: pytest.Config) -> Iterator[None]:
    """Go on where evidence could not be written: what is found is said in any case."""
    try:
        yield
    except NotWrittenError as error:
        note_unwritten(config, error)


@contextmanager
def held(config: pytest.Config) -> Iterator[None]:
    """Go on where anything fails at the end of a run: the findings are still to be printed."""
    try:
        with unwritten_noted(config):
            yield
    except Exception as error:  # noqa: BLE001 - whatever it is, the findings come first
        note(config, told(error))
        _show_traceback(config, error)


def report(config: pytest.Config) -> None:
    """Tell the process that reports what this worker could not write."""
    output: dict[str, Any] = vars(config).get("workeroutput", {})
    output[_HANDED] = config.stash[_UNWRITTEN]


def hear(config: pytest.Config, node: Any) -> None:
    """Hear from a worker what it could not write."""
    config.stash[_UNWRITTEN].extend(getattr(node, "workeroutput", {}).get(_HANDED, ()))


def lines(config: pytest.Config) -> tuple[str, ...]:
    """Give what failed, a line each; what could not be written is one of them, since one full disk fails many files."""
    first: tuple[str, ...] = ()
    if lost := config.stash[_UNWRITTEN]:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        first = (f"the evidence could not be written: {lost[0]}{more}; make room, or write elsewhere: --evidence DIR",)
    return (*first, *config.stash[_FAULTS])


def is_full(error: OSError) -> bool:
    """Say whether the place to write to is right, and full."""
    return error.errno in _FULL


def _show_traceback(config: pytest.Config, error: BaseException) -> None:
    """Print where an error comes from, for who asked for it."""
    if getattr(config.option, "fulltrace", False):
        sys.stderr.write("".join(format_exception(error)))


def told(error: BaseException) -> str:
    """Say in one line what broke, where, and whose business that is."""
    if isinstance(error, OSError) and error.strerror and error.errno != errno.EBADF:
        where = f": {line(str(error.filename))}" if error.filename else ""
        return f"cannot go on: {error.strerror}{where}"
    frames = [(frame.f_code.co_filename, number) for frame, number in walk_tb(error.__traceback__)]
    frames += _FRAME.findall(str(error))
    own = [(file, number) for file, number in frames if Path(file).is_relative_to(_PACKAGE)]
    file, number = own[-1] if own else frames[-1] if frames else ("", 0)
    place = Path(file).relative_to(_PACKAGE.parent) if own else file
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
