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
from asbuilt.workflows.files.folder import CheckoutError, elsewhere
from asbuilt.workflows.files.procfile import Procfile
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.blocked_paths import BlockedPath, blocked_paths
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.paths.found_ways import Ways
from asbuilt.workflows.paths.measuring import within_bounds, without
from asbuilt.workflows.paths.tracing import deploy_paths
from asbuilt.workflows.said.described import Descriptions
from asbuilt.workflows.said.names import NONE, Names
from asbuilt.workflows.yaml.document import Document

__all__ = ["NOTHING_SAID", "Checkout", "CheckoutError", "Said", "followed", "read", "read_to_call"]


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a repository besides its files.

    `elsewhere` are checkouts of other repositories, by name, whose workflows and actions it may call. `names`,
    `descriptions` and `default_branch` are the estate's word: what secrets and variables come to, what called workflows
    do, on which branch most events run.
    """

    elsewhere: Mapping[str, "Checkout"] = field(default_factory=dict)
    names: Names = NONE
    descriptions: Descriptions = field(default_factory=dict)
    default_branch: str = ""


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Checkout:
    """The files of a repository that say how it deploys. Paths are relative to `root`, with forward slashes.

    `files` are the paths of all files, `procfiles` by their folder, empty for the root. `deploy_steps` are all steps
    that deploy, on a way or on none; `deploy_paths` the ways to apps, `blocked_paths` those that are shut; `ways` has
    both by app, step and file.

    `contents` has the bytes of each workflow and action file that was read; `names` the name by which the system knows
    a file, where people see another; `links` has where each link leads, by the system's name of it. `refused` are the
    folders, Procfiles and unused actions that could not be read. `elsewhere` are other repositories' checkouts, by name
    in lower case, whose workflows and actions it may call.
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
    elsewhere: Mapping[str, "Checkout"] = field(default_factory=dict, repr=False)
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


def read(root: Path, repository: str = "", said: Said = NOTHING_SAID) -> Checkout:
    """Read a checkout of a repository, OWNER/NAME. Raises CheckoutError for a folder that cannot be one.

    `repository` may be empty, where nobody says which it is. Only files below `root` are read, and nothing is run or
    asked. `said` is what else is known of it.

    A file of it that is refused, or cannot be read, is no error but a problem with its place. One that is past a bound
    is unread, with all that it says.
    """
    return followed(read_to_call(root, repository), said)


def read_to_call(root: Path, repository: str) -> Checkout:
    """Read a checkout of a repository for others to call what is in it: no deploy is followed. Raises CheckoutError."""
    if not root.is_dir():
        raise CheckoutError(f"no folder {root}: a checkout is the folder of a repository's files")
    with _uncollected():
        found = folder.read(root, repository)
    return Checkout(
        root=root,
        sources=found.sources,
        procfiles={each.document.path.rpartition("/")[0]: each for each in found.procfiles},
        files=found.files,
        contents=found.contents,
        names=found.names,
        links=found.links,
        refused=found.shut,
    )


def followed(checkout: Checkout, said: Said = NOTHING_SAID) -> Checkout:
    """Give a checkout that was read to be called with its own deploys: what is past a bound is unread in it."""
    with _uncollected():
        return _with_deploys(checkout, said)


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


def _with_deploys(checkout: Checkout, said: Said) -> Checkout:
    others = _named_in(checkout, said.elsewhere)
    outside = {name: elsewhere(each.sources) for name, each in others.items()}
    every = replace(
        checkout.sources,
        elsewhere=outside,
        names=said.names,
        descriptions=said.descriptions,
        default_branch=said.default_branch,
    )
    known, deploys, paths, blocked = _followed(within_bounds(every))
    used = {each.path for file in known.workflow_files for each in known.documents_of(file)}
    unused = (each.document for each in known.actions.values() if each.path not in used)
    procfiles = (each.document for each in checkout.procfiles.values())
    unread = (each for each in (*unused, *procfiles) if each.unread is not None)
    return replace(
        checkout,
        sources=known,
        deploy_steps=deploys,
        deploy_paths=paths,
        blocked_paths=blocked,
        refused=(*checkout.refused, *unread),
        elsewhere=others,
    )


def _named_in(checkout: Checkout, known: Mapping[str, Checkout]) -> dict[str, Checkout]:
    """Give those of other repositories' checkouts that one names, itself or through others, by name in lower case."""
    by_name = {name.lower(): each for name, each in known.items()}
    by_name.pop(checkout.sources.repository.lower(), None)
    found: dict[str, Checkout] = {}
    ahead = [checkout]
    while ahead and len(found) < len(by_name):
        text = "\n".join(_texts(ahead.pop())).lower()
        new = {name: each for name, each in by_name.items() if name not in found and name in text}
        found |= new
        ahead += new.values()
    return found


def _texts(checkout: Checkout) -> Iterator[str]:
    yield from (each.document.text for each in checkout.workflow_files)
    yield from (each.document.text for each in checkout.sources.actions.values())


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
