"""What each event tells a run, as far as it can be known before: refs, and the `github` context.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown
from asbuilt.workflows.files.workflow import Trigger, WorkflowFile
from asbuilt.workflows.triggers.refs import HEADS, TAGS, Ref, is_glob, overlap, passes, refs_of

MERGED = "merged pull request"
_SET = Unknown(truth=True)  # not empty, and otherwise unknown
_ALWAYS = dict.fromkeys(("sha", "repository", "repository_owner", "actor", "triggering_actor", "run_id"), _SET)
# Events that run on the default branch, and say so nowhere.
ON_DEFAULT_BRANCH = (
    "schedule", "repository_dispatch", "workflow_run", "issues", "issue_comment", "discussion", "discussion_comment",
    "fork", "watch", "label", "milestone",
)  # fmt: skip
# Where an event runs, for those that say it. An event that is not here may run anywhere.
_PREFIXES = {
    "release": TAGS,
    "merge_group": f"{HEADS}gh-readonly-queue/",
    **dict.fromkeys(ON_DEFAULT_BRANCH, HEADS),
}
_PULL_REQUESTS = frozenset({"pull_request", "pull_request_target"})
# What the payload of one event has, and that of another has not.
_NOTHING = dict.fromkeys(("pull_request", "release", "workflow_run", "schedule"))


@dataclass(frozen=True, slots=True)
class Event:
    """One way for an event to happen. `github` and `payload` are its contexts, `origin` where the code comes from.

    `refs` are shown to people, in full and with patterns, such as `refs/heads/release/**`; there are none where the
    event does not say. `github` is in part what GitHub calls the context of that name, and `payload` its `event`: what
    they lack is unknown. `origin` is the name of the event, MERGED for a pull request that was merged, and for a run
    that follows another, the event of that one. `conclusion` is how the run ended that this one follows, if it does and
    that has ended.
    """

    origin: str
    refs: tuple[str, ...]
    github: Mapping[str, Any]
    payload: Mapping[str, Any]
    conclusion: str | None = None


def events_of(trigger: Trigger, mentioned: Iterable[str], *, by_ref: bool = True) -> Iterator[Event]:
    """Give each way for a trigger's event to happen, by ref, and by what became of a pull request.

        push, branches [main, "release/**"] -> one from `refs/heads/main`, one from `refs/heads/release/**`
        pull_request, types [closed]        -> for each base, one that was merged and one that was not

    `mentioned` are the refs that the workflow's expressions treat apart (`mentions.refs_mentioned`): each is one more.
    `by_ref` says whether refs make a difference to the workflow; where they do not, a dispatch from anywhere is one.
    Of several `crons`, each is a way of its own. A `workflow_run` is for `completed_run`.
    """
    if trigger.event in _PULL_REQUESTS:
        yield from _pull_requests(trigger, mentioned)
        return
    if trigger.event == "workflow_dispatch" and not by_ref:
        anywhere = {"ref": Unknown(truth=True, prefix="refs/"), "ref_name": _SET, "base_ref": "", "head_ref": ""}
        shown = (f"{HEADS}**", f"{TAGS}**")
        yield Event(trigger.event, shown, {**_ALWAYS, "event_name": trigger.event, **anywhere}, _NOTHING)
        return
    for ref, action in product(_refs(trigger, mentioned), trigger.types or (None,)):
        github = {**_ALWAYS, "event_name": trigger.event if trigger.event != "workflow_call" else UNKNOWN}
        payload: dict[str, Any] = {"action": action} if action is not None else {}
        if ref is not None:
            github |= _of_ref(ref)
        if trigger.event == "push":
            github |= {"base_ref": "", "head_ref": ""}
            payload |= {**_NOTHING, "ref": github["ref"]}
        elif trigger.event == "workflow_dispatch":
            github |= {"base_ref": "", "head_ref": ""}
            payload |= _NOTHING
        refs = (ref.pattern,) if ref is not None and ref.pattern else ()
        if trigger.event == "schedule":
            for cron in dict.fromkeys(trigger.crons) or (_SET,):  # each has a run of its own, and that says which
                yield Event(trigger.event, refs, github, {**payload, **_NOTHING, "schedule": cron})
        else:
            yield Event(trigger.event, refs, github, payload)


def completed_run(
    trigger: Trigger, upstream: WorkflowFile, event: str, refs: tuple[str, ...], mentioned: Iterable[str]
) -> Iterator[Event]:
    """Give each way for a run of another workflow to end that sets off one that follows it.

    `event` set the other one off, from `refs`; `mentioned` are the branches that the one that follows treats apart. Its
    own ref is an unknown branch, the default one; `github.event.workflow_run` has the branch, the event and the
    conclusion of the other. A run that ends has three conclusions: success, failure, cancelled; one that has only begun
    has none. Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run
    """
    github = {**_ALWAYS, "event_name": "workflow_run", **_of_ref(Ref(HEADS, "", Unknown(truth=True, prefix=HEADS)))}
    types = trigger.types if trigger.types is not None else ("completed",)
    conclusions: tuple[str | None, ...] = ("success", "failure", "cancelled") if "completed" in types else ()
    if set(types) - {"completed"}:
        conclusions = (*conclusions, None)  # it has only begun
    for head, conclusion in product(_heads(trigger, event, refs, set(mentioned)), conclusions):
        run = {
            "conclusion": conclusion,
            "event": event,
            "head_branch": head.short,
            "head_sha": _SET,
            "name": upstream.name or upstream.path,
        }
        payload = {**_NOTHING, "workflow_run": run}
        yield Event(event, (head.pattern,) if head.pattern else (), github, payload, conclusion)


def _heads(trigger: Trigger, event: str, refs: tuple[str, ...], mentioned: set[str]) -> Iterator[Ref]:
    """Give the branches and tags from which a run can have come that another one follows.

    A filter of branches holds the name alone: of a push, the name of what was pushed; of a pull request, that of its
    branch, and a branch of a fork may have any name.
    """
    filters = trigger.branches, trigger.branches_ignore
    if event != "push" or not refs:
        for head in refs_of(HEADS, *filters, mentioned):
            shown = isinstance(head.value, str) or trigger.branches is not None
            yield head if shown else replace(head, pattern="")
        return
    for ref in refs:
        kind = TAGS if ref.startswith(TAGS) else HEADS
        pushed = ref.removeprefix(kind)
        if not is_glob(pushed) or trigger.branches is None:
            yield from (head for head in refs_of(kind, (pushed,), None, mentioned) if _lets_through(head, trigger))
        else:
            yield from (head for head in refs_of(kind, *filters, mentioned) if overlap(pushed, _name(head)))


def _lets_through(head: Ref, trigger: Trigger) -> bool:
    return is_glob(_name(head)) or passes(_name(head), trigger.branches, trigger.branches_ignore)


def _name(ref: Ref) -> str:
    return ref.pattern.removeprefix(ref.kind)


def _pull_requests(trigger: Trigger, mentioned: Iterable[str]) -> Iterator[Event]:
    """Give the ways of a pull request: for each base that passes the filter, merged, closed, and all else as one."""
    types = trigger.types if trigger.types is not None else ("opened", "synchronize", "reopened")
    ends: list[tuple[str, dict[str, Any], bool]] = []
    if "closed" in types:
        ends += [(MERGED, {"action": "closed"}, True), (trigger.event, {"action": "closed"}, False)]
    others = [each for each in types if each != "closed"]
    if others:
        action = others[0] if len(others) == 1 else Unknown(truth=True, excluded=frozenset({"closed"}))
        ends.append((trigger.event, {"action": action}, False))
    filtered = trigger.branches is not None or trigger.branches_ignore is not None
    mentioned = tuple(mentioned)
    for base in refs_of(HEADS, trigger.branches, trigger.branches_ignore, mentioned):
        for origin, payload, merged in ends:
            github = {
                **_ALWAYS,
                "event_name": trigger.event,
                "base_ref": base.short,
                "head_ref": _SET,
                **(_of_ref(base) if merged or trigger.event == "pull_request_target" else _of_request(mentioned)),
            }
            request = {"merged": merged, "merged_at": _SET if merged else None, "base": {"ref": base.short}}
            shown = (base.pattern,) if filtered or isinstance(base.value, str) else ()
            yield Event(origin, shown, github, {**_NOTHING, **payload, "pull_request": request})


def _of_ref(ref: Ref) -> dict[str, Any]:
    """Give what the `github` context says of a ref; its kind only where that is certain."""
    known: dict[str, Any] = {"ref": ref.value, "ref_name": ref.short}
    if ref.kind.startswith(HEADS) or ref.kind == TAGS:
        known["ref_type"] = "tag" if ref.kind == TAGS else "branch"
    return known


def _of_request(mentioned: Iterable[str]) -> dict[str, Any]:
    """Give what a pull request that is not merged runs on: `refs/pull/NUMBER/merge`, which no workflow can name."""
    asked = [each for each in mentioned if not each[:1].isdigit()]
    short = Unknown(
        truth=True,
        excluded=frozenset(each for each in asked if not each.endswith("*")),
        excluded_prefixes=frozenset(each[:-1] for each in asked if each.endswith("*") and each != "*"),
    )
    return {"ref": Unknown(truth=True, prefix="refs/pull/"), "ref_name": short}


def _refs(trigger: Trigger, mentioned: Iterable[str]) -> Iterator[Ref | None]:
    """Give the refs from which a trigger's event can come; None for an event that may run anywhere."""
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
