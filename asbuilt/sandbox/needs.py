"""What the subject of a fault must have, so that the fault shows: what no estate declares, no control judges."""

from __future__ import annotations

from datetime import timedelta
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
    "HK006": (
        "declares no web process that runs",
        lambda app, _: "web" in app.formation and app.formation["web"].least > 0,
    ),
    "HK011": ("runs container images, which bring their own stack", lambda app, _: app.stack != "container"),
    "WEB001": ("declares no probe", lambda app, _: bool(app.probes)),
    "WEB002": ("declares no body of a probe", lambda app, _: any(each.asks_for_body for each in app.probes)),
    "GH009": ("is deployed by no declared workflow", lambda _, choice: choice.way is not None),
    "GH015": (
        "is deployed through no environment",
        lambda _, choice: choice.way is not None and bool(choice.environment),
    ),
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
        lambda each: (
            bool(each.deployment_branches) and not {"@any", "@protected"} & set(each.deployment_branches or ())
        ),
    ),
    "GH006": ("does not declare admins_can_bypass: false", lambda each: each.admins_can_bypass is False),
}


def lacks(trips: Mapping[str, Iterable[str]], edits: Iterable[Edit], choice: Choice, world: Roles) -> str:
    """Say what a subject lacks that a fault needs; nothing where it has all."""
    return next(_lacking(frozenset(trips), tuple(edits), choice, world), "")


def _lacking(trips: frozenset[str], edits: tuple[Edit, ...], choice: Choice, world: Roles) -> Iterator[str]:
    if choice.kind == "app":
        yield from _app(trips, {str(step) for each in edits for step in each.at}, choice, world)
    repository = world.estate.repositories.get(choice.repository or "") if world.estate else None
    if repository and choice.kind == "workflow" and choice.workflow not in repository.workflows:
        yield "is not declared"
    if repository and choice.kind == "workflow" and "GH010" in trips:
        workflow = repository.workflows.get(choice.workflow or "")
        if workflow is not None and (workflow.every is None or workflow.every > timedelta(days=1)):
            yield "does not declare that its schedule runs it each day"
    if repository and choice.kind == "environment":
        yield from _environment(trips, repository.environment(choice.environment or ""))


def _app(trips: frozenset[str], touched: set[str], choice: Choice, world: Roles) -> Iterator[str]:
    name = choice.app or ""
    if "web.1" in touched and "web.1" not in (world.apps[name].get("dynos") or {}):
        yield "has no dyno web.1"
    if "responses" in touched and not world.apps[name].get("responses"):
        yield "answers no probe"
    app = world.estate.apps.get(name) if world.estate else None
    if app is None:
        return
    yield from (
        told for control in sorted(trips & _OF_APPS.keys()) for told, has in [_OF_APPS[control]] if not has(app, choice)
    )
    if trips == {"HK022"} and app.stack == "container":
        yield "runs container images, and no release of one names its commit"
    if "size" in touched and "web" in app.formation and app.formation["web"].size:
        yield "declares the size of web"
    if "stack" in touched and not trips and app.stack:
        yield "declares its stack"


def _environment(trips: frozenset[str], environment: Environment | None) -> Iterator[str]:
    if environment is None:
        yield "is not declared"
        return
    for control in sorted(trips & _OF_ENVIRONMENTS.keys()):
        told, is_so = _OF_ENVIRONMENTS[control]
        if not is_so(environment):
            yield told
