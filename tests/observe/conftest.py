"""What the tests of the observers share: clients without a network, waits that are noted and not waited for."""

from types import SimpleNamespace

import httpx
import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.estate import load
from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client
from asbuilt.observe.sweep import sweep
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

HEROKU_TOKEN, GITHUB_TOKEN = "HRKU-5ecre7-heroku", "ghp_5ecre7github"


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def slept(monkeypatch):
    """How many seconds each wait before asking again would have taken."""
    waits = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waits.append))
    return waits


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    """Let a sweep's clock move by its pauses alone, and nobody wait for it."""
    now = [0.0]

    def pause(seconds):
        now[0] += seconds

    monkeypatch.setattr("asbuilt.observe.clock.time", SimpleNamespace(monotonic=lambda: now[0], sleep=pause))


@pytest.fixture
def client():
    """Give a function that makes a client: of a handler in place of the network, or of a real one."""
    made = []

    def make(handler=None, **options):
        transport = httpx.MockTransport(handler) if handler else None
        made.append(Client(Tokens(HEROKU_TOKEN, GITHUB_TOKEN), transport=transport, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def replies():
    """Give a handler that answers with the given responses in turn, the last one for ever, and notes the requests."""

    def play(*responses):
        def handler(request):
            handler.seen.append(request)
            reply = responses[min(len(handler.seen), len(responses)) - 1]
            if isinstance(reply, Exception):
                raise reply
            status, options = reply if isinstance(reply, tuple) else (reply, {})
            return httpx.Response(status, **options)

        handler.seen = []
        return handler

    return play


@pytest.fixture(scope="session")
def estate():
    return load(PROJECT / "estate.yaml")


@pytest.fixture(scope="session")
def everything(estate):
    return Scope(frozenset(estate.apps), frozenset(estate.repositories))


@pytest.fixture(scope="session")
def healthy(estate, everything):
    """What is observed of a healthy world, and what was asked for it."""
    with Sandbox.start("healthy") as sandbox:
        asked = Client(Tokens(HEROKU_TOKEN, GITHUB_TOKEN), route_to=sandbox.origin)
        observation = sweep(estate, everything, asked, "sandbox healthy")
        asked.close()
        return observation, [f"{each.host}{each.path}" for each in sandbox.log]
