"""Where the `asbuilt` command begins: an interruption is exit 2 from the first moment on, and no folder lends modules.

Whatever takes time to import is imported inside `main`, where an interruption is expected. `live` and `static` go to
pytest from here, in this process: they need nothing of the command's own machinery.
"""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any

from asbuilt import invoked

_YOUNG = 100_000  # objects, before the collector looks for garbage among them; Python's own figure is 700


def main() -> None:
    """Run the command. Exits with its code; 2 where it is interrupted before it can say so itself."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for them is to read all that is installed
    gc.set_threshold(_YOUNG, 20, 20)  # ours alone; what is imported stays, and to look through it is a tenth of a start
    sys.exit(_interruptible(_command))


def _command() -> Any:
    invoked.lend_nothing()
    _open_what_is_closed()
    verb, *arguments = sys.argv[1:] or [""]
    if verb == "__complete":
        from asbuilt.verbs import completing  # noqa: PLC0415 - an interruption while this is imported is ours to end

        sys.stdout.write("".join(f"{each}\n" for each in completing.answer(arguments, _verbs)))
        return 0
    if verb in invoked.SUITES:
        try:
            return _judged(verb, arguments)
        except OSError as error:  # a full disk, say: pytest would end with what means drift, and a traceback
            return _unwritten(error)
    from asbuilt.cli import app  # noqa: PLC0415 - as above

    return app()


def _open_what_is_closed() -> None:
    """Let a stream that somebody closed lead nowhere: Python has none then, and the next file would take its place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False))


def _judged(verb: str, arguments: list[str]) -> int:
    from asbuilt.verbs import suite_help  # noqa: PLC0415 - an interruption while this is imported is ours to end

    if suite_help.told(verb, arguments):
        return 0
    from asbuilt import suite  # noqa: PLC0415 - as above

    gc.freeze()  # pytest looks for garbage before it ends, and need not look through what was imported
    try:
        return suite.run(verb, arguments)
    except suite.NotBegunError as error:
        from asbuilt.cli import say  # noqa: PLC0415 - for a mistake alone

        say(str(error), "red")
        return invoked.USAGE


def _unwritten(error: OSError) -> int:
    from asbuilt.verbs.telling import broken  # noqa: PLC0415 - for a fault alone

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python's own flush at the end would tell of it again
    return 1 if isinstance(error, BrokenPipeError) else broken(error)


def _verbs() -> Any:
    from asbuilt.cli import verbs  # noqa: PLC0415 - as above

    return verbs()


def _interruptible(command: Callable[[], Any]) -> Any:
    try:
        return command()
    except KeyboardInterrupt:
        return invoked.INTERRUPTED
