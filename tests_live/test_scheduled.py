"""What is to run by a schedule does: a watch that does not run says nothing."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.scheduled import silence

pytestmark = pytest.mark.live


@control(
    "GH010",
    since="0.2",
    severity="SEV-2",
    satisfies=["SOC2 CC7.2", "NIST SI-4", "NIST CA-7"],
    explained_by=["GH001", "GH007"],
    declared=["scheduled_workflow.every"],
    observed=["github_workflow", "scheduled_runs"],
)
def test_scheduled_workflow_runs(scheduled_workflow, github_workflow, scheduled_runs, now):
    """Each scheduled workflow ran within its interval and its delay, and GitHub has not disabled it.

    Its delay is six hours, or the interval where that is longer: GitHub's schedules come hours late, and where it is
    busy it drops them. It disables those of a public repository after 60 days without activity, and starts none whose
    actor's account is gone: nothing else says that a watch has stopped.

    The interval is what the estate declares (`every`), else the longest time between two fires of the file's `cron`s:
    declare it for a watch that you rest on, since a file whose `cron` is taken out asks for no run any more. A run that
    failed ran, and GH008 counts it; one that was cancelled, was skipped or waits did not.

    Remedy: gh workflow enable {workflow} -R {repository}   (or see why its schedule stopped)
    """
    none_of(silence(scheduled_workflow, github_workflow, scheduled_runs, now))
