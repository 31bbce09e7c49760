"""What a watch keeps of its looks for the next one: facts that are not asked each time, and since when what is down.

All of it is frozen and plain, so that a watch that begins anew can read it back from JSON.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from asbuilt.model import App, Dyno, Formation, Release

T = TypeVar("T")
LOOKS_THAT_COUNT = 3  # a fact that is older than so many looks counts as not asked
_BEGUN = re.compile(r"@\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:?\d\d)?$")
_MOST_OF_A_SKEW = timedelta(minutes=1)  # between the clocks of a provider's servers


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """What was observed, and when that was asked, by the provider's clock."""

    value: T
    at: datetime

    def counts(self, now: datetime, interval: timedelta) -> bool:
        """Say whether it still counts: it is no older than three looks. One from the future is of another clock."""
        return -_MOST_OF_A_SKEW <= now - self.at <= LOOKS_THAT_COUNT * interval


@dataclass(frozen=True, slots=True)
class KeptApp:
    """What is kept of one app.

    `looks` are the dynos each time that they were found otherwise, the newest last. `down` has since when a process is
    down, `failing` since when a probe fails, by its path: None where it did at the first look. `web_url` is where the
    app said that it answers.
    """

    looked: datetime
    app: Held[App] | None = None
    releases: Held[tuple[Release, ...]] | None = None
    formation: Held[tuple[Formation, ...]] | None = None
    dynos: Held[tuple[Dyno, ...]] | None = None
    looks: tuple[Held[tuple[Dyno, ...]], ...] = ()
    down: dict[str, datetime] = field(default_factory=dict)
    failing: dict[str, datetime | None] = field(default_factory=dict)
    router_answered: bool = False
    web_url: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of all apps, by name. What one world showed says nothing of another."""

    world: str = ""
    apps: dict[str, KeptApp] = field(default_factory=dict)

    def of(self, world: str) -> Mapping[str, KeptApp]:
        """Give what is kept of a world. A sandbox at another time is another one: its instants are relative to that."""
        return self.apps if self.world == world else {}


def untimed(world: str) -> str:
    """Give a world without the time at which a sandbox was begun; the subject of a fault stays."""
    return _BEGUN.sub("", world)


@cache
def _adapter() -> TypeAdapter[Kept]:
    return TypeAdapter(Kept)


def plain(kept: Kept) -> dict[str, Any]:
    """Give what is kept as JSON has it."""
    found: dict[str, Any] = _adapter().dump_python(kept, mode="json")
    return found


def restored(written: Mapping[str, Any]) -> Kept:
    """Give back what `plain` gave. Raises ValueError (pydantic's) where it is something else."""
    return _adapter().validate_python(written)
