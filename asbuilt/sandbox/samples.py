"""Make a text that a regular expression matches, as far as that can be made; whoever asks tries it before use."""

from __future__ import annotations

import re
from typing import Any

_LETTERS = "ok1 ab-_./:AZ09{}[]\"'<>=,;!?@#$%&*+()|\\^~`"
_MOST = 50  # repetitions of one part
_LONGEST = 4000


def sample(pattern: str) -> str | None:
    """Return a text that a pattern should match as a whole; None where the pattern is read by nobody here.

    Rust's syntax is nearly Python's, whose parser takes the pattern apart. What that does not know gives None.
    """
    parser: Any = getattr(re, "_parser")  # noqa: B009 - the parser of `re` is public under no name
    try:
        made = _of(parser.parse(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern)).data)
    except (re.error, ValueError, KeyError, RecursionError, OverflowError):
        return None
    return made if len(made) <= _LONGEST else None


def _of(parts: list[tuple[Any, Any]]) -> str:
    return "".join(_part(str(kind), value) for kind, value in parts)


def _part(kind: str, value: Any) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return next(each for each in _LETTERS if ord(each) != value)
        case "ANY":
            return "o"
        case "AT":
            return ""
        case "IN":
            return _one_of(value)
        case "BRANCH":
            return _of(value[1][0].data)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            if value[0] > _MOST:
                raise ValueError(kind)
            return _of(value[2].data) * int(value[0])
        case "SUBPATTERN" | "ATOMIC_GROUP":
            return _of((value[3] if kind == "SUBPATTERN" else value).data)
        case _:
            raise ValueError(kind)


def _one_of(members: list[tuple[Any, Any]]) -> str:
    if str(members[0][0]) == "NEGATE":
        return next(each for each in _LETTERS if not any(_holds(member, each) for member in members[1:]))
    kind, value = str(members[0][0]), members[0][1]
    if kind == "LITERAL":
        return chr(value)
    if kind == "RANGE":
        return chr(value[0])
    return next(each for each in _LETTERS if _holds(members[0], each))


def _holds(member: tuple[Any, Any], letter: str) -> bool:
    kind, value = str(member[0]), member[1]
    match kind:
        case "LITERAL":
            return ord(letter) == int(value)
        case "RANGE":
            return int(value[0]) <= ord(letter) <= int(value[1])
        case "CATEGORY":
            word = str(value).removeprefix("CATEGORY_")
            wanted = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[word.removeprefix("NOT_")]
            return (re.fullmatch(wanted, letter) is None) == word.startswith("NOT_")
        case _:
            raise ValueError(kind)
