"""Whether the checks that a pull request must have passed report on every pull request.

A workflow that a filter leaves out reports nothing, and the pull request waits for ever. A job that is skipped reports
success, but under its own name alone: not under those of its matrix, nor of the workflow that it calls.
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.expressions.values import text_of as written
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Trigger, WorkflowFile
from asbuilt.workflows.run.contexts import text_in
from asbuilt.workflows.run.job_runs import JobRun, Leg, job_runs
from asbuilt.workflows.triggers.refs import passes
from asbuilt.workflows.yaml.document import Mapping, Mark
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

_REQUESTS = ("pull_request", "pull_request_target")
_ASKS_A_JOB = re.compile(r"\bneeds\s*\.\s*[\w-]+\s*\.\s*outputs\b", re.IGNORECASE)
_OF_COMMITS = (*_REQUESTS, "push", "merge_group")
_EVERY = frozenset({"**", "**/*"})  # `*` stops at a slash


@dataclass(frozen=True, slots=True)
class _Giver:
    """A workflow that gives a check; `runs` are those of its jobs that do, in the situations where they do."""

    file: WorkflowFile
    runs: tuple[JobRun, ...]
    events: frozenset[str]


def silent_checks(
    workflow_file: WorkflowFile, required: Collection[str], default_branch: str, sources: Sources
) -> tuple[Finding, ...]:
    """Give what keeps a workflow from reporting the checks that are required of it.

    `required` are the names of checks, as GitHub shows them; one that this workflow does not give is somebody else's.
    At the filter of the trigger that leaves pull requests to `default_branch` out, or the condition that takes the name
    away.

    Where several workflows give a check, it is enough that they report between them. `merge_group` stands in for no
    pull request: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
    """
    return one_for_each_place(_silent_checks(workflow_file, required, default_branch, sources))


def gives(workflow_file: WorkflowFile, check: str, sources: Sources) -> bool:
    """Tell whether a workflow gives a check, by the name under which GitHub shows it."""
    return check in runs_by_name(workflow_file, sources)


def _silent_checks(
    workflow_file: WorkflowFile, required: Collection[str], default_branch: str, sources: Sources
) -> Iterator[Finding]:
    for check in required:
        givers = [found for file in sources.workflow_files if (found := _giver(file, check, sources)) is not None]
        for events in (_REQUESTS, _OF_COMMITS):
            if any(_is_for(each, events) for each in givers):  # then a workflow for something else gives it besides
                givers = [each for each in givers if _is_for(each, events)]
        here = next((each for each in givers if each.file is workflow_file), None)
        if here is None or any(_reports(each, default_branch) for each in givers) or _complete(givers, default_branch):
            continue
        yield from _findings(here, check, default_branch)


def _giver(file: WorkflowFile, check: str, sources: Sources) -> _Giver | None:
    runs = runs_by_name(file, sources).get(check)
    if not runs:
        return None
    shown = [run for run in runs if not _vanishes(run)]
    return _Giver(file, tuple(runs), frozenset(run.situation.event for run in shown))


@lru_cache(maxsize=1024)  # each file that is judged asks all of them for each check
def runs_by_name(file: WorkflowFile, sources: Sources) -> dict[str, list[JobRun]]:
    """Give the jobs of a workflow as they can run, by each name under which their checks may be shown."""
    found: dict[str, list[JobRun]] = {}
    for run in job_runs(file, sources, lambda *_: True, skipped=True):
        for name in names_of(run) if run.situation.event != "workflow_call" else ():
            found.setdefault(name, []).append(run)
    return found


def _is_for(giver: _Giver, events: Collection[str]) -> bool:
    return any(trigger.event in events for trigger in giver.file.triggers)


def names_of(run: JobRun) -> set[str]:
    """Give the names under which a run's check may be shown, behind those of the jobs that call it."""
    parts = [_labels(leg) for leg in run.legs]
    return {" / ".join(names) for names in product(*parts)} if all(parts) else set()


def _labels(leg: Leg) -> set[str]:
    """Give the name of a job, with its row of the matrix where the name does not speak of it.

    Of what `include` adds to a row, it is not said whether the name has it: both ways are taken.
    """
    job, row = leg.job, leg.context["matrix"]
    if job.name is not None and "${{" in job.name:
        name = text_in(job.name, leg.context)
        return set() if isinstance(name, Unknown) else {name}
    base = job.name or job.id
    if job.matrix is None:
        return {base}
    if isinstance(row, Unknown) or not row:
        return set()
    axes = [key for key in row if key in _axes(leg)] or list(row)
    return {f"{base} ({', '.join(_values([row[key] for key in keys]))})" for keys in (axes, list(row))}


def _axes(leg: Leg) -> Collection[str]:
    node = leg.job.matrix
    return set(getattr(node, "values", {})) - {"include", "exclude"}


def _values(values: list[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict):
            yield from _values(list(value.values()))
        elif isinstance(value, list):
            yield from _values(value)
        else:
            yield written(value)


def _vanishes(run: JobRun) -> bool:
    """Tell whether a job that is skipped takes the name with it: that of a matrix, or one behind a job that calls."""
    return any(_is_skipped(leg) and (leg.job.matrix is not None or leg is not run.last) for leg in run.legs)


def _is_skipped(leg: Leg) -> bool:
    """Tell whether a job is skipped, always or where an earlier job says so: that one looks at what changed."""
    test = leg.reached.undecided
    return leg.reached.runs is False or (test is not None and _ASKS_A_JOB.search(test.text) is not None)


def _reports(giver: _Giver, default_branch: str) -> bool:
    """Tell whether a workflow reports on every pull request to the default branch, by one trigger at least."""
    return any(
        trigger.event in giver.events and not any(_shut(trigger, default_branch)) for trigger in giver.file.triggers
    )


def _shut(trigger: Trigger, default_branch: str) -> Iterator[tuple[str, str]]:
    """Give each key of a trigger that leaves pull requests to the default branch out, with the reason."""
    if trigger.event == "push":  # the commit of a pull request was pushed to its own branch
        if trigger.tags is not None and trigger.branches is None and trigger.branches_ignore is None:
            yield "tags", "it runs for tags alone"
        elif trigger.branches is not None and not _takes_all(trigger.branches):
            yield "branches", f"it runs for pushes to {', '.join(trigger.branches)} alone, not for pull requests"
        elif trigger.branches_ignore:
            yield "branches-ignore", f"it leaves out pushes to {', '.join(trigger.branches_ignore)}"
    elif trigger.event in _REQUESTS:
        if trigger.types is not None:
            lacking = [each for each in ("opened", "synchronize", "reopened") if each not in trigger.types]
            if lacking:
                yield "types", f"it does not run when a pull request is {_said(lacking)}"
        if not passes(default_branch, trigger.branches, trigger.branches_ignore):
            key = "branches" if trigger.branches is not None else "branches-ignore"
            yield key, f"it leaves out pull requests to {default_branch}"
    else:  # a pull request is queued once its checks have reported, so a run in the queue comes too late
        yield "", ""
    yield from _shut_by_paths(trigger)


def _takes_all(patterns: tuple[str, ...]) -> bool:
    """Tell whether patterns let everything pass: one that takes all, and none behind it that takes some back."""
    last = max((index for index, each in enumerate(patterns) if each in _EVERY), default=len(patterns))
    return last < len(patterns) and not any(each.startswith("!") for each in patterns[last:])


def _shut_by_paths(trigger: Trigger) -> Iterator[tuple[str, str]]:
    if trigger.paths is not None and not _takes_all(trigger.paths):
        yield "paths", f"it runs only where {', '.join(trigger.paths)} changed"
    if trigger.paths_ignore:
        yield "paths-ignore", f"it does not run where nothing but {', '.join(trigger.paths_ignore)} changed"


def _said(types: list[str]) -> str:
    return " or ".join("pushed to" if each == "synchronize" else each for each in types)


def _complete(givers: list[_Giver], default_branch: str) -> bool:
    """Tell whether two workflows report between them: one has the paths that the other one leaves out."""
    triggers = [
        trigger
        for each in givers
        for trigger in each.file.triggers
        if trigger.event in _REQUESTS and trigger.event in each.events
    ]
    whole = [each for each in triggers if not any(_shut(replace(each, paths=None, paths_ignore=None), default_branch))]
    ignored = [_left_out(each) for each in whole]
    return any(each.paths and set(each.paths) in ignored for each in whole)


def _left_out(trigger: Trigger) -> set[str]:
    """Give the paths that a trigger leaves out of all: `paths-ignore: [a]`, or `paths: ["**", "!a"]`."""
    if trigger.paths_ignore:
        return set(trigger.paths_ignore)
    first, *others = trigger.paths or ("",)
    left_out = {each[1:] for each in others if each.startswith("!")}
    return left_out if first in _EVERY and len(left_out) == len(others) else set()


def _findings(giver: _Giver, check: str, default_branch: str) -> Iterator[Finding]:
    document = giver.file.document
    triggers = [each for each in giver.file.triggers if each.event in (*_REQUESTS, "push")]
    if any(each.event in _REQUESTS for each in triggers):
        triggers = [each for each in triggers if each.event != "push"]
    blocks = f'the required check "{check}" never reports on some pull requests, and blocks them for ever'
    if not triggers:
        yield document.finding(
            _place(giver.file, "on"),
            f'the required check "{check}" never reports: no pull request starts {giver.file.file_name}',
            "give it in a workflow that runs on pull_request",
        )
    for trigger in triggers:
        for key, why in _shut(trigger, default_branch):
            yield document.finding(
                _place(giver.file, "on", trigger.event, key),
                f"{blocks}: {why}",
                _remedy(key, giver, default_branch),
            )
        if trigger.event not in giver.events:
            yield from _vanishing(giver, trigger, check)


def _vanishing(giver: _Giver, trigger: Trigger, check: str) -> Iterator[Finding]:
    """Give the condition that takes a check's name away where it is false."""
    run = next((run for run in giver.runs if run.situation.event == trigger.event), None)
    leg = next((leg for leg in run.legs if _is_skipped(leg)), None) if run is not None else None
    if leg is not None:
        always = leg.reached.runs is False
        yield leg.workflow_file.document.finding(
            leg.job.place("if"),
            f'the required check "{check}" never reports on {"" if always else "some of "}{trigger.event}: job '
            f'"{leg.job.id}" {"is" if always else "may be"} skipped there, and then shows under its own name alone',
            "put the condition on its steps, or require a job after it",
        )


def _remedy(key: str, giver: _Giver, default_branch: str) -> str:
    if key.startswith("paths"):
        if any(leg.job.matrix is not None or leg is not run.last for run in giver.runs for leg in run.legs):
            return (
                f"drop {key}, and ask in the steps what changed: skipped as a whole, the job reports under another name"
            )
        return f"drop {key}, and ask in the job what changed: a skipped job reports success"
    if key == "types":
        return "types: [opened, synchronize, reopened], and what else it is to run on"
    return f"run it for every pull request to {default_branch}"


def _place(file: WorkflowFile, *keys: str) -> Mark:
    """Give the place of the innermost of some keys, one below the other, that is there."""
    node, mark = file.document.root, Mark(1, 1)
    for key in keys:
        if not isinstance(node, Mapping) or key not in node:
            break
        mark, node = node.place(key), node.get(key)
    return mark
