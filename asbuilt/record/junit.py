"""The run as JUnit XML, as CI systems read it: rendered from the verdicts, with nothing in it but what they say."""

import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from asbuilt import texts
from asbuilt.record.telling import told
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict

_ELEMENTS: dict[Outcome, tuple[str, dict[str, str]]] = {
    Outcome.DRIFTED: ("failure", {}),
    Outcome.UNKNOWN: ("error", {}),
    # Readers of JUnit tell these two apart by pytest's own words for them.
    Outcome.WAIVED: ("skipped", {"type": "pytest.xfail"}),
    Outcome.NOT_APPLICABLE: ("skipped", {"type": "pytest.skip"}),
}


def junit(run: Run, verdicts: Iterable[Verdict]) -> str:
    """Give the document: one test case for each verdict, by the names that pytest has for checks.

    What could not be collected is an error beside them.
    """
    cases = [*map(_case, verdicts), *(_uncollected(each.id, each.reason) for each in run.population.errors)]
    count = {kind: str(sum(each.find(kind) is not None for each in cases)) for kind in ("error", "failure", "skipped")}
    suite = ET.Element(
        "testsuite",
        name="pytest",
        errors=count["error"],
        failures=count["failure"],
        skipped=count["skipped"],
        tests=str(len(cases)),
        time=f"{sum(float(each.get('time', '0')) for each in cases):.3f}",
        timestamp=(run.observation.as_of if run.observation else datetime.now(UTC)).isoformat(),
        hostname=platform.node(),
    )
    suite.append(_properties(world=run.world))
    suite.extend(cases)
    root = ET.Element("testsuites", name="pytest tests")
    root.append(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>{ET.tostring(root, encoding="unicode")}'


def _case(verdict: Verdict) -> ET.Element:
    case = _named(verdict.id, verdict.seconds)
    case.append(_properties(control=verdict.control, severity=verdict.severity))
    if verdict.outcome in _ELEMENTS:
        name, kind = _ELEMENTS[verdict.outcome]
        facts = [texts.line(each.fact) for each in verdict.told()[:1]]
        others = len(verdict.findings) - 1
        more = f" (and {others} more)" if others > 0 else ""
        element = ET.SubElement(case, name, kind, message=f"{''.join(facts)}{more}")
        element.text = told(verdict)
    return case


def _uncollected(node_id: str, reason: str) -> ET.Element:
    case = _named(node_id, 0.0)
    element = ET.SubElement(case, "error", message="collection failure")
    element.text = texts.line(reason)
    return case


def names(node_id: str) -> tuple[str, str]:
    """Give pytest's name for a test case: the module and its classes, then the function with its subject."""
    before, bracket, subject = node_id.partition("[")
    path, *named = before.split("::")
    *classes, name = (re.sub(r"\.py$", "", path.replace("/", ".")), *named)
    return texts.line(".".join(classes)), texts.line(f"{name}{bracket}{subject}")


def _named(node_id: str, seconds: float) -> ET.Element:
    classname, name = names(node_id)
    return ET.Element("testcase", classname=classname, name=name, time=f"{seconds:.3f}")


def _properties(**values: str) -> ET.Element:
    properties = ET.Element("properties")
    for name, value in values.items():
        ET.SubElement(properties, "property", name=name, value=texts.line(value))
    return properties
