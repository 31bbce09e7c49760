"""The findings that an estate marks already, by the forms of `--diff` and of a first estate."""

import re
from collections.abc import Iterable, Iterator

from asbuilt.debts.today import Verdict
from asbuilt.edits.changing import Place
from asbuilt.edits.spots import child, key_of, spots

_REVIEW = "review: "
_FIRST = re.compile(r"((?:[A-Z]+[0-9]{3}, )*[A-Z]+[0-9]{3}) (.+)")
_PASSING = re.compile(r"[0-9]+(?: (?:d|h|min|s)\b)?")  # counts, ages, numbers of runs: another tomorrow


class Marked:
    """The `# review:` lines of an estate, and what each stands above."""

    def __init__(self, source: bytes) -> None:
        """Read them."""
        self._text = source.decode()
        self._reviews = dict(_reviews(self._text))
        self._root = spots(self._text) if self._reviews else None

    def has(self, verdict: Verdict, place: Place) -> bool:
        """Say whether a finding is marked: by its name anywhere, or by its words above what it is of."""
        every = [each for lines in self._reviews.values() for each in lines]
        if any(each.startswith(f"{verdict.name}: ") for each in every):
            return True
        above = [each for line in self._lines(place) for each in self._reviews.get(line, ())]
        facts = tuple(_blurred(each) for each in verdict.facts)
        for each in above:
            found = _FIRST.fullmatch(each)
            if found and verdict.control in found[1].split(", ") and _blurred(found[2]).startswith(facts):
                return True
        return False

    def _lines(self, place: Place) -> Iterator[int]:
        """Give the lines of the keys that lead to a place."""
        spot = self._root
        for key in place:
            named, below = (key_of(spot, key), child(spot, key)) if spot is not None else (None, None)
            if named is None:
                return
            yield self._text.count("\n", 0, named.start)
            spot = below


def _reviews(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give for each line the reviews right above it, each whole: what is indented goes on with it."""
    reviews: list[str] = []
    for number, line in enumerate(text.splitlines()):
        words = line.strip()
        if words.startswith("#"):
            comment = words[1:]
            if comment.strip().startswith(_REVIEW):
                reviews.append(comment.strip().removeprefix(_REVIEW))
            elif reviews and comment.startswith("   "):
                reviews[-1] += f" {comment.strip()}"
        elif words:
            if reviews:
                yield number, reviews
            reviews = []


def _blurred(fact: str) -> str:
    """Give a fact without what passes, and without blanks: a long one was broken over lines."""
    return re.sub("#+", "#", "".join(_PASSING.sub("#", fact).split()))


def unmarked(source: bytes, verdicts: Iterable[tuple[Verdict, Place]]) -> Iterator[tuple[Verdict, Place]]:
    """Give the findings that an estate does not mark."""
    marked = Marked(source)
    return ((verdict, place) for verdict, place in verdicts if not marked.has(verdict, place))
