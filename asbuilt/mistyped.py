"""Names that somebody mistook for others: how many slips of the hand lie between two."""

import re
from collections.abc import Iterable

_DIGITS = re.compile(r"[0-9]+")
_SEPARATORS = re.compile(r"[-_/. ]+")
_SHORT, _LONG = 3, 6


def mistaken_for(name: str, others: Iterable[str]) -> str | None:
    """Give the first of some names that a name is but for case and at most two characters; None where there is none.

        "Production-", ["production"] -> "production"
        "staging2", ["staging"] -> None

    Names that count (`staging2`), and those of which a whole word is another (`prod-eu`, `prod-us`), are names of their
    own. So is any that is another but for two characters where it has no more than a few.
    """
    return next((each for each in others if _is_slip(name.lower(), each.lower())), None)


def _is_slip(name: str, other: str) -> bool:
    if name != other and _DIGITS.search(name + other) and _uncounted(name) == _uncounted(other):
        return False
    words, others = _SEPARATORS.split(name), _SEPARATORS.split(other)
    if len(words) == len(others) > 1:
        return all(_near(*pair) for pair in zip(words, others, strict=True))
    return _near(name, other)


def _uncounted(name: str) -> str:
    return _SEPARATORS.sub("", _DIGITS.sub("", name))


def _near(name: str, other: str) -> bool:
    shorter = min(len(name), len(other))
    most = 2 if shorter >= _LONG else 1 if shorter >= _SHORT else 0
    return abs(len(name) - len(other)) <= most and slips(name, other) <= most


def slips(name: str, other: str) -> int:
    """Count the slips between two names: a character too many, too few or another, or two the wrong way round."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, one in enumerate(name, start=1):
        now = [row]
        for column, two in enumerate(other, start=1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (one != two))
            if row > 1 and column > 1 and one == other[column - 2] and name[row - 2] == two:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]
