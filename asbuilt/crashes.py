"""Which dynos crash again and again, by the looks that were taken at them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from asbuilt.model import Dyno, Release

LONG_AGO = timedelta(minutes=10)
_START = timedelta(minutes=2)  # a boot may take one: https://devcenter.heroku.com/articles/limits#boot-timeout
TWICE = 2
_STANDING = {"up", "idle"}


def came_by_itself(dyno: Dyno, release: Release | None, now: datetime) -> bool:
    """Say whether a dyno started in the last ten minutes, and no release explains that: it came up long after one."""
    young = now - dyno.updated_at <= LONG_AGO
    return young and (release is None or dyno.updated_at - release.created_at > _START)


def is_suspicious(dyno: Dyno, release: Release | None, now: datetime) -> bool:
    """Say whether one look does not tell if a dyno stays up: it is not up, or it came up by itself."""
    return dyno.state not in _STANDING or (dyno.state == "up" and came_by_itself(dyno, release, now))


def life_of(name: str, looks: tuple[tuple[Dyno, ...], ...]) -> tuple[Dyno, ...]:
    """Give what was seen of a dyno on the release that it runs now, oldest first: a release restarts it, rightly."""
    seen = [dyno for look in looks for dyno in look if dyno.name == name]
    return tuple(dyno for dyno in seen if dyno.release == seen[-1].release)


def falls(life: tuple[Dyno, ...]) -> int:
    """Count how often a dyno went down while it was looked at; `life` is what was seen of it on one release.

    Each crash, by its instant; and each start that followed another without a crash that was seen between them.
    """
    return sum(1 for _ in _falls(life))


def _falls(life: tuple[Dyno, ...]) -> Iterator[Dyno]:
    before: Dyno | None = None
    for dyno in life:
        if before is not None and (dyno.state, dyno.updated_at) == (before.state, before.updated_at):
            continue
        started = before is not None and before.state == "starting" and dyno.state in _STANDING
        again = before is not None and before.state != "crashed" and dyno.state != "down" and not started
        woken = before is not None and "idle" in {before.state, dyno.state}
        if dyno.state == "crashed" or (again and not woken):
            yield dyno
        if dyno.state != "down":
            before = dyno
