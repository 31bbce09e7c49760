"""Turn one question to a provider into one fact: observed, absent, or unobserved with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from asbuilt.model import Absent, Fact, Observed, Unobserved
from asbuilt.observe.http import Answer, Client, NotObservedError, shown
from asbuilt.withholding import foreign

T = TypeVar("T")
_NOT_FOUND = 404
_LONGEST = 80


class NotThereError(Exception):
    """The provider says that it does not exist.

    It answered 404; whether that is the whole truth depends on what the token may see.
    """


class Ask:
    """Asks on behalf of one fact and remembers which requests the fact rests on.

    `requests` are indices into the client's transcript, one for each attempt; `last_url` is what was asked last.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self.requests: list[int] = []
        self.last_url = ""

    @property
    def github(self) -> str:
        """Where the API of the GitHub is that is asked."""
        return self._client.github

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask an API. Raises NotThereError for a 404, NotObservedError where nothing can be told.

        So an answer that comes back is one with a status below 300, after its redirects.
        """
        self.last_url = url
        answer = self._client.get(url, headers, self.requests.append)
        if answer.status == _NOT_FOUND:
            raise NotThereError(url)
        return answer

    def probe(self, url: str) -> Answer:
        """Ask an app's own URL. Raises NotObservedError where no answer came, CertificateError where none can come.

        Every answer comes back, whatever its status, a redirect and a 404 included.
        """
        self.last_url = url
        return self._client.probe(url, self.requests.append)


def fact(client: Client, what: str, read: Callable[[Ask], T], *, can_be_absent: bool = False) -> Fact[T]:
    """Read one fact. An answer that lacks what its API promises makes it unobserved, not wrong.

    `what` names it for people; `read` is handed an Ask and gives the value. Out comes an Observed with that value, an
    Absent, or an Unobserved with the request, the reason and a remedy: nothing is raised for what a provider answers. A
    value of a kind that the model does not have (`"quantity": "1"`) is unobserved too.

    A 404 makes it absent where it `can_be_absent`. It is unobserved where it is part of something that is there: a
    provider answers 404 too for what the token may not see.
    """
    ask = Ask(client)
    try:
        value = read(ask)
        _hold_to_model(value)
    except NotThereError:
        if can_be_absent:
            return Absent(what, tuple(ask.requests))
        reason = "answered 404, though what it is part of is there"
        remedy = "ask again; if it stays, the token may not see it"
    except NotObservedError as error:
        return Unobserved(what, error.request, error.reason, error.remedy, tuple(ask.requests))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        reason = f"answered something that its API does not promise: {foreign(_missing(error))}"
        remedy = "ask again; if it stays, a proxy answers in its place or the API has changed"
    else:
        return Observed(value, tuple(ask.requests))
    return Unobserved(what, f"GET {shown(ask.last_url)}", reason, remedy, tuple(ask.requests))


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant. Raises ValueError for one that is none, or whose zone nobody can tell.

        2026-01-02T03:04:05+01:00 -> 2026-01-02T02:04:05+00:00

    So that instants of several sources can be compared and shown alike.
    """
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return read.astimezone(UTC)


def items(raw: object) -> list[Any]:
    """Give what an API promises to be a list. Raises TypeError: an empty object would read as nothing at all."""
    if not isinstance(raw, list):
        raise TypeError(f"{type(raw).__name__} in place of a list")
    return raw


def _hold_to_model(value: object) -> None:
    """Raise ValueError where a value is of another type than the model has: `"quantity": "1"`, a null."""
    for each in value if isinstance(value, tuple) else (value,):
        if is_dataclass(each) and not isinstance(each, type):
            adapter = _adapter(type(each))
            adapter.validate_json(adapter.dump_json(each, warnings=False), strict=True)


@cache
def _adapter(noun: type) -> TypeAdapter[Any]:
    return TypeAdapter(noun)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _missing(error: Exception) -> str:
    match error:
        case ValidationError():
            first = error.errors()[0]
            return f"{'.'.join(map(str, first['loc']))} is {_short(repr(first['input']))}; {first['msg']}"
        case KeyError():
            return f"lacks {error}"
        case _:
            return str(error)
