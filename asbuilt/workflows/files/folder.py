"""Read a folder's workflow files, actions and Procfiles; what is refused of them becomes a problem with its place."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from asbuilt.files import RefusedError, is_file_inside, look_inside, read_inside
from asbuilt.texts import visible
from asbuilt.workflows.bounds import FILES
from asbuilt.workflows.files import modelling, procfile, sources, unread_files
from asbuilt.workflows.files.elsewhere import elsewhere
from asbuilt.workflows.files.listing import CheckoutError, Entry, Listing, listed
from asbuilt.workflows.files.procfile import Procfile
from asbuilt.workflows.files.sources import ActionFile, Closed, Sources
from asbuilt.workflows.files.started_by_steps import Started
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.yaml.document import Document

__all__ = ["CheckoutError", "Folder", "elsewhere", "read"]


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds of a repository's files. Paths are relative to it, with forward slashes.

    `contents` has the bytes of each workflow and action file that was read, and of each file that a step runs; `names`
    the name by which the system knows a file, where people see another. `links` has where each link leads, by the
    system's name of it. `shut` are the folders of which nothing was read.
    """

    sources: Sources
    procfiles: tuple[Procfile, ...]
    files: frozenset[str]
    contents: Mapping[str, bytes]
    names: Mapping[str, str]
    links: Mapping[str, str]
    shut: tuple[Document, ...]


def read(root: Path, repository: str = "") -> Folder:
    """Read a folder as that of a repository, OWNER/NAME. Raises CheckoutError where it cannot be listed.

    All else that goes wrong is in what comes out: a workflow file, an action or a Procfile that is refused (a link out
    of the folder, a device, more than 1 MiB) is there with a document that says why, and so is each folder that could
    not be listed, and the one with more workflow files than are read. Workflow files and Procfiles come in the order of
    their paths. `repository` may be empty; then `github.repository` is unknown. Links to workflow files are not
    followed, as GitHub follows none; those to actions and Procfiles are, as long as they stay inside.
    """
    found = listed(root)
    contents: dict[str, bytes] = {}
    workflows = [each for each in found.entries if sources.is_workflow(each.name)]
    workflow_files = tuple(_workflow(root, each, contents) for each in workflows[:FILES])
    actions = _actions(root, found, contents)
    actions |= _actions_behind_links(root, found, workflow_files, actions, contents)
    started = Started(root, {each.name: each.path for each in found.entries}, contents, repository)
    workflow_files = tuple(started.put_into_workflow(each) for each in workflow_files)
    actions = {name: started.put_into_action(each) for name, each in actions.items()}
    return Folder(
        sources=Sources(workflow_files, actions, repository, closed=_closed(found, actions, contents)),
        procfiles=tuple(_procfile(root, each) for each in found.entries if each.name.rpartition("/")[2] == "Procfile"),
        files=frozenset(each.path for each in found.entries if not each.is_link or is_file_inside(root, each.name)),
        contents=contents,
        names={each.path: each.name for each in found.entries if each.path != each.name},
        links=dict(_links(root, found)),
        shut=(*_folders(root, found), *_beyond(workflows)),
    )


def _links(root: Path, found: Listing) -> Iterator[tuple[str, str]]:
    for each in found.entries:
        if each.is_link:
            with suppress(OSError):  # it is gone, or another kind of file has taken its place
                yield each.name, str((root / each.name).readlink())


def _folders(root: Path, found: Listing) -> Iterator[Document]:
    """Give the folders of which nothing was read: those that are shut, and links in the place of GitHub's own."""
    for name, reason in found.shut.items():
        yield unread_files.shut_folder(visible(name), reason)
    for each in found.entries:
        if each.is_link and sources.may_hold_workflows(each.name):
            yield unread_files.linked_folder(each.path, _reason(root, each))


def _beyond(workflows: list[Entry]) -> Iterator[Document]:
    if len(workflows) > FILES:
        yield unread_files.large_folder(sources.WORKFLOWS, FILES)


def _workflow(root: Path, entry: Entry, contents: dict[str, bytes]) -> WorkflowFile:
    if entry.is_link:
        return modelling.model(unread_files.linked_workflow(entry.path, _reason(root, entry)))
    try:
        contents[entry.path] = content = read_inside(root, entry.name)
    except RefusedError as error:
        return modelling.model(unread_files.file(entry.path, str(error)))
    return modelling.load(content, entry.path)


def _reason(root: Path, link: Entry) -> str:
    """Say of a link where it leads, without reading anything there."""
    try:
        look_inside(root, link.name)
    except RefusedError as error:
        return str(error)
    return ""


def _actions(root: Path, found: Listing, contents: dict[str, bytes]) -> dict[str, ActionFile]:
    """Read the composite actions of a checkout, by folder. Where one has a file of each name, the first of them counts.

    https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionManager.cs
    """
    actions: dict[str, ActionFile] = {}
    for name in sources.ACTION_FILES:
        for each in found.entries:
            folder, _, last = each.name.rpartition("/")
            if last == name and folder not in actions and (action := _action(root, each, contents)) is not None:
                actions[folder] = action
    return actions


def _action(root: Path, entry: Entry, contents: dict[str, bytes]) -> ActionFile | None:
    try:
        contents[entry.path] = content = read_inside(root, entry.name)
    except RefusedError as error:
        return sources.unread_action(unread_files.file(entry.path, str(error), is_link=entry.is_link))
    return sources.action(content, entry.path)


def _closed(found: Listing, actions: Mapping[str, ActionFile], contents: Mapping[str, bytes]) -> dict[str, Closed]:
    """Give the actions of a checkout that are no composite ones, by folder."""
    closed: dict[str, Closed] = {}
    for each in found.entries:
        folder, _, last = each.name.rpartition("/")
        if last in sources.ACTION_FILES and folder not in actions and each.path in contents:
            action = sources.closed_action(contents[each.path], each.path)
            if action is not None:
                closed.setdefault(folder, action)
    return closed


def _actions_behind_links(
    root: Path,
    found: Listing,
    workflow_files: Iterable[WorkflowFile],
    actions: Mapping[str, ActionFile],
    contents: dict[str, bytes],
) -> dict[str, ActionFile]:
    """Read the actions that jobs use in folders that the walk does not enter: a runner does follow links there."""
    closed = {each.name for each in found.entries if each.is_link} | set(found.shut)
    behind: dict[str, ActionFile] = {}
    ahead = [step for file in workflow_files for job in file.jobs for step in job.steps]
    ahead += [step for action in actions.values() for step in action.steps]
    while ahead:
        folder = sources.folder_of_action(ahead.pop())
        if folder is None or folder in actions or folder in behind or not _is_behind(folder, closed):
            continue
        paths = [f"{folder}/{name}" for name in sources.ACTION_FILES]
        path = next((each for each in paths if is_file_inside(root, each)), paths[0])
        action = _action(root, Entry(visible(path), path, is_link=False), contents)
        if action is not None:
            behind[folder] = action
            ahead += action.steps
    return behind


def _is_behind(folder: str, closed: set[str]) -> bool:
    parts = folder.split("/")
    return ".." not in parts and any("/".join(parts[:length]) in closed for length in range(1, len(parts) + 1))


def _procfile(root: Path, entry: Entry) -> Procfile:
    try:
        content = read_inside(root, entry.name)
    except RefusedError as error:
        return procfile.unread(unread_files.file(entry.path, str(error), is_link=entry.is_link))
    return procfile.parse(content.decode("utf-8", "replace"), entry.path)
