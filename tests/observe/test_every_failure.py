"""Whatever an endpoint fails with, what rests on it is unknown and says what to do: each endpoint that is asked."""

import httpx
import pytest
import recorded

from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.observe.http import GITHUB, HEROKU

PERMISSION = "environments=write; deployments=read"
REFUSED = {"X-Accepted-GitHub-Permissions": PERMISSION}
MALFORMED = "a proxy answers in its place or the API has changed"
# How it fails, and what the remedy names, by provider where they differ.
FAILURES = {
    "401": ({"status_code": 401, "json": {"message": "no"}}, {HEROKU: "HEROKU_API_KEY", GITHUB: "GITHUB_TOKEN"}),
    "403": ({"status_code": 403, "headers": REFUSED, "json": {"message": "no"}}, PERMISSION),
    "403 bare": ({"status_code": 403, "text": "<html>"}, "give the token's owner access to it"),
    "404": ({"status_code": 404, "json": {"message": "no"}}, "the token may not see it"),
    "429": ({"status_code": 429, "headers": {"Retry-After": "9999"}}, "--deadline SECONDS"),
    "500": ({"status_code": 500}, "ask again: the provider failed"),
    "elsewhere": ({"status_code": 302, "headers": {"Location": "https://example.com/"}}, "a proxy answers"),
    "sign-on": ({"status_code": 200, "headers": {"X-GitHub-SSO": "partial-results; organizations=7"}}, ""),
    "time-out": (httpx.ReadTimeout("slow"), "--timeout SECONDS"),
    "no connection": (httpx.ConnectError("refused"), "check the network"),
    "a page": ({"status_code": 200, "text": "<html>"}, MALFORMED),
    "null": ({"status_code": 200, "json": None, "text": "null"}, MALFORMED),
    "another document": ({"status_code": 200, "json": {"message": "no"}}, MALFORMED),
    "list of nothings": ({"status_code": 200, "json": [None]}, MALFORMED),
}


@pytest.fixture(scope="module")
def world():
    made = recorded.Recorded("healthy")
    yield made
    made.close()


def remedy_of(named, url):
    """Give what the remedy of a failure names."""
    return named if isinstance(named, str) else next(each for origin, each in named.items() if url.startswith(origin))


@pytest.mark.parametrize("name", FAILURES)
def test_what_rests_on_an_endpoint_that_fails_is_unknown_and_all_else_stays(world, name):
    failure, named = FAILURES[name]
    before, wrong = dict(recorded.facts(world.healthy)), []
    for endpoint, urls in world.endpoints().items():
        if not endpoint.startswith((HEROKU, GITHUB)):
            continue
        observation = world.swept(dict.fromkeys(urls, failure))
        failed = {index for index, each in enumerate(observation.transcript) if each.url in urls}
        resting = 0
        for what, fact in recorded.facts(observation):
            rests = bool(failed & set(fact.requests))
            resting += rests
            match fact:
                case Unobserved(request=request, reason=reason, remedy=remedy):
                    told = reason and remedy
                    if rests:
                        url = request.removeprefix("GET ")
                        told = told and url in urls and remedy_of(named, url) in remedy
                case Absent():  # what was there before is absent by a 404 alone
                    told = name == "404" if rests else what not in before
                case Observed(value=value):
                    told = not rests and (what not in before or value == before[what].value)
            if not told:
                wrong.append(f"{what}, with {endpoint} failing: {fact!r:.300}")
        if not resting:
            wrong.append(f"no fact rests on {endpoint}")
    assert wrong == []
