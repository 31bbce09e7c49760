"""An app as an estate declares it, of what was found of it."""

from collections.abc import Iterator
from typing import Any

from asbuilt.initial.candidates import asked_by
from asbuilt.initial.nouns import AnsweringPath, Found, FoundApp, Review
from asbuilt.initial.reading_facts import unread
from asbuilt.initial.tiers import tier_of
from asbuilt.initial.ways import said_by
from asbuilt.model import Absent, AppState, Formation, Observed


def app(found: FoundApp, whole: Found, reviews: list[Review]) -> dict[str, Any]:
    """Give the entry of an app; what somebody should look at is added to the reviews."""
    here = ("apps", found.name)
    ways = whole.checkout.ways.to(found.name) if whole.checkout else ()
    said = said_by(ways)
    tier, doubt = tier_of(found.name, found.stage)
    entry: dict[str, Any] = {"tier": tier, **(_observed(found, found.state) if found.state else {})}
    if whole.repository is not None and ways:
        entry["repository"] = whole.repository.name
        if said.environment is not None:
            entry["environment"] = said.environment
    if said.gates:
        entry["gates"] = list(said.gates)
    reviews += [Review((*here, "tier"), doubt)] if doubt else []
    reviews += [Review(here, text) for text in (*_of_state(found, whole), *_of_ways(found, whole), *said.reviews)]
    return {key: entry[key] for key in _ORDER if key in entry}


def _of_state(found: FoundApp, whole: Found) -> Iterator[str]:
    """Say what is odd of the app itself, but for one that a control has missed already."""
    if found.state and not any(each.control == "HK001" and each.subject == found.name for each in whole.findings):
        yield from _reviews(found, found.state)


def _of_ways(found: FoundApp, whole: Found) -> Iterator[str]:
    """Say what is odd of how its code gets there and is checked."""
    for path in _unanswered(found, whole):
        yield f"the health check behind a deploy asks {path}, which does not answer 200 now"
    if whole.repository is not None and whole.checkout is not None and not whole.checkout.ways.to(found.name):
        yield f"no workflow file in {whole.folder} deploys it: how its code gets there is not known"


_ORDER = ("tier", "url", "repository", "environment", "gates", "stack", "formation", "probes")


def _observed(found: FoundApp, state: AppState) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    seen = state.app.value if isinstance(state.app, Observed) else None
    formation = state.formation.value if isinstance(state.formation, Observed) else ()
    running = {each.type: _process(each) for each in sorted(formation, key=_web_first) if each.quantity}
    if seen and seen.web_url and "web" in running:
        entry["url"] = seen.web_url.rstrip("/")
    if seen and seen.runs_images:
        entry["stack"] = seen.stack  # it says of which kind a release is; any other is Heroku's to retire
    if running:
        entry["formation"] = running
    if found.answering:
        entry["probes"] = [_probe(each) for each in found.answering]
    return entry


def _unanswered(found: FoundApp, whole: Found) -> Iterator[str]:
    """Give the paths that workflows ask the app for and that do not answer, where others do."""
    own = asked_by(whole.checkout.ways.to(found.name)) if whole.checkout and found.answering else ()
    there = {each.path for each in found.answering}
    yield from (path for path in own if path in found.asked and path not in there)


def _web_first(each: Formation) -> tuple[bool, str]:
    return each.type != "web", each.type


def _process(each: Formation) -> dict[str, Any] | int:
    return {"quantity": each.quantity, "size": each.size} if each.size else each.quantity


def _probe(each: AnsweringPath) -> dict[str, Any] | str:
    return {"path": each.path, "json": {"/status": each.says}} if each.says else each.path


def _reviews(found: FoundApp, state: AppState) -> Iterator[str]:
    """Say what of an app could not be read, or is odd: what a control would find is for the controls."""
    match state.app:
        case Absent():
            yield "it is not on Heroku, or the token does not see it: a workflow file or --app names it"
            return
        case Observed(value=seen):
            pass
        case unobserved:
            yield unread("the app", unobserved)
            return
    for name, fact in (
        ("its formation", state.formation),
        ("its dynos", state.dynos),
        ("its releases", state.releases),
    ):
        if not isinstance(fact, Observed):
            yield unread(name, fact)
    formation = state.formation.value if isinstance(state.formation, Observed) else None
    if formation is not None and not any(each.quantity for each in formation):
        scaled = ", ".join(f"{each.type}=0" for each in formation)
        yield f"nothing of it runs: its formation is {scaled or 'empty'}, so none is declared"
    crashed = (
        [each.name for each in state.dynos.value if each.state == "crashed"]
        if isinstance(state.dynos, Observed)
        else []
    )
    if crashed:
        yield f"{', '.join(crashed)} crashed"
    if seen.maintenance:
        yield "it is in maintenance"
    if found.asked and not found.answering:
        yield f"it has web dynos, and no path answers 200 ({', '.join(found.asked)}): name one under probes"
