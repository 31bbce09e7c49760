"""The nodes of a YAML text, by libyaml."""

from typing import Any

import yaml

IMPLICIT = "implicit"  # the tag of a plain scalar that has none: what it means is for the core schema to say
DEEPEST = 100  # levels; GitHub takes fewer
_HARMLESS = 5_000  # openings of levels, of which libyaml bears more


def composed(text: str) -> yaml.Node | None:
    """Give the root node of a text, or None of an empty one. Raises RecursionError where it is too deep to be read."""
    _refuse_depth(text)
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.composer.ComposerError as error:
        if error.problem != "second occurrence":  # of an anchor
            raise
        return yaml.compose(text, Loader=_AnchorsAnew)


def _refuse_depth(text: str) -> None:
    """Raise RecursionError for a text that is so deep that libyaml, which calls itself, would end the process."""
    if sum(map(text.count, "[{-?")) <= _HARMLESS:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError


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
