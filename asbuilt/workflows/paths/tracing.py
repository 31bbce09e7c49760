"""The ways by which code reaches an app: trigger -> gates -> environment -> app -> verification.

What cannot be decided before a run is said to be undecided, with the expression and its line; it is never guessed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from operator import attrgetter

from asbuilt.workflows.bounds import AROUND, PATHS, PastBoundError, hold, noted
from asbuilt.workflows.deploys.steps import DeployStep, deploys_of
from asbuilt.workflows.deploys.targets import Decided, app_of, naming_context, unknown
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.choices import Choice, choices
from asbuilt.workflows.paths.concurrency import groups_of
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.gates import described_gates, gates_of
from asbuilt.workflows.paths.later import later_steps
from asbuilt.workflows.paths.reviews import is_for_review
from asbuilt.workflows.paths.shell_ways import is_undone, step_that_stops
from asbuilt.workflows.paths.tagging import with_remarks
from asbuilt.workflows.paths.verification import verifications
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.run.job_runs import JobRun, job_runs
from asbuilt.workflows.run.reach import Answer, may_run, step_runs
from asbuilt.workflows.run.stopping import stopped_before
from asbuilt.workflows.said.described import handed
from asbuilt.workflows.triggers.refs import broadest
from asbuilt.workflows.yaml.document import Document, Scalar, text_of

# What tells two ways apart, but for what is put together, and for what is no key of a dictionary.
_KIND = attrgetter(
    *(
        each.name
        for each in fields(DeployPath)
        if each.compare and each.name not in {"refs", "conclusions", "ancestors", "inputs"}
    )
)


def deploy_paths(sources: Sources, past: dict[str, PastBoundError] | None = None) -> tuple[DeployPath, ...]:
    """Give every way by which code reaches an app from a repository.

    By workflow in the order of the files, then by situation. One way is a trigger, a chain of jobs, a step, an app and
    an environment; refs, conclusions and rows of a matrix that change none of these are put together. A way that surely
    does not get to its step is left out: `blocked_paths` has it. None where nothing deploys.

    `past` takes why a workflow has more of them than are followed, by its path; without it, that is raised.
    """
    deploys: dict[int, tuple[DeployStep, ...]] = {}
    for file in (*sources.workflow_files, *sources.called_elsewhere):
        with noted(file.path, past):
            for job in file.jobs:
                if found := deploys_of(file, job, sources):
                    deploys[id(job)] = found
    if not deploys:
        return ()
    paths: list[DeployPath] = []
    for file in sources.workflow_files:
        with noted(file.path, past):
            paths += _without_repetition(_merged(_from(file, deploys, sources)))
    return tuple(with_remarks(paths, sources))


def _from(file: WorkflowFile, deploys: Mapping[int, tuple[DeployStep, ...]], sources: Sources) -> Iterator[DeployPath]:
    """Give the ways that begin with the triggers of a workflow. Raises PastBoundError."""
    count = around = 0
    for run in job_runs(file, sources, lambda _, job: id(job) in deploys):
        for deploy in deploys.get(id(run.last.job), ()):
            for path in _paths(deploy, run, sources):
                count += 1
                around += len(path.ancestors) + len(path.later)
                hold(count, PATHS, "ways to deploy", run.entry.job.mark)
                hold(around, AROUND, "jobs and steps around its deploys", run.entry.job.mark)
                yield path


def _paths(deploy: DeployStep, run: JobRun, sources: Sources) -> Iterator[DeployPath]:
    """Give the ways to a deploy in one run of its job: one for each app and environment that it may name."""
    for choice in choices(deploy, run, sources):
        yield from _path(deploy, choice, sources)


def _path(deploy: DeployStep, choice: Choice, sources: Sources) -> Iterator[DeployPath]:
    """Give the way to a deploy in one run of its job; none where a condition, a guard or a script surely shuts it."""
    run = choice.run
    job_context = run.last.context
    runs: Answer = True
    context = dict(job_context)
    for each in deploy.placed.lineage if deploy.job.uses is None else ():
        context = contexts.of_step(each, job_context, sources)
        this = step_runs(each.step, context)
        if this is False:
            return
        runs = this if isinstance(this, Unknown) else runs
    if stopped_before(deploy.placed, job_context) is not None:
        return
    if deploy.given_by is not None and not may_run(deploy.given_by, job_context, sources):
        return
    if step_that_stops(deploy, job_context, sources) is not None or is_undone(deploy, job_context, sources):
        return
    environment = _environment(deploy, job_context)
    later = later_steps(deploy, run, sources)
    checks = tuple(verifications(deploy, run, later, sources))
    situation = run.situation
    # Nobody knows here what a caller that is not in this repository hands over.
    called = "the workflows that call this one are not here" if situation.event == "workflow_call" else None
    open_test = _open_test(run, deploy, runs)
    chosen = "; ".join(choice.undecided)
    not_reached = _open(run, open_test[1] if open_test else None) or called or chosen or None
    chosen = chosen if chosen != not_reached else ""
    app = app_of(deploy, context if deploy.given_by is None else naming_context(deploy, job_context, sources))
    yield DeployPath(
        workflow=run.entry.workflow_file.path,
        job=run.name,
        trigger=situation.event,
        refs=situation.refs,
        inputs=situation.inputs,
        ancestors=(*gates_of(run, sources), *described_gates(deploy, run)),
        environment=environment.value,
        is_environment_open=environment.undecided is not None,
        is_environment_typed=environment.typed,
        app=app.value,
        is_app_typed=app.typed,
        mechanism=deploy.mechanism.name,
        verified_by=tuple(dict.fromkeys(each.label for each in checks)),
        file=deploy.document.path,
        mark=deploy.mark,
        undecided="; ".join(filter(None, (app.undecided, environment.undecided, chosen, not_reached))) or None,
        reached=not_reached is None,
        open_test=open_test,
        chosen=choice.undecided,
        review=is_for_review(deploy, app.value, situation, sources),
        origins=situation.origins,
        upstream=situation.upstream.path if situation.upstream else None,
        conclusions=(situation.conclusion,),
        remarks=(),
        versions=tuple(_versions(deploy, run, sources)),
        step=deploy,
        run=run,
        context=context,
        contexts=(context,),
        groups=groups_of(run),
        later=later,
        verifications=checks,
        sources=sources,
    )


def _open(run: JobRun, test: Scalar | None) -> str | None:
    """Say what leaves open whether the step is reached, or nothing."""
    what = f"whether the {'job' if run.open_leg is not None else 'step'} runs"
    if test is not None:
        return unknown(what, test.text, test.mark)
    return f"{what} is not known" if run.open_leg is not None else None


def _open_test(run: JobRun, deploy: DeployStep, runs: Answer) -> tuple[Document, Scalar] | None:
    """Give the condition that leaves open whether the step is reached; None where none does, or none is to blame."""
    if (leg := run.open_leg) is not None:
        return (leg.workflow_file.document, leg.reached.undecided) if leg.reached.undecided is not None else None
    tests = ((each.document, each.step.condition) for each in deploy.placed.lineage)
    known = ((document, test) for document, test in tests if test is not None)
    return next(known, None) if isinstance(runs, Unknown) else None


def _environment(deploy: DeployStep, context: Context) -> Decided:
    """Give the environment that a job names, with neither value nor reason where it names none.

    That of a called workflow which nobody has here is the one that the estate says.
    """
    node = deploy.environment
    if isinstance(node, str):
        told = f"the environment: {deploy.mechanism.name} on line {deploy.mark.line} is not handed what names it"
        return Decided(node or None) if handed(node) is None else Decided(None, told)
    if node is None:
        return Decided(None)
    name = text_in(text_of(node) or "", contexts.without_secrets(context))
    if isinstance(name, Unknown):
        return Decided(None, unknown("the environment", node.text, node.mark), name.typed)
    return Decided(name or None)  # an empty name is no environment


def _versions(deploy: DeployStep, run: JobRun, sources: Sources) -> Iterator[str]:
    """Say of what is called and used by its repository's name which version it names, and what is read for it."""
    uses = (*(leg.job.uses for leg in run.legs), *(each.step.uses for each in deploy.placed.lineage))
    yield from filter(None, dict.fromkeys(sources.version_of(text_of(each)) for each in uses))


def _merged(paths: Iterable[DeployPath]) -> list[DeployPath]:
    """Join paths that differ in nothing but the ref, or in how the run ended that sets them off.

    A push of a branch and a push of a tag stay two.
    """
    groups: dict[tuple[object, ...], list[DeployPath]] = {}
    for path in paths:
        kind = path.refs[0].split("/")[1] if path.refs and path.trigger == "push" else ""
        own = tuple(each for each in path.ancestors if not each.upstream)
        key = (kind, id(path.step), own, tuple(path.inputs.items()), _KIND(path))
        groups.setdefault(key, []).append(path)
    return [_joined(group) for group in groups.values()]


def _joined(group: list[DeployPath]) -> DeployPath:
    conclusions = tuple(dict.fromkeys(each for path in group for each in path.conclusions))
    return replace(
        group[0],
        refs=broadest(ref for path in group for ref in path.refs),
        conclusions=conclusions,
        ancestors=tuple(
            replace(gate, held=False) if gate.held and gate.upstream and conclusions != ("success",) else gate
            for gate in group[0].ancestors
        ),
        contexts=tuple(each for path in group for each in path.contexts),
        groups=tuple(dict.fromkeys(each for path in group for each in path.groups)),
    )


def _without_repetition(paths: list[DeployPath]) -> Iterator[DeployPath]:
    """Leave out a path for free text in an input where the default leads the same way."""
    of_step: dict[int, list[DeployPath]] = {}
    for path in paths:
        of_step.setdefault(id(path.step), []).append(path)
    alike = {step for step, others in of_step.items() if len({len(other.inputs) for other in others}) == 1}
    for path in paths:
        others = of_step[id(path.step)]
        if id(path.step) in alike:
            yield path
        elif not any(_says_more(other, path) for other in others):
            groups = (group for other in others if _says_more(path, other) for group in other.groups)
            yield replace(path, groups=tuple(dict.fromkeys((*path.groups, *groups))))


def _says_more(other: DeployPath, path: DeployPath) -> bool:
    return (
        len(other.inputs) > len(path.inputs)
        and path.inputs.items() <= other.inputs.items()
        and replace(other, inputs={}) == replace(path, inputs={})
    )
