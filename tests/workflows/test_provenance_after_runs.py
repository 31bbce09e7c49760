"""Whether a run that follows another deploys what that one has tested."""

import pytest
from making import AFTER, CHECKOUT, CI, SUCCEEDED, gated, of_ref, paths_of

from asbuilt.workflows.judge.provenance import unseen_by_gates

HEAD = "${{ github.event.workflow_run.head_sha }}"


@pytest.mark.parametrize(
    ("deploy", "condition", "expected"),
    [
        (of_ref(HEAD), SUCCEEDED, []),
        ("", SUCCEEDED, []),
        (CHECKOUT, SUCCEEDED, ["ci.yml may have run on another commit"]),
        (of_ref("${{ github.sha }}"), SUCCEEDED, ["ci.yml may have run on another commit"]),
        (of_ref("main"), SUCCEEDED, ["ci.yml may have run on another commit"]),
        (of_ref(HEAD), "", ["ended in failure and cancelled"]),
        (of_ref("${{ github.event.workflow_run.head_branch }}"), SUCCEEDED, ["may have run on another commit"]),
        (of_ref(HEAD), "    if: github.event.workflow_run.conclusion != 'failure'\n", ["ended in cancelled"]),
    ],
)
def test_a_run_that_follows_deploys_what_the_other_tested(deploy, condition, expected):
    found = [
        fault.fact
        for path in paths_of(ci=CI, w=gated(AFTER, deploy=deploy, condition=condition))
        for fault in unseen_by_gates(path, [])
    ]
    assert len(found) == len(expected)
    assert all(words in fact for words, fact in zip(expected, found, strict=True))


@pytest.mark.parametrize("ref", ["", "main", "${{ github.sha }}", "refs/heads/main"])
def test_a_gate_that_tests_the_head_of_the_branch_after_another_run_has_not_seen_its_commit(ref):
    step = of_ref(ref) if ref else CHECKOUT
    paths = paths_of(ci=CI, w=gated(AFTER, gate=step, deploy=step, condition=SUCCEEDED))
    (fault,) = [fault for path in paths for fault in unseen_by_gates(path, ["test"])]
    assert 'ci.yml, unlike gate "test", may have run on another commit' in fault.fact
    mended = of_ref(fault.fix.partition("ref: ")[2])
    paths = paths_of(ci=CI, w=gated(AFTER, gate=mended, deploy=mended, condition=SUCCEEDED))
    assert [fault for path in paths for fault in unseen_by_gates(path, ["test"])] == []


def test_after_another_run_a_gate_that_tests_something_else_is_found():
    paths = paths_of(ci=CI, w=gated(AFTER, deploy=of_ref(HEAD), condition=SUCCEEDED))
    (fault,) = [fault for path in paths for fault in unseen_by_gates(path, ["test"])]
    assert 'its gate "test" has seen the head of the default branch' in fault.fact


def test_after_another_run_its_gates_must_have_seen_its_own_commit():
    for ref, count in (("", 0), ("${{ github.sha }}", 0), ("dev", 1)):
        checkout = f"{{uses: actions/checkout@v7, with: {{ref: '{ref}'}}}}"
        ci = CI.replace("[{run: y}]", f"[{checkout}, {{run: y}}]")
        paths = paths_of(ci=ci, w=gated(AFTER, deploy=of_ref(HEAD), condition=SUCCEEDED))
        assert len([fault for path in paths for fault in unseen_by_gates(path, ["ci"])]) == count


def test_a_run_that_has_only_begun_is_no_success():
    on = "{workflow_run: {workflows: [CI], types: [requested]}}"
    (path,) = paths_of(ci=CI, w=gated(on, deploy=of_ref(HEAD)))
    (fault,) = unseen_by_gates(path, [])
    assert "it has only begun" in fault.fact
    assert (fault.mark.line, fault.fix) == (1, "types: [completed]")


@pytest.mark.parametrize(("condition", "line"), [("", 8), ("    if: github.ref_name != 'x'\n", 10)])
def test_what_follows_any_end_is_mended_at_its_job(condition, line):
    paths = paths_of(ci=CI, w=gated(AFTER, deploy=of_ref(HEAD), condition=condition))
    (fault,) = [fault for path in paths for fault in unseen_by_gates(path, [])]
    assert fault.mark.line == line
    assert fault.fix == "if: github.event.workflow_run.conclusion == 'success'"


def test_a_gate_of_the_run_before_counts_beside_one_of_this_run():
    ci = CI.replace("[{run: y}]", "[{uses: actions/checkout@v7}, {run: y}]")
    paths = paths_of(ci=ci, w=gated(AFTER, condition=SUCCEEDED))
    (fault,) = [fault for path in paths for fault in unseen_by_gates(path, ["test", "ci"])]
    assert 'ci.yml, unlike gate "test", may have run on another commit' in fault.fact


def test_what_a_run_further_back_has_seen_is_not_known():
    ci = CI.replace("[{run: y}]", "[{uses: actions/checkout@v7, with: {ref: dev}}, {run: y}]")
    succeeded = "github.event.workflow_run.conclusion == 'success'"
    middle = f"name: Middle\non: {AFTER}\njobs: {{m: {{if: {succeeded}, runs-on: x, steps: [{{run: y}}]}}}}\n"
    deploy = gated("{workflow_run: {workflows: [Middle]}}", deploy=of_ref(HEAD), condition=SUCCEEDED)
    paths = paths_of(ci=ci, middle=middle, w=deploy)
    assert paths
    assert [fault for path in paths for fault in unseen_by_gates(path, ["ci"])] == []
