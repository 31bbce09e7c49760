"""A waiver for every finding of today, with its owner and the day on which the debt is due."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from asbuilt import texts
from asbuilt.debts.today import Today, Verdict
from asbuilt.edits import Added, Change, Removed, edited
from asbuilt.estate import Estate, Waiver
from asbuilt.estate_forms import Duration, Issue, Named
from asbuilt.option_values import OptionError

_DAY = timedelta(days=1)
_LONGEST_REASON = 200
_SHORTEST_REASON = 25
_BEHIND_A_CLAUSE = re.compile(r"[;:] ")


@dataclass(frozen=True, slots=True)
class Waived:
    """What the waivers say: for how long, whose they are, in which issue they are worked off."""

    span: timedelta
    owner: str
    issue: int

    @classmethod
    def of(cls, baseline: str, owner: Callable[[], str], issue: int | None) -> "Waived":
        """Read the options. Raises OptionError."""
        span = _option("--baseline", baseline, Duration)
        if span < _DAY:
            raise OptionError(f'--baseline: "{baseline}" is less than a day, and a waiver ends with a day: 1d to 365d')
        if issue is None:
            raise OptionError("--baseline: every waiver names the issue in which it is worked off: add --issue N")
        _option("--issue", issue, Issue)
        if not (whose := owner()):
            raise OptionError(
                "--baseline: every waiver has an owner, and neither GitHub nor git says who you are: --owner LOGIN"
            )
        return cls(span, _option("--owner", whose, Named), issue)


def _option(name: str, value: object, form: Any) -> Any:
    try:
        return TypeAdapter(form).validate_python(value)
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise OptionError(f'{name}: "{value}" cannot be meant: {told}') from error


@dataclass(frozen=True, slots=True)
class Waiving:
    """The text of an estate with its waivers: how many are new, and until when; `left` says what cannot be waived."""

    source: bytes
    count: int
    until: date
    left: tuple[str, ...] = ()


def with_waivers(estate: Estate, source: bytes, today: Today, waived: Waived) -> Waiving:
    """Give an estate with a waiver for each finding, in place of one that has run out. *Unknown* is not waived."""
    known = {*estate.apps, *estate.repositories}
    found = list({(each.control, each.subject): each for each in today.drifted if not each.is_of_a_waiver}.values())
    fit = [each for each in found if each.subject.partition(" ")[0] in known]
    void = [index for index, each in enumerate(estate.waivers) if any(_is_of(each, verdict) for verdict in fit)]
    new = tuple(_waiver(each, today, waived) for each in fit)
    changes: list[Change] = [Removed(("waivers", index)) for index in reversed(void)]
    changes += [Added(("waivers",), new)] if new else []
    made = edited(source, changes)
    left = (*_unfit(today, found, fit), *(f"not waived: {why}" for _, why in made.refused))
    until = max((today.day(each) for each in fit), default=date.min) + waived.span
    return Waiving(made.source, len(new), until, left)


def _is_of(waiver: Waiver, verdict: Verdict) -> bool:
    return (waiver.control, waiver.subject) == (verdict.control, verdict.subject)


def _waiver(verdict: Verdict, today: Today, waived: Waived) -> dict[str, object]:
    return {
        "control": verdict.control,
        "subject": verdict.subject,
        "until": (today.day(verdict) + waived.span).isoformat(),
        "owner": waived.owner,
        "issue": waived.issue,
        "reason": texts.line(_first_clause(verdict.facts[0]), _LONGEST_REASON),
    }


def _first_clause(fact: str) -> str:
    """Give what a finding begins with, up to where it explains itself."""
    for found in _BEHIND_A_CLAUSE.finditer(fact):
        clause = fact[: found.start()]
        if len(clause) >= _SHORTEST_REASON and clause.count("(") == clause.count(")"):
            return clause
    return fact


def _unfit(today: Today, found: list[Verdict], fit: list[Verdict]) -> Iterator[str]:
    for each in today.drifted:
        if each.is_of_a_waiver:
            yield f"not waived: {each.name}: {each.facts[0]}: take that waiver out"
    for each in found:
        if each not in fit:
            yield f"not waived: {each.name}: it is of nothing that the estate declares: {each.facts[0]}"
