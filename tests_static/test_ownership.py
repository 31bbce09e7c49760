"""Each app has one owner, each deploy one target, and each target a way that leads there."""

from asbuilt.controls import Finding, control, finding, none_of
from asbuilt.workflows.judge.ownership import (
    Expected,
    first_of_each_owner,
    missing,
    shut,
    targets_in,
    trigger_of,
    unstarted,
)
from asbuilt.workflows.yaml.fault import one_for_each_place


@control("WF006", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-2"])
def test_one_workflow_owns_the_app(app, estate, deploy_paths):
    """One workflow file deploys each app; with two, nobody knows which one counts.

    The owner is the file in which the deploy stands: workflows that all call one reusable workflow leave it the owner.

    Remedy: choose the owner of {app}, and take the deploy out of the other workflow.
    """
    owners = first_of_each_owner(deploy_paths)
    names = " and by ".join(path.owner.file_name for path in owners)
    declared = estate.ownership_of(app.name)
    none_of(
        finding(
            path.document,
            path.mark,
            f"{app.name} is deployed by {names}; one workflow owns an app{path.caller}",
            f"keep it in {declared.workflow.name} alone" if declared else "keep it in one of them",
        )
        for path in owners
        if len(owners) > 1
    )


@control("WF007", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_app_can_be_deployed(app, estate, deploy_paths, blocked_paths, all_read):
    """A trigger leads to each declared app, for every declared deploy.

    Whether the conditions on the way are ever true is for WF028. That no way is there can be told only where every file
    was read.

    Remedy: give the workflow that owns {app} the declared trigger again.
    """
    faults = unstarted(app.name, deploy_paths, blocked_paths)
    none_of(finding(*fault) for fault in one_for_each_place(faults))
    if not all_read:
        return
    if not deploy_paths and not blocked_paths:
        none_of([Finding(f"no workflow deploys {app.name}", "add a deploy for it, or take it out of the estate")])
    none_of(
        without_trigger(each, app, deploy_paths, blocked_paths)
        for each in expected(estate, app)
        if missing(each, deploy_paths, blocked_paths)
    )


@control("WF028", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_conditions_let_a_deploy_through(app, estate, deploy_paths, blocked_paths):
    """Where a trigger leads to a declared app, the conditions on the way can be true.

    A deploy that is always skipped is none, and its run is green. Neither does a tag deploy anything that a workflow
    pushes with GITHUB_TOKEN: it sets off no other workflow.

    Remedy: correct the `if` of the job or step, or the filter of the trigger.
    """
    faults = shut(app.name, expected(estate, app), deploy_paths, blocked_paths)
    none_of(finding(*fault) for fault in one_for_each_place(faults))


@control("WF008", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"])
def test_target_is_decided_and_declared(estate, workflow_file, checkout):
    """The target of every deploy step can be read from the workflow, and the estate declares it.

    Steps count too that nothing reaches today.

    Remedy: name the app in the workflow, or let an input with options choose it; declare it in the estate.
    """
    none_of(
        dict.fromkeys(
            finding(
                target.document,
                target.mark,
                f'job "{target.job}" deploys "{target.app}", which the estate does not declare{target.caller}'
                if target.app
                else f'job "{target.job}" deploys a target that cannot be told: {target.why}{target.caller}',
                "declare it under apps" if target.app else f"write one of: {', '.join(estate.apps)}",
            )
            for target in targets_in(workflow_file, checkout.deploy_paths, checkout.blocked_paths)
            if target.app not in estate.apps
        )
    )


def expected(estate, app):
    """Give the declared deploys of an app."""
    return [
        Expected(declared.workflow.path, declared.deploy.trigger, ref_of(declared.deploy), declared.deploy.inputs)
        for declared in estate.ownerships()
        if declared.deploy.app == app.name
    ]


def without_trigger(declared, app, deploy_paths, blocked_paths):
    """Say that no trigger leads to a declared deploy, at the triggers of its workflow where that has any."""
    ways = dict.fromkeys(path.way for path in (*deploy_paths, *blocked_paths) if path.trigger)
    fact = f"no trigger leads to the declared deploy of {app.name}, {declared.way}; what does: {', '.join(ways)}"
    fix = f"let it be set off by {declared.way}, or correct the estate"
    place = trigger_of(declared, deploy_paths, blocked_paths)
    return finding(*place, fact, fix) if place else Finding(fact, fix, declared.workflow)


def ref_of(deploy):
    """Give the whole ref that a declared deploy names, or None."""
    return f"refs/tags/{deploy.tag}" if deploy.tag else f"refs/heads/{deploy.branch}" if deploy.branch else None
