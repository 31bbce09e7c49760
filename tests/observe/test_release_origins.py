"""Where what runs comes from, in whole worlds: a sandbox is observed, and asked for what the first look left open."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from asbuilt.catalogue import PROJECT
from asbuilt.deploy_spans import Untold
from asbuilt.deploying_jobs import DeployingJob, Owner, deploying_jobs
from asbuilt.estate import load
from asbuilt.made_by import Made, NotMade
from asbuilt.model import Observed
from asbuilt.observe.sweep import sweep
from asbuilt.provenance import Provenance, Ran
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope
from asbuilt.workflows.paths import checkout

ESTATE = """
estate: shop
defaults: {app: {repository: example/shop}}
apps:
  shop: {environment: production}
  shop-staging: {}
repositories:
  example/shop:
    environments: {production: {}}
    workflows:
      deploy.yml:
        deploys:
          - {app: shop-staging, trigger: push, branch: main}
          - {app: shop, trigger: workflow_dispatch}
"""
SHARED = ESTATE.replace("{environment: production}", "{}").replace("push, branch: main", "workflow_dispatch")
ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)
DEPLOY = DeployingJob("deploy", "deploy", own_commit=False, environment=False)
JOBS = {Owner("example/shop", "deploy.yml", app): {} for app in ("shop", "shop-staging")} | {
    Owner("example/shop", "deploy.yml", "shop"): {"workflow_dispatch": (DEPLOY,)},
    Owner("example/shop", "deploy.yml", "shop-staging"): {"push": (DEPLOY,)},
}


def release(version, at, sha=None, description=None):
    made = {"version": version, "description": description or f"Deploy {sha[:8]}", "created_at": at}
    return made | ({"slug": sha} if sha else {})


def run(at, environment=None, *, event="workflow_dispatch", sha=ONE, deploy="success", conclusion="success", **more):
    """Give a run of four minutes, whose job `deploy` has the last two."""
    where = {"environment": environment} if environment else {}
    made = {"workflow": "deploy.yml", "event": event, "branch": "main", "last": at, "took": "4m", "sha": sha}
    ended = {} if more.get("status") else {"conclusion": conclusion}
    return made | where | ended | {"jobs": {"test": "success", "deploy": deploy}} | more


def app(*releases):
    first = {"version": 1, "description": "Initial release", "created_at": "-90d"}
    return {"hash": "0a1b2c3d4e5f", "created_at": "-90d", "releases": [first, *releases]}


@pytest.fixture
def seen(tmp_path, client):
    """Give a function that observes a world of two apps and the runs of their workflow."""

    def observe(production, runs, staging=(), jobs=JOBS, declared=ESTATE):
        (tmp_path / "scenarios").mkdir()
        (tmp_path / "faults").mkdir()
        world = {
            "summary": "a shop",
            "clock": "2026-06-10T12:00:00Z",
            "heroku": {"apps": {"shop": app(*production), "shop-staging": app(*staging)}},
            "github": {
                "repositories": {
                    "example/shop": {
                        "created_at": "-200d",
                        "environments": {"production": {"reviewers": ["operator"]}, "staging": {}},
                        "workflows": {"deploy.yml": {"name": "Deploy"}, "docs.yml": {"name": "Docs"}},
                        "runs": list(runs),
                    }
                }
            },
        }
        (tmp_path / "scenarios" / "shop.yaml").write_text(yaml.safe_dump(world))
        (tmp_path / "estate.yaml").write_text(declared)
        estate = load(tmp_path / "estate.yaml")
        everything = Scope(frozenset(estate.apps), frozenset(estate.repositories))
        with Sandbox.start("shop", folder=tmp_path, elapsed=lambda: 0.0) as sandbox:
            asked = client(route_to=sandbox.origin)
            found = sweep(estate, everything, asked, "sandbox shop", jobs=jobs)
        told = Provenance(estate, found.apps, found.repositories, jobs, found.as_of)
        assert told.questions(estate.ownerships()) == {}, "what is asked for is asked in the sweep"
        return told

    return observe


def origin(told, name="shop"):
    declared = told.estate.apps[name]
    return told.origin(declared, told.deployed(declared)[1])[1]


def way(told, name="shop"):
    return next(each for each in told.estate.ownerships() if each.deploy.app == name)


def test_the_run_of_a_release_is_found_and_so_is_its_use(seen):
    told = seen([release(2, "-60m", ONE)], [run("-63m", "production")])
    assert origin(told).run.event == "workflow_dispatch"
    assert isinstance(told.exercised(way(told)), Made)


def test_a_config_change_carries_on_what_a_run_made(seen):
    told = seen(
        [release(2, "-60m", ONE), release(3, "-5m", description="Set A config vars")], [run("-63m", "production")]
    )
    assert isinstance(origin(told), Made)


def test_what_somebody_pushed_while_a_run_waited_is_nobodys(seen):
    waited = run("-3d", "production", status="waiting", deploy=None)
    told = seen([release(2, "-60m", ONE), release(3, "-30m", TWO)], [run("-63m", "production"), waited])
    assert isinstance(origin(told), NotMade)
    assert isinstance(told.exercised(way(told)), Made)


@pytest.mark.parametrize("jobs", [JOBS, {}], ids=["files", "no files"])
def test_a_deploy_that_was_skipped_made_nothing(seen, jobs):
    skipped = run("-63m", deploy="skipped") if jobs else run("-63m")
    told = seen([release(2, "-60m", ONE)], [skipped], jobs=jobs)
    assert isinstance(origin(told), NotMade)


def test_later_dispatches_to_elsewhere_hide_nothing(seen):
    many = [run("-1h", "staging", count=120, every="30m", sha=TWO)]
    told = seen([release(2, "-40d", ONE)], [run("-57603m", "production"), *many])
    assert isinstance(told.exercised(way(told)), Made)


def test_of_two_runs_at_a_time_the_one_to_the_environment_of_the_app_made_it(seen):
    at_once = [run("-63m", "staging"), run("-62m", "production")]
    told = seen([release(2, "-60m", THREE)], at_once, jobs={})
    assert isinstance(origin(told), Made)


def test_a_run_that_failed_after_its_release_made_it_and_is_no_use_of_the_way(seen):
    told = seen([release(2, "-60m", ONE)], [run("-63m", "production", conclusion="failure")])
    assert isinstance(origin(told), Made)
    assert told.exercised(way(told)) == NotMade()


def test_a_rollback_by_hand_is_of_no_run(seen):
    releases = [release(2, "-5d", ONE), release(3, "-2d", TWO), release(4, "-1h", ONE, "Rollback to v2")]
    told = seen(releases, [run("-7203m", "production"), run("-2883m", "production", sha=TWO)])
    assert told.deployed(told.estate.apps["shop"])[1].version == 4
    assert isinstance(origin(told), NotMade)


def test_the_source_of_a_promotion_is_the_app_with_the_same_code(seen):
    promoted = release(2, "-10m", ONE, "Promote shop-staging v2 11111111")
    told = seen([promoted], [run("-63m", event="push")], staging=[release(2, "-60m", ONE)])
    shop = told.estate.apps["shop"]
    found = told.source_of(shop, told.deployed(shop)[1])
    assert found is None or found[0] == "shop-staging"


# What should have made a release.


def newest(told, name="shop"):
    return told.newest_deploy(told.estate.apps[name])[1]


def test_a_green_run_that_released_nothing_is_told_by_its_deploy(seen):
    told = seen([release(2, "-5d", ONE)], [run("-7203m", "production"), run("-2h", "production", sha=TWO)])
    ran = newest(told)
    assert isinstance(ran, Ran)
    assert ran.run.sha == TWO
    assert told.released_by(told.estate.apps["shop"], ran) is None


def test_a_config_change_of_the_same_job_is_not_what_it_deployed(seen):
    releases = [release(2, "-62m", ONE), release(3, "-60m", description="Set COMMIT config vars")]
    told = seen(releases, [run("-64m", "production")])
    assert told.released_by(told.estate.apps["shop"], newest(told)).version == 2


def test_where_other_events_fill_the_newest_runs_those_of_the_event_are_asked_for(seen):
    many = run("-1h", event="push", count=120, every="20m", conclusion="failure")
    told = seen([release(2, "-5d", ONE)], [run("-7203m", "production"), many, run("-50h", "production", sha=TWO)])
    assert newest(told).run.sha == TWO


BY_SCHEDULE = "          - {app: shop, trigger: schedule}\n"
BOTH = ESTATE.rstrip("\n") + "\n" + BY_SCHEDULE


def test_of_several_events_the_run_that_ended_last_is_the_newest(seen):
    many = run("-1h", event="push", count=120, every="20m", conclusion="failure")
    runs = [run("-60h", "production", event="schedule"), run("-50h", "production", sha=TWO), many]
    told = seen([release(2, "-5d", ONE)], runs, jobs={}, declared=BOTH)
    assert newest(told).run.sha == TWO


def test_a_job_below_a_call_that_was_skipped_deployed_nothing(seen):
    jobs = {
        Owner("example/shop", "deploy.yml", name): {
            "workflow_dispatch": (replace(DEPLOY, shown=f"{name} / push", by_id=f"{name} / push"),)
        }
        for name in ("shop", "shop-staging")
    }
    other = run("-63m") | {"jobs": {"shop": "skipped", "shop-staging / push": "success"}}
    told = seen([release(2, "-61m", ONE)], [other], jobs=jobs, declared=SHARED)
    assert isinstance(origin(told), NotMade)


def test_deployments_of_another_workflow_hide_none_of_the_apps(seen):
    elsewhere = run("-1h", "production", count=30, every="1h", sha=TWO) | {"workflow": "docs.yml"}
    runs = [run("-7203m", "production"), run("-2d", "production", conclusion="failure", deploy="failure"), elsewhere]
    told = seen([release(2, "-5d", ONE)], runs)
    assert told.last_deployment(told.estate.apps["shop"])[1].status.state == "failure"


def test_a_release_under_way_is_what_its_run_left(seen):
    pending = release(3, "-1m", TWO) | {"status": "pending"}
    told = seen([release(2, "-5d", ONE), pending], [run("-4m", "production", sha=TWO)])
    assert told.released_by(told.estate.apps["shop"], newest(told)).version == 3


def test_a_run_whose_deploy_was_skipped_should_have_made_nothing(seen):
    skipped = run("-2h", "production", sha=TWO, deploy="skipped")
    told = seen([release(2, "-5d", ONE)], [run("-7203m", "production"), skipped])
    assert newest(told).run.sha == ONE


def test_runs_to_another_environment_should_have_made_nothing_here_however_many(seen):
    elsewhere = run("-2h", "staging", sha=TWO, count=9)
    told = seen([release(2, "-5d", ONE)], [run("-7203m", "production"), elsewhere])
    assert newest(told).run.sha == ONE


def test_two_apps_that_nothing_tells_apart_are_told_apart_by_nobody(seen):
    told = seen([release(2, "-5d", ONE)], [run("-2h")], jobs={}, declared=SHARED)
    assert isinstance(newest(told), Untold)


@pytest.mark.parametrize(
    ("own", "other", "told"),
    [
        (("main",), ("main",), Ran),  # one job deploys both, each time
        (("to=a",), ("to=b",), Untold),  # what it is given decides
        ((), (), Untold),  # something else decides
    ],
)
def test_a_job_that_deploys_two_apps_each_time_is_of_both(seen, own, other, told):
    ways = {"shop": own, "shop-staging": other}
    jobs = {
        Owner("example/shop", "deploy.yml", name): {"workflow_dispatch": (replace(DEPLOY, when=when),)}
        for name, when in ways.items()
    }
    found = seen([release(2, "-5d", ONE)], [run("-2h")], jobs=jobs, declared=SHARED)
    assert isinstance(newest(found), told)


# How the last deployment ended.


@pytest.mark.parametrize(
    ("conclusion", "state"), [("success", "success"), ("failure", "failure"), ("cancelled", "failure")]
)
def test_the_last_deployment_that_ended_is_told(seen, conclusion, state):
    runs = [run("-2h", "production", conclusion=conclusion, deploy=conclusion)]
    runs.append(run("-5m", "production", status="in_progress", deploy=None))
    told = seen([release(2, "-60m", ONE)], runs)
    assert told.last_deployment(told.estate.apps["shop"])[1].status.state == state


def test_a_deployment_by_another_job_says_nothing_of_the_app(seen):
    migrates = run("-2h", "production") | {"jobs": {"test": "success", "migrate": "success"}}
    told = seen([release(2, "-60m", ONE)], [run("-63m", "production"), migrates])
    last = told.last_deployment(told.estate.apps["shop"])[1]
    assert last.status.run == origin(told).run.id


def test_observing_costs_no_question_twice(seen):
    told = seen([release(2, "-60m", ONE)], [run("-63m", "production")])
    repository = told.repositories["example/shop"]
    assert all(isinstance(each, Observed) for each in (*repository.jobs.values(), *repository.statuses.values()))


def test_the_files_of_the_example_name_its_jobs():
    estate = load(PROJECT / "estate.yaml")
    name = "MooseQuest/TradeMasterAPI"
    files = checkout.read(Path(PROJECT / "fixtures/repositories/TradeMasterAPI/after"), name)
    found = deploying_jobs(estate, {name: files})
    production = found[Owner(name, "deploy-heroku.yml", "raxx-api-prod")]
    assert set(production) == {"workflow_dispatch"}
    assert [(each.shown, each.by_id[:6], each.environment) for each in production["workflow_dispatch"]] == [
        ("Deploy", "deploy", True)
    ]


ROWS = """
on: {push: {branches: [main]}}
jobs:
  deploy:
    strategy: {matrix: {app: [shop, shop-staging], region: [1]}}
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: git push https://git.heroku.com/${{ matrix.app }}.git HEAD:main
  named:
    name: To ${{ matrix.app }} of ${{ github.ref }}
    strategy: {matrix: {app: [shop]}}
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: git push https://git.heroku.com/${{ matrix.app }}.git HEAD:main
"""


def test_a_row_of_a_matrix_is_told_from_another_by_the_name_that_github_shows(tmp_path):
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "deploy.yml").write_text(ROWS)
    (tmp_path / "estate.yaml").write_text(ESTATE)
    estate = load(tmp_path / "estate.yaml")
    found = deploying_jobs(estate, {"example/shop": checkout.read(tmp_path, "example/shop")})
    shown = [each.shown for each in found[Owner("example/shop", "deploy.yml", "shop")]["push"]]
    names = ("deploy (shop, 1)", "deploy (shop-staging, 1)", "To shop of refs/heads/main", "To shop-staging of x")
    assert [any(re.fullmatch(each, name) for each in shown) for name in names] == [True, False, True, False]
