"""A deploy step does what it is meant to do, and nothing else."""

from asbuilt.controls import control, finding, none_of
from asbuilt.workflows.judge.action_inputs import CREATES, as_boolean, inputs_of, logins_by_mistake, meant_by
from asbuilt.workflows.judge.credentials.heroku_cli import caller_of
from asbuilt.workflows.judge.skipped import unnoticed_skips
from asbuilt.workflows.yaml.document import text_of


@control("WF002", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "ISO27001 A.8.32"])
def test_deploy_step_does_not_create_apps(workflow_file, checkout):
    """Every heroku-deploy step sets dontautocreate to true: a deploy never creates an app.

    Without it the action answers every failure of `heroku git:remote` with `heroku create`: a misspelled name becomes
    an app. Where the key is refused, the CLI asks a terminal to log in, and crashes, as there is none; that is the
    business of WF021, and a text that is neither true nor false that of WF023.

    Remedy: add `dontautocreate: true` to the step's `with`.
    """
    none_of(
        dict.fromkeys(
            finding(
                inputs.deploy.document,
                inputs.deploy.step.place(CREATES),
                f"{inputs.deploy.job.id}: heroku-deploy may create the app: dontautocreate is "
                f"{value.told if value.given else 'missing'}, expected true{inputs.caller}",
                f'{"set here" if value.given else "add to this step"}: dontautocreate: "true"',
            )
            for inputs in inputs_of(workflow_file, checkout)
            for value in inputs.values(CREATES)
            if not value.on and not inputs.meant(CREATES)
        )
    )


@control("WF022", severity="SEV-2", satisfies=["SOC2 CC8.1", "SOC2 CC7.2", "NIST CM-3"])
def test_skipped_deploy_fails_the_run(workflow_file, checkout):
    """A later step fails the run when heroku-deploy has skipped the deploy.

    With dontautocreate, the action passes over an app that it does not find: it sets its output `status` to
    "Skipped deploy to heroku app ...", and succeeds. The action's own healthcheck is not asked then. A check that
    proves this release notices it too.

    Remedy: give the step an `id`, and fail in a later step when `steps.ID.outputs.status` starts with `Skipped`.
    """
    none_of(
        dict.fromkeys(
            finding(
                path.document,
                path.mark,
                f'job "{path.job}": no later step fails when heroku-deploy skips the deploy of an app that it does not '
                f"find; the action succeeds then{path.caller}",
                ("" if path.step.step.id else "add to this step: id: deploy; ")
                + f'add a step after it: run: "[[ \\"$STATUS\\" == Successfully* ]]", '
                f"with env: STATUS: ${{{{ steps.{path.step.step.id or 'deploy'}.outputs.status }}}}"
                + (", and shell: bash" if path.step.placed.within is not None else ""),
            )
            for path in unnoticed_skips(workflow_file, checkout)
        )
    )


@control("WF023", severity="SEV-3", satisfies=["SOC2 CC8.1", "NIST CM-3", "NIST CM-6"])
def test_deploy_step_is_read_as_it_is_written(workflow_file, checkout):
    """Boolean inputs of heroku-deploy are exactly true or false, and every input is one that it knows.

    The action takes any other text for true, `no` and `False` as much as an empty one. GitHub ignores an input that an
    action does not know.

    Remedy: write true or false; correct the name of the input, or take it out.
    """
    none_of(
        dict.fromkeys(
            finding(
                inputs.deploy.document,
                inputs.deploy.step.place(name),
                f"{inputs.deploy.job.id}: heroku-deploy takes {name} for true: it is {value.told}, "
                f"expected true or false{inputs.caller}",
                f'set here: {name}: "{"true" if name == CREATES else as_boolean(value.text)}"',
            )
            for inputs in inputs_of(workflow_file, checkout)
            for name, value in inputs.misread()
        )
        | dict.fromkeys(
            finding(
                inputs.deploy.document,
                key.mark,
                f'{inputs.deploy.job.id}: heroku-deploy has no input "{key.text}": it is ignored{inputs.caller}',
                f"write {meant}" if (meant := meant_by(key.text)) else "take it out",
            )
            for inputs in inputs_of(workflow_file, checkout)
            for key in inputs.unknown()
        )
        | dict.fromkeys(
            finding(
                placed.document,
                placed.step.place("justlogin"),
                f'{placed.job.id}: heroku-deploy takes justlogin for true: it is "{text_of(login)}", expected true or '
                f"false; so the step logs in and deploys nothing{caller_of(placed, checkout.sources)}",
                'set here: justlogin: "false"',
            )
            for placed, login in logins_by_mistake(workflow_file, checkout)
        )
    )


@control("WF024", severity="SEV-4", satisfies=["NIST CM-6", "NIST CM-7"])
def test_options_have_an_effect(workflow_file, checkout):
    """Every option of a heroku-deploy step has an effect: the action reads it.

    `checkstring`, `delay` and `rollbackonhealthcheckfailed` need `healthcheck`, `docker_*` need `usedocker`;
    `buildpack`, `region` and `team` are for an app that the action creates.

    Remedy: take the option out, or set the input that it depends on.
    """
    none_of(
        dict.fromkeys(
            finding(
                inputs.deploy.document,
                inputs.deploy.step.place(name),
                f"{inputs.deploy.job.id}: {name} has no effect "
                f"{'with' if cause == CREATES else 'without'} {cause}{inputs.caller}",
                "take it out" + ("" if cause == CREATES else f", or set {cause}"),
            )
            for inputs in inputs_of(workflow_file, checkout)
            for name, cause in inputs.dead()
        )
    )
