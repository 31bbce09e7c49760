"""One look of a watch at its apps: two requests to Heroku for each app at most, its probes, and nothing of GitHub.

The two are the releases and the dynos: in a healthy world they tell all that the checks marked `watch` ask for. Where
they do not, something else takes the place of one of them, in this look or in the next: the app, where its release
carries no code that can be seen, where its URL is not declared, or where Heroku's router answered for it; the
formation, where something is down. What an earlier look asked stands in for what this one does not ask.
"""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from asbuilt import estate as declared
from asbuilt.model import (
    AppState,
    Fact,
    Observation,
    Observed,
    Release,
    Unobserved,
    codes,
    current_release,
)
from asbuilt.observe import heroku, heroku_lists, web
from asbuilt.observe.http import IN_FLIGHT, Client
from asbuilt.observe.kept_looks import Held, Kept, KeptApp
from asbuilt.observe.look_states import Seen, counting, state_of, value_of
from asbuilt.observe.provider_clock import latest
from asbuilt.observe.status_pages import HEROKU, status_page
from asbuilt.under_way import asleep


def look(
    estate: declared.Estate,
    client: Client,
    kept: Kept,
    world: str,
    intervals: Mapping[str, timedelta],
    *,
    due: Collection[str] | None = None,
    urls: Mapping[str, str] = MappingProxyType({}),
    goes_on: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[Observation, Kept]:
    """Look once at the apps that `intervals` names, each with the time from one look at it to the next.

    Heroku is asked for those that are `due`, for all where that is None; the probes of all are asked. Gives what was
    observed, and what the next look is to be handed: `kept` is what the look before gave, `Kept()` for the first.

    `urls` has where apps answer of which no look knows it yet (`urls_of`). `client` is a fresh one (`Client.fresh`).
    `goes_on` says that the next look comes by itself. `world` is what the observation calls itself. `clock` tells the
    time where no provider does.

    Raises nothing for what could not be observed: it becomes a fact of its own.
    """
    began = time.monotonic()
    known = {name: each for name, each in kept.of(world).items() if name in estate.apps}
    apps = [estate.apps[name] for name in sorted(intervals)]
    asked = [each for each in apps if due is None or each.name in due]
    with ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="look") as pool:
        asking = {
            each.name: pool.submit(_ask_heroku, client, each, known.get(each.name), intervals[each.name])
            for each in asked
        }
        seen = {name: future.result() for name, future in asking.items()}
        probing = {
            (each.name, probe.path): pool.submit(*asks)
            for each in apps
            for probe in each.probes
            if (asks := _probe(client, each, probe, seen.get(each.name), known.get(each.name), urls.get(each.name)))
        }
        page = pool.submit(status_page, client, HEROKU) if HEROKU in estate.providers.status_pages else None
        answers = {key: future.result() for key, future in probing.items()}
    as_of = latest(client.transcript, client.github)
    now = as_of or clock()
    states: dict[str, AppState] = {}
    for each in apps:
        name, was = each.name, known.get(each.name)
        probes = {probe.path: answers.get((name, probe.path)) or _no_url(each, probe) for probe in each.probes}
        earlier = counting(was, now, intervals[name])
        states[name], told = state_of(each, seen.get(name, Seen()), probes, earlier, now, goes_on=goes_on)
        if as_of and name in seen:
            known[name] = replace(told, web_url=told.web_url or (was.web_url if was else None) or urls.get(name))
        elif was:  # Heroku was not asked, or did not say what time it is
            known[name] = replace(was, failing=told.failing)
    observation = Observation(
        world=world,
        as_of=now,
        seconds=round(time.monotonic() - began, 3),
        apps=states,
        repositories={},
        transcript=client.transcript,
        github=client.github,
        status_pages={HEROKU: page.result()} if page else {},
    )
    return observation, Kept(world, known)


def urls_of(estate: declared.Estate, client: Client, kept: Kept, world: str, apps: Collection[str]) -> dict[str, str]:
    """Ask where apps answer that have probes, and whose URL neither the estate says nor an earlier look.

    One request for all of them, before the first look; none where there is no such app. Empty where it is not told.
    """
    known = {name for name, each in kept.of(world).items() if each.web_url}
    wanted = {name for name in apps if estate.apps[name].probes and not estate.apps[name].url} - known
    listed = heroku_lists.apps(client) if wanted else None
    found = listed.value if isinstance(listed, Observed) else ()
    return {each.name: each.web_url for each in found if each.name in wanted and each.web_url}


def _ask_heroku(client: Client, app: declared.App, before: KeptApp | None, interval: timedelta) -> Seen:
    """Ask two things of an app, the second by what the first one said."""
    name = app.name
    if before and before.releases and (wanted := _wanted(app, before, interval)):
        dynos, now = heroku.dynos(client, name, most_pages=1), latest(client.transcript, client.github)
        if now is None or not before.releases.counts(now, interval):
            return Seen(releases=heroku.releases(client, name, images=True, most_pages=1), dynos=dynos)
        if wanted == "app":
            return Seen(app=heroku.app(client, name), dynos=dynos)
        return Seen(formation=heroku.formation(client, name, most_pages=1), dynos=dynos)
    releases = heroku.releases(client, name, images=True, most_pages=1)
    if _needs_app(releases, before, interval):
        return Seen(app=heroku.app(client, name), releases=releases)
    return Seen(releases=releases, dynos=heroku.dynos(client, name, most_pages=1))


def _wanted(app: declared.App, before: KeptApp, interval: timedelta) -> str:
    """Name what is asked in place of the releases, where the look before asked for these; nothing where all is well."""
    if before.releases is None or before.releases.at != before.looked:
        return ""
    has_no_url = app.probes and not (app.url or before.web_url)
    if before.down and not has_no_url:
        return "formation" if _is_due(before.formation, before, interval) else ""
    return "app" if has_no_url or (before.router_answered and _is_due(before.app, before, interval)) else ""


def _needs_app(releases: Fact[tuple[Release, ...]], before: KeptApp | None, interval: timedelta) -> bool:
    """Say whether only the app tells what its releases mean: they show no code, or are not there at all."""
    if not isinstance(releases, Observed):
        return isinstance(releases, Unobserved) and releases.reason.startswith("answered 404")
    if codes(releases.value).get(_version(current_release(releases.value))):
        return False
    return before is None or _is_due(before.app, before, interval)


def _version(release: Release | None) -> int:
    return release.version if release else 0


def _is_due(held: Held[Any] | None, before: KeptApp, interval: timedelta) -> bool:
    """Say whether what is held will have been asked three looks ago by now, and so counts for the last time."""
    return held is None or not timedelta() <= before.looked - held.at <= interval * 1.5


def _probe(
    client: Client,
    app: declared.App,
    probe: declared.Probe,
    seen: Seen | None,
    before: KeptApp | None,
    listed: str | None,
) -> tuple[Any, ...] | None:
    """Give how to ask a probe; None where nobody knows its URL."""
    own = value_of(seen.app) if seen else None
    origin = app.url or (own.web_url if own else None) or (before.web_url if before else None) or listed
    if not origin:
        return None
    ask = web.probe_asleep if seen and _sleeps(seen) else web.probe
    return ask, client, f"{origin.rstrip('/')}{probe.path}", probe


def _no_url(app: declared.App, probe: declared.Probe) -> Unobserved:
    reason = "was made: the estate declares no `url` for it, and no look has asked for its web_url yet"
    return Unobserved(f"{app.name} {probe.path}", "no request", reason, "declare its `url` in the estate", asked=False)


def _sleeps(seen: Seen) -> bool:
    """Say whether an app's web dynos sleep: a request wakes them, and is answered late."""
    return any(dyno.type == "web" and asleep(dyno, None) for dyno in value_of(seen.dynos) or ())
