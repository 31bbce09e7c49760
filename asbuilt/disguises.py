"""Where a secret stands in a text, whatever it was written as: the text is read as each reader of it would read it.

A secret may be percent-encoded, escaped for JSON, HTML or Markdown, broken by a new line or by a terminal's escapes,
stand in Base64, or be cut by an ellipsis. So a text is unfolded level by level, each byte of a level knowing where in
the text it comes from. That is slow, so it is done only for a stretch in which a plain unfolding shows a secret.
"""

import base64
import html
import re
import shlex
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Protocol, Self, TypeVar

from asbuilt.patterns import late

LEAST = 8  # of a secret that is cut, so many characters are one
_BEGINNING = 4  # and so many may become one
_STRETCH = 2**17
_LONGEST_FORM = 16  # bytes of one character, as `\\\\u0041` or `&amp;#x00041;`
_ROUNDS = 4
_ELLIPSES = (b"...", b"[...", b"...]", "…".encode())

_BLANK = bytes({*range(0x21), 0x7F} - {0x07, 0x1B})
_BLANKS = late(b"[" + re.escape(_BLANK) + b"]+")
# What can stand between the characters of a secret, or before one, and means nothing.
_HUSK = _BLANK + b"\\"
_HUSKS = late(b"[" + re.escape(_HUSK) + b"]+")
# What a terminal does not show: its escapes, controls of one byte and of two, blanks, and characters without width.
# Each alternative begins with a letter of its own: the search for it then passes over all others at once.
_UNSEEN = late(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]{0,2048}(?:\x07|\x1b\\?)|[ -/]*[0-~]?)|\x07"
    rb"|\xc2(?:\x9b[0-?]*[ -/]*[@-~]|[\x80-\xa0\xad])|\xcd\x8f|\xd8\x9c"
    rb"|\xe1(?:\x85[\x9f\xa0]|\x9a\x80|\x9e[\xb4\xb5]|\xa0[\x8b-\x8f])"
    rb"|\xe2(?:\x80[\x80-\x8f\xa8-\xaf]|\x81[\x9f-\xaf]|\xa0\x80)|\xe3(?:\x80\x80|\x85\xa4)"
    rb"|\xef(?:\xb8[\x80-\x8f]|\xbb\xbf|\xbe\xa0|\xbf[\xb9-\xbb])|\xf3\xa0[\x80-\xbf]{2}"
)
# Of backslashes in a row the search begins at the first, and takes all: else a megabyte of them takes an hour.
_CODED = late(
    rb"%(?:25)*(?P<byte>[0-9a-fA-F]{2})|\\(?<!\\\\)\\*+(?:x(?P<hex>[0-9a-fA-F]{2})"
    rb"|u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\++u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})|u\{(?P<some>[0-9a-fA-F]{1,6})\}"
    rb"|(?P<octal>[0-3][0-7]{2})|(?P<blank>[bfnrtv])|(?P<escape>e)(?=\[))"
    rb"|&(?:amp;)*(?P<entity>#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_CODES = (b"%", b"\\", b"&")
_ENDS = (b"\n", b"\r")
_UNSEEN_ASCII = (b"\x1b", b"\x07")
_BROKEN = late(rb"%[0-9a-fA-F]?[\r\n]|\\(?<!\\\\)\\*+[uUx]?[0-9a-fA-F]{0,7}[\r\n]|&#?\w{0,8}[\r\n]")
_UNFINISHED = late(
    rb"(?:%[0-9a-fA-F]{0,3}|\\(?<!\\\\)\\*+(?:[uU]\{?[0-9a-fA-F]{0,7}|x[0-9a-fA-F]?|[0-7]{0,2})|&[#\w;]{0,32}"
    rb"|\x1b[^@-Z^-~]{0,32}|\.{1,2})\Z"
)

Span = tuple[int, int]
_Edit = tuple[int, int, int, int]  # what replaces begins and ends, and begins and ends what was replaced
V = TypeVar("V", bound="_View")


class _View(Protocol):
    """A text at one level of being unfolded."""

    @property
    def text(self) -> bytes: ...

    def without(self, what: re.Pattern[bytes], letters: bytes = b"") -> Self: ...

    def decoded(self) -> Self: ...


def words(secret: str) -> tuple[bytes, ...]:
    """Give what to search for: the secret at each level of being unfolded, and in Base64 at each offset.

    A shell's quotes in it, as our remedies have them, and a form's `+` for a blank are shapes of their own.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    quoted = shlex.quote(secret)[1:-1] if "'" in secret else secret
    shapes = (raw, quoted.encode("utf-8", "surrogatepass"), raw.replace(b" ", b"+"))
    found = dict.fromkeys(level.text for each in shapes for level in _levels(_Plain(each)))
    for core in _in_base64(raw):
        found |= dict.fromkeys((core, core.translate(bytes.maketrans(b"+/", b"-_"))))
    least = min(LEAST, len(raw))
    return tuple(each for each in found if len(each) >= least)


def spans(content: bytes, sought: Sequence[bytes]) -> list[Span]:
    """Give where any of the words stands, in any disguise, and where one that an ellipsis cut; in order, apart."""
    found: list[Span] = []
    overlap = _reach(sought)
    stretch = max(_STRETCH, overlap)
    heads = tuple(dict.fromkeys(each[:LEAST] for each in sought))
    tails = tuple(dict.fromkeys(each[-LEAST:] for each in sought))
    for begin in range(0, len(content) if sought else 0, stretch):
        part = content[begin : begin + stretch + overlap]
        if not _may_hold(part, heads, tails):
            continue
        # Most stand as they are. Found at once, and out of the way, they cost no tracing.
        for word in sought:
            if word in part:
                found += ((begin + at, begin + at + len(word)) for at in _places(part, word))
                part = part.replace(word, b"]" * len(word))
        if _may_hold(part, heads, tails):
            for level in _levels(_Traced(part)):
                found += ((begin + first, begin + last) for first, last in _standing(level, sought))
    return _merged((_with_backslash(content, first), last) for first, last in found)


def beginning(content: bytes, sought: Sequence[bytes]) -> int:
    """Give where at the end of a text a word may have begun; the text's length where none has."""
    least, skipped = len(content), max(0, len(content) - _reach(sought))
    for view in _levels(_Traced(_UNFINISHED.sub(b"", content[skipped:]))):
        text = view.text
        for word in sought:
            head = word[:_BEGINNING]
            at = text.find(head, max(0, len(text) - len(word)))
            while at >= 0:
                if len(text) - at < len(word) and word.startswith(text[at:]):
                    least = min(least, skipped + view.span(at, at + 1)[0])
                    break
                at = text.find(head, at + 1)
    return least


def _reach(sought: Iterable[bytes]) -> int:
    """Give how many bytes the longest disguise of a word takes."""
    return _LONGEST_FORM * max(map(len, sought), default=0) + 64


def _may_hold(content: bytes, heads: Iterable[bytes], tails: Iterable[bytes]) -> bool:
    for level in _levels(_Plain(content)):
        if _has(level.text, heads) or (_has(level.text, _ELLIPSES) and _has(level.text, tails)):
            return True
    return False


def _standing(view: "_Traced", sought: Iterable[bytes]) -> Iterator[Span]:
    """Give where a word stands at one level: whole, or at least so much of it at an ellipsis."""
    text = view.text
    is_cut = _has(text, _ELLIPSES)
    for word in sought:
        for at in _places(text, word[:LEAST]):
            size = _common(word, text[at : at + len(word)])
            if size == len(word) or text.startswith(_ELLIPSES, at + size):
                yield view.span(at, _whole(text, at + size))
        for at in _places(text, word[-LEAST:]) if is_cut and len(word) > LEAST else ():
            size = _common(word[::-1], text[max(0, at + LEAST - len(word)) : at + LEAST][::-1])
            first = at + LEAST - size
            if size < len(word) and text.endswith(_ELLIPSES, 0, first):
                yield view.span(_whole(text, first), at + LEAST)


def _has(text: bytes, any_of: Iterable[bytes]) -> bool:
    return any(each in text for each in any_of)


def _places(text: bytes, part: bytes) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _common(one: bytes, other: bytes) -> int:
    """Give how many bytes two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _whole(text: bytes, at: int) -> int:
    """Give the next place that is between two characters of UTF-8."""
    while at < len(text) and text[at] & 0xC0 == 0x80:  # noqa: PLR2004
        at += 1
    return at


def _with_backslash(content: bytes, first: int) -> int:
    """Take in the backslash of an escape: without what it escapes it would spoil the JSON around it."""
    before = content[max(0, first - 64) : first]
    return first - (len(before) - len(before.rstrip(b"\\"))) % 2


def _merged(found: Iterable[Span]) -> list[Span]:
    apart: list[Span] = []
    for first, last in sorted(found):
        if apart and first <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(last, apart[-1][1]))
        else:
            apart.append((first, last))
    return apart


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Give the letters that stand for a secret in Base64 whatever is before and behind it, by its offset."""
    if len(raw) < LEAST:
        return
    for offset in range(3):
        bits = 8 * (offset + len(raw))
        coded = base64.b64encode(bytes(offset) + raw + bytes(2))
        yield coded[-(-8 * offset // 6) : bits // 6]


def _levels(view: V) -> Iterator[V]:
    """Give a text as it stands, without what is not seen, and decoded, as often as there is something to decode."""
    yield view
    if _has(view.text, _CODES) and _has(view.text, _ENDS) and _BROKEN.search(view.text):
        yield view.without(_BLANKS, _BLANK).decoded().without(_HUSKS, _HUSK)
    for _ in range(_ROUNDS):
        yield view.without(_HUSKS, _HUSK)
        if (not view.text.isascii() or _has(view.text, _UNSEEN_ASCII)) and _UNSEEN.search(view.text):
            yield view.without(_UNSEEN).without(_HUSKS, _HUSK)
        further = view.decoded() if _has(view.text, _CODES) else view
        if further.text == view.text:
            return
        view = further


def _decoded(match: re.Match[bytes]) -> bytes:
    return _read(match[0])


@lru_cache(2**12)
def _read(code: bytes) -> bytes:
    """Give what one code stands for."""
    match = _CODED.match(code + b"[")  # as behind `\\e`
    if match is None:
        return code
    kind = match.lastgroup
    if kind in {"byte", "hex"}:
        return bytes.fromhex(match[kind].decode())
    if kind == "low":
        pair = (int(match["high"], 16) - 0xD800 << 10) + int(match["low"], 16) - 0xDC00
        return chr(0x10000 + pair).encode()
    if kind in {"four", "eight", "some"}:
        number = int(match[kind], 16)
        return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else match[0]  # noqa: PLR2004
    if kind == "entity":
        whole = f"&{match[kind].decode()};"
        return match[0] if (read := html.unescape(whole)) == whole else read.encode("utf-8", "surrogatepass")
    if kind == "octal":
        return bytes((int(match[kind], 8),))
    return b"\x1b" if kind == "escape" else b""


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text alone: fast."""

    text: bytes

    def without(self, what: re.Pattern[bytes], letters: bytes = b"") -> "_Plain":
        return _Plain(self.text.translate(None, letters) if letters else what.sub(b"", self.text))

    def decoded(self) -> "_Plain":
        return _Plain(_CODED.sub(_decoded, self.text))


@dataclass(frozen=True, slots=True)
class _Traced:
    """A text that knows of each of its bytes where it begins and ends in what was unfolded."""

    text: bytes
    above: "_Traced | None" = None
    edits: tuple[_Edit, ...] = ()  # in their order, of what `above` had

    def span(self, first: int, last: int) -> Span:
        """Give where a part of this level stands in what was unfolded."""
        if self.above is None:
            return first, last
        return self.above.span(self._byte_above(first)[0], self._byte_above(last - 1)[1])

    def without(self, what: re.Pattern[bytes], _: bytes = b"") -> "_Traced":
        return self._with(what, lambda _: b"")

    def decoded(self) -> "_Traced":
        return self._with(_CODED, _decoded)

    def _with(self, what: re.Pattern[bytes], instead: Callable[[re.Match[bytes]], bytes]) -> "_Traced":
        parts: list[bytes] = []
        edits: list[_Edit] = []
        size = done = 0
        for match in what.finditer(self.text):
            first, last = match.span()
            new = instead(match)
            begin = size + first - done
            size = begin + len(new)
            parts += (self.text[done:first], new)
            edits.append((begin, size, first, last))
            done = last
        return _Traced(b"".join((*parts, self.text[done:])), self, tuple(edits)) if edits else self

    def _byte_above(self, at: int) -> Span:
        """Give where in the text above a byte comes from; one of a replacement, from all that was replaced."""
        before = bisect_right(self.edits, at, key=itemgetter(0))
        if not before:
            return at, at + 1
        _, end, first, last = self.edits[before - 1]
        return (first, last) if at < end else (last + at - end, last + at - end + 1)
