"""Make a world of what a run observed: the document of a scenario that answers as the providers did.

Redacted by what an observation keeps: names, states and times, no value of a config var, no address of a person, of a
body what the estate declared of it. What was not observed stays so: its requests are answered as they were, or never.
What no scenario can say is told, a line each.
"""

from __future__ import annotations

import glob
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asbuilt import descriptions
from asbuilt.commits import is_commit
from asbuilt.estate import Probe
from asbuilt.model import Absent, Observed, ProbeResponse, Unobserved
from asbuilt.sandbox.answering import CannotBeError, response
from asbuilt.sandbox.building import derived_sha
from asbuilt.sandbox.exchange import iso
from asbuilt.sandbox.observed_runs import runs_of
from asbuilt.sandbox.status_pages import HOSTS_OF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asbuilt.estate import Estate
    from asbuilt.model import AppState, Dyno, Fact, Observation, Release, RepositoryState

NAME = "observed"

_OK = 200
_ROUTER_PAGE = '<iframe src="https://www.herokucdn.com/error-pages/application-error.html"></iframe>'
_FILES = ".github/workflows/"


@dataclass(slots=True)
class _Notes:
    """The answers that take over, and what cannot be said, as it comes up."""

    observation: Observation
    answers: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def as_it_was(self, fact: Unobserved) -> None:
        """Let what could not be observed be answered as it was: with its status, with no JSON, or never."""
        asked = [self.observation.transcript[each] for each in fact.requests]
        if not asked:
            self.lost.append(f"{fact.what}: it was not asked for ({fact.reason})")
            return
        last = asked[-1]
        url = glob.escape(last.url.partition("?")[0])
        if last.status is None:
            self.answers.append({"request": f"GET {url}", "hang": True})
        elif last.status < 300:  # noqa: PLR2004 - it was read, and said nothing
            self.answers.append(
                {"request": f"GET {url}", "status": last.status, "text": "what was observed could not be read"}
            )
        else:
            self.answers.append(
                {
                    "request": f"GET {url}",
                    "status": last.status,
                    "json": {"id": "as_observed", "message": "as observed"},
                }
            )


def observed(observation: Observation, estate: Estate | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give the document of a world that was observed, and what of it cannot be said.

    `estate` is the one that it was judged by, where that is known: it says where an app names its commit.
    """
    notes = _Notes(observation)
    shas = _commits(observation)
    apps = {name: each for name, state in observation.apps.items() if (each := _app(name, state, estate, shas, notes))}
    repositories = {
        name: each for name, state in observation.repositories.items() if (each := _repository(name, state, notes))
    }
    document = {
        "summary": f"what was observed of {observation.world}",
        "clock": iso(observation.as_of),
        "heroku": {"apps": apps, **_incidents("heroku", notes)},
        "github": {"repositories": repositories, **_incidents("github", notes)},
        "answers": notes.answers,
    }
    return document, tuple(dict.fromkeys(notes.lost))


def _incidents(provider: str, notes: _Notes) -> dict[str, Any]:
    """Give what a provider's status page reported; one that could not be read is answered as a failure."""
    page = notes.observation.status_pages.get(provider)
    if isinstance(page, Unobserved):
        notes.answers += [{"request": f"GET https://{host}/*", "status": 503} for host in HOSTS_OF[provider]]
    found = page.value.incidents if isinstance(page, Observed) else ()
    return {"incidents": [{"title": each.title, "since": iso(each.since)} for each in found]} if found else {}


def _commits(observation: Observation) -> tuple[str, ...]:
    """Give the whole commits that are known of repositories: those that runs ran on."""
    return tuple(
        run["sha"]
        for state in observation.repositories.values()
        for run in runs_of(state)[0]
        if len(run["sha"]) == 40  # noqa: PLR2004 - all of a commit
    )


def _app(
    name: str, state: AppState, estate: Estate | None, shas: tuple[str, ...], notes: _Notes
) -> dict[str, Any] | None:
    if isinstance(state.app, Absent):
        return None
    _unsaid(name, state, notes)
    app = state.app.value if isinstance(state.app, Observed) else None
    host = urlsplit(app.web_url or "").hostname or "" if app else ""
    of_it = re.fullmatch(rf"{re.escape(name.lower())}-([0-9a-z]+)\.herokuapp\.com", host)
    document: dict[str, Any] = {"hash": of_it[1] if of_it else derived_sha(name, "hash")[:12]}
    releases = state.releases.value if isinstance(state.releases, Observed) else ()
    oldest = min((each.created_at for each in releases), default=notes.observation.as_of)
    document["created_at"] = iso(app.created_at if app else oldest)
    if app:
        document |= {"generation": app.generation, "maintenance": app.maintenance}
        document |= {"stack": app.stack} if app.stack else {}
    document["releases"] = [_release(each, state, shas) for each in sorted(releases, key=lambda each: each.version)]
    if not releases and isinstance(state.dynos, Observed) and not isinstance(state.releases, Observed):
        document["releases"] = list(_made_up(state.dynos.value))
    if isinstance(state.formation, Observed):
        document["formation"] = {
            each.type: {"quantity": each.quantity, "size": each.size, "since": iso(each.updated_at)}
            for each in state.formation.value
        }
    if isinstance(state.dynos, Observed):
        document["dynos"] = {
            each.name: {"state": each.state, "release": each.release, "since": iso(each.updated_at)}
            | ({"size": each.size} if each.size else {})
            for each in state.dynos.value
        }
    _without_slug(name, state, notes)
    document["responses"] = dict(_responses(name, state, estate, notes))
    declared = estate.apps[name].url if estate and name in estate.apps else None
    if (asked := urlsplit(declared or "").hostname) and asked != f"{name}-{document['hash']}.herokuapp.com":
        document["domains"] = [asked]
    return document


def _unsaid(name: str, state: AppState, notes: _Notes) -> None:
    """Note what of an app was not observed, and what of it no scenario can say."""
    facts: tuple[Fact[Any] | None, ...] = (state.app, state.releases, state.formation, state.dynos, state.builds)
    for fact in facts:
        if isinstance(fact, Unobserved):
            notes.as_it_was(fact)
    if state.looks is not None and isinstance(state.looks, Observed) and len(state.looks.value) > 1:
        notes.lost.append(f"{name}: its dynos changed while they were looked at; the world has the last look")
    for identity, code in state.codes.items():
        if isinstance(code, Unobserved):
            notes.lost.append(f"{name}: which commit {identity} is of was not observed; here it is made up")
    app = state.app.value if isinstance(state.app, Observed) else None
    if app and app.build_stack not in {None, app.stack}:
        notes.lost.append(f"{name}: its next build uses {app.build_stack}")


def _without_slug(name: str, state: AppState, notes: _Notes) -> None:
    """Let an app say that it has no slug where its release names one."""
    app = state.app.value if isinstance(state.app, Observed) else None
    releases = state.releases.value if isinstance(state.releases, Observed) else ()
    has_code = any(each.current and each.code for each in releases)
    if app is None or not has_code or app.slug_size is not None or app.generation == "fir" or app.runs_images:
        return
    stack = {"id": derived_sha(app.stack)[:8], "name": app.stack}
    document: dict[str, Any] = {
        "name": app.name,
        "web_url": app.web_url,
        "created_at": iso(app.created_at),
        "slug_size": None,
    }
    document |= {"maintenance": app.maintenance, "repo_size": app.repo_size, "stack": stack, "build_stack": stack}
    document |= {"generation": {"name": app.generation}}
    notes.answers.append({"request": f"GET https://api.heroku.com/apps/{name}", "status": _OK, "json": document})


def _release(release: Release, state: AppState, shas: tuple[str, ...]) -> dict[str, Any]:
    said: dict[str, Any] = {"version": release.version, "description": release.description}
    said |= {"created_at": iso(release.created_at), "status": release.status}
    if release.code is not None:
        said["slug"] = _commit(release, state, shas)
    elif isinstance(state.app, Observed) and not state.app.value.runs_images:
        said["slug"] = None
    return said


def _made_up(dynos: Iterable[Dyno]) -> Iterator[dict[str, Any]]:
    """Yield releases that nobody asks for, since they were not observed: dynos run some."""
    oldest = {each.release: each.updated_at for each in dynos}
    for version, at in sorted(oldest.items()):
        slug = derived_sha("release", version)
        yield {"version": version, "description": f"Deploy {slug[:8]}", "created_at": iso(at), "slug": slug}


def _commit(release: Release, state: AppState, shas: tuple[str, ...]) -> str:
    """Give the commit of a release's code: as Heroku says it, else what its description begins, else one made up."""
    code = state.codes.get(release.code or "")
    said = code.value.commit if isinstance(code, Observed) else None
    every = state.releases.value if isinstance(state.releases, Observed) else ()
    of_it = sorted((each for each in every if each.code == release.code), key=lambda each: each.version)
    words = [
        each.description.removeprefix("Deploy ").lower() for each in of_it if descriptions.is_built(each.description)
    ]
    named = next((each for each in (said, *words) if each and is_commit(each)), None)
    if named is None:
        return derived_sha("code", release.code)
    whole = next((each for each in shas if each.startswith(named.lower())), named.lower())
    return whole + derived_sha(whole)[: 40 - len(whole)]


def _responses(
    name: str, state: AppState, estate: Estate | None, notes: _Notes
) -> Iterator[tuple[str, dict[str, Any]]]:
    app = estate.apps.get(name) if estate else None
    places = {each.path: each.tells_commit_at for each in app.probes} if app else {}
    for path, fact in state.probes.items():
        if isinstance(fact, Unobserved):
            notes.as_it_was(fact)
        elif isinstance(fact, Observed):
            try:
                yield path, _response(path, fact.value, places.get(path))
            except (CannotBeError, ValueError) as error:
                notes.lost.append(f"{name} {path}: {error}")


def _response(path: str, answer: ProbeResponse, place: str | None) -> dict[str, Any]:
    if answer.status is None:
        raise CannotBeError(f"a certificate that {answer.certificate} is not served")
    location = {"Location": answer.location} if answer.location else {}
    if answer.from_router:
        return {"status": answer.status, "text": _ROUTER_PAGE, "headers": {"Content-Type": "text/html", **location}}
    body = answer.body
    if body is not None and body.unread:
        text = " ".join(["no JSON:", *(each for each, is_so in body.contains.items() if is_so)])
        return {"status": answer.status, "text": text, "headers": location}
    values = {key: json.loads(each) for key, each in body.values.items() if each is not None} if body else {}
    simple = {key: each for key, each in values.items() if not isinstance(each, dict | list)}
    wanted: dict[str, Any] = {"path": path, "status": answer.status, "json": simple}
    if body:
        for key, said in (("contains", body.contains), ("matches", body.matches)):
            wanted |= {key: next(each for each, is_so in said.items() if is_so)} if any(said.values()) else {}
    if answer.commit and place is not None:
        wanted["commit"] = place or True
    made = response(Probe.model_validate(wanted), answer.commit or "")
    return {**made, "headers": {**made.get("headers", {}), **location}} if location else made


def _repository(name: str, state: RepositoryState, notes: _Notes) -> dict[str, Any] | None:
    if isinstance(state.repository, Absent):
        return None
    facts = [state.repository, state.environments, state.workflows, state.waiting, state.protected, state.latest]
    several = (state.runs, state.deployments, state.histories, state.jobs, state.statuses, state.comparisons)
    for fact in [*facts, *(each for group in several for each in group.values())]:
        if isinstance(fact, Unobserved):
            notes.as_it_was(fact)
    runs, lost = runs_of(state)
    notes.lost += [f"{name}: {each}" for each in lost]
    born = min([notes.observation.as_of, *(each.created_at for each in _seen_runs(state))])
    document: dict[str, Any] = {"created_at": iso(born)}
    if isinstance(state.repository, Observed):
        repository = state.repository.value
        document |= {"default_branch": repository.default_branch, "archived": repository.archived}
        document |= {"private": repository.private, "disabled": bool(repository.disabled)}
        if repository.full_name.lower() != name.lower():
            notes.lost.append(f"{name}: it is called {repository.full_name} by now")
    if isinstance(state.environments, Observed):
        document["environments"] = {each.name: _environment(each) for each in state.environments.value}
        for each in state.environments.value:
            if each.guarded_by_apps:
                notes.lost.append(f"{name} {each.name}: a rule of an app protects it too")
    files: dict[str, dict[str, Any]] = {run["workflow"]: {} for run in runs}
    if isinstance(state.workflows, Observed):
        files |= {
            each.path.removeprefix(_FILES): {"name": each.name, "state": each.state}
            for each in state.workflows.value
            if each.path.startswith(_FILES)
        }
    document["workflows"] = files
    document["runs"] = runs
    document["branches"] = _branches(state, runs)
    return document


def _seen_runs(state: RepositoryState) -> Iterator[Any]:
    for fact in state.histories.values():
        yield from fact.value.runs if isinstance(fact, Observed) else ()
    for several in state.runs.values():
        yield from several.value if isinstance(several, Observed) else ()


def _environment(environment: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"reviewers": [*environment.reviewers, *[None] * environment.reviewers_gone]}
    document["wait_timer"] = environment.wait_timer
    if environment.branches == ("@protected",):
        document["deployment_branches"] = "protected"
    elif environment.branches != ("@any",):
        document["deployment_branches"] = list(environment.branches)
    said = {
        "can_admins_bypass": environment.admins_can_bypass,
        "prevent_self_review": environment.prevent_self_review,
    }
    return document | {key: value for key, value in said.items() if value is not None}


def _branches(state: RepositoryState, runs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give the branches that are known: their heads by what was compared, and which are protected."""
    found: dict[str, dict[str, Any]] = {}
    pushed = {run["branch"] for run in runs if run["event"] == "push"}
    for key, fact in state.comparisons.items():
        commit, _, branch = key.partition("...")
        if not isinstance(fact, Observed) or is_commit(branch):
            continue
        head = fact.value.commits[-1].sha if fact.value.commits else commit
        if len(head) == 40 and (branch not in pushed or fact.value.status in {"identical", "ahead"}):  # noqa: PLR2004 - all of a commit
            found.setdefault(branch, {})["sha"] = head
    for each in state.protected.value if state.protected and isinstance(state.protected, Observed) else ():
        found.setdefault(each.name, {})["protected"] = True
    return found
