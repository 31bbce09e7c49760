"""What it means that GitHub's API of issues refuses something, or does not answer, and what to do about it.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from asbuilt import texts
from asbuilt.github_server import GitHubServer
from asbuilt.observe.single_sign_on import signing_on

_TRANSIENT = frozenset({500, 502, 503, 504})
_LIMIT_PAUSE = 60.0
_MOST_OF_A_MESSAGE = 300
_WRITE = "Issues: write (in a workflow `permissions: issues: write`)"


class NotAnsweredError(Exception):
    """GitHub did not do what it was asked for: the fact, and what to do, as people are told.

    `pause` is how many seconds to wait before it is asked again; None where that changes nothing. `status` is that of
    the answer, 0 without one.
    """

    def __init__(self, fact: str, remedy: str, *, pause: float | None = None, status: int = 0) -> None:
        super().__init__(f"{fact}: {remedy}")
        self.fact = fact
        self.remedy = remedy
        self.pause = pause
        self.status = status


def unreached(host: str, error: requests.RequestException, fit: Callable[[str], str]) -> NotAnsweredError:
    """Say why no answer came; `fit` makes what the system says of it fit to be shown."""
    if isinstance(error, requests.exceptions.SSLError):
        return NotAnsweredError(
            f"the certificate of {host} is not trusted: {fit(_innermost(error))}",
            "look at the clock, the proxy and REQUESTS_CA_BUNDLE of this machine",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return NotAnsweredError(
            f"{host} could not be reached through the proxy", "look at HTTPS_PROXY and NO_PROXY", pause=0.0
        )
    return NotAnsweredError(f"{host} could not be reached: {fit(_innermost(error))}", "check the network", pause=0.0)


def refusal(status: int, headers: Mapping[str, str], said: str, server: GitHubServer) -> NotAnsweredError:
    """Say what an answer means that is none to go on with."""
    if refused := signing_on(headers.get("X-GitHub-SSO", ""), server):
        return NotAnsweredError(f"GitHub answered {status}: {refused.reason}", refused.remedy, status=status)
    if status == 429 or (status == 403 and _is_limit(headers, said)):  # noqa: PLR2004
        pause, until = _limit(headers)
        fact = f"GitHub answered {status}: rate limit, until {until:%Y-%m-%d %H:%M} UTC"
        return NotAnsweredError(fact, "try again then", pause=pause, status=status)
    if status in _TRANSIENT:
        return NotAnsweredError(f"GitHub answered {status}", "try again: the provider failed", pause=0.0, status=status)
    remedy = "look the answer up in the docs of GitHub's API for issues"
    match status:
        case 401:
            remedy = "set the variable that holds the token of this step to a valid one"
        case 403:
            needed = texts.line(headers.get("X-Accepted-GitHub-Permissions", ""), _MOST_OF_A_MESSAGE)
            remedy = f"give the token {needed or _WRITE}, and its owner the role Write there"
            if "archived" in said.lower():
                remedy = "name a repository that is not archived"
        case 404:
            remedy = (
                f"name a repository that is there, and give the token {_WRITE} for it; "
                "a workflow's own GITHUB_TOKEN sees its own repository alone"
            )
        case 410:
            remedy = "turn on Issues in the settings of the repository, or name another one"
    return NotAnsweredError(f"GitHub answered {status}: {said}", remedy, status=status)


def _innermost(error: BaseException) -> str:
    """Give what the operating system or TLS said, without the address that was asked, which requests puts around it."""
    found, words = error, ""
    for _ in range(10):
        if isinstance(found, OSError) and found.strerror:
            words = found.strerror
        reason = getattr(found, "reason", None)
        inner = reason if isinstance(reason, BaseException) else found.args[0] if found.args else None
        following = inner if isinstance(inner, BaseException) else found.__cause__ or found.__context__
        if following is None:
            break
        found = following
    return words or type(found).__name__


def _is_limit(headers: Mapping[str, str], said: str) -> bool:
    spent = headers.get("X-RateLimit-Remaining") == "0"
    return spent or "Retry-After" in headers or "rate limit" in said.lower()


def _limit(headers: Mapping[str, str]) -> tuple[float, datetime]:
    """Give how many seconds to wait, and until when that is, as GitHub's docs on rate limits have it."""
    now = datetime.now(UTC)
    with suppress(ValueError, OverflowError):
        now = parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
    pause, after, reset = _LIMIT_PAUSE, headers.get("Retry-After", ""), headers.get("X-RateLimit-Reset", "")
    if after.isascii() and after.isdecimal():
        pause = float(after)
    elif headers.get("X-RateLimit-Remaining") == "0" and reset.isascii() and reset.isdecimal():
        pause = max(1.0, float(reset) - now.timestamp())
    return pause, now + timedelta(seconds=min(pause, timedelta(days=1).total_seconds()))
