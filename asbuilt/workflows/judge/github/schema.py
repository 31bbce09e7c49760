"""The words of GitHub's workflow syntax, from the schema that GitHub publishes for its own editor support.

Where that is stricter than GitHub itself, GitHub's word counts.
"""

from collections.abc import Mapping
from types import MappingProxyType

from asbuilt.workflows.judge.github.shapes import (
    ANY,
    BOOLEAN,
    NOTHING,
    NUMBER,
    TEXT,
    WORD,
    Shape,
    list_of,
    mapping,
    mapping_of,
    one_of,
)

_WORDS = WORD | list_of(WORD)
_ENV = mapping_of(TEXT)
_LEVELS = one_of("read", "write", "none")
_PERMISSIONS = one_of("read-all", "write-all") | mapping(
    dict.fromkeys(
        (
            "actions", "artifact-metadata", "attestations", "checks", "code-quality", "contents", "deployments",
            "discussions", "drives", "issues", "packages", "pages", "pull-requests", "repository-projects",
            "security-events", "statuses",
        ),
        _LEVELS,
    )
    | dict.fromkeys(("copilot-requests", "id-token"), one_of("write", "none"))
    | dict.fromkeys(("models", "vulnerability-alerts"), one_of("read", "none"))
)  # fmt: skip
_DEFAULTS = mapping({"run": mapping({"shell": WORD, "working-directory": WORD})})
_CONCURRENCY = mapping({"group": WORD, "cancel-in-progress": BOOLEAN, "queue": one_of("single", "max")}, "group")
_ENTRIES = list_of(mapping_of(ANY))
_MATRIX = Shape("a mapping", keys={"include": _ENTRIES, "exclude": _ENTRIES}, others=list_of(ANY))
_RUN_IN = {
    "image": TEXT,
    "options": TEXT,
    "env": _ENV,
    "ports": list_of(WORD),
    "volumes": list_of(WORD),
    "credentials": mapping({"username": WORD, "password": WORD}),
}

WORKFLOW = {
    "on": ANY,
    "name": TEXT,
    "description": TEXT,
    "run-name": TEXT,
    "defaults": _DEFAULTS,
    "env": _ENV,
    "permissions": _PERMISSIONS,
    "concurrency": TEXT | _CONCURRENCY,
    "jobs": ANY,
}
_EACH_JOB = {
    "name": TEXT,
    "needs": _WORDS,
    "if": TEXT,
    "permissions": _PERMISSIONS,
    "concurrency": WORD | _CONCURRENCY,
    "strategy": mapping({"fail-fast": BOOLEAN, "max-parallel": NUMBER, "matrix": _MATRIX}),
}
JOB = _EACH_JOB | {
    "runs-on": _WORDS | mapping({"group": WORD, "labels": _WORDS}),
    "timeout-minutes": NUMBER,
    "cancel-timeout-minutes": NUMBER,
    "continue-on-error": BOOLEAN,
    "container": TEXT | mapping(_RUN_IN),
    "services": mapping_of(TEXT | mapping(_RUN_IN | {"entrypoint": TEXT, "command": TEXT})),
    "env": _ENV,
    "environment": TEXT | mapping({"name": TEXT, "url": TEXT, "deployment": BOOLEAN}, "name"),
    "outputs": _ENV,
    "defaults": _DEFAULTS,
    "steps": ANY,
    "snapshot": WORD | mapping({"image-name": WORD, "if": TEXT, "version": WORD}, "image-name"),
}
CALLED_JOB = _EACH_JOB | {"uses": WORD, "with": _ENV, "secrets": one_of("inherit") | _ENV}

# What a step may have beside what it does, which is the key of each: exactly one of these.
_STEP = {"name": TEXT, "id": WORD, "if": TEXT, "env": _ENV, "continue-on-error": BOOLEAN}
_TIMED = _STEP | {"timeout-minutes": NUMBER, "background": BOOLEAN}
_WAITING = {"name": TEXT, "id": WORD, "continue-on-error": BOOLEAN}
_USING = {"uses": WORD, "with": _ENV}
_RUNNING = {"run": TEXT, "shell": WORD, "working-directory": TEXT}
STEPS = {
    "uses": _TIMED | _USING,
    "run": _TIMED | _RUNNING,
    "wait": _WAITING | {"wait": _WORDS},
    "wait-all": _WAITING | {"wait-all": NOTHING | BOOLEAN},
    "cancel": _WAITING | {"cancel": WORD},
    "parallel": {"parallel": list_of(ANY)},
}
ACTION_STEPS = {"uses": _STEP | _USING, "run": _STEP | _RUNNING}

_PATTERNS = NOTHING | _WORDS
_BRANCHES = {"branches": _PATTERNS, "branches-ignore": _PATTERNS}
_PATHS = {"paths": _PATTERNS, "paths-ignore": _PATTERNS}


def _types(*words: str) -> dict[str, Shape]:
    return {"types": NOTHING | one_of(*words) | list_of(one_of(*words))}


_PULL_REQUEST = _types(
    "assigned", "unassigned", "labeled", "unlabeled", "opened", "edited", "closed", "reopened", "synchronize",
    "converted_to_draft", "locked", "unlocked", "enqueued", "dequeued", "milestoned", "demilestoned",
    "ready_for_review", "review_requested", "review_request_removed", "auto_merge_enabled", "auto_merge_disabled",
    "stacked",
)  # fmt: skip
_NOTHING_BELOW = MappingProxyType[str, Shape]({})
_CHANGED = _types("created", "edited", "deleted")
_INPUT = {"description": TEXT, "required": BOOLEAN, "default": TEXT}
_TYPED = _INPUT | {"type": one_of("string", "boolean", "number")}
_CHOSEN = {"type": one_of("string", "boolean", "number", "choice", "environment"), "options": list_of(TEXT)}
_CALL = {
    "inputs": mapping_of(mapping(_TYPED, "type")),
    "outputs": mapping_of(mapping({"description": TEXT, "value": TEXT}, "value")),
    "secrets": mapping_of(NOTHING | mapping({"description": TEXT, "required": BOOLEAN})),
}
_DISPATCH = {"inputs": NOTHING | mapping_of(NOTHING | mapping(_INPUT | _CHOSEN))}
# What may stand below each event. A filter that an event does not know does not filter.
EVENTS: dict[str, Mapping[str, Shape]] = {
    **dict.fromkeys(
        ("create", "delete", "deployment", "deployment_status", "fork", "gollum", "page_build", "public", "status"),
        _NOTHING_BELOW,
    ),
    **dict.fromkeys(
        (
            "branch_protection_rule", "discussion_comment", "issue_comment", "label", "pull_request_comment",
            "pull_request_review_comment",
        ),
        _CHANGED,
    ),
    "check_run": _types("completed", "created", "rerequested", "requested_action"),
    "check_suite": _types("completed"),
    "discussion": _types(
        "created", "edited", "deleted", "transferred", "pinned", "unpinned", "labeled", "unlabeled", "locked",
        "unlocked", "category_changed", "answered", "unanswered",
    ),
    "image_version": _types("created", "ready", "deleted") | {"names": _PATTERNS, "versions": _PATTERNS},
    "issues": _types(
        "opened", "edited", "deleted", "transferred", "pinned", "unpinned", "closed", "reopened", "assigned",
        "unassigned", "labeled", "unlabeled", "locked", "unlocked", "milestoned", "demilestoned", "field_added",
        "field_removed", "typed", "untyped",
    ),
    "merge_group": _types("checks_requested") | _BRANCHES,
    "milestone": _types("created", "closed", "opened", "edited", "deleted"),
    "project": _types("created", "closed", "reopened", "edited", "deleted"),
    "project_card": _types("created", "moved", "converted", "edited", "deleted"),
    "project_column": _types("created", "updated", "moved", "deleted"),
    **dict.fromkeys(("pull_request", "pull_request_target"), _PULL_REQUEST | _BRANCHES | _PATHS),
    "pull_request_review": _types("submitted", "edited", "dismissed"),
    "push": _BRANCHES | {"tags": _PATTERNS, "tags-ignore": _PATTERNS} | _PATHS,
    "registry_package": _types("published", "updated"),
    "release": _types("published", "unpublished", "created", "edited", "deleted", "prereleased", "released"),
    "repository_dispatch": {"types": _PATTERNS},
    "schedule": _NOTHING_BELOW,
    "watch": _types("started"),
    "workflow_call": _CALL,
    "workflow_dispatch": _DISPATCH,
    "workflow_run": _types("requested", "completed", "in_progress") | _BRANCHES | {"workflows": _WORDS},
}  # fmt: skip
