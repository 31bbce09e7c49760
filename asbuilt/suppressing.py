"""Findings and the suppressions that accept them: which hold, which have ended, which nothing needs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from asbuilt.controls import NOTHING
from asbuilt.lint.linters import LINTERS
from asbuilt.lint.on_paths import on_paths
from asbuilt.run import Run, documents_of
from asbuilt.subjects import Subject
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.workflows.files.suppressions import Suppression
from asbuilt.workflows.yaml.document import Document
from asbuilt.workflows.yaml.finding import Finding

# A suppression that names no control that there is has to be complained of somewhere: where files are read.
_READING = "WF001"
_JUDGED = frozenset({Outcome.CONFORMS, Outcome.DRIFTED, Outcome.WAIVED})


@dataclass(frozen=True, slots=True)
class Sorted:
    """The findings of one check: those that stay drift, and those that suppressions accept."""

    drift: tuple[Finding, ...]
    accepted: tuple[Finding, ...]

    @property
    def reason(self) -> str:
        """Why all of it is accepted."""
        return "; ".join(dict.fromkeys(each.waived for each in self.accepted))


def sort_out(run: Run, subject: Subject | None, control: str, findings: Collection[Finding], day: date) -> Sorted:
    """Tell the findings of a check that are suppressed on a day from those that are not."""
    drift, accepted = [], []
    only = subject.repository.name if subject and subject.repository else None
    paths = {each.path for each in findings if each.mark is not None}
    files = [_Files.of(name, run, control, paths) for name in run.checkouts if only in {None, name}] if paths else []
    for each in findings:
        found = _covering(files, each)
        if found is None:
            drift.append(each)
        elif found.holds(day):
            waived = f"suppressed until {found.until} on line {found.mark.line}: {found.reason}"
            accepted.append(replace(each, fix="", waived=waived))
        else:
            ended = f"(the suppression on line {found.mark.line} ended on {found.until})"
            drift.append(replace(each, fact=f"{each.fact} {ended}"))
    return Sorted(tuple(drift), tuple(accepted))


def complaints(run: Run, verdicts: Collection[Verdict], known: Collection[str], *, whole: bool) -> tuple[Verdict, ...]:
    """Give the verdicts that suppressions turn into drift: one that holds nothing, and one that nothing needs.

    `known` are the controls of workflow files. Whether a suppression is needed can be told only where everything was
    judged that could need it: `whole` says so.
    """
    changed: dict[str, Verdict] = {}
    judged = _ByControl(verdicts)
    for repository, found in run.suppressions.items():
        if repository not in run.scope.repositories:
            continue
        documents = {each.path: each for each in documents_of(run.checkouts[repository])}
        for each in found:
            for control, wrong in _wrong_with(each, documents[each.path], judged, known, whole=whole):
                if control in LINTERS and not each.problem and not is_linted(run, repository, each.path):
                    continue  # whether it is needed, no linter was asked
                target = _told_under(judged, control, repository, each) or _told_under(
                    judged, _READING, repository, each
                )
                if target is not None:
                    changed[target.id] = _with(changed.get(target.id, target), wrong)
    return tuple(changed.values())


def is_linted(run: Run, repository: str, path: str) -> bool:
    """Say whether the estate has the linters judge a file."""
    if run.estate.lint != "deploys":
        return run.estate.lint == "all"
    return path in on_paths(run.checkouts[repository])


@dataclass(frozen=True, slots=True)
class _Files:
    """Some files of a repository, and what suppresses one control in each, by their path."""

    documents: Mapping[str, Document]
    suppressions: Mapping[str, list[Suppression]]

    @classmethod
    def of(cls, repository: str, run: Run, control: str, paths: Collection[str]) -> "_Files":
        found: dict[str, list[Suppression]] = {}
        for each in run.suppressions.get(repository, ()):
            if each.path in paths and control in each.controls and not each.problem:
                found.setdefault(each.path, []).append(each)
        sources = run.checkouts[repository].sources
        # Of many files a finding lies in one: to look through all of them for each check would cost their square.
        files = (sources.by_path[path].document for path in paths if path in sources.by_path)
        actions = (each.document for each in sources.actions.values() if each.document.path in paths)
        return cls({each.path: each for each in (*files, *actions)}, found)


def _covering(files: Iterable[_Files], found: Finding) -> Suppression | None:
    """Give the suppression that covers a finding, the one that holds longest.

    A finding says its path, not its repository. Where the files of several repositories agree on path and line, each of
    them must suppress it.
    """
    if found.mark is None:
        return None
    mark = found.mark
    covering = []
    for each in files:
        document = each.documents.get(found.path)
        if document is None or document.excerpt(mark) != found.excerpt:
            continue
        fitting = [one for one in each.suppressions.get(found.path, ()) if one.covers(found.path, mark.line)]
        if not fitting:
            return None
        covering.append(max(fitting, key=lambda one: one.until or date.min))
    return min(covering, key=lambda one: one.until or date.min, default=None)


def _wrong_with(
    suppression: Suppression, document: Document, judged: "_ByControl", known: Collection[str], *, whole: bool
) -> Iterator[tuple[str, Finding]]:
    """Give what is wrong with a suppression of a document, and the control under which it is said."""
    mark = suppression.mark
    if suppression.problem:
        control = next((each for each in suppression.controls if each in known), _READING)
        fact = f"this suppression holds nothing: {suppression.problem}"
        yield control, document.finding(mark, fact, "correct it")
        return
    for control in suppression.controls:
        if control not in known:
            fact = f'this suppression names "{control}", which is no control of workflow files'
            yield _READING, document.finding(mark, fact, "asbuilt controls lists them")
        elif whole and judged.all_judged(control) and not _needed(suppression, judged.of(control)):
            where = f"on line {suppression.line}" if suppression.line else "below it"
            fact = f"nothing needs this suppression of {control}: it finds nothing {where}"
            yield control, document.finding(mark, fact, f"take {control} out of the comment")


def _is_judged(verdict: Verdict) -> bool:
    """Tell whether a check looked for what it judges, be it that there was nothing."""
    return verdict.outcome in _JUDGED or verdict.reason.startswith(NOTHING)


class _ByControl:
    """Verdicts by their control: each suppression asks for those of its own."""

    def __init__(self, verdicts: Collection[Verdict]) -> None:
        self._verdicts: dict[str, list[Verdict]] = {}
        for each in verdicts:
            self._verdicts.setdefault(each.control, []).append(each)

    def of(self, control: str) -> list[Verdict]:
        return self._verdicts.get(control, [])

    def all_judged(self, control: str) -> bool:
        own = self.of(control)
        return any(map(_is_judged, own)) and all(each.outcome is not Outcome.UNKNOWN for each in own)


def _needed(suppression: Suppression, verdicts: Collection[Verdict]) -> bool:
    found = (finding for each in verdicts for finding in each.findings)
    return any(each.mark is not None and suppression.covers(each.path, each.mark.line) for each in found)


def _told_under(verdicts: _ByControl, control: str, repository: str, suppression: Suppression) -> Verdict | None:
    """Give the verdict of a control that a complaint joins: the one on the same file, else the first."""
    judged = [each for each in verdicts.of(control) if _is_judged(each)]
    own = f"[{repository} {suppression.path.rpartition('/')[2]}]"
    return next((each for each in judged if each.id.endswith(own)), judged[0] if judged else None)


def _with(verdict: Verdict, finding: Finding) -> Verdict:
    """Give a verdict that drifted in one more finding; what a waiver accepted in it stays accepted."""
    before = verdict.findings
    if verdict.outcome is Outcome.WAIVED:
        before = tuple(replace(each, waived=each.waived or verdict.reason) for each in before)
    return replace(verdict, outcome=Outcome.DRIFTED, findings=(*before, finding), reason="")
