"""Versions of asbuilt: the one that a control came with, and the one whose controls an estate has agreed to."""

import re

FIRST = "0.1"  # what came with the controls that say no version
_FORM = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,2}")


def is_version(text: str) -> bool:
    """Tell whether a text is a version: two numbers or three, such as 0.1 and 1.3.2."""
    return _FORM.fullmatch(text) is not None


def order(version: str) -> tuple[int, ...]:
    """Give what versions are ordered by: 0.9 comes before 0.10, and 1.3 is 1.3.0."""
    numbers = [int(each) for each in version.split(".")]
    return (*numbers, *[0] * (3 - len(numbers)))


def as_of_problem(value: object) -> str:
    """Say what is wrong with the version that an estate has agreed to; nothing where it is right.

    One that is newer than the program is right: all its controls are agreed to.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'is a number, of which 1.10 is 1.1: write it in quotes, as_of: "{value}"'
    if not isinstance(value, str) or not is_version(value):
        return f'is not a version of asbuilt: write one such as as_of: "{FIRST}"'
    return ""
