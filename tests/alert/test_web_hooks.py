"""A web hook takes a message, or it does not and why is said: over HTTP, for real."""

import os
import shutil
import ssl
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from events_of import MESSAGE
from receivers import until, web_receiver
from refusing import SECRET, refused

from asbuilt.alert.deliver import deliver
from asbuilt.alert.event import Kind
from asbuilt.alert.services import apprise_target


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


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
    code = "import sys, asbuilt.alert.deliver, asbuilt.alert.words.messages; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
