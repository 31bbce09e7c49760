"""An estate of any number of apps, and the sandbox's world in which all of it is as declared.

Ten apps share a repository: five services, each of which one workflow deploys, to its staging app on every push and to
its production app by a dispatch through an environment with a reviewer. Each app has a web process, two probes, one of them
with a body, and the releases of a young app. What is of one app is the same for every number of apps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import yaml

CLOCK = datetime(2026, 5, 8, 6, tzinfo=UTC)
SERVICES = 5  # of a repository; each has two apps
CONFIG_VARS = ("APP_ENV", "DATABASE_URL", "SECRET_KEY", "SENTRY_DSN")
RELEASES_BEFORE = ("Initial release", "Enable Logplex", *(f"Set {name} config vars" for name in CONFIG_VARS))
PUSHES = 6  # of a service, a day apart
TOOK = timedelta(minutes=4)


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

    def pushed(self) -> list[tuple[datetime, str]]:
        """Give when each run of a push began, and the commit that it deployed, the oldest first."""
        newest = CLOCK - timedelta(hours=8)
        begun = [newest - timedelta(days=each) for each in reversed(range(PUSHES))]
        return [(each, sha256(f"{self.repository} {each}".encode()).hexdigest()[:40]) for each in begun]

    def dispatched(self) -> tuple[datetime, str]:
        """Give when production was deployed, and the commit."""
        begun, commit = self.pushed()[-1]
        return begun + timedelta(hours=2), commit


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
            "workflows": {each.workflow: {"deploys": _deploys(each)} for each in own},
        }
        for name, own in _by_repository(services).items()
    }
    return {"estate": "large", "defaults": {"app": defaults}, "apps": apps, "repositories": repositories}


def _deploys(service: Service) -> list[dict]:
    staging, production = service.apps
    return [
        {"app": staging, "trigger": "push", "branch": "main"},
        {"app": production, "trigger": "workflow_dispatch", "inputs": {"environment": "production"}},
    ]


def _world(services: list[Service]) -> dict:
    apps = {name: app for each in services for name, app in _apps(each)}
    repositories = {name: _repository(own) for name, own in _by_repository(services).items()}
    return {
        "summary": "everything is as declared",
        "clock": f"{CLOCK:%Y-%m-%dT%H:%M:%SZ}",
        "heroku": {"apps": apps},
        "github": {"repositories": repositories},
    }


def _apps(service: Service) -> Iterator[tuple[str, dict]]:
    staging, production = service.apps
    yield staging, _app(staging, service.pushed())
    yield production, _app(production, [service.dispatched()])


def _app(name: str, deploys: list[tuple[datetime, str]]) -> dict:
    made = deploys[0][0] - timedelta(days=2)
    before = [(text, made + timedelta(minutes=number), None) for number, text in enumerate(RELEASES_BEFORE)]
    brought = [(f"Deploy {commit[:8]}", begun + TOOK - timedelta(minutes=1), commit) for begun, commit in deploys]
    releases = [
        {"version": number, "description": text, "created_at": at, **({"slug": commit} if commit else {})}
        for number, (text, at, commit) in enumerate((*before, *brought), 1)
    ]
    return {
        "hash": sha256(name.encode()).hexdigest()[:12],
        "created_at": made,
        "config_vars": list(CONFIG_VARS),
        "releases": releases,
        "formation": {"web": {"quantity": 1, "size": "Basic", "command": "gunicorn app:app"}},
        "dynos": {"web.1": {"state": "up", "release": len(releases), "since": releases[-1]["created_at"]}},
        "responses": {path: {"status": 200, "json": {"status": "ok"}} for path in ("/health", "/api/status")},
    }


def _repository(services: list[Service]) -> dict:
    made = CLOCK - timedelta(days=60)
    return {
        "default_branch": "main",
        "created_at": made,
        "environments": {
            "production": {
                "created_at": made,
                "reviewers": ["operator"],
                "deployment_branches": ["main"],
                "can_admins_bypass": False,
            },
            "staging": {"created_at": made},
        },
        "workflows": {each.workflow: {"name": each.name, "created_at": made} for each in services},
        "runs": [run for each in services for run in _runs(each)],
    }


def _runs(service: Service) -> Iterator[dict]:
    common = {"workflow": service.workflow, "branch": "main", "conclusion": "success", "jobs": {"deploy": "success"}}
    for begun, commit in service.pushed():
        yield {**common, "event": "push", "last": begun, "sha": commit, "environment": "staging"}
    begun, commit = service.dispatched()
    yield {**common, "event": "workflow_dispatch", "last": begun, "sha": commit, "environment": "production"}
