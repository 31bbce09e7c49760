import json
import threading
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest

from asbuilt.model import Absent, Observed, Unobserved, dump, restore
from asbuilt.observe.settling import Wanted
from asbuilt.observe.sweep import sweep
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

REPOSITORY = "MooseQuest/TradeMasterAPI"
DEPLOYING = ".github/workflows/deploy-heroku.yml"
PRODUCTION, STAGING = "raxx-api-prod", "raxx-api-staging"
BEGINS = datetime(2026, 5, 8, 6, 0, tzinfo=UTC)


@pytest.fixture
def observe(client, estate, everything):
    """Give a function that sweeps a sandbox world; it gives the observation, and what was asked as HOST/PATH."""

    def run(world, scope=everything, estate=estate, **options):
        with Sandbox.start(world) as sandbox:
            asked = client(route_to=sandbox.origin, timeout=5)
            observation = sweep(estate, scope, asked, f"sandbox {world}", **options)
            return observation, [f"{each.host}{each.path}" for each in sandbox.log]

    return run


def facts(observation):
    """Give every fact of an observation by its name."""
    for name, app in observation.apps.items():
        for part in ("app", "releases", "formation", "dynos", "builds"):
            yield f"{name} {part}", getattr(app, part)
        yield from ((f"{name} {path}", fact) for path, fact in app.probes.items())
        yield from ((f"{name} code {code}", fact) for code, fact in app.codes.items())
    for name, repository in observation.repositories.items():
        for part in ("repository", "environments", "workflows"):
            yield f"{name} {part}", getattr(repository, part)
        for part in ("runs", "histories", "deployments", "jobs", "statuses", "comparisons"):
            for key, fact in getattr(repository, part).items():
                yield f"{name} {part} {key}", fact
        for part in ("waiting", "protected", "latest"):
            if (fact := getattr(repository, part)) is not None:
                yield f"{name} {part}", fact


def scope(*apps, repositories=()):
    return Scope(frozenset(apps), frozenset(repositories))


# Everything.


def test_in_a_healthy_world_every_fact_is_observed(healthy):
    observation, asked = healthy
    found = dict(facts(observation))
    deployments, runs = (found[f"{REPOSITORY} {each}"] for each in ("deployments production", f"runs {DEPLOYING}"))
    assert {name: str(fact) for name, fact in found.items() if not isinstance(fact, Observed)} == {}
    assert set(found) == {
        *(
            f"{app} {part}"
            for app in (PRODUCTION, STAGING)
            for part in ("app", "releases", "formation", "dynos", "builds", "/health", "/api/system/status")
        ),
        *(f"{app} code {each}" for app in (PRODUCTION, STAGING) for each in observation.apps[app].codes),
        f"{REPOSITORY} repository",
        f"{REPOSITORY} environments",
        f"{REPOSITORY} workflows",
        f"{REPOSITORY} waiting",
        f"{REPOSITORY} latest",
        f"{REPOSITORY} runs .github/workflows/deploy.yml",
        f"{REPOSITORY} runs {DEPLOYING}",
        f"{REPOSITORY} histories deploy-heroku.yml * *",
        f"{REPOSITORY} deployments production",
        *(f"{REPOSITORY} statuses {each.id}" for each in deployments.value),
        f"{REPOSITORY} comparisons {runs.value[0].sha}...main",
    }
    assert observation.world == "sandbox healthy"
    assert {len(each.codes) for each in observation.apps.values()} == {1}
    assert len(asked) == len(set(asked)) == len(observation.transcript)


def test_each_fact_rests_on_the_requests_that_told_it(healthy):
    observation, _ = healthy
    parts = {
        f"{PRODUCTION} app": "/apps/raxx-api-prod",
        f"{PRODUCTION} dynos": "/apps/raxx-api-prod/dynos",
        f"{PRODUCTION} /health": "a60a19e5efbf.herokuapp.com/health",
        f"{REPOSITORY} workflows": "/actions/workflows?per_page=100",
    }
    for name, fact in facts(observation):
        urls = [observation.transcript[each].url for each in fact.requests]
        assert urls
        assert all(url.endswith(parts.get(name, "")) for url in urls)
    assert sorted(each for _, fact in facts(observation) for each in fact.requests) == list(
        range(len(observation.transcript))
    )


def test_the_whole_observation_can_be_saved_and_restored(observe, tmp_path):
    observation, _ = observe("incident-2026-04-30")
    (tmp_path / "observation.json").write_bytes(dump(observation))
    assert restore(tmp_path / "observation.json") == observation


# As of.


def test_the_clock_is_the_providers_not_this_machines(observe):
    observation, _ = observe("healthy@2024-02-29T12:00:00Z")
    assert datetime(2024, 2, 29, 12, tzinfo=UTC) <= observation.as_of < datetime(2024, 2, 29, 12, 1, tzinfo=UTC)


def test_the_clock_is_the_latest_that_a_provider_told_and_no_apps(client, estate):
    days = count(1)

    def handler(request):
        if request.url.host.endswith("herokuapp.com"):
            return httpx.Response(200, headers={"Date": "Fri, 01 Jan 2099 00:00:00 GMT"})
        return httpx.Response(403, headers={"Date": f"Fri, {next(days):02} May 2026 06:00:00 GMT"})

    observation = sweep(estate, scope(PRODUCTION), client(handler), "live")
    assert observation.apps[PRODUCTION].probes["/health"].value.status == 200
    assert observation.as_of == datetime(2026, 5, next(days) - 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Fri, 08 May 2026 06:00:00 -0000", "Fri, 08 May 2026 06:00:00 GMT"])
def test_dates_with_and_without_a_zone_compare(client, estate, everything, date):
    dates = count()
    observation = sweep(
        estate,
        everything,
        client(
            lambda _: httpx.Response(403, headers={"Date": date if next(dates) % 2 else "Fri, 01 May 2026 06:00:00"})
        ),
        "live",
    )
    assert observation.as_of == BEGINS


def test_without_any_date_the_clock_is_this_machines(client, estate, everything):
    before = datetime.now(UTC)
    observation = sweep(estate, everything, client(lambda _: httpx.Response(403)), "live")
    assert before <= observation.as_of <= datetime.now(UTC)


# Scope.


def test_an_app_in_scope_is_asked_about_with_its_deploys_and_nothing_else(observe):
    observation, asked = observe("healthy", scope(PRODUCTION))
    (deployment,) = observation.repositories[REPOSITORY].deployments["production"].value
    (code,) = observation.apps[PRODUCTION].codes
    assert sorted(each.partition("?")[0] for each in asked) == [
        "api.github.com/repos/MooseQuest/TradeMasterAPI",
        "api.github.com/repos/MooseQuest/TradeMasterAPI/actions/workflows/deploy-heroku.yml/runs",
        "api.github.com/repos/MooseQuest/TradeMasterAPI/deployments",
        f"api.github.com/repos/MooseQuest/TradeMasterAPI/deployments/{deployment.id}/statuses",
        "api.heroku.com/apps/raxx-api-prod",
        "api.heroku.com/apps/raxx-api-prod/builds",
        "api.heroku.com/apps/raxx-api-prod/dynos",
        "api.heroku.com/apps/raxx-api-prod/formation",
        "api.heroku.com/apps/raxx-api-prod/releases",
        f"api.heroku.com/apps/raxx-api-prod/slugs/{code}",
        "raxx-api-prod-a60a19e5efbf.herokuapp.com/api/system/status",
        "raxx-api-prod-a60a19e5efbf.herokuapp.com/health",
    ]
    assert set(observation.apps) == {PRODUCTION}
    out_of_scope = observation.repositories[REPOSITORY].environments
    assert isinstance(out_of_scope, Unobserved)
    assert str(out_of_scope) == "no request was made: out of the run's scope"
    assert "--repository" in out_of_scope.remedy


def test_a_repository_in_scope_is_asked_about_with_its_deploys_and_no_probe(observe):
    observation, asked = observe("healthy", scope(repositories=[REPOSITORY]))
    assert [each for each in asked if "herokuapp.com" in each] == []
    assert sorted(each for each in asked if "api.heroku.com" in each) == [
        "api.heroku.com/apps/raxx-api-prod",
        "api.heroku.com/apps/raxx-api-staging",
    ]
    assert {name: type(fact) for name, fact in facts(observation) if REPOSITORY in name} == {
        name: Observed for name, _ in facts(observation) if REPOSITORY in name
    }
    assert observation.apps[PRODUCTION].dynos.reason == "was made: out of the run's scope"


def test_a_scope_of_nothing_asks_nothing(observe):
    observation, asked = observe("healthy", scope())
    assert (observation.apps, observation.repositories, observation.transcript, asked) == ({}, {}, (), [])


# What is not there, and what cannot be seen.


def test_with_an_app_its_parts_are_absent(observe):
    observation, asked = observe("healthy+app-deleted")
    gone = next(state for state in observation.apps.values() if isinstance(state.app, Absent))
    name = gone.app.what.removeprefix("app ")
    for part, fact in (("releases", gone.releases), ("formation", gone.formation), ("dynos", gone.dynos)):
        assert fact == Absent(f"{part} of {name}", gone.app.requests)
    assert [each for each in asked if each.startswith(f"api.heroku.com/apps/{name}/")] == []


def test_a_url_that_is_declared_is_probed_even_where_the_app_is_gone(client, estate, everything):
    app = estate.apps[PRODUCTION]
    for url in ("https://shop.example", None):
        changed = estate.model_copy(update={"apps": {**estate.apps, PRODUCTION: app.model_copy(update={"url": url})}})
        observation = sweep(changed, everything, client(lambda _: httpx.Response(404)), "live")
        probe = observation.apps[PRODUCTION].probes["/health"]
        if url:
            assert (probe.value.url, probe.value.status) == ("https://shop.example/health", 404)
        else:
            assert probe == Absent(f"{PRODUCTION} /health", observation.apps[PRODUCTION].app.requests)


def test_an_app_without_any_url_cannot_be_probed_and_says_why(client, estate):
    raw = {
        "name": STAGING,
        "web_url": None,
        "created_at": "2026-04-02T09:14:20Z",
        "maintenance": False,
        "slug_size": None,
        "repo_size": None,
    }

    def handler(request):
        return httpx.Response(200, json=raw if request.url.path == f"/apps/{STAGING}" else [])

    probe = sweep(estate, scope(STAGING), client(handler), "live").apps[STAGING].probes["/health"]
    assert str(probe) == "no request was made: the app has no web_url"
    assert probe.what == f"{STAGING} /health"


def test_with_a_repository_its_parts_are_absent(observe):
    observation, asked = observe("healthy+repository-gone")
    state = observation.repositories[REPOSITORY]
    assert isinstance(state.repository, Absent)
    assert state.environments == Absent(f"environments of {REPOSITORY}", state.repository.requests)
    assert state.workflows == Absent(f"workflows of {REPOSITORY}", state.repository.requests)
    assert (state.runs, state.histories, state.deployments, state.jobs) == ({}, {}, {}, {})
    assert (state.waiting, state.protected) == (None, None)
    assert len([each for each in asked if "api.github.com" in each]) == 1


def test_what_cannot_be_seen_of_a_subject_is_unknown_of_its_parts(client, estate, everything):
    observation = sweep(estate, everything, client(lambda _: httpx.Response(401)), "live")
    state = observation.apps[STAGING]
    for part in (state.releases, state.formation, state.dynos, *state.probes.values()):
        assert (part.request, part.reason) == (state.app.request, state.app.reason)
    assert state.dynos.what == f"dynos of {STAGING}"
    assert observation.repositories[REPOSITORY].environments.reason == "answered 401: the token is not valid"


def test_one_fact_that_cannot_be_seen_leaves_the_others(observe):
    observation, _ = observe("healthy+dynos-forbidden")
    unknown = [name for name, fact in facts(observation) if isinstance(fact, Unobserved)]
    assert unknown
    assert all(name.endswith(" dynos") for name in unknown)


def test_the_runs_of_undeclared_workflow_files_are_observed_too(observe, estate):
    repository = estate.repositories[REPOSITORY]
    declared = {name: each for name, each in repository.workflows.items() if name != "deploy.yml"}
    narrower = estate.model_copy(
        update={"repositories": {REPOSITORY: repository.model_copy(update={"workflows": declared})}}
    )
    observation, _ = observe("healthy", estate=narrower)
    runs = observation.repositories[REPOSITORY].runs[".github/workflows/deploy.yml"]
    assert runs.value[0].conclusion == "success"


@pytest.mark.parametrize(
    ("path", "state", "asked_for"),
    [
        (".github/workflows/other.yml", "active", True),
        (".github/workflows/other.yml", "disabled_manually", False),
        ("dynamic/pages/pages-build-deployment", "active", False),
    ],
)
def test_only_active_workflow_files_are_asked_about(client, estate, path, state, asked_for):
    repository = {"full_name": REPOSITORY, "default_branch": "main", "archived": False, "private": True}
    bodies = {
        f"/repos/{REPOSITORY}": repository,
        f"/repos/{REPOSITORY}/actions/workflows": {"workflows": [{"name": "x", "path": path, "state": state}]},
    }
    asked = client(lambda request: httpx.Response(200, json=bodies.get(request.url.path, {"workflow_runs": []})))
    observation = sweep(estate, scope(repositories=[REPOSITORY]), asked, "live")
    assert (path in observation.repositories[REPOSITORY].runs) == asked_for
    assert ("/other.yml/runs" in repr(observation.transcript)) == asked_for


# Nothing raises.


@pytest.mark.parametrize(
    "reply",
    [
        *({"status_code": each} for each in (200, 204, 301, 304, 400, 401, 403, 404, 410, 418, 451, 500, 599)),
        *(
            {"status_code": 200, "text": each}
            for each in ("null", "7", "[]", "{}", "[null]", '"x"', "<html>", "[" * 9999)
        ),
        {"status_code": 200, "json": {"name": "x", "web_url": 7, "created_at": None}},
        {"status_code": 302, "headers": {"Location": "/round"}},
        {"status_code": 302, "headers": {"Location": "mailto:x"}},
        {"status_code": 302, "headers": {"Location": "https://["}},
        {"status_code": 200, "content": b"x", "headers": {"Content-Encoding": "gzip"}},
        *(
            {"status_code": 403, "headers": {"Date": each}}
            for each in ("", "x", "Fri, 01 May 2026 06:00:00 +9999999999")
        ),
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.PoolTimeout("x"),
        httpx.InvalidURL("x"),
        UnicodeError("x"),
    ],
    ids=lambda reply: str(reply)[:60],
)
def test_whatever_comes_back_a_sweep_ends_and_can_be_saved(client, estate, everything, reply, tmp_path):
    def handler(_):
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(**reply)

    observation = sweep(estate, everything, client(handler), "live", wanted=Wanted(everything.apps, 0.3))
    (tmp_path / "observation.json").write_bytes(dump(observation))
    assert restore(tmp_path / "observation.json") == observation
    assert [name for name, fact in facts(observation) if isinstance(fact, Observed) and "/" not in name] == []


@pytest.fixture(scope="module")
def documents():
    """Give a function that gives what a healthy world answers to a request."""
    known = {}
    with Sandbox.start("healthy") as sandbox, httpx.Client(base_url=sandbox.origin) as real:

        def document(request):
            if request.url not in known:
                known[request.url] = real.get(request.url.raw_path.decode(), headers=request.headers).json()
            return known[request.url]

        yield document


@pytest.mark.parametrize("wrong", [None, 7, "x", "\ud800", [], {}, "2026-04-30T16:30:00"], ids=repr)
@pytest.mark.parametrize("kind", [bool, int, str, list, dict, type(None)])
def test_whatever_is_of_another_type_a_sweep_ends_and_can_be_saved(
    client, estate, everything, documents, kind, wrong, tmp_path
):
    def spoil(value, *, whole=False):
        if type(value) is kind and not whole:
            return wrong
        if isinstance(value, dict):
            return {key: spoil(each) for key, each in value.items()}
        return [spoil(each, whole=True) for each in value] if isinstance(value, list) else value

    def handler(request):
        return httpx.Response(200, content=json.dumps(spoil(documents(request), whole=True)).encode())

    observation = sweep(estate, everything, client(handler), "live")
    (tmp_path / "observation.json").write_bytes(dump(observation))
    assert restore(tmp_path / "observation.json") == observation


def test_an_interrupted_sweep_asks_no_more(client, estate):
    app = estate.apps[STAGING]
    apps = {f"app-{each:03}": app.model_copy(update={"name": f"app-{each:03}"}) for each in range(200)}
    never = threading.Event()

    def handler(request):
        return httpx.Response(404 if request.url.path == "/apps/app-000" or never.wait(0.5) else 403)

    def interrupt(count):
        if count == 1:
            raise KeyboardInterrupt

    asked = client(handler, progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        sweep(estate.model_copy(update={"apps": apps}), scope(*apps), asked, "live")
    assert len(asked.transcript) < 100
