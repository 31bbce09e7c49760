"""Which jobs stand before a deploy, and which of them it cannot do without."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.files.sources import DEEPEST, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.job_runs import JobRun, Leg
from asbuilt.workflows.run.reach import Answer, play, tolerates_failure
from asbuilt.workflows.triggers.situations import Situation


@dataclass(frozen=True, slots=True)
class Gate:
    """A job before a deploy. `held`: the deploy waits for its success. `upstream`: it ran in the run that came before.

    `runs` says whether it runs itself when all goes well; a gate that is passed over lets the deploy through. `call` is
    the gate that calls the workflow in which it stands, `leg` the job that waits for it; after another run, none does.
    """

    name: str
    runs: Answer = field(compare=False)
    job: Job = field(compare=False, repr=False)
    workflow_file: WorkflowFile = field(compare=False, repr=False)
    situation: Situation = field(compare=False, repr=False)
    held: bool
    upstream: bool = False
    leg: Leg | None = field(default=None, compare=False, repr=False)
    call: "Gate | None" = field(default=None, compare=False, repr=False)

    def is_called(self, name: str) -> bool:
        """Tell whether it goes by a name: job ids are read without regard to case.

        Its id alone counts, and not the name that it is shown by.
        """
        return self.name.lower() == name.lower()

    @property
    def calls(self) -> "tuple[Gate, ...]":
        """The gate itself, and those that call the workflow in which it stands, outwards."""
        return (self, *(self.call.calls if self.call else ()))

    @property
    def caller(self) -> str:
        """Who calls the file in which it stands, for the end of a sentence; empty where its own trigger starts that."""
        return f"; {self.call.workflow_file.calling_job(self.call.job)}" if self.call is not None else ""


@lru_cache(maxsize=16)  # each deploy of the job asks
def gates_of(run: JobRun, sources: Sources) -> tuple[Gate, ...]:
    """Give the jobs before a job: in the run that came before, before the jobs that call it, and before itself.

    In the order in which they run, each job that calls a workflow before the jobs of that, those that are skipped
    included: `runs` and `held` say so. The jobs of the run that came before are held only where this one follows its
    success.

    A job that calls a workflow succeeds if the jobs of that workflow do: they stand before it too.
    """
    return tuple(_gates_of(run, sources))


def described_gates(deploy: DeployStep, run: JobRun) -> Iterator[Gate]:
    """Give the jobs that stand in a called workflow before its deploy, as the estate says: what they do is not seen."""
    leg = run.last
    for name in deploy.described.gates if deploy.described is not None else ():
        yield Gate(name, leg.reached.runs, leg.job, leg.workflow_file, leg.situation, held=True)


def _gates_of(run: JobRun, sources: Sources) -> Iterator[Gate]:
    yield from _upstream(run.situation, sources)
    for leg in run.legs:
        for each in leg.reached.ancestors:
            gate = Gate(each.job.id, each.runs, each.job, leg.workflow_file, leg.situation, held=each.held, leg=leg)
            yield gate
            yield from _inside(gate, sources)


def _upstream(situation: Situation, sources: Sources) -> Iterator[Gate]:
    """Give the jobs of the run that this one follows; they count if it follows only where they succeeded."""
    if situation.upstream is None or situation.before is None:
        return
    yield from _upstream(situation.before, sources)
    before = situation.before
    held = situation.conclusion == "success"
    fates = play(situation.upstream, before)
    for job in situation.upstream.jobs:
        if job.id in fates:
            runs = fates[job.id].runs
            counts = held and runs is not False and tolerates_failure(job, before.context) is False
            gate = Gate(job.id, runs, job, situation.upstream, before, held=counts, upstream=True)
            yield gate
            yield from _inside(gate, sources)


def _inside(gate: Gate, sources: Sources, depth: int = 0) -> Iterator[Gate]:
    """Give the jobs of the workflow that a gate calls: they count if they run, and their failure is the call's."""
    called = sources.called_by(gate.job)
    if called is None or depth == DEEPEST:
        return
    outer = gate.situation
    context = contexts.of_job(gate.job, outer.names, outer.context)
    names = contexts.of_called_names(outer.names, gate.job.secrets, context)
    inner = outer.calling(contexts.of_called(called, gate.job.with_, outer.context), names)
    fates = play(called, inner)
    for each in called.jobs:
        if each.id in fates:
            runs = fates[each.id].runs
            held = gate.held and runs is not False and tolerates_failure(each, inner.context) is False
            inside = Gate(each.id, runs, each, called, inner, held, gate.upstream, gate.leg, gate)
            yield inside
            yield from _inside(inside, sources, depth + 1)
