"""The workflows exist, and are read when they fail."""

import pytest

from asbuilt.controls import control
from asbuilt.model import ago
from asbuilt.run_results import long_red

pytestmark = pytest.mark.live


@control("GH007", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_declared_workflow_is_active(workflow, workflows):
    """Each declared workflow exists and is active.

    Remedy: gh workflow enable {workflow} -R {repository}   (or correct the estate)
    """
    found = workflows.get(workflow.path)
    assert found, f"GitHub knows no workflow {workflow.path}; it knows {', '.join(sorted(workflows)) or 'none'}"
    assert found.state == "active", f"{workflow.path} is {found.state}, not active"


@control(
    "GH008",
    severity="SEV-3",
    satisfies=["SOC2 CC7.2", "NIST SI-4"],
    explained_by=["GH001"],
    declared=["repository.red_after"],
)
def test_declared_workflow_is_not_red_for_long(repository, workflow, runs, cut, default_branch, now):
    """No workflow has failed many times running on the default branch: a red that nobody reads hides the next one.

    Each event by itself: a schedule that is green says nothing of a push that is red. Runs of forks say nothing of the
    repository, and runs that were cancelled or skipped say nothing at all. Where there are more than a hundred, a push,
    a schedule and what is declared to deploy are asked for by themselves; other events where the newest show them.

    Remedy: gh run list -R {repository} --workflow {workflow} --status failure   (repair it, or disable it)
    """
    red = long_red(runs, repository.red_after)
    assert not red, "; ".join(_red(workflow.path, each, cut, default_branch, now) for each in red)


@control(
    "GH008",
    severity="SEV-3",
    satisfies=["SOC2 CC7.2", "NIST SI-4"],
    explained_by=["GH001"],
    declared=["repository.red_after"],
)
def test_undeclared_workflows_are_not_red_for_long(repository, undeclared_runs, cut, default_branch, now):
    """No workflow has failed many times running on the default branch, declared or not.

    Remedy: gh run list -R {repository} --status failure   (repair it, or disable it)
    """
    red = {path: long_red(runs, repository.red_after) for path, runs in undeclared_runs.items()}
    told = [_red(path, each, cut, default_branch, now) for path, found in red.items() for each in found]
    assert not told, "; ".join(told)


def _red(path, red, cut, branch, now):
    event, newest = red[0].event, red[0]
    more = "at least " if event in cut[path] else ""
    return (
        f"{path} has failed {more}{len(red)} times running by {event} on {branch}, "
        f"newest #{newest.number} {ago(newest.created_at, now)} ago: {newest.url}"
    )
