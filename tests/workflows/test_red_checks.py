"""Required checks that are green where what they stand for failed."""

import pytest
from making import sources_of

from asbuilt.workflows.judge.red_checks import green_checks

UNIT = "  unit: {runs-on: x, steps: [{run: make unit}]}\n"
ROWS = "  unit: {runs-on: x, strategy: {matrix: {v: [1, 2]}}, steps: [{run: make unit}]}\n"
FAIL = "run: exit 1"


def summary(*steps, condition="always()", needs="[unit]", more=""):
    test = f"    if: {condition}\n" if condition else ""
    listed = "".join(f"      - {each}\n" for each in steps)
    return f"  done:\n    needs: {needs}\n{test}{more}    runs-on: x\n    steps:\n{listed}"


def found(jobs, required=("done",), on="pull_request", **files):
    sources = sources_of(ci=f"on: {on}\njobs:\n{jobs}", **files)
    return [each for file in sources.workflow_files for each in green_checks(file, required, sources)]


def result(*words):
    return " || ".join(f"contains(needs.*.result, '{each}')" for each in words)


SET_FAILED = "        with: { script: core.setFailed() }"
ASKS = [
    f"if: {result('failure', 'cancelled')}\n        {FAIL}",
    "if: needs.unit.result != 'success'\n        run: exit 1",
    "run: test '${{ needs.unit.result }}' = success",
    "env: { R: '${{ needs.unit.result }}' }\n        run: '[[ $R == success || $R == skipped ]]'",
    "env: { R: '${{ needs.unit.result }}' }\n        run: 'if [ $R != success ]; then echo no; exit 1; fi'",
    "run: 'for r in ${{ join(needs.*.result, '' '') }}; do [ $r = success ] || exit 1; done'",
    "run: echo '${{ toJSON(needs) }}' | jq --exit-status 'all(.result == \"success\")'",
    "run: if echo '${{ toJSON(needs) }}' | grep -qE 'failure|cancelled'; then exit 1; fi",
    "env: { N: '${{ toJSON(needs) }}' }\n        run: if echo \"$N\" | grep -qE 'failure|cancelled'; then exit 1; fi",
    "env: { N: '${{ toJSON(needs) }}' }\n        run: python tools/all_green.py",
    "shell: pwsh\n        run: if ('${{ needs.unit.result }}' -ne 'success') { exit 1 }",
    "uses: re-actors/alls-green@release/v1\n        with: { jobs: '${{ toJSON(needs) }}' }",
    f"if: {result('failure', 'cancelled')}\n        uses: actions/github-script@v8\n{SET_FAILED}",
    f"if: ${{{{ {result('failure', 'cancelled')} }}}}\n        uses: acme/always-fail@v1",
]


@pytest.mark.parametrize("step", ASKS)
@pytest.mark.parametrize("jobs", [UNIT, ROWS])
def test_a_summary_that_asks_for_all_results_is_right(step, jobs):
    assert found(jobs + summary(step)) == []


@pytest.mark.parametrize(
    "jobs",
    [
        UNIT,
        UNIT + summary("run: make all", condition="", needs="[]"),
        UNIT + summary(FAIL, condition=f"always() && ({result('failure', 'cancelled')})"),
        UNIT + summary(FAIL, condition="failure() || cancelled()"),
        # It tests something itself, whatever the other came to.
        UNIT + summary("run: make lint", condition="'!cancelled()'"),
        # What may fail fails nothing.
        "  unit: {runs-on: x, continue-on-error: true, steps: [{run: make unit}]}\n" + summary("run: make"),
        # Those of a matrix that is skipped never report, and the pull request waits.
        UNIT + summary("run: make", condition="", more="    strategy: {matrix: {v: [1]}}\n"),
        # In the queue it runs.
        "  done: {runs-on: x, if: github.event_name == 'merge_group', steps: [{run: make}]}\n",
        "  done: {runs-on: x, continue-on-error: true, steps: [{run: make}]}\n",
        "  done: {runs-on: x, steps: [{run: make}, {run: mypy, continue-on-error: true}]}\n",
    ],
)
def test_a_check_that_can_be_red_is_right(jobs):
    required = ("done", "done (1)")
    assert found(jobs, required, on="{pull_request: , merge_group: }") == []


def test_a_job_may_need_others_that_are_required_themselves():
    assert found(UNIT + summary("run: make", condition=""), ("done", "unit")) == []
    assert found(ROWS + summary("run: make", condition=""), ("done", "unit (1)", "unit (2)")) == []
    assert len(found(ROWS + summary("run: make", condition=""), ("done", "unit (1)"))) == 1


PASSES = 'the required check "done" is green where'


@pytest.mark.parametrize(
    ("jobs", "line", "words"),
    [
        (UNIT + summary("run: echo good", condition=""), 5, 'job "unit" fails or is cancelled: it is skipped then'),
        (ROWS + summary("run: make lint", condition=""), 5, "it is skipped then, which counts as success"),
        (UNIT + summary("run: make", condition="success()"), 6, "it is skipped then"),
        (UNIT + summary("run: make", condition="needs.unit.outputs.go == '1'"), 6, "it is skipped then"),
        (UNIT + summary("run: echo good"), 6, "fails or is cancelled: no step asks for its result"),
        (UNIT + summary("run: echo good", condition="'!cancelled()'"), 6, "no step asks for its result"),
        (
            UNIT + summary("uses: slackapi/slack-github-action@v2\n        with: { text: '${{ toJSON(needs) }}' }"),
            6,
            "what is asked of it lets that pass",
        ),
        (UNIT + summary(f"if: {result('failure')}\n        {FAIL}"), 6, 'job "unit" is cancelled: what is asked'),
        (UNIT + summary(f"if: {result('cancelled')}\n        {FAIL}"), 6, 'job "unit" fails: what is asked'),
        (UNIT + summary("run: \"[ '${{ needs.unit.result }}' != failure ]\""), 6, 'job "unit" is cancelled'),
        (UNIT + summary(f"if: {result('failure', 'cancelled')}\n        run: false || true"), 6, "what is asked"),
        (
            UNIT + summary(f"continue-on-error: true\n        if: {result('failure', 'cancelled')}\n        {FAIL}"),
            6,
            "",
        ),
        (
            UNIT + summary("run: if echo '${{ toJSON(needs) }}' | grep -q failure; then exit 1; fi"),
            6,
            'job "unit" is cancelled: what is asked',
        ),
        (UNIT + summary(FAIL, condition="failure()"), 6, 'job "unit" is cancelled: it is skipped then'),
        (UNIT + summary("run: echo '${{ needs.unit.result }}'"), 6, "fails or is cancelled"),
    ],
)
def test_a_check_that_stays_green_is_found_where_it_should_ask(jobs, line, words):
    (finding,) = found(jobs)
    assert finding.fact.startswith(PASSES)
    assert words in finding.fact
    assert (finding.mark.line, finding.open) == (line, False)
    assert len(finding.fact) <= 160


def test_a_failure_further_up_is_seen_as_a_skip_by_those_that_ask_for_failures():
    jobs = "  lint: {runs-on: x, steps: [{run: make lint}]}\n" + UNIT.replace("{runs-on", "{needs: lint, runs-on")
    (finding,) = found(jobs + summary(f"if: {result('failure', 'cancelled')}\n        {FAIL}"))
    assert 'job "lint" fails or is cancelled' in finding.fact
    assert finding.fix.startswith("needs: [unit, lint], and ")


def test_the_remedy_ends_it():
    (finding,) = found(UNIT + summary("run: echo good"))
    step = finding.fix.partition("first step: ")[2]
    assert found(UNIT + summary(step, "run: echo good")) == []


def test_a_check_whose_job_is_skipped_on_every_pull_request_is_found():
    (finding,) = found("  done: {runs-on: x, if: github.event_name == 'push', steps: [{run: make}]}\n")
    assert "is green on every pull request" in finding.fact


@pytest.mark.parametrize("step", ["run: make || true", "run: make\n        continue-on-error: true", "run: echo ok"])
def test_a_check_whose_job_cannot_fail_is_found(step):
    (finding,) = found(f"  done:\n    runs-on: x\n    steps:\n      - {step}\n")
    assert 'the required check "done"' in finding.fact


def test_a_check_of_a_called_workflow_asks_for_the_jobs_beside_it():
    call = "  all: { uses: ./.github/workflows/tests.yml }\n"
    tests = "on: workflow_call\njobs:\n" + UNIT + summary("run: echo good")
    (finding,) = found(call, ("all / done",), tests=tests)
    assert finding.path.endswith("tests.yml")


def test_whether_a_check_runs_that_a_variable_decides_is_open():
    (finding,) = found("  done: {runs-on: x, if: vars.CI == 'on', steps: [{run: make}]}\n")
    assert finding.open
    assert finding.fact.startswith("cannot be told whether")
