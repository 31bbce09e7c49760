"""The ways to an app that conditions shut, and why they do: a trigger leads there, and then an `if` is false."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asbuilt.workflows import contexts, matrix
from asbuilt.workflows.conditions import absence, reason
from asbuilt.workflows.deploy_path import DeployPath
from asbuilt.workflows.deploys import DeployStep, deploys_of
from asbuilt.workflows.document import Document, Mark
from asbuilt.workflows.document import Mapping as Node
from asbuilt.workflows.fault import Fault
from asbuilt.workflows.job_runs import JobRun, job_runs
from asbuilt.workflows.obstacles import Obstacle, end_of, in_the_way
from asbuilt.workflows.reach import step_runs
from asbuilt.workflows.refs import broadest, matches
from asbuilt.workflows.shell_ways import step_that_stops
from asbuilt.workflows.sources import PlacedStep, Sources
from asbuilt.workflows.stopping import stopped_before
from asbuilt.workflows.targets import app_of, naming_context
from asbuilt.workflows.workflow import WorkflowFile

# A deploy that nothing sets off, and one in a workflow that only those who are not here could call.
_NO_TRIGGER = "no trigger of its workflow can fire"
_NOT_STARTED = frozenset({"", "workflow_call"})


@dataclass(frozen=True, slots=True)
class BlockedPath:
    """One way to an app that conditions shut. Where nothing can ever set it off, there is no trigger: `never` says why.

    `workflow` is the file whose trigger would start it; `why` says why the app is not known, where it is not.
    """

    workflow: str
    trigger: str
    refs: tuple[str, ...]
    inputs: dict[str, str]
    app: str | None
    why: str | None
    obstacles: tuple[Obstacle, ...]
    never: str
    step: DeployStep = field(compare=False, repr=False)
    entry: WorkflowFile = field(compare=False, repr=False)
    caller: str = field(compare=False, repr=False)  # for the end of a sentence

    @property
    def way(self) -> str:
        """What would set it off, as a person says it."""
        inputs = (f"{name}={value}" for name, value in self.inputs.items())
        return " ".join((self.trigger, *(inputs if self.inputs else self.refs)))


def blocked_paths(sources: Sources, paths: Iterable[DeployPath]) -> tuple[BlockedPath, ...]:
    """Give the ways to apps that conditions shut, and the deploys that nothing can set off; `paths` are the others."""
    open_steps = {id(path.step) for path in paths}
    deploying = {id(job) for file in sources.workflow_files for job in file.jobs if deploys_of(file, job, sources)}
    found: list[BlockedPath] = []
    for file in sources.workflow_files:
        runs = job_runs(file, sources, lambda _, job: id(job) in deploying, skipped=True) if deploying else ()
        found += _merged(
            path
            for run in runs
            for deploy in deploys_of(run.last.workflow_file, run.last.job, sources)
            if (path := _blocked(deploy, run, sources)) is not None
        )
    known = open_steps | {id(path.step) for path in found}
    for file in sources.workflow_files:
        for job in file.jobs:
            for deploy in deploys_of(file, job, sources):
                if id(deploy) not in known:
                    found += _never_started(file, deploy, sources)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Target:
    """What a deploy step deploys, or why that cannot be told."""

    document: Document
    mark: Mark
    job: str
    app: str | None
    why: str
    caller: str


def targets_in(
    workflow_file: WorkflowFile, paths: Iterable[DeployPath], blocked: Iterable[BlockedPath]
) -> Iterator[Target]:
    """Give the targets of the deploys that a file owns; of one that is on no path, those that it would have."""
    reached = set()
    for path in paths:
        reached.add(id(path.step))
        if path.owner is workflow_file and not path.review:
            yield _target(path.step, path.job, path.app, path.undecided, path.caller)
    for each in blocked:
        if each.step.workflow_file is workflow_file and not each.step.review and id(each.step) not in reached:
            yield _target(each.step, each.step.job.id, each.app, each.why, each.caller)


def _target(step: DeployStep, job: str, app: str | None, why: str | None, caller: str) -> Target:
    # Of what is undecided, the app is said first.
    first = (why or "").partition("; the environment")[0].partition("; whether")[0]
    return Target(step.document, step.app_mark, job, app, first, caller)


@dataclass(frozen=True, slots=True)
class Expected:
    """A deploy that is declared: by a workflow, with a trigger; of a ref or inputs that are not given, any will do."""

    workflow: str
    trigger: str
    ref: str | None
    inputs: Mapping[str, str]

    def is_met_by(self, path: DeployPath | BlockedPath) -> bool:
        """Tell whether a path is that deploy."""
        return (
            path.workflow == self.workflow
            and path.trigger == self.trigger
            and (self.ref is None or any(matches(pattern, self.ref) for pattern in path.refs))
            and self.inputs.items() <= path.inputs.items()
        )

    @property
    def way(self) -> str:
        """What sets it off, as a person says it."""
        inputs = tuple(f"{name}={value}" for name, value in self.inputs.items())
        return " ".join((self.trigger, *(inputs or ((self.ref,) if self.ref else ()))))


def missing(expected: Expected, paths: Sequence[DeployPath], blocked: Sequence[BlockedPath]) -> bool:
    """Tell whether no trigger leads to a declared deploy, be it past conditions or up to them."""
    return not any(map(expected.is_met_by, paths)) and not any(map(expected.is_met_by, blocked))


def trigger_of(
    expected: Expected, paths: Iterable[DeployPath], blocked: Iterable[BlockedPath]
) -> tuple[Document, Mark] | None:
    """Give the place of the triggers of a workflow, where any of some paths begins there."""
    entries = (*(path.run.entry.workflow_file for path in paths), *(path.entry for path in blocked))
    entry = next((each for each in entries if each.path == expected.workflow), None)
    if entry is None or not isinstance(entry.document.root, Node):
        return None
    return entry.document, entry.document.root.place("on")


def unstarted(app: str, paths: Sequence[DeployPath], blocked: Sequence[BlockedPath]) -> Iterator[Fault]:
    """Give the steps that deploy an app, where nothing sets off any of them."""
    every: tuple[DeployPath | BlockedPath, ...] = (*paths, *blocked)
    if any(path.trigger not in _NOT_STARTED for path in every):
        return
    for path in every:
        file = path.owner if isinstance(path, DeployPath) else path.entry
        why = path.never if isinstance(path, BlockedPath) else ""
        why = why or f"only a call starts {file.file_name}, and no workflow here calls it"
        yield Fault(
            path.step.document,
            path.step.mark,
            f"this step deploys {app}, and nothing sets it off: {why}",
            "give it a trigger that fires, or call it from a workflow that has one",
        )


def shut(
    app: str, expected: Sequence[Expected], paths: Sequence[DeployPath], blocked: Sequence[BlockedPath]
) -> Iterator[Fault]:
    """Give the conditions that shut every way to an app, or each way that is declared.

    A tag that is pushed with GITHUB_TOKEN shuts the way of a declared deploy too: it never sets it off.
    """
    if not expected and all(path.trigger in _NOT_STARTED for path in paths):
        yield from _conditions(app, (path for path in blocked if path.trigger not in _NOT_STARTED))
    for each in expected:
        met = [path for path in paths if each.is_met_by(path)]
        if not met:
            yield from _conditions(app, filter(each.is_met_by, blocked))
        elif all(path.remarks for path in met):
            for path in met:
                yield _deaf(app, path)


def _deaf(app: str, path: DeployPath) -> Fault:
    entry = path.run.entry.workflow_file
    mark = next((trigger.mark for trigger in entry.triggers if trigger.event == path.trigger), path.mark)
    return Fault(
        entry.document,
        mark,
        f"nothing deploys {app} by {path.way} of itself: {'; '.join(path.remarks)}",
        "push with a token of an app or of a person, or call the deploy from the workflow that makes it",
    )


def _conditions(app: str, blocked: Iterable[BlockedPath]) -> Iterator[Fault]:
    """Say of each condition in the way to an app which it is, what it shuts out, and why it is false."""
    ways: dict[Obstacle, list[BlockedPath]] = {}
    for path in blocked:
        for obstacle in path.obstacles:
            ways.setdefault(obstacle, []).append(path)
    for obstacle, shut_out in ways.items():
        refs = [ref for path in shut_out for ref in path.refs]
        why, fix = reason(obstacle.test, shut_out[0].entry, refs) if not obstacle.stops else ("", "")
        if not why and not obstacle.stops and obstacle.document is obstacle.workflow_file.document:
            why, fix = absence(obstacle.test, obstacle.workflow_file, obstacle.job)
        caller = next((path.caller for path in shut_out if path.caller), "")
        yield Fault(
            obstacle.document,
            obstacle.test.mark,
            f"nothing deploys {app} by {', '.join(dict.fromkeys(path.way for path in shut_out))}: {obstacle.never}"
            f"{f': {why}' if why else ''}{caller}",
            fix or "correct the condition, or add the trigger that it asks for",
        )


def _blocked(deploy: DeployStep, run: JobRun, sources: Sources) -> BlockedPath | None:
    obstacles = [found for leg in run.legs if (found := in_the_way(leg)) is not None]
    steps = deploy.placed.lineage if deploy.job.uses is None else ()
    for each in (*steps, *((deploy.given_by,) if deploy.given_by is not None else ())):
        if each.step.condition is None:
            continue
        if step_runs(each.step, contexts.of_step(each, run.last.context, sources)) is False:
            never = f'the `if` of step "{_label(each)}" is never true'
            obstacles.append(Obstacle(never, each.step.condition, each.document, each.workflow_file, each.job))
    guard = stopped_before(deploy, run.last.context) if deploy.job.uses is None else None
    if guard is not None:
        obstacles.append(end_of(guard, run.last.workflow_file, run.last.job))
    other = step_that_stops(deploy, run.last.context, sources) if not obstacles else None
    if other is not None and other.step.run is not None:
        never = f'the script of step "{_label(other)}" never gets to it'
        obstacles.append(Obstacle(never, other.step.run, other.document, other.workflow_file, other.job, stops=True))
    refused = any(leg.reached.runs is False for leg in run.legs) and not obstacles
    if not obstacles and not refused:
        return None
    situation = run.situation
    app = app_of(deploy, naming_context(deploy, run.last.context, sources))
    called_from = deploy.placed.used_by or run.called_by
    return BlockedPath(
        workflow=run.entry.workflow_file.path,
        trigger=situation.event if obstacles else "",
        refs=situation.refs,
        inputs=situation.inputs,
        app=app.value,
        why=app.undecided,
        obstacles=tuple(obstacles),
        never="" if obstacles else "its job waits for one that does not exist, or that waits for it",
        step=deploy,
        entry=run.entry.workflow_file,
        caller=f"; {called_from}" if called_from else "",
    )


def _label(placed: PlacedStep) -> str:
    return placed.step.name or placed.step.id or placed.step.action or placed.step.label


def _never_started(file: WorkflowFile, deploy: DeployStep, sources: Sources) -> Iterator[BlockedPath]:
    """Give a deploy that nothing can set off, with each app that its matrix names."""
    for combination in matrix.combinations(deploy.job.matrix, {}):
        context: dict[str, Any] = {"github": {}, "inputs": {}, "needs": {}, "matrix": combination}
        app = app_of(deploy, naming_context(deploy, context, sources))
        yield BlockedPath(file.path, "", (), {}, app.value, app.undecided, (), _NO_TRIGGER, deploy, file, "")


def _merged(paths: Iterable[BlockedPath]) -> Iterator[BlockedPath]:
    """Join paths that differ in nothing but the ref."""
    groups: dict[str, list[BlockedPath]] = {}
    for path in paths:
        groups.setdefault(f"{replace(path, refs=())} {id(path.step)}", []).append(path)
    for group in groups.values():
        yield replace(group[0], refs=broadest(ref for path in group for ref in path.refs))
