"""Another repository's files as those of this one see them: their paths begin with the name of their repository."""

from dataclasses import replace

from asbuilt.workflows.files.modelling import model
from asbuilt.workflows.files.sources import Elsewhere, Sources
from asbuilt.workflows.yaml.document import Document


def elsewhere(sources: Sources) -> Elsewhere:
    """Give the workflow files and composite actions of a repository for another one to call."""
    name = sources.repository
    return Elsewhere(
        name,
        tuple(model(_placed(each.document, name)) for each in sources.workflow_files),
        {folder: replace(each, document=_placed(each.document, name)) for folder, each in sources.actions.items()},
    )


def _placed(document: Document, repository: str) -> Document:
    path = f"{repository}/{document.path}"
    unread = replace(document.unread, path=path) if document.unread is not None else None
    problems = tuple(replace(each, path=path) for each in document.problems)
    return replace(document, path=path, problems=problems, unread=unread)
