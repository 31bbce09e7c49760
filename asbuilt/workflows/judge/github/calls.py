"""Whether the calls of a repository's own workflows hand over what these ask for.

GitHub reads nothing of a file in which a call does not. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations
"""

from collections.abc import Iterator

from asbuilt.workflows.files.workflow import Job, Trigger, WorkflowFile
from asbuilt.workflows.judge.github.shapes import BOOLEAN, NUMBER, TEXT, nearest, shape_problems
from asbuilt.workflows.yaml.document import Mapping, Node, Scalar
from asbuilt.workflows.yaml.finding import Finding

_TYPES = {"boolean": BOOLEAN, "number": NUMBER}


def call_problems(job: Job, called: WorkflowFile) -> Iterator[Finding]:
    """Give what is wrong with what a job hands over to the workflow that it calls.

    Findings have marks of the calling file, and no path. Inputs and secrets that are not declared, that are required
    and lacking, and inputs of another type; secrets are not compared where the call says `inherit`. Nothing is said of
    a called file that could not be read.
    """
    trigger = next((each for each in called.triggers if each.event == "workflow_call"), None)
    if job.uses is None or called.document.root is None:
        return
    if trigger is None:
        yield Finding(f"{called.file_name} cannot be called: it has no `workflow_call` under `on`", mark=job.uses.mark)
        return
    declared = {each.name: each.required for each in trigger.inputs}
    yield from _of_names("input", declared, job.node.get("with"), job, called)
    for each in trigger.inputs:
        value = next((value for key, value in _items(job.with_) if key.text.lower() == each.name.lower()), None)
        if value is not None:
            yield from shape_problems(value, _TYPES.get(each.type, TEXT), f"`{each.name}`")
    if not isinstance(job.secrets, Scalar):  # which is `inherit`
        yield from _of_names("secret", _secrets(called), job.secrets, job, called)


def default_problems(trigger: Trigger) -> Iterator[Finding]:
    """Give the defaults of a called workflow's inputs that are not of the type of their input.

    Findings have marks, and no path; none for another trigger.
    """
    for each in trigger.inputs if trigger.event == "workflow_call" else ():
        if each.default is not None:
            yield from shape_problems(each.default, _TYPES.get(each.type, TEXT), f"the default of `{each.name}`")


def _of_names(
    kind: str, declared: dict[str, bool], given: Node | None, job: Job, called: WorkflowFile
) -> Iterator[Finding]:
    """Compare the names that a call gives with those that are declared, and of these with the required ones."""
    names = {name.lower() for name in declared}
    handed = list(_items(given))
    for key, _ in handed:
        if key.text.lower() not in names:
            wanted = nearest(key.text, declared)
            yield Finding(f'"{key.text}" is no {kind} of {called.file_name}{wanted}', mark=key.mark)
    known = {key.text.lower() for key, _ in handed}
    for name, required in declared.items():
        if required and name.lower() not in known and job.uses is not None and not isinstance(given, Scalar):
            fact = f'{called.file_name} requires the {kind} "{name}": the call does not give it'
            yield Finding(fact, mark=job.uses.mark)


def _secrets(called: WorkflowFile) -> dict[str, bool]:
    """Give the secrets that a workflow declares, and whether it requires them."""
    node: Node | None = called.document.root
    for key in ("on", "workflow_call", "secrets"):
        node = node.get(key) if isinstance(node, Mapping) else None
    return {key.text: _is_true(value, "required") for key, value in _items(node)}


def _is_true(node: Node, key: str) -> bool:
    setting = node.get(key) if isinstance(node, Mapping) else None
    return isinstance(setting, Scalar) and setting.value is True


def _items(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    return node.items() if isinstance(node, Mapping) else iter(())
