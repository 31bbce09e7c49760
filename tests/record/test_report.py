"""A report is of a run that came to its end, and its title says what it is of, and whether all of it is there."""

import json
import shutil
from dataclasses import replace

import pytest
import run_directory
from hostile_texts import TEXTS, assert_seen
from typer.testing import CliRunner

from asbuilt import texts
from asbuilt.cli import app as command
from asbuilt.record import report
from asbuilt.record.manifest import Covered, restored
from asbuilt.record.title import title

NO_END = "has no manifest.json: its run did not come to its end, so there is no report of it; `asbuilt verify"
KILLED = ("manifest.json", "allure-results", "verdicts.json", "junit.xml", "summary.md", "outputs.txt")
NEVER = "5 of 9 checks were never judged: the run stopped before it"


@pytest.fixture
def healthy(live, tmp_path):
    """Give a copy of what a run left of a world in which all conforms."""
    return run_directory.copied(live("healthy"), tmp_path)


@pytest.fixture
def refused(monkeypatch):
    """Give a function that asks for a report and gives the one line that is said instead."""

    def ask(directory):
        monkeypatch.setattr(report, "_call", lambda _: pytest.fail("Allure was called"))
        done = CliRunner().invoke(command, ["record", str(directory)])
        assert done.exit_code == 4, done.output
        assert not (directory / "report.html").exists()
        (said,) = done.output.strip().splitlines()
        return said

    return ask


def without(directory, *names):
    for each in names:
        path = directory / each
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return directory


@pytest.mark.parametrize(
    "gone",
    [
        ("manifest.json",),  # as a full disk leaves it
        KILLED,
        (*KILLED, "collected.json", "verdicts.jsonl", "observation.json"),  # killed while it observed
    ],
)
def test_of_a_run_that_did_not_end_there_is_no_report(healthy, refused, gone):
    said = refused(without(healthy, *gone))
    assert NO_END in said
    assert said.endswith(f"`asbuilt verify {healthy}` says how far it came")
    told = CliRunner().invoke(command, ["verify", str(healthy)])
    assert (told.exit_code, "complete: incomplete: it has n" in told.output) == (1, True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is no manifest that asbuilt wrote"),
        ("", "is no manifest that asbuilt wrote"),
        ("[" * 100_000, "is no manifest that asbuilt wrote"),
        ('{"complete": true}', "is no manifest that asbuilt wrote"),
    ],
)
def test_of_a_manifest_that_cannot_be_read_there_is_no_report(healthy, refused, content, told):
    (healthy / "manifest.json").write_text(content)
    said = refused(healthy)
    assert f"{healthy}/manifest.json {told}, so there is no report of its run; `asbuilt verify" in said


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"form": "asbuilt manifest 0"}, 'is not of the form "asbuilt manifest 1"'),
        ({"ended": "yesterday"}, "is no manifest that asbuilt wrote"),
    ],
)
def test_a_manifest_of_another_form_is_refused(healthy, refused, changes, told):
    run_directory.edit_json(healthy / "manifest.json", lambda manifest: manifest.update(changes))
    assert told in refused(healthy)


@pytest.mark.parametrize(
    ("path", "target", "told"),
    [
        ("manifest.json", "/dev/zero", "manifest.json is a device; only regular files are read"),
        ("manifest.json", "/etc/hostname", "manifest.json is no manifest that asbuilt wrote"),
        ("allure-results/environment.properties", "/dev/zero", "environment.properties is a link, or no file"),
        ("allure-results/one-result.json", "/etc/hostname", "one-result.json is a link, or no file"),
    ],
)
def test_what_is_rendered_is_read_with_care(healthy, refused, path, target, told):
    (healthy / path).unlink(missing_ok=True)
    (healthy / path).symlink_to(target)
    assert told in refused(healthy)


def test_a_run_whose_results_are_gone_says_so(healthy, refused):
    assert f"{healthy}/allure-results cannot be read: No such file" in refused(without(healthy, "allure-results"))


def test_a_folder_that_is_no_run_has_a_text_of_its_own(tmp_path, refused):
    (tmp_path / "estate.yaml").write_text("estate: shop\n")  # as a project has it, whose folder is no run's
    assert f"{tmp_path} is not a run's directory: name one, such as reports/latest" in refused(tmp_path)
    assert f"{tmp_path}/none is no folder: name a run's directory" in refused(tmp_path / "none")


@pytest.fixture
def manifest(live):
    """Give the manifest of a run of a sandbox."""
    return restored((live("incident-2026-04-30").directory / "manifest.json").read_bytes())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "SANDBOX: raxx, sandbox incident-2026-04-30, as of 2026-04-30 16:30:00 UTC"),
        ({"world": "live"}, "raxx, live, as of 2026-04-30 16:30:00 UTC"),
        ({"world": "live", "ended": "2026-04-30T18:30:00+02:00"}, "raxx, live, as of 2026-04-30 16:30:00 UTC"),
        ({"world": "workflow files", "clock": "this machine's"}, "raxx, workflow files"),
        (
            {"covered": Covered("shop only; 3 checks not judged", (), (), ())},
            "SANDBOX: raxx (shop only; 3 checks not judged), sandbox incident-2026-04-30, as of ",
        ),
        ({"complete": False, "lacks": (NEVER,)}, f"INCOMPLETE: SANDBOX: raxx ({NEVER}), sandbox "),
        ({"lacks": (NEVER,)}, f"INCOMPLETE: SANDBOX: raxx ({NEVER}), sandbox "),
        ({"complete": False, "lacks": ()}, "INCOMPLETE: SANDBOX: raxx (it does not say why), sandbox "),
        ({"complete": False, "lacks": ("y" * 400,)}, f"INCOMPLETE: SANDBOX: raxx ({'y' * 99}…), sandbox "),
    ],
)
def test_the_title_says_scope_world_and_what_is_missing(manifest, changes, expected):
    assert title(replace(manifest, **changes)).startswith(expected)


@pytest.mark.parametrize("name", TEXTS)
def test_a_title_stays_one_line(manifest, name):
    text = TEXTS[name]
    shown = title(replace(manifest, estate=text, world=text, lacks=(text,), covered=Covered(text, (), (), ())))
    assert shown.startswith(f"INCOMPLETE: {texts.line(text)} (")
    assert "\n" not in shown
    assert_seen(shown)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), {"Scope": "the whole estate", "Judged": "{0} of {0} checks that were collected"}),
        (("-k", "nonesuch"), {"Judged": "nothing", "Complete": "no: no check was collected"}),
        (
            ("-x",),
            {"Judged": "{1} of {0} checks that were collected", "Complete": "no: {2} of {0} checks never judged"},
        ),
    ],
)
def test_the_environment_never_says_that_a_run_is_complete(live, arguments, expected):
    played = live("incident-2026-04-30", *arguments)
    population = json.loads((played.directory / "manifest.json").read_text())["population"]
    count, left = len(population["collected"]), len(population["never_judged"])
    lines = (played.directory / "allure-results" / "environment.properties").read_text().splitlines()
    said = dict(each.split("=", 1) for each in lines)
    wanted = {name: each.format(count, count - left, left) for name, each in expected.items()}
    assert {name: said.get(name) for name in wanted} == wanted
    assert ("Complete" in said) == ("Complete" in wanted)
    assert said["Clock"] == "the sandbox's"


def test_the_environment_says_whose_clock_it_is(played):
    directory = played("tests_static", "--checkout=fixtures/repositories/TradeMasterAPI/after").directory
    assert "\nClock=this machine's\n" in (directory / "allure-results" / "environment.properties").read_text()
    assert restored((directory / "manifest.json").read_bytes()).clock == "this machine's"


def test_a_page_of_what_was_never_judged_compares_nothing(live):
    directory = live("incident-2026-04-30", "-x").directory
    results = [json.loads(each.read_text()) for each in (directory / "allure-results").glob("*-result.json")]
    never = [
        each for each in results if each.get("statusDetails", {}).get("message", "").startswith("was never judged")
    ]
    assert never
    assert [each["name"] for each in never if "<table" in each["descriptionHtml"]] == []
    assert [each["name"] for each in results if each not in never and "<table" not in each["descriptionHtml"]] == []
