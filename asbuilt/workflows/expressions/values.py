"""The values of GitHub's expressions: what is unknown, how one kind is coerced to another, what equals what.

A value is a text, a number, a bool, None for null, a list, a dict, or `Unknown`. The table of coercions is at
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#operators; what it leaves open, such as
how a number is written or case is folded, is as `@actions/expressions` has it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_PREFIXED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_WORD = 1 << 32
# The letters that GitHub leaves as they are, although their upper case is one letter.
_LEFT = frozenset("\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN SMALL LETTER LONG S}")
_DECIMAL = re.compile(r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|Infinity)")


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What an unknown value was made of: an expression as text or tree, or a text with `${{ }}`, and what it saw."""

    written: Any
    context: Mapping[str, Any]
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the run decides, with the little that is certain about it.

    `truth` is whether it counts as true, `prefix` what a string begins with, `excluded` the strings that it is not,
    `excluded_prefixes` what it does not begin with. One that is `typed` takes every value: whoever starts the run
    writes it, and nothing else decides it. One that is `numbered` is a whole number between its `prefix` and its
    `suffix`, and nothing else.

        any branch but main -> Unknown(truth=True, prefix="refs/heads/", excluded=frozenset({"refs/heads/main"}))
        of a pull request   -> Unknown(truth=True, prefix="refs/pull/", numbered=True, suffix="/merge")

    `origin` is what it was made of, where that is kept: `splitting` asks that again. It does not count for equality.

    UNKNOWN is the one of which nothing is certain. Ask `known(value)`, not `value is UNKNOWN`.
    """

    truth: bool | None = None
    prefix: str = ""
    excluded: frozenset[str] = frozenset()
    excluded_prefixes: frozenset[str] = frozenset()
    typed: bool = False
    numbered: bool = False
    suffix: str = ""
    origin: Origin | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()
TYPED = Unknown(typed=True)
Value = Any  # str | float | bool | None | list | dict | Unknown


class Whole(dict[str, Any]):
    """An object of which every member is known: what it lacks is null.

    A plain dict says no more than what is in it. The members of a `Whole` may be Unknown themselves.
    """


class Filtered(list[Any]):
    """The result of a filter: a further index applies to each item.

    `evaluate` hands out a plain list; this one lives within an expression alone.
    """


def unknown_of(parts: Iterable[Value]) -> Unknown:
    """Give what is not known for some parts of it: TYPED where whoever starts the run writes each of these."""
    unknown = [each for each in parts if isinstance(each, Unknown)]
    return TYPED if unknown and all(each.typed for each in unknown) else UNKNOWN


def known(value: Value) -> bool:
    """Tell whether a value is decided.

    Of a list or a dict, whether it is one: what is in it may be unknown.
    """
    return not isinstance(value, Unknown)


def text_of(value: Value) -> str:
    """Give a known value as GitHub writes it into a text.

    None -> "", True -> "true", 3.10 -> "3.1", 1e20 -> "1E+20", a list -> "Array", a dict -> "Object"
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number_text(value)
        case str():
            return value
        case list():
            return "Array"
        case _:
            return "Object"


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return "0" if number == 0 else format(number, ".15g").upper()


def number_of(value: Value) -> float:
    """Give a known value as a number, as GitHub coerces it before it compares: not a number is NaN.

    None -> 0, True -> 1, "" -> 0, " 12 " -> 12, "0x10" -> 16, "a" -> NaN, a list or a dict -> NaN
    """
    if value is None:
        return 0.0
    if isinstance(value, str):
        return _parsed(value.strip())
    return float(value) if isinstance(value, bool | int | float) else math.nan


def _parsed(text: str) -> float:
    """Read the text of a number; what begins with 0x or 0o has 32 bits, so "0xffffffff" is -1."""
    if not text:
        return 0.0
    if _PREFIXED.fullmatch(text):
        number = int(text, 0)  # of 32 bits, the highest of which is the sign
        return float(number - ((number >> 31) << 32)) if number < _WORD else math.nan
    return float(text) if _DECIMAL.fullmatch(text) else math.nan


def truth_of(value: Value) -> bool | None:
    """Tell whether a value counts as true; None where that is unknown.

    False, None, 0, NaN and the empty text count as false. A list or a dict is true, an empty one too; an unknown text
    is true where it is certain how it begins.
    """
    if isinstance(value, Unknown):
        return True if value.prefix else value.truth
    if isinstance(value, list | dict):
        return True
    return bool(value) and value == value  # noqa: PLR0124 - NaN counts as false


def folded(text: str) -> str:
    """Fold case as GitHub does: each character to its upper case, where that is one, but for two.

    For comparing only; nobody is shown it. "ß" stays as it is, since its upper case would be two letters.
    """
    if text.isascii():
        return text.upper()
    return "".join(
        each if each in _LEFT or len(upper) > 1 else upper for each, upper in ((each, each.upper()) for each in text)
    )


def _kind(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case _:
            return "object"


def _alike(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Coerce two known values to one kind, as GitHub does before it compares; None where that cannot be."""
    if _kind(left) == _kind(right):
        return left, right
    if "object" in {_kind(left), _kind(right)}:
        return None
    return number_of(left), number_of(right)


def equal(left: Value, right: Value) -> bool | Unknown:
    """Tell whether two values are equal: loosely, strings without regard to case, objects by identity.

        "A", "a" -> True, 1, "1" -> True, None, 0 -> True, [], [] -> False

    UNKNOWN where one of the two is unknown, but False for a text that an `Unknown` cannot be: one that begins
    otherwise. An `Unknown` equals nothing for sure, not even itself.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if isinstance(left, Unknown) and isinstance(right, str):
            return _unlike(left, right)
        if isinstance(right, Unknown) and isinstance(left, str):
            return _unlike(right, left)
        return UNKNOWN
    pair = _alike(left, right)
    if pair is None:
        return False
    if isinstance(pair[0], str):
        return folded(pair[0]) == folded(pair[1])
    return pair[0] is pair[1] if isinstance(pair[0], list | dict) else bool(pair[0] == pair[1])


def _unlike(unknown: Unknown, text: str) -> bool | Unknown:
    """Tell an unknown string from one that it cannot be."""
    wanted = folded(text)
    if not wanted.startswith(folded(unknown.prefix)) or wanted in {folded(each) for each in unknown.excluded}:
        return False
    if unknown.numbered and not _is_number_between(wanted, folded(unknown.prefix), folded(unknown.suffix)):
        return False
    return False if unknown.truth and not text else UNKNOWN


def _is_number_between(text: str, before: str, behind: str) -> bool:
    return text.endswith(behind) and _is_digits(text[len(before) : len(text) - len(behind)])


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def holds_part(unknown: Unknown, part: str) -> bool | Unknown:
    """Tell whether an unknown string has a part, as `contains` does, without regard to case."""
    before, behind, wanted = folded(unknown.prefix), folded(unknown.suffix), folded(part)
    if (before or behind) and (wanted in before or wanted in behind):
        return True
    if not unknown.numbered:
        return UNKNOWN
    return UNKNOWN if _may_begin_in(before, wanted, behind, range(len(wanted) + 1)) else False


def begins(unknown: Unknown, start: str) -> bool | Unknown:
    """Tell whether an unknown string begins with another, without regard to case."""
    before, behind, wanted = folded(unknown.prefix), folded(unknown.suffix), folded(start)
    if (before or unknown.numbered) and before.startswith(wanted):
        return True
    if any(wanted.startswith(folded(each)) for each in unknown.excluded_prefixes) or not wanted.startswith(before):
        return False
    return UNKNOWN if not unknown.numbered or _may_begin_in(before, wanted, behind, (len(before),)) else False


def ends(unknown: Unknown, end: str) -> bool | Unknown:
    """Tell whether an unknown string ends with another, without regard to case."""
    before, behind, wanted = folded(unknown.prefix), folded(unknown.suffix), folded(end)
    if behind and behind.endswith(wanted):
        return True
    if not wanted.endswith(behind):
        return False
    if not unknown.numbered:
        return UNKNOWN
    own = wanted.removesuffix(behind)
    number = len(own) - len(own.rstrip("0123456789"))
    return UNKNOWN if number and before.endswith(own[: len(own) - number]) else False


def _may_begin_in(before: str, wanted: str, behind: str, starts: Iterable[int]) -> bool:
    """Tell whether a text may stand in a number between two texts: what of it is `before`, by its length, is given."""
    for start in starts:
        if before.endswith(wanted[:start]):
            rest = wanted[start:]
            left = rest.lstrip("0123456789")
            # A number has a digit at least: between the two texts nothing else stands.
            if left != rest and behind.startswith(left):
                return True
    return False


def less(left: Value, right: Value) -> bool:
    """Tell whether one known value comes before another; what cannot be compared does not.

    Texts are ordered without regard to case, by their UTF-16 code units; a text and a number as two numbers. Null,
    lists, dicts and what is not a number come before nothing.
    """
    pair = _alike(left, right)
    if pair is None or isinstance(pair[0], list | dict) or pair[0] is None:
        return False
    return bool(_units(pair[0]) < _units(pair[1]) if isinstance(pair[0], str) else pair[0] < pair[1])


def _units(text: str) -> bytes:
    """Give what GitHub sorts a text by: its UTF-16 code units, case folded."""
    return folded(text).encode("utf-16-be", "surrogatepass")
