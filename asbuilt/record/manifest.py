"""The manifest of a run, `manifest.json`: what was to be judged, what was, by whom, when, and each file's digest.

Allure is the view; this is the record. An instant is a text of ISO 8601 in UTC, a digest a SHA-256 in hexadecimal.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from asbuilt.judged_again import Again as Again  # noqa: PLC0414 - it is part of a manifest
from asbuilt.population import Population

FORM = "asbuilt manifest 1"


@dataclass(frozen=True, slots=True)
class Source:
    """Where something that was judged, or that judged, stands in git; `commit` is empty where it is in none.

    `dirty` says whether files there differed from the commit; None where nobody could tell. `sha256` is the digest of
    the estate's file, and of a checkout one of all files that were read; of the suite there is none. `path` is where it
    stands below the root of its repository, "." for the root, empty where it is in none; `repository` is OWNER/NAME
    where git fetches from GitHub.
    """

    commit: str = ""
    dirty: bool | None = None
    sha256: str = ""
    path: str = ""
    repository: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that a provider gives page by page: what was asked, how many pages were read, and whether that was all."""

    request: str
    pages: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Covered:
    """The part of the estate that was judged. `said` is how a heading says it; empty for the whole estate."""

    said: str
    suites: tuple[str, ...]
    apps: tuple[str, ...]
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A waiver of the estate, or a suppression of a file, as it stood when the run judged.

    `state` is in force, expired, or unused. A suppression's `subject` is its place, and it has no owner.
    """

    kind: str
    control: str
    subject: str
    until: str
    state: str
    owner: str = ""
    reason: str = ""
    issue: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The record of one run.

    `complete` only where each collected check has exactly one verdict, nothing failed to be collected and the run came
    to its end; `lacks` says what is missing. `verdict` is conforms, drifted, unknown or nothing. `clock` says whose
    clock `started` and `ended` are of: the providers', the sandbox's, or this machine's. `ci` is who ran it, by the
    words of CI; empty elsewhere. `tolerated` counts by why the verdicts that drifted or are unknown and fail nothing:
    `exit` follows from the others. `fail_on` is the least severe severity that fails, empty for all, `base` the commit
    of what was there before, empty where nobody asked. `estate_file` is the estate's file where that is not plain
    `estate.yaml`, and why it is that one. `files` has the digest of each file of the run's directory by its path there.
    """

    form: str
    run: str
    estate: str
    world: str
    verdict: str
    exit: int
    complete: bool
    lacks: tuple[str, ...]
    started: str
    ended: str
    clock: str
    covered: Covered
    population: Population
    counts: dict[str, int]
    lists: tuple[Listing, ...] = ()
    ci: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    again: Again | None = None
    fail_on: str = ""
    base: str = ""
    estate_file: str = ""
    tolerated: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def as_plain(manifest: Manifest) -> dict[str, Any]:
    """Give a manifest as what JSON can hold."""
    found: dict[str, Any] = _manifests().dump_python(manifest, mode="json")
    return found


def restored(content: bytes) -> Manifest:
    """Give back the manifest of a file. Raises ValueError (pydantic's) where it is none."""
    return _manifests().validate_json(content)


@cache
def _manifests() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)
