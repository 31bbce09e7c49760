import math
from pathlib import Path
from random import Random

import pytest

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.judge.schedules import schedule_problems
from asbuilt.workflows.judge.syntax import problems
from asbuilt.workflows.yaml.document import Mapping, Mark, Scalar, find, plain, text_of
from asbuilt.workflows.yaml.reader import read

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def value(text):
    return read(f"key: {text}\n", "f.yml").root.get("key").value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("off", "off"),
        ("true", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("3", 3),
        ("3.10", 3.1),
        ("1e3", 1000.0),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-.inf", -math.inf),
        ("2026-04-30", "2026-04-30"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ('"true"', "true"),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ("!!float 3", 3),
        ("!!null ~", None),
        ("v1.0", "v1.0"),
        ("FALSE", False),
        ("nULL", "nULL"),
        ("y", "y"),
        ("n", "n"),
        ("22:22", "22:22"),
        ("2026-04-30T10:00:00Z", "2026-04-30T10:00:00Z"),
        ("+3", 3),
        ("-0x1F", "-0x1F"),
        ("0b11", "0b11"),
        ("0o8", "0o8"),
        (".5", 0.5),
        ("5.", 5.0),
        ("+.5e-1", 0.05),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("e3", "e3"),
        ("+.INF", math.inf),
        ("infinity", "infinity"),
        ("NaN", "NaN"),
        ("!!str", ""),
        ('"3.10"', "3.10"),
        ("'~'", "~"),
        ("''", ""),
        ("'no'", "no"),
        ("1" * 5000, math.inf),
        ("-" + "1" * 400, -math.inf),
        ("9007199254740993", 9007199254740992.0),
    ],
)
def test_scalars_resolve_by_the_core_schema(text, expected):
    assert value(text) == expected
    assert type(value(text)) is type(expected)


def test_not_a_number_is_a_number():
    assert math.isnan(value(".nan"))


def test_text_is_as_github_hands_it_on():
    root = read(
        "a: TRUE\nb: 3.10\nc: ~\nd: [1]\ne: 007\nf: 0x1F\ng: 1e3\nh: '3.10'\ni: 1e400\nj: v1.10\n", "f.yml"
    ).root
    handed = ["true", "3.1", None, None, "7", "31", "1000", "3.10", "Infinity", "v1.10"]
    assert [text_of(root.get(key)) for key in "abcdefghij"] == handed


def test_every_node_knows_its_place():
    document = read("jobs:\n  build:\n    steps:\n      - run: make\n      - uses: x\n", "f.yml")
    assert find(document.root, ("jobs", "build", "steps", 1, "uses")) == Mark(5, 9)
    assert find(document.root, ("jobs", "build", "missing", "deeper")) == Mark(2, 3)
    assert document.excerpt(Mark(5, 9)) == "- uses: x"
    assert document.at(Mark(5, 9)) == "f.yml:5:9"


@pytest.mark.parametrize(
    ("source", "message", "line", "is_read"),
    [
        ("a: 1\nb: 2\na: 3\n", 'key "a" is set twice: first on line 1', 3, True),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys (`<<`) are not read: write out what they stand for", 3, True),
        ("a: 1\n---\nb: 2\n", "a second YAML document begins here: a file holds one", 2, False),
        ("\ufeffa: 1\n", "begins with a byte order mark: save the file as UTF-8 without BOM", 1, True),
        ("", "the file is empty", 1, False),
        ("# only a comment\n", "the file is empty", 1, False),
        ("a: &x [*x]\n", "an alias refers to a node that contains it", 1, True),
        (
            "a: *nowhere\n",
            "an alias (`*`) has no anchor (`&`) that it refers to; a text that begins with `*` is put in quotes",
            1,
            False,
        ),
        ('a: 1\nb: "x\nc: 2\n', 'a text that begins with " here does not end: the second " is missing', 2, False),
        ("a: 'x\n\n", "a text that begins with ' here does not end: the second ' is missing", 1, False),
        ("? [a]\n: 1\n", "a key must be a plain word", 1, True),
        ("a:\n\t- b\n", "a tab stands where YAML takes spaces only", 2, False),
        (b"a: 1\nb: \xff\n", "not UTF-8 text", 2, False),
        ("a: \ud800\n", "not UTF-8 text", 1, False),
        (b"\xff\xfea\x00:\x00", "not UTF-8 text", 1, False),
        ("é: 1\nb: é\x07\n", "a character that YAML does not allow: U+0007", 2, False),
        ("a: 1\n---\n", "a second YAML document begins here: a file holds one", 2, False),
        ("%YAML 1.2\n---\na: 1\n...\n---\n", "a second YAML document begins here: a file holds one", 5, False),
        ("env: {A: 1}\nENV: {}\n", 'key "ENV" is "env" of line 1 again: case makes no difference', 2, True),
        ("env:\n  PATH: a\n  Path: b\n", 'key "Path" is "PATH" of line 2 again: case makes no difference', 3, True),
        ("jobs:\n  a: {}\n  A: {}\n", 'job "A" is "a" of line 2 again: case makes no difference', 3, True),
        ("x: {jobs: {a: 1, A: 2}}\n", 'key "A" is "a" of line 1 again: case makes no difference', 1, True),
        ("1: a\n'1': b\n", 'key "1" is set twice: first on line 1', 2, True),
        ("a: 1\r\nb: 2\r\nb: 3\r\n", 'key "b" is set twice: first on line 2', 3, True),
        ("- <<: 1\n", "merge keys (`<<`) are not read: write out what they stand for", 1, True),
        ("a: !!binary aGk=\n", '"aGk=" is nothing that GitHub reads as !!binary', 1, True),
        ("a: !!int one\n", '"one" is nothing that GitHub reads as !!int', 1, True),
        ("a: !!bool 'true'\n", '"true" is nothing that GitHub reads as !!bool', 1, True),
        ("a: &x {b: *x}\nc: &x 1\n", "an alias refers to a node that contains it", 1, True),
        ("x: 1\nif: !a.b\n", "`!a.b` begins with a tag of YAML, which GitHub refuses: quote it", 2, True),
        ("%YAML 3.0\n---\na: 1\n", "found incompatible YAML document", 1, False),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source, message, line, is_read):
    document = read(source, "f.yml")
    assert [(each.fact, each.mark.line) for each in document.problems] == [(message, line)]
    assert (document.root is not None) == is_read


def test_what_looks_like_a_tag_is_read_as_it_was_meant():
    root = read("a: !x.y\nb: !!str 1\nc: '!x'\n", "f.yml").root
    assert [text_of(root.get(key)) for key in "abc"] == ["!x.y", "1", "!x"]


def test_a_file_of_nothing_but_a_byte_order_mark_is_empty_too():
    messages = [each.fact.partition(":")[0] for each in read(b"\xef\xbb\xbf", "f.yml").problems]
    assert messages == ["begins with a byte order mark", "the file is empty"]


def test_of_a_duplicate_key_the_first_counts():
    assert plain(read("a: 1\na: 2\n", "f.yml").root) == {"a": 1}


def test_an_alias_gives_what_its_anchor_names():
    document = read("a: &x {b: [1, two]}\nc: *x\n", "f.yml")
    assert document.problems == ()
    assert plain(document.root) == {"a": {"b": [1, "two"]}, "c": {"b": [1, "two"]}}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000 + "]" * 5000,
        "[" * 300_000,
        "{a: " * 250_000,
        "- " * 300_000,
        "a:\n" + "".join(f"{' ' * (depth + 1)}k:\n" for depth in range(150)),
        "a0: &a0 [1]\n" + "".join(f"a{step}: &a{step} [*a{step - 1}]\n" for step in range(1, 150)),
    ],
    ids=["brackets", "open-brackets", "open-braces", "dashes", "block", "aliases-of-aliases"],
)
def test_what_nests_too_deep_is_not_read_and_no_crash(text):
    document = read(text, "f.yml")
    assert document.root is None
    assert document.problems == ()
    assert document.unread.fact == "nests deeper than 100 levels, and no more are read"


def test_what_is_written_at_length_is_not_deep():
    document = read("run: '" + "[{- ?" * 5000 + "'\nitems:\n" + "  - a\n" * 6000, "f.yml")
    assert document.problems == ()
    assert len(document.root.get("items").items) == 6000


def test_aliases_that_repeat_without_end_are_not_read():
    text = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    for name, of in zip("bcdefghij", "abcdefghi", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{of}'] * 10)}]\n"
    document = read(text, "f.yml")
    is_read = document.root is not None  # by itself: pytest would write the root out, and never come to an end
    assert not is_read
    assert document.problems == ()
    assert document.unread.fact == "has more than 200,000 nodes, and no more are read"
    assert document.at(document.unread.mark) == "f.yml:6:8"


@pytest.mark.parametrize("text", ["---\na: 1\n", "a: 1\n...\n", "%YAML 1.2\n---\na: 1\n", "\n# first\na: 1", "{a: 1}"])
def test_one_document_is_one_however_it_begins_and_ends(text):
    document = read(text, "f.yml")
    assert (plain(document.root), document.problems) == ({"a": 1}, ())


def test_on_is_a_word_and_a_key_keeps_its_text():
    root = read("on: push\nyes: 1\n3.10: 2\nnull: 3\n", "f.yml").root
    assert plain(root) == {"on": "push", "yes": 1, "3.10": 2, "null": 3}


@pytest.mark.parametrize(
    ("text", "source"), [("3.10", "3.10"), ("0x1F", "0x1F"), ("TRUE", "TRUE"), ("'a''b'", "a'b"), ("1e3", "1e3")]
)
def test_a_scalar_keeps_the_text_it_was_written_as(text, source):
    assert read(f"key: {text}\n", "f.yml").root.get("key").text == source


def test_an_alias_stands_for_the_last_node_that_has_its_anchor():
    document = read("a: &x 1\nb: *x\nc: &x {d: 2}\ne: *x\n", "f.yml")
    assert document.problems == ()
    assert plain(document.root) == {"a": 1, "b": 1, "c": {"d": 2}, "e": {"d": 2}}
    assert find(document.root, ("e", "d")) == Mark(3, 8)


def test_an_alias_has_the_place_of_its_anchor():
    document = read("a: &x {b: 1}\nc: *x\nd: &y text\ne: *y\n", "f.yml")
    assert find(document.root, ("c", "b")) == Mark(1, 8)
    assert document.root.get("e") == document.root.get("d")
    assert document.root.place("c") == Mark(2, 1)


PIECES = [
    *("[", "]", "{", "}", ":", "-", "- ", "? ", "#", "&a ", "*a", "!!str ", "!x ", "|", ">", "'", '"', "%", "@", "`"),
    *(
        "<<: ",
        "\t",
        "\n",
        "\r",
        "\x00",
        "\ufeff",
        "\u2028",
        "é",
        "\N{ROCKET}",
        "---\n",
        "...\n",
        "null",
        "~",
        "${{",
        "}}",
    ),
    *(
        "on:",
        "jobs:",
        "steps:",
        "needs:",
        "if:",
        "with:",
        "1",
        "0x",
        ".inf",
        "true",
        "<<<<<<< a\n",
        "schedule:",
        "cron:",
    ),
]


def broken(text, random):
    """Break a text in one to four places."""
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text) + 1)
        lines = text.splitlines(keepends=True) or [""]
        line = random.randrange(len(lines))
        match random.randrange(8):
            case 0:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + random.randint(1, 8) :]
            case 2:
                text = text[:at]
            case 3:
                text = "".join(lines[:line] + lines[line + 1 :])
            case 4:
                text = "".join([*lines[: line + 1], *lines[line:]])
            case 5:
                text = "".join([*lines[:line], " " * random.randint(1, 4), *lines[line:]])
            case 6:
                text = "".join([*lines[:line], lines[line].lstrip(" "), *lines[line + 1 :]])
            case _:
                key, colon, _ = lines[line].partition(":")
                lines[line] = (
                    key + colon + " " + random.choice([*PIECES, "[]", "{}", "[[]]", "{a: b}", "5", "''"]) + "\n"
                )
                text = "".join(lines)
    return text


def test_no_broken_workflow_is_more_than_a_problem():
    paths = [*FIXTURES.glob("workflows/*/*.yml"), *FIXTURES.glob("repositories/*/*/.github/workflows/*.yml")]
    texts = [path.read_text("utf-8") for path in sorted(paths)]
    random = Random(41)
    unread = found = 0
    for _ in range(2000):
        text = broken(random.choice(texts), random)
        try:
            file = load(text.encode("utf-8"), "f.yml")
            said = [*problems(file), *schedule_problems(file)]
        except Exception as error:
            raise AssertionError(f"{error!r} at:\n{text}") from error
        if file.document.root is None:
            unread += 1
            assert said, text
        found += bool(said)
    assert unread > 300
    assert found > unread + 300


def test_keys_are_found_with_their_places():
    root = read("b: 1\na: 2\n", "f.yml").root
    assert isinstance(root, Mapping)
    assert [(key.text, isinstance(node, Scalar)) for key, node in root.items()] == [("b", True), ("a", True)]
    assert root.place("a") == Mark(2, 1)
    assert root.place("gone") == Mark(1, 1)
