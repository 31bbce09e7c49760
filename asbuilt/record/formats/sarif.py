"""What a run found as SARIF 2.1.0, which code scanning shows on a pull request.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html is the standard, and what GitHub takes of it stands in
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning. There is
one run for each repository whose files were judged, with a category of its own, and one for what was observed live,
whose findings lie in the estate's file. What is unknown is a result as well: a warning that says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from asbuilt import __version__, texts
from asbuilt.controls import Control
from asbuilt.judged_again import is_sandbox
from asbuilt.record.formats.fingerprints import fingerprints
from asbuilt.record.formats.found import Found, FoundRun, Spot
from asbuilt.record.manifest import Source
from asbuilt.subjects import WORDS, tell
from asbuilt.verdicts import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST = 25_000  # results of one run; GitHub refuses a file with more
_MOST_TAGS = 10  # that GitHub shows
_ROOT = "%SRCROOT%"
_OF_FILES = "WF"
_GITHUB = "https://github.com"
_LEVELS = {"SEV-1": "error", "SEV-2": "error", "SEV-3": "warning", "SEV-4": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_SUITES = (("static", True), ("live", False))


def sarif(run: FoundRun, controls: Mapping[str, Control]) -> dict[str, Any]:
    """Give the log of a run; `controls` are those of the catalogue by their ids."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": list(_runs(run, controls))}


def _runs(run: FoundRun, controls: Mapping[str, Control]) -> Iterator[dict[str, Any]]:
    for suite, is_of_files in _SUITES:
        if suite not in run.manifest.covered.suites:
            continue
        rules = {name: each for name, each in controls.items() if name.startswith(_OF_FILES) == is_of_files}
        findings = [each for each in run.findings if each.control.startswith(_OF_FILES) == is_of_files]
        rules |= {each.control: _unknown_control(each) for each in findings if each.control not in rules}
        judged = run.manifest.covered.repositories if is_of_files else ()
        groups: dict[str, list[Found]] = {name: [] for name in judged} or {"": []}
        for each in findings:
            own = each.spot.checkout if is_of_files else ""
            groups.setdefault(own if own in groups else next(iter(groups)), []).append(each)
        for name, members in groups.items():
            yield _run(run, suite, name, members, rules)


def _run(
    run: FoundRun, suite: str, repository: str, findings: list[Found], controls: Mapping[str, Control]
) -> dict[str, Any]:
    manifest = run.manifest
    indices = {name: number for number, name in enumerate(controls)}
    shown = findings[:MOST]
    category = "/".join(filter(None, ("asbuilt", suite, repository if "/" in repository else "")))
    source = manifest.sources.get(f"checkout {repository}" if repository else "estate", Source())
    return {
        "tool": {
            "driver": {
                "name": "asbuilt",
                "version": manifest.tools.get("asbuilt", __version__),
                "semanticVersion": manifest.tools.get("asbuilt", __version__),
                "rules": [_rule(each) for each in controls.values()],
            }
        },
        "automationDetails": {"id": f"{category}/{manifest.run}"},
        "invocations": [_invocation(run, len(findings) - len(shown))],
        **_provenance(source.repository or repository, source, manifest.ci),
        "columnKind": "unicodeCodePoints",
        "results": [_result(run, each, indices[each.control]) for each in shown],
        "properties": {
            "estate": texts.line(manifest.estate),
            "world": texts.line(manifest.world),
            "verdict": manifest.verdict,
            "counts": manifest.counts,
        },
    }


def _rule(control: Control) -> dict[str, Any]:
    level = _LEVELS[control.severity]
    remedy = tell(control.remedy, WORDS)
    reason = "\n\n".join(control.reason)
    return {
        "id": control.id,
        "name": control.id,
        "shortDescription": {"text": texts.line(control.requirement, texts.LONGEST_WHOLE)},
        "fullDescription": {"text": texts.lines("\n\n".join(filter(None, (control.requirement, reason))))},
        "help": {
            "text": texts.lines("\n\n".join(filter(None, (reason, f"What to do: {remedy}")))),
            "markdown": "\n\n".join(
                (
                    *(texts.prose(each) for each in (control.requirement, *control.reason)),
                    f"**What to do:** {texts.prose(remedy)}",
                    f"`asbuilt controls {control.id}` explains it.",
                )
            ),
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [control.system.lower(), control.severity, *control.satisfies][:_MOST_TAGS],
            "problem.severity": _PROBLEMS[level],
            "precision": "very-high",
        },
    }


def _result(run: FoundRun, found: Found, index: int) -> dict[str, Any]:
    spot = found.spot
    unknown = found.outcome is Outcome.UNKNOWN
    result = {
        "ruleId": found.control,
        "ruleIndex": index,
        "level": "warning" if unknown else _LEVELS.get(found.severity, "warning"),
        "message": {"text": _message(run, found)},
        "locations": [{"physicalLocation": _location(spot), "logicalLocations": [_logical(found)]}],
        **_identity(found),
        "properties": _properties(found),
    }
    if found.accepted:
        kind = "inSource" if found.is_in_source else "external"
        told = texts.line(found.accepted, texts.LONGEST_WHOLE)
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": told}]
    if run.manifest.base:
        result["baselineState"] = "unchanged" if found.was_before else "new"
    return result


def _message(run: FoundRun, found: Found) -> str:
    """Give what is said of a finding, line by line; no text of somebody else's makes a link of it."""
    parts = [
        f"SANDBOX: {found.told}" if is_sandbox(run.manifest.world) else found.told,
        *(f"and: {each}" for each in found.also),
        *([f"concerns {', '.join(found.subjects)}"] if len(found.subjects) > 1 or found.spot.is_of_estate else []),
        *([f"fix: {found.fix}"] if found.fix else []),
        *([found.expired] if found.expired else []),
        *([f"fails nothing: {found.tolerated}"] if found.tolerated else []),
    ]
    told = "\n".join(texts.line(each, texts.LONGEST_WHOLE) for each in parts)
    return told.replace("](", "]\\(")  # what a reader of SARIF takes for a link: section 3.11.6


def _location(spot: Spot) -> dict[str, Any]:
    uri = quote(spot.path or "estate.yaml", safe="/", errors="surrogateescape")
    location: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}}
    if spot.line and spot.path:
        line = spot.line_text
        region: dict[str, Any] = {"startLine": spot.line}
        if 0 < spot.column <= len(line):
            region |= {"startColumn": spot.column, "endLine": spot.line, "endColumn": len(line.rstrip()) + 1}
            if region["endColumn"] <= spot.column:
                region["endColumn"] = len(line) + 1
        if line:
            region["snippet"] = {"text": texts.line(line, texts.LONGEST_WHOLE)}
        location["region"] = region
    return location


def _logical(found: Found) -> dict[str, Any]:
    return {"fullyQualifiedName": texts.line(found.subjects[0]), "kind": "resource"}


def _identity(found: Found) -> dict[str, Any]:
    """Give what a finding is known by in the next run, though its line has moved."""
    spot = found.spot
    known = fingerprints(spot.text) if spot.text else ()
    line = spot.line or 1
    return {"partialFingerprints": {"primaryLocationLineHash": known[line - 1]}} if line <= len(known) else {}


def _properties(found: Found) -> dict[str, Any]:
    told = {
        "severity": found.severity,
        "outcome": found.outcome.value,
        "fails": found.fails,
        "subjects": [texts.line(each) for each in found.subjects],
        "explains": dict(found.explains),
        "isExplained": found.is_explained,
        "issue": found.issue,
    }
    return {name: value for name, value in told.items() if value not in (None, {}, [])}


def _invocation(run: FoundRun, left: int) -> dict[str, Any]:
    manifest = run.manifest
    told = [("error", each) for each in manifest.lacks]
    told += [("error", f"{count} checks were never judged: {reason}") for reason, count in run.never.items()]
    told += [("warning", f"{left} more findings are left out: verdicts.json has them")] if left else []
    notes = [
        {"level": level, "message": {"text": texts.line(each, texts.LONGEST_WHOLE)}, "descriptor": {"id": "asbuilt"}}
        for level, each in told
    ]
    return {
        "executionSuccessful": run.is_whole and not run.never,
        "exitCode": manifest.exit,
        "startTimeUtc": _instant(manifest.started),
        "endTimeUtc": _instant(manifest.ended),
        **({"toolExecutionNotifications": notes} if notes else {}),
    }


def _instant(text: str) -> str:
    return text.replace("+00:00", "Z")


def _provenance(repository: str, source: Source, ci: Mapping[str, str]) -> dict[str, Any]:
    """Give where the files that were judged stand in git, where that is known."""
    if "/" not in repository or not source.commit:
        return {}
    server = texts.link(ci.get("server", _GITHUB)) or _GITHUB
    found: dict[str, Any] = {
        "repositoryUri": f"{server}/{quote(repository)}",
        "revisionId": source.commit,
        "mappedTo": {"uriBaseId": _ROOT},
    }
    ref = ci.get("ref", "")
    if ref and ci.get("repository", "").lower() == repository.lower():
        found["branch"] = texts.line(ref)
    return {"versionControlProvenance": [found]}


def _unknown_control(found: Found) -> Control:
    """Give a control that the catalogue does not have, as a record names it."""
    severity = found.severity if found.severity in _LEVELS else "SEV-3"
    requirement = f"{found.control}, which this asbuilt does not have"
    return Control(found.control, severity, (), requirement, (), "see the finding")


def controls_by_id(checks: Iterable[tuple[str, Control]]) -> dict[str, Control]:
    """Give the controls of a catalogue by id, in their order; what two checks share is told by the first."""
    found: dict[str, Control] = {}
    for _, control in checks:
        found.setdefault(control.id, control)
    return dict(sorted(found.items()))
