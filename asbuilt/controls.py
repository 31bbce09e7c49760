"""What a control is, and what a check says when reality is not as declared."""

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest

from asbuilt import texts
from asbuilt.terms import SEVERITIES
from asbuilt.versions import FIRST, is_version
from asbuilt.workflows.yaml.finding import Finding

_SYSTEMS = {"HK": "Heroku", "GH": "GitHub", "WEB": "Web", "WF": "Workflows"}
_REMEDY = "Remedy: "
_ID = re.compile(rf"({'|'.join(_SYSTEMS)})\d{{3}}")
NOTHING = "nothing to judge: "  # how the reason begins of a check that found nothing to look at


@dataclass(frozen=True, slots=True)
class Control:
    """One requirement of the catalogue: its id is stable for ever. `reason` has the paragraphs that say why.

    `asks` are the facts that its check asks for; of these `declared` and `observed` name what it holds against each
    other (`asbuilt.compared`). `kind` is the kind of subject that it is judged of: empty where that is the estate as a
    whole, or where nobody looked (`asbuilt.catalogue` does). `explained_by` are the controls whose drift may explain
    its own, and `needs` those that must hold before its remedy can be carried out, beside what the words of the remedy
    need. `since` is the version of asbuilt that it came with; `watched` says whether each look of a watch judges
    it too.
    """

    id: str
    severity: str
    satisfies: tuple[str, ...]
    requirement: str
    reason: tuple[str, ...]
    remedy: str
    asks: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    kind: str = ""
    declared: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    since: str = FIRST
    watched: bool = False

    @property
    def system(self) -> str:
        """Which system it is about, by its id."""
        return system_of(self.id)


def system_of(identity: str) -> str:
    """Say which system a control is about, by its id."""
    return _SYSTEMS[identity.rstrip("0123456789")]


def control(
    identity: str,
    *,
    severity: str,
    satisfies: Iterable[str] = (),
    explained_by: Iterable[str] = (),
    needs: Iterable[str] = (),
    declared: Iterable[str] = (),
    observed: Iterable[str] = (),
    with_app: bool = False,
    since: str = FIRST,
) -> pytest.MarkDecorator:
    """Mark a test function as the check of a control.

    The first line of its docstring is the requirement. The paragraph that begins `Remedy:` says what to do, with
    words such as `{app}` where a subject's own belong: those of the kind that the check is about (`asbuilt.subjects`).

    `explained_by` names the controls whose drift on the same app, its environment, a workflow of its deploys or its
    repository explains this one. `needs` names those that must hold before the remedy can be carried out; what
    `{deploy}` needs is known. `with_app` lets a check of a repository be judged under `--app` too.

    `declared` and `observed` name what its evidence shows side by side, as the check itself does: `app.stack`,
    `heroku_app.stack`, `releases`. Without, the name of the subject, and all facts that the check asks for.

    `since` is the version of asbuilt that the control comes with: an estate that is as of an older one is told of it,
    and no run fails for it.
    """
    return pytest.mark.control(
        identity,
        severity=severity,
        satisfies=tuple(satisfies),
        explained_by=tuple(explained_by),
        needs=tuple(needs),
        declared=tuple(declared),
        observed=tuple(observed),
        with_app=with_app,
        since=since,
    )


@lru_cache(maxsize=512)
def control_of(function: Any) -> Control:
    """Give the control that a test function checks. Raises LookupError for what `problems_of` finds in it."""
    if wrong := next(problems_of(function), ""):
        raise LookupError(f"{getattr(function, '__name__', function)}: {wrong}")
    mark, paragraphs = _marks(function)[0], _paragraphs(function)
    requirement, *rest = paragraphs
    return Control(
        id=mark.args[0],
        severity=mark.kwargs["severity"],
        satisfies=mark.kwargs["satisfies"],
        requirement=requirement,
        reason=tuple(each for each in rest if not each.startswith(_REMEDY)),
        remedy=next(each.removeprefix(_REMEDY) for each in rest if each.startswith(_REMEDY)),
        asks=tuple(inspect.signature(function).parameters),
        explained_by=mark.kwargs.get("explained_by", ()),
        needs=mark.kwargs.get("needs", ()),
        declared=mark.kwargs.get("declared", ()),
        observed=mark.kwargs.get("observed", ()),
        since=mark.kwargs.get("since", FIRST),
        watched=any(each.name == "watch" for each in getattr(function, "pytestmark", [])),
    )


def problems_of(function: Any) -> Iterator[str]:
    """Say what a function lacks that a check has, and what to add."""
    if inspect.isclass(function):
        yield "is a class; a check is a function of its module"
        return
    marks, (requirement, *rest) = _marks(function), _paragraphs(function)
    if not marks:
        yield 'has no control: add @control("ID", severity="SEV-2", satisfies=[...])'
    elif len(marks) > 1:
        yield f"has {len(marks)} controls: a check is of one, so make a check for each"
    elif not _is_whole(marks[0]):
        yield f'its control needs an id such as "HK002" and a severity, one of {", ".join(SEVERITIES)}'
    for mark in marks:
        if not is_version(str(mark.kwargs.get("since", FIRST))):
            yield f'its control is since "{mark.kwargs["since"]}", which is no version: write one such as "{FIRST}"'
    for name in _unasked(function, marks):
        yield f'its control shows "{name}", which its check does not ask for: add {name.partition(".")[0]} to it'
    if not requirement:
        yield "has no docstring: its first paragraph says what is required"
    elif not any(each.startswith(_REMEDY) for each in rest):
        yield 'its docstring has no remedy: add a paragraph "Remedy: ..." that says what to do'


def _unasked(function: Any, marks: list[pytest.Mark]) -> Iterator[str]:
    """Give what the evidence of a control is to show, and its check does not ask for."""
    shown = [each for mark in marks for side in ("declared", "observed") for each in mark.kwargs.get(side, ())]
    asked = inspect.signature(function).parameters if shown else {}
    yield from (each for each in shown if each.partition(".")[0] not in asked)


def _marks(function: Any) -> list[pytest.Mark]:
    return [mark for mark in getattr(function, "pytestmark", []) if mark.name == "control"]


def _is_whole(mark: pytest.Mark) -> bool:
    identity = mark.args[0] if len(mark.args) == 1 else None
    known = isinstance(identity, str) and _ID.fullmatch(identity) is not None
    return known and mark.kwargs.get("severity") in SEVERITIES and "satisfies" in mark.kwargs


def _paragraphs(function: Any) -> list[str]:
    return [" ".join(each.split()) for each in (inspect.getdoc(function) or "").split("\n\n")]


class Drift(AssertionError):  # noqa: N818 - drift is the outcome's name, not an error of the program
    """Reality is not as declared, at one or more places; `open` is what besides cannot be told."""

    def __init__(self, findings: tuple[Finding, ...], open: tuple[Finding, ...] = ()) -> None:  # noqa: A002 - as a finding's
        self.findings, self.open = findings, open
        # What pytest and Allure write of it on their own has to be fit as well.
        super().__init__("\n".join(texts.line(f"{each.place} {each.fact}".strip()) for each in findings))


class Undecided(Exception):  # noqa: N818 - as above
    """What a check asks cannot be told before the run, at one or more places."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("\n".join(texts.line(f"{each.place} {each.fact}".strip()) for each in findings))


class NothingToJudgeError(Exception):
    """A check has looked at nothing: the text says what is not there."""


def none_of(findings: Iterable[Finding], *, among: Iterable[object] | None = None, what: str = "") -> None:
    """Assert that there is no finding. Raises Drift with all that are, each once.

    Where there are none but open ones, raises Undecided with these: what cannot be told neither conforms nor drifts.

    `among` is what was looked at, and `what` one of it in words: where nothing was, raises NothingToJudgeError, as an
    empty set conforms to nothing.
    """
    found = tuple(dict.fromkeys(findings))
    open_ones = tuple(each for each in found if each.open)
    if drift := tuple(each for each in found if not each.open):
        raise Drift(drift, open_ones)
    if open_ones:
        raise Undecided(open_ones)
    if among is not None and next(iter(among), None) is None:
        raise NothingToJudgeError(f"{NOTHING}no {what}")
