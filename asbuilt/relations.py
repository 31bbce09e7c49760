"""What a subject is, and what it depends on, as names that two verdicts can be compared by."""

from collections.abc import Iterable, Iterator, Mapping

from asbuilt.estate import App, Estate, Ownership
from asbuilt.subjects import Subject, words_in

# What must hold before a word of a remedy can be carried out: the repository is there, its workflow is active, and the
# environment that a deploy goes through is there and protected. A run that names a missing one makes it, unprotected.
NEEDS: Mapping[str, tuple[str, ...]] = {"deploy": ("GH001", "GH002", "GH003", "GH005", "GH007")}
_WEB = "web"


def needs_of(remedy: str) -> tuple[str, ...]:
    """Give the controls that must hold before a remedy can be carried out, by the words that it names."""
    return tuple(dict.fromkeys(need for word in words_in(remedy) for need in NEEDS.get(word, ())))


def about(subject: Subject) -> str:
    """Name the thing that a subject is."""
    match subject.kind:
        case "deploy":
            return _deploy(subject.part)
        case "environment" if subject.repository:
            return _environment(subject.repository.name, subject.part)
        case "workflow" | "scheduled_workflow" if subject.repository:
            return f"workflow {subject.repository.name} {subject.part.name}"
        case "workflow_file" if subject.repository:
            return f"workflow {subject.repository.name} {subject.part.file_name}"
        case "process" if subject.app:
            return f"process {subject.app.name} {subject.part}"
        case _:
            return f"{subject.kind} {subject.name if subject.kind in {'app', 'repository'} else subject.id}"


def deploys_by_app(estate: Estate) -> dict[str, tuple[Ownership, ...]]:
    """Give the declared deploys of each app that has one."""
    return {each.deploy.app: estate.ownerships_of(each.deploy.app) for each in estate.ownerships()}


def rests_on(subject: Subject, deploys: Mapping[str, tuple[Ownership, ...]]) -> tuple[str, ...]:
    """Name what a subject depends on, itself too: its app, processes, deploys, environment, workflows, repository.

    A probe is answered by the web process alone; a deploy has one workflow, whatever else reaches its app.
    """
    found = [about(subject)]
    if subject.app:
        own = subject.part if isinstance(subject.part, Ownership) else None
        ownerships = (own,) if own else deploys.get(subject.app.name, ())
        found += [f"app {subject.app.name}", *_processes(subject, subject.app)]
        for each in ownerships:
            found += [_deploy(each), f"workflow {each.repository.name} {each.workflow.name}"]
        repositories = repositories_of(subject.app, ownerships)
        found += [f"repository {name}" for name in repositories]
        if subject.app.environment:
            found += [_environment(name, subject.app.environment) for name in repositories]
    elif subject.repository:
        found.append(f"repository {subject.repository.name}")
    return tuple(dict.fromkeys(found))


def repositories_of(app: App, ownerships: Iterable[Ownership]) -> tuple[str, ...]:
    """Name the repositories that an app's code comes from: the declared one, and those of its declared deploys."""
    declared = [app.repository] if app.repository else []
    return tuple(dict.fromkeys([*declared, *(each.repository.name for each in ownerships)]))


def _processes(subject: Subject, app: App) -> Iterator[str]:
    if subject.kind == "process":
        return
    for name in app.formation:
        if subject.kind != "probe" or name == _WEB:
            yield f"process {app.name} {name}"


def _deploy(ownership: Ownership) -> str:
    deploy = ownership.deploy
    inputs = (f"{name}={value}" for name, value in deploy.inputs.items())
    return " ".join(("deploy", ownership.name, deploy.branch or "", deploy.tag or "", *inputs))


def _environment(repository: str, name: str) -> str:
    """Name an environment: GitHub takes names that differ in case alone for one."""
    return f"environment {repository} {name.lower()}"
