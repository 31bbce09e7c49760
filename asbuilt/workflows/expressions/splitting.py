"""What an expression comes to for each answer to a condition that nobody knows before the run.

    vars.LIVE == 'true' && 'shop' || 'shop-dev' -> shop where `vars.LIVE == 'true'`, else shop-dev

A condition that asks the same of the same value is answered once, through the inputs, outputs and variables that hand
it on: texts that depend on one condition keep together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from asbuilt.workflows.bounds import CHOICES
from asbuilt.workflows.expressions.evaluate import Embedded, Evaluator, parse, segments
from asbuilt.workflows.expressions.syntax import ExpressionError
from asbuilt.workflows.expressions.tree import Call, Compare, Expression, Filter, Index, Literal, Logical, Name, Not
from asbuilt.workflows.expressions.values import (
    UNKNOWN,
    Origin,
    Unknown,
    Value,
    Whole,
    folded,
    known,
    text_of,
    truth_of,
)

_TESTS = frozenset({"contains", "startswith", "endswith"})

# Functions as GitHub writes them.
_SPELT = {
    "startswith": "startsWith",
    "endswith": "endsWith",
    "tojson": "toJSON",
    "fromjson": "fromJSON",
    "hashfiles": "hashFiles",
}


class UndecidedError(Exception):
    """A condition that is not known: how it is kept in mind, how people read it, and what it may be taken for."""

    def __init__(self, key: str, shown: str, options: tuple[Value, ...], *, typed: bool) -> None:
        super().__init__(shown)
        self.key = key
        self.shown = shown
        self.options = options
        self.typed = typed


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed of values and conditions, each by its key, with the conditions as people read them.

    What anybody may type is not among the `conditions`: nothing but a person decides it. `asks`: the first condition of
    which nothing is assumed is raised as UndecidedError.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    asks: bool = False

    def evaluator(self, context: Mapping[str, Value], status: Mapping[str, Value]) -> Evaluator:
        """Give what evaluates an expression under these assumptions."""
        return _Splitter(context, status, self)

    def resolved(self, value: Value) -> Value:
        """Give a value as it is under these assumptions, by what it was made of."""
        if not isinstance(value, Unknown) or value.origin is None:
            return value
        return _Splitter({}, {}, self).resolved(value)

    @property
    def asking(self) -> "Assumed":
        """The same assumptions, where what is not among them is asked for."""
        return replace(self, asks=True)

    def taken(self, open_: UndecidedError, option: Value) -> "Assumed":
        """Give these assumptions and one more."""
        new = () if open_.typed or open_.shown in self.conditions else (open_.shown,)
        return Assumed({**self.values, open_.key: option}, (*self.conditions, *new))


NOTHING = Assumed()


def split(ask: Callable[[Assumed], Value], given: Assumed = NOTHING) -> tuple[Assumed, ...]:
    """Give what to assume for a value to be known: one for each answer to the conditions that it depends on.

    `ask` gives the value under assumptions, which it hands to what evaluates. Only `given` comes out where the value is
    known with that, where one answer leaves it unknown, and where there are too many (`bounds.CHOICES`).
    """
    found: list[Assumed] = []
    ahead = [given]
    while ahead:
        here = ahead.pop()
        try:
            value = ask(here.asking)
        except UndecidedError as open_:
            ahead += (here.taken(open_, option) for option in reversed(open_.options))
        else:
            if isinstance(value, Unknown):
                return (given,)
            found.append(here)
        if len(found) + len(ahead) > CHOICES:
            return (given,)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Splitter(Evaluator):
    """Evaluates under assumptions."""

    assumed: Assumed = NOTHING

    def value(self, node: Expression) -> Value:
        match node:
            case Name() | Index():
                return self._member(node)
            case Compare():
                found = Evaluator.value(self, node)
                return found if known(found) else self._compared(node)
            case Not(operand):
                answer = self._truth(operand, self.value(operand))
                return UNKNOWN if answer is None else not answer
            case _:
                return Evaluator.value(self, node)

    def logical(self, operands: tuple[Expression, ...], *, decides: bool) -> Value:
        if not self.assumed.asks:
            return Evaluator.logical(self, operands, decides=decides)
        *before, last = operands
        for operand in before:
            value = self.value(operand)
            answer = self._truth(operand, value)
            if answer is decides:
                return self._as_assumed(operand, value)
            if answer is None:
                return UNKNOWN
        return self.value(last)

    def call(self, node: Call) -> Value:
        found = Evaluator.call(self, node)
        return self._answered(node) if not known(found) and node.function in _TESTS else self._as_assumed(node, found)

    def case(self, node: Call) -> Value:
        """Give the value behind the first predicate that is true, else the last."""
        *pairs, otherwise = node.arguments
        for predicate, value in zip(pairs[::2], pairs[1::2], strict=True):
            answer = self._truth(predicate, self.value(predicate))
            if answer is None:
                return UNKNOWN
            if answer:
                return self.value(value)
        return self.value(otherwise)

    def resolved(self, value: Unknown) -> Value:
        """Ask again what a value was made of."""
        origin = value.origin
        if origin is None:
            return value
        here = _Splitter(origin.context, {}, self.assumed)
        try:
            if not origin.is_text:
                return here.value(parse(origin.written) if isinstance(origin.written, str) else origin.written)
            found = ""
            for part in segments(origin.written):
                part_value = part if isinstance(part, str) else here.value(parse(part.text))
                if not known(part_value):
                    return value
                found += text_of(part_value)
        except ExpressionError:
            return value
        return found

    def key(self, node: Expression) -> str:
        """Give how a condition or a value is kept in mind: by what it is made of, through what hands it on."""
        return folded(_written(node, self._handed_on))

    def _handed_on(self, node: Expression) -> str | None:
        """Give the key of what a member was made of, None where it is a value of its own."""
        found = Evaluator(self.context, self.status).value(node)
        if not isinstance(found, Unknown) or found.origin is None:
            return None
        tree = _sole(found.origin)
        if tree is None:
            return f"text {found.origin.written}"
        return _Splitter(found.origin.context, {}, self.assumed).key(tree)

    def _member(self, node: Name | Index) -> Value:
        found = Evaluator.value(self, node)
        if isinstance(found, Unknown) and found.origin is not None:
            found = self.resolved(found)
        if not known(found) and isinstance(node, Index) and not isinstance(node.index, Literal):
            found = self._indexed(node, found)
        return self._as_assumed(node, found)

    def _indexed(self, node: Index, found: Value) -> Value:
        """Give a member of what is known, by a name that is not: each may be the one, and so may be none."""
        target = self.value(node.target)
        index = self.value(node.index)
        if not isinstance(target, Whole) or known(index):
            return found
        names = frozenset(map(folded, target))
        if names <= frozenset(map(folded, index.excluded)):
            return None
        if not names or not self.assumed.asks:
            return found
        other = replace(index, excluded=index.excluded | frozenset(target), origin=None)
        raise UndecidedError(self.key(node.index), shown(node.index), (*target, other), typed=index.typed)

    def _as_assumed(self, node: Expression, value: Value) -> Value:
        if known(value) or not self.assumed.values:
            return value
        return self.assumed.values.get(self.key(node), value)

    def _truth(self, node: Expression, value: Value) -> bool | None:
        """Tell whether a part counts as true; where that is not known, it is asked for."""
        value = self._as_assumed(node, value)
        answer = truth_of(value)
        if answer is None and isinstance(value, Unknown) and self.assumed.asks:
            options = (replace(value, truth=True, origin=None), "")
            raise UndecidedError(self.key(node), shown(node), options, typed=value.typed)
        return answer

    def _compared(self, node: Compare) -> Value:
        """Tell what a comparison is taken for: that a value is a text, or that it is another."""
        left, right = self.value(node.left), self.value(node.right)
        for side, value, other in ((node.left, left, right), (node.right, right, left)):
            is_text = isinstance(value, Unknown) and isinstance(other, str) and node.operator in {"==", "!="}
            if self.assumed.asks and is_text and isinstance(side, Name | Index):
                rest = replace(value, excluded=value.excluded | {other}, origin=None)
                options = (other, rest if other else replace(rest, truth=True))
                raise UndecidedError(self.key(side), shown(node), options, typed=value.typed)
        return self._answered(node, typed=any(isinstance(each, Unknown) and each.typed for each in (left, right)))

    def _answered(self, node: Expression, *, typed: bool = False) -> Value:
        """Tell what a question is taken for that is true or false."""
        key = self.key(node)
        if key not in self.assumed.values and self.assumed.asks:
            raise UndecidedError(key, shown(node), (True, False), typed=typed)
        return self.assumed.values.get(key, UNKNOWN)


def shown(node: Expression) -> str:
    """Write an expression as people read it: `vars.LIVE == 'true'`."""
    return _written(node, lambda _: None)


def _written(node: Expression, other: Callable[[Expression], str | None]) -> str:  # noqa: C901 - one case for each kind
    match node:
        case Literal(value):
            return f"'{value}'" if isinstance(value, str) else text_of(value) or "null"
        case Name() | Index() if (made := other(node)) is not None:
            return made
        case Name(name):
            return name.lower()
        case Index(target, Literal(str() as name)):
            return f"{_written(target, other)}.{name}"
        case Index(target, index):
            return f"{_written(target, other)}[{_written(index, other)}]"
        case Filter(target):
            return f"{_written(target, other)}.*"
        case Not(operand):
            return f"!{_written(operand, other)}"
        case Call(function, arguments):
            return f"{_SPELT.get(function, function)}({', '.join(_written(each, other) for each in arguments)})"
        case Compare(operator, left, right):
            return f"{_written(left, other)} {operator} {_written(right, other)}"
        case Logical(operator, operands):
            return f"({f' {operator} '.join(_written(each, other) for each in operands)})"


def _sole(origin: Origin) -> Expression | None:
    """Give the expression that a value is, where it is one and nothing else."""
    try:
        if not origin.is_text:
            return parse(origin.written) if isinstance(origin.written, str) else origin.written
        parts: Iterator[Any] = iter(segments(origin.written.strip()))
        first, more = next(parts, None), next(parts, None)
        return parse(first.text) if isinstance(first, Embedded) and more is None else None
    except ExpressionError:
        return None
