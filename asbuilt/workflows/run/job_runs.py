"""Every job that can run, in each situation and row of its matrix, through the workflows that call it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from asbuilt.workflows.bounds import RUNS, hold
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import DEEPEST, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.run import contexts, matrix
from asbuilt.workflows.run.followed import anything_runs, as_it_can_be, may_end
from asbuilt.workflows.run.reach import Answer, Reach, reach
from asbuilt.workflows.triggers.situations import Situation, situations

__all__ = ["JobRun", "Leg", "Wanted", "anything_runs", "job_runs", "may_end"]

Wanted = Callable[[WorkflowFile, Job], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """A job on the way: the called job itself, or one that calls. `context` is what its expressions see.

    With `needs` and one row of its `matrix`. `reached` says whether it runs, and what stands before it.
    """

    workflow_file: WorkflowFile
    job: Job
    situation: Situation
    reached: Reach
    context: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class JobRun:
    """One job as it can run: the last of its legs; those before it are the jobs that call its workflow.

    There is one for each situation, each row of the matrix of each leg, and each chain of calls.
    """

    legs: tuple[Leg, ...]

    @property
    def entry(self) -> Leg:
        """The leg in the workflow that the event sets off."""
        return self.legs[0]

    @property
    def last(self) -> Leg:
        """The leg of the job itself."""
        return self.legs[-1]

    @property
    def situation(self) -> Situation:
        """What sets it off."""
        return self.entry.situation

    @property
    def name(self) -> str:
        """Its id behind those of the jobs that call it, as GitHub shows it."""
        return " / ".join(leg.job.id for leg in self.legs)

    @property
    def called_by(self) -> str:
        """Who calls the workflow of the job: `called by FILE:LINE`; empty where its own trigger starts that."""
        calls = self.legs[:-1]
        return calls[-1].workflow_file.calling_job(calls[-1].job) if calls else ""

    @property
    def open_leg(self) -> Leg | None:
        """The first leg of which it is not known whether it runs.

        None where all are sure to, when all goes well.
        """
        return next((leg for leg in self.legs if isinstance(leg.reached.runs, Unknown)), None)

    @property
    def runs(self) -> Answer:
        """Whether it runs when all goes well: true, or unknown."""
        leg = self.open_leg
        return leg.reached.runs if leg else True


def job_runs(entry: WorkflowFile, sources: Sources, wanted: Wanted, *, skipped: bool = False) -> Iterator[JobRun]:
    """Give each way for the wanted jobs to run that begins with a trigger of a workflow.

    `wanted` is asked of each job of the workflow and of those that it calls, once, with the file in which it stands.
    The jobs that call them come too, wanted or not. The order is that of the situations, then that of the file, with a
    called job behind the one that calls it, and each as often as its matrix has rows. A job that surely does not run is
    left out, with all that it calls, and one of which that is not known is given.

    `skipped` gives those too that conditions keep from running. Raises PastBoundError.
    """
    chosen = _with_callers(entry, sources, wanted)
    if not chosen:
        return
    count = 0
    for situation in filter(None, map(as_it_can_be, situations(entry, sources))):
        for run in _runs(entry, situation, sources, chosen, (), skipped=skipped):
            count += 1
            hold(count, RUNS, "runs of its jobs in all situations", run.entry.job.mark)
            yield run


def _with_callers(entry: WorkflowFile, sources: Sources, wanted: Wanted) -> set[int]:
    """Give the wanted jobs of a workflow and of those that it calls, with the jobs that call them.

    By their identity: a job is one object in its file.
    """
    files: dict[int, WorkflowFile] = {}
    callers: dict[int, list[tuple[WorkflowFile, Job]]] = {}
    waiting = [entry]
    while waiting:
        file = waiting.pop()
        if id(file) in files:
            continue
        files[id(file)] = file
        for job in file.jobs:
            if (called := sources.called_by(job)) is not None:
                callers.setdefault(id(called), []).append((file, job))
                waiting.append(called)
    chosen = {id(job) for file in files.values() for job in file.jobs if wanted(file, job)}
    holding = [file for file in files.values() if any(id(job) in chosen for job in file.jobs)]
    while holding:
        for file, job in callers.pop(id(holding.pop()), ()):
            if id(job) not in chosen:
                chosen.add(id(job))
                holding.append(file)
    return chosen


def _runs(
    file: WorkflowFile,
    situation: Situation,
    sources: Sources,
    chosen: set[int],
    legs: tuple[Leg, ...],
    *,
    skipped: bool,
) -> Iterator[JobRun]:
    for job in file.jobs:
        if id(job) not in chosen:
            continue
        reached = reach(file, job, situation)
        if reached.runs is False and not skipped:
            continue
        outer = {**situation.context, "needs": reached.needs}
        for combination in matrix.combinations(job.matrix, outer):
            context = contexts.of_job(job, situation.names, {**outer, "matrix": combination})
            here = (*legs, Leg(file, job, situation, reached, context))
            yield JobRun(here)
            called = sources.called_by(job)
            if called is not None and len(here) < DEEPEST and all(leg.workflow_file is not called for leg in here):
                inputs = contexts.of_called(called, job.with_, context)
                names = contexts.of_called_names(situation.names, job.secrets, context)
                yield from _runs(called, situation.calling(inputs, names), sources, chosen, here, skipped=skipped)
