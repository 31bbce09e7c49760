"""What keeps GitHub from reading a workflow file as its author meant it."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Mapping_

from asbuilt.workflows.files.sources import HERE, ActionFile, Sources
from asbuilt.workflows.files.workflow import Job, Step, WorkflowFile
from asbuilt.workflows.judge.github import availability
from asbuilt.workflows.judge.github.calls import call_problems, default_problems
from asbuilt.workflows.judge.github.expression_problems import expression_problems
from asbuilt.workflows.judge.github.schema import ACTION_STEPS, CALLED_JOB, EVENTS, JOB, STEPS, WORKFLOW
from asbuilt.workflows.judge.github.shapes import Shape, is_expression, nearest, shape_problems, unknown_key
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Problem, Scalar, Sequence

_ID = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]{0,98}")
_IDS = 'it begins with a letter or one "_", then letters, digits, "-" and "_", and has fewer than 100 of them'


def problems(workflow_file: WorkflowFile, sources: Sources | None = None) -> tuple[Problem, ...]:
    """Give everything that is wrong with a file's structure, in the order of its lines.

    `sources` are the workflows that it can follow or call; without them, nothing is said of those that it names.
    """
    found = list(workflow_file.document.problems)
    root = workflow_file.document.root
    if isinstance(root, Mapping):
        found += [*_of_root(root), *_of_jobs(workflow_file), *expression_problems(root, availability.WORKFLOW)]
        found += (each for trigger in workflow_file.triggers for each in default_problems(trigger))
        found += _of_other_files(workflow_file, sources) if sources is not None else ()
    elif root is not None:
        found.append(Problem("a workflow is a mapping with the keys `on` and `jobs`", root.mark))
    return _in_order(found)


def action_problems(workflow_file: WorkflowFile, sources: Sources) -> Iterator[tuple[Document, Problem]]:
    """Give what is wrong with the repository's composite actions that a file's jobs use, each with its document."""
    seen: set[str] = set()
    for placed in sources.steps_of(workflow_file):
        action = sources.action_of(placed.step)
        if action is None or action.path in seen:
            continue
        seen.add(action.path)
        user = placed.lineage[0]
        for problem in _of_action(action):
            used = f"{problem.message} (used by {workflow_file.file_name}:{user.mark.line})"
            yield action.document, Problem(used, problem.mark, problem.fix)


def _of_action(action: ActionFile) -> tuple[Problem, ...]:
    found = [
        *action.document.problems,
        *expression_problems(action.document.root, availability.ACTION),
        *_of_ids(action.steps),
    ]
    for step in action.steps:
        found += _of_step(step, ACTION_STEPS)
        if step.run is not None and step.shell is None:
            found.append(Problem("a `run` in an action names its `shell`; this one does not", step.mark))
    return _in_order(found)


def _in_order(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by their place; what an alias repeats is said once."""
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.mark))


def _of_root(root: Mapping) -> Iterator[Problem]:
    yield from _of_keys(root, WORKFLOW, "a workflow")
    triggers = root.get("on")
    if triggers is None or (isinstance(triggers, Scalar) and triggers.value is None):
        wrong = "names no event" if "on" in root else "is missing"
        yield Problem(f"`on` {wrong}: nothing ever starts this workflow", root.place("on"))
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
        for node in nodes:
            if not isinstance(node, Scalar):
                yield Problem("`on` names an event, a list of events, or a mapping of events", node.mark)
    for event in events:
        if event.text not in EVENTS:
            yield Problem(f'"{event.text}" is no event{nearest(event.text, EVENTS)}', event.mark)
    for event, settings in triggers.items() if isinstance(triggers, Mapping) else ():
        if event.text in EVENTS and event.text != "schedule":
            yield from _of_settings(event, settings)


def _of_settings(event: Scalar, settings: Node) -> Iterator[Problem]:
    known = EVENTS[event.text]
    if isinstance(settings, Mapping):
        for name in ("branches", "tags", "paths"):
            if name in settings and (other := f"{name}-ignore") in settings:
                fact = f"`{event.text}` has `{name}` and `{other}`: GitHub takes one of them"
                yield Problem(fact, max(settings.place(name), settings.place(other)))
        for key, value in settings.items():
            if key.text in known:
                yield from shape_problems(value, known[key.text], f"`{key.text}`")
            elif key.text in EVENTS:
                yield Problem(
                    f'"{key.text}" is an event of its own: write it beside `{event.text}`, not below it', key.mark
                )
            else:
                yield unknown_key(key, known, f"`{event.text}`")
    elif not isinstance(settings, Scalar) or settings.value is not None:
        yield Problem(f"what stands below `{event.text}` is a mapping, if there is anything", settings.mark)


def _of_jobs(workflow_file: WorkflowFile) -> Iterator[Problem]:
    root = workflow_file.document.root
    jobs = root.get("jobs") if isinstance(root, Mapping) else None
    for key, node in jobs.items() if isinstance(jobs, Mapping) else ():
        if not _ID.fullmatch(key.text):
            yield Problem(f'"{key.text}" is no job id: {_IDS}', key.mark)
        if not isinstance(node, Mapping):
            yield Problem(f'job "{key.text}" is not a mapping', node.mark)
    for job in workflow_file.jobs:
        yield from _of_job(job)
        yield from _of_needs(job, workflow_file)


def _of_keys(node: Mapping, known: Mapping_[str, Shape], what: str, hint: str = "") -> Iterator[Problem]:
    """Find what GitHub does not know among the keys of a node, and what cannot stand below those that it does."""
    for key, value in node.items():
        if key.text in known:
            yield from shape_problems(value, known[key.text], f"`{key.text}`")
        elif not is_expression(key):
            problem = unknown_key(key, known, what)
            yield Problem(problem.message + hint, problem.mark)


def _of_job(job: Job) -> Iterator[Problem]:
    if "uses" in job.node:
        yield from _of_keys(job.node, CALLED_JOB, "a job that calls a workflow")
        return
    yield from _of_keys(job.node, JOB, "a job")
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
    for step in job.steps:
        yield from _of_step(step)
    yield from _of_ids(job.steps)


def _of_ids(steps: Iterable[Step]) -> Iterator[Problem]:
    ids: dict[str, Mark] = {}
    for step in steps:
        if step.id is not None and (first := ids.setdefault(step.id.lower(), step.node.place("id"))):
            place = step.node.place("id")
            if not _ID.fullmatch(step.id) and "${{" not in step.id:
                yield Problem(f'"{step.id}" is no step id: {_IDS}', place)
            if first != place:
                yield Problem(f'step id "{step.id}" is used on line {first.line} already', place)


def _of_step(step: Step, known: Mapping_[str, Mapping_[str, Shape]] = STEPS) -> Iterator[Problem]:
    """Find what is wrong with a step. `known` has what a step may have, by the key of what it does."""
    kinds = [kind for kind in known if kind in step.node]
    if not kinds:
        yield Problem("a step has `uses` or `run`; this one has neither", step.node.mark)
    if len(kinds) > 1:
        yield Problem(f"a step has `uses` or `run`; this one has `{'` and `'.join(kinds)}`", step.node.place(kinds[1]))
    if len(kinds) == 1:
        keys, what = known[kinds[0]], f"a step with `{kinds[0]}`"
    else:
        keys, what = {key: shape for kind in known.values() for key, shape in kind.items()}, "a step"
    hint = "; an input of the action stands under `with`" if "uses" in kinds else ""
    yield from _of_keys(step.node, keys, what, hint)


def _of_needs(job: Job, workflow_file: WorkflowFile) -> Iterator[Problem]:
    ids = [each.id for each in workflow_file.jobs if each is not job]
    for need in job.needs:
        if need.text.lower() not in workflow_file.jobs_by_id:
            yield Problem(
                f'job "{job.id}" needs "{need.text}", and there is no such job'
                f"{nearest(need.text, ids, 'its other jobs are')}",
                need.mark,
            )
    route = _cycle(job, workflow_file)
    if route and min(each.mark for each in route) == job.mark:  # a cycle is one problem, at its first job
        names = " needs ".join(f'"{each.id}"' for each in (*route, job))
        yield Problem(f"jobs wait for each other: {names}", job.node.place("needs"))


def _of_other_files(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Problem]:
    """Find workflows that are named, and are not there."""
    all_names_known = all(each.document.unread is None for each in sources.workflow_files)
    for trigger in workflow_file.triggers:
        for name in trigger.workflows if trigger.event == "workflow_run" and all_names_known else ():
            if name.text not in sources.by_name:
                near = nearest(name.text, sources.by_name, "there are")
                yield Problem(f'no workflow is called "{name.text}", so none is ever followed{near}', name.mark)
    for job in workflow_file.jobs:
        called = sources.called_by(job)
        if called is not None and called.document.unread is not None:
            continue
        if called is not None:
            yield from call_problems(job, called)
        elif job.uses is not None and job.uses.text.startswith(HERE):
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
