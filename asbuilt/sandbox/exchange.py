"""What passes between the server and the worlds: a request, a reply, and the table that finds who answers."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"

F = TypeVar("F", bound="Callable[..., Reply]")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as the providers see it; `path` is still percent-encoded, `earlier` counts those before it."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    at: datetime
    earlier: int

    @property
    def parameters(self) -> dict[str, str]:
        """The query's parameters."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def id(self) -> str:
        """Return an id for this request that a second start of the sandbox gives as well."""
        return hashlib.sha256(f"{self.earlier} {self.method} {self.host}{self.path}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: a status, a document or a text, and the headers that belong to it."""

    status: int = 200
    document: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """Return the bytes that go over the wire."""
        return (json.dumps(self.document, separators=(",", ":")) if self.text is None else self.text).encode()


class RefusalError(Exception):
    """A request that gets an error for its answer, raised where that is found out."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Routes:
    """A table of path templates such as `/apps/{app}/dynos/{dyno}`; a last `{name...}` takes the rest of the path.

    Paths are matched while percent-encoded, so a `%2F` in an environment's name does not end its segment.
    """

    def __init__(self) -> None:
        self._table: list[tuple[re.Pattern[str], str, Callable[..., Reply]]] = []

    def get(self, template: str) -> Callable[[F], F]:
        """Enter the decorated function for a template."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"\{(\w+)\.\.\.\}", r"(?P<\1>.+)", template))

        def enter(function: F) -> F:
            self._table.append((re.compile(pattern), template, function))
            return function

        return enter

    def find(self, path: str) -> tuple[str, Callable[..., Reply], dict[str, str]] | None:
        """Return template, function and decoded parts for a path, or None."""
        for pattern, template, function in self._table:
            if match := pattern.fullmatch(path):
                return template, function, {name: unquote(part) for name, part in match.groupdict().items()}
        return None

    def templates(self) -> tuple[str, ...]:
        """Return every template that is served."""
        return tuple(template for _, template, _ in self._table)


def encoded(part: str) -> str:
    """Return a name as one segment of a path."""
    return quote(part, safe="")


def iso(instant: datetime) -> str:
    """Return an instant as both providers write it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def stable_number(*parts: Any, digits: int = 9) -> int:
    """Return the same positive number for the same parts, on every start."""
    value = int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8])
    least = int(10 ** (digits - 1))
    return least + value % (9 * least)
