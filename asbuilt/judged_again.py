"""What is judged again: of which run it is, whether that run's manifest vouches for it, and what its world is called.

An observation is judged again as it was saved. One that no longer is as its run recorded it was changed by somebody: it
is judged only where that is asked for, and says so from then on.
"""

from dataclasses import dataclass

_AGAIN, _EDITED = ", judged again", ", edited"
_SANDBOX = "sandbox "


@dataclass(frozen=True, slots=True)
class Again:
    """Which observation a run judged again: of which run, and the digest of its file.

    `run` is the name of that run's directory, empty where the file stands in none. `fits` says whether the run's
    manifest has that digest: None where there is none to tell, of that run or of one before it whose observation it
    judged again.
    """

    run: str
    sha256: str
    fits: bool | None


def name_of(world: str, *, is_edited: bool) -> str:
    """Give the name of the world of a run that judges an observation of a world again."""
    return f"{world.removesuffix(_EDITED)}{_AGAIN}{_EDITED}" if is_edited else f"{world}{_AGAIN}"


def is_sandbox(world: str) -> bool:
    """Say whether a world is a sandbox, or was one when it was observed."""
    return world.startswith(_SANDBOX)


def marked(world: str, *, is_edited: bool) -> str:
    """Give the world that a copy of an observation names: of a changed one, that it was changed."""
    return f"{world.removesuffix(_EDITED)}{_EDITED}" if is_edited else world


def is_world_of(name: str, observed: str) -> bool:
    """Say whether a run of a world, by its manifest, may hold an observation that names that world.

    The observation of a run that judged one again names the world in which it was observed.
    """
    names = {observed, name_of(observed, is_edited=False)}
    return name in names or (observed.endswith(_EDITED) and name == name_of(observed, is_edited=True))
