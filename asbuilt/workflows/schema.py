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
# What a step does: exactly one of these.
STEP_KINDS = ("uses", "run", "wait", "wait-all", "cancel", "parallel")

EVENTS = frozenset(
    {
        "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status",
        "discussion", "discussion_comment", "fork", "gollum", "image_version", "issue_comment", "issues", "label",
        "merge_group", "milestone", "page_build", "project", "project_card", "project_column", "public",
        "pull_request", "pull_request_comment", "pull_request_review", "pull_request_review_comment",
        "pull_request_target", "push", "registry_package", "release", "repository_dispatch", "schedule", "status",
        "watch", "workflow_call", "workflow_dispatch", "workflow_run",
    }
)  # fmt: skip

CONTEXTS = frozenset(
    {
        "github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs",
    }
)  # fmt: skip
JOB_IF_CONTEXTS = frozenset({"github", "inputs", "vars", "needs"})
STEP_IF_CONTEXTS = CONTEXTS - {"secrets", "jobs"}
