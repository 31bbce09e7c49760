"""The two scenarios say what the incident said, and what its repair would say, over real sockets."""

from __future__ import annotations

import pytest

from asbuilt.sandbox.scenario import FIXTURES, ScenarioError, load

PROD = "raxx-api-prod-a60a19e5efbf.herokuapp.com"
STAGING = "raxx-api-staging-3c7d19e2b5f8.herokuapp.com"
REPOSITORY = "/repos/MooseQuest/TradeMasterAPI"


@pytest.fixture
def incident(start):
    return start("incident-2026-04-30")


@pytest.fixture
def healthy(start):
    return start("healthy")


def runs(caller, file, **filters):
    return caller.github(
        f"{REPOSITORY}/actions/workflows/{file}/runs?per_page=100&" + "&".join(f"{k}={v}" for k, v in filters.items())
    ).json()["workflow_runs"]


def test_production_has_seven_config_only_releases(incident):
    releases = incident.heroku("/apps/raxx-api-prod/releases", Range="version ..").json()
    assert [release["version"] for release in releases] == [1, 2, 3, 4, 5, 6, 7]
    assert {(release["slug"], release["status"]) for release in releases} == {(None, "succeeded")}
    assert [release["version"] for release in releases if release["current"]] == [7]


def test_production_has_no_code_and_no_dynos(incident):
    app = incident.heroku("/apps/raxx-api-prod").json()
    assert (app["slug_size"], app["repo_size"]) == (None, None)
    assert app["created_at"].startswith("2026-04-22T")
    assert app["web_url"] == f"https://{PROD}/"
    assert incident.heroku("/apps/raxx-api-prod/formation").json() == []
    assert incident.heroku("/apps/raxx-api-prod/dynos").json() == []


@pytest.mark.parametrize("path", ["/", "/health", "/api/system/status"])
def test_production_answers_502_on_every_path(incident, path):
    response = incident.ask(PROD, path)
    assert (response.status_code, response.headers["Server"]) == (502, "Heroku")
    assert "https://www.herokucdn.com/error-pages/application-error.html" in response.text


def test_staging_is_well(incident):
    assert incident.ask(STAGING, "/health").status_code == 200
    assert incident.ask(STAGING, "/api/system/status").status_code == 200
    dyno = incident.heroku("/apps/raxx-api-staging/dynos/web.1").json()
    newest = incident.heroku("/apps/raxx-api-staging/releases", Range="version ..; order=desc,max=1").json()[0]
    assert (dyno["state"], dyno["release"]["version"]) == ("up", newest["version"])


def test_stagings_newest_release_is_the_newest_push(incident):
    newest = incident.heroku("/apps/raxx-api-staging/releases", Range="version ..; order=desc,max=1").json()[0]
    slug = incident.heroku(f"/apps/raxx-api-staging/slugs/{newest['slug']['id']}").json()
    run = runs(incident, "deploy-heroku.yml", branch="main")[0]
    assert slug["commit"] == run["head_sha"]
    assert newest["description"] == f"Deploy {run['head_sha'][:8]}"
    assert run["created_at"] < newest["created_at"] < run["updated_at"]


def test_every_staging_deploy_is_a_green_run(incident):
    releases = incident.heroku("/apps/raxx-api-staging/releases", Range="version ..").json()
    deployed = [release["description"] for release in releases if release["slug"]]
    shas = [run["head_sha"] for run in runs(incident, "deploy-heroku.yml", status="success")]
    assert deployed == [f"Deploy {sha[:8]}" for sha in reversed(shas)]


def test_there_is_no_production_environment(incident):
    environments = incident.github(f"{REPOSITORY}/environments").json()["environments"]
    assert [environment["name"] for environment in environments] == ["staging"]
    assert environments[0]["protection_rules"] == []
    assert environments[0]["deployment_branch_policy"] is None
    assert incident.github(f"{REPOSITORY}/environments/production").status_code == 404


def test_deploy_yml_is_red_on_every_push_since_before_the_app(incident):
    red = runs(incident, "deploy.yml")
    assert {(run["event"], run["head_branch"], run["conclusion"]) for run in red} == {("push", "main", "failure")}
    assert red[-1]["created_at"] < "2026-04-22"
    jobs = incident.github(f"{REPOSITORY}/actions/runs/{red[0]['id']}/jobs").json()["jobs"]
    assert {job["name"]: job["conclusion"] for job in jobs} == {"test": "success", "deploy-staging": "failure"}


def test_deploy_heroku_yml_is_green_on_every_push_and_never_dispatched(incident):
    green = runs(incident, "deploy-heroku.yml")
    assert {(run["event"], run["head_branch"], run["conclusion"]) for run in green} == {("push", "main", "success")}
    assert [run["head_sha"] for run in green] == [run["head_sha"] for run in runs(incident, "deploy.yml")]
    assert runs(incident, "deploy-heroku.yml", event="workflow_dispatch") == []
    assert incident.github(f"{REPOSITORY}/deployments?environment=production").json() == []


def test_the_clock_is_the_scenarios(incident):
    assert incident.heroku("/account").headers["Date"].startswith("Thu, 30 Apr 2026 16:30:")


def test_the_repaired_production_runs_what_the_dispatch_deployed(healthy):
    (dispatch,) = runs(healthy, "deploy-heroku.yml", event="workflow_dispatch")
    assert (dispatch["conclusion"], dispatch["created_at"][:10]) == ("success", "2026-05-01")
    (deployment,) = healthy.github(f"{REPOSITORY}/deployments?environment=production").json()
    eighth, ninth = (healthy.heroku(f"/apps/raxx-api-prod/releases/{version}").json() for version in (8, 9))
    slug = healthy.heroku(f"/apps/raxx-api-prod/slugs/{eighth['slug']['id']}").json()
    assert slug["commit"] == dispatch["head_sha"] == deployment["sha"]
    assert dispatch["created_at"] < eighth["created_at"] < dispatch["updated_at"]
    assert dispatch["created_at"] < deployment["created_at"] < dispatch["updated_at"]
    assert (ninth["slug"], ninth["current"], eighth["current"]) == (eighth["slug"], True, False)


def test_the_repaired_production_is_up(healthy):
    (dyno,) = healthy.heroku("/apps/raxx-api-prod/dynos").json()
    assert (dyno["name"], dyno["state"], dyno["release"]["version"]) == ("web.1", "up", 9)
    assert isinstance(healthy.heroku("/apps/raxx-api-prod").json()["slug_size"], int)
    assert healthy.ask(PROD, "/health").status_code == 200
    assert healthy.ask(PROD, "/api/system/status").status_code == 200


def test_the_repaired_environment_is_protected(healthy):
    environment = healthy.github(f"{REPOSITORY}/environments/production").json()
    rules = {rule["type"]: rule for rule in environment["protection_rules"]}
    assert set(rules) == {"required_reviewers", "branch_policy"}
    assert [item["reviewer"]["login"] for item in rules["required_reviewers"]["reviewers"]] == ["Kristerpher"]
    assert environment["deployment_branch_policy"] == {"protected_branches": False, "custom_branch_policies": True}
    policies = healthy.github(f"{REPOSITORY}/environments/production/deployment-branch-policies").json()
    assert [policy["name"] for policy in policies["branch_policies"]] == ["main"]


def test_the_repaired_deploy_yml_is_green_since_may(healthy):
    results = {(run["conclusion"], run["created_at"] >= "2026-05-01") for run in runs(healthy, "deploy.yml")}
    assert results == {("failure", False), ("success", True)}
    assert runs(healthy, "deploy.yml")[0]["conclusion"] == "success"


def test_two_starts_serve_the_same(start):
    paths = ("/apps", "/apps/raxx-api-prod/releases")
    first, second = start("healthy"), start("healthy")
    assert [first.heroku(path).content for path in paths] == [second.heroku(path).content for path in paths]
    path = f"{REPOSITORY}/actions/runs"
    assert first.github(path).content == second.github(path).content


def test_a_world_of_ones_own_is_named_by_its_file(tmp_path):
    own = tmp_path / "own+world@home.yaml"
    own.write_text((FIXTURES / "scenarios" / "healthy.yaml").read_text())
    loaded = load(f"{own}+dyno-crashed@2026-05-09T00:00:00Z")
    known = load("healthy+dyno-crashed@2026-05-09T00:00:00Z")
    assert loaded.clock == known.clock
    assert loaded.world(0) == known.world(0)
    with pytest.raises(ScenarioError, match=r"gone\.yaml is not there"):
        load(str(tmp_path / "gone.yaml"))
