"""What is remembered between runs: which causes are open, who was told of them, and what is still to be delivered.

It is one JSON file, or what stands for one. Who loses it hears of each open cause once more, and of nothing less.
"""

import base64
import json
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from asbuilt.alert.event import Event
from asbuilt.alert.told import LIVE, Told
from asbuilt.nearest import quoted
from asbuilt.record.kept_causes import KeptCause

FORM = "asbuilt alert state 1"
_BEGINS = "asbuilt alert state "
_AHEAD = timedelta(minutes=5)  # clocks differ by so much
_MOST_IDS = 2**26  # bytes of ids that a state may unfold to


class UnknownFormError(ValueError):
    """A state that another asbuilt wrote, of a form that this one does not know: it is not to be overwritten."""


class NoStateError(ValueError):
    """A content that is no state: it was cut or changed, or is something else. The text goes behind its name."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Standing(_Kept):
    """One check of an open cause.

    `seen` is when a run last found it drifted or unknown, `clean` when one found that it is neither, and `why` how so;
    of the two the later counts. `severity` is that of the cause that it was last seen in. `runs` counts those in a row
    that could not tell.
    """

    control: str
    subject: str
    severity: str
    seen: AwareDatetime
    clean: AwareDatetime | None = None
    why: str = ""
    runs: int = 1

    @property
    def stands(self) -> bool:
        """Whether nothing was seen of its end."""
        return self.clean is None


class Open(_Kept):
    """A cause that is open: seen, and not seen to have ended for as long as it is held.

    `world` is the kind of its world. `members` are its checks by their ids; `cause` is as it was last seen at its
    widest, without them. `called` is when somebody was first called for it, `severity` what was told last, `targets`
    whom; `better` is since when it is less severe than was told. `quiet` says that nobody is to be called as it stands.
    """

    fingerprint: str
    estate: str
    world: str
    cause: KeptCause
    members: dict[str, Standing]
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    run: str
    quiet: bool = False
    called: AwareDatetime | None = None
    severity: str = ""
    better: AwareDatetime | None = None
    reminded: int = 0
    targets: tuple[str, ...] = ()
    last_known: AwareDatetime | None = None

    @property
    def kind(self) -> str:
        """What it came to: drifted, unknown, incomplete, less."""
        return self.cause.outcome

    @property
    def standing(self) -> dict[str, Standing]:
        """Its checks of which no end was seen."""
        return {each: one for each, one in self.members.items() if one.stands}

    @property
    def severity_now(self) -> str:
        """The worst of what stands; without any, as it was last seen."""
        return min((each.severity for each in self.standing.values()), default=self.cause.severity)

    def is_of(self, told: Told) -> bool:
        """Tell whether a run is of its estate and of its kind of world."""
        return (self.estate, self.world) == (told.estate, told.kind_of_world)


class Waiting(_Kept):
    """An event that is to reach a target."""

    target: str
    event: Event


class Known(_Kept):
    """The newest run of one kind: of an estate, a kind of world, its suites and the part that it judged.

    `runs` are the names of the last ones, `judged` the ids of what the newest complete one judged, packed, and
    `version` that of the asbuilt which noted them.
    """

    estate: str
    world: str
    suites: tuple[str, ...]
    said: str
    as_of: AwareDatetime
    runs: tuple[str, ...]
    judged: str = ""
    version: str = ""

    def is_of(self, told: Told) -> bool:
        """Tell whether a run is of the same kind."""
        return (self.estate, self.world, self.suites, self.said) == (
            told.estate,
            told.kind_of_world,
            told.suites,
            told.said,
        )


class State(_Kept):
    """All that is remembered; `dropped` counts the events that were given up, since too many waited."""

    form: Literal["asbuilt alert state 1"] = "asbuilt alert state 1"
    open: tuple[Open, ...] = ()
    outbox: tuple[Waiting, ...] = ()
    known: tuple[Known, ...] = ()
    dropped: int = 0

    def newest(self, told: Told) -> Known | None:
        """Give the newest run of the kind of another one; None where there was none."""
        return next((each for each in self.known if each.is_of(told)), None)


def restored(content: bytes) -> State:
    """Give back a state. Raises UnknownFormError for one of another form, NoStateError for what is none."""
    try:
        form = json.loads(content).get("form")
    except (ValueError, AttributeError, RecursionError) as error:
        raise NoStateError("is no state that asbuilt wrote: it was cut, or is something else") from error
    if form != FORM and isinstance(form, str) and form.startswith(_BEGINS):
        raise UnknownFormError(f'is of the form {quoted(form)}, and this asbuilt knows "{FORM}"')
    try:
        return State.model_validate_json(content)
    except ValueError as error:
        raise NoStateError("is no state that asbuilt wrote: it was changed") from error


def as_bytes(state: State) -> bytes:
    """Give a state as it is kept."""
    return state.model_dump_json(indent=1, exclude_defaults=False).encode() + b"\n"


def packed(ids: Iterable[str]) -> str:
    """Give ids as a short text: there are thousands, and most of each is in the one before."""
    return base64.b85encode(zlib.compress("\n".join(sorted(ids)).encode("utf-8", "surrogatepass"), 9)).decode()


def unpacked(text: str) -> frozenset[str]:
    """Give back ids; none where the text is none that `packed` gave."""
    unfolding = zlib.decompressobj()
    try:
        found = unfolding.decompress(base64.b85decode(text), _MOST_IDS).decode("utf-8", "surrogatepass")
    except (ValueError, zlib.error):
        return frozenset()
    return frozenset(found.split("\n")) - {""}


def without_future(state: State, told: Told, now: datetime) -> State:
    """Give a state as it is where a clock ran ahead once and is right again.

    What was noted of a time that is still to come would let each run until then count for nothing. A sandbox has a
    time of its own, and a machine whose clock is behind the providers' says nothing of theirs.
    """
    latest = max(now, told.as_of) + _AHEAD
    if told.kind_of_world != LIVE or told.as_of > now + _AHEAD:
        return state
    known = tuple(each for each in state.known if each.world != LIVE or each.as_of <= latest)
    opened = tuple(_not_after(each, latest, told.as_of) if each.world == LIVE else each for each in state.open)
    if known == state.known and opened == state.open:
        return state
    return state.model_copy(update={"known": known, "open": opened})


def _not_after(opened: Open, latest: datetime, instant: datetime) -> Open:
    """Give a cause whose instants are none of those to come."""

    def sane(found: datetime | None) -> datetime | None:
        return instant if found is not None and found > latest else found

    members = {
        each: one.model_copy(update={"seen": sane(one.seen), "clean": sane(one.clean)})
        for each, one in opened.members.items()
    }
    instants: dict[str, Any] = {
        name: sane(getattr(opened, name)) for name in ("first_seen", "last_seen", "called", "better", "last_known")
    }
    return opened.model_copy(update={"members": members, **instants})


@cache
def events() -> TypeAdapter[Event]:
    """Give what turns an event into JSON and back."""
    return TypeAdapter(Event)
