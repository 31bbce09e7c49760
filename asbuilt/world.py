"""What stands for reality in a run: the providers themselves, a sandbox of them, or what was observed before."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from asbuilt.deploying_jobs import deploying_jobs
from asbuilt.files import RefusedError
from asbuilt.model import Observation, restore
from asbuilt.observe.credentials import NoTokenError, Tokens, tokens
from asbuilt.option_values import OptionError
from asbuilt.withholding import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from asbuilt.run import Run
    from asbuilt.sandbox.server import Sandbox

# At the 75 requests a minute that Heroku adds to a spent quota, the six that an app takes are let through in 5 s:
# https://devcenter.heroku.com/articles/platform-api-reference#rate-limits
_DEADLINE, _DEADLINE_OF_AN_APP = 120.0, 5.0


@dataclass(frozen=True, slots=True)
class World:
    """The chosen reality. `observation` is there from the beginning only where it was saved by an earlier run."""

    name: str
    tokens: Tokens = field(default_factory=Tokens)
    sandbox: Sandbox | None = None
    observation: Observation | None = None

    @property
    def credentials(self) -> tuple[Secret, ...]:
        """The credentials that are used, each a secret; those for a sandbox are none."""
        if self.sandbox:
            return ()
        tokens = (("the Heroku token", self.tokens.heroku), ("the GitHub token", self.tokens.github))
        return tuple(Secret(name, token) for name, token in tokens if token)


def choose(run: Run, *, sandbox: str | None, observed: str | None, closing: ExitStack) -> World:
    """Give the world that the options ask for; a sandbox runs until `closing` is closed.

    Raises OptionError with what to do. Without any option it is the providers themselves, never a sandbox instead:
    evidence from the wrong world is worse than none.
    """
    if sandbox and observed:
        raise OptionError("--sandbox observes, --observed judges what was observed before: give one of them")
    if observed:
        saved = _saved(run, observed)
        return World(f"{saved.world}, judged again", observation=saved)
    if sandbox:
        return World(f"sandbox {sandbox}", Tokens("sandbox", "sandbox"), _sandbox(sandbox, closing))
    asks_of_deploys = any(run.scope.owns(each) for each in run.estate.ownerships())
    heroku = bool(run.scope.apps) or asks_of_deploys
    github = bool(run.scope.repositories | run.scope.around) or asks_of_deploys
    try:
        return World("live", tokens(os.environ, Path.home(), heroku=heroku, github=github))
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
) -> tuple[Observation, list[str]]:
    """Observe a world; give the observation, and what a sandbox counted on its side. Times are seconds.

    Nothing is asked behind `settle` and the `deadline` together; without one, `default_deadline` holds.
    """
    from asbuilt.observe.clock import Clock
    from asbuilt.observe.http import Client
    from asbuilt.observe.settling import Wanted
    from asbuilt.observe.sweep import sweep

    client = Client(
        world.tokens,
        route_to=world.sandbox.origin if world.sandbox else None,
        timeout=timeout,
        deadline=settle + (default_deadline(run) if deadline is None else deadline),
        progress=_progress(say),
    )
    try:
        observation = sweep(
            run.estate,
            run.scope,
            client,
            world.name,
            jobs=deploying_jobs(run.estate, run.checkouts),
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
    return observation, [f"{each.method} {each.host}{each.path} {each.status}" for each in served]


def default_deadline(run: Run) -> float:
    """Give how many seconds the sweep of a run may take: the more apps are asked about, the more."""
    owned = {each.deploy.app for each in run.estate.ownerships() if run.scope.owns(each)}
    return _DEADLINE + _DEADLINE_OF_AN_APP * len(run.scope.apps | owned)


def _sandbox(name: str, closing: ExitStack) -> Sandbox:
    from asbuilt.sandbox.scenario import ScenarioError
    from asbuilt.sandbox.server import Sandbox

    try:
        return closing.enter_context(Sandbox.start(name))
    except ScenarioError as error:
        raise OptionError(str(error)) from error


def _saved(run: Run, path: str) -> Observation:
    try:
        observation = restore(Path(path))
    except ValueError as error:
        reason = error if isinstance(error, RefusedError) else "is not an observation that asbuilt saved"
        raise OptionError(f"--observed {path}: {reason}; name a run's observation.json") from error
    apps = run.scope.apps - set(observation.apps)
    repositories = (run.scope.repositories | run.scope.around) - set(observation.repositories)
    if missing := ", ".join(sorted(apps | repositories)):
        raise OptionError(f"--observed {path}: it says nothing of {missing}; narrow with --app, --repository")
    return observation


def _progress(say: Callable[[str], None]) -> Callable[[int], None]:
    """Show that something is going on, once a second, as long as observing takes longer than that."""
    shown = [time.monotonic()]

    def progress(count: int) -> None:
        if time.monotonic() - shown[0] > 1:
            shown[0] = time.monotonic()
            say(f"observing, {count} requests so far")

    return progress
