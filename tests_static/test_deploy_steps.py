"""A deploy step does what it is meant to do, and nothing else."""

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.deploys import deploy_steps
from asbuilt.workflows.document import text_of
from asbuilt.workflows.mechanisms import HEROKU_DEPLOY



@control("WF002", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_deploy_step_does_not_create_apps(workflow_file, checkout):
    """Every heroku-deploy step sets dontautocreate to true: a deploy never creates an app.

    Without it the action answers an app that it cannot see with `heroku create`, which asks a terminal to log in; in a
    workflow there is none, and the job crashes.

    Remedy: add `dontautocreate: true` to the step's `with`.
    """
    none_of(
        finding(
            deploy.document,
            deploy.step.place("dontautocreate"),
            f"{deploy.job.id}: heroku-deploy may create the app: dontautocreate is {value or 'missing'}, expected true",
            'add to this step: dontautocreate: "true"' if value is None else 'set here: dontautocreate: "true"',
        )
        for deploy in deploy_steps(workflow_file, checkout.sources)
        if deploy.mechanism == HEROKU_DEPLOY and (value := text_of(deploy.step.input("dontautocreate"))) != "true"
    )
