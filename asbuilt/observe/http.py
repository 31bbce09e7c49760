"""The only HTTP of the project: read-only, bounded, patient, and on the record.

At most sixteen requests are in flight. GET and HEAD are the only methods that can leave. What is sent (tokens X
"""

import hashlib
import json
import re
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qsl, urlencode

import stamina

# httpx has a command of its own, which draws on terminals, and what that imports takes as long as all the rest of it.
sys.modules["httpx._main"] = None  # type: ignore[assignment]
import httpx  # noqa: E402 - after the line above

del sys.modules["httpx._main"]

from asbuilt import __version__  # noqa: E402 - after the lines above
from asbuilt.github_server import server_of  # noqa: E402
from asbuilt.model import Request  # noqa: E402
from asbuilt.observe.certificates import problem  # noqa: E402
from asbuilt.observe.credentials import Tokens  # noqa: E402
from asbuilt.observe.endpoints import GITHUB as GITHUB  # noqa: E402, PLC0414 - who asks knows them from here
from asbuilt.observe.endpoints import HEROKU as HEROKU  # noqa: E402, PLC0414 - as above
from asbuilt.observe.endpoints import is_of_a_provider  # noqa: E402
from asbuilt.observe.kept_bodies import kept  # noqa: E402
from asbuilt.observe.single_sign_on import signing_on  # noqa: E402
from asbuilt.withholding import WITHHELD, foreign  # noqa: E402

IN_FLIGHT = 16
ATTEMPTS = 3
MOST_OF_AN_ANSWER = 16 * 2**20
MOST_OF_A_PROBE = 2**20
_BACKOFF, _LONGEST_BACKOFF = 0.2, 1.4  # of three attempts, jitter of a second included
_MOST_REDIRECTS = 5
_SECONDARY_LIMIT_PAUSE = 60.0
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_UNCHANGED = 304
_WITH_BODY = frozenset({200, 206})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_OF_A_SKEW = 3_600.0  # seconds between this machine's clock and the providers'
_MOST_OF_A_MESSAGE = 200
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
# What we ask with, and how the next page of a list is named. Whatever else a provider sends us to may be a secret.
_PARAMETERS = frozenset(
    {
        "page",
        "per_page",
        "protected",
        "after",
        "before",
        "branch",
        "created",
        "environment",
        "event",
        "exclude_pull_requests",
        "filter",
        "products",
        "status",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Header names are lower case.

    `url` is what was asked, before any redirect within its origin. The body of a probe may be its beginning alone.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body. Raises ValueError with what was found instead of JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("content-type", "no content type").partition(";")[0]
            raise ValueError(f"{len(self.body)} bytes of {kind} that are not JSON") from error


class NotObservedError(Exception):
    """A request that gave nothing to judge: the request, the reason, and the remedy.

    Texts for people: "GET URL", "answered 503", "ask again: the provider failed". `pause` is how many seconds to wait
    before asking again: 0 for the usual backoff, None where asking again changes nothing.
    """

    def __init__(self, request: str, reason: str, remedy: str, *, pause: float | None = None) -> None:
        super().__init__(f"{request} {reason}")
        self.request = request
        self.reason = reason
        self.remedy = remedy
        self.pause = pause


class CertificateError(NotObservedError):
    """An app's certificate turns every visitor away: `problem` says why, as what is said of "its certificate".

    "expired on 2026-04-30 12:00 UTC", "is self-signed"
    """

    def __init__(self, request: str, problem: str) -> None:
        super().__init__(request, f"could not be reached: its certificate {problem}", "renew the app's certificate")
        self.problem = problem


class Client:
    """Asks the real origins, or a sandbox in their place, and keeps the transcript.

    Threads may share it. Tokens go to the two providers' own addresses alone, never to an app, and no redirect of an
    API is followed to another origin. Each attempt has the `timeout`, and no attempt begins behind the `deadline` of
    the run.
    """

    def __init__(
        self,
        tokens: Tokens,
        *,
        github: str = GITHUB,
        route_to: str | None = None,
        timeout: float = 10.0,
        deadline: float = 120.0,
        transport: httpx.BaseTransport | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`github` is where the API of the GitHub is that is asked; its token goes there alone.

        `route_to` is the address of a sandbox that answers for every origin; times are seconds.
        """
        self._tokens = tokens
        self.github = github
        self._timeout = timeout
        self._progress = progress
        self._slots = threading.BoundedSemaphore(IN_FLIGHT)
        self._known: dict[tuple[str, str], Answer] | None = None
        self._begin(deadline, ATTEMPTS)
        limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        if route_to:
            # A sandbox is asked directly, whatever proxy the environment names for the real providers. It speaks
            # plain HTTP: nobody's certificate is trusted, and a bundle of them need not be read.
            nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            transport = _Rerouted(
                transport or httpx.HTTPTransport(verify=nobody, limits=limits, trust_env=False), route_to
            )
        common: dict[str, Any] = {
            "timeout": httpx.Timeout(timeout),
            "headers": {"User-Agent": f"asbuilt/{__version__}"},
            # Each request is a stranger's: no app can make another answer differently, nor pin a probe to one dyno.
            "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            "event_hooks": {"request": [_only_read]},
        }
        try:
            self._http = httpx.Client(transport=transport, limits=limits, **common)
        except (ImportError, ValueError) as error:
            self._http = httpx.Client(transport=_NoProxy(str(error)), **common)

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def fresh(self, deadline: float) -> "Client":
        """Give a client for one of many looks: its own transcript and deadline, over the connections of this one.

        It asks an API once, and not again where that fails: the next look does. What an earlier look was answered is
        asked for by its ETag, and an answer that says "unchanged" is that answer again. Not to be closed by itself.
        """
        if self._known is None:
            self._known = {}
        other = copy(self)
        other._begin(deadline, 1)  # noqa: SLF001 - of its own kind
        return other

    def _begin(self, deadline: float, attempts: int) -> None:
        """Begin with an empty record; `attempts` are those at an API."""
        self._ends = time.monotonic() + deadline
        self._attempts_at_an_api = attempts
        self._lock = threading.Lock()
        self._transcript: list[Request] = []
        self._bodies: dict[str, str] = {}
        self._remaining: int | None = None
        self._providers_are_trusted = True

    @property
    def remaining(self) -> int | None:
        """How many requests Heroku says that the account has left, at the least; None where it said nothing."""
        with self._lock:
            return self._remaining

    @property
    def left(self) -> float:
        """How many seconds there are until the deadline of the run."""
        return self._ends - time.monotonic()

    @property
    def transcript(self) -> tuple[Request, ...]:
        """Every request so far, in the order in which the answers came.

        Each attempt is one, those without an answer included, and each redirect that was followed: where an answer came
        from is the last of a fact's. A fact's `requests` are indices into it.
        """
        with self._lock:
            return tuple(self._transcript)

    @property
    def bodies(self) -> dict[str, str]:
        """What is kept of the bodies so far, each once, by the digest that the transcript has of it.

        Secrets stand in it as the providers sent them.
        """
        with self._lock:
            return dict(self._bodies)

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, note: Callable[[int], None] = lambda _: None
    ) -> Answer:
        """Ask an API, following its redirects within its origin; transient failures are asked again.

        An answer that comes back has a status below 300, or is a 404. Three attempts at most, of a fresh client one:
        after a rate limit, a 500, 502, 503 or 504, and where the connection failed, but not after a timeout. The pause
        that a provider names is kept where the deadline allows it; where it does not, that was the last attempt.

        `note` receives the transcript index of every attempt. Raises NotObservedError.
        """
        for attempt in self._attempts(self._attempts_at_an_api):
            with attempt:
                answer = self._followed(url, {**self._authorization(url), **(headers or {})}, note)
                if (failure := _failure(answer, self.github)) is not None:
                    raise failure
                return answer
        raise AssertionError("unreachable: the last attempt returns or raises")

    def look(self, url: str, headers: Mapping[str, str] | None = None) -> tuple[Answer, NotObservedError | None]:
        """Ask an API once: whatever it answers, and why that gives nothing to judge; None where it does.

        For whoever has seconds: nothing is asked again. Raises NotObservedError where no answer came.
        """
        answer = self._followed(url, {**self._authorization(url), **(headers or {})}, lambda _: None)
        return answer, _failure(answer, self.github)

    def probe(self, url: str, note: Callable[[int], None] = lambda _: None) -> Answer:
        """Ask an app's own URL, again only where no answer came: whatever it answers is the observation.

        `note` receives the transcript index of every attempt. No token is sent, and no cookie.

        A redirect is an answer too. Of a long body the beginning is read. Raises NotObservedError, as CertificateError
        where the app's certificate turns its visitors away.
        """
        for attempt in self._attempts(ATTEMPTS):
            with attempt:
                return self._once(url, {"Accept": "*/*"}, note, MOST_OF_A_PROBE, probe=True)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _attempts(self, most: int) -> Iterator[stamina.Attempt]:
        return iter(stamina.retry_context(on=self._pause, attempts=most, timeout=None, wait_initial=_BACKOFF))

    def _authorization(self, url: str) -> dict[str, str]:
        for origin, token in ((HEROKU, self._tokens.heroku), (self.github, self._tokens.github)):
            if token and url.startswith(f"{origin}/"):
                return {"Authorization": f"Bearer {token}"}
        return {}

    def _followed(self, url: str, headers: Mapping[str, str], note: Callable[[int], None]) -> Answer:
        """Ask, and again where an answer sends elsewhere in the same origin. Raises NotObservedError."""
        answer = self._once(url, headers, note, MOST_OF_AN_ANSWER)
        for _ in range(_MOST_REDIRECTS):
            if (there := _redirect(answer)) is None:
                return replace(answer, url=url)
            if _origin(there) != _origin(httpx.URL(url)):
                reason = f"was redirected to another origin, {foreign(_named(there))}"
                raise NotObservedError(f"GET {shown(url)}", reason, _ELSEWHERE)
            answer = self._once(str(there), headers, note, MOST_OF_AN_ANSWER)
        if _redirect(answer) is None:
            return replace(answer, url=url)
        raise NotObservedError(f"GET {shown(url)}", f"answered with more than {_MOST_REDIRECTS} redirects", _ELSEWHERE)

    def _once(
        self, url: str, headers: Mapping[str, str], note: Callable[[int], None], most: int, *, probe: bool = False
    ) -> Answer:
        """Ask once, and put that on the record. Raises NotObservedError where no whole answer came."""
        place = (url, headers.get("Range", ""))
        known = self._known.get(place) if self._known and not probe else None
        condition = {"If-None-Match": known.headers["etag"]} if known else {}
        with self._slots:
            began = time.monotonic()
            if began > self._ends:
                raise NotObservedError(f"GET {shown(url)}", "was not asked: the run's deadline has passed", _LATE)
            with (
                self._recorded(url, began, note, probe=probe),
                self._http.stream("GET", url, headers={**headers, **condition}, follow_redirects=False) as response,
            ):
                body = self._body(response, began, most)
            answer = Answer(url, response.status_code, response.headers, body)
            if known and _is_unchanged(answer, known):
                answer = known
            said = "" if probe else kept(url, answer.status, answer.body, self.github)
            self._record(response, answer, headers.get("Range", ""), said, time.monotonic() - began, note)
        if len(body) > most and not probe:
            raise NotObservedError(f"GET {shown(url)}", f"answered more than {most // 2**20} MiB", "ask again")
        if self._known is not None and not probe:
            self._remember(place, answer)
        return answer

    def _remember(self, place: tuple[str, str], answer: Answer) -> None:
        """Keep an answer, to ask for it by its ETag the next time; one without takes the place of what was kept."""
        if self._known is None:
            return
        if answer.status in _WITH_BODY and "etag" in answer.headers:
            self._known[place] = replace(answer, headers=dict(answer.headers))
        else:
            self._known.pop(place, None)

    def _body(self, response: httpx.Response, began: float, most: int) -> bytes:
        """Read as much of the body as matters. A body that trickles on is no answer in time."""
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most:
                break
            if time.monotonic() - began > self._timeout:
                raise httpx.ReadTimeout("the body goes on")
        return bytes(body[: most + 1])

    @contextmanager
    def _recorded(self, url: str, began: float, note: Callable[[int], None], *, probe: bool) -> Iterator[None]:
        """Put a request without an answer on the record, and say what happened in plain words."""
        try:
            yield
        except httpx.TimeoutException as error:
            self._append(_unanswered(url, began, "no answer"), note)
            raise NotObservedError(f"GET {shown(url)}", f"gave no answer within {self._timeout:g} s", _SLOW) from error
        except (httpx.LocalProtocolError, httpx.InvalidURL, ValueError):
            # Their texts quote what was to be sent, tokens included.
            reason = "could not be sent: its URL, the token or a redirect is malformed"
            self._append(_unanswered(url, began, reason), note)
            raise NotObservedError(f"GET {shown(url)}", reason, "correct the URL or the token") from None
        except httpx.HTTPError as error:
            wrong = self._certificate_problem(error, url, probe=probe)
            reason = f"could not be reached: {f'its certificate {wrong}' if wrong else foreign(str(error))}"
            self._append(_unanswered(url, began, reason), note)
            if wrong and probe:
                raise CertificateError(f"GET {shown(url)}", wrong) from error
            remedy = _DISTRUSTED if wrong else "check the network and the URL"
            pause = None if wrong else 0.0
            raise NotObservedError(f"GET {shown(url)}", reason, remedy, pause=pause) from error

    def _certificate_problem(self, error: Exception, url: str, *, probe: bool) -> str:
        """Say what is wrong with the certificate of a host; nothing where this machine may be what is wrong.

        So it is where a provider's own certificate was refused too, and where its clock differs from the providers'.
        """
        told = [each.date for each in self.transcript if each.date and is_of_a_provider(each.url, self.github)]
        off = abs((datetime.now(UTC) - max(told)).total_seconds()) > _MOST_OF_A_SKEW if told else False
        wrong = problem(error, url, self._timeout, is_clock_right=not off)
        if wrong and not probe:
            self._providers_are_trusted = False
        return wrong if not probe or self._providers_are_trusted else ""

    def _record(
        self,
        response: httpx.Response,
        answer: Answer,
        page: str,
        said: str,
        seconds: float,
        note: Callable[[int], None],
    ) -> None:
        """Put a response on the record; `answer` is what it says, `said` what is kept of its body."""
        headers, url = response.headers, answer.url
        if url.startswith(f"{HEROKU}/") and (told := headers.get("ratelimit-remaining", "")).isdecimal():
            with self._lock:
                self._remaining = min(int(told), int(told) if self._remaining is None else self._remaining)
        request = Request(
            method="GET",
            url=shown(url),
            status=response.status_code,
            date=_date(headers.get("date")),
            seconds=round(seconds, 4),
            etag=headers.get("etag", ""),
            request_id=headers.get("request-id") or headers.get("x-github-request-id", ""),
            sha256=hashlib.sha256(said.encode()).hexdigest() if said else "",
            page=page,
            following=_following(answer) if is_of_a_provider(url, self.github) else "",
        )
        self._append(request, note, said)

    def _append(self, request: Request, note: Callable[[int], None], said: str = "") -> None:
        with self._lock:
            if said:
                self._bodies[request.sha256] = said
            self._transcript.append(request)
            index = len(self._transcript) - 1
        note(index)
        self._progress(index + 1)

    def _pause(self, error: Exception) -> bool | float:
        """Say whether to ask again, and after how many seconds where the provider has said so."""
        if not isinstance(error, NotObservedError) or error.pause is None:
            return False
        if time.monotonic() + (error.pause or _LONGEST_BACKOFF) >= self._ends:
            return False
        return error.pause or True


def _only_read(request: httpx.Request) -> None:
    """Let nothing out but GET and HEAD."""
    if request.method not in {"GET", "HEAD"}:
        raise RuntimeError(f"{request.method} {request.url}: this suite only reads")


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


class _NoProxy(httpx.BaseTransport):
    """Stands for a proxy of the environment that cannot be used: to go around it is not ours to decide."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ProxyError(f"the environment's proxy: {self._reason}", request=request)


_SPENT = "wait for it (--deadline SECONDS), or use a token with its own quota"
_LATE = "give the run more time: --deadline SECONDS"
_SLOW = "ask again; if it stays slow: --timeout SECONDS, and --deadline SECONDS for the whole run"
_ELSEWHERE = "ask again; if it stays, a proxy answers in its place"
_DISTRUSTED = "check the network, its proxies, the clock and the certificates that this machine trusts (SSL_CERT_FILE)"


def shown(url: str) -> str:
    """Give a URL as it may be shown: without userinfo, and of its query what we ask with ourselves.

    All else of the query is one mark that something is withheld.
    """
    address, mark, query = foreign(url.partition("?")[0]), *url.partition("?")[1:]
    if not mark or {name for name, _ in parse_qsl(query, keep_blank_values=True)} <= _PARAMETERS:
        return address + mark + query
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name in _PARAMETERS]
    return f"{address}?{'&'.join(filter(None, (urlencode(kept), WITHHELD)))}"


def _unanswered(url: str, began: float, error: str) -> Request:
    return Request("GET", shown(url), None, None, round(time.monotonic() - began, 4), error=error)


def _following(answer: Answer) -> str:
    """Give what an answer names to ask for next, as it may be shown; nothing where it names nothing."""
    if there := _redirect(answer):
        return shown(str(there))
    page = next_page(answer.headers)
    return shown(page) if page else foreign(answer.headers.get("next-range", ""))


def _is_unchanged(answer: Answer, known: Answer) -> bool:
    """Tell whether an answer says that what is known still stands, by the ETag that it was asked for with.

    https://devcenter.heroku.com/articles/platform-api-reference#caching
    """
    etag = known.headers["etag"]
    named = answer.headers.get("etag", etag)
    return answer.status == _UNCHANGED and named.removeprefix("W/") == etag.removeprefix("W/")


def next_page(headers: Mapping[str, str]) -> str:
    """Give the address of a list's next page by its `Link` header; nothing behind the last one."""
    found = _NEXT.search(headers.get("link", ""))
    return found[1] if found else ""


def _redirect(answer: Answer) -> httpx.URL | None:
    """Give where an answer sends; nothing where it is no redirect."""
    location = answer.headers.get("location")
    return httpx.URL(answer.url).join(location) if answer.status in _REDIRECTS and location else None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _named(origin: httpx.URL) -> str:
    """Give an origin as it may be shown."""
    named = f"{origin.scheme}://{origin.netloc.decode('ascii', 'replace')}"
    return named if len(named) <= _MOST_OF_A_MESSAGE else f"{named[: _MOST_OF_A_MESSAGE - 1]}…"


def _failure(answer: Answer, github: str) -> NotObservedError | None:
    """Tell an answer that gives nothing to judge from one that does (2xx, and 404 as "not there")."""
    request = f"GET {shown(answer.url)}"
    headers, status = answer.headers, answer.status
    server = server_of(github)
    sso = headers.get("x-github-sso", "") if answer.url.startswith(f"{github}/") else ""
    if refused := signing_on(sso, server):
        return NotObservedError(request, f"answered {status}: {refused.reason}", refused.remedy)
    if status < 300 or status == 404:  # noqa: PLR2004
        return None
    if status == 429 or (status == 403 and _is_limit(answer)):  # noqa: PLR2004
        pause = _limit_pause(headers)
        reason = f"answered {status}: rate limit, again in {pause:.0f} s"
        return NotObservedError(request, reason, _SPENT, pause=pause)
    if status in _TRANSIENT:
        return NotObservedError(request, f"answered {status}", "ask again: the provider failed", pause=0.0)
    if status == 401:  # noqa: PLR2004
        of_github = "GH_ENTERPRISE_TOKEN" if server.is_server else "GITHUB_TOKEN"
        name = "HEROKU_API_KEY" if answer.url.startswith(f"{HEROKU}/") else of_github
        return NotObservedError(request, "answered 401: the token is not valid", f"set {name} to a valid token")
    if status == 403:  # noqa: PLR2004
        missing = headers.get("x-accepted-github-permissions")
        remedy = f"give the token: {missing}" if missing else "give the token's owner access to it"
        return NotObservedError(request, f"answered 403: {_message(answer)}", remedy)
    return NotObservedError(request, f"answered {status}: {_message(answer)}", "look the request up in its API's docs")


def _is_limit(answer: Answer) -> bool:
    """Tell a rate limit that GitHub answers as 403: the secondary one may say so in its message alone."""
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    return spent or "retry-after" in answer.headers or "secondary rate limit" in _message(answer)


def _limit_pause(headers: Mapping[str, str]) -> float:
    """Give the seconds to wait, as GitHub's and Heroku's rate limit docs have it."""
    if (after := headers.get("retry-after", "")).isdecimal():
        return float(after)
    reset, now = headers.get("x-ratelimit-reset", ""), _date(headers.get("date"))
    # What is left of a secondary limit says nothing of the primary one's reset.
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal() and now:
        return max(1.0, float(reset) - now.timestamp())
    return _SECONDARY_LIMIT_PAUSE


def _message(answer: Answer) -> str:
    """Give the provider's own words on one line, where it has some."""
    try:
        words = foreign(str(answer.json()["message"]))
    except (ValueError, LookupError, TypeError):
        return "no reason given"
    if len(words) > _MOST_OF_A_MESSAGE:
        words = f"{words[: _MOST_OF_A_MESSAGE - 1]}…"
    return "".join(each if each.isprintable() else " " for each in words)


def _date(value: str | None) -> datetime | None:
    """Read a Date header. One that is no date is none; one without a zone is UTC (RFC 5322, 4.3)."""
    try:
        date = parsedate_to_datetime(value or "")
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
