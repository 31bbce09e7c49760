"""Commands: what they are once variables are put in, and how each ends."""

from collections.abc import Mapping

from asbuilt.patterns import late
from asbuilt.workflows.bounds import VARIABLE
from asbuilt.workflows.shell.calls import back, called, note_own, positions, shift, within
from asbuilt.workflows.shell.decisions import asked_for
from asbuilt.workflows.shell.languages import SHELLS
from asbuilt.workflows.shell.machine import ASTRAY, BAD, Machine
from asbuilt.workflows.shell.record import HANGS
from asbuilt.workflows.shell.status import BADLY, EITHER, FAIL, GREP, OK, REACHED, WELL, Ends, status
from asbuilt.workflows.shell.tree import Simple, simples_of
from asbuilt.workflows.shell.values import Open, Text
from asbuilt.workflows.shell.words import given, handed, turned, unwrapped

_ENDS = frozenset({"exit", "return"})
# What takes the name of a function for a name.
_NAMES_ALONE = frozenset({
    *SHELLS, "[", "[[", "test", "((", "let", "case",
    "trap", "echo", "printf", "export", "declare", "typeset", "local", "readonly", "unset", "type", "hash",
})  # fmt: skip
# What may set any variable: a file of settings, and what a command writes.
_SETS_ANYTHING = late(r"^\$\(|^`|(?:^|[/.])env(?:\.\w+)?$")
_GIVES_UP = late(r"\bexit\s+0\b")
_TESTS = frozenset({"[", "[[", "test", "((", "let", "case"})
_READS = frozenset({"read", "mapfile", "readarray"})
_NUMBERS = frozenset({"-lt", "-le", "-gt", "-ge"})


def simple(machine: Machine, node: Simple, *, asked: bool, stdin: Text) -> Ends:
    """Run a simple command, with its assignments and what they substitute: POSIX, 2.9.1."""
    tick, strikes = machine.tick - 1, machine.strikes
    found, last = machine.substituted(node, asked=asked)
    if not last:
        return found
    made = machine.leaves(strikes)
    if any(map(machine.values.refused, node.demands)):
        return found | {machine.badly}
    if node.declares:
        note_own(machine, node)
        if any(each.startswith(("$(", "`")) for each in node.words[1:]):  # export $(cat .env)
            machine.values.forget()
    if not node.words or node.declares:
        for each in node.assignments:
            _assign(machine, each.name, each.text, adds=each.adds, made=made)
    if node.words:
        ends, about = asked_for(machine, lambda: _commanded(machine, node, tick, stdin, made=made, asked=asked))
        if ends == {REACHED}:
            return found | ends
    else:
        ends, about = last if node.assignments else OK, False  # the status of what an assignment runs is its own
    ends = machine.checked(ends, asked=asked)
    is_told = bool(node.words) and (bool(machine.due) or node.words[0] in _TESTS)
    machine.put_status("1" if not ends & OK else "0" if is_told and not ends & FAIL else "", about=about)
    return found | ends


def _commanded(machine: Machine, node: Simple, tick: int, stdin: Text, *, made: bool, asked: bool) -> Ends:
    """Run what has words. `made`: what a failure left is among them."""
    words, limited = _worded(machine, node), False
    lent: dict[str, str] = {}
    if words[0] not in machine.functions:
        words, lent, limited = unwrapped(words)
    if machine.wanted is not None and machine.wanted(words, machine.values):
        return frozenset({REACHED})
    if node.stdin:
        stdin = machine.values.expand(node.stdin)
    if made and (node.stdin or words[0] in _READS):
        stdin = Open.LEFT
    machine.values.heard = False
    if any(map(machine.values.refused, node.demands_redirected)):
        ends = FAIL
    else:
        ends = OK if node.declares else _command(machine, node, words, lent, stdin, asked=asked)
    if limited and HANGS in ends:
        ends, machine.due = (ends - {HANGS}) | FAIL, FAIL
    if machine.values.heard or (made and words[0] in _TESTS):
        machine.due = EITHER
    return _settled(machine, node, words, ends, tick)


def _worded(machine: Machine, node: Simple) -> tuple[str, ...]:
    """Give the words of a command, with the command itself put in, and the arguments of a function."""
    words = node.words
    if words[0].startswith("$"):
        text = machine.values.expand(words[0])
        if isinstance(text, str) and text.strip() and "$" not in text:
            words = (*text.split(), *words[1:])
    if machine.running:
        words = given(words, machine.arguments)
    words = tuple(map(machine.values.reckoned, words))
    return machine.values.received(words, node.source)


def _settled(machine: Machine, node: Simple, words: tuple[str, ...], ends: Ends, tick: int) -> Ends:
    """Let a command fail or succeed that is to, and leave out how it ends badly for something else."""
    site = (node, machine.calls)
    machine.note(site, tick)
    cannot = words[0] in {"set", "break", "continue", *_ENDS} and not ends & BAD
    if machine.is_struck(site) and not cannot and not (machine.again and _changes(words, ends)):
        outcome = machine.hit()
        if ends & EITHER:
            return (ends - EITHER) | outcome
        return frozenset(BADLY if end == ASTRAY else end for end in ends & BAD) or ends
    if words[0] in _ENDS and len(ends) > 1 and not machine.values.heard:
        # The status of what came last is given on, and that succeeds where it is not known.
        gives_on = words[1:] in {(), ("$?",)} and (machine.passes or not machine.values.asked)
        if gives_on or (machine.passes and not machine.because):
            return ends - BAD
    return frozenset(machine.badly if end == BADLY else end for end in ends) if words[0] == "exit" else ends


def _changes(words: tuple[str, ...], ends: Ends) -> bool:
    """Tell whether a command comes to something else by itself when it is run again, as a test of a counter."""
    if words[0] in {"((", "let", "read"}:
        return True
    return words[0] in _TESTS and (not ends >= EITHER or not _NUMBERS.isdisjoint(words))


def _assign(machine: Machine, name: str, text: str, *, adds: bool, made: bool) -> None:
    value = machine.values.expand(machine.values.reckoned(text))
    if adds:
        known = machine.values.of(name)
        if isinstance(known, str) and isinstance(value, str):
            value = known + value
        else:
            value = Open.LEFT if Open.LEFT in {known, value} else Open.DERIVED
    if isinstance(value, str) and len(value) > VARIABLE:
        value = Open.DERIVED
    if made or (machine.because and isinstance(value, Open)):
        value = Open.LEFT
    machine.touched = machine.touched | {name} if machine.because else machine.touched - {name}
    machine.values.put(name, value)


def _command(
    machine: Machine, node: Simple, words: tuple[str, ...], lent: Mapping[str, str], stdin: Text, *, asked: bool
) -> Ends:
    """Run a command: a function, a script for a shell, or else one that has a status; `lent` is what is set for it."""
    name = words[0].rpartition("/")[2]
    at = 0
    if name not in machine.functions and name not in _NAMES_ALONE:
        at = next((at for at, word in enumerate(words) if at and word in machine.functions), 0)
    function = name if not at else words[at]
    if function not in machine.functions and name not in SHELLS:
        return _builtin(machine, node, words, stdin, asked=asked)
    lent = {**{each.name: each.text for each in node.assignments}, **lent}
    outer = machine.values.variables
    machine.values.variables = {**outer, **{name: machine.values.expand(text) for name, text in lent.items()}}
    if function in machine.functions:
        ends = called(machine, node, function, words[at + 1 :], asked=asked)
    else:
        ends = _builtin(machine, node, words, stdin, asked=asked)
    if lent:
        machine.values.variables = back(machine.values.variables, outer, lent)
    return ends


def _builtin(machine: Machine, node: Simple, words: tuple[str, ...], stdin: Text, *, asked: bool) -> Ends:  # noqa: C901, PLR0912 - one case for each
    """Run what the shell does itself, or a program."""
    name = words[0].rpartition("/")[2]
    match name:
        case "eval" | "source" | "." if any(map(_SETS_ANYTHING.search, words[1:])):
            machine.values.forget()
            return OK
        case "eval":
            return within(machine, node, " ".join(words[1:]), lambda script: machine.run(script, asked=asked))
        case _ if name in SHELLS and (inner := handed(words, node.stdin)) is not None:
            outer = machine.errexit, machine.pipefail
            script, machine.errexit, machine.pipefail = inner
            strikes, ignored = machine.strikes, asked and not machine.errexit
            ends = within(machine, node, script, lambda script: machine.apart(script, asked=ignored))
            machine.errexit, machine.pipefail = outer
            return ends | FAIL if asked and machine.strikes == strikes and "ok" in ends else ends
        case "set":
            errexit, pipefail = turned(words[1:], "e", "errexit"), turned(words[1:], "", "pipefail")
            machine.errexit = machine.errexit if errexit is None else errexit
            machine.pipefail = machine.pipefail if pipefail is None else pipefail
            posix = turned(words[1:], "", "posix")
            machine.inherits = machine.inherits if posix is None else posix
            if "--" in words:
                given_now = positions(machine.values, words[words.index("--") + 1 :])
                machine.values.variables = {**machine.values.variables, **given_now}
            return OK
        case "shift":
            shift(machine.values, words[1] if len(words) > 1 else "1")
            return OK
        case "trap":
            machine.forgives = machine.forgives or _forgives(machine, words)
            return OK
        case "shopt" if "inherit_errexit" in words and words[1:2] in {("-s",), ("-u",)}:
            machine.inherits = words[1] == "-s"
            return OK
        case "exit" | "return" | "break" | "continue":
            ends = status(words, node.stdin, stdin, machine.values, asked=asked)
            if name != "exit":
                machine.left += ((end, machine.state) for end in ends)
            elif WELL in ends:
                machine.ended.append(machine.values.variables)
            return ends
    if len(words) == 1 and words[0].startswith("$") and machine.values.told(words[0]) is None:
        return EITHER if machine.values.heard or asked else OK  # a flag that holds `true` or `false`
    succeeds = machine.because and machine.strike is not None and machine.strike.outcome == OK
    if machine.passes and name in GREP and not asked and stdin is Open.UNKNOWN:
        return OK
    return status(words, node.stdin, stdin, machine.values, asked=asked and (name == "read" or not succeeds))


def _forgives(machine: Machine, words: tuple[str, ...]) -> bool:
    """Tell whether a trap ends the script well, whatever has failed: `trap 'exit 0' EXIT`."""
    if {"EXIT", "0", "ERR"}.isdisjoint(words[2:]):
        return False
    body = machine.functions.get(words[1])
    sources = [words[1], *(each.source for each in (simples_of(body.body) if body else ()))]
    return any(map(_GIVES_UP.search, sources))
