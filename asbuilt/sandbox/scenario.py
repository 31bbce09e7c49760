"""Load a scenario by its name: a whole world, the faults laid over it, and the instant at which it begins."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asbuilt import files
from asbuilt.home import PROJECT
from asbuilt.sandbox.building import build
from asbuilt.sandbox.edits import Edit, Fault, apply
from asbuilt.sandbox.reading import Reader, ScenarioError, duration, instant, nearest
from asbuilt.sandbox.roles import Roles
from asbuilt.workflows.yaml import reader as yaml_reader
from asbuilt.workflows.yaml.document import Mark, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asbuilt.estate import Estate
    from asbuilt.sandbox.world import World

DECLARED = "declared"
FIXTURES = PROJECT / "fixtures"
_OWN_FILE = re.compile(r"(.+?\.ya?ml)((?:[+@].*)?)", re.DOTALL)

__all__ = ["DECLARED", "FIXTURES", "Scenario", "ScenarioError", "load", "names"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named world as a function of the time that the sandbox has run."""

    name: str
    summary: str
    clock: datetime
    stages: tuple[tuple[float, World], ...]

    def world(self, elapsed: float) -> World:
        """Return the world that stands when the sandbox has run for so many seconds."""
        return next(world for begins, world in reversed(self.stages) if begins <= elapsed)


def names(kind: str = "scenarios", folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of all scenarios, or of all `faults` that change a world; others change workflow files."""
    found = ((folder or FIXTURES) / kind).glob("*.yaml")
    return tuple(sorted(path.stem for path in found if kind != "faults" or not _is_of_files(path)))


def _is_of_files(fault: Path) -> bool:
    keys = {line.partition(":")[0] for line in _content(fault).decode("utf-8", "replace").splitlines()}
    return "repository" in keys and keys.isdisjoint({"world", "answers"})


def is_declared(name: str) -> bool:
    """Say whether a name is of the world that is made from an estate, with whatever is laid over it."""
    return re.split(r"[+@]", name, maxsplit=1)[0] == DECLARED


def load(
    name: str,
    *,
    folder: Path | None = None,
    made: Mapping[str, Callable[[], dict[str, Any]]] | None = None,
    estate: Estate | None = None,
) -> Scenario:
    """Load `NAME`, `NAME+FAULT+FAULT@SUBJECT` or either with `@INSTANT` at its end, which sets the clock.

    In place of NAME may stand the path of a scenario's file, which ends in `.yaml` or `.yml`, or a name of those that
    are `made`, such as `declared`: its function gives the document. A fault is laid over the subjects of its world, or
    over the one that is named; the `estate` says what is declared of them.
    """
    own, rest = _own_file(name)
    body, at, time = _timed(rest if own else name)
    base, *faults = body.split("+")
    if made and base in made and not own:
        file, document = Path(f"{base}.yaml"), made[base]()
    elif base == DECLARED and not own:
        raise ScenarioError(f"{DECLARED} is the world of an estate: name one, --estate FILE")
    else:
        file = own or _file("scenarios", base, folder, *(made or ()))
        document = _document(file, "a mapping that describes a world")
    clock = _clock(document, file)
    if at:
        begins = instant(time, None)
        if begins is None:
            raise ScenarioError(f'"{time}" in "{name}" is not an instant; expected one such as 2026-05-01T00:00:00Z')
        clock = begins
    edits: list[Edit] = []
    stages = _stages(document, edits, clock, file.name)
    for each in faults:
        fault, _, subject = each.partition("@")
        fault_file = _file("faults", fault, folder)
        found, over = _fault(fault_file)
        changed = _changed(document, edits)
        is_shipped = own is None and base in names("scenarios", folder)
        befallen = subject if "@" in each else None
        edits += _fitted(found, over, folder, Roles(changed, estate), befallen, is_shipped=is_shipped)
        # Built after each fault, so that an error names the file that brought it in.
        stages = _stages(document, edits, clock, fault_file.name)
    return Scenario(name, str(document.get("summary", "")), clock, stages)


def _timed(name: str) -> tuple[str, str, str]:
    """Part a name from the instant at its end; what follows another `@` is the subject of a fault."""
    body, at, time = name.rpartition("@")
    if not at:
        return name, "", ""
    if instant(time, None) is None and "+" in body.partition("@")[0]:
        return name, "", ""
    while instant(time, None) is None and "@" in body:  # an instant has no @, and what stands before it may
        body, _, more = body.rpartition("@")
        time = f"{more}@{time}"
    return body, at, time


def _own_file(name: str) -> tuple[Path | None, str]:
    """Give the file that a name begins with, and what follows it; None where it begins with no path of one."""
    match = _OWN_FILE.fullmatch(name)
    return (Path(match[1]), match[2]) if match else (None, name)


def _file(kind: str, name: str, folder: Path | None, *more: str) -> Path:
    """Give the file of a scenario or a fault; `more` are names without a file, which could have been meant."""
    allowed = (*names(kind, folder), *more)
    if name not in allowed:
        noun = kind.removesuffix("s")
        listed = ", ".join(allowed) or f"none, as there is no {kind}/*.yaml in {(folder or FIXTURES).name}/"
        raise ScenarioError(f'"{name}" is not a {noun}; {nearest(name, allowed)}allowed: {listed}')
    return (folder or FIXTURES) / kind / f"{name}.yaml"


def _document(file: Path, expected: str) -> dict[Any, Any]:
    read = yaml_reader.read(_content(file), file.name)
    for wrong in (*read.problems, read.unread):
        if wrong is not None:
            what = "not YAML: " if read.root is None and read.unread is None else ""
            line, column = wrong.mark or Mark(1, 1)
            raise ScenarioError(f"{file.name}: {what}{wrong.fact} (line {line}, column {column})")
    document = plain(read.root)
    if not isinstance(document, dict):
        raise ScenarioError(f"{file.name}: not valid; expected {expected}")
    return document


def _content(file: Path) -> bytes:
    try:
        return files.read(file)
    except files.RefusedError as error:
        raise ScenarioError(f"{file.name} {error}") from error


def _clock(document: dict[Any, Any], file: Path) -> datetime:
    value = document.get("clock")
    begins = datetime.now(UTC).replace(microsecond=0) if value == "now" else instant(value, None)
    if begins is None:
        raise ScenarioError(f"{file.name}: clock: {value!r} is not valid; expected an instant, or now")
    return begins


def _changed(document: dict[Any, Any], edits: list[Edit]) -> dict[str, Any]:
    """Give a document with what has been laid over it so far, from the beginning."""
    changed = copy.deepcopy(document)
    changed["answers"] = changed.get("answers") or []
    for edit in edits:
        if not edit.after:
            apply(changed, edit)
    return changed


def _fitted(
    fault: Fault, over: str, folder: Path | None, world: Roles, subject: str | None, *, is_shipped: bool
) -> tuple[Edit, ...]:
    """Give a fault's changes in the words of a world; as they are where nobody knows the world it is written for."""
    from asbuilt.sandbox.fitting import fitted  # noqa: PLC0415 - most worlds have no fault over them

    if over not in names("scenarios", folder):
        if subject is not None:
            raise ScenarioError(
                f'"{fault.name}" is written over no scenario that is there: nothing can stand for its subjects'
            )
        return fault.edits
    file = _file("scenarios", over, folder)
    written = Roles(_document(file, "a mapping that describes a world"), _example() if folder is None else None)
    return fitted(fault, written, world, subject, is_shipped=is_shipped)


@cache
def _example() -> Estate:
    """Give the estate of the example, which says what of the faults' own world is whose."""
    from asbuilt.estate import load as load_estate  # noqa: PLC0415 - as above

    return load_estate(PROJECT / "estate.yaml")


def _fault(file: Path) -> tuple[Fault, str]:
    """Read a fault's file, and the scenario that it is written for; its answers are edits as well, which append."""
    document = _document(file, "a mapping that describes one change")
    root = Reader(document, file.name, datetime.now(UTC)).only(
        *("summary", "over", "trips", "unknown", "repository", "estate", "world", "answers")
    )
    edits = []
    for item in root.items("world"):
        item.only("at", "set", "remove", "append", "after")
        verbs = [verb for verb in ("set", "remove", "append") if verb in item.value]
        if len(verbs) != 1:
            raise item.error(f"{' and '.join(verbs) or 'nothing'} to do; expected exactly one of set, remove, append")
        if "remove" in item.value and item.value["remove"] is not True:
            raise item.error(f"{item.value['remove']!r} is not valid; expected true", "remove")
        path = item.value.get("at")
        if not isinstance(path, list) or not path:
            raise item.error(f"{path!r} is not valid; expected a list of the keys that lead to the place", "at")
        after = duration(item.value.get("after", 0))
        if after is None:
            raise item.error(f"{item.value['after']!r} is not valid; expected a length of time such as 3s", "after")
        edits.append(Edit(tuple(path), verbs[0], item.value[verbs[0]], after.total_seconds(), file.name))
    edits += [Edit(("answers",), "append", answer.value, 0, file.name) for answer in root.items("answers")]
    trips = document.get("trips")
    named = {str(key): list(each) for key, each in trips.items()} if isinstance(trips, dict) else {}
    return Fault(file.stem, tuple(edits), named), str(document.get("over", ""))


def _stages(document: dict[Any, Any], edits: list[Edit], clock: datetime, file: str) -> tuple[tuple[float, World], ...]:
    """Build the world at the start and after each delayed edit, so that a bad one is found before serving."""
    stages = []
    for begins in sorted({0.0, *(edit.after for edit in edits)}):
        world = copy.deepcopy(document)
        world["answers"] = world.get("answers") or []
        for edit in edits:
            if edit.after <= begins:
                apply(world, edit)
        stages.append((begins, build(Reader(world, file, clock))))
    return tuple(stages)
