"""The kinds of subject, told by the tests themselves: one that the suite loses is missed here.

From the narrowest to the widest, each with the words that a remedy about one may name.
"""

KINDS = {
    "process": {"process", "app", "formation", "deploy"},
    "probe": {"app", "formation", "deploy"},
    "deploy": {"app", "formation", "deploy", "repository"},
    "environment": {"environment", "protection", "repository"},
    "workflow": {"workflow", "repository"},
    "workflow_file": {"workflow", "repository"},
    "scheduled_workflow": {"workflow", "repository"},
    "procfile_process": {"process", "repository"},
    "app": {"app", "formation", "deploy"},
    "repository": {"repository"},
}
