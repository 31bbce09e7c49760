"""What a look of the watch says of each world, and what a whole run does: no look finds well what a run does not."""

import pytest
import yaml
from looking import Watching, about

from asbuilt.catalogue import PROJECT
from asbuilt.watch.judge import Judge

WATCHED = {"HK002", "HK003", "HK006", "HK008", "WEB001", "WEB002"}
PRODUCTION, STAGING = "raxx-api-prod", "raxx-api-staging"
LOOKS = 4


def _of_heroku(fault):
    places = [each["at"][0] for each in fault.get("world", ())]
    asked = [each["request"] for each in fault.get("answers", ())]
    return "heroku" in places or any("heroku" in each for each in asked)


def _faults():
    for path in sorted((PROJECT / "fixtures/faults").glob("*.yaml")):
        fault = yaml.load(path.read_text(), yaml.CSafeLoader)
        if "repository" not in fault and _of_heroku(fault):
            yield path.stem, fault


FAULTS = dict(_faults())
# What two requests do not show: that the app has no slug size, though its release names a slug.
ONLY_A_RUN_SEES = {"slug-empty"}
# These are what they are for a while: at the next look something else is true of them.
FOR_A_WHILE = {
    "deploy-settles",
    "dyno-crash-loop",
    "dyno-restarting",
    "providers-stumble",
    "release-under-way",
}


@pytest.fixture(scope="module")
def judged():
    found = about()
    with Judge(found) as judge:
        yield found, judge


@pytest.fixture
def watching(judged):
    """Give a function that watches a world."""
    opened = []

    def open_(world, **options):
        opened.append(Watching(world, *judged, **options))
        return opened[-1]

    yield open_
    for each in opened:
        each.__exit__()


def _named(declared):
    return {f"{control} {each}" for control, names in (declared or {}).items() if control in WATCHED for each in names}


@pytest.mark.parametrize("name", FAULTS)
def test_a_look_never_conforms_where_a_run_does_not(name, watching):
    fault = FAULTS[name]
    drifts, unknown = _named(fault.get("trips")), _named(fault.get("unknown"))
    watch = watching(f"{fault['over']}+{name}")
    drifted = set()
    for number in range(1 if name in FOR_A_WHILE else LOOKS):
        looked = watch.look()
        assert len(watch.asked()) <= 2 * 2, f"look {number}"
        if name not in ONLY_A_RUN_SEES:
            assert not looked.which("conforms") & (drifts | unknown), f"look {number}"
        assert looked.which("drifted") <= drifts, f"look {number}"
        drifted |= looked.which("drifted")
    if name not in ONLY_A_RUN_SEES | FOR_A_WHILE:
        assert drifted >= drifts


def test_a_healthy_world_takes_two_requests_an_app_and_tells_all_of_it(watching):
    watch = watching("healthy")
    first = watch.look()
    assert sorted(path for path, _ in watch.asked()) == sorted(
        f"/apps/{name}/{part}" for name in (PRODUCTION, STAGING) for part in ("releases", "dynos")
    )
    assert first.which("drifted") == set()
    # The estate declares no URL of staging, and two requests do not tell it.
    assert first.which("unknown") == {
        f"{control} {STAGING} {path}" for control in ("WEB001", "WEB002") for path in ("/health", "/api/system/status")
    }
    second = watch.look()
    assert f"/apps/{STAGING}" in [path for path, _ in watch.asked()]
    assert second.which("unknown") == second.which("drifted") == set()
    third = watch.look()
    assert len(watch.asked()) == 4
    assert third.which("conforms") == second.which("conforms")


def test_an_answer_that_did_not_change_is_not_sent_again_and_is_a_fact_of_this_look(watching):
    watch = watching("healthy")
    for _ in range(2):
        watch.look()
        watch.asked()
    looked = watch.look()
    asked = [(f"/apps/{PRODUCTION}/dynos", 304), (f"/apps/{PRODUCTION}/releases", 304)]
    assert sorted(each for each in watch.asked() if PRODUCTION in each[0]) == asked
    assert looked.of("HK006", f"{PRODUCTION} web") == ("conforms", "")
    dynos = watch.observation.apps[PRODUCTION].dynos
    assert [watch.observation.transcript[each].status for each in dynos.requests] == [304]
    assert dynos.value[0].name == "web.1"
