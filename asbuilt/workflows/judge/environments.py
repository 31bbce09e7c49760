"""The environment that a deploy goes through, in words, and what gives it the right one.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

import re

from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.run.contexts import text_in
from asbuilt.workflows.run.job_runs import JobRun
from asbuilt.workflows.said.described import handed
from asbuilt.workflows.yaml.document import texts_of

_HANDED = re.compile(r"inputs\.([\w-]+)")
# What differs from run to run, or row to row: a variable or a secret is the same for all of them.
_DEPENDS = re.compile(r"\$\{\{[^}]*\b(?:inputs|matrix|github|env)\b|\$(?!\{\{)")


def through(path: DeployPath) -> str:
    """Say which environment a deploy goes through, or why none.

    production; no environment; whichever is typed: ${{ inputs.where }}; one that cannot be told: ${{ vars.WHERE }}
    """
    written = path.step.environment
    if path.environment or not written:
        return path.environment or "no environment"
    if isinstance(written, str):
        return f"one that cannot be told: {written} is not handed over"
    if path.is_environment_typed:
        return f"whichever is typed: {written.text}"
    if path.is_environment_open:
        return f"one that cannot be told: {written.text}"
    return f"no environment: {written.text} is empty here"


def unused_input(run: JobRun, expected: str) -> str:
    """Give the input by which a called job is handed the name of an environment, and which it does not use for it.

    Empty where the caller hands over none of that value, and where the job names an environment.
    """
    if len(run.legs) < 2 or run.last.job.environment is not None:  # noqa: PLR2004 - the caller, and what it calls
        return ""
    caller = run.legs[-2]
    given = ((name, text_in(text, caller.context)) for name, text in texts_of(caller.job.with_))
    return next((name for name, value in given if isinstance(value, str) and value.lower() == expected.lower()), "")


def remedy(path: DeployPath, expected: str) -> str:
    """Say what gives the job its environment: where an expression does, others may rely on that.

    `expected` is the name of the environment. It is a line to write, or where to hand the name over. Where the job
    deploys other apps too, the line is one for all of them.
    """
    job = path.step.job
    told = path.step.described
    if told is not None:
        name = handed(told.environment)
        there = f"environment: {expected}, in the estate under workflows" if name is None else ""
        return there or f"add to job {job.id}, under with: {name}: {expected}"
    if unused := unused_input(path.run, expected):
        return f"add to job {job.id}: environment: ${{{{ inputs.{unused} }}}}"
    if job.environment is None or "${{" not in job.environment.text:
        return _written_there(path, expected)
    given = _HANDED.search(job.environment.text)
    if given is not None and path.called_from:
        return f"in the job that calls this workflow, with: {given[1]}: {expected}"
    return f"let {job.environment.text} come to {expected} here"


def _written_there(path: DeployPath, expected: str) -> str:
    job = path.step.job
    if not _deploys_several(path):
        return f"{f'add to job {job.id}: ' if job.environment is None else ''}environment: {expected}"
    if path.called_from:
        return f"environment: ${{{{ inputs.environment }}}}, and where {path.app} is named, environment: {expected}"
    if "matrix." in (path.step.target or ""):
        return f"environment: ${{{{ matrix.environment }}}}, and in the row of {path.app}, environment: {expected}"
    return f"let `environment` of job {job.id} come to {expected} where it deploys {path.app}"


def _deploys_several(path: DeployPath) -> bool:
    """Tell whether the app of a step depends on something, so that it may deploy another one as well."""
    target = path.step.target or ""
    return _DEPENDS.search(target) is not None
