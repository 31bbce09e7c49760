"""Deploy paths by the app that they lead to, each held against what the estate declares for that app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from asbuilt.estate import App, Estate
    from asbuilt.workflows.paths.blocked_paths import BlockedPath
    from asbuilt.workflows.paths.deploy_path import DeployPath
    from asbuilt.workflows.yaml.finding import Finding


@dataclass(frozen=True, slots=True)
class Found:
    """What a control finds on a path, and the declared gate that it finds fault with, where it is about one.

    It is `accepted` where a waiver or a suppression says so: then it is still no pass.
    """

    control: str
    finding: Finding
    gate: str = ""
    accepted: bool = False

    @property
    def is_amiss(self) -> bool:
        """Whether it is drift: nothing accepts it, and it can be told before the run."""
        return not self.accepted and not self.finding.open

    def record(self) -> dict[str, Any]:
        """Give it as plain data, for programs."""
        known = {"control": self.control, "fact": self.finding.fact, "place": self.finding.place}
        return {**known, "gate": self.gate, "accepted": self.accepted, "open": self.finding.open}


@dataclass(frozen=True, slots=True)
class Lane:
    """One deploy path, and the app that it leads to as it is declared.

    `repository` is empty where nobody said whose files were read. `found` is what controls find on it.
    """

    path: DeployPath
    repository: str = ""
    declared: App | None = None
    found: tuple[Found, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """The gates that the app declares and the path does not pass."""
        return tuple(gate for gate in self.declared.gates if not self.path.has_gate(gate)) if self.declared else ()

    @property
    def expected_environment(self) -> str | None:
        """The environment that the app declares, where the path goes through another one or through none."""
        declared = self.declared.environment if self.declared else None
        if declared is None or self.path.is_environment_open:
            return None
        # GitHub reads the names of environments without regard to case.
        return None if (self.path.environment or "").lower() == declared.lower() else declared

    @property
    def is_amiss(self) -> bool:
        """Whether the path lacks something that is declared for its app, or a control finds fault with it."""
        return bool(self.lacks or self.expected_environment or any(each.is_amiss for each in self.found))

    def against_gate(self, gate: str) -> tuple[str, ...]:
        """Give the controls that find fault with a gate, where it is declared, or with what all of these have seen."""
        asked = {each.lower() for each in self.declared.gates} if self.declared else set()
        if gate.lower() not in asked:
            return ()
        faults = (each for each in self.found if each.gate.lower() == gate.lower() or each.control == "WF015")
        return self._by(each.control for each in faults)

    @property
    def against_environment(self) -> tuple[str, ...]:
        """The controls that find fault with the environment that the path goes through."""
        return self._by(each.control for each in self.found if each.control in {"WF003", "WF029"})

    @staticmethod
    def _by(controls: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(controls))


@dataclass(frozen=True, slots=True)
class Destination:
    """Where paths lead: an app, the review apps, or an app that is not known before the run.

    `app` is None for the last two; `declared` is None for what no estate declares.
    """

    app: str | None
    declared: App | None
    lanes: tuple[Lane, ...]
    review: bool = False

    @property
    def is_production(self) -> bool:
        """Whether the estate says that it is production."""
        return self.declared is not None and self.declared.tier == "production"

    @property
    def owners(self) -> tuple[str, ...]:
        """The workflow files that deploy it, in the order of the paths; each with its repository where these differ."""
        several = len({lane.repository for lane in self.lanes}) > 1
        found = ((lane.repository if several else "", file_name(lane.path.owner.path)) for lane in self.lanes)
        return tuple(" ".join(filter(None, each)) for each in dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Shut:
    """A way to an app that conditions shut, or a deploy that nothing sets off; `repository` as that of a lane."""

    path: BlockedPath
    repository: str = ""

    @property
    def place(self) -> tuple[str, str, int]:
        """The step that it does not get to: repository, file, line."""
        return self.repository, self.path.step.document.path, self.path.step.placed.mark.line

    @property
    def why(self) -> tuple[str, ...]:
        """What is in the way, each with its place."""
        stands = (
            f"{each.never} ({file_name(each.document.path)}:{each.test.mark.line})" for each in self.path.obstacles
        )
        return tuple(stands) or (self.path.never,)

    def record(self) -> dict[str, Any]:
        """Give it as plain data, for programs."""
        path, step = self.path, self.path.step
        known = {"workflow": path.workflow, "job": step.job.id, "trigger": path.trigger, "refs": list(path.refs)}
        place = {"file": step.document.path, "line": step.placed.mark.line}
        told = {**known, "inputs": path.inputs, "app": path.app, **place, "why": list(self.why)}
        return {**({"repository": self.repository} if self.repository else {}), **told}


@dataclass(frozen=True, slots=True)
class Drawing:
    """Every deploy path that was found in some files, by destination, production first.

    `found` counts the paths before any were left out, `files` the workflow files that were read; `unread` says of each
    other file what is wrong with it. `shut` are the ways that nothing can go.
    """

    destinations: tuple[Destination, ...]
    estate: Estate | None = None
    found: int = 0
    files: int = 0
    unread: tuple[str, ...] = ()
    shut: tuple[Shut, ...] = ()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All paths, in the order in which they are drawn."""
        return tuple(lane for destination in self.destinations for lane in destination.lanes)

    @property
    def never_gone(self) -> tuple[Shut, ...]:
        """The shut ways to steps that no other way gets to: a way that its conditions keep for others is none."""
        reached = {(lane.repository, lane.path.file, lane.path.line) for lane in self.lanes}
        return tuple(each for each in self.shut if each.place not in reached)

    @property
    def jobs(self) -> int:
        """How many jobs a picture would show: those that deploy, and before each of them its gates."""
        return sum(1 + len(lane.path.gates) for lane in self.lanes)

    def records(self) -> dict[str, Any]:
        """Give the paths as plain data, for programs, and those that are shut.

        With an estate, also whose each is and which gates it lacks.
        """
        paths = [
            {**({"repository": lane.repository} if lane.repository else {}), **lane.path.as_dict()}
            | ({"lacks": list(lane.lacks)} if self.estate else {})
            | {"types": list(lane.path.types)}
            | {"findings": [each.record() for each in lane.found]}
            for lane in self.lanes
        ]
        return {"paths": paths, "shut": [each.record() for each in self.shut]}


def draw(
    paths: Mapping[str, Iterable[DeployPath]], estate: Estate | None = None, apps: Collection[str] = ()
) -> Drawing:
    """Lay out the paths of repositories; `apps` narrows them to those that lead there, or may lead there."""
    declared = estate.apps if estate else {}
    every = [
        Lane(path, repository, declared.get(path.app or "")) for repository, found in paths.items() for path in found
    ]
    lanes = [
        lane for lane in every if not apps or lane.path.app in apps or (lane.path.app is None and not lane.path.review)
    ]
    return Drawing((*_apps(lanes, estate, set(paths), apps), *_others(lanes)), estate, len(every))


def file_name(path: str) -> str:
    """Give a workflow file's name; anything else, such as a composite action, keeps its whole path."""
    return path.removeprefix(".github/workflows/")


def _apps(
    lanes: list[Lane], estate: Estate | None, repositories: set[str], apps: Collection[str]
) -> Iterator[Destination]:
    ways = _by_app(lanes)
    declared = estate.apps if estate else {}
    for app in _by_tier(declared.values()):
        found = tuple(ways.pop(app.name, ()))
        was_read = app.repository is None or app.repository in repositories
        if found or (app.name in apps if apps else was_read):
            yield Destination(app.name, app, found)
    for name in dict.fromkeys((*ways, *(each for each in apps if each not in declared))):
        yield Destination(name, None, tuple(ways.get(name, ())))


def _by_tier(apps: Collection[App]) -> list[App]:
    if not apps:
        return []
    from asbuilt.estate import Tier  # noqa: PLC0415 - without an estate nobody waits for pydantic

    tiers = get_args(Tier)
    return sorted(apps, key=lambda each: tiers.index(each.tier))


def _by_app(lanes: list[Lane]) -> dict[str, list[Lane]]:
    found: dict[str, list[Lane]] = {}
    for lane in lanes:
        if lane.path.app:
            found.setdefault(lane.path.app, []).append(lane)
    return found


def _others(lanes: list[Lane]) -> Iterator[Destination]:
    for review in (False, True):
        if found := tuple(lane for lane in lanes if lane.path.app is None and lane.path.review is review):
            yield Destination(None, None, found, review)
