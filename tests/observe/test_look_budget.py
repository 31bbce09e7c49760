"""How often which app is looked at, by what the account may ask: the most important ones the longest."""

from datetime import timedelta

import pytest

from asbuilt.estate import App, Estate
from asbuilt.observe.look_budget import LIMIT, RESERVE, planned, slowed
from asbuilt.scope import Scope

FIVE = timedelta(minutes=5)
ROOM = LIMIT * (1 - RESERVE)


def _plan(interval=FIVE, **tiers):
    apps = {f"{tier}-{each}": App(tier=tier) for tier, count in tiers.items() for each in range(count)}
    estate = Estate.model_construct(apps=apps)
    return planned(estate, Scope(frozenset(apps), frozenset()), interval)


def _an_hour(plan, looks=144):
    """Count what the looks of some hours ask, by the hour; the first look is at all of them."""
    asked = sum(2 * len(plan.due(number)) for number in range(1, looks + 1))
    return asked * (timedelta(hours=1) / plan.interval) / looks


def test_where_all_fits_each_look_is_at_each_app():
    plan = _plan(production=2, staging=2)
    assert {len(plan.due(number)) for number in range(20)} == {4}
    assert plan.wanted == plan.planned == _an_hour(plan) == 96
    assert plan.said[0].startswith("4 apps, a look every 5 min: 96 requests to Heroku an hour; ")
    assert len(plan.said) == 1


@pytest.mark.parametrize(
    "tiers", [{"production": 100, "staging": 100}, {"production": 10, "review": 400}, {"production": 400}]
)
def test_what_does_not_fit_is_looked_at_more_rarely_and_said(tiers):
    plan = _plan(**tiers)
    assert plan.wanted > ROOM
    assert _an_hour(plan) <= ROOM
    assert plan.planned == pytest.approx(_an_hour(plan), abs=1)
    assert plan.said[1:]


def test_production_is_looked_at_each_time_as_long_as_others_can_give_way():
    plan = _plan(production=100, staging=50, review=50)
    assert {plan.every[f"production-{each}"] for each in range(100)} == {1}
    assert plan.every["review-0"] > plan.every["staging-0"] > 1
    assert plan.intervals["staging-0"] == plan.every["staging-0"] * FIVE
    assert all(plan.due(number) >= {f"production-{each}" for each in range(100)} for number in range(30))
    assert plan.said[-1].startswith(
        "review: one look in 12 is at review-0, review-1, review-10, review-11, review-12 and 45 more, every 60 min"
    )


def test_each_app_has_its_turn_and_the_first_look_is_at_all():
    plan = _plan(production=400)
    every = max(plan.every.values())
    assert plan.due(0) == set(plan.every)
    seen = [name for number in range(every, 2 * every) for name in plan.due(number)]
    assert sorted(seen) == sorted(plan.every)


def test_where_the_account_has_little_left_there_are_fewer_looks_until_it_has_more():
    plan = _plan(production=50, staging=50)
    assert slowed(plan, None) is slowed(plan, LIMIT) is plan
    slow = slowed(plan, 600)
    assert slow.every["production-0"] == 1
    assert slow.every["staging-0"] > 1
    assert "the account has 600 requests left" in slow.said[0]
    assert sum(2 / each for each in slow.every.values()) <= 600 + LIMIT / 12
    assert slowed(plan, 0).every["production-0"] >= 1
    assert max(slowed(plan, 0).every.values()) < 100
