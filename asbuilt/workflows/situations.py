"""The situations that a workflow can find itself in: each trigger, with each ref and each choice of inputs.

A situation holds what expressions can know of it before a run: the contexts, partly known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from asbuilt.workflows.document import Scalar, text_of
from asbuilt.workflows.expression_tree import Compare, Expression, Index, Literal, Name, walk
from asbuilt.workflows.expressions import UNKNOWN, Embedded, ExpressionError, Unknown, Whole, condition, parse, segments
from asbuilt.workflows.refs import HEADS, TAGS, Ref, refs_of
from asbuilt.workflows.workflow import Input, Trigger, WorkflowFile, expressions_of

MOST_CHOICES = 256
_SET = Unknown(truth=True)  # not empty, and otherwise unknown
_ALWAYS_SET = ("sha", "repository", "repository_owner", "actor", "triggering_actor", "run_id", "workflow", "token")
# Where an event runs, for those that expressions can tell something about.
_PREFIXES = {
    "pull_request": "refs/pull/",
    "pull_request_target": HEADS,
    "release": TAGS,
    "schedule": HEADS,
    "repository_dispatch": HEADS,
    "workflow_run": HEADS,
}


@dataclass(frozen=True, slots=True)
class Situation:
    """One way to set a workflow off: `refs` and `inputs` as people read them, `context` as expressions do."""

    event: str
    refs: tuple[str, ...]
    inputs: dict[str, str]
    context: dict[str, Any]


def situations(workflow_file: WorkflowFile) -> Iterator[Situation]:
    """Give every situation in which a workflow can be set off."""
    mentioned = _refs_mentioned(workflow_file)
    for trigger in workflow_file.triggers:
        for ref in _refs(trigger, mentioned):
            for inputs in _choices(trigger):
                yield _situation(trigger, ref, inputs)


def _situation(trigger: Trigger, ref: Ref | None, inputs: dict[str, Any]) -> Situation:
    github: dict[str, Any] = dict.fromkeys(
        ("sha", "repository", "repository_owner", "actor", "triggering_actor", "run_id"), _SET
    )
    github["event_name"] = trigger.event if trigger.event != "workflow_call" else UNKNOWN
    if ref is not None:
        github |= {"ref": ref.value, "ref_name": ref.short}
        if ref.kind in {HEADS, TAGS}:
            github["ref_type"] = "branch" if ref.kind == HEADS else "tag"
    event: dict[str, Any] = {}
    if trigger.event == "workflow_dispatch":
        event["inputs"] = Whole({name: _as_text(value) for name, value in inputs.items()})
    elif trigger.event != "workflow_call":
        event["inputs"] = None
    if trigger.event == "push":
        github |= {"base_ref": "", "head_ref": ""}
        event |= {"ref": github["ref"], "pull_request": None, "release": None}
    if trigger.event in {"pull_request", "pull_request_target"}:
        github |= {"base_ref": _SET, "head_ref": _SET}
    github["event"] = event
    typed = inputs if trigger.event == "workflow_call" else Whole(inputs)
    shown = {name: str(_as_text(value)) for name, value in inputs.items() if not isinstance(value, Unknown)}
    refs = (ref.pattern,) if ref is not None and ref.pattern else ()
    return Situation(trigger.event, refs, shown, {"github": github, "inputs": typed})


def _refs(trigger: Trigger, mentioned: set[str]) -> Iterator[Ref | None]:
    if trigger.event == "push":
        branches = trigger.branches is not None or trigger.branches_ignore is not None
        tags = trigger.tags is not None or trigger.tags_ignore is not None
        # A filter for the one kind alone shuts the other kind out.
        if branches or not tags:
            yield from refs_of(HEADS, trigger.branches, trigger.branches_ignore, mentioned)
        if tags or not branches:
            yield from refs_of(TAGS, trigger.tags, trigger.tags_ignore, mentioned)
    elif trigger.event == "workflow_dispatch":  # whoever starts it chooses a branch or a tag
        yield from refs_of(HEADS, None, None, mentioned)
        yield from refs_of(TAGS, None, None, mentioned)
    elif trigger.event in _PREFIXES:
        prefix = _PREFIXES[trigger.event]
        yield Ref(prefix, "", Unknown(truth=True, prefix=prefix))
    else:
        yield None


def _choices(trigger: Trigger) -> Iterator[dict[str, Any]]:
    """Give each choice of inputs, with the defaults first."""
    if trigger.event not in {"workflow_dispatch", "workflow_call"}:
        yield {}
        return
    offers = [_offer(each, called=trigger.event == "workflow_call") for each in trigger.inputs]
    count = 1
    for index, offer in enumerate(offers):
        count *= len(offer)
        if count > MOST_CHOICES:  # too many to try each: what is left stays undecided
            offers[index:] = [[UNKNOWN] for _ in offers[index:]]
            break
    names = [each.name for each in trigger.inputs]
    for values in product(*offers):
        yield dict(zip(names, values, strict=True))


def _offer(each: Input, *, called: bool) -> list[Any]:
    """Give the values that an input can take: free text is its default, or any other text."""
    default = text_of(each.default)
    if called:
        return [UNKNOWN]
    if each.type == "choice":
        return sorted(each.options, key=lambda option: option != default) or [UNKNOWN]
    if each.type == "boolean":
        return [default == "true", default != "true"]
    if default is None:
        return [_SET if each.required else UNKNOWN]
    return [default, Unknown(excluded=frozenset({default}))]


def _as_text(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value


def _refs_mentioned(workflow_file: WorkflowFile) -> set[str]:
    """Give the texts that the workflow compares a ref with."""
    found: set[str] = set()
    for tree in _trees(workflow_file):
        for node in walk(tree):
            if isinstance(node, Compare):
                for side, other in ((node.left, node.right), (node.right, node.left)):
                    if _is_ref(side) and isinstance(other, Literal) and isinstance(other.value, str):
                        found.add(other.value)
    return found


def _is_ref(node: Expression) -> bool:
    match node:
        case Index(Name("github"), Literal(str(name))):
            return name.lower() in {"ref", "ref_name"}
        case Index(Index(Name("github"), Literal("event")), Literal("ref")):
            return True
        case _:
            return False


def _trees(workflow_file: WorkflowFile) -> Iterator[Expression]:
    """Give every expression of a workflow that can be parsed."""
    conditions: list[Scalar | None] = []
    for job in workflow_file.jobs:
        conditions += [job.condition, *(step.condition for step in job.steps)]
    for test in conditions:
        try:
            yield condition(text_of(test) or "")
        except ExpressionError:
            continue
    for scalar in expressions_of(workflow_file.document.root):
        try:
            trees = [parse(part.text) for part in segments(scalar.text) if isinstance(part, Embedded)]
        except ExpressionError:
            continue
        yield from trees
