"""What GitHub's REST API says of a repository (https://docs.github.com/en/rest, version 2022-11-28).

`name` is OWNER/NAME for each function here. All give a fact and raise nothing. What permissions each takes is in
https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from asbuilt.model import Deployment, Environment, Fact, Repository, Workflow, WorkflowRun
from asbuilt.observe.ask import Ask, fact, instant, items
from asbuilt.observe.http import GITHUB, Client
from asbuilt.terms import RUNS

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_MOST_PAGES = 100


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


def successes(client: Client, name: str, workflow: str, event: str, since: datetime) -> Fact[tuple[WorkflowRun, ...]]:
    """Observe the newest successful runs of a workflow file that an event set off since an instant.

    On whatever branch, newest first, as many as `terms.RUNS`. `since` is in UTC. Absent where GitHub knows no such
    workflow.
    """
    created = f">={since:%Y-%m-%dT%H:%M:%SZ}"
    query = {"event": event, "status": "success", "created": created, "per_page": RUNS}
    return _runs(client, name, workflow, query, f"successful {event} runs of {workflow}")


def deployments(client: Client, name: str, environment: str) -> Fact[tuple[Deployment, ...]]:
    """Observe the newest deployments to an environment, newest first.

    A hundred at most; none for an environment that was never deployed to. Source:
    https://docs.github.com/rest/deployments
    """

    def read(ask: Ask) -> tuple[Deployment, ...]:
        query = urlencode({"environment": environment, "per_page": 100})
        raws = items(ask.get(f"{GITHUB}/repos/{quote(name)}/deployments?{query}", _HEADERS).json())
        return tuple(Deployment(raw["environment"], raw["sha"], instant(raw["created_at"])) for raw in raws)

    return fact(client, f"deployments to {environment}", read)


def _runs(client: Client, name: str, workflow: str, query: dict[str, Any], what: str) -> Fact[tuple[WorkflowRun, ...]]:
    """Observe the first page of a workflow file's runs that are as the query asks."""

    def read(ask: Ask) -> tuple[WorkflowRun, ...]:
        file = quote(workflow, safe="")
        answer = ask.get(f"{GITHUB}/repos/{quote(name)}/actions/workflows/{file}/runs?{urlencode(query)}", _HEADERS)
        return tuple(_run(raw) for raw in items(answer.json()["workflow_runs"]))

    return fact(client, what, read, can_be_absent=True)


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
