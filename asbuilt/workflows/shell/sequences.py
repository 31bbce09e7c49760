"""Statements one after the other; for a strike, those that go as they do without it are not run again."""

from bisect import bisect_right

from asbuilt.workflows.shell.machine import ASTRAY, Machine
from asbuilt.workflows.shell.record import HANGS, NOTHING, Items
from asbuilt.workflows.shell.status import BADLY, EITHER, OK, Ends
from asbuilt.workflows.shell.tree import (
    Statement,
)


def in_order(machine: Machine, items: list[Statement], *, asked: bool) -> Ends:
    """Run statements one after the other, up to one after which nothing goes on."""
    tick, start, found, last = machine.tick, 0, NOTHING, OK
    before = machine.strike.record.items[tick] if machine.strike is not None and not machine.struck else None
    if before is not None:
        start = _go_to_strike(machine, before)
        found = before.before[start] if before.before else NOTHING
    own = Items()
    for at in range(start, len(items)):
        own.ticks.append(machine.tick)
        last = machine.run(items[at], asked=asked)
        found |= last - EITHER
        if not last & EITHER:
            break
        if before is not None and at + 1 < len(before.ticks) and _is_as_before(machine, before.ticks[at]):
            return found | _go_behind(machine, before, at + 1)
    if machine.record is not None and not machine.tired:
        own.sum_up(machine.record.played)
        machine.record.items[tick] = own
    return found | (last & EITHER)


def _go_to_strike(machine: Machine, before: Items) -> int:
    """Go to the statement of a sequence in which the strike is, as if those before it had been run."""
    if machine.strike is None or not before.ticks:
        return 0
    start = max(bisect_right(before.ticks, machine.strike.tick) - 1, 0)
    if start:
        _go_behind_those(machine, before, 0, start)
    return start


def _go_behind(machine: Machine, before: Items, at: int) -> Ends:
    """Go behind a sequence whose statements from one on are as they are where nothing fails."""
    _go_behind_those(machine, before, at, len(before.ticks))
    ends = before.behind[at]
    return ends if machine.strikes else frozenset(ASTRAY if end in {BADLY, HANGS} else end for end in ends)


def _go_behind_those(machine: Machine, before: Items, start: int, end: int) -> None:
    if machine.strike is None:
        return
    played = machine.strike.record.played
    last = played[before.ticks[end - 1]]
    for tick in before.leaving:
        if before.ticks[start] <= tick <= before.ticks[end - 1]:
            machine.left += ((how, state._replace(strikes=machine.strikes)) for how, state in played[tick].left)
    machine.restore(last.state._replace(strikes=machine.strikes))
    machine.tick, machine.due = last.until, NOTHING


def _is_as_before(machine: Machine, tick: int) -> bool:
    """Tell whether a statement left everything behind as it does where nothing fails."""
    if machine.strike is None or not machine.struck:
        return False
    return machine.state._replace(strikes=0) == machine.strike.record.played[tick].state
