"""What GitHub says of which run made which release: runs, their jobs, how deployments ended, how commits compare.

`name` is OWNER/NAME for each function here. All give a fact and raise nothing.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from asbuilt.model import Commit, Comparison, DeploymentStatus, Fact, Job, RunPage
from asbuilt.observe.ask import Ask, fact, instant, items
from asbuilt.observe.endpoints import LOG
from asbuilt.observe.github_reading import HEADERS, listed, run
from asbuilt.observe.http import Client
from asbuilt.terms import Stretch

_PAGE = 100
_MOST_FILES = 300


def history(client: Client, name: str, stretch: Stretch) -> Fact[RunPage]:
    """Observe the newest runs of a stretch, newest first, a hundred at most: on whatever branch, however they ended.

    Absent where GitHub knows no such workflow.
    """
    query = {"event": stretch.event, "created": f"<={stretch.until}" if stretch.until else "", "per_page": _PAGE}
    asked = urlencode({key: value for key, value in query.items() if value})
    file = quote(stretch.workflow, safe="")

    def read(ask: Ask) -> RunPage:
        answer = ask.get(f"{client.github}/repos/{quote(name)}/actions/workflows/{file}/runs?{asked}", HEADERS).json()
        found = tuple(run(raw) for raw in items(answer["workflow_runs"]))
        return RunPage(found, whole=len(found) < _PAGE)

    return fact(client, f"runs of {stretch.workflow}", read, can_be_absent=True)


def jobs(client: Client, name: str, run_id: int) -> Fact[tuple[Job, ...]]:
    """Observe the jobs of a run, of all its attempts, by its id.

    Source: https://docs.github.com/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run
    """

    def read(ask: Ask) -> tuple[Job, ...]:
        url = f"{client.github}/repos/{quote(name)}/actions/runs/{run_id}/jobs?filter=all&per_page={_PAGE}"
        return tuple(
            Job(
                id=raw["id"],
                name=raw["name"],
                ran=_has_run(raw),
                started_at=instant(raw["started_at"]) if raw["started_at"] else None,
                completed_at=instant(raw["completed_at"]) if raw["completed_at"] else None,
                conclusion=raw["conclusion"],
            )
            for raw in listed(ask, url, "jobs")
        )

    return fact(client, f"jobs of run {run_id}", read)


def statuses(client: Client, name: str, deployment: int) -> Fact[tuple[DeploymentStatus, ...]]:
    """Observe what became of a deployment, newest first. `deployment` is its id.

    Source: https://docs.github.com/rest/deployments/statuses
    """

    def read(ask: Ask) -> tuple[DeploymentStatus, ...]:
        url = f"{client.github}/repos/{quote(name)}/deployments/{deployment}/statuses?per_page={_PAGE}"
        return tuple(_status(raw) for raw in items(ask.get(url, HEADERS).json()))

    return fact(client, f"statuses of deployment {deployment}", read)


def comparison(client: Client, name: str, commit: str, branch: str) -> Fact[Comparison]:
    """Observe what a branch holds that a commit does not have. Absent where GitHub does not know the commit.

    Of files GitHub names three hundred at most, of commits 250 on the first page; a list that long is cut. Source:
    https://docs.github.com/rest/commits/commits#compare-two-commits
    """

    def read(ask: Ask) -> Comparison:
        url = f"{client.github}/repos/{quote(name)}/compare/{quote(f'{commit}...{branch}', safe='')}"
        raw = ask.get(url, HEADERS).json()
        files, commits = items(raw.get("files") or []), items(raw["commits"])
        return Comparison(
            status=raw["status"],
            commits=tuple(_commit(each) for each in commits),
            files=tuple(name for each in files for name in _names(each)),
            whole=len(files) < _MOST_FILES and len(commits) == raw["total_commits"],
        )

    return fact(client, f"{commit} in {branch}", read, can_be_absent=True)


def _has_run(raw: dict[str, Any]) -> bool:
    """Tell a job that a runner has begun from one that waits or was never begun, which has a start of its own too."""
    if raw["status"] not in {"in_progress", "completed"} or raw["conclusion"] == "skipped":
        return False
    return raw["conclusion"] in {None, "success"} or raw.get("steps") != []


def _status(raw: dict[str, Any]) -> DeploymentStatus:
    """Read a status; its log names the run and the job that deployed: `.../actions/runs/RUN/job/JOB`."""
    log = LOG.search(raw.get("log_url") or raw.get("target_url") or "")
    run, job = (int(each or 0) for each in log.groups()) if log else (0, 0)
    return DeploymentStatus(raw["state"], instant(raw["created_at"]), run, job)


def _commit(raw: dict[str, Any]) -> Commit:
    parent = next((each["sha"] for each in raw["parents"]), "")
    return Commit(raw["sha"], parent, instant(raw["commit"]["committer"]["date"]))


def _names(raw: dict[str, Any]) -> Iterator[str]:
    """Give the names of a file that differs: the old one too where it was renamed."""
    yield raw["filename"]
    if previous := raw.get("previous_filename"):
        yield previous
