"""What loops of a script set and count, and over which words they go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from asbuilt.patterns import late
from asbuilt.workflows.shell.tree import For, Statement, While, simples_of
from asbuilt.workflows.shell.values import Open, Text, Values

_COUNTS_UP = late(r"^\$?\(*\s*(?:expr\s+)?\$?\{?(\w+)\}?\s*[-+]")
_SET = late(r"(?<![\w$])([A-Za-z_]\w*)\s*(?:\+\+|--|[-+*/]?=(?!=))|(?:\+\+|--)([A-Za-z_]\w*)")
_BRACES = late(r"\{(\d{1,6})\.\.(\d{1,6})\}")
_SEQ = late(r"\$\(\s*seq\s+(?:(\S+)\s+)?(\S+?)\s*\)")
_HEAD = late(
    r"for\s*\(\(\s*(?P<name>\w+)\s*=\s*(?P<first>\S+?)\s*;\s*(?P=name)\s*(?P<how><=?)\s*(?P<last>[^\s;]+)\s*;"
    r"\s*(?:(?P=name)\s*\+\+|\+\+\s*(?P=name)|(?P=name)\s*\+=\s*1)\s*\)\)"
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
        if simple.words[:1] in {("((",), ("let",)}:
            names.update(_set_by_arithmetic(simple.words))
    return frozenset(names)


def rounds(loop: For, values: Values) -> tuple[str | None, list[Text] | None]:
    """Give the variable of a `for`, and the text that it has in each round; None where those are not known."""
    if loop.name is None:
        head = _HEAD.match(loop.head.source)
        if head is None:
            counted = _COUNTED.match(loop.head.source)
            return counted[1] if counted is not None else None, None
        texts = _numbers(values.expand(head["first"]), _end(head["last"], values))
        return head["name"], texts[: -1 if head["how"] == "<" else None] if texts is not None else None
    found: list[Text] = []
    for text, quoted in loop.words:
        words = _words(text, values, quoted=quoted)
        if words is None or len(found) + len(words) > _MOST:
            return loop.name, None
        found += words
    return loop.name, found or None


def _end(text: str, values: Values) -> Text:
    return values.expand(f"${text}" if text.isidentifier() else text)


def _words(text: str, values: Values, *, quoted: bool) -> list[Text] | None:
    """Give the words that a text comes to; None where that is not known."""
    if not quoted and (braces := _BRACES.fullmatch(text)) is not None:
        return _numbers(braces[1], braces[2])
    if (seq := _SEQ.fullmatch(text)) is not None:
        return _numbers(values.expand(seq[1] or "1"), values.expand(seq[2].strip("\"'")))
    value = values.expand(text)
    if isinstance(value, Open):
        return None
    return [value] if quoted else [*value.split()]


def _numbers(first: Text, last: Text) -> list[Text] | None:
    if isinstance(first, Open) or isinstance(last, Open) or not (first.isdecimal() and last.isdecimal()):
        return None
    start, end = int(first), int(last)
    if abs(end - start) > _MOST:
        return None
    return [str(each) for each in (range(start, end + 1) if start <= end else range(start, end - 1, -1))]


def _set_in(statement: Statement) -> Iterator[str]:
    if isinstance(statement, For) and statement.name:
        yield statement.name
    for simple in simples_of(statement):
        yield from (each.name for each in simple.assignments)
        if simple.words[:1] in {("((",), ("let",)}:
            yield from _set_by_arithmetic(simple.words)
        elif simple.words[:1] and simple.words[0] in {"read", "unset", "mapfile", "readarray"}:
            yield from (re.split(r"\W", word)[0] for word in simple.words[1:] if not word.startswith("-"))


def _set_by_arithmetic(words: tuple[str, ...]) -> Iterator[str]:
    for match in _SET.finditer(" ".join(words[1:])):
        yield match[1] or match[2]
