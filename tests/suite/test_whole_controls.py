"""A control comes with all that belongs to it: what is missing is said here, and where it goes."""

import re
import sys
from functools import cache

import pytest
import yaml
from typer.testing import CliRunner

from asbuilt import catalogue, cli

PROJECT = catalogue.PROJECT
sys.path.insert(0, str(PROJECT / "tests" / "workflows"))
from samples import control_of, samples  # noqa: E402 - the folder of the static tests is on no path by itself

CONTROLS = {control.id: check for check, control in catalogue.checks()}
SAMPLES = 3  # of each kind, in different forms
PAGE = "asbuilt controls --format markdown > docs/controls.md"


@pytest.fixture(scope="module")
def printed():
    return CliRunner().invoke(cli.app, ["controls", "--format", "markdown"]).output


def told(page, identity):
    """Give what the page says of a control: its row, and its section."""
    rows = [line for line in page.splitlines() if line.startswith(f"| [{identity}]")]
    sections = re.findall(rf"^### {identity}$.*?(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    return rows, [each.strip() for each in sections]


@cache
def tripped():
    """Give the ids of the controls that some fault trips."""
    faults = (yaml.safe_load(path.read_text()) for path in (PROJECT / "fixtures/faults").glob("*.yaml"))
    return frozenset(identity for fault in faults for identity in fault.get("trips") or {})


def named_in_the_changelog():
    """Give the ids that it names, alone or within `HK001 to HK007`."""
    text = (PROJECT / "CHANGELOG.md").read_text()
    for system, first, last in re.findall(r"\b(HK|GH|WEB|WF)(\d{3})(?: to (?:HK|GH|WEB|WF)(\d{3}))?", text):
        yield from (f"{system}{number:03}" for number in range(int(first), int(last or first) + 1))


def missing(identity, printed):
    """Say what a control lacks, and where to add it."""
    if identity not in tripped():
        subject = "OWNER/NAME FILE.yml" if CONTROLS[identity].startswith("tests_static/") else "APP"
        yield f'no fault trips it: add fixtures/faults/WHAT-HAPPENED.yaml, with "trips: {{{identity}: [{subject}]}}"'
    if CONTROLS[identity].startswith("tests_static/"):
        for kind, comes_to in (("ok", "passes"), ("err", "fails")):
            count = sum(control_of(name) == identity for name in samples(kind))
            if count < SAMPLES:
                file = f"fixtures/workflows/{kind}/{identity}-IN-WHICH-FORM.yml"
                yield f"{count} samples that it {comes_to}, expected {SAMPLES} in different forms: add {file}"
    if told((PROJECT / "docs/controls.md").read_text(), identity) != told(printed, identity):
        yield f"docs/controls.md does not say what its docstring says: {PAGE}"
    if identity not in named_in_the_changelog():
        yield f'CHANGELOG.md does not name it: add "- {identity}: ..." below "## [Unreleased]", "### Added"'


@pytest.mark.parametrize("identity", CONTROLS)
def test_a_control_has_all_that_belongs_to_it(identity, printed):
    if lacks := list(missing(identity, printed)):
        pytest.fail("\n  - ".join((f"{identity} ({CONTROLS[identity]}) lacks:", *lacks)), pytrace=False)


def test_a_control_that_lacks_everything_is_told_all_of_it(printed, monkeypatch):
    monkeypatch.setitem(CONTROLS, "HK999", "tests_live/test_new.py::test_new")
    monkeypatch.setitem(CONTROLS, "WF999", "tests_static/test_new.py::test_new")
    more = "### HK999\n\n**New.** SEV-3\n\n### WF999\n\n**New.** SEV-3\n"
    assert [each.partition(":")[0] for each in missing("HK999", printed + more)] == [
        "no fault trips it",
        "docs/controls.md does not say what its docstring says",
        "CHANGELOG.md does not name it",
    ]
    assert [each.partition(":")[0] for each in missing("WF999", printed + more)] == [
        "no fault trips it",
        "0 samples that it passes, expected 3 in different forms",
        "0 samples that it fails, expected 3 in different forms",
        "docs/controls.md does not say what its docstring says",
        "CHANGELOG.md does not name it",
    ]


def test_the_page_says_nothing_else(printed):
    lines = iter(printed.splitlines())
    page = (PROJECT / "docs/controls.md").read_text().splitlines()
    assert [line for line in page if line not in lines][:1] == [], PAGE


def test_faults_and_samples_are_for_controls_that_there_are():
    assert tripped() - CONTROLS.keys() == set()
    assert {control_of(name) for kind in ("ok", "err") for name in samples(kind)} - CONTROLS.keys() == set()
