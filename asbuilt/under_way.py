"""What is under way, and what is down: told by the providers' own timestamps of the thing that is not up.

`now` is the providers' clock and `grace` how long something may take. A grace of nothing excuses nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from asbuilt import descriptions
from asbuilt.model import Dyno, Formation, Release, current_release, deploys

_ECO = "eco"


@dataclass(frozen=True, slots=True)
class Down:
    """Dynos that should be up and are not.

    `waits_for` says what is under way where that excuses all of them, and is empty where something is down.
    """

    up: int
    states: str
    since: datetime
    waits_for: str


@dataclass(frozen=True, slots=True)
class _Lack:
    """One dyno that is not up, or not there: since when, and what excuses it."""

    since: datetime
    waits_for: str = ""


def young(since: datetime, now: datetime, grace: timedelta) -> bool:
    """Tell whether something that began at an instant still has time. A clock that is behind gives it no more."""
    return max(now - since, timedelta()) < grace


def first_deploy(releases: tuple[Release, ...], *, images: bool, now: datetime, grace: timedelta) -> Release | None:
    """Give the app's first release, or the first that brings code, while it is pending and young."""
    newest = releases[0] if releases else None
    if newest is None or newest.status != "pending" or not young(newest.created_at, now, grace):
        return None
    first = len(releases) == 1 or not descriptions.is_config_change(newest.description)
    return newest if first and not deploys(releases, images=images) else None


def asleep(dyno: Dyno, formation: Formation | None) -> bool:
    """Tell whether a dyno sleeps: an Eco one without traffic does, and a request wakes it.

    https://www.heroku.com/blog/app_sleeping_on_heroku
    """
    size = dyno.size or (formation.size if formation else "")
    return dyno.state == "idle" and size.lower() == _ECO


def down(
    process: str,
    least: int,
    dynos: Iterable[Dyno],
    formation: Formation | None,
    releases: tuple[Release, ...],
    *,
    images: bool,
    now: datetime,
    grace: timedelta,
) -> Down | None:
    """Give what of a process is not up; None where at least as many dynos as declared are up, or asleep.

    `releases` hold a current one. Each dyno answers for itself: a sibling that started, or a config change, excuses
    none that it did not restart.
    """
    found = list({dyno.name: dyno for dyno in dynos if dyno.type == process}.values())
    up = [dyno for dyno in found if dyno.state == "up" or asleep(dyno, formation)]
    if len(up) >= least:
        return None
    wanted = _Wanted(least, formation, releases, images, now, grace)
    lacking = [_lacks(dyno, wanted) for dyno in found if dyno not in up]
    lacking += [_missing(wanted)] * (least - len(found))
    culprits = [each for each in lacking if not each.waits_for]
    states = [f"{dyno.name} {'asleep' if asleep(dyno, formation) else dyno.state}" for dyno in found]
    return Down(
        up=len(up),
        states=", ".join(states) or f"no {process} dyno exists",
        since=min(each.since for each in culprits or lacking),
        waits_for="" if culprits else lacking[0].waits_for,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a process should be, and all that may be on its way to that."""

    least: int
    formation: Formation | None
    releases: tuple[Release, ...]
    images: bool
    now: datetime
    grace: timedelta

    def gives_time(self, since: datetime) -> bool:
        """Tell whether what began at an instant still has time."""
        return young(since, self.now, self.grace)


def _lacks(dyno: Dyno, wanted: _Wanted) -> _Lack:
    """Say since when a dyno that exists is not up, and what excuses that.

    A crashed one is down whatever else goes on. One that starts belongs to the release that it runs, or to a scaling;
    on its own it may be the daily restart or a crash loop, whose every start is young: that is looked at again.
    """
    if dyno.state == "starting":
        for since, cause in _begun(dyno, wanted):
            if wanted.gives_time(since):
                return _Lack(since, f"begun by {cause}")
        told = "a start of its own, which one look cannot tell from a crash loop; HK008 looks again"
        return _Lack(dyno.updated_at, told if wanted.gives_time(dyno.updated_at) else "")
    return _Lack(dyno.updated_at, _missing(wanted).waits_for if dyno.state == "down" else "")


def _begun(dyno: Dyno, wanted: _Wanted) -> Iterator[tuple[datetime, str]]:
    """Give what may have begun a start, by its instant: the release that the dyno runs, and a scaling of its type."""
    current = current_release(wanted.releases)
    if current and dyno.release == current.version:
        yield current.created_at, f"release {current}"
    if wanted.formation:
        yield wanted.formation.updated_at, "a change of the formation"


def _missing(wanted: _Wanted) -> _Lack:
    """Say since when a dyno should be there that is not: since a deploy or a scaling, whichever was later.

    A config change restarts dynos that are there, and brings none. Where the formation asks for fewer than should run,
    none is on its way.
    """
    formation, brought = wanted.formation, deploys(wanted.releases, images=wanted.images)
    since = [(brought[-1].created_at, f"release {brought[-1]}")] if brought else []
    since += [(formation.updated_at, "a change of the formation")] if formation else []
    if not since:
        return _Lack(wanted.releases[-1].created_at)
    latest, cause = max(since)
    comes = (formation is None or formation.quantity >= wanted.least) and wanted.gives_time(latest)
    return _Lack(latest, f"asked for by {cause}" if comes else "")
