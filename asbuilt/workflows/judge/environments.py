"""The environment that a deploy goes through, in words, and what gives it the right one.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

import re

from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.said.described import handed

_HANDED = re.compile(r"inputs\.([\w-]+)")


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


def remedy(path: DeployPath, expected: str) -> str:
    """Say what gives the job its environment: where an expression does, others may rely on that.

    `expected` is the name of the environment. It is a line to write, or where to hand the name over.
    """
    job = path.step.job
    told = path.step.described
    if told is not None:
        name = handed(told.environment)
        there = f"environment: {expected}, in the estate under workflows" if name is None else ""
        return there or f"add to job {job.id}, under with: {name}: {expected}"
    if job.environment is None:
        return f"add to job {job.id}: environment: {expected}"
    if "${{" not in job.environment.text:
        return f"environment: {expected}"
    given = _HANDED.search(job.environment.text)
    if given is not None and path.called_from:
        return f"in the job that calls this workflow, with: {given[1]}: {expected}"
    return f"let {job.environment.text} come to {expected} here"
