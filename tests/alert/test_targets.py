"""A target that can be none is said to be, without the secret that it is."""

import pytest
from events_of import MESSAGE
from refusing import SECRET, refused

from asbuilt.alert.deliver import deliver, unreachable
from asbuilt.alert.not_delivered import NotDeliveredError
from asbuilt.alert.services import apprise_target


@pytest.mark.parametrize("environ", [{}, {"PAGER_URL": ""}, {"PAGER_URL": " \n"}])
def test_a_variable_that_is_not_set_is_named(environ):
    with pytest.raises(NotDeliveredError, match=r"^env:PAGER_URL: PAGER_URL is not set, or empty$"):
        deliver("env:PAGER_URL", MESSAGE, environ)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (SECRET, "PAGER_URL holds no URL of Apprise: its scheme is none of Apprise's"),
        (f"{SECRET}://x", "PAGER_URL holds no URL of Apprise: its scheme is none of Apprise's"),
        (f"https://example.com/{SECRET}", "PAGER_URL holds no URL of Apprise: its scheme is none of Apprise's"),
        (f"file:///{SECRET}.yaml", "PAGER_URL holds no URL of Apprise: its scheme is none of Apprise's"),
        (f"slack://{SECRET}", "PAGER_URL holds no URL that Slack can be reached by"),
        (
            "syslog://",
            "syslog:// shows a message where asbuilt runs, and calls nobody; set PAGER_URL to another service",
        ),
        ("gnome://", "gnome:// shows a message where asbuilt runs, and calls nobody; set PAGER_URL to another service"),
        (
            "rsyslog://h",
            "rsyslog:// answers nothing, so nobody knows whether it came; set PAGER_URL to another service",
        ),
        (
            f"json://127.0.0.1/{SECRET}, json://127.0.0.1/other",
            "PAGER_URL holds several URLs, of which there would be one yes or no; give each a variable of its own",
        ),
        (
            f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}/#a/#b",
            (
                "PAGER_URL names several recipients, of which there would be one yes or no; "
                "give each a variable of its own, or one address that reaches them all"
            ),
        ),
    ],
)
def test_a_url_that_leads_nowhere_is_said_to_without_it(url, told):
    assert refused(url) == told


def test_what_needs_a_library_that_is_missing_says_which(monkeypatch):
    monkeypatch.setattr(apprise_target._PLUGINS["mqtt"], "enabled", False)  # noqa: SLF001 - of the machine
    assert refused(f"mqtt://{SECRET}@host/topic") == (
        "mqtt:// needs paho-mqtt >= 2.1.0; install it beside asbuilt, or set PAGER_URL to another service"
    )


def test_another_kind_of_target_is_refused():
    with pytest.raises(NotDeliveredError, match="expected env:NAME or github-issue:OWNER/NAME"):
        deliver("https://example.com", MESSAGE, {})


def test_an_issue_of_github_needs_the_token_of_its_step():
    told = "^github-issue:o/r: no token of github.com that may write issues: set GITHUB_TOKEN for this step alone"
    with pytest.raises(NotDeliveredError, match=told):
        deliver("github-issue:o/r", MESSAGE, {})


@pytest.mark.parametrize(
    ("declared", "environ", "access"),
    [
        (None, {"GITHUB_TOKEN": "t1"}, ("t1", "https://api.github.com")),
        (
            "https://github.example.com/api/v3",
            {"GH_ENTERPRISE_TOKEN": "t2", "GITHUB_API_URL": "https://github.example.com/api/v3"},
            ("t2", "https://github.example.com/api/v3"),
        ),
    ],
)
def test_an_issue_is_told_to_the_github_that_is_meant(monkeypatch, declared, environ, access):
    seen = []
    monkeypatch.setattr("asbuilt.alert.issues.github_issues.deliver_issue", lambda *given: seen.append(given))
    deliver("github-issue:o/r", MESSAGE, environ, declared)
    assert seen == [("o/r", MESSAGE, *access)]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "env:PAGER_URL: PAGER_URL is not set, or empty"),
        (" ", "env:PAGER_URL: PAGER_URL is not set, or empty"),
        ("nothing://of-apprise/secret-part", "none of Apprise's"),
        ("dbus://secret-part", "calls nobody"),
        ("json://a.example/secret-part json://b.example", "holds several URLs"),
        ("json://a.example/secret-part", ""),
    ],
)
def test_what_cannot_be_reached_is_said_before_anybody_is_called(value, why):
    told = unreachable("env:PAGER_URL", {} if value is None else {"PAGER_URL": value})
    assert why in told
    assert bool(told) is bool(why)
    assert "secret-part" not in told


def test_an_issue_without_a_token_is_said_before_anybody_is_called():
    assert unreachable("github-issue:example/shop", {}).startswith("github-issue:example/shop: ")
    assert unreachable("github-issue:example/shop", {"GITHUB_TOKEN": "ghp_1"}) == ""
