"""What runs say of a workflow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from asbuilt.model import Deployment, WorkflowRun
from asbuilt.run_results import by_event, decide, long_red, made_by, older_runs, undecided

AT = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
WORDS = {"r": "failure", "t": "timed_out", "u": "startup_failure", "g": "success", "c": "cancelled", "s": "skipped"}


def runs(text):
    """Give runs, newest first: `push:rrg schedule:gg` as letters of their conclusions, event by event."""
    return tuple(
        WorkflowRun(1, 1, event, "completed", WORDS[each], "main", "a" * 40, AT, AT, "")
        for event, _, letters in (part.partition(":") for part in text.split())
        for each in letters
    )


@pytest.mark.parametrize(
    ("text", "red"),
    [
        ("push:rrr", {"push": 3}),
        ("push:rtug", {"push": 3}),
        ("push:rcrsr", {"push": 3}),
        ("push:rrgr", {}),
        ("push:grrrr", {}),
        ("push:rrr schedule:ggg", {"push": 3}),
        ("push:rr schedule:rr", {}),
        ("push:rrrr workflow_dispatch:rrr", {"push": 4, "workflow_dispatch": 3}),
        ("push:ccc", {}),
        ("", {}),
    ],
)
def test_each_event_is_red_by_itself(text, red):
    assert {each[0].event: len(each) for each in long_red(runs(text), 3)} == red


@pytest.mark.parametrize(
    ("text", "decided"), [("", False), ("push:cc", False), ("push:rr", False), ("push:rrg", True), ("push:rrr", True)]
)
def test_as_many_runs_as_it_takes_decide(text, decided):
    assert decide(runs(text), 3) is decided


def test_what_older_runs_could_say_is_undecided():
    found = runs("push:rr schedule:g release:cc")
    assert undecided(found, ("push", "release", "schedule", "workflow_dispatch"), 3) == (
        "push",
        "release",
        "workflow_dispatch",
    )
    assert undecided(found, (), 3) == ()


def test_an_older_observation_has_all_runs_where_it_has_fewer_than_were_asked_for():
    many = runs("push:" + "r" * 20)
    assert older_runs(None, "a.yml", many) == ("push",)
    assert older_runs(None, "a.yml", many[:19]) == ()
    assert older_runs({"a.yml": ("schedule",)}, "a.yml", many) == ("schedule",)
    assert older_runs({}, "a.yml", many) == ()


def test_runs_keep_their_order_by_event():
    found = by_event(runs("push:rg schedule:c push:t"))
    assert [each.conclusion for each in found["push"]] == ["failure", "success", "timed_out"]


def deployment(environment, minutes=1):
    return Deployment(environment, "a" * 40, AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("deployments", "others", "made"),
    [
        ([deployment("QA")], "", {"qa"}),
        ([deployment("qa", 9)], "", set()),
        ([deployment("qa", -1)], "", set()),
        ([deployment("staging")], "", set()),
        ([deployment("qa")], "schedule:g", {"qa"}),
    ],
)
def test_who_deployed_is_told_by_commit_and_time_where_nobody_else_can_have(deployments, others, made):
    ended = [replace(each, updated_at=AT + timedelta(minutes=4)) for each in runs("push:g")]
    other = [replace(each, updated_at=AT + timedelta(hours=1)) for each in runs(others)]
    found = made_by(deployments, {"deploy.yml": tuple(ended), "other.yml": tuple(other)}, {"deploy.yml"}, {"qa"})
    assert set(found) == made
    assert {each is None for each in found.values()} == ({bool(others)} if made else set())
