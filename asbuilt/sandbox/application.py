"""The ASGI application: finds who answers a request, lets declared answers take over, and keeps the log."""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from asbuilt.github_server import DOT_COM
from asbuilt.sandbox import github, heroku, router, status_pages
from asbuilt.sandbox.exchange import HTML, JSON, Ask, Reply
from asbuilt.sandbox.mount import BELOW, Mount

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import Receive, Scope, Send

    from asbuilt.github_server import GitHubServer
    from asbuilt.sandbox.scenario import Scenario
    from asbuilt.sandbox.world import Canned, World

LOG_PATH = "/_sandbox/log"

_LOOPBACK = ("127.0.0.1", "localhost", "::1", "")
_GITHUB_ROOTS = ("meta", "rate_limit", "repos", "repositories", "user", "users")
_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that the sandbox received; a status of 0 is a request that it left hanging."""

    method: str
    host: str
    path: str
    status: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class _Provider:
    """One of those that the sandbox stands for."""

    answer: Callable[[World, Ask], Reply]
    headers: Callable[[World, Ask], dict[str, str]]
    canonical: Callable[[World, str], str]


_PROVIDERS = {
    heroku.HOST: _Provider(heroku.answer, heroku.headers, heroku.canonical),
    github.HOST: _Provider(github.answer, github.headers, github.canonical),
}
_STATUS_PAGE = _Provider(status_pages.answer, lambda _world, _ask: {}, lambda _world, path: path)
_ROUTER = _Provider(router.answer, lambda _world, ask: router.headers(ask), lambda _world, path: path)


class Application:
    """Answer every request out of the world that stands at that moment."""

    def __init__(self, scenario: Scenario, elapsed: Callable[[], float], github: GitHubServer = DOT_COM) -> None:
        """`elapsed` says how long the sandbox has run, `github` which GitHub it stands for."""
        self.scenario = scenario
        self._mount = Mount(github)
        self.log: list[Entry] = []
        self._elapsed = elapsed
        self._spent: dict[int, int] = {}
        self._asked: dict[str, int] = {}

    def clock(self) -> datetime:
        """Return the scenario's time: the instant at which it begins, and what has passed since."""
        return self.scenario.clock + timedelta(seconds=self._elapsed())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope)
        named = _host(request.headers.get("host", ""))
        path = scope["raw_path"].decode("latin-1")
        if named in _LOOPBACK and path == LOG_PATH:
            await JSONResponse([asdict(entry) for entry in self.log])(scope, receive, send)
            return
        world = self.scenario.world(self._elapsed())
        host, inner = self._mount.inside(*_stands_for(named, path))
        ask = self._ask(request, host, inner)
        provider = _PROVIDERS.get(ask.host, _STATUS_PAGE if ask.host in status_pages.HOSTS else _ROUTER)
        reply = self._reply(world, ask, provider)
        query = f"?{ask.query}" if ask.query else ""
        agent = request.headers.get("user-agent", "")
        shown = _stands_for(named, path)[0]
        if reply is None:
            self.log.append(Entry(ask.method, shown, path + query, 0, agent))
            await _gone(receive)
            return
        if host == github.HOST:
            reply = self._mount.outside(reply)
        response = _response(world, ask, reply, provider)
        self.log.append(Entry(ask.method, shown, path + query, response.status_code, agent))
        await response(scope, receive, send)

    def _ask(self, request: Request, host: str, path: str) -> Ask:
        earlier = self._asked.get(host, 0)
        self._asked[host] = earlier + 1
        query = request.scope["query_string"].decode("latin-1")
        return Ask(request.method, host, path, query, request.headers, self.clock(), earlier)

    def _reply(self, world: World, ask: Ask, provider: _Provider) -> Reply | None:
        """Return the answer to a request: refused, taken over, or real; None leaves it hanging."""
        if ask.method not in _READING:
            message = f"{ask.method} is not served: the sandbox only lets itself be read."
            return Reply(405, {"id": "method_not_allowed", "message": message}, headers={"Allow": ", ".join(_READING)})
        wanted = f"GET https://{ask.host}{provider.canonical(world, ask.path)}"
        for index, answer in enumerate(world.answers):
            spent = self._spent.get(index, 0)
            if fnmatch.fnmatchcase(wanted, answer.request) and (answer.times is None or spent < answer.times):
                self._spent[index] = spent + 1
                return None if answer.hang else _canned(answer.canned)
        return provider.answer(world, ask)


def _canned(canned: Canned) -> Reply:
    kind = {} if canned.text is None else {"Content-Type": HTML}
    return Reply(canned.status, canned.json, canned.text, {**kind, **dict(canned.headers)})


def _host(header: str) -> str:
    """Return a Host header's name without its port."""
    name = header.lower()
    return name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]


def _stands_for(named: str, path: str) -> tuple[str, str]:
    """Return host and path that are meant: on the loopback, where the sandbox stands alone, the path tells the API."""
    if named not in _LOOPBACK:
        return named, path
    if path.startswith(f"{BELOW}/"):
        return github.HOST, path.removeprefix(BELOW)
    root, *below = path.split("/")[1:]
    of_github = root in _GITHUB_ROOTS and below[:1] != ["~"]  # as Heroku calls whoever asks
    return (github.HOST if of_github else heroku.HOST), path


def _response(world: World, ask: Ask, reply: Reply, provider: _Provider) -> Response:
    """Put a reply on the wire, with the provider's headers below its own."""
    body = reply.body()
    head = {"date": format_datetime(ask.at, usegmt=True), "content-type": JSON}
    if provider is not _ROUTER:
        head["etag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
    for name, value in (*provider.headers(world, ask).items(), *reply.headers.items()):
        head[name.lower()] = value
    status = reply.status
    if status == 200 and "etag" in head and ask.headers.get("if-none-match") == head["etag"]:  # noqa: PLR2004
        status, body = 304, b""
    return Response(body, status, head)


async def _gone(receive: Receive) -> None:
    """Wait until the client gives up, or the server's shutdown cancels the request."""
    message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
