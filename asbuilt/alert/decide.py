"""What a run changes: which causes are open after it, and what is to be told of them to whom.

It is a function of the state before, the run and the estate's routes; the clock is the run's.
"""

from collections.abc import Iterable

from asbuilt import __version__
from asbuilt.alert.following import followed
from asbuilt.alert.matching import matched
from asbuilt.alert.outbox import with_new
from asbuilt.alert.seen import ids_of, judged_by, seen_by
from asbuilt.alert.state import Known, Open, State, Waiting, packed
from asbuilt.alert.told import Told
from asbuilt.alert.when import absorbed, called, every_target
from asbuilt.estate_alerts import Alerts

_MOST_RUNS = 20
_MOST_KINDS = 50


def undecided(state: State, told: Told) -> str:
    """Say why nothing is decided by a run; nothing where it is."""
    newest = state.newest(told)
    if newest is None:
        return ""
    if told.run in newest.runs:
        return f"{told.run} was told already: nothing is decided anew"
    if told.as_of < newest.as_of:
        return (
            f"{told.run} ended at {told.as_of:%Y-%m-%d %H:%M:%S} UTC, before {newest.runs[-1]}, "
            "which was told already: nothing is decided by what is older"
        )
    return ""


def decided(state: State, told: Told, alerts: Alerts) -> State:
    """Give the state after a run, with what is to be delivered in its outbox; the same where it says nothing new."""
    state = _deliverable(state, told, alerts)
    if undecided(state, told):
        return state
    before, judged = state.newest(told), judged_by(told)
    mine = [each for each in state.open if each.is_of(told)]
    others = tuple(each for each in state.open if not each.is_of(told))
    taken = {each.fingerprint for each in state.open}
    opened: list[Open] = []
    new: list[Waiting] = []
    for found in matched(mine, seen_by(told, state, alerts.quiet), judged, told.as_of, alerts.hold):
        now = followed(found, told, judged, before, taken)
        taken.add(now.fingerprint)
        new += (each for gone in found.absorbed for each in absorbed(gone, now, told, alerts))
        still, events = called(now, told, alerts, before, was_seen=bool(found.seen))
        opened += [still] if still else []
        new += events
    outbox, dropped = with_new(state.outbox, new)
    return State(
        open=(*others, *opened),
        outbox=outbox,
        known=_known(state, told, before),
        dropped=state.dropped + dropped,
    )


def _deliverable(state: State, told: Told, alerts: Alerts) -> State:
    """Give a state without what waits for a target that the estate has no more."""
    every = every_target(alerts)
    left = tuple(each for each in state.outbox if each.event.estate != told.estate or each.target in every)
    return state if left == state.outbox else state.model_copy(update={"outbox": left})


def _known(state: State, told: Told, before: Known | None) -> tuple[Known, ...]:
    """Give the newest runs of each kind with this one; against what an incomplete one judged nothing is held."""
    is_whole = not told.lacks and not told.said
    now = Known(
        estate=told.estate,
        world=told.kind_of_world,
        suites=told.suites,
        said=told.said,
        as_of=told.as_of,
        runs=(*(before.runs if before else ()), told.run)[-_MOST_RUNS:],
        judged=packed(ids_of(told.judged)) if is_whole else before.judged if before else "",
        version=__version__ if is_whole or not before else before.version,
    )
    others: Iterable[Known] = (each for each in state.known if not each.is_of(told))
    return tuple(sorted((*others, now), key=lambda each: each.as_of)[-_MOST_KINDS:])
