"""What each event tells a run, as far as it can be known before: refs, and the `github` context.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from asbuilt.workflows.expressions import UNKNOWN, Unknown
from asbuilt.workflows.refs import HEADS, TAGS, Ref, passes, refs_of
from asbuilt.workflows.workflow import Trigger, WorkflowFile

MERGED = "merged pull request"
_SET = Unknown(truth=True)  # not empty, and otherwise unknown
_ALWAYS = dict.fromkeys(("sha", "repository", "repository_owner", "actor", "triggering_actor", "run_id"), _SET)
# Where an event runs, for those that say it. An event that is not here may run anywhere.
_PREFIXES = {
    "release": TAGS,
    "merge_group": f"{HEADS}gh-readonly-queue/",
    **dict.fromkeys(
        (
            "schedule", "repository_dispatch", "workflow_run", "issues", "issue_comment", "discussion",
            "discussion_comment", "fork", "watch", "label", "milestone",
        ),
        HEADS,
    ),
}  # fmt: skip
_PULL_REQUESTS = frozenset({"pull_request", "pull_request_target"})


@dataclass(frozen=True, slots=True)
class Event:
    """One way for an event to happen. `github` and `payload` are its contexts, `origin` where the code comes from."""

    origin: str
    refs: tuple[str, ...]
    github: Mapping[str, Any]
    payload: Mapping[str, Any]
    conclusion: str | None = None


def events_of(trigger: Trigger, mentioned: Iterable[str], *, by_ref: bool = True) -> Iterator[Event]:
    """Give each way for a trigger's event to happen, by ref, and by what became of a pull request.

    `by_ref` says whether refs make a difference to the workflow; where they do not, a dispatch from anywhere is one.
    """
    if trigger.event in _PULL_REQUESTS:
        yield from _pull_requests(trigger, mentioned)
        return
    if trigger.event == "workflow_dispatch" and not by_ref:
        anywhere = {"ref": Unknown(truth=True, prefix="refs/"), "ref_name": _SET, "base_ref": "", "head_ref": ""}
        nothing = {"pull_request": None, "release": None, "workflow_run": None}
        shown = (f"{HEADS}**", f"{TAGS}**")
        yield Event(trigger.event, shown, {**_ALWAYS, "event_name": trigger.event, **anywhere}, nothing)
        return
    for ref, action in product(_refs(trigger, mentioned), trigger.types or (None,)):
        github = {**_ALWAYS, "event_name": trigger.event if trigger.event != "workflow_call" else UNKNOWN}
        payload: dict[str, Any] = {"action": action} if action is not None else {}
        if ref is not None:
            github |= _of_ref(ref)
        if trigger.event == "push":
            github |= {"base_ref": "", "head_ref": ""}
            payload |= {"ref": github["ref"], "pull_request": None, "release": None, "workflow_run": None}
        elif trigger.event == "workflow_dispatch":
            github |= {"base_ref": "", "head_ref": ""}
            payload |= {"pull_request": None, "release": None, "workflow_run": None}
        elif trigger.event == "schedule":
            payload |= {"pull_request": None, "release": None, "workflow_run": None}
        refs = (ref.pattern,) if ref is not None and ref.pattern else ()
        yield Event(trigger.event, refs, github, payload)


def completed_run(trigger: Trigger, upstream: WorkflowFile, event: str, refs: tuple[str, ...]) -> Iterator[Event]:
    """Give each way for a run of another workflow to end that sets off one that follows it.

    `event` set the other one off, from `refs`. A filter of branches holds the branch's name alone: a branch of a fork
    passes it too.
    """
    branch = next((ref.removeprefix(HEADS) for ref in refs if ref.startswith(HEADS) and "*" not in ref), None)
    if event == "push" and branch is not None and not passes(branch, trigger.branches, trigger.branches_ignore):
        return
    github = {**_ALWAYS, "event_name": "workflow_run", **_of_ref(Ref(HEADS, "", Unknown(truth=True, prefix=HEADS)))}
    types = trigger.types if trigger.types is not None else ("completed",)
    conclusions: tuple[str | None, ...] = ("success", "failure", "cancelled") if "completed" in types else ()
    if set(types) - {"completed"}:
        conclusions = (*conclusions, None)  # it has only begun
    shown = refs if event == "push" else tuple(HEADS + each for each in trigger.branches or ())
    for conclusion in conclusions:
        run = {
            "conclusion": conclusion,
            "event": event,
            "head_branch": branch if event == "push" and branch else _SET,
            "head_sha": _SET,
            "name": upstream.name or upstream.path,
        }
        payload = {"workflow_run": run, "pull_request": None, "release": None}
        yield Event(event, shown, github, payload, conclusion)


def _pull_requests(trigger: Trigger, mentioned: Iterable[str]) -> Iterator[Event]:
    types = trigger.types if trigger.types is not None else ("opened", "synchronize", "reopened")
    ends: list[tuple[str, dict[str, Any], bool]] = []
    if "closed" in types:
        ends += [(MERGED, {"action": "closed"}, True), (trigger.event, {"action": "closed"}, False)]
    others = [each for each in types if each != "closed"]
    if others:
        action = others[0] if len(others) == 1 else Unknown(truth=True, excluded=frozenset({"closed"}))
        ends.append((trigger.event, {"action": action}, False))
    filtered = trigger.branches is not None or trigger.branches_ignore is not None
    for base in refs_of(HEADS, trigger.branches, trigger.branches_ignore, mentioned):
        for origin, payload, merged in ends:
            github = {
                **_ALWAYS,
                "event_name": trigger.event,
                "base_ref": base.short,
                "head_ref": _SET,
                "ref": base.value
                if trigger.event == "pull_request_target"
                else Unknown(truth=True, prefix="refs/" if merged else "refs/pull/"),
            }
            request = {"merged": merged, "base": {"ref": base.short}}
            shown = (base.pattern,) if filtered or isinstance(base.value, str) else ()
            yield Event(origin, shown, github, {**payload, "pull_request": request, "release": None})


def _of_ref(ref: Ref) -> dict[str, Any]:
    known: dict[str, Any] = {"ref": ref.value, "ref_name": ref.short}
    if ref.kind.startswith(HEADS) or ref.kind == TAGS:
        known["ref_type"] = "tag" if ref.kind == TAGS else "branch"
    return known


def _refs(trigger: Trigger, mentioned: Iterable[str]) -> Iterator[Ref | None]:
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
