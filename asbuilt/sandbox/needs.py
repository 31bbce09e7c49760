"""What the subject of a fault must have, so that the fault shows: what no estate declares, no control judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from asbuilt.estate import App, Environment
    from asbuilt.sandbox.edits import Edit
    from asbuilt.sandbox.roles import Choice, Roles

# By control: what a subject lacks on which it cannot trip.
_OF_APPS: Mapping[str, tuple[str, Callable[[App, Choice], bool]]] = {
    "HK002": ("runs container images, which have no slug", lambda app, _: app.stack != "container"),
    "HK005": ("declares no formation with web", lambda app, _: "web" in app.formation),
    "HK006": ("declares no web process that runs", lambda app, _: "web" in app.formation and app.formation["web"].least > 0),
    "HK011": ("runs container images, which bring their own stack", lambda app, _: app.stack != "container"),
    "WEB001": ("declares no probe", lambda app, _: bool(app.probes)),
    "WEB002": ("declares no body of a probe", lambda app, _: any(each.asks_for_body for each in app.probes)),
    "GH009": ("is deployed by no declared workflow", lambda _, choice: choice.way is not None),
    "GH015": ("is deployed through no environment", lambda _, choice: choice.way is not None and bool(choice.environment)),
    "HK009": ("is deployed by no declared workflow", lambda _, choice: choice.way is not None),
    "HK018": ("is deployed by no declared workflow", lambda _, choice: choice.way is not None),
    "HK022": (
        "is deployed by no push of a branch",
        lambda _, choice: choice.way is not None and choice.way.deploy.trigger == "push" and not choice.way.deploy.tag,
    ),
}
_OF_ENVIRONMENTS: Mapping[str, tuple[str, Callable[[Environment], bool]]] = {
    "GH003": ("declares no reviewers", lambda each: bool(each.reviewers)),
    "GH004": ("declares no wait_timer", lambda each: each.wait_timer is not None),
    "GH005": (
        "declares no patterns of deployment_branches",
        lambda each: bool(each.deployment_branches) and not {"@any", "@protected"} & set(each.deployment_branches or ()),
    ),
    "GH006": ("does not declare admins_can_bypass: false", lambda each: each.admins_can_bypass is False),
}


def lacks(trips: Mapping[str, Iterable[str]], edits: Iterable[Edit], choice: Choice, world: Roles) -> str:
    """Say what a subject lacks that a fault needs; nothing where it has all."""
    return next(_lacking(frozenset(trips), tuple(edits), choice, world), "")


def _lacking(trips: frozenset[str], edits: tuple[Edit, ...], choice: Choice, world: Roles) -> Iterator[str]:
    touched = {str(step) for each in edits for step in each.at}
    app = world.estate.apps.get(choice.app) if world.estate and choice.app else None
    if choice.kind == "app" and choice.app:
        document = world.apps[choice.app]
        if "web.1" in touched and "web.1" not in (document.get("dynos") or {}):
            yield "has no dyno web.1"
        if "responses" in touched and not document.get("responses"):
            yield "answers no probe"
        for control in sorted(trips & _OF_APPS.keys()) if app else ():
            told, has = _OF_APPS[control]
            if app and not has(app, choice):
                yield told
        web = app.formation.get("web") if app else None
        if "size" in touched and web and web.size:
            yield "declares the size of web"
        if "stack" in touched and not trips and app and app.stack:
            yield "declares its stack"
    if choice.kind == "environment" and world.estate and choice.repository in world.estate.repositories:
        environment = world.estate.repositories[choice.repository].environment(choice.environment or "")
        if environment is None:
            yield "is not declared"
            return
        for control in sorted(trips & _OF_ENVIRONMENTS.keys()):
            told, is_so = _OF_ENVIRONMENTS[control]
            if not is_so(environment):
                yield told
    if choice.kind == "workflow" and world.estate and choice.repository in world.estate.repositories:
        if choice.workflow not in world.estate.repositories[choice.repository].workflows:
            yield "is not declared"
