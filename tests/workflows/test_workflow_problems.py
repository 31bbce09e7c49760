import pytest
from making import sources_of

from asbuilt.workflows.problems import problems
from asbuilt.workflows.workflow import load, missing

SOUND = """\
name: Sound
on:
  push: { branches: [main] }
jobs:
  Build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  call:
    needs: build
    uses: ./.github/workflows/other.yml
    with: { a: 1 }
"""


def found(text):
    return [(each.mark.line, each.message) for each in problems(load(text, "w.yml"))]


def job(text):
    return f"on: push\njobs:\n  a:\n    runs-on: x\n{text}"


def test_a_sound_file_has_no_problems():
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[a, b]\n", 1, "a workflow is a mapping"),
        ("jobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, "`on` is missing"),
        ("on:\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, "`on` is missing"),
        ("on: push\n", 1, "`jobs` is missing"),
        ("on: push\njobs: []\n", 2, "`jobs` is not a mapping"),
        ("on: push\njobs: {}\n", 2, "`jobs` is not a mapping"),
        ("on: pushh\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, '"pushh" is no event; did you mean "push"?'),
        ("on: [push, x]\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, '"x" is no event; what is: '),
        ("on: {pull-request: }\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, 'did you mean "pull_request"?'),
        ("on: push\njob: {}\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 2, 'did you mean "jobs"?'),
        ("on: push\njobs:\n  1a: {runs-on: x, steps: [{run: y}]}\n", 3, '"1a" is no job id'),
        ("on: push\njobs:\n  a b: {runs-on: x, steps: [{run: y}]}\n", 3, '"a b" is no job id'),
        (
            "on: push\njobs:\n  a: {runs-on: x, steps: [{run: y}]}\n  A: {runs-on: x, steps: [{run: y}]}\n",
            4,
            'job "A" is "a" of line 3 again',
        ),
        ("on: push\njobs:\n  a: text\n", 3, 'job "a" is not a mapping'),
        ("on: push\njobs:\n  a:\n    steps: [{run: y}]\n", 3, 'job "a" has neither `runs-on` nor `uses`'),
        (job(""), 3, 'job "a" has no `steps`'),
        (job("    steps: []\n"), 5, 'job "a" has `steps` that are not a list'),
        (job("    steps: [text]\n"), 5, "a step is a mapping"),
        (job("    steps: [{name: y}]\n"), 5, "this one has neither"),
        (job("    steps:\n      - uses: a/b@c\n        run: y\n"), 7, "this one has `uses` and `run`"),
        (job("    steps: [{run: y, wiht: {}}]\n"), 5, '"wiht" is no key of a step; did you mean "with"?'),
        (job("    steps: [{run: y, id: s}, {run: z, id: S}]\n"), 5, 'step id "S" is used on line 5 already'),
        (job("    timeout-minute: 1\n    steps: [{run: y}]\n"), 5, 'did you mean "timeout-minutes"?'),
        (job("    needs: [b]\n    steps: [{run: y}]\n"), 5, 'job "a" needs "b", and there is no such job'),
        (job("    needs: a\n    steps: [{run: y}]\n"), 5, 'jobs wait for each other: "a" needs "a"'),
        (job("    if: a ==\n    steps: [{run: y}]\n"), 5, "expected a value"),
        (job("    if: env.X == 'a'\n    steps: [{run: y}]\n"), 5, '"env" is not available here'),
        (job("    if: secret.X == 'a'\n    steps: [{run: y}]\n"), 5, '"secret" is no context'),
        (job("    steps: [{run: y, if: 'secrets.X'}]\n"), 5, '"secrets" is not available here'),
        (job('    steps: [{run: "echo ${{ github.ref"}]\n'), 5, '"${{" that does not end'),
        (job('    steps: [{run: "echo ${{ always() }}"}]\n'), 5, "always() is available only in `if`"),
        (job("    steps:\n      - run: |\n          one\n          echo ${{ nope() }}\n"), 8, 'function "nope"'),
        (job("    name: ${{ }}\n    steps: [{run: y}]\n"), 5, "expected a value"),
        (job("    name: 1\n    name: 2\n    steps: [{run: y}]\n"), 6, 'key "name" is set twice'),
        (job("    steps: [{run: y}]\n   x: 1\n"), 6, "did not find expected"),
    ],
)
def test_a_problem_is_said_once_with_its_line(text, line, message):
    results = found(text)
    assert len(results) == 1, results
    assert results[0][0] == line
    assert message in results[0][1]


def test_a_cycle_is_one_problem_that_names_its_jobs():
    text = "on: push\njobs:\n" + "".join(
        f"  {name}: {{runs-on: x, needs: {need}, steps: [{{run: y}}]}}\n" for name, need in ("ab", "bc", "ca", "da")
    )
    assert found(text) == [(3, 'jobs wait for each other: "a" needs "b" needs "c" needs "a"')]


def test_problems_come_in_the_order_of_the_file():
    lines = [line for line, _ in found(job("    a: 1\n    b: 2\n    steps: [{}]\n    c: 3\n"))]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_a_file_that_is_not_there_says_so():
    (problem,) = problems(missing(".github/workflows/deploy.yml"))
    assert problem.message == "there is no such file, but the estate declares it"


@pytest.mark.parametrize(
    "text", ["on: {push: {branches: {a: b}}}", "jobs: {a: {steps: {b: c}, needs: {d: e}}}", "on: 3", "~", "{}"]
)
def test_a_strange_file_is_a_problem_and_no_crash(text):
    assert found(text)


@pytest.mark.parametrize(
    ("on", "job", "expected"),
    [
        ("{workflow_run: {workflows: [tests]}}", "runs-on: x, steps: [{run: y}]", []),
        (
            "{workflow_run: {workflows: [tests, test]}}",
            "runs-on: x, steps: [{run: y}]",
            ['no workflow is called "test", so none is ever followed; did you mean "tests"?'],
        ),
        ("push", "uses: ./.github/workflows/ci.yml", []),
        (
            "push",
            "uses: ./.github/workflows/cd.yml",
            ["there is no workflow ./.github/workflows/cd.yml: the call fails"],
        ),
        ("push", "uses: someone/flows/.github/workflows/cd.yml@v1", []),
    ],
)
def test_a_workflow_that_is_named_is_there(on, job, expected):
    made = sources_of(
        ci="name: tests\non: [push, workflow_call]\njobs: {a: {runs-on: x, steps: [{run: y}]}}",
        w=f"on: {on}\njobs: {{a: {{{job}}}}}",
    )
    assert [each.message for each in problems(made.workflow_files[1], made)] == expected
