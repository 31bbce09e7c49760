"""Whether what a gate's job does can fail it.

A script that swallows what its tests say, a step that may fail and nobody asks, and a job that only prints hold nothing
back. What cannot be read here, an action or another language, counts as something that can fail.
"""

import re
from collections.abc import Collection, Iterator

from asbuilt.patterns import late
from asbuilt.workflows.deploys.mechanisms import SCRIPT_INPUTS, has_script, script_of
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, Step
from asbuilt.workflows.paths.deploy_path import Gate
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context
from asbuilt.workflows.run.reach import before, is_on, may_run_on_success, step_runs
from asbuilt.workflows.shell.script import Command, Fate, commands
from asbuilt.workflows.yaml.document import text_of, texts_of
from asbuilt.workflows.yaml.finding import Finding

# What a script does around its tests: its failure says nothing of the code.
_PREPARES = late(
    r"^(?:cd|echo|printf|set|export|true|:|exit 0|mkdir|cp|mv|rm|ls|cat|tee|sleep|source|\.|chmod|touch)(?:\s|$)"
    r"|^wait$"
    r"|^git (?:config|fetch|clone|checkout|switch|pull|submodule|log|status|rev-parse|lfs)\b"
    r"|^docker (?:pull|login|rm|stop|rmi)\b"
    r"|^(?:npm (?:ci|i|install)|yarn(?: install)?$|yarn install|pnpm (?:i|install)|bundle install|gem install"
    r"|(?:sudo )?apt(?:-get)?|brew|pip3? install|python3? -m (?:pip|venv|ensurepip)|pipenv install|poetry install"
    r"|uv (?:sync|pip)|corepack|nvm)\b"
)
# An option with which a tool succeeds whatever it finds.
_FORGIVES = late(r"\s--exit-zero\b|^make (?:.*\s)?(?:-i|--ignore-errors)(?:\s|$)")
# A condition that asks for nothing.
_ALWAYS = late(r"\s*(?:\$\{\{)?\s*(?:always\(\)|!\s*cancelled\(\))\s*(?:\}\})?\s*")
_PRINTS = late(r"^(?:echo|printf|true|:|sleep|exit 0)(?:\s|$)")
_SETS_UP = late(r"^actions/(?:checkout|cache|setup-|upload-|download-)|/setup-|setup|install|cache|login")
# What tells others of a result, and is no test itself.
_REPORTS = late(
    r"codecov|coverall|codeclimate|sonar|upload|artifact|slack|discord|notif|comment|badge|report|annotat|publish",
    re.IGNORECASE,
)


def weak_step(gate: Gate, app: str | None, sources: Sources, held: Collection[Job]) -> Finding | None:
    """Say which step of a gate's job lets everything through; nothing where something that it tests can fail it.

    `app` is the one whose deploy it holds, for the words. `gate` stands on the way to that and calls no workflow.

    `held` are the jobs without whose success the deploy does not run: a gate that waits for one of them passes that on.
    A step that is let fail, and after whose outcome nobody asks, is one whatever the others do.
    """
    steps = [placed for placed in sources.steps(gate.workflow_file, gate.job) if sources.action_of(placed.step) is None]
    running = [placed for placed in steps if may_run_on_success(placed, gate.situation.context, sources)]
    let_fail = [placed for placed in running if _is_tolerated(placed, gate, sources) and _does_something(placed)]
    for placed in let_fail:
        if not _is_asked(placed, gate, sources) and not _is_handed_on(placed, gate):
            return _tolerated(placed, gate, app, "and nobody asks how it ended")
    counting = [placed for placed in running if not _is_tolerated(placed, gate, sources)]
    if any(map(_can_fail, counting)) or any(_is_handed_on(placed, gate) for placed in running):
        return None
    if let_fail:
        return _tolerated(let_fail[0], gate, app, "and no later step fails for it")
    for placed in counting:
        for command in _work(placed):
            fact = f'gate "{gate.name}" of {app} cannot fail: its script goes on where `{command.source}` fails'
            fix = "let its own result count: no `|| true`, no `--exit-zero`, and `set -o pipefail` before a pipe"
            return placed.document.finding(placed.mark, fact + _used_by(placed, gate), fix)
    if _passes_on(gate, held):
        return None
    return _skipped(gate, app, steps, sources) or _nothing(gate, app, steps)


def _can_fail(placed: PlacedStep) -> bool:
    """Tell whether a step has something in it whose failure fails the step."""
    return _is_test(placed) or any(
        (each.fate is Fate.FAILS or each.refuses) and not _FORGIVES.search(" ".join(each.words))
        for each in _work(placed)
    )


def _tolerated(placed: PlacedStep, gate: Gate, app: str | None, why: str) -> Finding:
    at = next((each for each in reversed(placed.lineage) if each.step.continue_on_error is not None), placed)
    own = at.step.continue_on_error is not None
    key = "continue-on-error" if own else "continue_on_error"
    return at.document.finding(
        at.step.node.place(key) if own else at.step.place(key),
        f'step "{at.step.label}" of gate "{gate.name}" of {app} has {key}, {why}' + _used_by(at, gate),
        f"take {key} away",
    )


def _skipped(gate: Gate, app: str | None, steps: list[PlacedStep], sources: Sources) -> Finding | None:
    """Say that the tests of a gate do not run on a path, at the condition that keeps them from it."""
    for placed in steps:
        for each in placed.lineage:
            if step_runs(each.step, _context(each, gate, sources)) is False and _does_something(placed):
                fact = f'gate "{gate.name}" of {app} cannot fail: what it tests is skipped here'
                mark = each.step.node.place("if")
                return each.document.finding(mark, fact + _used_by(each, gate), "let the step run here")
    return None


def _nothing(gate: Gate, app: str | None, steps: list[PlacedStep]) -> Finding | None:
    """Say that a gate has nothing in it that could fail: no test, no job before it, no reviewers, no condition."""
    job = gate.job
    scripts = [commands(script_of(each.step), each.shell) for each in steps if has_script(each.step)]
    only_prints = all(
        script and all(_PRINTS.match(" ".join(command.words)) for command in script) for script in scripts
    )
    only_sets_up = all(_SETS_UP.search(each.step.action or "") for each in steps if not has_script(each.step))
    if not scripts or not only_prints or not only_sets_up:
        return None
    fact = f'gate "{gate.name}" of {app} cannot fail: it tests nothing'
    return gate.workflow_file.document.finding(job.mark, fact + gate.caller, "run in it what must have succeeded")


def _passes_on(gate: Gate, held: Collection[Job]) -> bool:
    """Tell whether a gate holds a deploy back whatever its steps do: by other jobs, reviewers, or a condition."""
    job = gate.job
    if job.environment is not None or job.container is not None:
        return True
    asks = job.condition is not None and not _ALWAYS.fullmatch(job.condition.text)
    return asks or any(each in held for each in gate.workflow_file.needed_by(job))


def _work(placed: PlacedStep) -> Iterator[Command]:
    """Give the commands of a script that are not there for the others alone."""
    for command in commands(script_of(placed.step), placed.shell):
        words = " ".join(command.words)
        if words and not _PREPARES.match(words) and not (command.fate is Fate.SWALLOWED and _REPORTS.search(words)):
            yield command


def _is_test(placed: PlacedStep) -> bool:
    """Tell whether a step can fail in a way that is not read here: by an action, or a script in another language."""
    if has_script(placed.step):
        script = script_of(placed.step)
        return not commands(script, placed.shell) and bool(script.strip())
    name = placed.step.action or ""
    return not _SETS_UP.search(name) and not _REPORTS.search(name)


def _does_something(placed: PlacedStep) -> bool:
    """Tell whether a step tests something, and does not only tell others."""
    work = list(_work(placed))
    named = f"{placed.step.label} {' '.join(command.source for command in work)}"
    return not _REPORTS.search(named) and (bool(work) or _is_test(placed))


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
