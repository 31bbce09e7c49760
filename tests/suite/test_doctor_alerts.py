"""What `asbuilt doctor` says of who would be called, and of who hears that no run came."""

import pytest
from typer.testing import CliRunner

from asbuilt.catalogue import PROJECT
from asbuilt.cli import app
from asbuilt.doctor import alerts
from asbuilt.doctor.said import Status
from asbuilt.estate_alerts import Alerts

SECRET = "slack://TokenA/TokenB/TokenC-11CANARY"


def told(declared, environ):
    made = None if declared is None else Alerts.model_validate(declared)
    return [(each.status, each.fact) for each in alerts.lines(made, environ)]


TARGETS = {"SEV-1": ["env:PAGER_URL"], "default": ["env:CHAT_URL", "github-issue:o/r"]}
HEARS = {"ASBUILT_HEARTBEAT_URL_LIVE": "https://hc.example/11canary"}
NOBODY_HEARS = (Status.NOTE, "nobody hears from here when a night does not come")


@pytest.mark.parametrize(
    ("declared", "environ", "expected"),
    [
        (None, {}, [(Status.NOTE, "nobody is called: the estate has no `alerts`")]),
        ({"remind": ["1d"]}, {}, [(Status.WRONG, "`alerts` names nobody, so nobody is called")]),
        (
            TARGETS,
            {"CHAT_URL": SECRET},
            [
                (Status.NOTE, "not set here: PAGER_URL"),
                (Status.WELL, "can be called: env:CHAT_URL, github-issue:o/r"),
            ],
        ),
        (
            TARGETS,
            {"PAGER_URL": "TokenA/CANARY", "CHAT_URL": SECRET},
            [
                (Status.WRONG, "PAGER_URL, a target of `alerts`, holds no URL"),
                (Status.WELL, "can be called: env:CHAT_URL, github-issue:o/r"),
            ],
        ),
    ],
)
def test_who_can_be_called_is_told_without_a_value(declared, environ, expected):
    said = told(declared, environ)
    assert said == [*expected, NOBODY_HEARS]
    assert "CANARY" not in str(said)


def test_which_kinds_of_run_are_heard_of_is_told():
    assert told(None, HEARS)[1:] == [
        (Status.WELL, "somebody elsewhere hears of: live (ASBUILT_HEARTBEAT_URL_LIVE)"),
    ]
    every = {"ASBUILT_HEARTBEAT_URL": "https://hc.example/11canary"}
    ((_, fact),) = told(None, every)[1:]
    assert fact.count("(ASBUILT_HEARTBEAT_URL)") == 3


def test_an_address_that_is_none_is_not_well():
    said = told(None, {"ASBUILT_HEARTBEAT_URL_WATCH": "11canary"})
    assert Status.WRONG in {status for status, _ in said}
    assert NOBODY_HEARS in said
    assert "11canary" not in str(said)


def test_it_is_told_of_the_estate_that_is_examined():
    said = CliRunner().invoke(app, ["doctor", "--estate", str(PROJECT / "estate.yaml"), "--sandbox", "healthy"]).output
    assert "nobody is called: the estate has no `alerts`" in said
