"""How long a sweep may take: as long as was asked for, else the longer the more apps are asked about."""

from dataclasses import dataclass

import pytest

from asbuilt.run import prepared
from asbuilt.scope import Scope
from asbuilt.world import World, default_deadline, observe

PRODUCTION, REPOSITORY = "raxx-api-prod", "MooseQuest/TradeMasterAPI"


@dataclass
class AskedError(Exception):
    """A client was made: with this time to end in."""

    deadline: float


@pytest.fixture
def given(estate, everything, monkeypatch):
    """Give a function that begins to observe, and gives the time that the client has for it."""

    def client(_, *, deadline, **__):
        raise AskedError(deadline)

    def begin(**options):
        monkeypatch.setattr("asbuilt.observe.http.Client", client)
        with pytest.raises(AskedError) as caught:
            observe(prepared(estate, everything, {}), World("live"), hold=None, timeout=10, say=print, **options)
        return caught.value.deadline

    return begin


@pytest.mark.parametrize(
    ("settle", "deadline", "time"), [(0, None, 130), (0, 45, 45), (300, 45, 345), (300, None, 430), (0, 9000, 9000)]
)
def test_the_deadline_is_that_of_the_sweep_and_settling_comes_on_top(given, settle, deadline, time):
    assert given(settle=settle, deadline=deadline) == time


@pytest.mark.parametrize(
    ("apps", "repositories", "time"),
    [
        ([], [], 120),
        ([PRODUCTION], [], 125),
        ([], [REPOSITORY], 130),  # the two apps that its workflows deploy are asked about
        ([f"app-{each}" for each in range(100)], [], 620),
    ],
)
def test_each_app_in_scope_adds_to_it(estate, apps, repositories, time):
    app = estate.apps[PRODUCTION]
    more = {name: app.model_copy(update={"name": name}) for name in apps}
    larger = estate.model_copy(update={"apps": {**estate.apps, **more}})
    run = prepared(larger, Scope(frozenset(apps), frozenset(repositories)), {})
    assert default_deadline(run) == time
