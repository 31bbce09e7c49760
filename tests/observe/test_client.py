import socket
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import pytest

from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import IN_FLIGHT, Client, NotObservedError
from asbuilt.sandbox.server import Sandbox

APP = "https://api.heroku.com/apps/shop"
REPOSITORY = "https://api.github.com/repos/example/shop"
HEALTH = "https://shop-0a1b2c3d4e5f.herokuapp.com/health"
HEROKU_TOKEN, GITHUB_TOKEN = "HRKU-5ecre7-heroku", "ghp_5ecre7github"


def failure(ask, *arguments):
    with pytest.raises(NotObservedError) as caught:
        ask(*arguments)
    return caught.value


def within(asked):
    return asked._http  # noqa: SLF001 - what a mistake elsewhere in the package could reach


# Read-only, and on the record.


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("route", [None, "http://127.0.0.1:9"])
def test_nothing_but_reading_leaves(client, replies, method, route):
    handler = replies(200)
    with pytest.raises(RuntimeError, match="only reads"):
        within(client(handler, route_to=route)).request(method, APP)
    assert handler.seen == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_leaves(client, replies, method):
    handler = replies(200)
    assert within(client(handler)).request(method, APP).status_code == 200


def test_what_is_asked_for_is_asked_with_get_and_by_name(client, replies):
    handler = replies(200)
    asked = client(handler)
    asked.get(APP, {"Accept": "x/y"})
    asked.probe(HEALTH)
    assert [(each.method, str(each.url)) for each in handler.seen] == [("GET", APP), ("GET", HEALTH)]
    assert handler.seen[0].headers["accept"] == "x/y"
    assert {each.headers["user-agent"].partition("/")[0] for each in handler.seen} == {"asbuilt"}


def test_a_rerouted_request_still_names_its_origin(client, replies):
    handler = replies((301, {"headers": {"Location": "/apps/01234567"}}), (200, {"json": {}}))
    asked = client(handler, route_to="http://127.0.0.1:9876")
    assert asked.get(APP).url == APP
    asked.probe(HEALTH)
    assert {(each.url.scheme, each.url.host, each.url.port) for each in handler.seen} == {("http", "127.0.0.1", 9876)}
    assert [each.headers["host"] for each in handler.seen] == [
        "api.heroku.com",
        "api.heroku.com",
        "shop-0a1b2c3d4e5f.herokuapp.com",
    ]
    assert [each.url for each in asked.transcript] == [APP, "https://api.heroku.com/apps/01234567", HEALTH]


def test_a_rerouted_request_that_fails_names_its_origin_too(client):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asked = client(route_to=f"http://127.0.0.1:{port}")
    error = failure(asked.get, APP)
    assert error.request == f"GET {APP}"
    assert "could not be reached" in error.reason
    assert "127.0.0.1" not in f"{error} {asked.transcript}"
    assert [(each.url, each.status) for each in asked.transcript] == [(APP, None)] * 3


def test_the_sandbox_sees_the_origin_that_was_meant(client):
    with Sandbox.start("healthy") as sandbox:
        asked = client(route_to=sandbox.origin)
        asked.get("https://api.heroku.com/apps/raxx-api-prod", {"Accept": "application/vnd.heroku+json; version=3"})
        asked.probe("https://raxx-api-prod-a60a19e5efbf.herokuapp.com/health")
        assert [(each.host, each.path, each.status) for each in sandbox.log] == [
            ("api.heroku.com", "/apps/raxx-api-prod", 200),
            ("raxx-api-prod-a60a19e5efbf.herokuapp.com", "/health", 200),
        ]
        assert asked.transcript[0].date < datetime(2026, 5, 9, tzinfo=UTC)


def test_an_answer_is_on_the_record_without_its_body(client, replies):
    headers = {"Date": "Thu, 30 Apr 2026 16:30:00 GMT", "ETag": '"e"', "Request-Id": "r", "Set-Cookie": "s=hidden"}
    asked = client(replies((200, {"json": {"name": "shop", "owner": "hidden"}, "headers": headers})))
    asked.get(APP)
    kept = asked.transcript[0]
    assert (kept.method, kept.url, kept.status, kept.etag, kept.request_id) == ("GET", APP, 200, '"e"', "r")
    assert kept.date == datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
    assert asked.bodies == {kept.sha256: '{"name":"shop"}'}
    assert kept.sha256 == sha256(b'{"name":"shop"}').hexdigest()
    assert "hidden" not in repr(kept)


def test_of_an_app_s_own_answer_no_body_is_kept(client, replies):
    asked = client(replies((200, {"json": {"name": "shop"}})))
    asked.probe(HEALTH)
    assert (asked.transcript[0].sha256, asked.bodies) == ("", {})


def test_github_calls_its_request_id_differently(client, replies):
    asked = client(replies((200, {"headers": {"X-GitHub-Request-Id": "C0FE"}})))
    asked.get(REPOSITORY)
    assert asked.transcript[0].request_id == "C0FE"


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "Thu, 99 Apr 2026 16:30:00 GMT",
        "Thu, 30 Apr 2026 16:30:00 +9999999999",
        "Fri, 31 Dec 9999 23:59:59 -0100",
        "1",
        "",
    ],
)
def test_a_date_that_is_none_is_none(client, replies, date):
    asked = client(replies((200, {"headers": {"Date": date}})))
    asked.get(APP)
    assert asked.transcript[0].date is None


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000", ""])
def test_every_date_has_a_zone(client, replies, zone):
    asked = client(replies((200, {"headers": {"Date": f"Thu, 30 Apr 2026 16:30:00 {zone}"}})))
    asked.get(APP)
    assert asked.transcript[0].date == datetime(2026, 4, 30, 16, 30, tzinfo=UTC)


def test_every_attempt_is_noted_and_counted(client, replies):
    counted, noted = [], []
    asked = client(replies(502, httpx.ConnectError("refused"), 200), progress=counted.append)
    asked.get(APP, note=noted.append)
    assert noted == [0, 1, 2]
    assert counted == [1, 2, 3]
    assert [str(each) for each in asked.transcript] == [
        f"GET {APP} -> 502",
        f"GET {APP} -> could not be reached: refused",
        f"GET {APP} -> 200",
    ]


def test_no_cookie_is_kept(client, replies):
    handler = replies((200, {"headers": {"Set-Cookie": "session=1; Domain=herokuapp.com; Path=/"}}))
    asked = client(handler)
    for url in (HEALTH, HEALTH, "https://another-app.herokuapp.com/health"):
        asked.probe(url)
    assert [each.headers.get("cookie") for each in handler.seen] == [None] * 3


# Sixteen at a time, from many threads.


def test_sixteen_requests_are_in_flight_and_never_more(client):
    moved, now, peak, leave = threading.Condition(), 0, 0, False

    def handler(_):
        nonlocal now, peak
        with moved:
            now += 1
            peak = max(peak, now)
            moved.notify_all()
            assert moved.wait_for(lambda: leave, timeout=10)
            now -= 1
        return httpx.Response(200)

    asked = client(handler)
    with ThreadPoolExecutor(48) as pool:
        asking = [pool.submit(asked.get if each % 2 else asked.probe, f"{APP}/{each}") for each in range(48)]
        with moved:
            full = moved.wait_for(lambda: now == IN_FLIGHT, timeout=10)
            more = moved.wait_for(lambda: now > IN_FLIGHT, timeout=0.3)
            leave = True
            moved.notify_all()
        assert all(each.result().status == 200 for each in asking)
    assert (full, more, peak) == (True, False, 16)


def test_many_threads_each_learn_their_own_requests(client):
    failed, lock = set(), threading.Lock()

    def handler(request):
        with lock:
            first = request.url not in failed
            failed.add(request.url)
        return httpx.Response(503 if first else 200, text=str(request.url))

    asked = client(handler)

    def ask(number):
        noted = []
        return asked.get(f"{APP}/{number}", note=noted.append), noted

    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(ask, range(100)))
    for number, (answer, noted) in enumerate(found):
        assert answer.body.decode() == f"{APP}/{number}"
        assert [asked.transcript[each].status for each in noted] == [503, 200]
        assert {asked.transcript[each].url for each in noted} == {f"{APP}/{number}"}
    assert len(asked.transcript) == 200


# Tokens.


def test_each_token_goes_to_its_own_origin_only(client, replies):
    handler = replies(200)
    asked = client(handler)
    for url in (APP, REPOSITORY, "https://api.heroku.com.example/apps", "http://api.github.com/meta", HEALTH):
        asked.get(url)
    asked.probe(HEALTH)
    assert [each.headers.get("authorization") for each in handler.seen] == [
        f"Bearer {HEROKU_TOKEN}",
        f"Bearer {GITHUB_TOKEN}",
        None,
        None,
        None,
        None,
    ]


def test_a_probe_of_an_api_carries_no_token(client, replies):
    handler = replies(200)
    client(handler).probe(APP)
    assert "authorization" not in handler.seen[0].headers


def test_a_provider_without_a_token_is_asked_without(replies):
    handler = replies(200)
    asked = Client(Tokens(), transport=httpx.MockTransport(handler))
    asked.get(APP)
    asked.close()
    assert "authorization" not in handler.seen[0].headers


@pytest.mark.parametrize(
    "location",
    [
        "https://api.github.com/repositories/7",
        "https://api.github.com:443/repositories/7",
        "https://API.github.com/repositories/7",
        "/repositories/7",
        "../../repositories/7",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_within_its_origin(client, replies, status, location):
    handler = replies((status, {"headers": {"Location": location}}), (200, {"json": {"id": 7}}))
    asked = client(handler)
    noted = []
    answer = asked.get(REPOSITORY, note=noted.append)
    assert (answer.url, answer.json()) == (REPOSITORY, {"id": 7})
    assert [each.headers.get("authorization") for each in handler.seen] == [f"Bearer {GITHUB_TOKEN}"] * 2
    # Where the answer came from is on the record.
    assert [str(asked.transcript[each]) for each in noted] == [
        f"GET {REPOSITORY} -> {status}",
        "GET https://api.github.com/repositories/7 -> 200",
    ]


@pytest.mark.parametrize(
    ("location", "origin"),
    [
        ("https://example.com/repositories/7?signature=5ecre7", "https://example.com"),
        ("//example.com/repositories/7", "https://example.com"),
        ("https://api.heroku.com/repositories/7", "https://api.heroku.com"),
        ("http://api.github.com/repositories/7", "http://api.github.com"),
        ("https://api.github.com:8443/repositories/7", "https://api.github.com:8443"),
        ("https://api.github.com.example/", "https://api.github.com.example"),
        ("https://me:5ecre7@example.com/", "https://example.com"),
        (f"https://{'a.' * 500}example/", f"https://{'a.' * 95}a…"),
    ],
)
def test_a_redirect_to_another_origin_is_refused(client, replies, location, origin):
    handler = replies((302, {"headers": {"Location": location}}), (200, {"json": {}}))
    asked = client(handler)
    error = failure(asked.get, REPOSITORY)
    assert str(error) == f"GET {REPOSITORY} was redirected to another origin, {origin}"
    assert error.remedy
    assert len(handler.seen) == len(asked.transcript) == 1
    assert "5ecre7" not in f"{error!r} {error.remedy} {asked.transcript}"


@pytest.mark.parametrize(
    "reply",
    [
        200,
        401,
        (403, {"json": {"message": "no"}}),
        503,
        (302, {"headers": {"Location": "https://example.com/"}}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {HEROKU_TOKEN}'"),
    ],
    ids=str,
)
def test_no_token_is_told(client, replies, reply):
    asked = client(replies(reply))
    told = []
    for url in (APP, REPOSITORY):
        try:
            told.append(repr(asked.get(url)))
        except NotObservedError as error:
            told += [*traceback.format_exception(error), repr(error), error.request, error.reason, error.remedy]
    told += [repr(asked.transcript), repr(asked), repr(vars(asked)["_tokens"]), str(Tokens("HRKU-a", "ghp_a"))]
    assert "5ecre7" not in "".join(told)
    assert "HRKU-a" not in told[-1]


@pytest.mark.parametrize("token", ["HRKU-5ecre7\nX-More: 1", "HRKU-5ecre7-“quoted”", "HRKU-5ecre7\x00"])
def test_a_token_that_no_header_can_carry_is_not_told_either(token):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = Client(Tokens(token, token), route_to=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=5)
        error = failure(asked.get, APP)
        asked.close()
    assert error.reason == "could not be sent: its URL, the token or a redirect is malformed"
    assert "5ecre7" not in "".join([*traceback.format_exception(error), repr(asked.transcript)])
    assert len(asked.transcript) == 1
