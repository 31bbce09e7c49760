"""How a process of ours was begun, and the exit codes in which it may end before anything is judged."""

import os
import sys
from pathlib import Path

INTERRUPTED = 2
USAGE = 4
SUITES = {"live": ("tests_live", "-m", "live"), "static": ("tests_static",)}  # each verb, as it is said to pytest
HELP_OF_PYTEST = "--help-pytest"


def lend_nothing() -> None:
    """Take from the path of modules what Python itself has put there, as `python -P` does.

    That is the folder of a script, or the current one for `python -c` and `python -m`: a folder that is judged must not
    be able to lend its modules. What PYTHONPATH names stays: it is the caller's own.
    """
    if not sys.flags.safe_path and sys.path[:1] == [_put_in_front()]:
        del sys.path[0]


def folder_problem() -> str:
    """Say what is wrong with the current folder, if anything is."""
    try:
        Path.cwd()
    except OSError as error:
        return f"the current folder is gone, or may not be read ({error.strerror}): go to another"
    return ""


def _put_in_front() -> str:
    """Give what Python puts in front of the path of modules, by how this process was begun."""
    begun = sys.modules["__main__"]
    if getattr(begun, "__spec__", None):  # -m
        return "" if folder_problem() else os.getcwd()  # noqa: PTH109 - as Python writes it
    script = getattr(begun, "__file__", None)
    return os.path.dirname(os.path.realpath(script)) if script else ""  # noqa: PTH120 - as above
