"""What of an app differs from the estate: whether it is there, its formation, its stack, its address."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from asbuilt import stacks
from asbuilt.debts.difference import Difference, Settled, laid_open, own, review, written
from asbuilt.edits import Change, Put, Removed
from asbuilt.edits.changing import Place
from asbuilt.estate import App, Estate, Process
from asbuilt.model import Absent, AppState, Formation, Observation, Observed

_HEROKU = (".herokuapp.com",)
_UP = frozenset({"up", "idle"})


def of_apps(estate: Estate, raw: Mapping[str, Any], observation: Observation) -> Iterator[Difference]:
    """Give what differs of all apps that were observed."""
    gone = [name for name, state in observation.apps.items() if isinstance(state.app, Absent) and name in estate.apps]
    if len(gone) < len(estate.apps):  # where none is there, the token is another account's
        for name in gone:
            yield _gone(name, raw)
    for name, state in observation.apps.items():
        if name in estate.apps and isinstance(state.app, Observed):
            yield from _of_app(estate.apps[name], raw, state, observation.as_of.date())


def _of_app(app: App, raw: Mapping[str, Any], state: AppState, today: date) -> Iterator[Difference]:
    assert isinstance(state.app, Observed)  # noqa: S101 - by its caller
    seen = state.app.value
    if isinstance(state.formation, Observed):
        yield from _formation(app, raw, state, {each.type: each for each in state.formation.value})
    if app.stack and seen.stack and app.stack != seen.stack and _is_supported(seen.stack, today):
        changes = (*laid_open(raw, "apps", app.name, "stack"), Put(("apps", app.name, "stack"), seen.stack))
        yield Difference(changes, settles=(Settled("HK011", app.name),))
    if app.url and seen.web_url and _is_other_address(app.url, seen.web_url):
        yield Difference((Put(("apps", app.name, "url"), seen.web_url.rstrip("/")),))


def _is_supported(stack: str, today: date) -> bool:
    return stack in stacks.WITHOUT_END or today <= stacks.SUPPORTED_THROUGH.get(stack, date.min)


def _is_other_address(declared: str, observed: str) -> bool:
    """Say whether an app's address on Heroku is another one; a domain of its own is the team's to declare."""
    host = (urlsplit(declared).hostname or "").lower()
    return host.endswith(_HEROKU) and host != (urlsplit(observed).hostname or "").lower()


def _formation(
    app: App, raw: Mapping[str, Any], state: AppState, observed: Mapping[str, Formation]
) -> Iterator[Difference]:
    """Give how the formation differs. A process that is declared and does not run at all is missing, not different."""
    if not app.formation:
        return
    place: Place = ("apps", app.name, "formation")
    whole = written(raw, "apps", app.name, "formation")
    changes: list[Change] = []
    missing = False
    for kind, process in app.formation.items():
        seen = observed.get(kind)
        if seen is None or not seen.quantity:
            missing = missing or process.least > 0
            continue
        changes += _process((*place, kind), process, whole.get(kind) if isinstance(whole, dict) else None, seen)
    for kind, seen in observed.items():
        if kind not in app.formation and seen.quantity:
            changes.append(Put((*place, kind), seen.quantity))
    if changes:
        settles = () if missing else (Settled("HK005", app.name),)
        notes = [
            review(place, f"HK006 {app.name} {kind}: {up} of {seen.quantity} {kind} up")
            for kind, up, seen in _down(state, observed)
        ]
        yield Difference((*laid_open(raw, "apps", app.name, "formation"), *changes), tuple(notes), settles)


def _down(state: AppState, observed: Mapping[str, Formation]) -> Iterator[tuple[str, int, Formation]]:
    """Give the processes of which fewer dynos are up than the formation has, with how many are."""
    if not isinstance(state.dynos, Observed):
        return
    for kind, seen in observed.items():
        up = sum(each.type == kind and each.state in _UP for each in state.dynos.value)
        if up < seen.quantity:
            yield kind, up, seen


def _process(place: Place, process: Process, said: Any, seen: Formation) -> Iterator[Change]:
    if not process.least <= seen.quantity <= process.most:
        if isinstance(said, dict):
            is_range = process.quantity is None
            key = ("max" if seen.quantity > process.most else "min") if is_range else "quantity"
            yield Put((*place, key), seen.quantity)
        else:
            yield Put(place, seen.quantity)
    if process.size and seen.size and process.size.lower() != seen.size.lower():
        yield Put((*place, "size"), seen.size)


def _gone(name: str, raw: Mapping[str, Any]) -> Difference:
    """Take an app out, with its deploys and its waivers: nothing else may speak of what is not declared."""
    changes: list[Change] = [Removed(("apps", name))]
    for repository in raw.get("repositories") or {}:
        workflows = own(raw, "repositories", repository).get("workflows")
        for file, workflow in (workflows if isinstance(workflows, dict) else {}).items():
            deploys = workflow.get("deploys") if isinstance(workflow, dict) else None
            place: Place = ("repositories", repository, "workflows", file, "deploys")
            of_it = [index for index, each in enumerate(deploys or ()) if each.get("app") == name]
            changes += [Removed((*place, index)) for index in reversed(of_it)]
    for called, workflow in (raw.get("workflows") or {}).items():
        if isinstance(workflow, dict) and workflow.get("app") == name:
            changes.append(Removed(("workflows", called)))
    waivers = raw.get("waivers") or ()
    of_it = [index for index, each in enumerate(waivers) if str(each.get("subject")).partition(" ")[0] == name]
    changes += [Removed(("waivers", index)) for index in reversed(of_it)]
    told = (
        f"HK001 {name} is taken out, with all that speaks of it: Heroku has no such app, or the token does not see it; "
        "where it should be there, leave it in, and make it"
    )
    return Difference(tuple(changes), (review(("apps",), told),), (Settled("", name),))
