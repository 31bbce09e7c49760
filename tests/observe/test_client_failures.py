import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from asbuilt.observe.http import MOST_OF_A_PROBE, MOST_OF_AN_ANSWER, NotObservedError

APP = "https://api.heroku.com/apps/shop"
REPOSITORY = "https://api.github.com/repos/example/shop"
HEALTH = "https://shop-0a1b2c3d4e5f.herokuapp.com/health"
DATE = "Thu, 30 Apr 2026 16:30:00 GMT"
RESET = 1777566600 + 25  # 25 seconds after DATE


def failure(ask, *arguments):
    with pytest.raises(NotObservedError) as caught:
        ask(*arguments)
    return caught.value


# Asked again.


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_asked_again(client, replies, slept, status):
    handler = replies((status, {"headers": {"Retry-After": "0"}}), status, 200)
    assert client(handler).get(APP).status == 200
    assert len(handler.seen) == 3
    assert len(slept) == 2


def test_what_stays_is_told_after_three_attempts(client, replies):
    handler = replies(503)
    error = failure(client(handler).get, APP)
    assert str(error) == f"GET {APP} answered 503"
    assert error.remedy == "ask again: the provider failed"
    assert len(handler.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 406, 410, 422, 501])
def test_what_stays_by_its_nature_is_asked_once(client, replies, status):
    handler = replies(status)
    failure(client(handler).get, APP)
    assert len(handler.seen) == 1


@pytest.mark.parametrize(
    ("status", "headers", "message", "wait"),
    [
        (429, {"Retry-After": "7"}, "", 7.0),
        (403, {"Retry-After": "7"}, "", 7.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(RESET), "Date": DATE}, "", 25.0),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(RESET), "Date": DATE}, "", 25.0),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(RESET - 99), "Date": DATE}, "", 1.0),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(RESET), "Date": "soon"}, "", 60.0),
        (429, {"X-RateLimit-Remaining": "4000", "X-RateLimit-Reset": str(RESET), "Date": DATE}, "", 60.0),
        (429, {"Retry-After": "Thu, 30 Apr 2026 16:31:00 GMT"}, "", 60.0),
        (429, {"Retry-After": "\u00b2"}, "", 60.0),
        (429, {}, "", 60.0),
        (403, {}, "You have exceeded a secondary rate limit. Please wait a few minutes.", 60.0),
    ],
)
def test_a_rate_limit_is_waited_for_as_long_as_it_says(client, replies, slept, status, headers, message, wait):
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    handler = replies((status, {"headers": headers, "json": {"message": message}}), 200)
    assert client(handler).get(REPOSITORY).status == 200
    assert slept == [wait]


def test_a_rate_limit_that_outlasts_the_run_is_told_at_once(client, replies, slept):
    handler = replies((429, {"headers": {"Retry-After": "90"}}))
    error = failure(client(handler, deadline=60).get, REPOSITORY)
    assert error.reason == "answered 429: rate limit, again in 90 s"
    assert error.remedy == "wait for it (--deadline SECONDS), or use a token with its own quota"
    assert (len(handler.seen), slept) == (1, [])


def test_no_wait_goes_past_the_deadline(client, replies, slept):
    handler = replies(503)
    assert failure(client(handler, deadline=1).get, APP).reason == "answered 503"
    assert (len(handler.seen), slept) == (1, [])


@pytest.mark.filterwarnings("error")
def test_past_the_deadline_nothing_is_asked(client, replies):
    handler = replies(200)
    asked = client(handler, deadline=-1)
    for ask, url in ((asked.get, APP), (asked.probe, HEALTH)):
        error = failure(ask, url)
        assert str(error) == f"GET {url} was not asked: the run's deadline has passed"
        assert error.remedy == "give the run more time: --deadline SECONDS"
    assert handler.seen == []
    assert asked.transcript == ()


# Told, and not asked again.


def test_an_invalid_token_is_named_by_where_it_comes_from(client, replies):
    asked = client(replies(401))
    for url, name in ((APP, "HEROKU_API_KEY"), (REPOSITORY, "GITHUB_TOKEN")):
        error = failure(asked.get, url)
        assert error.reason == "answered 401: the token is not valid"
        assert error.remedy == f"set {name} to a valid token"


def test_a_permission_that_is_missing_is_named_as_github_names_it(client, replies):
    headers = {"X-Accepted-GitHub-Permissions": "actions=read; environments=read"}
    message = "Resource not accessible by personal access token"
    error = failure(client(replies((403, {"headers": headers, "json": {"message": message}}))).get, REPOSITORY)
    assert error.reason == f"answered 403: {message}"
    assert error.remedy == "give the token: actions=read; environments=read"


SIGN_ON = "https://github.com/orgs/example/sso?authorization_request=A1B2-c_3"
TOKENS = "https://github.com/settings/tokens (Configure SSO)"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (SIGN_ON, SIGN_ON),
        ("https://github.com/orgs/example/sso", "https://github.com/orgs/example/sso"),
        ("https://github.com/enterprises/example/sso", "https://github.com/enterprises/example/sso"),
        ("https://github.com.example/orgs/example/sso", TOKENS),
        ("http://github.com/orgs/example/sso", TOKENS),
        ("https://me@github.com/orgs/example/sso", TOKENS),
        ("https://github.com/orgs/example/sso?authorization_request=A1B2&return_to=https://example.com", TOKENS),
        (f"{SIGN_ON}{'x' * 999}", TOKENS),
        ("javascript:alert(1)", TOKENS),
        ("", TOKENS),
    ],
)
@pytest.mark.parametrize("status", [403, 404])
def test_where_a_token_is_authorised_for_single_sign_on_is_the_remedy(client, replies, status, address, told):
    headers = {"X-GitHub-SSO": f"required; url={address}"}
    handler = replies((status, {"headers": headers, "json": {"message": "Resource protected by SAML"}}))
    error = failure(client(handler).get, REPOSITORY)
    assert error.reason == f"answered {status}: the token is not authorised for the organization's single sign-on"
    assert error.remedy == f"authorise the token for single sign-on, as its owner: {told}"
    assert len(handler.seen) == 1


@pytest.mark.parametrize(
    ("header", "of"),
    [
        ("partial-results; organizations=21955855,20582480", " of the organizations 21955855, 20582480"),
        ("partial-results; organizations=\u00e9", ""),
        ("partial-results", ""),
    ],
)
def test_what_lacks_the_organizations_with_single_sign_on_was_not_seen(client, replies, header, of):
    headers = {"X-GitHub-SSO": header.encode("latin-1")}
    error = failure(client(replies((200, {"headers": headers, "json": []}))).get, REPOSITORY)
    assert error.reason == "answered 200: it is not whole: the token is not authorised for single sign-on"
    assert error.remedy == f"authorise the token for single sign-on{of}, as its owner: {TOKENS}"


def test_single_sign_on_is_githubs_alone(client, replies):
    headers = {"X-GitHub-SSO": f"required; url={SIGN_ON}"}
    assert client(replies((200, {"headers": headers}))).get(APP).status == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"json": {"id": "forbidden", "message": "You do not have access"}}, "You do not have access"),
        ({"json": {"message": "two\nlines"}}, "two lines"),
        ({"json": {"message": "half a pair: \ud800"}}, "half a pair:  "),
        ({"json": ["message"]}, "no reason given"),
        ({"json": {}}, "no reason given"),
        ({"json": None}, "no reason given"),
        ({"text": "<html>Forbidden</html>"}, "no reason given"),
        ({"text": "[" * 100_000}, "no reason given"),
        ({"json": {"message": "x" * 999}}, "x" * 199 + "…"),
    ],
)
def test_a_refusal_is_told_in_the_providers_own_words_on_one_line(client, options, words):
    if "json" in options:
        options = {"content": json.dumps(options["json"]).encode()}
    error = failure(client(lambda _: httpx.Response(403, **options)).get, APP)
    assert error.reason == f"answered 403: {words}"
    assert error.remedy == "give the token's owner access to it"


def test_not_there_is_an_answer(client, replies):
    assert client(replies(404)).get(APP).status == 404


@pytest.mark.parametrize("body", ["<html>", "", "[" * 100_000, "\xff"])
def test_what_is_not_json_is_said_to_be(client, replies, body):
    answer = client(replies((200, {"content": body.encode("latin-1"), "headers": {"Content-Type": "text/html; a=b"}})))
    with pytest.raises(ValueError, match=f"^{len(body)} bytes of text/html that are not JSON$"):
        answer.get(APP).json()


def test_no_connection_is_tried_three_times_and_told(client, replies):
    handler = replies(httpx.ConnectError("[Errno 111] Connection refused"))
    asked = client(handler)
    for ask, url in ((asked.get, APP), (asked.probe, HEALTH)):
        error = failure(ask, url)
        assert str(error) == f"GET {url} could not be reached: [Errno 111] Connection refused"
        assert error.remedy == "check the network and the URL"
    assert len(handler.seen) == len(asked.transcript) == 6


def test_a_probe_that_found_no_connection_is_asked_again(client, replies):
    handler = replies(httpx.ConnectError("reset"), 200)
    assert client(handler).probe(HEALTH).status == 200


def test_no_answer_in_time_is_told_and_not_waited_for_again(client, replies):
    handler = replies(httpx.ReadTimeout(""))
    asked = client(handler, timeout=2.5)
    for ask, url in ((asked.get, APP), (asked.probe, HEALTH)):
        error = failure(ask, url)
        assert error.reason == "gave no answer within 2.5 s"
        assert "--timeout SECONDS" in error.remedy
        assert "--deadline SECONDS" in error.remedy
    assert [(each.status, each.error) for each in asked.transcript] == [(None, "no answer")] * 2


def test_every_part_of_a_request_has_its_time(client):
    def handler(request):
        assert request.extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 2.5)
        return httpx.Response(200)

    asked = client(handler, timeout=2.5)
    assert asked.get(APP).status == asked.probe(HEALTH).status == 200


def test_a_server_that_never_answers_is_given_up(client):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = client(route_to=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        assert failure(asked.get, APP).reason == "gave no answer within 0.2 s"


@pytest.mark.parametrize("url", ["https://a..b/", "https://[::1/", f"https://{'a' * 70}.example/"])
def test_a_url_that_is_none_is_told(client, url):
    asked = client()
    assert failure(asked.probe, url).reason == "could not be sent: its URL, the token or a redirect is malformed"
    assert len(asked.transcript) == 1


# Redirects.


def test_an_api_is_followed_to_where_it_leads(client, replies):
    handler = replies((301, {"headers": {"Location": "/repositories/7"}}), (200, {"json": {"id": 7}}))
    asked = client(handler)
    assert asked.get(REPOSITORY).json() == {"id": 7}
    assert [each.url.path for each in handler.seen] == ["/repos/example/shop", "/repositories/7"]


def test_a_failure_after_a_redirect_names_what_was_asked(client, replies):
    handler = replies((302, {"headers": {"Location": "/repositories/7"}}), 400)
    assert failure(client(handler).get, REPOSITORY).request == f"GET {REPOSITORY}"


def test_redirects_that_go_round_are_given_up_at_once(client, replies):
    handler = replies((302, {"headers": {"Location": REPOSITORY}}))
    assert "redirects" in failure(client(handler).get, REPOSITORY).reason
    assert len(handler.seen) == 6


@pytest.mark.parametrize("location", ["/login", "https://example.com/", "https://[", "//x"])
def test_a_redirect_of_a_probe_is_its_answer(client, replies, location):
    handler = replies((302, {"headers": {"Location": location}}))
    answer = client(handler).probe(HEALTH)
    assert (answer.status, answer.headers["location"], len(handler.seen)) == (302, location, 1)


def test_a_redirect_that_leads_nowhere_is_told(client, replies):
    handler = replies((302, {"headers": {"Location": "mailto:ops@example.com"}}))
    assert "redirect is malformed" in failure(client(handler).probe, HEALTH).reason


# Probes.


@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 500, 502, 503])
def test_whatever_an_app_answers_is_the_observation(client, replies, status):
    handler = replies((status, {"headers": {"Retry-After": "1"}}), 200)
    assert client(handler).probe(HEALTH).status == status
    assert len(handler.seen) == 1


# Bodies.


class Endless(httpx.SyncByteStream):
    def __init__(self, chunk):
        self.chunk, self.given, self.closed = chunk, 0, False

    def __iter__(self):
        for _ in range(20_000_000):  # as good as endless, yet a client that never stops fails its test
            self.given += len(self.chunk)
            yield self.chunk

    def close(self):
        self.closed = True


def test_of_an_endless_body_the_beginning_is_read(client):
    body = Endless(b"x" * 65536)
    answer = client(lambda _: httpx.Response(200, stream=body)).probe(HEALTH)
    assert answer.status == 200
    assert len(answer.body) <= body.given <= MOST_OF_A_PROBE + 2 * 65536
    assert body.closed


def test_an_api_that_answers_without_end_is_told(client):
    body = Endless(b"x" * 2**20)
    error = failure(client(lambda _: httpx.Response(200, stream=body)).get, APP)
    assert error.reason == "answered more than 16 MiB"
    assert body.given <= MOST_OF_AN_ANSWER + 2 * 2**20
    assert body.closed


def test_a_large_answer_is_read_whole(client, replies):
    asked = client(replies((200, {"content": b" " * MOST_OF_AN_ANSWER})))
    assert len(asked.get(APP).body) == MOST_OF_AN_ANSWER


@pytest.mark.parametrize("ask", ["get", "probe"])
def test_a_body_that_trickles_on_is_no_answer_in_time(client, ask):
    body = Endless(b".")
    asked = client(lambda _: httpx.Response(200, stream=body), timeout=0.05)
    assert failure(getattr(asked, ask), HEALTH).reason == "gave no answer within 0.05 s"
    assert body.closed


def test_a_body_that_cannot_be_unpacked_is_told(client, replies):
    asked = client(replies((200, {"content": b"no", "headers": {"Content-Encoding": "gzip"}})))
    assert "could not be reached" in failure(asked.probe, HEALTH).reason


# Proxies of the environment.


@pytest.fixture
def proxy():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.seen.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


def test_a_proxy_of_the_environment_is_used(client, proxy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy.address)
    assert client().probe("http://shop.example/health").status == 200
    assert proxy.seen == ["http://shop.example/health"]


def test_a_sandbox_is_asked_directly_whatever_the_environment(client, proxy, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert client(route_to=proxy.address).probe(HEALTH).status == 200
    assert proxy.seen == ["/health"]


@pytest.mark.parametrize("address", ["socks4://127.0.0.1:1", "ftp://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_told_and_not_gone_around(client, monkeypatch, address):
    monkeypatch.setenv("ALL_PROXY", address)
    assert "could not be reached: the environment's proxy: " in failure(client().get, APP).reason
