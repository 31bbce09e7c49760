"""Break a text as people, editors and strangers do: for tests that hold a reader to one clear word about it."""

from copy import deepcopy

import yaml
from hypothesis import strategies as st

NASTY = {
    "nothing": b"",
    "a comment": b"# nothing\n",
    "blanks": b" \n\t\n",
    "a byte order mark": b"\xef\xbb\xbfa: b\n",
    "UTF-16": "a: b\n".encode("utf-16"),
    "UTF-32": "a: b\n".encode("utf-32"),
    "no UTF-8": b"a: \xff\xfe\n",
    "half a character": b"a: \xf0\x9f\x98\n",
    "a surrogate": b"a: \xed\xa0\x80\n",
    "an escaped surrogate": b'a: "\\ud800"\n',
    "two escaped surrogates": b'a: "\\ud83d\\ude00"\n',
    "past Unicode": b'a: "\\UFFFFFFFF"\n',
    "NUL": b"a: \0\n",
    "escaped controls": b'"\\0\\a\\e\\x85\\_\\L\\P": "\\0\\a\\e\\x85\\_\\L\\P"\n',
    "separators of lines": "a: b\u2028c: d\u0085e: f\u2029".encode(),
    "directions": 'a: "\u202e\u2066\u200b\ufeff"\n'.encode(),
    "carriage returns": b"a: b\rc: d\r\ne: f\n\r",
    "a tab": b"a:\n\tb: c\n",
    "a cycle": b"a: &a [*a]\n",
    "a cycle of keys": b"a: &a {*a : *a}\n",
    "the root in itself": b"&a\na: *a\n",
    "two in each other": b"a: &a {b: &b {c: *a, d: *b}}\n",
    "an unknown alias": b"a: *b\n",
    "an anchor twice": b"a: &x 1\nb: &x 2\nc: *x\n",
    "aliases that multiply": b"a0: &a0 [x, x]\n"
    + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40)),
    "aliases that deepen": b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 300)),
    "brackets": b"[" * 100_000,
    "closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "braces": b"{a: " * 100_000,
    "dashes": b"- " * 100_000,
    "questions": b"? " * 100_000,
    "indents": b"".join(b" " * n + b"a:\n" for n in range(1_400)),
    "a long text": b"a: " + b"x" * 1_000_000,
    "a long key": b"x" * 1_000_000 + b": a\n",
    "a long comment": b"a: b # " + b"x" * 1_000_000,
    "many keys": b"".join(b"k%d: \n" % n for n in range(5_000)),
    "many documents": b"---\na: b\n" * 1_000,
    "two documents": b"a: b\n---\nc: d\n",
    "no end of a document": b"a: b\n...\nc: d\n",
    "another YAML": b"%YAML 9.9\n---\na: b\n",
    "an unknown directive": b"%FOO bar\n---\na: b\n",
    "a tag of Python": b"a: !!python/object/apply:os.system [exit]\n",
    "a tag of a set": b"a: !!set {b, c}\n",
    "a tag of a pair": b"a: !!omap [b: c]\n",
    "a binary": b"a: !!binary aGVsbG8=\n",
    "a time": b"a: !!timestamp 2001-12-14t21:59:43.10-05:00\n",
    "a tag of one's own": b"!x a: !y b\n",
    "a tag without an end": b"a: !<x\n",
    "a merge": b"a: &a {b: c}\nd: {<<: *a}\n",
    "a merge of nothing": b"<<: 1\n",
    "a key twice": b"a: 1\na: 2\nA: 3\n",
    "keys that are no texts": b"1: a\nnull: b\ntrue: c\n.inf: d\n2020-01-01: e\n1.5: f\n~: g\n",
    "a list as a key": b"[a]: b\n",
    "a mapping as a key": b"{a: b}: c\n",
    "a key of many lines": b'? |\n  a\n  b\n: c\n"d\\ne": f\n',
    "no key": b": a\n",
    "an empty key": b'"": a\n',
    "numbers": b"a: [0x, 0o9, 1e999, -1e999, .inf, -.INF, .nan, 0b1, 1_000, 9007199254740993, 190:20:30, +1, 1.]\n",
    "a large number": b"a: " + b"9" * 100_000 + b"\n",
    "a quote without an end": b'a: "b\n',
    "a block without an indent": b"a: |\nb\n",
    "a block indented by 9": b"a: |9\n b\n",
    "a mapping in a line": b"a: b: c\n",
    "a brace without an end": b"a: {b: c\n",
    "a merge conflict": b"<<<<<<< ours\na: b\n=======\na: c\n>>>>>>> theirs\n",
    "a list": b"- a\n- b\n",
    "a word": b"a\n",
    "no number": b".nan\n",
    "JSON": b'{"a": [1, null, true, {"b": "\\u2028"}]}\n',
    "a program": b"#!/bin/sh\nexit 0\n",
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "braces of Python": b"a: '{0} {a.__class__} {'\n",
    "an expression": b"a: ${{ secrets.X }}\n${{ b }}: c\n",
}

_WORDS = st.sampled_from(
    ("", " ", ".", "..", "~", "@", "{", "}", "{issue}", "{app}", "::error::x", "##[x]", "a/b", "*", "!", "&", "<b>")
)
_TEXT = st.one_of(_WORDS, st.text(max_size=12), st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl"]), max_size=4))
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-3, 3), st.floats(), st.dates(), st.datetimes(), _TEXT
)
_VALUES = st.recursive(
    _SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(_TEXT, below, max_size=3)),
    max_leaves=5,
)


@st.composite
def rearranged(draw, text):
    """Give a YAML text with one to three of its parts replaced, renamed, taken out, or put where others were."""
    root = [yaml.load(text, yaml.CBaseLoader)]
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(root))[1:] or [(root, 0)]))
        value = holder[key]
        match draw(st.sampled_from(("replace", "replace", "rename", "remove", "wrap", "elsewhere"))):
            case "rename" if isinstance(holder, dict):
                holder[draw(_TEXT)] = holder.pop(key)
            case "remove" if holder is not root:
                del holder[key]
            case "wrap":
                holder[key] = draw(st.sampled_from(([value], {"a": value}, [value, value], {str(key): value})))
            case "elsewhere":
                other, there = draw(st.sampled_from(list(_places(root))))
                holder[key] = deepcopy(other[there])
            case _:
                holder[key] = draw(_VALUES)
    return yaml.safe_dump(root[0], allow_unicode=draw(st.booleans()), sort_keys=False).encode("utf-8", "surrogatepass")


@st.composite
def torn(draw, text):
    """Give a text cut, doubled, indented anew or with something put into it, at any place."""
    lines = text.splitlines(keepends=True)
    at, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    number = draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(("cut", "take out", "put in", "double", "indent", "drop", "swap"))):
        case "cut":
            text = text[:at]
        case "take out":
            text = text[:at] + text[min(end, at + 40) :]
        case "put in":
            text = text[:at] + draw(_TEXT) + text[at:]
        case "double":
            text = "".join(lines[: number + 1] + lines[number:])
        case "indent":
            blanks = draw(st.sampled_from((" ", "  ", "\t", "\u00a0", "- ", "? ", ": ", "&a ", "*a ", "!x ", "# ")))
            text = "".join((*lines[:number], blanks, *lines[number:]))
        case "drop":
            text = "".join(lines[:number] + lines[number + 1 :])
        case "swap":
            text = "".join((*lines[number:], *lines[:number]))
    return text.encode("utf-8", "surrogatepass")


@st.composite
def flipped(draw, text):
    """Give a text of which some bytes are others."""
    raw = bytearray(text.encode())
    for _ in range(draw(st.integers(1, 4))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(
            st.one_of(st.sampled_from(b" \n:-{}[]&*!'\"#%|>"), st.integers(0, 255))
        )
    return bytes(raw)


@st.composite
def broken(draw, text):
    """Give a text broken in one of these ways: mostly it stays YAML, and says something else."""
    how = draw(st.sampled_from((rearranged, torn, rearranged, flipped, rearranged, rearranged)))
    return draw(how(text))


def _places(holder):
    for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])
