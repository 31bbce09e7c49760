"""Make a healthy world from an estate: the document of a scenario in which all that is declared is true.

What no world can make true is said, a line each. The world is plain data, as fixtures/scenarios/*.yaml are, so it can
be written, edited, and laid under faults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asbuilt.deploying_jobs import Owner, deploying_jobs
from asbuilt.estate_policies import ANY, PROTECTED
from asbuilt.sandbox.answering import CannotBeError, response
from asbuilt.sandbox.building import derived_sha
from asbuilt.sandbox.samples import sample
from asbuilt.scheduled import all_scheduled
from asbuilt.stacks import SUPPORTED_THROUGH
from asbuilt.subjects import subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from asbuilt.deploying_jobs import DeployingJob
    from asbuilt.estate import App, Environment, Estate, Ownership, Process, Repository
    from asbuilt.scheduled import ScheduledWorkflow
    from asbuilt.workflows.paths.checkout import Checkout

_STACK = "heroku-24"
_APART = 30  # minutes from one deploy to the next, so that each release is told to be of one run
_NEWEST = 26 * 60  # minutes since the newest deploy: what a fault adds comes after it
_DAY = 24 * 60
_OWN_ADDRESS = re.compile(r"([0-9a-f]{12})\.herokuapp\.com")  # NAME-HASH: Heroku gave it, and it has no other
_NOT_SERVED = frozenset({"api.heroku.com", "api.github.com", "127.0.0.1", "localhost"})
_EVENTS_ON_TAGS = frozenset({"release"})


@dataclass(frozen=True, slots=True)
class Declared:
    """A world that was made of an estate, and what of the estate it cannot make true, a line each."""

    document: dict[str, Any]
    impossible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What files say beyond the estate: the jobs that deploy, and the environments that workflows name.

    `environments` are names by repository, `scheduled` the workflows of each that are to run by a schedule.
    """

    jobs: Mapping[Owner, Mapping[str, tuple[DeployingJob, ...]]] = field(default_factory=dict)
    environments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scheduled: Mapping[str, tuple[ScheduledWorkflow, ...]] = field(default_factory=dict)


def known_of(estate: Estate, checkouts: Mapping[str, Checkout]) -> Known:
    """Give what the files of an estate's repositories say."""
    named: dict[str, tuple[str, ...]] = {}
    for each in subjects(estate, checkouts, "environment").values():
        if each.repository is not None:
            name = each.repository.name
            named[name] = (*named.get(name, ()), str(each.part))
    return Known(deploying_jobs(estate, checkouts), named, all_scheduled(estate, checkouts))


@dataclass(frozen=True, slots=True)
class _Deploy:
    """One run that deploys one or several apps by the same declared way, and how many minutes ago it began."""

    ways: tuple[Ownership, ...]
    ago: int
    environment: str | None


def declared(estate: Estate, known: Known, today: date) -> Declared:
    """Make the world that an estate declares, as of now; `today` is the day by which stacks end."""
    impossible: list[str] = []
    deploys = _deploys(estate)
    commit = derived_sha(estate.name, "declared")
    born = max((each.ago for each in deploys), default=0) + 30 * _DAY
    apps = {app.name: _app(app, deploys, commit, born, today, impossible) for app in estate.apps.values()}
    _share_hosts(estate, apps, impossible)
    repositories = {
        each.name: _repository(each, [one for one in deploys if one.ways[0].repository.name == each.name], known)
        | {"created_at": f"-{born + 30 * _DAY}m", "branches": _branches(each, deploys, commit)}
        for each in estate.repositories.values()
    }
    for name, document in repositories.items():
        for run in document["runs"]:
            run["sha"] = commit
            if run["event"] == "push" and (branch := document["branches"].get(run["branch"])):
                branch.pop("sha", None)  # what is pushed to it moves it on, also by a fault
        impossible += _impossible_of(estate.repositories[name])
    impossible += _untold(estate, known)
    document = {
        "summary": f"all that {estate.name} declares is true",
        "clock": "now",
        "heroku": {"apps": apps},
        "github": {"repositories": repositories},
    }
    return Declared(document, tuple(dict.fromkeys(impossible)))


def _deploys(estate: Estate) -> tuple[_Deploy, ...]:
    """Give the runs that deploy, the newest first: each declared way of each app once.

    Apps that the same event of a workflow deploys through the same environment are deployed by one run.
    """
    groups: dict[tuple[Any, ...], list[Ownership]] = {}
    for app in estate.apps.values():
        ways = estate.ownerships_of(app.name)
        for index, way in enumerate(ways):
            environment = _environment_of(estate, way)
            ref = way.deploy.tag or way.deploy.branch
            inputs = tuple(sorted(way.deploy.inputs.items()))
            key = (len(ways) - index, way.repository.name, way.workflow.name, way.deploy.trigger, ref, environment)
            groups.setdefault((*key, inputs), []).append(way)
    ordered = sorted(groups.items(), key=lambda each: each[0][0])
    return tuple(_Deploy(tuple(ways), _NEWEST + _APART * index, key[5]) for index, (key, ways) in enumerate(ordered))


def _environment_of(estate: Estate, way: Ownership) -> str | None:
    app = estate.apps[way.deploy.app]
    return app.environment if app.repository in (None, way.repository.name) else None


def _app(
    app: App, deploys: Iterable[_Deploy], commit: str, born: int, today: date, impossible: list[str]
) -> dict[str, Any]:
    stack = app.stack or _STACK
    end = SUPPORTED_THROUGH.get(stack)
    if end and today > end:
        impossible.append(f"{app.name}: stack {stack} has had no support since {end}, whatever the world")
    formation = dict(_formation(app))
    released = [each.ago for each in deploys if any(way.deploy.app == app.name for way in each.ways)] or [_NEWEST]
    releases = list(_releases(app.name, sorted(released, reverse=True), commit, born, stack, formation))
    dynos = {
        f"{kind}.{number}": {"state": "up", "since": f"-{min(released) - 4}m"}
        for kind, each in formation.items()
        for number in range(1, each["quantity"] + 1)
    }
    host = _host(app.url or "")
    own = _OWN_ADDRESS.fullmatch(host.removeprefix(f"{app.name}-"))
    document: dict[str, Any] = {
        "hash": own[1] if own else derived_sha(app.name, "hash")[:12],
        "created_at": f"-{born}m",
        "stack": stack,
    }
    document |= {"config_vars": ["APP_ENV"], "releases": releases, "formation": formation, "dynos": dynos}
    responses = {}
    for probe in app.probes:
        try:
            responses[probe.path] = response(probe, commit)
        except CannotBeError as error:
            impossible.append(f"{app.name} {probe.path}: {error}")
    if responses:
        document["responses"] = responses
    if host:
        if host in _NOT_SERVED:
            impossible.append(f"{app.name}: a sandbox does not stand for {app.url}")
        elif host != f"{app.name}-{document['hash']}.herokuapp.com":
            document["domains"] = [host]
    return document


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _formation(app: App) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the process types as declared; where none is, one web dyno runs."""
    if not app.formation:
        yield "web", {"quantity": 1, "size": "Basic"}
    for kind, process in app.formation.items():
        yield kind, {"quantity": _quantity(process), "size": process.size or "Basic"}


def _quantity(process: Process) -> int:
    """Give the least that is declared, and of what may scale to nothing, one."""
    return process.least or min(1, process.most)


def _releases(
    name: str, released: Iterable[int], commit: str, born: int, stack: str, formation: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield what made the app, each deploy two minutes after its run began, and a config change that carries it on."""
    yield {"version": 1, "description": "Initial release", "created_at": f"-{born}m"}
    yield {"version": 2, "description": "Enable Logplex", "created_at": f"-{born}m"}
    version, last = 2, _NEWEST
    for last in released:
        version += 1
        if stack == "container":
            kinds = ", ".join(formation)
            digest = derived_sha(name, "image", str(version))[:12]
            yield {"version": version, "description": f"Deployed {kinds} ({digest})", "created_at": f"-{last - 2}m"}
        else:
            made = {"description": f"Deploy {commit[:8]}", "slug": commit}
            yield {"version": version, **made, "created_at": f"-{last - 2}m"}
    changed = {"description": "Set APP_ENV config vars", "created_at": f"-{last - 5}m"}
    yield {"version": version + 1, **changed}


def _share_hosts(estate: Estate, apps: dict[str, Any], impossible: list[str]) -> None:
    """Let the first app of a host answer for all that declare it: a host leads to one app."""
    first: dict[str, str] = {}
    for app in estate.apps.values():
        own = apps[app.name]
        for host in list(own.get("domains", ())):
            if (other := first.setdefault(host, app.name)) == app.name:
                continue
            answers = apps[other].setdefault("responses", {})
            for path, answer in own.get("responses", {}).items():
                if answers.setdefault(path, answer) != answer:
                    impossible.append(f"{app.name} {path}: {other} declares another answer of {host}")


def _repository(repository: Repository, deploys: Iterable[_Deploy], known: Known) -> dict[str, Any]:
    branch = repository.trunk
    named = known.environments.get(repository.name, ())
    environments = {each.name: _environment(each) for each in repository.environments.values()}
    there = {each.lower() for each in environments}
    environments |= {each: {} for each in named if each.lower() not in there}
    runs = [_run(each, branch, known) for each in deploys]
    files = {
        each.name: {"name": each.name.rpartition(".")[0], "state": "active"} for each in repository.workflows.values()
    }
    deploying = {run["workflow"] for run in runs}
    for name in files.keys() - deploying:
        # On the pull request's own event in truth, or whatever it has; a push is what most have.
        group = {"workflow": name, "event": "push", "branch": branch, "conclusion": "success", "last": f"-{_NEWEST}m"}
        runs.append({**group, "jobs": {"test": "success"}})
    for each in known.scheduled.get(repository.name, ()):
        files.setdefault(each.name, {"name": each.name.rpartition(".")[0], "state": "active"})
        runs += _by_schedule(each, branch, runs)
    document: dict[str, Any] = {"default_branch": branch, "environments": environments, "workflows": files}
    return {**document, "runs": runs}


def _by_schedule(scheduled: ScheduledWorkflow, branch: str, runs: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a run that its schedule set off in time, where none of those that deploy is one."""
    in_time = scheduled.allowed or timedelta(minutes=_NEWEST + _DAY)
    deployed = (each["workflow"] == scheduled.name and each["event"] == "schedule" for each in runs)
    if any(deployed) and in_time > timedelta(minutes=_NEWEST + _DAY):
        return
    last = min(_NEWEST, int((scheduled.every or in_time) / timedelta(minutes=2)))
    group = {"workflow": scheduled.name, "event": "schedule", "branch": branch, "conclusion": "success"}
    yield {**group, "last": f"-{last}m", "jobs": {"test": "success"}}


def _environment(environment: Environment) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if environment.reviewers is not None:
        document["reviewers"] = list(environment.reviewers)
    if environment.wait_timer is not None:
        document["wait_timer"] = environment.wait_timer
    branches = environment.deployment_branches
    if branches is not None and tuple(branches) != (ANY,):
        document["deployment_branches"] = "protected" if tuple(branches) == (PROTECTED,) else list(branches)
    if environment.admins_can_bypass is not None:
        document["can_admins_bypass"] = environment.admins_can_bypass
    if environment.prevent_self_review is not None:
        document["prevent_self_review"] = environment.prevent_self_review
    return document


def _branches(repository: Repository, deploys: Iterable[_Deploy], commit: str) -> dict[str, Any]:
    """Give the default branch and those that deploy, all at the commit that runs; protected where that is asked."""
    protected = any(PROTECTED in (each.deployment_branches or ()) for each in repository.environments.values())
    own = (one for one in deploys if one.ways[0].repository.name == repository.name)
    refs = dict.fromkeys([repository.trunk, *(_ref(each.ways[0], repository.trunk) for each in own)])
    return {name: {"sha": commit, **({"protected": True} if protected else {})} for name in refs}


def _run(deploy: _Deploy, branch: str, known: Known) -> dict[str, Any]:
    way = deploy.ways[0]
    job, jobs = _jobs(deploy, known)
    run = {
        "workflow": way.workflow.name,
        "event": way.deploy.trigger,
        "branch": _ref(way, branch),
        "conclusion": "success",
        "last": f"-{deploy.ago}m",
        "took": "4m",
        "jobs": jobs,
        "deploys": job,
    }
    return run if deploy.environment is None else {**run, "environment": deploy.environment}


def _ref(way: Ownership, branch: str) -> str:
    """Give the branch or the tag that a run is on: one that the declared pattern lets through."""
    deploy = way.deploy
    wanted = deploy.tag or deploy.branch
    if wanted is None or (deploy.trigger not in {"push", "workflow_dispatch"} and not deploy.tag):
        return "v1" if deploy.trigger in _EVENTS_ON_TAGS else branch
    if not set(wanted) & set("*?["):
        return wanted
    made = re.sub(r"\[(.)[^\]]*\]", r"\1", wanted).replace("**", "1").replace("*", "1").replace("?", "1")
    return made if fnmatchcase(made, wanted) else wanted


def _jobs(deploy: _Deploy, known: Known) -> tuple[str, dict[str, str]]:
    """Give the job that deployed, and all of the run: gates, what deploys its apps, what deploys others."""
    way = deploy.ways[0]
    own = {name: None for each in deploy.ways for name in _names_of(each, known)}
    others = {
        name: None
        for owner, by_event in known.jobs.items()
        if (owner.repository, owner.workflow) == (way.repository.name, way.workflow.name)
        for one in by_event.get(way.deploy.trigger, ())
        if (name := name_of(one)) not in own
    }
    names = list(own) or ["deploy"]
    jobs = {name: "skipped" for name in others if name}
    return names[0], {**jobs, **dict.fromkeys(names, "success")}


def _names_of(way: Ownership, known: Known) -> Iterator[str]:
    """Yield the names of the jobs by which a workflow deploys an app, as its file has them."""
    by_event = known.jobs.get(Owner(way.repository.name, way.workflow.name, way.deploy.app), {})
    event = way.deploy.trigger
    for one in by_event[event] if event in by_event else (each for found in by_event.values() for each in found):
        if name := name_of(one):
            yield name


def name_of(job: DeployingJob) -> str:
    """Give a name that GitHub may show for a job that deploys; empty where none can be made."""
    made = sample(job.shown.replace(".*", "x").replace(".+", "x"))
    return made if made and re.fullmatch(job.shown, made, re.IGNORECASE) else ""


def _impossible_of(repository: Repository) -> Iterator[str]:
    """Say which rules of environments GitHub cannot have together."""
    for each in repository.environments.values():
        place = f"{repository.name} {each.name}"
        branches = each.deployment_branches or ()
        if len(branches) > 1 and {ANY, PROTECTED} & set(branches):
            yield f"{place}: deployment_branches has {ANY} or {PROTECTED} beside others, which no environment can"
        if each.prevent_self_review and not each.reviewers:
            yield f"{place}: prevent_self_review is a rule of required reviewers, and none is declared"


def _untold(estate: Estate, known: Known) -> Iterator[str]:
    """Say which deploys nothing can tell apart, or a file does not make, whatever runs there are."""
    for way in estate.ownerships():
        app, event = way.deploy.app, way.deploy.trigger
        place = f"{app} {way.workflow.name} {event}"
        by_event = known.jobs.get(Owner(way.repository.name, way.workflow.name, app))
        if by_event is not None and event not in by_event and not any(by_event.values()):
            yield f"{place}: its file deploys nothing to {app} by it"
        for other in estate.ownerships():
            same = (other.repository.name, other.workflow.name) == (way.repository.name, way.workflow.name)
            if (
                same
                and other.deploy.app != app
                and _overlaps(way, other)
                and not _is_told_apart(estate, known, way, other)
            ):
                yield (
                    f"{place}: nothing tells its runs from those that deploy {other.deploy.app}: declare "
                    "the environment of each app, or read the files (--checkout DIR)"
                )
                break


def _overlaps(one: Ownership, other: Ownership) -> bool:
    if one.deploy.trigger != other.deploy.trigger:
        return False
    refs = [each.deploy.branch or each.deploy.tag for each in (one, other)]
    return one.deploy.trigger != "push" or None in refs or refs[0] == refs[1] or any(map(_is_pattern, refs))


def _is_pattern(ref: str | None) -> bool:
    return ref is not None and bool(set(ref) & set("*?["))


def _is_told_apart(estate: Estate, known: Known, one: Ownership, other: Ownership) -> bool:
    mine, theirs = (_environment_of(estate, each) for each in (one, other))
    if mine is not None and mine.lower() != (theirs or "").lower():
        return True
    own, foreign = (
        known.jobs.get(Owner(each.repository.name, each.workflow.name, each.deploy.app), {}).get(
            each.deploy.trigger, ()
        )
        for each in (one, other)
    )
    if not own:
        return False
    apart = {each.shown for each in own}.isdisjoint(each.shown for each in foreign)
    return apart or all(any(each.is_of_the_same_runs(job) for job in foreign) for each in own)
