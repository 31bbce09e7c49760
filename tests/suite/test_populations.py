"""What a run was to judge, what it left out and why, and the exit status that follows."""

import json
import os
from xml.etree import ElementTree as ET

import pytest
import running

LIVE = ("tests_live", "-m", "live", "--sandbox=healthy")
APP = "raxx-api-staging"
OF_AN_APP = f"--app={APP}"


def manifest_of(played):
    return json.loads((played.directory / "manifest.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "said", "reasons"),
    [
        ((), "", set()),
        ((OF_AN_APP,), f"{APP} only; ", {"--app, --repository"}),
        (("--repository=MooseQuest/TradeMasterAPI",), "MooseQuest/TradeMasterAPI only; ", {"--app, --repository"}),
        (("-k", "HK010"), "-k HK010 only; ", {"-k HK010"}),
        (("-k", "HK010 or HK011"), "-k 'HK010 or HK011' only; ", {"-k 'HK010 or HK011'"}),
        (("--deselect=tests_live/test_apps.py",), "--deselect only; ", {"--deselect"}),
        ((OF_AN_APP, "-k", "HK010"), f"{APP}, -k HK010 only; ", {"--app, --repository", "-k HK010"}),
        (("-k", "nothing_of_that_name"), "-k nothing_of_that_name only; ", {"-k nothing_of_that_name"}),
    ],
)
def test_what_was_not_to_be_judged_is_said_and_on_record(play, arguments, said, reasons):
    played = play(*LIVE, *arguments)
    told = manifest_of(played)
    population = told["population"]
    assert {each["reason"] for each in population["deselected"]} == reasons
    assert population["whole"] == len(population["collected"]) + len(population["deselected"])
    assert population["collected"] == [each["id"] for each in played.verdicts]
    assert told["covered"]["said"].startswith(said)
    if said:
        left = population["whole"] - len(population["collected"])
        heading = f"({said}{left} checks not judged)"
        assert heading in played.out
        assert heading.replace("(", "").replace(")", "") in (played.directory / "summary.md").read_text()
    assert told["complete"] is bool(played.verdicts)


def test_what_nobody_looked_for_is_counted_too(play):
    played = play("tests_live/test_apps.py", "-m", "live", "--sandbox=healthy")
    population = manifest_of(played)["population"]
    assert population["deselected"] == []
    assert "the files that were looked into only; " in played.out
    assert population["whole"] > len(population["collected"]) > 0


def test_the_checks_of_workflow_files_have_a_marker(play):
    played = play("tests_static", "-m", "static", "--checkout=fixtures/repositories/TradeMasterAPI/after")
    assert played.code == 0, played.out
    assert manifest_of(played)["covered"] | {"apps": [], "repositories": []} == {
        "said": "", "suites": ["static"], "apps": [], "repositories": [],
    }  # fmt: skip


EXITS = """
import pytest
def pytest_{hook}(*_, **__):
    pytest.exit("because", 0)
"""
WELL = """
import pytest
@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    session.exitstatus = 0
"""
TWICE = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, nextitem=nextitem)
"""
PASSES = """
import pytest
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    report.outcome, report.longrepr = "OUTCOME", None
    return report
"""
STANDS_IN = """
import pytest
@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True
"""
# Somebody else's plugin, what it does, and what the run comes to.
PLUGINS = {
    "ends in a check": (EXITS.format(hook="runtest_teardown"), 1),
    "ends at the end": (EXITS.format(hook="sessionfinish"), 0),
    "ends after the end": (EXITS.format(hook="unconfigure"), 0),
    "ends when all is collected": (EXITS.format(hook="collection_finish"), 1),
    "says that all is well": (WELL, 0),
    "takes checks out": ("def pytest_collection_modifyitems(items):\n    del items[3:]\n", 0),
    "judges twice": (TWICE, 1),
}


@pytest.fixture
def beside(tmp_path):
    """Run the suite beside a plugin."""

    def run(source, *arguments):
        (tmp_path / "neighbour.py").write_text(source)
        environ = {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}
        return running.in_a_process(tmp_path, *arguments, "-p", "neighbour", environ=environ)

    return run


@pytest.mark.parametrize("case", PLUGINS)
def test_the_exit_status_follows_the_verdicts_whatever_stands_beside(beside, case):
    source, code = PLUGINS[case]
    played = beside(source, *LIVE)
    assert played.code == code, played.out
    told = manifest_of(played)
    assert told["exit"] == code
    assert told["complete"] is (code == 0)


def test_what_a_neighbour_makes_well_is_not(beside):
    source, _ = PLUGINS["says that all is well"]
    assert beside(source, "tests_live", "-m", "live", "--sandbox=incident-2026-04-30").code == 1


def test_a_verdict_is_what_the_check_came_to_whatever_a_neighbour_makes_of_its_report(beside):
    incident = ("tests_live", "-m", "live", "--sandbox=incident-2026-04-30")
    played = beside(PASSES.replace("OUTCOME", "passed"), *incident)
    assert played.count("drifted") == beside("", *incident).count("drifted") > 0
    assert played.code == 1


def test_what_a_neighbour_skips_is_not_judged(beside):
    played = beside(PASSES.replace("OUTCOME", "skipped"), *LIVE)
    assert {each["outcome"] for each in played.verdicts} <= {"unknown", "not applicable"}
    assert played.count("unknown")
    assert played.code == 1


def test_a_check_in_whose_place_another_stands_has_seen_nothing(beside):
    played = beside(STANDS_IN, *LIVE)
    assert played.count("conforms") == 0
    assert "the check was not called: another plugin stands in its place" in played.out
    assert played.code == 1


def test_what_a_neighbour_takes_out_is_on_record(beside):
    source, _ = PLUGINS["takes checks out"]
    played = beside(source, *LIVE)
    deselected = manifest_of(played)["population"]["deselected"]
    assert {each["reason"] for each in deselected} == {"taken out by another plugin"}
    assert "taken out by another plugin only; " in played.out


def test_what_came_to_two_verdicts_has_come_to_none(beside):
    source, _ = PLUGINS["judges twice"]
    played = beside(source, *LIVE, "-k", "HK010")
    assert {each["outcome"] for each in played.verdicts} == {"unknown"}
    assert {each["reason"] for each in played.verdicts} == {
        "was never judged: it came to more than one verdict in this run"
    }


@pytest.mark.parametrize("plugin", ["allure_pytest", "junitxml", "cacheprovider"])
def test_no_plugin_that_is_left_out_changes_what_a_run_comes_to(play, plugin):
    whole, without = play(*LIVE), play(*LIVE, "-p", f"no:{plugin}")
    told, expected = (
        [(each["id"], each["outcome"], each["lines"]) for each in run.verdicts] for run in (without, whole)
    )
    assert told == expected
    assert without.code == 0


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_all_renderings_agree_on_the_totals(tmp_path, workers):
    played = running.in_a_process(tmp_path, "tests_live", "-m", "live", "--sandbox=incident-2026-04-30", *workers)
    told = manifest_of(played)
    counts = {each: played.count(each) for each in told["counts"]}
    assert told["counts"] == counts
    suite = ET.parse(played.directory / "junit.xml").getroot().find("testsuite")
    skipped = counts["waived"] + counts["not applicable"]
    assert [int(suite.get(each)) for each in ("tests", "failures", "errors", "skipped")] == [
        len(played.verdicts), counts["drifted"], counts["unknown"], skipped,
    ]  # fmt: skip
    results = [json.loads(each.read_text()) for each in (played.directory / "allure-results").glob("*-result.json")]
    statuses = [each["status"] for each in results]
    assert [statuses.count(each) for each in ("passed", "failed", "broken", "skipped")] == [
        counts["conforms"], counts["drifted"], counts["unknown"], skipped,
    ]  # fmt: skip
    journal = [json.loads(each) for each in (played.directory / "verdicts.jsonl").read_text().splitlines()]
    assert sorted(each["id"] for each in journal) == sorted(told["population"]["collected"])


def test_what_judges_nothing_leaves_no_run(play, tmp_path):
    for option in ("--collect-only", "--setup-plan", "--help"):
        played = play(*LIVE, option)
        assert (played.code, played.directory) == (0, None)
    assert not (tmp_path / "evidence" / "latest").exists()


def test_where_nothing_can_be_judged_nothing_conforms(play):
    played = play(*LIVE, "-k", "HK010", OF_AN_APP, "--deselect=tests_live")
    assert played.code == 5
    assert manifest_of(played)["verdict"] == "nothing"
    assert "✅" not in (played.directory / "summary.md").read_text()
