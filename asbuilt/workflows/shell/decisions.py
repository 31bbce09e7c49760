"""What a decision leads to: each way is run, and what all of them leave behind is what is known after it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from asbuilt.workflows.bounds import NESTING
from asbuilt.workflows.shell.machine import BAD, Machine
from asbuilt.workflows.shell.record import NOTHING, Options, State, Variables
from asbuilt.workflows.shell.status import EITHER, OK, Ends
from asbuilt.workflows.shell.tree import (
    AndOr,
    Case,
    If,
    Statement,
)
from asbuilt.workflows.shell.values import Open

T = TypeVar("T")


class Way(NamedTuple):
    """What a decision may lead to; `counts` where it may do so because of a strike.

    `about` where it may do so for something made of what the trial is about.
    """

    run: Callable[[], Ends]
    counts: bool
    about: bool = False


def joined(machine: Machine, node: AndOr, *, asked: bool) -> Ends:
    """Run an AND or an OR list: POSIX, 2.9.3."""
    strikes = machine.strikes
    left, about = asked_for(machine, lambda: machine.run(node.left, asked=True))
    due = due_to(machine, left, strikes)
    go, stop, code = ("ok", "fail", "0") if node.both else ("fail", "ok", "1")

    def goes_on() -> Ends:
        return for_it(machine, node.right, counts=go in due, asked=asked, code=code if stop in left else "")

    def stops() -> Ends:
        machine.due = due & {stop}
        return frozenset({stop})

    ways = {go: Way(goes_on, go in due, about), stop: Way(stops, stop in due, about)}
    taken = [way for end, way in ways.items() if end in left]
    return (left - EITHER) | (either(machine, taken) if taken else NOTHING)


def conditional(machine: Machine, node: If, *, asked: bool) -> Ends:
    """Run an `if`, with its `elif` and `else`: POSIX, 2.9.4."""
    if len(node.clauses) > NESTING:  # each is within the one before
        machine.steps = machine.most + 1
        return OK
    (condition, body), *rest = node.clauses
    strikes = machine.strikes
    answer, about = asked_for(machine, lambda: machine.run(condition, asked=True))
    due = due_to(machine, answer, strikes)
    other = If(rest, node.otherwise) if rest else node.otherwise
    ways = {"ok": (body, "0"), "fail": (other, "1")}
    taken = [
        Way(partial(for_it, machine, way, counts=end in due, asked=asked, code=code), end in due, about)
        for end, (way, code) in ways.items()
        if end in answer
    ]
    return (answer - EITHER) | (either(machine, taken) if taken else NOTHING)


def case(machine: Machine, node: Case, *, asked: bool) -> Ends:
    """Run a `case`; a pattern that cannot be told may be the one."""
    tick, strikes = machine.tick - 1, machine.strikes
    found, _ = machine.substituted(node.head, asked=asked)
    if any(map(machine.values.refused, node.head.demands)):
        return found | {machine.badly}
    machine.values.heard = False
    taken, about = asked_for(machine, lambda: _matching(machine, node))
    counts = machine.values.heard
    site = (node.head, machine.calls)
    machine.note(site, tick)
    if machine.is_struck(site):
        machine.hit()
        taken = _struck(node, machine.strike.branch if machine.strike is not None else None)
    counts = counts or machine.because or machine.strikes > strikes
    ways = [Way(partial(for_it, machine, each, counts=counts, asked=asked), counts, about) for each in taken]
    return found | (either(machine, ways) if ways else OK)


def _matching(machine: Machine, node: Case) -> list[Statement | None]:
    """Give the branches that may match, None where it may be none of them."""
    word = node.head.words[1] if len(node.head.words) > 1 else ""
    found: list[Statement | None] = []
    for patterns, branch in zip(node.patterns, node.branches, strict=False):
        answers = [machine.values.matches(word, pattern) for pattern in patterns]
        if True in answers or None in answers:
            found.append(branch)
        if True in answers:
            return found
    return [*found, None]


def _struck(node: Case, branch: int | None) -> list[Statement | None]:
    """Give the branch that a strike takes, and none is one as well where not all texts match; all of them for None."""
    every: list[Statement | None] = [*node.branches, *([] if node.all else [None])]
    return every if branch is None else every[branch : branch + 1] or every[-1:]


def asked_for(machine: Machine, question: Callable[[], T]) -> tuple[T, bool]:
    """Put a question, and tell whether it is for something made of what the trial is about."""
    before, machine.values.asked = machine.values.asked, False
    answer = question()
    about = machine.values.asked
    machine.values.asked = before or about
    return answer, about and not machine.passes


def due_to(machine: Machine, ends: Ends, strikes: int) -> Ends:
    """Give which status of what was run since so many strikes is due to one."""
    surely = machine.strikes > strikes and not ends >= EITHER
    return ends & EITHER if machine.because or surely else machine.due


def for_it(machine: Machine, node: Statement | None, *, counts: bool, asked: bool, code: str = "") -> Ends:
    """Run what a decision leads to."""
    outer, machine.because, machine.due = machine.because, counts, NOTHING
    if code:
        machine.put_status(code)
    ends = machine.run(node, asked=asked) if node is not None else OK
    if node is None:
        machine.put_status("0")
    machine.because = outer
    if counts:
        machine.due = ends & EITHER
    return ends


def either(machine: Machine, ways: list[Way]) -> Ends:
    """Run each way that a decision leads to, from here, and go on with what all of them leave behind."""
    if len(ways) == 1:
        return ways[0].run()
    before, due = machine.state, NOTHING
    every, counted = NOTHING, NOTHING
    states: list[State] = []
    for way in ways:
        machine.restore(before)
        peak = machine.peak
        ends = way.run()
        every |= ends
        counted |= kept(machine, ends, peak, counts=way.counts or way.about)
        due |= machine.due
        if ends & EITHER:
            states.append(machine.state)
    machine.due = due
    meet(machine, states, counts=any(way.counts for way in ways), about=any(way.about for way in ways))
    return counted or every


def kept(machine: Machine, ends: Ends, peak: int, *, counts: bool) -> Ends:
    """Leave out the bad ends of a way that is taken for something else than what counts, and has no strike in it."""
    return ends if counts or machine.peak > peak else ends - BAD


def meet(machine: Machine, states: list[State], *, counts: bool = False, about: bool = False) -> None:
    """Go on where several ways meet: what they set to different texts is not known."""
    if not states:
        return
    first, *others = states
    touched = frozenset().union(*(each.touched for each in states))
    own = frozenset().union(*(each.own for each in states))
    variables = first.variables
    for each in others:
        if each.variables is not variables:
            about = about or (machine.values.tested and not machine.passes)
            variables = _met(variables, each.variables, touched, counts=counts, about=about)
    options = Options(*map(all, zip(*(each.options for each in states), strict=True)))
    functions = {name: body for each in states for name, body in each.functions.items()} if others else None
    strikes = max(each.strikes for each in states)
    machine.restore(State(variables, touched, own, functions or first.functions, options, strikes))


def _met(one: Variables, other: Variables, touched: frozenset[str], *, counts: bool, about: bool) -> Variables:
    found = dict(one)
    for name in {*one, *other}:
        both = {one.get(name, Open.UNKNOWN), other.get(name, Open.UNKNOWN)}
        if len(both) > 1:
            if Open.LEFT in both or counts or name in touched:
                found[name] = Open.LEFT
            else:
                found[name] = Open.DERIVED if Open.DERIVED in both or about else Open.UNKNOWN
    return found
