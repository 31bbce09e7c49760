"""The one way to a file of a run: without a secret, whole or not at all.

Each function says what it wrote, so that nobody has to read it again to name its digest.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from asbuilt import texts
from asbuilt.withholding import Secrets


class NotWrittenError(Exception):
    """Evidence that could not be written: the text says where, and why."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}")


class Written(NamedTuple):
    """What was written to a file: how many bytes, and their digest."""

    size: int
    sha256: str


def write_bytes(path: Path, content: bytes, secrets: Secrets) -> Written:
    """Write the content of a file. Raises NotWrittenError; then there is no such file, or still the one before."""
    return put(path, secrets.hide_bytes(content))


def write_text(path: Path, text: str, secrets: Secrets) -> Written:
    """Write a text as UTF-8; halves of characters, which no file can hold, become escapes. Raises NotWrittenError."""
    return write_bytes(path, text.encode("utf-8", "backslashreplace"), secrets)


def write_json(path: Path, value: Any, secrets: Secrets, indent: int | None = 1) -> Written:
    """Write a value as JSON. Raises NotWrittenError."""
    return put(path, as_json(value, secrets, indent).encode())


def write_records(path: Path, values: Iterable[Any], secrets: Secrets) -> Written:
    """Write values as a list of JSON, each on a line of its own. Raises NotWrittenError."""
    held = list(values)
    content = _records(texts.as_json(each, None) for each in held)
    if secrets.hide_bytes(content) != content:
        content = secrets.hide_bytes(_records(as_json(each, secrets, None) for each in held))
    return put(path, content)


def _records(lines: Iterable[str]) -> bytes:
    told = ",\n".join(lines)
    return f"[\n{told}\n]\n".encode()


def as_json(value: Any, secrets: Secrets, indent: int | None = 1) -> str:
    """Give a value as JSON without any secret, that still is JSON."""
    text = texts.as_json(value, indent)
    if secrets.hide(text) == text:
        return text
    return secrets.hide(texts.as_json(secrets.hide_all(value), indent))


def folder(path: Path) -> None:
    """Make a folder, where it is not there yet. Raises NotWrittenError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotWrittenError(path, error) from error


def write_new(path: Path, content: bytes) -> Written:
    """Write what no secret is in to a file that is not there yet, in a folder of ours. Raises NotWrittenError.

    It is written in place and by the system's own calls: of many small files that is most of the time. That one is
    whole, its digest says.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(file, left) :]
        finally:
            os.close(file)
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise NotWrittenError(path, error) from error
    return written(content)


def written(content: bytes) -> Written:
    """Say of some content what is said of a file that has it."""
    return Written(len(content), sha256(content).hexdigest())


def put(path: Path, content: bytes) -> Written:
    """Write what no secret is in; a device or a pipe is written to, never replaced. Raises NotWrittenError."""
    # Each of xdist's workers writes down what it collects, at one time: none may take another's unfinished file away.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe that somebody named is theirs to keep
            path.write_bytes(content)
            return written(content)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise NotWrittenError(path, error) from error
    return written(content)
