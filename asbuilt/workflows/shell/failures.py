"""What a command of a script leads to where it fails, or succeeds: the script is played through with just that.

It is played through once where nothing fails; after that, each command that fails takes the steps from there up to
where all is as if it had not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from asbuilt.workflows.bounds import WORK, PastBoundError
from asbuilt.workflows.shell.loops import Loops
from asbuilt.workflows.shell.machine import Machine
from asbuilt.workflows.shell.record import HANGS, Record, Site, Strike
from asbuilt.workflows.shell.runner import end, play
from asbuilt.workflows.shell.status import BADLY, FAIL, OK, Ends
from asbuilt.workflows.shell.tree import Sequence
from asbuilt.workflows.shell.values import Open, Values

_BRANCHES = 16  # of a `case`, more of which are as those before them
_STEPS = 3_000  # from a failure on


@dataclass(slots=True, eq=False)
class Failures:
    """A script, with the options that its shell begins with, and what is known of how it goes."""

    script: Sequence
    errexit: bool
    pipefail: bool
    parse: Callable[[str], Sequence]
    work: int = 0
    loops: Loops = field(default_factory=Loops)
    record: Record | None = None  # how the script goes where nothing fails
    otherwise: Ends = frozenset()  # and how it ends

    def of_failure(self, site: Site) -> bool:
        """Tell whether a command ends the script badly where it fails; what is not known, does not.

        Where the script may end badly for something else as well, it has to end otherwise where the command succeeds.
        """
        words = site[0].words
        if words[:1] == ("case",):
            branches = [self._ends(site, FAIL, at) for at in range(min(len(words) - 2, _BRANCHES))]
            return any(BADLY in each and each != other for each in branches for other in branches)
        ends = self._ends(site, FAIL)
        return BADLY in ends and (BADLY not in self.otherwise or ends == {BADLY} or ends != self._ends(site, OK))

    def of_success(self, site: Site) -> bool:
        """Tell whether a test ends the script badly where it succeeds: `if [ -z "$X" ]; then exit 1; fi`."""
        ends = self._ends(site, OK)
        return BADLY in ends and (ends == {BADLY} or BADLY not in self.otherwise)

    def _ends(self, site: Site, outcome: Ends, branch: int | None = None) -> Ends:
        """Give how the script ends where a command comes to something; to wait for ever is to end badly."""
        if self.record is None:
            self.record = Record()
            machine = self._machine(WORK)
            machine.record = self.record
            self.otherwise = self._run(machine)
        if site not in self.record.first:
            return frozenset()
        machine = self._machine(_STEPS)
        machine.strike = Strike(site, outcome, self.record, branch)
        ends = self._run(machine)
        if not machine.struck or machine.tired:
            return frozenset()
        return frozenset({BADLY}) if ends == {HANGS} else ends

    def _machine(self, most: int) -> Machine:
        values = Values({}, frozenset(), lambda _: Open.UNKNOWN)
        return Machine(values, self.errexit, self.pipefail, most, play, loops=self.loops, parse=self.parse)

    def _run(self, machine: Machine) -> Ends:
        """Run the script, and count what that takes. Raises PastBoundError."""
        ends = end(machine, self.script)
        self.work += machine.steps
        if self.work > WORK:
            raise PastBoundError(f"has a script that takes more than {WORK:,} steps to follow, and no more are made")
        return ends
