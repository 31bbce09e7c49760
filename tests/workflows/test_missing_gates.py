import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.gates import missing_gates

TEST = "  test: {runs-on: x, steps: [{run: make}]}\n"
BUILD = "  build: {runs-on: x, steps: [{run: make}]}\n"


def deploying(needs="", jobs="", on="{push: {branches: [main]}}"):
    waits = f"    needs: {needs}\n" if needs else ""
    return f"on: {on}\njobs:\n{jobs}  deploy:\n    runs-on: x\n{waits}    steps:{DEPLOY.format(app='shop')}"


def fault_of(gates, **files):
    (path,) = paths_of(**files)
    found = missing_gates(path, gates)
    return found and (found.path.rpartition("/")[2], found.mark.line, found.fix)


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        (deploying("test", TEST), None),
        (deploying("Test", TEST), None),
        (deploying("", TEST), ("w.yml", 4, "needs: [test]")),
        (deploying("build", TEST + BUILD), ("w.yml", 7, "needs: [build, test]")),
        (deploying("[build]", BUILD), ("w.yml", 6, "add test to the jobs of w.yml, and here needs: [build, test]")),
    ],
)
def test_a_missing_gate_is_added_to_what_the_job_needs_already(workflow, expected):
    assert fault_of(["test"], w=workflow) == expected


CALL = "  ship:\n    uses: ./.github/workflows/called.yml\n"


def test_a_gate_beside_the_call_is_missing_at_the_call():
    called = deploying(on="workflow_call")
    entry = f"on: {{push: {{branches: [main]}}}}\njobs:\n{TEST}{CALL}"
    assert fault_of(["test"], w=entry, called=called) == ("w.yml", 4, "needs: [test]")
    assert fault_of(["test"], w=entry.replace(TEST, BUILD), called=called) == (
        "called.yml",
        3,
        "add test to the jobs of called.yml, and here needs: [test]",
    )
    (path,) = paths_of(w=entry.replace(TEST, BUILD), called=called)
    assert missing_gates(path, ["test"]).fact.endswith("what precedes it: nothing; called by w.yml:5")
