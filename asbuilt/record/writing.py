"""The one way to a file of a run: without a secret, whole or not at all."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from asbuilt import texts
from asbuilt.withholding import Secrets


class NotWrittenError(Exception):
    """Evidence that could not be written: the text says where, and why."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}")


def write_bytes(path: Path, content: bytes, secrets: Secrets) -> None:
    """Write the content of a file. Raises NotWrittenError; then there is no such file, or still the one before."""
    put(path, secrets.hide_bytes(content))


def write_text(path: Path, text: str, secrets: Secrets) -> None:
    """Write a text as UTF-8; halves of characters, which no file can hold, become escapes. Raises NotWrittenError."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"), secrets)


def write_json(path: Path, value: Any, secrets: Secrets, indent: int | None = 1) -> None:
    """Write a value as JSON. Raises NotWrittenError."""
    put(path, as_json(value, secrets, indent).encode())


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


def put(path: Path, content: bytes) -> None:
    """Write what no secret is in; a device or a pipe is written to, never replaced. Raises NotWrittenError."""
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe that somebody named is theirs to keep
            path.write_bytes(content)
            return
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise NotWrittenError(path, error) from error
