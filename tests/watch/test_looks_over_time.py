"""What is down is called when it has been for its grace, by looks and timestamps together, and not before."""

import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import yaml
from looking import MINUTE, Watching, about

from asbuilt.catalogue import PROJECT
from asbuilt.watch.judge import Judge

APP = "raxx-api-prod"
WEB, HEALTH = f"{APP} web", f"{APP} /health"
PLACE = ["heroku", "apps", APP]
DYNO = [*PLACE, "dynos", "web.1"]


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch):
    """Let nobody wait before a probe is asked again."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture(scope="module")
def judged():
    found = about()
    with Judge(found) as judge:
        yield found, judge


@pytest.fixture
def watching(judged, tmp_path):
    """Give a function that watches a healthy world that changes as it says: `(seconds, place, value)`."""
    opened = []

    def open_(*changes, every=5 * MINUTE, world="healthy+changes"):
        shutil.copytree(PROJECT / "fixtures/scenarios", tmp_path / "scenarios")
        (tmp_path / "faults").mkdir()
        written = [{"at": at, "set": value, "after": f"{seconds}s"} for seconds, at, value in changes]
        fault = {"summary": "as the test says", "over": "healthy", "world": written}
        (tmp_path / "faults/changes.yaml").write_text(yaml.safe_dump(fault))
        opened.append(Watching(world, *judged, every=every, folder=tmp_path))
        return opened[-1]

    yield open_
    for each in opened:
        each.__exit__()


def _stands(state, seconds, release=9):
    """Write how web.1 stands since so many seconds after the first look."""
    return {"state": state, "release": release, "since": f"{seconds:+}s"}


def _outcomes(watch, looks, control="HK006", subject=WEB):
    return [watch.look().of(control, subject)[0] for _ in range(looks)]


def test_a_crash_is_called_at_the_first_look_at_which_its_grace_is_over(watching):
    watch = watching((60, DYNO, _stands("crashed", 60)))
    assert _outcomes(watch, 2) == ["conforms", "not applicable"]
    assert watch.look().of("HK006", WEB) == ("drifted", "0 of 1 web up (web.1 crashed) since 9 min, grace 5 min")


def test_a_crash_is_called_at_exactly_its_grace(watching):
    watch = watching((60, DYNO, _stands("crashed", 60)), every=MINUTE)
    assert _outcomes(watch, 7) == ["conforms", *["not applicable"] * 5, "drifted"]


def test_what_comes_up_within_its_grace_is_called_by_nobody(watching):
    answers = [*PLACE, "responses"]
    watch = watching(
        (250, DYNO, _stands("crashed", 250)),
        (250, answers, {}),
        (400, DYNO, _stands("up", 400)),
        (400, answers, {each: {"status": 200, "json": {"status": "ok"}} for each in ("/health", "/api/system/status")}),
    )
    looks = [watch.look() for _ in range(5)]
    assert [each.which("drifted") for each in looks] == [set()] * 5
    assert [each.of("HK006", WEB)[0] for each in looks] == ["conforms", "not applicable", *["conforms"] * 3]
    assert [each.of("WEB001", HEALTH)[0] for each in looks] == ["conforms", "not applicable", *["conforms"] * 3]


def test_what_is_called_is_well_again_at_the_next_look(watching):
    watch = watching((60, DYNO, _stands("crashed", 60)), (700, DYNO, _stands("up", 700)))
    assert _outcomes(watch, 4) == ["conforms", "not applicable", "drifted", "conforms"]


def test_dynos_that_are_gone_are_down_since_the_first_look_that_saw_it(watching):
    watch = watching((60, [*PLACE, "dynos"], {}))
    assert _outcomes(watch, 2) == ["conforms", "not applicable"]
    assert watch.look().of("HK006", WEB) == ("drifted", "0 of 1 web up (no web dyno exists) since 5 min, grace 5 min")


def test_a_scaling_to_zero_tells_since_when_they_are_gone(watching):
    none = {"quantity": 0, "size": "Basic", "command": "gunicorn", "since": "+60s"}
    watch = watching((60, [*PLACE, "dynos"], {}), (60, [*PLACE, "formation", "web"], none))
    assert _outcomes(watch, 2) == ["conforms", "not applicable"]
    assert watch.look().of("HK006", WEB) == ("drifted", "0 of 1 web up (no web dyno exists) since 9 min, grace 5 min")
    watch.asked()
    assert watch.look().of("HK006", WEB)[0] == "drifted"
    assert len(watch.asked()) == 4


def test_what_is_gone_at_the_first_look_is_unknown_not_well(watching):
    watch = watching((0, [*PLACE, "dynos"], {}))
    outcome, told = watch.look().of("HK006", WEB)
    assert outcome == "unknown"
    assert "lists no web dyno at the first look, and nothing says since when" in told


def test_a_look_that_saw_nothing_ends_no_outage_and_begins_none(watching):
    watch = watching((60, [*PLACE, "dynos"], {}))
    watch.look()
    assert watch.look().of("HK006", WEB)[0] == "not applicable"
    lost = watch.look(offline=True)
    assert lost.of("HK006", WEB)[0] == "unknown"
    assert lost.which("conforms") == lost.which("drifted") == set()
    assert watch.look().of("HK006", WEB)[1] == "0 of 1 web up (no web dyno exists) since 10 min, grace 5 min"


def test_a_restart_of_a_release_at_each_look_is_no_outage(watching):
    def deploy(seconds, version):
        release = {
            "version": version,
            "description": f"Deploy {version}a2b3c4",
            "slug": f"{version:040}",
            "created_at": f"+{seconds - 9}s",
        }
        return (seconds, [*PLACE, "releases", {"version": 9}], release)

    watch = watching(
        deploy(290, 10),
        (299, DYNO, _stands("starting", 299, 10)),
        (330, DYNO, _stands("up", 330, 10)),
        (599, DYNO, _stands("starting", 599, 10)),
        (630, DYNO, _stands("up", 630, 10)),
    )
    looks = [watch.look() for _ in range(4)]
    assert [each.of("HK006", WEB)[0] for each in looks] == [
        "conforms",
        "not applicable",
        "not applicable",
        "conforms",
    ]


def test_a_crashed_dyno_that_starts_again_goes_on_being_down(watching):
    watch = watching((200, DYNO, _stands("crashed", 200)), (599, DYNO, _stands("starting", 599)))
    assert _outcomes(watch, 2) == ["conforms", "not applicable"]
    assert watch.look().of("HK006", WEB)[1].startswith("0 of 1 web up (web.1 starting) since 6 min 40 s")


def test_a_second_crash_is_an_outage_of_its_own_and_a_loop(watching):
    watch = watching(
        (200, DYNO, _stands("crashed", 200)), (400, DYNO, _stands("up", 400)), (560, DYNO, _stands("crashed", 560))
    )
    watch.look()
    watch.look()
    third = watch.look()
    assert third.of("HK006", WEB) == (
        "not applicable",
        "0 of 1 web up (web.1 crashed) since 40 s, grace 5 min: the next looks tell whether it comes up",
    )
    assert third.of("HK008", APP)[0] == "drifted"


def test_a_crash_loop_is_told_over_looks_and_one_restart_is_none(watching):
    watch = watching((200, DYNO, _stands("up", 200)), (500, DYNO, _stands("up", 500)))
    first, second, third = (watch.look() for _ in range(3))
    assert first.of("HK008", APP)[0] == "conforms"
    assert second.of("HK008", APP) == (
        "not applicable",
        "web.1 up since 1 min 40 s: the next looks tell whether it stays up",
    )
    outcome, told = third.of("HK008", APP)
    assert outcome == "drifted"
    assert told.startswith("web.1 crashes again and again on v9: ")


def test_restarts_that_are_far_apart_are_no_crash_loop(watching):
    restarts = (310, 3010, 5710)
    watch = watching(*((each, DYNO, _stands("up", each)) for each in restarts))
    outcomes = _outcomes(watch, 24, "HK008", APP)
    young = {2, 3, 11, 12, 20, 21}  # the looks within ten minutes of a restart
    assert outcomes == ["not applicable" if each in young else "conforms" for each in range(24)]
    assert len(watch.kept.apps[APP].looks) <= 2


def test_a_first_look_leaves_open_whether_a_young_dyno_stays_up(watching):
    watch = watching((0, DYNO, _stands("up", -40)))
    assert watch.look().of("HK008", APP) == (
        "unknown",
        "GET https://api.heroku.com/apps/raxx-api-prod/dynos was asked once, and web.1 up since 40 s",
    )


def test_an_app_is_called_for_when_it_has_been_there_for_its_grace(judged):
    created, drifted = datetime(2026, 4, 22, 15, 2, 11, tzinfo=UTC), None
    with Watching(f"incident-2026-04-30@{created + timedelta(seconds=70):%Y-%m-%dT%H:%M:%SZ}", *judged) as watch:
        for _ in range(3):
            looked = watch.look()
            if any(APP in each for each in looked.which("drifted")):
                drifted = drifted or watch.observation.as_of
    assert timedelta(minutes=5) <= drifted - created <= timedelta(minutes=10)


def test_what_was_kept_long_ago_or_of_another_world_counts_for_nothing(watching):
    watch = watching((60, [*PLACE, "dynos"], {}))
    watch.look()
    watch.look()
    assert watch.look(after=16 * MINUTE).of("HK006", WEB)[0] == "unknown"


def test_apps_whose_turn_it_is_not_cost_nothing_and_stay_as_they_were(watching):
    watch = watching()
    first = watch.look()
    watch.asked()
    second = watch.look(due={APP})
    assert {path.split("/")[2] for path, _ in watch.asked()} == {APP}
    assert second.of("HK006", "raxx-api-staging web") == first.of("HK006", "raxx-api-staging web") == ("conforms", "")
    then = watch.observation.as_of + timedelta(minutes=5)
    third = watch.look(due=(), clock=lambda: then)
    assert watch.asked() == []
    assert third.which("conforms") >= {f"HK002 {APP}", f"HK003 {APP}", f"HK006 {WEB}", f"HK008 {APP}"}
