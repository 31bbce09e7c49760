"""What a verdict rests on, as a page: declared and observed side by side in the manner of YAML, and the requests."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from asbuilt import texts

# There are thousands of these pages: tags that HTML does not need are left out, and quotes, which JSON has to escape.
_TABLE = "<table><tr align=left><th>declared<th>observed<tr valign=top>"
_PRE = "<pre style=white-space:pre-wrap>"
_WIDEST = 96
_MOST_REQUESTS = 5
_MOST_LINES = 100
_PLAIN = re.compile(r"[^\W\d][\w/](?:[\w./@+() -]|:(?=[\w/]))*(?<! )|\d{4}-\d\d-\d\dT[\d:.]+Z")
_SPECIAL = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def page(requirement: str, declared: Any, observed: Any, asked: Sequence[str]) -> str:
    """Give plain values as HTML, side by side, with the requests that they rest on; of a long list the begin."""
    requests = [_marked_up(each) for each in asked[:_MOST_REQUESTS]]
    more = [f"and {len(asked) - _MOST_REQUESTS} more"] if len(asked) > _MOST_REQUESTS else []
    told = "\n".join((*requests, *more))
    rests_on = f"<p>Rests on{_PRE}{told}</pre>" if told else ""
    return f"{introduction(requirement)}{_TABLE}{_cell(declared)}{_cell(observed)}</table>{rests_on}"


def introduction(requirement: str) -> str:
    """Give what stands first on a page: what is required."""
    return f"<p>{_marked_up(requirement)}"


@lru_cache(2**12)
def _marked_up(text: str) -> str:
    return texts.marked_up(text)


def _cell(value: Any) -> str:
    lines = list(_lines(value, "")) if value else ["nothing"]
    more = [f"# and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    shown = escape("\n".join((*lines[:_MOST_LINES], *more)), quote=False)
    return f"<td>{_PRE}{shown}</pre>"


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Give a value line by line: a line for each entry or item that is short enough for one."""
    match value:
        case dict():
            for key, each in value.items():
                yield from _entry(f"{indent}{_text(str(key))}:", each, f"{indent}  ")
        case list() | tuple():
            for each in value:
                yield from _entry(f"{indent}-", each, f"{indent}  ")
        case _:
            yield f"{indent}{_flow(value)}"


def _entry(begin: str, value: Any, indent: str) -> Iterator[str]:
    short = _flow(value)
    if len(short) <= _WIDEST or not isinstance(value, dict | list | tuple):
        yield f"{begin} {short}"
    else:
        yield begin
        yield from _lines(value, indent)


def _flow(value: Any) -> str:
    """Give a value in one line."""
    match value:
        case str():
            return _text(value)
        case dict():
            return f"{{{', '.join(f'{_text(str(key))}: {_flow(each)}' for key, each in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_flow, value))}]"
        case None:
            return "null"
        case _:
            return str(value).lower()


@lru_cache(2**12)
def _text(text: str) -> str:
    """Give a text as it is shown, in quotes where it would read as something else."""
    shown = texts.line(text)
    if _PLAIN.fullmatch(shown) and shown.lower() not in _SPECIAL:
        return shown
    return json.dumps(shown, ensure_ascii=False)
