"""A job that deploys, and how long it may hang."""

from datetime import timedelta

import pytest
from making import DEPLOY, sources_of

from asbuilt.workflows.judge.time_limits import unlimited

HOUR = timedelta(hours=1)


def found(limit, inputs="", most=HOUR, matrix=""):
    line = f"    timeout-minutes: {limit}\n" if limit else ""
    text = (
        f"on: {{workflow_dispatch: {{inputs: {{{inputs}}}}}}}\njobs:\n"
        f"  ship:\n    runs-on: x\n{matrix}{line}    steps:{DEPLOY.format(app='kiosk')}"
    )
    sources = sources_of(w=text)
    return unlimited(sources.workflow_files[0], sources, most)


@pytest.mark.parametrize(
    ("limit", "inputs"),
    [
        ("20", ""),
        ("60", ""),
        ("'${{ 20 }}'", ""),
        ("soon", ""),  # GitHub refuses it, and runs nothing
        ("${{ fromJSON(inputs.limit) }}", "limit: {type: choice, options: ['10', '30']}"),
    ],
)
def test_a_limit_of_an_hour_or_less_is_right(limit, inputs):
    assert found(limit, inputs) == ()


@pytest.mark.parametrize(
    ("limit", "inputs", "words"),
    [
        ("", "", "for six hours: it has no timeout-minutes"),
        ("61", "", "for 61 minutes, expected at most 60 minutes"),
        ("360", "", "for 360 minutes"),
        ("1e300", "", "for 1E+300 minutes"),
        ("${{ 90 }}", "", "for 90 minutes"),
        ("${{ inputs.limit || 240 }}", "", "for 240 minutes"),
        ("${{ fromJSON(inputs.limit) }}", "limit: {type: choice, options: ['10', '300']}", "for 300 minutes"),
        ("${{ inputs.limit }}", "limit: {type: number, default: 10}", "whoever starts the run types"),
    ],
)
def test_a_longer_one_is_none(limit, inputs, words):
    (finding,) = found(limit, inputs)
    assert words in finding.fact
    assert not finding.open


def test_a_row_of_a_matrix_may_have_another_limit():
    matrix = "    strategy: { matrix: { include: [{ n: 10 }, { n: 100 }] } }\n"
    (finding,) = found("${{ matrix.n }}", matrix=matrix)
    assert "for 100 minutes" in finding.fact


def test_a_limit_that_a_variable_holds_is_open():
    (finding,) = found("${{ fromJSON(vars.LIMIT) }}")
    assert finding.open
    assert '{vars.LIMIT: "20"}' in finding.fix  # the estate takes a text


def test_an_estate_may_declare_another():
    assert found("90", most=timedelta(hours=2)) == ()
    assert "expected at most 10 minutes" in found("20", most=timedelta(minutes=10))[0].fact
