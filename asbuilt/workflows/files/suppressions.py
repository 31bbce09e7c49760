"""Suppressions: comments in a workflow file that accept a finding for a while.

    uses: owner/action@main  # asbuilt: ignore[WF030, WF031] their release is due until 2026-09-30

A suppression stands on the line that the finding names, or in the comment lines directly above it. Only a comment of
the YAML itself counts: what follows a `#` in a script (`run: |`) or in quotes is text of that value, not a comment. So
what is found in a script is suppressed behind its `run: |`, or above that.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import yaml

from asbuilt.workflows.yaml.document import Document, Mark

FORM = "# asbuilt: ignore[CONTROL, ...] REASON until YYYY-MM-DD"
_WORD = "asbuilt:"
_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*asbuilt:\s*(?P<text>.*)")
_IGNORE = re.compile(r"ignore\s*\[(?P<controls>[^\]]*)\](?P<rest>.*)")
_UNTIL = re.compile(r"(?P<reason>.*?)\buntil\s+(?P<date>\S+)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppression of one or several controls.

    It covers findings on `line`, and to `last` where a block of text begins there; both are 0 where no line follows it.
    `until` is the last day on which it holds. `problem` says why it holds nothing; it is empty where the comment is as
    it should be.
    """

    path: str
    mark: Mark
    controls: tuple[str, ...]
    line: int
    last: int
    reason: str = ""
    until: date | None = None
    problem: str = ""

    @property
    def place(self) -> str:
        """`path:line:column` of the comment."""
        return f"{self.path}:{self.mark.line}:{self.mark.column}"

    def covers(self, path: str, line: int) -> bool:
        """Say whether it is about a line of a file.

        Paths are compared as they are shown.
        """
        return path == self.path and self.line <= line <= self.last

    def holds(self, day: date) -> bool:
        """Say whether it accepts anything on a day.

        On its last day it does. One with a `problem` never does.
        """
        return self.until is not None and not self.problem and self.until >= day


def suppressions(document: Document) -> tuple[Suppression, ...]:
    """Give the suppressions of a file, also those that are not as they should be; none of a file that is no YAML.

    In the order of their lines, one a line at most. Each has its place, its controls as they are written, and either a
    reason and a date or a `problem`. Whether there are such controls is not known here, nor whether anything is found
    on the line.
    """
    if _WORD not in document.text or document.root is None:
        return ()
    lines = document.text.splitlines()
    values = tuple(_values(document.text))
    blocks = {each.start.line - 1: each.end.line - (each.end.column == 1) for each in values if each.is_block}
    covered = _covered(lines)
    return tuple(
        _suppression(document, covered[number - 1], number, comment, blocks)
        for number, line in enumerate(lines, start=1)
        if (comment := _comment(number, line, values))
    )


class _Value(NamedTuple):
    """From where to where a value reaches in which a `#` is text; a block of text begins on the line below its `|`."""

    start: Mark
    end: Mark
    is_block: bool


def _comment(number: int, line: str, values: tuple[_Value, ...]) -> re.Match[str] | None:
    """Give the suppression in a line's comment."""
    if _WORD not in line:
        return None
    for each in _COMMENT.finditer(line):
        place = Mark(number, each.start() + 1)
        before = bisect_right(values, place, key=lambda value: value.start)  # they stand in order, and apart
        if not before or place >= values[before - 1].end:
            return each
    return None


def _suppression(
    document: Document, line: int, number: int, comment: re.Match[str], blocks: dict[int, int]
) -> Suppression:
    """Read a comment on `number` about `line`. `blocks` has the last line of each block of text, by the line above."""
    last = blocks.get(line, line)
    mark = Mark(number, comment.start() + 1)
    ignore = _IGNORE.fullmatch(comment["text"].rstrip())
    if ignore is None:
        return Suppression(document.path, mark, (), line, last, problem=f"it is not of the form `{FORM}`")
    controls = tuple(each for word in ignore["controls"].split(",") if (each := word.strip()))
    until = _UNTIL.fullmatch(ignore["rest"].strip())
    reason = (until["reason"] if until else ignore["rest"]).strip()
    ends = _day(until["date"]) if until else None
    problem = ""
    if not controls:
        problem = f"it names no control: `{FORM}`"
    elif until is None:
        problem = f"it has no date: `{FORM}`"
    elif ends is None:
        problem = f'"{until["date"]}" is no date: write YYYY-MM-DD'
    elif not reason:
        problem = f"it has no reason: `{FORM}`"
    return Suppression(document.path, mark, controls, line, last, reason, ends, problem)


def _covered(lines: list[str]) -> list[int]:
    """Give for each line which one a comment in it is about: its own, or the one below the comments around it."""
    found, below = [], 0
    for number, line in reversed([*enumerate(lines, start=1)]):
        text = line.lstrip()
        if not text.startswith("#"):
            below = number if text else 0
            found.append(number)
        else:
            found.append(below)
    return found[::-1]


def _values(text: str) -> Iterator[_Value]:
    for event in yaml.parse(text, Loader=yaml.CLoader):
        if not isinstance(event, yaml.ScalarEvent) or event.style not in {"|", ">", "'", '"'}:
            continue
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            continue
        is_block = event.style in {"|", ">"}
        first = Mark(start.line + 2, 1) if is_block else Mark(start.line + 1, start.column + 1)
        yield _Value(first, Mark(end.line + 1, end.column + 1), is_block)


def _day(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
