"""The parts of a shell script as a small tree, without tokens and quotes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(slots=True, eq=False)
class Assignment:
    """A variable that is given a text; `adds` where the text is appended."""

    name: str
    text: str
    adds: bool


@dataclass(slots=True, eq=False)
class Simple:
    """A command without others in it but those in `$(...)`: words, or assignments alone, or a test in brackets."""

    words: tuple[str, ...]
    line: int
    start: int
    source: str = ""
    assignments: tuple[Assignment, ...] = ()
    declares: bool = False
    substitutions: tuple["Sequence", ...] = ()
    stdin: str = ""
    # `${NAME:?}`, not of `$(...)`: without that the shell ends here, or, where it is redirected, this command fails.
    demands: tuple[str, ...] = ()
    demands_redirected: tuple[str, ...] = ()
    # The end of `source` that is about the command behind it alone: `a || b > file`.
    behind: str = ""


@dataclass(slots=True, eq=False)
class Sequence:
    """Statements one after the other; also those in braces."""

    items: list["Statement"]


@dataclass(slots=True, eq=False)
class AndOr:
    """`left && right`, or `left || right`."""

    left: "Statement"
    both: bool
    right: "Statement"


@dataclass(slots=True, eq=False)
class Not:
    """`! item`."""

    item: "Statement"


@dataclass(slots=True, eq=False)
class Pipeline:
    """`a | b | c`."""

    parts: list["Statement"]


@dataclass(slots=True, eq=False)
class If:
    """Conditions, each with its branch, and the branch of `else`."""

    clauses: list[tuple[Sequence, Sequence]]
    otherwise: Sequence | None


@dataclass(slots=True, eq=False)
class While:
    """A loop with a condition; `until` where it goes on for as long as that fails."""

    until: bool
    condition: Sequence
    body: Sequence


@dataclass(slots=True, eq=False)
class For:
    """A loop over words. A name of None is the form with three arithmetic expressions."""

    name: str | None
    words: tuple[tuple[str, bool], ...]
    body: Sequence
    endless: bool
    head: Simple


@dataclass(slots=True, eq=False)
class Case:
    """Branches by the patterns that a word matches. `head` is the question as a command; `all`: one matches all."""

    head: Simple
    branches: list[Sequence]
    all: bool
    patterns: tuple[tuple[str, ...], ...] = ()


@dataclass(slots=True, eq=False)
class Subshell:
    """`( body )`."""

    body: Sequence


@dataclass(slots=True, eq=False)
class Background:
    """`item &`."""

    item: "Statement"


@dataclass(slots=True, eq=False)
class Function:
    """A definition of a function."""

    name: str
    body: Sequence


Statement: TypeAlias = (
    Simple | Sequence | AndOr | Not | Pipeline | If | While | For | Case | Subshell | Background | Function
)


def parts_of(statement: Statement) -> Iterator[Statement]:  # noqa: C901 - one case for each kind
    """Give the statements that a statement is made of, in the order of the text; none for a simple command."""
    match statement:
        case Sequence():
            yield from statement.items
        case AndOr():
            yield statement.left
            yield statement.right
        case Not() | Background():
            yield statement.item
        case Pipeline():
            yield from statement.parts
        case If():
            for clause in statement.clauses:
                yield from clause
            if statement.otherwise is not None:
                yield statement.otherwise
        case While():
            yield statement.condition
            yield statement.body
        case For():
            yield statement.head
            yield statement.body
        case Subshell() | Function():
            yield statement.body
        case Case():
            yield statement.head
            yield from statement.branches
        case Simple():
            return


def simples_of(statement: Statement) -> Iterator[Simple]:
    """Give the simple commands of a statement, those in `$(...)` left out."""
    if isinstance(statement, Simple):
        yield statement
    else:
        for part in parts_of(statement):
            yield from simples_of(part)


def all_of(statement: Statement) -> Iterator[Simple]:
    """Give every simple command of a statement, those in `$(...)` too."""
    for simple in simples_of(statement):
        yield simple
        for script in simple.substitutions:
            yield from all_of(script)
