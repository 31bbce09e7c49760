"""A run, the state and the targets, put together: decide, keep what is to be told, tell it, and keep that it was told.

The state is kept before the first delivery and after each: who dies between a delivery and that has it told once more.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from asbuilt import texts
from asbuilt.alert.decide import decided, undecided
from asbuilt.alert.event import Event, Message
from asbuilt.alert.keeping import Keeper, Kept, UnreadableError
from asbuilt.alert.not_delivered import NotDeliveredError
from asbuilt.alert.not_kept import NotKeptError, TakenError
from asbuilt.alert.outbox import Batch, batches, without
from asbuilt.alert.state import NoStateError, Open, State, as_bytes, restored, without_future
from asbuilt.alert.told import Told
from asbuilt.alert.words.flood import flood_message
from asbuilt.alert.words.messages import message_of
from asbuilt.estate_alerts import Alerts

Deliver = Callable[[str, Message], None]
_LONG = 5.0  # seconds; a target that fails after so many is not asked again by this run: others wait behind it
_ATTEMPTS = 5  # to decide by a state that another run does not change at the same moment


@dataclass(frozen=True, slots=True)
class Sent:
    """What went to a target, or did not: then `failed` says why."""

    target: str
    events: tuple[Event, ...]
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a run: what was sent, what is open after it, and what else a person has to know.

    `undecided` says why the run decided nothing, `notes` what was odd of the state, `unkept` why it was not kept.
    """

    told: Told
    sent: tuple[Sent, ...] = ()
    open: tuple[Open, ...] = ()
    notes: tuple[str, ...] = ()
    undecided: str = ""
    unkept: str = ""

    @property
    def done(self) -> bool:
        """Whether all that was to be told was, and is kept."""
        return not self.unkept and not any(each.failed for each in self.sent)


@dataclass(slots=True)
class _Keeping:
    """A state that is kept as it changes; where that fails, what is to be told is told all the same.

    But for one that another run has taken: it calls for what it found there, so this one stops.
    """

    kept: Kept
    state: State
    unkept: str = field(default="")
    taken: str = field(default="")

    def keep(self, state: State) -> None:
        self.state = state
        try:
            self.kept.save(as_bytes(state))
        except TakenError as error:
            self.taken = str(error)
            self.unkept = f"{error}; what this run was still to call for is left to the next one"
        except NotKeptError as error:
            self.unkept = f"{error}; what was called now will be called again by the next run"
        else:
            self.unkept = ""


def call(told: Told, alerts: Alerts, keeper: Keeper, deliver: Deliver, now: datetime) -> Called:
    """Call whoever is to be called for a run. Raises NotKeptError where the state cannot be locked or read.

    Raises UnknownFormError for a state that another asbuilt wrote; nothing is overwritten then.
    """
    with keeper.held() as kept:
        before, notes, keeping = _decided(told, alerts, keeper, kept, now)
        notes = (*notes, *_given_up(before, keeping.state))
        sent = tuple(_delivered(keeping, told, deliver))
        return Called(told, sent, _open(keeping.state, told), notes, undecided(before, told), keeping.unkept)


def _decided(
    told: Told, alerts: Alerts, keeper: Keeper, kept: Kept, now: datetime
) -> tuple[State, tuple[str, ...], _Keeping]:
    """Give the state before a run, what was odd of it, and the one after it, kept.

    Where another run was quicker, by what that has left. Raises TakenError where others always are.
    """
    for _ in range(_ATTEMPTS):
        before, notes = _loaded(kept, keeper)
        before = without_future(before, told, now)
        keeping = _Keeping(kept, before)
        keeping.keep(decided(before, told, alerts))
        if not keeping.taken:
            return before, notes, keeping
    raise TakenError(f"{keeping.taken}; this run calls nobody: run it again")


def foreseen(told: Told, alerts: Alerts, keeper: Keeper, now: datetime) -> Called:
    """Give what `call` would send. Nothing is delivered, and the state stays as it is. Raises as `call` does."""
    with keeper.seen() as kept:
        content = kept.load()
        try:
            before = without_future(restored(content) if content else State(), told, now)
        except NoStateError as error:
            raise NotKeptError(f"{keeper} {error}") from error
        state = decided(before, told, alerts)
        sent = tuple(Sent(each.target, each.events) for each in batches(state, told.estate))
        return Called(told, sent, _open(state, told), undecided=undecided(before, told))


def _loaded(kept: Kept, keeper: Keeper) -> tuple[State, tuple[str, ...]]:
    """Give the state; what cannot be read is set aside, and counts as lost: whatever is open is called once more."""
    try:
        content = kept.load()
        if content is None:
            return State(), (f"there is no state at {keeper} yet: each cause that is open is called",)
        return restored(content), ()
    except (UnreadableError, NoStateError) as error:
        why = str(error) if isinstance(error, UnreadableError) else f"{keeper} {error}"
        aside = kept.set_aside(why)
        return State(), (f"{why}; it is kept as {aside}, and each cause that is open is called once more",)


def _delivered(keeping: _Keeping, told: Told, deliver: Deliver) -> Iterator[Sent]:
    hanging: set[str] = set()
    for batch in batches(keeping.state, told.estate):
        if keeping.taken:
            failed = f"{batch.target}: another run has the state by now"
        elif batch.target in hanging:
            failed = f"{batch.target}: not tried once more, since it kept this run waiting for the message before"
        else:
            begun = time.monotonic()
            failed = _failure(batch, deliver)
            if failed and time.monotonic() - begun >= _LONG:
                hanging.add(batch.target)
        if not failed:
            keeping.keep(without(keeping.state, batch))
        yield Sent(batch.target, batch.events, failed)


def _failure(batch: Batch, deliver: Deliver) -> str:
    """Deliver a message, and say why it could not be: whatever is wrong with one target, the others are told."""
    try:
        deliver(batch.target, flood_message(batch.events) if len(batch.events) > 1 else message_of(batch.events[0]))
    except NotDeliveredError as error:
        return texts.line(str(error), texts.LONGEST_WHOLE)
    except Exception as error:  # noqa: BLE001 - of a plugin; its text may hold the target's secret
        return f"{batch.target}: asbuilt itself failed ({type(error).__name__}): report it"
    return ""


def _given_up(before: State, after: State) -> Iterator[str]:
    if count := after.dropped - before.dropped:
        yield f"{count} message{'' if count == 1 else 's'} given up: too many wait for targets that cannot be reached"


def _open(state: State, told: Told) -> tuple[Open, ...]:
    return tuple(sorted((each for each in state.open if each.is_of(told)), key=lambda each: each.severity_now))
