"""What a run was to judge: the checks that were collected, and those that were not, each with the reason."""

from dataclasses import dataclass

OF_SCOPE = "--app, --repository"  # the reason of what these took out


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A check that has no verdict of its own, by pytest's id, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Population:
    """The checks of a run by pytest's ids.

    `suites` are those that were asked for (live, static), `whole` is how many checks these have of the whole estate,
    whatever was chosen of them; what was never looked for (in a file that nobody named) is counted there alone.
    `deselected` were collected and taken out again (`-k`, `--app`, `--deselect`, `--lf`); `never_judged` stayed in and
    came to no verdict (`-x`, an interruption, the death of a process); `errors` are files that could not be collected.
    """

    suites: tuple[str, ...] = ()
    whole: int = 0
    collected: tuple[str, ...] = ()
    deselected: tuple[LeftOut, ...] = ()
    never_judged: tuple[LeftOut, ...] = ()
    errors: tuple[LeftOut, ...] = ()

    @property
    def left_out(self) -> int:
        """How many checks of the whole estate were not among those to be judged."""
        return max(self.whole - len(self.collected), len(self.deselected))

    @property
    def never_looked_for(self) -> int:
        """How many checks of the whole estate were not even collected, such as those of files that nobody named."""
        return max(self.whole - len(self.collected) - len(self.deselected), 0)

    @property
    def is_picked(self) -> bool:
        """Whether checks were left out by anything but the apps and repositories that were named."""
        return bool(self.never_looked_for) or any(each.reason != OF_SCOPE for each in self.deselected)
