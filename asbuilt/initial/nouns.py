"""The nouns of a first estate: what is asked for, what was read, and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from asbuilt.github_server import DOT_COM, GitHubServer
from asbuilt.model import AppState, Fact, RepositoryState
from asbuilt.workflows.paths.checkout import Checkout

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a first estate is to be of.

    Without `apps`, those that the workflow files or a pipeline name, else all that the token sees. Without a
    `repository`, that of the remote of the `checkout`. `folder` is where the estate will stand, which the path of the
    checkout is relative to. `judged` has what was read judged as well, so that what looks wrong is known.
    `github` is where an estate says that GitHub's API is.
    """

    apps: tuple[str, ...] = ()
    repository: str = ""
    checkout: Path | None = None
    sandbox: str | None = None
    folder: Path = field(default_factory=Path)
    judged: bool = True
    github: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweringPath:
    """A path of an app that answered 200, and what its body has at `/status` where that says that all is well."""

    path: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class FoundApp:
    """An app as it was found. `state` is None where Heroku was not asked, `stage` where no pipeline has the app.

    `answering` are the paths that are fit to be probes, `asked` all that were tried.
    """

    name: str
    state: AppState | None = None
    stage: str | None = None
    answering: tuple[AnsweringPath, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository as it was found. `state` is None where GitHub was not asked, and so are the facts.

    `required` has the names of the required checks of the default branch, by what requires them. `names` has what the
    variables come to that an app or an environment is named by, as an estate binds them; `unbound` has those secrets
    and variables of which nobody can tell, each with why.
    """

    name: str
    state: RepositoryState | None = None
    required: Mapping[str, Fact[tuple[str, ...]]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unbound: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a control finds of what is there: the control, its subject, the fact."""

    control: str
    subject: str
    fact: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read for a first estate, as of an instant by the providers' clock, where one was asked.

    `left_out` says what was not read, and why; `others` are apps that the token sees and this is not of. `checkout` are
    the workflow files of `repository`, `folder` where they are, as seen from the estate. `findings` are what the
    controls find of what is there, held against the estate that is made of it.
    """

    world: str
    as_of: datetime | None = None
    apps: tuple[FoundApp, ...] = ()
    repository: FoundRepository | None = None
    checkout: Checkout | None = None
    folder: str = ""
    others: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    server: GitHubServer = DOT_COM


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody should look at in a drafted estate: the keys that lead to it, and why."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """An estate as plain data, in the order of the file, with what looks wrong, and remarks on where it comes from."""

    plain: Mapping[str, Any]
    reviews: tuple[Review, ...] = ()
    remarks: tuple[Review, ...] = ()
