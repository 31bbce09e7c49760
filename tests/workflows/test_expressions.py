import math

import pytest

from asbuilt.workflows.expressions.evaluate import (
    UNKNOWN,
    ExpressionError,
    Unknown,
    Whole,
    condition,
    evaluate,
    interpolate,
    parse,
    truth,
)

CONTEXT = {
    "github": {"ref": "refs/heads/main", "event_name": "push", "event": {"commits": Whole(a=1)}},
    "inputs": Whole(target="production", dry_run=False, count=3),
    "needs": Whole({"test": Whole(result="success"), "lint": Whole(result="skipped")}),
    "matrix": Whole(list=["a", "B"], objects=[Whole(name="x", n=1), Whole(name="y")], nested=Whole(k=Whole(v="deep"))),
}
VALUES = [
    # literals
    ("null", None),
    ("true", True),
    ("1", 1),
    (".5", 0.5),
    ("-2.5e3", -2500),
    ("0xff", 255),
    ("0o17", 15),
    ("+Infinity", math.inf),
    ("'it''s ''quoted'''", "it's 'quoted'"),
    ("''", ""),
    # precedence and grouping
    ("true || false && false", True),
    ("(true || false) && false", False),
    ("!true || true", True),
    ("!(true || true)", False),
    ("1 == 2 == false", True),
    ("1 < 2 == true", True),
    ("3 > 2 > 1", False),
    # && and || give their operands back
    ("'a' && 'b'", "b"),
    ("'' && 'b'", ""),
    ("null || 'b'", "b"),
    ("0 || ''", ""),
    ("inputs.target == 'production' && 'a' || 'b'", "a"),
    ("inputs.target == 'staging' && 'a' || 'b'", "b"),
    ("true && '' || 'falls through'", "falls through"),
    # loose comparison
    ("null == 0", True),
    ("null == ''", True),
    ("true == 1", True),
    ("true == 'true'", False),
    ("'1' == 1", True),
    ("' 0x10 ' == 16", True),
    ("'abc' == 0", False),
    ("'' == 0", True),
    ("'ABC' == 'abc'", True),
    ("'ABC' != 'abc'", False),
    ("NaN == NaN", False),
    ("'b' > 'A'", True),
    ("'10' < 9", False),
    ("null >= 0", True),
    ("'x' < 1", False),
    ("matrix.list == matrix.list", True),
    ("matrix.list == 'Array'", False),
    ("false < true", True),
    # access
    ("GitHub.Event_Name", "push"),
    ("github['ref']", "refs/heads/main"),
    ("matrix.nested.k.v", "deep"),
    ("matrix.nested['K']['V']", "deep"),
    ("inputs.nothing", None),
    ("inputs.nothing.deeper", None),
    ("inputs.target.deeper", None),
    ("matrix.list[1]", "B"),
    ("matrix.list[1.9]", "B"),
    ("matrix.list[2]", None),
    ("matrix.list[-1]", None),
    ("matrix.objects.*.name", ["x", "y"]),
    ("matrix.objects[*].n", [1]),
    ("needs.*.result", ["success", "skipped"]),
    ("inputs.target.*", []),
    # functions
    ("contains('Hello', 'ELL')", True),
    ("contains(matrix.list, 'b')", True),
    ("contains(matrix.list, 'c')", False),
    ("contains(needs.*.result, 'failure')", False),
    ("contains(1234, 23)", True),
    ("startsWith(github.ref, 'REFS/heads/')", True),
    ("endsWith(github.ref, '/main')", True),
    ("format('{0}-{1}-{0} {{x}}', 'a', 2)", "a-2-a {x}"),
    ("join(matrix.list)", "a,B"),
    ("join(matrix.list, ' / ')", "a / B"),
    ("join('alone', '-')", "alone"),
    ("toJSON(matrix.list)", '[\n  "a",\n  "B"\n]'),
    ("toJSON(inputs.count)", "3"),
    ("""fromJSON('{"a": [1, {"B": null}]}').a[0]""", 1),
    ("""fromJSON('{"a": 1}').b""", None),
    ("fromJSON('\"text\"')", "text"),
    ("case(false, 'a', true, 'b', 'c')", "b"),
    ("always()", True),
    # coercion to text
    ("format('{0}|{1}|{2}|{3}', null, true, 1.50, -0.0)", "|true|1.5|0"),
    ("format('{0}', matrix)", "Object"),
    ("format('{0}', 1e300)", "1E+300"),
    # decided although a part is unknown
    ("true || vars.X", True),
    ("false && vars.X", False),
    ("(vars.X && false) == 1 || 'end'", UNKNOWN),
    ("vars.X && false || 'end'", "end"),
    ("contains(fromJSON('[\"a\"]'), vars.X) && false || 1", 1),
    # unknown
    ("vars.X", UNKNOWN),
    ("vars.X.y.z", UNKNOWN),
    ("secrets.TOKEN", UNKNOWN),
    ("github.actor", UNKNOWN),
    ("github.event.commits[0]", None),
    ("github[vars.X]", UNKNOWN),
    ("vars.X == 'a'", UNKNOWN),
    ("vars.X != 'a'", UNKNOWN),
    ("!vars.X", UNKNOWN),
    ("vars.X < 1", UNKNOWN),
    ("false || vars.X", UNKNOWN),
    ("true && vars.X", UNKNOWN),
    ("vars.X && 'a' || 'b'", UNKNOWN),
    ("format('{0}', vars.X)", UNKNOWN),
    ("join(vars.X)", UNKNOWN),
    ("toJSON(github)", UNKNOWN),
    ("fromJSON(vars.X)", UNKNOWN),
    ("contains(vars.X, 'a')", UNKNOWN),
    ("startsWith('abc', vars.X)", UNKNOWN),
    ("hashFiles('**/lock')", UNKNOWN),
    ("github.*", UNKNOWN),
    ("success()", UNKNOWN),
    ("case(vars.X, 1, 2)", UNKNOWN),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    value = evaluate(expression, CONTEXT)
    assert value == expected
    assert isinstance(value, bool) == isinstance(expected, bool)
    assert isinstance(value, Unknown) == isinstance(expected, Unknown)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("vars.X && false", False),
        ("vars.X || true", True),
        ("vars.X || 'a'", True),
        ("vars.X && 'a' || 'b'", True),
        ("!(vars.X && false)", True),
        ("vars.X && 'a'", UNKNOWN),
        ("vars.X || ''", UNKNOWN),
        ("vars.X && vars.Y && 0", False),
        ("matrix", True),
        ("NaN", False),
        ("'0'", True),
    ],
)
def test_truth_is_decided_more_often_than_value(expression, expected):
    assert truth(expression, CONTEXT) == expected


def test_not_a_number_is_not_a_number():
    assert math.isnan(evaluate("NaN", {}))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("startsWith(ref, 'refs/tags/v')", True),
        ("startsWith(ref, 'refs/heads/')", False),
        ("startsWith(ref, 'refs/tags/v1')", UNKNOWN),
        ("ref == 'refs/heads/main'", False),
        ("ref != 'refs/heads/main'", True),
        ("ref == 'refs/tags/v1'", UNKNOWN),
        ("ref == 'refs/tags/v2'", False),
        ("ref && 'set'", "set"),
        ("ref == ''", False),
        ("contains(ref, 'tags/')", True),
        ("contains(ref, 'heads')", UNKNOWN),
        ("endsWith(ref, '1')", UNKNOWN),
    ],
)
def test_of_an_unknown_text_its_beginning_can_decide(expression, expected):
    tag = Unknown(prefix="refs/tags/v", excluded=frozenset({"refs/tags/v2"}))
    assert evaluate(expression, {"ref": tag}) == expected


def test_status_functions_answer_what_they_are_told():
    status = {"success": False, "failure": True}
    assert evaluate("failure() && !success()", {}, status) is True
    assert evaluate("cancelled()", {}, status) == UNKNOWN


@pytest.mark.parametrize(
    ("expression", "offset", "expected"),
    [
        ("", 0, "a value"),
        ("1 +", 2, "a number"),
        ("a ==", 4, "a value"),
        ("(a", 2, '")"'),
        ("a)", 1, "an operator or the end"),
        ("a b", 2, "an operator or the end"),
        ("a.", 2, "a name"),
        ("a[1", 3, '"]"'),
        ("a = b", 2, '"=="'),
        ("a & b", 2, '"&&"'),
        ("a | b", 2, '"||"'),
        ("'open", 0, "a closing '"),
        ('a == "b"', 5, "a string in single quotes"),
        ("a ? b", 2, "a value"),
        ("nope(1)", 0, "one of always"),
        ("contains('a')", 0, "2 arguments"),
        ("always(1)", 0, "0 arguments"),
        ("case(true, 1, false, 2)", 0, "an odd number"),
        ("join('a',)", 9, "a value"),
        ("0xZZ", 0, "a number"),
        ("!" * 60 + "a", 50, "at most 50 levels"),
        ("(" * 60 + "a" + ")" * 60, 50, "at most 50 levels"),
    ],
)
def test_a_syntax_error_says_where_and_what_was_expected(expression, offset, expected):
    with pytest.raises(ExpressionError) as caught:
        parse(expression)
    assert caught.value.offset == offset
    assert expected in caught.value.expected


@pytest.mark.parametrize(
    "expression", ["fromJSON('{')", "fromJSON('')", "format('{0}')", "format('{', 1)", "case('x', 1, 2)"]
)
def test_what_fails_the_run_at_github_is_an_error(expression):
    with pytest.raises(ExpressionError):
        evaluate(expression, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${{ inputs.target }}", "production"),
        ("a-${{ inputs.target }}-${{ inputs.count }}.", "a-production-3."),
        ("${{inputs.nothing}}", ""),
        ("${{ '}}' }}", "}}"),
        ("${{ 'it''s }}' }}", "it's }}"),
        ("$APP ${APP} {{ x }}", "$APP ${APP} {{ x }}"),
        ("app-${{ vars.X }}", UNKNOWN),
        ("${{ true }}", "true"),
    ],
)
def test_interpolation(text, expected):
    assert interpolate(text, CONTEXT) == expected


def test_an_expression_that_does_not_end_is_an_error():
    with pytest.raises(ExpressionError, match="does not end"):
        interpolate("a ${{ b", {})


@pytest.mark.parametrize(
    ("test", "success", "expected"),
    [
        ("", True, True),
        ("", False, False),
        ("inputs.target == 'production'", True, True),
        ("inputs.target == 'production'", False, False),
        ("${{ inputs.target == 'production' }}", False, False),
        ("always()", False, True),
        ("inputs.target == 'production' && !failure()", False, True),
        ("${{ false }}", True, False),
        ("${{ inputs.target }} == 'staging'", True, True),  # text around braces makes a string, and it is not empty
        ("false", True, False),
        ("${{ false }}\n", True, True),  # the line's end of a block of text is text around braces too
        ("{} ${{ false }} {0}", True, True),
        ("${{ 'false' }}", True, False),  # quotes around the whole are taken off
        ("${{ 'always()' }}", False, True),
        ("${{ ('false') }}", True, True),
        ("${{ always() }} && false", False, True),
        ("'always()' == inputs.target || true", False, False),
    ],
)
def test_a_condition_asks_for_success_unless_it_asks_for_a_status(test, success, expected):
    status = {"success": success, "failure": False, "cancelled": False}
    assert truth(condition(test), CONTEXT, status) == expected


def test_a_plain_dict_is_known_in_part_and_a_whole_one_completely():
    assert evaluate("a.b", {"a": {}}) == UNKNOWN
    assert evaluate("a.b", {"a": Whole()}) is None
