"""What asbuilt hides in its issues and comments, so that it finds them again: a comment of HTML, which nobody sees."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from asbuilt.alert.event import Kind, Message

LONGEST_BODY = 60_000  # GitHub's 65,536 characters, less room for what people add
_BEGIN = "<!-- asbuilt "
_MARK = re.compile(
    r"^<!-- asbuilt fingerprint=(\S{1,600}) kind=(\S{1,60}) severity=(\S{1,60}) message=([0-9a-f]{64}) -->\r?$",
    re.MULTILINE,
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_CUT = "(cut here: an issue cannot hold the whole; the run's evidence does)"


@dataclass(frozen=True, slots=True)
class Mark:
    """Which cause a text is about, what it told of it, and of which message it is the text."""

    fingerprint: str
    kind: str
    severity: str
    message: str

    @classmethod
    def of(cls, message: Message) -> "Mark":
        """Give the mark of a message: the same one as often as it is tried to deliver it."""
        told = f"{message.fingerprint}\0{message.kind.value}\0{message.title}\0{message.markdown}"
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(message.fingerprint, message.kind.value, message.severity, digest)

    @property
    def is_last_word(self) -> bool:
        """Whether nothing follows it: the next of that cause is another outage."""
        return self.kind == Kind.RESOLVED.value

    def __str__(self) -> str:
        """Give it as it is hidden."""
        fingerprint, kind, severity = (quote(each, safe="") for each in (self.fingerprint, self.kind, self.severity))
        return f"<!-- asbuilt fingerprint={fingerprint} kind={kind} severity={severity} message={self.message} -->"


def marked(markdown: str, mark: Mark) -> str:
    """Give a text with its mark behind it, so short that GitHub takes it. No other mark can stand in it."""
    text = markdown.replace(_BEGIN, "<!--  asbuilt ")
    if len(text) > LONGEST_BODY:
        short = text[:LONGEST_BODY].rpartition("\n")[0] or text[:LONGEST_BODY]
        text = f"{short}{_closing(short)}\n\n{_CUT}"
    return f"{text.rstrip()}\n\n{mark}\n"


def marks(text: object) -> Iterator[Mark]:
    """Give the marks in a text of GitHub's, which may be null."""
    for found in _MARK.finditer(text if isinstance(text, str) else ""):
        yield Mark(*map(unquote, found.groups()))


def _closing(text: str) -> str:
    """Give the end of a code block that a text leaves open: what comes behind it would be code too."""
    fence = ""
    for found in _FENCE.finditer(text):
        if not fence:
            fence = found[1]
        elif found[1].startswith(fence[0]) and len(found[1]) >= len(fence):
            fence = ""
    return f"\n{fence}" if fence else ""
