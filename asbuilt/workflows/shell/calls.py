"""Functions that a script calls, with their arguments and variables of their own, and scripts within a script.

Source: 3.3 and 3.4.1 of https://www.gnu.org/software/bash/manual/bash.html ("Shell Functions", "Positional
Parameters").
"""

from collections.abc import Callable, Collection, Mapping

from asbuilt.workflows.bounds import CALLS
from asbuilt.workflows.shell.decisions import meet
from asbuilt.workflows.shell.machine import Machine
from asbuilt.workflows.shell.status import EITHER, OK, Ends
from asbuilt.workflows.shell.tree import Sequence, Simple
from asbuilt.workflows.shell.values import Open, Text, Values

_RETURNS = {"return ok": "ok", "return fail": "fail"}
_PLACES = [str(at) for at in range(1, 10)]
_ALL = ("@", "*")
_LOCAL = frozenset({"local", "declare", "typeset"})


def within(machine: Machine, node: Simple, script: str, run: Callable[[Sequence], Ends]) -> Ends:
    """Run a script within a command."""
    if len(machine.calls) >= CALLS:
        return OK
    outer, machine.calls = machine.calls, (*machine.calls, node)
    ends = run(machine.parse(script))
    machine.calls = outer
    return ends


def called(machine: Machine, node: Simple, name: str, arguments: tuple[str, ...], *, asked: bool) -> Ends:
    """Run a function that a command calls, and give how that ends."""
    if name in machine.running or len(machine.running) >= CALLS:
        return OK
    outer, mark, strikes = machine.values.variables, len(machine.left), machine.strikes
    around = machine.calls, machine.running, machine.arguments, machine.own
    machine.calls, machine.running, machine.arguments = (*machine.calls, node), (*machine.running, name), arguments
    machine.own = frozenset()
    machine.values.variables = {**outer, **positions(machine.values, arguments)}
    found = machine.run(machine.functions[name].body, asked=asked)
    returned = [state for _, state in machine.left[mark:]]
    due = frozenset(_RETURNS[how] for how, state in machine.left[mark:] if state.strikes > strikes and how in _RETURNS)
    machine.due |= due
    del machine.left[mark:]
    meet(machine, [*returned, *([machine.state] if found & EITHER else [])], counts=machine.because)
    machine.values.variables = back(machine.values.variables, outer, machine.own)
    machine.calls, machine.running, machine.arguments, machine.own = around
    return frozenset(_RETURNS.get(end, end) for end in found)


def note_own(machine: Machine, node: Simple) -> None:
    """Keep in mind which variables are a function's own."""
    if machine.running and node.words[0] in _LOCAL and "-g" not in node.words:
        machine.own |= {word.partition("=")[0].removesuffix("+") for word in node.words[1:] if word[:1] != "-"}


def back(here: Mapping[str, Text], outer: Mapping[str, Text], own: Collection[str]) -> Mapping[str, Text]:
    """Give the variables as they are behind what has some of its own, positions among them."""
    own = {*own, *_PLACES, "#", *_ALL}
    kept = {name: value for name, value in here.items() if name not in own}
    return {**kept, **{name: value for name, value in outer.items() if name in own}}


def positions(values: Values, arguments: tuple[str, ...]) -> dict[str, Text]:
    """Give `$1`, `$#` and `$@` for some arguments; `$2` is nothing where there is one."""
    return _positions([values.expand(each) for each in arguments], values.open(" ".join(arguments)))


def _positions(told: list[Text], unknown: Text) -> dict[str, Text]:
    texts = [each for each in told if isinstance(each, str)]
    every = " ".join(texts) if len(texts) == len(told) else unknown
    numbered = {str(at): text for at, text in enumerate(told, 1)}
    return {**dict.fromkeys(_PLACES, ""), **numbered, "#": str(len(told)), **dict.fromkeys(_ALL, every)}


def shift(values: Values, by: str) -> None:
    """Take away the first positions: `shift`, `shift 2`."""
    count = values.of("#")
    if isinstance(count, str) and by.isdecimal() and int(by) <= int(count):
        gone, left = int(by), int(count) - int(by)
        told = [values.of(str(at + gone)) for at in range(1, left + 1)]
        values.variables = {**values.variables, **_positions(told, Open.UNKNOWN)}
