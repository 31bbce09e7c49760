import math

import pytest

from asbuilt.workflows.document import Mapping, Mark, Scalar, find, plain, read, text_of


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
        ("v1.0", "v1.0"),
    ],
)
def test_scalars_resolve_by_the_core_schema(text, expected):
    assert value(text) == expected
    assert type(value(text)) is type(expected)


def test_not_a_number_is_a_number():
    assert math.isnan(value(".nan"))


def test_text_is_as_github_hands_it_on():
    root = read("a: TRUE\nb: 3.10\nc: ~\nd: [1]\n", "f.yml").root
    assert [text_of(root.get(key)) for key in "abcd"] == ["true", "3.10", None, None]


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
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys (`<<`) are not supported by GitHub", 3, True),
        ("a: 1\n---\nb: 2\n", "a second YAML document begins here: a file holds one", 2, False),
        ("\ufeffa: 1\n", "begins with a byte order mark: save the file as UTF-8 without BOM", 1, True),
        ("", "the file is empty", 1, False),
        ("# only a comment\n", "the file is empty", 1, False),
        ("a: &x [*x]\n", "an alias refers to a node that contains it", 1, True),
        ("a: *nowhere\n", "found undefined alias", 1, False),
        ("? [a]\n: 1\n", "a key must be a plain word", 1, True),
        ("a:\n\t- b\n", "found character that cannot start any token", 2, False),
        (b"a: 1\nb: \xff\n", "not UTF-8 text", 2, False),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source, message, line, is_read):
    document = read(source, "f.yml")
    assert [(each.message, each.mark.line) for each in document.problems] == [(message, line)]
    assert (document.root is not None) == is_read


def test_of_a_duplicate_key_the_first_counts():
    assert plain(read("a: 1\na: 2\n", "f.yml").root) == {"a": 1}


def test_an_alias_gives_what_its_anchor_names():
    document = read("a: &x {b: [1, two]}\nc: *x\n", "f.yml")
    assert document.problems == ()
    assert plain(document.root) == {"a": {"b": [1, "two"]}, "c": {"b": [1, "two"]}}


def test_deep_nesting_is_a_problem_and_no_crash():
    document = read("[" * 5000 + "]" * 5000, "f.yml")
    assert document.root is None
    assert len(document.problems) == 1


def test_keys_are_found_with_their_places():
    root = read("b: 1\na: 2\n", "f.yml").root
    assert isinstance(root, Mapping)
    assert [(key.text, isinstance(node, Scalar)) for key, node in root.items()] == [("b", True), ("a", True)]
    assert root.place("a") == Mark(2, 1)
    assert root.place("gone") == Mark(1, 1)
