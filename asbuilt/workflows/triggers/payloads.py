"""Which members `github.event` has, by event: all others that some event has are null there.

Of an event that is not here nothing is said. Sources: https://docs.github.com/en/webhooks/webhook-events-and-payloads,
whose schema is https://github.com/octokit/webhooks/blob/main/payload-schemas; of a schedule and a dispatch,
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from typing import Any

from asbuilt.workflows.files.workflow import Trigger

_OF_PULL_REQUEST = (
    "action", "after", "assignee", "before", "changes", "label", "milestone", "number", "pull_request", "reason",
    "requested_reviewer", "requested_team",
)  # fmt: skip
_MEMBERS: dict[str, tuple[str, ...]] = {
    "branch_protection_rule": ("action", "changes", "rule"),
    "check_run": ("action", "check_run", "requested_action"),
    "check_suite": ("action", "check_suite"),
    "create": ("description", "master_branch", "pusher_type", "ref", "ref_type"),
    "delete": ("pusher_type", "ref", "ref_type"),
    "deployment": ("action", "deployment", "workflow", "workflow_run"),
    "deployment_status": ("action", "check_run", "deployment", "deployment_status", "workflow", "workflow_run"),
    "discussion": ("action", "answer", "changes", "discussion", "label", "old_answer"),
    "discussion_comment": ("action", "changes", "comment", "discussion"),
    "fork": ("forkee",),
    "gollum": ("pages",),
    "issue_comment": ("action", "changes", "comment", "issue"),
    "issues": ("action", "assignee", "changes", "issue", "label", "milestone"),
    "label": ("action", "changes", "label"),
    "merge_group": ("action", "merge_group", "reason"),
    "milestone": ("action", "changes", "milestone"),
    "page_build": ("build", "id"),
    "public": (),
    "pull_request": _OF_PULL_REQUEST,
    "pull_request_review": ("action", "changes", "pull_request", "review"),
    "pull_request_review_comment": ("action", "changes", "comment", "pull_request"),
    "pull_request_target": _OF_PULL_REQUEST,
    "push": (
        "after", "base_ref", "before", "commits", "compare", "created", "deleted", "forced", "head_commit", "pusher",
        "ref",
    ),
    "registry_package": ("action", "registry_package"),
    "release": ("action", "changes", "release"),
    "repository_dispatch": ("action", "branch", "client_payload"),
    "schedule": ("schedule", "workflow"),
    "status": (
        "avatar_url", "branches", "commit", "context", "created_at", "description", "id", "name", "sha", "state",
        "target_url", "updated_at",
    ),
    "watch": ("action",),
    "workflow_dispatch": ("inputs", "ref", "workflow"),
    "workflow_run": ("action", "workflow", "workflow_run"),
}  # fmt: skip
_ALL = frozenset(name for names in _MEMBERS.values() for name in names)
# Members that come with some activity types alone.
_WITH_TYPES = {
    "assignee": frozenset({"assigned", "unassigned"}),
    "label": frozenset({"labeled", "unlabeled"}),
    "milestone": frozenset({"milestoned", "demilestoned"}),
    "requested_reviewer": frozenset({"review_requested", "review_request_removed"}),
    "requested_team": frozenset({"review_requested", "review_request_removed"}),
}
_BY_TYPE = frozenset({"issues", "pull_request", "pull_request_target", "discussion"})
_FIRST_TYPES = ("opened", "synchronize", "reopened")  # of a pull request, where none is named


def nulls(trigger: Trigger) -> dict[str, Any]:
    """Give what the payload of an event lacks that others have: each is null.

        push -> {"pull_request": None, "issue": None, ...}, without `head_commit`

    What an activity type alone brings, such as the label that was put on, is null where the trigger names none that
    does.
    """
    own = _MEMBERS.get(trigger.event)
    if own is None:
        return {}
    missing = _ALL - set(own)
    types = trigger.types
    if types is None and trigger.event.startswith("pull_request"):
        types = _FIRST_TYPES
    if types is not None and trigger.event in _BY_TYPE:
        missing |= {name for name, bringing in _WITH_TYPES.items() if bringing.isdisjoint(types)}
    return dict.fromkeys(sorted(missing))
