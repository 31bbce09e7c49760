"""One concurrent, read-only sweep of the declared subjects: the whole real state, as one frozen `Observation`."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from asbuilt import estate as declared
from asbuilt.model import App, AppState, Fact, Observation, Observed, Repository, Unobserved, current_release
from asbuilt.observe import facts, github, heroku
from asbuilt.observe.facts import Answers, Key, Questions
from asbuilt.observe.http import GITHUB, HEROKU, IN_FLIGHT, Client
from asbuilt.observe.origins import Jobs, with_origins
from asbuilt.observe.questions import (
    about_app,
    about_protected_branches,
    about_repository,
    about_sleepers,
    about_strays,
    about_undeclared_workflows,
    app_state,
    repository_state,
)
from asbuilt.scope import Scope

_SLOWEST_PAUSE = 5.0


def sweep(
    estate: declared.Estate,
    scope: Scope,
    client: Client,
    world: str,
    *,
    jobs: Jobs = MappingProxyType({}),
    settle: float = 0.0,
    say: Callable[[str], None] = lambda _: None,
) -> Observation:
    """Observe everything in scope; then, for at most `settle` seconds, again whatever has not settled.

    `world` is what the observation calls itself, `say` is told of what is on its way, `jobs` are those that deploy, as
    far as files say. The time in the observation is
    the providers' clock, the latest `Date` that they have sent.

    Raises nothing for what could not be observed: it becomes a fact of its own.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="observe") as pool:
        owned = [each for each in estate.ownerships() if scope.owns(each)]
        subjects = Questions()
        for name in sorted(scope.apps | {each.deploy.app for each in owned}):
            subjects.ask(Key(facts.APP, name, None), partial(heroku.app, client, name))
        for name in sorted(scope.repositories | scope.around | {each.repository.name for each in owned}):
            subjects.ask(Key(facts.REPOSITORY, name, None), partial(github.repository, client, name))
        found = subjects.answers(pool)
        apps, repositories = found.of_each(facts.APP), found.of_each(facts.REPOSITORY)
        answers = _parts(pool, client, estate, scope, apps, repositories)
        observation = Observation(
            world,
            _as_of(client),
            0.0,
            {name: app_state(estate.apps[name], fact, answers) for name, fact in apps.items()},
            {name: repository_state(name, fact, answers) for name, fact in repositories.items()},
            (),
        )
        observation = _settled(pool, client, estate, scope, observation, settle, say)
        # What made the releases is asked last: until an app has settled, another may come.
        observation = with_origins(pool, client, estate, owned, observation, jobs)
    return replace(
        observation,
        as_of=_as_of(client),
        seconds=round(time.monotonic() - began, 3),
        transcript=client.transcript,
    )


def _parts(
    pool: ThreadPoolExecutor,
    client: Client,
    estate: declared.Estate,
    scope: Scope,
    apps: Mapping[str, Fact[App]],
    repositories: Mapping[str, Fact[Repository]],
) -> Answers:
    """Ask for all that the subjects consist of, and for the workflows that only GitHub knows of."""
    questions, undeclared = Questions(), Questions()
    for name in scope.apps:
        about_app(questions, client, estate.apps[name], apps[name])
    for name, fact in repositories.items():
        if name in scope.repositories and isinstance(fact, Observed):
            about_repository(questions, client, estate.repositories[name], fact.value)
        elif name in scope.around and isinstance(fact, Observed):
            about_repository(questions, client, _around(estate.repositories[name], scope), fact.value)
    answers = questions.answers(pool)
    whole = {key: fact for key, fact in answers.facts.items() if key.subject in scope.repositories}
    about_undeclared_workflows(undeclared, client, estate, Answers(whole), repositories)
    about_protected_branches(undeclared, client, answers)
    about_strays(undeclared, client, estate, answers)
    for name in scope.apps:
        about_sleepers(undeclared, client, estate.apps[name], app_state(estate.apps[name], apps[name], answers))
    return answers | undeclared.answers(pool)


def _around(repository: declared.Repository, scope: Scope) -> declared.Repository:
    """Give of a declared repository what the code of the apps in scope comes through."""
    kept = {name: each for name, each in repository.workflows.items() if (repository.name, name) in scope.workflows}
    return repository.model_copy(update={"workflows": kept})


def unsettled(estate: declared.Estate, scope: Scope, observation: Observation) -> Iterator[tuple[str, str]]:
    """Give each app that is still on its way, with the reason.

        "shop", "web.1 still runs v41, current is v42"

    In the order of their names; the first reason of each: a pending release, a dyno of a declared process that starts
    or runs an older release, a probe that answers otherwise than declared, or not at all.
    """
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
        match state.probes.get(probe.path):
            case Observed(value=response) if response.certificate:
                return f"GET {probe.path}: the app's certificate {response.certificate}"
            case Observed(value=response) if response.status != probe.status:
                return f"GET {probe.path} answers {response.status}, declared {probe.status}"
            case Unobserved(reason=reason) if app.url or isinstance(state.app, Observed):
                return f"GET {probe.path} {reason}"
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
    told: dict[str, str] = {}
    while settle > 0:
        moving = dict(unsettled(estate, scope, observation))
        if moving != told:
            seen = tuple(f"{observation.as_of:%H:%M:%S} {name}: {reason}" for name, reason in moving.items())
            for line in seen:
                say(f"settling: {line}")
            observation = replace(observation, timeline=(*observation.timeline, *seen))
            told = moving
        if not moving or time.monotonic() + pause >= ends:
            break
        time.sleep(pause)
        again = _apps_again(pool, client, estate, moving, observation)
        observation = replace(observation, apps={**observation.apps, **again}, as_of=_as_of(client))
    return observation


def _apps_again(
    pool: ThreadPoolExecutor,
    client: Client,
    estate: declared.Estate,
    names: Collection[str],
    observation: Observation,
) -> dict[str, AppState]:
    questions = Questions()
    for name in names:
        about_app(questions, client, estate.apps[name], observation.apps[name].app)
    answers = questions.answers(pool)
    return {name: app_state(estate.apps[name], observation.apps[name].app, answers) for name in names}


def _as_of(client: Client) -> datetime:
    """Give the providers' clock: the latest Date of theirs (an app sets its own); this machine's only without any."""
    dates = [each.date for each in client.transcript if each.date and each.url.startswith((HEROKU, GITHUB))]
    return max(dates, default=datetime.now(UTC))
