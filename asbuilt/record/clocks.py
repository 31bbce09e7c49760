"""Whose clock the instants of a run are of."""

from asbuilt.judged_again import is_sandbox
from asbuilt.run import Run

MACHINE = "this machine's"
_PROVIDERS, _SANDBOX = "the providers'", "the sandbox's"


def whose(run: Run) -> str:
    """Say whose clock a run goes by: theirs who were asked, else this machine's."""
    if run.observation is None:
        return MACHINE
    return _SANDBOX if is_sandbox(run.world) else _PROVIDERS
