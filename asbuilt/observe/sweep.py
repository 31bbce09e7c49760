"""One concurrent, read-only sweep of the declared subjects: the whole real state, as one frozen `Observation`."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from asbuilt import estate as declared
from asbuilt.model import App, Fact, Observation, Observed, Repository
from asbuilt.observe import facts, github, heroku
from asbuilt.observe.again import Eyes
from asbuilt.observe.clock import Clock
from asbuilt.observe.facts import Answers, Key, Questions
from asbuilt.observe.http import IN_FLIGHT, Client
from asbuilt.observe.looking import looked_again
from asbuilt.observe.origins import Jobs, with_origins
from asbuilt.observe.provider_clock import latest
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
from asbuilt.observe.settling import Wanted, settled
from asbuilt.observe.status_pages import pages_of, status_page
from asbuilt.scope import Scope


def sweep(
    estate: declared.Estate,
    scope: Scope,
    client: Client,
    world: str,
    *,
    jobs: Jobs = MappingProxyType({}),
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    meant: Mapping[str, str] | None = None,
    clock: Clock = Clock(),  # noqa: B008 - frozen
    say: Callable[[str], None] = lambda _: None,
) -> Observation:
    """Observe everything in scope; then again the apps that are to settle, and those with dynos that may be crashing.

    `world` is what the observation calls itself, `jobs` are those that deploy, as far as files say, `meant` has the
    commit that an app is meant to run, `say` is told of what is on its way. The time in the observation is the
    providers' clock, the latest `Date` that they have sent.

    Raises nothing for what could not be observed: it becomes a fact of its own.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="observe") as pool:
        owned = [each for each in estate.ownerships() if scope.owns(each)]
        pages = {each: pool.submit(status_page, client, each) for each in pages_of(estate, client.github)}
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
            meant=dict(meant or {}),
        )
        eyes, now = Eyes(pool, client, estate), partial(_as_of, client)
        observation = eyes.first(observation, scope.apps)
        observation = settled(eyes, observation, wanted, clock, say, now)
        observation = looked_again(eyes, observation, scope.apps, clock, now)
        # What made the releases is asked last: until an app has settled, another may come.
        observation = with_origins(pool, client, estate, owned, observation, jobs)
    return replace(
        observation,
        as_of=_as_of(client),
        seconds=round(time.monotonic() - began, 3),
        transcript=client.transcript,
        github=client.github,
        status_pages={name: each.result() for name, each in pages.items()},
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


def _as_of(client: Client) -> datetime:
    """Give the providers' clock; this machine's only without any."""
    return latest(client.transcript, client.github) or datetime.now(UTC)
