"""What a first look sees: all that is watched, by two requests an app, and one before it for what declares no URL."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from looking import ESTATE, HEROKU

from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.observe.kept_looks import KeptApp
from asbuilt.observe.look_budget import Plan, planned
from asbuilt.sandbox.server import Sandbox
from asbuilt.watch.about import of_source
from asbuilt.watch.judge import Judge
from asbuilt.watch.looking import Looks, uncounted

INTERVAL = timedelta(minutes=5)
STATUS = "providers: {status_pages: [heroku, github]}\n"


@pytest.fixture
def first(request):
    """Give a function that takes looks at a world as a watch does: what they came to, and what each asked, by host."""

    def look(world, change=lambda text: text, looks=1, *, goes_on=True):
        about = of_source(ESTATE, change(ESTATE.read_text()).encode(), ())
        run = about.run
        with Sandbox.start(world) as sandbox, Judge(about) as judge:
            client = Client(Tokens("HRKU-1", "ghp_1"), route_to=sandbox.origin, timeout=2.0)
            request.addfinalizer(client.close)
            looking = Looks(
                run.estate, client, "sandbox", planned(run.estate, run.scope, INTERVAL), 30.0, goes_on=goes_on
            )
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


def test_a_watch_that_is_begun_for_each_look_keeps_to_the_plan(request):
    run = of_source(ESTATE, ESTATE.read_bytes(), ()).run
    plan = replace(planned(run.estate, run.scope, INTERVAL), every=dict.fromkeys(run.estate.apps, 2))
    kept, asked = {}, []
    with Sandbox.start(f"healthy@{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}") as sandbox:
        client = Client(Tokens("HRKU-1", "ghp_1"), route_to=sandbox.origin, timeout=10.0)
        request.addfinalizer(client.close)
        for number in range(3):
            before = len(sandbox.log)
            kept = Looks(run.estate, client, "sandbox", plan, 30.0, number)(kept).kept
            asked.append({each.path.split("/")[2] for each in sandbox.log[before:] if each.path.startswith("/apps/")})
    assert asked == [{"raxx-api-prod", "raxx-api-staging"}, {"raxx-api-staging"}, {"raxx-api-prod"}]


def test_what_no_look_tells_of_any_more_is_looked_at_out_of_its_turn():
    now, five = datetime(2026, 5, 8, 6, tzinfo=UTC), timedelta(minutes=5)
    tiers = dict.fromkeys(("api", "old", "unseen", "web"), "production")
    plan = Plan(five, 4500, tiers, dict.fromkeys(tiers, 2))
    kept = {"api": KeptApp(now - five), "web": KeptApp(now - 6 * five), "old": KeptApp(now - 7 * five)}
    assert uncounted(plan, kept, now) == {"old", "unseen"}
    assert plan.due(1) != plan.due(2)


def of(verdicts, control, subject):
    return next(each for each in verdicts if each.control == control and each.id.endswith(f"[{subject}]"))


def test_a_probe_that_fails_has_its_grace_where_the_next_look_comes_by_itself(first):
    [(_, verdicts, _)] = first("healthy+deploy-settles")
    found = of(verdicts, "WEB001", "raxx-api-prod /health")
    assert (found.outcome.value, "grace" in found.reason) == ("not applicable", True)
    [(_, verdicts, _)] = first("healthy+deploy-settles", goes_on=False)
    assert of(verdicts, "WEB001", "raxx-api-prod /health").outcome.value == "drifted"


def test_of_an_app_without_code_nothing_is_unknown_and_its_dynos_are_asked_at_the_next_look(first):
    (_, verdicts, _), (_, later, _) = first("incident-2026-04-30", looks=2)
    assert of(verdicts, "HK002", "raxx-api-prod").outcome.value == "drifted"
    for control, subject in (("HK006", "raxx-api-prod web"), ("HK008", "raxx-api-prod")):
        found = of(verdicts, control, subject)
        assert (found.outcome.value, "HK002 judges that" in found.reason) == ("not applicable", True)
    assert of(later, "HK006", "raxx-api-prod web").outcome.value == "drifted"
