"""What the watch prints: a line when it begins, and then of what changes alone; as lines, or as JSON for programs."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from asbuilt import texts
from asbuilt.model import ago
from asbuilt.verdicts import Outcome
from asbuilt.watch.day import Change, instant
from asbuilt.watch.looked import Looked

QUIET, VERBOSE = -1, 1


class Telling:
    """Prints by `write`, a line at a time: `loud` is -1 for findings alone, 1 for every look.

    Of a watch that looks `once` it says in any case what the look came to, and where that stands.
    """

    def __init__(
        self, write: Callable[[str], None], *, loud: int = 0, as_json: bool = False, once: bool = False
    ) -> None:
        self._write = write
        self._loud = loud
        self._as_json = as_json
        self._once = once

    def begins(self, told: Mapping[str, Any], lines: tuple[str, ...]) -> None:
        """Say what is watched, how often, and what that takes."""
        if self._as_json:
            self._write(texts.as_json({"begins": told}, None))
        elif self._loud > QUIET:
            for each in lines:
                self._line(each)

    def say(self, text: str) -> None:
        """Say what is no finding: what was delivered, what could not be written."""
        if self._as_json:
            self._write(texts.as_json({"said": text}, None))
        else:
            self._line(text)

    def look(self, looked: Looked, changed: Change, number: int) -> None:
        """Tell what a look found otherwise than the one before."""
        if self._as_json:
            if changed or self._loud >= VERBOSE:
                self._write(texts.as_json(_plain(looked, changed, number), None))
            return
        stamp = f"{looked.at:%Y-%m-%d %H:%M:%S}Z"
        for each in self._lines(looked, changed, number):
            self._line(f"{stamp} {each}")

    def ends(self, evidence: str) -> None:
        """Say where what was seen stands, of a watch that looked once."""
        if self._once and not self._as_json and self._loud > QUIET:
            self._line(f"evidence: {evidence}")

    def _lines(self, looked: Looked, changed: Change, number: int) -> Iterator[str]:
        if looked.failed and changed.failed:
            yield f"unknown: {looked.failed}"
        if changed.gap is not None:
            passed = ago(looked.at - abs(changed.gap), looked.at)
            yield f"the last look was {passed} before this one: nothing is known of the time between"
        for each in changed.came:
            yield _told(each)
        if self._loud == QUIET:
            return
        for each in changed.went:
            yield f"gone: {_named(each)} {each['headline']}"
        if self._loud >= VERBOSE:
            now = {each.id: each for each in looked.verdicts}
            for name in changed.verdicts:
                if name in now:
                    yield f"{now[name].subject} {now[name].control} {now[name].outcome}"
        if self._loud >= VERBOSE or self._once:
            yield f"look {number}: {_tally(looked)}, {len(looked.observation.transcript)} requests"

    def _line(self, text: str) -> None:
        self._write(texts.line(text, texts.LONGEST_WHOLE))


def summary(looked: Looked, estate: str) -> str:
    """Say in a few lines what a look came to, for a monitor elsewhere."""
    lines = [f"{estate} at {instant(looked.at)}: {_tally(looked)}", *map(_told, map(_plain_cause, looked.causes))]
    return texts.lines("\n".join(lines[:20]))


def _tally(looked: Looked) -> str:
    count = Counter(each.outcome for each in looked.verdicts)
    return ", ".join(f"{count[each]} {each}" for each in Outcome if count[each]) or "nothing was judged"


def _plain_cause(cause: Any) -> dict[str, Any]:
    names = ("outcome", "severity", "subject", "control", "headline", "tolerated")
    return {name: getattr(cause, name) for name in names}


def _told(cause: Mapping[str, Any]) -> str:
    word = "" if cause["outcome"] == Outcome.DRIFTED else "unknown: "
    tolerated = f" ({cause['tolerated']})" if cause["tolerated"] else ""
    return f"{_named(cause)} {word}{cause['headline']}{tolerated}"


def _named(cause: Mapping[str, Any]) -> str:
    return f"{cause['subject']} {cause['control']} {cause['severity']}"


def _plain(looked: Looked, changed: Change, number: int) -> dict[str, Any]:
    now = {each.id: each for each in looked.verdicts}
    return {
        "at": instant(looked.at),
        "look": number,
        "failed": looked.failed,
        "silent_seconds": changed.gap.total_seconds() if changed.gap is not None else None,
        "came": list(changed.came),
        "went": list(changed.went),
        "verdicts": {each: now[each].outcome.value if each in now else None for each in changed.verdicts},
    }
