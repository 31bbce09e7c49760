"""The only HTTP of the project: read-only, bounded, patient, and on the record.

At most sixteen requests are in flight. GET and HEAD are the only methods that can leave. What is sent (tokens above
all) is never recorded; what comes back is recorded without its body.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

from asbuilt import __version__
from asbuilt.model import Request

HEROKU = "https://api.heroku.com"
GITHUB = "https://api.github.com"
IN_FLIGHT = 16
ATTEMPTS = 3
_SECONDARY_LIMIT_PAUSE = 60.0
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the providers ask for. None where the run does not need that provider."""

    heroku: str | None = None
    github: str | None = None

    def __repr__(self) -> str:
        """Say nothing of their values."""
        return "Tokens(...)"


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body. Raises ValueError with what was found instead of JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            kind = self.headers.get("content-type", "no content type").partition(";")[0]
            raise ValueError(f"{len(self.body)} bytes of {kind} that are not JSON") from error


class NotObservedError(Exception):
    """A request that gave nothing to judge: the request, the reason, and the remedy."""

    def __init__(self, request: str, reason: str, remedy: str, *, pause: float | None = None) -> None:
        super().__init__(f"{request} {reason}")
        self.request = request
        self.reason = reason
        self.remedy = remedy
        self.pause = pause


class Client:
    """Asks the real origins, or a sandbox in their place, and keeps the transcript."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        route_to: str | None = None,
        timeout: float = 10.0,
        deadline: float = 120.0,
        transport: httpx.BaseTransport | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`route_to` is the address of a sandbox that answers for every origin; times are seconds."""
        self._tokens = tokens
        self._timeout = timeout
        self._ends = time.monotonic() + deadline
        self._progress = progress
        self._slots = threading.BoundedSemaphore(IN_FLIGHT)
        self._lock = threading.Lock()
        self._transcript: list[Request] = []
        limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        inner = transport or httpx.HTTPTransport(limits=limits, trust_env=route_to is None)
        self._http = httpx.Client(
            transport=_ReadOnly(_Rerouted(inner, route_to) if route_to else inner),
            timeout=httpx.Timeout(timeout),
            headers={"User-Agent": f"asbuilt/{__version__}"},
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    @property
    def transcript(self) -> tuple[Request, ...]:
        """Every request so far, in the order in which the answers came."""
        with self._lock:
            return tuple(self._transcript)

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, note: Callable[[int], None] = lambda _: None
    ) -> Answer:
        """Ask an API, following its redirects; transient failures are asked again.

        `note` receives the transcript index of every attempt. Raises NotObservedError.
        """
        attempts = stamina.retry_context(
            on=self._pause, attempts=ATTEMPTS, timeout=max(0.0, self._ends - time.monotonic()), wait_initial=0.2
        )
        for attempt in attempts:
            with attempt:
                answer = self._once(url, {**self._authorization(url), **(headers or {})}, note, follow=True)
                if (failure := _failure(answer)) is not None:
                    raise failure
                return answer
        raise AssertionError("unreachable: the last attempt returns or raises")

    def probe(self, url: str, note: Callable[[int], None]) -> Answer:
        """Ask an app's own URL once more only where no answer came: whatever it answers is the observation."""
        for attempt in stamina.retry_context(on=self._pause, attempts=ATTEMPTS, timeout=None, wait_initial=0.2):
            with attempt:
                return self._once(url, {"Accept": "*/*"}, note, follow=False)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _authorization(self, url: str) -> dict[str, str]:
        if url.startswith(f"{HEROKU}/"):
            return {"Authorization": f"Bearer {self._tokens.heroku}"}
        if url.startswith(f"{GITHUB}/"):
            return {"Authorization": f"Bearer {self._tokens.github}"}
        return {}

    def _once(self, url: str, headers: Mapping[str, str], note: Callable[[int], None], *, follow: bool) -> Answer:
        with self._slots:
            if time.monotonic() > self._ends:
                raise NotObservedError(f"GET {url}", "was not asked: the run's deadline has passed", _SLOW)
            began = time.monotonic()
            with self._recorded(url, began, note):
                response = self._http.get(url, headers=dict(headers), follow_redirects=follow)
            self._record(response, url, time.monotonic() - began, note)
        return Answer(str(response.url), response.status_code, response.headers, response.content)

    @contextmanager
    def _recorded(self, url: str, began: float, note: Callable[[int], None]) -> Iterator[None]:
        """Put a request without an answer on the record, and say what happened in plain words."""
        try:
            yield
        except httpx.TimeoutException as error:
            self._append(Request("GET", url, None, None, time.monotonic() - began, error="no answer"), note)
            raise NotObservedError(f"GET {url}", f"gave no answer within {self._timeout:g} s", _SLOW) from error
        except httpx.HTTPError as error:
            reason = f"could not be reached: {error}"
            self._append(Request("GET", url, None, None, time.monotonic() - began, error=reason), note)
            raise NotObservedError(f"GET {url}", reason, "check the network and the URL", pause=0.0) from error

    def _record(self, response: httpx.Response, url: str, seconds: float, note: Callable[[int], None]) -> None:
        headers = response.headers
        request = Request(
            method="GET",
            url=url,
            status=response.status_code,
            date=_date(headers.get("date")),
            seconds=round(seconds, 4),
            etag=headers.get("etag", ""),
            request_id=headers.get("request-id") or headers.get("x-github-request-id", ""),
            sha256=hashlib.sha256(response.content).hexdigest(),
        )
        self._append(request, note)

    def _append(self, request: Request, note: Callable[[int], None]) -> None:
        with self._lock:
            self._transcript.append(request)
            index = len(self._transcript) - 1
        note(index)
        self._progress(index + 1)

    def _pause(self, error: Exception) -> bool | float:
        """Say whether to ask again, and after how many seconds where the provider has said so."""
        if not isinstance(error, NotObservedError) or error.pause is None:
            return False
        if time.monotonic() + error.pause >= self._ends:
            return False
        return error.pause or True


class _ReadOnly(httpx.BaseTransport):
    """Lets nothing out but GET and HEAD."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method not in {"GET", "HEAD"}:
            raise RuntimeError(f"{request.method} {request.url}: this suite only reads")
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class _Rerouted(httpx.BaseTransport):
    """Takes every request to one address. Its Host header still names the origin that was meant."""

    def __init__(self, inner: httpx.BaseTransport, address: str) -> None:
        self._inner = inner
        self._address = httpx.URL(address)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # A request of its own, so that what is recorded and shown still names the origin.
        there = httpx.Request(
            request.method,
            request.url.copy_with(scheme=self._address.scheme, host=self._address.host, port=self._address.port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(there)

    def close(self) -> None:
        self._inner.close()


_SLOW = "ask again; if it stays slow: --timeout SECONDS"


def _failure(answer: Answer) -> NotObservedError | None:
    """Tell an answer that gives nothing to judge from one that does (2xx, and 404 as "not there")."""
    request = f"GET {answer.url}"
    headers, status = answer.headers, answer.status
    if status < 300 or status == 404:  # noqa: PLR2004
        return None
    if status == 429 or (status == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")):  # noqa: PLR2004
        pause = _limit_pause(headers)
        reason = f"answered {status}: rate limit, again in {pause:.0f} s"
        return NotObservedError(request, reason, "wait, or use a token with its own quota", pause=pause)
    if status in _TRANSIENT:
        return NotObservedError(request, f"answered {status}", "ask again: the provider failed", pause=0.0)
    if status == 401:  # noqa: PLR2004
        name = "HEROKU_API_KEY" if answer.url.startswith(HEROKU) else "GITHUB_TOKEN"
        return NotObservedError(request, "answered 401: the token is not valid", f"set {name} to a valid token")
    if status == 403:  # noqa: PLR2004
        missing = headers.get("x-accepted-github-permissions")
        remedy = f"give the token: {missing}" if missing else "give the token's owner access to it"
        return NotObservedError(request, f"answered 403: {_message(answer)}", remedy)
    return NotObservedError(request, f"answered {status}: {_message(answer)}", "look the request up in its API's docs")


def _limit_pause(headers: Mapping[str, str]) -> float:
    """Give the seconds to wait, as GitHub's and Heroku's rate limit docs have it."""
    if (after := headers.get("retry-after", "")).isdigit():
        return float(after)
    reset, now = headers.get("x-ratelimit-reset", ""), _date(headers.get("date"))
    if reset.isdigit() and now:
        return max(1.0, float(reset) - now.timestamp())
    return _SECONDARY_LIMIT_PAUSE


def _message(answer: Answer) -> str:
    """Give the provider's own words, where it has some."""
    try:
        return str(answer.json().get("message", "no reason given"))[:200]
    except (ValueError, AttributeError):
        return "no reason given"


def _date(value: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
