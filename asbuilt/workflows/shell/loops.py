"""What loops of a script set and count, and over which words they go."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from asbuilt.patterns import late
from asbuilt.workflows.bounds import DIGITS
from asbuilt.workflows.shell.tree import For, Simple, Statement, While, simples_of
from asbuilt.workflows.shell.values import ARITHMETIC, Open, Text, Values

_COUNTS_UP = late(r"^\$?\(*\s*(?:expr\s+)?\$?\{?(\w+)\}?\s*[-+]")
_SET = late(r"(?<![\w$])([A-Za-z_]\w*)\s*(?:\+\+|--|[-+*/]?=(?!=))|(?:\+\+|--)([A-Za-z_]\w*)")
_BRACES = late(r"\{(\d{1,6})\.\.(\d{1,6})\}")
_SEQ = late(r"(?:\$\(|`)\s*seq\s+(?:(?P<first>[^\s`)]+)\s+(?:(?P<step>-?\d{1,6})\s+)?)?(?P<last>[^\s`]+?)\s*[)`]")
_HEAD = late(
    r"for\s*\(\(\s*(?P<name>\w+)\s*=\s*(?P<first>\S+?)\s*;"
    r"\s*\$?(?P=name)\s*(?P<how>[<>]=?|!=)\s*(?P<last>[^\s;]+)\s*;"
    r"\s*(?:(?P<pre>\+\+|--)?\s*(?P=name)\s*(?P<post>\+\+|--)?|(?P=name)\s*(?P<sign>[-+])=\s*(?P<step>\d{1,6})"
    r"|(?P=name)\s*=\s*(?P=name)\s*(?P<more>[-+])\s*(?P<by>\d{1,6}))\s*\)\)"
)
_COUNTED = late(r"for\s*\(\(\s*(\w+)\s*=")
_MOST = 100_000


@dataclass(slots=True, eq=False)
class Loops:
    """What is known of the loops of a script, each of which is gone through once."""

    _assigned: dict[Statement, frozenset[str]] = field(default_factory=dict)
    _counters: dict[Statement, frozenset[str]] = field(default_factory=dict)

    def assigned(self, loop: For | While) -> frozenset[str]:
        """Give the variables that are set anywhere in a loop."""
        if (known := self._assigned.get(loop)) is None:
            known = self._assigned[loop] = frozenset(_set_in(loop))
        return known

    def counters(self, loop: For | While) -> frozenset[str]:
        """Give the variables that tell how often a loop has run: its own, and those to which it adds."""
        if (known := self._counters.get(loop)) is None:
            known = self._counters[loop] = _counters(loop)
        return known


def _counters(loop: For | While) -> frozenset[str]:
    names = {loop.name} if isinstance(loop, For) and loop.name else set()
    if isinstance(loop, For) and (head := _COUNTED.match(loop.head.source)) is not None:
        names.add(head[1])
    for simple in simples_of(loop):
        for each in simple.assignments:
            counted = _COUNTS_UP.match(each.text)
            if each.adds or (counted is not None and counted[1] == each.name):
                names.add(each.name)
        names.update(_set_by_arithmetic(simple))
    return frozenset(names)


class Rounds(NamedTuple):
    """The variable of a `for`, its text in each round (None where those are not known), and behind them all."""

    name: str | None
    texts: list[Text] | None
    behind: Text | None = None  # None where it stays what it was


def rounds(loop: For, values: Values) -> Rounds:
    """Give how often a `for` is run, and for what."""
    if loop.name is None:
        return _counted(loop.head.source, values)
    found: list[Text] = []
    for text, quoted in loop.words or (("$@", True),):
        words = _words(text, values, quoted=quoted)
        if words is None or len(found) + len(words) > _MOST:
            return Rounds(loop.name, None)
        found += words
    return Rounds(loop.name, found or None)


def _counted(source: str, values: Values) -> Rounds:
    """Give how often `for ((i = 0; i < 5; i++))` is run: i is 5 behind it."""
    head = _HEAD.match(source)
    if head is None:
        counted = _COUNTED.match(source)
        return Rounds(counted[1] if counted is not None else None, None)
    first, last = (
        _number(values.expand(f"${text}" if text.isidentifier() else text)) for text in head.group("first", "last")
    )
    sign = head["sign"] or head["more"] or (head["pre"] or head["post"] or " ")[0]
    step = int(f"{sign}{head['step'] or head['by'] or 1}")
    if first is None or last is None or not step or sign == " ":
        return Rounds(head["name"], None)
    how = head["how"]
    stop = last + (1 if how == "<=" else -1 if how == ">=" else 0)
    if (how[0] != "!" and (how[0] == "<") != (step > 0)) or (how == "!=" and (last - first) % step):
        return Rounds(head["name"], None)
    found = range(first, stop, step)
    if len(found) > _MOST:
        return Rounds(head["name"], None)
    return Rounds(head["name"], [str(each) for each in found], str(found[-1] + step if found else first))


def _number(text: Text) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) <= DIGITS else None


def _words(text: str, values: Values, *, quoted: bool) -> list[Text] | None:
    """Give the words that a text comes to; None where that is not known."""
    if not quoted and (braces := _BRACES.fullmatch(text)) is not None:
        return _numbers(braces[1], braces[2], "1" if int(braces[1]) <= int(braces[2]) else "-1")
    if (seq := _SEQ.fullmatch(text)) is not None:
        first, last = (values.expand((each or "1").strip("\"'")) for each in seq.group("first", "last"))
        return _numbers(first, last, seq["step"] or "1")
    value = values.expand(text)
    if isinstance(value, Open):
        return None
    quoted = quoted and text not in {"$@", "${@}"} and not text.endswith("[@]}")
    return [value] if quoted else [*value.split()]


def _numbers(first: Text, last: Text, step: str) -> list[Text] | None:
    """Give the numbers from one to another; None where they are not known, or too many."""
    start, end, by = _number(first), _number(last), int(step)
    if start is None or end is None or not by:
        return None
    found = range(start, end + (1 if by > 0 else -1), by)
    return [str(each) for each in found] if len(found) <= _MOST else None


def _set_in(statement: Statement) -> Iterator[str]:
    if isinstance(statement, For) and statement.name:
        yield statement.name
    for simple in simples_of(statement):
        yield from (each.name for each in simple.assignments)
        yield from _set_by_arithmetic(simple)
        if simple.words[:1] and simple.words[0] in {"read", "unset", "mapfile", "readarray"}:
            yield from (re.split(r"\W", word)[0] for word in simple.words[1:] if not word.startswith("-"))


def _set_by_arithmetic(simple: Simple) -> Iterator[str]:
    """Give what `((n++))`, `let n++` and `$((n++))` set."""
    texts = (*simple.words, *(each.text for each in simple.assignments))
    if simple.words[:1] in {("((",), ("let",)}:
        sums: Iterable[str] = [" ".join(simple.words[1:])]
    else:
        sums = (match["sum"] for text in texts if "$((" in text for match in ARITHMETIC.finditer(text))
    for match in (each for text in sums for each in _SET.finditer(text)):
        yield match[1] or match[2]
