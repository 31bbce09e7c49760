"""Where a subject stands in the estate's file: that is where somebody looks for what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from asbuilt import estate
from asbuilt.estate import Estate
from asbuilt.estate_errors import EstateError
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import Mark, Node, find

_FIRST = Mark(1, 1)
_Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class EstatePlaces:
    """The text of an estate, the mark of each subject in it, by its id, and the repository of each app's code."""

    text: str
    marks: Mapping[str, Mark]
    repositories: Mapping[str, str]

    def of(self, identity: str, name: str) -> Mark:
        """Give the place of a subject by its id, else by its name; the begin of the file where it stands nowhere."""
        return self.marks.get(identity) or self.marks.get(name) or _FIRST


def places_in(source: bytes) -> EstatePlaces:
    """Give where the subjects of an estate stand; of one that cannot be read, nowhere."""
    document = reader.read(source, "estate.yaml")
    try:
        declared = estate.load(Path(document.path), (), source)
    except EstateError:
        return EstatePlaces(document.text, {}, {})
    repositories = {name: app.repository for name, app in declared.apps.items() if app.repository}
    return EstatePlaces(document.text, dict(_marks(declared, document.root)), repositories)


def _marks(declared: Estate, root: Node | None) -> Iterator[tuple[str, Mark]]:
    for identity, place in _places(declared):
        yield identity, find(root, place)


def _places(declared: Estate) -> Iterator[tuple[str, _Place]]:
    """Give the ids of subjects (`asbuilt.subjects`) with the keys that lead to them; of two alike the last counts."""
    for name, repository in declared.repositories.items():
        own = ("repositories", name)
        yield name, own
        for process in repository.procfile:
            yield f"{name} {process}", (*own, "procfile", process)
        for environment in repository.environments:
            yield f"{name} {environment}", (*own, "environments", environment)
        for key, workflow in repository.workflows.items():
            yield f"{name} {workflow.name}", (*own, "workflows", key)
            for number, deploy in enumerate(workflow.deploys):
                identity = f"{deploy.app} {workflow.name} {deploy.trigger}"
                came_with = (deploy.branch, deploy.tag, *(f"{key}={value}" for key, value in deploy.inputs.items()))
                place = (*own, "workflows", key, "deploys", number)
                yield identity, place
                yield " ".join((identity, *filter(None, came_with))), place
    for name, app in declared.apps.items():
        yield name, ("apps", name)
        for process in app.formation:
            yield f"{name} {process}", ("apps", name, "formation", process)
        for number, probe in enumerate(app.probes):
            yield f"{name} {probe.path}", ("apps", name, "probes", number)
