"""Matches names with GitHub's filter patterns, in a time that grows with their length alone.

`*` stands for anything within a segment, `**` for anything, `**/` for some folders or none; `?` and `+` are about the
character before them, and `[]` is one of those in it. The pattern is run with every place in it that a name may have
come to at once, one bit each: a regular expression would try them one after the other, for hours if a pattern is meant
to take so long.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: which characters it takes, and whether none or several of them."""

    takes: _Test
    optional: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Machine:
    """The parts of a pattern. In `skips`, a bit is set for each part that may be left out; in `repeats`, taken again.

    `folders` are the places before a `**/`, from which one may go to behind it.
    """

    parts: tuple[_Part, ...]
    skips: int
    repeats: int
    folders: int

    def matches(self, name: str) -> bool:
        at = self.on(1)
        taking: dict[str, int] = {}
        for character in name:
            if character not in taking:
                taking[character] = sum(1 << place for place, part in enumerate(self.parts) if part.takes(character))
            taken = at & taking[character]
            at = self.on(taken << 1 | taken & self.repeats)
            if not at:
                return False
        return bool(at >> len(self.parts))

    def on(self, at: int) -> int:
        """Give all the places that can be come to without a character."""
        while True:
            further = at | (at & self.skips) << 1 | (at & self.folders) << 3
            if further == at:
                return at
            at = further


@lru_cache(maxsize=1 << 16)
def matches(pattern: str, name: str) -> bool:
    """Tell whether a name matches a filter pattern, as GitHub reads it.

        release/* : release/1 -> True, release/1/2 -> False
        **/docs   : docs -> True, a/docs -> True
        v[0-9]+.x : v12.x -> True
        colou?r   : color -> True

    The whole name has to match, and case counts. A `!` before the pattern is a character like any other: what a
    negation does is the filter's business (`refs.passes`). Brackets that hold no range stand for themselves, as does
    what is behind a backslash.
    """
    return _machine(pattern).matches(name)


@lru_cache(maxsize=1024)
def _machine(pattern: str) -> _Machine:
    parts: list[_Part] = []
    folders, at = 0, 0
    while at < len(pattern):
        character = pattern[at]
        bracket = pattern.find("]", at) if character == "[" else -1
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            folders |= 1 << len(parts)
            parts += [_Part(_none, optional=True), _Part(_any, optional=True, repeats=True), _Part("/".__eq__)]
            at = _behind_marks(pattern, at + 3)
            continue
        if pattern.startswith("**", at):
            part, at = _Part(_any, optional=True, repeats=True), at + 2
        elif character == "*":
            part, at = _Part("/".__ne__, optional=True, repeats=True), at + 1
        elif bracket > at and (one_of := _one_of(pattern[at + 1 : bracket])) is not None:
            part, at = _Part(one_of), bracket + 1
        elif character == "\\" and at + 1 < len(pattern):
            part, at = _Part(pattern[at + 1].__eq__), at + 2
        else:
            part, at = _Part(character.__eq__), at + 1
        mark = pattern[at : at + 1]
        parts.append(_Part(part.takes, part.optional or mark == "?", part.repeats or mark == "+"))
        at = _behind_marks(pattern, at)
    return _Machine(
        tuple(parts),
        sum(1 << place for place, part in enumerate(parts) if part.optional),
        sum(1 << place for place, part in enumerate(parts) if part.repeats),
        folders,
    )


def _behind_marks(pattern: str, at: int) -> int:
    """Give the place behind a `?` or `+`; more than one say no more."""
    while at < len(pattern) and pattern[at] in "?+":
        at += 1
    return at


def _any(_: str) -> bool:
    return True


def _none(_: str) -> bool:
    return False


def _one_of(written: str) -> _Test | None:
    """Read what stands in brackets: characters and ranges of them. None where that is no range."""
    try:
        known = re.compile("[" + re.escape(written).replace(r"\-", "-") + "]")
    except re.error:
        return None
    return lambda character: known.match(character) is not None
