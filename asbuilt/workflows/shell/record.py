"""What is known of a script that was played through once: how each of its statements went, and what that left behind.

By this, what a command leads to that comes to something else is played through from there alone, and no further than
to where all is as before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from asbuilt.workflows.shell.status import BADLY, EITHER, Ends
from asbuilt.workflows.shell.tree import Function, Simple
from asbuilt.workflows.shell.values import Text

Variables: TypeAlias = Mapping[str, Text]
# A command, and the calls of functions and scripts within which it stands.
Site: TypeAlias = tuple[Simple, tuple[Simple, ...]]

NOTHING: Ends = frozenset()
HANGS = "hangs"  # it waits for ever


class Options(NamedTuple):
    """The options of a shell that say what a failure leads to: `set -e`, `pipefail`, `inherit_errexit`."""

    errexit: bool
    pipefail: bool
    inherits: bool


class State(NamedTuple):
    """What a statement leaves behind for the next one."""

    variables: Variables
    touched: frozenset[str]  # variables that were set because of the failure
    own: frozenset[str]  # those of the function that runs
    functions: Mapping[str, Function]
    options: Options
    strikes: int  # how often what is to fail has failed on the way


class Played(NamedTuple):
    """How a statement went that began at a tick: up to which tick, and what it left behind."""

    until: int
    ends: Ends
    state: State
    left: tuple[tuple[str, State], ...]


@dataclass(slots=True, eq=False)
class Items:
    """The statements of a sequence by their ticks, with how those before each end, and those from each on."""

    ticks: list[int] = field(default_factory=list)
    before: list[Ends] = field(default_factory=list)
    behind: list[Ends] = field(default_factory=list)
    leaving: list[int] = field(default_factory=list)  # the ticks of those that can leave a loop or function

    def sum_up(self, played: Mapping[int, Played]) -> None:
        """Put together how all before, and all from each statement on, end."""
        before, behind = NOTHING, NOTHING
        for tick in self.ticks:
            self.before.append(before)
            before |= played[tick].ends - EITHER - {BADLY, HANGS}
            if played[tick].left:
                self.leaving.append(tick)
        for at, tick in enumerate(reversed(self.ticks)):
            ends = played[tick].ends
            behind = ends if not at or not ends & EITHER else (ends - EITHER) | behind
            self.behind.append(behind)
        self.behind.reverse()


@dataclass(slots=True, eq=False)
class Record:
    """A script as it goes where nothing fails: each statement by its tick, and the first tick of each command."""

    played: dict[int, Played] = field(default_factory=dict)
    items: dict[int, Items] = field(default_factory=dict)
    first: dict[Site, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strike:
    """That a command fails, or succeeds, whatever it is; `record` is how the script goes otherwise.

    A `case` takes the branch with a number; behind the last one, or None, any of them.
    """

    site: Site
    outcome: Ends
    record: Record
    branch: int | None = None

    @property
    def tick(self) -> int:
        """Give when it comes to that."""
        return self.record.first[self.site]
