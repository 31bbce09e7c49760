"""The pieces that a message is made of, each as plain text and as Markdown.

Chats and Python-Markdown count the items of a list anew, or not at all: a number is written out, in bold. A command has
a fence, in which nothing is more than a text: what could close it is shown as an escape.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from asbuilt.alert.words import chat_texts
from asbuilt.remedies import parts

_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what we say, in bold or not, and somebody else's text behind it."""

    ours: str
    text: str = ""
    strong: bool = False

    def as_text(self) -> str:
        """Give it as plain text."""
        return _joined(self.ours, chat_texts.unmentioned(self.text))

    def as_markdown(self) -> str:
        """Give it as Markdown."""
        return _joined(f"**{self.ours}**" if self.strong else self.ours, chat_texts.prose(self.text))


@dataclass(frozen=True, slots=True)
class Command:
    """A command, on a line of its own, to be copied."""

    text: str

    def as_text(self) -> str:
        """Give it as plain text, set in."""
        return f"{_INDENT}{chat_texts.command(self.text)}"

    def as_markdown(self) -> str:
        """Give it in a fence."""
        shown = chat_texts.command(self.text)
        fence = "```"
        while fence in shown:
            fence += "`"
        return f"{fence}\n{shown}\n{fence}"


Block = tuple[Line | Command, ...]


def step(before: str, text: str, behind: str = "") -> Block:
    """Give one thing to do: what stands before it, its prose and its commands, in their order."""
    found = [part for line in text.split("\n") for part in parts(line)]
    if not found:
        return (Line(before, f"see the issue{behind}", strong=True),)
    first, *rest = found
    head = (
        (Line(before, f"run{behind}:", strong=True), Command(first.text))
        if first.is_command
        else (Line(before, f"{first.text}{behind}", strong=True),)
    )
    return (*head, *(Command(each.text) if each.is_command else Line("", each.text) for each in rest))


def as_text(blocks: Iterable[Block]) -> str:
    """Give blocks as plain text, an empty line between them."""
    return "\n\n".join("\n".join(piece.as_text() for piece in each) for each in blocks if each)


def as_markdown(blocks: Iterable[Block]) -> str:
    """Give blocks as Markdown."""
    return "\n\n".join("\n".join(piece.as_markdown() for piece in each) for each in blocks if each)


def _joined(ours: str, text: str) -> str:
    return f"{ours} {text}" if ours and text else ours or text
