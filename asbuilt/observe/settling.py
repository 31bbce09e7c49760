"""Wait for a deploy to come to its end: look at the apps again until all is as declared, and has been for a while.

What is seen meanwhile becomes a timeline. At the deadline nothing is excused, so the checks have to know how it ended.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from asbuilt import estate as declared
from asbuilt.bodies import departures
from asbuilt.commits import agree, commit_of, comparison_with, other_commit, release_of
from asbuilt.crashes import TWICE, falls, life_of
from asbuilt.model import (
    Absent,
    AppState,
    Dyno,
    Observation,
    Observed,
    ProbeResponse,
    Release,
    Settling,
    Unobserved,
    current_release,
)
from asbuilt.observe.again import Eyes
from asbuilt.observe.clock import Clock
from asbuilt.scope import repository_of

_SLOWEST, _QUICKEST = 5.0, 0.2
_REMINDS = 30.0
HOLD = 15.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which apps a run waits for, for how many seconds at most, and how long all must be as declared then."""

    apps: frozenset[str] = frozenset()
    seconds: float = 0.0
    hold: float | None = None

    @property
    def held(self) -> float:
        """How long all must be as declared, in seconds: at most half of the whole."""
        return min(HOLD if self.hold is None else self.hold, self.seconds / 2)


@dataclass(frozen=True, slots=True)
class Lack:
    """What an app lacks, since when where a provider says so; `useless` where to wait for it is of no use."""

    reason: str
    since: datetime | None = None
    useless: bool = False


@dataclass(slots=True)
class _Waiting:
    """What is known of an app that is waited for: the lack that was told last, and since when there is none."""

    lack: Lack | None = None
    good: float | None = None
    told: float = 0.0


def settled(
    eyes: Eyes,
    observation: Observation,
    wanted: Wanted,
    clock: Clock,
    say: Callable[[str], None],
    as_of: Callable[[], datetime],
) -> Observation:
    """Look at apps again until each is as declared and stays so, or cannot become so any more, or the time is up."""
    began = clock.now()
    waiting = {name: _Waiting() for name in sorted(wanted.apps)} if wanted.seconds else {}
    while waiting:
        passed = clock.now() - began
        over = passed >= wanted.seconds
        lines: list[str] = []
        for name, each in list(waiting.items()):
            lack = lack_of(eyes.estate, observation, name)
            lines += _noted(name, each, lack, passed, observation.as_of)
            if end := _end(each, lack, passed, wanted.held, over=over):
                observation = replace(observation, settling={**observation.settling, name: end})
                lines.append(f"{name}: {_told(end)}")
                del waiting[name]
        stamped = [f"{observation.as_of:%H:%M:%S} {line}" for line in lines]
        for line in (*stamped, *_reminders(waiting, passed)):
            say(f"settling: {line}")
        observation = replace(observation, timeline=(*observation.timeline, *stamped))
        if waiting:
            clock.pause(_pause(waiting.values(), wanted, passed))
            observation = eyes.again(observation, list(waiting))
            observation = replace(observation, as_of=as_of())
    return observation


def _noted(name: str, each: _Waiting, lack: Lack | None, passed: float, now: datetime) -> list[str]:
    """Note what an app lacks now; give the line that tells it where it is news."""
    if lack is None:
        news = each.good is None
        each.good, each.lack = passed if each.good is None else each.good, None
        return [f"{name}: all is as declared"] if news else []
    news = each.lack is None or each.lack.reason != lack.reason
    each.good = None
    if not news:
        return []
    each.lack, each.told = replace(lack, since=lack.since or now), passed
    return [] if lack.useless else [f"{name}: {_since(each.lack)}"]


def _end(each: _Waiting, lack: Lack | None, passed: float, hold: float, *, over: bool) -> Settling | None:
    """Say how waiting for an app has ended; None while it has not."""
    seconds = round(passed, 1)
    if lack is not None:
        return Settling("useless" if lack.useless else "late", lack.reason, seconds) if lack.useless or over else None
    held = passed - (each.good if each.good is not None else passed)
    if held >= hold and passed > 0:
        return Settling("settled", f"as declared for {held:.0f} s", seconds)
    return Settling("brief", f"as declared for {held:.0f} s alone, not for {hold:g}", seconds) if over else None


def _told(end: Settling) -> str:
    match end.end:
        case "settled":
            return f"settled, {end.reason}"
        case "brief":
            return f"{end.reason}, and {end.seconds:g} s are over"
        case "late":
            return f"has not settled in {end.seconds:g} s: {end.reason}"
        case _:
            return f"to wait is of no use: {end.reason}"


def _reminders(waiting: Mapping[str, _Waiting], passed: float) -> list[str]:
    """Give a line for each app that has been waited for, for one reason, so long that somebody may wonder."""
    lines = []
    for name, each in waiting.items():
        if each.lack and passed - each.told >= _REMINDS:
            each.told = passed
            lines.append(f"{name}: after {passed:.0f} s still {_since(each.lack)}")
    return lines


def _since(lack: Lack) -> str:
    return f"{lack.reason}, since {lack.since:%H:%M:%S}" if lack.since else lack.reason


def _pause(waiting: Collection[_Waiting], wanted: Wanted, passed: float) -> float:
    """Give how long to wait for the next look: not past the deadline, nor past the moment when an app has held."""
    usual = min(_SLOWEST, max(_QUICKEST, wanted.seconds / 20))
    moments = [wanted.seconds, *(each.good + wanted.held for each in waiting if each.good is not None)]
    left = [moment - passed for moment in moments if moment > passed]
    return min(usual, *left) if left else usual


def lack_of(estate: declared.Estate, observation: Observation, name: str) -> Lack | None:
    """Give the first thing by which an app is not as declared after a deploy; None where it is.

    In this order: the release, the dynos of the declared processes on it, the probes. What could not be observed is
    not waited for: it is unknown.
    """
    app, state, meant = estate.apps[name], observation.apps[name], observation.meant.get(name)
    if isinstance(state.app, Absent):
        return Lack("the app does not exist", useless=True)
    if meant and (other := other_commit(state, meant)):
        there = observation.repositories.get(repository_of(estate, name) or "")
        known = there is not None and isinstance(comparison_with(there, other), Observed)
        if not known and release_of(state, meant) is None:
            meant = None  # a commit that GitHub does not know tells nothing of the one that was meant
    return _lack_of_release(state, meant) or _lack_of_dynos(app, state) or _lack_of_probes(app, state, meant)


def _lack_of_release(state: AppState, meant: str | None) -> Lack | None:
    releases = state.releases.value if isinstance(state.releases, Observed) else None
    if releases is None:
        return None
    newest, current = next(iter(releases), None), current_release(releases)
    if meant and (lack := _lack_of_commit(state, releases, current, meant)):
        return lack
    if newest and newest.status == "pending":
        return Lack(f"release {newest} is pending", newest.created_at)
    if newest and newest.status == "failed":
        return Lack(f"release {newest} failed", newest.created_at, useless=True)
    return None if current else Lack("no release is current")


def _lack_of_commit(state: AppState, releases: tuple[Release, ...], current: Release | None, meant: str) -> Lack | None:
    """Say why the commit that was meant is not the one that runs, and will stay so; None where Heroku names none."""
    named = [(release, commit_of(state, release)) for release in releases]
    brought = [release for release, commit in named if commit and agree(commit, meant)]
    if not brought:
        runs = commit_of(state, current) if current else None
        if current and runs is None:
            return None
        running = f", {current} of {runs[:8]} runs" if current and runs else ""
        waits_for = next((each for each in releases[:1] if each.status == "pending"), None)
        also = f"; {waits_for} is pending" if waits_for else ""
        return Lack(f"there is no release of {meant[:8]}{running}{also}")
    newest = brought[0]
    later = [
        (release, commit)
        for release, commit in named
        if release.version > newest.version and release.status != "failed" and commit and not agree(commit, meant)
    ]
    if later:
        release, commit = later[0]
        told = f"release {newest} of {meant[:8]} was overtaken by {release} of {(commit or '')[:8]}"
        return Lack(told, release.created_at, useless=True)
    if newest.status == "failed" and newest is releases[0]:
        return Lack(f"release {newest} of {meant[:8]} failed", newest.created_at, useless=True)
    return None


def wanted_dynos(process: declared.Process) -> int:
    """Give how many dynos of a process are up at least where it is as declared."""
    return process.least


def _lack_of_dynos(app: declared.App, state: AppState) -> Lack | None:
    current = current_release(state.releases.value) if isinstance(state.releases, Observed) else None
    if current is None or not isinstance(state.dynos, Observed):
        return None
    of_it = [dyno for dyno in state.dynos.value if dyno.type in app.formation]
    for dyno in of_it:
        life = life_of(dyno.name, state.looks.value) if isinstance(state.looks, Observed) else ()
        crashed = any(each.state == "crashed" for each in life)
        if dyno.release == current.version and crashed and falls(life) >= TWICE:
            return Lack(f"{dyno.name} crashed twice on {current}", life[0].updated_at, useless=True)
    for name, process in app.formation.items():
        found = [dyno for dyno in of_it if dyno.type == name]
        up = [dyno for dyno in found if dyno.release == current.version and dyno.state in {"up", "idle"}]
        if len(up) < wanted_dynos(process):
            others = [dyno for dyno in found if dyno not in up]
            told = ", ".join(_standing(dyno, current) for dyno in others) or f"no other {name} dyno exists"
            since = max((dyno.updated_at for dyno in others), default=None)
            return Lack(f"{len(up)} of {wanted_dynos(process)} {name} up on {current} ({told})", since)
    for dyno in of_it:
        if dyno.release != current.version:
            return Lack(f"{dyno.name} still runs v{dyno.release}, current is {current}", current.created_at)
    return None


def _standing(dyno: Dyno, current: Release) -> str:
    return f"{dyno.name} {dyno.state}" + ("" if dyno.release == current.version else f" on v{dyno.release}")


def _lack_of_probes(app: declared.App, state: AppState, meant: str | None) -> Lack | None:
    current = current_release(state.releases.value) if isinstance(state.releases, Observed) else None
    expected = meant or (commit_of(state, current) if current else None)
    for probe in app.probes:
        match state.probes.get(probe.path):
            case Observed(value=response):
                if told := _otherwise(probe, response, expected):
                    return Lack(f"GET {probe.path} {told}")
            case Unobserved(reason=reason) if app.url or isinstance(state.app, Observed):
                return Lack(f"GET {probe.path} {reason}")
    return None


def _otherwise(probe: declared.Probe, response: ProbeResponse, expected: str | None) -> str:
    """Say how an answer is not the declared one; nothing where it is."""
    if response.certificate:
        return f"turns every visitor away: the app's certificate {response.certificate}"
    if response.status != probe.status:
        return f"answers {response.status}, declared {probe.status}"
    if response.from_router:
        return f"answers {response.status}, by Heroku's router"
    if response.body and (told := next(departures(response.body, probe), "")):
        return f"answers {response.status}, and {told}"
    if probe.commit and expected and not response.commit:
        return f"names no commit, to be {expected[:8]}"
    if probe.commit and expected and response.commit and not agree(response.commit, expected):
        return f"says that it is {response.commit[:8]}, not {expected[:8]}"
    return ""
