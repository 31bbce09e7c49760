"""Evidence as Allure results: what each check is called there, what it rests on, and that it tells the truth."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import allure
from allure_commons.types import AttachmentType, LabelType, LinkType

from asbuilt import texts
from asbuilt.causes import Cause, causes
from asbuilt.controls import Control
from asbuilt.estate import Environment, Ownership
from asbuilt.record import headlines
from asbuilt.record.directory import CONTEXT
from asbuilt.record.telling import told
from asbuilt.record.values import attachment, page, plain
from asbuilt.record.writing import folder, write_bytes, write_json, write_text
from asbuilt.run import Run
from asbuilt.subjects import Subject
from asbuilt.verdicts import Outcome, Verdict

# So that the worst is "critical": a SEV-2 that the report calls so is read as a SEV-1.
_SEVERITIES = {"SEV-1": "critical", "SEV-2": "normal", "SEV-3": "minor", "SEV-4": "trivial"}
_STATUS = {
    Outcome.CONFORMS: "passed",
    Outcome.DRIFTED: "failed",
    Outcome.UNKNOWN: "broken",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
}
WITH_ANOTHER = "the same cause as"  # by this the report keeps what another verdict explains apart
_NODE_ID = "nodeid"
_FIT = frozenset({"descriptionHtml", "message"})
CATEGORIES = Path(__file__).parents[2] / "reports" / "categories.json"


def describe(
    run: Run, control: Control, node_id: str, subject: Subject | None, seen: Mapping[str, Any], requests: Iterable[int]
) -> None:
    """Give the open Allure result its title, labels, links, and the declared and observed values side by side."""
    name = texts.line(subject.id if subject else run.estate.name)
    settings = run.estate.controls.get(control.id)
    severity = (settings.severity if settings else None) or control.severity
    allure.dynamic.title(f"{control.id} {name}: {_clause(control.requirement)}")
    allure.dynamic.label(_NODE_ID, node_id)
    allure.dynamic.label(LabelType.EPIC, control.system)
    allure.dynamic.label(LabelType.FEATURE, texts.line(subject.name if subject else run.estate.name))
    allure.dynamic.label(LabelType.STORY, f"{control.id} {_clause(control.requirement)}")
    allure.dynamic.label(LabelType.SEVERITY, _SEVERITIES[severity])
    allure.dynamic.label(LabelType.TAG, control.id, severity, *control.satisfies)
    links = run.estate.links
    if settings and (url := links.issue_url(settings.issue)):
        _link(url, LinkType.ISSUE, f"#{settings.issue}")
    if links.runbook:
        _link(links.runbook, LinkType.LINK, "runbook")
    environment = _environment(subject)
    if environment and environment.decision:
        _link(links.decisions[environment.decision], LinkType.LINK, environment.decision)
    declared = plain(_declared(subject))
    observed = plain(dict(seen))
    asked = [str(run.observation.transcript[index]) for index in dict.fromkeys(requests)] if run.observation else []
    allure.dynamic.description_html(page(control.requirement, declared, observed, asked))
    allure.attach(attachment(declared, observed, asked), "declared and observed", AttachmentType.JSON)


def settle_results(results: Path, verdicts: tuple[Verdict, ...], run: Run) -> None:
    """Make every Allure result say what its verdict says, and what explains it.

    Allure itself takes a check that was interrupted between setup and call for a passed one.
    """
    secrets = run.secrets
    by_id = {secrets.hide(verdict.id): verdict for verdict in verdicts}
    of_causes = {each.id: cause for cause in causes(verdicts) for each in cause.members}
    for path in results.glob("*-result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        labels = {label["name"]: label["value"] for label in result.get("labels", [])}
        verdict = by_id.get(labels.get(_NODE_ID, ""))
        if verdict is None:
            result["status"] = "broken"
            result["statusDetails"] = {"message": "interrupted before it came to an end"}
        else:
            result["status"] = _STATUS[verdict.outcome]
            cause = of_causes.get(verdict.id)
            if text := "\n\n".join(
                filter(None, (_of_cause(run, cause, verdict) if cause and cause.explains else "", told(verdict)))
            ):
                result["statusDetails"] = {"message": text}
            else:
                result.pop("statusDetails", None)
            if cause and headlines.is_live(verdict):
                result["labels"].append({"name": "cause", "value": headlines.heading(run, cause)})
            if verdict.outcome is Outcome.WAIVED:
                result["labels"].append({"name": "tag", "value": "waived"})
        write_json(path, _shown(result), secrets, indent=None)


def _of_cause(run: Run, cause: Cause, verdict: Verdict) -> str:
    """Give a cause line by line, for the verdict at its head; for the others, with which one they belong."""
    head = cause.head
    if verdict.id != head.id:
        said = texts.line(headlines.headline(run, cause), headlines.LONGEST)
        return f"{WITH_ANOTHER} {head.control} of {texts.line(head.subject)}: {said}"
    return "\n".join(headlines.lines(run, cause))


def write_context(results: Path, run: Run, linters: Mapping[str, str]) -> None:
    """Write what the report says of the run as a whole: its world, its clock, who ran it, what the linters did."""
    folder(results)
    observation = run.observation
    facts = {
        "Estate": run.estate.name,
        "World": run.world,
        **({"As of": f"{observation.as_of:%Y-%m-%d %H:%M:%S} UTC"} if observation else {}),
        "Requests": str(len(observation.transcript)) if observation else "0",
        "asbuilt": version("asbuilt"),
        "Python": platform.python_version(),
        **linters,
    }
    lines = [f"{key.replace(' ', '_')}={_property(value)}" for key, value in facts.items()]
    write_text(results / CONTEXT, "\n".join(lines) + "\n", run.secrets)
    write_json(results / "executor.json", _executor(), run.secrets, indent=2)
    write_bytes(results / CATEGORIES.name, CATEGORIES.read_bytes(), run.secrets)


def _executor() -> dict[str, str]:
    environ = os.environ
    if "GITHUB_RUN_ID" not in environ:
        return {"name": "local", "type": "local"}
    run = (
        f"{environ.get('GITHUB_SERVER_URL')}/{environ.get('GITHUB_REPOSITORY')}/actions/runs/{environ['GITHUB_RUN_ID']}"
    )
    return {
        "name": "GitHub Actions",
        "type": "github",
        "buildName": texts.line(f"{environ.get('GITHUB_WORKFLOW')} #{environ.get('GITHUB_RUN_NUMBER')}"),
        "buildUrl": texts.link(run),
    }


def _link(url: str, kind: str, name: str) -> None:
    if address := texts.link(url):
        allure.dynamic.link(address, kind, texts.line(name))


def _property(value: str) -> str:
    """Give a value for a file of properties: a backslash begins an escape there."""
    return texts.line(value).replace("\\", "\\\\")


def _shown(value: Any, key: str = "") -> Any:
    """Give an Allure result with what it took from pytest made fit; texts of several lines are fit already."""
    match value:
        case dict():
            return {each: _shown(held, each) for each, held in value.items()}
        case list():
            return [_shown(each) for each in value]
        case str() if key not in _FIT:
            return texts.line(value)
        case _:
            return value


def _clause(requirement: str) -> str:
    """Give the requirement up to its reason, as it reads behind a subject."""
    clause = requirement.partition(": ")[0].rstrip(".")
    return clause if clause[1:2].isupper() else clause[0].lower() + clause[1:]


def _environment(subject: Subject | None) -> Environment | None:
    if subject is None or subject.kind != "environment" or subject.repository is None:
        return None
    return subject.repository.environment(subject.part)


def _declared(subject: Subject | None) -> Any:
    if subject is None:
        return None
    if subject.kind == "environment":
        return _environment(subject) or {"name": subject.part, "declared": "by a workflow only"}
    if isinstance(subject.part, Ownership):
        return subject.part.deploy
    return subject.app or subject.repository
