"""A workflow file as GitHub models it: triggers, jobs, steps, each with its place.

The model is total: whatever is not as GitHub wants it is left out here, and named by `problems.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from asbuilt.workflows.document import Document, Mapping, Mark, Node, Problem, Scalar, Sequence, read, text_of

_START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Input:
    """A declared input of a dispatched or called workflow."""

    name: str
    type: str
    required: bool
    default: Scalar | None
    options: tuple[str, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event under `on`. A filter that is None was not written: it lets everything pass."""

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
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a job. `with_` is its `with`; `mark` the place of what it does: its `uses` or its `run`."""

    index: int
    id: str | None
    name: str | None
    uses: Scalar | None
    run: Scalar | None
    with_: Mapping | None
    env: Mapping | None
    condition: Scalar | None
    continue_on_error: Scalar | None
    shell: Scalar | None
    mark: Mark
    node: Mapping

    @property
    def label(self) -> str:
        """What a person calls it: its name, its id, the action, or the first line of its script."""
        script = (text_of(self.run) or "").strip().splitlines()
        return self.name or self.id or text_of(self.uses) or (script[0] if script else f"step {self.index + 1}")

    @property
    def action(self) -> str | None:
        """The action that it uses, in lower case and without its version."""
        uses = text_of(self.uses)
        return uses.partition("@")[0].strip().lower() if uses else None

    def input(self, name: str) -> Scalar | None:
        """Give an input of its action; GitHub reads their names without regard to case."""
        for key, node in self.with_.items() if self.with_ else ():
            if key.text.lower() == name and isinstance(node, Scalar):
                return node
        return None

    def place(self, name: str) -> Mark:
        """Give the place of an input's key, or of what the step does where the input is missing."""
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

    `makes_deployment` says whether GitHub records a deployment to the environment when the job starts.
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
        """Give the place of one of its keys, or its own where the key is missing."""
        return self.node.keys[key].mark if key in self.node else self.mark


@dataclass(frozen=True, eq=False)
class WorkflowFile:
    """One file under `.github/workflows`."""

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

    @cached_property
    def jobs_by_id(self) -> dict[str, Job]:
        """Jobs by their id in lower case, since case makes no difference. The first of a name counts."""
        return {job.id.lower(): job for job in reversed(self.jobs)}

    def needed_by(self, job: Job) -> Iterator[Job]:
        """Give the jobs that a job needs directly, and that exist."""
        for need in job.needs:
            found = self.jobs_by_id.get(need.text.lower())
            if found is not None:
                yield found


def load(source: bytes | str, path: str) -> WorkflowFile:
    """Model a workflow file; what is wrong with it is left for `problems`."""
    return model(read(source, path))


def missing(path: str) -> WorkflowFile:
    """Give a workflow file that is declared but is not there: its only problem says so."""
    absent = Problem("there is no such file, but the estate declares it", _START)
    return model(Document(path, "", None, (absent,)))


def model(document: Document) -> WorkflowFile:
    """Model a document as a workflow file."""
    root = document.root if isinstance(document.root, Mapping) else Mapping({}, {}, _START)
    jobs = root.get("jobs")
    return WorkflowFile(
        document,
        text_of(root.get("name")),
        tuple(_triggers(root.get("on"), root.place("on"))),
        _concurrency(root),
        _mapping(root.get("env")),
        tuple(_job(key, node, _default_shell(root)) for key, node in jobs.items() if isinstance(node, Mapping))
        if isinstance(jobs, Mapping)
        else (),
    )


def expressions_of(node: Node | None) -> Iterator[Scalar]:
    """Give every scalar below a node that holds a `${{ }}`."""
    if isinstance(node, Scalar):
        if isinstance(node.value, str) and "${{" in node.value:
            yield node
    elif isinstance(node, Sequence):
        for item in node:
            yield from expressions_of(item)
    elif isinstance(node, Mapping):
        for value in node.values.values():
            yield from expressions_of(value)


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) else None


def _mapping(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def _scalars(node: Node | None) -> tuple[Scalar, ...]:
    if isinstance(node, Scalar):
        return (node,) if node.value is not None else ()
    return tuple(item for item in node if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()


def _triggers(node: Node | None, mark: Mark) -> Iterator[Trigger]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield _trigger(key, value)
    else:
        for event in _scalars(node):
            yield Trigger(event.text, event.mark if isinstance(node, Sequence) else mark)


def _trigger(key: Scalar, node: Node) -> Trigger:
    settings = node if isinstance(node, Mapping) else Mapping({}, {}, key.mark)

    def patterns(name: str) -> tuple[str, ...] | None:
        return tuple(each.text for each in _scalars(settings.get(name))) if name in settings else None

    return Trigger(
        key.text,
        key.mark,
        branches=patterns("branches"),
        branches_ignore=patterns("branches-ignore"),
        tags=patterns("tags"),
        tags_ignore=patterns("tags-ignore"),
        paths=patterns("paths"),
        paths_ignore=patterns("paths-ignore"),
        types=patterns("types"),
        workflows=_scalars(settings.get("workflows")),
        inputs=inputs_of(settings),
    )


def inputs_of(settings: Mapping) -> tuple[Input, ...]:
    """Give the declared inputs of a trigger, or of an action."""
    inputs = settings.get("inputs")
    return tuple(_input(name, value) for name, value in inputs.items()) if isinstance(inputs, Mapping) else ()


def _input(key: Scalar, node: Node) -> Input:
    settings = node if isinstance(node, Mapping) else Mapping({}, {}, key.mark)
    required = _scalar(settings.get("required"))
    default = _scalar(settings.get("default"))
    return Input(
        key.text,
        text_of(settings.get("type")) or "string",
        required is not None and required.value is True,
        default if default is not None and default.value is not None else None,
        tuple(each.text for each in _scalars(settings.get("options"))),
        key.mark,
    )


def _concurrency(node: Mapping) -> Concurrency | None:
    setting = node.get("concurrency")
    group = _scalar(setting.get("group") if isinstance(setting, Mapping) else setting)
    if group is None or group.value is None:
        return None
    settings = setting if isinstance(setting, Mapping) else Mapping({}, {}, group.mark)
    cancel, queue = _scalar(settings.get("cancel-in-progress")), _scalar(settings.get("queue"))
    return Concurrency(group, cancel, queue, node.place("concurrency"))


def _is_off(node: Node, key: str) -> bool:
    setting = node.get(key) if isinstance(node, Mapping) else None
    return isinstance(setting, Scalar) and setting.value is False


def _default_shell(node: Mapping) -> Scalar | None:
    defaults = node.get("defaults")
    run = defaults.get("run") if isinstance(defaults, Mapping) else None
    return _scalar(run.get("shell")) if isinstance(run, Mapping) else None


def _job(key: Scalar, node: Mapping, shell: Scalar | None) -> Job:
    environment = node.get("environment")
    strategy = node.get("strategy")
    return Job(
        id=key.text,
        name=text_of(node.get("name")),
        needs=_scalars(node.get("needs")),
        condition=_scalar(node.get("if")),
        environment=_scalar(environment.get("name") if isinstance(environment, Mapping) else environment),
        environment_url=_scalar(environment.get("url")) if isinstance(environment, Mapping) else None,
        makes_deployment=environment is not None and not _is_off(environment, "deployment"),
        concurrency=_concurrency(node),
        timeout=_scalar(node.get("timeout-minutes")),
        env=_mapping(node.get("env")),
        steps=steps_of(node),
        uses=_scalar(node.get("uses")),
        with_=_mapping(node.get("with")),
        runs_on=node.get("runs-on"),
        secrets=node.get("secrets"),
        outputs=_mapping(node.get("outputs")),
        container=node.get("container"),
        matrix=strategy.get("matrix") if isinstance(strategy, Mapping) else None,
        continue_on_error=_scalar(node.get("continue-on-error")),
        shell=_default_shell(node) or shell,
        mark=key.mark,
        node=node,
    )


def steps_of(node: Mapping) -> tuple[Step, ...]:
    """Give the steps of a job, or of a composite action; those that run side by side stand one after the other."""
    return tuple(_step(index, item) for index, item in enumerate(_step_nodes(node.get("steps"))))


def _step_nodes(steps: Node | None) -> Iterator[Mapping]:
    for item in steps if isinstance(steps, Sequence) else ():
        if isinstance(item, Mapping):
            yield item
            yield from _step_nodes(item.get("parallel"))


def _step(index: int, node: Mapping) -> Step:
    uses, run = _scalar(node.get("uses")), _scalar(node.get("run"))
    return Step(
        index=index,
        id=text_of(node.get("id")),
        name=text_of(node.get("name")),
        uses=uses,
        run=run,
        with_=_mapping(node.get("with")),
        env=_mapping(node.get("env")),
        condition=_scalar(node.get("if")),
        continue_on_error=_scalar(node.get("continue-on-error")),
        shell=_scalar(node.get("shell")),
        mark=node.place("uses" if uses is not None else "run"),
        node=node,
    )
