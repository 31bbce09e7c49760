import pytest

from asbuilt.workflows.shell.script import expand, option


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ("a",)),
        ("$A", ("x", "y")),
        ("${A}-$A", ("x-x", "x-y", "y-x", "y-y")),
        ("$B", ("$B",)),
        ("${B:-z}", ("${B:-z}",)),
        ("${A:-z}", ("x", "y")),
        ("${E:-z}", ("z",)),
        ("${E:-$A}", ("x", "y")),
        ("${{ inputs.A }}", ("${{ inputs.A }}",)),
        ("$AB", ("$AB",)),
        ("$(a $A)", ("$(a x)", "$(a y)")),
        ("${A%x}", ("${A%x}",)),
    ],
)
def test_a_text_is_expanded(text, expected):
    assert expand(text, {"A": ("x", "y"), "E": ("",)}) == expected


def test_a_text_that_may_be_too_many_stays_as_written():
    assert len(expand("$A$A", {"A": tuple("abcdefgh")})) == 64
    assert expand("$A$A$A", {"A": tuple("abcdefgh")}) == ("$A$A$A",)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("x", "-a", "b"), "b"),
        (("x", "-a=b"), "b"),
        (("x", "-ab"), "b"),
        (("x", "--app", "b"), "b"),
        (("x", "--app=b"), "b"),
        (("x", "--apple", "b"), None),
        (("x", "-a"), None),
        (("x", "--", "-a", "b"), None),
        (("x",), None),
    ],
)
def test_an_option_has_a_value(words, expected):
    assert option(words, "-a", "--app") == expected
