"""What a look says, for whoever may be called: the same of a look that was just taken, and of a day that is read back."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from asbuilt.alert.told import Judged, Told
from asbuilt.record.kept_causes import KeptCause
from asbuilt.record.recorded import NoRunError
from asbuilt.watch.about import MARKER
from asbuilt.watch.day import Head, State
from asbuilt.watch.day_read import read_day

_CAUSES: TypeAdapter[tuple[KeptCause, ...]] = TypeAdapter(tuple[KeptCause, ...])


def told_of(head: Head, state: State, directory: Path | None, run_url: str = "") -> Told:
    """Give what the last look of a day says. Raises NoRunError for a day without any."""
    if state.last is None:
        raise NoRunError("there was no look yet")
    name = directory.name if directory else f"watch-{state.last:%Y%m%dT%H%M%SZ}"
    return Told(
        run=f"{name}/{state.looks}",
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
    )


def told_by_day(directory: Path, run_url: str = "") -> Told:
    """Give what the last look of a day says, once all of the day is found to hold. Raises NoRunError."""
    found = read_day(directory)
    if not found.holds or found.head is None or found.state is None:
        first = found.misfits[0]
        raise NoRunError(f"{directory} does not hold: {first.where}: {first.fact}; asbuilt verify says more")
    return told_of(found.head, found.state, directory, run_url)
