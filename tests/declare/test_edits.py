"""Changing values of an estate's text: all else stays as it was written, and nothing is changed by a guess."""

from typing import Any

import pytest

from asbuilt.edits import Added, Change, Note, Put, Removed, edited
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import plain

# What is there, the change, what is there then.
_MADE: dict[str, tuple[str, Change, str]] = {
    "a scalar, with its comment": ("a: 1 # one\nb: 2\n", Put(("a",), 3), "a: 3 # one\nb: 2\n"),
    "in quotes": ("a: {'b c': \"x\"}\n", Put(("a", "b c"), "y"), "a: {'b c': y}\n"),
    "a quoted key": ('"a":\n  "b": 1\n', Put(("a", "b"), 2), '"a":\n  "b": 2\n'),
    "what needs quotes": ("a: x\n", Put(("a",), "yes: no"), 'a: "yes: no"\n'),
    "a number's text": ("a: x\n", Put(("a",), "1.0"), 'a: "1.0"\n'),
    "a key without a value": ("a:\n  b:\n  c: 1\n", Put(("a", "b"), 2), "a:\n  b: 2\n  c: 1\n"),
    "into a key without a value": ("a:\n  b: # of b\n", Put(("a", "b", "c"), 2), "a:\n  b: { c: 2 } # of b\n"),
    "into a block": (
        "a:\n  b: 1 # of b\n\n# of c\nc: 2\n",
        Put(("a", "d"), [1]),
        "a:\n  b: 1 # of b\n  d: [1]\n\n# of c\nc: 2\n",
    ),
    "into a flow": ("a: {b: 1}\n", Put(("a", "d"), 2), "a: {b: 1, d: 2}\n"),
    "into an empty flow": ("a: { }\n", Put(("a", "d"), 2), "a: { d: 2 }\n"),
    "into a flow of several lines": (
        "a: {\n  b: 1, # of b\n  c: 2 # of c\n}\n",
        Put(("a", "d"), 3),
        "a: {\n  b: 1, # of b\n  c: 2, d: 3 # of c\n}\n",
    ),
    "behind a comma": ("a: [1, 2,]\n", Added(("a",), (3,)), "a: [1, 2, 3,]\n"),
    "several keys that are not there": ("a: 1\n", Put(("b", "c", "d"), 2), "a: 1\n\nb:\n  c:\n    d: 2\n"),
    "Windows' line ends": ("a:\r\n  b: 1\r\nc: 2\r\n", Put(("a", "d"), 3), "a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n"),
    "no line end at all": ("a:\n  b: 1", Put(("a", "d"), 3), "a:\n  b: 1\n  d: 3"),
    "behind an emoji": ("a: {n: '😀', b: 1}\n", Put(("a", "b"), 3), "a: {n: '😀', b: 3}\n"),
    "behind a text of several lines": (
        "a:\n  x: |\n    y\n    z\n\nb: 1\n",
        Put(("a", "c"), 3),
        "a:\n  x: |\n    y\n    z\n  c: 3\n\nb: 1\n",
    ),
    "an item of a block": ("a:\n- 1 # one\n- 2\nb: 3\n", Added(("a",), (4,)), "a:\n- 1 # one\n- 2\n- 4\nb: 3\n"),
    "an item of a list of mappings": (
        "a:\n  - b: 1\n    c: 2\n",
        Added(("a",), ({"b": 3, "c": 4},)),
        "a:\n  - b: 1\n    c: 2\n  - b: 3\n    c: 4\n",
    ),
    "an item of a list that is not there": ("a: 1\n", Added(("b",), (2,)), "a: 1\n\nb: [2]\n"),
    "an item of an empty list": ("a: []\n", Added(("a",), (2,)), "a: [2]\n"),
    "a key gone": ("a:\n  b: 1 # of b\n  c: 2\n", Removed(("a", "b")), "a:\n  c: 2\n"),
    "the only key gone": ("a:\n  b: 1\nc: 2\n", Removed(("a", "b")), "a:\n  {}\nc: 2\n"),
    "a key of a flow gone": ("a: {b: 1, c: 2}\n", Removed(("a", "c")), "a: {b: 1}\n"),
    "the first key of a flow gone": ("a: {b: 1, c: 2}\n", Removed(("a", "b")), "a: {c: 2}\n"),
    "with a comment before it": ("a: [1, # one\n  2]\n", Removed(("a", 1)), "a: [1, # one\n  ]\n"),
    "the first key of an item gone": ("a:\n- b: 1\n  c: 2\n", Removed(("a", 0, "b")), "a:\n- c: 2\n"),
    "an item gone": ("a:\n  - 1\n  - 2 # two\n  - 3\n", Removed(("a", 1)), "a:\n  - 1\n  - 3\n"),
    "the only item gone": ("a:\n  - 1 # one\n", Removed(("a", 0)), "a:\n  [] # one\n"),
    "a key that is not there": ("a: 1\n", Removed(("b", "c")), "a: 1\n"),
    "beside an anchor that nothing stands for": ("a: &x 1\n", Put(("a",), 2), "a: 2\n"),
    "beside an anchor": ("a: &x {b: 1}\nc: *x\nd: 1\n", Put(("d",), 2), "a: &x {b: 1}\nc: *x\nd: 2\n"),
    "what is so already": ("a:   'x'\n", Put(("a",), "x"), "a:   'x'\n"),
    "a list in a block": ("a:\n  - 1\n  - 2\nb: 1\n", Put(("a",), [3]), "a:\n  - 3\nb: 1\n"),
}
_REFUSED: dict[str, tuple[str, Change, str]] = {
    "an alias": ("a: &x 1\nb: *x\n", Put(("b",), 2), "*x stands there"),
    "within an alias": ("a: &x {c: 1}\nb: *x\n", Put(("b", "c"), 2), "*x stands there"),
    "what an alias stands for": ("a: &x {c: 1}\nb: *x\n", Put(("a", "c"), 2), "*x stands elsewhere"),
    "around what an alias stands for": ("a:\n  c: &x 1\nb: *x\n", Removed(("a",)), "an alias elsewhere"),
    "a text of several lines": ("a: |\n  b\n", Put(("a",), 2), "several lines"),
    "beside a text that keeps its line ends": (
        "a:\n  b: |+\n    x\n\n\nc: 1\n",
        Put(("a", "d"), 2),
        "is not changed by a program",
    ),
    "a key of a list": ("a: [1]\n", Put(("a", "b"), 2), "no such item"),
    "a key of a text": ("a: x\n", Put(("a", "b"), 2), "single value"),
    "an item of a text": ("a: x\n", Added(("a",), (2,)), "no list"),
}


@pytest.mark.parametrize("case", _MADE)
def test_a_change_leaves_all_else_as_it_was_written(case: str) -> None:
    before, change, after = _MADE[case]

    made = edited(before.encode(), [change])

    assert made.refused == ()
    assert made.source.decode() == after


@pytest.mark.parametrize("case", _REFUSED)
def test_what_cannot_be_changed_without_a_guess_is_said_in_a_comment(case: str) -> None:
    before, change, why = _REFUSED[case]

    made = edited(before.encode(), [change])

    assert why in made.refused[0][1]
    assert _plain(made.source) == _plain(before.encode())
    assert "# review: observed: " in made.source.decode()


def test_a_comment_stands_above_its_key_with_its_indentation_and_once() -> None:
    note = Note(("a", "b", "gone"), "review: look")

    made = edited(b"a:\n  b: {c: 1}\n", [], [note])

    assert made.source == b"a:\n  # review: look\n  b: {c: 1}\n"
    assert edited(made.source, [], [note]).source == made.source


def test_a_comment_is_one_line_and_nothing_else_of_somebody_elses_text() -> None:
    made = edited(b"a: 1\n", [], [Note(("a",), "review: x\nb: 2\u2028c: 3")])

    assert _plain(made.source) == {"a": 1}


def test_a_comment_stands_in_no_text_of_several_lines() -> None:
    made = edited(b'a: {x: "1\n  2", b: 1}\n', [], [Note(("a", "b"), "review: look")])

    assert made.source == b'# review: look\na: {x: "1\n  2", b: 1}\n'


def _plain(source: bytes) -> Any:
    return plain(reader.read(source, "").root)
