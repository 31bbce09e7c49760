"""What was checked of a run's record: one line each, and whatever does not fit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that does not fit: where it stands (a file, a check's id), and what is wrong with it."""

    where: str
    fact: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was checked; `said` is what it came to, and it fits where nothing is in `misfits`."""

    name: str
    said: str
    misfits: tuple[Misfit, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.misfits


def checked(name: str, said: str, misfits: list[Misfit]) -> Checked:
    """Give what was checked: where something does not fit, how much of it, instead of what is said where all fits."""
    if not misfits:
        return Checked(name, said)
    count = len(misfits)
    return Checked(
        name, f"{count} thing{'' if count == 1 else 's'} {'does' if count == 1 else 'do'} not fit", tuple(misfits)
    )
