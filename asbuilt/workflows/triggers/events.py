"""What each event tells a run, as far as it can be known before: refs, and the `github` context.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown
from asbuilt.workflows.files.workflow import Trigger, WorkflowFile
from asbuilt.workflows.triggers.payloads import nulls
from asbuilt.workflows.triggers.refs import HEADS, TAGS, Ref, is_glob, overlap, passes, refs_of

MERGED = "merged pull request"
_SET = Unknown(truth=True)  # not empty, and otherwise unknown
_ALWAYS = dict.fromkeys(("sha", "repository", "repository_owner", "actor", "triggering_actor", "run_id"), _SET)
# Events that run on the default branch, and say so nowhere. Of `pull_request_target` since December 2025:
# https://github.blog/changelog/2025-11-07-actions-pull_request_target-and-environment-branch-protections-changes
ON_DEFAULT_BRANCH = (
    "schedule", "repository_dispatch", "workflow_run", "issues", "issue_comment", "discussion", "discussion_comment",
    "fork", "watch", "label", "milestone", "branch_protection_rule", "check_run", "check_suite", "delete", "gollum",
    "page_build", "public", "status", "pull_request_target",
)  # fmt: skip
_QUEUED = f"{HEADS}gh-readonly-queue/"  # where a merge group runs
_PULL_REQUESTS = frozenset({"pull_request", "pull_request_target"})
# Events of which `github.head_ref` and `github.base_ref` may be more than empty.
_OF_TWO_REFS = _PULL_REQUESTS | {"pull_request_review", "pull_request_review_comment", "workflow_call"}
_NO_SECOND_REF = {"base_ref": "", "head_ref": ""}
_CONCLUSIONS = ("success", "failure", "cancelled", "skipped")


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


def events_of(
    trigger: Trigger, mentioned: Iterable[str], *, by_ref: bool = True, default_branch: str = ""
) -> Iterator[Event]:
    """Give each way for a trigger's event to happen, by ref, and by what became of a pull request.

        push, branches [main, "release/**"] -> one from `refs/heads/main`, one from `refs/heads/release/**`
        pull_request, types [closed]        -> for each base, one that was merged and one that was not

    `mentioned` are the refs that the workflow's expressions treat apart (`mentions.refs_mentioned`): each is one more.
    `by_ref` says whether refs make a difference to the workflow; where they do not, a dispatch from anywhere is one.
    Of several `crons`, each is a way of its own. A `workflow_run` is for `completed_run`. `default_branch` is that of
    the repository, empty where nobody says.
    """
    if trigger.event in _PULL_REQUESTS:
        yield from _pull_requests(trigger, mentioned, default_branch)
        return
    if trigger.event == "workflow_dispatch" and not by_ref:
        anywhere = {"ref": Unknown(truth=True, prefix="refs/"), "ref_name": _SET, **_NO_SECOND_REF}
        shown = (f"{HEADS}**", f"{TAGS}**")
        yield Event(trigger.event, shown, {**_ALWAYS, "event_name": trigger.event, **anywhere}, nulls(trigger))
        return
    for ref, action in product(_refs(trigger, mentioned, default_branch), trigger.types or (None,)):
        github = {**_ALWAYS, "event_name": trigger.event if trigger.event != "workflow_call" else UNKNOWN}
        payload: dict[str, Any] = nulls(trigger) | ({"action": action} if action is not None else {})
        if ref is not None:
            github |= _of_ref(ref)
        if trigger.event not in _OF_TWO_REFS:
            github |= _NO_SECOND_REF
        if trigger.event == "push":
            payload |= {"ref": github["ref"]}
        elif trigger.event == "release" and ref is not None:
            payload |= {"release": {"tag_name": ref.short}}
        refs = (ref.pattern,) if ref is not None and ref.pattern else ()
        if trigger.event == "schedule":
            for cron in dict.fromkeys(trigger.crons) or (_SET,):  # each has a run of its own, and that says which
                yield Event(trigger.event, refs, github, {**payload, "schedule": cron})
        else:
            yield Event(trigger.event, refs, github, payload)


def completed_run(
    trigger: Trigger,
    upstream: WorkflowFile,
    event: str,
    refs: tuple[str, ...],
    mentioned: Iterable[str],
    default_branch: str = "",
) -> Iterator[Event]:
    """Give each way for a run of another workflow to end that sets off one that follows it.

    `event` set the other one off, from `refs`; `mentioned` are the branches that the one that follows treats apart. Its
    own ref is the default branch; `github.event.workflow_run` has the branch, the event and the conclusion of the
    other. A run that ends has three conclusions, success, failure, cancelled, and where all its jobs are skipped a
    fourth, skipped; one that has only begun has none. Source:
    https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run
    """
    github = {**_ALWAYS, "event_name": "workflow_run", **_of_ref(_default(default_branch)), **_NO_SECOND_REF}
    types = trigger.types if trigger.types is not None else ("completed",)
    conclusions: tuple[str | None, ...] = _CONCLUSIONS if "completed" in types else ()
    if set(types) - {"completed"}:
        conclusions = (*conclusions, None)  # it has only begun
    if default_branch and event in ON_DEFAULT_BRANCH and event not in _PULL_REQUESTS:
        heads = [head for head in (_default(default_branch),) if _lets_through(head, trigger)]
    else:
        heads = list(_heads(trigger, event, refs, set(mentioned)))
    for head, conclusion in product(heads, conclusions):
        run = {
            "conclusion": conclusion,
            "event": event,
            "head_branch": head.short,
            "head_sha": _SET,
            "name": upstream.name or upstream.path,
        }
        action = {"action": types[0]} if len(types) == 1 else {}
        payload = {**nulls(trigger), **action, "workflow_run": run}
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


def _pull_requests(trigger: Trigger, mentioned: Iterable[str], default_branch: str) -> Iterator[Event]:
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
    targeted = trigger.event == "pull_request_target"
    for base in refs_of(HEADS, trigger.branches, trigger.branches_ignore, mentioned):
        for origin, payload, merged in ends:
            github = {
                **_ALWAYS,
                "event_name": trigger.event,
                "base_ref": base.short,
                "head_ref": _SET,
                **(_of_ref(_default(default_branch)) if targeted else _of_ref(base) if merged else _OF_REQUEST),
            }
            request = {"merged": merged, "merged_at": _SET if merged else None, "base": {"ref": base.short}}
            shown = (base.pattern,) if filtered or isinstance(base.value, str) else ()
            yield Event(origin, shown, github, {**nulls(trigger), **payload, "pull_request": request})


def _of_ref(ref: Ref) -> dict[str, Any]:
    """Give what the `github` context says of a ref; its kind only where that is certain."""
    known: dict[str, Any] = {"ref": ref.value, "ref_name": ref.short}
    if ref.kind.startswith(HEADS) or ref.kind == TAGS:
        known["ref_type"] = "tag" if ref.kind == TAGS else "branch"
    return known


# What a pull request that is not merged runs on: `refs/pull/NUMBER/merge`.
_OF_REQUEST = {
    "ref": Unknown(truth=True, prefix="refs/pull/", numbered=True, suffix="/merge"),
    "ref_name": Unknown(truth=True, numbered=True, suffix="/merge"),
    "ref_type": "branch",
}


def _default(branch: str) -> Ref:
    """Give the default branch as a ref; where nobody says which it is, an unknown one, and nothing to show."""
    return Ref(HEADS, HEADS + branch, HEADS + branch) if branch else Ref(HEADS, "", Unknown(truth=True, prefix=HEADS))


def _refs(trigger: Trigger, mentioned: Iterable[str], default_branch: str) -> Iterator[Ref | None]:
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
    elif trigger.event == "release":
        yield from refs_of(TAGS, None, None, mentioned)
    elif trigger.event == "merge_group":
        yield Ref(_QUEUED, "", Unknown(truth=True, prefix=_QUEUED))
    elif trigger.event in ON_DEFAULT_BRANCH:
        yield _default(default_branch)
    else:
        yield None
