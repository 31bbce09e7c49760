"""Make the worlds that no file has: that of an estate, and that of what a run observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asbuilt.estate import load
from asbuilt.estate_errors import EstateError
from asbuilt.sandbox import declared, observed
from asbuilt.scope import checkouts_of

if TYPE_CHECKING:
    from asbuilt.estate import Estate
    from asbuilt.model import Observation


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was made, and what of its source it cannot say, a line each."""

    document: dict[str, Any]
    lost: tuple[str, ...]


def of_estate(estate: Estate, file: Path, checkouts: list[str]) -> Made:
    """Make the world that an estate declares. Raises OptionError for a folder that cannot be read."""
    known = declared.known_of(estate, checkouts_of(estate, file, checkouts, []))
    world = declared.declared(estate, known, datetime.now(UTC).date())
    return Made(world.document, world.impossible)


def of_observation(observation: Observation, estate_file: Path) -> Made:
    """Make the world that was observed; the estate beside the observation says more of it, where it can be read."""
    try:
        estate = load(estate_file)
    except EstateError:
        estate = None
    return Made(*observed.observed(observation, estate))
