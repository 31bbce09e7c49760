"""A page of help: what a command does, its options in groups, examples, and what its exit codes mean."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap

_WIDEST = 100  # longer lines are hard to read, however wide the terminal is
_NARROWEST = 40
_WITHOUT_TERMINAL = 100
_MARGIN = "  "
_LONGEST_FLAG = 26  # what is longer has its text on the line below

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; `groups` have a title each, with an option and its text a row."""

    usage: str
    summary: str
    groups: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    examples: tuple[Row, ...] = ()
    closing: tuple[str, ...] = ()


def lines(page: Page, width: int, *, bold: bool = False) -> Iterator[str]:
    """Give the lines of a page; none is longer than the width, but for a word that is."""
    width = max(min(width, _WIDEST), _NARROWEST)
    if page.usage:
        yield from wrapped(f"usage: {page.usage}", width, " " * len("usage: "))
        yield ""
    yield from wrapped(page.summary, width)
    every = [*(row for _, rows in page.groups for row in rows)]
    column = min(max((len(flag) for flag, _ in every), default=0), _LONGEST_FLAG)
    if page.groups:
        yield ""
    for title, rows in page.groups:
        yield _title(title, bold=bold)
        for flag, told in rows:
            yield from _row(flag, told, column, width)
    if page.examples:
        yield ""
        yield _title("examples", bold=bold)
        yield from _beside(page.examples, width)
    if page.closing:
        yield ""
    for each in page.closing:
        yield from wrapped(each, width)


def shown(page: Page) -> str:
    """Give a page as the terminal that it is read in has it."""
    return "\n".join(lines(page, columns(os.environ), bold=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))


def columns(environ: Mapping[str, str]) -> int:
    """Give how wide the terminal is: what COLUMNS says, else what the terminal itself does."""
    given = environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and int(given) else shutil.get_terminal_size((_WITHOUT_TERMINAL, 24)).columns


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Break a text between words; what is no word of ours, such as a path, stays whole."""
    return wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def _title(text: str, *, bold: bool) -> str:
    return f"\033[1m{text}:\033[0m" if bold else f"{text}:"


def _row(flag: str, told: str, column: int, width: int) -> Iterator[str]:
    first, *rest = wrapped(told, width - column - 2 * len(_MARGIN))
    if len(flag) > column:
        yield f"{_MARGIN}{flag}"
        yield f"{_MARGIN}{'':{column}}{_MARGIN}{first}".rstrip()
    else:
        yield f"{_MARGIN}{flag:{column}}{_MARGIN}{first}".rstrip()
    yield from (f"{_MARGIN}{'':{column}}{_MARGIN}{each}" for each in rest)


def _beside(rows: Iterable[Row], width: int) -> Iterator[str]:
    """Give examples with their words beside them where all fit, else with each's words above it."""
    every = list(rows)
    column = max(len(command) for command, _ in every)
    if all(column + len(told) + 2 * len(_MARGIN) + len("# ") <= width for _, told in every):
        yield from (f"{_MARGIN}{command:{column}}{_MARGIN}# {told}" for command, told in every)
        return
    for command, told in every:
        yield from wrapped(f"{_MARGIN}# {told}", width, f"{_MARGIN}# ")
        yield f"{_MARGIN}{command}"
