"""What a script is played through on: its variables, options and functions, and how it has gone so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from asbuilt.workflows.bounds import NESTING
from asbuilt.workflows.shell.loops import Loops
from asbuilt.workflows.shell.record import HANGS, NOTHING, Options, Played, Record, Site, State, Strike
from asbuilt.workflows.shell.status import BADLY, EITHER, FAIL, OK, REACHED, Ends
from asbuilt.workflows.shell.syntax import parse
from asbuilt.workflows.shell.tree import (
    Function,
    Sequence,
    Simple,
    Statement,
)
from asbuilt.workflows.shell.values import Open, Text, Values

Wanted: TypeAlias = Callable[[tuple[str, ...], Values], bool]
# Runs a statement: `asked`, whether its outcome is a question to something around, and its standard input.
Play: TypeAlias = Callable[["Machine", Statement, bool, Text], Ends]

ASTRAY = "badly, but not for a strike"
BAD: Ends = frozenset({BADLY, ASTRAY, "return fail"})
# What the end of a shell within another one, or of a function, is for what runs that.
_BECOMES = dict.fromkeys((BADLY, ASTRAY, "return fail", "fail"), "fail") | {REACHED: REACHED, HANGS: HANGS}


# How the name begins of what is written to a file, which a variable stands for here: it outlives the shell.
FILE = ">"


def kept_in_files(states: list[Mapping[str, Text]]) -> dict[str, Text]:
    """Give what is written to files where several ways meet: what they write differently is not known."""
    names = {name for each in states for name in each if name.startswith(FILE)}
    found: dict[str, Text] = {}
    for name in names:
        texts = {each.get(name, Open.UNKNOWN) for each in states}
        found[name] = texts.pop() if len(texts) == 1 else Open.UNKNOWN
    return found


@dataclass(slots=True, eq=False)
class Machine:
    """Runs statements. `asked`: the outcome is a question to something around, so that `set -e` has no say.

    For what a `strike` leads to (and for the `record` before it), a test that says nothing of that is taken to pass by
    the exits behind it. `due`: which status of the last one is due to the strike, or to a test of what it left.
    """

    values: Values
    errexit: bool
    pipefail: bool
    most: int
    play: "Play"
    wanted: Wanted | None = None
    record: Record | None = None
    strike: Strike | None = None
    inherits: bool = False  # `$(...)` has the `set -e` of what it stands in: `shopt -s inherit_errexit`
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
    own: frozenset[str] = frozenset()
    forgives: bool = False  # a trap ends the script well, whatever has failed
    left: list[tuple[str, State]] = field(default_factory=list)
    ended: list[Mapping[str, Text]] = field(default_factory=list)  # the variables where `exit` ends it well

    @property
    def tired(self) -> bool:
        """Whether the script is too long to be played through."""
        return self.steps > self.most

    @property
    def passes(self) -> bool:
        """Whether a test that says nothing of a strike is taken to pass."""
        return self.strike is not None or self.record is not None

    @property
    def state(self) -> State:
        """What the next statement finds."""
        options = Options(self.errexit, self.pipefail, self.inherits)
        return State(self.values.variables, self.touched, self.own, self.functions, options, self.strikes)

    def restore(self, state: State) -> None:
        """Go back to a state, or on from it."""
        self.values.variables, self.touched, self.own, self.functions, options, self.strikes = state
        self.errexit, self.pipefail, self.inherits = options

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
        ends = self.play(self, node, asked, stdin)
        self.level -= 1
        if self.record is not None:
            self.record.played[tick] = Played(self.tick, ends, self.state, tuple(self.left[mark:]))
        return ends

    def _skip(self, before: Played) -> Ends:
        """Go on behind a statement that goes as it does where nothing fails."""
        self.tick, self.due = before.until, NOTHING
        self.restore(before.state)
        self.left += before.left
        return before.ends - {BADLY, HANGS}

    def apart(self, node: Statement, *, asked: bool, stdin: Text = Open.UNKNOWN) -> Ends:
        """Run what has a shell of its own: what it sets is lost, and its exit is its status."""
        before, mark, ended = self.state, len(self.left), len(self.ended)
        peak = self.peak
        found = self.run(node, asked=asked, stdin=stdin)
        written = kept_in_files([*([self.values.variables] if found & EITHER else []), *self.ended[ended:]])
        if self.peak > peak and BADLY in found:
            self.due |= FAIL
        self.restore(before._replace(strikes=self.peak if self.peak > peak else before.strikes))
        del self.left[mark:], self.ended[ended:]
        if written:
            self.values.variables = {**self.values.variables, **written}
        return frozenset(_BECOMES.get(end, "ok") for end in found)

    def checked(self, ends: Ends, *, asked: bool = False, errexit: bool | None = None) -> Ends:
        """Let `set -e` end the script where a status is not 0."""
        if asked or not (self.errexit if errexit is None else errexit):
            return ends
        if self.passes and ends >= EITHER and "fail" not in self.due and not self.because:
            return ends - FAIL
        return frozenset(self.badly if end == "fail" else end for end in ends)

    @property
    def badly(self) -> str:
        """How the script ends that ends badly here; for a strike it is nothing on a way on which there was none."""
        return BADLY if self.strike is None or self.strikes else ASTRAY

    def leaves(self, strikes: int) -> bool:
        """Tell whether what was run since so many strikes has failed, so that its output is what a failure leaves."""
        return self.strikes > strikes and self.strike is not None and self.strike.outcome == FAIL

    def substituted(self, node: Simple, *, asked: bool) -> tuple[Ends, Ends]:
        """Run what is in the `$(...)` of a command. Gives how that can end it, and the status of the last one."""
        found, last = NOTHING, OK
        errexit = self.errexit
        for script in node.substitutions:
            self.errexit = errexit and self.inherits
            last = self.apart(script, asked=asked)
            self.errexit = errexit
            found |= last - EITHER
            if not last & EITHER:
                break
        return found, last & EITHER

    def note(self, site: Site, tick: int) -> None:
        """Keep in the record when a command is come to first."""
        if self.record is not None:
            self.record.first.setdefault(site, tick)

    def is_struck(self, site: Site) -> bool:
        """Tell whether a command is the one that is to come to something else."""
        return self.strike is not None and self.strike.site == site

    def hit(self) -> Ends:
        """Let a command come to what it is to; how often the loops around it run, is due to that."""
        self.strikes = self.peak = self.peak + 1
        self.struck = True
        self.due = self.strike.outcome if self.strike is not None else NOTHING
        open_ = [name for each in self.counting for name in each if isinstance(self.values.of(name), Open)]
        if open_:
            self.values.variables = {**self.values.variables, **dict.fromkeys(open_, Open.LEFT)}
        return self.strike.outcome if self.strike is not None else NOTHING

    def put_status(self, code: str, *, about: bool = False) -> None:
        """Set `$?`; an empty code is one that is not known, and is `about` what the trial is, or not."""
        value = code or (Open.LEFT if self.due else Open.DERIVED if about and not self.passes else Open.UNKNOWN)
        if self.values.of("?") != value:
            known = {name: each for name, each in self.values.variables.items() if name != "?"}
            self.values.variables = known if value is Open.UNKNOWN else {**known, "?": value}
