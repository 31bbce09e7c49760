"""JUnit as CI systems read it: the verdicts, and nothing of what pytest's introspection shows."""

import shutil
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.population import LeftOut, Population
from asbuilt.record.junit import junit
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding, Mark

# What nobody can import is refused before anything is judged: here it is pytest's own import that fails.
ONLY_PYTEST_FAILS_TO_IMPORT = 'if __name__ == "test_broken":\n    import nothing_of_that_name\n'


def suite_of(*verdicts, uncollected=()):
    errors = tuple(LeftOut(*each) for each in uncollected)
    run = SimpleNamespace(observation=None, world="sandbox healthy", population=Population(errors=errors))
    return ET.fromstring(junit(run, verdicts)).find("testsuite")


def verdict(outcome, *lines, reason="", identity="tests_live/test_dynos.py::test_up[shop web]"):
    return Verdict(identity, "HK006", "SEV-2", "shop", "It is up.", outcome, lines, reason, seconds=0.25)


@pytest.mark.parametrize(
    ("given", "element", "message", "text"),
    [
        (
            verdict(
                Outcome.DRIFTED,
                Finding("it is down", "mend it", "f.yml", Mark(1, 2), "run: x"),
                Finding("so is that", subject="shop"),
            ),
            "failure",
            {"message": "it is down (and 1 more)"},
            "f.yml:1:2 it is down\n> run: x\nfix: mend it\n\nso is that",
        ),
        (
            verdict(
                Outcome.UNKNOWN, Finding("GET / gave no answer", "ask again", subject="shop"), reason="gave no answer"
            ),
            "error",
            {"message": "GET / gave no answer"},
            "GET / gave no answer\nfix: ask again",
        ),
        (verdict(Outcome.UNKNOWN, reason="interrupted"), "error", {"message": "interrupted"}, "interrupted"),
        (
            verdict(Outcome.WAIVED, Finding("it is down", subject="shop"), reason="waived by ops"),
            "skipped",
            {"message": "it is down (waived by ops)", "type": "pytest.xfail"},
            "it is down (waived by ops)",
        ),
        (
            verdict(Outcome.NOT_APPLICABLE, reason="nothing is declared"),
            "skipped",
            {"message": "nothing is declared", "type": "pytest.skip"},
            "nothing is declared",
        ),
    ],
)
def test_an_outcome_is_what_junit_has_for_it(given, element, message, text):
    suite = suite_of(given, verdict(Outcome.CONFORMS))
    case, conforming = suite.findall("testcase")
    (found,) = [each for each in case if each.tag != "properties"]
    assert (found.tag, found.attrib, found.text) == (element, message, text)
    assert [each.tag for each in conforming] == ["properties"]
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    plural = {"failure": "failures", "error": "errors", "skipped": "skipped"}[element]
    assert counts == {"tests": "2", "failures": "0", "errors": "0", "skipped": "0", plural: "1"}


@pytest.mark.parametrize(
    ("identity", "classname", "name"),
    [
        ("tests_live/test_a.py::test_b[shop /a::b.py[c]", "tests_live.test_a", "test_b[shop /a::b.py[c]"),
        ("tests_live/test_a.py::Test::test_b", "tests_live.test_a.Test", "test_b"),
        ("tests_live/test_a.py", "", "tests_live.test_a"),
    ],
)
def test_a_case_is_called_as_pytest_calls_it(identity, classname, name):
    case = suite_of(verdict(Outcome.CONFORMS, identity=identity)).find("testcase")
    assert (case.get("classname"), case.get("name"), case.get("time")) == (classname, name, "0.250")


def test_a_case_says_its_control_and_the_run_its_world():
    suite = suite_of(verdict(Outcome.CONFORMS))
    told = {each.get("name"): each.get("value") for each in suite.findall("testcase/properties/property")}
    assert told == {"control": "HK006", "severity": "SEV-2", "world": "sandbox healthy"}
    world = suite.find("properties/property")
    assert (world.get("name"), world.get("value")) == ("world", "sandbox healthy")


def test_of_very_many_findings_a_case_has_the_first_and_their_number():
    lines = [Finding(f"finding {number}", subject="shop") for number in range(1000)]
    failure = suite_of(verdict(Outcome.DRIFTED, *lines)).find("testcase/failure")
    assert failure.get("message") == "finding 0 (and 999 more)"
    assert "finding 99\n" in failure.text
    assert failure.text.endswith("and 900 more: they stand in verdicts.json")


def test_what_pytest_would_write_itself_is_ours(tmp_path, live):
    elsewhere = tmp_path / "folder" / "junit.xml"
    played = live("incident-2026-04-30", f"--junitxml={elsewhere}", "--tb=long", "--showlocals", "-v")
    written = elsewhere.read_text()
    assert written == (played.directory / "junit.xml").read_text()
    assert "generated xml file" not in played.out  # pytest's own writer does not even begin
    suite = ET.fromstring(written).find("testsuite")
    assert {(each.get("classname"), each.get("name")) for each in suite.iter("testcase")} == {
        (each["id"].partition(".py::")[0].replace("/", "."), each["id"].partition("::")[2]) for each in played.verdicts
    }
    failures = [each.find("failure") for each in suite.iter("testcase") if each.find("failure") is not None]
    assert not [each for each in failures if "assert" in each.text or "self" in each.text]


def test_what_could_not_be_collected_is_an_error_whether_or_not_pytest_can_write_junit(play, tmp_path):
    project = tmp_path / "project"
    for name in ("tests_live", "reports"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("*Z-*", "latest", "__pycache__"))
    (project / "fixtures").symlink_to(PROJECT / "fixtures")
    for name in ("conftest.py", "pytest.ini", "estate.yaml"):
        shutil.copy(PROJECT / name, project / name)
    (project / "tests_live" / "test_broken.py").write_text(ONLY_PYTEST_FAILS_TO_IMPORT)
    played = play("tests_live", "-m", "live", "--sandbox=healthy", "-p", "no:junitxml", cwd=project)
    suite = ET.parse(played.directory / "junit.xml").getroot().find("testsuite")
    assert {each.find("error") is not None for each in suite.iter("testcase")} == {True}  # nothing was judged
    (case,) = [each for each in suite.iter("testcase") if not each.get("classname")]
    assert case.get("name") == "tests_live.test_broken"
    error = case.find("error")
    assert error.get("message") == "collection failure"
    assert "nothing_of_that_name" in error.text
    assert "\n" not in error.text
