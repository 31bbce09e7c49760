"""Check the record of a day of a watch, as `asbuilt verify` tells it: its chain, its files, its looks, its silences."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asbuilt.catalogue import BrokenChecksError
from asbuilt.estate_errors import EstateError
from asbuilt.files import RefusedError, read_inside
from asbuilt.model import ago
from asbuilt.option_values import OptionError
from asbuilt.record.directory import ESTATE
from asbuilt.record.statement import is_real
from asbuilt.record.verify import Asked, Verification
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.verdicts import Outcome
from asbuilt.watch.about import of_source
from asbuilt.watch.day import DAY, GAP, LOOKS, NOW, Head, State, instant
from asbuilt.watch.day_read import AHEAD, ReadDay, Silence, read_day, silent_since


def verify_day(directory: Path, asked: Asked, now: datetime | None = None) -> Verification:
    """Check the record of a day. Raises OptionError where it is to be judged again."""
    if asked.rejudge:
        raise OptionError("--rejudge judges again what a run saved; a day of a watch keeps its changes alone")
    found = read_day(directory.resolve())
    return Verification(
        directory, found.directory.name, tuple(_checks(found, asked, now or datetime.now(UTC))), _signature(found)
    )


def _checks(found: ReadDay, asked: Asked, now: datetime) -> Iterator[Checked]:
    yield _chain(found)
    if found.head is None or found.state is None:
        return
    yield _scope(found, found.head, asked)
    yield _population(found, found.head, found.state)
    yield _looks(found.silences, found.state)
    yield _outcome(found.state)
    yield _age(found, found.head, found.state, asked, now)


def _chain(found: ReadDay) -> Checked:
    """Say whether each line follows the one before, and what is now follows from them."""
    state = found.state
    lines = f"{state.lines} line{'' if state.lines == 1 else 's'}" if state else ""
    end = f"{DAY} seals it" if found.sealed else "the day is not sealed: it goes on, or its watch ended in it"
    return checked("chain", f"{lines}, each names the digest of the one before; {end}", list(found.misfits))


def _scope(found: ReadDay, head: Head, asked: Asked) -> Checked:
    said = f"estate {head.estate}, {', '.join(head.apps) if head.apps else 'all of its apps'}; watched in {head.world}"
    misfits = []
    if asked.estate and head.estate != asked.estate:
        misfits.append(Misfit(NOW, f'is of the estate "{head.estate}", and you asked for "{asked.estate}"'))
    if asked.estate and head.apps:
        misfits.append(Misfit(NOW, f"is not of all of {asked.estate}: {', '.join(head.apps)} only"))
    if (found.directory.name.startswith("watch-")) != is_real(head.world):
        misfits.append(Misfit(NOW, f"is of {head.world}, and the folder's name says otherwise"))
    return checked("scope", said, misfits)


def _population(found: ReadDay, head: Head, state: State) -> Checked:
    """Hold the checks that have a verdict against those that the estate has."""
    try:
        expected = of_source(Path(ESTATE), read_inside(found.directory, ESTATE), head.apps).expected()
    except (RefusedError, EstateError, OptionError, BrokenChecksError):
        told = "cannot be read as an estate by this asbuilt: what is judged cannot be held against it"
        return checked("population", "", [Misfit(ESTATE, told)])
    misfits = [Misfit(each, "has no verdict") for each in expected if each not in state.verdicts]
    misfits += [Misfit(each, "is no check of the estate") for each in state.verdicts if each not in expected]
    return checked("population", f"{len(expected)} checks, each with one verdict", misfits)


def _looks(silences: tuple[Silence, ...], state: State) -> Checked:
    """Say how often was looked, and where that was too seldom: the watch's own silence."""
    first, last = state.first, state.last
    span = f", from {instant(first)} to {instant(last)}" if first and last else ""
    misfits = [
        Misfit(LOOKS, f"nothing is known from {instant(each.begins)} to {instant(each.ends)}: {_length(each.lasts)}")
        for each in silences
    ]
    return checked("looks", f"{state.looks}{span}, none further apart than {GAP} intervals", misfits)


def _outcome(state: State) -> Checked:
    """Say what the last look came to."""
    count = {each: sum(1 for one in state.verdicts.values() if one["outcome"] == each) for each in Outcome}
    told = ", ".join(f"{count[each]} {each}" for each in Outcome if count[each])
    if state.failed:
        return checked("outcome", "", [Misfit(NOW, f"the last look tells nothing: {state.failed}")])
    return Checked("outcome", f"as of the last look: {told or 'nothing was judged'}")


def _age(found: ReadDay, head: Head, state: State, asked: Asked, now: datetime) -> Checked:
    """Say when the last look was; a day that is not over has one within two intervals."""
    if state.last is None:
        return checked("age", "", [Misfit(NOW, "there was no look")])
    told = f"the last look was at {instant(state.last)}"
    if not is_real(head.world):
        said = f"{told} by the sandbox's clock: that proves no age"
        return checked("age", said, [Misfit(NOW, said)] if asked.max_age is not None else [])
    age, misfits = now - state.last, []
    if age < -AHEAD:
        misfits.append(Misfit(NOW, f"{told}, which is still to come"))
    if silence := silent_since(found, now):
        misfits.append(Misfit(NOW, silence))
    if asked.max_age is not None and age > asked.max_age:
        misfits.append(Misfit(NOW, f"{told}, {_length(age)} ago, and {_length(asked.max_age)} is allowed"))
    return checked("age", f"{told}, {_length(max(age, timedelta()))} ago", misfits)


def _length(lasts: timedelta) -> str:
    moment = datetime(2000, 1, 1, tzinfo=UTC)
    return ago(moment, moment + abs(lasts))


def _signature(found: ReadDay) -> str:
    if found.head is not None and not is_real(found.head.world):
        return f"none: what is of {found.head.world} is never signed"
    return f"not checked here; {DAY} has the digest of each file, for whoever signs it"
