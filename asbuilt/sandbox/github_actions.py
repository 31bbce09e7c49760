"""The documents of GitHub's REST API that tell of workflows, their runs and jobs, environments and deployments.

Source: https://docs.github.com/rest/actions and https://docs.github.com/rest/deployments
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from asbuilt.sandbox.exchange import encoded, iso, stable_number
from asbuilt.sandbox.github_documents import (
    WEB,
    Document,
    commit_in_short,
    node_id,
    person,
    repository_in_short,
    repository_url,
    team,
)

if TYPE_CHECKING:
    from datetime import datetime

    from asbuilt.sandbox.world import Environment, Repository, Run, Workflow

# A deployment comes into being with its job, which is not the run's first moment.
_JOB_BEGINS = timedelta(seconds=30)


def workflow_id(repository: Repository, file: str) -> int:
    """Return a workflow's number."""
    return stable_number(repository.full_name, "workflow", file, digits=8)


def job_id(run: Run, name: str) -> int:
    """Return a job's number."""
    return stable_number(run.id, "job", name, digits=11)


def deployment_id(run: Run) -> int:
    """Return the number of the deployment that a run made."""
    return stable_number(run.id, "deployment", digits=10)


def workflow(repository: Repository, workflow: Workflow) -> Document:
    """Return one workflow."""
    number = workflow_id(repository, workflow.file)
    path = f".github/workflows/{workflow.file}"
    web = f"{WEB}/{repository.full_name}"
    return {
        "id": number,
        "node_id": node_id("W", number),
        "name": workflow.name,
        "path": path,
        "state": workflow.state,
        "created_at": iso(workflow.created_at),
        "updated_at": iso(workflow.created_at),
        "url": f"{repository_url(repository)}/actions/workflows/{number}",
        "html_url": f"{web}/blob/{repository.default_branch}/{path}",
        "badge_url": f"{web}/workflows/{encoded(workflow.name)}/badge.svg",
    }


def run(repository: Repository, run: Run) -> Document:
    """Return one workflow run."""
    api = repository_url(repository)
    url, number = f"{api}/actions/runs/{run.id}", workflow_id(repository, run.workflow)
    suite = stable_number(run.id, "suite", digits=11)
    name = next(workflow.name for workflow in repository.workflows if workflow.file == run.workflow)
    return {
        "id": run.id,
        "name": name,
        "node_id": node_id("WFR", run.id),
        "head_branch": run.branch,
        "head_sha": run.sha,
        "path": f".github/workflows/{run.workflow}",
        "display_title": run.title,
        "run_number": run.number,
        "run_attempt": 1,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": number,
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CS", suite),
        "url": url,
        "html_url": f"{WEB}/{repository.full_name}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": iso(run.created_at),
        "updated_at": iso(run.created_at + run.took),
        "run_started_at": iso(run.created_at),
        "actor": person(run.actor),
        "triggering_actor": person(run.actor),
        "referenced_workflows": [],
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{api}/check-suites/{suite}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{api}/actions/workflows/{number}",
        "head_commit": commit_in_short(run.sha, run.created_at),
        "repository": repository_in_short(repository),
        "head_repository": _head(repository, run),
    }


def _head(repository: Repository, run: Run) -> Document | None:
    """Return the repository that a run's branch is of; null for a fork that was deleted."""
    if run.head is None:
        return None
    owner, _, name = run.head.partition("/")
    head = replace(repository, owner=owner, name=name)
    return {**repository_in_short(head), "fork": head.full_name != repository.full_name}


def jobs(repository: Repository, run: Run) -> list[Document]:
    """Return a run's jobs, one after the other over the time that it took."""
    share = run.took / len(run.jobs)
    even = ((run.created_at + share * index, run.created_at + share * (index + 1)) for index in range(len(run.jobs)))
    return [
        _job(repository, run, name, conclusion, _ran(run, name, shared))
        for (name, conclusion), shared in zip(run.jobs, even, strict=True)
    ]


def _ran(run: Run, name: str, shared: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """Return from when to when a job ran: as the world says, else its share of the run."""
    began, ended = run.times.get(name, shared)
    return began, ended or shared[1]


def _job(
    repository: Repository, run: Run, name: str, conclusion: str | None, ran_from_to: tuple[datetime, datetime]
) -> Document:
    begins, ends = ran_from_to
    api, number = repository_url(repository), job_id(run, name)
    # A job without a conclusion is where its run is; GitHub never says `completed` of one.
    status = "completed" if conclusion else run.status
    completed_at = iso(ends) if conclusion else None
    ran = conclusion not in (None, "skipped") or (conclusion is None and run.status == "in_progress")
    steps = [("Set up job", "success"), ("Run", conclusion), ("Complete job", "success")] if ran and conclusion else []
    return {
        "id": number,
        "run_id": run.id,
        "run_url": f"{api}/actions/runs/{run.id}",
        "run_attempt": 1,
        "node_id": node_id("CR", number),
        "head_sha": run.sha,
        "head_branch": run.branch,
        "url": f"{api}/actions/jobs/{number}",
        "html_url": f"{WEB}/{repository.full_name}/actions/runs/{run.id}/job/{number}",
        "status": status,
        "conclusion": conclusion,
        "created_at": iso(run.created_at),
        "started_at": iso(begins),
        "completed_at": completed_at,
        "name": name,
        "steps": [
            {
                "name": step,
                "status": "completed",
                "conclusion": result,
                "number": index,
                "started_at": iso(begins),
                "completed_at": completed_at,
            }
            for index, (step, result) in enumerate(steps, start=1)
        ],
        "check_run_url": f"{api}/check-runs/{number}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1 if ran else None,
        "runner_name": "GitHub Actions 1" if ran else None,
        "runner_group_id": 0 if ran else None,
        "runner_group_name": "GitHub Actions" if ran else None,
        "workflow_name": next(item.name for item in repository.workflows if item.file == run.workflow),
    }


def environment(repository: Repository, environment: Environment) -> Document:
    """Return one environment; `can_admins_bypass` is real, though GitHub's OpenAPI description lacks it."""
    number = stable_number(repository.full_name, "environment", environment.name)
    segment = encoded(environment.name)
    return {
        "id": number,
        "node_id": node_id("EN", number),
        "name": environment.name,
        "url": f"{repository_url(repository)}/environments/{segment}",
        "html_url": f"{WEB}/{repository.full_name}/deployments/activity_log?environments_filter={segment}",
        "created_at": iso(environment.created_at),
        "updated_at": iso(environment.created_at),
        "can_admins_bypass": environment.can_admins_bypass,
        "protection_rules": _protection_rules(repository, environment),
        "deployment_branch_policy": _branch_policy(environment),
    }


def _branch_policy(environment: Environment) -> Document | None:
    """Return which kind of rule limits the branches; null means that every branch may deploy."""
    if environment.deployment_branches is None:
        return None
    protected = environment.deployment_branches == "protected"
    return {"protected_branches": protected, "custom_branch_policies": not protected}


def _protection_rules(repository: Repository, environment: Environment) -> list[Document]:
    def rule(kind: str, **more: object) -> Document:
        number = stable_number(repository.full_name, environment.name, kind, digits=8)
        return {"id": number, "node_id": node_id("GA", number), "type": kind, **more}

    rules = []
    if environment.wait_timer:
        rules.append(rule("wait_timer", wait_timer=environment.wait_timer))
    if environment.reviewers:
        reviewers = [_reviewer(repository, name) for name in environment.reviewers]
        prevent = environment.prevent_self_review
        rules.append(rule("required_reviewers", prevent_self_review=prevent, reviewers=reviewers))
    if environment.deployment_branches is not None:
        rules.append(rule("branch_policy"))
    return rules


def _reviewer(repository: Repository, name: str | None) -> Document:
    """Return a reviewer: a team as `@SLUG` or `@team:SLUG`, a person by the login, null for one that is gone."""
    if name is None:
        return {"type": "User", "reviewer": None}
    if name.startswith("@"):
        return {"type": "Team", "reviewer": team(repository, name.removeprefix("@").removeprefix("team:"))}
    return {"type": "User", "reviewer": person(name)}


def branch_policies(repository: Repository, environment: Environment) -> list[Document]:
    """Return the patterns of branches, or of tags as `tag:v*`, that may deploy to an environment."""
    patterns = environment.deployment_branches if isinstance(environment.deployment_branches, tuple) else ()
    policies = []
    for pattern in patterns:
        number = stable_number(repository.full_name, environment.name, "policy", pattern, digits=8)
        kind = "tag" if pattern.startswith("tag:") else "branch"
        name = pattern.removeprefix("tag:")
        policies.append({"id": number, "node_id": node_id("GB", number), "name": name, "type": kind})
    return policies


def deployment(repository: Repository, run: Run) -> Document:
    """Return the deployment that GitHub Actions makes for a run's job which names an environment."""
    number, api = deployment_id(run), repository_url(repository)
    url = f"{api}/deployments/{number}"
    return {
        "url": url,
        "id": number,
        "node_id": node_id("DE", number),
        "task": "deploy",
        "original_environment": run.environment,
        "environment": run.environment,
        "description": None,
        "created_at": iso(_begins(run)),
        "updated_at": iso(run.created_at + run.took),
        "statuses_url": f"{url}/statuses",
        "repository_url": api,
        "creator": person("github-actions"),
        "sha": run.sha,
        "ref": run.branch,
        "payload": {},
        "transient_environment": False,
        "production_environment": run.environment == "production",
        "performed_via_github_app": None,
    }


def _begins(run: Run) -> datetime:
    """Return when a run made its deployment: with its job, which is not the run's first moment."""
    times = run.times.get(_deploying_job(run))
    return max(times[0], run.created_at) if times else run.created_at + _JOB_BEGINS


def _deploying_job(run: Run) -> str:
    """Return the job that named the environment: as said, else called a deploy or by the environment, else the last."""
    names = [name for name, _ in run.jobs]
    if run.deploys in names:
        return run.deploys
    return next((name for name in names if "deploy" in name or name == run.environment), names[-1])


def deployment_statuses(repository: Repository, run: Run, *, superseded: bool) -> list[Document]:
    """Return a deployment's statuses, newest first; a later success makes one outside production inactive."""
    done = {"success": "success", None: None, "skipped": None}.get(run.conclusion, "failure")
    names = [name for name, _ in run.jobs]
    begins = max(_JOB_BEGINS, run.took / len(names) * names.index(_deploying_job(run)))
    ends = run.took
    if times := run.times.get(_deploying_job(run)):
        begins, ends = times[0] - run.created_at, (times[1] or run.created_at + run.took) - run.created_at
    states = [("in_progress", begins), (done, ends)]
    if run.status == "waiting":
        states = [("queued", _JOB_BEGINS)]
    if superseded and done == "success" and run.environment != "production":
        states.append(("inactive", ends))
    url = f"{repository_url(repository)}/deployments/{deployment_id(run)}"
    log = f"{WEB}/{repository.full_name}/actions/runs/{run.id}/job/{job_id(run, _deploying_job(run))}"
    statuses = []
    for state, after in states:
        if state is None:
            continue
        number = stable_number(run.id, "status", state, digits=10)
        statuses.append(
            {
                "url": f"{url}/statuses/{number}",
                "id": number,
                "node_id": node_id("DES", number),
                "state": state,
                "creator": person("github-actions"),
                "description": "",
                "environment": run.environment,
                "target_url": log,
                "log_url": log,
                "created_at": iso(run.created_at + after),
                "updated_at": iso(run.created_at + after),
                "deployment_url": url,
                "repository_url": repository_url(repository),
                "performed_via_github_app": None,
            }
        )
    return statuses[::-1]
