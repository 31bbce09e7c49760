"""What keeps GitHub from reading a workflow file as its author meant it.

What GitHub takes is in `judge.github`; here are the rules that are about more than one key, and the words. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Mapping_
from dataclasses import replace
from functools import lru_cache

from asbuilt.workflows.files.sources import HERE, ActionFile, Sources
from asbuilt.workflows.files.workflow import Job, Step, WorkflowFile
from asbuilt.workflows.judge.github import availability
from asbuilt.workflows.judge.github.calls import call_problems, default_problems
from asbuilt.workflows.judge.github.expression_problems import expression_problems
from asbuilt.workflows.judge.github.schema import ACTION_STEPS, CALLED_JOB, EVENTS, JOB, STEPS, WORKFLOW
from asbuilt.workflows.judge.github.shapes import Shape, is_expression, nearest, shape_problems, unknown_key
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Scalar, Sequence
from asbuilt.workflows.yaml.finding import Finding

_ID = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_-]{0,98}")
_NEVER_FOLLOWED = "no workflow is called "
_IDS = 'it begins with a letter or one "_", then letters, digits, "-" and "_", and has fewer than 100 of them'


def problems(workflow_file: WorkflowFile, sources: Sources | None = None) -> tuple[Finding, ...]:
    """Give everything that is wrong with a file's structure, in the order of its lines.

    In goes a workflow file as it was modelled; what the model left out of it is named here. Each finding comes once,
    with its line. A file that is not YAML has what the reader says, and no more. `sources` are the workflows that it
    can follow or call; without them, nothing is said of those that it names.
    """
    found = list(workflow_file.document.problems)
    root = workflow_file.document.root
    if isinstance(root, Mapping):
        found += [*_of_root(root), *_of_jobs(workflow_file), *expression_problems(root, availability.WORKFLOW)]
        found += (each for trigger in workflow_file.triggers for each in default_problems(trigger))
        found += _of_other_files(workflow_file, sources) if sources is not None else ()
    elif root is not None:
        found.append(Finding("a workflow is a mapping with the keys `on` and `jobs`", mark=root.mark))
    return _in_order(workflow_file.document, found)


@lru_cache(maxsize=4096)  # each app that the file deploys asks
def refusal(workflow_file: WorkflowFile, sources: Sources) -> Finding | None:
    """Give why GitHub refuses a workflow file, and starts nothing of it; None where it takes it.

    It is the first of `problems`, but for the name of a workflow that nothing is called: that is taken, and never
    followed. One whose `on` has nothing is refused too. A file that calls one that is refused is refused with it.
    """
    own = (each for each in problems(workflow_file, sources) if not each.fact.startswith(_NEVER_FOLLOWED))
    called = (sources.called_by(job) for job in workflow_file.jobs)
    others = (each for each in called if each is not None and each is not workflow_file)
    return next(own, None) or next((found for each in others for found in problems(each, sources)), None)


def action_problems(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Finding]:
    """Give what is wrong with the repository's composite actions that a file's jobs use, and which step uses each.

    Each action once, in the order in which they are used; in it, by line.
    """
    seen: set[str] = set()
    for placed in sources.steps_of(workflow_file):
        action = sources.action_of(placed.step)
        if action is None or action.path in seen:
            continue
        seen.add(action.path)
        user = placed.lineage[0]
        for problem in _of_action(action):
            yield replace(problem, fact=f"{problem.fact} (used by {workflow_file.file_name}:{user.mark.line})")


def _of_action(action: ActionFile) -> tuple[Finding, ...]:
    found = [
        *action.document.problems,
        *expression_problems(action.document.root, availability.ACTION),
        *_of_ids(action.steps),
    ]
    for step in action.steps:
        found += _of_step(step, ACTION_STEPS)
        if step.run is not None and step.shell is None:
            found.append(Finding("a `run` in an action names its `shell`; this one does not", mark=step.mark))
    return _in_order(action.document, found)


def _in_order(document: Document, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort what is wrong with a document by its place; what an alias repeats is said once."""
    placed = dict.fromkeys(document.placed(found))
    return tuple(sorted(placed, key=lambda each: each.mark or Mark(1, 1)))


def _of_root(root: Mapping) -> Iterator[Finding]:
    yield from _of_keys(root, WORKFLOW, "a workflow")
    triggers = root.get("on")
    if triggers is None or (isinstance(triggers, Scalar) and triggers.value is None):
        wrong = "names no event" if "on" in root else "is missing"
        yield Finding(f"`on` {wrong}: nothing ever starts this workflow", mark=root.place("on"))
    yield from _of_events(triggers)
    jobs = root.get("jobs")
    if not isinstance(jobs, Mapping) or not jobs.values:
        wrong = "is missing" if "jobs" not in root else "is not a mapping of job ids to jobs"
        yield Finding(f"`jobs` {wrong}: a workflow has at least one job", mark=root.place("jobs"))


def _of_events(triggers: Node | None) -> Iterator[Finding]:
    if isinstance(triggers, Mapping):
        events = [key for key, _ in triggers.items()]
    else:
        nodes = triggers if isinstance(triggers, Sequence) else [triggers] if triggers is not None else []
        events = [node for node in nodes if isinstance(node, Scalar) and node.value is not None]
        for node in nodes:
            if not isinstance(node, Scalar):
                yield Finding("`on` names an event, a list of events, or a mapping of events", mark=node.mark)
    for event in events:
        if event.text not in EVENTS:
            yield Finding(f'"{event.text}" is no event{nearest(event.text, EVENTS)}', mark=event.mark)
    for event, settings in triggers.items() if isinstance(triggers, Mapping) else ():
        if event.text in EVENTS and event.text != "schedule":
            yield from _of_settings(event, settings)


def _of_settings(event: Scalar, settings: Node) -> Iterator[Finding]:
    known = EVENTS[event.text]
    if isinstance(settings, Mapping):
        for name in ("branches", "tags", "paths"):
            if name in settings and (other := f"{name}-ignore") in settings:
                fact = f"`{event.text}` has `{name}` and `{other}`: GitHub takes one of them"
                yield Finding(fact, mark=max(settings.place(name), settings.place(other)))
        for key, value in settings.items():
            if key.text in known:
                yield from shape_problems(value, known[key.text], f"`{key.text}`")
            elif key.text in EVENTS:
                yield Finding(
                    f'"{key.text}" is an event of its own: write it beside `{event.text}`, not below it', mark=key.mark
                )
            else:
                yield unknown_key(key, known, f"`{event.text}`")
    elif not isinstance(settings, Scalar) or settings.value is not None:
        yield Finding(f"what stands below `{event.text}` is a mapping, if there is anything", mark=settings.mark)


def _of_jobs(workflow_file: WorkflowFile) -> Iterator[Finding]:
    root = workflow_file.document.root
    jobs = root.get("jobs") if isinstance(root, Mapping) else None
    for key, node in jobs.items() if isinstance(jobs, Mapping) else ():
        if not _ID.fullmatch(key.text):
            yield Finding(f'"{key.text}" is no job id: {_IDS}', mark=key.mark)
        if not isinstance(node, Mapping):
            yield Finding(f'job "{key.text}" is not a mapping', mark=node.mark)
    for job in workflow_file.jobs:
        yield from _of_job(job)
        yield from _of_needs(job, workflow_file)


def _of_keys(node: Mapping, known: Mapping_[str, Shape], what: str, hint: str = "") -> Iterator[Finding]:
    """Find what GitHub does not know among the keys of a node, and what cannot stand below those that it does."""
    for key, value in node.items():
        if key.text in known:
            yield from shape_problems(value, known[key.text], f"`{key.text}`")
        elif not is_expression(key):
            problem = unknown_key(key, known, what)
            yield replace(problem, fact=problem.fact + hint)


def _of_job(job: Job) -> Iterator[Finding]:
    if "uses" in job.node:
        yield from _of_keys(job.node, CALLED_JOB, "a job that calls a workflow")
        return
    yield from _of_keys(job.node, JOB, "a job")
    if job.runs_on is None:
        yield Finding(f'job "{job.id}" has neither `runs-on` nor `uses`: GitHub cannot start it', mark=job.mark)
    steps = job.node.get("steps")
    if not isinstance(steps, Sequence) or not steps.items:
        wrong = "has no `steps`" if steps is None else "has `steps` that are not a list of at least one"
        yield Finding(f'job "{job.id}" {wrong}', mark=job.node.place("steps") if steps is not None else job.mark)
        return
    for item in steps:
        if not isinstance(item, Mapping):
            yield Finding("a step is a mapping", mark=item.mark)
    for step in job.steps:
        yield from _of_step(step)
    yield from _of_ids(job.steps)


def _of_ids(steps: Iterable[Step]) -> Iterator[Finding]:
    ids: dict[str, Mark] = {}
    for step in steps:
        if step.id is not None and (first := ids.setdefault(step.id.lower(), step.node.place("id"))):
            place = step.node.place("id")
            if not _ID.fullmatch(step.id) and "${{" not in step.id:
                yield Finding(f'"{step.id}" is no step id: {_IDS}', mark=place)
            if first != place:
                yield Finding(f'step id "{step.id}" is used on line {first.line} already', mark=place)


def _of_step(step: Step, known: Mapping_[str, Mapping_[str, Shape]] = STEPS) -> Iterator[Finding]:
    """Find what is wrong with a step. `known` has what a step may have, by the key of what it does."""
    kinds = [kind for kind in known if kind in step.node]
    if not kinds:
        yield Finding("a step has `uses` or `run`; this one has neither", mark=step.node.mark)
    if len(kinds) > 1:
        both = "` and `".join(kinds)
        yield Finding(f"a step has `uses` or `run`; this one has `{both}`", mark=step.node.place(kinds[1]))
    if len(kinds) == 1:
        keys, what = known[kinds[0]], f"a step with `{kinds[0]}`"
    else:
        keys, what = {key: shape for kind in known.values() for key, shape in kind.items()}, "a step"
    hint = "; an input of the action stands under `with`" if "uses" in kinds else ""
    yield from _of_keys(step.node, keys, what, hint)


def _of_needs(job: Job, workflow_file: WorkflowFile) -> Iterator[Finding]:
    ids = [each.id for each in workflow_file.jobs if each is not job]
    for need in job.needs:
        if need.text.lower() not in workflow_file.jobs_by_id:
            yield Finding(
                f'job "{job.id}" needs "{need.text}", and there is no such job'
                f"{nearest(need.text, ids, 'its other jobs are')}",
                mark=need.mark,
            )
    route = _cycle(job, workflow_file)
    if route and min(each.mark for each in route) == job.mark:  # a cycle is one problem, at its first job
        names = " needs ".join(f'"{each.id}"' for each in (*route, job))
        yield Finding(f"jobs wait for each other: {names}", mark=job.node.place("needs"))


def _of_other_files(workflow_file: WorkflowFile, sources: Sources) -> Iterator[Finding]:
    """Find workflows that are named, and are not there."""
    all_names_known = all(each.document.unread is None for each in sources.workflow_files)
    for trigger in workflow_file.triggers:
        for name in trigger.workflows if trigger.event == "workflow_run" and all_names_known else ():
            if name.text not in sources.by_name:
                near = nearest(name.text, sources.by_name, "there are")
                yield Finding(f'{_NEVER_FOLLOWED}"{name.text}", so none is ever followed{near}', mark=name.mark)
    for job in workflow_file.jobs:
        called = sources.called_by(job)
        if called is not None and called.document.unread is not None:
            continue
        if called is not None:
            yield from call_problems(job, called)
        elif job.uses is not None and job.uses.text.startswith(HERE):
            yield Finding(f"there is no workflow {job.uses.text}: the call fails", mark=job.uses.mark)
        elif job.uses is not None and (there := sources.without(job)):
            yield Finding(
                f"cannot be told: what `{job.uses.text}` does, which is not among the files of {there}",
                f"--checkout {there}=DIR, with the files of the version that is called",
                mark=job.uses.mark,
                open=True,
            )


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
