"""A message is delivered or it is not, and why is said without the secret."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import traceback
from dataclasses import replace

import pytest
import requests
import responses
from events_of import MESSAGE, event
from receivers import mail_receiver, until, web_receiver

from asbuilt.alert import apprise_target
from asbuilt.alert.deliver import deliver
from asbuilt.alert.event import Kind
from asbuilt.alert.messages import message_of
from asbuilt.alert.not_delivered import NotDeliveredError

SECRET = "TIiajkdnlazkcOXrIdevi7FQ"
SLACK = f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}/#general"
HOOK = f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{SECRET}"
DISCORD = f"discord://27120123456789012345/{SECRET}-{'x' * 40}"
OTHER = "set PAGER_URL to another service"
TEAMS = f"workflows://prod-13.westus.logic.azure.com:443/{'a' * 32}/{SECRET}"


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def web():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def refused(url, message=MESSAGE):
    """Give what is told of a delivery that fails; nothing of its URL stands in it, nor in its traceback."""
    with pytest.raises(NotDeliveredError) as caught:
        deliver("env:PAGER_URL", message, {"PAGER_URL": url})
    told = str(caught.value)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert SECRET not in shown
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert told.startswith("env:PAGER_URL: ")
    return told.removeprefix("env:PAGER_URL: ")


# What is no target.


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
    monkeypatch.setattr("asbuilt.alert.github_issues.deliver_issue", lambda *given: seen.append(given))
    deliver("github-issue:o/r", MESSAGE, environ, declared)
    assert seen == [("o/r", MESSAGE, *access)]


# Over HTTP, for real.


def test_a_web_hook_takes_a_message_once():
    with web_receiver() as server:
        deliver("env:PAGER_URL", MESSAGE, {"PAGER_URL": f" json://127.0.0.1:{server.port}/{SECRET}\n"})
        ((path, sent),) = server.seen
    assert path == f"/{SECRET}"
    assert (sent["title"], sent["message"], sent["type"]) == (MESSAGE.title, MESSAGE.text, "failure")


def test_a_web_hook_takes_markdown_where_its_url_asks_for_it():
    with web_receiver() as server:
        deliver("env:PAGER_URL", MESSAGE, {"PAGER_URL": f"json://127.0.0.1:{server.port}?format=markdown"})
    assert server.seen[0][1]["message"] == MESSAGE.markdown


@pytest.mark.parametrize(
    ("kind", "severity", "told"),
    [
        (Kind.FIRST, "SEV-2", "failure"),
        (Kind.REMINDER, "SEV-3", "warning"),
        (Kind.RESOLVED, "SEV-1", "success"),
    ],
)
def test_a_service_is_told_how_bad_it_is(kind, severity, told):
    with web_receiver() as server:
        message = replace(MESSAGE, kind=kind, severity=severity)
        deliver("env:PAGER_URL", message, {"PAGER_URL": f"json://127.0.0.1:{server.port}"})
    assert server.seen[0][1]["type"] == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, "JSON: it answered 400 Bad Request; look at the URL in PAGER_URL"),
        (401, "JSON: it answered 401 Unauthorized; look whether the token in PAGER_URL is still good"),
        (404, "JSON: it answered 404 Not Found; look whether the address in PAGER_URL is still right"),
        (429, "JSON: it answered 429 Too Many Requests; it was asked too often"),
        (500, "JSON: it answered 500 Internal Server Error; the fault is there"),
        (503, "JSON: it answered 503 Service Unavailable; the fault is there"),
    ],
)
def test_a_status_is_told(status, told):
    with web_receiver(status) as server:
        assert refused(f"json://127.0.0.1:{server.port}/{SECRET}") == told
        assert len(server.seen) == 1


@pytest.mark.parametrize("options", ["optional=yes", "retry=3&wait=0", "overflow=split", "emojis=yes"])
def test_a_url_makes_no_yes_of_a_no_and_asks_once(options):
    with web_receiver(500) as server:
        assert "500" in refused(f"json://127.0.0.1:{server.port}/{SECRET}?{options}")
        assert len(server.seen) == 1


def test_what_sends_elsewhere_has_not_taken_it():
    with web_receiver() as other, web_receiver(302, location=f"http://127.0.0.1:{other.port}/login") as server:
        assert refused(f"json://127.0.0.1:{server.port}/{SECRET}") == (
            "JSON: it answered 302 Found; it sends elsewhere, and nothing is sent after it: "
            "set PAGER_URL to where it is now"
        )
        assert other.seen == []


def test_nobody_listens():
    with web_receiver() as server:
        port = server.port
    assert refused(f"json://127.0.0.1:{port}/{SECRET}") == (
        "JSON: the connection was refused; look at the URL in PAGER_URL"
    )


def test_a_service_that_does_not_answer_is_not_waited_for():
    silent = threading.Event()
    with web_receiver(silent=silent) as server:
        told = refused(f"json://127.0.0.1:{server.port}/{SECRET}?rto=0.2")
        silent.set()
    assert told.startswith("JSON: it did not answer in time; it may have taken it all the same")


@pytest.mark.parametrize(("options", "waits"), [("", (10.0, 15.0)), ("?cto=2&rto=3", (2.0, 3.0))])
def test_a_slow_yes_is_waited_for_longer_than_apprise_does(options, waits):
    assert apprise_target._service(f"json://localhost{options}").request_timeout == waits  # noqa: SLF001 - no timing


def test_no_url_makes_a_delivery_take_longer_than_the_bound(monkeypatch):
    monkeypatch.setattr(apprise_target, "_LONGEST_WAIT", 0.3)
    silent = threading.Event()
    with web_receiver(silent=silent) as server:
        told = refused(f"json://127.0.0.1:{server.port}/{SECRET}?rto=600&cto=600")
        (mine,) = (each for each in threading.enumerate() if each.name.startswith(apprise_target.THREAD))
        assert mine.daemon
        silent.set()
        assert until(lambda: not mine.is_alive())
    assert told == "it did not answer within 0 s; it may have taken it all the same"


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    with web_receiver() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        deliver("env:PAGER_URL", MESSAGE, {"PAGER_URL": "json://hooks.example.com/x"})
    assert proxy.seen[0][0] == "http://hooks.example.com/x"


def test_a_certificate_that_is_not_trusted(tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    key = "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "a.key", "-out", "a.pem"
    done = subprocess.run(
        [openssl, "req", "-x509", *key, "-subj", "/CN=localhost", "-days", "9"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("openssl makes no such certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "a.pem", tmp_path / "a.key")
    with web_receiver(tls=context) as server:
        assert refused(f"jsons://localhost:{server.port}/{SECRET}") == (
            "JSON: its TLS certificate is not trusted; look at the URL in PAGER_URL"
        )
        assert server.seen == []


# Over SMTP, for real.


def mail_to(mailbox, **parameters):
    more = "".join(f"&{name}={value}" for name, value in parameters.items())
    return {"PAGER_URL": f"mailto://127.0.0.1:{mailbox.port}?from=asbuilt@example.com&to=ops@example.com{more}"}


def parts_of(mail):
    """Give the parts of a mail by their types, with ends of lines as they are here."""
    found = {each.get_content_type(): each.get_content() for each in mail.walk() if not each.is_multipart()}
    return {name: content.replace("\r", "").strip() for name, content in found.items()}


def test_a_mail_has_a_plain_part_and_one_of_html():
    message = message_of(event())
    with mail_receiver() as mailbox:
        deliver("env:PAGER_URL", message, mail_to(mailbox))
    (mail,) = mailbox.seen
    parts = parts_of(mail)
    assert mail["Subject"] == message.title
    assert mail["To"] == "ops@example.com"
    assert parts["text/plain"].splitlines()[0] == message.text.splitlines()[0]
    assert "<strong>1.</strong> create environment production" in parts["text/html"]
    assert '<pre style="white-space: pre-wrap"><code>gh workflow run deploy-heroku.yml' in parts["text/html"]


def test_the_plain_part_breaks_no_line_at_a_name():
    message = replace(MESSAGE, markdown="by `workflow_dispatch` never\nsince\n\n**To do:** run:\n```\na b\n```")
    with mail_receiver() as mailbox:
        deliver("env:PAGER_URL", message, mail_to(mailbox))
    assert (
        parts_of(mailbox.seen[0])["text/plain"].replace("\r", "").strip()
        == "by workflow_dispatch never\nsince\n\nTo do: run:\n\na b"
    )


def test_a_mail_is_plain_where_its_url_asks_for_it():
    with mail_receiver() as mailbox:
        deliver("env:PAGER_URL", MESSAGE, mail_to(mailbox, format="text"))
    assert parts_of(mailbox.seen[0]) == {"text/plain": MESSAGE.text}


@pytest.mark.parametrize("more", ["to=a@example.com,b@example.com", "cc=a@example.com", "bcc=a@example.com"])
def test_a_mail_goes_to_one_address_of_which_yes_or_no_is_said(more):
    with mail_receiver() as mailbox:
        told = refused(f"mailto://127.0.0.1:{mailbox.port}/ops@example.com?from=asbuilt@example.com&{more}")
    assert told.startswith("PAGER_URL names several recipients")
    assert mailbox.seen == []


def test_a_mail_server_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        told = refused(f"mailto://127.0.0.1:{port}?from=a@example.com&to=ops@example.com&cto=0.2")
    assert told.startswith("E-Mail: it did not answer in time")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"rcpt": "550 no such user"}, "E-Mail: it answered 550; look at the URL in PAGER_URL"),
        ({"data": "554 no thanks"}, "E-Mail: it answered 554; look at the URL in PAGER_URL"),
        ({"data": "451 later"}, "E-Mail: it answered 451; look at the URL in PAGER_URL"),
    ],
)
def test_a_mail_that_is_refused(answers, told):
    with mail_receiver(**answers) as mailbox:
        assert refused(mail_to(mailbox)["PAGER_URL"]) == told


def test_a_mail_server_that_is_not_there():
    with mail_receiver() as mailbox:
        pass
    assert refused(mail_to(mailbox)["PAGER_URL"]) == "E-Mail: the connection was refused; look at the URL in PAGER_URL"


# Services of others, by answers of theirs.


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
    url = f"tgram://123456789:{'a' * 35}/12315544?overflow=split"
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


# Nothing is printed.


@pytest.mark.parametrize("logging_on", ["", "logging.basicConfig(level=1)"])
def test_nothing_of_it_is_logged_nor_printed(logging_on):
    code = f"""if True:
        import logging, os
        from asbuilt.alert.deliver import deliver
        from asbuilt.alert.not_delivered import NotDeliveredError
        from events_of import MESSAGE
        {logging_on}
        try:
            deliver("env:PAGER_URL", MESSAGE, os.environ)
        except NotDeliveredError as error:
            print(error)
    """
    with web_receiver(500) as server:
        url = f"json://user:{SECRET}@127.0.0.1:{server.port}/{SECRET}?+X-Token={SECRET}"
        environ = {**os.environ, "PAGER_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "env:PAGER_URL: JSON: it answered 500 Internal Server Error; the fault is there\n"
    assert SECRET not in done.stderr
    assert str(server.port) not in done.stderr
    assert logging_on or done.stderr == ""


def test_apprise_is_imported_by_a_delivery_alone():
    code = "import sys, asbuilt.alert.deliver, asbuilt.alert.messages; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
