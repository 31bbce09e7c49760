"""What a control is, and what a check says when reality is not as declared."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from asbuilt import texts
from asbuilt.workflows.document import Document, Mark

_SYSTEMS = {"HK": "Heroku", "GH": "GitHub", "WEB": "Web", "WF": "Workflows"}
_REMEDY = "Remedy: "


@dataclass(frozen=True, slots=True)
class Control:
    """One requirement of the catalogue: its id is stable for ever. `reason` has the paragraphs that say why."""

    id: str
    severity: str
    satisfies: tuple[str, ...]
    requirement: str
    reason: tuple[str, ...]
    remedy: str

    @property
    def system(self) -> str:
        """Which system it is about, by its id."""
        return _SYSTEMS[self.id.rstrip("0123456789")]


def control(identity: str, *, severity: str, satisfies: Iterable[str] = ()) -> pytest.MarkDecorator:
    """Mark a test function as the check of a control.

    The first line of its docstring is the requirement. The paragraph that begins `Remedy:` says what to do, with
    `{app}`, `{deploy}`, `{repository}`, `{environment}` or `{workflow}` where a subject's own words belong.
    """
    return pytest.mark.control(identity, severity=severity, satisfies=tuple(satisfies))


def control_of(function: Any) -> Control:
    """Give the control that a test function checks.

    Raises LookupError for a function that has none, or whose docstring lacks the requirement.
    """
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "control"]
    paragraphs = [" ".join(each.split()) for each in (inspect.getdoc(function) or "").split("\n\n")]
    requirement, *rest = paragraphs
    if not marks or not requirement:
        raise LookupError(f"{function.__name__}: a check has @control(...) and a docstring that states the requirement")
    return Control(
        id=marks[0].args[0],
        severity=marks[0].kwargs["severity"],
        satisfies=marks[0].kwargs["satisfies"],
        requirement=requirement,
        reason=tuple(each for each in rest if not each.startswith(_REMEDY)),
        remedy=next((each.removeprefix(_REMEDY) for each in rest if each.startswith(_REMEDY)), ""),
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One drift at one place: a file's line, where a file is judged; else the subject of the check is the place."""

    fact: str
    fix: str = ""
    path: str = ""
    mark: Mark | None = None
    excerpt: str = ""

    @property
    def place(self) -> str:
        """`path:line:column`, or nothing."""
        return f"{self.path}:{self.mark.line}:{self.mark.column}" if self.mark else self.path


def finding(document: Document, mark: Mark, fact: str, fix: str = "") -> Finding:
    """Give a finding at a place of a document, with the offending line."""
    return Finding(fact, fix, document.path, mark, document.excerpt(mark))


class Drift(AssertionError):  # noqa: N818 - drift is the outcome's name, not an error of the program
    """Reality is not as declared, at one or more places."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        # What pytest and Allure write of it on their own has to be fit as well.
        super().__init__("\n".join(texts.line(f"{each.place} {each.fact}".strip()) for each in findings))


def none_of(findings: Iterable[Finding]) -> None:
    """Assert that there is no finding. Raises Drift with all of them."""
    if found := tuple(findings):
        raise Drift(found)
