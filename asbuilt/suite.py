"""`asbuilt live` and `asbuilt static`: pytest in this process, with the suite's own configuration, from anywhere.

A folder that is judged lends no modules: not to this process, not to the workers of xdist; and no `conftest.py` of it
is run because an option names the folder.
"""

import importlib
import os
import shlex
import sys
from collections.abc import Sequence

import pytest

from asbuilt import invoked, output, passing_on, texts
from asbuilt.home import IS_PACKAGED, PROJECT
from asbuilt.option_values import OptionError
from asbuilt.thrift import Settled
from asbuilt.usage import NotBegunError, Telling

__all__ = ["KNOWN", "NotBegunError", "of_pytest", "run"]

_OBSERVES = {"live": ("asbuilt.observe.sweep",)}
_INTERNAL = 3  # as for evidence that cannot be written
_COLOUR = {"always": "yes", "never": "no"}
_COLOURS = {f"--color={one}": f"--color={other}" for one, other in _COLOUR.items()} | {invoked.HELP_OF_PYTEST: "--help"}
KNOWN = "asbuilt.known_options"  # by name, so that workers of xdist have it too


def run(verb: str, arguments: Sequence[str]) -> int:
    """Run the checks of a verb, with arguments of pytest. Gives pytest's exit code. Raises NotBegunError."""
    _open_what_is_closed()
    asked, arguments, wrong = _asked(arguments)
    if wrong:
        passing_on.complain(wrong, 1, os.environ)
        raise NotBegunError(wrong)
    os.environ["PYTHONSAFEPATH"] = "1"  # a worker of xdist starts Python anew
    folder, *options = invoked.SUITES[verb]
    own = ["-c", str(PROJECT / "pytest.ini"), "--rootdir", str(PROJECT), "-p", KNOWN, str(PROJECT / folder), *options]
    if IS_PACKAGED:
        own += ["-p", "no:cacheprovider"]
        _leave_nothing_behind(verb)
    noted = passing_on.Noted()
    try:
        with passing_on.standard_output(asked) as descriptor:
            try:
                code = int(pytest.main([*own, *of_pytest(arguments)], plugins=[Settled(), noted, Telling()]))
            except NotBegunError as error:
                passing_on.refused(asked, str(error), descriptor, os.environ)
                raise
            sys.stdout.flush()
            wrong = passing_on.tell(asked, noted, code, descriptor, os.environ)
    except BrokenPipeError:  # whoever read has left: Python's own flush at the end would tell of it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1  # as pytest's own command
    if wrong:
        sys.stderr.write(f"{texts.lines(f'asbuilt: {wrong}')}\n")
        return _INTERNAL
    return code


def _asked(arguments: Sequence[str]) -> tuple[output.Output, list[str], str]:
    """Give what is told where, the arguments of pytest, and what is wrong before anything begins."""
    try:
        wrong = invoked.folder_problem() or _addopts_problem()
        return *output.read([] if wrong else arguments), wrong
    except OptionError as error:
        return output.Output(), [], str(error)


def of_pytest(arguments: Sequence[str]) -> list[str]:
    """Give arguments as pytest has them: what is its own help, and the words for colours that other commands have."""
    told = [_COLOURS.get(each, each) for each in arguments]
    for place, each in enumerate(told[1:], 1):
        if told[place - 1] == "--color":
            told[place] = _COLOUR.get(each, each)
    return told


def _leave_nothing_behind(verb: str) -> None:
    """Let pytest write none of its rewritten checks beside them: where packages are installed nothing is to be left.

    What they stand on is imported first, so that Python keeps what it compiles of that, as of any package.
    """
    for each in ("asbuilt.beginning", *_OBSERVES.get(verb, ())):
        importlib.import_module(each)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for workers of xdist


def _addopts_problem() -> str:
    try:
        shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError as error:
        return f"PYTEST_ADDOPTS cannot be read: {error}"
    return ""


def _open_what_is_closed() -> None:
    """Give this process the three streams that it was begun without.

    The next file that is opened would take a closed one's number, and what is printed would go there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - the function's only form
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
            setattr(sys, f"__{name}__", getattr(sys, name))
