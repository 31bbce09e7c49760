"""What the workflow files and the default branch say beyond what is declared: apps, deploys, required checks.

They are read as a first estate is, and its draft is held against the estate.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from asbuilt.debts.difference import Difference, Settled, own, review
from asbuilt.edits import Added, Change, Note, Put, Removed
from asbuilt.edits.changing import Place
from asbuilt.estate import Deploy, Estate, Repository
from asbuilt.initial import Found, Wanted, document, found
from asbuilt.model import Observed
from asbuilt.sandbox.scenario import is_declared

_Deploys = Sequence[Mapping[str, Any]]


def read(estate: Estate, file: Path, sandbox: str | None, checkout: str | None) -> Found | None:
    """Read the repository of an estate and its files; nothing where it has several, or no files of it are here.

    Nor is anything read in a world that is made of the estate: what is there is what it says. Raises OptionError.
    """
    if len(estate.repositories) != 1 or (sandbox and is_declared(sandbox)):
        return None
    repository = next(iter(estate.repositories.values()))
    folder = Path(checkout.partition("=")[2] or checkout) if checkout else None
    if folder is None and repository.checkout:
        folder = file.parent / repository.checkout
    if folder is None:
        return None
    return found(
        Wanted((), repository.name, folder, sandbox, file.parent, judged=False, github=estate.providers.github)
    )


def of_files(estate: Estate, raw: Mapping[str, Any], read: Found) -> Iterator[Difference]:
    """Give what differs of deploys, apps and required checks."""
    if read.repository is None or read.repository.name not in (raw.get("repositories") or {}):
        return
    repository = estate.repositories[read.repository.name]
    drafted = document(read).plain
    entry = drafted.get("repositories", {}).get(repository.name, {})
    deploys = {name: each.get("deploys", ()) for name, each in entry.get("workflows", {}).items()}
    there = {each.name for each in read.apps if each.state is not None and isinstance(each.state.app, Observed)}
    for name, app in drafted.get("apps", {}).items():
        if name not in estate.apps and name in there:
            yield from _new_app(name, app, repository, entry, deploys)
    for workflow, each in deploys.items():
        yield from _deploys(estate, repository, workflow, each)
    yield from _required(repository, raw, read)


def _new_app(
    name: str,
    app: Mapping[str, Any],
    repository: Repository,
    entry: Mapping[str, Any],
    deploys: Mapping[str, _Deploys],
) -> Iterator[Difference]:
    """Declare an app that a workflow file deploys and Heroku has."""
    own_deploys = {file: [each for each in every if each["app"] == name] for file, every in deploys.items()}
    files = [file for file, every in own_deploys.items() if every]
    if not files:
        return
    here: Place = ("repositories", repository.name, "workflows")
    changes: list[Change] = [Put(("apps", name), dict(app))]
    environment = app.get("environment")
    if environment and repository.environment(environment) is None:
        rules = entry.get("environments", {}).get(environment, {})
        changes.append(Put(("repositories", repository.name, "environments", environment), dict(rules)))
    changes += [Added((*here, file, "deploys"), tuple(own_deploys[file])) for file in files]
    told = f"{name} is new: {' and '.join(files)} of {repository.name} deploys it, and Heroku has it"
    settles = (Settled("WF008", f"{repository.name} {files[0]}", name), Settled("WF008", repository.name, name))
    yield Difference(tuple(changes), (review(("apps", name), told),), settles)


def _deploys(estate: Estate, repository: Repository, file: str, seen: _Deploys) -> Iterator[Difference]:
    """Give how the deploys of a workflow differ; it gets none of an app that another one owns."""
    declared = repository.workflows[file].deploys if file in repository.workflows else ()
    place: Place = ("repositories", repository.name, "workflows", file, "deploys")
    for app in dict.fromkeys(each["app"] for each in seen if each["app"] in estate.apps):
        owners = {(each.repository.name, each.workflow.name) for each in estate.ownerships_of(app)}
        if owners - {(repository.name, file)}:
            continue
        mine = [(index, each) for index, each in enumerate(declared) if each.app == app]
        theirs = [each for each in seen if each["app"] == app]
        new = tuple(each for each in theirs if not any(_is_same(one, each) for _, one in mine))
        gone = [index for index, one in mine if not any(_is_same(one, each) for each in theirs)]
        if not new:
            continue
        changes: list[Change] = [Added(place, new)]
        changes += [Removed((*place, index)) for index in reversed(gone)]
        told = f"WF037 {file} deploys {app} by {' and by '.join(_way(each) for each in new)} now: is that meant?"
        settles = (Settled("WF037", app), *([Settled("WF007", app)] if gone else []))
        yield Difference(tuple(changes), (review(place, told),), settles)


def _is_same(declared: Deploy, seen: Mapping[str, Any]) -> bool:
    """Say whether a declared deploy is one that was read, as far as it says where from."""
    return (
        declared.trigger == seen["trigger"]
        and declared.branch in {None, seen.get("branch")}
        and declared.tag in {None, seen.get("tag")}
    )


def _way(deploy: Mapping[str, Any]) -> str:
    ref = deploy.get("branch") or deploy.get("tag")
    return f"{deploy['trigger']} of {ref}" if ref else str(deploy["trigger"])


def _required(repository: Repository, raw: Mapping[str, Any], read: Found) -> Iterator[Difference]:
    """Give the checks that are required now and were not declared. One that no longer is, is a gate less: marked."""
    facts = read.repository.required if read.repository else {}
    is_own = "required_checks" in own(raw, "repositories", repository.name)
    if not is_own or not facts or not all(isinstance(each, Observed) for each in facts.values()):
        return
    required = dict.fromkeys(name for each in facts.values() if isinstance(each, Observed) for name in each.value)
    place: Place = ("repositories", repository.name, "required_checks")
    new = tuple(each for each in required if each not in repository.required_checks)
    notes: list[Note] = [
        review(place, f"{each} is no longer required of a pull request to the default branch")
        for each in repository.required_checks
        if each not in required
    ]
    if new or notes:
        yield Difference((Added(place, new),) if new else (), tuple(notes))
