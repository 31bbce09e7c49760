"""A look is judged by the checks themselves, beside the watch: the same verdicts, and none where that fails."""

import os
import signal
from pathlib import Path

import pytest
from running import PROJECT

from asbuilt.model import load
from asbuilt.verdicts import NEVER, Outcome
from asbuilt.watch import judge as module
from asbuilt.watch.about import of_source
from asbuilt.watch.judge import Judge

ESTATE = PROJECT / "estate.yaml"
WATCHED = ("HK002", "HK003", "HK006", "HK008", "WEB001", "WEB002")
WORLDS = ("healthy", "incident-2026-04-30", "healthy+dyno-crashed", "healthy+dynos-forbidden")


@pytest.fixture(scope="module")
def about():
    return of_source(ESTATE, ESTATE.read_bytes(), ())


@pytest.fixture(scope="module")
def judge(about):
    with Judge(about) as found:
        yield found


@pytest.fixture(scope="module")
def observation(live):
    return load((live("healthy").directory / "observation.json").read_bytes())


@pytest.fixture(scope="module")
def live(played):
    return lambda world: played("tests_live", "-m", "live", f"--sandbox={world}")


@pytest.mark.parametrize("world", WORLDS)
def test_its_verdicts_are_those_of_a_run_over_the_same_observation(judge, live, world):
    run = live(world)
    found = judge.judged(load((run.directory / "observation.json").read_bytes()))
    of_run = {each["id"]: each for each in run.verdicts if each["control"] in WATCHED}
    assert not found.failed
    assert {each.id for each in found.verdicts} == of_run.keys()
    for each in found.verdicts:
        mine, other = each.as_dict(), of_run[each.id]
        for name in ("outcome", "severity", "reason", "subject", "requirement", "issue", "expired", "tolerated"):
            assert mine[name] == other[name], each.id
        assert [line["fact"] for line in mine["lines"]] == [line["fact"] for line in other["lines"]]
        assert [line["fix"] for line in mine["lines"]] == [line["fix"] for line in other["lines"]]


def test_a_waiver_holds_as_in_a_run(tmp_path, live):
    waiver = "\nwaivers:\n- {control: HK006, subject: raxx-api-prod web, until: 2026-06-01, owner: ops, issue: 1,"
    waiver += " reason: it rests}\n"
    estate = tmp_path / "estate.yaml"
    source = (PROJECT / "estate.yaml").read_text().replace("checkout: fixtures", f"checkout: {PROJECT}/fixtures")
    estate.write_text(source + waiver)
    with Judge(of_source(estate, estate.read_bytes(), ())) as judge:
        observation = load((live("incident-2026-04-30").directory / "observation.json").read_bytes())
        waived = [each for each in judge.judged(observation).verdicts if each.outcome is Outcome.WAIVED]
    assert [(each.control, each.subject) for each in waived] == [("HK006", "raxx-api-prod")]


def broken(how):
    """Give the command of a process whose forks are broken in some way."""
    return f"""
import os, signal, time
from asbuilt.watch import judge_process
judged = judge_process._judged
def broken(run, *, only_collect=False):
    done = judged(run, only_collect=only_collect)
    if only_collect:
        return done
    {how}
    return done
judge_process._judged = broken
judge_process.main()
"""


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
        ("os._exit(7)", "exit 7"),
        ("raise RuntimeError('no more room')", "RuntimeError: no more room"),
        ("done.verdicts = done.verdicts[1:]", "1 of 16 checks came to no verdict"),
        ("done.verdicts = (*done.verdicts, done.verdicts[0])", "to two"),
        ("done.verdicts = ()", "16 of 16 checks came to no verdict"),
        ("done.faults = ('something broke',)", "something broke"),
        ("signal.alarm(0); time.sleep(60)", "no answer in time"),
        ("os.kill(os.getppid(), signal.SIGKILL)", "it has ended"),
    ],
)
def test_a_look_that_was_not_judged_whole_is_unknown_and_the_next_is_judged(about, observation, monkeypatch, how, told):
    with Judge(about, seconds=3.0) as judge:
        monkeypatch.setattr(module, "_COMMAND", broken(how))
        found = judge.judged(observation)
        assert told in found.failed
        assert {each.id for each in found.verdicts} == set(about.expected())
        assert {each.outcome for each in found.verdicts} == {Outcome.UNKNOWN}
        assert all(each.reason.startswith(NEVER) for each in found.verdicts)
        assert all(each.fails for each in found.verdicts)
        monkeypatch.undo()
        judge.end()  # what is broken in a fork is so in the next
        assert not judge.judged(observation).failed


def test_what_judges_has_no_credentials(about, observation, monkeypatch, tmp_path):
    seen = tmp_path / "seen"
    monkeypatch.setenv("HEROKU_API_KEY", "HRKU-1")
    monkeypatch.setattr(module, "_COMMAND", broken(f"open({str(seen)!r}, 'w').write(repr(sorted(os.environ)))"))
    with Judge(about) as judge:
        assert not judge.judged(observation).failed
    assert "HEROKU_API_KEY" not in seen.read_text()
    assert "PATH" in seen.read_text()


def test_it_ends_with_whoever_asks(about, observation):
    with Judge(about) as judge:
        judge.judged(observation)
        process = judge._process  # noqa: SLF001 - its end is what is asked for
        process.stdin.close()  # as the death of the watch does
        assert process.wait(30) == 0


def test_who_ends_all_processes_at_once_lets_the_look_be_judged(about, observation):
    with Judge(about) as judge:
        assert not judge.judged(observation).failed
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(judge.process, number)
        assert not judge.judged(observation).failed


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how large a process is")
def test_what_it_judged_leaves_nothing_in_the_process(about, observation):
    with Judge(about) as judge:
        sizes = []
        for _ in range(8):
            assert not judge.judged(observation).failed
            sizes.append(_resident(judge.process))
        assert sum(1 for _ in Path(f"/proc/{judge.process}/fd").iterdir()) < 10
        assert _threads(judge.process) == 1
    assert sizes[-1] - sizes[1] < 2_000, sizes  # kB; one session of pytest keeps more


def _resident(process):
    return int(_status(process)["VmRSS"].split()[0])


def _threads(process):
    return int(_status(process)["Threads"])


def _status(process):
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return dict(each.split(":\t", 1) for each in lines if ":\t" in each)
