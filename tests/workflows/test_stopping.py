import pytest
from making import DEPLOY, SHIP, gated, paths_of, sources_of

from asbuilt.workflows.judge.ways import shut
from asbuilt.workflows.paths.blocked_paths import blocked_paths
from asbuilt.workflows.paths.tracing import deploy_paths

ANY_BRANCH = "{push: {branches: [main, dev]}}"
AFTER = "{workflow_run: {workflows: [CI], types: [completed]}}"
CI = "name: CI\non: {push: {branches: [main]}}\njobs:\n  test: {runs-on: x, steps: [{run: y}]}\n"
EVERYWHERE = {"refs/heads/main", "refs/heads/dev"}


def step(lines):
    return "      - " + lines.replace("\n", "\n        ") + "\n"


def in_its_own_job(guard, deploy=DEPLOY):
    return f"  deploy:\n    runs-on: x\n    steps:\n{step(guard)}{deploy.format(app='shop')}"


def in_a_job_before(guard, condition=""):
    ahead = f"  check:\n    runs-on: x\n    steps:\n{step(guard)}"
    return f"{ahead}  deploy:\n    needs: check\n    runs-on: x\n{condition}    steps:{DEPLOY.format(app='shop')}"


def refs(jobs, on=ANY_BRANCH):
    return {ref for path in paths_of(deploy=f"on: {on}\njobs:\n{jobs}") for ref in path.refs}


@pytest.mark.parametrize("place", [in_its_own_job, in_a_job_before])
@pytest.mark.parametrize(
    "guard",
    [
        "if: github.ref != 'refs/heads/main'\nrun: exit 1",
        "if: github.ref_name == 'dev'\nrun: |\n  echo ::error::not from here\n  exit 1",
        'run: test "${{ github.ref }}" = refs/heads/main',
        'run: |\n  if [[ "${{ github.ref_name }}" != "main" ]]; then\n    echo no\n    exit 1\n  fi',
        'run: \'[ "$REF" = refs/heads/main ]\'\nenv: {REF: "${{ github.ref }}"}',
    ],
)
def test_a_guard_keeps_the_refs_out_that_it_fails_for(place, guard):
    assert refs(place(guard)) == {"refs/heads/main"}


@pytest.mark.parametrize("place", [in_its_own_job, in_a_job_before])
@pytest.mark.parametrize(
    "guard",
    [
        "if: github.ref != 'refs/heads/main'\nrun: exit 1\ncontinue-on-error: true",
        "if: github.ref != vars.BRANCH\nrun: exit 1",
        "if: failure() && github.ref != 'refs/heads/main'\nrun: exit 1",
        "if: github.ref != 'refs/heads/main'\nrun: echo take care",
        "if: github.ref != 'refs/heads/main'\nrun: |\n  make check\n  exit $?",
        'run: test "${{ github.ref }}" = refs/heads/main || true',
        'run: test "$GITHUB_REF" = "$BRANCH"',
        'run: test -n "${{ github.token }}"',
        'run: |\n  grep -q "${{ github.ref_name }}" branches.txt || exit 1',
    ],
)
def test_what_may_go_on_keeps_nothing_out(place, guard):
    assert refs(place(guard)) == EVERYWHERE


@pytest.mark.parametrize(
    ("runner", "shell", "expected"),
    [
        ("x", "bash", {"refs/heads/main"}),
        ("x", "pwsh", EVERYWHERE),
        ("windows-latest", None, EVERYWHERE),
        ("windows-latest", "bash", {"refs/heads/main"}),
        ("[self-hosted, Windows]", None, EVERYWHERE),
        ("${{ vars.RUNNER }}", None, EVERYWHERE),
    ],
)
def test_only_what_a_posix_shell_reads_is_tried(runner, shell, expected):
    guard = 'run: if [ "$REF" != refs/heads/main ]; then exit 1; fi\nenv: {REF: "${{ github.ref }}"}'
    guard += f"\nshell: {shell}" if shell else ""
    assert refs(in_its_own_job(guard).replace("runs-on: x", f"runs-on: {runner}")) == expected


def test_a_deploy_that_outlives_a_failure_outlives_a_guard():
    guard = "if: github.ref != 'refs/heads/main'\nrun: exit 1"
    anyway = DEPLOY.rstrip(" ").replace("- uses", "- if: always()\n        uses")
    assert refs(in_its_own_job(guard, anyway)) == EVERYWHERE
    assert refs(in_a_job_before(guard, "    if: always()\n")) == EVERYWHERE


def test_a_guard_behind_the_deploy_comes_too_late():
    guard = step("if: github.ref != 'refs/heads/main'\nrun: exit 1")
    assert refs(f"  deploy:\n    runs-on: x\n    steps:{DEPLOY.format(app='shop')}{guard}") == EVERYWHERE


def test_a_guard_asks_how_the_run_before_ended():
    guard = 'run: test "${{ github.event.workflow_run.conclusion }}" = success'
    (path,) = paths_of(ci=CI, deploy=f"on: {AFTER}\njobs:\n{in_a_job_before(guard)}")
    assert path.conclusions == ("success",)
    assert path.gates == ("test", "check")


@pytest.mark.parametrize("place", [in_its_own_job, in_a_job_before])
def test_a_guard_that_nothing_passes_is_named_as_the_reason(place):
    guard = "name: Only main\nif: github.ref != 'refs/heads/main'\nrun: exit 1"
    sources = sources_of(deploy=f"on: {{push: {{branches: [dev]}}}}\njobs:\n{place(guard)}")
    paths = deploy_paths(sources)
    assert paths == ()
    (fault,) = shut("shop", (), paths, blocked_paths(sources, paths))
    assert 'step "Only main" ends the run before' in fault.fact
    assert fault.mark.line in {6, 7}


# By the event, in the job that deploys or in a gate.

BOTH = "[push, pull_request]"
ASKS = "      - if: github.event_name == 'pull_request'\n"
REFUSES = f"{ASKS}        run: |\n          echo no\n          exit 1\n"


def triggers(text, **files):
    return {path.trigger for path in paths_of(w=text, **files)}


@pytest.mark.parametrize(
    ("step", "refused"),
    [
        (REFUSES, True),
        (f"{ASKS}        run: 'false'\n", True),
        (f"{ASKS}        uses: actions/github-script@v7\n        with: {{ script: core.setFailed('no') }}\n", True),
        (REFUSES.replace("exit 1", "exit 0"), False),
        (REFUSES.replace("exit 1", "exit 0; exit 1"), False),
        (REFUSES.replace("exit 1", "test -n x || exit 1"), False),
        (REFUSES.replace("exit 1", "make || exit 1"), False),
        (REFUSES.replace("        run", "        continue-on-error: true\n        run"), False),
        (REFUSES.replace("if: ", "if: failure() && "), False),
        (REFUSES.replace("== 'pull_request'", "== 'issues'"), False),
        (REFUSES.replace("github.event_name == 'pull_request'", "vars.X == 'y'"), False),
    ],
)
def test_a_step_before_the_deploy_refuses(step, refused):
    expected = {"push"} if refused else {"push", "pull_request"}
    assert triggers(gated(BOTH, deploy=step)) == expected
    assert triggers(gated(BOTH, gate=step)) == expected
    assert triggers(gated(BOTH, deploy="", action=SHIP + step)) == {"push", "pull_request"}


def test_a_gate_that_does_not_count_refuses_nothing():
    assert triggers(gated(BOTH, gate=REFUSES, condition="    if: always()\n")) == {"push", "pull_request"}
