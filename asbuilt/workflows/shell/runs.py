"""How statements of a script can end, were they run: with their exits, their loops left, their functions followed.

Commands succeed. A test counts when it is about a variable that was set on the way (a counter, a flag, an answer); any
other condition is taken to pass by the exits behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from asbuilt.workflows.bounds import NESTING, hold_levels
from asbuilt.workflows.shell.tree import (
    AndOr,
    Case,
    For,
    Function,
    If,
    Not,
    Pipeline,
    Sequence,
    Simple,
    Statement,
    Subshell,
    While,
    simples_of,
)

Signals: TypeAlias = frozenset[str]

NEXT: Signals = frozenset({"next"})
_EITHER: Signals = frozenset({"next", "fail"})
_EXITS: Signals = frozenset({"exit 1", "exit 0", "return 1", "return 0"})
_MENTIONED = re.compile(r"\$\{?[#!]?(\w+|\?)")
TESTS = frozenset({"[", "[[", "test", "((", "case"})
_COMPARES = re.compile(r"[<>]|[=!]=")
_COUNTS_UP = re.compile(r"^\$?\(*\s*(?:expr\s+)?\$?\{?(\w+)\}?\s*[-+]")
ANYONE = "*"  # stands for every variable: each test counts
_STEPS = 3000
_DEEPEST = 3


@dataclass(slots=True, eq=False)
class Runs:
    """Runs statements in thought. `functions` are those that the script defines."""

    functions: dict[str, Function] = field(default_factory=dict)
    known: dict[Statement, frozenset[str]] = field(default_factory=dict)
    counted: dict[Statement, frozenset[str]] = field(default_factory=dict)
    steps: int = 0  # since a command failed
    work: int = 0  # in all
    depth: int = 0
    level: int = 0

    def tired(self) -> bool:
        """Count a step, and tell whether there were too many to go on."""
        self.steps += 1
        self.work += 1
        return self.steps > _STEPS

    def run_all(self, items: list[Statement], names: frozenset[str], *, errexit: bool) -> Signals:
        """Give how some statements can end when their commands succeed: next, fail, exit, break, continue, return."""
        found: Signals = frozenset()
        last: Signals = NEXT
        for index, item in enumerate(items):
            last = self.run(item, names, errexit=errexit)
            plain = isinstance(item, Simple)
            if "fail" in last and plain and errexit:
                last = (last - {"fail"}) | {"exit 1"}
            found |= last - _EITHER
            if not last & _EITHER:
                return found
            if isinstance(item, Simple):
                names |= {each.name for each in item.assignments if names & set(_MENTIONED.findall(each.text))}
            if index + 1 < len(items):
                names -= {"?"}
        return found | (last & _EITHER)

    def run(self, node: Statement, names: frozenset[str], *, errexit: bool) -> Signals:
        """Give how a statement can end. Raises PastBoundError."""
        if self.tired():
            return NEXT
        self.work += len(names) // 64
        self.level += 1
        hold_levels(self.level, NESTING)
        signals = self._run(node, names, errexit=errexit)
        self.level -= 1
        return signals

    def _run(self, node: Statement, names: frozenset[str], *, errexit: bool) -> Signals:
        match node:
            case Simple():
                return self._run_simple(node, names, errexit=errexit)
            case Sequence():
                return self.run_all(node.items, names, errexit=errexit)
            case AndOr():
                return self._run_list(node, names, errexit=errexit)
            case Not():
                return frozenset({"next"} | (self._asked(node.item, names) - _EITHER))
            case If():
                return self._run_branches(node, names, errexit=errexit)
            case Case():
                ends = [self.run(each, names, errexit=errexit) for each in node.branches]
                every = frozenset().union(*ends, frozenset() if node.all else NEXT)
                return _kept(every, counts=ANYONE in names or self._counts(node.head, names))
            case For() | While():
                body = self.run(node.body, names | self.assigned(node), errexit=errexit)
                endless = isinstance(node, While) and _is_always(node.condition) and "break" not in body
                return (body & _EXITS) | (frozenset() if endless else NEXT) or frozenset({"hang"})
            case Subshell():
                inner = self.run(node.body, names, errexit=errexit)
                bad = frozenset({"exit 1" if errexit else "fail"}) if inner & {"exit 1", "return 1", "fail"} else None
                return (bad or frozenset()) | (
                    NEXT if not bad or inner & {"next", "exit 0", "return 0"} else frozenset()
                )
            case Pipeline():
                return self.run(node.parts[-1], names, errexit=errexit) & _EITHER or NEXT
            case _:
                return NEXT

    def _run_branches(self, node: If, names: frozenset[str], *, errexit: bool) -> Signals:
        found: Signals = frozenset()
        counts = ANYONE in names
        for condition, body in node.clauses:
            asked = self._asked(condition, names)
            counts = counts or self._counts(condition, names)
            found |= asked - _EITHER
            if "next" in asked:
                found |= self.run(body, names, errexit=errexit)
            if "fail" not in asked:
                return _kept(found, counts=counts)
        found |= self.run(node.otherwise, names, errexit=errexit) if node.otherwise else NEXT
        return _kept(found, counts=counts)

    def _run_simple(self, node: Simple, names: frozenset[str], *, errexit: bool) -> Signals:
        word = node.words[0] if node.words else ""
        if word in {"exit", "return"}:
            code = node.words[1] if len(node.words) > 1 else "0"
            zero = code == "0" if code.isdigit() or ANYONE in names else not (names & set(_MENTIONED.findall(code)))
            return frozenset({f"{word} {0 if zero else 1}"})
        if word in {"break", "continue"}:
            return frozenset({word})
        if word == "false":
            return frozenset({"fail"})
        if len(node.words) == 1 and word.startswith("$") and names & set(_MENTIONED.findall(word)):
            return _EITHER  # a flag that holds `true` or `false`
        if word in TESTS and self._counts(node, names) and not (word == "((" and not _COMPARES.search(node.words[1])):
            return _EITHER
        if (function := self.functions.get(word)) is not None and self.depth < _DEEPEST:
            self.depth += 1
            inner = self.run(function.body, names, errexit=errexit)
            self.depth -= 1
            ends = {"return 1": "exit 1" if errexit else "fail", "return 0": "next"}
            return frozenset(ends.get(each, each) for each in inner)
        return NEXT

    def _run_list(self, node: AndOr, names: frozenset[str], *, errexit: bool) -> Signals:
        left = self._asked(node.left, names)
        go, stop = ("next", "fail") if node.both else ("fail", "next")
        found = left - _EITHER
        if go in left:
            right = self.run(node.right, names, errexit=errexit)
            if "fail" in right and errexit and isinstance(node.right, Simple):
                right = (right - {"fail"}) | {"exit 1"}
            found |= right
        if stop in left:
            found |= {stop}
        counts = ANYONE in names or len(left) == 1 or self._counts(node.left, names)
        return _kept(found, counts=counts)

    def _asked(self, node: Statement, names: frozenset[str]) -> Signals:
        """Give how a condition can end: any command in it may succeed or fail."""
        match node:
            case Simple():
                word = node.words[0] if node.words else ""
                if word in {"true", ":", "echo", "printf", "sleep", ""}:
                    return NEXT
                found = self._run_simple(node, names, errexit=False)
                return _EITHER if found == NEXT else found
            case Sequence() if node.items:
                return self._asked(node.items[-1], names)
            case Not():
                swap = {"next": "fail", "fail": "next"}
                return frozenset(swap.get(each, each) for each in self._asked(node.item, names))
            case AndOr():
                found = self._run_list(node, names, errexit=False)
                return found | (self._asked(node.right, names) & _EITHER)
            case _:
                return _EITHER

    def _counts(self, condition: Statement, names: frozenset[str]) -> bool:
        """Tell whether a condition is about what happened: it tests a variable that was set on the way."""
        if ANYONE in names:
            return True
        for simple in simples_of(condition):
            if simple.words[:1] and simple.words[0] in TESTS:
                text = " ".join(simple.words)
                told = set(re.findall(r"\w+", text)) if simple.words[0] == "((" else set(_MENTIONED.findall(text))
                if told & names:
                    return True
            elif simple.words[:1] and names & set(_MENTIONED.findall(simple.stdin + " ".join(simple.words))):
                return True
        return False

    def counters(self, loop: For | While) -> frozenset[str]:
        """Give the variables that tell how often a loop has run."""
        if (known := self.counted.get(loop)) is None:
            known = self.counted[loop] = self._counters(loop)
        return known

    def _counters(self, loop: For | While) -> frozenset[str]:
        names = set(re.findall(r"^for\s*\(\(\s*(\w+)\s*=", loop.head.source)) if isinstance(loop, For) else set()
        if isinstance(loop, For) and loop.name:
            names.add(loop.name)
        for simple in simples_of(loop.body):
            for each in simple.assignments:
                counted = _COUNTS_UP.match(each.text)
                if each.adds or (counted is not None and counted[1] == each.name):
                    names.add(each.name)
            if simple.words[:1] in {("((",), ("let",)}:
                names.update(_set_in(simple))
        return frozenset(names)

    def assigned(self, node: Statement | None) -> frozenset[str]:
        """Give the variables that are set anywhere in a statement."""
        if node is None:
            return frozenset()
        if (known := self.known.get(node)) is None:
            known = frozenset(_set_in(node))
            self.known[node] = known
        return known


def _kept(signals: Signals, *, counts: bool) -> Signals:
    """Leave the exits of a branch out where nothing says that it is taken."""
    if counts or signals <= _EXITS:
        return signals
    return signals - _EXITS


def _is_always(condition: Sequence) -> bool:
    item = condition.items[0] if len(condition.items) == 1 else None
    return isinstance(item, Simple) and item.words in {("true",), (":",)}


def _set_in(node: Statement) -> Iterator[str]:
    if isinstance(node, For) and node.name:
        yield node.name
    for simple in simples_of(node):
        yield from (each.name for each in simple.assignments)
        if simple.words[:1] == ("((",):
            yield from re.findall(
                r"\b([A-Za-z_]\w*)\s*(?:\+\+|--|[-+*/]?=(?!=))|(?<=\+\+)[A-Za-z_]\w*", simple.words[1]
            )
        elif simple.words[:1] and simple.words[0] in {"read", "let", "mapfile", "readarray"}:
            yield from (re.split(r"\W", word)[0] for word in simple.words[1:] if not word.startswith("-"))
