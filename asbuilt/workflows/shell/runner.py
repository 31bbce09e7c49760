"""Plays a script through: which ways it goes, where it ends, and what its variables are there.

Commands succeed, unless they are tests of what is known. A test that cannot be told goes both ways.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeAlias

from asbuilt.workflows.bounds import CALLS, NESTING, VARIABLE
from asbuilt.workflows.shell.languages import SHELLS
from asbuilt.workflows.shell.loops import Loops, rounds
from asbuilt.workflows.shell.record import HANGS, NOTHING, Items, Played, Record, Site, State, Strike, Variables
from asbuilt.workflows.shell.status import BADLY, EITHER, FAIL, GREP, OK, REACHED, WELL, Ends, output, status
from asbuilt.workflows.shell.syntax import parse
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
from asbuilt.workflows.shell.values import Open, Text, Values
from asbuilt.workflows.shell.words import given, handed, turned, unwrapped

Wanted: TypeAlias = Callable[[tuple[str, ...], Values], bool]

_LEAVES: Ends = frozenset({"break", "continue"})
_ASTRAY = "badly, but not for a strike"
_BAD: Ends = frozenset({BADLY, _ASTRAY, "return fail"})
_ENDS = frozenset({"exit", "return"})
_TESTS = frozenset({"[", "[[", "test", "((", "let", "case"})
_READS = frozenset({"read", "mapfile", "readarray"})
_NUMBERS = frozenset({"-lt", "-le", "-gt", "-ge"})
_ROUNDS = 16
# What the end of a shell within another one, or of a function, is for what runs that.
_BECOMES = dict.fromkeys((BADLY, _ASTRAY, "return fail", "fail"), "fail") | {REACHED: REACHED, HANGS: HANGS}
_RETURNS = {"return ok": "ok", "return fail": "fail"}


class Way(NamedTuple):
    """What a decision may lead to; `counts` where it may do so because of a strike."""

    run: Callable[[], Ends]
    counts: bool


@dataclass(slots=True, eq=False)
class Runner:
    """Runs statements. `asked`: the outcome is a question to something around, so that `set -e` has no say.

    For what a `strike` leads to (and for the `record` before it), a test that says nothing of that is taken to pass by
    the exits behind it. `due`: which status of the last one is due to the strike, or to a test of what it left.
    """

    values: Values
    errexit: bool
    pipefail: bool
    most: int
    wanted: Wanted | None = None
    record: Record | None = None
    strike: Strike | None = None
    loops: Loops = field(default_factory=Loops)
    parse: Callable[[str], Sequence] = parse
    functions: Mapping[str, Function] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    steps: int = 0
    level: int = 0
    tick: int = 0
    strikes: int = 0
    peak: int = 0
    struck: bool = False
    because: bool = False
    again: bool = False  # the condition of a loop is asked again
    due: Ends = frozenset()
    calls: tuple[Simple, ...] = ()
    running: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    counting: tuple[frozenset[str], ...] = ()
    left: list[tuple[str, State]] = field(default_factory=list)

    @property
    def tired(self) -> bool:
        """Whether the script is too long to be played through."""
        return self.steps > self.most

    @property
    def _passes(self) -> bool:
        return self.strike is not None or self.record is not None

    @property
    def _state(self) -> State:
        return State(self.values.variables, self.touched, self.functions, self.errexit, self.pipefail, self.strikes)

    def _restore(self, state: State) -> None:
        self.values.variables, self.touched, self.functions, self.errexit, self.pipefail, self.strikes = state

    def end(self, script: Sequence) -> Ends:
        """Run a whole script, and give how it ends: `WELL`, `BADLY`, `REACHED`, `HANGS`."""
        ends = self._checked(self.run(script, asked=False), errexit=True)
        last = {"return fail": BADLY, BADLY: BADLY, REACHED: REACHED, HANGS: HANGS}
        return frozenset(last.get(end, WELL) for end in ends)

    def run(self, node: Statement, *, asked: bool, stdin: Text = Open.UNKNOWN) -> Ends:
        """Run a statement, and give how it can end."""
        tick, mark = self.tick, len(self.left)
        if self.strike is not None and not self.struck:
            before = self.strike.record.played[tick]
            if before.until <= self.strike.tick:
                return self._skip(before)
        self.tick += 1
        self.steps += 1 + len(self.values.variables) // 64
        if self.level >= NESTING:
            self.steps = self.most + 1
        if self.tired:
            return OK
        self.level += 1
        self.due = NOTHING
        ends = self._play(node, asked=asked, stdin=stdin)
        self.level -= 1
        if self.record is not None:
            self.record.played[tick] = Played(self.tick, ends, self._state, tuple(self.left[mark:]))
        return ends

    def _skip(self, before: Played) -> Ends:
        """Go on behind a statement that goes as it does where nothing fails."""
        self.tick, self.due = before.until, NOTHING
        self._restore(before.state)
        self.left += before.left
        return before.ends - {BADLY, HANGS}

    def _play(self, node: Statement, *, asked: bool, stdin: Text) -> Ends:  # noqa: C901 - the syntax
        match node:
            case Simple():
                return self._simple(node, asked=asked, stdin=stdin)
            case Sequence():
                return self._all(node.items, asked=asked)
            case AndOr():
                return self._joined(node, asked=asked)
            case Not():
                ends = _swapped(self.run(node.item, asked=True))
                self.due = _swapped(self.due)
                return ends
            case Pipeline():
                return self._pipeline(node, asked=asked)
            case If():
                return self._conditional(node, asked=asked)
            case Case():
                return self._case(node, asked=asked)
            case For():
                return self._loop(node, asked=asked)
            case While():
                return self._repeated(node, asked=asked)
            case Subshell():
                return self._inside(node.body, asked=asked)
            case Background():
                before = self._state
                found = self._apart(node.item, asked=True) & {REACHED}
                self._restore(before)
                self.due = NOTHING
                return OK | found
            case Function():
                self.functions = {**self.functions, node.name: node}
                return OK

    # Statements one after the other.

    def _all(self, items: list[Statement], *, asked: bool) -> Ends:
        tick, start, found, last = self.tick, 0, NOTHING, OK
        before = self.strike.record.items[tick] if self.strike is not None and not self.struck else None
        if before is not None:
            start = self._go_to_strike(before)
            found = before.before[start] if before.before else NOTHING
        own = Items()
        for at in range(start, len(items)):
            own.ticks.append(self.tick)
            last = self.run(items[at], asked=asked)
            found |= last - EITHER
            if not last & EITHER:
                break
            if before is not None and at + 1 < len(before.ticks) and self._is_as_before(before.ticks[at]):
                return found | self._go_behind(before, at + 1)
        if self.record is not None:
            own.sum_up(self.record.played)
            self.record.items[tick] = own
        return found | (last & EITHER)

    def _go_to_strike(self, before: Items) -> int:
        """Go to the statement of a sequence in which the strike is, as if those before it had been run."""
        if self.strike is None or not before.ticks:
            return 0
        start = max(bisect_right(before.ticks, self.strike.tick) - 1, 0)
        if start:
            self._go_behind_those(before, 0, start)
        return start

    def _go_behind(self, before: Items, at: int) -> Ends:
        """Go behind a sequence whose statements from one on are as they are where nothing fails."""
        self._go_behind_those(before, at, len(before.ticks))
        ends = before.behind[at]
        return ends if self.strikes else frozenset(_ASTRAY if end in {BADLY, HANGS} else end for end in ends)

    def _go_behind_those(self, before: Items, start: int, end: int) -> None:
        if self.strike is None:
            return
        played = self.strike.record.played
        last = played[before.ticks[end - 1]]
        for tick in before.leaving:
            if before.ticks[start] <= tick <= before.ticks[end - 1]:
                self.left += played[tick].left
        self._restore(last.state._replace(strikes=self.strikes))
        self.tick, self.due = last.until, NOTHING

    def _is_as_before(self, tick: int) -> bool:
        """Tell whether a statement left everything behind as it does where nothing fails."""
        if self.strike is None or not self.struck:
            return False
        return self._state._replace(strikes=0) == self.strike.record.played[tick].state

    # Decisions.

    def _due(self, ends: Ends, strikes: int) -> Ends:
        """Give which status of what was run since so many strikes is due to one."""
        surely = self.strikes > strikes and not ends >= EITHER
        return ends & EITHER if self.because or surely else self.due

    def _for_it(self, node: Statement | None, *, counts: bool, asked: bool, code: str = "") -> Ends:
        """Run what a decision leads to."""
        outer, self.because, self.due = self.because, counts, NOTHING
        if code:
            self._put_status(code)
        ends = self.run(node, asked=asked) if node is not None else OK
        if node is None:
            self._put_status("0")
        self.because = outer
        if counts:
            self.due = ends & EITHER
        return ends

    def _either(self, ways: list[Way]) -> Ends:
        """Run each way that a decision leads to, from here, and go on with what all of them leave behind."""
        if len(ways) == 1:
            return ways[0].run()
        before, due = self._state, NOTHING
        every, kept = NOTHING, NOTHING
        states: list[State] = []
        for way in ways:
            self._restore(before)
            peak = self.peak
            ends = way.run()
            every |= ends
            kept |= self._kept(ends, peak, counts=way.counts)
            due |= self.due
            if ends & EITHER:
                states.append(self._state)
        self.due = due
        self._meet(states, counts=any(way.counts for way in ways))
        return kept or every

    def _kept(self, ends: Ends, peak: int, *, counts: bool) -> Ends:
        """Leave out the bad ends of a way that is taken for something else than the strike, and has none in it."""
        return ends if counts or not self._passes or self.peak > peak else ends - _BAD

    def _meet(self, states: list[State], *, counts: bool = False) -> None:
        """Go on where several ways meet: what they set to different texts is not known."""
        if not states:
            return
        first, *others = states
        touched = frozenset().union(*(each.touched for each in states))
        variables = first.variables
        for each in others:
            if each.variables is not variables:
                variables = self._met(variables, each.variables, touched, counts=counts)
        errexit, pipefail = (all(each[at] for each in states) for at in (3, 4))
        functions = {name: body for each in states for name, body in each.functions.items()} if others else None
        strikes = max(each.strikes for each in states)
        self._restore(State(variables, touched, functions or first.functions, errexit, pipefail, strikes))

    def _met(self, one: Variables, other: Variables, touched: frozenset[str], *, counts: bool) -> Variables:
        found = dict(one)
        for name in {*one, *other}:
            both = {one.get(name, Open.UNKNOWN), other.get(name, Open.UNKNOWN)}
            if len(both) > 1:
                if Open.LEFT in both or counts or name in touched:
                    found[name] = Open.LEFT
                else:  # where nothing that is given was used, it says nothing of that
                    derived = Open.DERIVED in both or (self.values.used and not self._passes)
                    found[name] = Open.DERIVED if derived else Open.UNKNOWN
        return found

    def _joined(self, node: AndOr, *, asked: bool) -> Ends:
        strikes = self.strikes
        left = self.run(node.left, asked=True)
        due = self._due(left, strikes)
        go, stop, code = ("ok", "fail", "0") if node.both else ("fail", "ok", "1")

        def goes_on() -> Ends:
            return self._for_it(node.right, counts=go in due, asked=asked, code=code if stop in left else "")

        def stops() -> Ends:
            self.due = due & {stop}
            return frozenset({stop})

        ways = {go: Way(goes_on, go in due), stop: Way(stops, stop in due)}
        taken = [way for end, way in ways.items() if end in left]
        return (left - EITHER) | (self._either(taken) if taken else NOTHING)

    def _conditional(self, node: If, *, asked: bool) -> Ends:
        if len(node.clauses) > NESTING:  # each is within the one before
            self.steps = self.most + 1
            return OK
        (condition, body), *rest = node.clauses
        strikes = self.strikes
        answer = self.run(condition, asked=True)
        due = self._due(answer, strikes)
        other = If(rest, node.otherwise) if rest else node.otherwise
        ways = {"ok": (body, "0"), "fail": (other, "1")}
        taken = [
            Way(partial(self._for_it, way, counts=end in due, asked=asked, code=code), end in due)
            for end, (way, code) in ways.items()
            if end in answer
        ]
        return (answer - EITHER) | (self._either(taken) if taken else NOTHING)

    def _case(self, node: Case, *, asked: bool) -> Ends:
        tick, strikes = self.tick - 1, self.strikes
        found, _ = self._substituted(node.head, asked=asked)
        self.values.heard = False
        word = node.head.words[1] if len(node.head.words) > 1 else ""
        taken: list[Statement | None] = []
        for patterns, branch in zip(node.patterns, node.branches, strict=False):
            answers = [self.values.matches(word, pattern) for pattern in patterns]
            if True in answers or None in answers:
                taken.append(branch)
            if True in answers:
                break
        else:
            taken.append(None)
        counts = self.values.heard
        site = (node.head, self.calls)
        self._note(site, tick)
        if self._is_struck(site):
            self._strike()
            taken = [*node.branches, *([None] if self.strike is not None and self.strike.outcome == FAIL else [])]
        counts = counts or self.because or self.strikes > strikes
        ways = [Way(partial(self._for_it, each, counts=counts, asked=asked), counts) for each in taken]
        return found | (self._either(ways) if ways else OK)

    # Loops.

    def _loop(self, node: For, *, asked: bool) -> Ends:
        found = self.run(node.head, asked=True) - EITHER
        if node.endless:
            return found | self._repeated(While(until=False, condition=Sequence([]), body=node.body), asked=asked)
        name, words = rounds(node, self.values)
        sure = words is not None
        texts: list[Text | None] = [Open.UNKNOWN] if words is None else [*words]
        if len(texts) > _ROUNDS:
            texts = [*texts[:2], None, texts[-1]]
        mark, strikes, outer, begun = len(self.left), self.strikes, self.counting, self._state
        self.counting = (*outer, self.loops.counters(node))
        behind: list[State] = []
        last = OK
        for text in texts:
            if text is None:
                self._forget(node, begun, strikes)
                continue
            if name is not None:
                is_left = isinstance(text, Open) and self.strikes > strikes
                self.values.put(name, Open.LEFT if is_left else text)
            if not sure:
                behind.append(self._state)
            peak = self.peak
            last = self.run(node.body, asked=asked)
            found |= (last if sure else self._kept(last, peak, counts=self.because)) - EITHER - _LEAVES
            if not self._next_round(last, mark, behind):
                last = NOTHING
                break
        else:
            behind.append(self._state)
        self.counting = outer
        self._meet(behind, counts=self.because)
        return found | (last & EITHER or (OK if behind else NOTHING)) | (OK if behind and not sure else NOTHING)

    def _next_round(self, ends: Ends, mark: int, behind: list[State]) -> bool:
        """Go on to the next round of a loop, if there is one, and note the states with which it is left."""
        ways = [self._state] if ends & EITHER else []
        for how, state in self.left[mark:]:
            if how in _LEAVES:
                (behind if how == "break" else ways).append(state)
        self.left[mark:] = [each for each in self.left[mark:] if each[0] not in _LEAVES]
        self._meet(ways, counts=self.because)
        return bool(ways)

    def _forget(self, loop: For | While, begun: State, strikes: int) -> None:
        """Take what a loop sets for unknown: it is run any number of times."""
        here, before = self.values.variables, begun.variables
        changed = self.loops.assigned(loop) | {name for name in here if here[name] != before.get(name)}
        due = self.loops.counters(loop) | self.touched if self.strikes > strikes else frozenset()
        lost = {name: Open.LEFT if name in due or here.get(name) is Open.LEFT else Open.UNKNOWN for name in changed}
        self.values.variables = {**here, **lost}

    def _repeated(self, node: While, *, asked: bool) -> Ends:
        enters, leaves = ("fail", "ok") if node.until else ("ok", "fail")
        mark, begun, outer = len(self.left), (self._state, self.strikes), self.counting
        self.counting = (*outer, self.loops.counters(node))
        behind: list[State] = []
        found, most = NOTHING, _ROUNDS
        at = 0
        while not self.tired:
            before, strikes = self._state, self.strikes
            outer_again, self.again = self.again, self.strikes > begun[1]
            answer = self.run(node.condition, asked=True)
            self.again = outer_again
            counts = enters in self._due(answer, strikes)
            found |= answer - EITHER
            if leaves in answer:
                behind.append(self._state)
                most = min(most, at + 1)
            if enters not in answer:
                break
            peak = self.peak
            ends = self._for_it(node.body, counts=counts, asked=asked)
            kept = self._kept(ends, peak, counts=counts or leaves not in answer)
            found |= kept - EITHER - _LEAVES
            if not self._next_round(ends, mark, behind) or self._state == before or at > most:
                break
            at += 1
            if at == most:
                self._forget(node, *begun)
        self.counting = outer
        self._meet(behind, counts=self.because)
        hangs = HANGS if self.strike is None or self.strikes else _ASTRAY
        return found | (OK if behind else NOTHING if found else frozenset({hangs}))

    # Commands.

    def _pipeline(self, node: Pipeline, *, asked: bool) -> Ends:
        """Run the parts, each in a shell of its own; the output of one is the input of the next."""
        parts: list[tuple[Ends, Ends]] = []
        text: Text = Open.UNKNOWN
        for part in node.parts:
            strikes = self.strikes
            ends = self._apart(part, asked=asked, stdin=text)
            parts.append((ends, self.due))
            text = Open.LEFT if self._leaves(strikes) else output(part, text, self.values)
        reached = frozenset().union(*(ends for ends, _ in parts)) - EITHER
        if any(not ends & EITHER for ends, _ in parts):
            return reached
        answers = parts if self.pipefail else parts[-1:]
        self.due = frozenset().union(*(due for _, due in answers))
        found = FAIL if any("fail" in ends for ends, _ in answers) else NOTHING
        found |= OK if all("ok" in ends for ends, _ in answers) else NOTHING
        return reached | self._checked(found, asked=asked)

    def _apart(self, node: Statement, *, asked: bool, stdin: Text = Open.UNKNOWN) -> Ends:
        """Run what has a shell of its own: what it sets is lost, and its exit is its status."""
        before, mark = self._state, len(self.left)
        peak = self.peak
        found = self.run(node, asked=asked, stdin=stdin)
        if self.peak > peak and BADLY in found:
            self.due |= FAIL
        self._restore(before._replace(strikes=self.peak if self.peak > peak else before.strikes))
        del self.left[mark:]
        return frozenset(_BECOMES.get(end, "ok") for end in found)

    def _inside(self, node: Statement, *, asked: bool, stdin: Text = Open.UNKNOWN) -> Ends:
        return self._checked(self._apart(node, asked=asked, stdin=stdin), asked=asked)

    def _checked(self, ends: Ends, *, asked: bool = False, errexit: bool | None = None) -> Ends:
        """Let `set -e` end the script where a status is not 0."""
        if asked or not (self.errexit if errexit is None else errexit):
            return ends
        if self._passes and ends >= EITHER and "fail" not in self.due and not self.because:
            return ends - FAIL
        return frozenset(self._badly if end == "fail" else end for end in ends)

    @property
    def _badly(self) -> str:
        """How the script ends that ends badly here; for a strike it is nothing on a way on which there was none."""
        return BADLY if self.strike is None or self.strikes else _ASTRAY

    def _leaves(self, strikes: int) -> bool:
        """Tell whether what was run since so many strikes has failed, so that its output is what a failure leaves."""
        return self.strikes > strikes and self.strike is not None and self.strike.outcome == FAIL

    def _substituted(self, node: Simple, *, asked: bool) -> tuple[Ends, Ends]:
        """Run what is in the `$(...)` of a command. Gives how that can end it, and the status of the last one."""
        found, last = NOTHING, OK
        errexit = self.errexit
        for script in node.substitutions:
            self.errexit = False
            last = self._apart(script, asked=asked)
            self.errexit = errexit
            found |= last - EITHER
            if not last & EITHER:
                break
        return found, last & EITHER

    def _simple(self, node: Simple, *, asked: bool, stdin: Text) -> Ends:
        tick, strikes = self.tick - 1, self.strikes
        found, last = self._substituted(node, asked=asked)
        if not last:
            return found
        made = self._leaves(strikes)
        if ":?" in node.source or ":?" in node.stdin:
            texts = (*node.words, *(each.text for each in node.assignments), node.stdin)
            if any(map(self.values.refused, texts)):
                return found | {self._badly}
        if not node.words or node.declares:
            for each in node.assignments:
                self._assign(each.name, each.text, adds=each.adds, made=made)
        if node.words:
            ends = self._commanded(node, tick, stdin, made=made, asked=asked)
            if ends == {REACHED}:
                return found | ends
        else:
            ends = last if node.assignments else OK  # the status of what an assignment runs is its own
        ends = self._checked(ends, asked=asked)
        is_told = bool(node.words) and (bool(self.due) or node.words[0] in _TESTS)
        self._put_status("1" if not ends & OK else "0" if is_told and not ends & FAIL else "")
        return found | ends

    def _commanded(self, node: Simple, tick: int, stdin: Text, *, made: bool, asked: bool) -> Ends:
        """Run what has words. `made`: what a failure left is among them."""
        words, _, limited = unwrapped(self._worded(node))
        if self.wanted is not None and self.wanted(words, self.values):
            return frozenset({REACHED})
        if node.stdin:
            stdin = self.values.expand(node.stdin)
        if made and (node.stdin or words[0] in _READS):
            stdin = Open.LEFT
        self.values.heard = False
        ends = OK if node.declares else self._command(node, words, stdin, asked=asked)
        if limited and HANGS in ends:
            ends, self.due = (ends - {HANGS}) | FAIL, FAIL
        if self.values.heard or (made and words[0] in _TESTS):
            self.due = EITHER
        return self._settled(node, words, ends, tick)

    def _worded(self, node: Simple) -> tuple[str, ...]:
        """Give the words of a command, with the command itself put in, and the arguments of a function."""
        words = node.words
        if words[0].startswith("$"):
            text = self.values.expand(words[0])
            if isinstance(text, str) and text.strip() and "$" not in text:
                words = (*text.split(), *words[1:])
        if self.running:
            words = given(words, self.arguments)
        return self.values.received(words, node.source)

    def _settled(self, node: Simple, words: tuple[str, ...], ends: Ends, tick: int) -> Ends:
        """Let a command fail or succeed that is to, and leave out how it ends badly for something else."""
        site = (node, self.calls)
        self._note(site, tick)
        cannot = words[0] in {"set", "break", "continue", *_ENDS} and not ends & _BAD
        if self._is_struck(site) and not cannot and not (self.again and self._changes(words, ends)):
            outcome = self._strike()
            if ends & EITHER:
                return (ends - EITHER) | outcome
            return frozenset(BADLY if end == _ASTRAY else end for end in ends & _BAD) or ends
        if self._passes and words[0] in _ENDS and len(ends) > 1 and not self.values.heard and not self.because:
            return ends - _BAD
        return frozenset(self._badly if end == BADLY else end for end in ends) if words[0] == "exit" else ends

    @staticmethod
    def _changes(words: tuple[str, ...], ends: Ends) -> bool:
        """Tell whether a command comes to something else by itself when it is run again, as a test of a counter."""
        if words[0] in {"((", "let", "read"}:
            return True
        return words[0] in _TESTS and (not ends >= EITHER or not _NUMBERS.isdisjoint(words))

    def _note(self, site: Site, tick: int) -> None:
        if self.record is not None:
            self.record.first.setdefault(site, tick)

    def _is_struck(self, site: Site) -> bool:
        return self.strike is not None and self.strike.site == site

    def _strike(self) -> Ends:
        """Let a command come to what it is to; how often the loops around it run, is due to that."""
        self.strikes = self.peak = self.peak + 1
        self.struck = True
        self.due = self.strike.outcome if self.strike is not None else NOTHING
        open_ = [name for each in self.counting for name in each if isinstance(self.values.of(name), Open)]
        if open_:
            self.values.variables = {**self.values.variables, **dict.fromkeys(open_, Open.LEFT)}
        return self.strike.outcome if self.strike is not None else NOTHING

    def _put_status(self, code: str) -> None:
        value = code or (Open.LEFT if self.due else Open.UNKNOWN)
        if self.values.of("?") != value:
            self.values.put("?", value)

    def _assign(self, name: str, text: str, *, adds: bool, made: bool) -> None:
        value = self.values.expand(text)
        if adds:
            known = self.values.of(name)
            if isinstance(known, str) and isinstance(value, str):
                value = known + value
            else:
                value = Open.LEFT if Open.LEFT in {known, value} else Open.DERIVED
        if isinstance(value, str) and len(value) > VARIABLE:
            value = Open.DERIVED
        if made or (self.because and isinstance(value, Open)):
            value = Open.LEFT
        self.touched = self.touched | {name} if self.because else self.touched - {name}
        self.values.put(name, value)

    def _command(self, node: Simple, words: tuple[str, ...], stdin: Text, *, asked: bool) -> Ends:
        """Run a command: a function, a script for a shell, or else one that has a status."""
        name = words[0].rpartition("/")[2]
        function = name if name in self.functions else next((each for each in words[1:] if each in self.functions), "")
        if function and (function == name or name not in {"trap", *SHELLS, *_TESTS}):
            return self._call(node, function, words[1:] if function == name else (), asked=asked)
        match name:
            case "eval":
                return self._handed(node, " ".join(words[1:]), lambda script: self.run(script, asked=asked))
            case _ if name in SHELLS and (inner := handed(words, node.stdin)) is not None:
                outer = self.errexit, self.pipefail
                script, self.errexit, self.pipefail = inner
                strikes, ignored = self.strikes, asked and not self.errexit
                ends = self._handed(node, script, lambda script: self._apart(script, asked=ignored))
                self.errexit, self.pipefail = outer
                return ends | FAIL if asked and self.strikes == strikes and "ok" in ends else ends
            case "set":
                errexit, pipefail = turned(words[1:], "e", "errexit"), turned(words[1:], "", "pipefail")
                self.errexit = self.errexit if errexit is None else errexit
                self.pipefail = self.pipefail if pipefail is None else pipefail
                return OK
            case "exit" | "return" | "break" | "continue":
                ends = status(words, node.stdin, stdin, self.values, asked=asked)
                if name != "exit":
                    self.left += ((end, self._state) for end in ends)
                return ends
        if len(words) == 1 and words[0].startswith("$") and self.values.told(words[0]) is None:
            return EITHER if self.values.heard or asked else OK  # a flag that holds `true` or `false`
        succeeds = self.because and self.strike is not None and self.strike.outcome == OK
        if self._passes and name in GREP and not asked and stdin is Open.UNKNOWN:
            return OK
        return status(words, node.stdin, stdin, self.values, asked=asked and (name == "read" or not succeeds))

    def _handed(self, node: Simple, script: str, run: Callable[[Sequence], Ends]) -> Ends:
        """Run a script within a command."""
        if len(self.calls) >= CALLS:
            return OK
        outer, self.calls = self.calls, (*self.calls, node)
        ends = run(self.parse(script))
        self.calls = outer
        return ends

    def _call(self, node: Simple, name: str, arguments: tuple[str, ...], *, asked: bool) -> Ends:
        if name in self.running or len(self.running) >= CALLS:
            return OK
        outer, mark, strikes = self.values.variables, len(self.left), self.strikes
        around = self.calls, self.running, self.arguments
        self.calls, self.running, self.arguments = (*self.calls, node), (*self.running, name), arguments
        given = {str(at): self.values.expand(text) for at, text in enumerate(arguments, 1)}
        self.values.variables = {**outer, **given}
        found = self.run(self.functions[name].body, asked=asked)
        returned = [state for _, state in self.left[mark:]]
        due = frozenset(_RETURNS[how] for how, state in self.left[mark:] if state.strikes > strikes and how in _RETURNS)
        self.due |= due
        del self.left[mark:]
        self._meet([*returned, *([self._state] if found & EITHER else [])], counts=self.because)
        self.calls, self.running, self.arguments = around
        positions = {name: value for name, value in outer.items() if name.isdigit()}
        kept = {name: value for name, value in self.values.variables.items() if not name.isdigit()}
        self.values.variables = {**kept, **positions}
        return frozenset(_RETURNS.get(end, end) for end in found)


def _swapped(ends: Ends) -> Ends:
    swap = {"ok": "fail", "fail": "ok"}
    return frozenset(swap.get(end, end) for end in ends)
