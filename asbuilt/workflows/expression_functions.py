"""The functions of GitHub's expressions, but for those that ask for the status of the run."""

import json
import re
from collections.abc import Callable
from typing import Any

from asbuilt.workflows.expression_values import UNKNOWN, Unknown, Value, Whole, equal, folded, known, text_of

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([0-9]+)[^{}]*\}|[{}]")


def _is_text(*values: Value) -> bool:
    return not any(isinstance(value, list | dict) for value in values)


def _contains(where: Value, what: Value) -> Value:
    if isinstance(where, list) and not isinstance(what, list | dict):
        answers = [equal(what, item) for item in where]
        return True if True in answers else False if all(map(known, answers)) else UNKNOWN
    if isinstance(where, Unknown):
        found = isinstance(what, str) and folded(what) in folded(where.prefix)
        return True if found else UNKNOWN
    if not known(what):
        return UNKNOWN
    return _is_text(where, what) and folded(text_of(what)) in folded(text_of(where))


def _starts_with(text: Value, start: Value) -> Value:
    if isinstance(text, Unknown) and isinstance(start, str):
        prefix, wanted = folded(text.prefix), folded(start)
        if prefix.startswith(wanted):
            return True
        return UNKNOWN if wanted.startswith(prefix) else False
    if not (known(text) and known(start)):
        return UNKNOWN
    return _is_text(text, start) and folded(text_of(text)).startswith(folded(text_of(start)))


def _ends_with(text: Value, end: Value) -> Value:
    if not (known(text) and known(end)):
        return UNKNOWN
    return _is_text(text, end) and folded(text_of(text)).endswith(folded(text_of(end)))


def _format(pattern: Value, *values: Value) -> Value:
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

    text = _PLACEHOLDER.sub(replace, text_of(pattern))
    return Unknown(truth=True if text else None) if unknown else text


def _join(values: Value, separator: Value = ",") -> Value:
    if not (known(values) and known(separator)):
        return UNKNOWN
    if not isinstance(values, list):
        return "" if isinstance(values, dict) else text_of(values)
    between = text_of(separator) if _is_text(separator) else ","
    return between.join(map(text_of, values)) if all(map(known, values)) else UNKNOWN


def _to_json(value: Value) -> Value:
    try:
        return json.dumps(_plain(value), indent=2, ensure_ascii=False)
    except LookupError:
        return UNKNOWN


def _plain(value: Value) -> Any:
    """Give a value as JSON knows it. Raises LookupError where a part of it is unknown."""
    if isinstance(value, Unknown) or (isinstance(value, dict) and not isinstance(value, Whole)):
        raise LookupError  # noqa: TRY004 - nothing is wrong with its type
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _from_json(text: Value) -> Value:
    if not known(text):
        return UNKNOWN
    return json.loads(text_of(text), object_hook=Whole)


def _hash_files(*_patterns: Value) -> Value:
    return UNKNOWN


def _case(*arguments: Value) -> Value:
    for predicate, value in zip(arguments[:-1:2], arguments[1::2], strict=True):
        if not known(predicate):
            return UNKNOWN
        if not isinstance(predicate, bool):
            raise ValueError("a predicate that is neither true nor false")  # noqa: TRY004 - GitHub's error, not ours
        if predicate:
            return value
    return arguments[-1]


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "tojson": _to_json,
    "fromjson": _from_json,
    "hashfiles": _hash_files,
    "case": _case,
}
