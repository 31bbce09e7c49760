"""`asbuilt watch` as a process: what it prints, how it ends, what two of them do, what a network that is lost does."""

import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from heartbeat_server import serving
from running import environment

from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.observe.look_budget import planned
from asbuilt.sandbox.server import Sandbox
from asbuilt.verdicts import Outcome
from asbuilt.watch.about import of_source
from asbuilt.watch.day_read import read_day
from asbuilt.watch.judge import Judge
from asbuilt.watch.looking import Looks

SECONDS = 90  # until a test gives up, on a machine that has much else to do
ESTATE = """\
estate: raxx
defaults:
  app: {{ formation: {{ web: 1 }}, probes: [{{ path: /health, json: {{ /status: ok }} }}], grace: 5m }}
apps:
  raxx-api-prod: {{ url: "https://raxx-api-prod-a60a19e5efbf.herokuapp.com" }}
{more}"""
COMMAND = [sys.executable, "-P", "-c", "from asbuilt.start import main; main()", "watch"]


@pytest.fixture
def watch(tmp_path):
    """Give a function that begins a watch in a process of its own; what still runs at the end is ended."""
    (tmp_path / "estate.yaml").write_text(ESTATE.format(more=""))
    begun = []

    def begin(*arguments, environ=None):
        process = subprocess.Popen(
            [*COMMAND, f"--estate={tmp_path / 'estate.yaml'}", f"--evidence={tmp_path / 'reports'}", *arguments],
            cwd=tmp_path,
            env=environment(tmp_path, environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield begin
    for each in begun:
        if each.poll() is None:
            each.kill()
        each.communicate()


def ended(process):
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def days(tmp_path):
    return sorted((tmp_path / "reports").glob("*watch-*[0-9a-f]"))


def wait_for(what):
    until = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.05)
    return found


def looks_of(tmp_path):
    """Give how many looks the newest day counts."""
    found = [read_day(each) for each in days(tmp_path)]
    return max((each.state.looks for each in found if each.state), default=0)


def test_one_look_finds_what_is_wrong(watch, tmp_path):
    code, out, err = ended(watch("--once", "--sandbox=healthy+release-failed"))
    assert (code, err) == (1, "")
    found, look, evidence = out.splitlines()
    assert re.fullmatch(r'[-0-9]+ [:0-9]+Z raxx-api-prod HK003 SEV-2 newest release v10 "Deploy 5ad0c3f1" .*', found)
    assert "look 1: 1 drifted, " in look
    (day,) = days(tmp_path)
    assert evidence == f"evidence: {day}"
    assert day.name.startswith("sandbox-watch-20260508-")
    assert read_day(day).holds


def test_all_well_is_exit_0(watch):
    assert ended(watch("--once", "--sandbox=healthy"))[0] == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 2)])
def test_a_signal_lets_it_finish_and_leaves_nothing_running(watch, tmp_path, number, code):
    process = watch("--every=10s", "--sandbox=healthy+release-failed")
    wait_for(lambda: looks_of(tmp_path))
    children = _children(process.pid)
    os.kill(process.pid, number)
    ending, out, err = ended(process)
    assert (ending, err) == (code, "")
    first, *_ = out.splitlines()
    assert first.startswith("watching 1 app of raxx in sandbox healthy+release-failed, every 10 s")
    assert read_day(days(tmp_path)[0]).holds
    assert not [each for each in children if _is_running(each)]


def test_a_watch_that_is_killed_goes_on_in_its_day_when_begun_again(watch, tmp_path):
    first = watch("--every=10s", "--sandbox=healthy")
    wait_for(lambda: looks_of(tmp_path))
    children = _children(first.pid)
    first.kill()
    first.communicate()
    wait_for(lambda: not [each for each in children if _is_running(each)])
    assert ended(watch("--once", "--every=10s", "--sandbox=healthy"))[0] == 0
    (day,) = days(tmp_path)
    assert read_day(day).holds
    assert read_day(day).state.looks >= 2


def test_the_second_of_two_in_one_folder_is_refused(watch, tmp_path):
    watch("--every=10s", "--sandbox=healthy")
    wait_for(lambda: looks_of(tmp_path))
    code, out, err = ended(watch("--once", "--sandbox=healthy"))
    assert (code, out) == (4, "")
    assert "another watch of this estate writes there" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "say how often: --every 5m"),
        (["--every=5"], '--every: "5" is no interval: write a number and a unit'),
        (["--every=1s"], "from 10s to 1d is allowed"),
        (["--once", "--app=raxx-api-prd", "--sandbox=healthy"], 'did you mean "raxx-api-prod"'),
        (["--once", "--sandbox=helthy"], "helthy"),
        (["--once", "--state=x.json", "--sandbox=healthy"], "declares no one to call"),
        (["--once"], "no Heroku token: set HEROKU_API_KEY"),
    ],
)
def test_a_mistake_is_one_error(watch, arguments, told):
    code, out, err = ended(watch(*arguments))
    assert (code, out) == (4, "")
    assert told in err
    assert "Traceback" not in err


def test_no_token_of_github_is_asked_for(watch):
    code, _, err = ended(watch("--once"))
    assert code == 4
    assert "GITHUB" not in err


def test_a_network_that_is_lost_is_unknown_and_the_watch_goes_on(tmp_path):
    """The sandbox stops, as seen by looks in this process, and comes back at the same address."""
    about = of_source(tmp_path / "estate.yaml", ESTATE.format(more="").encode(), ())
    run = about.run
    with Judge(about) as judge:
        sandbox = Sandbox.start("healthy")
        port = int(sandbox.origin.rpartition(":")[2])
        client = Client(Tokens("sandbox", None), route_to=sandbox.origin, timeout=5.0)
        looks = Looks(run.estate, client, "sandbox", planned(run.estate, run.scope, timedelta(minutes=5)), 20.0)
        first = looks({})
        sandbox.close()
        lost = looks(first.kept)
        with Sandbox.start("healthy", port=port):
            back = looks(lost.kept)
        client.close()
        outcomes = [{each.outcome for each in judge.judged(one.observation).verdicts} for one in (first, lost, back)]
    assert outcomes == [{Outcome.CONFORMS}, {Outcome.UNKNOWN}, {Outcome.CONFORMS}]
    apart = lost.observation.as_of - first.observation.as_of
    assert timedelta() <= apart < timedelta(seconds=SECONDS)  # the providers' clock goes on


def test_who_is_called_is_told_once_and_the_target_stays_secret(watch, tmp_path):
    (tmp_path / "estate.yaml").write_text(ESTATE.format(more="alerts: { default: [env:CHAT] }\n"))
    environ = {"CHAT": "json://127.0.0.1:9/hunter2-is-secret"}
    code, out, err = ended(watch("--once", "--state=state.json", "--sandbox=healthy+release-failed", environ=environ))
    assert code == 1
    assert "not delivered to env:CHAT" in out
    assert "hunter2" not in out + err
    assert "env:CHAT" in (tmp_path / "state.json").read_text()  # for the next look to try again


def test_verify_speaks_of_a_day(watch, tmp_path):
    ended(watch("--once", "--sandbox=healthy+release-failed"))
    (day,) = days(tmp_path)
    command = [*COMMAND[:-1], "verify", str(day)]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "chain: 1 line" in done.stdout
    path = day / "looks.jsonl"
    path.write_text(path.read_text().replace("5ad0c3f1", "6ad0c3f1"))
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "looks.jsonl:1: was changed" in done.stdout


def _children(process):
    """Give the processes that one has begun, and those that these have."""
    found = []
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        return []
    return [*found, *(each for one in found for each in _children(one))]


def _is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_monitor_elsewhere_hears_of_a_look_and_not_of_what_judges_it(watch):
    with serving() as service:
        process = watch("--once", "--sandbox=healthy", environ={"ASBUILT_HEARTBEAT_URL": service.address})
        process.communicate(timeout=SECONDS)
    assert (process.returncode, service.told) == (0, ["/start", ""])


def test_a_target_that_is_not_set_is_said_before_anybody_is_to_be_called(watch, tmp_path):
    (tmp_path / "estate.yaml").write_text(ESTATE.format(more="alerts: { default: [env:NOT_SET_URL] }\n"))
    process = watch("--once", "--sandbox=healthy", f"--state={tmp_path / 'state.json'}")
    out, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "nobody can be called at env:NOT_SET_URL: NOT_SET_URL is not set, or empty" in out
