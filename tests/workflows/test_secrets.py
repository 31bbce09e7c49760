import pytest
from making import sources_of

from asbuilt.workflows.expressions import Unknown, parse
from asbuilt.workflows.secrets import read_by, uses_of_secrets

SET = Unknown(truth=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("secrets.A", ["A"]),
        ("secrets['A']", ["A"]),
        ("SECRETS.a", ["a"]),
        ("inputs.x == 'p' && secrets.A || secrets.B", ["A"]),
        ("inputs.x == 'q' && secrets.A || secrets.B", ["B"]),
        ("inputs.y == 'p' && secrets.A || secrets.B", ["A", "B"]),
        ("inputs.x == 'q' || secrets.A", ["A"]),
        ("inputs.x == 'p' || secrets.A", []),
        ("!secrets.A", ["A"]),
        ("format('{0}', secrets.A)", ["A"]),
        ("toJSON(secrets)", ["*"]),
        ("secrets[inputs.name]", ["*"]),
        ("secrets.*", ["*"]),
        ("github.token", []),
    ],
)
def test_an_expression_reads_what_it_comes_to(text, expected):
    context = {"inputs": {"x": "p"}, "secrets": {"A": SET, "B": SET}}
    assert list(read_by(parse(text), context)) == expected


def uses(job, steps="      - run: x\n", on="push", env="", **more):
    text = f"on: {on}\n{env}jobs:\n  a:\n    runs-on: x\n{job}    steps:\n{steps}"
    made = sources_of(w=text, **more)
    assert made.workflow_files[0].document.problems == ()
    found = uses_of_secrets(made.workflow_files[0], made, {"key"})
    return sorted({(each.secret, each.environment, each.mark.line) for each in found}, key=str)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"job": "    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", None, 5)]),
        ({"job": "    environment: e\n    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", "e", 6)]),
        ({"job": "    environment: { name: e }\n    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", "e", 6)]),
        ({"job": "", "env": "env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", None, 2)]),
        ({"job": "    env: { K: '${{ secrets.OTHER }}' }\n"}, []),
        ({"job": "", "steps": "      - run: x ${{ secrets.key }}\n"}, [("key", None, 6)]),
        ({"job": "", "steps": "      - if: false\n        run: x ${{ secrets.KEY }}\n"}, []),
        ({"job": "    if: false\n", "steps": "      - run: x ${{ secrets.KEY }}\n"}, []),
        ({"job": "", "steps": "      - run: x ${{ toJSON(secrets) }}\n"}, [("*", None, 6)]),
        ({"job": "    environment: ${{ vars.E }}\n    env: { K: '${{ secrets.KEY }}' }\n"}, []),
    ],
)
def test_a_job_reads_where_it_runs(arguments, expected):
    assert uses(**arguments) == expected


def test_what_a_caller_hands_over_it_has_read():
    called = (
        "on: workflow_call\njobs: {b: {runs-on: x, environment: e, env: {K: '${{ secrets.KEY }}'}, steps: [{run: y}]}}"
    )
    caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    secrets: {hands}\n"
    for hands, expected in (
        ("inherit", [("KEY", "e")]),
        ("{ KEY: '${{ secrets.KEY }}' }", [("KEY", None), ("KEY", "e")]),
    ):
        made = sources_of(w=caller.replace("{hands}", hands), called=called)
        found = uses_of_secrets(made.workflow_files[0], made, {"key"})
        assert sorted({(each.secret, each.environment) for each in found}, key=str) == sorted(expected, key=str)
