"""An app whose certificate turns its visitors away is down; a machine that trusts nobody says nothing of apps."""

import shutil
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from recorded import refusal

from asbuilt.model import Observed, Unobserved
from asbuilt.observe import heroku, web
from asbuilt.observe.certificates import ends

HEALTH = "https://shop.example/health"
EXPIRED, SELF_SIGNED, OTHER_NAMES = 10, 18, 62


# Over real sockets.


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give the folder of a few certificates, made for this run; `ca.pem` is the one to trust."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    folder = tmp_path_factory.mktemp("certificates")

    def run(*arguments):
        done = subprocess.run([openssl, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"openssl cannot make these certificates: {done.stderr.splitlines()[-1]}")

    key = "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"
    for name in ("ca", "stranger", "self-signed"):
        subject = "/CN=localhost" if name == "self-signed" else f"/CN={name}"
        run("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", subject, "-days", "9")
    for name, issuer, host, days in (
        ("good", "ca", "localhost", "9"),
        ("expired", "ca", "localhost", "-1"),
        ("others", "ca", "shop.example", "9"),
        ("untrusted", "stranger", "localhost", "9"),
    ):
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        run("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
        signed = "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial", "-extfile", f"{name}.ext"
        run("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", days, *signed)
    return folder


@pytest.fixture
def served(made, monkeypatch):
    """Give a function that serves an app with one of the certificates; it gives the app's URL."""
    monkeypatch.setenv("SSL_CERT_FILE", str(made / "ca.pem"))
    running = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    def serve(name):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made / f"{name}.pem", made / f"{name}.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        running.append(server)
        return f"https://localhost:{server.server_port}"

    yield serve
    for each in running:
        each.shutdown()
        each.server_close()


def test_an_app_with_a_good_certificate_answers(client, served):
    answer = web.probe(client(), f"{served('good')}/health").value
    assert (answer.status, answer.certificate) == (204, "")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("expired", f"expired on {datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"),
        ("others", "is for other names than localhost"),
        ("self-signed", "is self-signed"),
        ("untrusted", "is not trusted: the one that issued it is not known, or not sent"),
    ],
)
def test_a_broken_certificate_is_what_was_observed(client, served, name, told):
    asked = client()
    url = f"{served(name)}/health"
    fact = web.probe(asked, url)
    assert isinstance(fact, Observed)
    assert fact.value.status is None
    assert fact.value.certificate.startswith(told)
    (request,) = asked.transcript  # asked once: it stays so
    assert str(request).startswith(f"GET {url} -> could not be reached: its certificate {told}")


# What this machine may be the cause of.


def provider(client, replies, *responses):
    """Give a client that was told something by a provider before it asks an app."""
    asked = client(replies(*responses))
    heroku.app(asked, "shop")
    return asked


def test_where_a_provider_is_not_trusted_either_an_app_is_unknown(client, replies):
    asked = provider(client, replies, refusal(SELF_SIGNED))
    fact = web.probe(asked, HEALTH)
    assert isinstance(fact, Unobserved)
    assert "certificate verify failed" in fact.reason
    provider_fact = heroku.app(asked, "shop")
    assert isinstance(provider_fact, Unobserved)
    assert provider_fact.reason == "could not be reached: its certificate is self-signed"
    assert "SSL_CERT_FILE" in provider_fact.remedy


@pytest.mark.parametrize(
    ("hours", "code", "told"),
    [
        (0, EXPIRED, "has expired"),
        (2, EXPIRED, None),
        (-2, EXPIRED, None),
        (2, OTHER_NAMES, "is for other names than shop.example"),
    ],
)
def test_a_clock_that_is_wrong_here_judges_no_date(client, replies, monkeypatch, hours, code, told):
    monkeypatch.setattr("asbuilt.observe.certificates.ssl.get_server_certificate", _nobody)
    date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    fact = web.probe(provider(client, replies, (403, {"headers": {"Date": date}}), refusal(code)), HEALTH)
    assert (fact.value.certificate if isinstance(fact, Observed) else None) == told


def _nobody(*_, **__):
    raise OSError("nobody is there")


@pytest.mark.parametrize(
    "error",
    [
        refusal(66, "EE certificate key too weak"),  # a rule of this machine's
        refusal(0),
        httpx.ConnectError("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]"),
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ConnectError("[Errno -2] Name or service not known"),
    ],
    ids=str,
)
def test_whatever_else_keeps_a_connection_away_is_unknown(client, replies, error):
    assert isinstance(web.probe(client(replies(error)), HEALTH), Unobserved)


@pytest.mark.parametrize(
    ("validity", "end"),
    [
        (b"\x17\x0d250101000000Z\x17\x0d260430120000Z", datetime(2026, 4, 30, 12, tzinfo=UTC)),
        (b"\x17\x0d490101000000Z\x18\x0f20500430120000Z", datetime(2050, 4, 30, 12, tzinfo=UTC)),
        (b"\x17\x0d250101000000Z\x17\x0d991330120000Z", None),
        (b"\x17\x0d250101000000Z", None),
        (b"", None),
    ],
)
def test_the_end_of_a_certificate_is_read_from_it(validity, end):
    assert ends(b"0\x82 before " + validity + b" behind") == end
