"""The `asbuilt` command, as people type it."""

import json
import socket
import subprocess
import sys

import pytest
from hostile import assert_no_command, assert_seen
from typer.testing import CliRunner

from asbuilt import __version__
from asbuilt.catalogue import PROJECT
from asbuilt.cli import app


def test_the_controls_are_listed_for_people_and_for_programs():
    table = CliRunner().invoke(app, ["controls"]).output
    listed = json.loads(CliRunner().invoke(app, ["controls", "--format", "json"]).output)
    assert [each["id"] for each in listed] == sorted({each["id"] for each in listed})
    assert {"HK001", "WEB001", "GH009", "WF017"} <= {each["id"] for each in listed}
    assert all(each["id"] in table for each in listed)


def test_one_control_is_explained_without_a_placeholder():
    out = CliRunner().invoke(app, ["controls", "hk002", "--format", "json"]).output
    assert [each["id"] for each in json.loads(out)] == ["HK002"]
    explained = CliRunner().invoke(app, ["controls", "HK002"]).output
    assert "{" not in explained
    assert "deploys APP" in " ".join(explained.split())


def test_the_version_is_told():
    assert CliRunner().invoke(app, ["--version"]).output == f"asbuilt {__version__}\n"


def test_a_control_is_explained_with_its_reason():
    explained = " ".join(CliRunner().invoke(app, ["controls", "WF021"]).output.split())
    assert explained.startswith("WF021 SEV-2 Workflows Each job that calls the Heroku CLI")
    assert "A run in an environment that GitHub has just created has no secrets." in explained
    assert "HEROKU_API_KEY: ${{ secrets.HEROKU_API_KEY }}" in explained


def test_the_page_of_the_controls_is_the_one_that_is_printed():
    printed = CliRunner().invoke(app, ["controls", "--format", "markdown"]).output
    page = PROJECT / "docs" / "controls.md"
    assert printed == page.read_text(), "asbuilt controls --format markdown > docs/controls.md"
    ids = [each["id"] for each in json.loads(CliRunner().invoke(app, ["controls", "--format", "json"]).output)]
    assert sorted(line.removeprefix("### ") for line in printed.splitlines() if line.startswith("### ")) == ids


def test_a_mistake_is_told_in_lines_that_are_no_command(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    strange = "\x1b[31mx\n::error::y ##[error]z\u202e"
    for arguments in (["controls", strange], ["paths", "--checkout", strange], ["paths", "--repository", strange]):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 2
        assert_seen(done.stderr)
        assert_no_command(done.stderr)


def test_a_control_that_there_is_not_is_refused():
    done = CliRunner().invoke(app, ["controls", "HK099"])
    assert done.exit_code == 2
    assert 'no control is called "HK099"; there are GH001' in done.output


def test_live_and_static_work_from_any_folder(tmp_path):
    (tmp_path / "yaml.py").write_text("raise SystemExit('imported from the folder that is judged')")
    estate = f"--estate={PROJECT / 'estate.yaml'}"
    for arguments, told in ((("live", "--sandbox=healthy"), "31 conform"), (("static",), "conform, 0 drifted")):
        done = subprocess.run(
            [sys.executable, "-P", "-c", "from asbuilt.cli import app; app()", *arguments, estate],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert told in done.stdout
    assert (tmp_path / "reports" / "latest" / "summary.md").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sandbox", "--scenario", "helthy"], 'did you mean "healthy"?'),
        (["sandbox", "--port", "{taken}"], "Address already in use; choose another: --port N"),
        (["sandbox", "--port", "0", "--unix-socket", "/no/where"], "listen on /no/where: No such file or directory"),
        (["sandbox", "--port", "99999"], "'--port'"),
    ],
)
def test_a_sandbox_that_cannot_start_says_why(arguments, said):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, [each.replace("{taken}", port) for each in arguments])
    assert done.exit_code == 2
    assert said in done.output


def test_the_schema_command_prints_the_schema():
    printed = json.loads(CliRunner().invoke(app, ["schema"]).output)
    assert printed == json.loads((PROJECT / "estate.schema.json").read_text())
