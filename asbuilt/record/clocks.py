"""Whose clock the instants of a run are of."""

from asbuilt.run import Run

MACHINE = "this machine's"
_PROVIDERS, _SANDBOX = "the providers'", "the sandbox's"


def whose(run: Run) -> str:
    """Say whose clock a run goes by: theirs who were asked, else this machine's."""
    if run.observation is None:
        return MACHINE
    return _SANDBOX if is_sandbox(run.world) else _PROVIDERS


def is_sandbox(world: str) -> bool:
    """Say whether a world is a sandbox's, observed now or judged again."""
    return world.startswith("sandbox")
