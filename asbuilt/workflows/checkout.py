"""Read a checkout's workflow files and Procfile. The only I/O of this package."""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from asbuilt.workflows import modelling, procfile, sources
from asbuilt.workflows.blocked_paths import BlockedPath, blocked_paths
from asbuilt.workflows.deploy_path import DeployPath
from asbuilt.workflows.deploys import DeployStep, deploy_steps
from asbuilt.workflows.document import Document
from asbuilt.workflows.paths import deploy_paths
from asbuilt.workflows.procfile import Procfile
from asbuilt.workflows.sources import ActionFile, Sources
from asbuilt.workflows.workflow import WorkflowFile

_SKIPPED = frozenset({".git", "node_modules"})


class CheckoutError(ValueError):
    """A checkout that cannot be read."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The files of a repository that say how it deploys. Paths are relative to `root`, with forward slashes."""

    root: Path
    sources: Sources = field(default_factory=lambda: Sources(()))
    procfiles: Mapping[str, Procfile] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    deploy_steps: tuple[DeployStep, ...] = field(default=(), repr=False)
    deploy_paths: tuple[DeployPath, ...] = field(default=(), repr=False)
    blocked_paths: tuple[BlockedPath, ...] = field(default=(), repr=False)

    @property
    def procfile(self) -> Procfile | None:
        """The Procfile in the root; `procfiles` has those of all folders, by folder."""
        return self.procfiles.get("")

    @property
    def unread(self) -> tuple[Document, ...]:
        """What was not read, or not to its end, of what may say how code reaches an app."""
        found = (each for file in self.workflow_files for each in self.sources.documents_of(file))
        return tuple({each.path: each for each in found if each.unread is not None}.values())

    @property
    def workflow_files(self) -> tuple[WorkflowFile, ...]:
        """Every file that GitHub takes for a workflow."""
        return self.sources.workflow_files

    def workflow_file(self, path: str) -> WorkflowFile:
        """Give a workflow file; for one that is not there, one whose only problem says so."""
        found = next((each for each in self.workflow_files if each.path == path), None)
        return found or modelling.missing(path)


def read(root: Path, repository: str = "") -> Checkout:
    """Read a checkout of a repository, OWNER/NAME. Raises CheckoutError where it, or a file of it, cannot be read."""
    if not root.is_dir():
        raise CheckoutError(f"no folder {root}: a checkout is the folder of a repository's files")
    with _uncollected():
        return _read(root, repository)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector off: reading makes many objects and next to no garbage, and what is read is kept."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def _read(root: Path, repository: str) -> Checkout:
    try:
        files = frozenset(_files(root))
        workflow_files = tuple(
            modelling.load((root / path).read_bytes(), path) for path in sorted(files) if sources.is_workflow(path)
        )
        actions = _actions(root, files)
        procfiles = {
            path.rpartition("/")[0]: procfile.parse((root / path).read_text("utf-8", errors="replace"), path)
            for path in sorted(files)
            if path.rpartition("/")[2] == "Procfile"
        }
    except OSError as error:
        raise CheckoutError(f"{error.filename or root} cannot be read: {error.strerror}") from error
    known = Sources(workflow_files, actions, repository)
    paths = deploy_paths(known)
    return Checkout(
        root=root,
        sources=known,
        procfiles=procfiles,
        files=files,
        deploy_steps=tuple(step for each in workflow_files for step in deploy_steps(each, known)),
        deploy_paths=paths,
        blocked_paths=blocked_paths(known, paths),
    )


def _actions(root: Path, files: frozenset[str]) -> dict[str, ActionFile]:
    """Read the composite actions of a checkout, by folder."""
    found: dict[str, ActionFile] = {}
    for path in sorted(files):
        if sources.is_action(path) and (action := sources.action((root / path).read_bytes(), path)) is not None:
            found.setdefault(path.rpartition("/")[0], action)
    return found


def _files(root: Path) -> list[str]:
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        here = Path(folder).relative_to(root).as_posix()
        found += names if here == "." else [f"{here}/{name}" for name in names]
    return found
