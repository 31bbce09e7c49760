"""A leg of a matrix that fails, and the deploy that another leg has begun."""

import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.matrix_legs import cancelled_by_others

TWO = "{ include: [{ app: kiosk-test }, { app: kiosk }] }"


def found(strategy, more="", app="'${{ matrix.app }}'", name="kiosk"):
    text = (
        "on: {push: {branches: [main]}, workflow_dispatch: {inputs: {fast: {type: boolean}}}}\njobs:\n"
        f"  ship:\n    runs-on: x\n    strategy: {{ {strategy} }}\n{more}    steps:{DEPLOY.format(app=app)}"
    )
    return [each for path in paths_of(w=text) if path.app == name for each in cancelled_by_others(path)]


@pytest.mark.parametrize(
    "strategy",
    [
        f"fail-fast: false, matrix: {TWO}",
        f"fail-fast: '${{{{ false }}}}', matrix: {TWO}",
        "matrix: { app: [kiosk] }",
        f"max-parallel: 1, matrix: {TWO}",
    ],
)
def test_a_leg_that_nothing_cancels_is_right(strategy):
    assert found(strategy) == []


def test_a_leg_that_is_let_fail_cancels_nothing():
    assert (
        found("matrix: { include: [{ app: a, trial: true }, { app: kiosk }] }", "    continue-on-error: true\n") == []
    )
    more = "    continue-on-error: ${{ matrix.trial || false }}\n"
    assert found("matrix: { include: [{ app: a, trial: true }, { app: kiosk }] }", more) == []


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        (f"matrix: {TWO}", "fail-fast is on by default"),
        (f"fail-fast: true, matrix: {TWO}", "fail-fast is true"),
        ("matrix: { app: [kiosk, kiosk-test] }", "fail-fast is on by default"),
        (f"max-parallel: 2, matrix: {TWO}", "fail-fast is on by default"),
    ],
)
def test_a_leg_that_another_cancels_is_found(strategy, words):
    finding, *others = found(strategy)
    assert words in finding.fact
    assert "half-way (push refs/heads/main)" in finding.fact
    assert {each.mark for each in others} == {finding.mark}
    assert not finding.open


def test_the_matrix_of_the_job_that_calls_counts_too():
    text = (
        "on: {push: {branches: [main]}}\njobs:\n  all:\n    strategy: { matrix: { app: [kiosk, kiosk-test] } }\n"
        "    uses: ./.github/workflows/ship.yml\n    with: { app: '${{ matrix.app }}' }\n"
    )
    ship = (
        "on: {workflow_call: {inputs: {app: {type: string}}}}\njobs:\n  ship:\n    runs-on: x\n"
        "    steps:" + DEPLOY.format(app="'${{ inputs.app }}'")
    )
    (path,) = [each for each in paths_of(w=text, ship=ship) if each.app == "kiosk"]
    (finding,) = cancelled_by_others(path)
    assert finding.path.endswith("w.yml")


def test_rows_and_a_setting_that_only_the_run_knows_are_open():
    for strategy in (
        "matrix: { part: '${{ fromJSON(vars.PARTS) }}' }",
        f"fail-fast: '${{{{ vars.F }}}}', matrix: {TWO}",
    ):
        finding, *_ = found(strategy, app="kiosk" if "PARTS" in strategy else "'${{ matrix.app }}'")
        assert finding.open
        assert finding.fact.startswith("cannot be told")
        assert finding.fix == "fail-fast: false"
