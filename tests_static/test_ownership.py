"""Each app has one owner, and each deploy one target."""

from asbuilt.controls import Finding, control, finding, none_of
from asbuilt.workflows.paths import first_of_each_owner


@control("WF006", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-2"])
def test_one_workflow_owns_the_app(app, estate, deploy_paths):
    """One workflow file deploys each app; with two, nobody knows which one counts.

    Remedy: choose the owner of {app}, and take the deploy out of the other workflow.
    """
    owners = first_of_each_owner(deploy_paths)
    names = [path.owner.file_name for path in owners]
    declared = estate.ownership_of(app.name)
    none_of(
        finding(
            path.document,
            path.mark,
            f"{app.name} is deployed by {' and by '.join(names)}; one workflow owns an app",
            f"keep it in {declared.workflow.name} alone" if declared else "keep it in one of them",
        )
        for path in owners
        if len(owners) > 1
    )


@control("WF007", severity="SEV-2", satisfies=["SOC2 CC8.1", "NIST CM-2"])
def test_app_can_be_deployed(app, estate, deploy_paths):
    """Each declared app can be deployed: a trigger that can fire leads to it, for every declared deploy.

    Remedy: give the workflow that owns {app} the declared trigger again.
    """
    if not any(path.reached for path in deploy_paths):
        none_of([Finding(f"no workflow can deploy {app.name}", "add a deploy for it, or take it out of the estate")])
    none_of(
        Finding(
            f"the declared deploy of {app.name} cannot fire: {declared.name}; "
            f"what can: {', '.join(path.way for path in deploy_paths) or 'nothing'}",
            f"give {declared.workflow.name} the trigger {declared.deploy.trigger}",
            declared.workflow.path,
        )
        for declared in estate.ownerships()
        if declared.deploy.app == app.name and not any(is_declared(path, declared) for path in deploy_paths)
    )


def is_declared(path, declared):
    """Tell whether a path is the one that the estate declares."""
    deploy = declared.deploy
    ref = f"refs/tags/{deploy.tag}" if deploy.tag else f"refs/heads/{deploy.branch}" if deploy.branch else None
    same_file = path.workflow == declared.workflow.path
    return same_file and path.reached and path.is_set_off_by(deploy.trigger, ref, deploy.inputs)


@control("WF008", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3"])
def test_target_is_decided_and_declared(estate, workflow_file, checkout):
    """The target of every deploy step can be read from the workflow, and the estate declares it.

    Remedy: name the app in the workflow, or let an input with options choose it; declare it in the estate.
    """
    none_of(
        dict.fromkeys(
            finding(
                path.document,
                path.step.app_mark,
                f'job "{path.job}" deploys "{path.app}", which the estate does not declare'
                if path.app
                else f'job "{path.job}" deploys a target that cannot be told: {path.undecided}',
                "declare it under apps" if path.app else f"write one of: {', '.join(estate.apps)}",
            )
            for path in checkout.deploy_paths
            if path.owner is workflow_file and path.app not in estate.apps and not path.review
        )
    )
