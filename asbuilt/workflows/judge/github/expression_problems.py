"""What is wrong with the expressions of a workflow file or an action.

One that GitHub cannot parse, a context or function that it does not give there, and an expression where it takes only a
fixed text.
"""

from collections.abc import Iterator

from asbuilt.workflows.expressions.evaluate import Embedded, condition, segments, sole_expression
from asbuilt.workflows.expressions.syntax import ExpressionError, parse
from asbuilt.workflows.expressions.tree import STATUS_FUNCTIONS, Call, Expression, Literal, Name, walk
from asbuilt.workflows.judge.github.availability import CONTEXTS, Place
from asbuilt.workflows.yaml.document import Mapping, Mark, Node, Scalar, Sequence
from asbuilt.workflows.yaml.finding import Finding


def expression_problems(node: Node | None, place: Place | None) -> Iterator[Finding]:
    """Give what is wrong with every expression at or below a node, by what GitHub gives expressions in its place.

    `place` is that of the node (`availability.WORKFLOW` for the root), None where nothing is read. Findings have the
    mark of their line, and no path, in the order of the file.
    """
    if place is None:
        return
    if isinstance(node, Scalar):
        if not isinstance(node.value, str):
            return
        if place.condition:
            yield from _of_condition(node, place)
        elif "${{" in node.value:
            yield from _of_text(node, place)
    elif isinstance(node, Sequence):
        for item in node:
            yield from expression_problems(item, place.entries or place)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from expression_problems(value, place.below(key.text))


def _of_condition(test: Scalar, place: Place) -> Iterator[Finding]:
    quoted = f"`if: {test.text.strip()}`"
    try:
        tree = condition(str(test.value))
    except ExpressionError as error:
        yield Finding(f"{quoted}: {error}", mark=test.mark)
        return
    yield from _of_tree(tree, place, quoted, test.mark)


def _of_text(scalar: Scalar, place: Place) -> Iterator[Finding]:
    try:
        parts = [part for part in segments(scalar.text) if isinstance(part, Embedded)]
    except ExpressionError as error:
        yield Finding(str(error), mark=_line(scalar, error.offset))
        return
    for part in parts:
        quoted = f"`${{{{{part.text}}}}}`"
        mark = _line(scalar, part.offset)
        try:
            tree = parse(part.text)
        except ExpressionError as error:
            yield Finding(f"{quoted}: {error}", mark=mark)
            continue
        if place.contexts:
            yield from _of_tree(tree, place, quoted, mark)
        elif not (_is_text(tree) and part.text == sole_expression(scalar.text)):  # which GitHub takes for the text
            yield Finding(f"{quoted}: GitHub takes no expression here, only a fixed text", mark=mark)


def _of_tree(tree: Expression, place: Place, quoted: str, mark: Mark) -> Iterator[Finding]:
    for node in walk(tree):
        if isinstance(node, Name) and node.name not in place.contexts:
            here = "is not available here" if node.name in CONTEXTS else "is no context"
            yield Finding(f'{quoted}: "{node.name}" {here}; what is: {", ".join(sorted(place.contexts))}', mark=mark)
        elif isinstance(node, Call):
            if node.function in STATUS_FUNCTIONS and not place.condition:
                yield Finding(f"{quoted}: {node.function}() is available only in `if`", mark=mark)
            elif node.function in STATUS_FUNCTIONS and node.arguments and place.hashes:
                yield Finding(f"{quoted}: {node.function}() takes no jobs here, in a step", mark=mark)
            elif node.function == "hashfiles" and not place.hashes:
                yield Finding(f"{quoted}: hashFiles() is available only in steps", mark=mark)


def _is_text(tree: Expression) -> bool:
    return isinstance(tree, Literal) and isinstance(tree.value, str)


def _line(scalar: Scalar, offset: int) -> Mark:
    """Give the line of an offset in a block of text, else the place of the text, whose lines are none of the file."""
    line = scalar.text.count("\n", 0, offset)
    return Mark(scalar.mark.line + 1 + line, 1) if scalar.literal else scalar.mark
