"""Whether what a gate's job does can fail it.

A script that swallows what its tests say, a step that may fail and nobody asks, and a job that only prints hold nothing
back. What cannot be read here, an action or another language, counts as something that can fail.
"""

import re
from collections.abc import Collection, Iterator

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import SCRIPT_INPUTS, has_script
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, Step
from asbuilt.workflows.judge.gate_work import REPORTS, counts, guards, is_idle, is_test, only_prints, why_passed, work
from asbuilt.workflows.judge.undecided import bound, fixed_names, quoted
from asbuilt.workflows.paths.deploy_path import Gate
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.reach import before, is_on, may_run_on_success, step_runs, step_runs_on_success
from asbuilt.workflows.yaml.document import Scalar, text_of, texts_of
from asbuilt.workflows.yaml.finding import Finding

# A condition that asks for nothing.
_ALWAYS = late(r"\s*(?:\$\{\{)?\s*(?:always\(\)|!\s*cancelled\(\))\s*(?:\}\})?\s*")
# What a job is called that is there to make things ready.
_FOR_SET_UP = late(r"install|set-?up|deps|dependenc|prepare|bootstrap|cache|build", re.IGNORECASE)


def weak_step(gate: Gate, who: str, sources: Sources, held: Collection[Job], *, every: bool = True) -> Finding | None:
    """Say which step of a gate's job lets everything through; nothing where something that it tests can fail it.

    `who` is what the job stands for, for the words: `gate "test" of shop`. `gate` calls no workflow.

    `held` are the jobs without whose success the deploy does not run: a gate that waits for one of them passes that on.
    A step that is let fail, and after whose outcome nobody asks, is one whatever the others do, where `every` test of
    the job has to count. Open where a secret or a variable decides whether what it tests runs.
    """
    steps = [placed for placed in sources.steps(gate.workflow_file, gate.job) if sources.action_of(placed.step) is None]
    running = [placed for placed in steps if may_run_on_success(placed, gate.situation.context, sources)]
    let_fail = [placed for placed in running if _is_tolerated(placed, gate, sources) and _does_something(placed)]
    for placed in let_fail if every else ():
        if not _is_asked(placed, gate, sources) and not _is_handed_on(placed, gate):
            return _tolerated(placed, gate, who, "and nobody asks how it ended")
    counting = [placed for placed in running if not _is_tolerated(placed, gate, sources)]
    if any(_is_handed_on(placed, gate) for placed in running):
        return None
    if failing := [placed for placed in counting if _can_fail(placed)]:
        return _open_test(failing, gate, who, sources)
    if let_fail:
        return _tolerated(let_fail[0], gate, who, "and no later step fails for it")
    for placed in counting:
        for command in work(placed):
            why, fix = why_passed(command, placed)
            fact = f"{who} cannot fail: its script goes on where {quoted(command.source)} fails{why and f': {why}'}"
            return placed.document.finding(placed.mark, fact + _used_by(placed, gate), fix)
    if _passes_on(gate, held) or any(guards(placed, sources) for placed in counting):
        return None
    return _skipped(gate, who, steps, sources) or _nothing(gate, who, steps)


def _open_test(failing: list[PlacedStep], gate: Gate, who: str, sources: Sources) -> Finding | None:
    """Say that a secret or a variable decides whether any step runs that can fail; None where that is not so."""
    first: tuple[PlacedStep, Scalar] | None = None
    for placed in failing:
        tests = [
            (each, each.step.condition)
            for each in placed.lineage
            if isinstance(step_runs_on_success(each.step, _context(each, gate, sources)), Unknown)
        ]
        fixed = next(((each, test) for each, test in tests if test is not None and fixed_names(test.text)), None)
        if fixed is None:
            return None
        first = first or fixed
    if first is None:
        return None
    placed, test = first
    fact = f"cannot be told whether {who} tests anything: {quoted(test.text)} on line {test.mark.line}"
    fix = bound(fixed_names(test.text), "VALUE", sources.repository)
    return placed.document.open_finding(test.mark, fact + _used_by(placed, gate), fix)


def _can_fail(placed: PlacedStep) -> bool:
    """Tell whether a step has something in it whose failure fails the step."""
    return is_test(placed) or any(map(counts, work(placed)))


def _tolerated(placed: PlacedStep, gate: Gate, who: str, why: str) -> Finding:
    at = next((each for each in reversed(placed.lineage) if each.step.continue_on_error is not None), placed)
    own = at.step.continue_on_error is not None
    key = "continue-on-error" if own else "continue_on_error"
    return at.document.finding(
        at.step.node.place(key) if own else at.step.place(key),
        f'step "{at.step.label}" of {who} has {key}, {why}' + _used_by(at, gate),
        f"take {key} away",
    )


def _skipped(gate: Gate, who: str, steps: list[PlacedStep], sources: Sources) -> Finding | None:
    """Say that the tests of a gate do not run on a path, at the condition that keeps them from it."""
    for placed in steps:
        for each in placed.lineage:
            if step_runs(each.step, _context(each, gate, sources)) is False and _does_something(placed):
                fact = f"{who} cannot fail: what it tests is skipped here"
                mark = each.step.node.place("if")
                return each.document.finding(mark, fact + _used_by(each, gate), "let the step run here")
    return None


def _nothing(gate: Gate, who: str, steps: list[PlacedStep]) -> Finding | None:
    """Say that a gate has nothing in it that could fail: no test, no job before it, no reviewers, no condition.

    An installer can fail, and is no test; a job that is called for it does what it says.
    """
    job = gate.job
    named = _FOR_SET_UP.search(f"{job.id} {job.name or ''}") and not all(map(only_prints, steps))
    if named or not steps or not all(map(is_idle, steps)) or not any(has_script(each.step) for each in steps):
        return None
    fact = f"{who} cannot fail: it tests nothing"
    return gate.workflow_file.document.finding(job.mark, fact + gate.caller, "run in it what must have succeeded")


def _passes_on(gate: Gate, held: Collection[Job]) -> bool:
    """Tell whether a gate holds a deploy back whatever its steps do: by other jobs, reviewers, or a condition."""
    job = gate.job
    if job.environment is not None or job.container is not None:
        return True
    asks = job.condition is not None and not _ALWAYS.fullmatch(job.condition.text)
    return asks or any(each in held for each in gate.workflow_file.needed_by(job))


def _does_something(placed: PlacedStep) -> bool:
    """Tell whether a step tests something, and does not only tell others."""
    done = list(work(placed))
    named = f"{placed.step.label} {' '.join(command.source for command in done)}"
    return not REPORTS.search(named) and (bool(done) or is_test(placed))


def _is_tolerated(placed: PlacedStep, gate: Gate, sources: Sources) -> bool:
    goes_on = is_on(placed.step.input("continue_on_error"), {}) is True and placed.step.action in SCRIPT_INPUTS
    return goes_on or any(
        each.step.continue_on_error is not None
        and is_on(each.step.continue_on_error, _context(each, gate, sources)) is True
        for each in placed.lineage
    )


def _context(placed: PlacedStep, gate: Gate, sources: Sources) -> Context:
    return contexts.of_step(placed, gate.situation.context, sources)


def _is_asked(placed: PlacedStep, gate: Gate, sources: Sources) -> bool:
    """Tell whether a step beside a tolerated one, or an output of the job, asks how that ended."""
    for each in placed.lineage:
        if each.step.id is None or each.step.continue_on_error is None:
            continue
        asked = re.compile(rf"steps\.{re.escape(each.step.id)}\.outcome\b", re.IGNORECASE)
        siblings = [
            other.step
            for other in sources.steps(gate.workflow_file, gate.job)
            if other.within is each.within and other.step is not each.step
        ]
        texts = [text for step in siblings for text in _texts(step)]
        outputs = gate.job.outputs.values.values() if gate.job.outputs is not None else ()
        if any(asked.search(text) for text in (*texts, *(text_of(node) or "" for node in outputs))):
            return True
    return False


def _is_handed_on(placed: PlacedStep, gate: Gate) -> bool:
    """Tell whether an output of the job says what a step came to, and the condition of a later job asks for it."""
    if placed.lineage[0].step.id is None or gate.job.outputs is None or gate.leg is None:
        return False
    told = re.compile(rf"steps\.{re.escape(placed.lineage[0].step.id)}\.(?:outcome|outputs)\b", re.IGNORECASE)
    names = [name for name, node in gate.job.outputs.values.items() if told.search(text_of(node) or "")]
    later = (*before(gate.leg.workflow_file, gate.leg.job), gate.leg.job)
    tests = [text_of(job.condition) or "" for job in later]
    return any(f"needs.{gate.job.id}.outputs.{name}".lower() in test.lower() for name in names for test in tests)


def _texts(step: Step) -> Iterator[str]:
    yield from (text_of(step.condition) or "", text_of(step.run) or "")
    for node in (step.env, step.with_):
        yield from (text for _, text in texts_of(node))


def _used_by(placed: PlacedStep, gate: Gate) -> str:
    """Say at the end of a sentence who uses the action, or calls the file, in which a step stands."""
    return f"; {placed.used_by}" if placed.within is not None else gate.caller
