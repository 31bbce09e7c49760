"""What is still to be delivered: to each target the newest of each cause; what was never told is told as a first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from asbuilt.alert.event import Event, Kind
from asbuilt.alert.state import State, Waiting

FLOOD = 10
_MOST = 2_000
_ISSUE = "github-issue:"
_ORDER = {Kind.FIRST: 0, Kind.CHANGED: 0, Kind.RESOLVED: 1, Kind.REMINDER: 2}


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes to a target as one message: one event, or all of a flood."""

    target: str
    waiting: tuple[Waiting, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """Its events."""
        return tuple(each.event for each in self.waiting)


def with_new(waiting: Sequence[Waiting], new: Iterable[Waiting]) -> tuple[tuple[Waiting, ...], int]:
    """Give what waits, the new included, and how many were given up since there are too many.

    A newer event takes the place of one of the same cause that did not reach the same target. What was never told
    first is told first then, though it should be a reminder; what is resolved by now is told as that.
    """
    kept = {(each.target, each.event.fingerprint): each for each in waiting}
    for each in new:
        key = (each.target, each.event.fingerprint)
        kept[key] = _in_place_of(kept.pop(key), each) if key in kept else each
    ordered = sorted(kept.values(), key=lambda each: _ORDER[each.event.kind])
    left = set(map(id, ordered[:_MOST]))
    return tuple(each for each in kept.values() if id(each) in left), max(len(kept) - _MOST, 0)


def _in_place_of(old: Waiting, new: Waiting) -> Waiting:
    event = replace(new.event, replaces=old.event.replaces + 1)
    if old.event.kind is Kind.FIRST and new.event.kind is not Kind.RESOLVED:
        event = replace(event, kind=Kind.FIRST, severity_before="")
    elif old.event.kind is Kind.CHANGED and new.event.kind in {Kind.REMINDER, Kind.CHANGED}:
        event = replace(event, kind=Kind.CHANGED, severity_before=old.event.severity_before)
    return Waiting(target=new.target, event=event)


def batches(state: State, estate: str) -> list[Batch]:
    """Give what is to be delivered for an estate, the worst first; a flood of first calls to one target is one message.

    Issues are no flood: each cause has its own, which is closed with it.
    """
    mine = [each for each in state.outbox if each.event.estate == estate]
    firsts: dict[str, list[Waiting]] = {}
    for each in mine:
        if each.event.kind is Kind.FIRST and not each.target.startswith(_ISSUE):
            firsts.setdefault(each.target, []).append(each)
    floods = [Batch(target, tuple(each)) for target, each in firsts.items() if len(each) > FLOOD]
    told = {id(one) for each in floods for one in each.waiting}
    single = [Batch(each.target, (each,)) for each in mine if id(each) not in told]
    return sorted((*floods, *single), key=lambda each: min(one.cause.severity for one in each.events))


def without(state: State, batch: Batch) -> State:
    """Give a state in which something was delivered."""
    gone = {(each.target, each.event.fingerprint) for each in batch.waiting}
    left = tuple(each for each in state.outbox if (each.target, each.event.fingerprint) not in gone)
    return state.model_copy(update={"outbox": left})
