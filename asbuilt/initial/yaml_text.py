"""Write a drafted estate as YAML: a section's remark and what to review above the key that it is about."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from asbuilt import texts
from asbuilt.initial.nouns import Drafted, Place
from asbuilt.yaml_values import flow, scalar

_WIDTH = 120


def text(drafted: Drafted) -> str:
    """Give the YAML of a drafted estate, with its comments."""
    comments: dict[Place, list[str]] = {}
    for each in drafted.remarks:
        comments.setdefault(each.place, []).append(each.text)
    for each in drafted.reviews:
        comments.setdefault(each.place, []).append(f"review: {each.text}")
    return "".join(f"{line}\n" for line in _mapping(drafted.plain, (), comments, ""))


def _mapping(value: Mapping[str, Any], place: Place, comments: Mapping[Place, list[str]], indent: str) -> Iterator[str]:
    yield from _comment(comments.get(place, ()) if not place else (), indent)
    for index, (key, each) in enumerate(value.items()):
        here = (*place, key)
        if not place and index:
            yield ""
        yield from _comment(comments.get(here, ()), indent)
        yield from _entry(f"{indent}{scalar(key)}:", each, here, comments, indent)


def _entry(head: str, value: Any, here: Place, comments: Mapping[Place, list[str]], indent: str) -> Iterator[str]:
    inside = any(place[: len(here)] == here and len(place) > len(here) for place in comments)
    flat = f"{head} {flow(value)}"
    blocked = isinstance(value, dict | list) and value
    if not blocked or (not inside and len(flat) <= _WIDTH and len(here) > 2 and _is_shallow(value)):  # noqa: PLR2004 - below a named thing
        yield flat
        return
    yield head
    if isinstance(value, dict):
        yield from _mapping(value, here, comments, f"{indent}  ")
        return
    for index, each in enumerate(value):
        yield from _comment(comments.get((*here, index), ()), f"{indent}  ")
        yield f"{indent}  - {flow(each)}"


def _comment(lines: Any, indent: str) -> Iterator[str]:
    for each in lines:
        wide = max(40, _WIDTH - len(indent) - 2)
        shown = textwrap.wrap(
            texts.line(each, texts.LONGEST_WHOLE), wide, subsequent_indent="  ", break_on_hyphens=False
        )
        yield from (f"{indent}# {line}".rstrip() for line in shown)


def _is_shallow(value: Any) -> bool:
    """Say whether a value reads well on one line: a list of texts, a mapping without mappings of mappings."""
    below = value.values() if isinstance(value, dict) else value
    if isinstance(value, list):
        return not any(isinstance(each, dict | list) for each in below)
    return not any(isinstance(each, dict | list) and each and not _is_flat(each) for each in below)


def _is_flat(value: Any) -> bool:
    return not any(isinstance(each, dict | list) for each in (value.values() if isinstance(value, dict) else value))
