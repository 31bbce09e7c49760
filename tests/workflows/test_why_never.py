"""Why a condition is never true, in words: by letter case nothing is, and some refs a run is never on."""

from dataclasses import replace

import pytest
from making import deploying, sources_of

from asbuilt.workflows.judge.ways import shut
from asbuilt.workflows.paths.blocked_paths import blocked_paths
from asbuilt.workflows.paths.tracing import deploy_paths

MAIN = "{push: {branches: [main]}}"
AFTER = "{workflow_run: {workflows: [Build], branches: [live]}}"
BUILD = "name: Build\non: {push: {branches: [main, live]}}\njobs: {b: {runs-on: x, steps: [{run: y}]}}\n"


def said(on, test):
    """Give what is said of a condition that shuts the only way to an app."""
    sources = replace(sources_of(w=deploying(on=on, job=f'    if: "{test}"\n'), build=BUILD), default_branch="main")
    paths = deploy_paths(sources)
    return [(each.fact, each.fix) for each in shut("shop", [], paths, blocked_paths(sources, paths))]


@pytest.mark.parametrize(
    ("on", "test", "why", "fix"),
    [
        (AFTER, "github.ref_name == 'live'", "after workflow_run, main", "workflow_run.head_branch == 'live'"),
        (
            AFTER,
            "startsWith(github.ref, 'refs/heads/li')",
            "github.ref is the default branch",
            "startsWith(github.event.workflow_run.head_branch, 'li')",
        ),
        ("{schedule: [{cron: 0 3 * * *}]}", "github.ref == 'refs/heads/live'", "after schedule", "'refs/heads/main'"),
        ("pull_request", "github.ref == 'refs/heads/main'", "refs/pull/NUMBER/merge", "github.base_ref == 'main'"),
        (MAIN, "github.ref == 'refs/heads/dev'", "asks for refs/heads/dev", "let refs/heads/dev through"),
        (MAIN, "github.ref == 'Heads/main'", "never 'Heads/main'", "write 'refs/heads/main'"),
        (MAIN, "github.event_name == 'Schedule'", "asks for Schedule", "add Schedule"),
        ("{schedule: [{cron: 0 3 * * MON}]}", "github.event.schedule == '0 3 * * TUE'", "asks for the cron", "write"),
        (
            "{workflow_dispatch: {inputs: {n: {type: choice, options: ['1', two]}}}}",
            "inputs.n == 3",
            "n is one of 1, two, and never 3",
            "write one of 1, two",
        ),
    ],
)
def test_the_reason_and_what_to_write(on, test, why, fix):
    ((fact, told),) = said(on, test)
    assert why in fact
    assert fix in told


@pytest.mark.parametrize(
    ("on", "test"),
    [
        (MAIN, "github.ref == 'refs/heads/MAIN'"),
        (MAIN, "startsWith(github.ref_name, 'Ma')"),
        (MAIN, "endsWith(github.ref, 'AIN')"),
        (MAIN, "contains(github.ref, 'HEADS/main')"),
        (MAIN, "github.event_name == 'PUSH'"),
        ("{schedule: [{cron: 0 3 * * MON}]}", "github.event.schedule == '0 3 * * mon'"),
        (AFTER, "github.event.workflow_run.head_branch == 'LIVE'"),
        (AFTER, "github.ref_name == 'Main'"),
        ("{workflow_dispatch: {inputs: {n: {type: choice, options: ['1', Two]}}}}", "inputs.n == 1"),
        ("{workflow_dispatch: {inputs: {n: {type: choice, options: ['1', Two]}}}}", "inputs.n == 'TWO'"),
        ("{workflow_dispatch: {inputs: {n: {type: number, default: 1}}}}", "inputs.n == '1' || inputs.n == 2"),
        ("{workflow_dispatch: {inputs: {go: {type: boolean}}}}", "github.event.inputs.go == 'TRUE'"),
        ("{workflow_dispatch: {inputs: {go: {type: boolean}}}}", "inputs.go == 1"),
    ],
)
def test_what_can_be_true_shuts_nothing(on, test):
    assert said(on, test) == []
