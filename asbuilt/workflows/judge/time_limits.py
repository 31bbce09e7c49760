"""Whether a job that deploys ends by itself when it hangs.

Without `timeout-minutes` GitHub waits six hours. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idtimeout-minutes
"""

from collections.abc import Iterator
from datetime import timedelta

from asbuilt.workflows.deploys.steps import DeployStep, deploy_steps
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.expressions.values import number_of
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.undecided import bound, fixed_names, quoted
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.run.job_runs import job_runs
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

_MINUTE = timedelta(minutes=1)


def unlimited(workflow_file: WorkflowFile, sources: Sources, most: timedelta) -> tuple[Finding, ...]:
    """Give the jobs of a workflow that deploy, and have no limit of their time, or one that is longer than `most`.

    A job that calls a workflow can have none. Open where the limit cannot be told before the run; what whoever starts
    the run may type is any.
    """
    return one_for_each_place(
        found
        for deploy in deploy_steps(workflow_file, sources)
        if not deploy.review and deploy.job.uses is None
        for found in _of_job(deploy, sources, most)
    )


def _of_job(deploy: DeployStep, sources: Sources, most: timedelta) -> Iterator[Finding]:
    job, document = deploy.job, deploy.workflow_file.document
    mark, called, limit = job.place("timeout-minutes"), _called_by(deploy.workflow_file, sources), _said(most)
    text = text_of(job.timeout)
    if text is None:
        yield document.finding(
            mark,
            f'job "{job.id}" deploys, and may hang for six hours: it has no timeout-minutes{called}',
            "add to the job: timeout-minutes: 20",
        )
        return
    repository = sources.repository or "OWNER/NAME"
    for context in _contexts(deploy, text, sources):
        value = text_in(text, context)
        if isinstance(value, Unknown) and value.typed:
            fact = f'job "{job.id}" deploys, and may hang as long as whoever starts the run types: {quoted(text)}'
            yield document.finding(mark, fact + called, f"timeout-minutes: 20, or choices of at most {limit}")
        elif isinstance(value, Unknown):
            names = fixed_names(text)
            fact = f'cannot be told how long job "{job.id}" may hang, which deploys: {quoted(text)} on line {mark.line}'
            fix = bound(names, '"20"', sources.repository) if names else "timeout-minutes: 20"
            yield document.open_finding(mark, fact + called, fix)
        elif value.strip() and number_of(value) > most / _MINUTE:
            yield document.finding(
                mark,
                f'job "{job.id}" deploys, and may hang for {value} minutes, expected at most {limit}{called}',
                f"timeout-minutes: 20, or in the estate: repositories: {{{repository}: {{max_deploy: {value}m}}}}",
            )


def _contexts(deploy: DeployStep, text: str, sources: Sources) -> Iterator[Context]:
    """Give what the deploying job sees in each run, where that makes a difference; nothing where nothing starts it."""
    found = False
    if "${{" in text:
        for entry in sources.workflow_files:
            for run in job_runs(entry, sources, lambda _, job: job is deploy.job):
                if run.last.job is deploy.job:
                    found = True
                    yield run.last.context
    if not found:
        yield {}


def _said(most: timedelta) -> str:
    return f"{most // _MINUTE} minutes"


def _called_by(workflow_file: WorkflowFile, sources: Sources) -> str:
    """Say at the end of a sentence who calls a workflow."""
    callers = [f"{file.file_name}:{job.place('uses').line}" for file, job in sources.callers_of(workflow_file)]
    return f"; called by {' and '.join(callers)}" if callers else ""
