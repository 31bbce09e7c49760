"""What GitHub's REST API says of a repository (https://docs.github.com/en/rest, version 2022-11-28).

`name` is OWNER/NAME for each function here. All give a fact and raise nothing. What permissions each takes is in
https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
"""

from typing import Any
from urllib.parse import quote, urlencode

from asbuilt.model import Deployment, Environment, Fact, ProtectedBranch, Repository, Workflow
from asbuilt.observe.ask import Ask, fact, instant, items
from asbuilt.observe.github_reading import HEADERS as _HEADERS
from asbuilt.observe.github_reading import listed as _listed
from asbuilt.observe.http import Client

_OWN_RULES = frozenset({"required_reviewers", "wait_timer", "branch_policy"})


def repository(client: Client, name: str) -> Fact[Repository]:
    """Observe the repository itself. GitHub answers 404 too for one that the token may not see.

    So an Absent one is not there, or not for this token.
    """

    def read(ask: Ask) -> Repository:
        raw = ask.get(f"{client.github}/repos/{quote(name)}", _HEADERS).json()
        return Repository(raw["full_name"], raw["default_branch"], raw["archived"], raw["private"], raw.get("disabled"))

    return fact(client, f"repository {name}", read, can_be_absent=True)


def environments(client: Client, name: str) -> Fact[tuple[Environment, ...]]:
    """Observe the environments with their protection rules and branch policies.

    In GitHub's order, all of them; the policies of one that has its own are asked for one by one.
    """

    def read(ask: Ask) -> tuple[Environment, ...]:
        url = f"{client.github}/repos/{quote(name)}/environments?per_page=100"
        return tuple(_environment(ask, name, raw) for raw in _listed(ask, url, "environments"))

    return fact(client, f"environments of {name}", read)


def workflows(client: Client, name: str) -> Fact[tuple[Workflow, ...]]:
    """Observe the workflows that GitHub knows; one that was deleted from every branch is not among them.

    All of them, those that are disabled and GitHub's own dynamic ones included.
    """

    def read(ask: Ask) -> tuple[Workflow, ...]:
        url = f"{client.github}/repos/{quote(name)}/actions/workflows?per_page=100"
        return tuple(_workflow(raw) for raw in _listed(ask, url, "workflows"))

    return fact(client, f"workflows of {name}", read)


def deployments(client: Client, name: str, environment: str) -> Fact[tuple[Deployment, ...]]:
    """Observe the newest deployments to an environment, newest first.

    A hundred at most; none for an environment that was never deployed to. Source:
    https://docs.github.com/rest/deployments
    """

    def read(ask: Ask) -> tuple[Deployment, ...]:
        query = urlencode({"environment": environment, "per_page": 100})
        raws = items(ask.get(f"{client.github}/repos/{quote(name)}/deployments?{query}", _HEADERS).json())
        return tuple(_deployment(raw) for raw in raws)

    return fact(client, f"deployments to {environment}", read)


def latest_deployments(client: Client, name: str) -> Fact[tuple[Deployment, ...]]:
    """Observe the newest deployments of a repository, a hundred at most, to whatever environment; newest first.

    Source: https://docs.github.com/rest/deployments/deployments#list-deployments
    """

    def read(ask: Ask) -> tuple[Deployment, ...]:
        raws = items(ask.get(f"{client.github}/repos/{quote(name)}/deployments?per_page=100", _HEADERS).json())
        return tuple(_deployment(raw) for raw in raws)

    return fact(client, f"deployments of {name}", read)


def protected_branches(client: Client, name: str) -> Fact[tuple[ProtectedBranch, ...]]:
    """Observe the branches that are protected, by a branch protection rule or by a ruleset. Takes Contents: read.

    Source: https://docs.github.com/rest/branches/branches#list-branches
    """

    def read(ask: Ask) -> tuple[ProtectedBranch, ...]:
        found = _listed(ask, f"{client.github}/repos/{quote(name)}/branches?protected=true&per_page=100", "")
        # A server that does not know the filter gives every branch.
        return tuple(
            ProtectedBranch(raw["name"], raw.get("protection", {}).get("enabled", False))
            for raw in found
            if raw["protected"]
        )

    return fact(client, f"protected branches of {name}", read)


def _workflow(raw: dict[str, Any]) -> Workflow:
    created = raw.get("created_at")
    return Workflow(raw["name"], raw["path"], raw["state"], instant(created) if created else None)


def _deployment(raw: dict[str, Any]) -> Deployment:
    return Deployment(raw["environment"], raw["sha"], instant(raw["created_at"]), raw["id"])


def _environment(ask: Ask, repository_name: str, raw: dict[str, Any]) -> Environment:
    """Read an environment; the branches that it lets through take requests of their own.

    `can_admins_bypass` is real, though GitHub's OpenAPI description lacks it. A rule of another type is an app's.
    """
    rules = {rule["type"]: rule for rule in raw["protection_rules"]}
    required = rules.get("required_reviewers", {})
    reviewers = [_reviewer(each) for each in required.get("reviewers", [])]
    return Environment(
        name=raw["name"],
        reviewers=tuple(each for each in reviewers if each is not None),
        wait_timer=rules.get("wait_timer", {}).get("wait_timer", 0),
        branches=_branches(ask, repository_name, raw),
        reviewers_gone=reviewers.count(None),
        admins_can_bypass=raw.get("can_admins_bypass"),
        prevent_self_review=required.get("prevent_self_review") if required else False,
        guarded_by_apps=bool(rules.keys() - _OWN_RULES),
    )


def _reviewer(raw: dict[str, Any]) -> str | None:
    """Read a reviewer; GitHub gives null for an account or a team that was deleted."""
    reviewer = raw["reviewer"]
    if reviewer is None:
        return None
    return f"@{reviewer['slug']}" if raw["type"] == "Team" else str(reviewer["login"])


def _branches(ask: Ask, repository_name: str, raw: dict[str, Any]) -> tuple[str, ...]:
    """Give the branches that an environment lets through, as `model.Environment` has them; a tag as `tag:NAME`."""
    policy = raw["deployment_branch_policy"]
    if policy is None:
        return ("@any",)
    if policy["protected_branches"]:
        return ("@protected",)
    environment = quote(raw["name"], safe="")
    here = f"{ask.github}/repos/{quote(repository_name)}/environments/{environment}"
    url = f"{here}/deployment-branch-policies?per_page=100"
    found = _listed(ask, url, "branch_policies")
    return tuple(f"tag:{each['name']}" if each.get("type") == "tag" else each["name"] for each in found)
