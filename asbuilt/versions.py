"""Versions of asbuilt: the one that a control came with, and the one whose controls an estate has agreed to."""

import re
from collections.abc import Iterable

FIRST = "0.1"  # what came with the controls that say no version
_FORM = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,2}")


def is_version(text: str) -> bool:
    """Tell whether a text is a version: two numbers or three, such as 0.1 and 1.3.2."""
    return _FORM.fullmatch(text) is not None


def order(version: str) -> tuple[int, ...]:
    """Give what versions are ordered by: 0.9 comes before 0.10, and 1.3 is 1.3.0."""
    numbers = [int(each) for each in version.split(".")]
    return (*numbers, *[0] * (3 - len(numbers)))


def newest(versions: Iterable[str]) -> str:
    """Give the newest of some versions, of which there is at least one."""
    return max(versions, key=order)


def as_of_problem(value: object, known: Iterable[str]) -> str:
    """Say what is wrong with the version that an estate has agreed to; nothing where it is right.

    `known` are the versions of the program and of its controls, none where they are not known.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'is a number, of which 1.10 is 1.1: write it in quotes, as_of: "{value}"'
    if not isinstance(value, str) or not is_version(value):
        return f'is not a version of asbuilt: write one such as as_of: "{FIRST}"'
    last = newest((FIRST, *known))
    if known and order(value) > order(last):
        return f'is newer than this asbuilt: write at most as_of: "{last}"'
    return ""
