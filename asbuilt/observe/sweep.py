"""One concurrent, read-only sweep of the declared subjects: the whole real state, as one frozen `Observation`."""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from asbuilt import estate as declared
from asbuilt.model import (
    Absent,
    App,
    AppState,
    Observation,
    Observed,
    RepositoryState,
    Unobserved,
    Workflow,
    current_release,
)
from asbuilt.observe import github, heroku, web
from asbuilt.observe.http import IN_FLIGHT, Client

K = TypeVar("K", bound=Hashable)
_SLOWEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of what a run observes and judges."""

    apps: frozenset[str]
    repositories: frozenset[str]

    def owns(self, ownership: declared.Ownership) -> bool:
        """Say whether a declared deploy is in scope: with its app, or with its repository."""
        return ownership.deploy.app in self.apps or ownership.repository.name in self.repositories


def sweep(
    estate: declared.Estate,
    scope: Scope,
    client: Client,
    world: str,
    *,
    settle: float = 0.0,
    say: Callable[[str], None] = lambda _: None,
) -> Observation:
    """Observe everything in scope; then, for at most `settle` seconds, again whatever has not settled.

    Raises nothing for what could not be observed: it becomes a fact of its own.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="observe") as pool:
        owned = [each for each in estate.ownerships() if scope.owns(each)]
        names = sorted(scope.apps | {each.deploy.app for each in owned})
        subjects = _together(
            pool,
            {
                **{("app", name): partial(heroku.app, client, name) for name in names},
                **{
                    ("repository", name): partial(github.repository, client, name)
                    for name in sorted(scope.repositories | {each.repository.name for each in owned})
                },
            },
        )
        found = {name: subjects["app", name] for name in names}
        questions: dict[Any, Callable[[], Any]] = {}
        for name in scope.apps:
            questions |= _about_app(client, estate.apps[name], found[name])
        for (kind, name), fact in subjects.items():
            if kind == "repository" and isinstance(fact, Observed):
                questions |= _about_repository(client, estate.repositories[name], scope)
        for ownership in owned:
            if isinstance(subjects["repository", ownership.repository.name], Observed):
                questions |= _about_deploy(client, estate, ownership, found[ownership.deploy.app])
        answers = _together(pool, questions)
        answers |= _together(pool, _about_undeclared_workflows(client, estate, answers))
        apps = {name: _app_state(estate.apps[name], fact, answers) for name, fact in found.items()}
        repositories = {
            name: _repository_state(name, fact, answers)
            for (kind, name), fact in subjects.items()
            if kind == "repository"
        }
        observation = Observation(world, _as_of(client), 0.0, apps, repositories, ())
        observation = _settled(pool, client, estate, scope, observation, settle, say)
    return replace(
        observation,
        as_of=_as_of(client),
        seconds=round(time.monotonic() - began, 3),
        transcript=client.transcript,
    )


def unsettled(estate: declared.Estate, scope: Scope, observation: Observation) -> Iterator[tuple[str, str]]:
    """Give each app that is still on its way, with the reason."""
    for name in sorted(scope.apps):
        state = observation.apps[name]
        if (reason := _in_motion(estate.apps[name], state)) is not None:
            yield name, reason


def _in_motion(app: declared.App, state: AppState) -> str | None:
    if isinstance(state.releases, Observed):
        releases = state.releases.value
        if releases and releases[0].status == "pending":
            return f"release {releases[0]} is pending"
        current = current_release(releases)
        for dyno in state.dynos.value if isinstance(state.dynos, Observed) else ():
            if dyno.type in app.formation and dyno.state == "starting":
                return f"{dyno.name} is starting"
            if dyno.type in app.formation and current and dyno.release < current.version:
                return f"{dyno.name} still runs v{dyno.release}, current is {current}"
    for probe in app.probes:
        fact = state.probes.get(probe.path)
        if isinstance(fact, Observed) and fact.value.status != probe.status:
            return f"GET {probe.path} answers {fact.value.status}, declared {probe.status}"
    return None


def _settled(
    pool: ThreadPoolExecutor,
    client: Client,
    estate: declared.Estate,
    scope: Scope,
    observation: Observation,
    settle: float,
    say: Callable[[str], None],
) -> Observation:
    """Observe again what is still on its way, until nothing is or the time is up; keep what was seen as a timeline."""
    ends, pause = time.monotonic() + settle, min(_SLOWEST_PAUSE, max(0.2, settle / 20))
    while settle > 0:
        moving = dict(unsettled(estate, scope, observation))
        seen = tuple(f"{observation.as_of:%H:%M:%S} {name}: {reason}" for name, reason in moving.items())
        if seen and (not observation.timeline or observation.timeline[-len(seen) :] != seen):
            for line in seen:
                say(f"settling: {line}")
            observation = replace(observation, timeline=(*observation.timeline, *seen))
        if not moving or time.monotonic() + pause >= ends:
            break
        time.sleep(pause)
        questions: dict[Any, Callable[[], Any]] = {}
        for name in moving:
            questions |= _about_app(client, estate.apps[name], observation.apps[name].app)
        answers = _together(pool, questions)
        again = {name: _app_state(estate.apps[name], observation.apps[name].app, answers) for name in moving}
        observation = replace(observation, apps={**observation.apps, **again}, as_of=_as_of(client))
    return observation


def _about_app(client: Client, app: declared.App, fact: Any) -> dict[Any, Callable[[], Any]]:
    origin = app.url or (fact.value.web_url if isinstance(fact, Observed) else None)
    probes = {
        ("probe", app.name, each.path): partial(web.probe, client, f"{origin.rstrip('/')}{each.path}")
        for each in app.probes
        if origin
    }
    if not isinstance(fact, Observed):
        return dict(probes)
    return {
        **probes,
        ("releases", app.name): partial(heroku.releases, client, app.name),
        ("formation", app.name): partial(heroku.formation, client, app.name),
        ("dynos", app.name): partial(heroku.dynos, client, app.name),
    }


def _about_repository(client: Client, repository: declared.Repository, scope: Scope) -> dict[Any, Callable[[], Any]]:
    name = repository.name
    if name not in scope.repositories:
        return {}
    return {
        ("environments", name): partial(github.environments, client, name),
        ("workflows", name): partial(github.workflows, client, name),
        **{
            ("runs", name, each.path): partial(github.runs, client, name, each.name, repository.default_branch)
            for each in repository.workflows.values()
        },
    }


def _about_deploy(
    client: Client, estate: declared.Estate, ownership: declared.Ownership, app: Any
) -> dict[Any, Callable[[], Any]]:
    if not isinstance(app, Observed):
        return {}
    since: App = app.value
    name, workflow, deploy = ownership.repository.name, ownership.workflow.name, ownership.deploy
    key = ("successes", name, f"{workflow} {deploy.trigger} {deploy.app}")
    questions: dict[Any, Callable[[], Any]] = {
        key: partial(github.successes, client, name, workflow, deploy.trigger, since.created_at)
    }
    if environment := estate.apps[deploy.app].environment:
        questions["deployments", name, environment] = partial(github.deployments, client, name, environment)
    return questions


def _about_undeclared_workflows(
    client: Client, estate: declared.Estate, answers: Mapping[Any, Any]
) -> dict[Any, Callable[[], Any]]:
    questions: dict[Any, Callable[[], Any]] = {}
    for (kind, name, *_), fact in answers.items():
        if kind != "workflows" or not isinstance(fact, Observed):
            continue
        repository = estate.repositories[name]
        known = {each.path for each in repository.workflows.values()}
        for workflow in fact.value:
            if _is_file(workflow) and workflow.path not in known:
                file = workflow.path.rpartition("/")[2]
                questions["runs", name, workflow.path] = partial(
                    github.runs, client, name, file, repository.default_branch
                )
    return questions


def _is_file(workflow: Workflow) -> bool:
    """Tell a workflow file from GitHub's own dynamic ones (Pages, Dependabot), whose runs are not the team's."""
    return workflow.path.startswith(".github/workflows/") and workflow.state == "active"


def _app_state(app: declared.App, fact: Any, answers: Mapping[Any, Any]) -> AppState:
    name = app.name
    return AppState(
        app=fact,
        releases=answers.get(("releases", name), _follows(fact, f"releases of {name}")),
        formation=answers.get(("formation", name), _follows(fact, f"formation of {name}")),
        dynos=answers.get(("dynos", name), _follows(fact, f"dynos of {name}")),
        probes={
            each.path: answers.get(("probe", name, each.path), _follows(fact, f"{name} {each.path}"))
            for each in app.probes
        },
    )


def _repository_state(name: str, fact: Any, answers: Mapping[Any, Any]) -> RepositoryState:
    def keyed(kind: str) -> dict[str, Any]:
        return {key[2]: each for key, each in answers.items() if key[:2] == (kind, name)}

    return RepositoryState(
        repository=fact,
        environments=answers.get(("environments", name), _follows(fact, f"environments of {name}")),
        workflows=answers.get(("workflows", name), _follows(fact, f"workflows of {name}")),
        runs=keyed("runs"),
        successes=keyed("successes"),
        deployments=keyed("deployments"),
    )


def _follows(subject: Any, what: str) -> Absent | Unobserved:
    """Give the fact that follows for a part of a subject: absent with it, unobserved with it, or never asked for."""
    match subject:
        case Absent():
            return Absent(what, subject.requests)
        case Unobserved():
            return replace(subject, what=what)
        case _:
            return Unobserved(what, "no request", "was made: out of the run's scope", "widen --app or --repository")


def _as_of(client: Client) -> datetime:
    """Give the providers' clock: the latest Date that came back; this machine's only where none did."""
    dates = [each.date for each in client.transcript if each.date]
    return max(dates).astimezone(UTC) if dates else datetime.now(UTC)


def _together(pool: ThreadPoolExecutor, questions: Mapping[K, Callable[[], Any]]) -> dict[K, Any]:
    """Ask all questions at once and wait for every answer."""
    futures = {key: pool.submit(ask) for key, ask in questions.items()}
    return {key: future.result() for key, future in futures.items()}
