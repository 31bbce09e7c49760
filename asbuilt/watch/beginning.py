"""How a watch begins: what is asked of it, read and found usable, and all that its looks take, made ready."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from asbuilt import texts
from asbuilt.alert.told import Told
from asbuilt.discovery import find
from asbuilt.estate_forms import Duration
from asbuilt.heartbeat import Heartbeat, RunKind
from asbuilt.model import ago
from asbuilt.observe.http import Client
from asbuilt.observe.look_budget import Plan, planned
from asbuilt.option_values import OptionError
from asbuilt.record import ci
from asbuilt.watch.about import About, about
from asbuilt.watch.day import Head
from asbuilt.watch.days import Days
from asbuilt.watch.judge import Judge
from asbuilt.watch.looking import Looks
from asbuilt.watch.loop import Reached, Watch
from asbuilt.watch.telling import Telling
from asbuilt.withholding import Secrets
from asbuilt.world import World, choose

ONCE = 600.0  # seconds between looks that something else begins: Heroku Scheduler's shortest interval
_LEAST, _MOST = 10.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a watch; times are seconds. What looks `once` is begun `every` so often by something else."""

    estate: str | None
    apps: tuple[str, ...]
    sandbox: str | None
    evidence: str
    once: bool
    every: float
    timeout: float
    deadline: float


def interval_of(text: str | None, *, once: bool) -> float:
    """Read how often is looked: 5m. Raises OptionError."""
    if text is None and once:
        return ONCE
    if text is None:
        raise OptionError("say how often: --every 5m looks until it is ended, --once looks once")
    try:
        seconds = TypeAdapter(Duration).validate_python(text).total_seconds()
    except ValidationError as error:
        told = f'--every: "{texts.visible(text)}" is no interval: write a number and a unit: 60s, 5m, 1h'
        raise OptionError(told) from error
    if not _LEAST <= seconds <= _MOST:
        raise OptionError(f"--every: {text} is out of reach: from {_LEAST:.0f}s to 1d is allowed")
    return seconds


@dataclass(frozen=True, slots=True)
class Ready:
    """A watch that can look, with what it tells when it begins."""

    watch: Watch
    world: World
    about: About
    secrets: Secrets
    plan: Plan


def ready(
    asked: Asked,
    closing: ExitStack,
    telling: Telling,
    environ: Mapping[str, str],
    reach: Callable[[About], Callable[[Told], Reached]] | None,
) -> Ready:
    """Make a watch ready to look; what it holds is let go when `closing` is closed. `reach` gives what calls.

    Raises what a user can get wrong: BrokenChecksError, EstateError, OptionError.
    """
    found = about(find(asked.estate, environ, Path.cwd()), list(asked.apps))
    judge = closing.enter_context(Judge(found))
    world = choose(found.run, sandbox=asked.sandbox, observed=None, closing=closing, heroku_alone=True)
    run = replace(found.run, world=world.name)
    names = set(texts.within(run.estate.model_dump(mode="json")))
    secrets = Secrets.of(world.credentials, {name: each for name, each in environ.items() if each.strip() not in names})
    run = replace(run, secrets=secrets)
    digest = sha256(found.source).hexdigest()
    head = Head(run.estate.name, digest, world.name, found.apps, asked.every)
    live = world.sandbox is None
    days = closing.enter_context(Days(Path(asked.evidence), head, found.source, secrets, telling.say, live=live))
    days.resume(world.sandbox.clock() if world.sandbox else datetime.now(UTC))
    plan = planned(run.estate, run.scope, timedelta(seconds=asked.every))
    client = Client(
        world.tokens,
        github=world.server.api,
        route_to=world.sandbox.origin if world.sandbox else None,
        timeout=asked.timeout,
        deadline=asked.deadline,
    )
    closing.callback(client.close)
    watch = Watch(
        run,
        head,
        Looks(run.estate, client, world.name, plan, asked.deadline, days.state.looks, goes_on=not asked.once),
        judge,
        days,
        telling,
        Heartbeat.of(environ, RunKind.WATCH, rehearsal=not live, say=telling.say),
        reach(found) if reach else None,
        ci.page(ci.told_by(environ)),
    )
    return Ready(watch, world, found, secrets, plan)


def begins(made: Ready, asked: Asked) -> tuple[str, ...]:
    """Say what is watched, how often, and that the estate is read once."""
    estate, path = made.watch.run.estate, made.about.path
    count = len(made.watch.run.scope.apps)
    often = "once" if asked.once else f"every {_often(asked.every)}"
    apps = f"{count} app{'' if count == 1 else 's'} of {estate.name}"
    again = f"; {path} is read at the start: begin again where it changes" if not asked.once else ""
    return f"watching {apps} in {made.world.name}, {often}{again}", *made.plan.said


def _often(seconds: float) -> str:
    moment = datetime.fromtimestamp(0, UTC)
    return ago(moment, moment.fromtimestamp(seconds, UTC))
