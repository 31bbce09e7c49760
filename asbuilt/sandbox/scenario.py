"""Load a scenario by its name: a whole world, the faults laid over it, and the instant at which it begins."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asbuilt import files
from asbuilt.home import PROJECT
from asbuilt.sandbox.building import build
from asbuilt.sandbox.reading import Reader, ScenarioError, duration, instant, nearest
from asbuilt.workflows.yaml import reader as yaml_reader
from asbuilt.workflows.yaml.document import Mark, plain

if TYPE_CHECKING:
    from collections.abc import Callable

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


@dataclass(frozen=True, slots=True)
class _Edit:
    """One change of a fault: where, which of set, remove and append, the value, and after how many seconds."""

    at: tuple[Any, ...]
    verb: str
    value: Any
    after: float
    file: str


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
    name: str, *, folder: Path | None = None, declared: Callable[[], dict[Any, Any]] | None = None
) -> Scenario:
    """Load `NAME`, `NAME+FAULT+FAULT` or either with `@INSTANT`, which sets the clock.

    In place of NAME may stand the path of a scenario's file, which ends in `.yaml` or `.yml`, or `declared`: the
    document that the function of that name makes.
    """
    own, rest = _own_file(name)
    body, at, time = (rest if own else name).partition("@")
    base, *faults = body.split("+")
    if base == DECLARED and not own:
        if declared is None:
            raise ScenarioError(f"{DECLARED} is the world of an estate: name one, --estate FILE")
        file, document = Path(f"{DECLARED}.yaml"), declared()
    else:
        file = own or _file("scenarios", base, folder, *([DECLARED] if declared else []))
        document = _document(file, "a mapping that describes a world")
    clock = _clock(document, file)
    if at:
        begins = instant(time, None)
        if begins is None:
            raise ScenarioError(f'"{time}" in "{name}" is not an instant; expected one such as 2026-05-01T00:00:00Z')
        clock = begins
    edits: list[_Edit] = []
    stages = _stages(document, edits, clock, file.name)
    for fault in faults:
        fault_file = _file("faults", fault, folder)
        edits += _edits(fault_file)
        # Built after each fault, so that an error names the file that brought it in.
        stages = _stages(document, edits, clock, fault_file.name)
    return Scenario(name, str(document.get("summary", "")), clock, stages)


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


def _edits(file: Path) -> list[_Edit]:
    """Read a fault file's edits; its answers are edits as well, which append."""
    document = _document(file, "a mapping that describes one change")
    root = Reader(document, file.name, datetime.now(UTC)).only(
        *("summary", "over", "trips", "unknown", "repository", "world", "answers")
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
        edits.append(_Edit(tuple(path), verbs[0], item.value[verbs[0]], after.total_seconds(), file.name))
    edits += [_Edit(("answers",), "append", answer.value, 0, file.name) for answer in root.items("answers")]
    return edits


def _stages(
    document: dict[Any, Any], edits: list[_Edit], clock: datetime, file: str
) -> tuple[tuple[float, World], ...]:
    """Build the world at the start and after each delayed edit, so that a bad one is found before serving."""
    stages = []
    for begins in sorted({0.0, *(edit.after for edit in edits)}):
        world = copy.deepcopy(document)
        world["answers"] = world.get("answers") or []
        for edit in edits:
            if edit.after <= begins:
                _apply(world, edit)
        stages.append((begins, build(Reader(world, file, clock))))
    return tuple(stages)


def _apply(world: dict[Any, Any], edit: _Edit) -> None:
    node: Any = world
    for depth, step in enumerate(edit.at[:-1]):
        node = node[_key(node, step, edit, depth)]
    last = len(edit.at) - 1
    key = _key(node, edit.at[-1], edit, last, new=edit.verb == "set")
    if edit.verb == "set":
        node[key] = copy.deepcopy(edit.value)
    elif edit.verb == "remove":
        del node[key]
    elif isinstance(node[key], list):
        node[key].append(copy.deepcopy(edit.value))
    else:
        raise ScenarioError(f"{edit.file}: {_path(edit.at)} is no list; expected one to append to")


def _key(node: Any, step: Any, edit: _Edit, depth: int, *, new: bool = False) -> Any:
    """Return the key or index that a step names: a mapping picks the list's first item that has those values."""
    if isinstance(node, dict):
        if step in node or new:
            return step
        allowed = [str(key) for key in node]
    elif isinstance(node, list):
        if isinstance(step, dict):
            step = next((i for i, item in enumerate(node) if step.items() <= item.items()), None)
        if isinstance(step, int) and -len(node) <= step < len(node):
            return step
        allowed = [f"an index below {len(node)}", "a mapping of values that one item has"]
    else:
        allowed = ["nothing, as this is no mapping and no list"]
    place = _path(edit.at[: depth + 1])
    hint = nearest(str(edit.at[depth]), allowed)
    raise ScenarioError(f"{edit.file}: {place} is not there; {hint}allowed: {', '.join(allowed) or 'nothing'}")


def _path(at: tuple[Any, ...]) -> str:
    return ".".join(map(str, at))
