"""Somebody else's text, made fit to be shown: the one way from a provider, a file or an estate to a reader.

A text of a pull request, an API or an app can try to be more than a text: a terminal's escape, a command of the CI's
log, a row of a table, a mention. There is one function for each medium; colours and structure of our own are added
behind it. GitHub's runner takes a line for a command where it begins with `::` behind any white space, or has `##[`
anywhere (actions/runner, `ActionCommand.cs`).
"""

import html
import re
import unicodedata

LONGEST = 300
LONGEST_KEPT = 64 * 2**10
_ELLIPSIS = "…"
_FOLD = re.compile(r"[ \t]*(?:\r\n|\n|\t)[ \t\n]*")
# Controls, formats (directions, zero widths), halves of characters, separators of lines, what is no character at all.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
# Letters and marks by category that take no room: Unicode's Default_Ignorable_Code_Point, without those of emoji.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_BYTE = range(0xDC80, 0xDD00)  # how Python carries a byte of a file name that is not UTF-8
_COMMAND = re.compile(r"(^|[\s\ufeff])(?=::)")
_OLD_COMMAND = "##["
_BACKTICKS = re.compile(r"`+")


def line(text: str, most: int = LONGEST) -> str:
    """Give a text as one line for a terminal: what cannot be seen is shown as an escape, what is too long is cut.

    It is never a command of GitHub's runner, wherever a terminal breaks it between words.
    """
    # An escape is longer than what it stands for, never shorter: more than so many characters are never shown.
    shown = visible(text[: 2 * most + 1]) if len(text) > 2 * most else visible(text)
    if len(shown) > most or len(text) > 2 * most:
        shown = f"{shown[: most - 1]}{_ELLIPSIS}"
    return without_commands(shown)


def visible(text: str) -> str:
    """Give a text on one line, with an escape for each character that a reader cannot see."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_seen(each) for each in _FOLD.sub(" ", text))


def without_commands(text: str) -> str:
    """Take from one line what would make it a command of GitHub's runner, and leave it readable."""
    if "::" in text:
        text = _COMMAND.sub(r"\1\\", text)
    return text.replace(_OLD_COMMAND, "##\\[")


def code(text: str, most: int = LONGEST) -> str:
    """Give a text as a code span of GitHub's Markdown, in or out of a table: there nothing is a link or a mention."""
    shown = line(text, most)
    if not shown.strip():
        return ""
    fence = "`" * (max((len(each) for each in _BACKTICKS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")


def marked_up(text: str, most: int = LONGEST) -> str:
    """Give a text for HTML and XML, in an element or in a quoted attribute."""
    return html.escape(line(text, most))


def kept(text: str, most: int = LONGEST_KEPT) -> str:
    """Give a text for JSON: whole up to 64 KiB, with an escape for halves of characters, which no file can hold."""
    short = text if len(text) <= most else f"{text[: most - 1]}{_ELLIPSIS}"
    if short.isascii():
        return short
    return "".join(_seen(each) if unicodedata.category(each) == "Cs" else each for each in short)


def _seen(character: str) -> str:
    number = ord(character)
    if unicodedata.category(character) not in _UNSEEN and character not in _BLANK:
        return character
    if number in _BYTE:
        return f"\\x{number - 0xDC00:02x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004
