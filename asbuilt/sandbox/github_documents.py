"""The documents of GitHub's REST API that tell of people, repositories, commits and branches.

Source: https://docs.github.com/rest?apiVersion=2022-11-28
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.exchange import encoded, iso, stable_number

if TYPE_CHECKING:
    from datetime import datetime

    from asbuilt.sandbox.world import Branch, Repository

Document = dict[str, Any]

API = "https://api.github.com"
WEB = "https://github.com"

_PERSON_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_COUNTS = ("forks", "forks_count", "open_issues", "open_issues_count", "stargazers_count", "watchers", "watchers_count")


def node_id(kind: str, number: int) -> str:
    """Return a GraphQL node id, which REST documents carry along."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def repository_id(repository: Repository) -> int:
    """Return the repository's number, which the URLs of `Link` headers name it by."""
    return stable_number("repository", repository.full_name)


def repository_url(repository: Repository) -> str:
    """Return the API's URL of a repository."""
    return f"{API}/repos/{repository.full_name}"


def person(login: str) -> Document:
    """Return a user in short."""
    number, url = stable_number("user", login, digits=8), f"{API}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": node_id("U", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{login}",
        "type": "User",
        "user_view_type": "public",
        "site_admin": False,
        **{name: url + path for name, path in _PERSON_LINKS.items()},
    }


def owner_of_token(login: str, since: datetime) -> Document:
    """Return the user whose token asks."""
    nothing = ("public_repos", "public_gists", "followers", "following", "private_gists", "disk_usage", "collaborators")
    unknown = ("name", "company", "location", "email", "hireable", "bio", "twitter_username", "notification_email")
    return {
        **person(login),
        **dict.fromkeys(nothing, 0),
        **dict.fromkeys(unknown, None),
        "blog": "",
        "user_view_type": "private",
        "total_private_repos": 1,
        "owned_private_repos": 1,
        "two_factor_authentication": True,
        "created_at": iso(since),
        "updated_at": iso(since),
    }


def team(repository: Repository, slug: str) -> Document:
    """Return a team in short."""
    number = stable_number("team", repository.owner, slug, digits=7)
    url = f"{API}/organizations/{stable_number('user', repository.owner, digits=8)}/team/{number}"
    return {
        "id": number,
        "node_id": node_id("T", number),
        "name": slug,
        "slug": slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "push",
        "type": "organization",
        "url": url,
        "html_url": f"{WEB}/orgs/{repository.owner}/teams/{slug}",
        "members_url": url + "/members{/member}",
        "repositories_url": url + "/repos",
        "parent": None,
    }


def repository_in_short(repository: Repository) -> Document:
    """Return a repository as other documents hold it."""
    number, url = repository_id(repository), repository_url(repository)
    return {
        "id": number,
        "node_id": node_id("R", number),
        "name": repository.name,
        "full_name": repository.full_name,
        "owner": person(repository.owner),
        "private": repository.private,
        "html_url": f"{WEB}/{repository.full_name}",
        "description": None,
        "fork": False,
        "url": url,
        **{name: url + path for name, path in _REPOSITORY_LINKS.items()},
    }


def repository(repository: Repository) -> Document:
    """Return a repository whole."""
    pushed_at = repository.runs[0].created_at if repository.runs else repository.created_at
    full_name = repository.full_name
    return {
        **repository_in_short(repository),
        **dict.fromkeys(_COUNTS, 0),
        "clone_url": f"{WEB}/{full_name}.git",
        "git_url": f"git://github.com/{full_name}.git",
        "ssh_url": f"git@github.com:{full_name}.git",
        "svn_url": f"{WEB}/{full_name}",
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "license": None,
        "size": 1024,
        "subscribers_count": 1,
        "network_count": 0,
        "default_branch": repository.default_branch,
        "topics": [],
        "is_template": False,
        "has_issues": True,
        "has_projects": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "archived": repository.archived,
        "disabled": repository.disabled,
        "visibility": "private" if repository.private else "public",
        "pushed_at": iso(pushed_at),
        "created_at": iso(repository.created_at),
        "updated_at": iso(pushed_at),
        "permissions": {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True},
        "allow_forking": False,
        "web_commit_signoff_required": False,
    }


def commit(repository: Repository, sha: str, at: datetime) -> Document:
    """Return a commit, without the parents that no scenario tells of."""
    url = repository_url(repository)
    signature = {"name": "operator", "email": "operator@example.com", "date": iso(at)}
    return {
        "sha": sha,
        "node_id": node_id("C", stable_number(sha)),
        "url": f"{url}/commits/{sha}",
        "html_url": f"{WEB}/{repository.full_name}/commit/{sha}",
        "comments_url": f"{url}/commits/{sha}/comments",
        "commit": {
            "author": signature,
            "committer": signature,
            "message": f"Commit {sha[:8]}",
            "tree": {"sha": sha[::-1], "url": f"{url}/git/trees/{sha[::-1]}"},
            "url": f"{url}/git/commits/{sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "payload": None,
                "signature": None,
                "verified_at": None,
            },
        },
        "author": person("operator"),
        "committer": person("operator"),
        "parents": [],
    }


def commit_in_short(sha: str, at: datetime) -> Document:
    """Return a commit as a workflow run holds it."""
    who = {"name": "operator", "email": "operator@example.com"}
    return {
        "id": sha,
        "tree_id": sha[::-1],
        "message": f"Commit {sha[:8]}",
        "timestamp": iso(at),
        "author": who,
        "committer": who,
    }


def branch_in_short(repository: Repository, branch: Branch) -> Document:
    """Return a branch as the list of branches has it."""
    url = repository_url(repository)
    required = list(branch.required_checks)
    checks = {
        "enforcement_level": "non_admins" if required else "off",
        "contexts": required,
        "checks": [{"context": each, "app_id": None} for each in required],
    }
    return {
        "name": branch.name,
        "commit": {"sha": branch.sha, "url": f"{url}/commits/{branch.sha}"},
        "protected": branch.protected,
        "protection": {"enabled": branch.protected, "required_status_checks": checks},
        "protection_url": f"{url}/branches/{encoded(branch.name)}/protection",
    }


def branch(repository: Repository, branch: Branch, at: datetime) -> Document:
    """Return a branch whole."""
    url = f"{repository_url(repository)}/branches/{encoded(branch.name)}"
    return {
        **branch_in_short(repository, branch),
        "commit": commit(repository, branch.sha, at),
        "_links": {"self": url, "html": f"{WEB}/{repository.full_name}/tree/{branch.name}"},
    }


def rules(repository: Repository, branch: Branch) -> list[Document]:
    """Return the rules that hold for a branch: those of all its rulesets, one behind the other."""
    if not branch.ruleset_checks:
        return []
    return [
        {
            "type": "required_status_checks",
            "parameters": {
                "do_not_enforce_on_create": False,
                "strict_required_status_checks_policy": False,
                "required_status_checks": [{"context": each} for each in branch.ruleset_checks],
            },
            "ruleset_source_type": "Repository",
            "ruleset_source": repository.full_name,
            "ruleset_id": stable_number(repository.full_name, "ruleset", branch.name, digits=7),
        }
    ]


def variable(name: str, value: str, at: datetime) -> Document:
    """Return a variable of Actions."""
    return {"name": name, "value": value, "created_at": iso(at), "updated_at": iso(at)}
