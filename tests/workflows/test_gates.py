import pytest
from making import DEPLOY, gated, paths_of

MAIN = "{push: {branches: [main]}}"
TEST = "  test:\n    runs-on: x\n    steps: [{run: make}]\n"
BUILD = (
    "  build:\n    runs-on: x\n    needs: test\n    outputs: { ok: '${{ steps.a.outputs.ok }}' }\n"
    "    steps: [{id: a, run: x}]\n"
)
LATER = "  build:\n    runs-on: x\n    needs: test\n    if: always()\n    steps: [{run: x}]\n"


def gates(jobs, needs, condition=""):
    test = f"    if: {condition}\n" if condition else ""
    text = (
        f"on: {MAIN}\njobs:\n{jobs}  deploy:\n    runs-on: x\n    needs: {needs}\n{test}"
        f"    steps:{DEPLOY.format(app='shop')}"
    )
    return [path.gates for path in paths_of(w=text)]


@pytest.mark.parametrize(
    ("jobs", "needs", "condition", "expected"),
    [
        (TEST + BUILD, "build", "", ("test", "build")),
        (TEST + BUILD, "build", "always()", ()),
        (TEST + BUILD, "build", "always() && needs.build.result == 'success'", ("test", "build")),
        # The success() that nobody wrote sees every job before, also where the one between ran all the same.
        (TEST + LATER, "build", "", ("test", "build")),
        (TEST + LATER, "build", "github.ref == 'refs/heads/main'", ("test", "build")),
        # A job that was cancelled has not failed.
        (TEST + LATER, "build", "'!failure()'", ()),
        (TEST + LATER, "build", "always() && needs.build.result == 'success'", ("build",)),
        (TEST + LATER, "[test, build]", "always() && needs.test.result == 'success'", ("test",)),
        # A job that was skipped has no outputs; one that failed may have some.
        (TEST + BUILD, "build", "always() && needs.build.outputs.ok == '1'", ("test",)),
        (TEST + BUILD, "build", "always() && needs.build.outputs.ok != 'no'", ()),
    ],
)
def test_which_jobs_a_deploy_cannot_do_without(jobs, needs, condition, expected):
    assert gates(jobs, needs, condition) == [expected]


CALLED = (
    "on: workflow_call\njobs:\n  unit: {runs-on: x, steps: [{run: make}]}\n"
    "  nightly: {runs-on: x, if: github.event_name == 'schedule', steps: [{run: make}]}\n"
    "  inner: {uses: ./.github/workflows/inner.yml}\n"
)
INNER = "on: workflow_call\njobs: {deep: {runs-on: x, steps: [{run: make}]}}\n"


def test_a_gate_knows_who_calls_it_and_who_waits_for_it():
    entry = (
        f"on: {MAIN}\njobs:\n  ci: {{uses: ./.github/workflows/called.yml}}\n"
        f"  deploy:\n    runs-on: x\n    needs: ci\n    steps:{DEPLOY.format(app='shop')}"
    )
    (path,) = paths_of(entry=entry, called=CALLED, inner=INNER)
    assert [(gate.name, gate.held, gate.caller, gate.leg.job.id) for gate in path.ancestors] == [
        ("ci", True, "", "deploy"),
        ("unit", True, "; called by entry.yml:3", "deploy"),
        ("nightly", False, "; called by entry.yml:3", "deploy"),
        ("inner", True, "; called by entry.yml:3", "deploy"),
        ("deep", True, "; called by called.yml:5", "deploy"),
    ]
    assert [gate.name for gate in path.ancestors[-1].calls] == ["deep", "inner", "ci"]
    assert path.gates == ("ci", "unit", "inner", "deep")
    anyhow = entry.replace("    needs: ci\n", "    needs: ci\n    if: always()\n")
    assert [path.gates for path in paths_of(entry=anyhow, called=CALLED, inner=INNER)] == [()]


def test_a_job_of_the_run_before_that_was_skipped_is_no_gate():
    ci = (
        f"name: CI\non: {MAIN}\njobs:\n  test: {{runs-on: x, steps: [{{run: make}}]}}\n"
        "  nightly: {runs-on: x, if: github.event_name == 'schedule', steps: [{run: make}]}\n"
        "  called: {uses: ./.github/workflows/called.yml}\n"
    )
    deploy = (
        "on: {workflow_run: {workflows: [CI]}}\njobs:\n  deploy:\n    runs-on: x\n"
        f"    if: github.event.workflow_run.conclusion == 'success'\n    steps:{DEPLOY.format(app='shop')}"
    )
    (path,) = paths_of(ci=ci, deploy=deploy, called=INNER)
    assert [(gate.name, gate.held, gate.runs) for gate in path.ancestors] == [
        ("test", True, True),
        ("nightly", False, False),
        ("called", True, True),
        ("deep", True, True),
    ]
    assert all(gate.upstream and gate.leg is None for gate in path.ancestors)


def test_ways_that_differ_in_a_gate_are_not_put_together():
    text = gated(
        "{push: {branches: [main, fast]}}",
        condition="    if: success() || (always() && github.ref == 'refs/heads/fast')\n",
    )
    found = {path.refs: path.gates for path in paths_of(w=text)}
    assert found == {("refs/heads/main",): ("test",), ("refs/heads/fast",): ()}
