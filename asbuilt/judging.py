"""What happens around one check: the facts that it was given, and what it came to."""

import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import wraps
from typing import Any

import pytest

from asbuilt import texts
from asbuilt.compared import sides
from asbuilt.controls import Control, Drift, Undecided, control_of, none_of
from asbuilt.deploy_spans import Untold
from asbuilt.github_server import GitHubServer
from asbuilt.lint.scan import Scan
from asbuilt.made_by import Answer, Made, NotMade
from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.relations import about, needs_of, rests_on
from asbuilt.run import Run
from asbuilt.subjects import Subject, kind_of, tell, words
from asbuilt.verdicts import ESTATE, NOT_NEEDED, Outcome, Verdict
from asbuilt.workflows.bounds import PastBoundError
from asbuilt.workflows.yaml.document import Document, Mark
from asbuilt.workflows.yaml.finding import Finding, plain, restored


class CouldNotObserveError(Exception):
    """A fact that a check needs is unknown, so its subject is neither right nor wrong."""

    def __init__(self, fact: Unobserved) -> None:
        super().__init__(texts.line(str(fact)))
        self.fact = fact


@dataclass(slots=True)
class Seen:
    """The facts that one check was given, in the order in which it asked for them, and what suppressions accepted.

    `unread` is what they rest on and was not read, or not to its end; `undecided` what of them cannot be told before a
    run; `nothing` says why they are about nothing, where
    GitHub itself reads nothing of the file, or the token may not see what they ask for. `expired` names a waiver of it
    that has run out.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    requests: list[int] = field(default_factory=list)
    accepted: tuple[Finding, ...] = ()
    unread: dict[str, Unobserved] = field(default_factory=dict)
    undecided: tuple[Finding, ...] = ()
    nothing: str = ""
    expired: str = ""
    called: bool = False

    def __call__(self, name: str, fact: Any, *, judged_by: str) -> Any:
        """Give the value of a fact, and remember it as evidence.

        Raises CouldNotObserveError where it is unknown. Skips the check where it is absent: `judged_by` names the
        control that says so.
        """
        value = self.if_there(name, fact)
        if value is None:
            pytest.skip(texts.line(f"{fact.what} does not exist: {judged_by} judges that"))
        return value

    def if_there(self, name: str, fact: Any) -> Any:
        """Give the value of a fact, None where it is absent. Raises CouldNotObserveError where it is unknown."""
        self.requests.extend(fact.requests)
        match fact:
            case Observed():
                self.facts[name] = fact.value
                return fact.value
            case Absent():
                self.facts[name] = None
                return None
            case _:
                raise CouldNotObserveError(fact)

    def of_run(self, name: str, answer: Answer) -> Made | None:
        """Give the run that made a release, None where none did, and remember it as evidence.

        Raises CouldNotObserveError where nothing tells.
        """
        self.requests.extend(getattr(answer, "requests", ()))
        match answer:
            case Made(run=run, job=job):
                self.facts[name] = {"run": run, "job": job}
                return answer
            case NotMade(near=near):
                self.facts[name] = near
                return None
            case Untold(fact=fact):
                self.requests.extend(fact.requests)
                raise CouldNotObserveError(fact)
            case _:
                told = "was not asked: it takes too many requests, or the observation is older than the question"
                raise CouldNotObserveError(
                    Unobserved(
                        name, "what tells which run made it", told, "observe again; if it stays, look it up in Actions"
                    )
                )

    def note(self, name: str, value: Any) -> Any:
        """Give what the files of a repository say, and remember it as evidence."""
        self.facts[name] = value
        return value

    def where_allowed(self, name: str, fact: Any, *, needs: str) -> Any:
        """Give the value of a fact that takes more than the documented permissions, None for a token without them.

        A check that finds no drift is not applicable then: `needs` is the permission that it asks for. Raises
        CouldNotObserveError where the fact is unknown for another reason.
        """
        if isinstance(fact, Unobserved) and fact.reason.startswith(_REFUSED) and "rate limit" not in fact.reason:
            self.requests.extend(fact.requests)
            self.nothing = texts.line(f"to judge {fact.what} the token needs {needs}: {fact}")
            return None
        return self.if_there(name, fact)

    def leave_open(self, fact: Unobserved) -> None:
        """Remember what a check could not tell: where it finds no drift, it is unknown."""
        self.unread[fact.what] = fact

    def leave_undecided(self, findings: Iterable[Finding]) -> None:
        """Remember what cannot be told before a run: a check that finds no drift is unknown then."""
        self.undecided = (*self.undecided, *findings)

    def rest_on(self, documents: Iterable[Document]) -> None:
        """Remember which of the files that a fact rests on were not read: a check that finds no drift is unknown then.

        Drift that it does find is drift all the same.
        """
        for each in documents:
            if each.unread is not None:
                self.unread[each.path] = _unread(each.unread)

    def rest_on_file(self, document: Document) -> None:
        """Remember that a check is about a file: of one that GitHub itself cannot read, only WF001 says something."""
        if document.root is None and document.unread is None:
            self.nothing = f"GitHub reads nothing of {document.path}: WF001 judges that"

    def noting(self, check: Callable[..., Any]) -> Callable[..., Any]:
        """Give a check that notes that it was called: one in whose place another plugin stands has seen nothing."""

        @wraps(check)
        def noted(*arguments: Any, **facts: Any) -> Any:
            self.called = True
            return check(*arguments, **facts)

        return noted

    def refuse_a_stand_in(self) -> None:
        """End a check that was to be called. Raises CouldNotObserveError where it never was."""
        if not self.called:
            reason = "was not called: another plugin stands in its place"
            raise CouldNotObserveError(Unobserved("check", "the check", reason, "leave that plugin out: -p no:PLUGIN"))

    def conform(self) -> None:
        """End a check that found no drift.

        Raises CouldNotObserveError where not all was read that it rests on, Undecided where not all can be told. Skips
        the check where it rests on nothing.
        """
        for fact in self.unread.values():
            raise CouldNotObserveError(fact)
        none_of(self.undecided)
        if self.nothing:
            pytest.skip(self.nothing)

    def findings(self, scan: Scan, *paths: str) -> tuple[Finding, ...]:
        """Give what a linter found in some files, and remember it as evidence.

        A file that it did not scan is a finding beside others; where there are none, CouldNotObserveError is raised.
        Skips the check of a file that is not there.
        """
        found = tuple(each for path in paths for each in scan.on(path))
        self.facts[scan.linter] = {"version": scan.version, "findings": [plain(each) for each in found]}
        why = scan.unscanned if scan.version is not None else dict.fromkeys(paths, "is not installed")
        left = {path: why[path] for path in paths if path in why}
        if found:
            told = f"{scan.linter} could not scan this file: "
            return (*found, *(Finding(told + reason, path=path, mark=Mark(1, 1)) for path, reason in left.items()))
        if left:
            path, reason = next(iter(left.items()))
            if path in self.unread:
                raise CouldNotObserveError(self.unread[path])
            by_itself = f"run it by itself: {scan.linter} {shlex.quote(path)}"
            remedy = by_itself if scan.version is not None else f"install {scan.linter}"
            others = f" (and over {len(left) - 1} more)" if len(left) > 1 else ""
            raise CouldNotObserveError(Unobserved(scan.linter, f"{scan.linter} over {path}{others}", reason, remedy))
        if not set(paths) & set(scan.scanned):
            pytest.skip(texts.line(f"{', '.join(paths)} is not there, or no file that is read: WF001 judges that"))
        return ()


# What GitHub answers for what the token may not see.
_REFUSED = ("answered 403", "answered 404")


def _unread(why: Finding) -> Unobserved:
    return Unobserved("file", why.place, why.fact, why.fix or "make it a file that can be read")


SEEN = pytest.StashKey[Seen]()
_CONTROL = pytest.StashKey[Control]()
_IS_CHECK = pytest.StashKey[bool]()
_SUBJECT = pytest.StashKey[Subject | None]()


def subject_of(item: pytest.Item, run: Run) -> Subject | None:
    """Give the subject that a collected check is about; None for one without, or where none is declared."""
    if _SUBJECT not in item.stash:
        kind = kind_of(item.fixturenames) if isinstance(item, pytest.Function) else None
        callspec = getattr(item, "callspec", None)
        found = run.subjects(kind).get(callspec.params.get("subject", "")) if kind and callspec else None
        item.stash[_SUBJECT] = found
    return item.stash[_SUBJECT]


def is_check(item: pytest.Item) -> bool:
    """Say whether a collected test is one of a control."""
    if _IS_CHECK not in item.stash:
        item.stash[_IS_CHECK] = item.get_closest_marker("control") is not None
    return item.stash[_IS_CHECK]


def catalogued(item: pytest.Item) -> Control:
    """Give the control of a collected check. Raises LookupError for a check without one."""
    if _CONTROL not in item.stash:
        item.stash[_CONTROL] = control_of(getattr(item, "function", None))
    return item.stash[_CONTROL]


def know(item: pytest.Item) -> None:
    """Look its control up while the check is still its own: what is put in its place is another function each time."""
    if is_check(item):
        with suppress(LookupError):  # whoever asks for it is told
            catalogued(item)


def verdict_of(item: pytest.Item, run: Run, call: pytest.CallInfo[None], report: pytest.TestReport) -> Verdict:
    """Turn what pytest saw in one phase of a check into a verdict."""
    control, subject = catalogued(item), subject_of(item, run)
    settings = run.estate.controls.get(control.id)
    outcome, findings, reason = _outcome(call, report)
    if report.when == "call":
        findings += item.stash[SEEN].accepted
    told = words(subject, run.estate) if subject and findings else {}
    bad = subject is not None and outcome in {Outcome.DRIFTED, Outcome.UNKNOWN}
    name = subject.name if subject else ESTATE
    ends = report.when == "call" or not report.passed
    declared, observed = sides(control, subject, getattr(item, "funcargs", {})) if ends else (None, None)
    return Verdict(
        id=report.nodeid,
        control=control.id,
        severity=(settings.severity if settings else None) or control.severity,
        subject=name,
        requirement=control.requirement,
        outcome=outcome,
        findings=tuple(_with_fix(each.about(name), control, told, run.server) for each in findings),
        reason=reason,
        issue=settings.issue if settings else None,
        seconds=report.duration,
        about=about(subject) if subject else "",
        rests_on=rests_on(subject, run.deploys) if subject and bad else (),
        explained_by=control.explained_by if bad else (),
        expired=item.stash[SEEN].expired if bad else "",
        declared=declared,
        observed=observed,
        requests=tuple(dict.fromkeys(item.stash[SEEN].requests)) if ends else (),
    )


def _with_fix(finding: Finding, control: Control, told: Mapping[str, str], server: GitHubServer) -> Finding:
    """Give a finding with its fix, or else the control's remedy, in words of the subject, and with what that needs."""
    if finding.waived:
        return replace(finding, fix="")
    fix = finding.fix or control.remedy
    own = control.needs if fix == control.remedy else ()
    said = server.hosted(tell(server.paged(fix), told))
    return replace(finding, fix=said, needs=tuple(dict.fromkeys((*finding.needs, *own, *needs_of(fix)))))


_WIRE = tuple(each.name for each in fields(Verdict))


def to_wire(verdict: Verdict) -> str:
    """Give a verdict as text, which is all that a worker can send of it."""
    return json.dumps(
        {**{name: getattr(verdict, name) for name in _WIRE}, "findings": list(map(plain, verdict.findings))}
    )


def from_wire(text: str) -> Verdict:
    """Give back the verdict of `to_wire`."""
    raw = json.loads(text)
    lists = {name: tuple(raw[name]) for name in ("rests_on", "explained_by", "caused_by", "requests")}
    findings = tuple(map(restored, raw["findings"]))
    return Verdict(**{**raw, **lists, "outcome": Outcome(raw["outcome"]), "findings": findings})


_STRICT = "[XPASS(strict)] "  # how pytest begins to tell of a waiver that nothing needs


def _outcome(call: pytest.CallInfo[None], report: pytest.TestReport) -> tuple[Outcome, tuple[Finding, ...], str]:
    error = call.excinfo.value if call.excinfo else None
    if hasattr(report, "wasxfail") and report.skipped:
        found = _findings(error) if isinstance(error, AssertionError) else ()
        return Outcome.WAIVED, found, str(report.wasxfail).removeprefix("reason: ")
    # What another plugin makes of a report is its own: what the check raised tells what it came to.
    if isinstance(error, pytest.skip.Exception):
        return Outcome.NOT_APPLICABLE, (), str(error.msg or _skip_reason(report))
    if error is None and report.passed:
        return Outcome.CONFORMS, (), ""
    match error:
        case None if not str(report.longrepr).startswith(_STRICT):
            told = f"another plugin makes {report.outcome} of this check, which came to nothing of the kind"
            return Outcome.UNKNOWN, (Finding(told, "leave that plugin out: -p no:PLUGIN"),), "another plugin"
        case None:
            waiver = str(report.longrepr).removeprefix(_STRICT)
            fix = "take the waiver out of the estate: the control holds without it"
            return Outcome.DRIFTED, (Finding(f"conforms, and is {waiver}", fix),), NOT_NEEDED
        case CouldNotObserveError(fact=fact):
            return Outcome.UNKNOWN, (Finding(str(fact), fact.remedy),), fact.reason
        case Undecided(findings=findings):
            return Outcome.UNKNOWN, findings, findings[0].fact
        case PastBoundError():
            told = f"a file that the check rests on {error}"
            return Outcome.UNKNOWN, (Finding(told, "split the file, or make it smaller"),), str(error)
        case AssertionError() if report.when == "call":
            return Outcome.DRIFTED, _findings(error), ""
        case _:
            crash = getattr(getattr(report.longrepr, "reprcrash", None), "path", "")
            line = getattr(getattr(report.longrepr, "reprcrash", None), "lineno", "")
            told = f"the check itself failed at {crash}:{line}: {type(error).__name__}: {error}"
            return Outcome.UNKNOWN, (Finding(told, "report it, with the output of --tb=short"),), "check failed"


def _findings(error: BaseException | None) -> tuple[Finding, ...]:
    if isinstance(error, Drift):
        return error.findings
    # What follows is pytest's introspection of the expression: for whoever debugs the check, not for on-call.
    return (Finding(str(error).partition("\nassert ")[0]),)


def _skip_reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
