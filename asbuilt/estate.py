"""Declare: `estate.yaml` says what should be true; this module reads it into a frozen `Estate`."""

import os
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema

from asbuilt.discovery import Found
from asbuilt.estate_alerts import Alerts
from asbuilt.estate_defaults import AS_OF, expanded, put_places, with_defaults_and_names
from asbuilt.estate_errors import (
    EstateError,
    Problem,
    Tell,
    YamlPath,
    is_inherited,
    locate,
    places_of,
    problems_in,
    told_once,
)
from asbuilt.estate_forms import (
    ApiAddress,
    AppName,
    AskedAfterwards,
    Bound,
    CalledName,
    CommitPlace,
    ContextName,
    ControlId,
    Day,
    Duration,
    Dynos,
    HandedOr,
    InputName,
    Issue,
    IssueUrl,
    JsonPointer,
    JsonValue,
    Link,
    Minutes,
    Named,
    Origin,
    Pattern,
    ProcessType,
    Prose,
    RedAfter,
    Reviewer,
    SecretName,
    Sought,
    Status,
    UrlPath,
    Value,
    Word,
)
from asbuilt.estate_implied import implied
from asbuilt.estate_policies import refuses
from asbuilt.estate_pruned import without
from asbuilt.files import NotThereError, RefusedError, read, read_inside
from asbuilt.github_server import API
from asbuilt.nearest import quoted, suggestion
from asbuilt.versions import as_of_problem
from asbuilt.workflows.said.described import handed
from asbuilt.workflows.yaml import document
from asbuilt.workflows.yaml import reader as yaml_reader

T = TypeVar("T")
Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
Lint = Literal["deploys", "all", "off"]
Tier = Literal["production", "staging", "development", "review"]
Trigger = Literal["push", "workflow_dispatch", "schedule", "release", "workflow_run", "repository_dispatch"]
_REPOSITORY = re.compile(r"(?!\.\.?/)[\w.-]+/(?!\.\.?$)[\w.-]+", re.ASCII)  # `.` and `..` are no names in a URL
_ISSUE = "{issue}"
# https://devcenter.heroku.com/articles/platform-api-reference#authentication and
# https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
_A_KEY = re.compile(r"HRKU-|gh[opusr]_|github_pat_")
# Triggers whose runs are on the default branch, whatever they follow.
_ON_DEFAULT_BRANCH = frozenset({"workflow_run", "schedule", "repository_dispatch"})
# https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
_SHORTEST_INTERVAL = timedelta(minutes=5)
_CONTROL = re.compile(r"[A-Z]{2,3}[0-9]{3}(?: |$)")
_MOST = 100_000


# A thing is named by its key; the angle brackets keep a `name:` that somebody writes an unknown key.
Name = Annotated[SkipJsonSchema[str], Field(alias="<name>")]


def _or_shorthand(key: str) -> Any:
    """Let the JSON Schema of a model accept its shorthand too: the value of one key."""

    def extend(schema: dict[str, Any]) -> None:
        whole = dict(schema)
        schema.clear()
        schema["anyOf"] = [whole["properties"][key], whole]

    return extend


def _mapping_or(value: object, expected: str) -> object:
    if not isinstance(value, dict):
        raise ValueError(f"expected {expected}")  # noqa: TRY004 - pydantic turns a ValueError into a finding
    return value


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _quantity_or_range(schema: dict[str, Any]) -> None:
    """Let the JSON Schema of a process accept the quantity alone, and no mapping without quantity or range."""
    whole = {**schema, "anyOf": [{"required": ["quantity"]}, {"required": ["min", "max"]}]}
    schema.clear()
    schema["anyOf"] = [whole["properties"]["quantity"]["anyOf"][0], whole]


class Process(_Declared):
    """How many dynos of a process type run, and of which size. Shorthand: the quantity."""

    model_config = ConfigDict(json_schema_extra=_quantity_or_range)

    quantity: Dynos | None = None
    min: Dynos | None = Field(default=None, description="with max: a range, for what scales by itself")
    max: Dynos | None = None
    size: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"quantity": value}
        return _mapping_or(value, "a number of dynos, or {quantity: N, size: NAME}, or {min: N, max: N}")

    @model_validator(mode="after")
    def _quantity_or_range(self) -> Self:
        ends = (self.min, self.max)
        if None in ends if self.quantity is None else ends != (None, None):
            raise ValueError("expected quantity, or both min and max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min is {self.min} and max {self.max}: no number is between them")
        return self

    @property
    def least(self) -> int:
        """How many run at least."""
        return self.quantity if self.quantity is not None else self.min or 0

    @property
    def most(self) -> int:
        """How many run at most."""
        return self.quantity if self.quantity is not None else self.max or 0


class Probe(_Declared):
    """A path of an app, the status that it answers, and what stands in the body. Shorthand: the path, answering 200."""

    model_config = ConfigDict(json_schema_extra=_or_shorthand("path"))

    path: UrlPath
    status: Status = 200
    values: dict[JsonPointer, JsonValue] = Field(
        default={}, alias="json", description="JSON pointer, such as /status: the value that the body has there"
    )
    contains: Sought | None = Field(default=None, description="a text that the body has in it")
    matches: Pattern | None = Field(default=None, description="a regular expression that the body matches somewhere")
    commit: CommitPlace | None = Field(
        default=None, description="true where the body is the commit that runs, else a JSON pointer to it"
    )

    @property
    def tells_commit_at(self) -> str | None:
        """Where in its answer the app names its commit: a JSON pointer, empty for all of the body, None for nowhere."""
        return "" if self.commit is True else self.commit or None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: object) -> object:
        if isinstance(value, str):
            return {"path": value}
        return _mapping_or(value, "a path, or {path: /PATH, status: N}")

    @property
    def asks_for_body(self) -> bool:
        """Whether anything of the body is declared."""
        return bool(self.values) or self.contains is not None or self.matches is not None


class App(_Declared):
    """A Heroku app as it should be."""

    name: Name = ""
    tier: Tier = "production"
    url: Origin | None = Field(default=None, description="default: the app's web_url")
    repository: Named | None = None
    environment: Named | None = Field(default=None, description="the GitHub environment that every deploy goes through")
    gates: tuple[Named, ...] = Field(default=(), description="jobs that every deploy must have passed")
    formation: dict[ProcessType, Process] = {}
    stack: Word | None = Field(default=None, description="the stack that it runs on, such as heroku-24")
    probes: tuple[Probe, ...] = ()
    grace: Duration = timedelta(minutes=5)


class Environment(_Declared):
    """A GitHub environment as it should be. What is not declared is not held against it."""

    name: Name = ""
    reviewers: tuple[Reviewer, ...] | None = Field(default=None, description="logins, or team slugs as @team")
    wait_timer: Minutes | None = Field(default=None, description="minutes")
    deployment_branches: tuple[Word, ...] | None = Field(
        default=None, description='patterns; or ["@protected"] for protected branches, ["@any"] for every branch'
    )
    admins_can_bypass: StrictBool | None = Field(
        default=None, description="whether administrators may deploy past its rules"
    )
    prevent_self_review: StrictBool | None = Field(
        default=None, description="whether nobody may approve a run that they set off"
    )
    secrets: tuple[SecretName, ...] = Field(
        default=(), description="names of secrets that only jobs of this environment use"
    )
    decision: Named | None = Field(default=None, description="a decision that asks for this, from links.decisions")


class Deploy(_Declared):
    """One declared way for code to reach an app."""

    app: AppName
    trigger: Trigger
    branch: Word | None = None
    tag: Word | None = None
    inputs: dict[InputName, Value] = {}
    max_lag: Duration | None = Field(
        default=None, description="how long what is pushed may wait for it; default: 1h on push, else not judged"
    )


class Workflow(_Declared):
    """A workflow file that exists and is active, the deploys that it owns, and how often its schedule runs it."""

    name: Name = ""
    deploys: tuple[Deploy, ...] = ()
    every: Duration | None = Field(
        default=None,
        description="how often it runs by its schedule, at least: 24h; default: as its file says, where that is there",
    )

    @property
    def path(self) -> str:
        """The file's path in its repository."""
        return f".github/workflows/{self.name}"


class CalledWorkflow(_Declared):
    """What a workflow of another repository does, where nobody has its files here: the team's word for it."""

    name: Name = ""
    app: HandedOr = Field(description="the app that it deploys: a name, or with.NAME for what the call hands over")
    gates: tuple[Named, ...] = Field(default=(), description="jobs in it that its deploy waits for")
    environment: HandedOr | None = Field(
        default=None, description="the environment of the job in it that deploys: a name, or with.NAME"
    )
    checked: AskedAfterwards = Field(
        default=False,
        description="true where it asks the app after the deploy, and fails where that does not answer; "
        "commit where it asks which commit runs as well",
    )


class Repository(_Declared):
    """A GitHub repository as it should be."""

    name: Name = ""
    default_branch: Word | None = Field(default=None, description="default: whatever GitHub has for it")
    checkout: Named | None = Field(default=None, description="folder of its files, relative to the estate file")
    procfile: dict[ProcessType, Named] = Field(default={}, description="process type -> the file that it starts")
    red_after: RedAfter = Field(default=3, description="failures in a row on the default branch that are a finding")
    max_wait: Duration = Field(
        default=timedelta(hours=48), description="how long a run that deploys may wait for its approval"
    )
    max_deploy: Duration = Field(
        default=timedelta(hours=1), description="how long a job that deploys may run, by its timeout-minutes"
    )
    required_checks: tuple[Named, ...] = Field(
        default=(), description="names of the checks that a pull request to the default branch must have passed"
    )
    names: dict[ContextName, Bound] = Field(
        default={},
        description="what secrets and variables come to that name an app: a text, or one for each environment",
    )
    environments: dict[Named, Environment] = {}
    workflows: dict[Named, Workflow] = {}

    @property
    def trunk(self) -> str:
        """The default branch for whoever has files alone: the declared one, else what GitHub calls a first branch."""
        return self.default_branch or "main"

    @property
    def deploys(self) -> tuple[Deploy, ...]:
        """The deploys that its workflows own."""
        return tuple(each for workflow in self.workflows.values() for each in workflow.deploys)

    def environment(self, name: str) -> Environment | None:
        """Give the declared environment of a name: as on GitHub, case does not tell them apart."""
        return next((each for each in self.environments.values() if each.name.lower() == name.lower()), None)


class Links(_Declared):
    """Where people go from a finding."""

    issues: IssueUrl | None = Field(default=None, description="URL with {issue} in it")
    runbook: Link | None = None
    decisions: dict[Named, Link] = {}

    def issue_url(self, number: int | None) -> str | None:
        """Give the URL of an issue; None where there is no issue, or the estate does not say where issues are."""
        return self.issues.replace(_ISSUE, str(number)) if self.issues and number is not None else None


class ControlSettings(_Declared):
    """What an estate adds to a control: its issue, its own severity."""

    issue: Issue | None = None
    severity: Severity | None = None


class Waiver(_Declared):
    """A drift that a named owner accepts until a date."""

    place: Annotated[SkipJsonSchema[str], Field(alias="<place>")] = ""
    control: ControlId
    subject: Named
    until: Day
    owner: Named
    issue: Issue
    reason: Prose


class Defaults(_Declared):
    """Values for each app and each repository that does not set its own."""

    app: App = Field(default_factory=App)
    repository: Repository = Field(default_factory=Repository)


class Ownership(NamedTuple):
    """A declared deploy with the workflow and the repository that it belongs to."""

    repository: Repository
    workflow: Workflow
    deploy: Deploy

    @property
    def name(self) -> str:
        """What identifies it to a person: repository, workflow, trigger and app."""
        return f"{self.repository.name} {self.workflow.name} {self.deploy.trigger} {self.deploy.app}"

    @property
    def command(self) -> str:
        """The command that sets it going."""
        deploy = self.deploy
        if deploy.trigger == "workflow_dispatch":
            inputs = (("-f", f"{name}={value}") for name, value in deploy.inputs.items())
            words = ("gh", "workflow", "run", self.workflow.name, "-R", self.repository.name)
            return shlex.join((*words, *chain.from_iterable(inputs)))
        if deploy.trigger == "push":
            ref = f"tag {deploy.tag}" if deploy.tag else deploy.branch or self.repository.trunk
            return f"push to {ref} of {self.repository.name}; {self.workflow.name} deploys it"
        return f"set off `{deploy.trigger}` for {self.workflow.name} in {self.repository.name}"


class Providers(_Declared):
    """Where the providers are asked, where that is not where everybody's are, and whose status page is read."""

    github: ApiAddress | None = Field(
        default=None, description="where GitHub's API is: https://HOST/api/v3, or https://api.SUBDOMAIN.ghe.com"
    )
    status_pages: tuple[Literal["heroku", "github"], ...] = Field(
        default=(),
        description="whose status page is read, to say beside a cause what incident is reported there (default: none)",
    )


def _with_as_of(schema: dict[str, Any]) -> None:
    """Let the JSON Schema of the controls have the version that they are as of."""
    told = "the version of asbuilt whose controls fail a run; newer ones are reported (default: all fail it)"
    schema["properties"] = {AS_OF: {"type": "string", "description": told}}
    schema["additionalProperties"] = False


class Estate(_Declared):
    """Everything that is declared."""

    estate: Named = Field(description="the estate's name")
    providers: Providers = Field(default_factory=Providers)
    links: Links = Field(default_factory=Links)
    defaults: Defaults = Field(default_factory=Defaults)
    apps: dict[AppName, App] = {}
    repositories: dict[Named, Repository] = {}
    workflows: dict[CalledName, CalledWorkflow] = Field(
        default={}, description="OWNER/NAME/.github/workflows/FILE, with @REF or for each: what a call of it does"
    )
    controls: dict[ControlId, ControlSettings] = Field(default={}, json_schema_extra=_with_as_of)
    as_of: Annotated[SkipJsonSchema[Any], Field(alias="<as_of>")] = None
    waivers: tuple[Waiver, ...] = ()
    alerts: Alerts | None = Field(default=None, description="who is called for what is found (asbuilt alert)")
    lint: Lint = Field(
        default="deploys", description="which files zizmor and actionlint judge: those on a way to an app, all, or none"
    )

    @property
    def name(self) -> str:
        """The estate's name."""
        return self.estate

    def ownerships(self) -> Iterator[Ownership]:
        """Give every declared deploy, in the order of the file."""
        for repository in self.repositories.values():
            for workflow in repository.workflows.values():
                for deploy in workflow.deploys:
                    yield Ownership(repository, workflow, deploy)

    @cached_property
    def _deploys(self) -> dict[str, tuple[Ownership, ...]]:
        found: dict[str, list[Ownership]] = {}
        for each in self.ownerships():
            found.setdefault(each.deploy.app, []).append(each)
        return {app: tuple(ownerships) for app, ownerships in found.items()}

    def ownerships_of(self, app: str) -> tuple[Ownership, ...]:
        """Give the declared deploys of an app, in the order of the file."""
        return self._deploys.get(app, ())

    def ownership_of(self, app: str) -> Ownership | None:
        """Give the first declared deploy of an app."""
        return next(iter(self.ownerships_of(app)), None)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Give a copy, which finds its own deploys."""
        copied = super().model_copy(update=update, deep=deep)
        vars(copied).pop("_deploys", None)
        return copied


def source_of(found: Path | Found) -> bytes:
    """Read an estate file, of at most 1 MiB; one that was found leads nowhere out of its folder. Raises EstateError."""
    path, inside = (found.path, found.inside) if isinstance(found, Found) else (found, None)
    try:
        if inside is None:
            return read(path)
        return read_inside(inside, os.path.relpath(os.path.abspath(path), inside))  # noqa: PTH100 - no link is followed
    except RefusedError as error:
        reason = "cannot be read: No such file or directory" if isinstance(error, NotThereError) else error
        remedy = "name a file: --estate FILE"
        if isinstance(found, Found) and not found.is_there:
            reason = f"{reason}, nor is there another {found.looked_in}"
            remedy += ", or write one of what is there: asbuilt init"
        raise EstateError(str(path), [Problem(None, f"{reason}; {remedy}")]) from error


def load(path: Path, controls: Collection[str] = (), source: bytes | None = None) -> Estate:
    """Read and check an estate file; `controls` are the ids that it may speak of, where they are known.

    With them may stand the version that each came with, which an estate may be as of.
    `source` is what `source_of` read of it, where that was done before. Raises EstateError, whose text has a line for
    each problem: `file:line:column: what is wrong; what is allowed`.
    """
    if source is None:
        source = source_of(path)
    parsed = yaml_reader.read(source, str(path))
    wrong_in_yaml = [each for each in (*parsed.problems, parsed.unread) if each is not None]
    if wrong_in_yaml or not isinstance(parsed.root, document.Mapping):
        found = [Problem(each.mark, each.fact) for each in wrong_in_yaml]
        raise EstateError(
            str(path), found or [Problem(document.Mark(1, 1), "an estate is a mapping that begins `estate: NAME`")]
        )
    raw = document.plain(parsed.root)
    if (size := expanded(raw)) > _MOST:
        told = f"holds {size} values, with what `defaults` gives to each app and repository; at most {_MOST} are read"
        raise EstateError(str(path), [Problem(document.Mark(1, 1), told)])
    put_places(raw.get("waivers"), parsed)
    try:
        estate = Estate.model_validate(with_defaults_and_names(implied(raw, is_repository)))
    except ValidationError as error:
        found = problems_in(error, parsed.root, Estate)
        names = _of_names(raw, places_of(error), parsed.root, controls)
        raise EstateError(str(path), [*found, *names]) from error
    if wrong := told_once(parsed.root, _contradictions(estate, controls)):
        raise EstateError(str(path), wrong)
    return estate


def _of_names(
    raw: Mapping[str, Any], wrong: Collection[YamlPath], root: document.Node, controls: Collection[str]
) -> list[Problem]:
    """Give what is wrong with names of an estate that has wrong values too, where these do not hide what is named."""
    places = {
        ("defaults", "app", *each[2:]) if each[:1] == ("apps",) and is_inherited(root, each) else each for each in wrong
    }
    pruned = without(raw, places)
    if pruned is None:
        return []
    try:
        estate = Estate.model_validate(with_defaults_and_names(implied(pruned, is_repository)))
    except ValidationError:
        return []
    return told_once(root, _contradictions(estate, controls))


def place_of(path: Path, keys: YamlPath) -> str:
    """Give where something stands in an estate file that was read before: `file:line:column`."""
    with suppress(RefusedError):
        root = yaml_reader.read(read(path), str(path)).root
        if root is not None:
            mark = locate(root, keys)
            return f"{path}:{mark.line}:{mark.column}"
    return str(path)


def refuse_empty(estate: Estate, path: str) -> None:
    """Refuse an estate that declares nothing that reality could be held against. Raises EstateError."""
    if not estate.apps and not estate.repositories:
        told = "declares neither apps nor repositories: there is nothing to hold reality against"
        raise EstateError(path, [Problem(document.Mark(1, 1), told)])


def is_repository(name: str) -> bool:
    """Tell whether a name has the form OWNER/NAME."""
    return _REPOSITORY.fullmatch(name) is not None


def schema() -> dict[str, Any]:
    """Give the JSON Schema of an estate file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Estate.model_json_schema(),
        "title": "asbuilt estate",
    }


def _contradictions(estate: Estate, controls: Collection[str]) -> Iterator[tuple[YamlPath, Tell]]:
    """Find what is well-formed in itself but refers to something that is not declared, or is there twice."""
    for app in estate.apps.values():
        yield from _contradictions_of_app(app, estate)
    for repository in estate.repositories.values():
        yield from _contradictions_of_repository(repository, estate)
    yield from _contradictions_of_called(estate)
    places: list[tuple[YamlPath, str]] = [(("controls", each), each) for each in estate.controls]
    places += [(("waivers", index, "control"), each.control) for index, each in enumerate(estate.waivers)]
    if "github" in estate.providers.status_pages and estate.providers.github not in {None, API}:
        told = f"GitHub's page says nothing of {estate.providers.github}; leave it out: [heroku]"
        yield ("providers", "status_pages"), _say(told)
    if estate.as_of is not None and (wrong := as_of_problem(estate.as_of)):
        yield ("controls", AS_OF), _say(f"{quoted(str(estate.as_of))} {wrong}")
    places += [(place, each.partition(" ")[0]) for place, each in _quiet(estate) if _CONTROL.match(each)]
    for place, control in places if controls else []:
        if control not in controls:
            yield place, partial(_no_control, control, controls)
    yield from _contradictions_of_subjects(estate)


def _contradictions_of_subjects(estate: Estate) -> Iterator[tuple[YamlPath, Tell]]:
    """Find waivers, and what is quiet, of what is not declared."""
    known = {*estate.apps, *estate.repositories}
    places: list[tuple[YamlPath, str]] = [
        (("waivers", index, "subject"), each.subject) for index, each in enumerate(estate.waivers)
    ]
    places += [(place, _CONTROL.sub("", each)) for place, each in _quiet(estate)]
    for place, subject in places:
        if subject and subject.partition(" ")[0] not in known:
            yield place, partial(_undeclared, "app or repository", subject, known)


def _quiet(estate: Estate) -> Iterator[tuple[YamlPath, str]]:
    for index, each in enumerate(estate.alerts.quiet if estate.alerts else ()):
        yield ("alerts", "quiet", index), each


def _contradictions_of_app(app: App, estate: Estate) -> Iterator[tuple[YamlPath, Tell]]:
    here: YamlPath = ("apps", app.name)
    for index, again in _twice(app.probes, lambda probe: probe.path):
        yield (*here, "probes", index), _say(f"probe {quoted(again.path)} is declared twice: an app answers one status")
    if app.repository is None:
        return
    repository = estate.repositories.get(app.repository)
    if repository is None:
        yield (*here, "repository"), partial(_undeclared, "repository", app.repository, estate.repositories)
    elif app.environment and repository.environment(app.environment) is None:
        yield (*here, "environment"), partial(_undeclared, "environment", app.environment, repository.environments)


def _contradictions_of_repository(repository: Repository, estate: Estate) -> Iterator[tuple[YamlPath, Tell]]:
    here: YamlPath = ("repositories", repository.name)
    if not is_repository(repository.name):
        yield here, _say(f"{quoted(repository.name)} is not a repository; write OWNER/NAME")
    for workflow in repository.workflows.values():
        if "/" in workflow.name or not workflow.name.endswith((".yml", ".yaml")):
            named = "name a file in .github/workflows, such as deploy.yml"
            yield (*here, "workflows", workflow.name), _say(f"{quoted(workflow.name)} is not a workflow file; {named}")
        if workflow.every is not None and workflow.every < _SHORTEST_INTERVAL:
            place = (*here, "workflows", workflow.name, "every")
            yield (
                place,
                _say(
                    f"GitHub starts {quoted(workflow.name)} by no schedule more often than every 5m: write 5m or more"
                ),
            )
        for index, deploy in enumerate(workflow.deploys):
            if deploy.app not in estate.apps:
                place = (*here, "workflows", workflow.name, "deploys", index, "app")
                yield place, partial(_undeclared, "app", deploy.app, estate.apps)
            else:
                yield from _refused(repository, workflow, index, estate.apps[deploy.app])
    for environment in repository.environments.values():
        there: YamlPath = (*here, "environments", environment.name)
        for index, reviewer in _twice(environment.reviewers or (), str.lower):
            yield (*there, "reviewers", index), _say(f"{quoted(reviewer)} is there twice: case makes no difference")
        if environment.decision and environment.decision not in estate.links.decisions:
            yield (*there, "decision"), partial(_undeclared, "decision", environment.decision, estate.links.decisions)

    yield from _contradictions_of_names(repository)


def _contradictions_of_names(repository: Repository) -> Iterator[tuple[YamlPath, Tell]]:
    """Find names that are bound in an environment that is not declared, or to a key: an estate is read by everybody."""
    here: YamlPath = ("repositories", repository.name, "names")
    for name, values in repository.names.items():
        for environment, text in values.items():
            if _A_KEY.match(text):
                told = f"{quoted(name)} is bound to a key: bind what names an app, and never what lets somebody in"
                yield (*here, name, environment), _say(told)
        for environment in filter(None, values):
            if repository.environment(environment) is None:
                known = repository.environments
                yield (*here, name, environment), partial(_undeclared, "environment", environment, known)


def _contradictions_of_called(estate: Estate) -> Iterator[tuple[YamlPath, Tell]]:
    """Find described workflows that deploy an app which is not declared."""
    for workflow in estate.workflows.values():
        if handed(workflow.app) is None and workflow.app not in estate.apps:
            place = ("workflows", workflow.name, "app")
            yield place, partial(_undeclared, "app", workflow.app, estate.apps)


def _refused(repository: Repository, workflow: Workflow, index: int, app: App) -> Iterator[tuple[YamlPath, Tell]]:
    """Find a declared deploy of a branch or a tag that the declared environment of its app lets nothing deploy from."""
    deploy = workflow.deploys[index]
    environment = repository.environment(app.environment) if app.environment else None
    if environment is None or environment.deployment_branches is None:
        return
    allowed = environment.deployment_branches
    key, name = ("tag", deploy.tag) if deploy.tag else ("branch", deploy.branch)
    if deploy.trigger in _ON_DEFAULT_BRANCH:  # whatever it follows, that is the branch which the environment sees
        key, name = "trigger", repository.default_branch
    if name is None or not refuses(allowed, name, is_tag=key == "tag"):
        return
    what = f"{'tag' if key == 'tag' else 'branch'} {quoted(name)}"
    of = f"deployment_branches of environment {quoted(environment.name)} refuse"
    shown = ", ".join(map(quoted, allowed)) or "nothing"
    there: YamlPath = ("repositories", repository.name)
    place = (*there, "workflows", workflow.name, "deploys", index, key)
    yield place, _say(f"{what} can never deploy {quoted(app.name)}: {of} it; allowed: {shown}")
    added = quoted(f"tag:{name}" if key == "tag" else name)
    place = (*there, "environments", environment.name, "deployment_branches")
    yield (
        place,
        _say(f"{of} {what}, and {workflow.name} deploys {quoted(app.name)} by it; add {added}: {shown} is there"),
    )


def _twice(found: Iterable[T], key: Callable[[T], str]) -> Iterator[tuple[int, T]]:
    """Give what is there already, by a key, with its index."""
    seen: set[str] = set()
    for index, each in enumerate(found):
        if key(each) in seen:
            yield index, each
        seen.add(key(each))


def _say(text: str) -> Tell:
    return lambda: text


def _no_control(name: str, controls: Iterable[str]) -> str:
    return f"there is no control {quoted(name)}{suggestion(name, controls)}"


def _undeclared(kind: str, name: str, declared: Iterable[str]) -> str:
    return f"{kind} {quoted(name)} is not declared{suggestion(name, declared)}"
