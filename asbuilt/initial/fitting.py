"""Keep a drafted estate within the forms that an estate may have: what a provider lets be, an estate may refuse."""

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from asbuilt.estate import Estate
from asbuilt.estate_defaults import with_defaults_and_names
from asbuilt.initial.nouns import Place, Review

_MOST = 100
# Of these lists one item may be left out; of others, such as reviewers, a part would say something else.
_APART = frozenset({"deploys", "probes", "required_checks", "gates"})


def fitted(plain: Mapping[str, Any]) -> tuple[dict[str, Any], list[Review]]:
    """Give a drafted estate without what no estate may say, and for each part that was left out why."""
    fit: dict[str, Any] = copy.deepcopy(dict(plain))
    reviews: list[Review] = []
    for _ in range(_MOST):
        try:
            Estate.model_validate(with_defaults_and_names(copy.deepcopy(fit)))
        except ValidationError as error:
            first = error.errors()[0]
            place = _left_out(_place(fit, first["loc"]))
            told = str(first.get("ctx", {}).get("error") or first["msg"])
            reviews.append(Review(place[:-1], f"{place[-1]} is left out ({_shown(_at(fit, place))}): {told}"))
            del _at(fit, place[:-1])[place[-1]]
        else:
            break
    return fit, reviews


def _place(plain: Any, wanted: tuple[str | int, ...]) -> Place:
    """Give the part of a place that is there; pydantic's goes on with names of its own forms."""
    place: list[str | int] = []
    for key in wanted:
        there = isinstance(plain, dict) and key in plain
        if not there and not (isinstance(plain, list) and isinstance(key, int) and key < len(plain)):
            break
        place.append(key)
        plain = plain[key]
    return tuple(place)


def _left_out(place: Place) -> Place:
    """Give the place of what is left out whole: of a list that makes sense as a whole alone, the list."""
    index = next((at for at, key in enumerate(place) if isinstance(key, int)), None)
    if index is None:
        return place
    return place[: index + 1] if place[index - 1] in _APART else place[:index]


def _at(plain: Any, place: Place) -> Any:
    for key in place:
        plain = plain[key]
    return plain


def _shown(value: Any) -> str:
    return str(value) if not isinstance(value, dict) else ", ".join(map(str, value))
