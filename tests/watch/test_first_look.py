"""What a first look sees: all that is watched, by two requests an app, and one before it for what declares no URL."""

from collections import Counter
from datetime import timedelta

import pytest
from looking import ESTATE, HEROKU

from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.observe.look_budget import planned
from asbuilt.sandbox.server import Sandbox
from asbuilt.watch.about import of_source
from asbuilt.watch.judge import Judge
from asbuilt.watch.looking import Looks

INTERVAL = timedelta(minutes=5)
STATUS = "providers: {status_pages: [heroku, github]}\n"


@pytest.fixture
def first(request):
    """Give a function that takes looks at a world as a watch does: what they came to, and what each asked, by host."""

    def look(world, change=lambda text: text, looks=1):
        about = of_source(ESTATE, change(ESTATE.read_text()).encode(), ())
        run = about.run
        with Sandbox.start(world) as sandbox, Judge(about) as judge:
            client = Client(Tokens("HRKU-1", "ghp_1"), route_to=sandbox.origin, timeout=2.0)
            request.addfinalizer(client.close)
            looking = Looks(run.estate, client, "sandbox", planned(run.estate, run.scope, INTERVAL), 30.0)
            kept, found = {}, []
            for _ in range(looks):
                before = len(sandbox.log)
                seen = looking(kept)
                kept = seen.kept
                asked = [(each.host, each.path.partition("?")[0]) for each in sandbox.log[before:]]
                found.append((seen.observation, judge.judged(seen.observation).verdicts, asked))
            return found

    return look


def of_heroku(asked):
    return Counter(path.split("/")[2] if path.count("/") > 1 else path for host, path in asked if host == HEROKU)


def outcomes(verdicts):
    return {each.id: each.outcome.value for each in verdicts}


def test_all_that_is_watched_is_judged_from_the_first_look_on(first):
    (_, verdicts, asked), (_, later, again) = first("healthy", looks=2)
    assert outcomes(verdicts) == outcomes(later)
    assert set(outcomes(later).values()) == {"conforms", "not applicable"}  # of one probe no body is declared
    apps = {"raxx-api-prod": 2, "raxx-api-staging": 2}
    assert of_heroku(asked) == {**apps, "/apps": 1}
    assert of_heroku(again) == apps


def test_where_each_url_is_declared_nothing_is_listed(first):
    def declared(text):
        return text.replace("    tier: staging\n", "    tier: staging\n    url: https://staging.example.com\n")

    [(_, _, asked)] = first("healthy", declared)
    assert "/apps" not in of_heroku(asked)


def test_where_the_list_is_not_told_it_is_unknown_first_and_then_asked_of_the_app(first, monkeypatch):
    monkeypatch.setattr("asbuilt.watch.looking.urls_of", lambda *_: {})
    (_, verdicts, _), (_, later, again) = first("healthy", looks=2)
    unknown = {(each.control, each.subject) for each in verdicts if each.outcome.value == "unknown"}
    assert unknown == {("WEB001", "raxx-api-staging"), ("WEB002", "raxx-api-staging")}
    assert "unknown" not in outcomes(later).values()
    assert of_heroku(again) == {"raxx-api-prod": 2, "raxx-api-staging": 2}


def test_the_status_page_of_heroku_is_read_where_it_is_declared_and_github_is_not_asked(first):
    [(observation, _, asked)] = first(
        "healthy+dyno-crashed+heroku-reports-an-incident", lambda text: f"{text}\n{STATUS}"
    )
    assert observation.status_pages["heroku"].value.incidents
    assert {host for host, _ in asked if "github" in host} == set()
    [(observation, _, asked)] = first("healthy+dyno-crashed+heroku-reports-an-incident")
    assert observation.status_pages == {}
    assert not [host for host, _ in asked if "status" in host]
