"""What a control held against each other, as JSON has it: of the declared and of the observed that alone, and bounded.

It is the evidence of one verdict. The observation has all that was seen, the estate all that is declared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from asbuilt import model, texts
from asbuilt.controls import Control
from asbuilt.made_by import Made
from asbuilt.subjects import Subject
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.yaml.finding import Finding

MOST = 2000  # characters of one side
_MOST_ITEMS = 2  # of a list of things that are alike; of others one more
_MOST_WORDS = 10  # of a list of texts or numbers, and of a mapping
_DEEPEST = 6
_BESIDE = frozenset({"requests"})  # where a fact stands in the transcript: the verdict has that of all of them
# What a check may ask for that was not observed: what is declared, the clock, the run, and what is made of these.
_DECLARED = frozenset(
    {
        "app",
        "repository",
        "process",
        "probe",
        "deploy",
        "environment",
        "declared_environment",
        "workflow",
        "scheduled_workflow",
        "estate",
    }
)
_NEITHER = frozenset(
    {
        "run",
        "see",
        "subject",
        "request",
        "now",
        "grace",
        "settling",
        "cut",
        "checkout",
        "all_read",
        "watched",
        "has_time",
    }
)
# What of a thing tells it apart and is ever compared; of all others, whatever they have.
_TELLING: Mapping[type, tuple[str, ...]] = {
    model.Release: ("version", "description", "status", "current", "code", "created_at"),
    model.Dyno: ("name", "state", "release", "updated_at"),
    model.WorkflowRun: ("number", "event", "conclusion", "created_at"),
    model.ProbeResponse: ("url", "status", "location", "from_router", "certificate"),
    Made: ("run", "job"),
    DeployPath: ("file", "line", "job", "trigger", "refs", "gates", "environment", "mechanism", "verified_by"),
    Finding: ("path", "mark", "fact"),
    WorkflowFile: ("path",),
}


def sides(control: Control, subject: Subject | None, given: Mapping[str, Any]) -> tuple[Any, Any]:
    """Give what is declared, the name of the subject first, and what was observed, by what the check was given.

    A check that did not come to its facts has none on the side of the observed; its verdict says why.
    """
    declared = _name(subject)
    for name, value in _chosen(control.declared, {**_roots(subject), **given}, subject).items():
        declared[f"declared {name}" if name in declared else name] = value
    return _bounded(declared), _bounded(_chosen(observed_by(control), given, subject))


def observed_by(control: Control) -> tuple[str, ...]:
    """Name what of the facts a control compares: what it says itself, else all that its check asks for."""
    return control.observed or tuple(each for each in control.asks if each not in _DECLARED | _NEITHER)


def _name(subject: Subject | None) -> dict[str, Any]:
    """Name the thing that is judged, as the estate does."""
    if subject is None:
        return {}
    of = {"app": subject.app.name} if subject.app else {"repository": subject.name}
    own = subject.id.removeprefix(f"{subject.name} ")
    return of if own == subject.name else {**of, subject.kind: own}


def _roots(subject: Subject | None) -> dict[str, Any]:
    if subject is None:
        return {}
    return {subject.kind: subject.part, "app": subject.app, "repository": subject.repository}


def _chosen(names: Iterable[str], given: Mapping[str, Any], subject: Subject | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in names:
        root, *attributes = each.split(".")
        if root in given:
            value = given[root]
            for attribute in attributes:
                value = None if value is None else getattr(value, attribute)
            found[attributes[-1] if attributes else root.removesuffix("_if_asked")] = _of_subject(value, subject)
    return found


def _of_subject(value: Any, subject: Subject | None) -> Any:
    """Give of what is kept by name the entry of the subject; the names that there are, where it has none."""
    if subject is None or subject.kind not in _PARTS:
        return value
    own = _PARTS[subject.kind](subject.part)
    if isinstance(value, dict):
        return {own: value[own]} if own in value else list(value)
    if subject.kind == "process" and isinstance(value, tuple):
        return [each for each in value if getattr(each, "type", own) == own]
    return value


_PARTS: Mapping[str, Any] = {
    "environment": lambda name: str(name).lower(),
    "process": lambda name: name,
    "workflow": lambda workflow: workflow.path,
    "scheduled_workflow": lambda workflow: workflow.path,
}


class _Room:
    """How many characters of a side are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str) -> str:
        """Give of a text what there is room for."""
        most = max(1, min(texts.LONGEST, self.left))
        short = text if len(text) <= most else f"{text[: most - 1]}…"
        self.left -= len(short) + 4
        return short


def _bounded(value: Any) -> Any:
    return _plain(value, _Room(MOST), _DEEPEST)


def _plain(value: Any, room: _Room, deeper: int) -> Any:
    """Turn a value into what JSON can hold, as far as there is room."""
    if value is None or isinstance(value, bool | int | float):
        room.left -= 6
        return value
    opened = _opened(value)
    match opened:
        case str():
            return room.take(opened)
        case _ if not deeper:
            return room.take(f"({len(opened)} more)")
        case dict():
            return _mapping(opened, room, deeper)
        case _:
            return _sequence(opened, room, deeper)


def _opened(value: Any) -> str | dict[Any, Any] | list[Any] | tuple[Any, ...]:
    """Give a value as a text, a mapping or a list; of a thing, what tells it apart and is not empty."""
    match value:
        case str() | dict() | list():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case set() | frozenset():
            return sorted(value, key=str)
        case BaseModel():
            return value.model_dump(mode="json", exclude_defaults=True)
        case tuple():
            return value
        case _ if is_dataclass(value):
            return _told(value)
        case _:
            return str(value)


_EMPTY: tuple[Any, ...] = ("", (), {}, [])


def _mapping(value: Mapping[Any, Any], room: _Room, deeper: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, each in value.items():
        if room.left <= 0 or len(found) >= _MOST_WORDS:
            found["…"] = f"and {len(value) - len(found)} more"
            break
        name = room.take(str(key))
        found[name] = _plain(each, room, deeper - 1)
    return found


def _sequence(value: list[Any] | tuple[Any, ...], room: _Room, deeper: int) -> list[Any]:
    kinds = {type(each) for each in value[:_MOST_WORDS]}
    most = _MOST_WORDS if kinds <= {str, int} else _MOST_ITEMS + (len(kinds) > 1)
    found: list[Any] = []
    for each in value[:most]:
        if room.left <= 0:
            break
        found.append(_plain(each, room, deeper - 1))
    more = [f"and {len(value) - len(found)} more"] if len(value) > len(found) else []
    return [*found, *more]


def _told(thing: Any) -> dict[str, Any]:
    """Give of a thing what tells it apart, where it is not empty; of others all that they have."""
    names = _TELLING.get(type(thing))
    empty = _EMPTY if names else (*_EMPTY, None)
    held = (
        (name, getattr(thing, name))
        for name in names or [each.name for each in fields(thing) if each.name not in _BESIDE]
    )
    return {name: value for name, value in held if value not in empty}
