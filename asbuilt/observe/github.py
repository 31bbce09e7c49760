"""What GitHub's REST API says of a repository (https://docs.github.com/en/rest, version 2022-11-28).

`name` is OWNER/NAME for each function here. All give a fact and raise nothing. What permissions each takes is in
https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from asbuilt.model import (
    Commit,
    Comparison,
    Deployment,
    DeploymentStatus,
    Environment,
    Fact,
    Job,
    Repository,
    RunPage,
    Workflow,
    WorkflowRun,
)
from asbuilt.observe.ask import Ask, fact, instant, items
from asbuilt.observe.http import GITHUB, Client
from asbuilt.terms import RUNS, Stretch

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_MOST_PAGES = 100
_PAGE = 100
_MOST_FILES = 300
_LOG = re.compile(r"/actions/runs/([0-9]{1,18})(?:/jobs?/([0-9]{1,18}))?")


def repository(client: Client, name: str) -> Fact[Repository]:
    """Observe the repository itself. GitHub answers 404 too for one that the token may not see.

    So an Absent one is not there, or not for this token.
    """

    def read(ask: Ask) -> Repository:
        raw = ask.get(f"{GITHUB}/repos/{quote(name)}", _HEADERS).json()
        return Repository(raw["full_name"], raw["default_branch"], raw["archived"], raw["private"])

    return fact(client, f"repository {name}", read, can_be_absent=True)


def environments(client: Client, name: str) -> Fact[tuple[Environment, ...]]:
    """Observe the environments with their protection rules and branch policies.

    In GitHub's order, all of them; the policies of one that has its own are asked for one by one.
    """

    def read(ask: Ask) -> tuple[Environment, ...]:
        url = f"{GITHUB}/repos/{quote(name)}/environments?per_page=100"
        return tuple(_environment(ask, name, raw) for raw in _listed(ask, url, "environments"))

    return fact(client, f"environments of {name}", read)


def workflows(client: Client, name: str) -> Fact[tuple[Workflow, ...]]:
    """Observe the workflows that GitHub knows; one that was deleted from every branch is not among them.

    All of them, those that are disabled and GitHub's own dynamic ones included.
    """

    def read(ask: Ask) -> tuple[Workflow, ...]:
        url = f"{GITHUB}/repos/{quote(name)}/actions/workflows?per_page=100"
        return tuple(Workflow(raw["name"], raw["path"], raw["state"]) for raw in _listed(ask, url, "workflows"))

    return fact(client, f"workflows of {name}", read)


def runs(client: Client, name: str, workflow: str, branch: str) -> Fact[tuple[WorkflowRun, ...]]:
    """Observe the newest completed runs of a workflow file on a branch, newest first.

    `workflow` is the name of the file. As many as `terms.RUNS`; fewer where there are fewer. Absent where GitHub knows
    no such workflow. Source: https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
    """
    query = {"branch": branch, "status": "completed", "exclude_pull_requests": "true", "per_page": RUNS}
    return _runs(client, name, workflow, query, f"runs of {workflow} on {branch}")


def history(client: Client, name: str, stretch: Stretch) -> Fact[RunPage]:
    """Observe the newest runs of a stretch, newest first, a hundred at most: on whatever branch, however they ended.

    Absent where GitHub knows no such workflow.
    """
    query = {"event": stretch.event, "created": f"<={stretch.until}" if stretch.until else "", "per_page": _PAGE}
    asked = urlencode({key: value for key, value in query.items() if value})
    file = quote(stretch.workflow, safe="")

    def read(ask: Ask) -> RunPage:
        answer = ask.get(f"{GITHUB}/repos/{quote(name)}/actions/workflows/{file}/runs?{asked}", _HEADERS).json()
        found = tuple(_run(raw) for raw in items(answer["workflow_runs"]))
        return RunPage(found, whole=len(found) < _PAGE)

    return fact(client, f"runs of {stretch.workflow}", read, can_be_absent=True)


def jobs(client: Client, name: str, run: int) -> Fact[tuple[Job, ...]]:
    """Observe the jobs of a run, of all its attempts. `run` is its id.

    Source: https://docs.github.com/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run
    """

    def read(ask: Ask) -> tuple[Job, ...]:
        url = f"{GITHUB}/repos/{quote(name)}/actions/runs/{run}/jobs?filter=all&per_page={_PAGE}"
        return tuple(
            Job(
                id=raw["id"],
                name=raw["name"],
                conclusion=raw["conclusion"],
                started_at=instant(raw["started_at"]) if raw["started_at"] else None,
                completed_at=instant(raw["completed_at"]) if raw["completed_at"] else None,
            )
            for raw in _listed(ask, url, "jobs")
        )

    return fact(client, f"jobs of run {run}", read)


def statuses(client: Client, name: str, deployment: int) -> Fact[tuple[DeploymentStatus, ...]]:
    """Observe what became of a deployment, newest first. `deployment` is its id.

    Source: https://docs.github.com/rest/deployments/statuses
    """

    def read(ask: Ask) -> tuple[DeploymentStatus, ...]:
        url = f"{GITHUB}/repos/{quote(name)}/deployments/{deployment}/statuses?per_page={_PAGE}"
        return tuple(_status(raw) for raw in items(ask.get(url, _HEADERS).json()))

    return fact(client, f"statuses of deployment {deployment}", read)


def comparison(client: Client, name: str, commit: str, branch: str) -> Fact[Comparison]:
    """Observe what a branch holds that a commit does not have. Absent where GitHub does not know the commit.

    Of files GitHub names three hundred at most, of commits 250 on the first page; a list that long is cut. Source:
    https://docs.github.com/rest/commits/commits#compare-two-commits
    """

    def read(ask: Ask) -> Comparison:
        url = f"{GITHUB}/repos/{quote(name)}/compare/{quote(f'{commit}...{branch}', safe='')}"
        raw = ask.get(url, _HEADERS).json()
        files, commits = items(raw.get("files") or []), items(raw["commits"])
        return Comparison(
            status=raw["status"],
            commits=tuple(_commit(each) for each in commits),
            files=tuple(name for each in files for name in _names(each)),
            whole=len(files) < _MOST_FILES and len(commits) == raw["total_commits"],
        )

    return fact(client, f"{commit} in {branch}", read, can_be_absent=True)


def deployments(client: Client, name: str, environment: str) -> Fact[tuple[Deployment, ...]]:
    """Observe the newest deployments to an environment, newest first.

    A hundred at most; none for an environment that was never deployed to. Source:
    https://docs.github.com/rest/deployments
    """

    def read(ask: Ask) -> tuple[Deployment, ...]:
        query = urlencode({"environment": environment, "per_page": 100})
        raws = items(ask.get(f"{GITHUB}/repos/{quote(name)}/deployments?{query}", _HEADERS).json())
        return tuple(Deployment(raw["environment"], raw["sha"], instant(raw["created_at"]), raw["id"]) for raw in raws)

    return fact(client, f"deployments to {environment}", read)


def _runs(client: Client, name: str, workflow: str, query: dict[str, Any], what: str) -> Fact[tuple[WorkflowRun, ...]]:
    """Observe the first page of a workflow file's runs that are as the query asks."""

    def read(ask: Ask) -> tuple[WorkflowRun, ...]:
        file = quote(workflow, safe="")
        answer = ask.get(f"{GITHUB}/repos/{quote(name)}/actions/workflows/{file}/runs?{urlencode(query)}", _HEADERS)
        return tuple(_run(raw) for raw in items(answer.json()["workflow_runs"]))

    return fact(client, what, read, can_be_absent=True)


def _status(raw: dict[str, Any]) -> DeploymentStatus:
    """Read a status; its log names the run and the job that deployed: `.../actions/runs/RUN/job/JOB`."""
    log = _LOG.search(raw.get("log_url") or raw.get("target_url") or "")
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


def _listed(ask: Ask, url: str, key: str) -> Iterator[dict[str, Any]]:
    """Walk a list to its last page. Raises ValueError for one that repeats, never ends, or leads elsewhere."""
    seen: set[str] = set()
    while url:
        if url in seen or len(seen) == _MOST_PAGES:
            raise ValueError(f"a list of {key} whose pages repeat or do not end")
        seen.add(url)
        answer = ask.get(url, _HEADERS)
        yield from items(answer.json()[key])
        following = _NEXT.search(answer.headers.get("link", ""))
        url = following[1] if following else ""
        if url and not url.startswith(f"{GITHUB}/"):
            raise ValueError(f"a list of {key} that goes on elsewhere")


def _environment(ask: Ask, repository_name: str, raw: dict[str, Any]) -> Environment:
    """Read an environment; the branches that it lets through take requests of their own."""
    rules = {rule["type"]: rule for rule in raw["protection_rules"]}
    reviewers = rules.get("required_reviewers", {}).get("reviewers", [])
    return Environment(
        name=raw["name"],
        reviewers=tuple(_reviewer(each) for each in reviewers),
        wait_timer=rules.get("wait_timer", {}).get("wait_timer", 0),
        branches=_branches(ask, repository_name, raw),
    )


def _reviewer(raw: dict[str, Any]) -> str:
    reviewer = raw["reviewer"]
    return f"@{reviewer['slug']}" if raw["type"] == "Team" else str(reviewer["login"])


def _branches(ask: Ask, repository_name: str, raw: dict[str, Any]) -> tuple[str, ...]:
    """Give the branches that an environment lets through, as `model.Environment` has them; a tag as `tag:NAME`."""
    policy = raw["deployment_branch_policy"]
    if policy is None:
        return ("@any",)
    if policy["protected_branches"]:
        return ("@protected",)
    environment = quote(raw["name"], safe="")
    url = f"{GITHUB}/repos/{quote(repository_name)}/environments/{environment}/deployment-branch-policies?per_page=100"
    found = _listed(ask, url, "branch_policies")
    return tuple(f"tag:{each['name']}" if each.get("type") == "tag" else each["name"] for each in found)


def _run(raw: dict[str, Any]) -> WorkflowRun:
    return WorkflowRun(
        id=raw["id"],
        number=raw["run_number"],
        event=raw["event"],
        status=raw["status"],
        conclusion=raw["conclusion"],
        branch=raw["head_branch"],
        sha=raw["head_sha"],
        created_at=instant(raw["created_at"]),
        updated_at=instant(raw["updated_at"]),
        url=raw["html_url"],
    )
