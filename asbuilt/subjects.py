"""What the checks are about: every subject that the estate declares, with the id that names it in a test."""

import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asbuilt import catalogue, texts
from asbuilt.estate import App, Estate, Ownership, Repository
from asbuilt.workflows.paths.checkout import Checkout

# From the narrowest to the widest: a check is about the narrowest thing that it asks for.
KINDS = (
    "process",
    "probe",
    "deploy",
    "environment",
    "workflow",
    "workflow_file",
    "procfile_process",
    "app",
    "repository",
)
FROM_FILES = frozenset({"environment", "workflow_file", "procfile_process"})  # files of a repository name more of them
_LONGEST_ID = 1000
_WORD = re.compile(r"(?<!\{)\{([a-z]+)\}(?!\})")
_PLURALS = {
    "process": "processes",
    "repository": "repositories",
    "procfile_process": "Procfile processes",
    "workflow_file": "workflow files",
}


@dataclass(frozen=True, slots=True)
class ProcfileProcess:
    """A process type that the Procfile must start, and the file that it must start."""

    repository: Repository
    process: str
    file: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that is judged. `id` is unique among its kind; `part` is the declared thing itself."""

    id: str
    kind: str
    part: Any
    app: App | None = None
    repository: Repository | None = None

    @property
    def name(self) -> str:
        """What a person looks for first: the app, else the repository."""
        return self.app.name if self.app else self.repository.name if self.repository else self.id


def kind_of(fixtures: Iterable[str]) -> str | None:
    """Give the kind of subject that a check is about, by the facts that it asks for."""
    asked = set(fixtures)
    return next((kind for kind in KINDS if kind in asked), None)


def kinds_judged(project: Path = catalogue.PROJECT) -> dict[str, frozenset[str]]:
    """Give the kinds of subject that each control is judged of, by its id."""
    vocabulary = catalogue.vocabulary(project)
    found: dict[str, set[str]] = {}
    for _, control in catalogue.checks(project):
        kind = kind_of(_closed(control.asks, vocabulary))
        found.setdefault(control.id, set()).update({kind} if kind else ())
    return {control: frozenset(kinds) for control, kinds in found.items()}


def _closed(asked: Iterable[str], vocabulary: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Give what is asked for with all that it rests on."""
    found: set[str] = set()
    left = list(asked)
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += vocabulary.get(each, ())
    return found


def none_declared(kind: str) -> str:
    """Say why a check has nothing to judge."""
    return f"the estate declares no {plural(kind)}"


def plural(kind: str) -> str:
    """Give what several subjects of a kind are called."""
    return _PLURALS.get(kind, f"{kind}s")


def subjects(estate: Estate, checkouts: Mapping[str, Checkout], kind: str) -> dict[str, Subject]:
    """Give every subject of a kind by its id. `checkouts` are the files of repositories, by repository."""
    named = (replace(each, id=_identity(each.id)) for each in _SOURCES[kind](estate, checkouts))
    found = {each.id: each for each in named}
    return dict(sorted(found.items()))


def _identity(name: str) -> str:
    """Give the id for a name: it goes into files by hands that are not ours, so it is short and no part of it is half.

    Two names are never one id: a subject that shares another's would not be judged.
    """
    if len(name) <= _LONGEST_ID:
        return texts.kept(name)
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{texts.kept(name, _LONGEST_ID)}{digest}"


def words(subject: Subject, estate: Estate) -> dict[str, str]:
    """Give the subject's own words for a remedy, each quoted for a shell where it needs that: somebody may paste it."""
    ownership = subject.part if isinstance(subject.part, Ownership) else None
    if ownership is None and subject.app:
        ownership = estate.ownership_of(subject.app.name)
    name = subject.app.name if subject.app else subject.repository.name if subject.repository else ""
    own_name = shlex.quote(subject.id.removeprefix(f"{name} "))
    formation = subject.app.formation.items() if subject.app else ()
    return {
        "app": shlex.quote(subject.app.name) if subject.app else "",
        "formation": shlex.join(f"{name}={each.quantity}" for name, each in formation),
        "repository": shlex.quote(subject.repository.name) if subject.repository else "",
        "deploy": ownership.command if ownership else "declare a workflow that deploys it (repositories.*.workflows)",
        "environment": shlex.quote(subject.part) if subject.kind == "environment" else "",
        "workflow": own_name if subject.kind in {"workflow", "workflow_file"} else "",
        "process": own_name if subject.kind in {"process", "procfile_process"} else "",
    }


def tell(text: str, told: Mapping[str, str]) -> str:
    """Put a subject's words where a remedy names them; braces of anything else, such as `${{ }}`, stay as they are."""
    return _WORD.sub(lambda match: told.get(match[1], match[0]), text)


def _processes(estate: Estate, _: Any) -> Iterator[Subject]:
    for app in estate.apps.values():
        for process in app.formation:
            yield Subject(f"{app.name} {process}", "process", process, app)


def _probes(estate: Estate, _: Any) -> Iterator[Subject]:
    for app in estate.apps.values():
        for probe in app.probes:
            yield Subject(f"{app.name} {probe.path}", "probe", probe, app)


def _deploys(estate: Estate, _: Any) -> Iterator[Subject]:
    """The declared deploys; where a trigger brings an app more than one, what it comes with tells them apart."""
    found = list(estate.ownerships())
    counts = Counter(map(_of_trigger, found))
    for each in found:
        deploy = each.deploy
        came_with = (deploy.branch, deploy.tag, *(f"{name}={value}" for name, value in deploy.inputs.items()))
        more = came_with if counts[_of_trigger(each)] > 1 else ()
        identity = " ".join((_of_trigger(each), *filter(None, more)))
        yield Subject(identity, "deploy", each, estate.apps[deploy.app], each.repository)


def _of_trigger(ownership: Ownership) -> str:
    return f"{ownership.deploy.app} {ownership.workflow.name} {ownership.deploy.trigger}"


def _environments(estate: Estate, checkouts: Mapping[str, Checkout]) -> Iterator[Subject]:
    """Environments that the estate declares, and those that a workflow names without anybody having declared them."""
    for repository in estate.repositories.values():
        checkout = checkouts.get(repository.name)
        named = sorted(_named_environments(checkout)) if checkout else []
        # GitHub takes names that differ in case alone for one environment.
        names = {name.lower(): name for name in (*named, *repository.environments)}
        for name in names.values():
            yield Subject(f"{repository.name} {name}", "environment", name, None, repository)


def _named_environments(checkout: Checkout) -> set[str]:
    """Give the environments that jobs name: literally, or by what deploy paths make of an expression."""
    literal = {
        job.environment.text
        for file in checkout.workflow_files
        for job in file.jobs
        if job.environment and job.environment.text and "${{" not in job.environment.text
    }
    return literal | {path.environment for path in checkout.deploy_paths if path.environment}


def _workflows(estate: Estate, _: Any) -> Iterator[Subject]:
    for repository in estate.repositories.values():
        for workflow in repository.workflows.values():
            yield Subject(f"{repository.name} {workflow.name}", "workflow", workflow, None, repository)


def _workflow_files(estate: Estate, checkouts: Mapping[str, Checkout]) -> Iterator[Subject]:
    """The files that are there, and the declared ones that are not."""
    for name, checkout in checkouts.items():
        repository = estate.repositories[name]
        paths = {each.path for each in repository.workflows.values()} | {each.path for each in checkout.workflow_files}
        for path in paths:
            file = checkout.workflow_file(path)
            yield Subject(f"{name} {file.file_name}", "workflow_file", file, None, repository)


def _procfile_processes(estate: Estate, checkouts: Mapping[str, Checkout]) -> Iterator[Subject]:
    for name in checkouts:
        repository = estate.repositories[name]
        for process, file in repository.procfile.items():
            part = ProcfileProcess(repository, process, file)
            yield Subject(f"{name} {process}", "procfile_process", part, None, repository)


def _apps(estate: Estate, _: Any) -> Iterator[Subject]:
    for app in estate.apps.values():
        yield Subject(app.name, "app", app, app)


def _repositories(estate: Estate, _: Any) -> Iterator[Subject]:
    for repository in estate.repositories.values():
        yield Subject(repository.name, "repository", repository, None, repository)


_SOURCES = {
    "process": _processes,
    "probe": _probes,
    "deploy": _deploys,
    "environment": _environments,
    "workflow": _workflows,
    "workflow_file": _workflow_files,
    "procfile_process": _procfile_processes,
    "app": _apps,
    "repository": _repositories,
}
