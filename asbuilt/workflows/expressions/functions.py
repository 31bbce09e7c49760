"""The functions of GitHub's expressions, but for `case` and those that ask for the status of the run.

Each takes values and gives a value, UNKNOWN where it hangs on an argument that is. How many arguments there are is
checked by `syntax` before. Raises ValueError, in words, where GitHub fails the run over what an argument is; the
evaluator makes an ExpressionError of it. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions
"""

import json
import re
from collections.abc import Callable
from typing import Any

from asbuilt.workflows.bounds import ITEMS, JSON_LEVELS, VALUE
from asbuilt.workflows.expressions.values import (
    UNKNOWN,
    Unknown,
    Value,
    Whole,
    begins,
    ends,
    equal,
    folded,
    holds_part,
    known,
    text_of,
)

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([0-9]+):?\}|[{}]")


def _is_text(*values: Value) -> bool:
    return not any(isinstance(value, list | dict) for value in values)


def _contains(where: Value, what: Value) -> Value:
    """Tell whether a list has an item, by `==`, or a text a part, without regard to case."""
    if isinstance(where, list):
        answers = [equal(what, item) for item in where]
        return True if True in answers else False if all(map(known, answers)) else UNKNOWN
    if isinstance(where, Unknown):
        return holds_part(where, what) if isinstance(what, str) else UNKNOWN
    if not known(what):
        return UNKNOWN
    return _is_text(where, what) and folded(text_of(what)) in folded(text_of(where))


def _starts_with(text: Value, start: Value) -> Value:
    """Tell whether a text begins with another, without regard to case; of an unknown text, by what is certain of it."""
    if isinstance(text, Unknown) and isinstance(start, str):
        return begins(text, start)
    if not (known(text) and known(start)):
        return UNKNOWN
    return _is_text(text, start) and folded(text_of(text)).startswith(folded(text_of(start)))


def _ends_with(text: Value, end: Value) -> Value:
    if isinstance(text, Unknown) and isinstance(end, str):
        return ends(text, end)
    if not (known(text) and known(end)):
        return UNKNOWN
    return _is_text(text, end) and folded(text_of(text)).endswith(folded(text_of(end)))


def _format(pattern: Value, *values: Value) -> Value:
    """Put values where `{0}`, `{1}` stand in a text; `{{` and `}}` are braces.

    Where one of them is unknown, no more is certain than that the text around it is not empty.
    """
    if not known(pattern):
        return UNKNOWN
    unknown = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[0] in {"{{", "}}"}:
            return match[0][0]
        if match[1] is None:
            raise ValueError(f'"{match[0]}" in the format string stands alone; double it')
        if int(match[1]) >= len(values):
            raise ValueError(f"{match[0]} refers to an argument that is not there")
        value = values[int(match[1])]
        unknown = unknown or not known(value)
        return "" if unknown else text_of(value)

    text = ""
    at = 0
    for match in _PLACEHOLDER.finditer(whole := text_of(pattern)):
        text += whole[at : match.start()] + replace(match)
        at = match.end()
        if len(text) > VALUE:
            return UNKNOWN
    text += whole[at:]
    return Unknown(truth=True if text else None) if unknown else text


def _join(values: Value, separator: Value = ",") -> Value:
    """Join a list to one text. A single value joins to itself, an object to nothing."""
    if not (known(values) and known(separator)):
        return UNKNOWN
    if not isinstance(values, list):
        return "" if isinstance(values, dict) else text_of(values)
    between = text_of(separator) if _is_text(separator) else ","
    if not all(map(known, values)):
        return UNKNOWN
    texts = [text_of(each) for each in values]
    length = sum(map(len, texts)) + len(between) * len(texts)
    return between.join(texts) if length <= VALUE else UNKNOWN


def _to_json(value: Value) -> Value:
    """Write a value as JSON of two spaces a level; an object that is known in part is UNKNOWN."""
    try:
        return _json(value, "\n")
    except LookupError:
        return UNKNOWN


def _json(value: Value, line: str) -> str:
    """Write a value as JSON, with numbers as GitHub writes them. Raises LookupError where a part of it is unknown."""
    match value:
        case None:
            return "null"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return _block("[]", [_json(item, line + "  ") for item in value], line)
        case Whole():
            items = [f"{_json(key, '')}: {_json(item, line + '  ')}" for key, item in value.items()]
            return _block("{}", items, line)
        case Unknown() | dict():
            raise LookupError
        case _:
            return text_of(value)


def _block(brackets: str, items: list[str], line: str) -> str:
    return f"{brackets[0]}{line}  {f',{line}  '.join(items)}{line}{brackets[1]}" if items else brackets


def _from_json(text: Value) -> Value:
    """Read JSON: objects become `Whole`, numbers floats. Too many items are UNKNOWN."""
    if not known(text):
        return UNKNOWN
    written = text_of(text)
    if not _is_small(written):
        return UNKNOWN
    return json.loads(
        written, object_pairs_hook=_object, parse_int=float, parse_float=float, parse_constant=_no_constant
    )


def _is_small(text: str) -> bool:
    """Tell whether a text of JSON makes few enough items to be read. Raises ValueError where it nests too deep."""
    items = depth = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in ",[{":
            items += 1
            depth += character != ","
            if depth > JSON_LEVELS:
                raise ValueError(f"nests deeper than {JSON_LEVELS} levels")
            if items > ITEMS:
                return False
        elif character in "]}":
            depth -= 1
    return True


def _object(pairs: list[tuple[str, Any]]) -> Whole:
    """Build an object: a key that differs from an earlier one in case alone is that key."""
    keys: dict[str, str] = {}
    return Whole((keys.setdefault(folded(key), key), value) for key, value in pairs)


def _no_constant(name: str) -> Value:
    raise ValueError(f"{name} is no JSON")


def _hash_files(*_patterns: Value) -> Value:
    return UNKNOWN


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "tojson": _to_json,
    "fromjson": _from_json,
    "hashfiles": _hash_files,
}
