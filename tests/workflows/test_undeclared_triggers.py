"""What sets off a deploy of an app, held against the deploys that its estate declares."""

from types import SimpleNamespace

import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.undeclared_triggers import undeclared

OPEN = {"production": None}
HELD = {"production": ("main",)}


def app_of(tier="production"):
    return SimpleNamespace(name="kiosk", tier=tier, environment="production", repository="o/kiosk")


def estate_of(*deploys):
    def declared(trigger, file="w.yml", branch=None, tag=None, inputs=None):
        deploy = SimpleNamespace(app="kiosk", trigger=trigger, branch=branch, tag=tag, inputs=inputs or {})
        workflow = SimpleNamespace(name=file, path=f".github/workflows/{file}")
        return SimpleNamespace(workflow=workflow, deploy=deploy)

    return SimpleNamespace(ownerships=lambda: [declared(**each) for each in deploys])


def workflow(on, job="    environment: production\n", app="kiosk"):
    return f"on: {on}\njobs:\n  ship:\n    runs-on: x\n{job}    steps:{DEPLOY.format(app=app)}"


def found(text, *deploys, branches=OPEN, tier="production", **files):
    paths = [each for each in paths_of(w=text, **files) if each.app == "kiosk"]
    assert paths
    environments = {name: SimpleNamespace(deployment_branches=each) for name, each in branches.items()}
    repository = SimpleNamespace(trunk="main", environments=environments)
    return undeclared(app_of(tier), estate_of(*deploys), repository, paths)


PUSH = {"trigger": "push", "branch": "main"}
CHOICE = "{workflow_dispatch: {inputs: {to: {type: choice, options: [live, trial]}}}}"
ON_MAIN = "    if: github.ref == 'refs/heads/main'\n"
FREE = "{workflow_dispatch: {inputs: {ref: {type: string, default: main}}}}"


@pytest.mark.parametrize(
    ("text", "deploys", "branches"),
    [
        (workflow("{push: {branches: [main]}}"), [PUSH], OPEN),
        (workflow("{push: {branches: [main, dev]}}"), [{"trigger": "push"}], OPEN),
        (workflow("{push: {branches: [main, dev]}}"), [PUSH, {"trigger": "push", "branch": "dev"}], OPEN),
        (workflow("{push: {branches: ['release/**']}}"), [{"trigger": "push", "branch": "release/**"}], OPEN),
        (workflow("{push: {tags: ['v*']}}"), [{"trigger": "push", "tag": "v1.0.0"}], OPEN),
        # The environment refuses all others.
        (workflow("push"), [PUSH], HELD),
        (workflow("workflow_dispatch"), [{"trigger": "workflow_dispatch"}], OPEN),
        (workflow("workflow_dispatch"), [{"trigger": "workflow_dispatch", "branch": "main"}], HELD),
        (workflow("workflow_dispatch", ON_MAIN), [{"trigger": "workflow_dispatch"}], OPEN),
        (workflow(CHOICE), [{"trigger": "workflow_dispatch"}], OPEN),
        (workflow(CHOICE, "    if: inputs.to == 'live'\n    environment: production\n"),
         [{"trigger": "workflow_dispatch", "inputs": {"to": "live"}}], OPEN),
        # Who types a text may type any.
        (workflow(FREE), [{"trigger": "workflow_dispatch", "inputs": {"ref": "main"}}], OPEN),
        (workflow("{schedule: [{cron: '1 2 * * *'}]}"), [{"trigger": "schedule"}], OPEN),
        # What anybody outside can cause, another control says.
        (workflow("{push: {branches: [main]}, pull_request: }"), [PUSH], OPEN),
        (workflow("{push: {branches: [main, dev]}}", "    if: github.ref_name == 'main'\n"), [PUSH], OPEN),
        # An estate that declares no deploy of it is held to none.
        (workflow("{push: , schedule: [{cron: '1 2 * * *'}]}"), [], OPEN),
    ],
)  # fmt: skip
def test_what_is_declared_may_set_off_a_deploy(text, deploys, branches):
    assert found(text, *deploys, branches=branches) == ()


SCHEDULED = "{push: {branches: [main]}, schedule: [{cron: '1 2 * * *'}]}"


@pytest.mark.parametrize(
    ("text", "deploys", "branches", "words", "fix"),
    [
        (workflow(SCHEDULED), [PUSH], HELD, "schedule reaches kiosk", "take schedule out of `on`; or in the estate"),
        (
            workflow("{push: {branches: [main]}, workflow_dispatch: }"),
            [PUSH],
            HELD,
            "workflow_dispatch",
            "trigger: wor",
        ),
        (
            workflow("{push: {branches: [main]}, release: {types: [published]}}"),
            [PUSH],
            OPEN,
            "release",
            "trigger: rel",
        ),
        (workflow("{push: {branches: [main]}, repository_dispatch: }"), [PUSH], OPEN, "repository_dispatch", ""),
        (workflow("{push: {branches: [main, dev]}}"), [PUSH], OPEN, "push of refs/heads/dev", "branch: dev"),
        (workflow("{push: {branches: [main, 'hot/*']}}"), [PUSH], OPEN, "push of refs/heads/hot/*", 'branch: "hot/*"'),
        (workflow("{push: {branches: [main], tags: ['v*']}}"), [PUSH], OPEN, "push of refs/tags/v*", 'tag: "v*"'),
        (workflow("push"), [PUSH], OPEN, "push of refs/heads/**", "if: github.ref == 'refs/heads/main'"),
        (workflow("push"), [PUSH], {"production": ("main", "dev")}, "push of refs/heads/dev", "branch: dev"),
        (workflow("push"), [PUSH], {"production": ("@any",)}, "push of refs/heads/**", "if: github.ref"),
        (
            workflow("workflow_dispatch"),
            [{"trigger": "workflow_dispatch", "branch": "main"}],
            OPEN,
            "workflow_dispatch of refs/heads/**",
            "if: github.ref == 'refs/heads/main'",
        ),
        (
            workflow(CHOICE),
            [{"trigger": "workflow_dispatch", "inputs": {"to": "live"}}],
            OPEN,
            "to=trial",
            "let no other choice lead to it",
        ),
        (
            workflow("workflow_dispatch", ""),
            [{"trigger": "workflow_dispatch"}],
            HELD,
            "workflow_dispatch of any branch, through no environment",
            "environment: production",
        ),
    ],
)
def test_what_is_not_declared_is_found_at_its_trigger(text, deploys, branches, words, fix):
    (finding,) = found(text, *deploys, branches=branches)
    assert words in finding.fact
    assert fix in finding.fix
    assert (finding.mark.line, finding.open) == (1, False)
    assert len(finding.fact) <= 160


def test_any_branch_may_be_tried_on_an_app_that_is_no_production():
    text = workflow("workflow_dispatch", "")
    assert found(text, {"trigger": "workflow_dispatch"}, tier="staging") == ()


def test_what_calls_the_owner_is_asked_for_its_own_triggers():
    ship = workflow("workflow_call")
    night = "on: {schedule: [{cron: '1 2 * * *'}]}\njobs:\n  call: { uses: ./.github/workflows/ship.yml }\n"
    text = "on: {push: {branches: [main]}}\njobs:\n  call: { uses: ./.github/workflows/ship.yml }\n"
    assert found(text, PUSH, ship=ship) == ()
    (finding,) = found(text, PUSH, ship=ship, night=night)
    assert finding.path.endswith("night.yml")


def test_a_second_owner_is_for_another_control():
    assert (
        found(workflow("{push: {branches: [main]}}"), PUSH, other=workflow("{schedule: [{cron: '1 2 * * *'}]}")) == ()
    )


def test_whether_it_reaches_the_app_that_a_variable_decides_is_open():
    job = "    environment: production\n    if: github.event_name == 'push' || vars.NIGHTLY == 'on'\n"
    (finding,) = found(workflow(SCHEDULED, job), PUSH, branches=HELD)
    assert finding.open
    assert finding.fact.startswith("cannot be told whether schedule reaches kiosk")
