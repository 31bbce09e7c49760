"""Stand for api.github.com: the GET endpoints of its REST API, their lists and filters, their refusals.

Source: https://docs.github.com/rest?apiVersion=2022-11-28
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox import github_actions as actions
from asbuilt.sandbox import github_comparing as comparing
from asbuilt.sandbox import github_documents as documents
from asbuilt.sandbox.exchange import JSON, Ask, RefusalError, Reply, Routes
from asbuilt.sandbox.github_lists import filtered, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asbuilt.sandbox.world import Environment, Repository, Run, Workflow, World

HOST = "api.github.com"
ROUTES = Routes()

_DOCUMENTATION = "https://docs.github.com/rest"
_LIMIT, _SPAN = 5000, 4000
_OPEN_TO_ALL = ("/meta",)
_REPO = "/repos/{owner}/{repo}"

# Which permission a fine-grained token needs, by the path's beginning below the repository; the first match counts.
# Source: https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
_PERMISSIONS = (
    ("/environments/[^/]+/variables", "environments=read"),
    ("/environments", "actions=read"),
    ("/actions/(organization-)?variables", "actions_variables=read"),
    ("/actions", "actions=read"),
    ("/deployments", "deployments=read"),
    ("/branches", "contents=read"),
    ("/commits", "contents=read"),
    ("/compare", "contents=read"),
    ("", "metadata=read"),
)


def answer(world: World, ask: Ask) -> Reply:
    """Answer one request as api.github.com does."""
    try:
        return _answer(world, ask)
    except RefusalError as refusal:
        return refusal.reply


def headers(ask: Ask) -> dict[str, str]:
    """Return the headers that every answer of this API carries."""
    request_id = ask.id().upper()
    rate = _rate(ask)
    head = {
        "Content-Type": JSON,
        "X-GitHub-Request-Id": ":".join(request_id[a : a + 4] for a in range(0, 20, 4)),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-RateLimit-Limit": str(rate["limit"]),
        "X-RateLimit-Remaining": str(rate["remaining"]),
        "X-RateLimit-Used": str(rate["used"]),
        "X-RateLimit-Reset": str(rate["reset"]),
        "X-RateLimit-Resource": "core",
        "Cache-Control": "private, max-age=60, s-maxage=60",
        "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With",
        "Server": "github.com",
    }
    if match := re.match(r"/(?:repos/[^/]+/[^/]+|repositories/\d+)(.*)", ask.path):
        head["X-Accepted-GitHub-Permissions"] = next(need for path, need in _PERMISSIONS if re.match(path, match[1]))
    return head


def canonical(world: World, path: str) -> str:
    """Return a path with owner and name in it where it had the repository's number, as in a `Link` header."""
    match = re.fullmatch(r"/repositories/(\d+)(/.*)?", path)
    for repository in world.repositories if match else ():
        if match and match[1] == str(documents.repository_id(repository)):
            return f"/repos/{repository.full_name}{match[2] or ''}"
    return path


def error(status: int, message: str) -> Reply:
    """Return GitHub's error body."""
    return Reply(status, {"message": message, "documentation_url": _DOCUMENTATION, "status": str(status)})


def _missing() -> RefusalError:
    return RefusalError(error(404, "Not Found"))


def _rate(ask: Ask) -> dict[str, int]:
    used = ask.earlier % _SPAN
    hour = ask.at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return {"limit": _LIMIT, "remaining": _LIMIT - used, "reset": int(hour.timestamp()), "used": used}


def _answer(world: World, ask: Ask) -> Reply:
    if not ask.headers.get("user-agent"):
        message = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
        raise RefusalError(Reply(403, text=message, headers={"Content-Type": "text/html"}))
    if "authorization" not in ask.headers and ask.path not in _OPEN_TO_ALL:
        raise RefusalError(error(401, "Requires authentication"))
    found = ROUTES.find(canonical(world, ask.path))
    if found is None:
        raise _missing()
    _, function, parts = found
    if "repo" not in parts:
        return function(ask, world, **parts)
    # GitHub takes owner and name in any case.
    repository = world.repository(f"{parts.pop('owner')}/{parts.pop('repo')}")
    if repository is None:
        raise _missing()
    return function(ask, repository, **parts)


def _counted(ask: Ask, repository: Repository, name: str, items: Sequence[Any]) -> Reply:
    """Return one page of a list that is wrapped with its total."""
    shown, head = page(ask, repository, items)
    return Reply(document={"total_count": len(items), name: shown}, headers=head)


def _bare(ask: Ask, repository: Repository, items: Sequence[Any]) -> Reply:
    """Return one page of a list that is a plain array."""
    shown, head = page(ask, repository, items)
    return Reply(document=shown, headers=head)


@ROUTES.get("/meta")
def _meta(_ask: Ask, _world: World) -> Reply:
    return Reply(document={"verifiable_password_authentication": False})


@ROUTES.get("/user")
def _user(_ask: Ask, _world: World) -> Reply:
    return Reply(document=documents.owner_of_token("operator", datetime(2020, 1, 1, tzinfo=UTC)))


@ROUTES.get("/rate_limit")
def _rate_limit(ask: Ask, _world: World) -> Reply:
    rate = _rate(ask)
    search = {**rate, "limit": 30, "remaining": 30, "used": 0}
    return Reply(document={"resources": {"core": rate, "search": search}, "rate": rate})


@ROUTES.get(_REPO)
def _repository(_ask: Ask, repository: Repository) -> Reply:
    return Reply(document=documents.repository(repository))


@ROUTES.get(f"{_REPO}/environments")
def _environments(ask: Ask, repository: Repository) -> Reply:
    items = [actions.environment(repository, environment) for environment in repository.environments]
    return _counted(ask, repository, "environments", items)


@ROUTES.get(_REPO + "/environments/{environment}")
def _environment(_ask: Ask, repository: Repository, environment: str) -> Reply:
    return Reply(document=actions.environment(repository, _environment_named(repository, environment)))


@ROUTES.get(_REPO + "/environments/{environment}/deployment-branch-policies")
def _branch_policies(ask: Ask, repository: Repository, environment: str) -> Reply:
    policies = actions.branch_policies(repository, _environment_named(repository, environment))
    return _counted(ask, repository, "branch_policies", policies)


def _environment_named(repository: Repository, name: str) -> Environment:
    # As everywhere on GitHub, case does not tell environments apart.
    for environment in repository.environments:
        if environment.name.lower() == name.lower():
            return environment
    raise _missing()


@ROUTES.get(_REPO + "/environments/{environment}/variables")
def _variables_of_environment(ask: Ask, repository: Repository, environment: str) -> Reply:
    found = _environment_named(repository, environment)
    items = [documents.variable(name, value, found.created_at) for name, value in found.variables.items()]
    return _counted(ask, repository, "variables", items)


@ROUTES.get(f"{_REPO}/actions/variables")
def _variables(ask: Ask, repository: Repository) -> Reply:
    items = [documents.variable(*each, repository.created_at) for each in repository.variables.items()]
    return _counted(ask, repository, "variables", items)


@ROUTES.get(f"{_REPO}/actions/organization-variables")
def _variables_of_organization(ask: Ask, repository: Repository) -> Reply:
    return _counted(ask, repository, "variables", [])


@ROUTES.get(f"{_REPO}/actions/workflows")
def _workflows(ask: Ask, repository: Repository) -> Reply:
    items = [actions.workflow(repository, workflow) for workflow in repository.workflows]
    return _counted(ask, repository, "workflows", items)


@ROUTES.get(_REPO + "/actions/workflows/{workflow}")
def _workflow(_ask: Ask, repository: Repository, workflow: str) -> Reply:
    return Reply(document=actions.workflow(repository, _workflow_named(repository, workflow)))


@ROUTES.get(_REPO + "/actions/workflows/{workflow}/runs")
def _runs_of_workflow(ask: Ask, repository: Repository, workflow: str) -> Reply:
    file = _workflow_named(repository, workflow).file
    return _runs(ask, repository, [run for run in repository.runs if run.workflow == file])


def _workflow_named(repository: Repository, name: str) -> Workflow:
    for workflow in repository.workflows:
        if name in (workflow.file, str(actions.workflow_id(repository, workflow.file))):
            return workflow
    raise _missing()


@ROUTES.get(f"{_REPO}/actions/runs")
def _all_runs(ask: Ask, repository: Repository) -> Reply:
    return _runs(ask, repository, repository.runs)


def _runs(ask: Ask, repository: Repository, runs: Sequence[Run]) -> Reply:
    chosen = filtered(ask, runs)
    shown, head = page(ask, repository, chosen)
    items = [actions.run(repository, run) for run in shown]
    return Reply(document={"total_count": len(chosen), "workflow_runs": items}, headers=head)


@ROUTES.get(_REPO + "/actions/runs/{run}")
def _run(_ask: Ask, repository: Repository, run: str) -> Reply:
    return Reply(document=actions.run(repository, _run_numbered(repository, run)))


@ROUTES.get(_REPO + "/actions/runs/{run}/jobs")
def _jobs(ask: Ask, repository: Repository, run: str) -> Reply:
    return _counted(ask, repository, "jobs", actions.jobs(repository, _run_numbered(repository, run)))


def _run_numbered(repository: Repository, number: str) -> Run:
    for run in repository.runs:
        if str(run.id) == number:
            return run
    raise _missing()


@ROUTES.get(f"{_REPO}/deployments")
def _deployments(ask: Ask, repository: Repository) -> Reply:
    wanted = ask.parameters
    items = [actions.deployment(repository, run) for run in repository.runs if run.environment]
    for name in ("environment", "sha", "ref", "task"):
        if wanted.get(name, "none") != "none":
            items = [item for item in items if item[name] == wanted[name]]
    return _bare(ask, repository, items)


@ROUTES.get(_REPO + "/deployments/{deployment}")
def _deployment(_ask: Ask, repository: Repository, deployment: str) -> Reply:
    return Reply(document=actions.deployment(repository, _deploying_run(repository, deployment)))


@ROUTES.get(_REPO + "/deployments/{deployment}/statuses")
def _deployment_statuses(ask: Ask, repository: Repository, deployment: str) -> Reply:
    run = _deploying_run(repository, deployment)
    later = (other for other in repository.runs if other.created_at > run.created_at)
    superseded = any(other.environment == run.environment and other.conclusion == "success" for other in later)
    return _bare(ask, repository, actions.deployment_statuses(repository, run, superseded=superseded))


def _deploying_run(repository: Repository, number: str) -> Run:
    for run in repository.runs:
        if run.environment and str(actions.deployment_id(run)) == number:
            return run
    raise _missing()


@ROUTES.get(f"{_REPO}/branches")
def _branches(ask: Ask, repository: Repository) -> Reply:
    items = [documents.branch_in_short(repository, branch) for branch in repository.branches]
    if (protected := ask.parameters.get("protected")) in ("true", "false"):
        items = [item for item in items if item["protected"] is (protected == "true")]
    return _bare(ask, repository, items)


@ROUTES.get(_REPO + "/branches/{branch...}")
def _branch(_ask: Ask, repository: Repository, branch: str) -> Reply:
    for known in repository.branches:
        if known.name == branch:
            return Reply(document=documents.branch(repository, known, comparing.committed_at(repository, known.sha)))
    raise RefusalError(error(404, "Branch not found"))


@ROUTES.get(_REPO + "/rules/branches/{branch...}")
def _rules(ask: Ask, repository: Repository, branch: str) -> Reply:
    # A branch that is not there has the rules that one of its name would have: here, none.
    named = (each for each in repository.branches if each.name == branch)
    return _bare(ask, repository, [rule for each in named for rule in documents.rules(repository, each)])


@ROUTES.get(_REPO + "/commits/{ref...}")
def _commit(_ask: Ask, repository: Repository, ref: str) -> Reply:
    name = ref.removeprefix("heads/").removeprefix("refs/heads/")
    heads = {branch.name: branch.sha for branch in repository.branches}
    known = dict.fromkeys([*heads.values(), *(run.sha for run in repository.runs)])
    short = re.fullmatch(r"[0-9a-f]{7,40}", ref)
    sha = heads.get(name) or next((sha for sha in known if short and sha.startswith(ref)), None)
    if sha is None:
        raise RefusalError(error(422, f"No commit found for SHA: {ref}"))
    return Reply(document=documents.commit(repository, sha, comparing.committed_at(repository, sha)))


@ROUTES.get(_REPO + "/compare/{basehead...}")
def _comparison(ask: Ask, repository: Repository, basehead: str) -> Reply:
    named, dots, head = basehead.partition("...")
    history, base = comparing.history(repository, head), comparing.whole(repository, named)
    if not dots or not history or base is None:
        raise _missing()
    shown, _ = page(ask, repository, comparing.ahead(history, base))
    return Reply(document=comparing.comparison(repository, history, base, head, shown))
