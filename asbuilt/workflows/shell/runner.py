"""Plays a script through: which ways it goes, where it ends, and what its variables are there.

Commands succeed, unless they are tests of what is known. A test that cannot be told goes both ways.
"""

from asbuilt.workflows.shell.commands import simple
from asbuilt.workflows.shell.decisions import case, conditional, joined
from asbuilt.workflows.shell.machine import Machine
from asbuilt.workflows.shell.record import HANGS, NOTHING
from asbuilt.workflows.shell.repeats import loop, repeated
from asbuilt.workflows.shell.sequences import in_order
from asbuilt.workflows.shell.status import BADLY, EITHER, FAIL, OK, REACHED, WELL, Ends, output
from asbuilt.workflows.shell.tree import (
    AndOr,
    Background,
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
)
from asbuilt.workflows.shell.values import Open, Text


def end(machine: Machine, script: Sequence) -> Ends:
    """Run a whole script, and give how it ends: `WELL`, `BADLY`, `REACHED`, `HANGS`."""
    ends = machine.checked(machine.run(script, asked=False), errexit=True)
    badly = WELL if machine.forgives else BADLY
    last = {"return fail": badly, BADLY: badly, REACHED: REACHED, HANGS: HANGS}
    return frozenset(last.get(end, WELL) for end in ends)


def play(machine: Machine, node: Statement, asked: bool, stdin: Text) -> Ends:  # noqa: FBT001 - the syntax; a callback has no names
    """Run a statement of any kind."""
    match node:
        case Simple():
            return simple(machine, node, asked=asked, stdin=stdin)
        case Sequence():
            return in_order(machine, node.items, asked=asked)
        case AndOr():
            return joined(machine, node, asked=asked)
        case Not():
            ends = _swapped(machine.run(node.item, asked=True))
            machine.due = _swapped(machine.due)
            code = machine.values.of("?")
            machine.put_status("" if isinstance(code, Open) else "1" if code == "0" else "0")
            return ends
        case If():
            return conditional(machine, node, asked=asked)
        case Case():
            return case(machine, node, asked=asked)
        case Pipeline() | For() | While() | Subshell():
            ends = _of_several(machine, node, asked=asked)
            machine.put_status("1" if not ends & OK else "0" if machine.due and not ends & FAIL else "")
            return ends
        case Background():
            before = machine.state
            found = machine.apart(node.item, asked=True) & {REACHED}
            machine.restore(before)
            machine.due = NOTHING
            return OK | found
        case Function():
            machine.functions = {**machine.functions, node.name: node}
            return OK


def _of_several(machine: Machine, node: Pipeline | For | While | Subshell, *, asked: bool) -> Ends:
    """Run a statement of several commands, of which none is the one that its status is of."""
    match node:
        case Pipeline():
            return _pipeline(machine, node, asked=asked)
        case For():
            return loop(machine, node, asked=asked)
        case While():
            return repeated(machine, node, asked=asked)
        case Subshell():
            return machine.checked(machine.apart(node.body, asked=asked), asked=asked)


def _pipeline(machine: Machine, node: Pipeline, *, asked: bool) -> Ends:
    """Run the parts, each in a shell of its own; the output of one is the input of the next."""
    parts: list[tuple[Ends, Ends]] = []
    text: Text = Open.UNKNOWN
    for part in node.parts:
        strikes = machine.strikes
        ends = machine.apart(part, asked=asked, stdin=text)
        parts.append((ends, machine.due))
        text = Open.LEFT if machine.leaves(strikes) else output(part, text, machine.values)
    reached = frozenset().union(*(ends for ends, _ in parts)) - EITHER
    if any(not ends & EITHER for ends, _ in parts):
        return reached
    answers = parts if machine.pipefail else parts[-1:]
    machine.due = frozenset().union(*(due for _, due in answers))
    found = FAIL if any("fail" in ends for ends, _ in answers) else NOTHING
    found |= OK if all("ok" in ends for ends, _ in answers) else NOTHING
    return reached | machine.checked(found, asked=asked)


def _swapped(ends: Ends) -> Ends:
    swap = {"ok": "fail", "fail": "ok"}
    return frozenset(swap.get(end, end) for end in ends)
