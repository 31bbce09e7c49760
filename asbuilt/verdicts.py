"""The five outcomes, and the verdict that a check comes to."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from asbuilt.workflows.yaml.finding import Finding

# The reason of what drifted only in that its waiver is not needed: its subject is as declared, and explains nothing.
NOT_NEEDED = "nothing needs its waiver"
# How the reason begins of what was to be judged and came to no verdict.
NEVER = "was never judged"


# The subject of a check that is about no one thing.
ESTATE = "estate"


class Outcome(StrEnum):
    """What a check can come to, in the order in which a person wants to hear of it."""

    DRIFTED = "drifted"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    NOT_APPLICABLE = "not applicable"
    CONFORMS = "conforms"

    @property
    def is_judged(self) -> bool:
        """Whether there was something to judge."""
        return self is not Outcome.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check came to about one subject. `reason` says why, for what neither conforms nor drifted.

    `about` is its subject and `rests_on` what that depends on, as `asbuilt.relations` names them; `explained_by` are
    the controls that may explain it, `caused_by` the ids of the verdicts that do (`asbuilt.causes`). `expired` names a
    waiver of it that has run out. `declared` and `observed` are what was held against each other, as JSON has it, and
    `requests` what that rests on: indices into the transcript. `tolerated` says why it fails no run though it drifted
    or is unknown (`asbuilt.tolerance`).
    """

    id: str
    control: str
    severity: str
    subject: str
    requirement: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    issue: int | None = None
    seconds: float = field(default=0.0, compare=False)
    about: str = ""
    rests_on: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    caused_by: tuple[str, ...] = ()
    expired: str = ""
    declared: Any = None
    observed: Any = None
    requests: tuple[int, ...] = ()
    tolerated: str = ""

    @property
    def fails(self) -> bool:
        """Whether it fails its run."""
        return self.outcome in {Outcome.DRIFTED, Outcome.UNKNOWN} and not self.tolerated

    def told(self) -> tuple[Finding, ...]:
        """Give its findings as they are read, each with its place; where it has none, one with its reason."""
        found = self.findings or ((Finding(self.reason),) if self.reason else ())
        return tuple(self._told(each).about(self.subject) for each in found)

    def _told(self, finding: Finding) -> Finding:
        """Give a finding as it is read: of what is waived, with the reason instead of a fix."""
        waived = finding.waived or (self.reason if self.outcome is Outcome.WAIVED else "")
        return replace(finding, fact=f"{finding.fact} ({waived})", fix="", waived=waived) if waived else finding

    def as_dict(self) -> dict[str, Any]:
        """Give the verdict as `verdicts.json` has it: a line for each finding, with its place in one.

        `before` are the indices of those that were there before a pull request.
        """
        lines = [
            {name: getattr(each, name) for name in _LINE} | {"since": each.since and each.since.isoformat()}
            for each in self.findings
        ]
        before = tuple(index for index, each in enumerate(self.findings) if each.before)
        found = {name: getattr(self, name) for name in _RECORD if name not in {"lines", "before"}}
        return {name: {"lines": lines, "before": before, **found}[name] for name in _RECORD}


_LINE = ("place", "fact", "fix", "excerpt", "waived")
_RECORD = (
    "id", "control", "severity", "subject", "requirement", "outcome", "lines", "reason", "issue", "seconds",
    "caused_by", "expired", "requests", "tolerated", "before",
)  # fmt: skip


def stands_as(outcome: str, reason: str) -> str:
    """Give what a verdict says of its subject: it is as declared where all that is wrong is a waiver too many."""
    return Outcome.CONFORMS if outcome == Outcome.DRIFTED and reason == NOT_NEEDED else outcome


def by_urgency(verdict: Verdict) -> tuple[int, str, str, str]:
    """Order verdicts as somebody on call reads them: the worst severity first, then by control and subject."""
    return (list(Outcome).index(verdict.outcome), verdict.severity, verdict.control, verdict.id)


def all_well(verdicts: tuple[Verdict, ...]) -> bool:
    """Say whether anything was judged, and nothing of it drifted or is unknown. What is not applicable was not."""
    outcomes = {each.outcome for each in verdicts}
    return bool(outcomes - {Outcome.NOT_APPLICABLE}) and not outcomes & {Outcome.DRIFTED, Outcome.UNKNOWN}


def tally(verdicts: tuple[Verdict, ...]) -> str:
    """Count the outcomes: `60 conform, 9 drifted, 1 unknown, 0 waived`, and what was not applicable if anything was."""
    if not verdicts:
        return "nothing was judged"
    if all(each.outcome is Outcome.NOT_APPLICABLE for each in verdicts):
        return f"nothing was judged: {len(verdicts)} not applicable"
    count = {outcome: sum(1 for each in verdicts if each.outcome is outcome) for outcome in Outcome}
    text = (
        f"{count[Outcome.CONFORMS]} conform, {count[Outcome.DRIFTED]} drifted, "
        f"{count[Outcome.UNKNOWN]} unknown, {count[Outcome.WAIVED]} waived"
    )
    return f"{text}, {count[Outcome.NOT_APPLICABLE]} not applicable" if count[Outcome.NOT_APPLICABLE] else text
