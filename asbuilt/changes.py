"""What changed since an earlier run: what is new, what is gone, what still stands and since when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from asbuilt.verdicts import Outcome

_NAMED = 3
_BECAME = {
    Outcome.CONFORMS: "gone",
    Outcome.WAIVED: "waived",
    Outcome.NOT_APPLICABLE: "not applicable any more",
    Outcome.UNKNOWN: "now unknown",
}


class Drift(NamedTuple):
    """What a drift is of, the same in every run: the control, and the subject's id, as the id of the check has it."""

    control: str
    subject: str


@dataclass(frozen=True, slots=True)
class Stands:
    """A drift that still stands, and the first of the runs in an unbroken row in which it stood.

    `or_before` says that earlier runs were not looked at.
    """

    drift: Drift
    since: datetime
    or_before: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a run. `became` is what drifted until then and does no more, by what it is now.

    `whole` says whether this run could tell all that it was to judge.
    """

    run: str
    new: tuple[Drift, ...]
    became: Mapping[Outcome, tuple[Drift, ...]]
    stand: tuple[Stands, ...]
    whole: bool

    @property
    def gone(self) -> tuple[Drift, ...]:
        """What drifted, and was seen to conform now."""
        return self.became.get(Outcome.CONFORMS, ())


def said(found: Changes | None, shown: Callable[[str], str]) -> str:
    """Say it in one line; nothing where there was nothing to compare with. `shown` makes a name fit for its place."""
    if found is None:
        return ""
    nothing = "nothing new" if found.whole else "nothing new in what could be told"
    parts = [_some(found.new, "new", shown) if found.new else nothing]
    parts += [_some(found.became[each], word, shown) for each, word in _BECAME.items() if each in found.became]
    if found.stand:
        oldest = min(found.stand, key=lambda each: (each.since, not each.or_before))
        since = f"since {oldest.since.astimezone(UTC):%Y-%m-%d}{' or before' if oldest.or_before else ''}"
        count = len(found.stand)
        parts.append(f"1 still stands, {since}" if count == 1 else f"{count} still stand, the oldest {since}")
    return f"since {shown(found.run)}: {', '.join(parts)}"


def _some(drifts: Sequence[Drift], word: str, shown: Callable[[str], str]) -> str:
    names = [shown(f"{each.subject} {each.control}") for each in drifts[:_NAMED]]
    more = f" and {len(drifts) - _NAMED} more" if len(drifts) > _NAMED else ""
    return f"{len(drifts)} {word} ({', '.join(names)}{more})"
