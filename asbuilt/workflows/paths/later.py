"""The steps that run after a deploy when all goes well."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.workflows.deploys.steps import DeployStep, deploys_of
from asbuilt.workflows.files.sources import DEEPEST, PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.health.surroundings import Surroundings, surroundings_of
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.job_runs import JobRun, Leg
from asbuilt.workflows.run.reach import after, is_on, play, step_runs_on_success, tolerates_failure
from asbuilt.workflows.triggers.situations import Situation


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """A step that runs after a deploy when all goes well, with what its expressions see and what stands around it.

    `tolerated` says that its failure fails no run: it, its job or a caller has `continue-on-error`. It is equal to
    itself alone, since a workflow that is called twice runs each step twice.
    """

    placed: PlacedStep
    context: Context
    surroundings: Surroundings
    tolerated: bool


def later_steps(deploy: DeployStep, run: JobRun, sources: Sources) -> tuple[Later, ...]:
    """Give the steps that can follow a deploy: in its job, in later jobs, and in those after the jobs that call it.

    In that order, from the innermost job outwards. A step that surely does not run when all goes well is left out.
    """
    tolerated = [leg.job for leg in run.legs if is_on(leg.job.continue_on_error, leg.context) is True]
    beside = _beside(run.last, sources, tolerated=bool(tolerated))
    found = beside[bisect_right(beside, deploy.placed.number, key=lambda each: each.placed.number) :]
    for at, leg in reversed(tuple(enumerate(run.legs))):
        called_with_leave = any(outer.job in tolerated for outer in run.legs[:at])
        found += _of_later_jobs(leg, sources, tolerated=called_with_leave)
    return found


@lru_cache(maxsize=64)  # each deploy of the job asks
def _beside(leg: Leg, sources: Sources, *, tolerated: bool) -> tuple[Later, ...]:
    """Give the steps that follow the first deploy of a job, in that job."""
    first, *_ = deploys_of(leg.workflow_file, leg.job, sources)
    steps = sources.steps(leg.workflow_file, leg.job)[first.placed.number + 1 :]
    return tuple(each for placed in steps for each in _later(placed, leg.context, sources, tolerated=tolerated))


def may_fail_quietly(deploy: DeployStep, run: JobRun, sources: Sources) -> bool:
    """Tell whether the step that deploys may fail without failing the run.

    Only where that is certain: `continue-on-error` whose value is not known does not count.
    """
    if any(is_on(leg.job.continue_on_error, leg.context) is True for leg in run.legs):
        return True
    if all(each.step.continue_on_error is None for each in deploy.placed.lineage):
        return False
    return any(each.tolerated for each in _later(deploy.placed, run.last.context, sources, tolerated=False))


@lru_cache(maxsize=64)  # each deploy of the job asks
def _of_later_jobs(leg: Leg, sources: Sources, *, tolerated: bool) -> tuple[Later, ...]:
    found: list[Later] = []
    fates = play(leg.workflow_file, leg.situation)
    for each in after(leg.workflow_file, leg.job):
        if fates[each.id].runs is not False:
            found += _of_job(leg.workflow_file, each, leg.situation, sources, tolerated=tolerated)
    return tuple(found)


@lru_cache(maxsize=1024)  # each job before it asks
def _of_job(
    file: WorkflowFile, job: Job, situation: Situation, sources: Sources, *, tolerated: bool
) -> tuple[Later, ...]:
    return tuple(_steps_of_job(file, job, situation, sources, tolerated=tolerated, depth=0))


def _steps_of_job(
    file: WorkflowFile, job: Job, situation: Situation, sources: Sources, *, tolerated: bool, depth: int
) -> Iterator[Later]:
    """Give the steps that a job runs, itself or through the workflow that it calls."""
    ignored = tolerated or tolerates_failure(job, situation.context) is True
    context = contexts.of_job(job, situation.names, situation.context)
    called = sources.called_by(job)
    if called is not None and depth < DEEPEST:
        names = contexts.of_called_names(situation.names, job.secrets, context)
        inner = situation.calling(contexts.of_called(called, job.with_, situation.context), names)
        fates = play(called, inner)
        for each in called.jobs:
            if each.id in fates and fates[each.id].runs is not False:
                yield from _steps_of_job(called, each, inner, sources, tolerated=ignored, depth=depth + 1)
    for placed in sources.steps(file, job):
        yield from _later(placed, context, sources, tolerated=ignored)


def _later(placed: PlacedStep, context: Context, sources: Sources, *, tolerated: bool) -> Iterator[Later]:
    """Give a step, unless it or one that it is within does not run when all went well."""
    here: Context = context
    for each in placed.lineage:
        here = contexts.of_step(each, context, sources)
        if step_runs_on_success(each.step, here) is False:
            return
        tolerated = tolerated or is_on(each.step.continue_on_error, here) is True
    yield Later(placed, here, surroundings_of(placed, here), tolerated)
