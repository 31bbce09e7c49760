"""Which dynos crash again and again, and when one look is not enough."""

from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.crashes import falls, is_suspicious, life_of
from asbuilt.model import Dyno, Release

NOW = datetime(2026, 5, 8, 6, tzinfo=UTC)


def dyno(state, ago, release=9, name="web.1"):
    return Dyno(name, "web", state, release, NOW - timedelta(seconds=ago))


def release(ago):
    return Release(9, "Deploy 1a2b3c4", "succeeded", current=True, code="x", created_at=NOW - timedelta(seconds=ago))


@pytest.mark.parametrize(
    ("looked", "released", "suspicious"),
    [
        (dyno("up", 86_400), release(90_000), False),
        (dyno("up", 60), release(80), False),
        (dyno("up", 60), release(3_600), True),
        (dyno("up", 4), release(480), True),  # a deploy of eight minutes ago explains no start of now
        (dyno("up", 601), release(3_600), False),
        (dyno("idle", 60), release(3_600), False),
        (dyno("starting", 5), release(10), True),
        (dyno("crashed", 5_000), release(9_000), True),
        (dyno("down", 5), release(9_000), True),
        (dyno("up", 60), None, True),
    ],
)
def test_one_look_is_enough_for_what_stands_since_long_or_by_a_release(looked, released, suspicious):
    assert is_suspicious(looked, released, NOW) == suspicious


@pytest.mark.parametrize(
    ("life", "count"),
    [
        ([dyno("up", 900)], 0),
        ([dyno("starting", 30), dyno("up", 20)], 0),
        ([dyno("idle", 900), dyno("starting", 30), dyno("up", 20)], 0),
        ([dyno("up", 900), dyno("idle", 20)], 0),
        ([dyno("crashed", 30)], 1),
        ([dyno("crashed", 30), dyno("starting", 20), dyno("up", 10)], 1),
        ([dyno("up", 40), dyno("up", 20)], 1),
        ([dyno("up", 40), dyno("down", 30), dyno("up", 20)], 1),
        ([dyno("up", 40), dyno("starting", 20)], 1),
        ([dyno("starting", 40), dyno("starting", 20)], 1),
        ([dyno("up", 40), dyno("up", 20), dyno("up", 10)], 2),
        ([dyno("crashed", 40), dyno("starting", 30), dyno("crashed", 20)], 2),
        ([dyno("crashed", 40), dyno("crashed", 20)], 2),
    ],
)
def test_each_time_that_it_went_down_is_counted_once(life, count):
    assert falls(tuple(life)) == count


def test_a_release_restarts_a_dyno_rightly():
    looks = ((dyno("crashed", 60, release=8), dyno("up", 60, name="web.2")), (dyno("up", 20, release=9),))
    assert life_of("web.1", looks) == (dyno("up", 20, release=9),)
    assert life_of("web.2", looks) == (dyno("up", 60, name="web.2"),)


def test_a_healthy_run_looks_once_and_a_steady_crash_is_another_controls(live):
    healthy = live("healthy", "--app=raxx-api-prod")
    assert "HK008" in healthy.subjects("conforms")
    asked = (healthy.directory / "sandbox-log.json").read_text()
    assert asked.count("raxx-api-prod/dynos") == 1
    crashed = live("healthy+dyno-crashed")
    assert crashed.subjects("not applicable")["HK008"]


def test_a_dyno_that_is_up_at_each_other_look_is_caught(live):
    played = live("healthy+dyno-crash-loop", "--app=raxx-api-prod", "-k", "HK008 or HK006")
    assert played.subjects("drifted") == {"HK008": ["raxx-api-prod"]}
    assert "up since 05:59:20, crashed since 06:00:12, up since 06:00:40" in played.out
    looked = (played.directory / "sandbox-log.json").read_text()
    assert looked.count("raxx-api-prod/dynos") == 3
