"""Which jobs of a workflow can run in a situation, and which of them stand in the way of another.

Jobs are played through in the order of their `needs`, as GitHub does: a condition without a status function asks that
every job before it succeeded; a job that is skipped takes along what needs it.

An Answer is True, False, or Unknown where only the run tells. Sources:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds and
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown, Whole
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, Step, WorkflowFile
from asbuilt.workflows.run import contexts, matrix
from asbuilt.workflows.run.contexts import FAILED, SUCCEEDED, Context, holds, known_text, text_in
from asbuilt.workflows.run.left_behind import declared
from asbuilt.workflows.run.stopping import stopping
from asbuilt.workflows.triggers.situations import Situation
from asbuilt.workflows.yaml.document import Mapping as Node
from asbuilt.workflows.yaml.document import Scalar, text_of, texts_of

Answer = bool | Unknown
_Test = Callable[[Step, Mapping[str, Any]], Answer]
# GitHub follows calls of workflows ten levels down; what comes back through more than these is not known here.
_MOST_CALLS = 4
_STATUS = ("always", "failure", "cancelled", "success")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a job: whether it runs, and how it ends for the jobs that need it.

    `result` is `success`, `failure`, `cancelled` or `skipped`, as `needs.JOB.result` is; `outputs` are those of
    `needs.JOB.outputs`, in part where not all that its steps do can be told.
    """

    runs: Answer
    result: str | Unknown
    outputs: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A job that another needs, directly or through others.

    `held` says that the other one does not run unless this one succeeded: only then it is a gate. `runs` says whether
    it runs itself when all goes well.
    """

    job: Job
    held: bool
    runs: Answer


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a job can run; the jobs before it; and what leaves it undecided.

    `ancestors` are in the order in which they run. `undecided` is the first condition that is not known, None where
    none is to blame. `needs` is the context of that name.
    """

    runs: Answer
    ancestors: tuple[Ancestor, ...]
    undecided: Scalar | None
    needs: Mapping[str, Any]


@lru_cache(maxsize=8192)
def order(workflow_file: WorkflowFile) -> tuple[Job, ...]:
    """Give the jobs such that each follows those it needs; jobs that wait for each other or for none never run.

    Among those that are ready at once, in the order of the file. A job that waits for one that is not there is left
    out.
    """
    done: list[Job] = []
    waiting = list(workflow_file.jobs_by_id.values())
    waiting.sort(key=lambda job: job.mark)
    while True:
        names = {job.id.lower() for job in done}
        ready = [job for job in waiting if all(need.text.lower() in names for need in job.needs)]
        if not ready:
            return tuple(done)
        done += ready
        waiting = [job for job in waiting if job not in ready]


@lru_cache(maxsize=32768)
def before(workflow_file: WorkflowFile, job: Job) -> tuple[Job, ...]:
    """Give all the jobs that a job needs, directly or through others, in the order they run.

    Those that never run (`order`) are not among them, nor is the job itself.
    """
    found: set[str] = set()
    waiting = [job]
    while waiting:
        for need in workflow_file.needed_by(waiting.pop()):
            if need.id not in found:
                found.add(need.id)
                waiting.append(need)
    return tuple(each for each in order(workflow_file) if each.id in found)


@lru_cache(maxsize=32768)
def after(workflow_file: WorkflowFile, job: Job) -> tuple[Job, ...]:
    """Give all the jobs that need a job, directly or through others.

    In the order in which they run.
    """
    found = {job.id}
    for each in order(workflow_file):
        if any(need.id in found for need in workflow_file.needed_by(each)):
            found.add(each.id)
    return tuple(each for each in order(workflow_file) if each.id in found and each is not job)


@lru_cache(maxsize=32768)
def reach(workflow_file: WorkflowFile, job: Job, situation: Situation) -> Reach:
    """Tell whether a job can run in a situation, and what must have succeeded first.

    It is played through as when all goes well; a job that runs only where something before it fails can run, too. A job
    before it is `held` where it surely does not run if that one fails, is cancelled or, where that may be, is skipped.
    """
    usual = play(workflow_file, situation)
    if job.id not in usual:
        return Reach(runs=False, ancestors=(), undecided=None, needs={})
    ancestors = before(workflow_file, job)
    runs = usual[job.id].runs
    held = dict.fromkeys((each.id for each in ancestors), True)
    if any(map(_may_outlive_failure, (*ancestors, job))):  # else any failure before it keeps the job from running
        for each in ancestors:
            answers = [_runs_after(workflow_file, job, situation, each, end) for end in _ends(usual[each.id])]
            held[each.id] = all(answer is False for answer in answers)
            if runs is False and any(answer is not False for answer in answers):
                runs = True if True in answers else UNKNOWN  # it runs when something before it fails
    held = {name: kept and usual[name].runs is not False for name, kept in held.items()}
    undecided = None
    if isinstance(runs, Unknown):
        open_jobs = (each for each in (*ancestors, job) if isinstance(usual[each.id].runs, Unknown))
        undecided = next((each.condition for each in open_jobs if each.condition is not None), None)
    found = tuple(Ancestor(each, held[each.id], usual[each.id].runs) for each in ancestors)
    return Reach(runs, found, undecided, _needs(workflow_file, job, usual))


def _ends(fate: Fate) -> tuple[str, ...]:
    """Give the ways in which a job can end without success."""
    if fate.runs is False:
        return ()
    return ("failure", "cancelled", "skipped") if isinstance(fate.runs, Unknown) else ("failure", "cancelled")


def _runs_after(workflow_file: WorkflowFile, job: Job, situation: Situation, gate: Job, end: str) -> Answer:
    """Tell whether a job runs although a gate before it ended in another way than by success."""
    return play(workflow_file, situation, (gate.id, end))[job.id].runs


@lru_cache(maxsize=32768)
def play(
    workflow_file: WorkflowFile, situation: Situation, ending: tuple[str, str] | None = None
) -> Mapping[str, Fate]:
    """Play a run through: every job that runs succeeds, but for one that is to end otherwise, and those that stop.

    Gives the fate of each job by its id, as written; jobs that never run for what they wait for have none. `ending` is
    the id of a job with `failure`, `cancelled` or `skipped`; one that does not run anyway stays skipped, and a failure
    that is tolerated counts as `success`. A job that stops is one with a step that surely fails (`stopping`).

    `success()` and `failure()` ask all the jobs before, not only those that are needed directly:
    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    """
    fates: dict[str, Fate] = {}
    ended: dict[str, frozenset[str | Unknown]] = {}  # the results of the jobs before each job, and its own
    for job in order(workflow_file):
        results = frozenset[str | Unknown]().union(*(ended[each.id] for each in workflow_file.needed_by(job)))
        status = {
            "success": _all(result == "success" if isinstance(result, str) else UNKNOWN for result in results),
            "failure": "failure" in results,
            # A job may have been cancelled alone: by its concurrency group, or its time limit.
            "cancelled": UNKNOWN if "cancelled" in results else False,
        }
        context = {**situation.context, "needs": _needs(workflow_file, job, fates)}
        runs = holds(job.condition, context, status)
        if ending is not None and job.id == ending[0] and runs is not False:
            result: str | Unknown = ending[1] if ending[1] != "failure" else _failure(job, context)
        elif runs is False:
            result = "skipped"
        elif runs is True and job.matrix is None and _stops(job, situation):
            result = _failure(job, context)
        else:
            result = UNKNOWN if isinstance(runs, Unknown) else "success"
        outputs = Whole() if result == "skipped" else _outputs(workflow_file, job, context, situation)
        fates[job.id] = Fate(runs, result, outputs)
        ended[job.id] = results | {result}
    return fates


@lru_cache(maxsize=32768)
def _stops(job: Job, situation: Situation) -> bool:
    """Tell whether a step surely ends a job in a situation, however the jobs before it ended."""
    return stopping(job, situation.context) is not None


def step_runs(step: Step, context: Mapping[str, Any]) -> Answer:
    """Tell whether a step can run in a job that does: when all went well before it, or else when something failed.

    `context` is what the step's own expressions see (`contexts.of_step`). Steps before it that end the job are not
    asked.
    """
    usual = step_runs_on_success(step, context)
    return usual if usual is not False else _holds_in(step, context, "failure", FAILED)


def step_runs_on_success(step: Step, context: Mapping[str, Any]) -> Answer:
    """Tell whether a step runs when all went well before it.

    False for one that is there for a failure alone: `if: failure()`.
    """
    return _holds_in(step, context, "success", SUCCEEDED)


def _holds_in(step: Step, context: Mapping[str, Any], so_far: str, status: Mapping[str, Any]) -> Answer:
    """Tell whether a step's condition holds in a job that has gone well or failed so far."""
    here = context if step.condition is None else {**context, "job": {"status": so_far}}
    return holds(step.condition, here, status)


def is_on(setting: Scalar | None, context: Mapping[str, Any]) -> Answer:
    """Tell whether a setting such as `continue-on-error`, a word or an expression, is true.

    False where it is not written, and for every text but "true"; UNKNOWN where its expression is not known.
    """
    text = text_of(setting)
    if text is None:
        return False
    value = known_text(text, context)
    return UNKNOWN if value is None else value.strip().lower() == "true"


def tolerates_failure(job: Job, context: Mapping[str, Any]) -> Answer:
    """Tell whether a job counts as a success however it ends: `continue-on-error`, in each row of its matrix.

    False where one row does not, or it is not written; `context` is the one that the job sees without its matrix.
    Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontinue-on-error
    """
    rows = matrix.combinations(job.matrix, context) if job.continue_on_error is not None else ()
    answers = {is_on(job.continue_on_error, {**context, "matrix": row}) for row in rows}
    return False if False in answers or not answers else UNKNOWN if UNKNOWN in answers else True


def _may_outlive_failure(job: Job) -> bool:
    """Tell whether a job may run after a failure, or let others run after its own."""
    return job.continue_on_error is not None or any(name in (text_of(job.condition) or "").lower() for name in _STATUS)


def _failure(job: Job, context: Mapping[str, Any]) -> str | Unknown:
    """Give how a failing job ends for the others: with `continue-on-error` it counts as a success."""
    tolerated = tolerates_failure(job, context)
    return UNKNOWN if isinstance(tolerated, Unknown) else "success" if tolerated else "failure"


def _all(answers: Iterator[Answer]) -> Answer:
    found = list(answers)
    return False if any(answer is False for answer in found) else UNKNOWN if UNKNOWN in found else True


def _needs(workflow_file: WorkflowFile, job: Job, fates: Mapping[str, Fate]) -> Whole:
    before = (each for each in workflow_file.needed_by(job) if each.id in fates)
    return Whole({each.id: {"result": fates[each.id].result, "outputs": fates[each.id].outputs} for each in before})


def _outputs(file: WorkflowFile, job: Job, context: Context, situation: Situation) -> Mapping[str, Any]:
    """Give the outputs of a job, of which those are unknown that depend on what only its steps know.

    Those of a job that calls a workflow are what this declares. Of a job with a matrix, none is known.
    """
    if job.matrix is not None or situation.sources is None:
        return {}
    context = contexts.of_job(job, situation.names, context)
    called = situation.sources.called_by(job)
    if called is not None and situation.calls < _MOST_CALLS:
        names = contexts.of_called_names(situation.names, job.secrets, context)
        return _outputs_of(called, situation.calling(contexts.of_called(called, job.with_, context), names))
    texts = texts_of(job.outputs)
    if not texts:
        return {}
    here = contexts.at_end_of_job(file, job, context, situation.sources)
    return {name: _handed_on(text_in(text, here), here) for name, text in texts}


def _handed_on(value: str | Unknown, context: Context) -> str | Unknown:
    """Give what others get of an output: one that holds what is a secret is not handed on.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
    """
    secrets = filter(None, context.get("secrets", {}).values())
    return UNKNOWN if isinstance(value, str) and any(each in value for each in secrets) else value


def _outputs_of(called: WorkflowFile, situation: Situation) -> Mapping[str, Any]:
    """Give what a called workflow hands to its caller, in a situation of its own."""
    root = called.document.root
    on = root.get("on") if isinstance(root, Node) else None
    call = on.get("workflow_call") if isinstance(on, Node) else None
    if not isinstance(call, Node) or call.get("outputs") is None:
        return Whole()
    jobs = {name: {"outputs": fate.outputs, "result": fate.result} for name, fate in play(called, situation).items()}
    return declared(call, {**situation.context, "jobs": jobs}, text_in)


def may_run(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step can run at all; `context` is what the expressions of its job see.

    Of a step in a composite action, whether the steps that it is within can, too. What is not known may be.
    """
    return False not in _answers(placed, context, sources, step_runs)


def surely_runs(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step runs whatever is not known before the run.

    `context` is that of its job. That its job runs is taken for granted.
    """
    return all(answer is True for answer in _answers(placed, context, sources, step_runs))


def may_run_on_success(placed: PlacedStep, context: Context, sources: Sources) -> bool:
    """Tell whether a step can run where nothing failed before it.

    `context` is that of its job, and what is not known may be.
    """
    return False not in _answers(placed, context, sources, step_runs_on_success)


def _answers(placed: PlacedStep, context: Context, sources: Sources, test: _Test) -> Iterator[Answer]:
    """Give what each condition on the way to a step comes to. A step without one runs when all goes well."""
    for each in placed.lineage:
        if each.step.condition is not None:
            yield test(each.step, contexts.of_step(each, context, sources))
