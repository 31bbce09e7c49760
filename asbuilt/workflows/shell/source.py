"""The text of a script by its places, in which expressions of GitHub's are kept whole.

In goes a script, out come the bytes that tree-sitter reads, and for each of its nodes what stands there: as it was
written, or as a command receives it. Source for what quotes and backslashes do: 3.1.2 of
https://www.gnu.org/software/bash/manual/bash.html ("Quoting").
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from tree_sitter import Node as Raw

# What stands in quotes does not end it. One without an end is taken up to where it cannot have one any more.
_EXPRESSION = re.compile(r"\$\{\{(?:'[^']*'|(?!\}\})[^'])*+(?P<end>\}\})?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPE_QUOTED = re.compile(r"\\([\"\\$`\n])")
REDIRECTION = frozenset({"file_redirect", "herestring_redirect", "heredoc_body"})  # the kinds of node


class Change(NamedTuple):
    """Other text for a place, as bytes: from where to where, and what."""

    start: int
    end: int
    text: bytes


def expressions_in(script: str) -> tuple[str, ...]:
    """Give the expressions of GitHub's in a script, each once, as whoever plays it through asks for them."""
    found = _EXPRESSION.finditer(script) if "${{" in script else ()
    return tuple(dict.fromkeys(_as_asked(match) for match in found if match["end"] is not None))


def _as_asked(match: re.Match[str]) -> str:
    return f"${{{{ {' '.join(match[0][3:-2].split())} }}}}"


@dataclass(slots=True, eq=False)
class Source:
    """A script's text; `encoded` is what is parsed."""

    script: str
    encoded: bytes = field(init=False)
    _expressions: list[str] = field(default_factory=list, init=False)
    _stand_in: str = field(init=False)

    def __post_init__(self) -> None:
        """Put names in for the expressions: the script itself may hold what is to stand for them."""

        def hide(match: re.Match[str]) -> str:
            if match["end"] is None:
                return match[0]
            self._expressions.append(_as_asked(match))
            return f"{self._stand_in}{len(self._expressions) - 1}__" + "\\\n" * match[0].count("\n")

        self._stand_in = next(each for number in count() if (each := f"__gha{number or ''}_") not in self.script)
        script = _EXPRESSION.sub(hide, self.script) if "${{" in self.script else self.script
        self.encoded = script.encode("utf-8", "replace")

    def change(self, changes: Iterable[Change]) -> None:
        """Put other text in at some places that do not overlap."""
        for start, end, text in sorted(changes, reverse=True):
            self.encoded = self.encoded[:start] + text + self.encoded[end:]

    def raw(self, start: int, end: int) -> str:
        """Give text as it was written, expressions included."""
        text = self.encoded[start:end].decode("utf-8", "replace")
        if self._expressions and self._stand_in in text:
            text = re.sub(rf"{self._stand_in}(\d+)__", lambda match: self._expressions[int(match[1])], text)
        return text

    def written(self, node: Raw) -> str:
        """Give what stands at a node as it was written."""
        return self.raw(node.start_byte, node.end_byte)

    def word(self, node: Raw) -> str:
        """Give a word as the command receives it, except that what is expanded stays as written."""
        kind = node.type
        if kind in {"word", "extglob_pattern", "regex"}:
            text = self.written(node)
            if kind != "word":
                return re.sub(r"[\"']", "", text)
            return _ESCAPE.sub(lambda match: "" if match[1] == "\n" else match[1], text) if "\\" in text else text
        if kind == "raw_string":
            return self.raw(node.start_byte + 1, node.end_byte - 1)
        if kind == "ansi_c_string":
            return self.raw(node.start_byte + 2, node.end_byte - 1)
        if kind == "string":
            return self._quoted(node)
        if kind == "array":
            return " ".join(self.word(each) for each in node.named_children if each.type != "comment")
        if kind in {"concatenation", "command_name", "variable_assignment", "translated_string"}:
            return "".join(self.word(each) for each in node.children)
        return " ".join(self.written(node).replace("\\\n", " ").split())

    def _quoted(self, node: Raw) -> str:
        pieces: list[str] = []
        at = node.start_byte + 1
        for child in node.named_children:
            if child.type != "string_content":
                pieces += (self._unescaped(at, child.start_byte), self.word(child))
                at = child.end_byte
        pieces.append(self._unescaped(at, max(at, node.end_byte - 1)))
        return "".join(pieces)

    def _unescaped(self, start: int, end: int) -> str:
        text = self.raw(start, end) if end > start else ""
        return _ESCAPE_QUOTED.sub(lambda match: "" if match[1] == "\n" else match[1], text) if "\\" in text else text
