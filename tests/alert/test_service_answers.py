"""What services of others make of a message, and what they answer, is told as what it is."""

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
import requests
import responses
from events_of import MESSAGE
from refusing import DISCORD, HOOK, SECRET, SLACK, TEAMS, refused

from asbuilt.alert.deliver import deliver
from asbuilt.alert.event import Kind


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def web():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def test_slack_takes_markdown_as_it_writes_it(web):
    web.post(HOOK, body="ok")
    deliver("env:PAGER_URL", MESSAGE, {"PAGER_URL": SLACK})
    assert "*SEV-1* WEB001 shop" in str(web.calls[0].request.body)


def test_the_address_that_a_service_gives_out_is_taken_as_it_is(web):
    web.post(HOOK, body="ok")
    deliver("env:PAGER_URL", MESSAGE, {"PAGER_URL": HOOK})
    assert len(web.calls) == 1


@pytest.mark.parametrize(
    ("url", "name"), [(SLACK, "Slack"), (DISCORD, "Discord"), (TEAMS, "Power Automate / Workflows (for MSTeams)")]
)
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 403}, "it answered 403 Forbidden; look whether the token in PAGER_URL is still good"),
        ({"status": 404}, "it answered 404 Not Found; look whether the address in PAGER_URL is still right"),
        ({"status": 500}, "it answered 500 Internal Server Error; the fault is there"),
        (
            {"body": requests.ConnectTimeout(f"with url: /{SECRET} (Caused by ConnectTimeoutError('timed out'))")},
            "no connection came about in time; look at the URL in PAGER_URL",
        ),
        (
            {"body": requests.ReadTimeout(f"HTTPSConnectionPool: Read timed out. /{SECRET}")},
            "it did not answer in time; it may have taken it all the same; look at the URL in PAGER_URL",
        ),
        (
            {
                "body": requests.exceptions.SSLError(
                    f"/{SECRET} [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
                )
            },
            "its TLS certificate is not trusted; look at the URL in PAGER_URL",
        ),
        (
            {
                "body": requests.ConnectionError(
                    f"with url: /timeout/{SECRET} (Caused by: [Errno 111] Connection refused)"
                )
            },
            "the connection was refused; look at the URL in PAGER_URL",
        ),
        (
            {"body": requests.exceptions.ProxyError(f"ProxyError: Tunnel connection failed /{SECRET}")},
            "the proxy did not let it through; look at the URL in PAGER_URL",
        ),
        (
            {"body": requests.RequestException(f"something of {SECRET}")},
            (
                "it did not take it, and Apprise does not say why in a way that can be shown; "
                "look at the URL in PAGER_URL"
            ),
        ),
    ],
    ids=["403", "404", "500", "connecting", "reading", "tls", "refused", "proxy", "other"],
)
def test_each_failure_is_told_in_words_of_our_own(web, url, name, answer, told):
    web.add(responses.POST, re.compile(".*"), **answer)
    assert refused(url) == f"{name}: {told}"


def test_what_is_answered_with_200_is_not_thereby_taken(web):
    web.post(HOOK, json={"ok": False, "error": "invalid_payload"})
    assert refused(SLACK) == "Slack: it answered 200 OK, and did not take it; look at the URL in PAGER_URL"


def test_nothing_is_torn_in_the_markup_of_a_service(web):
    web.post("https://api.pushover.net/1/messages.json", json={"status": 1})
    lines = "\n\n".join(f"**{number}.** <https://example.com/{number}>" for number in range(40))
    deliver("env:PAGER_URL", replace(MESSAGE, markdown=lines), {"PAGER_URL": f"pover://{'u' * 30}@{'a' * 30}"})
    sent = parse_qs(web.calls[0].request.body)["message"][0]
    assert sent.count("<a ") == sent.count("</a>") > 0
    assert "Cut here" in sent


def test_a_plugin_that_breaks_says_nothing_of_what_it_was_given(web):
    web.add(responses.POST, HOOK, body=RuntimeError(f"with {SECRET}"))
    assert "Slack" in refused(SLACK) or "Apprise failed" in refused(SLACK)


def test_a_message_that_is_too_long_is_cut_between_blocks_and_sent_once(web):
    url = "https://discord.com/api/webhooks/"
    web.add(responses.POST, re.compile(f"{url}.*"), json={})
    blocks = "\n\n".join(f"block {number} {'x' * 400}" for number in range(9))
    deliver("env:PAGER_URL", replace(MESSAGE, markdown=blocks, where="https://a.example/7"), {"PAGER_URL": DISCORD})
    (call,) = web.calls
    sent = call.request.body.decode() if isinstance(call.request.body, bytes) else call.request.body
    assert r"\n\nCut here, the whole stands in <https://a.example/7>" in sent
    assert "block 3" in sent
    assert "block 4" not in sent


def test_a_message_that_grows_in_the_markup_of_a_service_is_sent_once(web):
    web.add(responses.POST, re.compile(r"https://api\.telegram\.org/.*"), json={"ok": True, "result": {}})
    url = f"tgram://123456789:{'a' * 35}/12315544?overflow=split&mdv=2"
    deliver("env:PAGER_URL", replace(MESSAGE, markdown="a.b " * 900), {"PAGER_URL": url})
    assert len([each for each in web.calls if each.request.url.endswith("/sendMessage")]) == 1


@pytest.mark.parametrize(
    ("kind", "action"), [(Kind.FIRST, "trigger"), (Kind.REMINDER, "trigger"), (Kind.RESOLVED, "resolve")]
)
@pytest.mark.parametrize("options", ["", "?action=resolve&dedup=mine"])
def test_a_cause_is_one_incident_where_a_service_keeps_incidents(web, kind, action, options):
    web.post("https://events.pagerduty.com/v2/enqueue", status=202, json={})
    url = f"pagerduty://{'a' * 32}@{'b' * 32}{options}"
    deliver("env:PAGER_URL", replace(MESSAGE, kind=kind), {"PAGER_URL": url})
    sent = json.loads(web.calls[0].request.body)
    assert (sent["event_action"], sent["dedup_key"]) == (action, MESSAGE.fingerprint)
