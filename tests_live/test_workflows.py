"""The workflows exist, and are read when they fail."""

import pytest

from asbuilt.controls import control
from asbuilt.model import ago

pytestmark = pytest.mark.live

FAILED = {"failure", "timed_out", "startup_failure"}
SAYS_NOTHING = {"cancelled", "skipped", "neutral", "stale", "action_required", None}


@control("GH007", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_declared_workflow_is_active(workflow, workflows):
    """Each declared workflow exists and is active.

    Remedy: gh workflow enable {workflow} -R {repository}   (or correct the estate)
    """
    found = workflows.get(workflow.path)
    assert found, f"GitHub knows no workflow {workflow.path}; it knows {', '.join(sorted(workflows)) or 'none'}"
    assert found.state == "active", f"{workflow.path} is {found.state}, not active"


@control("GH008", severity="SEV-3", satisfies=["SOC2 CC7.2", "NIST SI-4"])
def test_declared_workflow_is_not_red_for_long(repository, workflow, runs, now):
    """No workflow has failed many times running on the default branch: a red that nobody reads hides the next one.

    Remedy: gh run list -R {repository} --workflow {workflow} --status failure   (repair it, or disable it)
    """
    red = failures_running(runs)
    assert len(red) < repository.red_after, _red(workflow.path, red, runs, repository, now)


@control("GH008", severity="SEV-3", satisfies=["SOC2 CC7.2", "NIST SI-4"])
def test_undeclared_workflows_are_not_red_for_long(repository, undeclared_runs, now):
    """No workflow has failed many times running on the default branch, declared or not.

    Remedy: gh run list -R {repository} --status failure   (repair it, or disable it)
    """
    red = {path: failures_running(runs) for path, runs in undeclared_runs.items()}
    long = {path: found for path, found in red.items() if len(found) >= repository.red_after}
    assert not long, "; ".join(
        _red(path, found, undeclared_runs[path], repository, now) for path, found in long.items()
    )


def failures_running(runs):
    """Give the newest runs that failed one after the other; a run that says nothing does not interrupt them."""
    found = []
    for run in (each for each in runs if each.conclusion not in SAYS_NOTHING):
        if run.conclusion not in FAILED:
            break
        found.append(run)
    return found


def _red(path, red, runs, repository, now):
    if not red:
        return ""
    more = "at least " if len(red) == len(runs) else ""
    return (
        f"{path} has failed {more}{len(red)} times running on {repository.default_branch}, "
        f"newest #{red[0].number} {ago(red[0].created_at, now)} ago: {red[0].url}"
    )
