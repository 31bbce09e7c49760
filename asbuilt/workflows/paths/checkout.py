"""Read a checkout's workflow files, actions and Procfiles; what is refused of them becomes a problem with its place."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from asbuilt.files import MOST, read_inside
from asbuilt.workflows.bounds import PastBoundError
from asbuilt.workflows.deploys.steps import DeployStep, deploy_steps
from asbuilt.workflows.files import folder, modelling, sources
from asbuilt.workflows.files.folder import CheckoutError
from asbuilt.workflows.files.procfile import Procfile
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.blocked_paths import BlockedPath, blocked_paths
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.found_ways import Ways
from asbuilt.workflows.paths.measuring import within_bounds, without
from asbuilt.workflows.paths.tracing import deploy_paths
from asbuilt.workflows.yaml.document import Document

__all__ = ["Checkout", "CheckoutError", "read"]


@dataclass(frozen=True, slots=True)
class Checkout:
    """The files of a repository that say how it deploys. Paths are relative to `root`, with forward slashes.

    `files` are the paths of all files, `procfiles` by their folder, empty for the root. `deploy_steps` are all steps
    that deploy, on a way or on none; `deploy_paths` the ways to apps, `blocked_paths` those that are shut; `ways` has
    both by app, step and file.

    `contents` has the bytes of each workflow and action file that was read; `names` the name by which the system knows
    a file, where people see another; `links` has where each link leads, by the system's name of it. `refused` are the
    folders, Procfiles and unused actions that could not be read.
    """

    root: Path
    sources: Sources = field(default_factory=lambda: Sources(()))
    procfiles: Mapping[str, Procfile] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    deploy_steps: tuple[DeployStep, ...] = field(default=(), repr=False)
    deploy_paths: tuple[DeployPath, ...] = field(default=(), repr=False)
    blocked_paths: tuple[BlockedPath, ...] = field(default=(), repr=False)
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    links: Mapping[str, str] = field(default_factory=dict, repr=False)
    refused: tuple[Document, ...] = ()
    ways: Ways = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Sort the ways."""
        object.__setattr__(self, "ways", Ways.of(self.deploy_paths, self.blocked_paths, self.deploy_steps))

    @property
    def procfile(self) -> Procfile | None:
        """The Procfile in the root; `procfiles` has those of all folders, by folder."""
        return self.procfiles.get("")

    @property
    def workflow_files(self) -> tuple[WorkflowFile, ...]:
        """Every file that GitHub takes for a workflow."""
        return self.sources.workflow_files

    @property
    def unread(self) -> tuple[Document, ...]:
        """What was not read, or not to its end, of what may say how code reaches an app.

        Each once; as long as there is any, that no way leads to an app cannot be told.
        """
        used = (each for file in self.workflow_files for each in self.sources.documents_of(file))
        return tuple({each.path: each for each in (*used, *self._folders) if each.unread is not None}.values())

    @property
    def _folders(self) -> tuple[Document, ...]:
        """The folders in which GitHub looks for workflows, of which nothing was read."""
        return tuple(each for each in self.refused if sources.may_hold_workflows(each.path))

    def workflow_file(self, path: str) -> WorkflowFile:
        """Give a workflow file; for one that is not there, one whose only problem says so.

        Whether it is there is unknown where its folder could not be listed.
        """
        found = self.sources.by_path.get(path)
        shut = next((each for each in self._folders if each.unread is not None), None)
        if found is None and shut is not None:
            return modelling.model(replace(shut, path=path, problems=()))
        return found or modelling.missing(path)

    def content(self, path: str, most: int = MOST) -> bytes:
        """Read any file by its path. Raises RefusedError, whose text goes behind the path.

        `path` is as it is shown, `most` how many bytes it may have.
        """
        return read_inside(self.root, self.names.get(path, path), most)


def read(root: Path, repository: str = "") -> Checkout:
    """Read a checkout of a repository, OWNER/NAME. Raises CheckoutError for a folder that cannot be one.

    `repository` may be empty, where nobody says which it is. Only files below `root` are read, and nothing is run or
    asked.

    A file of it that is refused, or cannot be read, is no error but a problem with its place. One that is past a bound
    is unread, with all that it says.
    """
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
        if enabled:
            gc.enable()


def _read(root: Path, repository: str) -> Checkout:
    found = folder.read(root, repository)
    known, deploys, paths, blocked = _followed(within_bounds(found.sources))
    used = {each.path for file in known.workflow_files for each in known.documents_of(file)}
    unused = (each.document for each in known.actions.values() if each.path not in used)
    unread = (each for each in (*unused, *(each.document for each in found.procfiles)) if each.unread is not None)
    return Checkout(
        root=root,
        sources=known,
        procfiles={each.document.path.rpartition("/")[0]: each for each in found.procfiles},
        files=found.files,
        deploy_steps=deploys,
        deploy_paths=paths,
        blocked_paths=blocked,
        contents=found.contents,
        names=found.names,
        links=found.links,
        refused=(*found.shut, *unread),
    )


def _followed(
    known: Sources,
) -> tuple[Sources, tuple[DeployStep, ...], tuple[DeployPath, ...], tuple[BlockedPath, ...]]:
    """Follow all deploys; give the sources with nothing read of the files that have more than can be followed."""
    while True:
        past: dict[str, PastBoundError] = {}
        paths = deploy_paths(known, past)
        blocked = blocked_paths(known, paths, past) if not past else ()
        if not past:
            steps = tuple(step for each in known.workflow_files for step in deploy_steps(each, known))
            return known, steps, paths, blocked
        known = without(known, past)
