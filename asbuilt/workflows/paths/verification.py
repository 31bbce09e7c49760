"""Which steps and calls after a deploy check the app's health."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.workflows.deploys.mechanisms import script_of
from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.health.actions import check_of_call
from asbuilt.workflows.health.check import Check
from asbuilt.workflows.health.steps import check_behind, check_of
from asbuilt.workflows.health.surroundings import surroundings_of
from asbuilt.workflows.paths.heeded import heeded
from asbuilt.workflows.paths.later import Later, may_fail_quietly
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.job_runs import JobRun
from asbuilt.workflows.run.reach import after, play, tolerates_failure
from asbuilt.workflows.shell.script import commands
from asbuilt.workflows.yaml.document import text_of


@dataclass(frozen=True, slots=True)
class Verification:
    """A health check that follows a deploy. `placed` is None where the workflow that a job calls is the check.

    `label` is how a person finds it: `JOB: STEP`.

    `later` is the run of the step in which it is made: a workflow that is called twice runs each of its steps twice.
    It is None in the step that deploys.
    """

    label: str
    check: Check
    placed: PlacedStep | None
    later: Later | None = None


def verifications(
    deploy: DeployStep, run: JobRun, later: tuple[Later, ...], sources: Sources
) -> Iterator[Verification]:
    """Give the health checks after a deploy that can fail the run; `later` are the steps that follow it.

    First what the action that deploys asks itself, then what its script asks afterwards, then the steps in their order,
    and last the called workflows that are named for a check. Whose app is asked is not asked here. Raises
    PastBoundError.
    """
    known = deploy.mechanism
    address = text_of(deploy.step.input(known.health_input)) if known.health_input else None
    if address and not may_fail_quietly(deploy, run, sources):
        expected = text_of(deploy.step.input(known.health_text_input)) or ""
        check = Check(can_fail=True, proves_release=_proves_commit(expected), notices_errors=True, addresses=(address,))
        yield Verification(f"{deploy.job.id}: {known.health_input} of {known.name}", check, deploy.placed)
    in_script = _in_the_same_script(deploy, run, sources)
    if in_script is not None and in_script.can_fail:
        yield Verification(f"{deploy.job.id}: {deploy.step.label}", in_script, deploy.placed)
    for each in filter(_may_check, later):
        own = _check_in(each)
        check_made = own if own is not None and own.can_fail else heeded(each, later)
        if check_made is not None:
            yield Verification(f"{each.placed.job.id}: {each.placed.step.label}", check_made, each.placed, each)
    if deploy.described is not None and deploy.described.checked:
        inside = Check(can_fail=True, proves_release=deploy.described.proved, notices_errors=True, addresses=())
        yield Verification(f"{deploy.job.id}: in {deploy.mechanism.name}", inside, None)
    for leg in run.legs:
        for job in after(leg.workflow_file, leg.job):
            counts = job.uses is not None and tolerates_failure(job, leg.situation.context) is not True
            made = check_of_call(text_of(job.uses) or "") if counts else None
            if made is not None and play(leg.workflow_file, leg.situation)[job.id].runs is not False:
                yield Verification(job.id, made, None)


@lru_cache(maxsize=8192)  # each deploy before it asks
def _may_check(later: Later) -> bool:
    """Tell whether a step may be a health check: by itself, or because others can name it."""
    return later.placed.step.id is not None or _check_in(later) is not None


@lru_cache(maxsize=8192)
def _check_in(later: Later) -> Check | None:
    return None if later.tolerated else check_of(later.placed.step, later.placed.shell, later.surroundings)


def _in_the_same_script(deploy: DeployStep, run: JobRun, sources: Sources) -> Check | None:
    """Give the check that the script that deploys makes afterwards."""
    deploying = {way[-1].words for way in deploy.ways}
    if not deploying:
        return None
    placed = deploy.placed
    found = commands(script_of(placed.step), placed.shell)
    count = max((at for at, each in enumerate(found, 1) if each.words in deploying), default=len(found))
    if count == len(found) or may_fail_quietly(deploy, run, sources):
        return None
    here = contexts.of_step(placed, run.last.context, sources)
    return check_behind(placed.step, placed.shell, surroundings_of(placed, here), count)


def _proves_commit(expected: str) -> bool:
    """Tell whether a text that an answer must hold names the commit that was deployed."""
    lowered = expected.lower()
    return "${{" in lowered and any(word in lowered for word in ("sha", "commit", "version", "revision"))
