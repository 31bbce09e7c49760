"""What a run shows to people, entry by entry: one for one cause, whichever apps and controls it concerns.

A cause of what is wrong in the world is one entry. In workflow files each finding is one, at its place; what several
apps have in common there is said once and names them all, and what a finding explains stands below it. What several
controls cannot tell for one reason is one too. Linters come last, by their rules. What was there before a pull request
is counted, and not shown again.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from asbuilt.causes import Cause, Step, causes
from asbuilt.in_files import counted, is_of_files
from asbuilt.lint.linters import LINTERS
from asbuilt.record import headlines
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict, by_urgency
from asbuilt.workflows.yaml.finding import Finding

_MOST_PLACES = 5
_SEVERITIES = ("(high)", "(medium)", "(low)", "(informational)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as it is shown, with the verdict that it is of.

    `notes` are what is said below it: other facts at its place, the apps that it is about, what it explains. `severity`
    is the worst of all that it stands for, and `ids` are these verdicts.
    """

    verdict: Verdict
    finding: Finding
    steps: tuple[Step, ...]
    severity: str
    notes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def drifted(verdicts: Collection[Verdict]) -> Iterator[Cause | Entry]:
    """Give what drifted, the worst cause first, but for what linters find, and for what was there before."""
    found = [each for cause in causes(verdicts) for each in _of_cause(cause)]
    alike: dict[object, list[Entry]] = {}
    for each in found:
        if isinstance(each, Entry):
            alike.setdefault(_place(each), []).append(each)
    for each in found:
        if isinstance(each, Cause):
            yield each
        elif entries := alike.pop(_place(each), None):
            yield _together(entries)


def others(verdicts: Collection[Verdict]) -> Iterator[Entry]:
    """Give what is unknown or waived, the most urgent first; what cannot be told for one reason is one entry."""
    shown = sorted((each for each in verdicts if headlines.is_of_its_own(each)), key=by_urgency)
    groups: dict[object, list[tuple[Verdict, Finding]]] = {}
    for verdict in shown:
        for number, finding in enumerate(verdict.told()):
            if not finding.before:
                alone = verdict.outcome is not Outcome.UNKNOWN
                reason = (verdict.id, number) if alone else (finding.place, _nameless(verdict, finding.fact))
                groups.setdefault(reason, []).append((verdict, finding))
    for alike in groups.values():
        verdict, finding = alike[0]
        controls = sorted({each.control for each, _ in alike} - {verdict.control})
        notes = (f"for the same reason: {', '.join(controls)}",) if controls else ()
        apps = _named(each for each, _ in alike) if finding.path else ()
        steps = dict.fromkeys(one.fix for _, one in alike if one.fix) or {"": None}
        yield Entry(
            verdict,
            finding,
            tuple(Step(each, (verdict.issue,) if verdict.issue else ()) for each in steps),
            min(each.severity for each, _ in alike),
            (*notes, *apps),
        )


def linted(verdicts: Iterable[Verdict]) -> Iterator[Entry]:
    """Give what linters find, rule by rule, the worst first by their own word; all places stand in `verdicts.json`."""
    groups: dict[tuple[str, str], list[tuple[Verdict, Finding]]] = {}
    for verdict in verdicts:
        for finding in counted(verdict) if verdict.outcome is Outcome.DRIFTED else ():
            if is_linted(verdict, finding) and not finding.before:
                groups.setdefault((verdict.control, finding.rule), []).append((verdict, finding))
    for name in sorted(groups, key=lambda each: (_grade(each[1]), each)):
        yield _of_rule(name[1], groups[name])


def before(verdicts: Iterable[Verdict]) -> tuple[tuple[Verdict, Finding], ...]:
    """Give the findings that were there before, the most urgent first."""
    ordered = sorted(verdicts, key=by_urgency)
    return tuple((each, finding) for each in ordered for finding in each.findings if finding.before)


def folded(run: Run, verdicts: Iterable[Verdict]) -> str:
    """Say how many findings were there before, by control; nothing where there were none."""
    found = Counter(each.control for each, _ in before(verdicts))
    count = sum(found.values())
    if not count or run.base is None:
        return ""
    by_control = ", ".join(f"{control} ({number})" if number > 1 else control for control, number in found.items())
    return f"{count} finding{' was' if count == 1 else 's were'} there before {run.base.ref}: {by_control}"


def is_linted(verdict: Verdict, finding: Finding) -> bool:
    """Say whether a finding is one of a linter's rules."""
    return verdict.control in LINTERS and bool(finding.rule)


def _of_cause(cause: Cause) -> Iterator[Cause | Entry]:
    if cause.explains and not is_of_files(cause.head):
        yield cause
        return
    explains = _explains(cause)
    for root in cause.roots:
        for finding in root.told():
            if finding.before or (is_linted(root, finding) and not finding.waived):
                continue
            issues = (root.issue,) if root.issue else ()
            steps = (Step(finding.fix, issues),) if cause.explains else cause.steps_of(finding)
            members = tuple(each.id for each in cause.members)
            yield Entry(root, finding, steps, cause.severity, () if finding.waived else explains, members)
            explains = explains if finding.waived else ()


def _explains(cause: Cause) -> tuple[str, ...]:
    """Say what a finding in a file explains, one line for each control: the subjects, and where it shows."""
    roots = {each.id for each in cause.roots}
    found: dict[str, list[str]] = {}
    for each in cause.members:
        if each.id not in roots:
            places = dict.fromkeys(one.place for one in counted(each) if one.path and not one.before)
            where = f" ({', '.join(places)})" if places else ""
            found.setdefault(each.control, []).append(f"{each.subject}{where}")
    return tuple(f"explains {control} of {'; '.join(subjects)}" for control, subjects in found.items())


def _place(entry: Entry) -> object:
    """Give what entries have in common that are shown as one: their control and their place in a file."""
    finding = entry.finding
    if not finding.path or finding.waived:
        return entry.verdict.id, finding
    return entry.verdict.control, finding.path, finding.mark


def _together(alike: list[Entry]) -> Entry:
    """Give one entry for all at one place: the first, with what the others say besides, and the apps."""
    first = alike[0]
    if len(alike) == 1:
        return first
    facts = {_nameless(first.verdict, first.finding.fact)}
    notes: list[str] = []
    for each in alike[1:]:
        if (told := _nameless(each.verdict, each.finding.fact)) not in facts:
            facts.add(told)
            notes.append(f"and: {each.finding.fact}")
    fixes: dict[str, Step] = {}
    for each in alike:
        for step in each.steps:
            fixes.setdefault(_nameless(each.verdict, step.text), step)
    explained = dict.fromkeys(note for each in alike for note in each.notes)
    apps = _named(each.verdict for each in alike)
    severity = min(each.severity for each in alike)
    ids = tuple(dict.fromkeys(one for each in alike for one in each.ids))
    said = (*notes, *apps, *explained)
    return replace(first, steps=tuple(fixes.values()), severity=severity, notes=said, ids=ids)


def _named(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Name all subjects, where there are several."""
    names = sorted({each.subject for each in verdicts})
    return (f"concerns {', '.join(names)}",) if len(names) > 1 else ()


def _nameless(verdict: Verdict, text: str) -> str:
    """Give a text of a verdict without the name of its subject: what it says of any."""
    return re.sub(rf"(?<![\w-]){re.escape(verdict.subject)}(?![\w-])", "\0", text) if verdict.subject in text else text


def _grade(rule: str) -> int:
    return next((number for number, each in enumerate(_SEVERITIES) if rule.endswith(each)), len(_SEVERITIES))


def _of_rule(rule: str, found: list[tuple[Verdict, Finding]]) -> Entry:
    verdict, first = found[0]
    issues = tuple(dict.fromkeys(each.issue for each, _ in found if each.issue))
    severity = min(each.severity for each, _ in found)
    if len(found) == 1:
        return Entry(verdict, first, (Step(first.fix, issues),), severity)
    files = len({each.path for _, each in found})
    fact = f"{rule}: {len(found)} places in {files} file{'' if files == 1 else 's'}"
    places = [each.place for _, each in found]
    left = f", and {len(places) - _MOST_PLACES} more in verdicts.json" if len(places) > _MOST_PLACES else ""
    fixes = dict.fromkeys(each.fix for _, each in found if each.fix)
    fix = next(iter(fixes)) if len(fixes) == 1 else ""
    told = replace(first, fact=fact, fix=fix, excerpt="")
    note = f"at {', '.join(places[:_MOST_PLACES])}{left}"
    return Entry(verdict, told, (Step(fix, issues),) if fix else (), severity, (note,))
