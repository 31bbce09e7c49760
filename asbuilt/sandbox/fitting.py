"""Lay a fault over a world of other names: find what it befalls there, and say the same of it.

A fault's file speaks of the subjects of one world, its `over`. What it names there plays a part, an app of production
that is deployed through an environment, a workflow that deploys nothing; in another world whoever plays that part is
befallen. What does not fit is told with what it lacks.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.needs import lacks
from asbuilt.sandbox.reading import ScenarioError, nearest
from asbuilt.sandbox.roles import Choice, Roles
from asbuilt.sandbox.translating import Part, Translation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asbuilt.sandbox.edits import Edit, Fault

_MOST_TOLD = 4
_KINDS = {"app": "an app", "environment": "an environment", "workflow": "a workflow", "repository": "a repository"}
_ANY_REPOSITORY = "/repos/*/*/"


def fitted(fault: Fault, written: Roles, world: Roles, subject: str | None) -> tuple[Edit, ...]:
    """Give the changes of a fault for a world. Raises ScenarioError where it fits nothing, or not the `subject`.

    `written` is the world that its file is written for.
    """
    named = [each for each in _named(fault, written) if each.names]
    if subject is None and named and not world.is_made and all(_is_there(each, world) for each in named):
        return fault.edits
    if subject is not None and subject not in world.names:
        allowed = world.names
        raise ScenarioError(
            f'"{fault.name}@{subject}": there is no "{subject}" in this world; '
            f"{nearest(subject, allowed)}there are: {', '.join(allowed)}"
        )
    if not named:
        if subject is None and not (_ANY_REPOSITORY in fault.text and len(world.repositories) > 1):
            return fault.edits
        named = [Choice("repository", repository=next(iter(written.repositories), None))]
    lacking: list[str] = []
    for parts in product(*(_candidates(each, written, world) for each in named)):
        pairs = tuple(Part(was, now) for was, now in zip(named, parts, strict=True))
        if subject is not None and not any(subject in each.now.names for each in pairs):
            continue
        if told := next(filter(None, (lacks(fault.trips, fault.edits, each.now, world) for each in pairs)), ""):
            lacking.append(f"{pairs[0].now.subject} {told}")
            continue
        try:
            edits = Translation(written, world, pairs).edits(fault.edits)
        except LookupError as error:
            lacking.append(f"{pairs[0].now.subject} {error.args[0]}")
            continue
        return edits
    raise ScenarioError(_fits_nothing(fault, _KINDS[named[0].kind], lacking, subject, world))


def _fits_nothing(fault: Fault, kind: str, lacking: Iterable[str], subject: str | None, world: Roles) -> str:
    told = list(dict.fromkeys(lacking))
    more = f", and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    shown = "; ".join(told[:_MOST_TOLD]) + more
    hint = "" if world.estate else "; whose deploys are whose an estate says: --estate FILE"
    if not shown:
        at = f'"{subject}" is none' if subject else "there is none in this world"
        return f'"{fault.name}" needs {kind}, and {at}{hint}'
    of = f'does not fit "{subject}"' if subject else f"needs {kind} that it fits, and there is none in this world"
    return f'"{fault.name}" {of}: {shown}{hint}'


def _is_there(choice: Choice, world: Roles) -> bool:
    names = [each for each in (choice.app, choice.repository) if each]
    return all(each in {**world.apps, **world.repositories} for each in names)


def _named(fault: Fault, written: Roles) -> Iterator[Choice]:
    """Yield what a fault names of the world that it is written for, most of all the apps."""
    text = fault.text
    apps = [each for each in written.apps if re.search(rf"(?<![A-Za-z0-9-]){re.escape(each)}(?![A-Za-z0-9])", text)]
    runs = [each.value for each in fault.edits if each.at[-1:] == ("runs",) and isinstance(each.value, dict)]
    owners = [way for run in runs if (way := _owner(run, written))]
    picks = [step for each in fault.edits if "runs" in each.at for step in each.at if isinstance(step, dict)]
    owners += [way for pick in picks if (way := _owner(pick, written))]
    apps = list(dict.fromkeys([*apps, *(each.deploy.app for each in owners)]))
    if apps:
        for app in apps:
            yield _app(app, owners, written)
        return
    places = [
        each.at
        for each in fault.edits
        if each.at[:2] == ("github", "repositories") and each.at[2] in written.repositories
    ]
    for at in places[:1]:
        name, rest = str(at[2]), at[3:]
        known = written.repositories[name]
        if rest[:1] == ("environments",) and rest[1] in (known.get("environments") or {}):
            yield next(each for each in written.of_environments() if each.environment == rest[1])
            return
        files = [*(run.get("workflow") for run in runs), *(rest[1:2] if rest[:1] == ("workflows",) else ())]
        if found := next((each for each in files if each in (known.get("workflows") or {})), None):
            yield next(each for each in written.of_workflows(deploying=True) if each.workflow == found)
        elif rest[:1] == ("environments",):
            yield next(written.of_environments())
        else:
            yield Choice("repository", repository=name)


def _app(app: str, owners: Iterable[Any], written: Roles) -> Choice:
    found = [each for each in written.of_apps(written.tier(app)) if each.app == app]
    events = [each.deploy.trigger for each in owners if each.deploy.app == app]
    return next((each for each in found if each.way and each.way.deploy.trigger in events), found[0])


def _owner(run: dict[str, Any], written: Roles) -> Any:
    """Give the declared deploy that a run is one of, by its workflow and its event, or by its event alone."""
    for way in written.estate.ownerships() if written.estate else ():
        wanted = {"workflow": way.workflow.name, "event": way.deploy.trigger}
        if "event" in run and all(run.get(key, value) == value for key, value in wanted.items()):
            return way
    return None


def _candidates(was: Choice, written: Roles, world: Roles) -> list[Choice]:
    match was.kind:
        case "app":
            return list(world.of_apps(written.tier(was.app or "")))
        case "environment":
            return list(world.of_environments())
        case "workflow":
            return list(world.of_workflows(deploying=was.way is not None))
        case "repository":
            return list(world.of_repositories())
