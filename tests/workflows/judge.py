"""Judge a checkout by the static checks as a run does, in this process: the facts are those of conftest.py.

The checks of linters are left out: tests/workflows/test_tools.py holds these against the linters themselves.
"""

import importlib.util
import inspect
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from asbuilt.controls import Drift, NothingToJudgeError, Undecided, control_of
from asbuilt.judging import CouldNotObserveError, Seen
from asbuilt.run import prepared
from asbuilt.scope import scope_of
from asbuilt.subjects import kind_of

HOME = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Judged:
    """What one check came to on one subject: what it found, where it drifted or cannot be told."""

    control: str
    subject: str
    outcome: str
    findings: tuple = ()


@cache
def checks():
    """Give every static check with its control."""
    return tuple(
        (control_of(function), function)
        for path in sorted((HOME / "tests_static").glob("test_*.py"))
        for function in vars(_module(path)).values()
        if inspect.isfunction(function) and function.__name__.startswith("test_")
    )


@cache
def _facts():
    """Give the function behind each fixture of conftest.py, with the facts that it asks for."""
    fixtures = {
        name: inspect.unwrap(each)
        for name, each in vars(_module(HOME / "conftest.py")).items()
        if type(each).__name__ == "FixtureFunctionDefinition"
    }
    return {name: (function, _asked_by(function)) for name, function in fixtures.items()}


@cache
def _asked_by(function):
    """Give the names of the facts that a check, or a fact, asks for."""
    return tuple(inspect.signature(function).parameters)


def _module(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _rests_on(function):
    """Give every fact that a check asks for, with all that these rest on."""
    found, left = set(), [*_asked_by(function)]
    while left:
        if (name := left.pop()) not in found:
            found.add(name)
            left += _facts()[name][1] if name in _facts() else ()
    return frozenset(found)


def judge(estate, repository, checkout, controls=None):
    """Give the subjects that each control finds fault with, and what it says; `controls` are the ids of those asked."""
    found = defaultdict(dict)
    for each in judged(estate, {repository.name: checkout}, controls):
        if each.outcome == "drifted":
            found[each.control][each.subject] = each.findings
    return dict(found)


def judged(estate, checkouts, controls=None):
    """Give what each check comes to on each of its subjects."""
    run = prepared(estate, scope_of(estate, [], []), checkouts)
    of_the_run = {"run": run}
    for control, function in checks():
        rests_on = _rests_on(function)
        if "_scans" not in rests_on and (controls is None or control.id in controls):
            for subject in run.subjects(kind_of(rests_on)).values():
                outcome, findings = _outcome(function, {"subject": subject, "see": Seen()}, of_the_run)
                yield Judged(control.id, subject.id, outcome, findings)


def _outcome(function, of_the_check, of_the_run):
    try:
        facts = {name: _fact(name, of_the_check, of_the_run) for name in _asked_by(function)}
        try:
            function(**facts)
        except NothingToJudgeError as nothing:
            of_the_check["see"].nothing = str(nothing)
        of_the_check["see"].conform()
    except Drift as drift:
        return "drifted", drift.findings
    except CouldNotObserveError:
        return "unknown", ()
    except Undecided as undecided:
        return "unknown", undecided.findings
    except pytest.skip.Exception:
        return "not applicable", ()
    return "conforms", ()


def _fact(name, of_the_check, of_the_run):
    """Give a fact, made once for each check, or once for all where it rests on nothing of a check."""
    for known in (of_the_check, of_the_run):
        if name in known:
            return known[name]
    function, asked = _facts()[name]
    value = function(**{each: _fact(each, of_the_check, of_the_run) for each in asked})
    (of_the_run if set(asked) <= of_the_run.keys() else of_the_check)[name] = value
    return value
