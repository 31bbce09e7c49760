"""The words of GitHub's workflow syntax, from the schema that GitHub publishes for its own editor support."""

WORKFLOW_KEYS = frozenset(
    {"on", "name", "description", "run-name", "defaults", "env", "permissions", "concurrency", "jobs"}
)
JOB_KEYS = frozenset(
    {
        "needs", "if", "strategy", "name", "runs-on", "timeout-minutes", "cancel-timeout-minutes", "continue-on-error",
        "container", "services", "env", "environment", "permissions", "concurrency", "outputs", "defaults", "steps",
        "snapshot",
    }
)  # fmt: skip
CALLED_JOB_KEYS = frozenset(
    {"name", "uses", "with", "secrets", "needs", "if", "permissions", "concurrency", "strategy"}
)
STEP_KEYS = frozenset(
    {
        "name", "id", "if", "timeout-minutes", "run", "uses", "with", "continue-on-error", "env", "working-directory",
        "shell", "background", "wait", "wait-all", "cancel", "parallel",
    }
)  # fmt: skip
# What may stand below a key of a workflow or a job that is a mapping.
BELOW = {
    "concurrency": frozenset({"group", "cancel-in-progress", "queue"}),
    "environment": frozenset({"name", "url", "deployment"}),
    "strategy": frozenset({"matrix", "fail-fast", "max-parallel"}),
    "defaults": frozenset({"run"}),
}
# What a step does: exactly one of these.
STEP_KINDS = ("uses", "run", "wait", "wait-all", "cancel", "parallel")

_TYPES = frozenset({"types"})
_BRANCHES = frozenset({"branches", "branches-ignore"})
_PATHS = frozenset({"paths", "paths-ignore"})
# What may stand below each event. A filter that an event does not know does not filter.
EVENTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("create", "delete", "deployment", "deployment_status", "fork", "gollum", "page_build", "public", "status"),
        frozenset(),
    ),
    **dict.fromkeys(
        (
            "branch_protection_rule", "check_run", "check_suite", "discussion", "discussion_comment", "issue_comment",
            "issues", "label", "milestone", "project", "project_card", "project_column", "pull_request_comment",
            "pull_request_review", "pull_request_review_comment", "registry_package", "release", "repository_dispatch",
            "watch",
        ),
        _TYPES,
    ),
    **dict.fromkeys(("pull_request", "pull_request_target"), _TYPES | _BRANCHES | _PATHS),
    "image_version": _TYPES | {"names", "versions"},
    "merge_group": _TYPES | _BRANCHES,
    "push": _BRANCHES | {"tags", "tags-ignore"} | _PATHS,
    "schedule": frozenset(),
    "workflow_call": frozenset({"inputs", "outputs", "secrets"}),
    "workflow_dispatch": frozenset({"inputs"}),
    "workflow_run": _TYPES | _BRANCHES | {"workflows"},
}  # fmt: skip
