"""The run as JUnit XML, as CI systems read it: rendered from the verdicts, with nothing in it but what they say."""

import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

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
    judged, missing = list(verdicts), run.population.errors
    shown = [shown_as(each.outcome, each.tolerated) for each in judged]
    kinds = [_ELEMENTS[each][0] for each in shown if each in _ELEMENTS] + ["error"] * len(missing)
    suite = _begin(
        "testsuite",
        name="pytest",
        errors=str(kinds.count("error")),
        failures=str(kinds.count("failure")),
        skipped=str(kinds.count("skipped")),
        tests=str(len(judged) + len(missing)),
        time=f"{sum(each.seconds for each in judged):.3f}",
        timestamp=(run.observation.as_of if run.observation else datetime.now(UTC)).isoformat(),
        hostname=platform.node(),
    )
    cases = (*(_case(each, run.world) for each in judged), *(_uncollected(each.id, each.reason) for each in missing))
    return "".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            _begin("testsuites", name="pytest tests"),
            suite,
            _properties(world=run.world),
            *cases,
            "</testsuite></testsuites>",
        )
    )


def _case(verdict: Verdict, world: str) -> str:
    said = ""
    outcome = shown_as(verdict.outcome, verdict.tolerated)
    if outcome in _ELEMENTS:
        name, kind = _ELEMENTS[outcome]
        spared = (
            f"{verdict.outcome}, and fails nothing ({texts.line(verdict.tolerated)}): " if verdict.tolerated else ""
        )
        facts = [f"{spared}{texts.line(each.fact)}" for each in verdict.told()[:1]]
        others = len(verdict.findings) - 1
        more = f" (and {others} more)" if others > 0 else ""
        begin = _begin(name, **kind, message="".join((*facts, more)))
        said = f"{begin}{_fit(told(verdict))}</{name}>"
    properties = _properties(control=verdict.control, severity=verdict.severity, world=world)
    return f"{_named(verdict.id, verdict.seconds)}{properties}{said}</testcase>"


def shown_as(outcome: Outcome, tolerated: str) -> Outcome:
    """Give the outcome that a case is shown with: what fails no run here fails none there, and says why not."""
    return Outcome.WAIVED if tolerated else outcome


def _uncollected(node_id: str, reason: str) -> str:
    error = _begin("error", message="collection failure")
    return f"{_named(node_id, 0.0)}{error}{_fit(texts.line(reason))}</error></testcase>"


def names(node_id: str) -> tuple[str, str]:
    """Give pytest's name for a test case: the module and its classes, then the function with its subject."""
    before, bracket, subject = node_id.partition("[")
    path, *named = before.split("::")
    *classes, name = (re.sub(r"\.py$", "", path.replace("/", ".")), *named)
    return texts.line(".".join(classes)), texts.line(f"{name}{bracket}{subject}")


def _named(node_id: str, seconds: float) -> str:
    """Begin a test case by pytest's name for it."""
    classname, name = names(node_id)
    return _begin("testcase", classname=classname, name=name, time=f"{seconds:.3f}")


@lru_cache(2**8)
def _properties(**values: str) -> str:
    """Give properties: of the checks of a control they are the same."""
    held = (f'<property name="{name}" value="{_fit(texts.line(value))}"/>' for name, value in values.items())
    return f"<properties>{''.join(held)}</properties>"


def _begin(tag: str, /, **attributes: str) -> str:
    held = "".join(f' {each}="{_fit(value)}"' for each, value in attributes.items())
    return f"<{tag}{held}>"


def _fit(text: str) -> str:
    """Give a text for XML, where it stands between tags or in quotes."""
    for character, entity in _ENTITIES:
        text = text.replace(character, entity)
    return text


_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;"))
