"""Concurrency groups: their names, and whether they keep two deploys of one app apart."""

import pytest
from making import DEPLOY, deploying, paths_of, sources_of

from asbuilt.workflows.judge.concurrency import collisions
from asbuilt.workflows.paths.tracing import deploy_paths


def groups(group, on="push", job=""):
    text = f"name: Ship\nconcurrency: {group}\n{deploying(on=on, job=job)}"
    return [(each.name, each.varies, each.empty) for path in paths_of(ship=text) for each in path.groups]


def facts(**files):
    return [each.fact for each in collisions(paths_of(**files))]


MAIN = "{push: {branches: [main]}}"


@pytest.mark.parametrize(
    ("group", "on", "expected"),
    [
        ("shop", "push", {("shop", "", "")}),
        ("${{ github.workflow }}-${{ github.ref }}", MAIN, {("Ship-refs/heads/main", "", "")}),
        ("x-${{ github.ref }}", "workflow_dispatch", {("x-${{ github.ref }}", "github.ref", "")}),
        # What runs on the default branch runs on one ref.
        ("x-${{ github.ref }}", "schedule", {("x-${{ github.ref }}", "", "")}),
        ("x-${{ github.ref_name }}", "repository_dispatch", {("x-${{ github.ref_name }}", "", "")}),
        ("x-${{ github.ref }}", "release", {("x-${{ github.ref }}", "github.ref", "")}),
        ("x-${{ github.sha }}", "schedule", {("x-${{ github.sha }}", "github.sha", "")}),
        ("x-${{ github.run_id }}", MAIN, {("x-${{ github.run_id }}", "github.run_id", "")}),
        ("x-${{ github.sha }}", MAIN, {("x-${{ github.sha }}", "github.sha", "")}),
        ("x-${{ github.head_ref }}", MAIN, {("x-", "", "github.head_ref")}),
        ("x-${{ github.head_ref || github.ref }}", MAIN, {("x-refs/heads/main", "", "")}),
        ("x-${{ vars.APP }}", MAIN, {("x-${{ vars.APP }}", "", "")}),
        ("x-${{ github.repository }}", MAIN, {("x-${{ github.repository }}", "", "")}),
        (
            "${{ vars.A || github.run_number }}",
            MAIN,
            {("${{ vars.A || github.run_number }}", "vars.A || github.run_number", "")},
        ),
        (
            "x-${{ github.event_name }}",
            "[push, workflow_dispatch]",
            {("x-push", "", ""), ("x-workflow_dispatch", "", "")},
        ),
    ],
)
def test_a_group_is_told_as_far_as_it_can_be(group, on, expected):
    assert set(groups(group, on)) == expected


def test_what_an_earlier_job_says_is_not_said_to_vary():
    job = "    needs: pick\n    concurrency: x-${{ needs.pick.outputs.app }}\n"
    text = deploying(on=MAIN, job=job).replace("jobs:\n", "jobs:\n  pick: {runs-on: x, steps: [{run: y}]}\n")
    assert facts(ship=text) == []


def test_in_a_called_workflow_the_name_is_the_callers():
    called = deploying(on="workflow_call", job="    concurrency: ${{ github.workflow }}\n")
    caller = "name: Caller\non: push\njobs:\n  go:\n    uses: ./.github/workflows/called.yml\n"
    paths = paths_of(called=f"name: Called\n{called}", caller=caller)
    assert {each.name for path in paths for each in path.groups} == {"Caller"}


def with_groups(*groups):
    names = ("one", "two", "three")
    return {
        name: f"concurrency: {group}\n{deploying(on=MAIN)}" for name, group in zip(names, groups, strict=False) if group
    }


@pytest.mark.parametrize(
    ("groups", "wrong"),
    [
        (("shop", "shop"), 0),
        (("Shop", "sHOP"), 0),
        (("shop", "shop-prod"), 2),
        (("shop", "shop", "other"), 3),
        (("shop", "${{ vars.GROUP }}"), 0),
        (("shop", "${{ vars.GROUP }}", "other"), 2),
        (("shop", "shop-${{ github.sha }}"), 1),
    ],
)
def test_all_ways_wait_in_one_group(groups, wrong):
    assert len(facts(**with_groups(*groups))) == wrong


@pytest.mark.parametrize(
    ("cancel", "wrong"),
    [
        ("false", 0),
        ("true", 1),
        ("${{ true }}", 1),
        ("${{ vars.X == 'y' }}", 1),
        ("${{ github.event_name == 'pull_request' }}", 0),
        ("${{ github.ref != 'refs/heads/main' }}", 0),
    ],
)
def test_no_run_cancels_a_deploy(cancel, wrong):
    text = f'concurrency: {{group: shop, cancel-in-progress: "{cancel}"}}\n{deploying(on=MAIN)}'
    assert len(facts(ship=text)) == wrong


def test_one_group_that_all_share_is_enough():
    job = "    concurrency: shop\n"
    assert facts(ship=f"concurrency: run-${{{{ github.run_id }}}}\n{deploying(on=MAIN, job=job)}") == []


def test_two_branches_with_a_group_each_are_not_kept_apart():
    text = f"concurrency: ${{{{ github.ref }}}}\n{deploying(on='{push: {branches: [main, live]}}')}"
    (fact,) = facts(ship=text)
    assert fact.endswith("it differs between refs: refs/heads/main, refs/heads/live")


def test_a_group_that_comes_to_nothing_is_none():
    on = "{push: {branches: [main, live]}}"
    for group in ("''", "${{ github.head_ref }}", "${{ github.event_name == 'pull_request' && github.ref || '' }}"):
        (fact,) = facts(ship=f"concurrency: {group}\n{deploying(on=on)}")
        assert fact.endswith("the group comes to nothing here, and GitHub refuses such a run")


def test_the_default_of_a_free_input_is_not_all_that_it_can_be():
    on = "{workflow_dispatch: {inputs: {label: {default: main}}}}"
    (fact,) = facts(ship=f"concurrency: x-${{{{ inputs.label }}}}\n{deploying(on=on)}")
    assert "`inputs.label` differs between runs" in fact


def test_a_job_does_not_wait_for_the_group_of_its_own_run():
    job = "    concurrency: shop\n"
    (fact,) = facts(ship=f"concurrency: Shop\n{deploying(on=MAIN, job=job)}")
    assert "deadlock" in fact


def test_another_workflow_in_the_group_does_not_cancel():
    other = (
        "on: push\nconcurrency: {group: SHOP, cancel-in-progress: true}\njobs:\n  a: {runs-on: x, steps: [{run: y}]}\n"
    )
    found = list(collisions(paths_of(ship=f"concurrency: shop\n{deploying(on=MAIN)}", other=other)))
    assert [(each.path, each.mark.line) for each in found] == [(".github/workflows/other.yml", 2)]


CANCELS = "concurrency: {{group: '{0}', cancel-in-progress: {1}}}\n"
QUOTED = '"${{ true }}"'
JOB_CANCELS = "a: {concurrency: {group: x-refs/heads/main, cancel-in-progress: true}, "
OTHER = "jobs:\n  a: {runs-on: x, steps: [{run: y}]}\n"


@pytest.mark.parametrize(
    ("other", "wrong"),
    [
        (f"on: push\n{CANCELS.format('x-${{ github.ref }}', 'true')}{OTHER}", 1),
        (f"on: {MAIN}\n{CANCELS.format('X-${{ github.ref }}', QUOTED)}{OTHER}", 1),
        (f"on: pull_request\n{CANCELS.format('x-${{ github.ref }}', 'true')}{OTHER}", 0),
        (f"on: push\n{CANCELS.format('x-${{ github.ref }}', 'false')}{OTHER}", 0),
        (f"on: push\n{CANCELS.format('x-${{ github.workflow }}', 'true')}{OTHER}", 0),
        # Its own job takes it, and so does one that it calls; jobs that do not run take nothing.
        (f"on: push\n{OTHER}".replace("a: {", JOB_CANCELS), 1),
        (f"on: push\n{OTHER}".replace("a: {", f"{JOB_CANCELS}if: false, "), 0),
        ("on: push\njobs: {b: {uses: ./.github/workflows/called.yml}}\n", 1),
    ],
)
def test_a_run_in_the_same_group_does_not_cancel_a_deploy(other, wrong):
    deploy = f"concurrency: x-${{{{ github.ref }}}}\n{deploying(on=MAIN)}"
    called = f"on: workflow_call\n{CANCELS.format('x-${{ github.ref }}', 'true')}{OTHER}"
    assert len(facts(ship=deploy, other=other, called=called)) == wrong


def test_a_ref_that_is_not_told_is_not_that_of_another_event():
    deploy = f"concurrency: x-${{{{ github.ref }}}}\n{deploying(on='schedule')}"
    for on, wrong in (("pull_request", 0), ("schedule", 1)):
        other = f"on: {on}\n{CANCELS.format('x-${{ github.ref }}', 'true')}{OTHER}"
        assert len(facts(ship=deploy, other=other)) == wrong


def test_another_event_of_the_same_workflow_does_not_cancel_a_deploy():
    on = "{push: {branches: [main]}, pull_request: {}}"
    job = "    if: github.event_name == 'push'\n"
    cancel = "\"${{ github.event_name == 'pull_request' }}\""
    for group, wrong in (("shop", 1), ("${{ github.ref }}", 0)):
        text = CANCELS.format(group, cancel) + deploying(on=on, job=job)
        assert len(facts(ship=text)) == wrong


def test_what_is_not_available_in_a_group_is_for_another_control():
    for group in ("x-${{ env.APP }}", "x-${{ github.ref"):
        assert facts(ship=f"concurrency: '{group}'\n{deploying(on=MAIN)}") == []


def test_two_apps_may_share_a_group():
    jobs = "".join(f"  {app}:\n    runs-on: x\n    steps:{DEPLOY.format(app=app)}" for app in ("one", "two"))
    paths = deploy_paths(sources_of(ship=f"on: {MAIN}\nconcurrency: deploys\njobs:\n{jobs}"))
    assert [list(collisions([path])) for path in paths] == [[], []]


def test_what_cancels_nothing_is_not_said_to_cancel():
    text = "concurrency: {group: 'x-${{ github.run_id }}', cancel-in-progress: true}\n"
    (fact,) = facts(ship=text + deploying(on=MAIN))
    assert "`github.run_id` differs between runs" in fact
