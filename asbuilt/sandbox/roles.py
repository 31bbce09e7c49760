"""What of a world a fault may be laid over: its apps with what deploys them, its environments, its workflows.

Both worlds of a fault have them: the one that its file is written for, and the one that it is laid over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asbuilt.estate import Estate, Ownership

_TIERS = ("production", "staging", "development", "review")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a fault may befall, with what belongs to it; None for what it has none of, or nobody declares."""

    kind: Literal["app", "environment", "workflow", "repository"]
    app: str | None = None
    repository: str | None = None
    environment: str | None = None
    way: Ownership | None = None
    workflow: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What a person may call it by."""
        return tuple(each for each in (self.app, self.repository, self.environment, self.workflow) if each)

    @property
    def subject(self) -> str:
        """The one name that says what it is."""
        part = {"environment": self.environment, "workflow": self.workflow}.get(self.kind)
        return (self.app if self.kind == "app" else None) or " ".join(filter(None, (self.repository, part)))


@dataclass(frozen=True, slots=True)
class Roles:
    """The document of a world, and the estate that says what of it is whose, where there is one."""

    document: dict[str, Any]
    estate: Estate | None = None
    is_made: bool = False  # of an estate: whoever is called as in a file has a history of its own there

    @property
    def apps(self) -> dict[str, Any]:
        """The apps of the document."""
        return (self.document.get("heroku") or {}).get("apps") or {}

    @property
    def repositories(self) -> dict[str, Any]:
        """The repositories of the document."""
        return (self.document.get("github") or {}).get("repositories") or {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which a subject may be called."""
        found = [*self.apps, *self.repositories]
        for each in self.repositories.values():
            found += [*(each.get("environments") or {}), *(each.get("workflows") or {})]
        return tuple(dict.fromkeys(map(str, found)))

    def tier(self, app: str) -> str:
        """Give the tier of an app: the declared one, else what its name says."""
        if self.estate and app in self.estate.apps:
            return self.estate.apps[app].tier
        return next((each for each in _TIERS[1:] if each[:4] in app), _TIERS[0])

    def ways(self, app: str) -> tuple[Ownership, ...]:
        """Give the declared deploys of an app, the one that made what runs first."""
        return self.estate.ownerships_of(app)[::-1] if self.estate else ()

    def of_apps(self, tier: str) -> Iterator[Choice]:
        """Yield each app with each way that deploys it: those of the tier first, then production."""
        names = sorted(self.apps, key=lambda each: (self.tier(each) != tier, _TIERS.index(self.tier(each))))
        for name in names:
            declared = self.estate.apps.get(name) if self.estate else None
            for way in self.ways(name) or (None,):
                repository = way.repository.name if way else declared.repository if declared else None
                environment = declared.environment if declared else None
                yield Choice("app", name, repository, environment, way, way.workflow.name if way else None)

    def of_environments(self) -> Iterator[Choice]:
        """Yield each environment, those through which production is deployed first."""
        through = {each.environment.lower(): each for each in self.of_apps("production") if each.environment}
        for repository, document in self.repositories.items():
            names = document.get("environments") or {}
            for name in sorted(
                names, key=lambda each: list(through).index(each.lower()) if each.lower() in through else 99
            ):
                of = through.get(name.lower(), Choice("app"))
                yield Choice("environment", of.app, repository, name, of.way, of.workflow)

    def of_workflows(self, *, deploying: bool) -> Iterator[Choice]:
        """Yield each workflow; with those first that deploy, or those that do not."""
        for repository, document in self.repositories.items():
            owned = self._owned(repository)
            names = document.get("workflows") or {}
            for name in sorted(names, key=lambda each: (each in owned) != deploying):
                yield Choice("workflow", None, repository, None, owned.get(name), name)

    def of_repositories(self) -> Iterator[Choice]:
        """Yield each repository, those that deploy production first, and last those that have nothing."""
        deploying = [each.repository for each in self.of_apps("production") if each.repository]

        def last(name: str) -> tuple[int, bool]:
            at = deploying.index(name) if name in deploying else len(deploying)
            return at, not self.repositories[name].get("workflows")

        for name in sorted(self.repositories, key=last):
            yield Choice("repository", repository=name)

    def _owned(self, repository: str) -> dict[str, Ownership]:
        found = self.estate.ownerships() if self.estate else ()
        return {each.workflow.name: each for each in found if each.repository.name == repository}

    def run_of(self, choice: Choice) -> int | None:
        """Give the index of the newest group of runs of a declared deploy; None where there is none."""
        if choice.way is None or choice.repository is None:
            return None
        for index, run in enumerate(self.repositories[choice.repository].get("runs") or ()):
            same = (run.get("workflow"), run.get("event")) == (choice.way.workflow.name, choice.way.deploy.trigger)
            through = choice.environment is None or str(run.get("environment")).lower() == choice.environment.lower()
            if same and through and run.get("conclusion") == "success":
                return index
        return None

    def newest(self, app: str) -> int:
        """Give the version of the newest release of an app."""
        return max((int(each["version"]) for each in self.apps[app].get("releases") or ()), default=0)

    def deploy(self, app: str) -> int | None:
        """Give the version of the newest release of an app that was a deploy; None where there is none."""
        made = [each for each in self.apps[app].get("releases") or () if str(each["description"]).startswith("Deploy")]
        return int(made[-1]["version"]) if made else None

    def commit(self, app: str) -> str | None:
        """Give the commit that an app runs, as its newest deploy says it."""
        found = [each["slug"] for each in self.apps[app].get("releases") or () if each.get("slug")]
        return found[-1] if found else None

    def host(self, app: str) -> str:
        """Give the host at which an app is probed."""
        document = self.apps[app]
        return next(iter(document.get("domains") or ()), f"{app}-{document.get('hash')}.herokuapp.com")
