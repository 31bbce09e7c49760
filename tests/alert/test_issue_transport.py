"""What lies between the alert step and GitHub: whatever fails there is told plainly, in time, and without the token."""

import shutil
import ssl
import subprocess

import pytest
import requests
import responses
from fake_github import API, REPOSITORY, TOKEN, FakeGitHub, serving

from asbuilt.alert.issues import github_api
from asbuilt.alert.issues.github_api import ATTEMPTS, GitHub, tried
from asbuilt.alert.issues.github_refusals import NotAnsweredError


def told(api=API):
    with GitHub(REPOSITORY, TOKEN, api) as github, pytest.raises(NotAnsweredError) as error:
        github.get("/issues")
    assert TOKEN not in f"{error.value} {error.value.__cause__}"
    return error.value


def test_nobody_there():
    with serving(FakeGitHub()) as gone:
        api = gone.api
    error = told(api)
    assert error.fact == f"{api.removeprefix('http://')} could not be reached: Connection refused"
    assert error.pause == 0


def test_a_name_that_nobody_has():
    assert "nobody.invalid could not be reached: " in told("https://nobody.invalid").fact


@pytest.mark.parametrize(
    ("failure", "words", "is_tried_again"),
    [
        (requests.ConnectTimeout(), "api.github.com gave no answer in time", True),
        (requests.ReadTimeout(), "api.github.com gave no answer in time", True),
        (
            requests.ConnectionError(ConnectionResetError(104, "Connection reset by peer")),
            "Connection reset by peer",
            True,
        ),
        (
            requests.exceptions.ProxyError(OSError(f"Tunnel: 407 {TOKEN}")),
            "could not be reached through the proxy",
            True,
        ),
        (requests.exceptions.ChunkedEncodingError(f"broken at {TOKEN}"), "could not be reached", True),
        (requests.exceptions.InvalidURL(f"bad {TOKEN}"), "could not be reached: InvalidURL", True),
    ],
)
def test_what_fails_on_the_way(failure, words, is_tried_again):
    with responses.RequestsMock() as mock:
        mock.get(f"{API}/repos/{REPOSITORY}/issues", body=failure)
        error = told()
    assert words in error.fact
    assert (error.pause is not None) is is_tried_again


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    file = tmp_path_factory.mktemp("certificate") / "self-signed.pem"
    options = "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost"
    command = [openssl, "req", *options, "-keyout", file, "-out", file, "-days", "9"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("openssl cannot make a certificate")
    return file


def test_a_certificate_that_nobody_trusts(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    github = FakeGitHub()
    with serving(github, context):
        error = told(github.api)
    assert "is not trusted: " in error.fact
    assert "self-signed certificate" in error.fact
    assert error.pause is None
    assert not github.log


def test_an_answer_that_trickles_on_is_none(monkeypatch):
    monkeypatch.setattr(github_api, "_DEADLINE", -1.0)
    with serving(FakeGitHub()) as github:
        assert "gave no answer in time" in told(github.api).fact


def test_an_answer_without_end_is_none(monkeypatch):
    monkeypatch.setattr(github_api, "_MOST_OF_AN_ANSWER", 1)
    with serving(FakeGitHub()) as github:
        assert "answered more than 0 MiB" in told(github.api).fact


def test_redirects_in_a_circle_end():
    with responses.RequestsMock() as mock:
        address = f"{API}/repos/{REPOSITORY}/issues"
        mock.get(address, status=301, headers={"Location": address})
        assert "answered 301" in told().fact
        assert len(mock.calls) == 4


def test_a_list_that_never_ends_is_read_to_its_bound():
    with responses.RequestsMock() as mock:
        address = f"{API}/repos/{REPOSITORY}/issues"
        mock.get(address, json=[{"number": 1}], headers={"Link": f'<{address}?page=2>; rel="next"'})
        with GitHub(REPOSITORY, TOKEN, API) as github:
            assert len(list(github.listed("/issues", 5))) == 5


def test_behind_a_while_nothing_is_tried_again(monkeypatch):
    tries = []

    def fail():
        tries.append(1)
        raise NotAnsweredError("-", "-", pause=0.0)

    with pytest.raises(NotAnsweredError):
        tried(fail, lambda _: None)
    assert len(tries) == ATTEMPTS
    monkeypatch.setattr(github_api, "_DEADLINE", -1.0)
    with pytest.raises(NotAnsweredError):
        tried(fail, lambda _: None)
    assert len(tries) == ATTEMPTS + 1
