"""What may stand in a place of a workflow file, and what is wrong with what does.

ANY, TEXT, WORD, BOOLEAN, NUMBER and NOTHING are the shapes of scalars; `list_of`, `one_of` and `|` make others.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from asbuilt.workflows.yaml.document import Mapping as MappingNode
from asbuilt.workflows.yaml.document import Node, Scalar, Sequence, text_of
from asbuilt.workflows.yaml.finding import Finding


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand in a place; an expression may stand in any.

    `takes` says which scalars, `items` what a list holds. A mapping has the `keys` that GitHub knows, and `others` that
    the author names. `required` is the key that it cannot be without, `words` are the texts of which one is meant.
    """

    expected: str
    takes: Callable[[Scalar], bool] = lambda _: False
    items: "Shape | None" = None
    keys: Mapping[str, "Shape"] = field(default_factory=dict)
    others: "Shape | None" = None
    required: str = ""
    words: tuple[str, ...] = ()

    def __or__(self, other: "Shape") -> "Shape":
        """Give the shape of what may be the one or the other."""
        return Shape(
            f"{self.expected} or {other.expected}",
            lambda scalar: self.takes(scalar) or other.takes(scalar),
            self.items or other.items,
            self.keys or other.keys,
            self.others or other.others,
            self.required or other.required,
            self.words or other.words,
        )


def list_of(items: Shape) -> Shape:
    """Give the shape of a list.

    `items` is that of each entry; an empty list is one too.
    """
    return Shape("a list", items=items)


def one_of(*words: str) -> Shape:
    """Give the shape of one of some words.

    Case counts. What stands there instead is told with the word that is nearest.
    """
    return Shape(f"one of {', '.join(words)}", lambda scalar: scalar.value in words, words=words)


ANY = Shape("anything")
TEXT = Shape("a text", lambda _: True)  # GitHub makes a text of numbers and booleans, and of null an empty one
WORD = Shape("a text that is not empty", lambda scalar: bool(text_of(scalar)))
BOOLEAN = Shape("true or false", lambda scalar: isinstance(scalar.value, bool))
NUMBER = Shape("a number", lambda scalar: isinstance(scalar.value, int | float) and not isinstance(scalar.value, bool))
NOTHING = Shape("nothing", lambda scalar: scalar.value is None)


def shape_problems(node: Node, shape: Shape, name: str) -> Iterator[Finding]:
    """Give what is wrong with what stands in a place, and below it, each with its line.

    `shape` is one of `schema.py`, and `name` what a person calls the place, with its backquotes. Findings have marks,
    and no path. An expression is right in any place.
    """
    if shape is ANY or (isinstance(node, Scalar) and (shape.takes(node) or is_expression(node))):
        return
    if isinstance(node, Sequence) and shape.items is not None:
        for item in node:
            yield from shape_problems(item, shape.items, f"an entry of {name}")
    elif isinstance(node, MappingNode) and (shape.keys or shape.others):
        yield from _of_mapping(node, shape, name)
    else:
        word = text_of(node) if shape.words else None
        wanted = nearest(word, shape.words) if word else f", expected {shape.expected}"
        yield Finding(f"{name} is {_found(node)}{wanted}", mark=node.mark)


def _of_mapping(node: MappingNode, shape: Shape, name: str) -> Iterator[Finding]:
    misspelled = False
    for key, value in node.items():
        below = shape.keys.get(key.text, shape.others)
        if below is not None:
            yield from shape_problems(value, below, f"`{key.text}`")
        elif not is_expression(key):
            misspelled = True
            yield unknown_key(key, shape.keys, name)
    if shape.required and shape.required not in node and not misspelled:
        yield Finding(f"{name} has no `{shape.required}`", mark=node.mark)


def is_expression(node: Node) -> bool:
    """Tell whether a scalar holds a `${{ }}`: what it comes to is not in the file."""
    return isinstance(node, Scalar) and isinstance(node.value, str) and "${{" in node.value


def unknown_key(key: Scalar, allowed: Collection[str], what: str) -> Finding:
    """Say that a key is none, and which there are.

    "step" is no key of a job; did you mean "steps"?
    """
    return Finding(f'"{key.text}" is no key of {what}{nearest(key.text, allowed)}', mark=key.mark)


def nearest(word: str, words: Collection[str], lead: str = "what is") -> str:
    """Say what was meant by a word, or which there are.

        nearest("pusch", ("push", "schedule")) -> '; did you mean "push"?'
        nearest("x", ("push", "schedule"))     -> "; what is: push, schedule"

    It goes behind a fact. `lead` are the words before the list.
    """
    close = get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; {lead}: {', '.join(sorted(words)) or 'nothing'}"


def _found(node: Node) -> str:
    if isinstance(node, Scalar):
        return f'"{node.text}"' if text_of(node) else "empty"
    return "a list" if isinstance(node, Sequence) else "a mapping"
