"""What one run says, as far as somebody may be called for it: of a night, of a deploy, of one look of a watch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from asbuilt.record.kept_causes import KeptCause
from asbuilt.run import FILES

SANDBOX = "sandbox"
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one check came to: its control, its outcome, and why where it neither conforms nor drifted."""

    control: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run says.

    `world` is as its record has it, `as_of` when it ended, by its own clock. `said` is the part of the estate that it
    judged, empty for the whole; `lacks` is what keeps it from being complete. `judged` has what each check came to, by
    its id. `evidence` is its directory, `run_url` its page in CI, empty elsewhere. `declared` are the names and ids of
    all that its estate declares (`asbuilt.alert.declared`); None where the run does not know.
    """

    run: str
    estate: str
    world: str
    as_of: datetime
    suites: tuple[str, ...]
    causes: tuple[KeptCause, ...]
    judged: Mapping[str, Judged] = field(default_factory=dict)
    said: str = ""
    lacks: tuple[str, ...] = ()
    evidence: str = ""
    run_url: str = ""
    declared: frozenset[str] | None = None

    @property
    def kind_of_world(self) -> str:
        """Tell what is real from what is rehearsed: no run of a sandbox says anything of what is live."""
        return SANDBOX if self.world.startswith(SANDBOX) else FILES if self.world.startswith(FILES) else LIVE
