"""Where in a workflow or an action GitHub reads expressions, and what it gives them there, by `published.py`.

WORKFLOW and ACTION are the places of their roots: go down from there by `Place.below` and `Place.entries`. As a table:
https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from asbuilt.workflows.expressions.tree import STATUS_FUNCTIONS
from asbuilt.workflows.judge.github import published
from asbuilt.workflows.judge.github.published import Syntax


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: the contexts that an expression has there, none where GitHub reads no expression.

    `hashes` says that hashFiles() is there too, `condition` that the whole text is an expression. `keys` are the places
    below it, "*" any other key; `entries` is the place of each entry of a list.
    """

    contexts: frozenset[str] = frozenset()
    hashes: bool = False
    condition: bool = False
    keys: Mapping[str, "Place"] = field(default_factory=dict, repr=False)  # which lead round where steps hold steps
    entries: "Place | None" = None

    def below(self, key: str) -> "Place | None":
        """Give the place of what stands under a key; None where GitHub knows no such key, and reads nothing of it.

        A key that is an expression, and one below a place of which no keys are known, has the same place.
        """
        known = self.keys.get(key) or self.keys.get("*")
        return known or (None if self.keys and "${{" not in key else self)


def _place(syntax: Syntax, name: str, above: frozenset[str], made: dict[tuple[str, frozenset[str]], Place]) -> Place:
    """Give the place of a definition, by its name at GitHub; what an expression has above, it has below too."""
    definition = syntax[name]
    allowed = above | definition.allowed
    if (name, allowed) in made:
        return made[name, allowed]
    functions = {each.partition("(")[0].lower() for each in allowed if "(" in each}
    keys: dict[str, Place] = {}
    place = made[name, allowed] = Place(
        frozenset(each for each in allowed if "(" not in each),
        "hashfiles" in functions,
        not functions.isdisjoint(STATUS_FUNCTIONS),
        keys,
        _place(syntax, definition.items, allowed, made) if definition.items is not None else None,
    )
    if definition.others is not None:
        keys["*"] = _place(syntax, definition.others, allowed, made)
    keys |= {key: _place(syntax, below, allowed, made) for key, below in definition.keys.items()}
    return place


CONTEXTS = frozenset(
    context for definition in published.WORKFLOW.values() for context in definition.allowed if "(" not in context
)
WORKFLOW = _place(published.WORKFLOW, "workflow-root-strict", frozenset(), {})
ACTION = _place(published.ACTION, "action-root", frozenset(), {})
