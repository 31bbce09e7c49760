"""Secrets: what counts as one, and a text without them.

Everything that a run writes or prints passes `Secrets.hide`. A secret is every credential that the run uses, and what
the environment holds under a name that says so: token, key, secret, password, and what people write for these
(passwd, passphrase, credential, and `PASS` or `PWD` behind other words; `PWD` by itself is a folder). A word, a number,
a path or a plain address under such a name is none: `true` would be taken out of every sentence. The address of a
heartbeat is one whole, and the keys in it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from asbuilt.disguises import LEAST, beginning, spans, words
from asbuilt.heartbeat import VARIABLE as HEARTBEAT
from asbuilt.heartbeat import secrets_in

WITHHELD = "[withheld]"
_WITHHELD = WITHHELD.encode()
_NAME = re.compile(
    r"token|key|secret|passw(?:or)?d|passphrase|credential|[a-z0-9_-](?:pass|pwd)$|^pass$", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]{1,15}|[A-Z]{1,15}|[A-Z][a-z]{1,14}")
_NUMBER = re.compile(r"[-+]?[\d.,:_ ]+")
_PATH = re.compile(r"(?:(?:~|\.{1,2})?/|[A-Za-z]:[\\/])[\w.@ /\\-]*")
_AT_RANDOM = re.compile(r"(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{8,}")  # in no name of a folder or file
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@]+(?:/[^\s?#@]*)?")
_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#:@]*:([^\s/?#]+)@")
_FENCE = re.compile(r"-----(?:BEGIN|END) [A-Z ]+-----")
# Both take all that may be part of them, whether or not it ends in what they look for, so that nothing is read twice.
# Of a variable (`$KEY`, `${{ secrets.KEY }}`) the name is no secret, and a finding that quotes it stays readable.
_USERINFO = re.compile(
    rb"((?i:https?)(?::|%3[aA])(?:\\*/|%2[fF]){2}"
    rb"|(?<![A-Za-z0-9+.-])[0-9+.-]*+[A-Za-z][A-Za-z0-9+.-]*+(?<![0-9+.-]{31}):(?:\\*/){2}(?=[^\s/@]*:))"
    rb"([^\s/?#\"'`<>\\${}]++)"
)
_RELATIVE_USERINFO = re.compile(r"^//[^/?#\s]*@")
_QUERY = re.compile(r"((?i:https?)://[^\s\"'`<>?#]*+)(\?[^\s\"'`<>]++)?")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret, and whose it is as a person is told: the variable, or the credential."""

    name: str
    value: str

    def __repr__(self) -> str:
        """Say whose it is, never what."""
        return f"Secret({self.name})"

    @property
    def is_sure(self) -> bool:
        """Whether nothing else reads like it."""
        return len(self.value) >= LEAST and not _is_plain(self.value)


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """All secrets of a run; without any, texts stay as they are, but for the userinfo of addresses."""

    held: tuple[Secret, ...] = ()
    _sought: tuple[bytes, ...] = field(default=(), compare=False)
    _apart: re.Pattern[bytes] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, credentials: Iterable[Secret], environ: Mapping[str, str] | None = None) -> "Secrets":
        """Gather the credentials that a run uses, and what the environment holds."""
        by_value: dict[str, Secret] = {}
        for each in (*credentials, *_of_environment(environ or {})):
            if each.value.strip():
                by_value.setdefault(each.value, each)
        held = tuple(by_value.values())
        sought = sorted({word for each in held if each.is_sure for word in words(each.value)}, key=len, reverse=True)
        # A credential that reads like a word of ours: withheld where it stands by itself, it spoils no key of JSON.
        apart = b"|".join(re.escape(_bytes(each.value)) for each in held if not each.is_sure)
        return cls(held, tuple(sought), re.compile(rb"(?<![\w-])(?:%b)(?![\w-]|\\*\"\s*:)" % apart) if apart else None)

    def __repr__(self) -> str:
        """Say nothing of them."""
        return "Secrets(...)"

    def hide(self, text: str) -> str:
        """Give a text without any secret, whatever it is disguised as, nor one cut short by an ellipsis."""
        if not self.held and "@" not in text:
            return text
        content = _bytes(text)
        clean = self.hide_bytes(content)
        return text if clean == content else _text(clean)

    def hide_bytes(self, content: bytes) -> bytes:
        """Do the same for the content of a file."""
        clean = _USERINFO.sub(_without_userinfo, content) if b"@" in content else content
        if self._apart:
            clean = self._apart.sub(_WITHHELD, clean)
        return _replaced(clean, spans(clean, self._sought))

    def hide_all(self, value: Any) -> Any:
        """Give a value of texts, lists, tuples, sets, mappings and dataclasses with every text in it hidden."""
        if not self.held:
            return value
        match value:
            case str():
                return self.hide(value)
            case _ if type(value) in {tuple, list, set, frozenset}:
                return type(value)(self.hide_all(each) for each in value)
            case tuple() if hasattr(value, "_make"):
                return value._make(map(self.hide_all, value))
            case dict():
                return {self.hide_all(key): self.hide_all(each) for key, each in value.items()}
            case _ if is_dataclass(value) and not isinstance(value, type):
                new = {each.name: self.hide_all(getattr(value, each.name)) for each in fields(value) if each.init}
                return replace(value, **new)
            case _:
                return value

    def passing(self, shown: str, text: str, *, last: bool = False) -> tuple[str, str]:
        """Give what of a text can be shown behind what was shown, and what is held back: it may begin a secret.

        At the last of a text nothing is held back; there what may begin a secret counts as one that was cut.
        """
        if not self._sought:
            return self.hide(text), ""
        before, content = _bytes(shown), _bytes(shown + text)
        done = len(before)
        found = spans(content + b"..." if last else content, self._sought)
        cut = len(content) if last else max(done, beginning(content, self._sought))
        cut = next((end for first, end in found if first < cut < end), cut)
        mine = [(max(first, done) - done, min(end, cut) - done) for first, end in found if first < cut and end > done]
        passed = _replaced(content[done:cut], mine)
        return self.hide(_text(passed)), _text(content[cut:])

    def standing(self, content: bytes) -> tuple[str, ...]:
        """Give whose secrets stand in the content of a file. What reads like a word of ours is not looked for."""
        if not spans(content, self._sought):
            return ()
        return tuple(each.name for each in self.held if each.is_sure and spans(content, words(each.value)))


def foreign(text: str) -> str:
    """Give somebody else's text without the userinfo and the queries of the addresses in it."""
    hidden = _text(_USERINFO.sub(_without_userinfo, _bytes(text))) if "@" in text else text
    return _QUERY.sub(lambda match: f"{match[1]}?{WITHHELD}" if match[2] else match[0], hidden)


def place(address: str) -> str:
    """Give an address that somebody else sends us to, up to its path."""
    short = re.split(r"[?#;]", address, maxsplit=1)[0]
    return foreign(_RELATIVE_USERINFO.sub(f"//{WITHHELD}@", short))


def _without_userinfo(address: re.Match[bytes]) -> bytes:
    host = address[2].rfind(b"@")
    return address[1] + _WITHHELD + address[2][host:] if host > 0 else address[0]


def _of_environment(environ: Mapping[str, str]) -> Iterable[Secret]:
    for name, raw in environ.items():
        if name.startswith(HEARTBEAT):
            yield from (Secret(name, each) for each in secrets_in(raw.strip()))
        if not _NAME.search(name):
            continue
        value = raw.strip()
        parts = [value, *value.splitlines()] if "\n" in value else [value]
        parts += _PASSWORD.findall(value)
        for part in map(str.strip, parts):
            if len(part) >= LEAST and not _is_plain(part):
                yield Secret(name, part)


def _is_plain(value: str) -> bool:
    """Say whether a value is a word, a number, a path, or an address without anything secret in it."""
    shapes = (_WORD, _NUMBER, _ADDRESS, _FENCE)
    if any(each.fullmatch(value) for each in shapes) or value in WITHHELD:
        return True
    return _PATH.fullmatch(value) is not None and not _AT_RANDOM.search(value)


def _replaced(content: bytes, found: Iterable[tuple[int, int]]) -> bytes:
    parts, done = [], 0
    for first, last in found:
        parts += [content[done:first], _WITHHELD]
        done = last
    return b"".join((*parts, content[done:])) if parts else content


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")
