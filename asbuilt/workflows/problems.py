"""What keeps GitHub from reading a workflow file as its author meant it."""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from asbuilt.workflows.document import Mapping, Mark, Node, Problem, Scalar, Sequence
from asbuilt.workflows.expression_syntax import ExpressionError, parse
from asbuilt.workflows.expression_tree import STATUS_FUNCTIONS, Call, Expression, Name, walk
from asbuilt.workflows.expressions import Embedded, condition, segments
from asbuilt.workflows.schema import (
    CALLED_JOB_KEYS,
    CONTEXTS,
    EVENTS,
    JOB_IF_CONTEXTS,
    JOB_KEYS,
    STEP_IF_CONTEXTS,
    STEP_KEYS,
    STEP_KINDS,
    WORKFLOW_KEYS,
)
from asbuilt.workflows.sources import Sources
from asbuilt.workflows.workflow import Job, Step, WorkflowFile, expressions_of

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def problems(workflow_file: WorkflowFile, sources: Sources | None = None) -> tuple[Problem, ...]:
    """Give everything that is wrong with a file's structure, in the order of its lines.

    `sources` are the workflows that it can follow or call; without them, nothing is said of those that it names.
    """
    found = list(workflow_file.document.problems)
    root = workflow_file.document.root
    if isinstance(root, Mapping):
        found += [*_of_root(root), *_of_jobs(workflow_file), *_of_expressions(root)]
        found += _of_other_files(workflow_file, sources) if sources is not None else ()
    elif root is not None:
        found.append(Problem("a workflow is a mapping with the keys `on` and `jobs`", root.mark))
    return tuple(sorted(found, key=lambda problem: problem.mark))


def _of_root(root: Mapping) -> Iterator[Problem]:
    yield from _unknown_keys(root, WORKFLOW_KEYS, "a workflow")
    triggers = root.get("on")
    if triggers is None or (isinstance(triggers, Scalar) and triggers.value is None):
        yield Problem("`on` is missing: nothing ever starts this workflow", root.place("on"))
    yield from _of_events(triggers)
    jobs = root.get("jobs")
    if not isinstance(jobs, Mapping) or not jobs.values:
        wrong = "is missing" if "jobs" not in root else "is not a mapping of job ids to jobs"
        yield Problem(f"`jobs` {wrong}: a workflow has at least one job", root.place("jobs"))


def _of_events(triggers: Node | None) -> Iterator[Problem]:
    if isinstance(triggers, Mapping):
        events = [key for key, _ in triggers.items()]
    else:
        nodes = triggers if isinstance(triggers, Sequence) else [triggers] if triggers is not None else []
        events = [node for node in nodes if isinstance(node, Scalar) and node.value is not None]
    for event in events:
        if event.text not in EVENTS:
            yield Problem(f'"{event.text}" is no event{_nearest(event.text, EVENTS)}', event.mark)


def _of_jobs(workflow_file: WorkflowFile) -> Iterator[Problem]:
    root = workflow_file.document.root
    jobs = root.get("jobs") if isinstance(root, Mapping) else None
    seen: dict[str, Scalar] = {}
    for key, node in jobs.items() if isinstance(jobs, Mapping) else ():
        if not _ID.fullmatch(key.text):
            yield Problem(
                f'"{key.text}" is no job id: it begins with a letter or "_", then letters, digits, "-" and "_"',
                key.mark,
            )
        first = seen.setdefault(key.text.lower(), key)
        if first is not key:
            yield Problem(
                f'job "{key.text}" is "{first.text}" of line {first.mark.line} again: case makes no difference',
                key.mark,
            )
        if not isinstance(node, Mapping):
            yield Problem(f'job "{key.text}" is not a mapping', node.mark)
    for job in workflow_file.jobs:
        yield from _of_job(job)
        yield from _of_needs(job, workflow_file)


def _of_job(job: Job) -> Iterator[Problem]:
    if job.uses is not None:
        yield from _unknown_keys(job.node, CALLED_JOB_KEYS, "a job that calls a workflow")
        return
    yield from _unknown_keys(job.node, JOB_KEYS, "a job")
    if job.runs_on is None:
        yield Problem(f'job "{job.id}" has neither `runs-on` nor `uses`: GitHub cannot start it', job.mark)
    steps = job.node.get("steps")
    if not isinstance(steps, Sequence) or not steps.items:
        wrong = "has no `steps`" if steps is None else "has `steps` that are not a list of at least one"
        yield Problem(f'job "{job.id}" {wrong}', job.node.place("steps") if steps is not None else job.mark)
        return
    for item in steps:
        if not isinstance(item, Mapping):
            yield Problem("a step is a mapping", item.mark)
    ids: dict[str, Mark] = {}
    for step in job.steps:
        yield from _of_step(step)
        if step.id is not None and (first := ids.setdefault(step.id.lower(), step.node.place("id"))):
            place = step.node.place("id")
            if first != place:
                yield Problem(f'step id "{step.id}" is used on line {first.line} already', place)


def _of_step(step: Step) -> Iterator[Problem]:
    yield from _unknown_keys(step.node, STEP_KEYS, "a step")
    kinds = [kind for kind in STEP_KINDS if kind in step.node]
    if not kinds:
        yield Problem("a step has `uses` or `run`; this one has neither", step.node.mark)
    if len(kinds) > 1:
        yield Problem(f"a step has `uses` or `run`; this one has `{'` and `'.join(kinds)}`", step.node.place(kinds[1]))


def _of_needs(job: Job, workflow_file: WorkflowFile) -> Iterator[Problem]:
    ids = [each.id for each in workflow_file.jobs]
    for need in job.needs:
        if need.text.lower() not in workflow_file.jobs_by_id:
            yield Problem(
                f'job "{job.id}" needs "{need.text}", and there is no such job{_nearest(need.text, ids)}', need.mark
            )
    route = _cycle(job, workflow_file)
    if route and min(each.mark for each in route) == job.mark:  # a cycle is one problem, at its first job
        names = " needs ".join(f'"{each.id}"' for each in (*route, job))
        yield Problem(f"jobs wait for each other: {names}", job.node.place("needs"))


def _of_other_files(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Problem]:
    """Find workflows that are named, and are not there."""
    for trigger in workflow_file.triggers:
        for name in trigger.workflows if trigger.event == "workflow_run" else ():
            if name.text not in sources.by_name:
                near = _nearest(name.text, sources.by_name)
                yield Problem(f'no workflow is called "{name.text}", so none is ever followed{near}', name.mark)
    for job in workflow_file.jobs:
        if job.uses is not None and job.uses.text.startswith("./") and sources.called_by(job) is None:
            yield Problem(f"there is no workflow {job.uses.text}: the call fails", job.uses.mark)


def _cycle(start: Job, workflow_file: WorkflowFile) -> tuple[Job, ...]:
    """Give the jobs on a way from a job through `needs` back to itself, or none."""
    ways: list[tuple[Job, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for need in workflow_file.needed_by(way[-1]):
            if need is start:
                return way
            if need.id not in seen:
                seen.add(need.id)
                ways.append((*way, need))
    return ()


def _of_expressions(root: Mapping) -> Iterator[Problem]:
    conditions: dict[int, Collection[str]] = {}
    jobs = root.get("jobs")
    for _, job in jobs.items() if isinstance(jobs, Mapping) else ():
        if not isinstance(job, Mapping):
            continue
        steps = job.get("steps")
        owners = [(job, JOB_IF_CONTEXTS)]
        owners += (
            [(step, STEP_IF_CONTEXTS) for step in steps or () if isinstance(step, Mapping)]
            if isinstance(steps, Sequence)
            else []
        )
        for owner, contexts in owners:
            test = owner.get("if")
            if isinstance(test, Scalar) and isinstance(test.value, str):
                conditions[id(test)] = contexts
                yield from _of_condition(test, contexts)
    for scalar in expressions_of(root):
        if id(scalar) not in conditions:
            yield from _of_text(scalar)


def _of_condition(test: Scalar, contexts: Collection[str]) -> Iterator[Problem]:
    try:
        tree = condition(str(test.value))
    except ExpressionError as error:
        yield Problem(f"`if: {test.text.strip()}`: {error}", test.mark)
        return
    yield from _of_names(tree, contexts, f"`if: {test.text.strip()}`", test.mark, status=True)


def _of_text(scalar: Scalar) -> Iterator[Problem]:
    try:
        parts = [part for part in segments(scalar.text) if isinstance(part, Embedded)]
    except ExpressionError as error:
        yield Problem(str(error), _line(scalar, error.offset))
        return
    for part in parts:
        quoted = f"`${{{{{part.text}}}}}`"
        try:
            tree = parse(part.text)
        except ExpressionError as error:
            yield Problem(f"{quoted}: {error}", _line(scalar, part.offset))
        else:
            yield from _of_names(tree, CONTEXTS, quoted, _line(scalar, part.offset), status=False)


def _of_names(
    tree: Expression, contexts: Collection[str], quoted: str, mark: Mark, *, status: bool
) -> Iterator[Problem]:
    for node in walk(tree):
        if isinstance(node, Name) and node.name not in contexts:
            here = "is not available here" if node.name in CONTEXTS else "is no context"
            yield Problem(f'{quoted}: "{node.name}" {here}; what is: {", ".join(sorted(contexts))}', mark)
        if isinstance(node, Call) and node.function in STATUS_FUNCTIONS and not status:
            yield Problem(f"{quoted}: {node.function}() is available only in `if`", mark)


def _line(scalar: Scalar, offset: int) -> Mark:
    """Give the line of an offset in a block of text: its text begins on the line below its `|`."""
    line = scalar.text.count("\n", 0, offset)
    block = "\n" in scalar.text.rstrip("\n")
    return Mark(scalar.mark.line + 1 + line, 1) if block else scalar.mark


def _unknown_keys(node: Mapping, allowed: Collection[str], what: str) -> Iterator[Problem]:
    for key in node.keys.values():
        if key.text not in allowed:
            yield Problem(f'"{key.text}" is no key of {what}{_nearest(key.text, allowed)}', key.mark)


def _nearest(word: str, words: Collection[str]) -> str:
    close = get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else f"; what is: {', '.join(sorted(words))}"
