"""Terms that estates and observations share: who reads the ones imports nothing of the others."""

from datetime import UTC, datetime
from typing import NamedTuple

COMMIT = "[0-9A-Fa-f]{7,40}"  # names a commit: a whole one, or as much of it as tells it apart
SEVERITIES = ("SEV-1", "SEV-2", "SEV-3", "SEV-4")
RUNS = 20  # of a workflow, the newest: so many are asked for, so more failures in a row are never seen


class Stretch(NamedTuple):
    """Which runs of a workflow are meant: those that an event set off, whatever it was where that is empty.

    The newest that were created `until` an instant, as GitHub writes it; until now where that is empty.
    """

    workflow: str
    event: str = ""
    until: str = ""

    def __str__(self) -> str:
        """As the file of an observation names it: `deploy.yml push 2026-05-08T06:00:00Z`."""
        return " ".join((self.workflow, self.event or _ANY, self.until or _ANY))

    @classmethod
    def read(cls, written: str) -> "Stretch":
        """Give back what `str` gave. Raises ValueError for anything else."""
        parts = written.rsplit(" ", 2)
        if len(parts) != len(cls._fields) or not all(parts):
            raise ValueError("a workflow, a trigger and an instant, such as `deploy.yml push *`")
        return cls(parts[0], *("" if each == _ANY else each for each in parts[1:]))

    @classmethod
    def to(cls, workflow: str, until: datetime, event: str = "") -> "Stretch":
        """Give the stretch of a workflow that ends at an instant."""
        return cls(workflow, event, f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


_ANY = "*"
