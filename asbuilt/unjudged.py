"""The verdict of a check that was to be judged and never was: unknown, whatever the reason."""

from asbuilt.compared import sides
from asbuilt.relations import about
from asbuilt.run import Run
from asbuilt.subjects import Subject
from asbuilt.verdicts import ESTATE, NEVER, Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding


def unjudged(run: Run, node_id: str, why: str) -> Verdict:
    """Give the verdict of a collected check that came to none, by pytest's id; `why` says what kept it from one."""
    check, bracket, named = node_id.partition("[")
    control = dict(run.checks)[check]
    subject = _named(run, control.kind, named.removesuffix("]")) if bracket and control.kind else None
    settings = run.estate.controls.get(control.id)
    name = subject.name if subject else ESTATE
    reason = f"{NEVER}: {why}"
    return Verdict(
        id=node_id,
        control=control.id,
        severity=(settings.severity if settings else None) or control.severity,
        subject=name,
        requirement=control.requirement,
        outcome=Outcome.UNKNOWN,
        findings=(Finding(reason, "run it again").about(name),),
        reason=reason,
        issue=settings.issue if settings else None,
        about=about(subject) if subject else "",
        declared=sides(control, subject, {})[0],
    )


def _named(run: Run, kind: str, name: str) -> Subject | None:
    """Give the subject by what stands of its id in pytest's, which knows no letters but those of ASCII."""
    known = run.subjects(kind)
    return known.get(name) or next((each for each in known.values() if _escaped(each.id) == name), None)


def _escaped(name: str) -> str:
    return name.encode("unicode_escape").decode("ascii")
