"""What a look of a watch makes of an app: its state by this look and those before it, and what is kept for the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from asbuilt import estate as declared
from asbuilt.model import (
    Absent,
    App,
    AppState,
    Dyno,
    Fact,
    Formation,
    Observed,
    ProbeResponse,
    Release,
    Unobserved,
    Watched,
    current_release,
)
from asbuilt.observe.http import HEROKU
from asbuilt.observe.kept_looks import Held, KeptApp
from asbuilt.observe.stretches import down_since, fails

T = TypeVar("T")
_REACHES_BACK = timedelta(minutes=30)  # how long what dynos did counts for whether they crash again and again
_OFFLINE = 503  # what Heroku's router answers for an app in maintenance, with the app's own page or Heroku's


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look asked Heroku of an app: None where it did not."""

    app: Fact[App] | None = None
    releases: Fact[tuple[Release, ...]] | None = None
    formation: Fact[tuple[Formation, ...]] | None = None
    dynos: Fact[tuple[Dyno, ...]] | None = None


def counting(before: KeptApp | None, now: datetime, interval: timedelta) -> KeptApp | None:
    """Give of what is kept what still counts; None where the look before is too long ago to tell anything."""
    if before is None or not Held(None, before.looked).counts(now, interval):
        return None

    def still(held: Held[T] | None) -> Held[T] | None:
        return held if held and held.counts(now, interval) else None

    dynos = still(before.dynos)
    return replace(
        before,
        app=still(before.app),
        releases=still(before.releases),
        formation=still(before.formation),
        dynos=dynos,
        looks=before.looks if dynos else (),
        down=before.down if dynos else {},
    )


def state_of(
    app: declared.App,
    seen: Seen,
    probes: Mapping[str, Fact[ProbeResponse]],
    before: KeptApp | None,
    now: datetime,
    *,
    goes_on: bool,
) -> tuple[AppState, KeptApp]:
    """Give the state of an app by this look and those before it, and what is kept of it.

    `goes_on` says that the next look comes by itself.
    """
    held = _of_now(before or KeptApp(now), seen)
    state = AppState(
        app=_fact(app, "app", seen.app, held.app),
        releases=_fact(app, "releases", seen.releases, held.releases),
        formation=_fact(app, "formation", seen.formation, held.formation),
        dynos=_fact(app, "dynos", seen.dynos, held.dynos),
        probes=dict(probes),
    )
    if isinstance(seen.app, Absent):
        gone = _gone(app, seen.app)
        state = replace(state, app=gone, releases=gone, formation=gone, dynos=gone)
    looks, down, is_new = held.looks, held.down, isinstance(seen.dynos, Observed)
    if isinstance(seen.dynos, Observed):
        looks = _with(looks, Held(seen.dynos.value, now), now)
    told = _down(app, state, held, now) if is_new else _still_down(app, state, held)
    if is_new:
        down = {name: _instant(fact, now) for name, fact in told.items()}
    watched = Watched(before.looked if before else None, told, _failing(app, state, before, now, goes_on=goes_on))
    state = replace(state, looks=_looks(state.dynos, looks), watched=watched)
    kept = KeptApp(
        looked=now,
        app=_held(seen.app, now) or held.app,
        releases=_held(seen.releases, now) or held.releases,
        formation=_held(seen.formation, now) or held.formation,
        dynos=_held(seen.dynos, now) or held.dynos,
        looks=looks,
        down=down,
        failing=watched.failing,
        router_answered=any(isinstance(each, Observed) and _is_of_router(each.value) for each in probes.values()),
        web_url=seen.app.value.web_url if isinstance(seen.app, Observed) else held.web_url,
    )
    return state, kept


def _of_now(held: KeptApp, seen: Seen) -> KeptApp:
    """Give what is kept, but no app as it was before there was the release that brings its code: it has a size since.

    Such a release tells by itself that the app runs no images.
    """
    current = current_release(value_of(seen.releases) or ())
    if held.app is None or current is None or not current.code or current.created_at <= held.app.at:
        return held
    return replace(held, app=None)


def _fact(app: declared.App, what: str, seen: Fact[T] | None, held: Held[T] | None) -> Fact[T]:
    """Give what this look saw; else what an earlier one did; else that nobody asked."""
    if seen is not None:
        return seen
    if held is not None:
        return Observed(held.value)
    return _unasked(app, what)


def _unasked(app: declared.App, what: str) -> Unobserved:
    told = f"{what} of {app.name}" if what != "app" else f"app {app.name}"
    reason = f"was made for {told}: a look asks two things of an app"
    return Unobserved(told, "no request", reason, f"ask for all of it: asbuilt live --app {app.name}", asked=False)


def _gone(app: declared.App, absent: Absent) -> Unobserved:
    """Give the fact of an app that Heroku answers 404 for: whether it is gone is for a run to judge, not for a look."""
    request, reason = f"GET {HEROKU}/apps/{app.name}", "answered 404: it does not exist, or the token may not see it"
    remedy = f"heroku apps:info --app {app.name}   (renamed, deleted? correct the estate or the app)"
    return Unobserved(f"app {app.name}", request, reason, remedy, absent.requests)


def _looks(
    dynos: Fact[tuple[Dyno, ...]], looks: tuple[Held[tuple[Dyno, ...]], ...]
) -> Fact[tuple[tuple[Dyno, ...], ...]]:
    if isinstance(dynos, Observed):
        return Observed(tuple(each.value for each in looks) or (dynos.value,), dynos.requests)
    return dynos


def _with(
    looks: tuple[Held[tuple[Dyno, ...]], ...], newest: Held[tuple[Dyno, ...]], now: datetime
) -> tuple[Held[tuple[Dyno, ...]], ...]:
    """Give the looks at an app's dynos with one more; one that shows nothing new is not kept, nor one of long ago."""
    every = looks if looks and looks[-1].value == newest.value else (*looks, newest)
    # What stood when the time that counts began was seen before it.
    begins = max((place for place, each in enumerate(every) if now - each.at > _REACHES_BACK), default=0)
    return every[begins:]


def _down(app: declared.App, state: AppState, held: KeptApp, now: datetime) -> dict[str, Fact[datetime]]:
    """Give since when each process is down that is."""
    dynos, releases = value_of(state.dynos) or (), value_of(state.releases) or ()
    formation = {each.type: each for each in value_of(state.formation) or ()}
    found = {
        name: down_since(
            name,
            process.least,
            dynos,
            formation.get(name),
            releases,
            images=_may_run_images(state, releases),
            before=held,
            now=now,
        )
        for name, process in app.formation.items()
    }
    return {name: fact for name, fact in found.items() if fact is not None}


def _still_down(app: declared.App, state: AppState, held: KeptApp) -> dict[str, Fact[datetime]]:
    """Give since when each process is down that was at an earlier look, where this one did not ask.

    It may have come up since: so it counts as down where it had been for longer than the grace by then.
    """
    if held.dynos is None or not isinstance(state.dynos, Observed):
        return {}
    unasked = _unasked(app, "dynos")
    was = held.dynos.at
    return {name: Observed(since) if was - since >= app.grace else unasked for name, since in held.down.items()}


def _may_run_images(state: AppState, releases: tuple[Release, ...]) -> bool:
    known = value_of(state.app)
    current = current_release(releases)
    return known.runs_images if known else not (current and current.code)


def _failing(
    app: declared.App, state: AppState, before: KeptApp | None, now: datetime, *, goes_on: bool
) -> dict[str, datetime | None]:
    """Give since when each probe is not answered as declared; where no answer came, what was so stays so.

    A first look cannot tell, and None says so: where no other is sure to come, that has to be told at once.
    """
    found: dict[str, datetime | None] = {}
    known = before.failing if before else {}
    for probe in app.probes:
        response = value_of(state.probes[probe.path])
        if response is None and probe.path in known:
            found[probe.path] = known[probe.path]
        elif response is not None and fails(probe, response, value_of(state.app)):
            found[probe.path] = known.get(probe.path, now) if before or goes_on else None
    return found


def _is_of_router(response: ProbeResponse) -> bool:
    return response.from_router or response.status == _OFFLINE


def _instant(fact: Fact[datetime], now: datetime) -> datetime:
    """Give since when something is down: since this look, where nothing says it."""
    return fact.value if isinstance(fact, Observed) else now


def _held(fact: Fact[T] | None, now: datetime) -> Held[T] | None:
    return Held(fact.value, now) if isinstance(fact, Observed) else None


def value_of(fact: Fact[T] | None) -> T | None:
    """Give what was observed; None where nothing was."""
    return fact.value if isinstance(fact, Observed) else None
