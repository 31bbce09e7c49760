"""Values as YAML: on one line, or one key a line."""

import json
import re
from typing import Any

from asbuilt.texts import visible
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import plain

# What may stand without quotes, in brackets too; whether it then means the same text is read, and not assumed.
_PLAIN = re.compile(r"[A-Za-z0-9_/.](?:[A-Za-z0-9_./@:+ ()'-]{0,200}[A-Za-z0-9_./@)-])?")


def flow(value: Any) -> str:
    """Give a value on one line."""
    match value:
        case dict():
            inner = ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            return scalar(value)


def scalar(value: Any) -> str:
    """Give a text, a number, true, false or null; a text without quotes only where it is read as that text."""
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        read = reader.read(f"[{value}]".encode(), "")
        if not read.problems and read.root is not None and plain(read.root) == [value]:
            return value
    # What nobody can see becomes an escape, which is one of YAML between double quotes too.
    return visible(json.dumps(value, ensure_ascii=False))


def lines(value: Any, indent: str, deep: int) -> list[str]:
    """Give the lines of a value below its key, `deep` levels of it one a line; none for what stands beside the key."""
    if not deep or not value or not isinstance(value, dict | list):
        return []
    if isinstance(value, list) and not any(isinstance(each, dict) for each in value):
        return []
    found: list[str] = []
    if isinstance(value, dict):
        for key, each in value.items():
            found += entry(scalar(key), each, indent, deep - 1)
        return found
    for each in value:
        found += item(each, indent, deep - 1)
    return found


def entry(key: str, value: Any, indent: str, deep: int) -> list[str]:
    """Give a key with its value."""
    below = lines(value, f"{indent}  ", deep)
    return [f"{indent}{key}:", *below] if below else [f"{indent}{key}: {flow(value)}"]


def item(value: Any, indent: str, deep: int) -> list[str]:
    """Give an item of a list."""
    below = lines(value, f"{indent}  ", deep)
    if not below or not isinstance(value, dict):
        return [f"{indent}- {flow(value)}"]
    return [f"{indent}- {below[0].lstrip()}", *below[1:]]
