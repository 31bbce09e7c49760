"""What a scalar means: YAML 1.2.2's core schema (section 10.3), as GitHub's reader has it."""

import math
import re

_EXACT = 2**53  # below it, a float has every whole number
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = (".nan", ".NaN", ".NAN")
_STARTS = frozenset("+-.0123456789~nNtTfF")  # of all that is not a string
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE = "tag:yaml.org,2002:"
_TAGS: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float), "null": (type(None),)}


def meaning(text: str) -> str | float | bool | None:
    """Give the value of a scalar that stands without quotes: `on`, `yes` and dates are strings, `3.10` is 3.1.

        on -> "on", 3.10 -> 3.1, 0o17 -> 15, 0x1F -> 31, ~ -> None, (nothing) -> None, -.inf -> -inf, 1_0 -> "1_0"

    A whole number is an int, from 2^53 on a float, as GitHub has it. Nothing is refused: what is no other value is a
    string.
    """
    if text and text[0] not in _STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NOT_A_NUMBER else text


def _whole(text: str) -> float:
    """Give a whole number; a large one as a float, as GitHub has it."""
    try:
        number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        return number if abs(number) < _EXACT else float(number)
    except (ValueError, OverflowError):  # more digits than Python reads, or than a float holds
        return math.inf if text[0] != "-" else -math.inf


def tagged(tag: str, text: str, *, quoted: bool) -> str | float | bool | None:
    """Give the value of a scalar with a tag, such as `!!str 3`. Raises ValueError where GitHub does not take it.

    `tag` is written out or `!!` with the schema's own name before it: `tag:yaml.org,2002:str`. Only `str`, `bool`,
    `int`, `float` and `null` are taken, and all but `str` only of a text without quotes that means such a value by
    itself.
    """
    name = tag.removeprefix(_CORE)
    value = text if name == "str" else meaning(text)
    if name != "str" and (quoted or type(value) not in _TAGS.get(name, ())):
        raise ValueError(f'"{text}" is nothing that GitHub reads as {tag.replace(_CORE, "!!")}')
    return value
