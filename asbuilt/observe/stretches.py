"""Since when what is not as declared was so, over the looks of a watch.

A provider's own timestamps say it where they can: of a dyno that is not up, since when it is in its state; of one that
the formation does not ask for, since when it does not; of an app that nobody ever deployed, since when it is there.
Where they say nothing, it is since the first look that saw it.
"""

from collections.abc import Iterable
from datetime import datetime

from asbuilt import bodies, routers
from asbuilt.estate import Probe
from asbuilt.model import App, Dyno, Fact, Formation, Observed, ProbeResponse, Release, Unobserved, deploys
from asbuilt.observe.kept_looks import KeptApp
from asbuilt.under_way import asleep

_FELL = frozenset({"crashed", "down"})


def down_since(
    process: str,
    least: int,
    dynos: tuple[Dyno, ...],
    formation: Formation | None,
    releases: tuple[Release, ...],
    *,
    images: bool,
    before: KeptApp | None,
    now: datetime,
) -> Fact[datetime] | None:
    """Give since when fewer dynos of a process are up than declared; None where as many are.

    `before` is what is kept of the look before, None where there was none: then nothing may tell. `formation` is None
    where it is not known. `images` says that the app may run images.
    """
    found = {dyno.name: dyno for dyno in dynos if dyno.type == process}.values()
    lacking = [dyno for dyno in found if dyno.state != "up" and not asleep(dyno, formation)]
    if len(found) - len(lacking) >= least:
        return None
    told = [dyno.updated_at for dyno in lacking]
    if is_missing := len(found) < least:
        told += _missing_since(least, formation, releases, images=images)
    earlier = before.down.get(process) if before else None
    if earlier is not None and (is_missing or _goes_on(lacking, before)):
        told.append(earlier)
    if told:
        return Observed(min([*told, now]))
    if before is not None and before.dynos is not None:
        return Observed(now)
    reason = f"lists no {process} dyno at the first look, and nothing says since when that is so"
    return Unobserved(f"since when {process} is down", "GET https://api.heroku.com/apps/*/dynos", reason, "look again")


def _missing_since(
    least: int, formation: Formation | None, releases: tuple[Release, ...], *, images: bool
) -> list[datetime]:
    """Give since when a dyno that does not exist cannot have existed, as far as something says so."""
    if releases and not deploys(releases, images=images):
        return [releases[-1].created_at]
    return [formation.updated_at] if formation and formation.quantity < least else []


def _goes_on(lacking: Iterable[Dyno], before: KeptApp | None) -> bool:
    """Tell whether one of the dynos that are not up was not up at the look before, and nothing says that it came up.

    It is as it was; or it had crashed, and starts again on the same release. Any other start is a restart that came
    since, of a dyno that was up; and one that has crashed anew was started between: that is HK008's to tell.
    """
    known = {dyno.name: dyno for dyno in before.dynos.value} if before and before.dynos else {}
    for dyno in lacking:
        earlier = known.get(dyno.name)
        if earlier is None or earlier.release != dyno.release:
            continue
        is_started_again = earlier.state in _FELL and dyno.state not in _FELL
        if is_started_again or (earlier.state, earlier.updated_at) == (dyno.state, dyno.updated_at):
            return True
    return False


def fails(probe: Probe, response: ProbeResponse, app: App | None) -> bool:
    """Tell whether a probe is answered otherwise than declared."""
    if response.certificate or response.status != probe.status or routers.answered(response, app):
        return True
    return response.body is not None and next(bodies.departures(response.body, probe), None) is not None
