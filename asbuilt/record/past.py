"""A run of the past, as far as its record is asked for what came before: of its files only that is read.

Somebody else may have written or changed every file of it. `asbuilt.record.recorded` reads all of one run; here
hundreds are read, of which each has a manifest and verdicts of many megabytes where there are a thousand apps.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter

from asbuilt.files import MOST_OF_AN_OBSERVATION, NotThereError, RefusedError, read
from asbuilt.record.directory import COLLECTED, JOURNAL, MANIFEST, VERDICTS
from asbuilt.record.manifest import FORM, Accepted, Again
from asbuilt.record.recorded import NoRunError
from asbuilt.verdicts import Outcome

LIVE = "live"
_FILES = "workflow files"
_CHECKOUT = re.compile(r"--(?:asbuilt-)?checkout(?:=(.*))?", re.DOTALL)
_OF_A_RUN = (MANIFEST, COLLECTED, JOURNAL, VERDICTS)
_UNREADABLE = "is no manifest that asbuilt wrote"


@dataclass(frozen=True, slots=True)
class Record:
    """What of one verdict is held against those of other runs."""

    id: str
    control: str
    severity: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """A run that has a manifest.

    `whole` says whether it judged all that its suites have of the estate; `said` is what it judged where it did not,
    and `collected` are then the ids. `lacks` is why it is not complete. `manifest` and `verdicts` are digests: of its
    manifest, and of its verdicts by the manifest's word. `written` is when this machine wrote the manifest: a
    sandbox's clock stands still.
    """

    directory: Path
    run: str
    estate: str
    world: str
    verdict: str
    complete: bool
    lacks: tuple[str, ...]
    started: datetime
    ended: datetime
    clock: str
    said: str
    whole: bool
    suites: frozenset[str]
    collected: frozenset[str]
    counts: dict[str, int]
    arguments: tuple[str, ...]
    accepted: tuple[Accepted, ...]
    again: bool
    manifest: str
    verdicts: str
    written: int

    @property
    def about(self) -> str:
        """Its world; for files alone, with the folder that they were in, where that was named."""
        folders = checkouts(self.arguments) if self.world == _FILES else ()
        return f"{self.world} of {', '.join(sorted(folders))}" if folders else self.world

    @property
    def finds_nothing(self) -> bool:
        """Whether it counts nothing that drifted, waived or not: then there is no need to read its verdicts."""
        return all(self.counts.get(each, 1) == 0 for each in (Outcome.DRIFTED, Outcome.WAIVED))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that has no manifest: it did not come to its end. What it was about is empty where nothing tells."""

    directory: Path
    estate: str = ""
    world: str = ""


def is_run(directory: Path) -> bool:
    """Tell a run's directory from other folders."""
    return any((directory / name).is_file() for name in _OF_A_RUN)


def past(directory: Path) -> Past | Unfinished:
    """Read what a run's directory tells of it. Raises NoRunError."""
    path = directory / MANIFEST
    content = _content(path)
    if content is None:
        return _unfinished(directory)
    try:
        head = _heads().validate_json(content)
        started, ended = (each.astimezone(UTC) for each in (head.started, head.ended))
    except (ValueError, OverflowError) as error:
        raise NoRunError(f"{path} {_UNREADABLE}") from error
    if head.form != FORM:
        raise NoRunError(f"{path} {_UNREADABLE}, or one of another version")
    ids = frozenset(head.population.collected)
    whole = not head.covered.said and 0 < head.population.whole <= len(ids)
    return Past(
        directory,
        run=head.run,
        estate=head.estate,
        world=head.world,
        verdict=head.verdict,
        complete=head.complete,
        lacks=head.lacks,
        started=started,
        ended=ended,
        clock=head.clock,
        said=head.covered.said or f"{len(ids)} of {head.population.whole} checks",
        whole=whole,
        suites=suites_of(ids),
        collected=frozenset() if whole else ids,
        counts=head.counts,
        arguments=head.arguments,
        accepted=head.accepted,
        again=head.again is not None,
        manifest=sha256(content).hexdigest(),
        verdicts=head.files.verdicts,
        written=path.stat().st_mtime_ns,
    )


def records(run: Past) -> list[Record]:
    """Read the verdicts of a run. Raises NoRunError where they are not those that its manifest is about."""
    path = run.directory / VERDICTS
    content = _content(path)
    if content is None:
        raise NoRunError(f"{path} is not there")
    if sha256(content).hexdigest() != run.verdicts:
        raise NoRunError(f"{path} is not the file that the manifest is about: asbuilt verify says more")
    try:
        return _records().validate_json(content)
    except ValueError as error:
        raise NoRunError(f"{path} is not what asbuilt writes there") from error


def suites_of(ids: frozenset[str]) -> frozenset[str]:
    """Give the folders of checks that some ids are of."""
    return frozenset(each.partition("/")[0] for each in ids)


def checkouts(arguments: Iterable[str]) -> frozenset[str]:
    """Give the folders whose files the arguments of a run name."""
    found, words = set(), iter(arguments)
    for word in words:
        if match := _CHECKOUT.fullmatch(word):
            found.add(str(Path(match[1] if match[1] is not None else next(words, ""))))
    return frozenset(found)


def _unfinished(directory: Path) -> Unfinished:
    """Give a run without a manifest, with what it was to judge where it came to write that."""
    content = _content(directory / COLLECTED)
    if content is None:
        return Unfinished(directory)
    try:
        about = _abouts().validate_json(content)
    except ValueError:
        return Unfinished(directory)
    return Unfinished(directory, about.estate, about.world)


def _content(path: Path) -> bytes | None:
    try:
        return read(path, MOST_OF_AN_OBSERVATION)
    except NotThereError:
        return None
    except RefusedError as error:
        raise NoRunError(f"{path} {error}") from error


@dataclass(frozen=True, slots=True)
class _Covered:
    said: str


@dataclass(frozen=True, slots=True)
class _Population:
    whole: int
    collected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Files:
    verdicts: Annotated[str, Field(alias=VERDICTS)] = ""


@dataclass(frozen=True, slots=True)
class _Head:
    """The fields of a manifest that are asked for; the others, such as the digests of all files, are passed over."""

    form: str
    run: str
    estate: str
    world: str
    verdict: str
    complete: bool
    lacks: tuple[str, ...]
    started: AwareDatetime
    ended: AwareDatetime
    clock: str
    covered: _Covered
    population: _Population
    counts: dict[str, int]
    arguments: tuple[str, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    again: Again | None = None
    files: _Files = field(default_factory=_Files)


@dataclass(frozen=True, slots=True)
class _About:
    estate: str
    world: str


@cache
def _heads() -> TypeAdapter[_Head]:
    return TypeAdapter(_Head)


@cache
def _records() -> TypeAdapter[list[Record]]:
    return TypeAdapter(list[Record])


@cache
def _abouts() -> TypeAdapter[_About]:
    return TypeAdapter(_About)
