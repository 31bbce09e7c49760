"""The nodes of a YAML text, by libyaml.

What a pull request holds is counted before anything is built of it: aliases can make millions of nodes of a few lines,
and libyaml calls itself for each level.
"""

import re
from typing import Any

import yaml

from asbuilt.workflows.bounds import LEVELS, NODES, hold, hold_levels

IMPLICIT = "implicit"  # the tag of a plain scalar that has none: what it means is for the core schema to say
_HARMLESS = 5_000  # openings of levels, of which libyaml bears more
_ANCHOR = re.compile(r"&(?<![^\s\[{,:]&)[^\s&]")  # what begins with a character is found the fastest


def composed(text: str) -> yaml.Node | None:
    """Give the root node of a text, or None of an empty one. Raises PastBoundError where it is too large or deep.

    A scalar without quotes and without a tag has the tag IMPLICIT; what it means is for `core_schema`. Aliases are the
    very node that they stand for, so a tree may hold a node several times, or hold itself. Raises yaml.YAMLError where
    the text is not YAML; that of a syntax error has its mark.
    """
    if (
        sum(map(text.count, "[{-?")) > _HARMLESS
        or 2 * sum(map(text.count, "\n,:[{-?")) > NODES
        or _ANCHOR.search(text) is not None
    ):
        _hold(text)
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.composer.ComposerError as error:
        if error.problem != "second occurrence":  # of an anchor
            raise
        return yaml.compose(text, Loader=_AnchorsAnew)


def _hold(text: str) -> None:
    """Count the nodes and levels of a text, with what its aliases repeat, and build none of them.

    libyaml calls itself for each level, and would end the process. Raises PastBoundError.
    """
    nodes = 0
    anchors: dict[str, tuple[int, int]] = {}  # how many nodes, and how many levels
    around: list[list[int]] = []  # of each node that is open: the nodes before it, and the deepest level in it
    names: list[str | None] = []
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            height = 0
            if isinstance(event, yaml.CollectionStartEvent):
                around.append([nodes, 0])
                names.append(event.anchor)
                nodes += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                before, height = around.pop()
                height += 1
                if (name := names.pop()) is not None:
                    anchors[name] = nodes - before, height
            elif isinstance(event, yaml.AliasEvent):
                count, height = anchors.get(event.anchor or "", (1, 0))
                nodes += count
            elif isinstance(event, yaml.ScalarEvent):
                nodes += 1
                if event.anchor is not None:
                    anchors[event.anchor] = 1, 0
            if around:
                around[-1][1] = max(around[-1][1], height)
            mark = event.start_mark
            place = (mark.line + 1, mark.column + 1) if mark is not None else None
            hold_levels(len(around) + height, LEVELS, place)
            hold(nodes, NODES, "nodes", place)
    except yaml.YAMLError:
        return  # whoever reads it says so


class _Loader(yaml.CBaseLoader):
    """libyaml's parser, with the meaning of plain scalars left open."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Tell plain scalars from quoted ones."""
        if kind is yaml.ScalarNode and implicit[0]:
            return IMPLICIT
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


class _AnchorsAnew(yaml.composer.Composer, _Loader):
    """The same, slower, for a text that gives one anchor to several nodes: YAML allows it, the other composer does not.

    An alias stands for the last of them before it.
    """

    def __init__(self, stream: str) -> None:
        _Loader.__init__(self, stream)
        yaml.composer.Composer.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Forget the node that had a node's anchor before it."""
        event = self.peek_event()
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self.anchors.pop(event.anchor, None)
        return super().compose_node(parent, index)
