"""Build the world out of a scenario's mappings: defaults filled in, compact runs expanded, instants made absolute."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.tokens import given
from asbuilt.sandbox.world import (
    Answer,
    App,
    Branch,
    Canned,
    Dyno,
    Environment,
    Formation,
    Incident,
    Release,
    Repository,
    Run,
    Workflow,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from asbuilt.sandbox.reading import Reader

DYNO_STATES = ("up", "starting", "crashed", "down", "idle")
RELEASE_STATUSES = ("succeeded", "failed", "pending", "expired")
RUN_STATUSES = ("completed", "queued", "in_progress", "waiting", "requested", "pending")
CONCLUSIONS = (
    *("success", "failure", "cancelled", "skipped", "timed_out", "neutral", "action_required"),
    *("startup_failure", "stale"),
)
WORKFLOW_STATES = ("active", "disabled_manually", "disabled_inactivity", "disabled_fork", "deleted")
OPERATOR = "operator@example.com"


def derived_sha(*parts: Any) -> str:
    """Return the same forty hexadecimal digits for the same parts, on every start."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:40]


def build(root: Reader) -> World:
    """Build the world that a scenario's mapping describes."""
    root.only("summary", "clock", "tokens", "heroku", "github", "answers")
    heroku = root.below("heroku").only("apps", "incidents")
    github = root.below("github").only("repositories", "users", "incidents")
    return World(
        apps=tuple(_app(name, at) for name, at in heroku.entries("apps")),
        repositories=tuple(_repository(name, at) for name, at in github.entries("repositories")),
        answers=tuple(_answer(at) for at in root.items("answers")),
        tokens=given(root),
        users=github.texts("users"),
        incidents={
            "heroku": tuple(map(_incident, heroku.items("incidents"))),
            "github": tuple(map(_incident, github.items("incidents"))),
        },
    )


def _incident(at: Reader) -> Incident:
    at.only("title", "since", "resolved")
    return Incident(at.text("title"), at.instant("since"), resolved=at.flag("resolved", default=False))


def _canned(at: Reader) -> Canned:
    headers = at.below("headers")
    return Canned(
        status=at.number("status", 200, least=100),
        json=at.value.get("json"),
        text=at.maybe("text"),
        headers=tuple((str(name), str(value)) for name, value in headers.value.items()),
    )


def _answer(at: Reader) -> Answer:
    at.only("request", "status", "json", "text", "headers", "hang", "times")
    times = at.number("times", least=1) if "times" in at.value else None
    return Answer(at.text("request"), _canned(at), hang=at.flag("hang", default=False), times=times)


def _app(name: str, at: Reader) -> App:
    at.only(
        *("hash", "created_at", "generation", "stack", "region", "maintenance", "owner", "config_vars", "releases"),
        *("formation", "dynos", "responses", "addons", "collaborators", "pipeline", "domains"),
    )
    stack = at.text("stack", "heroku-24")
    releases = tuple(_releases(at, images=stack == "container"))
    own_hash, created_at = at.text("hash"), at.instant("created_at")
    changed = _code_changed(releases) or created_at
    formation = tuple(_formation(kind, below, changed) for kind, below in at.entries("formation"))
    pipeline = at.below("pipeline").only("name", "stage")
    app = App(
        name=name,
        hash=own_hash,
        created_at=created_at,
        generation=at.text("generation", "cedar", among=("cedar", "fir")),
        stack=stack,
        region=at.text("region", "us"),
        maintenance=at.flag("maintenance", default=False),
        owner=at.text("owner", OPERATOR),
        config_vars=at.texts("config_vars"),
        releases=releases,
        formation=formation,
        dynos=(),
        responses={path: _canned(below) for path, below in at.entries("responses")},
        addons=at.texts("addons"),
        collaborators=at.texts("collaborators") or (at.text("owner", OPERATOR),),
        pipeline=(pipeline.text("name"), pipeline.text("stage")) if pipeline.value else None,
        domains=at.texts("domains"),
    )
    dynos = tuple(_dyno(dyno, below, app) for dyno, below in at.entries("dynos"))
    return replace(app, dynos=dynos)


def _releases(at: Reader, *, images: bool) -> Iterator[Release]:
    """Yield the releases; one that is no deploy carries the running code forward, as Heroku does."""
    running: str | None = None
    image = False
    version = 0
    for item in at.items("releases"):
        item.only("version", "description", "created_at", "status", "slug")
        if item.number("version", least=1) <= version:
            raise item.error(f"{item.value['version']} comes after {version}; expected the oldest first", "version")
        version = item.number("version")
        description = item.text("description")
        status = item.text("status", "succeeded", among=RELEASE_STATUSES)
        carried = None if description.startswith("Deploy") else running
        commit = item.sha("slug") if "slug" in item.value else carried
        running = commit if status == "succeeded" else running
        runs_image = images and (image or description.startswith("Deploy"))
        image = runs_image if status == "succeeded" else image
        yield Release(version, description, item.instant("created_at"), status, commit, runs_image)


def _code_changed(releases: tuple[Release, ...]) -> datetime | None:
    """Return when the code that runs came to be: a config change brings no process type."""
    changed, running = None, None
    for each in releases:
        if each.status == "succeeded" and (each.commit != running or each.description.startswith("Deploy")):
            changed, running = each.created_at, each.commit
    return changed


def _formation(kind: str, at: Reader, changed: datetime) -> Formation:
    at.only("quantity", "size", "command", "since")
    return Formation(
        type=kind,
        quantity=at.number("quantity", 1),
        size=at.text("size", "Basic"),
        command=at.text("command", f"run {kind}"),
        since=at.instant("since", changed),
    )


def _dyno(name: str, at: Reader, app: App) -> Dyno:
    at.only("state", "release", "since", "size", "command")
    wanted = next((formation for formation in app.formation if formation.type == name.partition(".")[0]), None)
    current = app.current
    if current is None:
        raise at.error("a dyno needs a release that succeeded")
    return Dyno(
        name=name,
        state=at.text("state", "up", among=DYNO_STATES),
        release=at.number("release", current.version),
        since=at.instant("since", current.created_at),
        size=at.text("size", wanted.size if wanted else "Basic"),
        command=at.text("command", wanted.command if wanted else "bash"),
    )


def _repository(full_name: str, at: Reader) -> Repository:
    at.only(
        *("default_branch", "created_at", "private", "archived", "disabled"),
        *("environments", "workflows", "runs", "branches", "variables"),
    )
    owner, slash, name = full_name.partition("/")
    if not slash or not owner or not name:
        raise at.error(f'"{full_name}" is not valid; expected OWNER/NAME')
    created_at = at.instant("created_at")
    default_branch = at.text("default_branch", "main")
    workflows = tuple(_workflow(file, below, created_at) for file, below in at.entries("workflows"))
    named = {name.lower(): name for name, _ in at.entries("environments")}
    runs = tuple(
        replace(run, environment=named.get(run.environment.lower(), run.environment) if run.environment else None)
        for run in _runs(full_name, at, tuple(workflow.file for workflow in workflows))
    )
    return Repository(
        owner=owner,
        name=name,
        default_branch=default_branch,
        created_at=created_at,
        private=at.flag("private", default=True),
        archived=at.flag("archived", default=False),
        disabled=at.flag("disabled", default=False),
        environments=tuple(_environment(env, below, created_at) for env, below in at.entries("environments")),
        workflows=workflows,
        runs=runs,
        branches=tuple(_branches(full_name, at, default_branch, runs)),
        variables=_variables(at),
    )


def _variables(at: Reader) -> dict[str, str]:
    variables = at.below("variables")
    return {str(name): variables.text(name) for name in variables.value}


def _environment(name: str, at: Reader, created_at: datetime) -> Environment:
    at.only(
        *("created_at", "reviewers", "prevent_self_review", "wait_timer", "deployment_branches", "can_admins_bypass"),
        "variables",
    )
    branches = at.value.get("deployment_branches")
    if branches not in (None, "any", "protected"):
        branches = at.texts("deployment_branches")
    return Environment(
        name=name,
        created_at=at.instant("created_at", created_at),
        reviewers=_reviewers(at),
        prevent_self_review=at.flag("prevent_self_review", default=False),
        wait_timer=at.number("wait_timer", 0),
        deployment_branches=None if branches == "any" else branches,
        can_admins_bypass=at.flag("can_admins_bypass", default=True),
        variables=_variables(at),
    )


def _reviewers(at: Reader) -> tuple[str | None, ...]:
    """Read the reviewers; null stands for one whose account was deleted, and comes last."""
    raw = at.value.get("reviewers")
    if not isinstance(raw, list):
        return at.texts("reviewers")
    named = replace(at, value={"reviewers": [each for each in raw if each is not None]})
    return (*named.texts("reviewers"), *[None] * raw.count(None))


def _workflow(file: str, at: Reader, created_at: datetime) -> Workflow:
    at.only("name", "state", "created_at")
    return Workflow(
        file=file,
        name=at.text("name", file),
        state=at.text("state", "active", among=WORKFLOW_STATES),
        created_at=at.instant("created_at", created_at),
    )


def _runs(repository: str, at: Reader, files: tuple[str, ...]) -> tuple[Run, ...]:
    """Expand the compact groups: runs newest first, numbered for each workflow, pushed commits shared by workflows."""
    drafts = [draft for group in at.items("runs") for draft in _drafts(repository, group, files)]
    drafts.sort(key=lambda draft: (draft["created_at"], draft["workflow"]))
    numbers = dict.fromkeys(files, 0)
    pushed: dict[str, str] = {}
    runs: list[Run] = []
    for draft in drafts:
        numbers[draft["workflow"]] += 1
        if draft["event"] == "push":
            pushed[draft["branch"]] = draft["sha"] = draft["sha"] or draft["derived"]
        # Any other event runs on what the branch holds by then.
        sha = draft["sha"] or pushed.get(draft["branch"]) or draft["derived"]
        # Ids grow with time, as GitHub's do; the rest keeps runs of one second apart.
        apart = 100 * files.index(draft["workflow"]) + numbers[draft["workflow"]] % 100
        number = int(draft["created_at"].timestamp()) * 1000 + apart
        rest = {key: value for key, value in draft.items() if key not in ("sha", "derived")}
        runs.append(Run(**rest, id=number, number=numbers[draft["workflow"]], sha=sha))
    return tuple(reversed(runs))


def _drafts(repository: str, at: Reader, files: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    at.only(
        *("workflow", "event", "branch", "status", "conclusion", "count", "last", "every", "took", "jobs"),
        *("environment", "sha", "actor", "title", "files", "head", "deploys", "times"),
    )
    status = at.text("status", "completed", among=RUN_STATUSES)
    conclusion = at.text("conclusion", among=CONCLUSIONS) if status == "completed" else None
    jobs = at.below("jobs")
    results = tuple((str(name), jobs.maybe(name)) for name in jobs.value)
    branch, event = at.text("branch", "main"), at.text("event")
    for index in range(at.number("count", 1, least=1)):
        created_at = at.instant("last") - index * at.duration("every", timedelta(hours=1))
        yield {
            "workflow": at.text("workflow", among=files),
            "event": event,
            "branch": branch,
            "status": status,
            "conclusion": conclusion,
            "created_at": created_at,
            "took": at.duration("took", timedelta(minutes=4)),
            "jobs": results or (("run", conclusion),),
            "environment": at.maybe("environment"),
            "deploys": at.maybe("deploys"),
            "times": {str(name): _span(at.below("times"), str(name)) for name in at.below("times").value},
            "actor": at.text("actor", "operator"),
            "title": at.text("title", f"{event} to {branch}"),
            "files": at.texts("files") or ("app.py",),
            "head": at.maybe("head") if "head" in at.value else repository,
            "sha": at.sha("sha") if index == 0 else None,
            "derived": derived_sha(repository, branch, created_at.isoformat()),
        }


def _span(at: Reader, name: str) -> tuple[datetime, datetime | None]:
    """Read from when to when a job ran; the end is null while it runs."""
    written = at.value[name]
    if not isinstance(written, list) or len(written) != 2:  # noqa: PLR2004 - two ends
        raise at.error(f"{written!r} is not valid; expected [BEGAN, ENDED]", name)
    ends = replace(at, value={"began": written[0], "ended": written[1]}, at=(*at.at, name))
    return ends.instant("began"), None if written[1] is None else ends.instant("ended")


def _branches(repository: str, at: Reader, default_branch: str, runs: tuple[Run, ...]) -> Iterator[Branch]:
    """Yield the default branch, those that are declared, and those that were pushed to."""
    known = ("sha", "protected", "required_checks", "ruleset_checks")
    declared = {name: below.only(*known) for name, below in at.entries("branches")}
    heads = {run.branch: run.sha for run in reversed(runs) if run.event == "push"}
    for name in dict.fromkeys([default_branch, *declared, *heads]):
        below = declared.get(name)
        sha = (below.sha("sha") if below else None) or heads.get(name) or derived_sha(repository, name)
        yield Branch(
            name,
            sha,
            protected=below.flag("protected", default=False) if below else False,
            required_checks=below.texts("required_checks") if below else (),
            ruleset_checks=below.texts("ruleset_checks") if below else (),
        )
