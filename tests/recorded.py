"""A world whose answers are kept, so that it can be swept again and again, each time with another of them failing."""

import re
import ssl
from dataclasses import fields, is_dataclass
from functools import partial

import httpx
import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.estate import load
from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.observe.credentials import Tokens
from asbuilt.observe.http import Client, shown
from asbuilt.run import prepared
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope, checkouts_of
from asbuilt.world import World, observe

_NAMED = re.compile(r"/(?:\d+|[0-9a-f-]{36})(?=/|$)")
_HOP = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})


class Recorded:
    """What a sandbox answers to whatever a run of the project's own estate asks; closed, it answers no more."""

    def __init__(self, world):
        estate = load(PROJECT / "estate.yaml")
        everything = Scope(frozenset(estate.apps), frozenset(estate.repositories))
        checkouts = checkouts_of(estate, PROJECT / "estate.yaml", None, [])
        self._run, self._known = prepared(estate, everything, checkouts), {}
        self._sandbox = Sandbox.start(world)
        self._asking = httpx.Client(base_url=self._sandbox.origin, trust_env=False)
        self.healthy = self.swept({})

    def close(self):
        """Stop the sandbox."""
        self._asking.close()
        self._sandbox.close()

    def swept(self, failing):
        """Observe it with some URLs failing: each is answered with its response, or ends in its exception."""

        def handler(request):
            failure = failing.get(shown(str(request.url)))
            if isinstance(failure, Exception):
                raise failure
            return httpx.Response(**failure) if failure else self.answer(request)

        return self.seen(handler).observation

    def seen(self, handler):
        """Observe what a handler answers; it may ask this world itself, by `answer`. With the bodies that are kept."""
        asking = partial(Client, transport=httpx.MockTransport(handler))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("asbuilt.observe.http.Client", asking)
            world = World("recorded", Tokens("HRKU-1", "ghp_1"))
            return observe(self._run, world, settle=0, hold=None, timeout=10, deadline=None, say=lambda _: None)

    @property
    def urls(self):
        """What a sweep asks for, each once."""
        return list(dict.fromkeys(each.url for each in self.healthy.transcript))

    def endpoints(self):
        """Give the URLs by the endpoint that they are of: without names of apps, ids and queries."""
        found = {}
        for url in self.urls:
            endpoint = _NAMED.sub("/ID", url.partition("?")[0])
            for name in self._run.estate.apps:
                endpoint = endpoint.replace(f"/{name}", "/APP")
            found.setdefault(endpoint, []).append(url)
        return found

    def answer(self, request):
        """Give what the sandbox answers to a request; it is asked once for each."""
        key = request.url, request.headers.get("range"), request.headers.get("accept")
        if key not in self._known:
            answer = self._asking.get(request.url.raw_path.decode(), headers=request.headers)
            headers = {name: value for name, value in answer.headers.items() if name not in _HOP}
            self._known[key] = {"status_code": answer.status_code, "headers": headers, "content": answer.content}
        return httpx.Response(**self._known[key])


def facts(value, name=""):
    """Give every fact in an observation by its name, of whatever kind, now or in time to come."""
    if isinstance(value, (Observed, Absent, Unobserved)):
        yield name, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from facts(each, f"{name} {key}".strip())
    elif is_dataclass(value):
        for each in fields(value):
            yield from facts(getattr(value, each.name), f"{name} {each.name}".strip())


def refusal(code, message="refused"):
    """Give what a client raises where TLS refuses a certificate."""
    told = ssl.SSLCertVerificationError(1, f"certificate verify failed: {message}")
    told.verify_code, told.verify_message = code, message
    error = httpx.ConnectError(str(told))
    error.__context__ = OSError("between them")
    error.__context__.__cause__ = told
    return error
