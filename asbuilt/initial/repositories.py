"""A repository as an estate declares it, of what was found of it: its rules, its workflows and their deploys."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from asbuilt.initial.nouns import Finding, Found, FoundRepository, Place, Review
from asbuilt.initial.processes import processes_of
from asbuilt.initial.reading_facts import unread
from asbuilt.initial.ways import deploys_of, is_refused
from asbuilt.model import Environment, Observed, RepositoryState
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.said.names import EVERYWHERE

_FOLDER = ".github/workflows/"
_Apps = Mapping[str, Mapping[str, Any]]


def repository(found: Found, apps: _Apps, reviews: list[Review]) -> dict[str, Any]:
    """Give the entry of the repository; what somebody should look at is added to the reviews."""
    own = found.repository
    assert own is not None  # noqa: S101 - asked for where there is one
    here: Place = ("repositories", own.name)
    entry: dict[str, Any] = {}
    seen = own.state.repository if own.state else None
    if isinstance(seen, Observed):
        entry["default_branch"] = seen.value.default_branch
    elif seen is not None:
        reviews.append(Review(here, unread("the repository", seen)))
    if found.checkout is not None:
        entry["checkout"] = found.folder
        if processes := processes_of(found.checkout):
            entry["procfile"] = processes
    if checks := _required(own, here, reviews):
        entry["required_checks"] = checks
    if own.names:
        entry["names"] = {name: _value(values) for name, values in own.names.items()}
    for name, why in own.unbound.items():
        told = f"{name} names an app or an environment, and {why}: bind it to that, names: {{ {name}: TEXT }}"
        reviews.append(Review(here, told))
    entry |= _environments(own, apps, found.findings, here, reviews)
    entry |= _workflows(found, apps, entry, here, reviews)
    return entry


def _value(values: Mapping[str, str]) -> Any:
    return values[EVERYWHERE] if values.keys() == {EVERYWHERE} else dict(values)


def _required(own: FoundRepository, here: Place, reviews: list[Review]) -> list[str]:
    found: dict[str, None] = {}
    for source, fact in own.required.items():
        if isinstance(fact, Observed):
            found |= dict.fromkeys(fact.value)
        else:
            reviews.append(Review(here, unread(f"what {source} requires", fact)))
    return list(found)


def _environments(
    own: FoundRepository, apps: _Apps, findings: Iterable[Finding], here: Place, reviews: list[Review]
) -> dict[str, Any]:
    """Give the environments that GitHub has, and those that workflow files name besides."""
    fact = own.state.environments if own.state else None
    if fact is not None and not isinstance(fact, Observed) and isinstance(_seen(own.state), Observed):
        reviews.append(Review(here, unread("the rules of environments", fact)))
    seen = {each.name: each for each in fact.value} if isinstance(fact, Observed) else {}
    named = {str(app["environment"]): name for name, app in apps.items() if "environment" in app}
    known = {name.lower() for name in seen}
    entries = {name: _rules(each) for name, each in seen.items()}
    for name, each in seen.items():
        of = [app for app, entry in apps.items() if str(entry.get("environment", "")).lower() == name.lower()]
        production = any(apps[app].get("tier") == "production" for app in of)
        place = (*here, "environments", name)
        reviews += [Review(place, text) for text in _environment_reviews(each, of, production=production)]
    for name, app in named.items():
        if name.lower() not in known:
            known.add(name.lower())
            entries[name] = {}
            judged = any(each.control == "GH002" and each.subject == f"{own.name} {name}" for each in findings)
            if isinstance(fact, Observed) and not judged:
                told = f"it does not exist: the first run that deploys {app} through it makes it, unprotected"
                reviews.append(Review((*here, "environments", name), told))
    return {"environments": entries} if entries else {}


def _seen(state: RepositoryState | None) -> Any:
    return state.repository if state else None


def _rules(each: Environment) -> dict[str, Any]:
    """Give the rules that an environment has; of one without any, nothing: then to add one is no drift."""
    if each.is_open:
        return {}
    rules: dict[str, Any] = {}
    if each.reviewers and not each.reviewers_gone:
        rules["reviewers"] = list(each.reviewers)
    rules["wait_timer"] = each.wait_timer
    rules["deployment_branches"] = list(each.branches)
    if each.admins_can_bypass is False:
        rules["admins_can_bypass"] = False
    if each.prevent_self_review:
        rules["prevent_self_review"] = True
    return rules


def _environment_reviews(each: Environment, of: list[str], *, production: bool) -> Iterator[str]:
    if each.reviewers_gone:
        yield f"{each.reviewers_gone} of its reviewers were deleted: its reviewers are left out"
    if not production:
        return
    whose = ", ".join(of)
    if each.is_open:
        yield f"it is unprotected: any branch deploys {whose} at once, without a reviewer"
    elif not each.reviewers:
        yield f"it has no reviewers: nobody is asked before {whose} is deployed"
    elif each.admins_can_bypass:
        yield "administrators can deploy past its reviewers"


def _workflows(
    found: Found, apps: _Apps, entry: Mapping[str, Any], here: Place, reviews: list[Review]
) -> dict[str, Any]:
    if found.checkout is None:
        return {}
    own = found.repository
    fact = own.state.workflows if own and own.state else None
    states = {each.path: each.state for each in fact.value} if isinstance(fact, Observed) else None
    files = [each.path for each in found.checkout.workflow_files]
    place = (*here, "workflows")
    entries: dict[str, Any] = {}
    for path in files:
        name = path.removeprefix(_FOLDER)
        ways = [each for each in found.checkout.deploy_paths if each.workflow == path and not each.review]
        state = states.get(path) if states is not None else "active"
        if state != "active":
            what = f"is {state} on GitHub" if state else "is not on GitHub yet"
            lost = (
                f", and so are its deploys of {', '.join(dict.fromkeys(each.app or '?' for each in ways))}"
                if ways
                else ""
            )
            reviews.append(Review(place, f"{name} {what}: left out{lost}"))
            continue
        entries[name] = _workflow(ways, apps, entry, (*place, name), reviews)
    for path in states or ():
        if path.startswith(_FOLDER) and path not in files and states and states[path] == "active":
            told = f"GitHub has {path.removeprefix(_FOLDER)}, and {found.folder} does not: left out"
            reviews.append(Review(place, told))
    if fact is not None and not isinstance(fact, Observed) and own and isinstance(_seen(own.state), Observed):
        reviews.append(Review(place, unread("which workflows are active", fact)))
    _two_owners(entries, place, reviews)
    return {"workflows": entries} if entries else {}


def _workflow(
    ways: list[DeployPath], apps: _Apps, entry: Mapping[str, Any], place: Place, reviews: list[Review]
) -> dict[str, Any]:
    deploys: list[dict[str, Any]] = []
    for path in ways:
        if path.app is None:
            told = path.undecided or "its app cannot be told before a run"
            reviews.append(Review(place, f"a deploy of it is left out ({path.file}:{path.line}): {told}"))
            continue
        if path.app not in apps:
            reviews.append(Review(place, f"it deploys {path.app} too, which this estate leaves out"))
            continue
        made, why = deploys_of(path)
        if why:
            reviews.append(Review(place, why))
        for each in made:
            environments = entry.get("environments", {})
            own = str(apps[path.app].get("environment", "")).lower()
            branches: Mapping[str, Any] = next((rules for env, rules in environments.items() if env.lower() == own), {})
            refused = is_refused(each, branches.get("deployment_branches"), entry.get("default_branch"))
            if refused:
                told = f"its deploy of {path.app} from {refused} is left out: its environment refuses that"
                reviews.append(Review(place, told))
            elif each not in deploys:
                deploys.append(each)
    return {"deploys": deploys} if deploys else {}


def _two_owners(entries: Mapping[str, Any], place: Place, reviews: list[Review]) -> None:
    """Say at each workflow which of the apps that it deploys another one, above it, deploys too."""
    owner: dict[str, str] = {}
    for name, each in entries.items():
        shared: dict[str, list[str]] = {}
        for app in dict.fromkeys(deploy["app"] for deploy in each.get("deploys", ())):
            if owner.setdefault(app, name) != name:
                shared.setdefault(owner[app], []).append(app)
        for other, apps in shared.items():
            told = f"two owners: it deploys {' and '.join(apps)}, and so does {other}; keep the deploys of one alone"
            reviews.append(Review((*place, name), told))
