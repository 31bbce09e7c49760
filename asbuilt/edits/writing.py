"""Put into a text, and take out of it, so that the rest stays as it is.

Each function gives the new text; whether that says what was meant is for the caller to read.
"""

from collections.abc import Sequence
from typing import Any

from asbuilt.edits.changing import NotEditableError
from asbuilt.edits.spots import Spot
from asbuilt.yaml_values import entry, flow, item, lines, scalar

# How many levels of what is new are written one key a line: sections of the estate, and what is named in them.
_LEVELS_OF_SECTIONS = 3
_LEVELS_OF_A_LIST = 2  # an item a line, and its keys


def replaced(text: str, spot: Spot, value: Any) -> str:
    """Put a value in the place of another one."""
    if spot.start == spot.end:  # a key with nothing behind it
        return _inserted(text, spot.start, f" {flow(value)}")
    if spot.kind == "scalar" and text[spot.start] in "|>":
        raise NotEditableError("a text of several lines stands there")
    if spot.kind != "scalar" and not spot.flow:
        return _block_replaced(text, spot, value)
    return text[: spot.start] + flow(value) + text[spot.end :]


def _block_replaced(text: str, spot: Spot, value: Any) -> str:
    if isinstance(value, list if spot.kind == "sequence" else dict) and value:
        start = _line_start(text, spot.start)
        indent = _indent(text, spot)
        written = [f"{indent}- {flow(each)}" for each in value] if isinstance(value, list) else lines(value, indent, 1)
        return text[:start] + _broken(text).join(written) + text[spot.end :]
    return text[: spot.start] + flow(value) + text[spot.end :]


def put_into(text: str, spot: Spot, key: str | int, value: Any, depth: int) -> str:
    """Put a key that is not there yet at the end of a mapping, `depth` levels below the root."""
    deep = max(0, _LEVELS_OF_SECTIONS - depth - 1) if isinstance(value, dict) else _LEVELS_OF_A_LIST
    if spot.kind == "scalar" and not spot.text:
        return replaced(text, spot, {key: value})
    if spot.kind != "mapping":
        raise NotEditableError("a single value or a list stands there")
    if spot.flow:
        return _put_in_flow(text, spot, f"{scalar(key)}: {flow(value)}", last=spot.items[-1].end if spot.items else 0)
    indent = _indent(text, spot)
    gap = [""] if depth == 0 and isinstance(value, dict | list) else []
    return _lines_after(text, spot.end, [*gap, *entry(scalar(key), value, indent, deep)])


def added_to(text: str, spot: Spot, values: Sequence[Any]) -> str:
    """Put values at the end of a list."""
    if spot.flow:
        inner = ", ".join(map(flow, values))
        return _put_in_flow(text, spot, inner, last=spot.items[-1].end if spot.items else 0)
    dash = _dash(text, spot.items[-1])
    start = _line_start(text, dash)
    if text[start:dash].strip(" "):
        raise NotEditableError("a list in a list stands there")
    long = any(_line_start(text, each.items[0].start) != _line_start(text, each.items[-1].start) for each in spot.items
               if each.kind == "mapping" and not each.flow and each.items)  # fmt: skip
    is_long = long or any(isinstance(each, dict) and len(each) > 3 for each in values)  # noqa: PLR2004 - as people do
    written = [line for each in values for line in item(each, text[start:dash], 1 if is_long else 0)]
    return _lines_after(text, spot.end, written)


def taken_out(text: str, around: Spot, gone: Spot) -> str:
    """Take an entry out of a mapping, or an item out of a list."""
    step = 2 if around.kind == "mapping" else 1
    index = around.items.index(gone) // step * step
    first = around.items[index]
    if len(around.items) == step:
        empty = "{}" if around.kind == "mapping" else "[]"
        if around.flow:
            return text[: around.start] + empty + text[around.end :]
        start = around.start if step == 2 else _dash(text, first)  # noqa: PLR2004 - a key and its value
        return text[:start] + empty + text[gone.end :]
    following = around.items[index + step] if index + step < len(around.items) else None
    if around.flow:
        if following is not None:
            return text[: first.start] + text[following.start :]
        before = around.items[index - 1].end
        between = text[before : first.start]
        start = first.start if {"#", "\n"} & set(between) else before
        return text[:start] + text[max(gone.end, first.end) :]
    start = first.start if step == 2 else _dash(text, first)  # noqa: PLR2004 - as above
    if text[_line_start(text, start) : start].strip(" "):  # behind a dash: what follows takes its place
        if following is None:
            raise NotEditableError("a list in a list stands there")
        return text[:start] + text[(following.start if step == 2 else _dash(text, following)) :]  # noqa: PLR2004
    end = _line_end(text, max(gone.end, first.end))
    return text[: _line_start(text, start)] + text[end:]


def noted(text: str, spot: Spot, told: str) -> str:
    """Put a comment on a line of its own above a key or an item."""
    start = _line_start(text, spot.start)
    indent = text[start : start + len(text[start:]) - len(text[start:].lstrip(" "))]
    return f"{text[:start]}{indent}# {told}{_broken(text)}{text[start:]}"


def _put_in_flow(text: str, spot: Spot, written: str, *, last: int) -> str:
    if last:
        return _inserted(text, last, f", {written}")
    return text[: spot.start] + (f"{{ {written} }}" if spot.kind == "mapping" else f"[{written}]") + text[spot.end :]


def _inserted(text: str, at: int, written: str) -> str:
    return text[:at] + written + text[at:]


def _lines_after(text: str, at: int, written: Sequence[str]) -> str:
    """Put lines behind the one in which something ends, with the comment that it has."""
    broken = _broken(text)
    end = _line_end(text, at)
    if end == len(text) and not text.endswith("\n"):
        return text + "".join(f"{broken}{line}" for line in written)
    return text[:end] + "".join(f"{line}{broken}" for line in written) + text[end:]


def _broken(text: str) -> str:
    """Give the line break of a text: that of its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Give where the next line begins, or the text ends."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _indent(text: str, spot: Spot) -> str:
    """Give the indentation of the entries of a block: blanks for what stands before the first on its line."""
    at = spot.items[0].start if spot.kind == "mapping" else _dash(text, spot.items[0])
    return " " * (at - _line_start(text, at))


def _dash(text: str, spot: Spot) -> int:
    """Give the place of the dash before an item of a list that is no flow."""
    found = text.rfind("-", 0, spot.start + (1 if text[spot.start : spot.start + 1] == "-" and not spot.text else 0))
    if found < 0 or text[found + 1 : spot.start].strip():
        raise NotEditableError("a comment stands between a dash and its item")
    return found
