"""Terms that estates and observations share: who reads the ones imports nothing of the others."""

from typing import NamedTuple

RUNS = 20  # of a workflow, the newest: so many are asked for, so more failures in a row are never seen


class Way(NamedTuple):
    """How a declared deploy reaches an app: what tells the runs of one deploy from those of another."""

    workflow: str
    trigger: str
    app: str

    def __str__(self) -> str:
        """As the file of an observation names it: `deploy.yml push shop`."""
        return " ".join(self)
