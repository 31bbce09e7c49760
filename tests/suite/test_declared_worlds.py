"""The world that is made of an estate conforms to it, whatever the estate; what no world makes true is said."""

import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.home import PROJECT

MATCHED = [r"^v[0-9]+\.\d{2}$", "ok|fine", r"(?i)Ready\s+to (serve|go)", "[^a-z]x{2,4}"]
PROCESS = st.one_of(
    st.integers(0, 3),
    st.builds(lambda n, size: {"quantity": n, "size": size}, st.integers(0, 2), st.sampled_from(["Basic", "eco"])),
    st.builds(lambda least, more: {"min": least, "max": least + more}, st.integers(0, 2), st.integers(0, 3)),
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from([200, 201, 301, 404, 503]),
        "json": st.sampled_from([{"/status": "ok"}, {"/a/0/b": 1.5, "/a/1/b": None}, {"/x~1y": True}]),
        "contains": st.sampled_from(["hello", "it is well"]),
        "matches": st.sampled_from(MATCHED[1:2]),
        "commit": st.sampled_from(["/build/commit"]),
    },
)
PROBE = st.one_of(st.just({}), BODIES, st.sampled_from([{"commit": True}, *({"matches": each} for each in MATCHED)]))
APP = st.fixed_dictionaries(
    {"tier": st.sampled_from(["production", "staging", "development"])},
    optional={
        "formation": st.dictionaries(st.sampled_from(["web", "worker", "clock"]), PROCESS, max_size=3),
        "stack": st.sampled_from(["heroku-24", "container"]),
        "url": st.just("own"),
        "probes": st.lists(PROBE, max_size=3),
        "grace": st.sampled_from(["90s", "5m"]),
    },
)
ENVIRONMENT = st.fixed_dictionaries(
    {},
    optional={
        "reviewers": st.sampled_from([["alice"], ["alice", "@ops"], []]),
        "wait_timer": st.integers(0, 60),
        "deployment_branches": st.sampled_from([["trunk", "v*", "tag:v*"], ["@protected"], ["@any"]]),
        "admins_can_bypass": st.booleans(),
    },
)
DEPLOY = st.sampled_from(
    [
        {"trigger": "push", "branch": "trunk"},
        {"trigger": "push", "tag": "v*"},
        {"trigger": "push"},
        {"trigger": "workflow_dispatch", "inputs": {"where": "there"}},
        {"trigger": "schedule"},
        {"trigger": "release"},
    ]
)


@st.composite
def estates(draw):
    """Draw an estate: its apps, where each is deployed from, through what, and by which events."""
    estate = {"estate": "drawn", "apps": {}, "repositories": {}}
    for number, drawn in enumerate(draw(st.lists(APP, min_size=1, max_size=4))):
        name = f"app-{number}"
        app = {**drawn, "probes": [{"path": f"/p{n}", **each} for n, each in enumerate(drawn.get("probes", ()))]}
        if app.pop("url", None):
            app["url"] = f"https://{name}.example.com"
        estate["apps"][name] = app
        if not draw(st.booleans()):
            continue
        repository = f"acme/{draw(st.sampled_from(['one', 'two']))}"
        known = estate["repositories"].setdefault(
            repository, {"default_branch": "trunk", "environments": {}, "workflows": {"ci.yml": {}}}
        )
        # Without files, the environment of each app is what tells its runs from those of the others.
        known["environments"][f"of-{name}"] = draw(ENVIRONMENT)
        app |= {"repository": repository, "environment": f"of-{name}"}
        deploys = draw(st.lists(DEPLOY, max_size=2, unique_by=lambda each: each["trigger"]))
        workflow = draw(st.sampled_from(["ship.yml", "other.yml"]))
        if deploys:
            owned = known["workflows"].setdefault(workflow, {"deploys": []})
            owned["deploys"] += [{"app": name, **each} for each in deploys]
    return estate


@pytest.fixture
def conforms(play_for_verdicts, tmp_path):
    """Give a function that judges the declared world of an estate, and holds that it conforms."""

    def judge(estate, *arguments):
        file = tmp_path / "estate.yaml"
        file.write_text(estate if isinstance(estate, str) else yaml.safe_dump(estate))
        played = play_for_verdicts("tests_live", "-m", "live", f"--estate={file}", "--sandbox=declared", *arguments)
        told = f"{file.read_text()}\n{played.out}"
        assert (played.subjects("drifted"), played.subjects("unknown"), played.code) == ({}, {}, 0), told
        return played

    return judge


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(estate=estates())
def test_a_declared_world_conforms(conforms, estate):
    conforms(estate)


MANY = {
    "estate": "many",
    "apps": {f"app-{n}": {"repository": "acme/all", "formation": {"web": 1}} for n in range(100)},
    "repositories": {
        "acme/all": {
            "workflows": {
                f"ship-{n}.yml": {"deploys": [{"app": f"app-{n}", "trigger": "push", "branch": "main"}]}
                for n in range(100)
            }
        }
    },
}


@pytest.mark.parametrize(
    "estate",
    [
        "{estate: least, apps: {shop: {}}}",
        "{estate: implied, apps: {shop: {repository: acme/shop, environment: live}}}",
        "{estate: workers, apps: {a: {formation: {worker: 1}}, b: {formation: {worker: 2, web: 0}}}}",
        MANY,
    ],
    ids=["least", "implied", "workers", "many"],
)
def test_a_declared_world_conforms_of_each_kind(conforms, estate):
    assert conforms(estate).count("conforms")


def test_the_jobs_of_a_declared_world_are_those_of_the_files(conforms, tmp_path):
    shutil.copytree(PROJECT / "fixtures/repositories/TradeMasterAPI/after", tmp_path / "files")
    workflow = tmp_path / "files/.github/workflows/deploy-heroku.yml"
    workflow.write_text(workflow.read_text().replace("    name: Deploy\n", "    name: Ship it (now)\n"))
    estate = (PROJECT / "estate.yaml").read_text().replace("fixtures/repositories/TradeMasterAPI/after", "files")
    conforms(estate)


@pytest.mark.parametrize(
    ("estate", "told"),
    [
        (
            "{estate: old, apps: {shop: {stack: heroku-18}}}",
            "shop: stack heroku-18 has had no support since 2023-04-30",
        ),
        (
            "{estate: no, apps: {shop: {probes: [{path: /a, status: 204, contains: x}]}}}",
            "shop /a: an answer of the status 204 has no body",
        ),
        (
            "{estate: no, apps: {shop: {probes: [{path: /a, json: {/a: 1, /a/b: 2}}]}}}",
            "shop /a: a value and what lies below it are both declared: /a/b",
        ),
        (
            "{estate: no, repositories: {a/b: {environments: {live: {prevent_self_review: true}}}}}",
            "a/b live: prevent_self_review is a rule of required reviewers, and none is declared",
        ),
    ],
)
def test_what_no_world_makes_true_is_said(play_for_verdicts, tmp_path, estate, told):
    (tmp_path / "estate.yaml").write_text(estate)
    arguments = ("tests_live", "-m", "live", f"--estate={tmp_path / 'estate.yaml'}", "--sandbox=declared")
    played = play_for_verdicts(*arguments)
    assert f"no world makes this true: {told}" in played.out
    assert played.code == 1


def test_a_fault_over_apps_that_are_called_as_in_its_file_speaks_of_their_own_releases(play_for_verdicts, tmp_path):
    file = tmp_path / "estate.yaml"
    apps = "{raxx-api-prod: {formation: {web: 1}, probes: [/up]}}"
    file.write_text(f"{{estate: namesake, apps: {apps}, repositories: {{MooseQuest/TradeMasterAPI: {{}}}}}}")
    fault = "--sandbox=declared+dyno-crashed"
    played = play_for_verdicts("tests_live", "-m", "live", f"--estate={file}", fault)
    assert set(played.subjects("drifted")) == {"HK006", "WEB001"}, played.out


def test_an_app_keeps_in_a_declared_world_the_address_that_heroku_gave_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "estate.yaml").write_text(
        "{estate: kept, apps: {shop: {url: 'https://shop-0a1b2c3d4e5f.herokuapp.com', formation: {web: 1}}}}"
    )
    done = CliRunner().invoke(app, ["init", "--diff", "--sandbox", "declared"])
    assert done.exit_code == 0, done.output


def test_a_doctor_looks_at_a_declared_world_and_its_faults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "estate.yaml").write_text("{estate: looked, apps: {shop: {formation: {web: 1}}}}")
    done = CliRunner().invoke(app, ["doctor", "--sandbox", "declared+dynos-forbidden"])
    assert done.exit_code == 1, done.output
    assert "dynos of shop: no, answered 403" in done.stdout
