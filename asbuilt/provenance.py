"""Where what runs comes from: which run made the release of an app, which runs should have made one.

Each question is answered by what was observed; as long as that does not suffice, the answer says what to ask for next
(`made_by.Asks`). `questions` gives all of them, for whoever observes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TypeVar

from asbuilt.commits import agree, brought_by, commit_of, deploys_of, releases_of
from asbuilt.deploy_spans import (
    ENDED,
    Asks,
    Maker,
    Span,
    Untold,
    covers,
    is_by,
    is_cut,
    made_within,
    spans_of,
    together,
    went_through,
)
from asbuilt.deploying_jobs import DeployingJob, Owner
from asbuilt.descriptions import is_config_change
from asbuilt.estate import App, Estate, Ownership
from asbuilt.looked_up import noting
from asbuilt.made_by import Answer, Made, NotMade, made_by
from asbuilt.model import (
    AppState,
    Deployment,
    DeploymentStatus,
    Environment,
    Observed,
    Release,
    RepositoryState,
    RunPage,
    Unobserved,
    WorkflowRun,
    current_release,
)
from asbuilt.terms import Stretch

T = TypeVar("T")

_MOST_RELEASES = 50
_MOST_DEPLOYS = 5
_ALL_RELEASES = 1  # the number of the first release


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that deployed the app and succeeded, and from when to when it deployed; `requests` are of what tells it."""

    run: WorkflowRun
    spans: tuple[Span, ...]
    requests: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """A deployment, and how it ended; `requests` are of what tells it."""

    deployment: Deployment
    status: DeploymentStatus
    requests: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Provenance:
    """What was observed, and what files say of the jobs that deploy: enough to tell where a release comes from."""

    estate: Estate
    apps: Mapping[str, AppState]
    repositories: Mapping[str, RepositoryState]
    jobs: Mapping[Owner, Mapping[str, tuple[DeployingJob, ...]]]
    now: datetime

    def owners(self, app: App) -> list[Ownership]:
        """Give the declared deploys of an app, one for each workflow."""
        found = {(each.repository.name, each.workflow.name): each for each in self.ways(app)}
        return list(found.values())

    def ways(self, app: App) -> tuple[Ownership, ...]:
        """Give the declared deploys of an app."""
        return self.estate.ownerships_of(app.name)

    def maker(self, owner: Ownership, event: str = "") -> Maker:
        """Give what may make the releases of a declared deploy's app: its workflow, by one event or any."""
        app = self.estate.apps[owner.deploy.app]
        state = self.repositories.get(owner.repository.name)
        return Maker(
            workflow=owner.workflow.name,
            event=event,
            jobs=self.jobs.get(Owner(owner.repository.name, owner.workflow.name, app.name)),
            environment=app.environment if app.repository in (None, owner.repository.name) else None,
            waits=_may_wait(app, state),
        )

    def origin(self, app: App, release: Release) -> tuple[str, Answer]:
        """Say which run of the workflows that own an app made a release that brought code.

        With the repository of the run, or of what to ask.
        """
        return self._noting(lambda seen: seen._origin(app, release))  # noqa: SLF001 - itself, taking notes

    def _origin(self, app: App, release: Release) -> tuple[str, Answer]:
        found = [
            (each.repository.name, self._made_by(app, release, self.maker(each), each.repository.name))
            for each in self.owners(app)
        ]
        for kind in (Made, Asks, Untold):
            for name, answer in found:
                if isinstance(answer, kind):
                    return name, answer
        return "", NotMade(tuple(near for _, answer in found if isinstance(answer, NotMade) for near in answer.near))

    def exercised(self, way: Ownership) -> Answer:
        """Say which successful run of a declared deploy made a release of its app: the newest of all that did."""
        return self._noting(lambda seen: ("", seen._exercised(way)))[1]  # noqa: SLF001 - as above

    def _exercised(self, way: Ownership) -> Answer:
        app, state = self.estate.apps[way.deploy.app], self.apps[way.deploy.app]
        releases = releases_of(state)
        brought = sorted(deploys_of(state), key=lambda each: each.version, reverse=True)
        maker, open_ones = self.maker(way, way.deploy.trigger), list[Untold]()
        for release in brought[:_MOST_RELEASES]:
            match answer := self._made_by(app, release, maker, way.repository.name):
                # What a run that is under way has released it has released, where nothing tells more of it.
                case Made(run=run, job=job) if is_of(way, run) and (
                    self._has_deployed(way.repository.name, run, job) or (run.conclusion is None and not job)
                ):
                    return answer
                case Asks():
                    return answer
                case Untold():
                    open_ones.append(answer)
        if open_ones:
            return open_ones[0]
        if len(brought) > _MOST_RELEASES or (releases and releases[-1].version > _ALL_RELEASES):
            told = f"lists {len(releases)} releases, none of them made by it, and there are older ones"
            what = f"use of {way.workflow.name}"
            return Untold(
                Unobserved(what, f"GET releases of {app.name}", told, "look it up in Actions, and use it once")
            )
        return NotMade()

    def newest_deploy(self, app: App) -> tuple[str, Ran | Asks | Untold | None]:
        """Give the newest successful run that deployed an app by a declared way, None where none did.

        With the repository of what to ask.
        """
        return self._noting(lambda seen: seen._newest_deploy(app))  # noqa: SLF001 - as above

    def _newest_deploy(self, app: App) -> tuple[str, Ran | Asks | Untold | None]:
        found: list[tuple[str, Ran]] = []
        for owner in self.owners(app):
            name = owner.repository.name
            state = self.repositories.get(name)
            page = state.histories.get(Stretch(owner.workflow.name)) if state else None
            if state is None or not isinstance(page, Observed):
                continue
            answer = self._newest_of(app, owner, state, page.value)
            if answer is None and not page.value.whole:
                answer = self._newest_of_events(app, owner, state)
            if isinstance(answer, Ran):
                found.append((name, answer))
            elif answer is not None:
                return name, answer
        return max(found, key=lambda each: _ended(each[1]), default=("", None))

    def _newest_of_events(self, app: App, owner: Ownership, state: RepositoryState) -> Ran | Asks | Untold | None:
        """Give the newest run that deployed an app where none is among the newest of all: event by event."""
        events = {each.deploy.trigger for each in self.ways(app) if each.workflow.name == owner.workflow.name}
        stretches = [Stretch(owner.workflow.name, event) for event in sorted(events)]
        if missing := tuple(each for each in stretches if each not in state.histories):
            return Asks(histories=missing)
        pages = [fact.value for each in stretches if isinstance(fact := state.histories[each], Observed)]
        found = [each for page in pages if (each := self._newest_of(app, owner, state, page)) is not None]
        ran = [each for each in found if isinstance(each, Ran)]
        if len(ran) < len(found):
            return next(each for each in found if not isinstance(each, Ran))
        if ran or all(each.whole for each in pages):
            return max(ran, key=_ended, default=None)
        told = "lists its hundred newest, and none of them deployed with success; there are older ones"
        what = f"deploys of {app.name}"
        return Untold(Unobserved(what, f"GET runs of {owner.workflow.name}", told, "look it up in Actions"))

    def _newest_of(
        self, app: App, owner: Ownership, state: RepositoryState, page: RunPage
    ) -> Ran | Asks | Untold | None:
        ways = [each for each in self.ways(app) if each.workflow.name == owner.workflow.name]
        may = [run for run in page.runs if run.conclusion in {"success", None}]
        declared = [run for run in may if any(is_of(way, run) for way in ways)]
        maker = self.maker(owner)
        here = [run for run in declared if went_through(run, maker, state, self.now) is not False]
        for run in here[:_MOST_DEPLOYS]:
            spans = spans_of(run, maker, state, self.now)
            if isinstance(spans, Asks | Untold):
                return spans
            if not spans:
                continue
            if not all(self._has_deployed(owner.repository.name, run, each.job) for each in spans):
                continue
            if self._is_told_apart(app, owner, run, maker):
                return Ran(run, spans)
            told = f"has #{run.number}, and nothing tells which of the apps that it deploys it deployed"
            remedy = "declare the environment of each app, or read the files: --checkout DIR"
            return Untold(Unobserved(f"deploys of {app.name}", owner.workflow.name, told, remedy))
        return None

    def _noting(self, ask: Callable[["Provenance"], tuple[str, T]]) -> tuple[str, T]:
        """Ask, and let the answer carry the requests of what was looked up for it."""
        requests: list[int] = []
        name, answer = ask(replace(self, repositories=noting(self.repositories, requests)))
        if isinstance(answer, Made | NotMade | Untold | Ran | Ended):
            return name, replace(answer, requests=tuple(dict.fromkeys(requests)))
        return name, answer

    def _has_deployed(self, repository: str, run: WorkflowRun, job: str) -> bool:
        """Say whether a run deployed with success: while it is under way, by the job of that name, or its deployment.

        So the run that deploys can have its own deploy judged by its last job.
        """
        if run.conclusion is not None:
            return run.conclusion == "success"
        state = self.repositories[repository]
        jobs = state.jobs.get(run.id)
        listed = jobs.value if isinstance(jobs, Observed) else ()
        telling = [
            number
            for number, fact in state.statuses.items()
            if isinstance(fact, Observed)
            and any(each.run == run.id and each.state in {"success", "inactive"} for each in fact.value)
        ]
        deployed = any(
            isinstance(state.statuses[each], Observed) for each in telling
        )  # looked up: the answer rests on it
        return deployed or any(each.name == job and each.conclusion == "success" for each in listed)

    def _is_told_apart(self, app: App, owner: Ownership, run: WorkflowRun, maker: Maker) -> bool:
        """Say whether a run can be told from those that deploy another app by the same workflow and event."""
        own = maker.known_of(run.event)
        for each in (Ownership(owner.repository, owner.workflow, deploy) for deploy in owner.workflow.deploys):
            if each.deploy.app == app.name or not is_of(each, run):
                continue
            other = self.maker(each)
            by_environment = maker.environment is not None and _lower(maker) != _lower(other)
            theirs = other.known_of(run.event)
            by_job = bool(own) and {each.shown for each in own}.isdisjoint(each.shown for each in theirs)
            with_it = bool(own) and all(any(one.is_of_the_same_runs(each) for each in theirs) for one in own)
            if not (by_environment or by_job or with_it):
                return False
        return True

    def _made_by(self, app: App, release: Release, maker: Maker, repository: str) -> Answer:
        state = self.repositories.get(repository)
        if state is None or not isinstance(state.repository, Observed):
            fact = state.repository if state else None
            return Untold(fact) if isinstance(fact, Unobserved) else NotMade(("its repository is not there",))
        return made_by(release, commit_of(self.apps[app.name], release), maker, state, self.now)

    def deployed(self, app: App) -> tuple[Release, Release, str | None] | None:
        """Give the current release of an app, the one that brought its code, and its commit; None without code."""
        state = self.apps[app.name]
        releases = releases_of(state)
        current = current_release(releases)
        brought = brought_by(state, current) if current else None
        return (current, brought, commit_of(state, current)) if current and brought else None

    def last_deployment(self, app: App) -> tuple[str, Ended | Asks | Untold | None]:
        """Say how the last deployment to an app's environment ended that was made by the job which deploys the app.

        One that is under way or waits has not ended. None where there is none among the newest. With the repository.
        """
        return self._noting(lambda seen: seen._unseen_deployments(app) or seen._last_deployment(app))  # noqa: SLF001 - as above

    def _unseen_deployments(self, app: App) -> tuple[str, Untold] | None:
        """Say which deployments to an app's environment could not be seen: none of them is the last then."""
        for owner in self.owners(app):
            state = self.repositories.get(owner.repository.name)
            fact = state.deployments.get(app.environment or "") if state else None
            if isinstance(fact, Unobserved):
                return owner.repository.name, Untold(fact)
        return None

    def _last_deployment(self, app: App) -> tuple[str, Ended | Asks | Untold | None]:
        for owner in self.owners(app):
            name = owner.repository.name
            state = self.repositories.get(name)
            fact = state.deployments.get(app.environment or "") if state else None
            if state is None or not isinstance(fact, Observed):
                continue
            maker = self.maker(owner)
            runs = self._runs_of(owner, state)
            for deployment in [each for each in fact.value if made_within(each, runs, self.now)][:_MOST_DEPLOYS]:
                statuses = state.statuses.get(deployment.id)
                if statuses is None:
                    return name, Asks(statuses=(deployment.id,))
                if not isinstance(statuses, Observed):
                    return name, Untold(statuses) if isinstance(statuses, Unobserved) else None
                ended = next((each for each in statuses.value if each.state in ENDED), None)
                if ended is None:
                    continue
                by_it = is_by(maker, ended, state)
                if isinstance(by_it, Asks | Untold):
                    return name, by_it
                if by_it and ended.run in {0, *(run.id for run in runs)}:
                    return name, Ended(deployment, ended)
            if runs and is_cut(fact.value, runs[-1]):
                told = f"lists the {len(fact.value)} newest, and none is of a run of {owner.workflow.name}"
                what = f"last deployment to {app.environment}"
                return name, Untold(
                    Unobserved(what, f"GET deployments to {app.environment}", told, "see them on GitHub")
                )
        return "", None

    def _runs_of(self, owner: Ownership, state: RepositoryState) -> list[WorkflowRun]:
        """Give the newest runs of the workflow of a declared deploy, newest first."""
        page = state.histories.get(Stretch(owner.workflow.name))
        return list(page.value.runs) if isinstance(page, Observed) else []

    def released_by(self, app: App, ran: Ran) -> Release | None:
        """Give the newest release that came of a run that deployed an app, whatever became of it; None without one.

        A config change that the run made as well is none: it carries on what the run, or another, deployed.
        """
        state = self.apps[app.name]
        releases = releases_of(state)
        made = [
            each
            for each in releases
            if not is_config_change(each.description)
            and any(_made_in(span, each, ran.run, commit_of(state, each)) for span in ran.spans)
        ]
        return max(made, key=lambda each: each.version, default=None)

    def source_of(self, app: App, release: Release) -> tuple[str, Answer] | None:
        """Say where a promoted release comes from: the observed app that runs the same code, and what made it there."""
        for name in self._with_code.get(release.code or "", ()):
            if name != app.name:
                same = [each for each in deploys_of(self.apps[name]) if each.code == release.code]
                return name, self.origin(self.estate.apps[name], same[-1])[1]
        return None

    @cached_property
    def _with_code(self) -> dict[str, dict[str, None]]:
        """The apps to which some code was deployed, by its id."""
        found: dict[str, dict[str, None]] = {}
        for name, state in self.apps.items():
            for each in deploys_of(state):
                if each.code:
                    found.setdefault(each.code, {})[name] = None
        return found

    def compared(self, way: Ownership) -> tuple[str, str] | None:
        """Give what to compare to tell whether a deploy lags behind its branch: the commit that runs, and the branch.

        None for a deploy that no push of one branch sets off, unless it declares how far it may lag, and where the
        commit is not known.
        """
        deploy, state = way.deploy, self.repositories.get(way.repository.name)
        running = self.deployed(self.estate.apps[deploy.app])
        on_push = deploy.trigger == "push" and deploy.tag is None
        repository = state.repository if state else None
        if running is None or running[2] is None or not (on_push or deploy.max_lag is not None):
            return None
        if not isinstance(repository, Observed):
            return None
        branch = deploy.branch or repository.value.default_branch
        return None if set(branch) & set("*?[!+") else (running[2], branch)

    def questions(self, ways: Iterable[Ownership]) -> dict[str, Asks]:
        """Give what to ask next of each repository, for the declared deploys of some apps; empty when all is known."""
        asks: dict[str, list[Asks]] = {}
        for way in ways:
            for repository, answer in self._answers(way):
                if isinstance(answer, Asks):
                    asks.setdefault(repository, []).append(answer)
        return {repository: together(found) for repository, found in asks.items()}

    def _answers(self, way: Ownership) -> Iterator[tuple[str, object]]:
        app = self.estate.apps[way.deploy.app]
        if (running := self.deployed(app)) is not None:
            yield self._origin(app, running[1])
        yield way.repository.name, self._exercised(way)
        yield self._newest_deploy(app)
        if app.environment is not None:
            yield self._last_deployment(app)
        if (pair := self.compared(way)) is not None:
            state = self.repositories.get(way.repository.name)
            if state is not None and "...".join(pair) not in state.comparisons:
                yield way.repository.name, Asks(comparisons=(pair,))


def is_of(way: Ownership, run: WorkflowRun) -> bool:
    """Say whether a run was set off as a declared deploy is: by its event, and for a push on its branch or tag."""
    ref = way.deploy.branch or way.deploy.tag
    of_ref = way.deploy.trigger != "push" or ref is None or fnmatchcase(run.branch or "", ref)
    return run.event == way.deploy.trigger and of_ref


def _made_in(span: Span, release: Release, run: WorkflowRun, commit: str | None) -> bool:
    """Say whether a release came of a job that deployed."""
    return covers(span, release.created_at, agrees=commit is not None and agree(commit, run.sha))


def _ended(ran: Ran) -> datetime:
    return max(span.ends for span in ran.spans)


def _lower(maker: Maker) -> str | None:
    return maker.environment.lower() if maker.environment else None


def _may_wait(app: App, state: RepositoryState | None) -> bool:
    """Say whether the environment of an app may hold a run for days: it has reviewers or a timer, or nobody knows."""
    if app.environment is None:
        return False
    if state is None or not isinstance(state.environments, Observed):
        return True
    found: list[Environment] = [
        each for each in state.environments.value if each.name.lower() == app.environment.lower()
    ]
    return any(each.reviewers or each.wait_timer for each in found)
