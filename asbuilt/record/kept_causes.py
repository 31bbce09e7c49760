"""The causes of what a run found, as `causes.json` keeps them: all that somebody who is called has to hear of each.

What drifted is kept by its cause (`asbuilt.causes`); what nobody could tell, by what is to be done so that it is known.
What fails nothing is kept too, and says so. Texts are bounded and fit for a line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import AwareDatetime, TypeAdapter

from asbuilt import texts
from asbuilt.causes import Cause, causes
from asbuilt.record import headlines
from asbuilt.record.reported import reported
from asbuilt.run import Run
from asbuilt.verdicts import NEVER, Outcome, Verdict, by_urgency

FORM = "asbuilt causes 1"
_NO_FIX = "look the request up, and run it again"


@dataclass(frozen=True, slots=True)
class KeptStep:
    """One thing to do, and the issues that it is tracked by."""

    text: str
    issues: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One verdict of a cause: the check by its id, its control, its subject."""

    id: str
    control: str
    subject: str


@dataclass(frozen=True, slots=True)
class KeptCause:
    """One cause: what it came to (drifted or unknown), whom it concerns, since when, what to do.

    `control` and `subject` are of its head, the verdict that a person looks for. `since` is the provider's instant
    where a fact tells it. `explains` counts its verdicts by control, for each subject where there are several apps.
    `issues` are URLs where the estate says where issues are, else numbers. `reported` is what a provider's status page
    says of the time at which it began. `tolerated` says why all of it fails nothing, and is empty where it does.
    """

    outcome: str
    control: str
    subject: str
    severity: str
    headline: str
    since: AwareDatetime | None
    steps: tuple[KeptStep, ...]
    explains: dict[str, dict[str, int]]
    members: tuple[Member, ...]
    runbook: str = ""
    issues: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    tolerated: str = ""


def kept_causes(run: Run, verdicts: tuple[Verdict, ...]) -> tuple[KeptCause, ...]:
    """Give the causes of what drifted, the worst first, then of what is unknown."""
    return (*(_of_cause(run, each) for each in causes(verdicts)), *_unknown(run, verdicts))


def as_plain(found: Iterable[KeptCause]) -> dict[str, Any]:
    """Give causes as what JSON can hold."""
    return {"form": FORM, "causes": _causes().dump_python(tuple(found), mode="json")}


def restored(content: bytes) -> tuple[KeptCause, ...]:
    """Give back the causes of a file. Raises ValueError where it holds none, or is of another form."""
    document = _documents().validate_json(content)
    if document["form"] != FORM:
        raise ValueError(f'is not of the form "{FORM}"')
    return _causes().validate_python(document["causes"])


def _of_cause(run: Run, cause: Cause) -> KeptCause:
    head = cause.head
    failing = [each for each in cause.members if each.fails]
    return KeptCause(
        outcome=Outcome.DRIFTED.value,
        control=head.control,
        subject=texts.line(head.subject),
        severity=min((each.severity for each in failing), default=cause.severity),
        headline=texts.line(headlines.headline(run, cause), headlines.LONGEST),
        since=headlines.began(cause.members),
        steps=tuple(_steps(cause)),
        explains=cause.explains,
        members=tuple(map(_member, cause.members)),
        runbook=headlines.runbook(run, head),
        issues=_issues(run, headlines.issues(cause)),
        expired=tuple(map(texts.line, headlines.expired(cause))),
        reported=reported(run, cause.members),
        tolerated="" if failing else next((each.tolerated for each in cause.members if each.tolerated), ""),
    )


def _unknown(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[KeptCause]:
    """Give what is unknown, together what one act makes known; what was never judged is no cause of its own."""
    found = [each for each in verdicts if each.outcome is Outcome.UNKNOWN and not each.reason.startswith(NEVER)]
    known = {each.id for each in found}
    fixes = {each.id: next((one.fix for one in each.told() if one.fix), _NO_FIX) for each in found}
    roots = {(each.control[:2], fixes[each.id]) for each in found if not set(each.caused_by) & known}
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for each in sorted(found, key=by_urgency):
        # What is unknown with what explains it, and known by the same act, is one cause with it.
        own = (each.control[:2], fixes[each.id])
        groups.setdefault(own if own in roots else ("", own[1]), []).append(each)
    for (_, fix), members in groups.items():
        head, failing = members[0], [each for each in members if each.fails]
        subjects = tuple(dict.fromkeys(each.subject for each in members))
        more = f" (and of {len(subjects) - 1} more)" if len(subjects) > 1 else ""
        fact = next((one.fact for one in head.told()), head.requirement)
        counts: dict[str, int] = {}
        for each in members:
            counts[each.control] = counts.get(each.control, 0) + 1
        yield KeptCause(
            outcome=Outcome.UNKNOWN.value,
            control=head.control,
            subject=texts.line(head.subject),
            severity=min(each.severity for each in failing or members),
            headline=texts.line(f"{fact}{more}", headlines.LONGEST),
            since=None,
            steps=(KeptStep(texts.whole(fix)),),
            explains={"": dict(sorted(counts.items()))} if len(members) > 1 else {},
            members=tuple(map(_member, members)),
            runbook=headlines.runbook(run, head),
            reported=reported(run, members),
            tolerated="" if failing else head.tolerated,
        )


def _steps(cause: Cause) -> Iterator[KeptStep]:
    for each in cause.steps:
        lines = (texts.whole(part.text) for part in headlines.parts_of(each))
        yield KeptStep("\n".join(lines), each.issues)


def _member(verdict: Verdict) -> Member:
    return Member(verdict.id, verdict.control, texts.line(verdict.subject))


def _issues(run: Run, numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(texts.link(run.estate.links.issue_url(each) or "") or f"#{each}" for each in numbers)


@cache
def _causes() -> TypeAdapter[tuple[KeptCause, ...]]:
    return TypeAdapter(tuple[KeptCause, ...])


@cache
def _documents() -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[str, Any])
