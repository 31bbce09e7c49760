"""Everything that a secret may be written as, made by other code than that which finds it."""

import base64
import html
import json
import shlex
from functools import lru_cache
from urllib.parse import quote, quote_plus


def _percent(secret, upper, every=1):
    byte = "%{:02X}" if upper else "%{:02x}"
    return "".join(
        byte.format(each) if at % every == 0 or each > 126 else chr(each) for at, each in enumerate(secret.encode())
    )


def _escapes(secret, form):
    return "".join(form.format(ord(each)) for each in secret)


def _base64(secret, before, behind, alphabet=base64.b64encode):
    return alphabet(before + secret.encode() + behind).decode()


def _apart(secret, between):
    half = len(secret) // 2
    return secret[:half] + between + secret[half:]


FORMS = {
    "raw": lambda s: s,
    "percent-encoded": lambda s: quote(s, safe=""),
    "as a form has it": quote_plus,
    "percent-encoded, upper": lambda s: _percent(s, upper=True),
    "percent-encoded, lower": lambda s: _percent(s, upper=False),
    "percent-encoded, some": lambda s: _percent(s, upper=False, every=3),
    "percent-encoded, twice": lambda s: quote(_percent(s, upper=True), safe=""),
    "in JSON": json.dumps,
    "in JSON, escaped whole": lambda s: _escapes(s, "\\u{:04x}"),
    "in JSON, escaped whole, upper": lambda s: _escapes(s, "\\u{:04X}"),
    "in JSON in JSON": lambda s: json.dumps(json.dumps({"token": s})),
    "in JSON in JSON, escaped whole": lambda s: json.dumps(_escapes(s, "\\u{:04x}")),
    "in JSON, slashes escaped": lambda s: json.dumps(s).replace("/", "\\/"),
    "in JSON, percent-encoded, & as Go has it": lambda s: json.dumps(html.escape(s)).replace("&", "\\u0026"),
    "bytes escaped": lambda s: "".join(f"\\x{each:02x}" for each in s.encode()),
    "repr": repr,
    "quoted for a shell": lambda s: shlex.quote(f"{s}$"),
    "in HTML": html.escape,
    "in HTML, by number": lambda s: _escapes(s, "&#{};"),
    "in HTML, by number in hexadecimal": lambda s: _escapes(s, "&#x{:X};"),
    "in HTML in HTML": lambda s: html.escape(html.escape(s)),
    "in Markdown": lambda s: "".join(f"\\{each}" if each in "\\`*_{}[]()#+-.!|<>&\"'/" else each for each in s),
    "in colours": lambda s: _apart(s, "\x1b[0m\x1b[1;31m"),
    "in colours that are visible": lambda s: _apart(s, "\\x1b[31m"),
    "in colours, as JSON": lambda s: json.dumps(_apart(s, "\x1b[31m")),
    "with what has no width": lambda s: _apart(s, "\u200b"),
    **{
        f"with {ord(each):04X}, which nobody sees": lambda s, a=each: _apart(s, a)
        for each in "\u00a0\u034f\u061c\u115f\u17b4\u180e\u2003\u202f\u2800\u3000\u3164\ufe0f\uffa0\ufff9"
        "\U000e0041\U000e0101"
    },
    "with tags that are visible": lambda s: _apart(s, "\\U000e0041"),
    "wrapped": lambda s: _apart(s, "\n"),
    "wrapped, indented": lambda s: _apart(s, "\r\n      "),
    "wrapped, as JSON": lambda s: json.dumps(_apart(s, "\n  ")),
    "Basic": lambda s: f"Basic {_base64(s, b'user:', b'')}",
    "Basic, percent-encoded": lambda s: quote(f"Basic {_base64(s, b'user:', b'')}", safe=""),
    "Base64 in lines": lambda s: "\n".join(_base64(s, b"{", b"}")[at : at + 12] for at in range(0, 400, 12)),
    **{
        f"Base64 behind {before} before {behind}": lambda s, a=before, b=behind: _base64(s, b"x" * a, b"y" * b)
        for before in range(4)
        for behind in range(3)
    },
    **{
        f"Base64 for URLs behind {before}": lambda s, a=before: _base64(s, b"?" * a, b"~", base64.urlsafe_b64encode)
        for before in range(3)
    },
}
CUT = {
    "cut": lambda s: f"{s[:-4]}…",
    "cut in ASCII": lambda s: f"{s[:-4]}...",
    "cut in the middle": lambda s: f"{s[:8]}...{s[-8:]}",
    "cut by brackets": lambda s: f"{s[:8]}[...]{s[-8:]}",
    "cut, as JSON": lambda s: json.dumps(f"{s[:-4]}…"),
    "cut, percent-encoded": lambda s: f"{_percent(s[:-4], upper=False)}…",
    "Basic, cut": lambda s: f"Basic {_base64(s, b'user:', b'')[:-8]}…",
}


def leaks(content, secret):
    """Give the forms in which a secret stands in the content of a file."""
    texts = _readings(content.decode("utf-8", "replace") if isinstance(content, bytes) else content)
    written = _written(secret)
    there = {each for each in set(written.values()) if any(each in text for text in texts)}
    found = [name for name, each in written.items() if each in there]
    for offset in range(3):
        core = _base64(secret, b"\0" * offset, b"\0\0")[offset + 1 : (8 * (offset + len(secret))) // 6]
        found += [f"Base64 at {offset}"] * any(core in each for each in texts)
    return found


@lru_cache(maxsize=16)  # a secret is looked for in many texts
def _written(secret):
    return {name: form(secret) for name, form in FORMS.items() if not name.startswith("Ba")}


@lru_cache(maxsize=2)  # each secret is looked for in the same text
def _readings(text):
    """Give a text as it stands, without its blanks, and without its backslashes too."""
    dense = "".join(text.split())
    return tuple({text, dense, dense.replace("\\", "")})
