"""Which steps deploy to Heroku, in whichever way, and which app they say that they deploy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from asbuilt.workflows.deploys import code, handed_over, scripts
from asbuilt.workflows.deploys.called import hands_over, made_known
from asbuilt.workflows.deploys.mechanisms import (
    Mechanism,
    action_named,
    hands_heroku_an_app,
    has_script,
    only_logs_in,
    script_of,
    unknown,
)
from asbuilt.workflows.deploys.script_target import IdlePush
from asbuilt.workflows.deploys.scripts import Way
from asbuilt.workflows.files.sources import HERE, PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, Step, WorkflowFile, action_name
from asbuilt.workflows.said.described import Described, handed
from asbuilt.workflows.yaml.document import Document, Mark, Scalar, text_of, texts_of

__all__ = ["DeployStep", "deploy_steps", "deploys_of", "made_known"]


@dataclass(frozen=True, slots=True, eq=False)
class DeployStep:
    """A step that deploys. `target` is the text that names the app, None where there is none: `why` says why.

    `given_by` is the earlier step that made a git remote stand for the app: where it does not run, nothing is deployed.
    `ways` are the commands of scripts that must run, where a script deploys: those of one way at least.
    A job that calls a workflow of another repository which deploys counts as a step of its own; `described` is what the
    estate says of that.
    """

    placed: PlacedStep
    mechanism: Mechanism
    target: str | None
    why: str = ""
    given_by: PlacedStep | None = None
    ways: tuple[Way, ...] = ()
    described: Described | None = None

    @property
    def review(self) -> bool:
        """Whether what it deploys is made for a pull request, and gone with it."""
        return self.mechanism.review

    @property
    def undone_by(self) -> tuple[PlacedStep, ...]:
        """The steps that give the remote another URL before the push, if they run."""
        return tuple(dict.fromkeys(step for way in self.ways for spot in way for step in spot.until))

    @property
    def workflow_file(self) -> WorkflowFile:
        """The workflow whose job runs it."""
        return self.placed.workflow_file

    @property
    def job(self) -> Job:
        """The job that runs it."""
        return self.placed.job

    @property
    def step(self) -> Step:
        """The step itself."""
        return self.placed.step

    @property
    def environment(self) -> Scalar | str | None:
        """What names the environment: the job's own node; of a described call the input, or the described text.

        The description's `with.NAME` itself where the call hands over nothing under that name.
        """
        if self.described is None:
            return self.job.environment
        name = handed(self.described.environment)
        node = self.step.input(name.lower()) if name is not None else None
        return node or self.described.environment

    @property
    def _handed_on_to(self) -> tuple[Document, Mark] | None:
        """The place in a file of the checkout that the step's script runs; None for what stands in the step itself."""
        spot = self.ways[0][-1] if self.ways else None
        if spot is None or spot.placed is not self.placed or self.step.handed_on is None:
            return None
        return self.step.handed_on.places[spot.line] if spot.line < len(self.step.handed_on.places) else None

    @property
    def document(self) -> Document:
        """The file in which it is written: a workflow's, a composite action's, or a script's that the step runs."""
        handed_on = self._handed_on_to
        return self.placed.document if handed_on is None else handed_on[0]

    @property
    def mark(self) -> Mark:
        """The place of what it does: of the first command of its script that deploys, or of the step."""
        handed_on = self._handed_on_to
        if handed_on is not None:
            return handed_on[1]
        return self.placed.place_of(min(way[-1].line for way in self.ways)) if self.ways else self.step.mark

    @property
    def in_script(self) -> bool:
        """Whether a shell reads the target: there, `$NAME` is a variable."""
        return has_script(self.step) or self.mechanism.in_shell

    @property
    def app_mark(self) -> Mark:
        """Where the target is named, or else the step."""
        return self.step.place(self.mechanism.app_input) if self.mechanism.app_input else self.mark


def deploy_steps(workflow_file: WorkflowFile, sources: Sources) -> tuple[DeployStep, ...]:
    """Give every step of a workflow that deploys, in the order of the file.

    Whether anything sets it off is not asked. Raises PastBoundError.
    """
    return tuple(deploy for job in workflow_file.jobs for deploy in deploys_of(workflow_file, job, sources))


@cache  # steps are told apart by what they are: a second one of the same would be another
def deploys_of(workflow_file: WorkflowFile, job: Job, sources: Sources) -> tuple[DeployStep, ...]:
    """Give every step of a job that deploys: the same ones each time, since several controls ask.

    In the order of the steps, those in composite actions included; a step with several apps comes several times. A job
    that calls a workflow of this repository has none: that workflow's jobs have them. Raises PastBoundError.
    """
    if job.uses is not None:
        return tuple(_by_call(workflow_file, job, sources))
    found: list[DeployStep] = []
    shells: list[PlacedStep] = []
    for placed in sources.steps(workflow_file, job):
        if has_script(placed.step):
            shells.append(placed)
        elif sources.action_of(placed.step) is not None:
            continue  # its own steps follow
        elif (known := _action_of(placed.step)) is not None:
            shells.append(placed)  # it may leave a git remote behind
            found += _by_action(placed, known)
        elif (closed := sources.closed_action_of(placed.step)) is not None:
            found += (
                DeployStep(placed, each.mechanism, None, each.why) for each in handed_over.of_action(placed, closed)
            )
        elif placed.step.with_ is not None and code.HOST in placed.document.text:
            given = dict(texts_of(placed.step.with_))
            found += (DeployStep(placed, each.mechanism, each.app, each.why) for each in code.given_to(given))
    found += (
        DeployStep(placed, each.mechanism, each.app, each.why, each.given_by, ways)
        for placed, each, ways in scripts.deploys(shells, sources)
    )
    return tuple(sorted(found, key=lambda each: each.placed.number))


def idle_pushes_of(workflow_file: WorkflowFile, job: Job, sources: Sources) -> tuple[IdlePush, ...]:
    """Give the pushes to Heroku in a job's scripts that build nothing there. Raises PastBoundError."""
    steps = sources.steps(workflow_file, job)
    if not any("push" in script_of(each.step) for each in steps):
        return ()
    shells = (each for each in steps if has_script(each.step) or _action_of(each.step) is not None)
    return scripts.idle_pushes(shells, sources)


def _action_of(step: Step) -> Mechanism | None:
    """Give the action that a step deploys with, known or not."""
    if step.action is None:
        return None
    known = action_named(step.action)
    if known is None and "heroku" not in step.action and step.with_ is not None:
        given = dict(texts_of(step.with_))
        if hands_heroku_an_app(given):
            return unknown(step.action, "is handed an app of Heroku, and is not known here")
    return known


def _by_action(placed: PlacedStep, action: Mechanism) -> Iterator[DeployStep]:
    if only_logs_in(placed.step, action):
        return
    yield _deploy(placed, action)


def _by_call(workflow_file: WorkflowFile, job: Job, sources: Sources) -> Iterator[DeployStep]:
    """Give the deploy of a job that calls another repository's workflow, where that says or shows that it deploys.

    Or where the estate says so.
    """
    uses = (text_of(job.uses) or "").partition("@")[0].strip().lower()
    if uses.startswith(HERE) or sources.called_by(job) is not None:
        return
    placed = PlacedStep(_as_step(job), workflow_file.document, workflow_file, job, 0)
    told = sources.described(job)
    if told is not None:
        yield _as_described(placed, uses, told)
        return
    known = action_named(uses)
    if known is None and (why := hands_over(uses, job)):
        known = unknown(uses, why)
    if known is not None:
        yield _deploy(placed, known)


def _as_described(placed: PlacedStep, uses: str, told: Described) -> DeployStep:
    """Make a deploy of a call of which the estate says what it does."""
    name = handed(told.app)
    known = unknown(uses, f"is not handed `{name}`, which names its app") if name else Mechanism(uses)
    if name is None:
        return DeployStep(placed, known, told.app, described=told)
    named = placed.step.input(name.lower())
    known = replace(known, app_input=name.lower())
    return DeployStep(placed, known, text_of(named), "" if named is not None else known.why, described=told)


def _deploy(placed: PlacedStep, action: Mechanism) -> DeployStep:
    """Make a deploy of a step or a call, with the text of the input that names the app."""
    named = text_of(placed.step.input(action.app_input)) if action.app_input else None
    return DeployStep(placed, action, named, action.why or ("" if action.review else action.unnamed))


def _as_step(job: Job) -> Step:
    return Step(
        index=0,
        id=None,
        name=job.name,
        uses=job.uses,
        action=action_name(job.uses),
        run=None,
        with_=job.with_,
        env=None,
        condition=None,
        continue_on_error=None,
        shell=None,
        mark=job.place("uses"),
        node=job.node,
    )
