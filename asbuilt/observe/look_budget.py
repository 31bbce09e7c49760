"""How often a watch can look at which app: what its looks ask Heroku for, against what the account may ask in an hour.

Heroku gives an account 4,500 requests, and 75 more each minute:
https://devcenter.heroku.com/articles/platform-api-reference#rate-limits. Deploys, people and the nightly run spend of
the same, so a part is left to them. What does not fit is looked at each second, third ... time, the least important
apps first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import get_args

from asbuilt.estate import Estate, Tier
from asbuilt.scope import Scope

LIMIT = 4500
REQUESTS_OF_A_LOOK = 2  # at an app
RESERVE = Fraction(1, 5)  # of the limit: what is left to others
_HOUR = timedelta(hours=1)
_RAREST = 12  # looks of which one is at an app of a lesser tier, until a greater one gives way too
_MOST_NAMES = 5
_NONE = Fraction()
_TIERS: tuple[str, ...] = get_args(Tier)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which app is looked at how often: `every` has of how many looks one is at it, by app.

    `limit` is what the account may ask in an hour, `tiers` the importance of each app. `left` is what the account has
    left, where that is why there are fewer looks than the limit allows.
    """

    interval: timedelta
    limit: int
    tiers: Mapping[str, str]
    every: Mapping[str, int]
    left: int | None = None

    @property
    def wanted(self) -> int:
        """How many requests an hour takes where each look is at each app."""
        return requests_an_hour(len(self.every), self.interval)

    @property
    def planned(self) -> int:
        """How many requests an hour takes as planned."""
        return ceil(_of_a_look(self.every) * Fraction(_HOUR / self.interval).limit_denominator(10**6))

    @property
    def intervals(self) -> dict[str, timedelta]:
        """How long it is from one look at an app to the next, by app."""
        return {name: self.interval * every for name, every in self.every.items()}

    def due(self, number: int) -> frozenset[str]:
        """Give the apps that a look is at; looks are numbered from 0, and the first is at all of them."""
        if not number:
            return frozenset(self.every)
        return frozenset(
            name for place, name in enumerate(sorted(self.every)) if (number + place) % self.every[name] == 0
        )

    @property
    def said(self) -> tuple[str, ...]:
        """Say what the watch asks for, and what does not fit, one line each."""
        apps = f"{len(self.every)} app{'' if len(self.every) == 1 else 's'}"
        asks = f"{apps}, a look every {_told(self.interval)}: {self.wanted:,} requests to Heroku an hour"
        kept = f"of {self.limit:,} that the account has, {ceil(self.limit * RESERVE):,} are left to others"
        if all(each == 1 for each in self.every.values()):
            return (f"{asks}; {kept}",)
        why = f"the account has {self.left:,} requests left" if self.left is not None else "that does not fit"
        return (f"{asks}; {kept}: {why}, so {self.planned:,} are asked", *self._rarer())

    def _rarer(self) -> Iterator[str]:
        for tier in _TIERS:
            for every in sorted({self.every[name] for name, of in self.tiers.items() if of == tier} - {1}):
                names = sorted(name for name, of in self.tiers.items() if of == tier and self.every[name] == every)
                more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
                told = f"{', '.join(names[:_MOST_NAMES])}{more}"
                yield f"{tier}: one look in {every} is at {told}, every {_told(self.interval * every)}"


def planned(
    estate: Estate, scope: Scope, interval: timedelta, *, limit: int = LIMIT, remaining: int | None = None
) -> Plan:
    """Plan the looks of a watch at the apps in scope; `remaining` is what the account has left, where it is known."""
    tiers = {name: estate.apps[name].tier for name in sorted(scope.apps)}
    an_hour = Fraction(interval / _HOUR).limit_denominator(10**6)
    plan = Plan(interval, limit, tiers, _fitted(tiers, limit * (1 - RESERVE) * an_hour))
    return slowed(plan, remaining)


def slowed(plan: Plan, remaining: int | None) -> Plan:
    """Give the plan of the next look: as it was made, or with fewer apps where the account has little left.

    It is made of the plan of the hour each time, so that it comes back to that by itself. What is left to others keeps
    nobody from looking at the most important apps.
    """
    if remaining is None:
        return plan
    refilled = plan.limit * Fraction(plan.interval / _HOUR).limit_denominator(10**6)
    reserve = plan.limit * RESERVE
    room = remaining + refilled - reserve
    if _of_a_look(plan.every) <= room:
        return plan
    every = _fitted(plan.tiers, room, plan.every, reserve)
    return replace(plan, every=every, left=remaining)


def requests_an_hour(apps: int, interval: timedelta) -> int:
    """Count what looking at so many apps asks Heroku for in an hour."""
    return ceil(apps * REQUESTS_OF_A_LOOK * (_HOUR / interval))


def _of_a_look(every: Mapping[str, int]) -> Fraction:
    """Give how many requests a look takes, on the average."""
    return sum((Fraction(REQUESTS_OF_A_LOOK, each) for each in every.values()), Fraction())


def _fitted(
    tiers: Mapping[str, str], room: Fraction, least: Mapping[str, int] | None = None, more: Fraction = _NONE
) -> dict[str, int]:
    """Look at apps more rarely until a look takes no more than there is room for, those of the last tier first.

    There is `more` room for the first tier. Where there is no room at all, each app is looked at once an hour or so all
    the same: to look at nothing would tell nothing.
    """
    every = dict(least or dict.fromkeys(tiers, 1))
    present = [each for each in _TIERS if each in tiers.values()]
    for tier in reversed(present):
        names = [name for name, of in tiers.items() if of == tier]
        here = room + more if tier == present[0] else room
        rarest = len(tiers) * _RAREST if tier == present[0] and here > 0 else _RAREST
        while _of_a_look(every) > here and max(every[name] for name in names) < rarest:
            every |= {name: every[name] + 1 for name in names}
    return every


def _told(interval: timedelta) -> str:
    seconds = int(interval.total_seconds())
    if seconds % 60:
        return f"{seconds} s"
    return f"{seconds // 60} min"
