"""The runs of a repository as a run of asbuilt saw them: their jobs, from when to when, and what they deployed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asbuilt.model import Observed
from asbuilt.sandbox.exchange import iso

if TYPE_CHECKING:
    from asbuilt.model import Deployment, DeploymentStatus, RepositoryState, WorkflowRun

_FILES = ".github/workflows/"


def runs_of(state: RepositoryState) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Give every run that was seen, once, newest first, and what of them cannot be said."""
    found: dict[int, tuple[str, WorkflowRun]] = {}
    lost: list[str] = []
    for path, runs in state.runs.items():
        for run in runs.value if isinstance(runs, Observed) else ():
            found[run.id] = (path.removeprefix(_FILES), run)
    for path, page in (state.scheduled or {}).items():
        if isinstance(page, Observed):
            found |= {run.id: (path.removeprefix(_FILES), run) for run in page.value.runs}
    for stretch, page in state.histories.items():
        if isinstance(page, Observed):
            found |= {run.id: (stretch.workflow, run) for run in page.value.runs}
            if not page.value.whole:
                lost.append(f"there are older runs of {stretch.workflow}, which nobody read")
    for path, events in (state.cut or {}).items():
        if events:
            lost.append(f"there are older runs of {path} by {' and '.join(events)}, which nobody read")
    deployed = _deployed(state)
    groups = [_run(workflow, run, state, deployed) for workflow, run in found.values() if "/" not in workflow]
    groups += _waiting(state, {run.url for _, run in found.values()})
    return sorted(groups, key=lambda each: str(each["last"]), reverse=True), tuple(dict.fromkeys(lost))


def _run(
    workflow: str,
    run: WorkflowRun,
    state: RepositoryState,
    deployed: dict[int, tuple[Deployment, DeploymentStatus | None]],
) -> dict[str, Any]:
    said: dict[str, Any] = {"workflow": workflow, "event": run.event, "branch": run.branch or "main"}
    said |= {"conclusion": run.conclusion} if run.conclusion else {"status": run.status}
    said |= {
        "last": iso(run.created_at),
        "took": int((run.updated_at - run.created_at).total_seconds()),
        "sha": run.sha,
    }
    jobs = state.jobs.get(run.id)
    listed = jobs.value if isinstance(jobs, Observed) else ()
    if listed:
        said["jobs"] = {each.name: each.conclusion or ("success" if each.completed_at else None) for each in listed}
        said["times"] = {
            each.name: [iso(each.started_at), iso(each.completed_at) if each.completed_at else None]
            for each in listed
            if each.started_at is not None
        }
    deployment, status = deployed.get(run.id) or _by_time(run, state)
    if deployment is not None:
        said["environment"] = deployment.environment
        by = next((each for each in listed if status is not None and each.id == status.job), None)
        if by is not None:
            said["deploys"] = by.name
        elif not listed and status is not None:
            began = deployment.created_at
            said["times"] = {"run": [iso(began), iso(max(began, status.created_at))]}
    return said


def _deployed(state: RepositoryState) -> dict[int, tuple[Deployment, DeploymentStatus | None]]:
    """Give what each run deployed, by the log that a status of its deployment names."""
    found: dict[int, tuple[Deployment, DeploymentStatus | None]] = {}
    for deployments in state.deployments.values():
        for each in deployments.value if isinstance(deployments, Observed) else ():
            statuses = state.statuses.get(each.id)
            for status in statuses.value if isinstance(statuses, Observed) else ():
                if status.run:
                    found.setdefault(status.run, (each, status))
    return found


def _by_time(run: WorkflowRun, state: RepositoryState) -> tuple[Deployment | None, DeploymentStatus | None]:
    """Give a deployment of the run's commit that was made while it was under way."""
    known = [*state.deployments.values(), *([state.latest] if state.latest else [])]
    for deployments in known:
        for each in deployments.value if isinstance(deployments, Observed) else ():
            open_end = run.conclusion is None
            if (
                each.sha == run.sha
                and run.created_at <= each.created_at
                and (open_end or each.created_at <= run.updated_at)
            ):
                return each, None
    return None, None


def _waiting(state: RepositoryState, known: set[str]) -> list[dict[str, Any]]:
    """Give the runs that wait, where they are not among those that were listed."""
    if state.waiting is None or not isinstance(state.waiting, Observed):
        return []
    return [
        {
            "workflow": each.workflow.removeprefix(_FILES),
            "event": each.event,
            "branch": each.branch or "main",
            "status": "waiting",
            "last": iso(each.since),
        }
        for each in state.waiting.value
        if each.url not in known
    ]
