"""An estate of any number of apps, and the sandbox's world in which all of it is as declared.

Ten apps share a repository: five services, each of which one workflow deploys, to its staging app on every push and to
its production app by a dispatch through an environment with a reviewer. Each app has a web process, two probes, one of
them with a body, and the releases of a young app. What is of one app is the same for every number of apps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

from asbuilt.sandbox.building import derived_sha

CLOCK = datetime(2026, 5, 8, 6, tzinfo=UTC)
SERVICES = 5  # of a repository; each has two apps
CONFIG_VARS = ("APP_ENV", "DATABASE_URL", "SECRET_KEY", "SENTRY_DSN")
RELEASES_BEFORE = ("Initial release", "Enable Logplex", *(f"Set {name} config vars" for name in CONFIG_VARS))
PUSHES = 6  # a day apart
TOOK = timedelta(minutes=4)
MADE = CLOCK - timedelta(days=20)


@dataclass(frozen=True)
class Laid:
    """Where the two files of an estate are."""

    estate: Path
    world: Path


@dataclass(frozen=True)
class Service:
    """One service, by its number among all."""

    number: int

    @property
    def repository(self) -> str:
        return f"example/suite-{self.number // SERVICES:03}"

    @property
    def name(self) -> str:
        return f"service-{self.number:04}"

    @property
    def workflow(self) -> str:
        return f"{self.name}.yml"

    @property
    def apps(self) -> tuple[str, str]:
        return f"{self.name}-staging", f"{self.name}-prod"


@dataclass(frozen=True)
class Deploys:
    """The deploys to an app: when the run of each began, and which commit it brought, the oldest first."""

    begun: tuple[datetime, ...]
    commits: tuple[str, ...]


def lay_out(apps: int, folder: Path) -> Laid:
    """Write the estate of so many apps and its world into a folder."""
    services = [Service(number) for number in range(apps // 2)]
    laid = Laid(folder / f"estate-{apps}.yaml", folder / f"world-{apps}.yaml")
    for path, document in ((laid.estate, _estate(services)), (laid.world, _world(services))):
        path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, width=10_000))
    return laid


def _by_repository(services: list[Service]) -> dict[str, list[Service]]:
    found: dict[str, list[Service]] = {}
    for each in services:
        found.setdefault(each.repository, []).append(each)
    return found


def _estate(services: list[Service]) -> dict:
    defaults = {
        "formation": {"web": 1},
        "probes": [{"path": "/health", "json": {"/status": "ok"}}, "/api/status"],
    }
    apps = {}
    for each in services:
        staging, production = each.apps
        apps[staging] = {"tier": "staging", "repository": each.repository}
        apps[production] = {"repository": each.repository, "environment": "production"}
    protected = {"reviewers": ["operator"], "deployment_branches": ["main"], "admins_can_bypass": False}
    repositories = {
        name: {
            "default_branch": "main",
            "environments": {"production": protected},
            "workflows": {each.workflow: {"deploys": _declared(each)} for each in own},
        }
        for name, own in _by_repository(services).items()
    }
    return {"estate": "large", "defaults": {"app": defaults}, "apps": apps, "repositories": repositories}


def _declared(service: Service) -> list[dict]:
    staging, production = service.apps
    return [
        {"app": staging, "trigger": "push", "branch": "main"},
        {"app": production, "trigger": "workflow_dispatch", "inputs": {"environment": "production"}},
    ]


# What several have in common is one object, so that the file has it once, by an anchor: it stays below 1 MiB.


def _world(services: list[Service]) -> dict:
    apps = {name: app for each in services for name, app in _apps(each)}
    repositories = {name: _repository(own) for name, own in _by_repository(services).items()}
    return {
        "summary": "everything is as declared",
        "clock": f"{CLOCK:%Y-%m-%dT%H:%M:%SZ}",
        "heroku": {"apps": apps},
        "github": {"repositories": repositories},
    }


@cache
def _pushed(repository: str) -> Deploys:
    newest = CLOCK - timedelta(hours=8)
    begun = tuple(newest - timedelta(days=each) for each in reversed(range(PUSHES)))
    return Deploys(begun, tuple(derived_sha(repository, "main", each.isoformat()) for each in begun))


@cache
def _dispatched(repository: str) -> Deploys:
    pushed = _pushed(repository)
    return Deploys((pushed.begun[-1] + timedelta(hours=2),), pushed.commits[-1:])


def _apps(service: Service) -> Iterator[tuple[str, dict]]:
    staging, production = service.apps
    yield staging, _app(staging, _pushed(service.repository))
    yield production, _app(production, _dispatched(service.repository))


def _app(name: str, deploys: Deploys) -> dict:
    hashed = {"hash": f"a{sha256(name.encode()).hexdigest()[:11]}"}  # a letter in front: never a number
    return {**hashed, **_common(), "releases": _releases(deploys), "dynos": _dynos(deploys)}


@cache
def _common() -> dict:
    return {
        "created_at": MADE,
        "config_vars": list(CONFIG_VARS),
        "formation": {"web": {"quantity": 1, "size": "Basic", "command": "gunicorn app:app"}},
        "responses": {path: {"status": 200, "json": {"status": "ok"}} for path in ("/health", "/api/status")},
    }


@cache
def _releases(deploys: Deploys) -> list[dict]:
    before = [
        {"version": number, "description": text, "created_at": MADE + timedelta(minutes=number)}
        for number, text in enumerate(RELEASES_BEFORE, 1)
    ]
    brought = [
        {"version": number, "description": f"Deploy {commit[:8]}", "created_at": _released(begun), "slug": commit}
        for number, (begun, commit) in enumerate(zip(deploys.begun, deploys.commits, strict=True), len(before) + 1)
    ]
    return [*before, *brought]


@cache
def _dynos(deploys: Deploys) -> dict:
    release = len(RELEASES_BEFORE) + len(deploys.begun)
    return {"web.1": {"state": "up", "release": release, "since": _released(deploys.begun[-1])}}


def _released(begun: datetime) -> datetime:
    return begun + TOOK - timedelta(minutes=1)


def _repository(services: list[Service]) -> dict:
    return {
        "default_branch": "main",
        "created_at": MADE,
        "environments": _environments(),
        "workflows": {each.workflow: {"name": each.name, "created_at": MADE} for each in services},
        "runs": [run for each in services for run in _runs(each)],
    }


@cache
def _environments() -> dict:
    protection = {"reviewers": ["operator"], "deployment_branches": ["main"], "can_admins_bypass": False}
    return {"production": {"created_at": MADE, **protection}, "staging": {"created_at": MADE}}


def _runs(service: Service) -> Iterator[dict]:
    common = {"workflow": service.workflow, "conclusion": "success", "jobs": _jobs()}
    pushed, dispatched = _pushed(service.repository), _dispatched(service.repository)
    of_pushes = {"count": PUSHES, "every": "1d", "last": pushed.begun[-1]}
    yield {**common, "event": "push", **of_pushes, "environment": "staging"}
    yield {**common, "event": "workflow_dispatch", "last": dispatched.begun[-1], "environment": "production"}


@cache
def _jobs() -> dict:
    return {"deploy": "success"}
