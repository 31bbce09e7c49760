"""The ways of a checkout by what asks for them, so that nobody looks through all of them again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from asbuilt.workflows.deploys.steps import DeployStep
    from asbuilt.workflows.files.workflow import WorkflowFile
    from asbuilt.workflows.paths.blocked_paths import BlockedPath
    from asbuilt.workflows.paths.deploy_path import DeployPath

T = TypeVar("T")
_Groups = Mapping[Hashable, tuple[T, ...]]


@dataclass(frozen=True, slots=True)
class Ways:
    """Paths and shut ones: by app, by the step that deploys, by the file that owns it, by the one that starts it.

    Files and steps are told apart by what they are, and a way that has no app stands under None.
    """

    _by_app: _Groups[DeployPath] = field(default_factory=dict)
    _by_step: _Groups[DeployPath] = field(default_factory=dict)
    _by_owner: _Groups[DeployPath] = field(default_factory=dict)
    _by_entry: _Groups[DeployPath] = field(default_factory=dict)
    _blocked_by_app: _Groups[BlockedPath] = field(default_factory=dict)
    _blocked_by_owner: _Groups[BlockedPath] = field(default_factory=dict)
    _steps_by_owner: _Groups[DeployStep] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[DeployPath], blocked: Iterable[BlockedPath], steps: Iterable[DeployStep]) -> Ways:
        """Sort paths and the steps that deploy; the order among those of one thing stays."""
        paths, blocked = tuple(paths), tuple(blocked)
        return cls(
            _grouped(paths, lambda each: each.app),
            _grouped(paths, lambda each: id(each.step.placed)),
            _grouped(paths, lambda each: id(each.own_file)),
            _grouped(paths, lambda each: id(each.run.entry.workflow_file)),
            _grouped(blocked, lambda each: each.app),
            _grouped(blocked, lambda each: id(each.step.workflow_file)),
            _grouped(steps, lambda each: id(each.workflow_file)),
        )

    def to(self, app: str | None) -> tuple[DeployPath, ...]:
        """Give the paths to an app; None for those whose app cannot be told, and for review apps."""
        return self._by_app.get(app, ())

    def through(self, placed: object) -> tuple[DeployPath, ...]:
        """Give the paths whose step deploys where it stands."""
        return self._by_step.get(id(placed), ())

    def owned_by(self, file: WorkflowFile) -> tuple[DeployPath, ...]:
        """Give the paths whose deploy stands in a file."""
        return self._by_owner.get(id(file), ())

    def deploys_in(self, file: WorkflowFile) -> tuple[DeployStep, ...]:
        """Give the steps of a file that deploy, on a way or on none."""
        return self._steps_by_owner.get(id(file), ())

    def begun_by(self, file: WorkflowFile) -> tuple[DeployPath, ...]:
        """Give the paths that a trigger of a file begins."""
        return self._by_entry.get(id(file), ())

    def shut_to(self, app: str | None) -> tuple[BlockedPath, ...]:
        """Give the blocked paths to an app; None as for `to`."""
        return self._blocked_by_app.get(app, ())

    def shut_in(self, file: WorkflowFile) -> tuple[BlockedPath, ...]:
        """Give the blocked paths whose deploy stands in a file."""
        return self._blocked_by_owner.get(id(file), ())


def _grouped(found: Iterable[T], key: Callable[[T], Hashable]) -> _Groups[T]:
    groups: dict[Hashable, list[T]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each)
    return {name: tuple(those) for name, those in groups.items()}
