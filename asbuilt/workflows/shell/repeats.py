"""Loops: a few rounds are run, and what more of them set is not known."""

from asbuilt.workflows.shell.decisions import asked_for, due_to, for_it, kept, meet
from asbuilt.workflows.shell.loops import rounds
from asbuilt.workflows.shell.machine import ASTRAY, Machine
from asbuilt.workflows.shell.record import HANGS, NOTHING, State
from asbuilt.workflows.shell.status import EITHER, OK, Ends
from asbuilt.workflows.shell.tree import (
    For,
    Sequence,
    While,
)
from asbuilt.workflows.shell.values import Open, Text

LEAVES: Ends = frozenset({"break", "continue"})
_ROUNDS = 64


def loop(machine: Machine, node: For, *, asked: bool) -> Ends:
    """Run a `for`: over its words where they are known and few, and else over any number of unknown ones."""
    begins = machine.run(node.head, asked=True)
    if not begins & EITHER:
        return begins
    found = begins - EITHER
    if node.endless:
        return found | repeated(machine, While(until=False, condition=Sequence([]), body=node.body), asked=asked)
    name, words, after = rounds(node, machine.values)
    sure = words is not None
    texts: list[Text | None] = [Open.UNKNOWN] if words is None else [*words]
    if len(texts) > _ROUNDS:
        texts = [*texts[:2], None, texts[-1]]
    mark, strikes, outer, begun = len(machine.left), machine.strikes, machine.counting, machine.state
    machine.counting = (*outer, machine.loops.counters(node))
    behind: list[State] = []
    last = OK
    for text in texts:
        if text is None:
            _forget(machine, node, begun, strikes)
            continue
        if name is not None:
            is_left = isinstance(text, Open) and machine.strikes > strikes
            machine.values.put(name, Open.LEFT if is_left else text)
        if not sure:
            behind.append(machine.state)
        peak = machine.peak
        last = machine.run(node.body, asked=asked)
        found |= (last if sure else kept(machine, last, peak, counts=machine.because)) - EITHER - LEAVES
        if not _next_round(machine, last, mark, behind):
            last = NOTHING
            break
    else:
        if name is not None and after is not None:
            machine.values.put(name, after)
        behind.append(machine.state)
    machine.counting = outer
    meet(machine, behind, counts=machine.because)
    return found | (last & EITHER or (OK if behind else NOTHING)) | (OK if behind and not sure else NOTHING)


def repeated(machine: Machine, node: While, *, asked: bool) -> Ends:
    """Run a `while` or an `until`, as often as it takes for nothing more to change."""
    enters, leaves = ("fail", "ok") if node.until else ("ok", "fail")
    mark, begun, outer = len(machine.left), (machine.state, machine.strikes), machine.counting
    machine.counting = (*outer, machine.loops.counters(node))
    behind: list[State] = []
    found, most = NOTHING, _ROUNDS
    status, due = NOTHING, NOTHING
    last, last_due = OK, NOTHING  # the status of a loop is that of its body
    at = 0
    while not machine.tired:
        before, strikes = machine.state, machine.strikes
        outer_again, machine.again = machine.again, machine.strikes > begun[1]
        answer, about = asked_for(machine, lambda: machine.run(node.condition, asked=True))
        machine.again = outer_again
        counts = enters in due_to(machine, answer, strikes)
        found |= answer - EITHER
        if leaves in answer:
            behind.append(machine.state)
            status, due = status | last, due | last_due
            most = min(most, at + 1)
        if enters not in answer:
            break
        peak = machine.peak
        ends = for_it(machine, node.body, counts=counts, asked=asked)
        last, last_due = (ends & EITHER) | (OK if "continue" in ends else NOTHING), machine.due
        status |= OK if "break" in ends else NOTHING
        found |= kept(machine, ends, peak, counts=counts or about or leaves not in answer) - EITHER - LEAVES
        if not _next_round(machine, ends, mark, behind) or machine.state == before or at > most:
            break
        at += 1
        if at == most:
            _forget(machine, node, *begun)
    machine.counting, machine.due = outer, due & status
    meet(machine, behind, counts=machine.because)
    hangs = HANGS if machine.strike is None or machine.strikes else ASTRAY
    return found | (status if behind else NOTHING if found else frozenset({hangs}))


def _next_round(machine: Machine, ends: Ends, mark: int, behind: list[State]) -> bool:
    """Go on to the next round of a loop, if there is one, and note the states with which it is left."""
    ways = [machine.state] if ends & EITHER else []
    for how, state in machine.left[mark:]:
        if how in LEAVES:
            (behind if how == "break" else ways).append(state)
    machine.left[mark:] = [each for each in machine.left[mark:] if each[0] not in LEAVES]
    meet(machine, ways, counts=machine.because)
    return bool(ways)


def _forget(machine: Machine, loop: For | While, begun: State, strikes: int) -> None:
    """Take what a loop sets for unknown: it is run any number of times."""
    here, before = machine.values.variables, begun.variables
    changed = machine.loops.assigned(loop) | {name for name in here if here[name] != before.get(name)}
    due = machine.loops.counters(loop) | machine.touched if machine.strikes > strikes else frozenset()
    lost = {name: Open.LEFT if name in due or here.get(name) is Open.LEFT else Open.UNKNOWN for name in changed}
    machine.values.variables = {**here, **lost}
