"""docs/alerts.md, docs/watch.md, docs/heartbeat.md and docs/carriers: what a reader copies is right."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
from fake_runner import plain
from pydantic import TypeAdapter
from typer.main import get_command

from asbuilt import estate
from asbuilt.alert.event import Event
from asbuilt.alert.words.messages import message_of
from asbuilt.cli import app
from asbuilt.estate_alerts import Alerts

HOME = Path(__file__).resolve().parents[2]
DOCS = HOME / "docs"
CARRIERS = DOCS / "carriers"
# https://devcenter.heroku.com/articles/app-json-schema
KNOWN_TO_HEROKU = {
    "addons", "buildpacks", "description", "env", "environments", "formation", "image", "keywords", "logo", "name",
    "repository", "scripts", "stack", "success_url", "website",
}  # fmt: skip
KNOWN_OF_A_PROCESS = {"quantity", "size"}
KNOWN_OF_A_VARIABLE = {"description", "generator", "required", "value"}


def text_of(name):
    return (DOCS / name).read_text("utf-8")


def commands():
    """Give each command line that the guides and the carriers have, by where it stands."""
    for name in ("alerts.md", "watch.md", "heartbeat.md"):
        for block in re.findall(r"```(?:sh|text)\n(.*?)```", text_of(name), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                words = words[1:] if words[:1] == ["watch:"] else words
                if words[:1] == ["asbuilt"]:
                    yield pytest.param(words[1:], id=f"{name}: {shlex.join(words)}")
    yield pytest.param(shlex.split((CARRIERS / "Procfile").read_text().partition(": ")[2])[1:], id="Procfile")
    yield pytest.param(shlex.split(_unit()["Service"]["ExecStart"])[1:], id="systemd")
    (command,) = re.findall(r"^CMD (.*)$", (CARRIERS / "Dockerfile").read_text(), re.MULTILINE)
    yield pytest.param(json.loads(command), id="Dockerfile")


def _unit():
    unit = RawConfigParser(strict=True)
    unit.optionxform = str
    unit.read_string((CARRIERS / "asbuilt-watch.service").read_text())
    return unit


@pytest.mark.parametrize("words", list(commands()))
def test_a_command_is_one_of_asbuilt_with_its_options(words):
    verb, *rest = words
    options = {each.partition("=")[0] for each in rest if each.startswith("-")}
    known = get_command(app).commands
    if verb in ("live", "static"):  # pytest's own command line has these
        said = subprocess.run(
            [sys.executable, "-m", "asbuilt", verb, "-h"], capture_output=True, text=True, check=True
        ).stdout
        assert not {each for each in options if each not in said}
    else:
        assert verb in known
        assert options <= {name for each in known[verb].params for name in each.opts}


def test_the_guide_names_each_key_of_alerts_and_no_other():
    table = text_of("alerts.md").partition("| key | means |")[2].split("\n\n")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named == {each.alias or name for name, each in Alerts.model_fields.items()}


def test_the_estate_of_the_guide_loads_and_calls_whom_it_says(tmp_path):
    (block,) = re.findall(r"```yaml\n(estate: .*?)```", text_of("alerts.md"), re.DOTALL)
    (tmp_path / "estate.yaml").write_text(block)
    alerts = estate.load(tmp_path / "estate.yaml").alerts
    assert alerts.targets("SEV-1") == ("env:PAGER_URL", "env:CHAT_URL")
    assert alerts.targets("SEV-3") == ("env:CHAT_URL", "github-issue:OWNER/NAME")


def test_the_rehearsal_of_the_guide_says_what_the_guide_shows(tmp_path):
    guide = text_of("alerts.md")
    (block,) = re.findall(r"```yaml\n(estate: .*?)```", guide, re.DOTALL)
    (tmp_path / "estate.yaml").write_text(block)
    rehearsal = guide.partition("## A rehearsal")[2].partition("```sh\n")[2].partition("```")[0]
    told = [shlex.split(line, comments=True)[1:] for line in rehearsal.splitlines() if line.startswith("asbuilt")]
    environ = os.environ | dict.fromkeys(("PAGER_URL", "CHAT_URL"), "json://127.0.0.1:9/")  # nobody listens there
    first, second = [
        subprocess.run(
            [sys.executable, "-m", "asbuilt", *each],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        for each in told[:2]
    ]
    assert (first.returncode, second.returncode) == (1, 1), first.stderr + second.stderr
    (waiting, _) = json.loads((tmp_path / "rehearsal.json").read_text())["outbox"]
    shown = message_of(TypeAdapter(Event).validate_python(waiting["event"]))
    as_in_guide = re.sub(r"(sandbox-\d{8}T\d{6}Z)-\w+", r"\1-667181fd", f"{shown.title}\n\n{shown.text}")
    assert as_in_guide in guide


def test_the_defaults_that_the_guide_has_are_those_of_the_estate():
    table = text_of("alerts.md").partition("| key | means |")[2].split("\n\n")[0]
    said = dict(re.findall(r"^\| `(\w+)` \|.*\| `([^`|]+)` \|$", table, re.MULTILINE))
    assert said.keys() == {"remind", "unknown_after", "hold"}
    declared = Alerts.model_validate({"remind": said["remind"].strip("[]").split(", "), "hold": said["hold"]})
    assert (declared.remind, declared.hold) == (Alerts().remind, Alerts().hold)
    assert int(said["unknown_after"]) == Alerts().unknown_after


def test_app_json_has_what_heroku_knows_and_scales_what_the_procfile_names():
    whole = json.loads((CARRIERS / "app.json").read_text())
    assert whole.keys() <= KNOWN_TO_HEROKU
    assert set().union(*whole["env"].values()) <= KNOWN_OF_A_VARIABLE
    assert set().union(*whole["formation"].values()) <= KNOWN_OF_A_PROCESS
    lines = (CARRIERS / "Procfile").read_text().splitlines()
    assert [re.fullmatch(r"([A-Za-z0-9_-]+): \S.*", each)[1] for each in lines] == list(whole["formation"])
    assert whole["formation"]["watch"]["quantity"] == 1  # two would call twice
    assert not [each for each in whole["env"].values() if "value" in each]


def test_the_procfile_of_the_guide_is_the_one_to_copy():
    assert f"```text\n{(CARRIERS / 'Procfile').read_text()}```" in text_of("watch.md")


def test_the_unit_is_one_for_systemd(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    unit = (CARRIERS / "asbuilt-watch.service").read_text()
    known = tmp_path / "asbuilt-watch.service"
    known.write_text(unit.replace("/opt/asbuilt/bin/asbuilt", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(known)], capture_output=True, text=True, check=False)
    told = [each for each in done.stderr.splitlines() if str(known) in each or known.name in each]
    assert (done.returncode, told) == (0, [])


def test_the_unit_lets_a_look_end_and_leaves_a_mistake_alone():
    service = _unit()["Service"]
    assert service["KillMode"] == "mixed"  # the processes that judge outlast the SIGTERM
    assert int(service["TimeoutStopSec"]) >= 30
    assert service["RestartPreventExitStatus"] == "4"


def test_a_container_ends_in_time_for_its_look():
    assert "--stop-timeout 30" in text_of("watch.md")
    dockerfile = (CARRIERS / "Dockerfile").read_text()
    assert "STOPSIGNAL SIGTERM" in dockerfile
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER (?!0|root)", dockerfile, re.MULTILINE)


def test_the_guide_names_each_input_of_the_two_actions_and_no_other():
    guide = text_of("github-actions.md")
    for name in ("alert", "watch"):
        table = guide.partition(f"| input of `{name}` | |\n")[2].split("\n\n")[0]
        rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        named = {each for row in rows for each in re.findall(r"`([^`]+)`", row)}
        assert named == set(plain(HOME / name / "action.yml")["inputs"])
