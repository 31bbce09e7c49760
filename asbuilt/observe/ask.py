"""Turn one question to a provider into one fact: observed, absent, or unobserved with the reason."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.observe.http import Answer, Client, NotObservedError

T = TypeVar("T")
_NOT_FOUND = 404


class NotThereError(Exception):
    """The provider says that it does not exist."""


class Ask:
    """Asks on behalf of one fact and remembers which requests the fact rests on."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.requests: list[int] = []
        self.last_url = ""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask an API. Raises NotThereError for a 404, NotObservedError where nothing can be told."""
        self.last_url = url
        answer = self._client.get(url, headers, self.requests.append)
        if answer.status == _NOT_FOUND:
            raise NotThereError(url)
        return answer

    def probe(self, url: str) -> Answer:
        """Ask an app's own URL. Raises NotObservedError where no answer came."""
        self.last_url = url
        return self._client.probe(url, self.requests.append)


def fact(client: Client, what: str, read: Callable[[Ask], T]) -> Observed[T] | Absent | Unobserved:
    """Read one fact. An answer that lacks what its API promises makes it unobserved, not wrong."""
    ask = Ask(client)
    try:
        value = read(ask)
    except NotThereError:
        return Absent(what, tuple(ask.requests))
    except NotObservedError as error:
        return Unobserved(what, error.request, error.reason, error.remedy, tuple(ask.requests))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        missing = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        reason = f"answered something that its API does not promise: {missing}"
        remedy = "ask again; if it stays, a proxy answers in its place or the API has changed"
        return Unobserved(what, f"GET {ask.last_url}", reason, remedy, tuple(ask.requests))
    return Observed(value, tuple(ask.requests))


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant. Raises ValueError."""
    return datetime.fromisoformat(text)
