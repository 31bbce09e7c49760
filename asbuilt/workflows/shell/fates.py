"""What the failure of a command in a script leads to: whether the script can still end well.

A command's `Place` is its way up through the script. From there the rest is followed as it would run after that
failure, with every other command succeeding (`shell_runs.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from asbuilt.workflows.shell.runs import ANYONE, TESTS, Runs, Signals
from asbuilt.workflows.shell.tree import AndOr, Case, For, If, Pipeline, Sequence, Simple, Statement, While


class At(StrEnum):
    """Where in its parent a statement stands."""

    SCRIPT = "the whole script"
    ITEM = "one of a sequence"
    LEFT = "left of && or ||"
    RIGHT = "right of && or ||"
    NOT = "behind !"
    PART = "in a pipeline"
    IF = "the condition of an if"
    BRANCH = "a branch of an if or case"
    CASE = "the question of a case"
    WHILE = "the condition of a loop"
    BODY = "the body of a loop"
    INNER = "a subshell, a function called, a script handed to another shell"
    TIMED = "a script with a time limit"
    EVAL = "a script that the same shell runs"
    ARGUMENT = "in $(...) of an argument"
    VALUE = "in $(...) of an assignment"
    BESIDE = "in the background, in a trap, or never called"


@dataclass(slots=True, eq=False)
class Place:
    """Where a statement stands: its parent, and whether its failure ends the shell (`set -e` in effect)."""

    above: "Place | None"
    at: At
    node: Statement | None = None
    index: int = 0
    errexit: bool = False
    ignored: bool = False  # a condition somewhere around: set -e has no say
    pipefail: bool = False
    function: bool = False


class Ends(StrEnum):
    """How the script ends."""

    BADLY = "with an error"
    WELL = "without"
    NEVER = "waits until a time limit"


Outcome: TypeAlias = frozenset[Ends]
_BAD: Outcome = frozenset({Ends.BADLY})
_GOOD: Outcome = frozenset({Ends.WELL})
_NEVER: Outcome = frozenset({Ends.NEVER})
_COMPARES_NUMBERS = frozenset({"-lt", "-le", "-gt", "-ge"})


@dataclass(slots=True, eq=False)
class Fates:
    """Follows a script on from one of its commands."""

    runs: Runs = field(default_factory=Runs)

    def of_failure(self, place: Place, handlers: list[Statement]) -> bool:
        """Tell whether a failure here ends the script badly; adds what runs because of it to `handlers`."""
        self.runs.steps = 0
        return _is_bad(self._failed(place, self._counters(place), handlers))

    def of_success(self, place: Place) -> bool:
        """Tell whether a success here ends the script badly, as with `if [ -z "$X" ]; then exit 1; fi`."""
        self.runs.steps = 0
        return _is_bad(self._succeeded(place, frozenset(), []))

    def _counters(self, place: Place) -> frozenset[str]:
        """Give the counters of the loops around."""
        names: frozenset[str] = frozenset()
        here: Place | None = place
        while here is not None:
            if here.at in {At.BODY, At.WHILE} and isinstance(here.node, For | While):
                names |= self.runs.counters(here.node)
            here = here.above
        return names

    def _failed(  # noqa: C901, PLR0912 - one case for each place
        self, place: Place, names: frozenset[str], handlers: list[Statement] | None, *, soft: bool = False
    ) -> Outcome:
        """Follow on from a status that is not 0. `soft`: `set -e` has let it pass once already."""
        here: Place | None = place
        while here is not None:
            node = here.node
            match here.at:
                case At.ITEM if isinstance(node, Sequence):
                    if here.errexit and not soft:
                        return self._exits(here, bad=True, names=names)
                    names |= self.runs.assigned(node.items[here.index])
                    if here.index + 1 < len(node.items):
                        return self._on(here, names | {"?"})
                case At.LEFT if isinstance(node, AndOr):
                    if not node.both:
                        return self._then(node.right, here, names, handlers)
                    soft = True
                case At.NOT:
                    return self._succeeded(_above(here), names, handlers)
                case At.PART if isinstance(node, Pipeline):
                    if here.index + 1 < len(node.parts) and not here.pipefail:
                        return self._succeeded(_above(here), names, None)
                case At.IF if isinstance(node, If):
                    rest = node.clauses[here.index + 1 :]
                    other: Statement | None = If(rest, node.otherwise) if rest else node.otherwise
                    if other is None:
                        return self._succeeded(_above(here), names | self.runs.assigned(node), None)
                    return self._then(other, here, names | self.runs.assigned(node), handlers)
                case At.WHILE if isinstance(node, While):
                    if not node.until:
                        return self._succeeded(_above(here), names | self.runs.assigned(node), None)
                    return self._then(node.body, here, names | self.runs.assigned(node), handlers)
                case At.BODY:
                    return self._again(here, names)
                case At.CASE if isinstance(node, Case):
                    return self._then(node, here, names, handlers)
                case At.INNER | At.TIMED | At.VALUE:
                    soft = False
                case At.ARGUMENT:
                    above = _above(here)
                    if isinstance(node, Simple) and node.words[:1] and node.words[0] in TESTS:
                        return self._failed(above, names, None) | self._succeeded(above, names, None)
                    if isinstance(node, Simple):
                        names |= {each.name for each in node.assignments}
                    return self._succeeded(above, names, None)
                case At.BESIDE:
                    return _GOOD
                case _:
                    pass
            here = here.above
        return _BAD

    def _succeeded(  # noqa: C901 - one case for each place
        self, place: Place, names: frozenset[str], handlers: list[Statement] | None
    ) -> Outcome:
        """Follow on from status 0."""
        here: Place | None = place
        while here is not None:
            node = here.node
            match here.at:
                case At.ITEM if isinstance(node, Sequence):
                    names |= self.runs.assigned(node.items[here.index])
                    if here.index + 1 < len(node.items):
                        return self._on(here, names | {"?"})
                case At.LEFT if isinstance(node, AndOr) and node.both:
                    return self._then(node.right, here, names, handlers)
                case At.NOT:
                    return self._failed(_above(here), names, handlers, soft=True)
                case At.CASE if isinstance(node, Case):
                    taken = Case(node.head, node.branches, all=True, patterns=node.patterns)
                    return self._then(taken, here, names, handlers)
                case At.IF if isinstance(node, If):
                    return self._then(node.clauses[here.index][1], here, names | self.runs.assigned(node), handlers)
                case At.WHILE if isinstance(node, While) and not node.until:
                    return self._then(node.body, here, names | self.runs.assigned(node), handlers)
                case At.BODY:
                    return self._again(here, names)
                case At.BESIDE:
                    return _GOOD
                case _:
                    pass
            here = here.above
        return _GOOD

    def _on(self, here: Place, names: frozenset[str]) -> Outcome:
        """Go on behind an item of a sequence."""
        if not isinstance(here.node, Sequence):
            return _GOOD
        rest = here.node.items[here.index + 1 :]
        return self._led(self.runs.run_all(rest, names, errexit=here.errexit), here, names)

    def _then(
        self, statement: Statement, here: Place, names: frozenset[str], handlers: list[Statement] | None
    ) -> Outcome:
        """Go on with what runs because of the outcome itself, in which any test may lead to its exit."""
        if handlers is not None:
            handlers.append(statement)
        names |= self.runs.assigned(statement)
        return self._led(self.runs.run(statement, names | {ANYONE}, errexit=_above(here).errexit), here, names)

    def _led(self, signals: Signals, here: Place, names: frozenset[str]) -> Outcome:
        """Go on to where some statements, run at a place, lead."""
        if self.runs.tired():
            return _GOOD
        found: Outcome = frozenset()
        for signal in signals:
            match signal:
                case "next" | "fail" if here.at is At.WHILE:
                    found |= self._again(here, names)
                case "next":
                    found |= self._succeeded(_above(here), names, None)
                case "fail":
                    found |= self._failed(_above(here), names, None, soft=here.at is not At.LEFT)
                case "exit 1" | "exit 0":
                    found |= self._exits(here, bad=signal == "exit 1", names=names)
                case "return 1" | "return 0":
                    found |= self._returns(here, bad=signal == "return 1", names=names)
                case "break":
                    loop = _around(here, {At.BODY, At.WHILE})
                    found |= (
                        self._succeeded(_above(loop), names | self.runs.assigned(loop.node), None) if loop else _GOOD
                    )
                case "continue":
                    loop = _around(here, {At.BODY, At.WHILE})
                    found |= self._again(loop, names) if loop else _GOOD
                case _:
                    found |= _NEVER
        return found

    def _again(self, loop: Place, names: frozenset[str]) -> Outcome:
        """Go on at the end of a loop's body: behind the loop if it ends by itself, else it waits for a time limit."""
        node = loop.node
        after = self._succeeded(_above(loop), names | self.runs.assigned(node), None)
        if isinstance(node, For):
            return self._timed(loop, names) if node.endless else after
        if not isinstance(node, While):
            return after
        condition = node.condition.items[-1] if node.condition.items else None
        words = condition.words if isinstance(condition, Simple) else ()
        if loop.at is At.WHILE:  # what was asked is the condition itself, and is asked again
            if words[:1] in {("((",), ("read",)} or _COMPARES_NUMBERS.intersection(words):
                return after
            return after | self._timed(loop, names) if isinstance(condition, AndOr) else self._timed(loop, names)
        endless = words == (("false",) if node.until else ("true",)) or words in {(":",), ("((", "1", "))")}
        return self._timed(loop, names) if endless else after

    def _timed(self, place: Place, names: frozenset[str]) -> Outcome:
        """Wait for ever, or until a `timeout` around ends it as failed."""
        here: Place | None = place
        while here is not None and here.at is not At.BESIDE:
            if here.at is At.TIMED:
                return self._failed(_above(here), names, None)
            here = here.above
        return _NEVER if here is None else _GOOD

    def _exits(self, place: Place, *, bad: bool, names: frozenset[str]) -> Outcome:
        """Leave the shell: the script, or the subshell around."""
        here: Place | None = place
        while here is not None:
            if here.at is At.BESIDE:
                return _GOOD
            if here.at in {At.ARGUMENT, At.VALUE} or (here.at in {At.INNER, At.TIMED} and not here.function):
                if bad:
                    return self._failed(here if here.at is At.ARGUMENT else _above(here), names, None)
                return self._succeeded(_above(here), names, None)
            if here.at is At.PART and isinstance(here.node, Pipeline) and len(here.node.parts) > 1:
                return self._failed(here, names, None) if bad else self._succeeded(_above(here), names, None)
            here = here.above
        return _BAD if bad else _GOOD

    def _returns(self, place: Place, *, bad: bool, names: frozenset[str]) -> Outcome:
        """Leave the function around."""
        here: Place | None = place
        while here is not None and not here.function:
            if here.at is At.BESIDE:
                return _GOOD
            here = here.above
        if here is None:
            return self._exits(place, bad=bad, names=names)
        return self._failed(_above(here), names, None) if bad else self._succeeded(_above(here), names, None)


def _above(place: Place) -> Place:
    return place.above if place.above is not None else Place(None, At.SCRIPT)


def _around(place: Place, kinds: set[At]) -> Place | None:
    """Give the next place further out, or this one, that is of some kind, within the same shell and function."""
    here: Place | None = place
    while here is not None and here.at not in kinds:
        if here.at in {At.INNER, At.TIMED, At.ARGUMENT, At.VALUE, At.BESIDE}:
            return None
        here = here.above
    return here


def _is_bad(outcome: Outcome) -> bool:
    return Ends.BADLY in outcome or outcome == _NEVER
