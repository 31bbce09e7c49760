"""What a look says, for whoever may be called: alike of one that was just taken, and of a day that is read back."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from asbuilt import estate as estates
from asbuilt.alert.declared import declared
from asbuilt.alert.reading import Read
from asbuilt.alert.told import Judged, Told
from asbuilt.files import read_inside
from asbuilt.record.directory import ESTATE
from asbuilt.record.kept_causes import KeptCause
from asbuilt.record.recorded import NoRunError
from asbuilt.watch.about import MARKER
from asbuilt.watch.day import Head, State
from asbuilt.watch.day_read import read_day, silent_since

_CAUSES: TypeAdapter[tuple[KeptCause, ...]] = TypeAdapter(tuple[KeptCause, ...])


def told_of(
    head: Head, state: State, directory: Path | None, run_url: str = "", known: frozenset[str] | None = None
) -> Told:
    """Give what the last look of a day says. Raises NoRunError for a day without any."""
    if state.last is None:
        raise NoRunError("there was no look yet")
    name = directory.name if directory else f"watch-{state.last:%Y%m%dT%H%M%SZ}"
    return Told(
        # A look that could not be written down has the number of the next one, and is another all the same.
        run=f"{name}/{state.looks}-{state.last:%H%M%S}Z",
        estate=head.estate,
        world=head.world,
        as_of=state.last,
        suites=(MARKER,),
        causes=_CAUSES.validate_json(json.dumps(state.causes)),
        judged={
            identity: Judged(str(each["control"]), str(each["outcome"]), str(each["reason"]))
            for identity, each in state.verdicts.items()
        },
        said=f"{', '.join(head.apps)} only" if head.apps else "",
        lacks=(state.failed,) if state.failed else (),
        evidence=str(directory) if directory else "",
        run_url=run_url,
        declared=known,
    )


def read_by_day(directory: Path, now: datetime) -> Read:
    """Verify a day and read what its last look says. Raises NoRunError where it says nothing at all.

    A day that does not hold, or whose watch is silent, says so, and nothing else of it counts.
    """
    found = read_day(directory)
    if found.head is None or found.state is None:
        first = found.misfits[0]
        raise NoRunError(f"{directory} does not hold: {first.where}: {first.fact}; asbuilt verify says more")
    if found.misfits:
        first = found.misfits[0]
        why = f"its record does not hold: {first.where} {first.fact}"
        return Read(replace(told_of(found.head, found.state, directory), causes=(), judged={}, lacks=(why,)), None)
    estate = estates.load(directory / ESTATE, source=read_inside(directory, ESTATE))
    told = told_of(found.head, found.state, directory, known=declared(estate))
    if silence := silent_since(found, now):
        told = replace(told, lacks=(*told.lacks, silence), as_of=now)
    return Read(told, estate)
