"""Where the `asbuilt` command begins: an interruption is exit 2 from the first moment on, and no folder lends modules.

Whatever takes time to import is imported inside `main`, where an interruption is expected. `live` and `static` go to
pytest from here, in this process: they need nothing of the command's own machinery.
"""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_YOUNG = 100_000  # objects, before the collector looks for garbage among them; Python's own figure is 700
INTERRUPTED = 2
USAGE = 4
SUITES = {"live": ("tests_live", "-m", "live"), "static": ("tests_static",)}  # each verb, as it is said to pytest


def main() -> None:
    """Run the command. Exits with its code; 2 where it is interrupted before it can say so itself."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for them is to read all that is installed
    gc.set_threshold(_YOUNG, 20, 20)  # ours alone; what is imported stays, and to look through it is a tenth of a start
    sys.exit(_interruptible(_command))


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


def _command() -> Any:
    lend_nothing()
    verb, *arguments = sys.argv[1:] or [""]
    if verb in SUITES:
        from asbuilt import suite  # noqa: PLC0415 - an interruption while this is imported is ours to end

        gc.freeze()  # pytest looks for garbage before it ends, and need not look through what was imported
        try:
            return suite.run(verb, arguments)
        except suite.NotBegunError as error:
            from asbuilt.cli import say  # noqa: PLC0415 - for a mistake alone

            say(str(error), "red")
            return USAGE
    from asbuilt.cli import app  # noqa: PLC0415 - as above

    return app()


def _put_in_front() -> str:
    """Give what Python puts in front of the path of modules, by how this process was begun."""
    begun = sys.modules["__main__"]
    if getattr(begun, "__spec__", None):  # -m
        return "" if folder_problem() else os.getcwd()  # noqa: PTH109 - as Python writes it
    script = getattr(begun, "__file__", None)
    return os.path.dirname(os.path.realpath(script)) if script else ""  # noqa: PTH120 - as above


def _interruptible(command: Callable[[], Any]) -> Any:
    try:
        return command()
    except KeyboardInterrupt:
        return INTERRUPTED
