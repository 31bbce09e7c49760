"""What looks: at the apps, as often as the account allows, by what the looks before have left."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asbuilt.estate import Estate
from asbuilt.model import Observation
from asbuilt.observe.http import Client
from asbuilt.observe.kept_looks import Held, Kept, KeptApp, plain, restored
from asbuilt.observe.look_budget import Plan, slowed
from asbuilt.observe.looks import look, urls_of
from asbuilt.observe.provider_clock import latest


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look saw. `kept` is for the next one; `said` is what a person is told, such as that it slows down."""

    observation: Observation
    kept: Mapping[str, Any]
    said: tuple[str, ...] = ()


Looking = Callable[[Mapping[str, Any]], Seen]


class ProvidersTime:
    """The providers' clock as it goes on where they cannot be asked: a clock that is set here moves nothing."""

    def __init__(self, passing: Callable[[], float] = time.monotonic) -> None:
        self._passing = passing
        self._told: tuple[datetime, float] | None = None

    def hear(self, observation: Observation) -> None:
        """Know what time it is, where a provider said so."""
        if (told := latest(observation.transcript, observation.github)) is not None:
            self._told = told, self._passing()

    def now(self) -> datetime:
        """Tell the time: the providers' of before and what has passed since; this machine's where they never told."""
        if self._told is None:
            return datetime.now(UTC)
        then, at = self._told
        return then + timedelta(seconds=round(self._passing() - at))


class Looks:
    """Looks once each time that it is called, at the apps whose turn it is."""

    def __init__(
        self,
        estate: Estate,
        client: Client,
        world: str,
        plan: Plan,
        deadline: float,
        number: int = 0,
        *,
        goes_on: bool = True,
    ) -> None:
        """`deadline` is how many seconds all answers of one look may take; `number` of the looks were before.

        `goes_on` says that the next look comes by itself.
        """
        self._estate = estate
        self._client = client
        self._world = world
        self._plan = plan
        self._deadline = deadline
        self._time = ProvidersTime()
        self._number = number
        self._goes_on = goes_on
        self._first = True
        self._remaining: int | None = None
        self._said = plan.said

    def __call__(self, kept: Mapping[str, Any]) -> Seen:
        """Give what there is to see. What could not be observed is a fact of its own, and raises nothing."""
        plan = slowed(self._plan, self._remaining)
        client = self._client.fresh(self._deadline)
        before = _restored(kept)
        due = plan.due(self._number)
        if self._first:
            due |= uncounted(plan, before.of(self._world), self._time.now())
        urls = urls_of(self._estate, client, before, self._world, plan.intervals.keys()) if self._first else {}
        observation, now = look(
            self._estate,
            client,
            before,
            self._world,
            plan.intervals,
            due=due,
            urls=urls,
            goes_on=self._goes_on,
            clock=self._time.now,
        )
        self._time.hear(observation)
        self._number += 1
        self._first = False
        self._remaining = client.remaining
        return Seen(observation, plain(now), self._news(plan))

    def _news(self, plan: Plan) -> tuple[str, ...]:
        """Give what the plan says where it is another than before: who is looked at more rarely, or often again."""
        said = self._plan.said if plan.every == self._plan.every else plan.said
        before, self._said = self._said, said
        return said if said[1:] != before[1:] else ()


def uncounted(plan: Plan, kept: Mapping[str, KeptApp], now: datetime) -> frozenset[str]:
    """Give the apps of which no earlier look tells anything by now: a watch that begins looks at them, due or not.

    At the others it looks in their turn, so that looks that something else begins ask no more than the plan has.
    """
    return frozenset(
        name
        for name, interval in plan.intervals.items()
        if name not in kept or not Held(None, kept[name].looked).counts(now, interval)
    )


def _restored(kept: Mapping[str, Any]) -> Kept:
    """Give what earlier looks have left; nothing where this asbuilt does not know its form."""
    try:
        return restored(kept) if kept else Kept()
    except ValueError:
        return Kept()
