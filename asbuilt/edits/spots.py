"""Where the nodes of a YAML text begin and end, and how they are written: what an edit needs, and a reader does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from asbuilt.edits.changing import NotEditableError, Place


@dataclass(slots=True)
class Spot:
    """A node as it stands in the text, from `start` up to `end`, in characters.

    `kind` is scalar, mapping, sequence or alias. `name` is its anchor, or the one that an alias stands for. `items` are
    those of a sequence, or the keys and values of a mapping by turns.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    flow: bool = False
    name: str | None = None
    items: list[Spot] = field(default_factory=list)

    @property
    def entries(self) -> list[tuple[Spot, Spot]]:
        """The keys of a mapping with their values."""
        return list(zip(self.items[::2], self.items[1::2], strict=True))

    def walk(self) -> Iterator[Spot]:
        """Give the node, and all below it."""
        yield self
        for each in self.items:
            yield from each.walk()


def spots(text: str) -> Spot:
    """Give the root of a text that `reader` has read without a problem, so that it is bounded."""
    around: list[Spot] = []
    root: Spot | None = None
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            closed = around.pop()
            closed.end = _at(event.end_mark) if closed.flow else _end_of_block(closed)
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        start, end = _at(event.start_mark), _at(event.end_mark)
        spot = Spot("alias", start, end, name=event.anchor)
        if isinstance(event, yaml.ScalarEvent):
            folded = event.style in {"|", ">"}
            spot = Spot("scalar", start, _trimmed(text, start, end) if folded else end, event.value, name=event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
            spot = Spot(kind, start, end, flow=bool(event.flow_style), name=event.anchor)
        if around:
            around[-1].items.append(spot)
        else:
            root = spot
        if isinstance(event, yaml.CollectionStartEvent):
            around.append(spot)
    if root is None:
        raise NotEditableError("there is nothing in it")
    return root


def _at(mark: Any) -> int:
    return int(mark.index)


def _end_of_block(spot: Spot) -> int:
    return spot.items[-1].end if spot.items else spot.end


def _trimmed(text: str, start: int, end: int) -> int:
    """Give the end of what is written below a `|`, without the line breaks behind it."""
    return start + len(text[start:end].rstrip())


def way(root: Spot, place: Place) -> list[Spot]:
    """Give the values from the root down to a place, as far as they are there.

    Raises NotEditableError where an alias, or what an alias stands for, is on the way: a change of it would be one of
    another place too.
    """
    shared = {each.name for each in root.walk() if each.kind == "alias"}
    found = [root]
    _refuse_shared(root, shared)
    for key in place:
        below = child(found[-1], key)
        if below is None:
            return found
        _refuse_shared(below, shared)
        found.append(below)
    if any(each.kind != "alias" and each.name in shared for each in found[-1].walk()):
        raise NotEditableError("an alias elsewhere stands for a part of it")
    return found


def _refuse_shared(spot: Spot, shared: set[str | None]) -> None:
    if spot.kind == "alias":
        raise NotEditableError(f"*{spot.name} stands there, an alias of what is written elsewhere")
    if spot.name is not None and spot.name in shared:
        raise NotEditableError(f"*{spot.name} stands elsewhere for what is written there")


def child(spot: Spot, key: str | int) -> Spot | None:
    """Give the value of a key, or the item of an index."""
    if spot.kind == "mapping":
        return next((value for name, value in spot.entries if name.text == key), None)
    if spot.kind == "sequence" and isinstance(key, int) and key < len(spot.items):
        return spot.items[key]
    return None


def key_of(spot: Spot, key: str | int) -> Spot | None:
    """Give what a comment about a key or an item stands above: the key itself, or the item."""
    if spot.kind == "mapping":
        return next((name for name, _ in spot.entries if name.text == key), None)
    return child(spot, key)
