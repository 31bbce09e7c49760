"""The ways by which code reaches an app: trigger -> gates -> environment -> app -> verification.

What cannot be decided before a run is said to be undecided, with the expression and its line; it is never guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from asbuilt.workflows import matrix
from asbuilt.workflows.deploys import ACTIONS, DeployStep
from asbuilt.workflows.document import Mapping as Node
from asbuilt.workflows.document import Mark, text_of
from asbuilt.workflows.expressions import UNKNOWN, ExpressionError, Unknown, interpolate
from asbuilt.workflows.health import checks_health
from asbuilt.workflows.reach import Answer, Reach, after, is_on, play, reach, step_runs, step_runs_on_success
from asbuilt.workflows.refs import is_glob, matches
from asbuilt.workflows.situations import Situation, situations
from asbuilt.workflows.workflow import Job, Step, WorkflowFile

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class DeployPath:
    """One way by which code reaches an app.

    `gates` are the jobs that must have succeeded before it deploys; `reached` says that nothing leaves it open whether
    the step runs when all goes well before it.
    """

    workflow: str
    job: str
    trigger: str
    refs: tuple[str, ...]
    inputs: dict[str, str]
    gates: tuple[str, ...]
    environment: str | None
    app: str | None
    mechanism: str
    verified_by: tuple[str, ...]
    mark: Mark
    undecided: str | None
    reached: bool
    step: DeployStep = field(compare=False, repr=False)

    @property
    def line(self) -> int:
        """The line of the step that deploys."""
        return self.mark.line

    @property
    def way(self) -> str:
        """What sets it off, as a person says it: the event, and its refs or its inputs."""
        inputs = (f"{name}={value}" for name, value in self.inputs.items())
        return " ".join((self.trigger, *(inputs if self.inputs else self.refs)))

    def is_set_off_by(self, trigger: str, ref: str | None, inputs: Mapping[str, str]) -> bool:
        """Tell whether a trigger with a ref and inputs sets it off; of what is not given, any will do."""
        return (
            self.trigger == trigger
            and (ref is None or any(matches(pattern, ref) for pattern in self.refs))
            and inputs.items() <= self.inputs.items()
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the path as plain data, for programs."""
        record = {name: getattr(self, name) for name in _RECORD}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in record.items()}


_RECORD = (
    "workflow", "job", "trigger", "refs", "inputs", "gates", "environment", "app", "mechanism", "verified_by", "line",
    "undecided",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Decided:
    """A value, or why there is none."""

    value: str | None
    undecided: str | None = None


def deploy_paths(workflow_file: WorkflowFile, deploys: Iterable[DeployStep]) -> tuple[DeployPath, ...]:
    """Give every way by which the deploy steps of a workflow can come to run."""
    steps = tuple(deploys)
    found = (
        path
        for situation in (situations(workflow_file) if steps else ())
        for deploy in steps
        for path in _paths(deploy, situation)
    )
    return tuple(_without_repetition(_merged(found)))


def first_of_each_workflow(paths: Iterable[DeployPath]) -> tuple[DeployPath, ...]:
    """Give one path for each workflow file among some paths: who owns what they have in common."""
    return tuple({id(path.step.workflow_file): path for path in reversed(list(paths))}.values())[::-1]


def _paths(deploy: DeployStep, situation: Situation) -> Iterator[DeployPath]:
    workflow_file, job = deploy.workflow_file, deploy.job
    reached = reach(workflow_file, job, situation)
    if reached.runs is False:
        return
    for combination in matrix.combinations(job.matrix):
        context = {**situation.context, "needs": reached.needs, "matrix": combination}
        environment = _environment(job, context)
        context["env"] = _env(workflow_file, job, deploy.step, context)
        runs = step_runs(deploy.step, context)
        if runs is False:
            continue
        app = _app(deploy, context)
        called = "the workflows that call this one are not followed" if situation.event == "workflow_call" else None
        not_reached = _open(reached, deploy, runs) or called
        open_questions = (app.undecided, environment.undecided, not_reached)
        yield DeployPath(
            workflow=workflow_file.path,
            job=job.id,
            trigger=situation.event,
            refs=situation.refs,
            inputs=situation.inputs,
            gates=reached.gates,
            environment=environment.value,
            app=app.value,
            mechanism=deploy.mechanism,
            verified_by=tuple(_verified_by(deploy, situation, context)),
            mark=deploy.mark,
            undecided="; ".join(filter(None, open_questions)) or None,
            reached=not_reached is None,
            step=deploy,
        )


def _open(reached: Reach, deploy: DeployStep, runs: Answer) -> str | None:
    """Say which condition leaves open whether the step is reached, or nothing."""
    if isinstance(reached.runs, Unknown):
        test = reached.undecided
        return _unknown("whether the job runs", test.text, test.mark) if test else "whether the job runs is not known"
    test = deploy.step.condition
    if isinstance(runs, Unknown) and test is not None:
        return _unknown("whether the step runs", test.text, test.mark)
    return None


def _environment(job: Job, context: Mapping[str, Any]) -> _Decided:
    if job.environment is None:
        return _Decided(None)
    name = _text(text_of(job.environment) or "", context)
    if isinstance(name, Unknown):
        return _Decided(None, _unknown("the environment", job.environment.text, job.environment.mark))
    return _Decided(name or None)  # an empty name is no environment


def _app(deploy: DeployStep, context: Mapping[str, Any]) -> _Decided:
    if deploy.app is None:
        known = any(action.name == deploy.mechanism for action in ACTIONS)
        why = "names no app" if known else "deploys in a way that is not known here"
        return _Decided(None, f"the app: `{deploy.mechanism}` on line {deploy.mark.line} {why}")
    written = deploy.app
    if deploy.step.run is not None:  # in a script, a variable stands for the expression `env.NAME`
        written = _VARIABLE.sub(lambda match: f"${{{{ env.{match[1] or match[2]} }}}}", written)
    name = _text(written, context)
    if isinstance(name, Unknown) or not name.strip():
        return _Decided(None, _unknown("the app", deploy.app, deploy.app_mark))
    return _Decided(name.strip())


def _env(workflow_file: WorkflowFile, job: Job, step: Step, context: Mapping[str, Any]) -> dict[str, Any]:
    """Give the environment variables that a step sees, as far as they are written out.

    A variable that an earlier step may have written to GITHUB_ENV is not known.
    """
    result: dict[str, Any] = {}
    scripts = (text_of(each.run) or "" for each in job.steps[: step.index])
    writers = [script for script in scripts if "GITHUB_ENV" in script]
    for node in (workflow_file.env, job.env):
        for name, value in _variables(node, {**context, "env": dict(result)}):
            written = any(re.search(rf"\b{re.escape(name)}\b", script) for script in writers)
            result[name] = UNKNOWN if written else value
    result.update(_variables(step.env, {**context, "env": dict(result)}))
    return result


def _variables(node: Node | None, context: Mapping[str, Any]) -> Iterator[tuple[str, str | Unknown]]:
    for name, value in node.values.items() if node is not None else ():
        yield name, _text(text_of(value) or "", context)


def _verified_by(deploy: DeployStep, situation: Situation, context: Mapping[str, Any]) -> Iterator[str]:
    """Give the health checks after a deploy that can fail the run."""
    if text_of(deploy.step.input("healthcheck")):
        yield f"{deploy.job.id}: healthcheck of {deploy.mechanism}"
    for step in deploy.job.steps[deploy.step.index + 1 :]:
        if _verifies(step, context):
            yield f"{deploy.job.id}: {step.label}"
    fates = play(deploy.workflow_file, situation)
    for job in after(deploy.workflow_file, deploy.job):
        if fates[job.id].runs is not False and is_on(job.continue_on_error, situation.context) is not True:
            yield from (f"{job.id}: {step.label}" for step in job.steps if _verifies(step, situation.context))


def _verifies(step: Step, context: Mapping[str, Any]) -> bool:
    return (
        checks_health(step)
        and step_runs_on_success(step, context) is not False
        and is_on(step.continue_on_error, context) is not True
    )


def _text(text: str, context: Mapping[str, Any]) -> str | Unknown:
    try:
        return interpolate(text, context)
    except ExpressionError:
        return UNKNOWN


def _unknown(what: str, expression: str, mark: Mark) -> str:
    return f"{what}: `{' '.join(expression.split())}` on line {mark.line} is not known before the run"


def _merged(paths: Iterable[DeployPath]) -> list[DeployPath]:
    """Join paths that differ in nothing but the ref; a push of a branch and a push of a tag stay two."""
    groups: dict[str, list[DeployPath]] = {}
    for path in paths:
        kind = path.refs[0].split("/")[1] if path.refs and path.trigger == "push" else ""
        groups.setdefault(f"{kind} {replace(path, refs=())} {id(path.step)}", []).append(path)
    return [replace(group[0], refs=_joined(group)) for group in groups.values()]


def _joined(group: list[DeployPath]) -> tuple[str, ...]:
    """Give all refs of some paths, without those that a pattern among them covers."""
    refs = tuple(dict.fromkeys(ref for path in group for ref in path.refs))
    patterns = [ref for ref in refs if is_glob(ref)]
    return tuple(ref for ref in refs if ref in patterns or not any(matches(pattern, ref) for pattern in patterns))


def _without_repetition(paths: list[DeployPath]) -> Iterator[DeployPath]:
    """Leave out a path for free text in an input where the default leads the same way."""
    for path in paths:
        if not any(_says_more(other, path) for other in paths):
            yield path


def _says_more(other: DeployPath, path: DeployPath) -> bool:
    return (
        other.step is path.step
        and len(other.inputs) > len(path.inputs)
        and path.inputs.items() <= other.inputs.items()
        and replace(other, inputs={}) == replace(path, inputs={})
    )
