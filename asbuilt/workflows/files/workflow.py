"""A workflow file as GitHub models it: triggers, jobs, steps, each with its place.

`modelling` makes it of a document. A node that is not written, or not of the kind that GitHub wants, is None; texts are
as they are written, expressions included. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from asbuilt.workflows.files.handed_on import HandedOn
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Scalar, Sequence, text_of


@dataclass(frozen=True, slots=True)
class Input:
    """A declared input of a dispatched or called workflow.

    And of an action, which says no type: `type` is `string` then. `options` are those of a `choice`.
    """

    name: str
    type: str
    required: bool
    default: Scalar | None
    options: tuple[str, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event under `on`. A filter that is None was not written, or nothing is below it: it lets everything pass.

    An empty list is taken to let nothing pass. `mark` is the place of the event's name, or of `on` where that is all
    there is. `workflows` are those that a `workflow_run` follows; `crons` those of a schedule.
    """

    event: str
    mark: Mark
    branches: tuple[str, ...] | None = None
    branches_ignore: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    tags_ignore: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    workflows: tuple[Scalar, ...] = ()
    crons: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()


def action_name(uses: Scalar | None) -> str | None:
    """Give the action that a `uses` names, in lower case and without its version.

        actions/checkout@v4 -> "actions/checkout"

    None where nothing is used. A path of this repository is a name too: `./.github/actions/x`.
    """
    text = text_of(uses)
    return text.partition("@")[0].strip().lower() if text else None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a job.

    `index` is its place in the list. `action` is the name of the action that it uses, `with_` its `with`, `mark` the
    place of what it does: its `uses` or its `run`. A shell that its job or workflow gives it is not its `shell`.
    `handed_on` is its script with what that runs of the checkout put in, where there is any. `below` is the folder into
    which the repository was checked out, where its action's path begins with that.
    """

    index: int
    id: str | None
    name: str | None
    uses: Scalar | None
    action: str | None
    run: Scalar | None
    with_: Mapping | None
    env: Mapping | None
    condition: Scalar | None
    continue_on_error: Scalar | None
    shell: Scalar | None
    mark: Mark
    node: Mapping
    handed_on: HandedOn | None = None
    below: str = ""

    @property
    def label(self) -> str:
        """What a person calls it: its name, its id, the action, or the first line of its script.

        One that has nothing of these goes by its number, from 1. It is never empty.
        """
        script = (text_of(self.run) or "").strip().splitlines()
        return self.name or self.id or text_of(self.uses) or (script[0] if script else f"step {self.index + 1}")

    def input(self, name: str) -> Scalar | None:
        """Give an input of its action; GitHub reads their names without regard to case.

        `name` is in lower case. None where it is not there, or no scalar.
        """
        for key, node in self.with_.values.items() if self.with_ else ():
            if isinstance(node, Scalar) and key.lower() == name:
                return node
        return None

    def place(self, name: str) -> Mark:
        """Give the place of an input's key, or of what the step does where the input is missing.

        `name` is in lower case.
        """
        keys = self.with_.keys.values() if self.with_ else ()
        return next((key.mark for key in keys if key.text.lower() == name), self.mark)


@dataclass(frozen=True, slots=True)
class Concurrency:
    """The group that a workflow or a job waits in, whether a newer run cancels an older one, and who may wait.

    `queue` is `single`, where a newer run takes the place of the one that waits, or `max`.
    """

    group: Scalar
    cancel_in_progress: Scalar | None
    queue: Scalar | None
    mark: Mark


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One job. `environment` is the node that names the environment; `uses` a called workflow.

    `makes_deployment` says whether GitHub records a deployment to the environment when the job starts. `id` is as
    written; GitHub compares it without regard to case. `shell` is the default of the job, else that of the workflow. A
    job is equal to itself alone.
    """

    id: str
    name: str | None
    needs: tuple[Scalar, ...]
    condition: Scalar | None
    environment: Scalar | None
    environment_url: Scalar | None
    makes_deployment: bool
    concurrency: Concurrency | None
    timeout: Scalar | None
    env: Mapping | None
    steps: tuple[Step, ...]
    uses: Scalar | None
    with_: Mapping | None
    runs_on: Node | None
    secrets: Node | None
    outputs: Mapping | None
    container: Node | None
    matrix: Node | None
    continue_on_error: Scalar | None
    shell: Scalar | None
    mark: Mark
    node: Mapping

    def place(self, key: str) -> Mark:
        """Give the place of one of its keys, or its own where the key is missing.

        `key` is as GitHub spells it, `timeout-minutes`.
        """
        return self.node.keys[key].mark if key in self.node else self.mark


@dataclass(frozen=True, eq=False)
class WorkflowFile:
    """One file under `.github/workflows`.

    `jobs` has all that are mappings, two of one id included. It is equal to itself alone, so what is told of it can be
    kept by it.
    """

    document: Document
    name: str | None
    triggers: tuple[Trigger, ...]
    concurrency: Concurrency | None
    env: Mapping | None
    jobs: tuple[Job, ...]

    @property
    def path(self) -> str:
        """The path in its repository."""
        return self.document.path

    @property
    def file_name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def calling_job(self, job: Job) -> str:
        """Say that a job of the file calls another: `called by FILE:LINE`."""
        return f"called by {self.file_name}:{job.place('uses').line}"

    @cached_property
    def jobs_by_id(self) -> dict[str, Job]:
        """Jobs by their id in lower case, since case makes no difference. The first of a name counts."""
        return {job.id.lower(): job for job in reversed(self.jobs)}

    def needed_by(self, job: Job) -> Iterator[Job]:
        """Give the jobs that a job needs directly, and that exist.

        In the order of its `needs`. Case makes no difference.
        """
        for need in job.needs:
            found = self.jobs_by_id.get(need.text.lower())
            if found is not None:
                yield found


def expressions_of(node: Node | None) -> Iterator[Scalar]:
    """Give every scalar below a node that holds a `${{ }}`.

    In the order of the file, keys left out. What stands between the braces need be no expression that GitHub takes; the
    `if` without braces is not among them. None for no node.
    """
    if isinstance(node, Scalar):
        if isinstance(node.value, str) and "${{" in node.value:
            yield node
    elif isinstance(node, Sequence):
        for item in node:
            yield from expressions_of(item)
    elif isinstance(node, Mapping):
        for value in node.values.values():
            yield from expressions_of(value)
