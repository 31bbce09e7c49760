"""A run of the suite in the process of the tests is what it is in one of its own, and leaves nothing behind."""

import gc
import json
import logging
import os
import re
import signal
import sys
import threading
import warnings
from xml.etree import ElementTree as ET

import allure_commons
import pytest
from allure_commons.reporter import ThreadContextItems
from running import in_a_process, in_process

LIVE = ("tests_live", "-m", "live")
BEFORE = "--checkout=fixtures/repositories/TradeMasterAPI/before"
RUNS = {
    "a world with faults": (*LIVE, "--sandbox=incident-2026-04-30+environments-forbidden", "-v", "-rA"),
    "files with faults": ("tests_static", BEFORE, "--junitxml={folder}/junit.xml", "-rA"),
    "a mistake": (*LIVE, "--sandbox=helthy"),
}
CHANGES = re.compile(r"(?:sandbox-)?\d{8}T\d{6}Z-[0-9a-f]{8}|\d+\.\d+ ?s\b")  # a run's directory, seconds


def traces():
    """Give what a run could change of its process."""
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109 - a text, as all of these
        "sys.path": list(sys.path),
        "sys.meta_path": list(sys.meta_path),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook),
        "signals": {each: signal.getsignal(each) for each in signal.valid_signals()},
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, []),
        "threads": set(threading.enumerate()),
        "files": len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,  # noqa: PTH112, PTH208
        "logging": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "warnings": list(warnings.filters),
        "garbage": (gc.isenabled(), gc.get_threshold(), gc.callbacks[:]),
        "Allure": (allure_commons.plugin_manager.list_name_plugin(), dict(vars(ThreadContextItems)["_thread_context"])),
        "marks": vars(pytest.mark)["_config"],
    }


def said(played, folder):
    """Give all that a run said and wrote, without what is another each time."""

    def fit(text):
        return CHANGES.sub("...", text.replace(str(folder), "FOLDER"))

    told = played.code, fit(played.stdout), fit(played.stderr), (folder / "junit.xml").exists()
    if played.directory is None:
        return told
    verdicts = [
        {name: value for name, value in each.items() if name not in {"seconds", "requests"}} for each in played.verdicts
    ]
    results = [json.loads(each.read_text()) for each in (played.directory / "allure-results").glob("*-result.json")]
    junit = ET.parse(played.directory / "junit.xml").getroot()
    for each in junit.iter():
        each.attrib = {name: value for name, value in each.attrib.items() if not name.startswith("time")}
    return (
        *told,
        sorted(path.name for path in played.directory.iterdir()),
        verdicts,
        fit((played.directory / "summary.md").read_text()),
        ET.tostring(junit),
        sorted(
            (each["name"], each["status"], each["historyId"], fit(each["descriptionHtml"]), labels(each))
            for each in results
        ),
    )


def labels(result):
    return sorted((each["name"], each["value"]) for each in result["labels"] if each["name"] != "thread")


@pytest.fixture(scope="module")
def _all_is_imported(tmp_path_factory):
    """Let a run import and cache what lasts: that is there from now on, and none of what is left behind."""
    in_process(tmp_path_factory.mktemp("first"), "tests_live", "tests_static", "-m", "", "--sandbox=healthy")


@pytest.fixture(scope="module", params=RUNS.values(), ids=RUNS)
def run_here(request, tmp_path_factory, _all_is_imported):
    """Give the arguments of a run in this process, what it said and wrote, and what was otherwise after it."""
    folder = tmp_path_factory.mktemp("here")
    before, modules, frozen = traces(), dict(sys.modules), gc.get_freeze_count()
    played = in_process(folder, *(each.format(folder=folder) for each in request.param))
    return request.param, said(played, folder), changes(before, modules, frozen)


def changes(before, modules, frozen):
    """Give what a run changed of its process, by name, as pairs of before and after."""
    after = traces()
    found = {name: (value, after[name]) for name, value in before.items() if after[name] != value}
    if gc.get_freeze_count() > frozen:  # it falls by itself
        found["frozen"] = (frozen, gc.get_freeze_count())
    gone = [name for name, each in modules.items() if sys.modules.get(name) is not each]
    left = {"breaks", "test_releases", "test_deploy_steps"} & (set(sys.modules) - set(modules))
    return found | ({"modules": (gone, left)} if gone or left else {})


def test_a_run_in_this_process_says_and_writes_what_one_of_its_own_does(run_here, tmp_path):
    arguments, here, _ = run_here
    apart = said(in_a_process(tmp_path, *(each.format(folder=tmp_path) for each in arguments)), tmp_path)
    assert len(here) == len(apart)
    for one, other in zip(here, apart, strict=True):
        assert one == other


def test_a_run_in_this_process_leaves_nothing_behind(run_here):
    assert run_here[2] == {}


def test_runs_of_several_worlds_know_nothing_of_each_other(tmp_path):
    for world, drifted in (
        ("healthy+reviewers-gone", {"GH003": ["MooseQuest/TradeMasterAPI production"]}),
        ("healthy+slug-lost", {"HK002": ["raxx-api-prod"]}),
        ("healthy", {}),
    ):
        played = in_process(tmp_path, *LIVE, f"--sandbox={world}")
        assert played.subjects("drifted") == drifted, played.out
        assert played.code == bool(drifted)
        assert f"sandbox {world}, as of" in played.out


BREAKS = """
import pytest
from asbuilt import judging
patch = pytest.MonkeyPatch()
def pytest_configure():
    patch.setattr(judging, "verdict_of", lambda *_: 1 / 0)
def pytest_unconfigure():
    patch.undo()
"""


@pytest.mark.usefixtures("_all_is_imported")
def test_a_run_in_this_process_in_which_a_hook_breaks_leaves_nothing_behind_either(tmp_path):
    (tmp_path / "breaks.py").write_text(BREAKS)
    before, modules, frozen = traces(), dict(sys.modules), gc.get_freeze_count()
    played = in_process(tmp_path, *LIVE, "--sandbox=healthy", "-p", "breaks", environ={"PYTHONPATH": str(tmp_path)})
    assert changes(before, modules, frozen) == {}
    assert played.code == 3, played.out


def test_workers_are_refused_here(tmp_path):
    with pytest.raises(ValueError, match="workers are processes"):
        in_process(tmp_path, *LIVE, "-n2")
