"""Evidence as Allure results: what each check is called there, what it rests on, and that it tells the truth."""

import html
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import allure
import yaml
from allure_commons.types import AttachmentType, LabelType, LinkType
from pydantic import BaseModel

from asbuilt.controls import Control
from asbuilt.estate import Environment
from asbuilt.record.directory import CONTEXT
from asbuilt.record.writing import folder, write_bytes, write_json, write_text
from asbuilt.run import Run
from asbuilt.subjects import Subject
from asbuilt.verdicts import Line, Outcome, Verdict
from asbuilt.withholding import Secrets
from asbuilt.workflows.deploy_path import DeployPath

_SEVERITIES = {"SEV-1": "blocker", "SEV-2": "critical", "SEV-3": "normal", "SEV-4": "minor"}
_STATUS = {
    Outcome.CONFORMS: "passed",
    Outcome.DRIFTED: "failed",
    Outcome.UNKNOWN: "broken",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
}
_NODE_ID = "nodeid"
_CELL = '<td style="vertical-align:top;padding-right:2em"><pre style="white-space:pre-wrap">'
CATEGORIES = Path(__file__).parents[2] / "reports" / "categories.json"


def describe(
    run: Run, control: Control, node_id: str, subject: Subject | None, seen: Mapping[str, Any], requests: Iterable[int]
) -> None:
    """Give the open Allure result its title, labels, links, and the declared and observed values side by side."""
    name = subject.id if subject else run.estate.name
    settings = run.estate.controls.get(control.id)
    severity = (settings.severity if settings else None) or control.severity
    allure.dynamic.title(f"{name}: {_clause(control.requirement)}")
    allure.dynamic.label(_NODE_ID, node_id)
    allure.dynamic.label(LabelType.EPIC, control.system)
    allure.dynamic.label(LabelType.FEATURE, subject.name if subject else run.estate.name)
    allure.dynamic.label(LabelType.STORY, f"{control.id} {_clause(control.requirement)}")
    allure.dynamic.label(LabelType.SEVERITY, _SEVERITIES[severity])
    allure.dynamic.label(LabelType.TAG, control.id, severity, *control.satisfies)
    links = run.estate.links
    if settings and settings.issue and links.issues:
        allure.dynamic.link(links.issues.format(issue=settings.issue), LinkType.ISSUE, f"#{settings.issue}")
    if links.runbook:
        allure.dynamic.link(links.runbook, LinkType.LINK, "runbook")
    environment = _environment(subject)
    if environment and environment.decision:
        allure.dynamic.link(links.decisions[environment.decision], LinkType.LINK, environment.decision)
    declared = _plain(_declared(subject))
    observed = _plain(dict(seen))
    asked = [str(run.observation.transcript[index]) for index in dict.fromkeys(requests)] if run.observation else []
    allure.dynamic.description_html(_page(control.requirement, declared, observed, asked))
    both = {"declared": declared, "observed": observed, "requests": asked}
    allure.attach(json.dumps(both, indent=2), "declared and observed", AttachmentType.JSON)


def settle_results(results: Path, verdicts: Iterable[Verdict], secrets: Secrets) -> None:
    """Make every Allure result say what its verdict says.

    Allure itself takes a check that was interrupted between setup and call for a passed one.
    """
    by_id = {verdict.id: verdict for verdict in verdicts}
    for path in results.glob("*-result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        labels = {label["name"]: label["value"] for label in result.get("labels", [])}
        verdict = by_id.get(labels.get(_NODE_ID, ""))
        if verdict is None:
            result["status"] = "broken"
            result["statusDetails"] = {"message": "interrupted before it came to an end"}
        else:
            result["status"] = _STATUS[verdict.outcome]
            if text := _message(verdict):
                result["statusDetails"] = {"message": text}
            else:
                result.pop("statusDetails", None)
            if verdict.outcome is Outcome.WAIVED:
                result["labels"].append({"name": "tag", "value": "waived"})
        write_json(path, result, secrets, indent=None)


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
    lines = [f"{key.replace(' ', '_')}={value}" for key, value in facts.items()]
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
        "buildName": f"{environ.get('GITHUB_WORKFLOW')} #{environ.get('GITHUB_RUN_NUMBER')}",
        "buildUrl": run,
    }


def _message(verdict: Verdict) -> str:
    told = tuple(map(verdict.told, verdict.lines))
    return "\n\n".join("\n".join(_parts(line, verdict.subject)) for line in told) or verdict.reason


def _parts(line: Line, subject: str) -> Iterator[str]:
    """Give a finding line by line: the fact, behind its place where that is not the subject; the excerpt; the fix."""
    yield line.fact if line.place in {"", subject} else f"{line.place} {line.fact}"
    if line.excerpt:
        yield f"> {line.excerpt}"
    if line.fix:
        yield f"fix: {line.fix}"


def _clause(requirement: str) -> str:
    """Give the requirement up to its reason, as it reads behind a subject."""
    clause = requirement.partition(": ")[0].rstrip(".")
    return clause if clause[1:2].isupper() else clause[0].lower() + clause[1:]


def _environment(subject: Subject | None) -> Environment | None:
    if subject is None or subject.kind != "environment" or subject.repository is None:
        return None
    return subject.repository.environments.get(subject.part)


def _declared(subject: Subject | None) -> Any:
    if subject is None:
        return None
    if subject.kind == "environment":
        return _environment(subject) or {"name": subject.part, "declared": "by a workflow only"}
    if subject.kind in {"process", "probe"} and subject.app:
        return subject.app
    if subject.kind == "deploy":
        return subject.part.deploy
    return subject.app or subject.repository


def _plain(value: Any) -> Any:
    """Turn declared and observed values into what JSON can hold."""
    match value:
        case BaseModel():
            return value.model_dump(mode="json", exclude_defaults=True)
        case DeployPath():
            return value.as_dict()
        case datetime() | timedelta():
            return str(value)
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case tuple() | list() | set() | frozenset():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _plain(asdict(value))
        case None | str() | int() | float():
            return value
        case _:
            return str(value)


def _lines(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=None, sort_keys=False, allow_unicode=True, width=48)


def _page(requirement: str, declared: Any, observed: Any, asked: list[str]) -> str:
    cells = "".join(f"{_CELL}{html.escape(_lines(value))}</pre></td>" for value in (declared, observed))
    requests = "".join(f"<li><code>{html.escape(each)}</code></li>" for each in asked)
    return (
        f"<p>{html.escape(requirement)}</p>"
        f'<table><tr><th align="left">declared</th><th align="left">observed</th></tr><tr>{cells}</tr></table>'
        + (f"<p>Rests on</p><ul>{requests}</ul>" if requests else "")
    )
