"""A run that dies, wherever and however, says that nothing is well, and leaves the next one unharmed."""

import json
import os
import re
import shutil
from xml.etree import ElementTree as ET

import pytest
import running

from asbuilt.record.verified import lines
from asbuilt.record.verify import Asked, verify

# Ends the process at one moment, once: of the run's own process, or of a worker's.
MORTAL = '''
import os
import signal

import pytest

HOW, WHERE, WHO = (os.environ[each] for each in ("MORTAL_HOW", "MORTAL_WHERE", "MORTAL_WHO"))
BEGUN = []


def die(config):
    """End whoever is to die, before anybody else does."""
    who = "worker" if hasattr(config, "workerinput") else "main"
    if who != WHO or BEGUN:
        return
    BEGUN.append(1)
    try:
        os.close(os.open(os.environ["MORTAL_ONCE"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    if HOW == "INT":  # what a shell starts in its background is deaf to it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if HOW == "_exit":
        os._exit(0)
    os.kill(os.getpid(), getattr(signal, f"SIG{HOW}"))


def is_chosen(item):
    return "HK010" in [mark.args[0] for mark in item.iter_markers("control")]


def pytest_itemcollected(item):
    if WHERE == "collection":
        die(item.config)


def pytest_runtest_setup(item):
    if WHERE == "setup" and is_chosen(item):
        die(item.config)


def pytest_runtest_call(item):
    if WHERE == "call" and is_chosen(item):
        die(item.config)


def pytest_runtest_teardown(item):
    if WHERE == "teardown" and is_chosen(item):
        die(item.config)


def pytest_runtest_logreport(report):
    """For a run whose checks are judged by workers: in the process that hears of them."""
    if WHERE == "report" and BEGUN == []:
        die(CONFIG[0])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if WHERE == "end":
        die(session.config)


CONFIG = []


def pytest_configure(config):
    CONFIG.append(config)
'''
WAYS = ("KILL", "TERM", "INT", "_exit")
MOMENTS = ("collection", "setup", "call", "teardown", "end")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "mortal.py").write_text(MORTAL)
    return tmp_path


def dying(home, how, where, who, *arguments):
    """Run the suite over a healthy world, and let it die."""
    told = {"MORTAL_HOW": how, "MORTAL_WHERE": where, "MORTAL_WHO": who, "MORTAL_ONCE": str(home / "died")}
    environ = {**told, "PYTHONPATH": str(home), "PATH": os.environ["PATH"]}
    live = ("tests_live", "-m", "live", "--sandbox=healthy", "-p", "mortal")
    played = running.in_a_process(home, *live, *arguments, environ=environ)
    assert (home / "died").exists()
    return played


def assert_says_that_nothing_is_well(home, played):
    directory = played.directory
    assert directory is not None
    assert (home / "evidence" / "latest").resolve() == directory
    assert "✅" not in played.out
    manifest = directory / "manifest.json"
    if manifest.exists():
        told = json.loads(manifest.read_text())
        assert told["complete"] is False
        assert told["lacks"]
        assert told["verdict"] != "conforms"
        assert told["exit"] == played.code
    summary = directory / "summary.md"
    assert not summary.exists() or "✅" not in summary.read_text()
    outputs = directory / "outputs.txt"
    assert not outputs.exists() or "verdict=conforms" not in outputs.read_text()


def assert_the_next_run_is_unharmed(home):
    again = running.in_a_process(home, "tests_live", "-m", "live", "--sandbox=healthy", "-k", "HK010")
    assert again.code == 0, again.out
    assert (home / "evidence" / "latest").resolve() == again.directory
    assert json.loads((again.directory / "manifest.json").read_text())["complete"] is True


@pytest.mark.parametrize("where", MOMENTS)
@pytest.mark.parametrize("how", WAYS)
def test_no_death_of_a_run_looks_like_its_end(home, how, where):
    played = dying(home, how, where, "main")
    assert_says_that_nothing_is_well(home, played)
    if how in {"TERM", "INT"}:
        assert played.code == 2
    elif how == "KILL":
        assert played.code == -9


@pytest.mark.parametrize("how", WAYS)
def test_no_death_of_a_run_with_workers_looks_like_its_end(home, how):
    assert_says_that_nothing_is_well(home, dying(home, how, "report", "main", "-n2"))


@pytest.mark.parametrize(
    ("how", "where"),
    [
        ("KILL", "setup"),
        ("_exit", "setup"),
        *((how, "call") for how in WAYS),
        ("KILL", "teardown"),
        ("INT", "teardown"),
    ],
)
def test_the_death_of_a_worker_is_told_with_the_check_that_it_died_in(home, how, where):
    played = dying(home, how, where, "worker", "-n2")
    assert_says_that_nothing_is_well(home, played)
    assert played.code in {1, 2}, played.out
    lost = [each for each in played.verdicts if each["reason"].startswith("was never judged: the process of worker gw")]
    assert [each["control"] for each in lost] == ["HK010"]
    assert {each["outcome"] for each in lost} == {"unknown"}
    assert re.search(r"the process of worker gw\d died in it: HK010 raxx-api-", played.out)


@pytest.mark.parametrize("how", ["KILL", "_exit"])
@pytest.mark.parametrize("where", ["collection", "end"])
def test_a_worker_that_dies_before_or_after_the_checks_takes_no_verdict_with_it(home, how, where):
    played = dying(home, how, where, "worker", "-n2")
    collected = json.loads((played.directory / "collected.json").read_text())["ids"]
    assert [each["id"] for each in played.verdicts] == collected
    assert played.code in {0, 1}


def test_a_death_loses_one_verdict_at_most_and_the_next_run_works(home):
    played = dying(home, "KILL", "call", "main")
    collected = json.loads((played.directory / "collected.json").read_text())["ids"]
    kept = [json.loads(each)["id"] for each in (played.directory / "verdicts.jsonl").read_text().splitlines()]
    assert kept == collected[: len(kept)]
    assert "test_app_is_not_in_maintenance" in collected[len(kept)] or len(kept) > 2
    assert_the_next_run_is_unharmed(home)


def test_what_an_interruption_left_unjudged_is_unknown_in_every_rendering(home):
    played = dying(home, "INT", "call", "main")
    lost = [each["id"] for each in played.verdicts if each["reason"].startswith("was never judged")]
    assert lost
    assert [each["id"] for each in played.verdicts] == json.loads((played.directory / "collected.json").read_text())[
        "ids"
    ]
    manifest = json.loads((played.directory / "manifest.json").read_text())
    assert [each["id"] for each in manifest["population"]["never_judged"]] == lost
    errors = ET.parse(played.directory / "junit.xml").getroot().find("testsuite").get("errors")
    assert int(errors) == len(lost)
    results = [json.loads(each.read_text()) for each in (played.directory / "allure-results").glob("*-result.json")]
    assert sum(each["status"] == "broken" for each in results) == len(lost)
    assert f"INCOMPLETE: {len(lost)} of {len(played.verdicts)} checks never judged" in played.out
    assert f"{len(lost) - 1} checks" in (played.directory / "summary.md").read_text()


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_manifest_says_where_the_suite_stands(home):
    played = running.in_a_process(
        home, "tests_live", "-m", "live", "--sandbox=healthy", "-k", "HK010", environ={"PATH": os.environ["PATH"]}
    )
    sources = json.loads((played.directory / "manifest.json").read_text())["sources"]
    assert len(sources["suite"]["commit"]) == 40


SWEPT = """
import os
import signal
import time

from asbuilt import plugin

signal.signal(signal.SIGINT, signal.default_int_handler)


def observe(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)


plugin.observe = observe
"""


def test_a_run_that_is_interrupted_while_it_observes_says_so_and_is_incomplete(home):
    (home / "swept.py").write_text(SWEPT)
    environ = {"PYTHONPATH": str(home)}
    live = ("tests_live", "-m", "live", "--sandbox=healthy")
    played = running.in_a_process(home, *live, "-p", "swept", environ=environ)
    assert played.code == 2
    assert "INCOMPLETE: interrupted while observing raxx in sandbox healthy, so nothing was judged" in played.out
    found = verify(played.directory, Asked("", None, rejudge=False))
    assert not found.holds
    assert "incomplete" in "\n".join(lines(found))


# What is drift comes first, then the check that ends the run, then what would have to hold before anything is done.
TURNED = """
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: [name in item.nodeid for name in ("test_dynos", "test_apps")], reverse=True)
"""


def test_what_was_never_judged_stands_in_the_way_of_no_remedy(home):
    """A run that ended early knows nothing of what must hold first: that is one step, not one for each check."""
    told = {"MORTAL_HOW": "INT", "MORTAL_WHERE": "call", "MORTAL_WHO": "main", "MORTAL_ONCE": str(home / "died")}
    environ = {**told, "PYTHONPATH": str(home), "PATH": os.environ["PATH"]}
    live = ("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-p", "mortal", "-p", "turned")
    (home / "turned.py").write_text(TURNED)
    played = running.in_a_process(home, *live, environ=environ)
    assert played.count("drifted")
    assert "is unknown)" not in played.out
