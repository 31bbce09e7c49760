"""Read one mapping of a scenario file with errors that a person can act on: the file, the place, what is allowed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DURATION = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s)?")
_SHA = re.compile(r"[0-9a-f]{40}")


class ScenarioError(ValueError):
    """A scenario's name or file is not usable; the text is one sentence for the person who wrote it."""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return `did you mean "x"? ` where an allowed word is near, else nothing."""
    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"? ' if close else ""


def duration(value: Any) -> timedelta | None:
    """Read `3s`, `2h30m`, `8d` or a number of seconds; None where it is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return timedelta(seconds=value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    return timedelta(**{unit: int(n) for unit, n in match.groupdict().items() if n}) if match else None


def instant(value: Any, clock: datetime | None) -> datetime | None:
    """Read an absolute instant, or one relative to the clock such as `-2h30m`; None where it is neither."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if not isinstance(value, str):
        return None
    if clock is not None and value[:1] in ("+", "-") and (distance := duration(value[1:])) is not None:
        return clock + distance if value[0] == "+" else clock - distance
    try:
        return instant(datetime.fromisoformat(value), None)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Reader:
    """One mapping of a scenario, and where it stands: the file, the keys that lead to it, the scenario's clock."""

    value: dict[Any, Any]
    file: str
    clock: datetime
    at: tuple[str, ...] = ()

    def error(self, message: str, *keys: Any) -> ScenarioError:
        """Return an error that names the file and the place."""
        place = ".".join([*self.at, *map(str, keys)])
        return ScenarioError(f"{self.file}: {place + ': ' if place else ''}{message}")

    def only(self, *allowed: str) -> Reader:
        """Refuse any key but these."""
        for key in self.value:
            if key not in allowed:
                hint = nearest(str(key), allowed)
                raise self.error(f'"{key}" is not a key here; {hint}allowed: {", ".join(allowed)}')
        return self

    def _wrong(self, key: str, expected: str) -> ScenarioError:
        if key not in self.value:
            return self.error(f'"{key}" is missing; expected {expected}')
        return self.error(f"{self.value[key]!r} is not valid; expected {expected}", key)

    def below(self, key: str) -> Reader:
        """Return the mapping under a key; an absent or empty one is an empty mapping."""
        value = self.value.get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._wrong(key, "a mapping")
        return Reader(value, self.file, self.clock, (*self.at, str(key)))

    def entries(self, key: str) -> Iterator[tuple[str, Reader]]:
        """Yield name and mapping of each entry under a key."""
        below = self.below(key)
        for name in below.value:
            yield str(name), below.below(name)

    def items(self, key: str) -> Iterator[Reader]:
        """Yield each mapping of the list under a key."""
        value = self.value.get(key) or []
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.error(f"{item!r} is not valid; expected a mapping", key, index)
            yield Reader(item, self.file, self.clock, (*self.at, key, str(index)))

    def text(self, key: str, default: str | None = None, *, among: tuple[str, ...] = ()) -> str:
        """Return a string; without a default it must be there."""
        value = self.value.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a text (quote it where YAML would read a number, a date or a word such as `on`)")
        if among and value not in among:
            hint = nearest(value, among)
            raise self.error(f'"{value}" is not valid; {hint}allowed: {", ".join(among)}', key)
        return value

    def maybe(self, key: str) -> str | None:
        """Return a string, or None where it is absent or null."""
        return None if self.value.get(key) is None else self.text(key)

    def sha(self, key: str) -> str | None:
        """Return a full commit hash, or None where it is absent or null."""
        value = self.maybe(key)
        if value is not None and not _SHA.fullmatch(value):
            raise self._wrong(key, "the 40 hexadecimal digits of a commit")
        return value

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Return a whole number; without a default it must be there."""
        value = self.value.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._wrong(key, f"a whole number of at least {least}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.value.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; an absent one is empty."""
        value = self.value.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def instant(self, key: str, default: datetime | None = None) -> datetime:
        """Return an instant, absolute or relative to the scenario's clock; without a default it must be there."""
        value = instant(self.value.get(key, default), self.clock)
        if value is None:
            raise self._wrong(key, 'an instant such as 2026-04-30T16:30:00Z, or relative to the clock such as "-2h30m"')
        return value

    def duration(self, key: str, default: timedelta) -> timedelta:
        """Return a length of time such as `8h`."""
        value = default if key not in self.value else duration(self.value[key])
        if value is None:
            raise self._wrong(key, "a length of time such as 3s, 8h or 1d12h")
        return value
