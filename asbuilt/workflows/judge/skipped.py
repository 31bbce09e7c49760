"""Who notices that heroku-deploy has skipped the deploy: with `dontautocreate`, it passes over an app not found.

The steps after the deploy are played through with the status that the action sets then, through outputs of composite
actions, jobs and called workflows. A step counts if it runs and fails.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass

from asbuilt.workflows.expressions.evaluate import Whole
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.judge.action_inputs import CREATES, Inputs, inputs_of
from asbuilt.workflows.judge.told_in_code import can_fail, fails_for
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.deploy_path import DeployPath, Later
from asbuilt.workflows.run import contexts
from asbuilt.workflows.run.contexts import Context, holds, known_text, text_in
from asbuilt.workflows.run.reach import after, may_run_on_success
from asbuilt.workflows.shell.languages import GITHUB_SCRIPT, gives_up, is_shell
from asbuilt.workflows.shell.trial import trial
from asbuilt.workflows.yaml.document import Mapping, Node, text_of, texts_of

_SKIPPED = "Skipped deploy to heroku app from branch "
_DEPLOYED = "Successfully deployed heroku app from branch "
_BRANCH = "branch"
_WELL = {"outcome": "success", "conclusion": "success"}
_TESTS = re.compile(r"skipped|successfully", re.IGNORECASE)
_WORDS = ("skipped", "successfully")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_FAILS = re.compile(r"fail|exit|abort|assert|error")


def unnoticed_skips(workflow_file: WorkflowFile, checkout: Checkout) -> Iterator[DeployPath]:
    """Give each way to a step of a workflow that skips an app that it does not find, and nobody notices.

    A later step notices where it fails for the status of the action, `steps.ID.outputs.status`, or proves the release.
    A step whose failure fails no run does not.
    """
    for inputs in inputs_of(workflow_file, checkout):
        for path in inputs.paths:
            if _skips(path, inputs) and not _is_proved(path) and not _is_noticed(path, _branch(path, inputs)):
                yield path


def _skips(path: DeployPath, inputs: Inputs) -> bool:
    values = [value for value in inputs.values(CREATES) if value.path is None or value.path is path]
    return any(value.on for value in values)


def _is_proved(path: DeployPath) -> bool:
    """Tell whether a check proves the release; the action's own comes too late, as the deploy ends before it."""
    return any(each.check.proves_release and each.placed is not path.step.placed for each in path.verifications)


def _branch(path: DeployPath, inputs: Inputs) -> str:
    """Give the branch that the status names; where it cannot be told, the one that the action takes by itself."""
    values = [value.text for value in inputs.values(_BRANCH) if value.path is None or value.path is path]
    return next((text for text in values if isinstance(text, str)), "HEAD")


def _is_noticed(path: DeployPath, branch: str) -> bool:
    skipped, deployed = _told(path, _SKIPPED + branch), _told(path, _DEPLOYED + branch)
    for later in path.later:
        seen = None if later.tolerated else skipped.by(later)
        if seen is not None and _fails(later.placed, seen, deployed.by(later)):
            return True
    return False


def _fails(placed: PlacedStep, seen: Context, otherwise: Context | None) -> bool:
    """Tell whether a step fails after a skip. `otherwise` is what it sees after a deploy that was none, if it runs.

    What a script sees either way, the address that it asks for one, does not tell it of the skip.
    """
    step, always = placed.step, otherwise is not None
    script = text_of(step.run)
    if script is not None:
        same = otherwise["env"] if otherwise is not None else {}
        variables = {
            name: value for name, value in seen["env"].items() if isinstance(value, str) and same.get(name) != value
        }
        if placed.shell is not None and not is_shell(placed.shell):
            told = any(name in script for name in variables) or any(
                _told_apart(text, seen, otherwise) is not None for text in _EXPRESSION.findall(script)
            )
            return fails_for(script, *_WORDS) if told and always else can_fail(script) and not always
        return trial(script, placed.shell, variables, lambda text: _told_apart(text, seen, otherwise)).fails
    if step.action == GITHUB_SCRIPT:
        code = text_of(step.input("script")) or ""
        return gives_up(code) and (not always or _TESTS.search(code) is not None)
    return step.action is not None and not always and _FAILS.search(step.action) is not None


def _told_apart(text: str, seen: Context, otherwise: Context | None) -> str | None:
    value = known_text(text, seen)
    return None if otherwise is not None and value == known_text(text, otherwise) else value


@dataclass(frozen=True, slots=True)
class _Told:
    """What the expressions after a deploy see of its status.

    `steps` is the context of that name in the deploy's job and in each composite action around the deploy, by the step
    that uses the action; `needs` that of later jobs.
    """

    sources: Sources
    job: Job
    context: Context
    steps: Mapping_[PlacedStep | None, Context]
    needs: Mapping_[Job, Context]

    def by(self, later: Later) -> Context | None:
        """Give what a later step sees; None where it, its job, or what it is within does not run.

        `later` is a step behind the deploy, in its job or another.
        """
        placed = later.placed
        if placed.job is self.job:
            within = [each.within for each in placed.lineage]
            base = {**self.context, "steps": next(self.steps[each] for each in reversed(within) if each in self.steps)}
        else:
            base = {**later.context, "needs": self.needs.get(placed.job, {}), "steps": _steps(placed, self.sources)}
            if holds(placed.job.condition, base) is False:
                return None
        runs = may_run_on_success(placed, base, self.sources)
        return contexts.of_step(placed, base, self.sources) if runs else None


def _told(path: DeployPath, status: str) -> _Told:
    """Follow a status out of composite actions, the job, and the workflows that are called."""
    deploy = path.step
    steps: dict[PlacedStep | None, Context] = {}
    outputs: Context = Whole({"status": status})
    for placed in reversed(deploy.placed.lineage):
        deployed = {placed.step.id or "": {**_WELL, "outputs": outputs}}
        steps[placed.within] = Whole({**_steps(placed, path.sources), **deployed})
        if placed.action is not None:
            outputs = _declared(placed.action.document.root, {"steps": steps[placed.within]})
    needs: dict[Job, Context] = {}
    outputs = _evaluated(deploy.job.outputs, {"steps": steps[None]})
    for leg in reversed(path.run.legs):
        known = {leg.job.id: outputs}
        for job in after(leg.workflow_file, leg.job):
            before = leg.workflow_file.needed_by(job)
            needs[job] = {each.id: {"result": "success", "outputs": known.get(each.id, {})} for each in before}
            known[job.id] = _evaluated(job.outputs, {"needs": needs[job]})
        jobs = {name: {"outputs": found} for name, found in known.items()}
        outputs = _declared(_call_of(leg.workflow_file), {"jobs": jobs})
    return _Told(path.sources, deploy.job, path.run.last.context, steps, needs)


def _steps(placed: PlacedStep, sources: Sources) -> Context:
    """Give the steps beside one, all gone well."""
    beside = sources.steps(placed.workflow_file, placed.job)
    return Whole({each.step.id: _WELL for each in beside if each.step.id and each.within is placed.within})


def _declared(root: Node | None, context: Context) -> Context:
    """Give the outputs that an action, or a called workflow, declares."""
    declared = root.get("outputs") if isinstance(root, Mapping) else None
    if not isinstance(declared, Mapping):
        return {}
    values = {name: node.get("value") for name, node in declared.values.items() if isinstance(node, Mapping)}
    return Whole({name: text_in(text_of(node) or "", context) for name, node in values.items()})


def _evaluated(outputs: Mapping | None, context: Context) -> Context:
    """Give the outputs of a job."""
    return Whole({name: text_in(text, context) for name, text in texts_of(outputs)})


def _call_of(file: WorkflowFile) -> Node | None:
    """Give what a workflow declares for those that call it."""
    on = file.document.root.get("on") if isinstance(file.document.root, Mapping) else None
    return on.get("workflow_call") if isinstance(on, Mapping) else None
