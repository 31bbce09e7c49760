"""Somebody else's text, made fit to be shown: the one way from a provider, a file or an estate to a reader.

A text of a pull request, an API or an app can try to be more than a text: a terminal's escape, a command of the CI's
log, a row of a table, a mention. There is one function for each medium; colours and structure of our own are added
behind it. GitHub's runner takes a line for a command where it begins with `::` behind any white space, or has `##[`
anywhere (actions/runner, `ActionCommand.cs`); it compares as a culture does, which overlooks selectors of variants.
"""

import html
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import quote

T = TypeVar("T")

LONGEST = 300
LONGEST_WHOLE = 1000
LONGEST_KEPT = 64 * 2**10
_LONGEST_LINK = 2000
_MOST_LINES = 200
_ELLIPSIS = "…"
_NO_TEXTS = frozenset({bool, float, int, type(None), datetime, timedelta})
_BLANKS = re.compile(r"[ \t\n]+")
_ODD = re.compile(r"[^ -~]")
_HALVES = re.compile(r"[\ud800-\udfff]")
_HALF = "\\ud"  # how JSON begins one, or each of the two of an emoji
# Controls, formats (directions, zero widths), halves of characters, separators of lines, what is no character at all.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
# Letters and marks by category that take no room: Unicode's Default_Ignorable_Code_Point, without those of emoji.
_BLANK = frozenset("\u2800\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_VARIANTS = (range(0xFE00, 0xFE0E), range(0xE0100, 0xE01F0))
_BYTE = range(0xDC80, 0xDD00)  # how Python carries a byte of a file name that is not UTF-8
_EMOJI = "[\ufe0e\ufe0f]*"
_COMMAND = re.compile(rf"(^|[\s\ufeff])(?={_EMOJI}:{_EMOJI}:)")
_COMMAND_AT_A_START = re.compile(rf"((?:^|[\r\n])(?:[^\S\r\n]|\ufeff)*+)(?={_EMOJI}:{_EMOJI}:)")
_OLD_COMMAND = re.compile(rf"(#{_EMOJI}#{_EMOJI})\[")
_BACKTICKS = re.compile(r"`+")
_CLOSED_BY = {"{": "}", "[": "]", "`": "`"}
_MOST_BACKTICKS = 16  # GitHub's parser takes no more than 80 of them for the begin of a code span
_TOO_MANY = re.compile(rf"`{{{_MOST_BACKTICKS + 1},}}")
_PLAIN = re.compile(r"""[A-Za-z0-9.,;:'"()/%=?!-]*""")
_MORE = re.compile(r"://|www\.|:[\w+-]+:|GH-\d", re.IGNORECASE)
_WEB = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)


def line(text: str, most: int = LONGEST) -> str:
    """Give a text as one line for a terminal: what cannot be seen is shown as an escape, what is too long is cut.

    It is never a command of GitHub's runner, wherever a terminal breaks it between words.
    """
    if len(text) <= most and text.isascii() and text.isprintable():
        return without_commands(text[:most])  # a slice of what is more than a text, as an Enum's, is a text alone
    # What is shown of a character is never shorter than it, but for blanks: so much is enough to fill a line.
    shown = visible(text[: 2 * most + 1])
    if len(shown) > most or len(text) > 2 * most:
        shown = f"{shown[: most - 1]}{_ELLIPSIS}"
    return without_commands(shown)


def lines(text: str, most: int = LONGEST_WHOLE) -> str:
    """Give a message of our own for a terminal: its line breaks are ours and stay, each line is made fit."""
    return "\n".join(line(each, most) for each in text.split("\n"))


def whole(text: str) -> str:
    """Give what somebody may copy as one line for a terminal: all of it or none, since a part does other things."""
    shown = visible(text[: LONGEST_WHOLE + 1])
    if len(text) > LONGEST_WHOLE or len(shown) > LONGEST_WHOLE:
        return f"({len(text)} characters, too many to show: they stand in verdicts.json)"
    return without_commands(shown)


def visible(text: str) -> str:
    """Give a text on one line, with an escape for each character that a reader cannot see."""
    if text.isascii() and text.isprintable():
        return text
    folded = _BLANKS.sub(lambda match: match[0] if match[0].isprintable() else " ", text.replace("\r\n", "\n"))
    return _ODD.sub(_seen, folded)


def without_commands(text: str) -> str:
    """Take from one line what would make it a command of GitHub's runner, wherever it is broken between words."""
    return _without(_COMMAND, text)


def printable(text: str) -> str:
    """Take from lines that nothing breaks any more what would make one of them a command of GitHub's runner."""
    return _without(_COMMAND_AT_A_START, text)


def code(text: str, most: int = LONGEST) -> str:
    """Give a text as a code span of GitHub's Markdown, in or out of a table: there nothing is a link or a mention."""
    shown = _TOO_MANY.sub(f"{'`' * _MOST_BACKTICKS}{_ELLIPSIS}", line(text, most))
    if not shown.strip():
        return ""
    fence = "`" * (max((len(each) for each in _BACKTICKS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")


def prose(text: str, most: int = LONGEST_WHOLE) -> str:
    """Give a text as prose of GitHub's Markdown, in or out of a table: an address of the web is a link.

    What could be more than words (a mention, a reference, a style) stands in a code span, and what is between its
    brackets with it.
    """
    parts: list[str] = []
    coded: list[str] = []
    words = line(text, most).split(" ")
    ends = _ends(words)
    inside = -1
    for index, word in enumerate(words):
        inside = max(inside, ends.get(index, -1))
        shown = None if index <= inside else _word(word)
        if shown is None:
            coded.append(word)
            continue
        if coded:
            parts.append(code(" ".join(coded), LONGEST_WHOLE))
            coded = []
        parts.append(shown)
    return " ".join([*parts, *([code(" ".join(coded), LONGEST_WHOLE)] if coded else [])])


def _word(shown: str) -> str | None:
    """Give a word of prose, an address as a link; None for what has to be code."""
    bare = shown.rstrip(".,;:)")
    if address := link(bare):
        return f"<{address}>{shown[len(bare) :]}"
    return shown if _PLAIN.fullmatch(shown) and not _MORE.search(shown) else None


def _ends(words: list[str]) -> dict[int, int]:
    """Give, for each word that opens a brace, a bracket or a code span, the word that closes it, where one does."""
    found: dict[int, int] = {}
    opened: list[tuple[str, int]] = []
    for index, word in enumerate(words):
        for each in word:
            if opened and each == opened[-1][0]:
                begin = opened.pop()[1]
                if not opened:
                    found[begin] = index
            elif each in _CLOSED_BY:
                opened.append((_CLOSED_BY[each], index))
    return found


def marked_up(text: str, most: int = LONGEST) -> str:
    """Give a text for HTML and XML, in an element or in a quoted attribute."""
    return html.escape(line(text, most))


def link(url: str) -> str:
    """Give an address that a link may lead to, fit for Markdown and HTML; nothing where it is not one of the web."""
    if len(url) > _LONGEST_LINK or not _WEB.match(url):
        return ""
    return quote(kept(url), safe=":/?#@!$&*+,;=%~-._")


def kept(text: str, most: int = LONGEST_KEPT) -> str:
    """Give a text for JSON: whole up to 64 KiB, with an escape for halves of characters, which no file can hold."""
    short = text if len(text) <= most else f"{text[: most - 1]}{_ELLIPSIS}"
    return short if short.isascii() else _HALVES.sub(_seen, short)


def kept_in(value: T) -> T:
    """Give a value with every text in it as it is kept, however deep it stands; itself where all are so already."""
    found: Any = value
    kind: Any = type(found)
    if kind is str:
        found = kept(found)
    elif kind in _NO_TEXTS:
        return value
    elif isinstance(found, dict):
        new = {kept_in(key): kept_in(each) for key, each in found.items()}
        found = found if _are_same((*new, *new.values()), (*found, *found.values())) else new
    elif isinstance(found, list):
        items = list(map(kept_in, found))
        found = found if _are_same(items, found) else items
    elif isinstance(found, tuple) and (kind is tuple or hasattr(found, "_make")):
        held = tuple(map(kept_in, found))
        found = found if _are_same(held, found) else kind._make(held) if hasattr(kind, "_make") else held
    elif is_dataclass(found) and not isinstance(found, type):
        parts = {name: getattr(found, name) for name in _names_of(kind)}
        changed = {name: new for name, each in parts.items() if (new := kept_in(each)) is not each}
        found = replace(found, **changed) if changed else found
    return cast("T", found)


def _are_same(some: Collection[Any], others: Collection[Any]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


@cache
def _names_of(noun: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(noun))


def within(value: Any) -> Iterator[str]:
    """Give every text in plain values, keys too, however deep it stands."""
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield from within(key)
                yield from within(each)
        case list():
            for each in value:
                yield from within(each)


def as_json(value: Any, indent: int | None = 2) -> str:
    """Give plain values as JSON that a terminal can show: all of it ASCII, and no command of GitHub's runner."""
    short = json.dumps(value)  # without an indent it is written in C: that costs less than a look at each text
    if len(short) > LONGEST_KEPT or _HALF in short:
        value = kept_in(value)
    elif indent is None:
        return _harmless(short)
    return _harmless(json.dumps(value, indent=indent))


def json_bytes(content: bytes) -> bytes:
    """Give JSON that is ASCII already as `as_json` does: what is replaced can stand in a text of it alone."""
    return _harmless(content.decode("ascii")).encode("ascii")


def _harmless(written: str) -> str:
    return written.replace("##[", "##\\u005b").replace("\x7f", "\\u007f").replace(" ::", " :\\u003a")


def shown_in(value: Any) -> Any:
    """Give what pytest shows of an error, however deep its texts stand, as lines for a terminal; objects are changed.

    A traceback quotes what a check was given, and its colours are added when it is printed.
    """
    match value:
        case str():
            return lines(value)
        case [str(), *rest] if len(rest) >= _MOST_LINES:
            return [*shown_in(value[:_MOST_LINES]), f"and {len(value) - _MOST_LINES} more lines"]
        case list() | tuple():
            return type(value)(map(shown_in, value))
        case _ if is_dataclass(value) and not isinstance(value, type):
            for each in fields(value):
                setattr(value, each.name, shown_in(getattr(value, each.name)))
    return value


def _without(command: re.Pattern[str], text: str) -> str:
    if ":" in text:
        text = command.sub(r"\1\\", text)
    return _OLD_COMMAND.sub(r"\1\\[", text) if "[" in text else text


def _seen(match: re.Match[str]) -> str:
    character = match[0]
    number = ord(character)
    hidden = unicodedata.category(character) in _UNSEEN or character in _BLANK
    if not hidden and not any(number in each for each in _VARIANTS):
        return character
    if number in _BYTE:
        return f"\\x{number - 0xDC00:02x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004
