"""When the runs of a workflow deployed an app: from when to when its deploying job ran.

The deploying job is the one that files say deploys the app; where no files are read, the job of the app's environment,
by the log that its deployment names; else the run itself. What is not known yet is asked for (`Asks`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asbuilt.deploying_jobs import DeployingJob
from asbuilt.model import Deployment, DeploymentStatus, Job, Observed, RepositoryState, Unobserved, WorkflowRun
from asbuilt.terms import Stretch

EITHER_SIDE = timedelta(minutes=2)
AFTER = timedelta(minutes=15)
MOST_DEPLOYMENTS = 100  # of an environment, the newest: so many are listed
ENDED = frozenset({"success", "failure", "error", "inactive"})


@dataclass(frozen=True, slots=True)
class Untold:
    """Nothing tells: the reason, and what rests on it as a fact. `requests` are those of what was seen on the way."""

    fact: Unobserved
    requests: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Asks:
    """What has to be known first: stretches of runs, jobs of runs, statuses of deployments, comparisons of commits."""

    histories: tuple[Stretch, ...] = ()
    jobs: tuple[int, ...] = ()
    statuses: tuple[int, ...] = ()
    comparisons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Maker:
    """What may have made a release: a workflow file, by one event or any, that deploys the app.

    `jobs` are its deploying jobs by event, where its file was read; none for an event of which they cannot be told.
    `environment` is the one that the app's deploys go through. `waits` says whether that may hold a run for days.
    """

    workflow: str
    event: str
    jobs: Mapping[str, tuple[DeployingJob, ...]] | None
    environment: str | None = None
    waits: bool = True

    def known_of(self, event: str) -> tuple[DeployingJob, ...]:
        """Give the jobs that may have deployed in a run: those of its event, else of any, as files change."""
        jobs = self.jobs or {}
        return jobs[event] if event in jobs else tuple(dict.fromkeys(each for found in jobs.values() for each in found))


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a job deployed, which job; whether its commit is the one that it deploys."""

    begins: datetime
    ends: datetime
    job: str
    own_commit: bool


def spans_of(run: WorkflowRun, maker: Maker, state: RepositoryState, now: datetime) -> tuple[Span, ...] | Untold | Asks:
    """Give from when to when a run deployed the app: none where it was skipped, or went elsewhere."""
    known = maker.known_of(run.event)
    if known:
        fact = state.jobs.get(run.id)
        if fact is None:
            return Asks(jobs=(run.id,))
        if not isinstance(fact, Observed):
            return Untold(fact if isinstance(fact, Unobserved) else _gone(f"jobs of {named(run)}"))
        deploying = list(_matched(fact.value, known))
        if deploying and all(each.environment for each in known) and went_through(run, maker, state, now) is False:
            return ()  # the job deployed, and elsewhere
        if not deploying and _was_not_called(fact.value, known):
            return ()
        if deploying:
            return tuple(_span(job, own, now) for job, own in deploying if job.ran and job.started_at is not None)
    if maker.jobs is not None and run.event not in maker.jobs:
        return ()  # the file as it is deploys nothing by this event, and the run had no job that is named so
    if maker.environment is not None:
        return _by_environment(run, maker.environment, state, now)
    if known and not _is_one_job(run, state):
        return () if run.conclusion is None else Untold(_called_otherwise(run))
    return (Span(run.created_at, _ends(run, now), "", own_commit=any(each.own_commit for each in known)),)


def _was_not_called(jobs: Iterable[Job], known: tuple[DeployingJob, ...]) -> bool:
    """Say whether the jobs that would have called those which deploy were skipped: GitHub lists nothing below them."""
    skipped = [job.name for job in jobs if job.conclusion == "skipped"]
    callers = [each.shown.rpartition(" / ")[0] for each in known]
    return bool(known) and all(
        caller and any(re.fullmatch(caller, name, re.IGNORECASE) for name in skipped) for caller in callers
    )


def _is_one_job(run: WorkflowRun, state: RepositoryState) -> bool:
    """Say whether a run has one job alone, whatever it is called: then the run stands for it."""
    fact = state.jobs.get(run.id)
    return isinstance(fact, Observed) and len({each.name for each in fact.value}) == 1


def _called_otherwise(run: WorkflowRun) -> Unobserved:
    told = "has no job that is called as its file calls the one that deploys"
    return Unobserved(f"the deploy of {named(run)}", f"run {named(run)}", told, f"look it up: {run.url}")


def _matched(jobs: Iterable[Job], known: tuple[DeployingJob, ...]) -> Iterator[tuple[Job, bool]]:
    """Give the jobs that deploy, by the names that GitHub shows; by their ids where no name is known."""
    listed = list(jobs)
    for pattern in ("shown", "by_id"):
        found = [
            (job, all(each.own_commit for each in named))
            for job in listed
            if (named := [each for each in known if re.fullmatch(getattr(each, pattern), job.name, re.IGNORECASE)])
        ]
        if found:
            yield from found
            return


def went_through(run: WorkflowRun, maker: Maker, state: RepositoryState, now: datetime) -> bool | None:
    """Say whether a run deployed to the environment of the app, by its deployments; None where they do not tell.

    Where no environment is declared, nothing tells; nor where older deployments are not listed.
    """
    fact = state.deployments.get(maker.environment) if maker.environment is not None else None
    if not isinstance(fact, Observed):
        return None
    if _of_run(run, fact.value, now):
        return True
    return None if is_cut(fact.value, run) else False


def is_cut(deployments: Sequence[Deployment], run: WorkflowRun) -> bool:
    """Say whether a list of deployments ends before it comes to those that a run may have made."""
    return len(deployments) >= MOST_DEPLOYMENTS and deployments[-1].created_at > run.created_at


def _not_listed(environment: str, run: WorkflowRun) -> Unobserved:
    told = f"lists the {MOST_DEPLOYMENTS} newest, and none is of {named(run)}; older ones are not listed"
    return Unobserved(f"deployments to {environment}", f"GET deployments to {environment}", told, f"see {run.url}")


def _of_run(run: WorkflowRun, deployments: Iterable[Deployment], now: datetime) -> list[Deployment]:
    """Give the deployments that a run made: of its commit, while it was under way."""
    ends = _ends(run, now)
    return [each for each in deployments if each.sha == run.sha and run.created_at <= each.created_at <= ends]


def is_by(maker: Maker, status: DeploymentStatus, state: RepositoryState) -> bool | Asks | Untold:
    """Say whether a deployment was made by a job that deploys the app: by any, where files do not say which."""
    known = [each for jobs in (maker.jobs or {}).values() for each in jobs]
    if not known or not status.job:
        return True
    jobs = state.jobs.get(status.run)
    if jobs is None:
        return Asks(jobs=(status.run,))
    if not isinstance(jobs, Observed):
        return Untold(jobs) if isinstance(jobs, Unobserved) else False
    return any(job.id == status.job for job, _ in _matched(jobs.value, tuple(known)))


def made_within(deployment: Deployment, runs: Iterable[WorkflowRun], now: datetime) -> bool:
    """Say whether one of some runs may have made a deployment: of its commit, while it was under way."""
    return any(_of_run(run, [deployment], now) for run in runs)


def _by_environment(
    run: WorkflowRun, environment: str, state: RepositoryState, now: datetime
) -> tuple[Span, ...] | Untold | Asks:
    """Give from when to when a run deployed to an environment, by its deployments."""
    deployments = state.deployments.get(environment)
    if not isinstance(deployments, Observed):
        return Untold(deployments) if isinstance(deployments, Unobserved) else ()
    own = _of_run(run, deployments.value, now)
    if not own and is_cut(deployments.value, run):
        return Untold(_not_listed(environment, run))
    spans: list[Span] = []
    for each in own:
        fact = state.statuses.get(each.id)
        if fact is None:
            return Asks(statuses=(each.id,))
        if not isinstance(fact, Observed):
            return Untold(fact) if isinstance(fact, Unobserved) else ()
        of_it = [status for status in fact.value if status.run in (0, run.id)]
        begun = [status.created_at for status in of_it if status.state == "in_progress"]
        ended = [status.created_at for status in of_it if status.state in ENDED]
        if begun:
            spans.append(Span(min(begun), max(ended, default=_ends(run, now)), environment, own_commit=False))
    return tuple(spans)


def _ends(run: WorkflowRun, now: datetime) -> datetime:
    """Give until when a run went on: one that is under way, until now."""
    return run.updated_at if run.conclusion is not None else now


def _span(job: Job, own_commit: bool, now: datetime) -> Span:  # noqa: FBT001 - one of a pair
    begins = job.started_at or now
    return Span(begins, max(begins, job.completed_at or now), job.name, own_commit)


def covers(span: Span, at: datetime, *, agrees: bool) -> bool:
    """Say whether what came to be at an instant may be of a job: longer after it where the commits agree."""
    return span.begins - EITHER_SIDE <= at <= span.ends + (AFTER if agrees else EITHER_SIDE)


def together(asks: Iterable[Asks]) -> Asks:
    """Give all questions of several as one."""
    every = list(asks)
    return Asks(
        histories=tuple(dict.fromkeys(one for each in every for one in each.histories)),
        jobs=tuple(dict.fromkeys(one for each in every for one in each.jobs)),
        statuses=tuple(dict.fromkeys(one for each in every for one in each.statuses)),
        comparisons=tuple(dict.fromkeys(one for each in every for one in each.comparisons)),
    )


def _gone(what: str) -> Unobserved:
    return Unobserved(what, "GitHub", "no longer has them", "look it up in Actions")


def named(run: WorkflowRun) -> str:
    """Give a run for a person: `#12 (push)`."""
    return f"#{run.number} ({run.event})"
