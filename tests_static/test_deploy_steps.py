"""A deploy step does what it is meant to do, and nothing else."""

from asbuilt.controls import control, none_of
from asbuilt.workflows.judge import deploy_steps, there


@control("WF002", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"], explained_by=["WF023"])
def test_deploy_step_does_not_create_apps(workflow_file, checkout):
    """Every heroku-deploy step sets dontautocreate to true: a deploy never creates an app.

    Without it the action answers every failure of `heroku git:remote` with `heroku create`: a misspelled name becomes
    an app. Where the key is refused, the CLI asks a terminal to log in, and crashes, as there is none; that is the
    business of WF021, and a text that is neither true nor false that of WF023.

    Remedy: add `dontautocreate: true` to the step's `with`.
    """
    steps = there.steps_of_heroku_deploy(workflow_file, checkout.sources)
    none_of(deploy_steps.creating(workflow_file, checkout), among=steps, what="step that uses heroku-deploy")


@control("WF022", severity="SEV-2", satisfies=["SOC2 CC8.1", "SOC2 CC7.2", "NIST CM-3"])
def test_skipped_deploy_fails_the_run(workflow_file, checkout):
    """A later step fails the run when heroku-deploy has skipped the deploy.

    With dontautocreate, the action passes over an app that it does not find: it sets its output `status` to
    "Skipped deploy to heroku app ...", and succeeds. The action's own healthcheck is not asked then. A check that
    proves this release notices it too.

    Remedy: give the step an `id`, and fail in a later step when `steps.ID.outputs.status` starts with `Skipped`.
    """
    steps = there.steps_of_heroku_deploy(workflow_file, checkout.sources)
    none_of(deploy_steps.skipping(workflow_file, checkout), among=steps, what="step that uses heroku-deploy")


@control("WF023", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-6"])
def test_deploy_step_is_read_as_it_is_written(workflow_file, checkout):
    """Boolean inputs of heroku-deploy are exactly true or false, and every input is one that it knows.

    The action takes any other text for true, `no` and `False` as much as an empty one. GitHub ignores an input that an
    action does not know.

    Remedy: write true or false; correct the name of the input, or take it out.
    """
    steps = there.steps_of_heroku_deploy(workflow_file, checkout.sources)
    none_of(deploy_steps.misread(workflow_file, checkout), among=steps, what="step that uses heroku-deploy")


@control("WF024", severity="SEV-4", satisfies=["NIST CM-6", "NIST CM-7"])
def test_options_have_an_effect(workflow_file, checkout):
    """Every option of a heroku-deploy step has an effect: the action reads it.

    `checkstring`, `delay` and `rollbackonhealthcheckfailed` need `healthcheck`, `docker_*` need `usedocker`;
    `buildpack`, `region` and `team` are for an app that the action creates.

    Remedy: take the option out, or set the input that it depends on.
    """
    steps = there.steps_of_heroku_deploy(workflow_file, checkout.sources)
    none_of(deploy_steps.without_effect(workflow_file, checkout), among=steps, what="step that uses heroku-deploy")
