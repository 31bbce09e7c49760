from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.observe.sweep import sweep, unsettled
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

PRODUCTION, STAGING = "raxx-api-prod", "raxx-api-staging"
ROLLOUT = """
summary: a deploy that comes to its end
over: healthy
trips: {}
world:
  - at: [heroku, apps, raxx-api-prod, releases]
    append:
      version: 10
      description: Deploy
      slug: c0de4f2a91c0d5b37e68f1c94a2be07d836159cb
      status: pending
      created_at: "-5s"
  - {at: [heroku, apps, raxx-api-prod, releases, {version: 10}, status], set: succeeded, after: 2s}
  - {at: [heroku, apps, raxx-api-prod, dynos, web.1], set: {state: starting, release: 10, since: "+2s"}, after: 2s}
  - {at: [heroku, apps, raxx-api-prod, dynos, web.1], set: {state: up, release: 10, since: "+5s"}, after: 5s}
"""


@pytest.fixture
def reasons(healthy, estate, everything):
    """Give a function that changes what was observed of production, and gives why each app has not settled."""

    observation, _ = healthy

    def tell(**changes):
        state = observation.apps[PRODUCTION]
        for part, change in changes.items():
            fact = getattr(state, part)
            new = change(fact) if callable(change) else change
            state = replace(state, **{part: new})
        changed = replace(observation, apps={**observation.apps, PRODUCTION: state})
        return list(unsettled(estate, everything, changed))

    return tell


def first(**changes):
    return lambda fact: replace(fact, value=(replace(fact.value[0], **changes), *fact.value[1:]))


# What has not settled.


def test_a_healthy_world_has_settled(reasons):
    assert reasons() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"releases": first(status="pending")}, "release v9 is pending"),
        ({"dynos": first(state="starting")}, "web.1 is starting"),
        ({"dynos": first(release=8)}, "web.1 still runs v8, current is v9"),
    ],
)
def test_what_is_on_its_way_has_not_settled(reasons, changes, reason):
    assert reasons(**changes) == [(PRODUCTION, reason)]


@pytest.mark.parametrize(
    "changes",
    [
        {"releases": first(status="failed")},
        {"releases": Observed(())},
        {"dynos": first(state="crashed")},
        {"dynos": Observed(())},
        {"dynos": first(type="run", state="starting", release=1)},
        {"dynos": first(release=10)},
        {"dynos": Unobserved("dynos", "GET x", "answered 403", "")},
        {"releases": Unobserved("releases", "GET x", "answered 403", "")},
        {"app": Absent("app"), "releases": Absent("releases"), "dynos": Absent("dynos"), "probes": {}},
    ],
)
def test_what_will_not_move_by_itself_has_settled(reasons, changes):
    assert reasons(**changes) == []


def test_a_probe_that_answers_otherwise_than_declared_has_not_settled(reasons):
    def answers(status):
        return lambda probes: {**probes, "/health": first_probe(probes, status)}

    def first_probe(probes, status):
        return replace(probes["/health"], value=replace(probes["/health"].value, status=status))

    assert reasons(probes=answers(503)) == [(PRODUCTION, "GET /health answers 503, declared 200")]
    assert reasons(probes=answers(200)) == []


def test_a_probe_that_gives_no_answer_has_not_settled(reasons):
    silent = Unobserved("/health", "GET https://x.example/health", "gave no answer within 10 s", "")
    assert reasons(probes=lambda probes: {**probes, "/health": silent}) == [
        (PRODUCTION, "GET /health gave no answer within 10 s")
    ]


def test_a_probe_that_nobody_can_ask_has_settled(healthy, estate):
    observation, _ = healthy
    unknown = Unobserved("app", "GET x", "answered 401", "")
    state = replace(observation.apps[STAGING], app=unknown, probes=dict.fromkeys(("/health",), unknown))
    scope = Scope(frozenset({STAGING}), frozenset())
    assert list(unsettled(estate, scope, replace(observation, apps={STAGING: state}))) == []


def test_what_is_out_of_scope_is_not_waited_for(healthy, estate):
    observation, _ = healthy
    state = observation.apps[PRODUCTION]
    moving = {**observation.apps, PRODUCTION: replace(state, dynos=first(state="starting")(state.dynos))}
    scope = Scope(frozenset({STAGING}), frozenset())
    assert list(unsettled(estate, scope, replace(observation, apps=moving))) == []


# Observed again, until it has.


@pytest.fixture
def rollout(tmp_path):
    """A sandbox in which a deploy is under way; its time is what `now` says."""
    for kind in ("scenarios", "faults"):
        (tmp_path / kind).mkdir()
    world = Path("scenarios") / "healthy.yaml"
    (tmp_path / world).write_text((PROJECT / "fixtures" / world).read_text())
    (tmp_path / "faults" / "rollout.yaml").write_text(ROLLOUT)
    now = [0.0]
    with Sandbox.start("healthy+rollout", folder=tmp_path, elapsed=lambda: now[0]) as sandbox:
        sandbox.now = now
        yield sandbox


def test_only_what_has_not_settled_is_observed_again_and_told_as_a_timeline(rollout, client, estate, everything):
    def later(_):
        rollout.now[0] += 3

    told = []
    observation = sweep(
        estate,
        everything,
        client(route_to=rollout.origin),
        "x",
        settle=10,
        say=lambda line: (told.append(line), later(line)),
    )
    assert observation.timeline == (
        f"06:00:00 {PRODUCTION}: release v10 is pending",
        f"06:00:03 {PRODUCTION}: web.1 is starting",
    )
    assert told == [f"settling: {line}" for line in observation.timeline]
    assert observation.apps[PRODUCTION].dynos.value[0].state == "up"
    assert observation.apps[PRODUCTION].releases.value[0].current
    assert f"{observation.as_of:%H:%M:%S}" == "06:00:06"
    asked = [f"{each.host}{each.path}" for each in rollout.log]
    times = {asked.count(each) for each in asked if f"/{PRODUCTION}/" in each or f"{PRODUCTION}-" in each}
    assert times == {3}
    rest = [each for each in asked if f"/{PRODUCTION}/" not in each and f"{PRODUCTION}-" not in each]
    assert len(rest) == len(set(rest))
    assert f"api.heroku.com/apps/{PRODUCTION}" in rest
    for fact in (observation.apps[PRODUCTION].dynos, observation.apps[PRODUCTION].releases):
        assert [observation.transcript[each].status for each in fact.requests] == [200]
        assert min(fact.requests) > len(rest)


def test_what_never_settles_is_given_up_in_time_and_told_once(rollout, client, estate, everything):
    observation = sweep(estate, everything, client(route_to=rollout.origin), "x", settle=0.9)
    assert observation.timeline == (f"06:00:00 {PRODUCTION}: release v10 is pending",)
    assert observation.apps[PRODUCTION].releases.value[0].status == "pending"
    asked = [each.path for each in rollout.log]
    assert asked.count(f"/apps/{PRODUCTION}/dynos") >= 3


def test_a_reason_is_told_again_only_where_it_is_another(client, estate):
    """The provider's clock moves on; the reason does not."""
    seconds = iter(range(1000))

    def handler(request):
        at = {"Date": f"Fri, 08 May 2026 06:{next(seconds) % 60:02}:00 GMT"}
        return httpx.Response(503 if request.url.host.endswith("herokuapp.com") else 403, headers=at)

    observation = sweep(estate, Scope(frozenset({PRODUCTION}), frozenset()), client(handler), "x", settle=0.9)
    assert len(observation.timeline) == 1
    assert "GET /health answers 503, declared 200" in observation.timeline[0]
    assert len(observation.transcript) > 6


def test_without_settling_nothing_is_observed_again(rollout, client, estate, everything):
    observation = sweep(estate, everything, client(route_to=rollout.origin), "x")
    assert observation.timeline == ()
    asked = [each.path for each in rollout.log if each.host == "api.heroku.com"]
    assert len(asked) == len(set(asked))
