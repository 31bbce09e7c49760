"""A run's record read back for whoever shows it elsewhere: each finding with its place in a repository.

Nothing but the record is asked, so that a run says the same at its end and a year later. A file of it that is not the
one that the manifest is about is refused: what it says was not seen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from asbuilt.causes import timed
from asbuilt.estate import is_repository
from asbuilt.files import MOST_OF_AN_OBSERVATION, NotThereError, RefusedError, read
from asbuilt.record.clocks import MACHINE
from asbuilt.record.directory import CHECKOUTS, ESTATE, MANIFEST, TERMINAL, VERDICTS
from asbuilt.record.formats.places import EstatePlaces, places_in
from asbuilt.record.kept_checkouts import NoCheckoutsError, kept
from asbuilt.record.manifest import FORM, Manifest, Source, restored
from asbuilt.record.recorded import NoRunError
from asbuilt.verdicts import NEVER, Outcome

_OF_FILES = "WF"
_CHECKOUT = "checkout "
_IN_A_FILE = re.compile(r"(?s)(.*):([0-9]{1,9}):([0-9]{1,9})")
_TOLD = frozenset({Outcome.DRIFTED, Outcome.UNKNOWN, Outcome.WAIVED})


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file of a repository, whose root its path begins at; `repository` is empty where nothing names it.

    `line` is 0 for a file as a whole. `text` is what the file holds; `is_of_estate` says that it is the estate's, and
    `checkout` names the repository whose files were judged. `path` is empty where the file is in no repository.
    """

    repository: str
    path: str
    line: int = 0
    column: int = 0
    text: str = field(default="", repr=False)
    is_of_estate: bool = False
    checkout: str = ""

    @property
    def line_text(self) -> str:
        """The line that it lies at; empty where there is none."""
        return _row(self.text, self.line)


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, with its place, and all that it stands for.

    `worst` is the most severe of it and what it explains, `fails` says whether any of these fails the run. `explains`
    counts these by control, `is_explained` says that another finding explains it. `subjects` are several where one
    place is wrong for each of them, and `also` are then the facts that differ. `accepted` says why it is waived.
    `was_before` says that a pull request did not add it, `is_in_source` that what accepts it stands in its file.
    """

    control: str
    severity: str
    worst: str
    outcome: Outcome
    fails: bool
    subjects: tuple[str, ...]
    fact: str
    fix: str
    spot: Spot
    also: tuple[str, ...] = ()
    issue: int | None = None
    accepted: str = ""
    is_in_source: bool = False
    expired: str = ""
    tolerated: str = ""
    was_before: bool = False
    is_explained: bool = False
    explains: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_accepted(self) -> bool:
        """Whether a waiver or a suppression accepts it."""
        return bool(self.accepted)

    @property
    def told(self) -> str:
        """The fact as a person reads it: what cannot be told says so first, what is accepted why."""
        if self.accepted:
            return f"{self.fact} ({self.accepted})"
        return f"UNKNOWN {self.fact}" if self.outcome is Outcome.UNKNOWN else self.fact


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A finished run: its manifest, its verdicts as they are on record, and what they found, the most urgent first.

    `never` are the reasons why checks never came to a verdict, with how many each kept from it. `shown` is what the
    terminal had of it; None where an older asbuilt did not keep that.
    """

    manifest: Manifest
    records: list[dict[str, Any]]
    findings: tuple[Found, ...]
    never: Mapping[str, int]
    shown: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the run came to its end, and judged all that it was to judge."""
        return self.manifest.complete and not self.manifest.lacks


def found_in(directory: Path) -> FoundRun:
    """Read the record of a finished run. Raises NoRunError."""
    manifest = _manifest(directory)
    content = _content(directory, VERDICTS, manifest)
    if content is None:
        raise NoRunError(f"{directory / VERDICTS} is not there")
    try:
        raw = _raws().validate_json(content)
        judged = _judged().validate_python(raw)
    except ValueError as error:
        raise NoRunError(f"{directory / VERDICTS} is not what asbuilt writes there") from error
    where = _Where.of(directory, manifest)
    told = [each for each in judged if each.outcome in _TOLD]
    never: dict[str, int] = defaultdict(int)
    for each in told:
        if each.reason.startswith(NEVER):
            never[each.reason] += 1
    findings = _together(_findings([each for each in told if not each.reason.startswith(NEVER)], where, manifest))
    shown = _content(directory, TERMINAL, manifest)
    text = None if shown is None else shown.decode("utf-8", "replace")
    return FoundRun(manifest, raw, tuple(sorted(findings, key=_urgency)), dict(never), text)


@dataclass(frozen=True, slots=True)
class _Line:
    place: str
    fact: str
    fix: str = ""
    excerpt: str = ""
    waived: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    id: str
    control: str
    severity: str
    subject: str
    outcome: Outcome
    lines: tuple[_Line, ...] = ()
    reason: str = ""
    issue: int | None = None
    caused_by: tuple[str, ...] = ()
    expired: str = ""
    tolerated: str = ""
    before: tuple[int, ...] = ()

    @property
    def told(self) -> tuple[_Line, ...]:
        return self.lines or ((_Line(self.subject, self.reason),) if self.reason else ())

    @property
    def fails(self) -> bool:
        return self.outcome in {Outcome.DRIFTED, Outcome.UNKNOWN} and not self.tolerated

    @property
    def identity(self) -> str:
        """The id of its subject."""
        return self.id.partition("[")[2].removesuffix("]")

    @property
    def is_shown(self) -> bool:
        """Whether it has a finding that nobody accepts, and that was not there before."""
        return any(not each.waived and index not in self.before for index, each in enumerate(self.told))


@dataclass(frozen=True, slots=True)
class _Where:
    """What a place of a record is looked up in: the files of each checkout, the estate's."""

    files: Mapping[str, Mapping[str, Any]]
    estate: EstatePlaces
    sources: Mapping[str, Source]

    @classmethod
    def of(cls, directory: Path, manifest: Manifest) -> "_Where":
        files: dict[str, Mapping[str, Any]] = {}
        if _content(directory, CHECKOUTS, manifest) is not None:
            try:
                files = {name: raw["files"] for name, raw in kept(directory / CHECKOUTS).repositories.items()}
            except (NoCheckoutsError, KeyError, TypeError) as error:
                raise NoRunError(f"{directory / CHECKOUTS} is not what asbuilt writes there") from error
        return cls(files, places_in(_content(directory, ESTATE, manifest) or b""), manifest.sources)

    def spot(self, judged: _Judged, line: _Line) -> Spot:
        """Give where a finding lies: in the file that it names, else where its subject is declared."""
        match = _IN_A_FILE.fullmatch(line.place)
        path = match[1] if match else line.place
        row, column = (int(match[2]), int(match[3])) if match else (0, 0)
        if judged.control.startswith(_OF_FILES) and (name := self._checkout(judged, path, row, line.excerpt)):
            return self._in_checkout(name, path, row, column)
        if not self.estate.text:
            return Spot("", "", is_of_estate=True)
        mark = self.estate.of(judged.identity, judged.subject)
        source = self.sources.get("estate", Source())
        return Spot(source.repository, source.path, mark.line, mark.column, self.estate.text, is_of_estate=True)

    def _checkout(self, judged: _Judged, path: str, row: int, excerpt: str) -> str:
        """Name the checkout that a finding lies in; files of several have one path, so what stands there counts too."""
        names = [name for name, files in self.files.items() if path in files]
        quoted = [name for name in names if excerpt and excerpt in _row(self.files[name][path], row)] or names
        own = self.estate.repositories.get(judged.subject, "")
        mine = (each for each in quoted if each == own or judged.identity.partition(" ")[0] == each)
        return next(mine, next(iter(quoted), ""))

    def _in_checkout(self, name: str, path: str, line: int, column: int) -> Spot:
        source = self.sources.get(f"{_CHECKOUT}{name}", Source())
        text = self.files[name][path]
        below = path if source.path in {"", "."} else f"{source.path}/{path}"
        owner = source.repository or (name if is_repository(name) else "")  # a fork has a name of its own
        return Spot(owner, below, line, column, text if isinstance(text, str) else "", checkout=name)


def _row(text: Any, row: int) -> str:
    lines = _rows(text) if isinstance(text, str) else ()
    return lines[row - 1] if 0 < row <= len(lines) else ""


@lru_cache(maxsize=32)
def _rows(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())


def _findings(judged: list[_Judged], where: _Where, manifest: Manifest) -> Iterator[Found]:
    """Give each finding, with what explains what."""
    now = None if manifest.clock == MACHINE else datetime.fromisoformat(manifest.ended)
    known = {each.id: each for each in judged}
    explained: dict[str, list[str]] = defaultdict(list)
    for each in judged:
        for cause in each.caused_by:
            if cause in known and known[cause].is_shown:
                explained[cause].append(each.id)
    consequences = {identity for each in explained.values() for identity in each}
    for each in judged:
        below = [known[identity] for identity in _below(each.id, explained)]
        counts: dict[str, int] = defaultdict(int)
        for other in below:
            counts[other.control] += 1
        for index, line in enumerate(each.told):
            accepted = line.waived or (each.reason if each.outcome is Outcome.WAIVED else "")
            stands_for = [] if accepted else below
            yield Found(
                control=each.control,
                severity=each.severity,
                worst=min(one.severity for one in (each, *stands_for)),
                outcome=Outcome.WAIVED if accepted else each.outcome,
                fails=not accepted and any(one.fails for one in (each, *stands_for)),
                subjects=(each.subject,),
                fact=timed(line.fact, line.since, now),
                fix="" if accepted else line.fix,
                spot=where.spot(each, line),
                issue=each.issue,
                accepted=accepted,
                is_in_source=bool(line.waived),
                expired=each.expired,
                tolerated=each.tolerated,
                was_before=index in each.before,
                is_explained=not accepted and each.id in consequences,
                explains={} if accepted else dict(sorted(counts.items())),
            )


def _below(identity: str, explained: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Give the ids of all that a verdict explains, directly or through others."""
    seen: dict[str, None] = {}
    left = [identity]
    while left:
        for each in explained.get(left.pop(), ()):
            if each not in seen and each != identity:
                seen[each] = None
                left.append(each)
    return tuple(seen)


def _together(findings: Iterable[Found]) -> Iterator[Found]:
    """Give one finding for all of one control at one place of a file, whichever subjects it is wrong for.

    In the estate that is where one remedy is for all.
    """
    alike: dict[object, list[Found]] = {}
    for number, each in enumerate(findings):
        spot = each.spot
        alone = not spot.line or each.is_accepted
        how = each.fix if spot.is_of_estate else ""  # several subjects can be declared in one line
        place: object = number if alone else (each.control, each.outcome, each.was_before, how, *_place(spot))
        alike.setdefault(place, []).append(each)
    for group in alike.values():
        yield _merged(group) if len(group) > 1 else group[0]


def _merged(group: list[Found]) -> Found:
    first = next((each for each in group if not each.is_explained), group[0])
    facts = {_nameless(each): each.fact for each in reversed((first, *group))}
    counts: dict[str, int] = defaultdict(int)
    for each in group:
        for control, count in each.explains.items():
            counts[control] += count
    return replace(
        first,
        subjects=tuple(dict.fromkeys(subject for each in group for subject in each.subjects)),
        also=tuple(fact for fact in reversed(facts.values()) if fact != first.fact),
        worst=min(each.worst for each in group),
        fails=any(each.fails for each in group),
        is_explained=all(each.is_explained for each in group),
        explains=dict(sorted(counts.items())),
        tolerated=first.tolerated if not any(each.fails for each in group) else "",
    )


def _nameless(finding: Found) -> str:
    return finding.fact.replace(finding.subjects[0], "\0")


def _place(spot: Spot) -> tuple[str, str, int, int]:
    return spot.repository, spot.path, spot.line, spot.column


def _urgency(finding: Found) -> tuple[object, ...]:
    order = (finding.is_accepted, finding.was_before, not finding.fails, finding.worst)
    return (*order, list(Outcome).index(finding.outcome), finding.control, *_place(finding.spot), finding.subjects)


def _manifest(directory: Path) -> Manifest:
    path = directory / MANIFEST
    if not directory.is_dir():
        raise NoRunError(f"{directory} is no folder: name a run's directory, such as reports/latest")
    try:
        manifest = restored(read(path, MOST_OF_AN_OBSERVATION))
        datetime.fromisoformat(manifest.ended)
    except NotThereError as error:
        raise NoRunError(
            f"{directory} has no {MANIFEST}: its run did not come to its end, or it is no run's directory"
        ) from error
    except RefusedError as error:
        raise NoRunError(f"{path} {error}") from error
    except ValueError as error:
        raise NoRunError(f"{path} is no manifest that asbuilt wrote") from error
    if manifest.form != FORM:
        raise NoRunError(f'{path} is not of the form "{FORM}": render it with the asbuilt that wrote it')
    return manifest


def _content(directory: Path, name: str, manifest: Manifest) -> bytes | None:
    """Give a file of a record; None where its manifest knows of none. Raises NoRunError for any other than that one."""
    path = directory / name
    if name not in manifest.files:
        return None
    try:
        content = read(path, MOST_OF_AN_OBSERVATION)
    except RefusedError as error:
        raise NoRunError(f"{path} {error}") from error
    if sha256(content).hexdigest() != manifest.files[name]:
        raise NoRunError(f"{path} is not the file that the manifest is about: asbuilt verify says more")
    return content


@cache
def _raws() -> TypeAdapter[list[dict[str, Any]]]:
    return TypeAdapter(list[dict[str, Any]])


@cache
def _judged() -> TypeAdapter[list[_Judged]]:
    return TypeAdapter(list[_Judged])
