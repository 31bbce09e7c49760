"""What stands for reality in a run: the providers themselves, a sandbox of them, or what was observed before."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asbuilt.deploying_jobs import deploying_jobs
from asbuilt.github_server import DOT_COM, VARIABLE, GitHubServer, meant, named_by
from asbuilt.judged_again import Again, name_of
from asbuilt.model import Observation
from asbuilt.observe.credentials import NoTokenError, Tokens, tokens
from asbuilt.option_values import OptionError
from asbuilt.saved import saved
from asbuilt.scheduled import all_scheduled
from asbuilt.withholding import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from asbuilt.run import Run
    from asbuilt.sandbox.server import Sandbox

# At the 75 requests a minute that Heroku adds to a spent quota, the six that an app takes are let through in 5 s:
# https://devcenter.heroku.com/articles/platform-api-reference#rate-limits
_DEADLINE, _DEADLINE_OF_AN_APP = 120.0, 5.0
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class World:
    """The chosen reality. `observation` is there from the beginning only where it was saved by an earlier run.

    So are the `bodies` beside it; `again` says whose it is, and `said` what a person is told of that, or of the GitHub
    that is asked, `server`.
    """

    name: str
    tokens: Tokens = field(default_factory=Tokens)
    sandbox: Sandbox | None = None
    observation: Observation | None = None
    bodies: Mapping[str, str] = field(default_factory=dict)
    again: Again | None = None
    said: str = ""
    server: GitHubServer = DOT_COM

    @property
    def credentials(self) -> tuple[Secret, ...]:
        """The credentials that are used, each a secret; those for a sandbox are none."""
        if self.sandbox:
            return ()
        tokens = (("the Heroku token", self.tokens.heroku), ("the GitHub token", self.tokens.github))
        return tuple(Secret(name, token) for name, token in tokens if token)


class Swept(NamedTuple):
    """What was observed, what a sandbox counted on its side, and what is kept of the bodies, by their digests."""

    observation: Observation
    served: list[str]
    bodies: Mapping[str, str]


def choose(
    run: Run,
    *,
    sandbox: str | None,
    observed: str | None,
    edited: bool = False,
    closing: ExitStack,
    heroku_alone: bool = False,
) -> World:
    """Give the world that the options ask for; a sandbox runs until `closing` is closed.

    Raises OptionError with what to do. Without any option it is the providers themselves, never a sandbox instead:
    evidence from the wrong world is worse than none. Who asks `heroku_alone` needs no token of GitHub's.
    """
    if sandbox and observed:
        raise OptionError("--sandbox observes, --observed judges what was observed before: give one of them")
    if edited and not observed:
        raise OptionError("--edited lets --observed judge what was changed: name the file, --observed=FILE")
    if observed:
        return _saved(run, observed, edited=edited)
    server, said = _server(run)
    if sandbox:
        served, said = _sandbox(sandbox, run, closing, server)
        return World(f"sandbox {sandbox}", Tokens("sandbox", "sandbox"), served, said=said, server=server)
    asks_of_deploys = any(run.scope.owns(each) for each in run.estate.ownerships())
    heroku = bool(run.scope.apps) or asks_of_deploys
    github = not heroku_alone and (bool(run.scope.repositories | run.scope.around) or asks_of_deploys)
    try:
        found = tokens(os.environ, Path.home(), heroku=heroku, github=github, server=server)
        return World("live", found, said=said if github else "", server=server)
    except NoTokenError as error:
        raise OptionError(str(error)) from error


def observe(
    run: Run,
    world: World,
    *,
    settle: float,
    hold: float | None,
    timeout: float,
    deadline: float | None,
    say: Callable[[str], None],
    tell: Callable[[str], None] = lambda _: None,
) -> Swept:
    """Observe a world. Times are seconds. `say` is told what is news, `tell` how far it is.

    Nothing is asked behind `settle` and the `deadline` together; without one, `default_deadline` holds.
    """
    from asbuilt.observe.clock import Clock
    from asbuilt.observe.http import Client
    from asbuilt.observe.settling import Wanted
    from asbuilt.observe.sweep import sweep

    client = Client(
        world.tokens,
        github=world.server.api,
        route_to=world.sandbox.origin if world.sandbox else None,
        timeout=timeout,
        deadline=settle + (default_deadline(run) if deadline is None else deadline),
        progress=lambda count: tell(f"observing, {count} requests"),
    )
    try:
        observation = sweep(
            run.estate,
            run.scope,
            client,
            world.name,
            jobs=deploying_jobs(run.estate, run.checkouts),
            scheduled=all_scheduled(run.estate, run.checkouts),
            wanted=Wanted(frozenset(run.meant) or run.scope.apps, settle, hold),
            meant=run.meant,
            clock=Clock(world.sandbox.elapsed, world.sandbox.skip) if world.sandbox else Clock(),
            say=say,
        )
    finally:
        client.close()
    served = world.sandbox.log if world.sandbox else ()
    if world.sandbox:
        world.sandbox.stop()  # while the checks judge; nothing more is asked
    counted = [f"{each.method} {each.host}{each.path} {each.status}" for each in served]
    return Swept(observation, counted, client.bodies)


def default_deadline(run: Run) -> float:
    """Give how many seconds the sweep of a run may take: the more apps are asked about, the more."""
    owned = {each.deploy.app for each in run.estate.ownerships() if run.scope.owns(each)}
    return _DEADLINE + _DEADLINE_OF_AN_APP * len(run.scope.apps | owned)


def _server(run: Run) -> tuple[GitHubServer, str]:
    """Give the GitHub that is asked, and what a person is told where the environment names another one."""
    declared = run.estate.providers.github
    try:
        named, server = named_by(os.environ), meant(declared, os.environ)
    except ValueError as error:
        raise OptionError(str(error)) from error
    if named is None or named == server:
        return server, ""
    return server, f"{server.api} is asked, as the estate says (providers.github), and not {VARIABLE}, {named.api}"


def _sandbox(name: str, run: Run, closing: ExitStack, server: GitHubServer) -> tuple[Sandbox, str]:
    """Start a sandbox, and say what of the estate its world cannot make true, where it is made of the estate."""
    from asbuilt.sandbox.declared import Declared, declared, known_of
    from asbuilt.sandbox.scenario import DECLARED, ScenarioError
    from asbuilt.sandbox.server import Sandbox

    made: list[Declared] = []

    def world() -> dict[str, Any]:
        made.append(declared(run.estate, known_of(run.estate, run.checkouts), datetime.now(UTC).date()))
        return made[0].document

    try:
        started = Sandbox.start(name, made={DECLARED: world}, estate=run.estate, github=server)
        served = closing.enter_context(started)
        return served, "\n".join(_not_made([each for one in made for each in one.impossible]))
    except ScenarioError as error:
        raise OptionError(str(error)) from error


def _not_made(impossible: list[str]) -> Iterator[str]:
    """Say what no world can make true, a line each, as many as are read."""
    yield from (f"no world makes this true: {each}" for each in impossible[:_MOST_TOLD])
    if (more := len(impossible) - _MOST_TOLD) > 0:
        yield f"no world makes this true: {more} more; asbuilt sandbox --scenario declared tells them all"


def _saved(run: Run, path: str, *, edited: bool) -> World:
    found = saved(path, edited=edited)
    observation = found.observation
    apps = run.scope.apps - set(observation.apps)
    repositories = (run.scope.repositories | run.scope.around) - set(observation.repositories)
    if missing := ", ".join(sorted(apps | repositories)):
        raise OptionError(f"--observed {path}: it says nothing of {missing}; narrow with --app, --repository")
    name = name_of(observation.world, is_edited=found.is_edited)
    return World(name, observation=observation, bodies=found.bodies, again=found.again, said=found.said)
