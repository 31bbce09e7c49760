"""The nouns: what a run observes, frozen, in the providers' own words.

Instants are aware datetimes in UTC. Every fact is one of three: `Observed` (seen, with the requests that it rests on),
`Absent` (the provider says that it is not there) or `Unobserved` (nobody can say, and why).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Discriminator, PlainValidator, TypeAdapter
from pydantic_core import to_json

from asbuilt import texts
from asbuilt.files import MOST_OF_AN_OBSERVATION, read
from asbuilt.terms import Stretch

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the transcript and what came back: never a header that was sent, never a body."""

    method: str
    url: str
    status: int | None
    date: datetime | None
    seconds: float
    etag: str = ""
    request_id: str = ""
    sha256: str = ""
    error: str = ""

    def __str__(self) -> str:
        """Method, URL and answer in one line."""
        return f"{self.method} {self.url} -> {self.status if self.status is not None else self.error}"


@dataclass(frozen=True, slots=True)
class Observed(Generic[T_co]):
    """A fact that was seen. `requests` are indices into the transcript."""

    value: T_co
    requests: tuple[int, ...] = ()
    kind: Literal["observed"] = "observed"


@dataclass(frozen=True, slots=True)
class Absent:
    """A fact that is not there, by the provider's own word."""

    what: str
    requests: tuple[int, ...] = ()
    kind: Literal["absent"] = "absent"


@dataclass(frozen=True, slots=True)
class Unobserved:
    """A fact that nobody can tell: the request, why it gave nothing, and what to do about it."""

    what: str
    request: str
    reason: str
    remedy: str
    requests: tuple[int, ...] = ()
    kind: Literal["unobserved"] = "unobserved"

    def __str__(self) -> str:
        """The request and why it gave nothing."""
        return f"{self.request} {self.reason}"


Fact = Annotated[Observed[T] | Absent | Unobserved, Discriminator("kind")]


@dataclass(frozen=True, slots=True)
class App:
    """A Heroku app. Sizes are bytes, None as long as nothing was ever deployed."""

    name: str
    web_url: str | None
    created_at: datetime
    maintenance: bool
    slug_size: int | None
    repo_size: int | None
    generation: str = "cedar"


@dataclass(frozen=True, slots=True)
class Release:
    """A Heroku release. `code` is the id of its slug (Cedar) or OCI image (Fir); without one it is config alone.

    `user` is the address of the account that made it; `id` and `user` are empty in observations that were saved before.
    """

    version: int
    description: str
    status: str
    current: bool
    code: str | None
    created_at: datetime
    id: str = ""
    user: str = ""

    def __str__(self) -> str:
        """The version as the Heroku CLI prints it."""
        return f"v{self.version}"


@dataclass(frozen=True, slots=True)
class Build:
    """A build of an app: the `release` and the `code` that came of it, by their ids; what its source calls itself."""

    release: str | None
    code: str | None
    version: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What runs in a release, a slug or an OCI image: the commit that it says it is of, where it says one."""

    id: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class Formation:
    """A process type of an app and how many dynos of it should run."""

    type: str
    quantity: int
    size: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Dyno:
    """A running process: `state` is crashed, down, idle, starting or up."""

    name: str
    type: str
    state: str
    release: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProbeResponse:
    """What a probe was answered. `from_router` where the page is Heroku's own error page, not the app's.

    `commit` is the one that the answer names, empty where it names none, None where it was not looked for.
    """

    url: str
    status: int
    location: str = ""
    from_router: bool = False
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A GitHub repository."""

    full_name: str
    default_branch: str
    archived: bool
    private: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """A GitHub environment. Minutes of wait; teams among reviewers as `@slug`.

    `branches` are patterns; `("@protected",)` for protected branches, `("@any",)` for every branch.
    """

    name: str
    reviewers: tuple[str, ...]
    wait_timer: int
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow that GitHub knows: `state` is active, or says who disabled it."""

    name: str
    path: str
    state: str


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """A run of a workflow. `conclusion` is None until it is completed."""

    id: int
    number: int
    event: str
    status: str
    conclusion: str | None
    branch: str | None
    sha: str
    created_at: datetime
    updated_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """The newest runs of a workflow, newest first; `whole` where there are no others."""

    runs: tuple[WorkflowRun, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a run, of any attempt. Its `name` is the one that GitHub shows: `deploy`, `release / deploy (eu)`."""

    id: int
    name: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A GitHub deployment: made when a job that names an environment starts."""

    environment: str
    sha: str
    created_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """What became of a deployment, at an instant; `run` and `job` are the ids that its log names, 0 where it has none.

    A success that a later deployment superseded is `inactive`.
    """

    state: str
    created_at: datetime
    run: int
    job: int


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: when it came to be where it is, and the commit that it was put on."""

    sha: str
    parent: str
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a branch holds that a commit does not have, oldest first; `files` are the paths that differ.

    `status` is identical, ahead, behind or diverged; `whole` where neither list was cut.
    """

    status: str
    commits: tuple[Commit, ...]
    files: tuple[str, ...]
    whole: bool


def _stretch(written: object) -> Stretch:
    """Read what `str` gives of a stretch."""
    if isinstance(written, Stretch):
        return written
    return Stretch.read(written if isinstance(written, str) else "")


_Stretch = Annotated[Stretch, PlainValidator(_stretch)]


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything observed of one app; probes by path, code by its id.

    `builds` and `looks` are None in observations that were saved before they were asked for. `looks` are the dynos as
    they stood each time that they were found otherwise, the newest last.
    """

    app: Fact[App]
    releases: Fact[tuple[Release, ...]]
    formation: Fact[tuple[Formation, ...]]
    dynos: Fact[tuple[Dyno, ...]]
    probes: dict[str, Fact[ProbeResponse]] = field(default_factory=dict)
    builds: Fact[tuple[Build, ...]] | None = None
    codes: dict[str, Fact[Code]] = field(default_factory=dict)
    looks: Fact[tuple[tuple[Dyno, ...], ...]] | None = None


@dataclass(frozen=True, slots=True)
class RepositoryState:
    """Everything observed of one repository.

    `runs`: newest first, completed, on the default branch, by workflow path. `histories`: runs up to an instant, by
    `terms.Stretch`. `jobs`: by run; `statuses`: by deployment; `comparisons`: by `COMMIT...BRANCH`. `deployments`: by
    environment.
    """

    repository: Fact[Repository]
    environments: Fact[tuple[Environment, ...]]
    workflows: Fact[tuple[Workflow, ...]]
    runs: dict[str, Fact[tuple[WorkflowRun, ...]]] = field(default_factory=dict)
    deployments: dict[str, Fact[tuple[Deployment, ...]]] = field(default_factory=dict)
    histories: dict[_Stretch, Fact[RunPage]] = field(default_factory=dict)
    jobs: dict[int, Fact[tuple[Job, ...]]] = field(default_factory=dict)
    statuses: dict[int, Fact[tuple[DeploymentStatus, ...]]] = field(default_factory=dict)
    comparisons: dict[str, Fact[Comparison]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settling:
    """How waiting for an app after a deploy ended, and after how many seconds.

    `end`: it was as declared for long enough (settled) or too briefly (brief); it was not so at the deadline (late); or
    to wait on was of no use (useless). `reason` says what it lacked, or how long it has held.
    """

    end: Literal["settled", "brief", "late", "useless"]
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Observation:
    """The real state, as seen once. `world` is `live` or names the sandbox; `as_of` is the providers' clock.

    `settling` has the apps that were waited for, `meant` the commit that an app was meant to run, both by app.
    """

    world: str
    as_of: datetime
    seconds: float
    apps: dict[str, AppState]
    repositories: dict[str, RepositoryState]
    transcript: tuple[Request, ...]
    timeline: tuple[str, ...] = ()
    settling: dict[str, Settling] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)


def dump(observation: Observation) -> bytes:
    """Give an observation as JSON that a terminal can show."""
    repositories = {name: _by_written_stretch(each) for name, each in observation.repositories.items()}
    return texts.json_bytes(to_json(replace(observation, repositories=repositories), indent=1, ensure_ascii=True))


def _by_written_stretch(state: RepositoryState) -> RepositoryState:
    """Give the state with its stretches as they are written: JSON's keys are texts."""
    histories: Any = {str(stretch): fact for stretch, fact in state.histories.items()}
    return replace(state, histories=histories)


def load(content: bytes) -> Observation:
    """Give back what `dump` gave. Raises ValueError (pydantic's) where it is not an observation."""
    return _observations().validate_json(content)


@cache
def _observations() -> TypeAdapter[Observation]:
    """Give what reads an observation: to make it takes as long as a run observes, and most runs read nothing back."""
    return TypeAdapter(Observation)


def restore(path: Path) -> Observation:
    """Read the file of an observation that `dump` gave, of at most 256 MiB.

    Raises RefusedError where the file cannot be read, another ValueError (pydantic's) where it is not an observation.
    """
    return load(read(path, MOST_OF_AN_OBSERVATION))


def current_release(releases: tuple[Release, ...]) -> Release | None:
    """Give the release that the app runs: not always the newest one, which may be pending or failed."""
    return next((release for release in releases if release.current), None)


def deploys(releases: tuple[Release, ...]) -> tuple[Release, ...]:
    """Give the releases that brought other code than the one before them: a config change carries the code forward.

    One that did not succeed brought nothing, and what follows it is held against the one before it. The oldest that is
    given counts where it has code: it brought the code, or carries forward what was deployed earlier.
    """
    succeeded = sorted((each for each in releases if each.status == "succeeded"), key=lambda each: each.version)
    first = [release for release in succeeded[:1] if release.code]
    brought = [later for earlier, later in pairwise(succeeded) if later.code and later.code != earlier.code]
    return (*first, *brought)


def ago(instant: datetime, now: datetime) -> str:
    """Say how long ago an instant was, in the two largest units."""
    seconds = int(max(now - instant, timedelta()).total_seconds())
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
