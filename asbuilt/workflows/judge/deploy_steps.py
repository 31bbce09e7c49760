"""Whether a heroku-deploy step does what it is meant to do, and nothing else.

In go a workflow file and its checkout: what an input comes to can depend on the way to the step.
"""

from collections.abc import Iterator

from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.action_inputs import (
    CREATES,
    CREATES_SINCE,
    as_boolean,
    inputs_of,
    logins_by_mistake,
    meant_by,
)
from asbuilt.workflows.judge.credentials.heroku_cli import caller_of
from asbuilt.workflows.judge.skipped import unnoticed_skips
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding


def creating(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[Finding]:
    """Give the steps of a workflow that may create the app.

    At the input `dontautocreate`, at what is meant for it and misspelled, or at the step where it lacks: once for each
    way on which it is not sure to be on. At the action itself, where its release is too old to know the input.
    """
    for inputs in inputs_of(workflow_file, checkout):
        if release := inputs.creates_whatever_is_set:
            yield inputs.deploy.document.finding(
                inputs.deploy.step.place("uses"),
                f"{inputs.deploy.job.id}: heroku-deploy may create the app: {release} does not know "
                f"dontautocreate{inputs.caller}",
                f"use v{'.'.join(map(str, CREATES_SINCE))} or later, with dontautocreate: true",
            )
            continue
        meant = inputs.meant(CREATES)
        for value in inputs.values(CREATES):
            if not value.on:
                misspelled = meant if not value.given else None
                told = f"misspelled {misspelled.text}" if misspelled else value.told if value.given else "missing"
                job = inputs.deploy.job.id
                yield inputs.deploy.document.finding(
                    misspelled.mark if misspelled else inputs.deploy.step.place(CREATES),
                    f"{job}: heroku-deploy may create the app: dontautocreate is {told}{inputs.caller}",
                    f'{"set here" if value.given or misspelled else "add to this step"}: dontautocreate: "true"',
                )


def skipping(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[Finding]:
    """Give the steps of a workflow that pass over an app that they do not find, where no later step notices.

    With `dontautocreate` the action succeeds then. At the step, once for each way.
    """
    for path in unnoticed_skips(workflow_file, checkout):
        named = path.step.step.id
        yield path.document.finding(
            path.mark,
            f'job "{path.job}": no later step fails when heroku-deploy finds no such app: it skips the deploy, and '
            f"succeeds{path.caller}",
            ("" if named else "add to this step: id: deploy; ")
            + f'add a step after it: run: "[[ \\"$STATUS\\" == Successfully* ]]", '
            f"with env: STATUS: ${{{{ steps.{named or 'deploy'}.outputs.status }}}}"
            + (", and shell: bash" if path.step.placed.within is not None else ""),
        )


def misread(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[Finding]:
    """Give what a workflow hands to heroku-deploy and the action reads in another way, or not at all.

    Booleans that are neither `true` nor `false`, inputs that it does not have, and a `justlogin` that is to say no:
    each at its key, in that order.
    """
    every = tuple(inputs_of(workflow_file, checkout))
    for inputs in every:
        for name, value in inputs.misread():
            yield inputs.deploy.document.finding(
                inputs.deploy.step.place(name),
                f"{inputs.deploy.job.id}: heroku-deploy takes {name} for true: it is {value.told}{inputs.caller}",
                f'set here: {name}: "{"true" if name == CREATES else as_boolean(value.text)}"',
            )
    for inputs in every:
        for key in inputs.unknown():
            meant = meant_by(key.text)
            yield inputs.deploy.document.finding(
                key.mark,
                f'{inputs.deploy.job.id}: heroku-deploy has no input "{key.text}": it is ignored{inputs.caller}',
                f"write {meant}" if meant else "take it out",
            )
    for placed, login in logins_by_mistake(workflow_file, checkout):
        yield placed.document.finding(
            placed.step.place("justlogin"),
            f'{placed.job.id}: heroku-deploy takes justlogin for true: it is "{text_of(login)}", expected true or '
            f"false; so the step logs in and deploys nothing{caller_of(placed, checkout.sources)}",
            'set here: justlogin: "false"',
        )


def without_effect(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[Finding]:
    """Give the options of a workflow's heroku-deploy steps that the action never reads, beside its other inputs.

    Each at its key.
    """
    for inputs in inputs_of(workflow_file, checkout):
        for name, cause in inputs.dead():
            yield inputs.deploy.document.finding(
                inputs.deploy.step.place(name),
                f"{inputs.deploy.job.id}: {name} has no effect "
                f"{'with' if cause == CREATES else 'without'} {cause}{inputs.caller}",
                "take it out" + ("" if cause == CREATES else f", or set {cause}"),
            )
