"""Texts that try to be more than texts, and what must hold of whatever is made of them."""

import re
import unicodedata
from html.parser import HTMLParser

TEXTS = {
    "escape": "\x1b[31mred\x1b[2J",
    "osc-8": "\x1b]8;;http://127.0.0.1:9/\x07here\x1b]8;;\x07",
    "carriage-return": "all is well\rnot",
    "nul": "a\0b",
    "next-line": "a\x85::error::x",
    "line-separator": "a\u2028::error::x",
    "paragraph-separator": "a\u2029##[error]x",
    "bidi": "\u202egnp.exe \u2066x",
    "zero-width": "\u200b::error::x",
    "tags": "\U000e0001\U000e0041",
    "half": "\ud800 and \udcff",
    "no-character": "\uffff\U0010ffff",
    "filler": "\u3164\u115f",
    "command": "::error::x",
    "command-below": "x\n::add-mask::web\r\n\t::stop-commands::t",
    "command-behind-blanks": " \u00a0\u3000::error file=x::y",
    "command-behind-selector": "\ufe0f:\ufe0f:error::x",
    "command-in-the-middle": f"{'long ' * 30}::error::x",
    "old-command": "well ##[error]x",
    "old-command-with-selector": "#\ufe0f#[group]x",
    "cdata": "]]>",
    "script": "--><script>alert(1)</script>",
    "element": "\"'><img src=http://127.0.0.1:9/x onerror=alert(1)>",
    "cells": "a|b\\|c\\",
    "end-of-table": "</code></td></tr></table>\n\n# Heading",
    "backticks": "`x` ``y",
    "many-backticks": f"{'`' * 200}@org/team",
    "image": "![x](http://127.0.0.1:9/x) <img src=x>",
    "link": "[x](javascript:alert(1)) <javascript:alert(1)>",
    "mention": "@org/team #1 GH-1 org/name#1",
    "autolink": "www.example.com http://127.0.0.1:9/ a@example.com",
    "comment": "<!-- ",
    "entity": "&lt;b&gt; &#58;&#58;error",
    "format": "{0}{issue} %s {} {{",
    "yaml": "- a: [b\n# c",
    "properties": "\\u005cu0041 \\uzzzz = :",
    "long": "x" * 2**20,
    "long-and-empty": "\n" * 2**20,
}
_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_COMMAND = re.compile(r"^[\s\ufe0e\ufe0f]*:[\ufe0e\ufe0f]*:")
_CELL = re.compile(r"(?P<fence>`+)(?!`).*(?<!`)(?P=fence)")
_LINK = re.compile(r"[A-Z]+\d+ \[#\d+\]\(https://[\w./%-]+\)|[A-Z]+\d+")


def assert_seen(shown):
    """Every character can be seen, but for the ends of lines."""
    assert [each for each in set(shown) - {"\n"} if unicodedata.category(each) in _HIDDEN] == []


def assert_no_command(shown):
    """No line is a command of GitHub's runner, which trims it for the one kind and searches it for the other."""
    for line in shown.split("\n"):
        assert not _COMMAND.match(line), line[:80]
        assert not re.search("#[\ufe0e\ufe0f]*#[\ufe0e\ufe0f]*\\[", line), line[:80]


def assert_row(row, cells=6):
    """A row of a Markdown table has its columns; what is foreign is one code span."""
    # GitHub splits a row at each pipe that no backslash stands before, and only then looks for code.
    found = [each.strip(" ") for each in re.split(r"(?<!\\)\|", row)]
    assert found[0] == found[-1] == ""
    assert len(found) == cells + 2
    assert _LINK.fullmatch(found[2])
    for cell in found[4:-1]:
        span = _CELL.fullmatch(cell)
        assert cell == "" or span, cell
        if span:
            fence = span["fence"]
            assert len(fence) <= 80  # more, GitHub's parser takes for backticks
            assert fence not in re.findall("`+", cell[len(fence) : -len(fence)])


class Elements(HTMLParser):
    """The elements of a page, in their order."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data):
        self.found.append(("comment", data))


def elements(page):
    """Give the elements of a page."""
    parser = Elements()
    parser.feed(page)
    parser.close()
    return parser.found
