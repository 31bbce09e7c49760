"""What explains what: verdicts that drifted, by cause, each with one headline and its remedies in order."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from asbuilt.in_files import InFiles, is_of_files
from asbuilt.model import ago
from asbuilt.verdicts import NEVER, NOT_NEEDED, Outcome, Verdict, by_urgency
from asbuilt.workflows.yaml.finding import Finding

_CLAUSE = re.compile(r'(?:"[^"]*"|[^":;]|[:;](?! ))+')
_SAYS_WHEN = re.compile(r"\b(?:since|ago)\b")
_OF_AN_APP = ("app ", "process ")
_MOST = 3  # clauses of a headline beside its first; the ids of all that it explains stand below it


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the issues that it is tracked by."""

    text: str
    issues: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Verdicts that drifted for one cause, the most urgent first.

    `head` is the one whose subject a person looks for: that of the app where one app is concerned. `explains` counts
    the verdicts by control, for each subject; it is empty where nothing is explained.
    """

    head: Verdict
    members: tuple[Verdict, ...]
    because: tuple[Verdict, ...]
    steps: tuple[Step, ...]

    @property
    def roots(self) -> tuple[Verdict, ...]:
        """Its verdicts that nothing of it explains, the most urgent first."""
        known = {each.id for each in self.members}
        return tuple(each for each in self.members if not set(each.caused_by) & known)

    @property
    def severity(self) -> str:
        """The worst of its verdicts'."""
        return min(each.severity for each in self.members)

    @property
    def explains(self) -> dict[str, dict[str, int]]:
        """Count its verdicts by control, for each subject where there are several apps."""
        if len(self.members) == 1:
            return {}
        apps = dict.fromkeys(each.subject for each in self.members if _is_of_an_app(each))
        found: dict[str, dict[str, int]] = {}
        for each in sorted(self.members, key=lambda one: (one.control, one.id)):
            counts = found.setdefault(each.subject if len(apps) > 1 else "", {})
            counts[each.control] = counts.get(each.control, 0) + 1
        return found

    def steps_of(self, finding: Finding) -> tuple[Step, ...]:
        """Give the steps without those that other findings of its only verdict ask for."""
        others = {each.fix for each in self.head.findings} - {finding.fix}
        return tuple(each for each in self.steps if each.text not in others)

    def headline(self, now: datetime | None) -> str:
        """Say what is wrong, since when where a fact tells it, and why where something explains it."""
        findings = self.head.findings
        fact = findings[0].fact if findings else self.head.requirement
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        if not self.because:
            return f"{timed(brief(self.head) if findings and findings[0].brief else fact, self._since, now)}{more}"
        told = [brief(each) for each in self.because[:_MOST]]
        left = f", and {len(self.because) - _MOST} more" if len(self.because) > _MOST else ""
        return f"{timed(brief(self.head), self._since, now)}{more}: {', and '.join(told)}{left}"

    @property
    def _since(self) -> datetime | None:
        return min((each.since for each in self.head.findings if each.since), default=None)


def timed(fact: str, since: datetime | None, now: datetime | None) -> str:
    """Give a fact with since when it has been so, where that is known and the fact does not say it."""
    if now is None or since is None or _SAYS_WHEN.search(fact):
        return fact
    return f"{fact}, since {ago(since, now)}"


def brief(verdict: Verdict) -> str:
    """Give what of a verdict's first finding a headline says: its own words for that, else its first clause."""
    if not verdict.findings:
        return verdict.requirement
    first = verdict.findings[0]
    clause = _CLAUSE.match(first.fact)
    return first.brief or (clause[0] if clause else first.fact)


def explained(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Give verdicts with the ids of those that explain them: drift by drift, what is unknown by what is unknown."""
    known: dict[tuple[Outcome, str, str], list[str]] = defaultdict(list)
    for each in verdicts:
        if _is_bad(each):
            known[each.outcome, each.control, each.about].append(each.id)
    in_files = InFiles.of(each for each in verdicts if _is_bad(each))
    return tuple(
        replace(each, caused_by=in_files.causes_of(each, _causes_of(each, known))) if _is_bad(each) else each
        for each in verdicts
    )


def causes(verdicts: Collection[Verdict]) -> tuple[Cause, ...]:
    """Give the causes of what drifted, the worst first; `verdicts` are those of the run, as `explained` gave them.

    What shares a consequence is one cause: both have to be mended before it is gone.
    """
    bad = {each.id: each for each in sorted(verdicts, key=by_urgency) if each.outcome is Outcome.DRIFTED}
    groups: dict[str, list[Verdict]] = defaultdict(list)
    root = _joined(bad)
    for identity, each in bad.items():
        groups[root[identity]].append(each)
    remedies = _Remedies.of(verdicts)
    found = [_cause(members, remedies) for members in groups.values()]
    return tuple(sorted(found, key=lambda each: (each.severity, by_urgency(each.head))))


def _is_bad(verdict: Verdict) -> bool:
    return verdict.outcome in {Outcome.DRIFTED, Outcome.UNKNOWN} and verdict.reason != NOT_NEEDED


def _causes_of(verdict: Verdict, known: Mapping[tuple[Outcome, str, str], list[str]]) -> tuple[str, ...]:
    keys = ((verdict.outcome, control, key) for control in verdict.explained_by for key in verdict.rests_on)
    found = (identity for key in keys for identity in known.get(key, ()) if identity != verdict.id)
    return tuple(dict.fromkeys(found))


def _joined(bad: Mapping[str, Verdict]) -> dict[str, str]:
    """Give for each verdict the one that stands for all that is joined to it by what explains what."""
    root = {identity: identity for identity in bad}

    def find(identity: str) -> str:
        while root[identity] != identity:
            root[identity] = root[root[identity]]
            identity = root[identity]
        return identity

    for identity, verdict in bad.items():
        for other in verdict.caused_by:
            if other in bad:
                root[find(identity)] = find(other)
    return {identity: find(identity) for identity in bad}


def _cause(members: list[Verdict], remedies: "_Remedies") -> Cause:
    within = {each.id: each for each in members}
    roots = [each for each in members if not set(each.caused_by) & within.keys()]
    # The nearest to the cause of what is wrong with an app itself: an app that was never deployed, not its probe.
    of_an_app = [each for each in members if each.about.startswith(_OF_AN_APP)]
    own = {each.id for each in of_an_app}
    first = [each for each in of_an_app if not set(each.caused_by) & own]
    if is_of_files(members[0]):  # what is wrong in a file is told where it is mended
        return Cause(roots[0], tuple(members), (), remedies.in_order(roots, members))
    one_app = len({each.subject for each in members if _is_of_an_app(each)}) == 1
    head = next(iter(first), roots[0]) if one_app else roots[0]
    upstream = list(_upstream(head, within))
    because = (*upstream, *(each for each in roots if each is not head and each not in upstream))
    return Cause(head, tuple(members), because, remedies.in_order(roots, members))


def _is_of_an_app(verdict: Verdict) -> bool:
    return verdict.about.startswith((*_OF_AN_APP, "probe ", "deploy "))


def _upstream(verdict: Verdict, within: Mapping[str, Verdict]) -> Iterator[Verdict]:
    """Give what explains a verdict, the nearest first, each once."""
    seen = {verdict.id}
    left = [verdict]
    while left:
        for identity in left.pop(0).caused_by:
            if identity in within and identity not in seen:
                seen.add(identity)
                left.append(within[identity])
                yield within[identity]


@dataclass(frozen=True, slots=True)
class _Remedies:
    """What is to be done about verdicts, in the order in which it can be done; `known` are all of the run."""

    known: Mapping[tuple[str, str], list[Verdict]]
    judged: frozenset[str]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "_Remedies":
        known: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
        for each in verdicts:
            if not each.reason.startswith(NEVER):
                known[each.control, each.about].append(each)
        return cls(known, frozenset(control for control, _ in known))

    def in_order(self, roots: Iterable[Verdict], members: Iterable[Verdict]) -> tuple[Step, ...]:
        """Give the steps of a cause: what a step needs comes before it; else the worst first.

        A consequence goes with its cause, so its own remedy is a step only where that is an act which needs something
        that the cause has to mend first.
        """
        steps: dict[str, list[int]] = {}
        seen: set[str] = set()
        mended = {each.control for each in members}
        acts = (each for each in members if any(mended & set(finding.needs) for finding in each.findings))
        for each in (*sorted(roots, key=by_urgency), *sorted(acts, key=by_urgency)):
            self._add(each, steps, seen)
        return tuple(Step(text, tuple(dict.fromkeys(issues))) for text, issues in steps.items())

    def _add(self, verdict: Verdict, steps: dict[str, list[int]], seen: set[str]) -> None:
        if verdict.id in seen:
            return
        seen.add(verdict.id)
        for finding in verdict.findings:
            if finding.waived:
                continue  # nobody is asked to mend what is accepted
            self._prepare(verdict, finding.needs, steps, seen)
            if text := finding.fix or ("see the issue" if verdict.issue else ""):
                steps.setdefault(text, []).extend([verdict.issue] if verdict.issue else [])

    def _prepare(self, verdict: Verdict, needs: Iterable[str], steps: dict[str, list[int]], seen: set[str]) -> None:
        """Add what must hold before something can be done about a verdict, where it drifted or is not known."""
        needs = tuple(needs)
        found = [each for need in needs for key in verdict.rests_on for each in self.known.get((need, key), ())]
        for each in sorted(found, key=by_urgency):
            if each.outcome is Outcome.DRIFTED and each.reason != NOT_NEEDED:
                self._add(each, steps, seen)
            elif each.outcome is Outcome.UNKNOWN:
                steps.setdefault(f"first see whether {_clause(each)} ({each.control} of {each.subject} is unknown)", [])
        if unjudged := [each for each in needs if each not in self.judged]:
            steps.setdefault(f"first see whether {' '.join(unjudged)} hold: this run did not judge them", [])


def _clause(verdict: Verdict) -> str:
    clause = verdict.requirement.partition(": ")[0].rstrip(".")
    return clause[:1].lower() + clause[1:]
