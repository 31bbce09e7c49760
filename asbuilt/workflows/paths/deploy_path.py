"""The noun: one way by which code reaches an app, with what stands on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from asbuilt.workflows.deploys.steps import DeployStep
from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import PlacedStep, Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.health.surroundings import Surroundings, surroundings_of
from asbuilt.workflows.paths.concurrency import Group
from asbuilt.workflows.paths.gates import Gate
from asbuilt.workflows.paths.later import Later
from asbuilt.workflows.paths.unbound import settings_of, unbound
from asbuilt.workflows.paths.verification import Verification
from asbuilt.workflows.run.contexts import Context, text_in
from asbuilt.workflows.run.job_runs import JobRun
from asbuilt.workflows.triggers.refs import told
from asbuilt.workflows.yaml.document import Document, Mark, Scalar

__all__ = ["DeployPath", "Gate", "Group", "Later", "Verification"]


@dataclass(frozen=True, slots=True)
class DeployPath:
    """One way by which code reaches an app.

    `workflow` is the file whose trigger starts it, `file` the one that holds the step. `ancestors` are the jobs before
    it; `gates` those of them that must have succeeded. `origins` are the events that the code comes from, and
    `conclusions` how the run that sets it off may have ended. `reached` says that nothing leaves it open whether the
    step runs when all goes well before it, and `open_test` is the condition that does and its file, where one is to
    blame; `is_environment_open` says that its environment cannot be told before the run. What is typed is open too, and
    takes every value: whoever starts the run writes it. `contexts` are those of the refs and matrix rows that are one
    path; `chosen` says of each condition in the names of app and environment that is taken for true or false here.

    `job` is the id of the job that deploys, behind those that call it; `refs` and `inputs` are as people read them.
    `environment` is None where the job names none or it is open, `app` where it cannot be told or is made for a pull
    request: `review`. `undecided` says in words what is not known before the run, None where all is. `upstream` is the
    workflow whose run this one follows, if it does; `verified_by` are the labels of the `verifications`, the checks
    behind it that can fail the run. `doubts` are the steps that make the tag or release it waits for with a token that
    cannot be told: the place, what it makes, the token as it is written. Two are equal by what people see of them.
    """

    workflow: str
    job: str
    trigger: str
    refs: tuple[str, ...]
    inputs: dict[str, str]
    ancestors: tuple[Gate, ...]
    environment: str | None
    is_environment_open: bool
    is_environment_typed: bool
    app: str | None
    is_app_typed: bool
    mechanism: str
    verified_by: tuple[str, ...]
    file: str
    mark: Mark
    undecided: str | None
    reached: bool
    review: bool
    origins: tuple[str, ...]
    upstream: str | None
    conclusions: tuple[str | None, ...]
    remarks: tuple[str, ...]
    versions: tuple[str, ...]
    step: DeployStep = field(compare=False, repr=False)
    run: JobRun = field(compare=False, repr=False)
    context: Context = field(compare=False, repr=False)
    contexts: tuple[Context, ...] = field(compare=False, repr=False)
    groups: tuple[Group, ...] = field(compare=False, repr=False)
    later: tuple[Later, ...] = field(compare=False, repr=False)
    verifications: tuple[Verification, ...] = field(compare=False, repr=False)
    sources: Sources = field(compare=False, repr=False)
    open_test: tuple[Document, Scalar] | None = field(default=None, compare=False, repr=False)
    chosen: tuple[str, ...] = field(default=(), compare=False, repr=False)
    doubts: tuple[tuple[Document, Mark, str, str], ...] = field(default=(), compare=False, repr=False)

    @property
    def line(self) -> int:
        """The line of the step that deploys."""
        return self.mark.line

    @property
    def gates(self) -> tuple[str, ...]:
        """The jobs that must have succeeded before it deploys."""
        return tuple(dict.fromkeys(each.name for each in self.ancestors if each.held))

    @property
    def document(self) -> Document:
        """The file that holds the step."""
        return self.step.document

    @property
    def owner(self) -> WorkflowFile:
        """The workflow file that owns the deploy: the one in which the step, or the call of what holds it, stands."""
        return self.step.workflow_file

    @property
    def own_file(self) -> WorkflowFile:
        """The file of this repository in which the step stands, or the call that leads to it in another repository."""
        files = [leg.workflow_file for leg in self.run.legs]
        return next(each for each in reversed(files) if not self.sources.is_elsewhere(each))

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The job that deploys, behind those that call it."""
        return tuple(leg.job for leg in self.run.legs)

    @property
    def earlier(self) -> tuple[PlacedStep, ...]:
        """The steps before the deploy in its job.

        In their order, those of composite actions included; none for a job that calls what deploys.
        """
        steps = self.sources.steps(self.step.workflow_file, self.step.job)
        return steps[: self.step.placed.number]

    @property
    def deploying_and_later(self) -> Iterator[tuple[PlacedStep, Surroundings]]:
        """The step that deploys and those after it, with what stands around each."""
        yield self.step.placed, surroundings_of(self.step.placed, self.context)
        for each in self.later:
            yield each.placed, each.surroundings

    @property
    def automatic(self) -> bool:
        """Whether it is set off without a person who starts it by hand."""
        return self.trigger != "workflow_dispatch" and self.origins != ("workflow_dispatch",)

    @property
    def concurrency(self) -> str | None:
        """The concurrency group that it waits in, with expressions where they are not known."""
        return self.groups[-1].name if self.groups else None

    @property
    def way(self) -> str:
        """What sets it off, as a person says it: the event with its inputs, or its refs unless they are all."""
        inputs = (f"{name}={value}" for name, value in self.inputs.items())
        after = (f"of {self.upstream.rpartition('/')[2]}", f"({', '.join(self.origins)})") if self.upstream else ()
        return " ".join((self.trigger, *after, *(inputs if self.inputs else told(self.refs))))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of it besides: its remarks, and which versions were read as they are elsewhere."""
        return (*self.remarks, *self.versions)

    def settings_in(self, text: str) -> tuple[str, ...]:
        """Give the secrets and variables that a text of the deploy is made of, as an estate binds them."""
        return settings_of([text], self.step, self.run)

    @property
    def unbound(self) -> tuple[str, ...]:
        """The secrets and variables that its app and environment are made of, as an estate binds them."""
        return unbound(self.step, self.run)

    @property
    def types(self) -> tuple[str, ...]:
        """The types of its event that the workflow asks for, such as `closed`; empty where it asks for none."""
        asked = (each.types for each in self.run.entry.workflow_file.triggers if each.event == self.trigger)
        return next((each for each in asked if each), ())

    @property
    def called_from(self) -> str:
        """Who uses or calls the file that holds the step, for a person; empty where its own trigger starts it."""
        return self.step.placed.used_by or self.run.called_by

    @property
    def caller(self) -> str:
        """Who uses or calls the file that holds the step, for the end of a sentence."""
        return f"; {self.called_from}" if self.called_from else ""

    def last_word(self, checks: Sequence[Verification]) -> Verification:
        """Give the last of some health checks: in the job that deploys, where there are any; others may ask more.

        There is at least one.
        """
        own = [each for each in checks if each.placed is not None and each.placed.job is self.step.job]
        return (own or checks)[-1]

    def caller_of(self, placed: PlacedStep) -> str:
        """Say at the end of a sentence who calls the file, or uses the action, in which a step stands.

        Empty for a step of the workflow that the event sets off. One that is called several times is said to be called
        by the first, but for that of the deploy itself.
        """
        if placed.within is not None:
            return f"; {placed.used_by}"
        if placed.workflow_file is self.run.entry.workflow_file:
            return ""
        if placed.workflow_file is self.owner and self.caller:
            return self.caller
        return next((f"; {file.calling_job(job)}" for file, job in self.sources.callers_of(placed.workflow_file)), "")

    def has_gate(self, name: str) -> bool:
        """Tell whether a job of a name must have succeeded before it deploys.

        Without regard to case; a job of a called workflow counts by its own id.
        """
        return any(each.held and each.is_called(name) for each in self.ancestors)

    def is_preceded_by(self, name: str) -> bool:
        """Tell whether a job of a name stands before it, held or not.

        In this run or in the one that it follows.
        """
        return any(each.is_called(name) for each in self.ancestors)

    def value_of(self, text: str) -> str | Unknown:
        """Give what a text of the step that deploys comes to.

        In the first of its contexts; UNKNOWN where only the run tells.
        """
        return text_in(text, self.context)

    def values_of(self, text: str) -> tuple[str | Unknown, ...]:
        """Give all that a text of the step comes to on this way: matrix rows and refs can differ in it alone.

        Each once, UNKNOWN among them where one of them is not known.
        """
        return tuple(dict.fromkeys(text_in(text, each) for each in self.contexts))

    def as_dict(self) -> dict[str, Any]:
        """Give the path as plain data, for programs.

        Its keys are the columns of `asbuilt paths --json`; lists where it has tuples, None where nothing is known.
        """
        record = {name: getattr(self, name) for name in _RECORD} | {"remarks": self.notes}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in record.items()}


_RECORD = (
    "workflow", "job", "trigger", "refs", "inputs", "gates", "environment", "app", "mechanism", "verified_by", "file",
    "line", "concurrency", "automatic", "review", "undecided", "remarks",
)  # fmt: skip
