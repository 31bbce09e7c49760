"""`--format` and `--output` of the commands: what stands where, and nothing else with it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asbuilt import output, passing_on
from asbuilt.catalogue import PROJECT
from asbuilt.cli import app
from asbuilt.option_values import OptionError

SCRIPT = str(Path(sys.executable).with_name("asbuilt"))
LIVE = ("live", "--sandbox=incident-2026-04-30", "-p", "no:cacheprovider")
SMALL = ("live", "--sandbox=healthy", "--app=raxx-api-staging", "-k", "HK002", "-p", "no:cacheprovider")
ACTIONS = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def ask(tmp_path):
    """Give a function that runs the command with its evidence in a folder of the test."""

    def run(*arguments, environ=None):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST_"))}
        own = [] if arguments[0] == "record" else [f"--evidence={tmp_path / 'out'}"]
        return subprocess.run(
            [SCRIPT, *arguments, *own], cwd=PROJECT, env=clean | (environ or {}), capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    return run


def annotated(text):
    return [each for each in text.splitlines() if re.match(r"::(error|warning|notice) ", each)]


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_form_for_programs_is_all_of_standard_output_with_workers_too(ask, workers):
    done = ask(*LIVE, "--format=json", *workers, "-s")
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "drifted"
    assert "raxx-api-prod" in done.stderr
    assert "failed" in done.stderr.splitlines()[-1]


def test_inside_actions_annotations_stand_beside_the_text_and_a_file_has_the_form(ask, tmp_path):
    file = tmp_path / "new" / "found.sarif"
    done = ask(*LIVE, "-o", str(file), environ=ACTIONS)
    assert done.returncode == 1
    assert len(annotated(done.stdout)) == 2
    assert "conform, 9 drifted" in done.stdout
    assert json.loads(file.read_text())["version"] == "2.1.0"
    text = ask("record", str(tmp_path / "out" / "latest"), "--format=github").stdout
    assert text.splitlines() == annotated(done.stdout)


def test_who_asks_for_text_inside_actions_or_is_outside_has_no_annotation(ask):
    assert not annotated(ask(*LIVE, "--format=text", environ=ACTIONS).stdout)
    assert not annotated(ask(*LIVE).stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["live", "--sandbox=healty"], '"healty" is not a scenario'),
        (["live", "--sandboxx=healthy"], 'did you mean "--sandbox"?'),
        (["static", "--format=sarfi"], 'did you mean "sarif"?'),
    ],
)
def test_a_mistake_inside_actions_is_one_annotation_too(ask, arguments, said):
    done = ask(*arguments, environ=ACTIONS)
    assert done.returncode == 4
    (told,) = annotated(done.stdout)
    assert said in told
    assert said in done.stderr


def test_a_run_without_a_record_leaves_no_file_of_an_earlier_one(ask, tmp_path):
    file = tmp_path / "found.sarif"
    assert ask(*SMALL, "-o", str(file)).returncode == 0
    assert file.exists()
    assert ask("live", "--sandbox=nope", "-o", str(file)).returncode == 4
    assert not file.exists()


def test_a_form_in_the_environment_is_refused(ask):
    done = ask(*SMALL, environ={"PYTEST_ADDOPTS": "--format=json"})
    assert done.returncode == 4
    assert "--format belongs on the command line" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "form", "file", "left"),
    [
        (["-k", "HK002", "--format", "json"], "json", "", ["-k", "HK002"]),
        (["--format=sarif", "-o", "a.sarif", "-x"], "sarif", "a.sarif", ["-x"]),
        (["--output=a.json", "-n", "2"], "json", "a.json", ["-n", "2"]),
        (["-oa.txt"], "text", "a.txt", []),
        (["--format=json", "-o", "-"], "json", "", []),
        (["--app", "x", "--", "--format=json"], "", "", ["--app", "x", "--", "--format=json"]),
        (["--override-ini", "a=b", "--forma=json"], "", "", ["--override-ini", "a=b", "--forma=json"]),
    ],
)
def test_what_is_ours_is_taken_and_the_rest_is_for_pytest(arguments, form, file, left):
    asked, others = output.read(arguments)
    assert (asked.form, asked.file, others) == (form, file, left)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "JSN"], 'did you mean "json"? allowed: text, json, github, sarif'),
        (["--format="], '--format: "" is no form'),
        (["-o", "log_cli=true"], "a setting of pytest is changed by --override-ini log_cli=true"),
        (["-o", "found"], "in which form? --format, one of text, json, github, sarif"),
        (["-o"], "--output: expected one argument"),
        (["-o", ""], "--output: its value is empty"),
        (["-o", "/"], "is a folder: name a file"),
        (["-o", "/dev/null/x/y.json"], "nothing can be written in /dev/null"),
        (["--format=json", "--format=sarif"], "--format is given more than once (json, sarif)"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(arguments, said):
    with pytest.raises(OptionError, match=re.escape(said)):
        output.read(arguments)


def test_of_what_is_no_record_there_is_no_form(tmp_path):
    done = CliRunner().invoke(app, ["record", str(tmp_path), "--format", "sarif"])
    assert done.exit_code == 4
    assert "has no manifest.json" in done.output.replace("\n", " ")


@pytest.mark.parametrize(("folder", "said"), [("", "estate.yaml"), ("docs", "../estate.yaml")])
def test_a_mistake_in_the_estate_is_annotated_at_its_line(folder, said, tmp_path, monkeypatch, capfd):
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "estate.yaml").write_text("estate: shop\n")
    monkeypatch.chdir(tmp_path / folder)
    passing_on.complain(f'{said}:3:5: unknown key "tierr"', 1, ACTIONS)
    passing_on.complain(f"{said}.bak:3:5: not there", 1, ACTIONS)
    passing_on.complain("--app: shop is not declared", 1, ACTIONS)
    assert [each.partition(",title=")[0].partition(" title=")[0] for each in annotated(capfd.readouterr().out)] == [
        "::error file=estate.yaml,line=3,col=5", "::error", "::error",
    ]  # fmt: skip


def test_nothing_is_written_into_the_directory_of_a_run(ask, tmp_path):
    assert ask(*SMALL).returncode == 0
    latest = tmp_path / "out" / "latest"
    before = {each.name: each.read_bytes() for each in latest.iterdir() if each.is_file()}
    for name in ("verdicts.json", "found.json", "allure-results/found.json"):
        for asked in (["record", str(latest)], list(SMALL)):
            done = ask(*asked, "--format=json", "--output", str(latest / name))
            assert done.returncode == 4, done.stdout
            assert f'--output "{latest / name}": lies in a run\'s directory' in done.stderr
    assert {each.name: each.read_bytes() for each in latest.iterdir() if each.is_file()} == before
    assert ask("record", str(latest), "--output", str(tmp_path / "out" / "found.json")).returncode == 0
