import pytest
from making import sources_of

from asbuilt.workflows.judge.syntax import problems

CALLED = """\
on:
  workflow_call:
    inputs:
      app: {type: string, required: true}
      dry: {type: boolean, default: false}
      tries: {type: number}
    secrets:
      KEY: {required: true}
      MAIL:
jobs: {a: {runs-on: x, steps: [{run: y}]}}
"""


def found(call, called=CALLED):
    sources = sources_of(ship=called, w=f"on: push\njobs:\n  a:\n    uses: ./.github/workflows/ship.yml\n{call}")
    return [(each.mark.line, each.fact) for each in problems(sources.workflow_files[1], sources)]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("    with: {app: a}\n    secrets: {KEY: k}\n", []),
        ("    with: {APP: 1, Dry: true, tries: 3}\n    secrets: inherit\n", []),
        ("    with: {app: a, dry: '${{ inputs.x }}', tries: '${{ 1 }}'}\n    secrets: {key: k, mail: m}\n", []),
        (  # GitHub reads none for the whole of a call's inputs, only for each
            "    with: ${{ fromJSON(vars.X) }}\n    secrets: inherit\n",
            [(5, "`${{ fromJSON(vars.X) }}`: GitHub takes no expression here, only a fixed text")],
        ),
        (
            "    secrets: inherit\n",
            [(4, 'ship.yml requires the input "app": the call does not give it')],
        ),
        (
            "    with: {app: a}\n",
            [(4, 'ship.yml requires the secret "KEY": the call does not give it')],
        ),
        (
            "    with: {app: a, aap: b}\n    secrets: inherit\n",
            [(5, '"aap" is no input of ship.yml; did you mean "app"?')],
        ),
        (
            "    with: {app: a}\n    secrets:\n      KEY: k\n      TOKEN: t\n",
            [(8, '"TOKEN" is no secret of ship.yml; what is: KEY, MAIL')],
        ),
        (
            "    with: {app: a, dry: 'true'}\n    secrets: inherit\n",
            [(5, '`dry` is "true", expected true or false')],
        ),
        (
            "    with: {app: a, tries: few}\n    secrets: inherit\n",
            [(5, '`tries` is "few", expected a number')],
        ),
    ],
)
def test_a_call_gives_what_the_called_workflow_asks_for(call, expected):
    assert found(call) == expected


def test_a_workflow_that_is_not_for_calling_is_not_called():
    called = "on: push\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n"
    assert found("", called) == [(4, "ship.yml cannot be called: it has no `workflow_call` under `on`")]
    assert found("", called.replace("push", "[push, workflow_call]")) == []


def test_a_default_is_of_the_type_of_its_input():
    text = CALLED.replace("default: false", "default: 'no'").replace("type: number", "type: number, default: 1")
    (problem,) = problems(sources_of(ship=text).workflow_files[0])
    assert (problem.mark.line, problem.fact) == (5, 'the default of `dry` is "no", expected true or false')
