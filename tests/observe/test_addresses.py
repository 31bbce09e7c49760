"""Of an address that somebody else sends us to, nothing is shown that may be a secret."""

import httpx
import pytest

from asbuilt.model import Observed
from asbuilt.observe import github, web
from asbuilt.observe.http import GITHUB, NotObservedError, shown

SECRET = "s3cr3t-0123456789"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.github.com/x?per_page=100&page=2", "https://api.github.com/x?per_page=100&page=2"),
        (f"https://api.github.com/x?page=2&token={SECRET}", "https://api.github.com/x?page=2&[withheld]"),
        (f"https://api.github.com/x?{SECRET}", "https://api.github.com/x?[withheld]"),
        (f"https://me:{SECRET}@host/x", "https://[withheld]@host/x"),
        ("https://host/x", "https://host/x"),
    ],
)
def test_of_a_query_is_shown_what_we_ask_with_ourselves(url, expected):
    assert shown(url) == expected


@pytest.mark.parametrize(
    "location",
    [f"https://me:{SECRET}@host/login?next={SECRET}#{SECRET}", f"//x:{SECRET}@host/login;jsessionid={SECRET}"],
)
def test_a_redirect_of_an_app_is_observed_up_to_its_path(client, replies, location):
    fact = web.probe(client(replies((302, {"headers": {"Location": location}}))), "https://app.example/health")
    assert isinstance(fact, Observed)
    assert fact.value.location.endswith("[withheld]@host/login")
    assert SECRET not in repr(fact)


def test_a_next_page_of_a_list_keeps_no_parameter_of_its_own(client, replies):
    following = f'<{GITHUB}/more?page=2&sig={SECRET}>; rel="next"'
    asked = client(replies((200, {"json": {"workflows": []}, "headers": {"Link": following}}), 500))
    fact = github.workflows(asked, "o/r")
    assert "page=2" in str(fact)
    assert SECRET not in repr(fact) + repr(asked.transcript)


@pytest.mark.parametrize("status", [403, 422])
def test_a_refusal_that_quotes_an_address_is_told_without_its_query(client, replies, status):
    message = f"see https://me:{SECRET}@host/a?code={SECRET} for more"
    with pytest.raises(NotObservedError, match=r"see https://\[withheld\]@host/a\?\[withheld\] for more") as caught:
        client(replies((status, {"json": {"message": message}}))).get(f"{GITHUB}/x")
    assert SECRET not in str(caught.value)


def test_a_connection_that_fails_is_told_without_what_its_error_quotes(client, replies):
    failure = httpx.RemoteProtocolError(f"Invalid URL https://me:{SECRET}@host/?c={SECRET} in location header")
    asked = client(replies(failure))
    with pytest.raises(NotObservedError, match=r"https://\[withheld\]@host/\?\[withheld\]"):
        asked.get(f"{GITHUB}/x")
    assert SECRET not in repr(asked.transcript)


def test_words_that_are_cut_say_so(client, replies):
    with pytest.raises(NotObservedError, match=r"x{199}…$"):
        client(replies((403, {"json": {"message": "x" * 999}}))).get(f"{GITHUB}/x")
