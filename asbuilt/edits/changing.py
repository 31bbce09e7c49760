"""The nouns of an edit: what is to be changed at which keys, and what came of it."""

from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]


class NotEditableError(Exception):
    """A change that the text does not allow without a guess: the message says why."""


@dataclass(frozen=True, slots=True)
class Put:
    """A value to stand at a key, whether or not there is one; `("apps", "shop", "stack")`."""

    place: Place
    value: Any


@dataclass(frozen=True, slots=True)
class Added:
    """Values to stand at the end of a list, which is made where there is none."""

    place: Place
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A key, or an item of a list, to be gone. What stood there is not looked for: no such key is no mistake."""

    place: Place


@dataclass(frozen=True, slots=True)
class Note:
    """A comment to stand above the key or item, or above the nearest around it that is there."""

    place: Place
    text: str


Change = Put | Added | Removed


@dataclass(frozen=True, slots=True)
class Edited:
    """A text with its changes; `refused` are those that it does not allow, each with why."""

    source: bytes
    refused: tuple[tuple[Change, str], ...] = ()
