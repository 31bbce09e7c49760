"""The nouns: what a run observes, frozen, in the providers' own words.

Instants are aware datetimes in UTC. Every fact is one of three: `Observed` (seen, with the requests that it rests on),
`Absent` (the provider says that it is not there) or `Unobserved` (nobody can say, and why).
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, Discriminator, PlainValidator, TypeAdapter
from pydantic_core import to_json

from asbuilt import descriptions, texts
from asbuilt.files import MOST_OF_AN_OBSERVATION, read
from asbuilt.github_server import API, address_of
from asbuilt.terms import Stretch

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the transcript and what came back: no header that was sent but for the range, never a body.

    `page` is the range of a list that was asked for, where a range names its pages. `following` is what the answer
    names to ask for next: the address or the range of a next page, or where it redirects to; empty where it names
    nothing, None where nobody can tell. `sha256` is the digest of what is kept of the body beside the observation;
    empty where nothing is.
    """

    method: str
    url: str
    status: int | None
    date: datetime | None
    seconds: float
    etag: str = ""
    request_id: str = ""
    sha256: str = ""
    error: str = ""
    page: str = ""
    following: str | None = None

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
    """A fact that nobody can tell: the request, why it gave nothing, and what to do about it.

    `asked` is false where a look of a watch, which has few requests, did not ask for it.
    """

    what: str
    request: str
    reason: str
    remedy: str
    requests: tuple[int, ...] = ()
    kind: Literal["unobserved"] = "unobserved"
    asked: bool = field(default=True, kw_only=True)

    def __str__(self) -> str:
        """The request and why it gave nothing."""
        return f"{self.request} {self.reason}"


Fact = Annotated[Observed[T] | Absent | Unobserved, Discriminator("kind")]


@dataclass(frozen=True, slots=True)
class App:
    """A Heroku app. Sizes are bytes, None as long as nothing was ever deployed.

    `stack` is what it runs on, `build_stack` what its next build will. Both are None in observations that were saved
    before they were kept.
    """

    name: str
    web_url: str | None
    created_at: datetime
    maintenance: bool
    slug_size: int | None
    repo_size: int | None
    generation: str = "cedar"
    stack: str | None = None
    build_stack: str | None = None

    @property
    def runs_images(self) -> bool:
        """Whether it runs container images: its releases carry no slug, by design."""
        return self.stack == "container"


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
    """A running process: `state` is crashed, down, idle, starting or up. `size` is None in older observations."""

    name: str
    type: str
    state: str
    release: int
    updated_at: datetime
    size: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What the body of an answer was asked for, and nothing else of it.

    `values` are JSON texts by JSON pointer, None where a pointer leads nowhere. `contains` and `matches` have the text
    and the pattern that were looked for; None where too long a body leaves it open. `unread` says why the body is no
    JSON.
    """

    values: dict[str, str | None] = field(default_factory=dict)
    contains: dict[str, bool | None] = field(default_factory=dict)
    matches: dict[str, bool | None] = field(default_factory=dict)
    unread: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResponse:
    """What a probe was answered. `from_router` where the page is Heroku's own error page, not the app's.

    `status` is None where the app's certificate turns every visitor away: `certificate` says why. `body` is None where
    the estate asks nothing of it, and in observations that were saved before it could. `commit` is the one that the
    answer names, empty where it names none, None where it was not looked for.
    """

    url: str
    status: int | None
    location: str = ""
    from_router: bool = False
    body: Body | None = field(default=None, kw_only=True)
    certificate: str = field(default="", kw_only=True)
    commit: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Repository:
    """A GitHub repository."""

    full_name: str
    default_branch: str
    archived: bool
    private: bool
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class ProtectedBranch:
    """A branch that GitHub calls protected: `by_rule` where it is a branch protection rule's, else a ruleset's."""

    name: str
    by_rule: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """A GitHub environment. Minutes of wait; teams among reviewers as `@slug`.

    `branches` are patterns; `("@protected",)` for protected branches, `("@any",)` for every branch. `reviewers_gone`
    counts reviewers that were deleted since. `guarded_by_apps` where a rule of an app's protects it too.
    """

    name: str
    reviewers: tuple[str, ...]
    wait_timer: int
    branches: tuple[str, ...]
    reviewers_gone: int = 0
    admins_can_bypass: bool | None = None
    prevent_self_review: bool | None = None
    guarded_by_apps: bool | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing protects it: any branch deploys to it at once."""
        guards = (self.reviewers, self.reviewers_gone, self.wait_timer, self.guarded_by_apps)
        return not any(guards) and self.branches == ("@any",)


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
    """A job of a run, of any attempt. Its `name` is the one that GitHub shows: `deploy`, `release / deploy (eu)`.

    `ran` says whether a runner has begun it: not one that waits, was skipped, or was refused while it waited.
    """

    id: int
    name: str
    ran: bool
    started_at: datetime | None
    completed_at: datetime | None
    conclusion: str | None = None


@dataclass(frozen=True, slots=True)
class RecentRuns:
    """The newest completed runs of a workflow on a branch. Of the events in `cut` there are older ones, not read."""

    runs: tuple[WorkflowRun, ...]
    cut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A run that waits, by the path of its workflow: `since` is when its last attempt began."""

    workflow: str
    number: int
    event: str
    branch: str | None
    since: datetime
    url: str


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
class Watched:
    """What the looks of a watch tell of an app, beside what the newest of them saw.

    `before` is when the look before this one was taken, None for the first. `down` has since when a process is not up
    as declared, `failing` since when a probe is not answered as declared, by its path: None where that was so at the
    first look. What is as declared has no entry in either.
    """

    before: datetime | None
    down: dict[str, Fact[datetime]] = field(default_factory=dict)
    failing: dict[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything observed of one app; probes by path, code by its id.

    `builds` and `looks` are None in observations that were saved before they were asked for. `looks` are the dynos as
    they stood each time that they were found otherwise, the newest last. `watched` is None in a run, which is no look
    of a watch.
    """

    app: Fact[App]
    releases: Fact[tuple[Release, ...]]
    formation: Fact[tuple[Formation, ...]]
    dynos: Fact[tuple[Dyno, ...]]
    probes: dict[str, Fact[ProbeResponse]] = field(default_factory=dict)
    builds: Fact[tuple[Build, ...]] | None = None
    codes: dict[str, Fact[Code]] = field(default_factory=dict)
    looks: Fact[tuple[tuple[Dyno, ...], ...]] | None = None
    watched: Watched | None = None


@dataclass(frozen=True, slots=True)
class RepositoryState:
    """Everything observed of one repository.

    `cut`: the events of which there are older runs that nobody read, by workflow path. `waiting` is asked for where a
    deploy is declared, `protected` where an environment lets protected branches through, `latest` (deployments, to
    whatever environment) where one stands open that nobody declares.

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
    cut: dict[str, tuple[str, ...]] | None = None
    waiting: Fact[tuple[WaitingRun, ...]] | None = None
    protected: Fact[tuple[ProtectedBranch, ...]] | None = None
    latest: Fact[tuple[Deployment, ...]] | None = None


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
class ReportedIncident:
    """An incident that a provider's status page has open: in its own words, since when by its own, where it stands."""

    title: str
    since: datetime
    url: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What a provider says of itself: the incidents that are open there, none where all is well."""

    incidents: tuple[ReportedIncident, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """The real state, as seen once. `world` is `live` or names the sandbox; `as_of` is the providers' clock.

    `settling` has the apps that were waited for, `meant` the commit that an app was meant to run, both by app. `github`
    is where the API of the GitHub is that was asked. `status_pages` has the providers whose own page was read.
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
    github: Annotated[str, AfterValidator(address_of)] = API
    status_pages: dict[str, Fact[StatusPage]] = field(default_factory=dict)


def dump(observation: Observation) -> bytes:
    """Give an observation as JSON that a terminal can show: a line for each app, repository and request."""
    repositories = {name: _by_written_stretch(each) for name, each in observation.repositories.items()}
    whole = replace(observation, repositories=repositories)
    parts = (b"%b: %b" % (_json(each.name), _lines(getattr(whole, each.name))) for each in fields(whole))
    return texts.json_bytes(b"{\n" + b",\n".join(parts) + b"\n}\n")


def _lines(value: object) -> bytes:
    """Give the value of a field as JSON, what it has many of line by line."""
    match value:
        case dict() if value:
            return b"{\n" + b",\n".join(b"%b: %b" % (_json(name), _json(each)) for name, each in value.items()) + b"\n}"
        case tuple() if value:
            return b"[\n" + b",\n".join(map(_json, value)) + b"\n]"
        case _:
            return _json(value)


def _json(value: object) -> bytes:
    return to_json(value, ensure_ascii=True)


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


def codes(releases: tuple[Release, ...], *, images: bool = False) -> dict[int, str | None]:
    """Give what runs in each release that took effect, by version: a slug or an image; None where there is no code.

    The releases of an app that runs `images` name none. There a description stands for what it brought, and what
    follows carries that forward.
    """
    found: dict[int, str | None] = {}
    running: str | None = None
    image: str | None = None
    for each in sorted(filter(_took_effect, releases), key=lambda each: each.version):
        back = descriptions.rolled_back_to(each.description) if images else None
        if each.code:
            running, image = each.code, None
        elif descriptions.is_of_images(each.description) or (images and descriptions.is_built(each.description)):
            running = image = f"what {each} brought"
        elif back is not None and found.get(back):
            running = image = found[back]
        else:
            running = image
        found[each.version] = running
    return found


def deploys(releases: tuple[Release, ...], *, images: bool = False) -> tuple[Release, ...]:
    """Give the releases that brought other code than the one before them: a config change carries the code forward.

    One that did not succeed brought nothing, and what follows it is held against the one before it. The oldest that is
    given counts where it has code: it brought the code, or carries forward what was deployed earlier. `images` says
    that the app runs images.
    """
    code = codes(releases, images=images)
    succeeded = sorted(filter(_took_effect, releases), key=lambda each: each.version)
    first = [release for release in succeeded[:1] if code[release.version]]
    brought = [
        later
        for earlier, later in pairwise(succeeded)
        if code[later.version] and code[later.version] != code[earlier.version]
    ]
    return (*first, *brought)


def newest_deploy(releases: tuple[Release, ...]) -> Release | None:
    """Give the newest release that was meant to bring code, whatever came of it; None where there is none.

    `releases` are newest first. One whose description is not known is one, unless it succeeded and runs what ran
    before: a change of an add-on in words of its own hides no failed deploy.
    """
    for index, each in enumerate(releases):
        if descriptions.is_config_change(each.description):
            continue
        before = next(filter(_took_effect, releases[index + 1 :]), None)
        same = before is not None and _took_effect(each) and each.code == before.code
        if not same or descriptions.is_deploy(each.description):
            return each
    return None


def _took_effect(release: Release) -> bool:
    """Tell whether a release ran, or runs: one that has expired did, and can no longer be rolled back to."""
    return release.status in {"succeeded", "expired"}


def ago(instant: datetime, now: datetime) -> str:
    """Say how long ago an instant was, in the largest unit, and in the next where that is not nothing."""
    seconds = int(max(now - instant, timedelta()).total_seconds())
    counts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        counts.append((count, unit))
    first = next((index for index, (count, _) in enumerate(counts) if count), len(counts) - 1)
    (count, unit), *rest = counts[first : first + 2]
    return " ".join([f"{count} {unit}", *(f"{count} {unit}" for count, unit in rest if count)])
