"""A watch over a sandbox whose faults come and go by a seeded schedule, with what was called held against that.

Time passes in the sandbox alone: a look every five minutes, as fast as this machine can.
"""

import os
import random
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from asbuilt.alert.event import Kind
from asbuilt.alert.keeping import StateFile
from asbuilt.heartbeat import Heartbeat
from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.observe.look_budget import planned
from asbuilt.sandbox.scenario import load as scenario_of
from asbuilt.sandbox.server import Sandbox
from asbuilt.sandbox.world import Answer, Canned, Release
from asbuilt.watch import reaching
from asbuilt.watch.about import of_source
from asbuilt.watch.day import Head
from asbuilt.watch.days import Days
from asbuilt.watch.judge import Judge
from asbuilt.watch.looking import Looks
from asbuilt.watch.loop import Watch
from asbuilt.watch.telling import QUIET, Telling
from asbuilt.withholding import Secrets

INTERVAL = 300.0
GRACE = 300.0
HOLD = 600.0
SOURCE = b"""\
estate: raxx
defaults:
  app: { formation: { web: 1 }, probes: [{ path: /health, json: { /status: ok } }], grace: 5m }
apps:
  raxx-api-prod: { tier: production, url: "https://raxx-api-prod-a60a19e5efbf.herokuapp.com" }
  raxx-api-staging: { tier: staging, url: "https://raxx-api-staging-STAGING.herokuapp.com" }
alerts: { default: [env:CHAT], hold: 10m, unknown_after: 3 }
"""
APPS = ("raxx-api-prod", "raxx-api-staging")
HAS_GRACE = frozenset({"crashed", "gone", "health"})


@dataclass(frozen=True)
class Outage:
    """A fault of an app: from when to when, in seconds since the sandbox began."""

    app: str
    kind: str
    begins: float
    ends: float

    @property
    def must_be_called(self):
        """Whether it lasts long enough for looks that know no more than they see."""
        needs = GRACE + 2 * INTERVAL if self.kind in HAS_GRACE else INTERVAL
        needs = 4 * INTERVAL if self.kind == "forbidden" else needs
        return self.ends - self.begins > needs

    @property
    def must_not_be_called(self):
        """Whether it is over before anybody is to be called for it."""
        least = GRACE if self.kind in HAS_GRACE else 2 * INTERVAL if self.kind == "forbidden" else 0
        return self.ends - self.begins < least


@dataclass
class Soaked:
    """What came of it: `wrong` is empty where all is as it should be."""

    outages: list
    called: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    requests: Counter = field(default_factory=Counter)
    sizes: list = field(default_factory=list)
    files: list = field(default_factory=list)
    descriptors: list = field(default_factory=list)
    days: list = field(default_factory=list)
    processor: float = 0.0


def schedule(seed, seconds):
    """Give outages of each app, with time enough between them for the one before to be resolved."""
    chance, found = random.Random(seed), []
    kinds = ("crashed", "gone", "health", "failed", "forbidden")
    for app in APPS:
        at = chance.uniform(2, 6) * INTERVAL
        last = seconds - HOLD - 10 * INTERVAL
        while at < last:
            lasts = chance.choice((chance.uniform(20, 290), chance.uniform(310, 900), chance.uniform(1000, 4000)))
            lasts = min(lasts, last - at)  # what began has to be resolved while somebody looks
            found.append(Outage(app, chance.choice(kinds), at, at + lasts))
            at += lasts + HOLD + chance.uniform(5, 12) * INTERVAL
    return sorted(found, key=lambda each: each.begins)


def stages(healthy, clock, outages):
    """Give the worlds from which time on each stands."""
    moments = sorted({0.0, *(each.begins for each in outages), *(each.ends for each in outages)})
    for moment in moments:
        world = healthy
        for each in outages:
            if each.ends <= moment:
                world = _mended(world, each, clock)
        for each in outages:
            if each.begins <= moment < each.ends:
                world = _broken(world, each, clock + timedelta(seconds=each.begins))
        yield moment, world


def _broken(world, outage, since):
    app = world.app(outage.app)
    if outage.kind == "forbidden":
        told = Canned(403, {"id": "forbidden", "message": "You do not have access to the app."})
        return replace(world, answers=(*world.answers, Answer(f"GET https://api.heroku.com/apps/{app.name}/*", told)))
    match outage.kind:
        case "crashed":
            changed = replace(app, dynos=(replace(app.dynos[0], state="crashed", since=since),), responses={})
        case "gone":
            changed = replace(app, dynos=(), responses={})
        case "health":
            changed = replace(app, responses={**app.responses, "/health": Canned(500, {"status": "down"})})
        case _:
            last = app.releases[-1]
            failed = Release(last.version + 1, "Deploy 5ad0c3f1", since, "failed", "5ad0c3f1" * 5)
            changed = replace(app, releases=(*app.releases, failed))
    return _with(world, changed)


def _mended(world, outage, clock):
    """Give a world after an outage: a dyno that came up again, a release that succeeded, as of its end."""
    app, at = world.app(outage.app), clock + timedelta(seconds=outage.ends)
    match outage.kind:
        case "crashed" | "gone":
            return _with(world, replace(app, dynos=(replace(app.dynos[0], since=at),)))
        case "failed":
            last = app.releases[-1]
            mended = Release(last.version + 1, f"Deploy {last.commit[:8]}", at, "succeeded", last.commit)
            dyno = replace(app.dynos[0], release=mended.version, since=at)
            return _with(world, replace(app, releases=(*app.releases, mended), dynos=(dyno,)))
        case _:
            return world


def _with(world, changed):
    return replace(world, apps=tuple(changed if each.name == changed.name else each for each in world.apps))


@dataclass
class Watched:
    """A watch of a sandbox whose time is `passed`, in seconds; `called` has each message with the time of its look."""

    watch: Watch
    sandbox: Sandbox
    judge: Judge
    folder: Path
    called: list
    passed: list

    @property
    def days(self):
        """The directories that it left, the oldest first."""
        return sorted((self.folder / "reports").glob("sandbox-watch-*"))


@contextmanager
def watching(folder, scenario, source):
    """Watch a scenario, whose time the caller sets, as `asbuilt watch --every 5m --state FILE` does."""
    passed, called = [0.0], []
    about = of_source(Path("estate.yaml"), source, ())
    run = about.run
    with ExitStack() as closing:
        sandbox = closing.enter_context(_serving(scenario, lambda: passed[0]))
        judge = closing.enter_context(Judge(about))
        world = f"sandbox {scenario.name}"
        head = Head("raxx", sha256(source).hexdigest(), world, (), INTERVAL)
        days = closing.enter_context(Days(folder / "reports", head, source, Secrets(), print, live=False))
        days.resume(sandbox.clock())
        client = Client(Tokens("sandbox", None), route_to=sandbox.origin)
        closing.callback(client.close)
        closing.enter_context(
            patch.object(reaching, "deliver", lambda _, message, **__: called.append((passed[0], message)))
        )
        plan = planned(run.estate, run.scope, timedelta(seconds=INTERVAL))
        watch = Watch(
            run,
            head,
            Looks(run.estate, client, world, plan, 60.0),
            judge,
            days,
            Telling(print, loud=QUIET) if os.environ.get("SOAK_TELLS") else Telling(lambda _: None),
            Heartbeat(),
            reaching.reaching(run.estate.alerts, StateFile(folder / "state.json"), {}, None),
        )
        yield Watched(watch, sandbox, judge, folder, called, passed)


def soaked(folder, looks, seed):
    """Watch for so many looks, and hold what was called against what was wrong."""
    scenario = scenario_of("healthy")
    healthy = scenario.stages[0][1]
    source = SOURCE.replace(b"STAGING", healthy.app(APPS[1]).hash.encode())
    outages = schedule(seed, looks * INTERVAL)
    scenario = replace(scenario, stages=tuple(stages(healthy, scenario.clock, outages)))
    found = Soaked(outages)
    with watching(folder, scenario, source) as watched:
        for number in range(looks):
            watched.passed[0] = number * INTERVAL
            _look(watched.watch, watched.sandbox, found, number)
            if number in {min(100, looks // 2), looks - 1}:
                _measure(found, folder, watched.judge)
        found.days, found.called = watched.days, watched.called
    found.processor = sum(os.times()[:4])
    found.wrong += _misses(found)
    return found


def incident(repaired_after):
    """Give the world of the incident from the moment that the app was there, repaired after so many seconds."""
    scenario = scenario_of("incident-2026-04-30@2026-04-22T15:02:30Z")
    broken = scenario.stages[0][1]
    production, staging = (broken.app(each) for each in APPS)
    at = scenario.clock + timedelta(seconds=repaired_after)
    commit = staging.releases[-1].commit
    deploy = Release(production.releases[-1].version + 1, f"Deploy {commit[:8]}", at, "succeeded", commit)
    mended = replace(
        production,
        releases=(*production.releases, deploy),
        formation=staging.formation,
        dynos=(replace(staging.dynos[0], release=deploy.version, since=at),),
        responses=staging.responses,
    )
    return replace(scenario, stages=((0.0, broken), (repaired_after, _with(broken, mended))))


def incident_watched(folder, times, repaired_after):
    """Watch the incident at some times, in seconds since the app was there: each call with its time, kind and title."""
    scenario = incident(repaired_after)
    source = SOURCE.replace(b"STAGING", scenario.stages[0][1].app(APPS[1]).hash.encode()).replace(b"10m", b"30m")
    with watching(folder, scenario, source) as watched:
        for each in times:
            watched.passed[0] = each
            watched.watch.once()
        return [(at, message.kind, message.title) for at, message in watched.called]


def _serving(scenario, elapsed):
    with patch("asbuilt.sandbox.server.load", lambda *_, **__: scenario):
        return Sandbox.start(scenario.name, elapsed=elapsed)


def _look(watch, sandbox, found, number):
    log = sandbox._application.log  # noqa: SLF001 - emptied each time: else it would be what grows
    log.clear()
    code = watch.once()
    if code not in {0, 1}:
        found.wrong.append(f"look {number} ended with exit {code}")
    asked = Counter(each.path.split("/")[2] for each in log if each.host == "api.heroku.com")
    if any(count > 2 for count in asked.values()) or any(each.host == "api.github.com" for each in log):
        found.wrong.append(f"look {number} asked {dict(asked)} of Heroku, {len(log)} in all")
    found.requests["Heroku"] += sum(asked.values())
    found.requests["probes"] += len(log) - sum(asked.values())


def _measure(found, folder, judge):
    found.sizes.append((_resident(os.getpid()), _resident(judge.process)))
    found.descriptors.append((_descriptors(os.getpid()), _descriptors(judge.process)))
    found.files.append(sum(1 for each in folder.rglob("*") if each.is_file()))


def _resident(process):
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(each.split()[1]) for each in lines if each.startswith("VmRSS"))


def _descriptors(process):
    try:
        return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
    except OSError:
        return 0


def _misses(found):
    """Say which outage was not called, called though it was short, called twice or never resolved."""
    left = list(found.called)
    for each in found.outages:
        until = each.ends + HOLD + 4 * INTERVAL
        mine = [one for one in left if each.begins <= one[0] <= until and each.app in one[1].text]
        left = [one for one in left if one not in mine]
        count = Counter(message.kind for _, message in mine)
        if each.must_be_called and count[Kind.FIRST] != 1:
            yield f"{each} was called {count[Kind.FIRST]} times"
        if each.must_not_be_called and mine:
            yield f"{each} was called: {[message.title for _, message in mine]}"
        if count[Kind.FIRST] != count[Kind.RESOLVED]:
            yield f"{each} was called {count[Kind.FIRST]} times, and resolved {count[Kind.RESOLVED]} times"
        if each.kind == "crashed" and each.must_be_called and mine:
            first = mine[0][0]
            over = next(at for at in _times(each) if at - each.begins > GRACE)
            if first > over:
                yield f"{each} was called at {first}, and was over its grace at the look of {over}"
    for at, message in left:
        yield f"at {at} without an outage: {message.kind} {message.title}"


def _times(outage):
    number = int(outage.begins // INTERVAL) + 1
    while True:
        yield number * INTERVAL
        number += 1
