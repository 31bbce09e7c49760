"""The verdicts as Allure's results: a file each, all of them at the end, with what the verdict says and no more.

Their form is that of `allure_commons.model2`, which Allure 2 and 3 read:
https://github.com/allure-framework/allure-python/blob/master/allure-python-commons/src/allure_commons/model2.py
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from asbuilt import texts
from asbuilt.causes import Cause, causes
from asbuilt.controls import Control, system_of
from asbuilt.record import headlines, showing
from asbuilt.record.telling import told
from asbuilt.record.values import introduction, page
from asbuilt.record.writing import Written, folder, write_new
from asbuilt.relations import about
from asbuilt.run import Run
from asbuilt.verdicts import ESTATE, NEVER, Outcome, Verdict

# So that the worst is "critical": a SEV-2 that the report calls so is read as a SEV-1.
_SEVERITIES = {"SEV-1": "critical", "SEV-2": "normal", "SEV-3": "minor", "SEV-4": "trivial"}
STATUS = {
    Outcome.CONFORMS: "passed",
    Outcome.DRIFTED: "failed",
    Outcome.UNKNOWN: "broken",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
}
WAIVED = "waived: "  # by this it tells what is accepted from what is not applicable
WITH_ANOTHER = "the same cause as"  # by this the report keeps what another verdict explains apart
_LONGEST_ID = 2000
_LONG = 32
_SHORT = json.JSONEncoder(separators=(",", ":"))
# As pytest writes what is not ASCII in the id of a check (`_pytest.compat.ascii_escaped`).
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4})|\\)")
_AT_ONCE = 256  # results that are looked through for secrets together


def write_results(results: Path, verdicts: tuple[Verdict, ...], run: Run) -> dict[str, Written]:
    """Write a result for each verdict, and give what was written, by name of the file. Raises NotWrittenError."""
    folder(results)
    found: dict[str, Written] = {}
    left = results_of(verdicts, run)
    while some := list(islice(left, _AT_ONCE)):
        for name, content in _without_secrets(run, some):
            found[name] = write_new(results / name, content)
    return found


def results_of(verdicts: tuple[Verdict, ...], run: Run) -> Iterator[dict[str, Any]]:
    """Give each verdict as a result; on a timeline they stand one behind the other, from the run's clock on."""
    known = {each.id: cause for cause in causes(verdicts) for each in cause.members}
    rendering = _Rendering(run, known, _shared(verdicts))
    at = (run.observation.as_of if run.observation else datetime.now(UTC)).timestamp()
    for each in verdicts:
        yield rendering.result(each, at)
        at += each.seconds


def _shared(verdicts: tuple[Verdict, ...]) -> dict[str, str]:
    """Give the heading of what several verdicts share in a file, by the id of each."""
    found: dict[str, str] = {}
    for each in showing.drifted(verdicts):
        if isinstance(each, showing.Entry) and len(each.ids) > 1:
            heading = texts.line(f"{each.severity} {each.finding.place}: {each.finding.fact}")
            found = {**dict.fromkeys(each.ids, heading), **found}
    return found


def _without_secrets(run: Run, some: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Give files without a secret. What is in none of them together is in none of them, so they are read at once.

    But for those with an `@`: that what is before it may be a password makes the search for one slow.
    """
    written = [texts.json_bytes(_SHORT.encode(each).encode()) for each in some]
    together = b"\n".join(each for each in written if b"@" not in each)
    clean = run.secrets.hide_bytes(together) == together
    for each, content in zip(some, written, strict=True):
        name = f"{each['uuid']}-result.json"
        if (clean and b"@" not in content) or run.secrets.hide_bytes(content) == content:
            yield name, content
        else:
            hidden = texts.as_json(run.secrets.hide_all(each), None).encode()
            yield name, run.secrets.hide_bytes(hidden)


@dataclass
class _Rendering:
    """What of a run all its results have in common, by what it is looked up by."""

    run: Run
    of_causes: dict[str, Cause]
    shared: dict[str, str]
    _known: dict[tuple[str, str, str], list[dict[str, str]]] = field(default_factory=dict)

    def result(self, verdict: Verdict, at: float) -> dict[str, Any]:
        """Give the result of a verdict that was judged from an instant on."""
        run, identity = self.run, sha256_of(verdict.id)
        directory = run.directory.name if run.directory else ""
        cause = self.of_causes.get(verdict.id)
        found: dict[str, Any] = {
            "uuid": sha256(f"{directory} {identity}".encode()).hexdigest()[:32],
            "historyId": identity[:_LONG],
            "testCaseId": identity[:_LONG],
            "fullName": full_name(verdict.id),
            "name": f"{verdict.control} {verdict.severity} {self._subject(verdict)}: {clause(verdict.requirement)}",
            "status": STATUS[verdict.outcome],
            "start": int(at * 1000),
            "stop": int((at + verdict.seconds) * 1000),
            "descriptionHtml": self._page(verdict),
            "labels": [*self._labels(verdict), *self._own_labels(verdict, cause)],
        }
        if links := list(self._links(verdict)):
            found["links"] = links
        if message := self._message(verdict, cause):
            found["statusDetails"] = {"message": message}
        return found

    def _page(self, verdict: Verdict) -> str:
        """Give what a verdict rests on; of what was never judged, what it requires: nothing was compared."""
        if verdict.reason.startswith(NEVER):
            return introduction(verdict.requirement)
        observation = self.run.observation
        asked = [str(observation.transcript[each]) for each in verdict.requests] if observation else []
        return page(verdict.requirement, verdict.declared, verdict.observed, asked)

    def _subject(self, verdict: Verdict) -> str:
        """Give the id of the subject, which pytest has between brackets, with escapes for what is not ASCII."""
        _, bracket, own = verdict.id.partition("[")
        if not bracket:
            return texts.line(self.run.estate.name)
        return texts.line(_ESCAPE.sub(_unescaped, own.removesuffix("]")))

    def _labels(self, verdict: Verdict) -> list[dict[str, str]]:
        """Give the labels that all verdicts of a check share."""
        check = verdict.id.partition("[")[0]
        key = check, verdict.control, verdict.severity
        if key not in self._known:
            control = self._controls.get(check)
            tags = (verdict.control, verdict.severity, *(control.satisfies if control else ()))
            self._known[key] = [
                _label("epic", system_of(verdict.control)),
                _label("story", f"{verdict.control} {clause(verdict.requirement)}"),
                _label("severity", _SEVERITIES[verdict.severity]),
                *(_label("tag", each) for each in tags),
            ]
        return self._known[key]

    def _own_labels(self, verdict: Verdict, cause: Cause | None) -> Iterator[dict[str, str]]:
        name = self.run.estate.name if verdict.subject == ESTATE else verdict.subject
        yield _label("feature", texts.line(name))
        if cause and headlines.is_live(verdict):
            yield _label("cause", headlines.heading(self.run, cause))
        elif shared := self.shared.get(verdict.id):
            yield _label("cause", shared)
        if verdict.outcome is Outcome.WAIVED:
            yield _label("tag", "waived")

    @cached_property
    def _controls(self) -> dict[str, Control]:
        return dict(self.run.checks)

    @cached_property
    def _decisions(self) -> dict[str, str]:
        """The decision that asks for an environment, by what its verdicts are about."""
        found = {}
        for each in self.run.subjects("environment").values():
            declared = each.repository.environment(each.part) if each.repository else None
            if declared and declared.decision:
                found[about(each)] = declared.decision
        return found

    def _links(self, verdict: Verdict) -> Iterator[dict[str, str]]:
        links = self.run.estate.links
        if url := links.issue_url(verdict.issue):
            yield from _link(url, "issue", f"#{verdict.issue}")
        if links.runbook and verdict.outcome in {Outcome.DRIFTED, Outcome.UNKNOWN, Outcome.WAIVED}:
            yield from _link(links.runbook, "link", "runbook")
        if decision := self._decisions.get(verdict.about):
            yield from _link(links.decisions[decision], "link", decision)

    def _message(self, verdict: Verdict, cause: Cause | None) -> str:
        of_cause = _of_cause(self.run, cause, verdict) if cause and cause.explains else ""
        accepted = WAIVED if verdict.outcome is Outcome.WAIVED else ""
        return "\n\n".join(filter(None, (of_cause, f"{accepted}{told(verdict)}")))


def full_name(node_id: str) -> str:
    """Give a check's id as a result has it."""
    return texts.line(node_id, _LONGEST_ID)


def identity_of(node_id: str) -> str:
    """Give what the results of all runs know a check by."""
    return sha256_of(node_id)[:_LONG]


def sha256_of(node_id: str) -> str:
    """Give the digest of a check's id."""
    return sha256(node_id.encode("utf-8", "surrogatepass")).hexdigest()


def _unescaped(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    return chr(int(digits, 16)) if digits else "\\"


def _of_cause(run: Run, cause: Cause, verdict: Verdict) -> str:
    """Give a cause line by line, for the verdict at its head; for the others, with which one they belong."""
    head = cause.head
    if verdict.id != head.id:
        said = texts.line(headlines.headline(run, cause), headlines.LONGEST)
        return f"{WITH_ANOTHER} {head.control} of {texts.line(head.subject)}: {said}"
    return "\n".join(headlines.lines(run, cause))


def clause(requirement: str) -> str:
    """Give the requirement up to its reason, as it reads behind a subject."""
    short = requirement.partition(": ")[0].rstrip(".")
    return short if short[1:2].isupper() else short[0].lower() + short[1:]


def _label(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _link(url: str, kind: str, name: str) -> Iterable[dict[str, str]]:
    address = texts.link(url)
    return [{"type": kind, "url": address, "name": texts.line(name)}] if address else []
