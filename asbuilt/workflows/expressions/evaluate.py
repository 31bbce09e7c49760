"""What an expression of GitHub's `${{ }}` language is worth, as far as it can be known before a run.

Evaluation has three values: what is not known before the run is UNKNOWN, and stays so unless the rest decides
(`false && UNKNOWN` is false). A plain dict in a context is known in part: a member that it lacks is UNKNOWN. A `Whole`
is known completely: a member that it lacks is null, as at GitHub.

The rules are those of https://docs.github.com/en/actions/reference/workflows-and-actions/expressions; where that page
is silent, those of the package `@actions/expressions`, which the tests hold this module against.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from asbuilt.workflows.bounds import VALUE
from asbuilt.workflows.expressions.functions import FUNCTIONS
from asbuilt.workflows.expressions.syntax import ExpressionError, parse
from asbuilt.workflows.expressions.tree import (
    Call,
    Compare,
    Expression,
    Filter,
    Index,
    Literal,
    Logical,
    Name,
    Not,
    asks_for_status,
)
from asbuilt.workflows.expressions.values import (
    TYPED,
    UNKNOWN,
    Filtered,
    Origin,
    Unknown,
    Value,
    Whole,
    equal,
    folded,
    known,
    less,
    number_of,
    text_of,
    truth_of,
    unknown_of,
)

__all__ = [
    "ASSUMED",
    "TYPED",
    "UNKNOWN",
    "Embedded",
    "Evaluator",
    "ExpressionError",
    "Unknown",
    "Whole",
    "condition",
    "evaluate",
    "interpolate",
    "known",
    "parse",
    "part_of",
    "segments",
    "sole_expression",
    "text_of",
    "truth",
]

# Where a context has what is assumed of conditions that nobody knows (`splitting`). No expression can name it.
ASSUMED = "what is assumed"


def evaluate(
    expression: str | Expression, context: Mapping[str, Value], status: Mapping[str, Value] | None = None
) -> Value:
    """Give the value of an expression, or UNKNOWN.

    The expression is a text without its `${{ }}`, or a tree of `parse` or `condition`. `context` has the values of
    `github`, `inputs` and the others by their names; one that it lacks is UNKNOWN, unless `context` is a `Whole`. Out
    comes a text, a float, a bool, None, a list or a dict, and UNKNOWN where only some items of a filter's list are
    known.

        evaluate("inputs.app || 'shop'", {"inputs": Whole()}) -> "shop"
        evaluate("inputs.app || 'shop'", {"inputs": {}})      -> UNKNOWN

    `status` says what success(), failure() and cancelled() answer; what it lacks is UNKNOWN. Raises ExpressionError
    where GitHub would reject the expression or fail the run over it.
    """
    value = _evaluator(context, status).value(_tree(expression))
    if isinstance(value, Filtered):
        return list(value) if all(map(known, value)) else unknown_of(value)
    return value if known(value) else replace(unknown_of([value]), origin=Origin(expression, context))


def truth(
    expression: str | Expression, context: Mapping[str, Value], status: Mapping[str, Value] | None = None
) -> bool | Unknown:
    """Tell whether an expression counts as true: decided more often than its value is.

    In go the same as into `evaluate`, out comes True, False or UNKNOWN: `github.sha || 'none'` has no known value where
    `github.sha` is unknown, and is true whatever that is. False, null, 0, NaN and the empty text count as false, all
    else as true. Raises ExpressionError as `evaluate` does.
    """
    value = _evaluator(context, status).value(_tree(expression))
    answer = truth_of(value)
    return unknown_of([value]) if answer is None else answer


@lru_cache(maxsize=32768)
def condition(text: str) -> Expression:
    """Parse an `if`: with or without `${{ }}`, and with the success() that GitHub adds where no status is asked for.

        inputs.go       -> success() && inputs.go
        always()        -> always()
        (empty)         -> success()
        a ${{ b }}      -> success() && format('a {0}', b), a text, which is true whatever b is

    Offsets count from behind its `${{`. Raises ExpressionError where GitHub would reject it. Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """
    parts = list(segments(text)) if "${{" in text else []
    if not text.strip():
        return Call("success", (), 0)
    if not parts:
        tree = parse(text)
    elif len(parts) == 1 and isinstance(parts[0], Embedded):
        tree = parse(parts[0].text)
        if isinstance(tree, Literal) and isinstance(tree.value, str) and parts[0].text.lstrip().startswith("'"):
            return condition(tree.value)  # GitHub takes the quotes off such a text before it reads the condition
    else:  # text around `${{ }}` makes the whole a string, as format() would
        pattern, values = "", list[Expression]()
        for part in parts:
            if isinstance(part, str):
                pattern += part.replace("{", "{{").replace("}", "}}")
            else:
                pattern += f"{{{len(values)}}}"
                values.append(parse(part.text))
        tree = Call("format", (Literal(pattern, 0), *values), 0)
    return tree if asks_for_status(tree) else Logical("&&", (Call("success", (), 0), tree), 0)


# What stands in quotes does not end it.
_EMBEDDED = re.compile(r"\$\{\{(?P<inner>(?:'[^']*'|(?!\}\})[^'])*)(?P<end>\}\})?")


@dataclass(frozen=True, slots=True)
class Embedded:
    """One `${{ }}` in a text: what stands between the braces, and where that begins.

    `text` has the spaces next to the braces too; `offset` counts characters of the text around it, from 0.
    """

    text: str
    offset: int


@lru_cache(maxsize=32768)
def segments(text: str) -> tuple[str | Embedded, ...]:
    """Split a text into its literal parts and its `${{ }}`. Raises ExpressionError for one that does not end.

        v${{ github.sha }}-x -> "v", Embedded(" github.sha ", 4), "-x"

    In their order, none of them an empty text: an empty text has none. Braces in a quoted string end nothing. What is
    between the braces is not parsed yet.
    """
    return tuple(_segments(text))


def _segments(text: str) -> Iterator[str | Embedded]:
    at = 0
    for match in _EMBEDDED.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        if match["end"] is None:
            raise ExpressionError(match.start(), '"${{" that does not end', '"}}"')
        yield Embedded(match["inner"], match.start("inner"))
        at = match.end()
    if at < len(text):
        yield text[at:]


def sole_expression(text: str) -> str | None:
    """Give the expression of a text that is one `${{ }}` and nothing else: such a text keeps its expression's type.

        ${{ inputs.n }} -> " inputs.n ", v${{ inputs.n }} -> None

    Blanks around it do not count. Raises ExpressionError as `segments` does.
    """
    parts = segments(text.strip())
    return parts[0].text if len(parts) == 1 and isinstance(parts[0], Embedded) else None


def interpolate(text: str, context: Mapping[str, Value]) -> str | Unknown:
    """Give a text with every `${{ }}` replaced by its value; not known where one of them is not.

        v${{ inputs.n }} -> "v1" where `inputs.n` is 1, "v" where it is null, TYPED where it may be any text

    A result longer than a process can be handed (`bounds.VALUE`) is UNKNOWN too. Raises ExpressionError as `segments`
    and `evaluate` do.
    """
    result = ""
    values = [part if isinstance(part, str) else evaluate(part.text, context) for part in segments(text)]
    if not all(map(known, values)):
        return replace(unknown_of(values), origin=Origin(text, context, is_text=True))
    for value in values:
        result += text_of(value)
        if len(result) > VALUE:
            return UNKNOWN
    return result


_MISSING = object()  # what a filter passes over, where an index gives null


def _tree(expression: str | Expression) -> Expression:
    return parse(expression) if isinstance(expression, str) else expression


def _evaluator(context: Mapping[str, Value], status: Mapping[str, Value] | None) -> "Evaluator":
    assumed = context.get(ASSUMED)
    return Evaluator(context, status or {}) if assumed is None else assumed.evaluator(context, status or {})


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Walks a tree and gives its value; what is unknown keeps what is certain of it."""

    context: Mapping[str, Value]
    status: Mapping[str, Value]

    def value(self, node: Expression) -> Value:
        """Give what a part of an expression comes to."""
        match node:
            case Literal(value):
                return value
            case Name(name):
                return _member(self.context, name)
            case Index(target, index):
                return part_of(self.value(target), self.value(index))
            case Filter(target):
                return _filter(self.value(target))
            case Not(operand):
                value = self.value(operand)
                answer = truth_of(value)
                return unknown_of([value]) if answer is None else not answer
            case Compare():
                return _compare(node.operator, self.value(node.left), self.value(node.right))
            case Logical():
                return self.logical(node.operands, decides=node.operator == "||")
            case Call():
                return self.call(node)

    def logical(self, operands: tuple[Expression, ...], *, decides: bool) -> Value:
        """Give the first operand whose truth decides the chain, else the last.

        Behind an operand of unknown truth, only the truth of the whole can still be certain: it is what all the
        operands that may be chosen have in common.
        """
        may_be: list[bool | None] = []
        looked_at: list[Value] = []
        for position, operand in enumerate(operands):
            try:
                value = self.value(operand)
            except ExpressionError:
                if not may_be:
                    raise
                value = UNKNOWN  # the run may never come to it
            looked_at.append(value)
            answer = truth_of(value)
            last = position == len(operands) - 1
            if not may_be and (answer is decides or last):
                return value
            if answer is None and not last:
                may_be.append(decides)  # it is chosen only if it decides
            elif answer is decides or last:
                may_be.append(answer)
                break
        told = unknown_of(looked_at)
        return replace(told, truth=may_be[0]) if len(set(may_be)) == 1 and may_be[0] is not None else told

    def call(self, node: Call) -> Value:
        """Give what a function comes to."""
        if node.function in {"success", "failure", "cancelled"}:
            return self.status.get(node.function, UNKNOWN)
        if node.function == "always":
            return True
        if node.function == "case":
            return self.case(node)
        arguments = [self.value(each) for each in node.arguments]
        try:
            value = FUNCTIONS[node.function](*arguments)
        except ValueError as error:
            raise ExpressionError(node.offset, f"{node.function}() that fails: {error}", "what it can take") from error
        # A longer text is not handed on: what is made of it would be longer still.
        if isinstance(value, str) and len(value) > VALUE:
            return UNKNOWN
        return value if known(value) else replace(value, typed=unknown_of(arguments).typed)

    def case(self, node: Call) -> Value:
        """Give the value behind the first predicate that is true, else the last; GitHub looks at no other value."""
        *pairs, otherwise = node.arguments
        for predicate, value in zip(pairs[::2], pairs[1::2], strict=True):
            answer = self.value(predicate)
            if isinstance(answer, Unknown):
                return unknown_of([answer])
            if not isinstance(answer, bool):
                raise ExpressionError(predicate.offset, "a predicate of case()", "one that is true or false")
            if answer:
                return self.value(value)
        return self.value(otherwise)


def _member(container: Mapping[str, Value], name: str, missing: Value = None) -> Value:
    """Give a member by its name, without regard to case; of what is known in part, one that it lacks is UNKNOWN."""
    if name in container:
        return container[name]
    wanted = folded(name)
    for key, value in container.items():
        if folded(key) == wanted:
            return value
    return missing if isinstance(container, Whole) else UNKNOWN


def part_of(target: Value, index: Value, missing: Value = None) -> Value:
    """Give a member of an object or an item of an array, as `target[index]` does.

    Names are compared without regard to case, indices are rounded down: `part_of(["a", "b"], "1")` is "b". What is not
    there is `missing`, and so is every part of a text, a number or null; in an object that is known in part it is
    UNKNOWN. Of the list that a filter has made, the part of each item that has one.
    """
    if isinstance(target, Filtered):
        found = (part_of(item, index, _MISSING) for item in target)
        return Filtered(value for value in found if value is not _MISSING)
    if isinstance(target, Unknown) or (isinstance(index, Unknown) and isinstance(target, list | dict)):
        return UNKNOWN
    if isinstance(target, dict):
        return missing if isinstance(index, list | dict) else _member(target, text_of(index), missing)
    if isinstance(target, list):
        number = number_of(index)
        return target[math.floor(number)] if math.isfinite(number) and 0 <= number < len(target) else missing
    return missing


def _filter(target: Value) -> Value:
    """Give the members of an object or an array, as `target.*` does; a filter of a filter gives one flat list."""
    if isinstance(target, Filtered):
        filtered = map(_filter, target)
        return Filtered(inner for items in filtered for inner in (items if known(items) else (UNKNOWN,)))
    if isinstance(target, Unknown) or (isinstance(target, dict) and not isinstance(target, Whole)):
        return UNKNOWN
    if isinstance(target, dict):
        return Filtered(target.values())
    return Filtered(target if isinstance(target, list) else ())


def _compare(operator: str, left: Value, right: Value) -> Value:
    """Compare two values. `<=` is `<` or `==`, so `null <= null` is true although neither is less."""
    same = equal(left, right)
    if isinstance(same, Unknown):
        return unknown_of([left, right])
    if operator in {"==", "!="}:
        return same == (operator == "==")
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_of([left, right])
    ordered = less(left, right) if operator[0] == "<" else less(right, left)
    return ordered or (operator.endswith("=") and same)
