"""The record of one day of a watch, as it is written: a folder that holds the changes alone, chained, and what is now.

`looks.jsonl` has a line for each look in which something changed, the first with all that there was. Each names the
digest of the line before it, so that one that was changed, or is missing, is seen. `now.json` is as of the last look,
and says how many there were since the last line. `day.json` seals a day that is over; nothing is written behind it.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from asbuilt import __version__, texts
from asbuilt.model import Observation, Request
from asbuilt.record import kept_causes
from asbuilt.record.directory import ESTATE
from asbuilt.record.writing import NotWrittenError, as_json, put, write_bytes, write_json
from asbuilt.watch.looked import Looked, entry, lasting, lasting_cause
from asbuilt.withholding import Secrets

FORM = "asbuilt watch 1"
LOOKS, NOW, DAY = "looks.jsonl", "now.json", "day.json"
MOST_OF_A_LINE = 2**26  # what is read back: a thousand apps in their shortest form take two MiB
GAP = 2  # intervals: looks that are further apart are a silence of the watch itself
_WHOLE = 2**20  # of a line that leaves nothing out
_MOST_REQUESTS = 200
_MOST_APPS = 20
_SHORT = 80


@dataclass(frozen=True, slots=True)
class Head:
    """Whose day it is: the estate by its name and digest, the world, the apps where they are not all, the interval."""

    estate: str
    sha256: str
    world: str
    apps: tuple[str, ...]
    interval: float


@dataclass(frozen=True, slots=True)
class State:
    """Where a day stands: `looks` so far, `lines` of them written, `head` the digest of the last.

    `quiet` counts the looks since then. `verdicts` and `causes` are as of the last look, at `last`.
    """

    looks: int = 0
    lines: int = 0
    head: str = ""
    quiet: int = 0
    first: datetime | None = None
    last: datetime | None = None
    written: datetime | None = None
    failed: str = ""
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    causes: tuple[Mapping[str, Any], ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in a look: the ids of verdicts, and causes that came and went, as `causes.json` has them."""

    verdicts: tuple[str, ...] = ()
    came: tuple[Mapping[str, Any], ...] = ()
    went: tuple[Mapping[str, Any], ...] = ()
    gap: timedelta | None = None
    failed: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self.verdicts or self.came or self.went or self.gap or self.failed)


def change(state: State, looked: Looked, interval: float) -> Change:
    """Say what a look found otherwise than the one before."""
    now = {each.id: entry(each) for each in looked.verdicts}
    found = dict.fromkeys((*now, *state.verdicts))
    before = {lasting_cause(each): each for each in state.causes}
    after = {lasting_cause(each): each for each in plain_causes(looked)}
    apart = looked.at - state.last if state.last else None
    return Change(
        tuple(each for each in found if not _is_same(state.verdicts.get(each), now.get(each))),
        tuple(each for key, each in after.items() if key not in before),
        tuple(each for key, each in before.items() if key not in after),
        apart if apart is not None and abs(apart.total_seconds()) > GAP * interval else None,
        bool(looked.failed) != bool(state.failed),
    )


def plain_causes(looked: Looked) -> tuple[Mapping[str, Any], ...]:
    """Give the causes of a look as `causes.json` has them."""
    return tuple(kept_causes.as_plain(looked.causes)["causes"])


def written_line(state: State, looked: Looked, changed: Change, secrets: Secrets, *, why: str = "") -> bytes:
    """Give the line that a look is written down as, of 1 MiB or as short as its verdicts allow."""
    transcript = looked.observation.transcript
    now = {each.id: each for each in looked.verdicts}
    names = [each for each in changed.verdicts if each in now]
    rests = sorted({index for each in names for index in now[each].requests if index < len(transcript)})
    numbers = {index: number for number, index in enumerate(rests[:_MOST_REQUESTS])}
    line: dict[str, Any] = {
        "before": state.head,
        "look": state.looks + 1,
        "at": instant(looked.at),
        "quiet": {"looks": state.quiet, "last": instant(state.last) if state.last else None},
        "why": why,
        "failed": looked.failed,
        "gap": changed.gap.total_seconds() if changed.gap is not None else None,
        "verdicts": {
            each: {**entry(now[each]), "requests": [numbers[one] for one in now[each].requests if one in numbers]}
            for each in names
        },
        "gone": [each for each in changed.verdicts if each not in now],
        "causes": list(plain_causes(looked)) if changed.came or changed.went or not state.lines else None,
        "facts": _facts(looked.observation, {now[each].subject for each in names}),
        "requests": [_request(transcript[index]) for index in numbers],
    }
    return _bounded(line, secrets)


def _bounded(line: dict[str, Any], secrets: Secrets) -> bytes:
    """Give a line as bytes; of one that is long what is least needed is left out, and that is said.

    The verdicts stay: a line is as long as the estate has checks.
    """
    content = as_json(line, secrets, indent=None).encode()
    if len(content) > _WHOLE:
        line = {**line, "facts": None, "requests": [], "left_out": "facts and requests: too much for one line"}
        content = as_json(line, secrets, indent=None).encode()
    if len(content) > _WHOLE:
        short = {
            name: {**each, "reason": each["reason"][:_SHORT], "facts": [], "observed": None, "requests": []}
            for name, each in line["verdicts"].items()
        }
        line = {**line, "verdicts": short, "left_out": "facts, requests and texts: too much for one line"}
        content = as_json(line, secrets, indent=None).encode()
    return content


def following(state: State, looked: Looked, line: bytes | None) -> State:
    """Give where a day stands after a look, which is written down as a line or found nothing new."""
    moved = replace(
        state,
        looks=state.looks + 1,
        quiet=state.quiet + 1,
        first=state.first or looked.at,
        last=looked.at,
        failed=looked.failed,
        verdicts={each.id: entry(each) for each in looked.verdicts},
        causes=plain_causes(looked),
        kept=looked.kept,
    )
    if line is None:
        return moved
    return replace(moved, lines=state.lines + 1, head=sha256(line).hexdigest(), quiet=0, written=looked.at)


def append(directory: Path, line: bytes) -> None:
    """Put a line behind the others, whole or not at all. Raises NotWrittenError."""
    path = directory / LOOKS
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            size = os.fstat(file).st_size
            try:
                left = memoryview(line + b"\n")
                while left:
                    left = left[os.write(file, left) :]
                os.fsync(file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(file, size)
                raise
        finally:
            os.close(file)
    except OSError as error:
        raise NotWrittenError(path, error) from error


def write_now(directory: Path, head: Head, state: State, secrets: Secrets) -> None:
    """Put what is now in the place of what was before. Raises NotWrittenError."""
    now = {
        "estate": head.estate,
        "estate_sha256": head.sha256,
        "world": head.world,
        "apps": list(head.apps),
        "interval": head.interval,
        "asbuilt": __version__,
        "looks": state.looks,
        "lines": state.lines,
        "head": state.head,
        "quiet": state.quiet,
        "first": instant(state.first) if state.first else None,
        "last": instant(state.last) if state.last else None,
        "written": instant(state.written) if state.written else None,
        "failed": state.failed,
        "verdicts": state.verdicts,
        "causes": list(state.causes),
        "kept": state.kept,
    }
    told = as_json(now, secrets, indent=None)
    digest = sha256(told.encode()).hexdigest()
    put(directory / NOW, f'{{"form": "{FORM}", "sha256": "{digest}", "now": {told}}}\n'.encode())


def begin(directory: Path, source: bytes, secrets: Secrets) -> None:
    """Begin a day's folder, which is there and empty: with the estate as it is watched. Raises NotWrittenError."""
    write_bytes(directory / ESTATE, source, secrets)


def seal(directory: Path, head: Head, state: State, secrets: Secrets) -> None:
    """Say of a day that it is over, with the digest of each of its files. Raises NotWrittenError."""
    try:
        digests = {
            name: sha256((directory / name).read_bytes()).hexdigest()
            for name in (ESTATE, LOOKS, NOW)
            if (directory / name).is_file()
        }
    except OSError as error:
        raise NotWrittenError(directory, error) from error
    sealed = {
        "form": FORM,
        "estate": head.estate,
        "world": head.world,
        "looks": state.looks,
        "lines": state.lines,
        "head": state.head,
        "first": instant(state.first) if state.first else None,
        "last": instant(state.last) if state.last else None,
        "files": digests,
    }
    write_json(directory / DAY, sealed, secrets)


def instant(moment: datetime) -> str:
    """Give an instant as it is written down."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _is_same(before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    if before is None or now is None:
        return before is now
    return lasting(before) == lasting(now)


def _facts(observation: Observation, subjects: set[str]) -> dict[str, Any]:
    """Give what was observed of the apps that verdicts are about, of as many as a line may hold."""
    names = sorted(each for each in observation.apps if each in subjects)[:_MOST_APPS]
    return {name: to_jsonable_python(observation.apps[name]) for name in names}


def _request(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": texts.kept(request.url, texts.LONGEST_WHOLE),
        "status": request.status,
        "date": instant(request.date) if request.date else None,
        "request_id": request.request_id,
        "sha256": request.sha256,
        "error": texts.kept(request.error, texts.LONGEST_WHOLE),
    }
