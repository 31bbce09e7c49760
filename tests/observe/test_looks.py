"""Dynos of which one look does not tell enough are looked at again, as long as there is time."""

import pytest

from asbuilt.model import Observed, Unobserved
from asbuilt.observe.clock import Clock
from asbuilt.observe.sweep import sweep
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

PRODUCTION = "raxx-api-prod"
ONLY = Scope(frozenset({PRODUCTION}), frozenset())


@pytest.fixture
def looked(client, estate):
    """Give a function that observes a world, and gives the looks at its dynos, the pauses and how often it asked."""

    def look(world, **options):
        pauses = []
        with Sandbox.start(world, elapsed=lambda: sum(pauses)) as sandbox:
            clock = Clock(sandbox.elapsed, pauses.append)
            observation = sweep(estate, ONLY, client(route_to=sandbox.origin, **options), "x", clock=clock)
            asked = [each.path for each in sandbox.log]
            return observation.apps[PRODUCTION].looks, pauses, asked.count(f"/apps/{PRODUCTION}/dynos")

    return look


@pytest.mark.parametrize("world", ["healthy", "incident-2026-04-30", "healthy+release-under-way"])
def test_what_looks_well_costs_nothing(looked, world):
    looks, pauses, asked = looked(world)
    assert len(looks.value) == asked == 1
    assert pauses == []


def test_what_looks_suspicious_is_looked_at_three_times_within_a_minute(looked):
    looks, pauses, asked = looked("healthy+dyno-crash-loop")
    assert [look[0].state for look in looks.value] == ["up", "crashed", "up"]
    assert (len(pauses), asked) == (2, 3)
    assert sum(pauses) <= 60
    assert isinstance(looks, Observed)
    assert len(looks.requests) == asked


def test_without_time_to_look_again_it_is_unknown(looked):
    looks, pauses, asked = looked("healthy+dyno-crash-loop", deadline=20.0)
    assert isinstance(looks, Unobserved)
    assert "was not asked again: the run's deadline is too near" in str(looks)
    assert (pauses, asked) == ([], 1)
