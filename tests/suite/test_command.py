"""The `asbuilt` command, as people type it."""

import json
import signal
import socket
import subprocess
import sys

import pytest
from hostile_texts import assert_no_command, assert_seen
from terminals import on_a_terminal
from typer.testing import CliRunner

from asbuilt import __version__, start
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


def test_the_page_of_the_controls_has_them_all():
    printed = CliRunner().invoke(app, ["controls", "--format", "markdown"]).output
    ids = [each["id"] for each in json.loads(CliRunner().invoke(app, ["controls", "--format", "json"]).output)]
    assert sorted(line.removeprefix("### ") for line in printed.splitlines() if line.startswith("### ")) == ids


def test_a_mistake_is_told_in_lines_that_are_no_command(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    strange = "\x1b[31mx\n::error::y ##[error]z\u202e"
    for arguments in (["controls", strange], ["paths", "--checkout", strange], ["paths", "--repository", strange]):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 4
        assert_seen(done.stderr)
        assert_no_command(done.stderr)


def test_a_control_that_there_is_not_is_refused():
    done = CliRunner().invoke(app, ["controls", "HK099"])
    assert done.exit_code == 4
    assert 'there is no control "HK099"; did you mean "HK009"? allowed: GH001' in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sandbox", "--scenario", "helthy"], 'did you mean "healthy"?'),
        (["sandbox", "--port", "{taken}"], "Address already in use; choose another: --port N"),
        (["sandbox", "--port", "0", "--unix-socket", "/no/where"], "listen on /no/where: No such file or directory"),
        (["sandbox", "--port", "99999"], '--port: "99999" is no number from 0 to 65535'),
        (["sandbox", "--port", "0", "--unix-socket="], "--unix-socket: its value is empty"),
        (["sandbox", "--scenario="], "--scenario: its value is empty"),
    ],
)
def test_a_sandbox_that_cannot_start_says_why(arguments, said):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, [each.replace("{taken}", port) for each in arguments])
    assert done.exit_code == 4
    assert said in done.output


def test_the_schema_command_prints_the_schema():
    printed = json.loads(CliRunner().invoke(app, ["schema"]).output)
    assert printed == json.loads((PROJECT / "estate.schema.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["liv"], 'there is no verb "liv"; did you mean "live"? allowed: '),
        (["paths", "--nope"], 'paths: there is no option "--nope"; did you mean "--app"? allowed: --app, '),
        (["controls", "--format", "xml"], 'controls: --format: there is no value "xml"; allowed: json, markdown'),
        (["controls", " "], 'there is no control " "'),
        (["controls", ""], 'there is no control ""'),
        (["paths", "--checkout="], "--checkout: its value is empty, most likely that of a variable that is not set"),
        (["paths", "--app="], "--app: its value is empty"),
        (["paths", "--repository="], "--repository: its value is empty"),
        (["paths", "--estate="], "--estate: its value is empty"),
        (["paths", "--app", "a\x1b[2J"], '--app: "a\\x1b[2J" holds a line break, or a character that cannot be seen'),
        (["record", ""], "DIR: its value is empty"),
        (["record", "README.md"], "README.md is no folder: name a run"),
    ],
)
def test_a_mistake_is_one_line_and_exit_4(arguments, said):
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 4
    assert done.output.startswith(f"asbuilt: {said}")
    assert len(done.output.splitlines()) == 1


@pytest.mark.parametrize("command", ["live", "paths"])
def test_a_current_folder_that_is_gone_is_a_mistake(command, monkeypatch, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    done = CliRunner().invoke(app, [command])
    assert (done.exit_code, done.output.splitlines()) == (
        4,
        ["asbuilt: the current folder is gone, or may not be read (No such file or directory): go to another"],
    )


def test_a_fault_of_the_command_itself_is_one_line_and_exit_3(monkeypatch):
    monkeypatch.setattr("asbuilt.drawing.sources.drawing_of", lambda *_: 1 // 0)
    done = CliRunner().invoke(app, ["paths"])
    assert done.exit_code == 3
    assert done.output.startswith("asbuilt: internal error at asbuilt/verbs/paths.py:")
    assert "ZeroDivisionError" in done.output
    assert len(done.output.splitlines()) == 1


OBSERVING = "--sandbox=healthy+probe-times-out", "--app=raxx-api-prod", "--timeout=3"  # long enough to be told of


@pytest.mark.parametrize(
    ("arguments", "begun"),
    [
        (["sandbox", "--port", "0"], "healthy at http"),
        (["live", *OBSERVING, "-p", "no:cacheprovider", "--evidence={tmp}"], "observing, "),
    ],
)
def test_an_interruption_is_exit_2_without_a_traceback(arguments, begun, tmp_path):
    # A shell starts what runs in its background deaf to interruptions.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-P", "-c", f"{heard}; from asbuilt.cli import app; app()", *arguments]
    told, interrupted = "", False
    with on_a_terminal([each.replace("{tmp}", str(tmp_path)) for each in command]) as (running, printed):
        for text in printed:
            told += text
            if begun in told and not interrupted:
                running.send_signal(signal.SIGINT)
                interrupted = True
        assert running.wait(60) == 2, told
    assert begun in told
    assert "Traceback" not in told


@pytest.mark.parametrize("module", ["asbuilt.suite", "_pytest.main", "asbuilt.beginning", "asbuilt.world"])
def test_an_interruption_before_pytest_is_there_is_exit_2_without_a_traceback(module, tmp_path):
    begin = f"""
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Interrupting:
    @staticmethod
    def find_spec(name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting)
from asbuilt.start import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", begin, "live", "--sandbox=healthy", f"--evidence={tmp_path}"],
        cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_an_interruption_while_the_command_is_imported_is_exit_2(monkeypatch):
    class Interrupted:
        @staticmethod
        def find_spec(name, *_):
            if name == "asbuilt.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "asbuilt.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupted, *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 2


# A linter is a process of its own: it has these streams as well.
@pytest.mark.parametrize(("stream", "which"), [("1", "-k zizmor"), ("2", ""), ("0 1 2", "-k zizmor")])
def test_static_works_from_any_folder_and_a_closed_stream_changes_no_verdict(stream, which, tmp_path):
    (tmp_path / "yaml.py").write_text("raise SystemExit('imported from the folder that is judged')")
    closed = " ".join(f"{each}>&-" for each in stream.split())
    judging = f'static {which} --estate="$1" -p no:cacheprovider'
    command = f'"$0" -P -c "from asbuilt.cli import app; app()" {judging} {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, str(PROJECT / "estate.yaml")],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    if stream == "2":
        assert " conform, 0 drifted, 0 unknown" in done.stdout
    latest = tmp_path / "reports" / "latest"
    assert (latest / "summary.md").exists()
    outcomes = [each["outcome"] for each in json.loads((latest / "verdicts.json").read_text())]
    assert "conforms" in outcomes
    assert set(outcomes) <= {"conforms", "not applicable"}


def test_a_terminal_that_knows_few_characters_is_shown_escapes(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    step = "{uses: akhileshns/heroku-deploy@v3.13.15, with: {heroku_app_name: an-app}}"
    (folder / "deploy.yml").write_text(f"on: push\njobs: {{\u65e5: {{runs-on: x, steps: [{step}]}}}}\n", "utf-8")
    done = CliRunner(charset="latin-1").invoke(app, ["paths", "--checkout", str(tmp_path)])
    assert done.exit_code == 0, done.stderr
    assert "\\u65e5 in deploy.yml" in done.stdout


def test_a_reader_that_leaves_is_no_error(tmp_path):
    folder = PROJECT / "fixtures/repositories/TradeMasterAPI/before"
    paths = f'"$0" -P -c "from asbuilt.cli import app; app()" paths --checkout {folder}'
    done = subprocess.run(
        ["sh", "-c", f"{paths} | true", sys.executable],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
