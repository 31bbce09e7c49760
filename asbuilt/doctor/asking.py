"""How a doctor asks: each question once, all at the same time, whatever the answer."""

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from asbuilt.observe.github_reading import HEADERS as OF_GITHUB
from asbuilt.observe.http import GITHUB, HEROKU, IN_FLIGHT, Client, NotObservedError

K = TypeVar("K", bound=Hashable)
SECONDS, DEADLINE = 5.0, 20.0
_OF_HEROKU = {"Accept": "application/vnd.heroku+json; version=3"}
_FAILED = 300
_SLOW = "ask again; if it stays, see the provider's status page, and the way there (proxies)"
NOT_FOUND = 404
UNAUTHORIZED = 401


class Question(NamedTuple):
    """What is asked of which provider; `origin` is Heroku's, or github.com's for whichever GitHub is asked."""

    origin: str
    path: str
    range: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a question. `status` is None where no answer came; `skew` is how far the provider's clock is off.

    `reason` and `remedy` say why it gives nothing to judge; both are empty where it does.
    """

    status: int | None
    headers: Mapping[str, str]
    document: Any
    reason: str = ""
    remedy: str = ""
    seconds: float = 0.0
    skew: float | None = None

    @property
    def is_seen(self) -> bool:
        """Whether the provider gave what was asked for."""
        return self.status is not None and self.status < _FAILED and not self.reason

    def get(self, *path: str) -> Any:
        """Give what stands in the document at a place; None where nothing does."""
        found = self.document if self.is_seen else None
        for each in path:
            found = found.get(each) if isinstance(found, dict) else None
        return found

    def listed(self, *path: str) -> list[dict[str, Any]]:
        """Give the mappings of a list that stands in the document at a place."""
        found = self.get(*path) if path else self.document if self.is_seen else None
        return mappings(found)


def mappings(found: object) -> list[dict[str, Any]]:
    """Give the mappings of what should be a list of them: what a provider promises need not be what comes."""
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


NOT_ASKED = Looked(None, {}, None, "was not asked")


def asked(client: Client, questions: Mapping[K, Question]) -> dict[K, Looked]:
    """Ask all questions at the same time, each once. Raises nothing for what a provider answers."""
    with ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="doctor") as pool:
        coming = {key: pool.submit(partial(_look, client, question)) for key, question in questions.items()}
        return {key: each.result() for key, each in coming.items()}


def _look(client: Client, question: Question) -> Looked:
    headers = {**OF_GITHUB} if question.origin == GITHUB else {**_OF_HEROKU}
    if question.range and question.origin == HEROKU:
        headers["Range"] = question.range
    began = datetime.now(UTC)
    try:
        origin = client.github if question.origin == GITHUB else question.origin
        answer, refused = client.look(f"{origin}{question.path}", headers)
    except NotObservedError as error:
        # Its remedy may name options of a run, which a doctor has not.
        return Looked(None, {}, None, error.reason, _SLOW if "--" in error.remedy else error.remedy)
    ended = datetime.now(UTC)
    seconds = (ended - began).total_seconds()
    sent = _date(answer.headers.get("date", ""))
    skew = (sent - began).total_seconds() - seconds / 2 if sent else None
    reason, remedy = (refused.reason, refused.remedy) if refused else ("", "")
    document = None
    if not refused:
        document, reason = _read(answer.json, reason)
    return Looked(answer.status, answer.headers, document, reason, remedy, seconds, skew)


def _read(read: Callable[[], Any], reason: str) -> tuple[Any, str]:
    try:
        return read(), reason
    except ValueError as error:
        return None, f"answered {error}"


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
