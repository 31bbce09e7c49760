"""`asbuilt paths` says of each path what controls find there, and calls nothing passed that one of them condemns."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from asbuilt.cli import app

SVG = "{http://www.w3.org/2000/svg}"
ESTATE = """estate: teapots
apps:
  kettle-prod: {environment: Live, gates: [brew], repository: teapots/kettle, formation: {%s: 1}}
  kettle-qa: {tier: staging, repository: teapots/kettle}
"""
RELEASE = """on: {push: {branches: [main]}}
jobs:
  brew:
    runs-on: ubuntu-22.04
    steps: [{run: make brew}]
  ship:
    needs: brew
    runs-on: ubuntu-22.04
    environment: Live
    concurrency: {group: kettle-prod, cancel-in-progress: false}
    timeout-minutes: 9
    steps:
      - run: git push https://heroku:${{ secrets.KEY }}@git.heroku.com/kettle-prod.git HEAD:main
      - run: curl --fail https://kettle.example/version | grep "$GITHUB_SHA"
"""


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """Give a function that writes a workflow and shows the paths of its folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".github/workflows").mkdir(parents=True)

    def show(text, *arguments, process="web", estate=ESTATE):
        (tmp_path / "estate.yaml").write_text(estate % process)
        (tmp_path / ".github/workflows/release.yml").write_text(text)
        done = CliRunner().invoke(app, ["paths", "--checkout", ".", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    return show


def read(shown, text, **kwargs):
    return json.loads(shown(text, "--format", "json", **kwargs))


def controls(path):
    return [each["control"] for each in path["findings"]]


def words(picture):
    return [each.text for each in ET.fromstring(picture).iter(f"{SVG}text")]


def test_a_path_without_fault_has_no_finding_and_its_gate_is_declared(shown):
    assert controls(read(shown, RELEASE)["paths"][0]) == []
    said = words(shown(RELEASE, "--format", "svg"))
    assert "\u2713 brew" in said
    assert "\u2713 Live" in said
    assert "\u2713 declared, and no control finds fault with it" in said
    assert not any("passed" in each for each in said)


HOLLOW = RELEASE.replace("make brew", "make brew || true")
SKIPPED = RELEASE.replace("    needs: brew\n", "    needs: brew\n    if: always()\n")


@pytest.mark.parametrize(
    ("text", "control", "said"),
    [
        (HOLLOW, "WF018", "\u2717 brew: WF018"),
        (SKIPPED, "WF018", "\u2717 declared, and does not hold: brew"),
        (RELEASE.replace("    needs: brew\n", ""), "WF004", "\u2717 lacks brew"),
    ],
)
def test_a_gate_that_a_control_condemns_is_never_green(text, control, said, shown):
    path = read(shown, text)["paths"][0]
    assert controls(path) == [control]
    assert path["findings"][0]["place"].startswith(".github/workflows/release.yml:")
    written = words(shown(text, "--format", "svg"))
    assert said in " ".join(written)
    assert "\u2713 brew" not in written
    assert f"found by {control}" in written
    table = shown(text)
    assert re.search(rf"^ +{control} ", table, re.MULTILINE), table
    assert control in shown(text, "--format", "mermaid")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RELEASE.replace("    environment: Live\n", ""), ["WF003"]),
        (RELEASE.replace("    timeout-minutes: 9\n", ""), ["WF010"]),
        (RELEASE.replace("    concurrency: {group: kettle-prod, cancel-in-progress: false}\n", ""), ["WF009"]),
        (RELEASE.replace("curl --fail", "curl").replace(' | grep "$GITHUB_SHA"', ""), ["WF026"]),
        (RELEASE.replace("push: {branches: [main]}", "pull_request: {types: [closed]}"), ["WF014"]),
        ("concurrency: {group: k, cancel-in-progress: true}\n" + RELEASE, ["WF009"]),
    ],
)
def test_what_lies_on_a_path_is_said_of_it(text, expected, shown):
    (path,) = {json.dumps(controls(each)) for each in read(shown, text)["paths"]}
    assert [each for each in json.loads(path) if each in expected] == expected


def test_what_lies_beside_a_path_is_not_said_of_it(shown):
    other = RELEASE + (
        "  qa:\n    runs-on: ubuntu-22.04\n    steps:\n"
        "      - run: git push https://heroku:${{ secrets.KEY }}@git.heroku.com/kettle-qa.git HEAD:main\n"
    )
    found = {each["app"]: controls(each) for each in read(shown, other)["paths"]}
    assert found["kettle-prod"] == []
    assert "WF010" in found["kettle-qa"]


def test_what_is_accepted_is_said_to_be_and_is_still_no_pass(shown):
    waiver = "{control: WF018, subject: kettle-prod, until: 2999-01-01, owner: ops, issue: 7, reason: moved}"
    estate = f"{ESTATE}waivers: [{waiver}]\n"
    path = read(shown, HOLLOW, estate=estate)["paths"][0]
    assert path["findings"][0]["accepted"] is True
    written = words(shown(HOLLOW, "--format", "svg", estate=estate))
    assert "\u2713 brew" not in written
    assert "waived: WF018" in written
    comment = "    timeout-minutes: 9\n"
    text = RELEASE.replace(comment, "").replace("  ship:\n", "  ship: # asbuilt: ignore[WF010] so until 2999-01-01\n")
    (found,) = read(shown, text)["paths"][0]["findings"]
    assert (found["control"], found["accepted"]) == ("WF010", True)
    expired = text.replace("2999", "1999")
    assert read(shown, expired)["paths"][0]["findings"][0]["accepted"] is False


def test_an_app_without_web_gets_no_advice_about_an_address(shown):
    text = RELEASE.replace('      - run: curl --fail https://kettle.example/version | grep "$GITHUB_SHA"\n', "")
    for form in ("table", "json", "svg", "mermaid"):
        assert "curl" not in shown(text, "--format", form, process="worker")


def test_the_types_of_an_event_are_shown(shown):
    text = RELEASE.replace("push: {branches: [main]}", "pull_request: {types: [closed, labeled]}")
    assert all(each["types"] == ["closed", "labeled"] for each in read(shown, text)["paths"])
    assert "pull_request (closed, labeled)" in " ".join(shown(text, "--format", "mermaid").replace("#95;", "_").split())
    assert read(shown, RELEASE)["paths"][0]["types"] == []


def test_a_way_that_is_shut_says_why(shown):
    text = RELEASE.replace("    environment: Live\n", "    environment: Live\n    if: github.ref == 'refs/heads/old'\n")
    found = read(shown, text)
    assert found["paths"] == []
    (shut,) = found["shut"]
    assert (shut["app"], shut["job"], shut["trigger"]) == ("kettle-prod", "ship", "push")
    assert shut["why"] == ['the `if` of job "ship" is never true (release.yml:10)']
    told = " ".join(shown(text).split())
    assert "shut: kettle-prod: push refs/heads/main never gets to ship in release.yml:14" in told
    assert 'the `if` of job "ship" is never true (release.yml:10)' in told


def test_a_way_that_is_kept_for_others_is_in_json_alone(shown):
    text = RELEASE.replace("{branches: [main]}}", "{branches: [main]}, workflow_dispatch: }").replace(
        "    environment: Live\n", "    environment: Live\n    if: github.event_name == 'push'\n"
    )
    assert [each["trigger"] for each in read(shown, text)["shut"]] == ["workflow_dispatch"]
    assert "shut:" not in shown(text)


def test_without_an_estate_what_needs_none_is_found(shown, tmp_path):
    text = RELEASE.replace("    timeout-minutes: 9\n", "")
    shown(text)
    (tmp_path / "estate.yaml").unlink()
    done = CliRunner().invoke(app, ["paths", "--format", "json"])
    assert controls(json.loads(done.stdout)["paths"][0]) == ["WF010"]
