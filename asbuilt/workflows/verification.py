"""What happens after a deploy: the steps that can follow it, and which of them check the app's health."""

from collections.abc import Iterator
from dataclasses import dataclass

from asbuilt.workflows import contexts, surroundings
from asbuilt.workflows.contexts import Context
from asbuilt.workflows.deploys import DeployStep
from asbuilt.workflows.document import text_of
from asbuilt.workflows.health import check_of
from asbuilt.workflows.health_actions import check_of_call
from asbuilt.workflows.health_check import Check
from asbuilt.workflows.job_runs import JobRun, Leg, may_fail
from asbuilt.workflows.mechanisms import HEROKU_DEPLOY
from asbuilt.workflows.reach import after, is_on, play, step_runs_on_success
from asbuilt.workflows.situations import Situation
from asbuilt.workflows.sources import DEEPEST, PlacedStep, Sources
from asbuilt.workflows.surroundings import Surroundings
from asbuilt.workflows.workflow import Job, WorkflowFile


@dataclass(frozen=True, slots=True)
class Verification:
    """A health check that follows a deploy. `placed` is None where the workflow that a job calls is the check."""

    label: str
    check: Check
    placed: PlacedStep | None


@dataclass(frozen=True, slots=True)
class Later:
    """A step that runs after a deploy when all goes well, with what its expressions see."""

    placed: PlacedStep
    context: Context
    tolerated: bool

    @property
    def surroundings(self) -> Surroundings:
        """What stands around it."""
        return surroundings.around(self.placed, self.context)


def later_steps(deploy: DeployStep, run: JobRun, sources: Sources) -> Iterator[Later]:
    """Give the steps that can follow a deploy: in its job, in later jobs, and in those after the jobs that call it."""
    tolerated = [leg.job for leg in run.legs if is_on(leg.job.continue_on_error, leg.context) is True]
    for placed in sources.steps(deploy.workflow_file, deploy.job):
        if placed.number > deploy.placed.number:
            yield from _later(placed, run.last.context, sources, tolerated=bool(tolerated))
    for at, leg in reversed(tuple(enumerate(run.legs))):
        called_with_leave = any(outer.job in tolerated for outer in run.legs[:at])
        yield from _of_later_jobs(leg, sources, tolerated=called_with_leave)


def verifications(
    deploy: DeployStep, run: JobRun, later: tuple[Later, ...], sources: Sources
) -> Iterator[Verification]:
    """Give the health checks after a deploy that can fail the run; `later` are the steps that follow it."""
    address = text_of(deploy.step.input("healthcheck")) if deploy.mechanism == HEROKU_DEPLOY else None
    if address and not _is_tolerated(deploy, run, sources):
        expected = text_of(deploy.step.input("checkstring")) or ""
        check = Check(can_fail=True, proves_release=proves_commit(expected), notices_errors=True, addresses=(address,))
        yield Verification(f"{deploy.job.id}: healthcheck of {deploy.mechanism}", check, deploy.placed)
    for each in later:
        around = each.surroundings
        check_made = None if each.tolerated else check_of(each.placed.step, each.placed.shell, around)
        if check_made is not None and check_made.can_fail:
            yield Verification(f"{each.placed.job.id}: {each.placed.step.label}", check_made, each.placed)
    for leg in run.legs:
        for job in after(leg.workflow_file, leg.job):
            counts = job.uses is not None and not may_fail(job, leg.situation.context)
            made = check_of_call(text_of(job.uses) or "") if counts else None
            if made is not None and play(leg.workflow_file, leg.situation)[job.id].runs is not False:
                yield Verification(job.id, made, None)


def proves_commit(expected: str) -> bool:
    """Tell whether a text that an answer must hold names the commit that was deployed."""
    lowered = expected.lower()
    return "${{" in lowered and any(word in lowered for word in ("sha", "commit", "version", "revision"))


def _is_tolerated(deploy: DeployStep, run: JobRun, sources: Sources) -> bool:
    """Tell whether the step that deploys may fail without failing the run."""
    placed = _later(deploy.placed, run.last.context, sources, tolerated=False)
    legs = any(is_on(leg.job.continue_on_error, leg.context) is True for leg in run.legs)
    return legs or any(each.tolerated for each in placed)


def _of_later_jobs(leg: Leg, sources: Sources, *, tolerated: bool) -> Iterator[Later]:
    fates = play(leg.workflow_file, leg.situation)
    for each in after(leg.workflow_file, leg.job):
        if fates[each.id].runs is not False:
            yield from _of_job(leg.workflow_file, each, leg.situation, sources, tolerated=tolerated, depth=0)


def _of_job(
    file: WorkflowFile, job: Job, situation: Situation, sources: Sources, *, tolerated: bool, depth: int
) -> Iterator[Later]:
    """Give the steps that a job runs, itself or through the workflow that it calls."""
    ignored = tolerated or may_fail(job, situation.context)
    called = sources.called_by(job)
    if called is not None and depth < DEEPEST:
        inner = situation.calling(contexts.of_called(called, job.with_, situation.context))
        fates = play(called, inner)
        for each in called.jobs:
            if each.id in fates and fates[each.id].runs is not False:
                yield from _of_job(called, each, inner, sources, tolerated=ignored, depth=depth + 1)
    for placed in sources.steps(file, job):
        yield from _later(placed, situation.context, sources, tolerated=ignored)


def _later(placed: PlacedStep, context: Context, sources: Sources, *, tolerated: bool) -> Iterator[Later]:
    """Give a step, unless it or one that it is within does not run when all went well."""
    here: Context = context
    for each in placed.lineage:
        here = contexts.of_step(each, context, sources)
        if step_runs_on_success(each.step, here) is False:
            return
        tolerated = tolerated or is_on(each.step.continue_on_error, here) is True
    yield Later(placed, here, tolerated)
