"""What a run was to judge: the checks that were collected, and those that were not, each with the reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A check that has no verdict of its own, by pytest's id, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Population:
    """The checks of a run by pytest's ids.

    `whole` is how many the suites that were asked for have of the whole estate. `deselected` were collected and taken
    out again (`-k`, `--app`, `--deselect`, `--lf`); `never_judged` stayed in and came to no verdict (`-x`, an
    interruption, the death of a process); `errors` are files that could not be collected.
    """

    whole: int = 0
    collected: tuple[str, ...] = ()
    deselected: tuple[LeftOut, ...] = ()
    never_judged: tuple[LeftOut, ...] = ()
    errors: tuple[LeftOut, ...] = ()
