"""Facts for a check, without the ceremony of pytest's fixtures: that costs several times what the check itself does.

The vocabulary of the checks is plain functions that ask for each other by name. So their values are computed by calling
them, in the order in which pytest would, and given to pytest before it asks. A check that asks for anything else (a
fixture that cleans up, that has parameters of its own or replaces another) is left to pytest as a whole.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import pytest

from asbuilt.judging import SEEN, subject_of
from asbuilt.run import RUN

_FOR_A_RUN = frozenset({"pytestconfig"})
_GIVEN = _FOR_A_RUN | {"see", "subject"}
_ONCE, _EACH = "session", "function"


@dataclass(frozen=True, slots=True)
class _Fact:
    """One function of the vocabulary, the names that it asks for, and whether its value holds for the whole run."""

    name: str
    function: Callable[..., Any]
    asks: tuple[str, ...]
    once: bool


class Filling:
    """Knows for each check, by its function, what is computed for it, and keeps what holds for the whole run."""

    def __init__(self, config: pytest.Config) -> None:
        self._plans: dict[Any, tuple[_Fact, ...] | None] = {}
        self._once: dict[Callable[..., Any], Any] = {}
        option = config.option
        self._is_shown = any(getattr(option, name, False) for name in ("setupshow", "setuponly", "setupplan"))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Give a check its facts, where all are the vocabulary's: behind skip marks, before pytest itself."""
        run = item.config.stash.get(RUN, None)
        if run is None or self._is_shown or not isinstance(item, pytest.Function):
            return
        subject, plan = subject_of(item, run), self._plan_of(item)
        if subject is None or plan is None:
            return
        values: dict[str, Any] = {
            "pytestconfig": item.config,
            "request": item._request,  # noqa: SLF001 - of all that a check asks for, this alone is pytest's own
            "see": item.stash[SEEN],
            "subject": subject,
        }
        try:
            for fact in plan:
                values[fact.name] = self._value_of(fact, values)
        finally:
            # As pytest does: what comes before the one that could not be computed is there.
            item.funcargs.update((name, values[name]) for name in takewhile(values.__contains__, item.fixturenames))

    def _value_of(self, fact: _Fact, values: Mapping[str, Any]) -> Any:
        if fact.function in self._once:
            return self._once[fact.function]
        value = fact.function(**{name: values[name] for name in fact.asks})
        if fact.once:
            self._once[fact.function] = value
        return value

    def _plan_of(self, item: pytest.Function) -> tuple[_Fact, ...] | None:
        key = item.function
        if key not in self._plans:
            self._plans[key] = _plan(item)
        return self._plans[key]


def _plan(item: pytest.Function) -> tuple[_Fact, ...] | None:
    """Give what is computed for a check, each behind what it asks for; None where pytest has to do it."""
    callspec = getattr(item, "callspec", None)
    if item.cls is not None or callspec is None or set(callspec.params) != {"subject"}:
        return None
    definitions = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - there is no other way to them
    ordered: dict[str, _Fact] = {}
    try:
        for name in item.fixturenames:
            if name == "request":  # `subject` and `see` ask for it; whatever else does is left to pytest
                continue
            ordered |= {each.name: each for each in _facts(name, definitions, ordered)}
    except LookupError:
        return None
    return tuple(ordered.values())


def _facts(name: str, definitions: Mapping[str, Any], known: Mapping[str, _Fact]) -> Iterator[_Fact]:
    """Give a fact behind those that it asks for. Raises LookupError for one that is no plain function."""
    found = definitions[name]
    definition = found[-1]
    if len(found) > 1:
        raise LookupError(name)
    if name in _GIVEN or name in known:
        return
    function = definition.func
    is_plain = not (inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function))
    if not is_plain or definition.params is not None or definition.scope not in {_ONCE, _EACH}:
        raise LookupError(name)
    seen = dict(known)
    for asked in definition.argnames:
        for each in _facts(asked, definitions, seen):
            if each.name not in seen:
                seen[each.name] = each
                yield each
    once = definition.scope == _ONCE
    if once and any(asked not in seen or not seen[asked].once for asked in set(definition.argnames) - _FOR_A_RUN):
        raise LookupError(name)  # what holds for the whole run cannot rest on one check: pytest says so
    yield _Fact(name, function, tuple(definition.argnames), once)
