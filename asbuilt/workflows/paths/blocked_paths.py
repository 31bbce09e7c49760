"""The ways to an app that conditions shut: a trigger leads there, and then an `if` is false or a script ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from asbuilt.workflows.bounds import PastBoundError, noted
from asbuilt.workflows.deploys.steps import DeployStep, deploys_of
from asbuilt.workflows.deploys.targets import app_of, naming_context
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.obstacles import Obstacle, end_of, in_the_way
from asbuilt.workflows.paths.shell_ways import step_that_stops
from asbuilt.workflows.run import contexts, matrix
from asbuilt.workflows.run.job_runs import JobRun, job_runs
from asbuilt.workflows.run.reach import step_runs
from asbuilt.workflows.run.stopping import stopped_before
from asbuilt.workflows.triggers.refs import broadest, told
from asbuilt.workflows.triggers.situations import Situation

__all__ = ["BlockedPath", "Obstacle", "blocked_paths"]

_NO_TRIGGER = "no trigger of its workflow can fire"


@dataclass(frozen=True, slots=True)
class BlockedPath:
    """One way to an app that conditions shut. Where nothing can ever set it off, there is no trigger: `never` says why.

    `workflow` is the file whose trigger would start it; `why` says why the app is not known, where it is not. `refs`
    and `inputs` are as people read them, as those of a `Situation` are. `obstacles` are in the order in which a run
    comes to them, and there is at least one where `never` is empty. `situation` is that in which it would begin, None
    where there is no trigger.
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
    situation: Situation | None = field(default=None, compare=False, repr=False)

    @property
    def way(self) -> str:
        """What would set it off, as a person says it."""
        inputs = (f"{name}={value}" for name, value in self.inputs.items())
        return " ".join((self.trigger, *(inputs if self.inputs else told(self.refs))))


def blocked_paths(
    sources: Sources, paths: Iterable[DeployPath], past: dict[str, PastBoundError] | None = None
) -> tuple[BlockedPath, ...]:
    """Give the ways to apps that conditions shut, and the deploys that nothing can set off; `paths` are the others.

    By workflow in the order of the files, ways that differ in nothing but the ref as one; then the deploys that are on
    no way at all, once for each row of their matrix.

    `past` takes why a workflow has more of them than are followed, by its path; without it, that is raised.
    """
    open_steps = {id(path.step) for path in paths}
    files = (*sources.workflow_files, *sources.called_elsewhere)
    deploying = {id(job) for file in files for job in file.jobs if deploys_of(file, job, sources)}
    found: list[BlockedPath] = []
    for file in sources.workflow_files:
        runs = job_runs(file, sources, lambda _, job: id(job) in deploying, skipped=True) if deploying else ()
        with noted(file.path, past):
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


def _blocked(deploy: DeployStep, run: JobRun, sources: Sources) -> BlockedPath | None:
    obstacles = [found for leg in run.legs if (found := in_the_way(leg)) is not None]
    steps = deploy.placed.lineage if deploy.job.uses is None else ()
    for each in (*steps, *((deploy.given_by,) if deploy.given_by is not None else ())):
        if each.step.condition is None:
            continue
        if step_runs(each.step, contexts.of_step(each, run.last.context, sources)) is False:
            never = f'the `if` of step "{_label(each)}" is never true'
            obstacles.append(Obstacle(never, each.step.condition, each.document, each.workflow_file, each.job))
    guard = stopped_before(deploy.placed, run.last.context)
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
        situation=situation,
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
