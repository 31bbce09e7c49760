"""A cause in words, as every view of a run has them: its headline, what it explains, what to do, the runbook."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from asbuilt import texts
from asbuilt.causes import Cause, Step, timed
from asbuilt.in_files import is_of_files
from asbuilt.remedies import Part, parts
from asbuilt.run import Run
from asbuilt.verdicts import NEVER, Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding

EXPLAINS = "explains "
LONGEST = 600  # a headline joins the clauses of several findings
_SEE = "see the issue"
_FEW = 3


def headline(run: Run, cause: Cause) -> str:
    """Give the headline of a cause, with how long it has been so by the providers' clock."""
    return cause.headline(run.observation.as_of if run.observation else None)


def heading(run: Run, cause: Cause) -> str:
    """Give a cause in one line: its severity, whom it concerns, its headline."""
    return texts.line(f"{cause.severity} {cause.head.subject}: {headline(run, cause)}", LONGEST)


def fact(run: Run, finding: Finding) -> str:
    """Give the fact of a finding, with how long it has been so by the providers' clock."""
    return timed(finding.fact, finding.since, run.observation.as_of if run.observation else None)


def never_judged(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str]]:
    """Tell what was to be judged and never was, once for each reason: how many checks, and why; a few by name."""
    found: dict[str, list[Verdict]] = {}
    for each in verdicts:
        if each.reason.startswith(NEVER):
            found.setdefault(each.reason, []).append(each)
    for reason, left in found.items():
        names = [f"{each.control} {_own_name(each)}" for each in left] if len(left) <= _FEW else []
        named = f": {', '.join(names)}" if names else ""
        yield f"{len(left)} check{'' if len(left) == 1 else 's'}", f"{reason}{named}"


def _own_name(verdict: Verdict) -> str:
    """Give the id of the subject, as pytest has it between brackets."""
    return verdict.id.partition("[")[2].removesuffix("]") or verdict.subject


def is_of_its_own(verdict: Verdict) -> bool:
    """Say whether a verdict is told by itself: what drifted is told by its cause, what conforms is counted."""
    told = verdict.outcome in {Outcome.UNKNOWN, Outcome.WAIVED}
    return told and not verdict.reason.startswith(NEVER)


def explains(cause: Cause) -> str:
    """Name by control all that a cause explains, itself too: `GH002 HK004 WEB001 (2)`; of several apps, for each."""
    return counted(cause.explains)


def counted(found: Mapping[str, Mapping[str, int]]) -> str:
    """Give counts by control, for each subject that they have: `GH002 HK004 WEB001 (2)`."""
    told = []
    for subject, counts in found.items():
        ids = " ".join(f"{control} ({count})" if count > 1 else control for control, count in counts.items())
        told.append(f"{texts.line(subject)}: {ids}" if subject else ids)
    return "; ".join(told)


def expired(cause: Cause) -> tuple[str, ...]:
    """Give the waivers of what a cause explains that have run out."""
    return tuple(dict.fromkeys(each.expired for each in cause.members if each.expired))


def began(members: Iterable[Verdict]) -> datetime | None:
    """Give since when the oldest of it has been so, by the provider; None where no fact tells it."""
    return min((one.since for each in members for one in each.findings if one.since), default=None)


def issues(cause: Cause) -> tuple[int, ...]:
    """Give the issues that a cause is tracked by."""
    ordered = sorted(cause.members, key=lambda each: each.id != cause.head.id)
    return tuple(dict.fromkeys(each.issue for each in ordered if each.issue))


def runbook(run: Run, verdict: Verdict) -> str:
    """Give the address of the runbook for what is wrong in the world; workflow files are mended in a pull request."""
    return texts.link(run.estate.links.runbook or "") if is_live(verdict) else ""


def is_live(verdict: Verdict) -> bool:
    """Tell what is wrong in the world from what is wrong in workflow files."""
    return not is_of_files(verdict)


def parts_of(step: Step) -> tuple[Part, ...]:
    """Give a step in commands and prose; one that is too long to be shown whole is said to be."""
    if len(step.text) > texts.LONGEST_WHOLE:
        return (Part(texts.whole(step.text), is_command=False),)
    return parts(step.text) or (Part(_SEE, is_command=False),)


def numbered(steps: tuple[Step, ...]) -> Iterator[tuple[str, Step]]:
    """Give steps with what stands before each: a number where there are several."""
    for number, step in enumerate(steps, 1):
        yield (f"{number}. " if len(steps) > 1 else "fix: "), step


def lines(run: Run, cause: Cause) -> Iterator[str]:
    """Give a cause line by line: its headline, the steps, what it explains, the runbook."""
    yield f"{cause.severity} {texts.line(headline(run, cause), LONGEST)}"
    yield from to_do(cause.steps)
    yield explained(run, cause)


def to_do(steps: tuple[Step, ...]) -> Iterator[str]:
    """Give steps line by line: each command on one of its own, to be copied, with the issues behind the first."""
    for before, step in numbered(steps):
        tracked = "".join(f"   #{each}" for each in step.issues)
        for index, part in enumerate(parts_of(step)):
            start, end = (before, tracked) if index == 0 else (" " * len(before), "")
            yield f"{start}{texts.whole(part.text)}{end}"


def explained(run: Run, cause: Cause) -> str:
    """Give the line that ends a cause: what it explains, and the runbook."""
    address = runbook(run, cause.head)
    return "      ".join((f"{EXPLAINS}{explains(cause)}", *([f"runbook: {address}"] if address else [])))
