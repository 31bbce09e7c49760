"""What fails a run, of all that drifted or is unknown: the rest is told, and on record, and fails nothing.

Three things are tolerated: what a control finds that came after the version that the estate has agreed to
(`controls.as_of`), what is less severe than `--fail-on`, and what was there before a pull request (`--base`).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from asbuilt.verdicts import NEVER, Outcome, Verdict
from asbuilt.versions import FIRST, order
from asbuilt.workflows.yaml.finding import Finding

_NUMBER = re.compile(r"(\blines? |\.ya?ml:)[0-9]+(?::[0-9]+)?")
_MARK = re.compile(r":[0-9]+:[0-9]+$")
_BAD = frozenset({Outcome.DRIFTED, Outcome.UNKNOWN})

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Base:
    """What was found in the files as they were before: at a commit, which `ref` named. A key may be there often."""

    ref: str
    commit: str
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What of a run's findings fails nothing.

    `as_of` is the version that the estate has agreed to, empty where it says none; `since` the one that each control
    came with. `fail_on` is the least severe severity that fails, empty for all. `base` has what was there before.
    """

    as_of: str = ""
    since: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = ""
    base: Base | None = None


def tolerated(verdicts: Iterable[Verdict], tolerance: Tolerance) -> tuple[Verdict, ...]:
    """Give verdicts, each of those that drifted or are unknown with why it fails nothing, where it does not."""
    left = Counter(tolerance.base.keys if tolerance.base else ())
    found = []
    for each in verdicts:
        if each.outcome in _BAD and not each.reason.startswith(NEVER):
            marked = _marked(each, left) if tolerance.base else each
            found.append(replace(marked, tolerated=_why(marked, tolerance)))
        else:
            found.append(each)
    return tuple(found)


def keys_of(records: Iterable[Mapping[str, Any]]) -> tuple[Key, ...]:
    """Give what all findings are known by that nobody accepts, of verdicts as `verdicts.json` has them."""
    return tuple(
        _known(each["control"], each["subject"], line["place"], line["fact"], line["excerpt"])
        for each in records
        if each["outcome"] in _BAD
        for line in each["lines"]
        if not line["waived"]
    )


def reasons(verdicts: Collection[Verdict]) -> dict[str, int]:
    """Count the verdicts that are tolerated, by why."""
    return dict(sorted(Counter(each.tolerated for each in verdicts if each.tolerated).items()))


def tolerating(verdicts: Collection[Verdict]) -> bool:
    """Say whether all that drifted or is unknown is tolerated, and anything is."""
    return any(each.tolerated for each in verdicts) and not any(each.fails for each in verdicts)


def _key(verdict: Verdict, finding: Finding) -> Key:
    return _known(verdict.control, verdict.subject, finding.place, finding.fact, finding.excerpt)


def _known(control: str, subject: str, place: str, fact: str, excerpt: str) -> Key:
    """Give what a finding is known by when the lines around it have moved."""
    return control, subject, _MARK.sub("", place), _NUMBER.sub(r"\1N", fact), excerpt


def _marked(verdict: Verdict, left: Counter[Key]) -> Verdict:
    """Give a verdict whose findings say which were there before; what is there twice now was there twice before."""
    findings = []
    for each in verdict.findings:
        known = _key(verdict, each)
        before = not each.waived and left[known] > 0
        left[known] -= before
        findings.append(replace(each, before=True) if before else each)
    return replace(verdict, findings=tuple(findings))


def _why(verdict: Verdict, tolerance: Tolerance) -> str:
    since = tolerance.since.get(verdict.control, FIRST)
    if tolerance.as_of and order(since) > order(tolerance.as_of):
        agree = f'controls: {{as_of: "{since}"}} makes it count'
        return f"{verdict.control} came with {since}, and the estate is as of {tolerance.as_of}; {agree}"
    if tolerance.fail_on and verdict.severity > tolerance.fail_on:
        return f"less severe than {tolerance.fail_on}"
    counting = [each for each in verdict.findings if not each.waived]
    if tolerance.base and counting and all(each.before for each in counting):
        return f"there before {tolerance.base.ref}"
    return ""
