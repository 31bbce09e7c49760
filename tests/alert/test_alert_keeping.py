import os
import subprocess
import sys
from pathlib import Path

import pytest
from told_runs import DAY, PAGER, Desk, alerts, cause, run

from asbuilt.alert.keeping import StateFile
from asbuilt.alert.not_kept import NotKeptError
from asbuilt.alert.state import UnknownFormError, restored

HERE = Path(__file__).parent
FOUND = cause("HK002 shop-prod")


@pytest.fixture
def desk(tmp_path):
    return Desk(keeper=StateFile(tmp_path / "state.json", wait=0.2))


def test_a_state_outlasts_its_process(desk, tmp_path):
    assert desk.after(run(0 * DAY, FOUND)) == [(PAGER, "first", "HK002 shop-prod")]
    desk.keeper = StateFile(tmp_path / "state.json")
    assert desk.after(run(1 * DAY, FOUND)) == [(PAGER, "reminder", "HK002 shop-prod")]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state.json", "state.json.lock"]
    assert (tmp_path / "state.json").stat().st_mode & 0o77 == 0


def test_no_state_is_said(desk):
    desk.after(run(0 * DAY, FOUND))
    assert "there is no state" in desk.called.notes[0]
    desk.after(run(1 * DAY, FOUND))
    assert desk.called.notes == ()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\x00", b'{"form": "asbuilt alert state 1", "open": 3}', b"null"]
)
def test_a_corrupt_state_is_kept_aside_and_said_and_costs_one_call(desk, tmp_path, content):
    (tmp_path / "state.json").write_bytes(content)
    assert desk.after(run(0 * DAY, FOUND)) == [(PAGER, "first", "HK002 shop-prod")]
    aside = [each for each in tmp_path.iterdir() if ".corrupt-" in each.name]
    assert [each.read_bytes() for each in aside] == [content]
    assert str(aside[0]) in desk.called.notes[0]
    assert desk.after(run(0.5 * DAY, FOUND)) == []


def test_two_corrupt_states_of_one_second_are_both_kept(desk, tmp_path):
    for number, content in enumerate((b"one", b"two")):
        (tmp_path / "state.json").write_bytes(content)
        desk.after(run(number * DAY, FOUND))
    aside = {each.read_bytes() for each in tmp_path.iterdir() if ".corrupt-" in each.name}
    assert aside == {b"one", b"two"}


def test_a_state_of_another_form_is_refused_and_stays(desk, tmp_path):
    content = b'{"form": "asbuilt alert state 2", "more": []}'
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(UnknownFormError, match="asbuilt alert state 2"):
        desk.after(run(0 * DAY, FOUND))
    assert (tmp_path / "state.json").read_bytes() == content
    assert desk.messages == []


def test_a_state_that_another_holds_is_waited_for_and_then_given_up(desk, tmp_path):
    with StateFile(tmp_path / "state.json").held(), pytest.raises(NotKeptError, match="held by another"):
        desk.after(run(0 * DAY, FOUND))
    assert desk.messages == []
    assert desk.after(run(0 * DAY, FOUND)) != []


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_a_state_that_is_no_file_is_refused(tmp_path, kind):
    path, other = tmp_path / "state.json", tmp_path / "other"
    other.write_text("not ours")
    path.symlink_to(other) if kind == "link" else path.mkdir()
    with pytest.raises(NotKeptError, match=f"is a {kind}"), StateFile(path).held():
        pass
    assert other.read_text() == "not ours"


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "state.json.lock").symlink_to(tmp_path / "other")
    with (
        pytest.raises(NotKeptError, match=r"state\.json\.lock cannot be opened"),
        StateFile(tmp_path / "state.json").held(),
    ):
        pass
    assert not (tmp_path / "other").exists()


def test_what_is_no_regular_file_is_refused_and_stays_where_it_is(desk, tmp_path):
    os.mkfifo(tmp_path / "state.json")  # stands for /dev/null as well, which is the whole machine's
    with pytest.raises(NotKeptError, match="is no regular file"):
        desk.after(run(0 * DAY, FOUND))
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("name", ["state.json", "bodies/state.json"])
def test_a_state_in_a_run_s_record_is_refused(desk, tmp_path, name):
    (tmp_path / "collected.json").write_text("{}")
    desk.keeper = StateFile(tmp_path / name)
    with pytest.raises(NotKeptError, match="in a run's record"):
        desk.after(run(0 * DAY, FOUND))
    assert [each.name for each in tmp_path.iterdir()] == ["collected.json"]


def test_what_cannot_be_kept_is_told_all_the_same_and_said(desk, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert desk.after(run(0 * DAY, FOUND)) == [(PAGER, "first", "HK002 shop-prod")]
    assert "No space left on device" in desk.called.unkept
    assert not desk.called.done
    assert not (tmp_path / "state.json").exists()


def test_two_at_once_call_once(tmp_path):
    script = """
import sys, time
from pathlib import Path
from told_runs import DAY, alerts, cause, run
from asbuilt.alert.calling import call
from asbuilt.alert.keeping import StateFile

folder = Path(sys.argv[1])
def deliver(target, message):
    with (folder / "got.txt").open("a") as file:
        file.write(f"{target} {message.kind}\\n")
print("ready", flush=True)
sys.stdin.readline()
told = run(0 * DAY, cause("HK002 shop-prod"), name=sys.argv[2])
call(told, alerts(), StateFile(folder / "state.json"), deliver, told.as_of)
"""
    environ = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parents[1]}"}
    command = [sys.executable, "-c", script, str(tmp_path)]
    both = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True)
        for name in ("one", "two")
    ]
    for each in both:
        assert each.stdout.readline() == "ready\n"
    for each in both:
        each.stdin.write("\n")
        each.stdin.flush()
    assert [each.wait() for each in both] == [0, 0]
    for each in both:
        each.communicate()
    assert (tmp_path / "got.txt").read_text().splitlines() == [f"{PAGER} first"]
    assert len(restored((tmp_path / "state.json").read_bytes()).open) == 1


def test_a_state_is_small_after_all_is_over(tmp_path):
    desk = Desk(alerts(), keeper=StateFile(tmp_path / "state.json"))
    sizes = []
    for number in range(60):
        desk.after(run(number * DAY, *([FOUND] if number % 2 else []), well="" if number % 2 else "HK002 shop-prod"))
        sizes.append((tmp_path / "state.json").stat().st_size)
    assert max(sizes[40:]) <= max(sizes[:40])
