"""What the checks are about: every subject that the estate declares, with the id that names it in a test."""

import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from asbuilt import texts
from asbuilt.estate import App, Environment, Estate, Ownership, Repository
from asbuilt.scheduled import all_scheduled
from asbuilt.workflows.paths.checkout import Checkout

_LONGEST_ID = 1000
_WORD = re.compile(r"(?<!\{)\{([a-z]+)\}(?!\})")
# What somebody means for a word, though it be none: `$` and `@` before a brace are a shell's and git's.
_MEANT = re.compile(r"(?<![{$@])\{\s*([A-Za-z_][\w-]*)\s*\}(?!\})")
# The words that a remedy may name, each with what it says where it is of no certain subject.
WORDS: Mapping[str, str] = {
    **{name: name.upper() for name in ("app", "repository", "environment", "workflow", "process")},
    "formation": "TYPE=QUANTITY",
    "protection": " (reviewers, wait timer and branches as declared)",
    "deploy": "run the workflow that deploys APP, as the estate declares it",
}
_OF_AN_APP = frozenset({"app", "formation", "deploy"})


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


def none_declared(kind: str) -> str:
    """Say why a check has nothing to judge."""
    return f"the estate declares no {plural(kind)}"


def plural(kind: str) -> str:
    """Give what several subjects of a kind are called."""
    return KINDS[kind].plural


def subjects(estate: Estate, checkouts: Mapping[str, Checkout], kind: str) -> dict[str, Subject]:
    """Give every subject of a kind by its id. `checkouts` are the files of repositories, by repository."""
    named = (replace(each, id=_identity(each.id)) for each in KINDS[kind].find(estate, checkouts))
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
    environments = subject.repository.environments if subject.repository and subject.kind == "environment" else {}
    declared = environments.get(subject.part) if environments else None
    told = {
        "app": shlex.quote(subject.app.name) if subject.app else "",
        "formation": shlex.join(f"{name}={each.least}" for name, each in formation),
        "repository": shlex.quote(subject.repository.name) if subject.repository else "",
        "deploy": ownership.command if ownership else "declare a workflow that deploys it (repositories.*.workflows)",
        "environment": shlex.quote(subject.part) if isinstance(subject.part, str) else "",
        "protection": _protection(declared),
        "workflow": own_name,
        "process": own_name,
    }
    return {word: text for word, text in told.items() if word in KINDS[subject.kind].words}


def _protection(declared: Environment | None) -> str:
    """Say for a remedy how an environment is declared to be protected."""
    parts = []
    if declared and declared.reviewers:
        parts.append(f"reviewers {', '.join(declared.reviewers)}")
    if declared and declared.wait_timer:
        parts.append(f"wait timer {declared.wait_timer} min")
    if declared and declared.deployment_branches:
        parts.append(_from(declared.deployment_branches))
    return f" ({', '.join(parts) or 'the estate declares no protection of it'})"


def _from(branches: tuple[str, ...]) -> str:
    if branches == ("@protected",):
        return "from protected branches only"
    return "from every branch" if "@any" in branches else f"from {', '.join(branches)} only"


def tell(text: str, told: Mapping[str, str]) -> str:
    """Put a subject's words where a remedy names them; braces of anything else, such as `${{ }}`, stay as they are."""
    return _WORD.sub(lambda match: told.get(match[1], match[0]), text)


def words_in(text: str) -> list[str]:
    """Give what a remedy names in braces, where whoever wrote it means a word of the subject."""
    return _MEANT.findall(text)


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


def _scheduled_workflows(estate: Estate, checkouts: Mapping[str, Checkout]) -> Iterator[Subject]:
    """The workflows that are to run by a schedule, by what the estate declares or their files say."""
    for name, workflows in all_scheduled(estate, checkouts).items():
        for each in workflows:
            yield Subject(f"{name} {each.name}", "scheduled_workflow", each, None, estate.repositories[name])


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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject: what several are called, how they are found, and the words of theirs that a remedy may name.

    Of those `in_files`, files of a repository name more than the estate declares.
    """

    plural: str
    find: Callable[[Estate, Mapping[str, Checkout]], Iterator[Subject]]
    words: frozenset[str]
    in_files: bool = False


# From the narrowest to the widest: a check is about the narrowest thing that it asks for.
KINDS: Mapping[str, Kind] = {
    "process": Kind("processes", _processes, _OF_AN_APP | {"process"}),
    "probe": Kind("probes", _probes, _OF_AN_APP),
    "deploy": Kind("deploys", _deploys, _OF_AN_APP | {"repository"}),
    "environment": Kind(
        "environments", _environments, frozenset({"environment", "protection", "repository"}), in_files=True
    ),
    "workflow": Kind("workflows", _workflows, frozenset({"workflow", "repository"})),
    "workflow_file": Kind("workflow files", _workflow_files, frozenset({"workflow", "repository"}), in_files=True),
    "scheduled_workflow": Kind(
        "scheduled workflows", _scheduled_workflows, frozenset({"workflow", "repository"}), in_files=True
    ),
    "procfile_process": Kind(
        "Procfile processes", _procfile_processes, frozenset({"process", "repository"}), in_files=True
    ),
    "app": Kind("apps", _apps, _OF_AN_APP),
    "repository": Kind("repositories", _repositories, frozenset({"repository"})),
}
