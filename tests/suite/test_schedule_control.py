"""What GH010 comes to, over worlds of a workflow that is to run by a schedule and over what was observed of one."""

import json

import pytest
import yaml

NAME = "example/shop"
NIGHTLY = ".github/workflows/nightly.yml"
FILE = """name: Nightly
on: {schedule: [{cron: 23 4 * * *}], workflow_dispatch: }
jobs: {look: {runs-on: ubuntu-latest, timeout-minutes: 5, steps: [{run: make check}]}}
"""
DECLARED = {"nightly.yml": {"every": "24h"}}


def ran(last, conclusion="success", **more):
    group = {"workflow": "nightly.yml", "event": "schedule", "branch": "main", "last": last, "jobs": {"look": None}}
    return {**group, **({"status": "in_progress"} if conclusion is None else {"conclusion": conclusion}), **more}


@pytest.fixture
def judged(play_for_verdicts, tmp_path):
    """Give a function that judges GH010 of a repository: the outcome of its one subject and all that is said of it."""

    def judge(*runs, file=FILE, workflows=None, known=True, state="active", created="-40d", observed=None):
        checkout = tmp_path / "files" / ".github" / "workflows"
        checkout.mkdir(parents=True, exist_ok=True)
        (checkout / "ci.yml").write_text("on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n")
        if file:
            (checkout / "nightly.yml").write_text(file)
        repository = {"default_branch": "main", "checkout": "files", "workflows": {"ci.yml": {}, **(workflows or {})}}
        (tmp_path / "estate.yaml").write_text(
            yaml.safe_dump({"estate": "trial", "repositories": {NAME: repository}}, sort_keys=False)
        )
        files = {"ci.yml": {"name": "CI", "state": "active"}}
        if known:
            files["nightly.yml"] = {"name": "Nightly", "state": state, "created_at": created}
        there = {"default_branch": "main", "created_at": "-90d", "workflows": files, "runs": list(runs)}
        world = {"clock": "2026-05-08T06:00:00Z", "github": {"repositories": {NAME: there}}}
        (tmp_path / "world.yaml").write_text(yaml.safe_dump(world, sort_keys=False))
        chosen = f"--observed={observed}" if observed else f"--sandbox={tmp_path / 'world.yaml'}"
        played = play_for_verdicts(
            "tests_live", "-m", "live", f"--estate={tmp_path / 'estate.yaml'}", chosen, "-k", "GH010"
        )
        (verdict,) = played.verdicts
        judge.directory, judge.whole = played.directory, verdict
        return verdict["outcome"], " ".join([verdict["reason"], *(each["fact"] for each in verdict["lines"])])

    return judge


def test_a_schedule_that_ran_in_time_conforms(judged):
    assert judged(ran("-26h"))[0] == "conforms"


def test_a_schedule_that_stopped_drifts(judged):
    outcome, said = judged(ran("-76h", count=9, every="24h"), ran("-4h", "cancelled", jobs={"look": "cancelled"}))
    assert (outcome, "last ran by its schedule 3 d 4 h ago" in said) == ("drifted", True)
    assert judged.whole["lines"][0]["fix"].startswith(f"gh workflow run nightly.yml -R {NAME} ")
    assert judged.whole["lines"][0]["since"] == "2026-05-05T02:00:00+00:00"


def test_a_run_by_hand_or_by_a_push_is_none_by_the_schedule(judged):
    assert judged(ran("-1h", event="workflow_dispatch"), ran("-1h", event="push"))[0] == "drifted"


def test_a_run_that_is_under_way_is_one(judged):
    assert judged(ran("-1m", None), ran("-9d"))[0] == "conforms"


def test_a_workflow_that_github_disabled_drifts_and_says_how_to_enable_it(judged):
    outcome, said = judged(ran("-1h"), state="disabled_inactivity")
    assert (outcome, "disabled_inactivity, as GitHub does after 60 days" in said) == ("drifted", True)
    assert judged.whole["lines"][0]["fix"].startswith(f"gh workflow enable nightly.yml -R {NAME}")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"state": "disabled_manually"}, "somebody disabled"),
        ({"state": "disabled_manually", "workflows": DECLARED}, "GH007 judges that"),
        ({"known": False}, "it is not on main, and schedules run there alone"),
        ({"known": False, "workflows": DECLARED}, "GH007 judges that"),
        ({"created": "-47h"}, "its first run by a schedule may still come"),
        ({"file": None}, "declares no scheduled workflows"),
        ({"file": FILE.replace("23 4 * * *", "0 0 30 2 *")}, "declare `every` in the estate"),
    ],
)
def test_what_is_not_to_run_or_not_yet_is_not_applicable(judged, given, says):
    outcome, said = judged(**given)
    assert (outcome, says in said) == ("not applicable", True), said


def test_what_has_never_run_drifts_when_it_is_old_enough(judged):
    outcome, said = judged(created="-49h")
    assert (outcome, "has never run by its schedule" in said) == ("drifted", True)


@pytest.mark.parametrize(
    ("every", "file", "outcome"),
    [("24h", None, "drifted"), ("7d", None, "conforms"), ("7d", FILE, "conforms"), (None, FILE, "drifted")],
)
def test_the_estates_word_goes_before_that_of_the_file(judged, every, file, outcome):
    declared = {"nightly.yml": {"every": every} if every else {}}
    assert judged(ran("-3d"), file=file, workflows=declared)[0] == outcome


@pytest.mark.parametrize(
    ("apart", "comes_to", "says"),
    [
        ("5m", "drifted", "has not run by its schedule for 7 h 26 min at least"),
        ("3m", "unknown", "were cancelled, skipped or wait"),
    ],
)
def test_runs_that_all_came_to_nothing_tell_as_far_back_as_they_were_read(judged, apart, comes_to, says):
    cancelled = ran("-1m", "cancelled", count=120, every=apart, jobs={"look": "cancelled"})
    outcome, said = judged(cancelled, file=FILE.replace("23 4 * * *", '"*/5 * * * *"'))
    assert (outcome, says in said) == (comes_to, True), said


def test_an_observation_that_does_not_say_it_leaves_nothing_conforming(judged, tmp_path):
    assert judged(ran("-1h"))[0] == "conforms"
    observation = json.loads((judged.directory / "observation.json").read_text())
    state = observation["repositories"][NAME]
    for scheduled, outcome in ((None, "not applicable"), ({}, "unknown")):
        state["scheduled"] = scheduled
        (tmp_path / "before.json").write_text(json.dumps(observation))
        assert judged(ran("-1h"), observed=tmp_path / "before.json")[0] == outcome
