"""The monitor of the monitor: a service somewhere else hears when a run begins and how it ends, and misses it.

A run that never came, or was killed, says nothing of itself. Whoever expects a ping of each run notices its silence:
healthchecks.io and what speaks its convention (https://healthchecks.io/docs/http_api/), or Sentry's cron check-ins
(https://docs.sentry.io/product/crons/getting-started/http/), known by the path of their address.

Success says that somebody looked to the end and left a record, whatever was found: drift has alerts of its own. The
address is a secret, of which a person is told the host alone. A ping that fails changes nothing but one line.
"""

import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from uuid import uuid4

from asbuilt.texts import line

VARIABLE = "ASBUILT_HEARTBEAT_URL"
MOST_OF_A_BODY = 10_000  # healthchecks.io takes 100 kB, a server of one's own by default a tenth of that
DEADLINE = 10.0
_TIMEOUT = 4.0
_PAUSE = 0.5
_ATTEMPTS = 2
_MINUTE = 60.0
_MOST_OF_AN_ANSWER = 200
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_SENTRY = re.compile(r".*/api/\d+/cron/[^/]+/[0-9A-Za-z]+/?")
# healthchecks.io answers 200 also where it has noted nothing, and says so in the body.
_REFUSED = {"(not found)": "it knows no check of this address", "(rate limited)": "it takes five pings a minute"}
_LEAST_OF_A_KEY = 16


class RunKind(StrEnum):
    """The kinds of runs, each of which can have an address of its own."""

    LIVE = "live"
    STATIC = "static"
    WATCH = "watch"
    ALERT = "alert"


class Ping(StrEnum):
    """What is told of a run, as healthchecks.io has it at the end of the path."""

    START = "start"
    SUCCESS = ""
    FAIL = "fail"
    LOG = "log"


_OF_SENTRY = {Ping.START: "in_progress", Ping.SUCCESS: "ok", Ping.FAIL: "error"}
# Five pings a minute are taken of one check. What is the more urgent finds room where the less urgent no longer does.
_MOST_A_MINUTE = {Ping.LOG: 2, Ping.START: 3, Ping.SUCCESS: 4, Ping.FAIL: 5}
_SAYS = {
    Ping.START: "that the run began",
    Ping.SUCCESS: "that the run came to its end",
    Ping.FAIL: "that the run failed",
    Ping.LOG: "what the run says",
}


class _NotToldError(Exception):
    """Why a ping did not arrive, and whether another attempt may help."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again


def variable_of(environ: Mapping[str, str], kind: str) -> str:
    """Name the variable that holds the address of a kind of run, empty where none does.

    That of the kind itself wins. The checks of files have none but their own: they run on each pull request and on each
    laptop, and any of these would pass for the night's look that did not come.
    """
    own = f"{VARIABLE}_{kind.upper()}"
    names = (own,) if kind == RunKind.STATIC else (own, VARIABLE)
    return next((each for each in names if environ.get(each, "").strip()), "")


def unheard(environ: Mapping[str, str]) -> dict[str, str]:
    """Give an environment in which a run tells nobody of itself: one that is made for the sake of another."""
    return {name: value for name, value in environ.items() if not name.startswith(VARIABLE)}


def secrets_in(address: str) -> Iterator[str]:
    """Give what of an address lets anybody ping in its owner's name: the whole, and the keys in it."""
    if not _is_address(address):
        return
    yield address
    parts = urlsplit(address)
    values = (each.partition("=")[2] for each in parts.query.split("&"))
    for each in map(unquote, (*parts.path.split("/"), *values, parts.password or "")):
        if len(each) >= _LEAST_OF_A_KEY and re.search(r"\d", each) and re.search(r"[A-Za-z]", each):
            yield each


def _say(text: str) -> None:
    sys.stderr.write(f"asbuilt: {text}\n")


@dataclass(slots=True)
class Heartbeat:
    """Tells one address of one run after the other; without an address it tells nobody.

    A process that looks again and again keeps one: `start` begins the next run, and what is told until the next one
    has its id.
    """

    address: str = ""
    say: Callable[[str], None] = _say
    clock: Callable[[], float] = time.monotonic
    run: str = field(default_factory=lambda: str(uuid4()))
    _sent: deque[float] = field(default_factory=lambda: deque(maxlen=max(_MOST_A_MINUTE.values())))

    @classmethod
    def of(
        cls, environ: Mapping[str, str], kind: str, *, rehearsal: bool = False, say: Callable[[str], None] = _say
    ) -> "Heartbeat":
        """Give the heartbeat of a kind of run.

        One that only rehearses, in a sandbox, tells nobody who is not on this machine: it has seen nothing that is
        real. An address that is none is said.
        """
        name = variable_of(environ, kind)
        address = environ[name].strip() if name else ""
        if not address:
            return cls(say=say)
        if not _is_address(address):
            say(f"{name} is no address of http or https, so nobody hears of this run; set it to a ping URL")
            return cls(say=say)
        return cls("" if rehearsal and not _is_here(address) else address, say)

    def start(self) -> None:
        """Tell that a run begins."""
        self.run = str(uuid4())
        self._tell(Ping.START)

    def success(self, body: str) -> None:
        """Tell that it came to its end and left its record, with its summary."""
        self._tell(Ping.SUCCESS, body)

    def fail(self, body: str) -> None:
        """Tell that it did not, and why."""
        self._tell(Ping.FAIL, body)

    def log(self, body: str) -> None:
        """Tell something that changes nothing of how the run is taken."""
        self._tell(Ping.LOG, body)

    def _tell(self, ping: Ping, body: str = "") -> None:
        """Tell it in a thread of its own, since nothing else ends a look-up of a name that hangs."""
        if not self.address or (ping is Ping.LOG and _is_sentry(self.address)):
            return
        told: list[str] = []  # why not, empty where it was told; without any, nobody has answered yet
        ended = threading.Event()

        def send() -> None:
            told.append(self._why_not(ping, cut(body)))
            ended.set()

        threading.Thread(target=send, name="heartbeat", daemon=True).start()
        try:
            why = told[0] if ended.wait(DEADLINE) else f"no answer within {DEADLINE:.0f} s"
        except KeyboardInterrupt:
            if ping is Ping.START:
                raise
            why = "it was interrupted"  # what the run came to is known by now, and stays what it is
        if why:
            host = line(urlsplit(self.address).hostname or "")
            self.say(f"heartbeat: {host} was not told {_SAYS[ping]}: {why}; that changes nothing of the run")

    def _why_not(self, ping: Ping, body: bytes) -> str:
        """Send a ping, and say why it was not taken; nothing where it was, or was not urgent enough to be sent."""
        why = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE)
            now = self.clock()
            if sum(now - each < _MINUTE for each in self._sent) >= _MOST_A_MINUTE[ping]:
                too_many = "five pings a minute are taken, and it had them"
                return why or ("" if ping in {Ping.START, Ping.LOG} else too_many)
            self._sent.append(now)
            try:
                _send(self.address, ping, self.run, body)
            except _NotToldError as error:
                why = str(error)
                if not error.again:
                    return why
            except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on; its text may hold the address
                return f"internal error ({type(error).__name__})"
            else:
                return ""
        return why


def cut(body: str) -> bytes:
    """Give a body as it is sent: no longer than any server takes."""
    content = body.encode("utf-8", "replace")
    if len(content) <= MOST_OF_A_BODY:
        return content
    end = b"\n... (cut)\n"
    return content[: MOST_OF_A_BODY - len(end)].decode("utf-8", "ignore").encode() + end


def pinged(address: str, ping: Ping, run: str) -> str:
    """Give the address of a ping: what is told and the run's id, before and behind a query that is there."""
    parts = urlsplit(address)
    if _is_sentry(address):
        added = f"status={_OF_SENTRY[ping]}&check_in_id={run}"
        return _with(parts, parts.path, added)
    path = f"{parts.path.rstrip('/')}/{ping}" if ping else parts.path
    return _with(parts, path, f"rid={run}")


def _with(parts: SplitResult, path: str, added: str) -> str:
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, path, "&".join(filter(None, (parts.query, added))), ""))


def _send(address: str, ping: Ping, run: str, body: bytes) -> None:
    """Send one ping. Raises _NotToldError."""
    import requests

    parts = urlsplit(address)
    named = (unquote(parts.username or ""), unquote(parts.password or "")) if parts.username else None
    is_sentry = _is_sentry(address)
    with requests.Session() as session:
        session.trust_env = not _is_here(address)  # no proxy leads back to this machine
        try:
            with session.request(
                "GET" if is_sentry else "POST",
                pinged(address, ping, run),
                data=None if is_sentry else body,
                headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "asbuilt"},
                auth=named or (lambda request: request),  # else one of ~/.netrc would be sent
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                said = next(answer.iter_content(_MOST_OF_AN_ANSWER), b"").decode("utf-8", "replace")
                status = answer.status_code
        except requests.exceptions.SSLError:
            raise _NotToldError("its certificate is not trusted", again=False) from None
        except requests.exceptions.Timeout:
            raise _NotToldError(f"no answer within {_TIMEOUT:.0f} s", again=True) from None
        except requests.exceptions.RequestException as error:
            raise _NotToldError(f"it could not be reached: {_reason(error)}", again=True) from None
    _heed(status, said)


def _reason(error: BaseException) -> str:
    """Give what the system says of an error; the texts above it hold the address."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, OSError) and below.strerror:
            return below.strerror
        below = below.__cause__ or below.__context__
    return type(error).__name__


def _heed(status: int, said: str) -> None:
    """Take an answer for what it says. Raises _NotToldError."""
    if 300 <= status < 400:  # noqa: PLR2004 - the class of statuses that send elsewhere
        raise _NotToldError(f"it answers {status} and sends elsewhere; set the address that it sends to", again=False)
    if not 200 <= status < 300:  # noqa: PLR2004 - the class of statuses that say yes
        raise _NotToldError(f"it answers {status}", again=status in _RETRIED)
    for words, meaning in _REFUSED.items():
        if words in said:
            raise _NotToldError(f"it answers {line(said.strip(), 40)}: {meaning}", again=False)


def _is_sentry(address: str) -> bool:
    return _SENTRY.fullmatch(urlsplit(address).path) is not None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)


def _is_here(address: str) -> bool:
    """Say whether an address is on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
