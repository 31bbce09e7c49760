"""What is told of a run when it has ended, in the form and at the place that somebody asked for (`asbuilt.output`)."""

import os
import re
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from asbuilt.option_values import OptionError
from asbuilt.output import Output, in_actions
from asbuilt.withholding import Secrets

_AT = re.compile(r"(\S[^\n]*?):([0-9]+):([0-9]+): ")


@dataclass(eq=False)
class Noted:
    """A plugin that notes where a run is recorded."""

    directory: Path | None = None
    secrets: Secrets = field(default_factory=Secrets)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, Any, Any]:
        """Note the run's directory once all of it is written."""
        from asbuilt.run import RUN  # noqa: PLC0415 - when pytest has imported it anyway

        try:
            return (yield)
        finally:
            if run := config.stash.get(RUN, None):
                self.directory, self.secrets = run.directory, run.secrets


@contextmanager
def standard_output(asked: Output) -> Iterator[int]:
    """Let standard output be free for what stands there alone; gives the descriptor that leads there.

    All that is printed meanwhile, by whichever process of the run, is on standard error.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    if asked.is_alone:
        os.dup2(2, 1)
    try:
        yield kept
    finally:
        with suppress(BrokenPipeError):
            sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def tell(asked: Output, noted: Noted, code: int, descriptor: int, environ: Mapping[str, str]) -> str:
    """Tell what a run found, as was asked, when it has ended. Gives what keeps it from being told, if anything does."""
    from asbuilt.record.formats.rendering import Form, rendered  # noqa: PLC0415 - nobody may have asked for a form
    from asbuilt.record.recorded import NoRunError  # noqa: PLC0415

    is_plain = not asked.file and asked.form in {"", "text"}  # pytest has told it
    if is_plain and not asked.annotates(environ):
        return ""
    if noted.directory is None:
        if code == 0:  # somebody had it show or list something
            _withdraw(asked)
        else:
            refused(asked, f"nothing was judged: exit {code}, and the log says why", descriptor, environ)
        return ""
    try:
        if asked.annotates(environ):
            put(rendered(noted.directory, Form.GITHUB, noted.secrets), descriptor)
        if asked.file:
            write(asked.file, rendered(noted.directory, Form(asked.form), noted.secrets), noted.secrets)
        elif asked.is_alone:
            put(rendered(noted.directory, Form(asked.form), noted.secrets), descriptor)
    except (NoRunError, OptionError) as error:
        _withdraw(asked)
        complain(f"{error}", descriptor, environ)
        return str(error)
    return ""


def put(text: str, descriptor: int = 1) -> None:
    """Print a form that is ours from its begin to its end, past what guards the lines of all others.

    Raises BrokenPipeError where nobody reads any more.
    """
    sys.stdout.flush()
    left = memoryview(text.encode("utf-8", "backslashreplace"))
    while left:
        left = left[os.write(descriptor, left) :]


def write(file: str, text: str, secrets: Secrets) -> None:
    """Write a form to a file, whole or not at all. Raises OptionError."""
    from asbuilt.record.writing import NotWrittenError, folder, write_text  # noqa: PLC0415 - nobody may have asked

    try:
        folder(Path(file).parent)
        write_text(Path(file), text, secrets)
    except NotWrittenError as error:
        raise OptionError(f"--output: {error}") from error


def complain(message: str, descriptor: int, environ: Mapping[str, str]) -> None:
    """Show inside Actions, as an annotation, why there is nothing else to show."""
    if in_actions(environ):
        from asbuilt.record.formats.annotations import complaint  # noqa: PLC0415 - for a mistake alone

        put(complaint(message, *_place(message)), descriptor)


def _place(message: str) -> tuple[str, int, int]:
    """Give where the first mistake of a message stands: the path below the root of the repository, line, column."""
    from asbuilt.discovery import repository_of  # noqa: PLC0415 - for a mistake alone

    match = _AT.match(message)
    if match is None or not Path(match[1]).is_file():
        return "", 0, 0
    path = Path(match[1]).resolve()
    root = repository_of(path.parent)
    return (path.relative_to(root).as_posix(), int(match[2]), int(match[3])) if root else ("", 0, 0)


def refused(asked: Output, message: str, descriptor: int, environ: Mapping[str, str]) -> None:
    """Leave nothing of an earlier run where a run was to be told that never began, and say why inside Actions."""
    _withdraw(asked)
    if not asked.is_alone and asked.form != "text":
        complain(message, descriptor, environ)


def _withdraw(asked: Output) -> None:
    """Take away a file of an earlier run, which somebody would take for one of this."""
    with suppress(OSError):
        if asked.file and Path(asked.file).is_file():
            Path(asked.file).unlink()
