"""Each app has one owner, each deploy one target, and each target a way that leads there."""

import pytest

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import ownership, there, undeclared_triggers


@control("WF006", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-2"])
def test_one_workflow_owns_the_app(app, estate, deploy_paths):
    """One workflow file deploys each app; with two, nobody knows which one counts.

    The owner is the file in which the deploy stands: workflows that all call one reusable workflow leave it the owner.

    Remedy: choose the owner of {app}, and take the deploy out of the other workflow.
    """
    none_of(ownership.shared(app, estate, deploy_paths))


@control(
    "WF007",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "NIST CM-2"],
    explained_by=["WF001", "WF003", "WF008", "WF029"],
)
def test_app_can_be_deployed(app, estate, leading, all_read):
    """A trigger leads to each declared app, for every declared deploy.

    Whether the conditions on the way are ever true is for WF028. That no way is there can be told only of an app that
    declares its repository, where every file of that was read, and where no deploy has an app that cannot be told.

    Remedy: give the workflow that owns {app} the declared trigger again.
    """
    none_of(ownership.unstarted(app, leading))
    if all_read:
        none_of(ownership.without_way(app, estate, leading))


@control("WF028", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_conditions_let_a_deploy_through(app, estate, leading):
    """Where a trigger leads to a declared app, the conditions on the way can be true.

    One that the run itself works out can be; of one that a secret or a variable decides it cannot be told. A deploy
    that is always skipped is none, and its run is green. Neither does a tag deploy anything that a workflow pushes with
    GITHUB_TOKEN: it sets off no other workflow.

    Remedy: correct the `if` of the job or step, or the filter of the trigger.
    """
    none_of(ownership.shut(app, estate, leading), among=(*leading.paths, *leading.blocked), what=f"way to {app.name}")


@control("WF008", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"])
def test_target_is_decided_and_declared(estate, workflow_file, checkout):
    """The target of every deploy step can be read from the workflow, and the estate declares it.

    Steps count too that nothing reaches today.

    Remedy: name the app in the workflow, or let an input with options choose it; declare it in the estate.
    """
    deploys = there.deploys(workflow_file, checkout.sources)
    none_of(ownership.undeclared(workflow_file, checkout, estate), among=deploys, what="step that deploys")
    if not estate.apps:
        pytest.skip("the estate declares no apps")


@control(
    "WF037",
    since="0.2",
    severity="SEV-2",
    satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"],
    explained_by=["WF003", "WF006"],
)
def test_what_sets_off_a_deploy_is_declared(app, estate, deploy_paths):
    """Every trigger that reaches an app is one that the estate declares for it.

    A schedule beside the push, the push of another branch or another choice of a dispatch deploys as well. A deploy
    that is declared without a branch or inputs is one of any; but any branch's code reaches production by hand only
    through an environment, which says what branches may.

    Remedy: take the trigger away from the workflow that deploys {app}, or declare it under `deploys`.
    """
    if not any(each.deploy.app == app.name for each in estate.ownerships()):
        pytest.skip(f"the estate declares no deploy of {app.name}")
    repository = estate.repositories.get(app.repository)
    none_of(undeclared_triggers.undeclared(app, estate, repository, deploy_paths))
