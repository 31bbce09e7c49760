"""Each app has one owner, each deploy one target, and each target a way that leads there."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import ownership


@control("WF006", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-2"])
def test_one_workflow_owns_the_app(app, estate, deploy_paths):
    """One workflow file deploys each app; with two, nobody knows which one counts.

    The owner is the file in which the deploy stands: workflows that all call one reusable workflow leave it the owner.

    Remedy: choose the owner of {app}, and take the deploy out of the other workflow.
    """
    none_of(ownership.shared(app, estate, deploy_paths))


@control("WF007", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_app_can_be_deployed(app, estate, deploy_paths, blocked_paths, all_read):
    """A trigger leads to each declared app, for every declared deploy.

    Whether the conditions on the way are ever true is for WF028. That no way is there can be told only where every file
    was read.

    Remedy: give the workflow that owns {app} the declared trigger again.
    """
    none_of(ownership.unstarted(app, deploy_paths, blocked_paths))
    if all_read:
        none_of(ownership.without_way(app, estate, deploy_paths, blocked_paths))


@control("WF028", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_conditions_let_a_deploy_through(app, estate, deploy_paths, blocked_paths):
    """Where a trigger leads to a declared app, the conditions on the way can be true.

    A deploy that is always skipped is none, and its run is green. Neither does a tag deploy anything that a workflow
    pushes with GITHUB_TOKEN: it sets off no other workflow.

    Remedy: correct the `if` of the job or step, or the filter of the trigger.
    """
    none_of(ownership.shut(app, estate, deploy_paths, blocked_paths))


@control("WF008", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"])
def test_target_is_decided_and_declared(estate, workflow_file, checkout):
    """The target of every deploy step can be read from the workflow, and the estate declares it.

    Steps count too that nothing reaches today.

    Remedy: name the app in the workflow, or let an input with options choose it; declare it in the estate.
    """
    none_of(ownership.undeclared(workflow_file, checkout, estate))
    if not estate.apps:
        pytest.skip("the estate declares no apps")
