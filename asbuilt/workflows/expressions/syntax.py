"""The syntax of GitHub's `${{ }}` language: text in, tree out.

Follows GitHub's published parser, the package `@actions/expressions`: names without regard to case, `''` for a quote in
a string, `&&` before `||`, comparison before equality, `.*` and `[*]` as filters. What a tree means is the business of
`evaluate`. Literals and operators:
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#literals
"""

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal as OneOf
from typing import NamedTuple

from asbuilt.workflows.bounds import TREE
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
    levels,
)
from asbuilt.workflows.expressions.values import number_of

LONGEST = 21_000
DEEPEST = 50

# How many arguments each function takes; None is any number.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "contains": (2, 2),
    "startswith": (2, 2),
    "endswith": (2, 2),
    "format": (1, 255),
    "join": (1, 2),
    "tojson": (1, 1),
    "fromjson": (1, 1),
    "hashfiles": (1, 255),
    "case": (3, 255),
    "success": (0, None),
    "failure": (0, None),
    "always": (0, 0),
    "cancelled": (0, 0),
}

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SYMBOL = re.compile(r"&&|\|\||==|!=|<=|>=|[()\[\],.!<>*]")
_WORD = re.compile(r"[^\s()\[\],.!<>=&|]+")
_NUMBER_WORD = re.compile(r"[^\s()\[\],!<>=&|]+")
_KEYWORDS: dict[str, bool | float | None] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": math.nan,
    "Infinity": math.inf,
}


class ExpressionError(ValueError):
    """An expression that GitHub rejects: where, what stands there, and what was expected.

    `offset` counts the characters of the expression from 0; the message counts from 1, as people do:

        the expression ends at character 5: expected a value: a name, a number or a 'string'
    """

    def __init__(self, offset: int, found: str, expected: str) -> None:
        self.offset = offset
        self.found = found
        self.expected = expected
        super().__init__(f"{found} at character {offset + 1}: expected {expected}")


class _Token(NamedTuple):
    kind: OneOf["symbol", "name", "literal", "end"]
    text: str
    offset: int
    value: str | float | bool | None = None

    def __str__(self) -> str:
        return "the expression ends" if self.kind == "end" else f'"{self.text}"'


@lru_cache(maxsize=32768)
def parse(text: str) -> Expression:
    """Parse one expression, without its `${{ }}`.

        github.ref == 'x' -> Compare("==", Index(Name("github", 0), Literal("ref", 7), 6), Literal("x", 14), 11)

    Each node has the offset of its name, value or operator. Names of contexts and functions are in lower case, those of
    members as written. Which contexts there are is not asked: any name parses.

    Raises ExpressionError with the offset and what was expected: for syntax, for a function that GitHub does not have
    or a number of arguments that it does not take, and past GitHub's limits of 21,000 characters and 50 levels.
    """
    if len(text) > LONGEST:
        raise ExpressionError(LONGEST, "an expression that goes on", f"at most {LONGEST} characters")
    return _Parser(tuple(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[_Token]:
    at, previous = 0, ""
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _token(text, at, previous)
        yield token
        at += len(token.text)
        previous = "operand" if token.kind == "name" or token.text in {")", "]", "*"} else token.text
    yield _Token("end", "", len(text))


def _token(text: str, at: int, previous: str) -> _Token:
    """Read the token at a place; `previous` tells a dot before a member from one before a number: `a.1` and `.1`."""
    character = text[at]
    if character == "'":
        return _string(text, at)
    if character in "+-0123456789" or (character == "." and previous != "operand"):
        return _number(text, at)
    if symbol := _SYMBOL.match(text, at):
        return _Token("symbol", symbol[0], at)
    word = _WORD.match(text, at)
    if word is None:  # one of = & | by itself
        raise ExpressionError(at, f'"{character}"', f'"{character * 2}"')
    if not _IDENTIFIER.fullmatch(word[0]):
        hint = "a string in single quotes" if character == '"' else "a value: a name, a number or a 'string'"
        raise ExpressionError(at, f'"{word[0]}"', hint)
    if word[0] in _KEYWORDS and previous != ".":
        return _Token("literal", word[0], at, _KEYWORDS[word[0]])
    return _Token("name", word[0], at)


def _string(text: str, at: int) -> _Token:
    end = at + 1
    while (end := text.find("'", end)) != -1:
        if text[end + 1 : end + 2] != "'":
            return _Token("literal", text[at : end + 1], at, text[at + 1 : end].replace("''", "'"))
        end += 2
    raise ExpressionError(at, "a string that does not end", "a closing ' (write '' for a quote inside)")


def _number(text: str, at: int) -> _Token:
    match = _NUMBER_WORD.match(text, at)
    word = match[0] if match else text[at]
    number = number_of(word)
    if math.isnan(number):
        raise ExpressionError(at, f'"{word}"', "a number")
    return _Token("literal", word, at, number)


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        node = self._either()
        if levels(node) > TREE:  # a chain of comparisons is as deep as it is long
            raise ExpressionError(0, "deep nesting", f"at most {DEEPEST} levels")
        if self._next.kind != "end":
            self._fail("an operator or the end of the expression")
        return node

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *symbols: str) -> _Token | None:
        token = self._next
        if token.kind == "symbol" and token.text in symbols:
            self._at += 1
            return token
        return None

    def _fail(self, expected: str) -> None:
        raise ExpressionError(self._next.offset, str(self._next), expected)

    def _need(self, symbol: str, expected: str) -> None:
        if not self._take(symbol):
            self._fail(expected)

    def _deeper(self, levels: int = 1) -> None:
        self._depth += levels
        if self._depth > DEEPEST:
            raise ExpressionError(self._next.offset, "deep nesting", f"at most {DEEPEST} levels")

    def _either(self) -> Expression:
        self._deeper()
        node = self._chain("||", self._both)
        self._depth -= 1
        return node

    def _both(self) -> Expression:
        return self._chain("&&", self._equality)

    def _chain(self, symbol: str, operand: Callable[[], Expression]) -> Expression:
        """Parse operands with one operator between them into one node, however many there are."""
        first = operand()
        operator = self._take(symbol)
        if operator is None:
            return first
        self._deeper()
        operands = [first, operand()]
        while self._take(symbol):
            operands.append(operand())
        self._depth -= 1
        return Logical(symbol, tuple(operands), operator.offset)

    def _equality(self) -> Expression:
        left = self._comparison()
        while operator := self._take("==", "!="):
            left = Compare(operator.text, left, self._comparison(), operator.offset)
        return left

    def _comparison(self) -> Expression:
        left = self._negation()
        while operator := self._take("<", "<=", ">", ">="):
            left = Compare(operator.text, left, self._negation(), operator.offset)
        return left

    def _negation(self) -> Expression:
        operator = self._take("!")
        if operator is None:
            return self._access()
        self._deeper()
        node = Not(self._negation(), operator.offset)
        self._depth -= 1
        return node

    def _access(self) -> Expression:
        """Parse a value with all the `.name`, `[index]`, `.*` and `[*]` behind it. Literals have no members."""
        node, can_index = self._primary()
        outside = self._depth
        while can_index and (opening := self._take(".", "[")):
            if opening.text == ".":
                node = self._member(node, opening.offset)
            elif self._take("*"):
                node = Filter(node, opening.offset)
                self._need("]", '"]"')
            else:
                node = Index(node, self._either(), opening.offset)
                self._need("]", '"]"')
            self._deeper()
        self._depth = outside
        return node

    def _member(self, target: Expression, offset: int) -> Expression:
        token = self._next
        if self._take("*"):
            return Filter(target, offset)
        if token.kind != "name":
            self._fail('a name or "*" after the dot')
        self._at += 1
        return Index(target, Literal(token.text, token.offset), offset)

    def _primary(self) -> tuple[Expression, bool]:
        """Parse a value, and tell whether something of it may be asked for."""
        token = self._next
        if token.kind == "literal":
            self._at += 1
            return Literal(token.value, token.offset), False
        if token.kind == "name":
            self._at += 1
            return (self._call(token) if self._take("(") else Name(token.text.lower(), token.offset)), True
        if self._take("("):
            node = self._either()
            self._need(")", '")"')
            return node, True
        self._fail("a value: a name, a number or a 'string'")
        raise AssertionError

    def _call(self, token: _Token) -> Call:
        arguments: list[Expression] = []
        if not self._take(")"):
            arguments.append(self._either())
            while self._take(","):
                arguments.append(self._either())
            self._need(")", '"," or ")"')
        name = token.text.lower()
        if name not in FUNCTIONS:
            raise ExpressionError(token.offset, f'function "{token.text}"', f"one of {', '.join(sorted(FUNCTIONS))}")
        fewest, most = FUNCTIONS[name]
        count = len(arguments)
        if count < fewest or (most is not None and count > most) or (name == "case" and count % 2 == 0):
            allowed = "an odd number of" if name == "case" else str(fewest)
            allowed += "" if most == fewest or name == "case" else " or more" if most is None else f" to {most}"
            raise ExpressionError(token.offset, f"{token.text}() with {count} arguments", f"{allowed} arguments")
        return Call(name, tuple(arguments), token.offset)
