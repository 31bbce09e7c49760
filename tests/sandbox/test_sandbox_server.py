"""The server itself: its log, its clock, what it refuses to serve, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest
from running import PROJECT
from sandbox_caller import NOBODY

from asbuilt.sandbox.server import Sandbox, _listen, serve

ANSWERS = """
summary: overrides
answers:
  - {request: "GET *github.com/repos/*/*/environments", status: 403, json: {message: nay}, headers: {X-Why: it}}
  - {request: "GET https://api.heroku.com/apps/shop/dynos", status: 200, text: "<html>not json"}
  - {request: "GET https://api.heroku.com/apps/shop/releases", status: 503, json: {id: down}, times: 2}
  - {request: "GET https://shop.example.com/slow", hang: true}
"""


@pytest.fixture
def overridden(start, folder):
    return start("rich+odd", folder=folder("faults", "odd", ANSWERS))


def test_the_log_keeps_what_was_asked(rich):
    rich.heroku("/apps/shop/dynos?x=1", **{"User-Agent": "a-client/1"})
    rich.ask("shop.example.com", "/health", "HEAD")
    first, second = rich.sandbox.log
    assert (first.method, first.host, first.path) == ("GET", "api.heroku.com", "/apps/shop/dynos?x=1")
    assert (first.status, first.user_agent) == (200, "a-client/1")
    assert (second.method, second.status) == ("HEAD", 503)


def test_the_log_is_served_on_the_loopback_alone_and_leaves_no_trace(rich):
    rich.heroku("/apps")
    for _ in range(2):
        served = httpx.get(rich.sandbox.origin + "/_sandbox/log").json()
        assert [(entry["path"], entry["status"]) for entry in served] == [("/apps", 200)]
    assert len(rich.sandbox.log) == 1
    assert rich.ask("shop.example.com", "/_sandbox/log").status_code == 503


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("host", ["api.heroku.com", "api.github.com", "shop.example.com"])
def test_nothing_can_be_written(rich, host, method):
    response = rich.ask(host, "/apps", method)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert [(entry.method, entry.status) for entry in rich.sandbox.log] == [(method, 405)]


def test_head_is_get_without_the_body(rich):
    get, head = (rich.ask("cottage-5f4e3d2c1b0a.herokuapp.com", "/new", method) for method in ("GET", "HEAD"))
    assert (head.status_code, head.headers["Content-Length"], head.content) == (404, get.headers["Content-Length"], b"")


def test_the_date_moves_with_the_time_that_passes(start):
    passed = [0.0]
    caller = start("incident-2026-04-30", elapsed=lambda: passed[0])
    assert caller.heroku("/account").headers["Date"] == "Thu, 30 Apr 2026 16:30:00 GMT"
    passed[0] = 90.0
    assert caller.ask("nobody.example", "/").headers["Date"] == "Thu, 30 Apr 2026 16:31:30 GMT"
    assert caller.sandbox.clock() == datetime(2026, 4, 30, 16, 31, 30, tzinfo=UTC)


def test_an_override_takes_over(overridden):
    response = overridden.github("/repos/example/shop/environments")
    assert (response.status_code, response.json(), response.headers["X-Why"]) == (403, {"message": "nay"}, "it")
    assert response.headers["X-Accepted-GitHub-Permissions"] == "actions=read"
    assert overridden.github("/repos/example/shop/environments/preview").status_code == 200
    assert overridden.heroku("/apps/shop/dynos").text == "<html>not json"


def test_an_override_meets_the_other_names_of_the_same_thing(overridden):
    number = overridden.github("/repos/example/shop").json()["id"]
    assert overridden.github(f"/repositories/{number}/environments").status_code == 403
    app = overridden.heroku("/apps/shop").json()["id"]
    assert overridden.heroku(f"/apps/{app}/dynos").text == "<html>not json"


def test_an_override_can_be_for_some_times_only(overridden):
    assert [overridden.heroku("/apps/shop/releases").status_code for _ in range(3)] == [503, 503, 200]


def test_a_hanging_request_neither_answers_nor_holds_up_others_or_the_end(start, folder):
    caller = start("rich+odd", folder=folder("faults", "odd", ANSWERS))
    caught = []

    def wait():
        try:
            httpx.get(caller.sandbox.origin + "/slow", headers={"Host": "shop.example.com"}, timeout=1)
        except httpx.TimeoutException as error:
            caught.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert caller.heroku("/apps").status_code == 200
    waiting.join()
    assert len(caught) == 1
    assert ("/slow", 0) in [(entry.path, entry.status) for entry in caller.sandbox.log]


def test_the_end_does_not_wait_for_a_hanging_request(folder):
    with Sandbox.start("rich+odd", folder=folder("faults", "odd", ANSWERS)) as sandbox:
        port = int(sandbox.origin.rpartition(":")[2])
        hanging = socket.create_connection(("127.0.0.1", port))
        hanging.sendall(b"GET /slow HTTP/1.1\r\nHost: shop.example.com\r\n\r\n")
        deadline = time.monotonic() + 5
        while not sandbox.log and time.monotonic() < deadline:
            time.sleep(0.005)
    hanging.settimeout(5)
    while hanging.recv(1024):  # to the end of the connection: a time-out is a failure
        pass
    hanging.close()


def test_after_the_end_nothing_listens(start):
    caller = start("healthy")
    caller.sandbox.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(caller.sandbox.origin)


def test_a_unix_socket_leads_to_the_same(start, tmp_path):
    path = tmp_path / "sandbox.sock"
    caller = start("healthy", unix_socket=path)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), headers={"Authorization": "token x"}) as client:
        assert client.get("http://api.github.com/user").json()["login"] == "operator"
    assert [entry.host for entry in caller.sandbox.log] == ["api.github.com"]
    caller.sandbox.close()
    assert not path.exists()


def test_an_answer_on_a_kept_connection_does_not_wait_for_an_acknowledgement():
    # asyncio sets TCP_NODELAY only where the listening socket says TCP; without it each answer costs 40 ms.
    listening = _listen(0, None)
    assert [each.proto for each in listening] == [socket.IPPROTO_TCP]
    for each in listening:
        each.close()


def test_many_at_once_are_all_answered(rich):
    statuses = []

    def ask():
        authorised = {"Authorization": "token x"}
        with httpx.Client(base_url=rich.sandbox.origin, headers=authorised, verify=NOBODY) as client:
            statuses.extend(client.get("/user").status_code for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 160
    assert len(rich.sandbox.log) == 160


def test_serve_tells_when_it_is_ready_and_runs_until_it_is_closed():
    ready = []
    serving = threading.Thread(target=serve, args=("healthy",), kwargs={"ready": ready.append})
    serving.start()
    deadline = time.monotonic() + 5
    while not ready and time.monotonic() < deadline:
        time.sleep(0.005)
    assert httpx.get(ready[0].origin + "/_sandbox/log").json() == []
    ready[0].close()
    serving.join(5)
    assert not serving.is_alive()


def test_who_interrupts_at_the_moment_it_is_ready_leaves_nothing_behind(tmp_path):
    started = []

    def interrupted(sandbox):
        started.append(sandbox)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve("healthy", unix_socket=tmp_path / "api.sock", ready=interrupted)
    assert not (tmp_path / "api.sock").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(started[0].origin)


def test_it_answers_by_the_time_that_it_is_said_to_be_ready():
    answers = []

    def ask(sandbox):
        answers.append(httpx.get(sandbox.origin + "/_sandbox/log").json())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve("healthy", ready=ask)
    assert answers == [[]]


def test_a_sigterm_ends_it_as_any_process_and_takes_its_unix_socket_away(tmp_path):
    path = tmp_path / "api.sock"
    command = [sys.executable, "-P", "-m", "asbuilt", "sandbox", "--port=0", f"--unix-socket={path}"]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stderr.readline().startswith("healthy at http")
        assert path.is_socket()
        serving.terminate()
        assert serving.wait(30) == -signal.SIGTERM
    assert not path.exists()
