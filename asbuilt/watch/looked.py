"""One look of the watch: what was seen, what that came to, and what of it stays the same from look to look."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asbuilt import texts
from asbuilt.model import Observation
from asbuilt.record.kept_causes import KeptCause
from asbuilt.verdicts import Outcome, Verdict

_MOST_FACTS = 5
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Looked:
    """A look: `at` is when, by the providers' clock. `failed` says why it tells nothing, and is empty where it does.

    `kept` is what the next look has to know of this one and of those before, as JSON has it.
    """

    at: datetime
    observation: Observation
    verdicts: tuple[Verdict, ...]
    causes: tuple[KeptCause, ...]
    kept: Mapping[str, Any]
    failed: str = ""

    @property
    def tells_nothing(self) -> bool:
        """Whether it came to its end without anything known: a network that is lost, a judge that died."""
        told = {each.outcome for each in self.verdicts} - {Outcome.NOT_APPLICABLE}
        return bool(self.failed) or told <= {Outcome.UNKNOWN}


def entry(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as a day keeps it: what it came to, and the facts behind that."""
    return {
        "control": verdict.control,
        "severity": verdict.severity,
        "subject": verdict.subject,
        "outcome": verdict.outcome.value,
        "reason": texts.kept(verdict.reason, texts.LONGEST_WHOLE),
        "facts": [texts.kept(each.fact, texts.LONGEST_WHOLE) for each in verdict.findings[:_MOST_FACTS]],
        "tolerated": verdict.tolerated,
        "observed": verdict.observed,
    }


def lasting(verdict: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give what of a verdict does not change by time alone: how long a thing has been so is no change of it."""
    reason = _NUMBERS.sub("#", str(verdict["reason"])) if verdict["outcome"] != Outcome.CONFORMS else ""
    return verdict["outcome"], verdict["severity"], bool(verdict["tolerated"]), reason, verdict["observed"]


def lasting_cause(cause: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give what tells a cause from another, and from itself when it was worse."""
    members = tuple(sorted(each["id"] for each in cause["members"]))
    return cause["outcome"], cause["control"], cause["subject"], cause["severity"], bool(cause["tolerated"]), members
