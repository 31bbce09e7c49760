"""What is down, and what only needs time: states of dynos by the ages of what may have brought them about."""

from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.model import Dyno, Formation, Release
from asbuilt.under_way import down, first_deploy, young

NOW = datetime(2026, 5, 8, 6, 0, tzinfo=UTC)
GRACE = timedelta(minutes=5)
DAYS, HOURS, MINUTES = 86_400, 3_600, 60


def before(seconds):
    return NOW - timedelta(seconds=seconds)


def history(*releases):
    """Give releases, newest first, of descriptions and ages, oldest first; the newest that succeeded is current."""
    made, code = [], None
    current = max(number for number, (told, _) in enumerate(releases, 1) if not told.endswith(("!", "?")))
    for number, (told, age) in enumerate(releases, 1):
        status = {"!": "failed", "?": "pending"}.get(told[-1], "succeeded")
        own = told if told.startswith("Deploy") else code
        code = own if status == "succeeded" else code
        made.append(Release(number, told.rstrip("!?"), status, number == current, own, before(age)))
    return tuple(reversed(made))


def dyno(name, state, age, release=2, size="Basic"):
    return Dyno(name, name.partition(".")[0], state, release, before(age), size)


def formation(age, quantity=1, size="Basic"):
    return Formation("web", quantity, size, before(age))


def look(dynos, releases, scaled=30 * DAYS, least=1, size="Basic", grace=GRACE):
    found = formation(scaled, least, size) if scaled is not None else None
    return down("web", least, dynos, found, releases, images=False, now=NOW, grace=grace)


OLD = history(("Initial release", 40 * DAYS), ("Deploy a", 30 * DAYS))
CONFIG = history(("Initial release", 40 * DAYS), ("Deploy a", 30 * DAYS), ("Set X config vars", 2 * MINUTES))
DEPLOY = history(("Deploy a", 30 * DAYS), ("Deploy b", 2 * MINUTES))
PENDING = history(("Initial release", 40 * DAYS), ("Deploy a", 30 * DAYS), ("Deploy b?", 2 * MINUTES))


@pytest.mark.parametrize("states", [["up"], ["up", "crashed"], ["up", "starting"]])
def test_as_many_as_declared_are_up(states):
    assert look([dyno(f"web.{each}", state, HOURS) for each, state in enumerate(states, 1)], OLD) is None


UNDER_WAY = {
    "it starts on a young deploy": ([dyno("web.1", "starting", 20)], DEPLOY, 30 * DAYS),
    "it starts on a young config change, which restarted it": ([dyno("web.1", "starting", 20, 3)], CONFIG, 30 * DAYS),
    "it starts since it was scaled": ([dyno("web.1", "starting", 20)], OLD, 90),
    "it starts by itself, as each does once a day": ([dyno("web.1", "starting", 20)], OLD, 30 * DAYS),
    "it was scaled, and is not there yet": ([], OLD, 90),
    "it was deployed, and is not there yet": ([], DEPLOY, 30 * DAYS),
    "it is down, and was just asked for": ([dyno("web.1", "down", HOURS)], OLD, 90),
}


@pytest.mark.parametrize("case", UNDER_WAY)
def test_grace_is_for_what_is_under_way(case):
    dynos, releases, scaled = UNDER_WAY[case]
    found = look(dynos, releases, scaled)
    assert found.up == 0
    assert found.waits_for


@pytest.mark.parametrize("case", UNDER_WAY)
def test_where_grace_is_nothing_it_excuses_nothing(case):
    dynos, releases, scaled = UNDER_WAY[case]
    assert not look(dynos, releases, scaled, grace=timedelta()).waits_for


DOWN = {
    "it crashed an hour ago": ([dyno("web.1", "crashed", HOURS)], OLD, 30 * DAYS, HOURS),
    "it crashed a moment ago": ([dyno("web.1", "crashed", 10)], OLD, 30 * DAYS, 10),
    "it crashed on a young deploy": ([dyno("web.1", "crashed", 10)], DEPLOY, 30 * DAYS, 10),
    "it crashed, and was scaled a moment ago": ([dyno("web.1", "crashed", HOURS)], OLD, 30, HOURS),
    "it crashed before a config change": ([dyno("web.1", "crashed", HOURS)], CONFIG, 30 * DAYS, HOURS),
    "it is gone, whatever was configured since": ([], CONFIG, 30 * DAYS, 30 * DAYS),
    "it is gone, whatever is being released": ([], PENDING, 30 * DAYS, 30 * DAYS),
    "it is gone, whatever a sibling does": ([dyno("worker.1", "starting", 5)], OLD, 30 * DAYS, 30 * DAYS),
    "it is gone since it was scaled": ([], OLD, HOURS, HOURS),
    "it starts for ever": ([dyno("web.1", "starting", HOURS)], OLD, 30 * DAYS, HOURS),
    "it starts on an older release than the young one": ([dyno("web.1", "starting", HOURS)], CONFIG, 30 * DAYS, HOURS),
    "it is idle, and no Eco dyno": ([dyno("web.1", "idle", 10)], OLD, 30 * DAYS, 10),
    "nothing says when it should have come": ([], history(("Initial release", 40 * DAYS)), None, 40 * DAYS),
}


@pytest.mark.parametrize("case", DOWN)
def test_what_is_down_is_down_since_its_own_time(case):
    dynos, releases, scaled, age = DOWN[case]
    found = look(dynos, releases, scaled)
    assert (found.waits_for, found.since) == ("", before(age))


@pytest.mark.parametrize(("quantity", "waits"), [(0, False), (1, False), (2, True), (3, True)])
def test_no_dyno_is_on_its_way_that_the_formation_does_not_ask_for(quantity, waits):
    scaled = formation(30, quantity)
    found = down("web", 2, [dyno("web.1", "up", DAYS)], scaled, OLD, images=False, now=NOW, grace=GRACE)
    assert bool(found.waits_for) is waits


def test_one_that_crashed_is_not_excused_by_another_that_starts():
    found = look([dyno("web.1", "starting", 20), dyno("web.2", "crashed", 40)], DEPLOY, least=2)
    assert (found.up, found.states, found.waits_for) == (0, "web.1 starting, web.2 crashed", "")
    assert found.since == before(40)


def test_a_start_alone_is_nothing_that_one_look_can_judge():
    assert "HK008 looks again" in look([dyno("web.1", "starting", 20)], OLD).waits_for


def test_a_crash_loop_is_not_young_since_its_release():
    loop = history(("Deploy a", 30 * DAYS), ("Deploy b", 6 * MINUTES))
    assert "HK008" in look([dyno("web.1", "starting", 5)], loop).waits_for


@pytest.mark.parametrize("size", ["Eco", "eco", None])
def test_an_idle_eco_dyno_is_asleep(size):
    assert look([dyno("web.1", "idle", 2 * HOURS, size=size)], OLD, size="ECO") is None


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ((), None),
        (history(("Initial release", 60), ("Deploy a?", 30)), 2),
        (history(("Initial release", DAYS), ("Deploy a?", HOURS)), None),
        (history(("Initial release", DAYS), ("Set X config vars?", 30)), None),
        (history(("Initial release", DAYS), ("Deploy a!", 30)), None),
        (PENDING, None),
    ],
)
def test_the_first_deploy_is_under_way_while_it_is_pending_and_young(releases, expected):
    found = first_deploy(releases, images=False, now=NOW, grace=GRACE)
    assert (found.version if found else None) == expected


def test_an_app_whose_first_release_of_all_is_pending():
    first = Release(1, "Initial release", "pending", current=False, code=None, created_at=before(5))
    assert first_deploy((first,), images=False, now=NOW, grace=GRACE) == first


@pytest.mark.parametrize(("age", "expected"), [(-60, True), (0, True), (299, True), (300, False)])
def test_young_ends_with_the_grace(age, expected):
    assert young(before(age), NOW, GRACE) is expected
