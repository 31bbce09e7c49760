"""The nouns of a sandbox's world, frozen: what stands at one instant, before any API has put it into a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.tokens import Given

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Canned:
    """One declared response: of an app to a path, or in place of an API's real one."""

    status: int = 200
    json: Any = None
    text: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An override: which requests it takes over, what they get instead, and how often."""

    request: str
    canned: Canned
    hang: bool = False
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One Heroku release; `commit` is that of the code it runs, carried forward over config changes, or None.

    `image` says that it runs container images: those of a container app, which its releases do not name.
    """

    version: int
    description: str
    created_at: datetime
    status: str
    commit: str | None
    image: bool = False


@dataclass(frozen=True, slots=True)
class Formation:
    """How many dynos of one process type are wanted, and what each of them runs; `since` is its last change."""

    type: str
    quantity: int
    size: str
    command: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Dyno:
    """One dyno as it runs now: its state, since when, and of which release."""

    name: str
    state: str
    release: int
    since: datetime
    size: str
    command: str

    @property
    def type(self) -> str:
        """The process type that a dyno's name begins with."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class App:
    """One Heroku app and everything of it that the sandbox serves."""

    name: str
    hash: str
    created_at: datetime
    generation: str
    stack: str
    region: str
    maintenance: bool
    owner: str
    config_vars: tuple[str, ...]
    releases: tuple[Release, ...]
    formation: tuple[Formation, ...]
    dynos: tuple[Dyno, ...]
    responses: Mapping[str, Canned]
    addons: tuple[str, ...]
    collaborators: tuple[str, ...]
    pipeline: tuple[str, str] | None
    domains: tuple[str, ...]

    @property
    def hostname(self) -> str:
        """The name under which Heroku's router knows the app: with its hash, always."""
        return f"{self.name}-{self.hash}.herokuapp.com"

    @property
    def current(self) -> Release | None:
        """The release that runs: the newest that succeeded, which is not always the newest."""
        return next((release for release in reversed(self.releases) if release.status == "succeeded"), None)


@dataclass(frozen=True, slots=True)
class Environment:
    """One GitHub environment with its protection; `deployment_branches` is None (any), "protected", or patterns.

    A reviewer is None where the account was deleted.
    """

    name: str
    created_at: datetime
    reviewers: tuple[str | None, ...]
    prevent_self_review: bool
    wait_timer: int
    deployment_branches: tuple[str, ...] | str | None
    can_admins_bypass: bool
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow file as GitHub Actions knows it."""

    file: str
    name: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One workflow run; `environment` is the one that it deployed to, if any, `files` what its commit changed.

    `head` is the repository that its branch is of, None where that was deleted; `deploys` the job that deployed,
    where it is said, and `times` from when to when jobs ran, by name: else they share what the run took.
    """

    id: int
    number: int
    workflow: str
    event: str
    branch: str
    sha: str
    status: str
    conclusion: str | None
    created_at: datetime
    took: timedelta
    jobs: tuple[tuple[str, str | None], ...]
    environment: str | None
    actor: str
    title: str
    files: tuple[str, ...]
    head: str | None
    deploys: str | None = None
    times: Mapping[str, tuple[datetime, datetime | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch: its name, its newest commit, whether a classic protection covers it, and its required checks.

    Those are the protection's own, and those of a ruleset.
    """

    name: str
    sha: str
    protected: bool
    required_checks: tuple[str, ...]
    ruleset_checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """One GitHub repository and everything of it that the sandbox serves; runs are newest first."""

    owner: str
    name: str
    default_branch: str
    created_at: datetime
    private: bool
    archived: bool
    disabled: bool
    environments: tuple[Environment, ...]
    workflows: tuple[Workflow, ...]
    runs: tuple[Run, ...]
    branches: tuple[Branch, ...]
    variables: Mapping[str, str]

    @property
    def full_name(self) -> str:
        """The repository's name as its URLs carry it."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident on a provider's status page, which may list what is resolved too."""

    title: str
    since: datetime
    resolved: bool


@dataclass(frozen=True)
class World:
    """What stands at one instant: the apps, the repositories, the answers that take over, and who asks.

    `users` are logins that GitHub knows besides those that something of the world names. `incidents` are those on the
    providers' status pages, by provider.
    """

    apps: tuple[App, ...]
    repositories: tuple[Repository, ...]
    answers: tuple[Answer, ...]
    tokens: Given = Given()  # noqa: RUF009 - frozen
    users: tuple[str, ...] = ()
    incidents: Mapping[str, tuple[Incident, ...]] = field(default_factory=dict)

    def app(self, name: str) -> App | None:
        """Return the app of a name."""
        return self._apps.get(name)

    def app_at(self, host: str) -> App | None:
        """Return the app that a host name leads to: its own name with the hash, or one of its domains."""
        return self._apps_by_host.get(host)

    def repository(self, full_name: str) -> Repository | None:
        """Return the repository of a name in whatever case, as GitHub takes it."""
        return self._repositories.get(full_name.lower())

    @cached_property
    def _apps(self) -> dict[str, App]:
        return {app.name: app for app in reversed(self.apps)}

    @cached_property
    def _apps_by_host(self) -> dict[str, App]:
        return {host: app for app in reversed(self.apps) for host in (app.hostname, *app.domains)}

    @cached_property
    def _repositories(self) -> dict[str, Repository]:
        return {each.full_name.lower(): each for each in reversed(self.repositories)}
