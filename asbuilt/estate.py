"""Declare: `estate.yaml` says what should be true; this module reads it into a frozen `Estate`."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema

from asbuilt.estate_errors import EstateError, Problem, YamlPath, locate, problems_in, suggestion
from asbuilt.estate_forms import ControlId, Duration, Filled, IssueUrl, Origin, SecretName, UrlPath
from asbuilt.files import NotThereError, RefusedError, read
from asbuilt.workflows import document, yaml_reader

Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
Tier = Literal["production", "staging", "development", "review"]
Trigger = Literal["push", "workflow_dispatch", "schedule", "release", "workflow_run", "repository_dispatch"]
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_DEFAULTED = {"app": "apps", "repository": "repositories"}


# A thing is named by its key; the angle brackets keep a `name:` that somebody writes an unknown key.
Name = Annotated[SkipJsonSchema[str], Field(alias="<name>")]


def _or_shorthand(kind: str) -> Any:
    """Let the JSON Schema of a model accept its shorthand too."""

    def extend(schema: dict[str, Any]) -> None:
        whole = dict(schema)
        schema.clear()
        schema["anyOf"] = [{"type": kind}, whole]

    return extend


def _mapping_or(value: object, expected: str) -> object:
    if not isinstance(value, dict):
        raise ValueError(f"expected {expected}")  # noqa: TRY004 - pydantic turns a ValueError into a finding
    return value


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Process(_Declared):
    """How many dynos of a process type run, and of which size. Shorthand: the quantity."""

    model_config = ConfigDict(json_schema_extra=_or_shorthand("integer"))

    quantity: int = Field(ge=0)
    size: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"quantity": value}
        return _mapping_or(value, "a number of dynos, or {quantity: N, size: NAME}")


class Probe(_Declared):
    """A path of an app and the status that it answers. Shorthand: the path, answering 200."""

    model_config = ConfigDict(json_schema_extra=_or_shorthand("string"))

    path: UrlPath
    status: int = Field(default=200, ge=100, le=599)

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: object) -> object:
        if isinstance(value, str):
            return {"path": value}
        return _mapping_or(value, "a path, or {path: /PATH, status: N}")


class App(_Declared):
    """A Heroku app as it should be."""

    name: Name = ""
    tier: Tier = "production"
    url: Origin | None = Field(default=None, description="default: the app's web_url")
    repository: str | None = None
    environment: str | None = Field(default=None, description="the GitHub environment that every deploy goes through")
    gates: tuple[Filled, ...] = Field(default=(), description="jobs that every deploy must have passed")
    formation: dict[str, Process] = {}
    probes: tuple[Probe, ...] = ()
    grace: Duration = timedelta(minutes=5)


class Environment(_Declared):
    """A GitHub environment as it should be. What is not declared is not held against it."""

    name: Name = ""
    reviewers: tuple[str, ...] | None = Field(default=None, description="logins, or team slugs as @team")
    wait_timer: int | None = Field(default=None, ge=0, description="minutes")
    deployment_branches: tuple[str, ...] | None = Field(
        default=None, description='patterns; or ["@protected"] for protected branches, ["@any"] for every branch'
    )
    secrets: tuple[SecretName, ...] = Field(
        default=(), description="names of secrets that only jobs of this environment use"
    )
    decision: str | None = Field(default=None, description="a decision that asks for this, from links.decisions")


class Deploy(_Declared):
    """One declared way for code to reach an app."""

    app: str
    trigger: Trigger
    branch: str | None = None
    tag: str | None = None
    inputs: dict[str, str] = {}


class Workflow(_Declared):
    """A workflow file that exists and is active, and the deploys that it owns."""

    name: Name = ""
    deploys: tuple[Deploy, ...] = ()

    @property
    def path(self) -> str:
        """The file's path in its repository."""
        return f".github/workflows/{self.name}"


class Repository(_Declared):
    """A GitHub repository as it should be."""

    name: Name = ""
    default_branch: str = "main"
    checkout: str | None = Field(default=None, description="folder of its files, relative to the estate file")
    procfile: dict[str, str] = Field(default={}, description="process type -> the file that it starts")
    red_after: int = Field(default=3, ge=1, description="failures in a row on the default branch that are a finding")
    required_checks: tuple[Filled, ...] = Field(
        default=(), description="names of the checks that a pull request to the default branch must have passed"
    )
    environments: dict[str, Environment] = {}
    workflows: dict[str, Workflow] = {}


class Links(_Declared):
    """Where people go from a finding."""

    issues: IssueUrl | None = Field(default=None, description="URL with {issue} in it")
    runbook: str | None = None
    decisions: dict[str, str] = {}


class ControlSettings(_Declared):
    """What an estate adds to a control: its issue, its own severity."""

    issue: int | None = None
    severity: Severity | None = None


class Waiver(_Declared):
    """A drift that a named owner accepts until a date."""

    control: ControlId
    subject: str
    until: date
    owner: Filled
    issue: int
    reason: Filled


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
            inputs = "".join(f" -f {name}={value}" for name, value in deploy.inputs.items())
            return f"gh workflow run {self.workflow.name} -R {self.repository.name}{inputs}"
        if deploy.trigger == "push":
            ref = f"tag {deploy.tag}" if deploy.tag else deploy.branch or self.repository.default_branch
            return f"push to {ref} of {self.repository.name}; {self.workflow.name} deploys it"
        return f"set off `{deploy.trigger}` for {self.workflow.name} in {self.repository.name}"


class Estate(_Declared):
    """Everything that is declared."""

    estate: Filled = Field(description="the estate's name")
    links: Links = Field(default_factory=Links)
    defaults: Defaults = Field(default_factory=Defaults)
    apps: dict[str, App] = {}
    repositories: dict[str, Repository] = {}
    controls: dict[ControlId, ControlSettings] = {}
    waivers: tuple[Waiver, ...] = ()

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

    def ownership_of(self, app: str) -> Ownership | None:
        """Give the first declared deploy of an app."""
        return next((each for each in self.ownerships() if each.deploy.app == app), None)


def source_of(path: Path) -> bytes:
    """Read an estate file, of at most 1 MiB. Raises EstateError."""
    try:
        return read(path)
    except RefusedError as error:
        reason = "cannot be read: No such file or directory" if isinstance(error, NotThereError) else error
        raise EstateError(str(path), [Problem(None, f"{reason}; name a file: --estate FILE")]) from error


def load(path: Path, controls: Collection[str] = (), source: bytes | None = None) -> Estate:
    """Read and check an estate file; `controls` are the ids that it may speak of, where they are known.

    `source` is what `source_of` read of it, where that was done before. Raises EstateError, whose text has a line for
    each problem: `file:line:column: what is wrong; what is allowed`.
    """
    if source is None:
        source = source_of(path)
    parsed = yaml_reader.read(source, str(path))
    wrong_in_yaml = [each for each in (*parsed.problems, parsed.unread) if each is not None]
    if wrong_in_yaml or not isinstance(parsed.root, document.Mapping):
        found = [Problem(each.mark, each.message) for each in wrong_in_yaml]
        raise EstateError(
            str(path), found or [Problem(document.Mark(1, 1), "an estate is a mapping that begins `estate: NAME`")]
        )
    raw = document.plain(parsed.root)
    try:
        estate = Estate.model_validate(_with_defaults_and_names(raw))
    except ValidationError as error:
        raise EstateError(str(path), problems_in(error, parsed.root, Estate)) from error
    if wrong := [Problem(locate(parsed.root, place), message) for place, message in _contradictions(estate, controls)]:
        raise EstateError(str(path), wrong)
    return estate


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


def _with_defaults_and_names(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `defaults` under each app and repository, and give every named thing its name."""
    result = dict(raw)
    defaults = raw.get("defaults")
    for kind, section in _DEFAULTED.items():
        base = defaults.get(kind) if isinstance(defaults, dict) else None
        if isinstance(result.get(section), dict):
            result[section] = {
                name: {**(base if isinstance(base, dict) else {}), **(entry or {})}
                if isinstance(entry or {}, dict)
                else entry
                for name, entry in result[section].items()
            }
    _name(result.get("apps"))
    repositories = result.get("repositories")
    _name(repositories)
    for repository in repositories.values() if isinstance(repositories, dict) else ():
        for part in ("environments", "workflows") if isinstance(repository, dict) else ():
            if isinstance(repository.get(part), dict):
                repository[part] = {
                    key: dict(value or {}) if isinstance(value or {}, dict) else value
                    for key, value in repository[part].items()
                }
                _name(repository[part])
    return result


def _name(section: object) -> None:
    for name, entry in section.items() if isinstance(section, dict) else ():
        if isinstance(entry, dict):
            entry["<name>"] = name


def _contradictions(estate: Estate, controls: Collection[str]) -> Iterator[tuple[YamlPath, str]]:
    """Find what is well-formed in itself but refers to something that is not declared."""
    if not estate.apps and not estate.repositories:
        yield (), "declares neither apps nor repositories: there is nothing to hold reality against"
    for app in estate.apps.values():
        yield from _contradictions_of_app(app, estate)
    for repository in estate.repositories.values():
        yield from _contradictions_of_repository(repository, estate)
    places: list[tuple[YamlPath, str]] = [(("controls", each), each) for each in estate.controls]
    places += [(("waivers", index, "control"), each.control) for index, each in enumerate(estate.waivers)]
    for place, control in places if controls else []:
        if control not in controls:
            yield place, f'there is no control "{control}"{suggestion(control, controls)}'
    for index, waiver in enumerate(estate.waivers):
        if waiver.subject.partition(" ")[0] not in {*estate.apps, *estate.repositories}:
            known = [*estate.apps, *estate.repositories]
            yield ("waivers", index, "subject"), _undeclared("app or repository", waiver.subject, known)


def _contradictions_of_app(app: App, estate: Estate) -> Iterator[tuple[YamlPath, str]]:
    if app.repository is None:
        return
    repository = estate.repositories.get(app.repository)
    if repository is None:
        yield ("apps", app.name, "repository"), _undeclared("repository", app.repository, estate.repositories)
    elif app.environment and app.environment not in repository.environments:
        place = ("apps", app.name, "environment")
        yield place, _undeclared("environment", app.environment, repository.environments)


def _contradictions_of_repository(repository: Repository, estate: Estate) -> Iterator[tuple[YamlPath, str]]:
    here: YamlPath = ("repositories", repository.name)
    if not is_repository(repository.name):
        yield here, f'"{repository.name}" is not a repository; write OWNER/NAME'
    for workflow in repository.workflows.values():
        if "/" in workflow.name or not workflow.name.endswith((".yml", ".yaml")):
            named = "name a file in .github/workflows, such as deploy.yml"
            yield (*here, "workflows", workflow.name), f'"{workflow.name}" is not a workflow file; {named}'
        for index, deploy in enumerate(workflow.deploys):
            if deploy.app not in estate.apps:
                place = (*here, "workflows", workflow.name, "deploys", index, "app")
                yield place, _undeclared("app", deploy.app, estate.apps)
    for environment in repository.environments.values():
        if environment.decision and environment.decision not in estate.links.decisions:
            place = (*here, "environments", environment.name, "decision")
            yield place, _undeclared("decision", environment.decision, estate.links.decisions)


def _undeclared(kind: str, name: str, declared: Iterable[str]) -> str:
    return f'{kind} "{name}" is not declared{suggestion(name, declared)}'
