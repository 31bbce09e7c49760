"""What stands between an event and a deploy: a condition that is false, or a step that ends the job before."""

from dataclasses import dataclass, field
from typing import Any

from asbuilt.workflows.expressions.evaluate import Whole
from asbuilt.workflows.files.workflow import Job, Step, WorkflowFile
from asbuilt.workflows.run.contexts import holds
from asbuilt.workflows.run.job_runs import Leg
from asbuilt.workflows.run.reach import before, play
from asbuilt.workflows.run.stopping import stopping
from asbuilt.workflows.yaml.document import Document, Scalar


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way, in words: a condition that is false, or a script that ends or passes by: it `stops`.

    `never` goes on behind a colon: "the `if` of job "deploy" is never true". `test` is the condition or script,
    `workflow_file` and `job` where it stands; `document` is that of the action where it is written in one.
    """

    never: str
    test: Scalar = field(repr=False)
    document: Document = field(compare=False, repr=False)
    workflow_file: WorkflowFile = field(compare=False, repr=False)
    job: Job = field(compare=False, repr=False)
    stops: bool = False


def in_the_way(leg: Leg) -> Obstacle | None:
    """Give what keeps a job from running: its condition, a step that ends a job before it, or that one's condition.

    None where it may run, and where no condition is to blame: it waits for a job that never runs.
    """
    if leg.reached.runs is not False:
        return None
    file = leg.workflow_file
    fates = play(file, leg.situation)
    if not _is_false(file, leg.job, leg):
        for each in before(file, leg.job):
            guard = stopping(each, leg.situation.context) if fates[each.id].result == "failure" else None
            if guard is not None:
                return end_of(guard, file, each)
    waits_for = [each for each in before(file, leg.job) if each.id in fates and fates[each.id].runs is False]
    jobs = [leg.job] if _is_false(file, leg.job, leg) else [*waits_for, leg.job]
    job = next((each for each in jobs if each.condition is not None), None)
    if job is None or job.condition is None:
        return None
    return Obstacle(f'the `if` of job "{job.id}" is never true', job.condition, file.document, file, job)


def end_of(guard: Step, file: WorkflowFile, job: Job) -> Obstacle:
    """Say that a step ends a job.

    `guard` has a condition or a script, as those that `run.stopping` gives.
    """
    test = guard.condition or guard.run
    assert test is not None  # noqa: S101 - a guard is a script
    return Obstacle(f'step "{guard.label}" ends the run before', test, file.document, file, job, stops=True)


def _is_false(file: WorkflowFile, job: Job, leg: Leg) -> bool:
    """Tell whether a job's own condition is false although all went well before it."""
    results: dict[str, Any] = {each.id: {"result": "success"} for each in file.needed_by(job)}
    context = {**leg.situation.context, "needs": Whole(results)}
    return holds(job.condition, context) is False
