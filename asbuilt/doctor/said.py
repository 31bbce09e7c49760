"""What a doctor says: facts, each in its group, well or not, and what to do where it is not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """How a fact is: as it should be, worth to know, or not well."""

    WELL = "well"
    NOTE = "note"
    WRONG = "wrong"


class Group(StrEnum):
    """What a fact is about, in the order in which a person is told."""

    TOKENS = "tokens"
    CONTROLS = "controls"
    NAMES = "names"
    BUDGET = "budget"
    ALERTS = "alerts"
    REACH = "reach"
    VERSIONS = "versions"


@dataclass(frozen=True, slots=True)
class Line:
    """One fact, and what to do where it is not well."""

    group: Group
    status: Status
    fact: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, without any of it. `can_write` is None where nobody says."""

    provider: str
    source: str
    kind: str = ""
    owner: str = ""
    scopes: tuple[str, ...] | None = None
    can_write: bool | None = None
    expires_at: str = ""
    is_valid: bool | None = None


@dataclass(frozen=True, slots=True)
class Knowable:
    """Whether a control can be known, and what has to change where it cannot."""

    control: str
    is_known: bool
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """What of a provider's requests of an hour is left, and what is needed of them; None where nobody says."""

    provider: str
    left: int | None
    limit: int | None
    run: int
    watch: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that a doctor says."""

    world: str
    estate: str
    lines: tuple[Line, ...]
    tokens: tuple[Token, ...] = ()
    controls: tuple[Knowable, ...] = ()
    budgets: tuple[Budget, ...] = ()
    best: str = ""
    helped: tuple[str, ...] = field(default=())

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be done."""
        return not any(each.status is Status.WRONG for each in self.lines)


def best_change(controls: Iterable[Knowable]) -> tuple[str, tuple[str, ...]]:
    """Give the one change that makes most controls known, with these; where none is enough, that which most need.

    Nothing where all are known.
    """
    enough: dict[str, list[str]] = {}
    needed: dict[str, list[str]] = {}
    for each in controls:
        for change in each.changes:
            needed.setdefault(change, []).append(each.control)
        if len(each.changes) == 1:
            enough.setdefault(each.changes[0], []).append(each.control)
    found: Mapping[str, list[str]] = enough or needed
    best = max(found, key=lambda each: len(found[each]), default="")
    return best, tuple(found.get(best, ()))
