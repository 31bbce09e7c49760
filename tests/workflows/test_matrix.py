import pytest

from asbuilt.workflows.bounds import ROWS
from asbuilt.workflows.expressions.evaluate import UNKNOWN, Whole
from asbuilt.workflows.run.matrix import combinations
from asbuilt.workflows.yaml.reader import read


def rows(matrix):
    return list(combinations(read(f"{{{matrix}}}", "f.yml").root, {"inputs": Whole(app="b", apps='["a", "b"]')}))


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ("app: [a, b], n: [1]", [{"app": "a", "n": 1}, {"app": "b", "n": 1}]),
        ("app: [a, b], exclude: [{app: A}]", [{"app": "b"}]),  # by `==`, as in an expression
        ("n: [1, 2], exclude: [{n: '1'}]", [{"n": 2}]),
        ("n: [1, true, false], exclude: [{n: false}]", [{"n": 1}, {"n": True}]),
        ("App: [a, b], exclude: [{app: b}]", [{"App": "a"}]),
        (
            "app: [{name: a, tier: x}, {name: b, tier: y}], exclude: [{app: {name: b}}]",
            [{"app": {"name": "a", "tier": "x"}}],
        ),
        ("n: [[1, 2], [3, 4]], exclude: [{n: [3]}]", [{"n": [1, 2]}]),
        ("app: [a, b], exclude: [{app: '${{ inputs.app }}'}]", [{"app": "a"}]),
        ("app: [a, b], exclude: [{app: '${{ vars.X }}'}]", [{"app": "a"}, {"app": "b"}]),  # it may be excluded, or not
        ("app: [a], include: [{app: A, tier: x}]", [{"app": "a", "tier": "x"}]),
        (
            "app: [a, b], include: [{tier: x}, {app: b, tier: y}]",
            [{"app": "a", "tier": "x"}, {"app": "b", "tier": "y"}],
        ),
        ("app: [a], include: [{app: b, tier: x}, {tier: y}]", [{"app": "a", "tier": "y"}, {"app": "b", "tier": "x"}]),
        ("app: [a, b], exclude: [{app: a}], include: [{app: a, n: 1}]", [{"app": "b"}, {"app": "a", "n": 1}]),
        ("include: [{app: a}, {app: b}]", [{"app": "a"}, {"app": "b"}]),
        ("app: '${{ fromJSON(inputs.apps) }}'", [{"app": "a"}, {"app": "b"}]),
        ("app: '${{ fromJSON(vars.X) }}'", [UNKNOWN]),
        ("app: [a], include: '${{ fromJSON(vars.X) }}'", [UNKNOWN]),
        ("app: []", []),
    ],
)
def test_the_rows_of_a_matrix(matrix, expected):
    assert rows(matrix) == expected


def test_a_matrix_has_no_more_rows_than_github_runs():
    numbers = list(range(20))
    assert len(rows(f"a: {numbers}, b: {numbers}")) == ROWS


def test_the_rows_that_are_excluded_are_none_of_those():
    numbers = list(range(20))
    excluded = ", ".join(f"{{a: {number}}}" for number in range(10))
    assert len(rows(f"a: {numbers}, b: {numbers}, exclude: [{excluded}]")) == 200


def test_a_matrix_of_too_many_combinations_is_not_known():
    numbers = list(range(200))
    assert rows(f"a: {numbers}, b: {numbers}") == [UNKNOWN]
