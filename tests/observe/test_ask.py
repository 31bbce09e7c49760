from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.model import Absent, Formation, Observed, Unobserved
from asbuilt.observe import github, github_origins, github_runs, heroku, web
from asbuilt.observe.ask import fact, instant
from asbuilt.terms import Stretch

URL = "https://api.heroku.com/apps/shop/formation"
NOW = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)


def test_a_fact_rests_on_its_requests(client, replies):
    asked = client(replies(200, 502, 200, 200))
    asked.get("https://api.heroku.com/earlier")

    def read(ask):
        ask.get(URL)
        ask.probe(URL)
        return "seen"

    assert fact(asked, "thing", read) == Observed("seen", (1, 2, 3))


def test_not_there_is_absent_where_it_can_be(client, replies):
    found = fact(client(replies(404)), "thing", lambda ask: ask.get(URL), can_be_absent=True)
    assert found == Absent("thing", (0,))


def test_a_part_that_is_not_there_is_unobserved(client, replies):
    found = fact(client(replies(404)), "thing", lambda ask: ask.get(URL))
    assert isinstance(found, Unobserved)
    assert str(found) == f"GET {URL} answered 404, though what it is part of is there"
    assert found.requests == (0,)


def test_what_could_not_be_asked_is_unobserved_with_its_reason(client, replies):
    found = fact(client(replies(401)), "thing", lambda ask: ask.get(URL))
    reason = "answered 401: the token is not valid"
    assert found == Unobserved("thing", f"GET {URL}", reason, "set HEROKU_API_KEY to a valid token", (0,))


@pytest.mark.parametrize(
    ("error", "missing"),
    [
        (KeyError("slug"), "lacks 'slug'"),
        (TypeError("'NoneType' object is not subscriptable"), "'NoneType' object is not subscriptable"),
        (ValueError("Invalid isoformat string: 'soon'"), "Invalid isoformat string: 'soon'"),
        (IndexError("list index out of range"), "list index out of range"),
        (AttributeError("'str' object has no attribute 'get'"), "'str' object has no attribute 'get'"),
        (OverflowError("date value out of range"), "date value out of range"),
        (RecursionError("maximum recursion depth exceeded"), "maximum recursion depth exceeded"),
    ],
)
def test_a_malformed_answer_is_unobserved_and_says_what_is_missing(client, replies, error, missing):
    def read(ask):
        ask.get(URL)
        raise error

    found = fact(client(replies(200)), "thing", read)
    assert isinstance(found, Unobserved)
    assert (found.what, found.request) == ("thing", f"GET {URL}")
    assert found.reason == f"answered something that its API does not promise: {missing}"
    assert found.remedy
    assert found.requests == (0,)


@pytest.mark.parametrize(
    ("formation", "missing"),
    [
        (Formation("web", "1", "Basic", NOW), "quantity is '1'; Input should be a valid integer"),
        (Formation("web", None, "Basic", NOW), "quantity is None; Input should be a valid integer"),
        (Formation(7, 1, "Basic", NOW), "type is 7; Input should be a valid string"),
    ],
)
def test_a_value_of_another_type_than_the_model_has_is_unobserved(client, replies, formation, missing):
    asked = client(replies(200))
    for value in (formation, (formation,)):
        found = fact(asked, "formation", lambda ask, value=value: (ask.get(URL), value)[1])
        assert isinstance(found, Unobserved)
        assert missing in found.reason
        assert "\n" not in found.reason


def test_a_mistake_of_our_own_is_not_taken_for_the_providers(client, replies):
    def read(_):
        raise RuntimeError("a mistake")

    with pytest.raises(RuntimeError):
        fact(client(replies(200)), "thing", read)


@pytest.mark.parametrize(
    "body", ["null", "true", "7", '"text"', "[]", "{}", "[null]", "[7]", '{"name": null}', "<html>", "[" * 100_000]
)
def test_no_answer_at_all_raises(client, replies, body):
    asked = client(replies((200, {"content": body.encode()})))
    found = [
        heroku.app(asked, "shop"),
        heroku.releases(asked, "shop"),
        heroku.formation(asked, "shop"),
        heroku.dynos(asked, "shop"),
        github.repository(asked, "example/shop"),
        github.environments(asked, "example/shop"),
        github.workflows(asked, "example/shop"),
        github.protected_branches(asked, "example/shop"),
        github_runs.recent(asked, "example/shop", "deploy.yml", "main", enough=3),
        github_runs.waiting(asked, "example/shop"),
        github_origins.history(asked, "example/shop", Stretch("deploy.yml", "push")),
        github_origins.jobs(asked, "example/shop", 7),
        github_origins.comparison(asked, "example/shop", "a" * 40, "main"),
        heroku.code(asked, "shop", "a", "cedar"),
        github.deployments(asked, "example/shop", "production"),
        github_origins.statuses(asked, "example/shop", 7),
        heroku.builds(asked, "shop"),
    ]
    seen = [each.value for each in found if isinstance(each, Observed)]
    assert seen == ([()] * 7 if body == "[]" else [])


@pytest.mark.parametrize("text", ["2026-04-30T16:30:00Z", "2026-04-30T18:30:00+02:00", "2026-04-30T16:30:00.000Z"])
def test_an_instant_is_in_utc(text):
    assert instant(text) == NOW
    assert instant(text).utcoffset() == timedelta()


@pytest.mark.parametrize("text", ["soon", "", "2026-04-30T16:30:00"])
def test_an_instant_that_is_none_or_has_no_zone_is_an_error(text):
    with pytest.raises(ValueError, match=r"Invalid isoformat|no time zone"):
        instant(text)


# What an app answers at its own URL.


def test_a_probe_is_the_status_and_who_gave_it(client, replies):
    page = '<iframe src="//www.herokucdn.com/error-pages/no-such-app.html"></iframe>'
    asked = client(replies((200, {"json": {"status": "ok"}}), (503, {"text": page})))
    own, routers = (web.probe(asked, "https://shop.example/health").value for _ in range(2))
    assert (own.url, own.status, own.location, own.from_router) == ("https://shop.example/health", 200, "", False)
    assert (routers.status, routers.from_router) == (503, True)


def test_an_app_that_names_the_routers_page_has_answered_itself(client, replies):
    told = {"error_page": "https://www.herokucdn.com/error-pages/application-error.html"}
    asked = client(replies((200, {"json": told})))
    assert not web.probe(asked, "https://shop.example/health").value.from_router


@pytest.mark.parametrize("rest", ["", "?token=secret", "#access_token=secret", "?a=b#c"])
def test_a_redirect_is_kept_without_what_follows_its_path(client, replies, rest):
    asked = client(replies((302, {"headers": {"Location": f"https://shop.example/login{rest}"}})))
    assert web.probe(asked, "https://shop.example/health").value.location == "https://shop.example/login"


def test_a_page_that_is_not_there_is_an_observation(client, replies):
    assert web.probe(client(replies(404)), "https://shop.example/health").value.status == 404
