"""Judge a checkout by the static checks, called as plain functions."""

import importlib.util
import inspect
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from asbuilt.controls import Drift, control_of

HOME = Path(__file__).resolve().parents[2]
LINTED = {"zizmor", "zizmor_of_actions", "actionlint"}


@cache
def checks():
    """Give every static check with its control."""
    return tuple((control, function) for control, function, _ in _asking())


@cache
def _asking():
    """Give every static check with its control and the facts that it asks for."""
    return tuple(
        (control_of(function), function, set(inspect.signature(function).parameters)) for function in _checks()
    )


def _checks():
    for path in sorted((HOME / "tests_static").glob("test_*.py")):
        name = f"static_{path.stem}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        for function in vars(sys.modules[name]).values():
            if inspect.isfunction(function) and function.__name__.startswith("test_"):
                yield function


def judge(estate, repository, checkout):
    """Give the subjects that each control finds fault with, and what it says."""
    found = defaultdict(dict)
    for control, function, asked in _asking():
        if asked & LINTED:
            continue  # test_tools.py holds these against the linters themselves
        for subject, facts in _subjects(estate, repository, checkout, asked):
            known = {"estate": estate, "repository": repository, "checkout": checkout, **facts}
            try:
                function(**{name: known[name] for name in asked})
            except Drift as drift:
                found[control.id][subject] = drift.findings
            except pytest.skip.Exception:
                continue
    return dict(found)


def _subjects(estate, repository, checkout, asked):
    if "workflow_file" in asked:
        names = {*repository.workflows, *(each.file_name for each in checkout.workflow_files)}
        for name in sorted(names):
            file = checkout.workflow_file(f".github/workflows/{name}")
            yield f"{repository.name} {name}", {"workflow_file": file}
    elif "refused" in asked:
        yield repository.name, {"refused": checkout.refused}
    elif "procfile_process" in asked:
        for process, file in repository.procfile.items():
            declared = SimpleNamespace(repository=repository, process=process, file=file)
            yield f"{repository.name} {process}", {"procfile_process": declared}
    else:
        for app in estate.apps.values():
            paths = tuple(path for path in checkout.deploy_paths if path.app == app.name)
            blocked = tuple(path for path in checkout.blocked_paths if path.app == app.name)
            facts = {"app": app, "deploy_paths": paths, "blocked_paths": blocked}
            yield app.name, {**facts, "all_read": not checkout.unread}
