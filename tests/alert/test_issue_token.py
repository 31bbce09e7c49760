"""The token that writes issues goes to the GitHub that the environment means, and is never a person's by chance."""

import pytest

from asbuilt.alert.issues.issue_token import issue_access
from asbuilt.alert.not_delivered import NotDeliveredError
from asbuilt.observe import credentials

SERVER = "https://github.acme.example/api/v3"


@pytest.fixture(autouse=True)
def no_client(monkeypatch):
    """What `gh` would say is not asked."""

    def asked(*_, **__):
        raise AssertionError

    monkeypatch.setattr(credentials.subprocess, "run", asked)


@pytest.mark.parametrize(
    ("declared", "environ", "expected"),
    [
        (None, {"GITHUB_TOKEN": "t"}, ("t", "https://api.github.com")),
        (None, {"GITHUB_TOKEN": "t", "GITHUB_API_URL": "https://api.github.com/"}, ("t", "https://api.github.com")),
        (None, {"GITHUB_TOKEN": "t", "GITHUB_API_URL": SERVER}, ("t", SERVER)),
        (SERVER, {"GITHUB_TOKEN": "t", "GITHUB_API_URL": SERVER}, ("t", SERVER)),
        (SERVER, {"GH_ENTERPRISE_TOKEN": "e", "GH_HOST": "github.acme.example"}, ("e", SERVER)),
    ],
)
def test_the_token_of_the_github_that_the_environment_means(declared, environ, expected):
    assert issue_access(declared, environ) == expected


@pytest.mark.parametrize(
    ("declared", "environ", "words"),
    [
        (None, {}, "no token of github.com that may write issues: set GITHUB_TOKEN for this step alone"),
        (None, {"GITHUB_TOKEN": "  "}, "set GITHUB_TOKEN"),
        (SERVER, {"GITHUB_TOKEN": "secret"}, f"set GH_ENTERPRISE_TOKEN, and GITHUB_API_URL to {SERVER}"),
        (SERVER, {"GH_TOKEN": "secret", "GH_ENTERPRISE_TOKEN": "secret"}, "no token of github.acme.example"),
        (
            None,
            {"GITHUB_TOKEN": "secret", "GITHUB_API_URL": "https://evil.example"},
            "GITHUB_API_URL: expected the address",
        ),
    ],
)
def test_an_estate_alone_sends_none_anywhere(declared, environ, words):
    with pytest.raises(NotDeliveredError) as error:
        issue_access(declared, environ)
    assert words in str(error.value)
    assert "secret" not in str(error.value)


def test_its_value_is_not_shown():
    assert "t0ken" not in repr(issue_access(None, {"GITHUB_TOKEN": "t0ken"}))
