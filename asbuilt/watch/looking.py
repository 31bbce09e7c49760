"""What looks: the apps as they are now, and what of them the next look has to know."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from asbuilt.estate import Estate
from asbuilt.model import Observation
from asbuilt.observe.clock import Clock
from asbuilt.observe.http import Client
from asbuilt.observe.provider_clock import latest
from asbuilt.observe.sweep import sweep
from asbuilt.scope import Scope
from asbuilt.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look saw. `kept` is for the next one; `said` is what a person is told, such as that it slows down."""

    observation: Observation
    kept: Mapping[str, Any]
    said: tuple[str, ...] = ()


class Looking(Protocol):
    """Looks once at all apps that are watched."""

    def __call__(self, kept: Mapping[str, Any]) -> Seen:
        """Give what there is to see. What could not be observed is a fact of its own, and raises nothing."""


class ProvidersTime:
    """The providers' clock as it goes on where they cannot be asked: a clock that is set here moves nothing."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._told: tuple[datetime, float] | None = None

    def of(self, observation: Observation) -> Observation:
        """Give an observation with its time: the providers', else theirs of before and what has passed since."""
        if (told := latest(observation.transcript, observation.github)) is not None:
            self._told = told, self._now()
            return replace(observation, as_of=told)
        if self._told is None:
            return replace(observation, as_of=datetime.now(UTC))
        then, at = self._told
        return replace(observation, as_of=then + timedelta(seconds=round(self._now() - at)))


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Looks by a whole sweep of the apps."""

    estate: Estate
    scope: Scope
    world: World
    timeout: float
    deadline: float

    def __call__(self, kept: Mapping[str, Any]) -> Seen:
        """Give what there is to see."""
        client = Client(
            self.world.tokens,
            github=self.world.server.api,
            route_to=self.world.sandbox.origin if self.world.sandbox else None,
            timeout=self.timeout,
            deadline=self.deadline,
        )
        try:
            observation = sweep(self.estate, self.scope, client, self.world.name, clock=Clock(time.monotonic, lambda _: None))
        finally:
            client.close()
        return Seen(observation, {})
