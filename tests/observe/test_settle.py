"""After a deploy: what an app is waited for, how that ends, and what a run makes of it."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import yaml

from asbuilt.catalogue import PROJECT
from asbuilt.estate import Estate, Probe, load
from asbuilt.model import Absent, Observed, ProbeResponse, Unobserved, dump
from asbuilt.observe.clock import Clock
from asbuilt.observe.settling import Wanted, lack_of
from asbuilt.observe.sweep import sweep
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

PRODUCTION, STAGING = "raxx-api-prod", "raxx-api-staging"
MEANT, RUNS = "9d41c7e2a85f03b6d2e917c4f58ab0367e1d92c5", "464fd80d1e73a76be9ec23e0839073e04b393d32"
FOREIGN = "5ad0c3f1b7e2946d8c05af13e6b2d97840fc1e6a"  # GitHub does not have it
ONLY = Scope(frozenset({PRODUCTION}), frozenset())
APP = ["heroku", "apps", PRODUCTION]


@pytest.fixture
def lack(healthy, estate):
    """Give a function that changes what was observed of production, and gives what it lacks then."""
    observation, _ = healthy

    def tell(meant=None, probe=None, **changes):
        state = observation.apps[PRODUCTION]
        for part, change in changes.items():
            state = replace(state, **{part: change(getattr(state, part)) if callable(change) else change})
        apps = {**observation.apps, PRODUCTION: state}
        changed = replace(observation, apps=apps, meant={PRODUCTION: meant} if meant else {})
        found = lack_of(with_probe(estate, probe) if probe else estate, changed, PRODUCTION)
        return found and found.reason, bool(found and found.useless)

    return tell


def with_probe(estate, probe):
    app = estate.apps[PRODUCTION]
    changed = app.model_copy(update={"probes": (*app.probes, Probe.model_validate(probe))})
    return Estate.model_construct(**{**dict(estate), "apps": {**estate.apps, PRODUCTION: changed}})


def first(**changes):
    return lambda fact: replace(fact, value=(replace(fact.value[0], **changes), *fact.value[1:]))


def answers(path="/health", **changes):
    known = ProbeResponse(f"https://app.example{path}", 200)
    return lambda probes: {**probes, path: Observed(replace(known, **changes))}


# What an app lacks.


def test_a_healthy_app_lacks_nothing(lack):
    assert lack() == (None, False)
    assert lack(meant=RUNS[:7]) == (None, False)


@pytest.mark.parametrize(
    ("changes", "reason", "useless"),
    [
        ({"releases": first(status="pending")}, "release v9 is pending", False),
        ({"releases": first(status="failed")}, "release v9 failed", True),
        ({"releases": Observed(())}, "no release is current", False),
        ({"dynos": first(state="starting")}, "0 of 1 web up on v9 (web.1 starting)", False),
        ({"dynos": first(state="crashed")}, "0 of 1 web up on v9 (web.1 crashed)", False),
        ({"dynos": first(release=8)}, "0 of 1 web up on v9 (web.1 up on v8)", False),
        ({"dynos": Observed(())}, "0 of 1 web up on v9 (no other web dyno exists)", False),
        ({"probes": answers(status=503)}, "GET /health answers 503, declared 200", False),
        ({"probes": answers(from_router=True)}, "GET /health answers 200, by Heroku's router", False),
        (
            {"probes": {"/health": Unobserved("x", "GET x", "gave no answer within 10 s", "")}},
            "GET /health gave no answer within 10 s",
            False,
        ),
        ({"app": Absent("app")}, "the app does not exist", True),
    ],
)
def test_what_is_not_as_declared_is_waited_for(lack, changes, reason, useless):
    assert lack(**changes) == (reason, useless)


def test_a_second_dyno_on_the_old_release_is_waited_for(lack):
    def with_old(fact):
        return replace(fact, value=(*fact.value, replace(fact.value[0], name="web.2", release=8)))

    assert lack(dynos=with_old) == ("web.2 still runs v8, current is v9", False)


@pytest.mark.parametrize(
    "changes",
    [
        {"dynos": first(state="idle")},
        {"releases": first(status="expired")},
        {"dynos": lambda fact: replace(fact, value=(*fact.value, replace(fact.value[0], name="run.1", type="run")))},
        {"dynos": Unobserved("dynos", "GET x", "answered 403", "")},
        {"releases": Unobserved("releases", "GET x", "answered 403", "")},
    ],
)
def test_what_says_nothing_or_cannot_be_seen_is_not_waited_for(lack, changes):
    assert lack(**changes) == (None, False)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (RUNS[:12], None),
        (MEANT, "GET /version says that it is 9d41c7e2, not 464fd80d"),
        ("", "GET /version names no commit, to be 464fd80d"),
    ],
)
def test_what_the_app_says_of_itself_is_waited_for(lack, told, reason):
    probe = {"path": "/version", "commit": True}
    assert lack(probe=probe, probes=answers("/version", commit=told)) == (reason, False)
    assert lack(meant=RUNS, probe=probe, probes=answers("/version", commit=told)) == (reason, False)


def test_a_probe_that_nobody_can_ask_is_not_waited_for(healthy, estate):
    observation, _ = healthy
    unknown = Unobserved("app", "GET x", "answered 401", "")
    state = replace(observation.apps[STAGING], app=unknown, probes=dict.fromkeys(("/health",), unknown))
    assert lack_of(estate, replace(observation, apps={STAGING: state}), STAGING) is None


# Deploys that are watched, each in a sandbox whose time passes by the pauses alone.


def release(version, commit, status="succeeded", created="-5s"):
    value = {"version": version, "description": f"Deploy {commit[:8]}", "slug": commit, "status": status}
    return {"at": [*APP, "releases"], "append": {**value, "created_at": created}}


def becomes(version, status, after):
    return {"at": [*APP, "releases", {"version": version}, "status"], "set": status, "after": after}


def dyno(state, version, since, after="0s"):
    return {"at": [*APP, "dynos", "web.1"], "set": {"state": state, "release": version, "since": since}, "after": after}


def health(status, after="0s"):
    return {"at": [*APP, "responses", "/health"], "set": {"status": status, "json": {"status": "ok"}}, "after": after}


UP = [
    release(10, MEANT, "pending"),
    health(503),
    becomes(10, "succeeded", "12s"),
    dyno("starting", 10, "+12s", "12s"),
    dyno("up", 10, "+31s", "31s"),
    health(200, "38s"),
]
WORLDS = {
    "well": UP,
    "failed": [release(10, MEANT, "pending"), becomes(10, "failed", "12s")],
    "crashes": [
        release(10, MEANT),
        dyno("starting", 10, "+0s"),
        dyno("crashed", 10, "+10s", "10s"),
        dyno("starting", 10, "+20s", "20s"),
        dyno("crashed", 10, "+30s", "30s"),
    ],
    "another": [],
    "overtaken": [
        release(10, MEANT),
        dyno("starting", 10, "+0s"),
        {**release(11, RUNS, created="+20s"), "after": "20s"},
    ],
    "overtaking": [
        release(10, MEANT),
        dyno("up", 10, "+0s"),
        {**release(11, RUNS, "pending", created="+6s"), "after": "6s"},
    ],
    "stuck": [release(10, MEANT, "pending")],
    "never up": [release(10, MEANT), dyno("starting", 10, "+0s")],
    "late": [release(10, MEANT), dyno("starting", 10, "+0s"), dyno("up", 10, "+93s", "93s")],
    "flaps": [
        release(10, MEANT),
        dyno("up", 10, "+0s"),
        health(503, "10s"),
        health(200, "40s"),
    ],
    "foreign": [release(10, FOREIGN), dyno("up", 10, "+0s")],
}


@pytest.fixture
def watched(tmp_path, client, estate):
    """Give a function that watches a deploy in a world, for 100 s at most, and gives what was observed and told."""

    def watch(world, *, settle=100.0, hold=None, meant=MEANT, estate=estate, more=(), apps=frozenset({PRODUCTION})):
        for kind in ("scenarios", "faults"):
            (tmp_path / kind).mkdir(exist_ok=True)
        healthy = Path("scenarios") / "healthy.yaml"
        (tmp_path / healthy).write_text((PROJECT / "fixtures" / healthy).read_text())
        fault = {"summary": "x", "over": "healthy", "trips": {}, "world": [*WORLDS[world], *more]}
        (tmp_path / "faults" / "deploy.yaml").write_text(yaml.safe_dump(fault))
        name, told = "healthy+deploy" if fault["world"] else "healthy", []
        with Sandbox.start(name, folder=tmp_path, elapsed=lambda: 0.0) as sandbox:
            observation = sweep(
                estate,
                Scope(apps, frozenset()),
                client(route_to=sandbox.origin),
                "x",
                wanted=Wanted(apps if settle else frozenset(), settle, hold),
                meant={PRODUCTION: meant} if meant else {},
                clock=Clock(sandbox.elapsed, sandbox.skip),
                say=told.append,
            )
            observation = replace(observation, world=f"sandbox {sandbox.elapsed():g}")
            return observation, told, list(sandbox.log)

    return watch


@pytest.mark.parametrize("meant", [MEANT, None])
def test_a_deploy_settles_within_one_look_of_its_true_end(watched, meant):
    observation, told, log = watched("well", meant=meant)
    end = observation.settling[PRODUCTION]
    assert (end.end, end.reason) == ("settled", "as declared for 15 s")
    assert 38 + 15 <= end.seconds <= 38 + 15 + 5
    assert observation.timeline == (
        f"06:00:00 {PRODUCTION}: release v10 is pending, since 05:59:55",
        f"06:00:15 {PRODUCTION}: 0 of 1 web up on v10 (web.1 starting), since 06:00:12",
        f"06:00:35 {PRODUCTION}: GET /health answers 503, declared 200, since 06:00:35",
        f"06:00:40 {PRODUCTION}: all is as declared",
        f"06:00:55 {PRODUCTION}: settled, as declared for 15 s",
    )
    assert told == [f"settling: {line}" for line in observation.timeline]
    state = observation.apps[PRODUCTION]
    assert state.releases.value[0].current
    assert [look[0].state for look in state.looks.value] == ["up", "starting", "up"]
    assert [observation.transcript[each].status for each in state.dynos.requests] == [200]
    asked = [each.path for each in log]
    assert asked.count(f"/apps/{PRODUCTION}") == 1
    assert sum("/slugs/" in each for each in asked) == 2  # of each release that was current, once


@pytest.mark.parametrize(
    ("world", "options", "end", "reason", "between"),
    [
        ("failed", {}, "useless", "release v10 of 9d41c7e2 failed", (12, 17)),
        ("failed", {"meant": None}, "useless", "release v10 failed", (12, 17)),
        ("crashes", {}, "useless", "web.1 crashed twice on v10", (30, 35)),
        (
            "another",
            {"meant": MEANT},
            "late",
            "there is no release of 9d41c7e2, v9 of 464fd80d runs",
            (100, 100),
        ),
        (
            "overtaken",
            {},
            "useless",
            "release v10 of 9d41c7e2 was overtaken by v11 of 464fd80d",
            (20, 25),
        ),
        (
            "overtaking",
            {},
            "useless",
            "release v10 of 9d41c7e2 was overtaken by v11 of 464fd80d",
            (6, 11),
        ),
        ("stuck", {}, "late", "release v10 is pending", (100, 100)),
        ("never up", {}, "late", "0 of 1 web up on v10 (web.1 starting)", (100, 100)),
        ("late", {}, "brief", "as declared for 5 s alone, not for 15", (100, 100)),
        ("late", {"hold": 5.0}, "settled", "as declared for 5 s", (100, 100)),
        ("flaps", {}, "settled", "as declared for 15 s", (55, 60)),
        ("flaps", {"hold": 4.0}, "settled", "as declared for 4 s", (4, 5)),
        ("well", {"hold": 0.0}, "settled", "as declared for 0 s", (38, 43)),
        ("another", {"meant": RUNS, "hold": 0.0, "settle": 10.0}, "settled", "as declared for 0 s", (0.2, 0.5)),
        ("another", {"meant": RUNS, "settle": 10.0}, "settled", "as declared for 5 s", (5, 5.5)),
        ("foreign", {}, "settled", "as declared for 15 s", (15, 16)),
    ],
)
def test_waiting_ends_with_words_of_its_own(watched, world, options, end, reason, between):
    observation, told, _ = watched(world, **options)
    found = observation.settling[PRODUCTION]
    assert (found.end, found.reason) == (end, reason)
    assert between[0] <= found.seconds <= between[1]
    assert reason in told[-1]


@pytest.mark.parametrize(
    ("world", "meant", "drifted", "says"),
    [
        ("failed", MEANT, {"HK003", "HK009"}, "its release v10 failed"),
        ("crashes", MEANT, {"HK006", "HK008"}, "web.1 crashes again and again on v10"),
        ("another", MEANT, {"HK009"}, f"current release v9 runs {RUNS}, not {MEANT}: there is no release of it"),
        ("overtaken", MEANT, {"HK006", "HK007", "HK009"}, "its release v10 was overtaken"),
        ("overtaking", MEANT, {"HK003"}, "release v11 still pending after 10 s"),
        ("stuck", MEANT, {"HK003", "HK009"}, "release v10 still pending after 100 s"),
        ("never up", MEANT, {"HK006"}, "0 of 1 web up (web.1 starting)"),
    ],
)
def test_nothing_is_excused_once_a_run_has_waited(watched, play_for_verdicts, tmp_path, world, meant, drifted, says):
    observation, _, _ = watched(world, meant=meant)
    (tmp_path / "saved.json").write_bytes(dump(observation))
    arguments = ("tests_live", "-m", "live", f"--app={PRODUCTION}", "-k", "HK0 or WEB0")
    played = play_for_verdicts(*arguments, f"--observed={tmp_path / 'saved.json'}")
    assert played.code == 1, played.out
    of_it = {"HK003", "HK006", "HK007", "HK008", "HK009", "WEB001"}
    assert set(played.subjects("drifted")) & of_it == drifted, played.out
    assert says in str(played.verdicts)


def test_what_was_as_declared_too_briefly_conforms(watched, play_for_verdicts, tmp_path):
    observation, _, _ = watched("late")
    assert observation.timeline[-1].endswith("as declared for 5 s alone, not for 15, and 100 s are over")
    (tmp_path / "saved.json").write_bytes(dump(observation))
    chosen = "HK003 or HK006 or HK007 or HK008 or HK009 or WEB001"
    arguments = ("tests_live", "-m", "live", f"--app={PRODUCTION}", "-k", chosen)
    played = play_for_verdicts(*arguments, f"--observed={tmp_path / 'saved.json'}")
    assert "HK003" in played.subjects("conforms")
    assert played.subjects("drifted") == {}, played.out


def test_a_commit_that_github_does_not_have_tells_nothing_of_the_one_that_was_meant(
    watched, play_for_verdicts, tmp_path
):
    observation, _, _ = watched("foreign")
    (tmp_path / "saved.json").write_bytes(dump(observation))
    arguments = ("tests_live", "-m", "live", f"--app={PRODUCTION}", "-k", "test_what_runs_is_the_commit")
    played = play_for_verdicts(*arguments, f"--observed={tmp_path / 'saved.json'}")
    assert set(played.subjects("unknown")) == {"HK009"}
    assert f"GitHub does not have {FOREIGN}, which v10 runs" in played.out


@pytest.mark.parametrize(
    ("world", "says", "meant", "outcome", "told"),
    [
        ("foreign", MEANT, MEANT, "conforms", ""),
        ("foreign", RUNS, MEANT, "drifted", f"GET /version says that it is {RUNS}, not {MEANT}"),
        ("foreign", "v1.2", MEANT, "unknown", "answered 200 without a commit"),
        ("foreign", MEANT, None, "not applicable", ""),
        ("another", RUNS, RUNS, "conforms", ""),
        ("another", RUNS, None, "conforms", ""),
        ("another", MEANT, None, "drifted", f"GET /version says that it is {MEANT}, not {RUNS}"),
        ("another", MEANT, RUNS, "drifted", f"GET /version says that it is {MEANT}, not {RUNS}"),
        ("another", MEANT, MEANT, "drifted", f"current release v9 runs {RUNS}, not {MEANT}"),
    ],
)
def test_the_apps_own_answer_must_agree(watched, play_for_verdicts, tmp_path, world, says, meant, outcome, told):
    source = (PROJECT / "estate.yaml").read_text().replace("checkout: fixtures", f"checkout: {PROJECT}/fixtures")
    told_at = "/api/system/status, {path: /version, commit: true}]"
    (tmp_path / "estate.yaml").write_text(source.replace("/api/system/status]", told_at))
    answer = {"at": [*APP, "responses", "/version"], "set": {"status": 200, "text": says}}
    estate = load(tmp_path / "estate.yaml")
    observation, _, _ = watched(world, settle=0.0, meant=meant, estate=estate, more=[answer])
    (tmp_path / "saved.json").write_bytes(dump(observation))
    assert "v1.2" not in (tmp_path / "saved.json").read_text()
    arguments = (f"--app={PRODUCTION}", f"--estate={tmp_path / 'estate.yaml'}", "-k", "test_what_runs_is_the_commit")
    played = play_for_verdicts("tests_live", "-m", "live", *arguments, f"--observed={tmp_path / 'saved.json'}")
    assert set(played.subjects(outcome)) == {"HK009"}, played.out
    assert told in played.out


def test_only_what_was_waited_for_is_looked_at_again(watched):
    both = frozenset({PRODUCTION, STAGING})
    observation, _, log = watched("well", apps=both)
    assert set(observation.settling) == both
    assert observation.settling[STAGING].seconds < observation.settling[PRODUCTION].seconds
    asked = [f"{each.host}{each.path}" for each in log]
    assert len([each for each in asked if "api.github.com" in each]) == len(
        {each for each in asked if "api.github.com" in each}
    )
    assert asked.count(f"api.heroku.com/apps/{STAGING}/dynos") < asked.count(f"api.heroku.com/apps/{PRODUCTION}/dynos")


def test_somebody_who_waits_is_told_that_it_still_waits(watched):
    observation, told, _ = watched("stuck")
    still = [line for line in told if "still release v10 is pending, since 05:59:55" in line]
    assert still[0] == f"settling: {PRODUCTION}: after 30 s still release v10 is pending, since 05:59:55"
    assert len(observation.timeline) == 2


def test_a_reason_is_told_again_only_where_it_is_another(client, estate):
    """The provider's clock moves on; the reason does not."""
    seconds = iter(range(1000))

    def handler(request):
        at = {"Date": f"Fri, 08 May 2026 06:{next(seconds) % 60:02}:00 GMT"}
        return httpx.Response(503 if request.url.host.endswith("herokuapp.com") else 403, headers=at)

    observation = sweep(estate, ONLY, client(handler), "x", wanted=Wanted(ONLY.apps, 0.9))
    first, last = observation.timeline
    assert "GET /health answers 503, declared 200" in first
    assert "has not settled in 0.9 s" in last
    assert len(observation.transcript) > 6


def test_without_settling_nothing_is_observed_again(watched):
    observation, told, log = watched("well", settle=0.0, meant=None)
    assert observation.timeline == tuple(told) == ()
    assert observation.settling == {}
    asked = [each.path for each in log if each.host == "api.heroku.com"]
    assert len(asked) == len(set(asked))
