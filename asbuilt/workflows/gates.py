"""Which jobs stand before a deploy, and which of them it cannot do without."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from asbuilt.workflows import contexts
from asbuilt.workflows.job_runs import JobRun
from asbuilt.workflows.reach import Answer, is_on, play
from asbuilt.workflows.situations import Situation
from asbuilt.workflows.sources import DEEPEST, Sources
from asbuilt.workflows.workflow import Job, WorkflowFile


@dataclass(frozen=True, slots=True)
class Gate:
    """A job before a deploy. `held`: the deploy waits for its success. `upstream`: it ran in the run that came before.

    `runs` says whether it runs itself when all goes well; a gate that is passed over lets the deploy through.
    """

    name: str
    runs: Answer = field(compare=False)
    job: Job = field(compare=False, repr=False)
    workflow_file: WorkflowFile = field(compare=False, repr=False)
    situation: Situation = field(compare=False, repr=False)
    held: bool
    upstream: bool = False

    def is_called(self, name: str) -> bool:
        """Tell whether it goes by a name: job ids are read without regard to case."""
        return self.name.lower() == name.lower()


def gates_of(run: JobRun, sources: Sources) -> Iterator[Gate]:
    """Give the jobs before a job: in the run that came before, before the jobs that call it, and before itself.

    A job that calls a workflow succeeds if the jobs of that workflow do: they stand before it too.
    """
    yield from _upstream(run.situation, sources)
    for leg in run.legs:
        for each in leg.reached.ancestors:
            yield Gate(each.job.id, each.runs, each.job, leg.workflow_file, leg.situation, held=each.held)
            yield from _inside(each.job, leg.situation, sources, held=each.held, upstream=False)


def _upstream(situation: Situation, sources: Sources) -> Iterator[Gate]:
    """Give the jobs of the run that this one follows: all of them, if it follows only where they succeeded."""
    if situation.upstream is None or situation.before is None:
        return
    yield from _upstream(situation.before, sources)
    held = situation.conclusion == "success"
    fates = play(situation.upstream, situation.before)
    for job in situation.upstream.jobs:
        if job.id in fates and fates[job.id].runs is not False:
            counts = held and is_on(job.continue_on_error, situation.before.context) is False
            yield Gate(
                job.id, fates[job.id].runs, job, situation.upstream, situation.before, held=counts, upstream=True
            )
            yield from _inside(job, situation.before, sources, held=counts, upstream=True)


def _inside(
    job: Job, situation: Situation, sources: Sources, *, held: bool, upstream: bool, depth: int = 0
) -> Iterator[Gate]:
    """Give the jobs of the workflow that a job calls: those that run, and whose failure is the call's."""
    called = sources.called_by(job)
    if called is None or depth == DEEPEST:
        return
    inner = situation.calling(contexts.of_called(called, job.with_, situation.context))
    fates = play(called, inner)
    for each in called.jobs:
        if each.id in fates and fates[each.id].runs is not False:
            counts = held and is_on(each.continue_on_error, inner.context) is False
            yield Gate(each.id, fates[each.id].runs, each, called, inner, held=counts, upstream=upstream)
            yield from _inside(each, inner, sources, held=counts, upstream=upstream, depth=depth + 1)
