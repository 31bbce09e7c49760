"""GitHub's API of issues, for those who write there: bounded, in time, and within one origin."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import requests

from asbuilt import __version__, texts
from asbuilt.alert.issues.github_refusals import NotAnsweredError, refusal, unreached
from asbuilt.github_server import GitHubServer, server_of
from asbuilt.withholding import Secret, Secrets, foreign

T = TypeVar("T")

ATTEMPTS = 3
PAGE = 100
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": f"asbuilt/{__version__}",
}
_TIMES_OUT = (5.0, 15.0)  # to connect, and between two bytes
_DEADLINE = 30.0
_MOST_OF_AN_ANSWER = 16 * 2**20
_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 307, 308})  # GitHub: the same method again, which 303 would not be
# https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
_BETWEEN_WRITES = 1.0
_LONGEST_PAUSE = 10.0  # whoever is told to stop has half a minute, and the next run tries again
_BACKOFF = 2.0
_MOST_OF_A_MESSAGE = 300
_IN_A_HEADER = re.compile(r"[!-~]{1,2000}")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A whole answer; names of headers are in any case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Bearer(requests.auth.AuthBase):
    """Puts the token into a request. Without an own one, requests would put what `.netrc` has in its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class GitHub:
    """Asks for the issues of one repository, and writes them.

    The token goes to the API's own origin alone. Writes have a second between them, as GitHub asks for. `pause` waits.
    """

    def __init__(self, repository: str, token: str, api: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.repository = repository
        self.api = api.rstrip("/")
        self.pause = pause
        self._secrets = Secrets.of([Secret("the token", token)])
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._fits_a_header = _IN_A_HEADER.fullmatch(token) is not None
        self._session.headers.update(_HEADERS)
        self._has_written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()

    def get(self, path: str, **query: str | int) -> Any:
        """Ask for what is at a path behind the repository's. Raises NotAnsweredError."""
        return self._parsed(self._answered("GET", self._address(path), query=query))

    def listed(self, path: str, most_pages: int, **query: str | int) -> Iterator[dict[str, Any]]:
        """Walk a list page by page, up to so many pages. Raises NotAnsweredError."""
        address, asked = self._address(path), {**query, "per_page": PAGE}
        for _ in range(most_pages):
            answer = self._answered("GET", address, query=asked)
            found = self._parsed(answer)
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise NotAnsweredError(f"{self._host} answered with no list", "look at its API's address")
            yield from found
            links = requests.utils.parse_header_links(answer.headers.get("Link", ""))
            following = next((each["url"] for each in links if each.get("rel") == "next"), "")
            if not following:
                return
            address, asked = self._within(answer.url, following), {}

    def write(self, method: str, path: str, document: Mapping[str, Any]) -> Any:
        """Write to a path behind the repository's, and give what stands there now. Raises NotAnsweredError."""
        if self._has_written:
            self.pause(_BETWEEN_WRITES)
        self._has_written = True
        return self._parsed(self._answered(method, self._address(path), document=document))

    @property
    def _host(self) -> str:
        return urlsplit(self.api).netloc

    def _address(self, path: str) -> str:
        return f"{self.api}/repos/{quote(self.repository)}{path}"

    def _answered(
        self,
        method: str,
        address: str,
        *,
        query: Mapping[str, str | int] | None = None,
        document: Mapping[str, Any] | None = None,
    ) -> _Answer:
        """Send a request, and again where an answer sends elsewhere in the API. Raises NotAnsweredError."""
        if not self._fits_a_header:  # what is raised below quotes the token
            raise NotAnsweredError(
                "the token is malformed: no header can hold it", "set the variable that holds it again"
            )
        answer = self._sent(method, address, query, document)
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in _REDIRECTS or not answer.headers.get("Location"):
                break
            address = self._within(answer.url, answer.headers["Location"])
            answer = self._sent(method, address, None, document)
        if 200 <= answer.status < 300:  # noqa: PLR2004
            return answer
        raise refusal(answer.status, answer.headers, self._message(answer), self._server)

    def _within(self, before: str, location: str) -> str:
        """Give where an answer sends to. Raises NotAnsweredError for what is not the API: the token stays there."""
        there = urljoin(before, location)
        if not there.startswith(f"{self.api}/") or "/../" in urlsplit(there).path:
            host = texts.line(foreign(urlsplit(there).netloc), _MOST_OF_A_MESSAGE)
            raise NotAnsweredError(
                f"{self._host} sends to {host or 'nowhere'}, which is not its API", "look at the API's address"
            )
        return there

    def _sent(
        self, method: str, address: str, query: Mapping[str, str | int] | None, document: Mapping[str, Any] | None
    ) -> _Answer:
        """Send one request, and read its answer up to a bound. Raises NotAnsweredError where no whole one came."""
        began = time.monotonic()
        try:
            with self._session.request(
                method,
                address,
                params=query,
                json=document,
                timeout=_TIMES_OUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _body(response, began)
        except requests.Timeout:
            raise NotAnsweredError(
                f"{self._host} gave no answer in time", "try again: the provider or the network is slow", pause=0.0
            ) from None
        except requests.RequestException as error:
            raise unreached(self._host, error, self._fit) from None
        if len(body) > _MOST_OF_AN_ANSWER:
            raise NotAnsweredError(f"{self._host} answered more than {_MOST_OF_AN_ANSWER // 2**20} MiB", "try again")
        return _Answer(address, response.status_code, response.headers, body)

    def _parsed(self, answer: _Answer) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise NotAnsweredError(
                f"{self._host} answered {answer.status} with what is no JSON", "look at the API's address and the proxy"
            ) from None

    @property
    def _server(self) -> GitHubServer:
        try:
            return server_of(self.api)
        except ValueError:
            return GitHubServer(self.api, self._host)

    def _message(self, answer: _Answer) -> str:
        """Give GitHub's own words, and what it says of each field, on one line."""
        try:
            document = json.loads(answer.body)
            more = [each.get("message") or f"{each['field']} {each['code']}" for each in document.get("errors") or ()]
            words = ", ".join(map(str, [document["message"], *more]))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return "no reason given"
        return self._fit(words)

    def _fit(self, words: str) -> str:
        return texts.line(self._secrets.hide(foreign(words)), _MOST_OF_A_MESSAGE)


def tried(what: Callable[[], T], pause: Callable[[float], None]) -> T:
    """Do something, and again where GitHub failed for a moment: what is done twice has to recognise itself.

    Behind a while that was the last attempt: others wait to be called too. Raises NotAnsweredError.
    """
    began = time.monotonic()
    for attempt in range(1, ATTEMPTS):
        try:
            return what()
        except NotAnsweredError as error:
            if error.pause is None or error.pause > _LONGEST_PAUSE or time.monotonic() - began > _DEADLINE:
                raise
            pause(max(error.pause, _BACKOFF * attempt))
    return what()


def _body(response: requests.Response, began: float) -> bytes:
    """Read a body up to a bound, and up to a time: one that trickles on is no answer."""
    body = bytearray()
    for chunk in response.iter_content(2**16):
        body += chunk
        if len(body) > _MOST_OF_AN_ANSWER:
            break
        if time.monotonic() - began > _DEADLINE:
            raise requests.Timeout
    return bytes(body)
