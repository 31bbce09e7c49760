"""What an expression of GitHub's `${{ }}` language is made of.

Every node has the `offset` at which its name, value or operator stands in the text, from 0. Trees are made by `syntax`
and by `evaluate.condition`; what is made up there, such as the success() of an `if`, has offset 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass

STATUS_FUNCTIONS = frozenset({"success", "failure", "always", "cancelled"})


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written out.

    Numbers are floats, also `NaN` and `Infinity`; a string is without its quotes. The name behind a dot is a literal
    too.
    """

    value: str | float | bool | None
    offset: int


@dataclass(frozen=True, slots=True)
class Name:
    """A context: `github`, `inputs`, ...

    In lower case. It need not be one that GitHub has: `judge.github` says which a key may use.
    """

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Index:
    """A member of an object or an array: `a.b` and `a['b']` are the same.

    `index` is a Literal where the name or number is written out, else what makes it: `matrix[inputs.key]`.
    """

    target: "Expression"
    index: "Expression"
    offset: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Every member: `a.*`, and `a[*]`."""

    target: "Expression"
    offset: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; its name is in lower case."""

    function: str
    arguments: tuple["Expression", ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: "Expression"
    offset: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`left == right` and its kin.

    `operator` is one of `==`, `!=`, `<`, `<=`, `>`, `>=`.
    """

    operator: str
    left: "Expression"
    right: "Expression"
    offset: int


@dataclass(frozen=True, slots=True)
class Logical:
    """A chain of `&&`, or of `||`.

    `operator` is one of the two, `operands` two or more in the order they are written: `a && b && c` is one node.
    """

    operator: str
    operands: tuple["Expression", ...]
    offset: int


Expression = Literal | Name | Index | Filter | Call | Not | Compare | Logical


def children(node: Expression) -> tuple[Expression, ...]:
    """Give the parts of a node, in the order they are written.

    A literal and a name have none, nor has an operator or the name of a function.
    """
    match node:
        case Index(target, index):
            return (target, index)
        case Filter(target):
            return (target,)
        case Call(arguments=parts) | Logical(operands=parts):
            return parts
        case Not(operand):
            return (operand,)
        case Compare(left=left, right=right):
            return (left, right)
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """Give a node and everything below it.

    Each node before its parts, and those in the order they are written.
    """
    yield node
    for child in children(node):
        yield from walk(child)


def levels(node: Expression) -> int:
    """Count the levels of a node, those of the deepest part of it.

    `a` has one, `a.b` has two. It does not call itself, so a chain of any length can be counted.
    """
    count, level = 0, [node]
    while level:
        count += 1
        level = [child for each in level for child in children(each)]
    return count


def asks_for_status(node: Expression) -> bool:
    """Tell whether an expression calls success(), failure(), always() or cancelled() anywhere.

    GitHub adds success() to a condition that does not:
    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """
    return any(isinstance(part, Call) and part.function in STATUS_FUNCTIONS for part in walk(node))


def member_path(node: Expression) -> str | None:
    """Give a member's way from its context in lower case, such as `github.event.repository`, or None.

        github.event['Repository'] -> "github.event.repository"

    None for a context alone, and where a part of the way is not written out: `github`, `github[inputs.key]`, `a.*.b`.
    """
    names: list[str] = []
    while isinstance(node, Index) and isinstance(node.index, Literal) and isinstance(node.index.value, str):
        names.append(node.index.value.lower())
        node = node.target
    return ".".join((node.name.lower(), *reversed(names))) if isinstance(node, Name) and names else None
