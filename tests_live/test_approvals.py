"""What deploys does not wait for ever."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.model import ago
from asbuilt.workflows.yaml.finding import Finding

pytestmark = pytest.mark.live


@control(
    "GH016",
    severity="SEV-3",
    satisfies=["SOC2 CC8.1", "NIST CM-3"],
    explained_by=["GH001"],
    with_app=True,
    declared=["repository.max_wait"],
    observed=["waiting", "longest_timer"],
)
def test_no_deploy_waits_long_for_its_approval(repository, waiting, longest_timer, now):
    """No run of a declared deploy waits longer for its approval than declared: what was to be released is not.

    A list of completed runs does not show it, and the run is neither red nor green. After thirty days GitHub ends it.

    Remedy: approve or cancel it: gh run list -R {repository} --workflow {workflow} --status waiting
    """
    none_of(
        Finding(
            f"run #{run.number} by {run.event}{f' on {run.branch}' if run.branch else ''} has waited for "
            f"{ago(run.since, now)}, allowed are {ago(now - repository.max_wait, now)}",
            f"approve it, or cancel it: {run.url}",
        )
        for run in waiting
        if now - run.since > repository.max_wait + longest_timer
    )
