"""The changes of a fault: what is set, removed or appended at a place of a scenario's document."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

from asbuilt.sandbox.reading import ScenarioError, nearest


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a fault: where, which of set, remove and append, the value, and after how many seconds."""

    at: tuple[Any, ...]
    verb: str
    value: Any
    after: float
    file: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as its file has it: its name, its changes, and the controls that trip, on which of its own subjects."""

    name: str
    edits: tuple[Edit, ...]
    trips: dict[str, list[str]]

    @property
    def text(self) -> str:
        """All that it changes, as one text to look for names in."""
        return json.dumps([[list(each.at), each.value] for each in self.edits], default=str)


def apply(world: dict[Any, Any], edit: Edit) -> None:
    """Change a document. Raises ScenarioError where the place is not there."""
    node: Any = world
    for depth, step in enumerate(edit.at[:-1]):
        node = node[_key(node, step, edit, depth)]
    last = len(edit.at) - 1
    key = _key(node, edit.at[-1], edit, last, new=edit.verb == "set")
    if edit.verb == "set":
        node[key] = copy.deepcopy(edit.value)
    elif edit.verb == "remove":
        del node[key]
    elif isinstance(node[key], list):
        node[key].append(copy.deepcopy(edit.value))
    else:
        raise ScenarioError(f"{edit.file}: {_path(edit.at)} is no list; expected one to append to")


def _key(node: Any, step: Any, edit: Edit, depth: int, *, new: bool = False) -> Any:
    """Return the key or index that a step names: a mapping picks the list's first item that has those values."""
    if isinstance(node, dict):
        if step in node or new:
            return step
        allowed = [str(key) for key in node]
    elif isinstance(node, list):
        if isinstance(step, dict):
            step = next((i for i, item in enumerate(node) if step.items() <= item.items()), None)
        if isinstance(step, int) and -len(node) <= step < len(node):
            return step
        allowed = [f"an index below {len(node)}", "a mapping of values that one item has"]
    else:
        allowed = ["nothing, as this is no mapping and no list"]
    place = _path(edit.at[: depth + 1])
    hint = nearest(str(edit.at[depth]), allowed)
    raise ScenarioError(f"{edit.file}: {place} is not there; {hint}allowed: {', '.join(allowed) or 'nothing'}")


def _path(at: tuple[Any, ...]) -> str:
    return ".".join(map(str, at))
