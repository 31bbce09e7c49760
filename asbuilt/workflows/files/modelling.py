"""Model a document as a workflow file.

The model is total: whatever is not as GitHub wants it is left out here, and named by `judge.syntax`. Keys and what they
mean: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from collections.abc import Iterator

from asbuilt.workflows.files.workflow import Concurrency, Input, Job, Step, Trigger, WorkflowFile, action_name
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Scalar, Sequence, text_of
from asbuilt.workflows.yaml.finding import Finding
from asbuilt.workflows.yaml.reader import read

_START = Mark(1, 1)


def load(source: bytes | str, path: str) -> WorkflowFile:
    """Model a workflow file; what is wrong with it is left for `judge.syntax`.

    `source` is the file's bytes, `path` its path in the repository, as it is shown. Nothing is raised: a file that is
    no YAML has no trigger and no job.
    """
    return model(read(source, path))


def missing(path: str) -> WorkflowFile:
    """Give a workflow file that is declared but is not there: its only problem says so.

    It has no trigger and no job.
    """
    fix = "add the file, or take it out of the estate"
    absent = Finding("there is no such file, but the estate declares it", fix, path, _START)
    return model(Document(path, "", None, (absent,)))


def model(document: Document) -> WorkflowFile:
    """Model a document as a workflow file.

    One without a root, or whose root is no mapping, has no trigger and no job. A job that is no mapping is left out, as
    is a step; of a filter, all that is no scalar.
    """
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


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) else None


def _mapping(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def _scalars(node: Node | None) -> tuple[Scalar, ...]:
    if isinstance(node, Scalar):
        return (node,) if node.value is not None else ()
    return tuple(item for item in node if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()


def _triggers(node: Node | None, mark: Mark) -> Iterator[Trigger]:
    """Give the triggers of an `on`, whether it is a word, a list or a mapping. `mark` is the place of `on` itself."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield _trigger(key, value)
    else:
        for event in _scalars(node):
            yield Trigger(event.text, event.mark if isinstance(node, Sequence) else mark)


def _trigger(key: Scalar, node: Node) -> Trigger:
    settings = node if isinstance(node, Mapping) else Mapping({}, {}, key.mark)

    def patterns(name: str) -> tuple[str, ...] | None:
        written = settings.get(name)  # with nothing below it, it filters nothing
        is_there = written is not None and not (isinstance(written, Scalar) and written.value is None)
        return tuple(each.text for each in _scalars(written)) if is_there else None

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
        crons=tuple(each.text for each in _crons(node)) if key.text == "schedule" else (),
        inputs=declared_inputs(settings),
    )


def _crons(entries: Node) -> Iterator[Scalar]:
    for entry in entries if isinstance(entries, Sequence) else ():
        cron = entry.get("cron") if isinstance(entry, Mapping) else None
        if isinstance(cron, Scalar):
            yield cron


def declared_inputs(settings: Mapping) -> tuple[Input, ...]:
    """Give the declared inputs of a trigger, or of an action.

    `settings` is the mapping that has `inputs`. In the order of the file; none where there are none. A type that is not
    written is `string`, and a default of null is none.
    """
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
    """Give the concurrency group of a workflow or a job; None where there is none, or one without a name."""
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
        steps=listed_steps(node),
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


def listed_steps(node: Mapping) -> tuple[Step, ...]:
    """Give the steps of a job, or of a composite action; those that run side by side stand one after the other.

    `node` is the mapping that has `steps`: the job, or the `runs` of the action. Each has its place in this list as its
    `index`; what is no mapping is left out, and not counted. The steps below a `parallel` come behind the entry that
    holds them, which is a step too.
    """
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
        action=action_name(uses),
        run=run,
        with_=_mapping(node.get("with")),
        env=_mapping(node.get("env")),
        condition=_scalar(node.get("if")),
        continue_on_error=_scalar(node.get("continue-on-error")),
        shell=_scalar(node.get("shell")),
        mark=node.place("uses" if uses is not None else "run"),
        node=node,
    )
