"""Names and faults: what can be laid over a world, when it takes effect, and what a mistake is told."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from asbuilt.sandbox.scenario import ScenarioError, load

CRASHED = """
summary: web.2 crashed as well
over: rich
trips: {HK006: [shop web]}
repository: [{file: Procfile, set: nothing}]
world:
  - {at: [heroku, apps, shop, dynos, web.2, state], set: crashed}
"""


def fault(folder, world):
    return folder("faults", "change", f"summary: a change\nworld:\n{world}")


def test_a_fault_sets(start, folder):
    caller = start("rich+crashed", folder=folder("faults", "crashed", CRASHED))
    assert caller.heroku("/apps/shop/dynos/web.2").json()["state"] == "crashed"
    assert caller.sandbox.name == "rich+crashed"


def test_a_fault_removes_and_appends(start, folder):
    world = """
  - {at: [heroku, apps, cottage], remove: true}
  - {at: [heroku, apps, shop, releases], append: {version: 7, description: Set C config vars, created_at: "-1s"}}
  - {at: [heroku, apps, shop, releases, {version: 1}, description], set: Erste}
  - {at: [heroku, apps, shop, releases, 2, description], set: Dritte}
"""
    caller = start("rich+change", folder=fault(folder, world))
    assert caller.heroku("/apps/cottage").status_code == 404
    releases = caller.heroku("/apps/shop/releases", Range="version ..").json()
    assert [release["description"] for release in releases][::6] == ["Erste", "Set C config vars"]
    assert releases[2]["description"] == "Dritte"
    assert releases[6]["current"]


def test_faults_are_laid_one_over_the_other(folder):
    folder("faults", "crashed", CRASHED)
    where = fault(folder, "  - {at: [heroku, apps, shop, dynos, web.2, state], set: up}")
    states = [
        {dyno.name: dyno.state for dyno in load(name, folder=where).world(0).apps[0].dynos}["web.2"]
        for name in ("rich+crashed+change", "rich+change+crashed")
    ]
    assert states == ["up", "crashed"]


def test_a_delayed_change_takes_effect_in_its_time(start, folder):
    world = """
  - {at: [heroku, apps, shop, dynos, web.2, state], set: up, after: 3s}
  - {at: [heroku, apps, shop, dynos, web.1, state], set: up, after: 1m}
"""
    passed = [0.0]
    caller = start("rich+change", folder=fault(folder, world), elapsed=lambda: passed[0])

    def states():
        return [caller.heroku(f"/apps/shop/dynos/{name}").json()["state"] for name in ("web.1", "web.2")]

    assert states() == ["crashed", "starting"]
    passed[0] = 2.9
    assert states() == ["crashed", "starting"]
    passed[0] = 3.0
    assert states() == ["crashed", "up"]
    passed[0] = 61.0
    assert states() == ["up", "up"]


def test_the_time_can_be_set(folder):
    folder("faults", "crashed", CRASHED)
    scenario = load("rich+crashed@2026-07-01T00:00:00Z", folder=folder("faults", "other", "summary: x"))
    assert scenario.clock == datetime(2026, 7, 1, tzinfo=UTC)
    assert scenario.world(0).apps[0].created_at == datetime(2026, 6, 1, tzinfo=UTC)


def test_the_clock_can_be_now(folder):
    before = datetime.now(UTC).replace(microsecond=0)
    scenario = load("empty", folder=folder("scenarios", "empty", "summary: nothing\nclock: now\n"))
    assert before <= scenario.clock <= datetime.now(UTC)
    assert scenario.world(0).apps == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("heathy", '"heathy" is not a scenario; did you mean "healthy"? allowed: healthy, incident-2026-04-30'),
        ("xyz", '"xyz" is not a scenario; allowed: healthy, incident-2026-04-30'),
        ("healthy@noon", '"noon" in "healthy@noon" is not an instant; expected one such as 2026-05-01T00:00:00Z'),
        ("../healthy", '"../healthy" is not a scenario; did you mean "healthy"? allowed: healthy, incident-2026-04-30'),
    ],
)
def test_a_wrong_name_is_told_the_nearest(name, message):
    with pytest.raises(ScenarioError) as caught:
        load(name)
    assert str(caught.value) == message


def test_a_fault_of_workflow_files_is_none_of_a_world(folder):
    folder("faults", "crashed", CRASHED)
    root = folder("faults", "gate-dropped", "summary: x\nrepository:\n  - {file: a, replace: b, by: c}\n")
    with pytest.raises(ScenarioError, match=r'"gate-dropped" is not a fault; allowed: crashed$'):
        load("rich+gate-dropped", folder=root)


def test_a_wrong_fault_is_told_the_nearest(folder):
    folder("faults", "crashed", CRASHED)
    with pytest.raises(ValueError, match='"crash" is not a fault; did you mean "crashed"'):
        load("rich+crash", folder=folder("faults", "crashed", CRASHED))


@pytest.mark.parametrize(
    ("world", "message"),
    [
        (
            "  - {at: [heroku, apps, shopp, dynos, web.1], set: 1}",
            'heroku.apps.shopp is not there; did you mean "shop"? allowed: shop, cottage',
        ),
        (
            "  - {at: [heroku, apps, shop, dynos, web.9], remove: true}",
            'heroku.apps.shop.dynos.web.9 is not there; did you mean "web.2"? allowed: web.1, web.2, run.7',
        ),
        (
            "  - {at: [heroku, apps, shop, releases, 9, slug], set: null}",
            "heroku.apps.shop.releases.9 is not there; allowed: an index below 6, a mapping of values",
        ),
        ("  - {at: [heroku, apps], append: {}}", "heroku.apps is no list; expected one to append to"),
        ("  - {at: [heroku, apps]}", "world.0: nothing to do; expected exactly one of set, remove, append"),
        ("  - {at: [clock], set: 1, remove: true}", "world.0: set and remove to do; expected exactly one of"),
        ("  - {at: [heroku], remove: 1}", "world.0.remove: 1 is not valid; expected true"),
        ("  - {at: heroku, set: 1}", "world.0.at: 'heroku' is not valid; expected a list of the keys"),
        ("  - {at: [heroku], set: {}, after: soon}", "world.0.after: 'soon' is not valid; expected a length of time"),
        ("  - {at: [heroku], put: 1}", 'world.0: "put" is not a key here; '),
        (
            "  - {at: [heroku, apps, shop, dynos, web.1, state], set: crashd}",
            'heroku.apps.shop.dynos.web.1.state: "crashd" is not valid; did you mean "crashed"? allowed: up, ',
        ),
        (
            "  - {at: [heroku, apps, shop, dynos, web.1, state], set: crashd, after: 1h}",
            'heroku.apps.shop.dynos.web.1.state: "crashd" is not valid; did you mean "crashed"? allowed: up, ',
        ),
        (
            "  - {at: [heroku, apps, shop, dyno], set: {}}",
            'heroku.apps.shop: "dyno" is not a key here; did you mean "dynos"? allowed: hash, created_at, ',
        ),
        (
            "  - {at: [heroku, apps, shop, releases, 1, slug], set: abc}",
            "heroku.apps.shop.releases.1.slug: 'abc' is not valid; expected the 40 hexadecimal digits of a commit",
        ),
    ],
)
def test_a_mistake_in_a_fault_names_file_place_and_what_is_allowed(folder, world, message):
    with pytest.raises(ScenarioError) as caught:
        load("rich+change", folder=fault(folder, world))
    assert str(caught.value).startswith(f"change.yaml: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("summary: [", "bad.yaml: not YAML: "),
        ("- a list", "bad.yaml: not valid; expected a mapping that describes a world"),
        ("summary: x", "bad.yaml: clock: None is not valid; expected an instant, or now"),
        (
            "clock: now\nherku: {}",
            'bad.yaml: "herku" is not a key here; did you mean "heroku"? allowed: summary, clock, ',
        ),
        (
            "clock: now\nheroku: {apps: {x: {hash: 12}}}",
            "bad.yaml: heroku.apps.x.hash: 12 is not valid; expected a text",
        ),
        ("clock: now\nheroku: {apps: {x: {hash: a}}}", 'bad.yaml: heroku.apps.x: "created_at" is missing; expected an'),
        ("clock: now\nheroku: {apps: [x]}", "bad.yaml: heroku.apps: ['x'] is not valid; expected a mapping"),
        ("clock: now\nanswers: [x]", "bad.yaml: answers.0: 'x' is not valid; expected a mapping"),
        (
            "clock: now\ngithub: {repositories: {x: {created_at: -1d}}}",
            'bad.yaml: github.repositories.x: "x" is not valid',
        ),
    ],
)
def test_a_malformed_scenario_is_told_what_is_wrong(folder, text, message):
    with pytest.raises(ScenarioError) as caught:
        load("bad", folder=folder("scenarios", "bad", text))
    assert str(caught.value).startswith(message)


BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghijk")
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("clock: now\nsummary: " + "[" * 100_000, "bad.yaml: .*nests deeper than 100 levels"),
        (BOMB, "bad.yaml: .*has more than 200,000 nodes"),
        ("clock: now\n" + "#" * 2**20, "bad.yaml is larger than 1 MiB; no more is read"),
        (b"clock: \xff", r"bad.yaml: not YAML: not UTF-8 text \(line 1, column 1\)"),
    ],
)
def test_a_scenario_that_is_a_bomb_is_refused(folder, content, message):
    root = folder("scenarios", "bad", "")
    (root / "scenarios" / "bad.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ScenarioError, match=f"^{message}"):
        load("bad", folder=root)


def test_a_scenario_that_is_no_file_is_refused(folder):
    root = folder("scenarios", "good", "clock: now\n")
    os.mkfifo(root / "scenarios" / "pipe.yaml")
    with pytest.raises(ScenarioError, match=r"^pipe\.yaml is a named pipe; only regular files are read$"):
        load("pipe", folder=root)
    os.mkfifo(root / "faults" / "pipe.yaml")
    with pytest.raises(ScenarioError, match=r"^pipe\.yaml is a named pipe"):
        load("good+pipe", folder=root)
