from datetime import UTC, datetime

import pytest

from asbuilt.model import App, Dyno, ProbeResponse, Release
from asbuilt.routers import answered, cause

AT = datetime(2026, 5, 8, tzinfo=UTC)
APP = App("shop", None, AT, maintenance=False, slug_size=1, repo_size=1, stack="heroku-24")
OFFLINE = App("shop", None, AT, maintenance=True, slug_size=1, repo_size=1, stack="heroku-24")
CODE = (Release(1, "Deploy a", "succeeded", current=True, code="a", created_at=AT),)
BLANK = (Release(1, "Initial release", "succeeded", current=True, code=None, created_at=AT),)


def dynos(*states):
    return tuple(Dyno(f"web.{each}", "web", state, 1, AT) for each, state in enumerate(states, 1))


@pytest.mark.parametrize(
    ("status", "app", "releases", "running", "expected"),
    [
        (404, APP, CODE, dynos("up"), "no such app"),
        (503, OFFLINE, CODE, dynos("crashed"), "H80, the app is in maintenance"),
        (502, APP, BLANK, (), "H81, blank app"),
        (503, APP, CODE, (), "H14, no web dyno exists"),
        (503, APP, CODE, dynos("crashed", "crashed"), "H10, web.1, web.2 crashed"),
        (503, APP, CODE, dynos("starting"), "web.1 starting; why stands in the app's log alone"),
        (503, APP, CODE, dynos("up"), "why stands in the app's log alone"),
        (503, APP, CODE, dynos("crashed", "up"), "why stands in the app's log alone"),
        (503, None, None, None, "why stands in the app's log alone"),
        (502, APP, None, None, "why stands in the app's log alone"),
    ],
)
def test_the_cause_is_named_by_what_was_seen_and_never_guessed(status, app, releases, running, expected):
    assert cause(status, app, releases, running).told == expected


def test_in_maintenance_the_app_answers_nothing_itself():
    assert answered(ProbeResponse("https://shop.example/", 503), OFFLINE)
    assert not answered(ProbeResponse("https://shop.example/", 200), OFFLINE)  # a copy, of somebody before the router
    assert not answered(ProbeResponse("https://shop.example/", 503), APP)
    assert not answered(ProbeResponse("https://shop.example/", 503), None)
