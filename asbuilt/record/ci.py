"""Who runs a run, by the words of the CI system that starts it.

GitHub's are those of https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from collections.abc import Mapping

from asbuilt import texts

_OF_GITHUB = {
    "actor": "GITHUB_ACTOR",
    "triggering actor": "GITHUB_TRIGGERING_ACTOR",
    "repository": "GITHUB_REPOSITORY",
    "workflow": "GITHUB_WORKFLOW",
    "workflow file": "GITHUB_WORKFLOW_REF",
    "workflow commit": "GITHUB_WORKFLOW_SHA",
    "job": "GITHUB_JOB",
    "event": "GITHUB_EVENT_NAME",
    "ref": "GITHUB_REF",
    "commit": "GITHUB_SHA",
    "run": "GITHUB_RUN_ID",
    "attempt": "GITHUB_RUN_ATTEMPT",
    "server": "GITHUB_SERVER_URL",
}


def told_by(environ: Mapping[str, str]) -> dict[str, str]:
    """Give what CI says of who runs this; nothing outside of it."""
    if "GITHUB_RUN_ID" not in environ:
        return {}
    known = {word: environ.get(name, "") for word, name in _OF_GITHUB.items()}
    return {"system": "GitHub Actions", **{word: value for word, value in known.items() if value}}


def page(told: Mapping[str, str]) -> str:
    """Give the address of the run in CI, by what CI says of it; nothing outside of it."""
    parts = (told.get("server", ""), told.get("repository", ""), told.get("run", ""))
    return texts.link(f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}") if all(parts) else ""
