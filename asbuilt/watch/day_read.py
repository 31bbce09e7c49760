"""A day of a watch, read back: whether its chain holds, and where it stands. Somebody else may have written it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, TypeAdapter

from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read, read_inside
from asbuilt.model import ago
from asbuilt.record.directory import ESTATE
from asbuilt.record.kept_causes import KeptCause
from asbuilt.record.statement import is_real
from asbuilt.record.verifying.checked import Misfit
from asbuilt.verdicts import Outcome
from asbuilt.watch.day import DAY, FORM, GAP, LOOKS, MOST_OF_A_LINE, NOW, Head, State
from asbuilt.watch.looked import lasting, lasting_cause

AHEAD = timedelta(minutes=5)  # clocks differ by so much
_OUTCOMES = frozenset(Outcome)
_MOST_OF_NOW = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which the watch did not look, though it was to."""

    begins: datetime
    ends: datetime

    @property
    def lasts(self) -> timedelta:
        """How long it was."""
        return self.ends - self.begins


@dataclass(frozen=True, slots=True)
class ReadDay:
    """A day as its folder has it. `misfits` are what is wrong with it, by where that stands: empty where it holds.

    `head` and `state` are None where nothing tells whose it is, or where it stands.
    """

    directory: Path
    head: Head | None = None
    state: State | None = None
    sealed: bool = False
    misfits: tuple[Misfit, ...] = ()
    silences: tuple[Silence, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all of it fits."""
        return not self.misfits and self.head is not None and self.state is not None


@dataclass(frozen=True, slots=True)
class _Now:
    """What `now.json` says, as far as it is asked for."""

    estate: str
    estate_sha256: str
    world: str
    apps: tuple[str, ...]
    interval: float
    looks: int
    lines: int
    head: str
    quiet: int
    first: AwareDatetime | None
    last: AwareDatetime | None
    written: AwareDatetime | None
    failed: str
    verdicts: dict[str, dict[str, Any]]
    causes: tuple[KeptCause, ...]
    kept: dict[str, Any]


_NOWS: TypeAdapter[_Now] = TypeAdapter(_Now)
_CAUSES: TypeAdapter[tuple[KeptCause, ...]] = TypeAdapter(tuple[KeptCause, ...])


@dataclass(slots=True)
class _Chain:
    """What the lines come to, one after the other."""

    interval: float
    head: str = ""
    before_last: str = ""
    lines: int = 0
    look: int = 0
    at: datetime | None = None
    first: datetime | None = None
    failed: str = ""
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    causes: list[Any] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)


def is_day(directory: Path) -> bool:
    """Tell a day of a watch from a run's directory, and from other folders."""
    return any((directory / each).is_file() for each in (LOOKS, NOW, DAY))


def read_day(directory: Path) -> ReadDay:
    """Read a day back, and hold its parts against each other. Whatever is wrong is noted."""
    misfits: list[Misfit] = []
    now, sealed = None, (directory / DAY).exists()
    try:
        now = _now(read_inside(directory, NOW, _MOST_OF_NOW))
    except (RefusedError, ValueError) as error:
        misfits.append(Misfit(NOW, _why(error)))
    if now is None:
        return ReadDay(directory, sealed=sealed, misfits=tuple(misfits))
    head = Head(now.estate, now.estate_sha256, now.world, now.apps, now.interval)
    misfits += _of_estate(directory, now)
    chain = _Chain(now.interval)
    try:
        for number, line in enumerate(_lines(directory), 1):
            _follow(chain, line, number)
    except (RefusedError, ValueError, LookupError, TypeError, OSError) as error:
        misfits.append(Misfit(f"{LOOKS}:{chain.lines + 1}", _why(error)))
    state = _state(now)
    if not misfits:
        state, wrong = _held(chain, now, state)
        misfits += wrong
    if sealed:
        misfits += _of_seal(directory, state)
    return ReadDay(directory, head, state, sealed, tuple(misfits), tuple(chain.silences))


def silent_since(found: ReadDay, now: datetime) -> str:
    """Say since when a watch does not look that is to; nothing where it looks, or where its day is over.

    The clock of a sandbox tells nothing of that.
    """
    if found.sealed or found.head is None or found.state is None or found.state.last is None:
        return ""
    age = now - found.state.last
    if not is_real(found.head.world) or age <= timedelta(seconds=GAP * found.head.interval) + AHEAD:
        return ""
    since = found.state.last.isoformat().replace("+00:00", "Z")
    return f"the last look was at {since}, {ago(found.state.last, now)} ago, and the day is not sealed: it is silent"


def _now(content: bytes) -> _Now:
    raw = json.loads(content)
    if not isinstance(raw, dict) or raw.get("form") != FORM:
        raise ValueError(f'is not of the form "{FORM}"')
    said = content[content.index(b'"now": ') + len(b'"now": ') :].rstrip(b"\n").removesuffix(b"}")
    if sha256(said).hexdigest() != raw.get("sha256"):
        raise ValueError("was changed since it was written: its digest is another")
    return _NOWS.validate_python(raw["now"] | {"causes": _causes(raw["now"]["causes"])})


def _causes(plain: Any) -> tuple[KeptCause, ...]:
    return _CAUSES.validate_json(json.dumps(plain))


def _state(now: _Now) -> State:
    plain = tuple(_CAUSES.dump_python(now.causes, mode="json"))
    return State(
        now.looks,
        now.lines,
        now.head,
        now.quiet,
        now.first,
        now.last,
        now.written,
        now.failed,
        now.verdicts,
        plain,
        now.kept,
    )


def _of_estate(directory: Path, now: _Now) -> Iterator[Misfit]:
    try:
        digest = sha256(read_inside(directory, ESTATE)).hexdigest()
    except RefusedError as error:
        yield Misfit(ESTATE, str(error))
        return
    if digest != now.estate_sha256:
        yield Misfit(ESTATE, "was changed: it is not the estate that was watched")


def _lines(directory: Path) -> Iterator[bytes]:
    """Give the lines, each whole. Raises ValueError for one that was cut, and RefusedError for what is no file."""
    path = directory / LOOKS
    if path.is_symlink() or not path.is_file():
        raise ValueError("is not there, or no file")
    with path.open("rb") as file:
        while line := file.readline(MOST_OF_A_LINE + 2):
            if not line.endswith(b"\n"):
                raise ValueError("is cut, or longer than a line may be: the watch ended in it")
            yield line[:-1]


def _follow(chain: _Chain, content: bytes, number: int) -> None:
    """Take one line. Raises ValueError where it does not follow the one before."""
    line = json.loads(content)
    if line["before"] != chain.head:
        told = "the line before it was changed, or lines are missing"
        raise ValueError(told if number > 1 else "is not the first line of its day: lines before it are missing")
    at, quiet = _instant(line["at"]), line["quiet"]
    if line["look"] != chain.look + quiet["looks"] + 1:
        raise ValueError(f"is look {line['look']} behind look {chain.look} and {quiet['looks']} without a change")
    if chain.at is not None:
        _silences(chain, at, line)
    for each in line["gone"]:
        chain.verdicts.pop(each, None)
    for name, verdict in line["verdicts"].items():
        if verdict["outcome"] not in _OUTCOMES:
            raise ValueError(f"says of {name} that it is {verdict['outcome']}")
        chain.verdicts[name] = verdict
    if line["causes"] is not None:
        chain.causes = line["causes"]
    chain.before_last, chain.head = chain.head, sha256(content).hexdigest()
    chain.lines, chain.look, chain.at, chain.failed = number, line["look"], at, line["failed"]
    chain.first = chain.first or at


def _silences(chain: _Chain, at: datetime, line: Mapping[str, Any]) -> None:
    """Note where looks were further apart than two intervals: said so by a line, or told by how few there were."""
    last = _instant(line["quiet"]["last"]) if line["quiet"]["last"] else chain.at
    if last is not None and abs((at - last).total_seconds()) > GAP * chain.interval:
        chain.silences.append(Silence(last, at))
    _sparse(chain, last, line["quiet"]["looks"])


def _sparse(chain: _Chain, last: datetime | None, looks: int) -> None:
    """Note a stretch without a change that holds fewer looks than it can have without a silence."""
    if last is None or chain.at is None:
        return
    if (last - chain.at).total_seconds() > GAP * chain.interval * looks:
        chain.silences.append(Silence(chain.at, last))


def _held(chain: _Chain, now: _Now, state: State) -> tuple[State, list[Misfit]]:
    """Hold what is now against what the lines come to; a watch that died between the two left one line more."""
    if now.head == chain.before_last and now.lines == chain.lines - 1 and chain.lines:
        caught_up = replace(
            state,
            looks=chain.look,
            lines=chain.lines,
            head=chain.head,
            quiet=0,
            first=state.first or chain.first,
            last=chain.at,
            written=chain.at,
            failed=chain.failed,
            verdicts=chain.verdicts,
            causes=tuple(chain.causes),
        )
        return caught_up, []
    wrong: list[Misfit] = []
    if (now.head, now.lines) != (chain.head, chain.lines):
        if now.lines == chain.lines:
            wrong.append(Misfit(f"{LOOKS}:{chain.lines}", f"was changed: its digest is another than {NOW} has"))
        else:
            wrong.append(Misfit(NOW, f"says that there are {now.lines} lines, and {chain.lines} are there"))
        return state, wrong
    if now.looks != chain.look + now.quiet:
        wrong.append(Misfit(NOW, f"counts {now.looks} looks, and the lines {chain.look} and {now.quiet} more"))
    if now.last is not None:
        _sparse(chain, now.last, now.quiet)
    if now.verdicts.keys() != chain.verdicts.keys():
        wrong.append(Misfit(NOW, "has verdicts of other checks than the lines have"))
    else:
        wrong += [
            Misfit(each, f"is {now.verdicts[each]['outcome']} in {NOW}, and by the lines {verdict['outcome']}")
            for each, verdict in chain.verdicts.items()
            if _told(verdict) != _told(now.verdicts[each])
        ]
    if {lasting_cause(each) for each in state.causes} != {lasting_cause(each) for each in chain.causes}:
        wrong.append(Misfit(NOW, "has other causes than the lines come to"))
    return state, wrong


def _told(verdict: Mapping[str, Any]) -> tuple[Any, ...]:
    return lasting(verdict)[:3]


def _of_seal(directory: Path, state: State) -> Iterator[Misfit]:
    try:
        sealed = json.loads(read_inside(directory, DAY))
        files = dict(sealed["files"])
        if sealed["form"] != FORM:
            yield Misfit(DAY, f'is not of the form "{FORM}"')
        if (sealed["head"], sealed["looks"]) != (state.head, state.looks):
            yield Misfit(DAY, "seals another day than the one that is there")
    except (RefusedError, ValueError, LookupError, TypeError) as error:
        yield Misfit(DAY, _why(error))
        return
    for name in (ESTATE, LOOKS, NOW):
        try:
            digest = sha256(read(directory / name, MOST_OF_AN_OBSERVATION)).hexdigest()
        except RefusedError as error:
            yield Misfit(name, str(error))
            continue
        if files.get(name) != digest:
            yield Misfit(name, f"is not as {DAY} has it: its SHA-256 is {digest}")


def _instant(text: Any) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found.astimezone(UTC)


def _why(error: Exception) -> str:
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return "is no JSON"
    if isinstance(error, KeyError):
        return f"lacks {error}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
