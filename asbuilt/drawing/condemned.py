"""What the controls of workflow files find on each path: at its steps, its gates, its environment, its trigger.

It is judged as `asbuilt static` judges it, by the same functions. What concerns several paths at once, or a file, is
said of each path through the jobs in which it lies. Of the verdict itself, a pass, nothing is said here: only a run
that keeps its evidence can say that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from asbuilt.drawing.extents import Extents
from asbuilt.drawing.lanes import Destination, Drawing, Found, Lane
from asbuilt.workflows.files.suppressions import Suppression, suppressions
from asbuilt.workflows.judge import (
    authentication,
    concurrency,
    deploy_steps,
    gates,
    heroku_pushes,
    maintenance,
    ownership,
    provenance,
    pushed_images,
    remote,
    targets,
    time_limits,
    undeclared_triggers,
    verification,
)

if TYPE_CHECKING:
    from asbuilt.estate import App, Estate
    from asbuilt.workflows.files.workflow import WorkflowFile
    from asbuilt.workflows.paths.checkout import Checkout
    from asbuilt.workflows.paths.deploy_path import DeployPath
    from asbuilt.workflows.yaml.document import Document
    from asbuilt.workflows.yaml.finding import Finding

_TRUNK = "main"
_MAX_DEPLOY = timedelta(hours=1)
_Told = tuple[str, "Finding", str]  # the control, what it finds, and the declared gate that it finds fault with


def condemned(drawing: Drawing, checkouts: Mapping[str, Checkout], today: date) -> Drawing:
    """Give a drawing with what is found on each of its paths; what is accepted on a day is said to be so."""
    known = {name: _Checkout(each, drawing.estate, name, today) for name, each in checkouts.items()}
    return replace(drawing, destinations=tuple(_destination(each, drawing, known) for each in drawing.destinations))


def _destination(destination: Destination, drawing: Drawing, known: Mapping[str, _Checkout]) -> Destination:
    app, estate = destination.declared, drawing.estate
    paths = [lane.path for lane in destination.lanes]
    shared: dict[str, list[_Told]] = {}
    for each in _of_all(app, estate, paths) if app and estate and paths else ():
        shared.setdefault(each[1].path, []).append(each)
    return replace(
        destination, lanes=tuple(_lane(lane, app, estate, shared, known[lane.repository]) for lane in destination.lanes)
    )


def _lane(
    lane: Lane, app: App | None, estate: Estate | None, shared: Mapping[str, Sequence[_Told]], known: _Checkout
) -> Lane:
    path = lane.path
    extents = Extents.of(path)
    told = [*(_of_app(path, app, estate, known.trunk) if app and estate else ()), *known.of(path)]
    told += [each for file in extents.files for each in shared.get(file, ()) if extents.has(each[1])]
    once = {(control, finding.place, gate or finding.fact): (control, finding, gate) for control, finding, gate in told}
    return replace(
        lane,
        found=tuple(
            Found(control, finding, gate, accepted=known.accepts(control, finding, app))
            for control, finding, gate in sorted(once.values(), key=lambda each: each[0])
        ),
    )


def _of_app(path: DeployPath, app: App, estate: Estate, trunk: str) -> Iterator[_Told]:
    """Give what is found on one path to a declared app, by what is declared of it."""
    apps, alone = estate.apps.values(), (path,)
    if app.tier == "production":
        yield from _by("WF003", gates.wrong_environments(app, alone))
    yield from _by("WF004", gates.left_out(app, alone))
    yield from _by("WF005", verification.unchecked(app, apps, alone))
    yield from _by("WF015", provenance.unseen(app, trunk, alone))
    for gate in app.gates:
        yield from _by("WF018", gates.holes(app.model_copy(update={"gates": (gate,)}), alone), gate)
    yield from _by("WF025", verification.unproved(app, apps, alone))
    yield from _by("WF026", verification.careless(app, alone))
    yield from _by("WF029", targets.of_another_app(app, apps, alone))
    repository = estate.repositories.get(app.repository or "")
    yield from _by("WF037", undeclared_triggers.undeclared(app, estate, repository, alone))


def _of_all(app: App, estate: Estate, paths: Sequence[DeployPath]) -> Iterator[_Told]:
    """Give what is found of all paths to a declared app together."""
    yield from _by("WF006", ownership.shared(app, estate, paths))
    if app.tier == "production":
        yield from _by("WF009", concurrency.collisions(paths))


def _by(control: str, findings: Iterable[Finding], gate: str = "") -> Iterator[_Told]:
    """Give what drifts; what is open the path says itself, as not known before the run."""
    return ((control, each, gate) for each in findings if not each.open)


class _Checkout:
    """A checkout, what is found in each of its files that deploys, and what is accepted there; each asked for once."""

    def __init__(self, checkout: Checkout, estate: Estate | None, name: str, today: date) -> None:
        declared = estate.repositories.get(name) if estate else None
        self.trunk = declared.trunk if declared else _TRUNK
        self._max_deploy = declared.max_deploy if declared else _MAX_DEPLOY
        self._checkout = checkout
        self._waivers = [each for each in estate.waivers if each.until >= today] if estate else []
        self._name = name
        self._today = today
        self._found: dict[str, tuple[_Told, ...]] = {}
        self._suppressions: dict[str, tuple[Suppression, ...]] = {}
        self._documents: dict[str, Document] = {}

    def of(self, path: DeployPath) -> Iterator[_Told]:
        """Give what is found of a path whatever its app: in the file that owns it, and at what sets it off."""
        if outside := provenance.from_outside(path, self.trunk):
            yield from _by("WF014", (outside,))
        owner, extents = path.owner, Extents.of(path)
        if owner.path not in self._found:
            self._found[owner.path] = tuple(self._in_file(owner))
        yield from (each for each in self._found[owner.path] if extents.has(each[1]))

    def _in_file(self, file: WorkflowFile) -> Iterator[_Told]:
        checkout = self._checkout
        yield from _by("WF002", deploy_steps.creating(file, checkout))
        yield from _by("WF010", time_limits.unlimited(file, checkout.sources, self._max_deploy))
        yield from _by("WF021", authentication.gaps(file, checkout.sources))
        yield from _by("WF022", deploy_steps.skipping(file, checkout))
        yield from _by("WF023", deploy_steps.misread(file, checkout))
        yield from _by("WF024", deploy_steps.without_effect(file, checkout))
        yield from _by("WF027", authentication.calls_without_cli(file, checkout.sources))
        yield from _by("WF033", remote.unheard(file, checkout.sources))
        yield from _by("WF034", heroku_pushes.unbuilt(heroku_pushes.pushing(file, checkout), checkout))
        images = pushed_images.pushes(file, checkout)
        yield from _by("WF035", pushed_images.unreleased(images, checkout))
        yield from _by("WF035", pushed_images.not_taken(images, checkout.sources))
        yield from _by("WF036", maintenance.left_on(file, checkout))

    def accepts(self, control: str, finding: Finding, app: App | None) -> bool:
        """Say whether a waiver of the estate, or a comment in the file, accepts a finding today."""
        file = f"{self._name} {finding.path.rpartition('/')[2]}"
        subjects = {self._name, file, *((app.name,) if app else ())}
        if any(each.control == control and each.subject in subjects for each in self._waivers):
            return True
        return finding.mark is not None and any(
            control in each.controls and each.holds(self._today) and each.covers(finding.path, finding.mark.line)
            for each in self._comments(finding.path)
        )

    def _comments(self, path: str) -> tuple[Suppression, ...]:
        if not self._documents:
            files = (each.document for each in self._checkout.workflow_files)
            actions = (each.document for each in self._checkout.sources.actions.values())
            self._documents = {each.path: each for each in (*files, *actions)}
        if path not in self._suppressions:
            document = self._documents.get(path)
            self._suppressions[path] = suppressions(document) if document else ()
        return self._suppressions[path]
