"""Who notices that heroku-deploy has skipped the deploy."""

from pathlib import Path

import pytest
from making import sources_of

from asbuilt.workflows.deploys.steps import deploy_steps
from asbuilt.workflows.judge.skipped import unnoticed_skips
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.tracing import deploy_paths

DEPLOY = (
    "- { id: deploy, uses: akhileshns/heroku-deploy@v3, with: { heroku_app_name: shop, dontautocreate: CREATE EXTRA } }"
)
STATUS = "${{ steps.deploy.outputs.status }}"
TEST = "- run: '[[ \"$STATUS\" == Successfully* ]]'\n  env: { STATUS: '%s' }"
SCRIPTED = "- { uses: actions/github-script@v8, with: { script: "
PROOF = "- run: curl --fail https://shop.example/version | grep $GITHUB_SHA"
ASKING = 'for n in 1 2 3; do\n      if curl --fail "$URL" | grep ok; then exit 0; fi\n    done\n    exit 1'
LATER = "  two:\n    runs-on: x\n    needs: one\n{job}    steps:\n      {step}\n"
NEEDED = "${{ needs.one.outputs.status }}"
OUTPUTS = f"    outputs: {{ status: '{STATUS}' }}\n"


def workflow(*steps, job="", create="true", extra="", on="push"):
    text = "\n".join(f"      {line}" for step in (DEPLOY, *steps) for line in step.splitlines())
    text = text.replace("CREATE", create).replace("EXTRA", extra)
    return f"on: {on}\njobs:\n  one:\n    runs-on: x\n{job}    steps:\n{text}\n"


def later(step, job=""):
    return LATER.format(job=job, step=step.replace("\n", "\n      "))


def noticed(text, actions=None, **files):
    sources = sources_of(actions, one=text, **files)
    for file in sources.workflow_files:
        assert file.document.problems == (), file.document.problems
    steps = tuple(step for file in sources.workflow_files for step in deploy_steps(file, sources))
    paths = deploy_paths(sources)
    assert paths
    checkout = Checkout(Path(), sources, deploy_steps=steps, deploy_paths=paths)
    return not any(list(unnoticed_skips(file, checkout)) for file in sources.workflow_files)


@pytest.mark.parametrize(
    "step",
    [
        TEST % STATUS,
        f"- run: \"[[ '{STATUS}' != Skipped* ]]\"",
        f'- run: |\n    case "{STATUS}" in\n      Skipped*) exit 1 ;;\n    esac',
        "- { run: exit 1, if: \"startsWith(steps.deploy.outputs.status, 'Skipped')\" }",
        "- { run: exit 1, if: \"!startsWith(steps.deploy.outputs.status, 'Successfully')\" }",
        "- { run: exit 1, if: \"contains(steps.deploy.outputs.status, 'skipped')\" }",
        f"{SCRIPTED}core.setFailed('x') }}, if: \"startsWith(steps.deploy.outputs.status, 'Skipped')\" }}",
        f"{SCRIPTED}\"if (process.env.S.startsWith('Skipped')) throw 'x'\" }}, env: {{ S: '{STATUS}' }} }}",
        PROOF,
    ],
)
def test_a_step_that_notices(step):
    assert noticed(workflow(step))


@pytest.mark.parametrize(
    "step",
    [
        "- run: make",
        f"- run: echo '{STATUS}'",
        (TEST % "${{ steps.other.outputs.status }}").replace("== Successfully", "!= Skipped"),
        TEST % STATUS + "\n  continue-on-error: true",
        TEST % STATUS + "\n  if: failure()",
        TEST % STATUS + "\n  if: startsWith(steps.deploy.outputs.status, 'Successfully')",
        "- { run: exit 1, if: \"startsWith(steps.deploy.outputs.status, 'Failed')\" }",
        "- { run: exit 1, if: \"steps.deploy.outputs.status == 'Skipped'\" }",
        "- { run: exit 1, if: \"steps.deploy.outcome == 'failure'\" }",
        "- { run: echo no, if: \"startsWith(steps.deploy.outputs.status, 'Skipped')\" }",
        "- { uses: actions/github-script@v8, with: { script: core.setFailed('x') }, if: failure() }",
        "- run: curl --fail https://shop.example/health",
        f'- env: {{ URL: "https://shop.example" }}\n  run: |\n    {ASKING}',
    ],
)
def test_a_step_that_does_not(step):
    assert not noticed(workflow(step))


def coded(shell, code, told=STATUS):
    """Give a step of another language; the status is put into the code, or told by a variable."""
    by_variable = {"pwsh": "$env:STATUS", "python": "os.environ['STATUS']"}
    names = by_variable[shell] if told == "variable" else f"'{told}'"
    lines = "".join(f"\n    {line}" for line in code.replace("STATUS", names).splitlines())
    return f"- shell: {shell}\n  run: |{lines}\n  env: {{ {'STATUS' if told == 'variable' else 'OTHER'}: '{STATUS}' }}"


@pytest.mark.parametrize("told", [STATUS, "variable"])
@pytest.mark.parametrize(
    ("shell", "code", "expected"),
    [
        ("pwsh", "if (STATUS -like 'Skipped*') { exit 1 }", True),
        ("pwsh", "if (STATUS -notlike 'Successfully*') { throw 'skipped' }", True),
        ("pwsh", "if (-not (STATUS).StartsWith('Successfully')) {\n  Write-Error 'no deploy'\n}", True),
        ("pwsh", "if (STATUS -like 'Successfully*') { exit 0 } else { exit 1 }", True),
        ("pwsh", "if (STATUS -like 'Successfully*') { exit 0 }\nexit 1", True),
        ("pwsh", "switch -Wildcard (STATUS) { 'Skipped*' { throw 'no deploy' } }", True),
        ("pwsh", "if (STATUS -like 'Skipped*') { exit 0 }", False),
        ("pwsh", "if (STATUS -like 'Skipped*') { exit }", False),
        ("pwsh", "if (STATUS -like 'Skipped*') { Write-Host 'it failed' }", False),
        ("pwsh", "if (STATUS -like 'Skipped*') { Write-Host 'would exit 1'; Write-Host \"or throw\" }", False),
        ("pwsh", "if (STATUS -like 'Skipped*') { Write-Host 'gone' # exit 1\n}", False),
        ("pwsh", "if (STATUS -like 'Skipped*') { Write-Host 'gone'; exit 1; Write-Host 'unsaid' }", True),
        ("pwsh", "if (STATUS -like 'Successfully*') { exit 1 }", False),
        ("pwsh", "Write-Host STATUS", False),
        ("pwsh", "if (STATUS -eq '') { exit 1 }", False),
        ("python", "import os, sys\nif STATUS.startswith('Skipped'):\n    sys.exit(1)", True),
        ("python", "import os\nassert STATUS.startswith('Successfully')", True),
        ("python", "import os\nif not STATUS.startswith('Successfully'):\n    raise SystemExit(1)", True),
        ("python", "import os, sys\nsys.exit('no deploy') if 'Skipped' in STATUS else None", True),
        ("python", "import os, sys\nif STATUS.startswith('Skipped'):\n    sys.exit(0)", False),
        ("python", "import os, sys\nif STATUS.startswith('Skipped'):\n    sys.exit()", False),
        ("python", "import os\nassert not STATUS.startswith('Successfully')", False),
        ("python", "import os\nprint(STATUS)", False),
    ],
)
def test_a_status_that_is_told_to_another_language(shell, code, expected, told):
    assert noticed(workflow(coded(shell, code, told))) is expected


def test_a_step_of_another_language_that_runs_after_a_skip_alone():
    condition = "  if: startsWith(steps.deploy.outputs.status, 'Skipped')\n"
    assert noticed(workflow(f"- run: throw 'no deploy'\n  shell: pwsh\n{condition}"))
    assert noticed(workflow(f"- run: import sys; sys.exit(1)\n  shell: python\n{condition}"))
    assert not noticed(workflow(f"- run: exit 0\n  shell: pwsh\n{condition}"))
    assert not noticed(workflow(f"- run: import sys; sys.exit()\n  shell: python\n{condition}"))


@pytest.mark.parametrize(
    "step",
    [
        "- { run: exit 1, if: \"steps.deploy.outputs.status == 'Skipped deploy to heroku app from branch main'\" }",
        "- { run: exit 1, if: \"steps.deploy.outputs.status != 'Successfully deployed heroku app from branch main'\" }",
    ],
)
def test_the_status_names_the_branch(step):
    assert noticed(workflow(step, extra=", branch: main"))


@pytest.mark.parametrize("output", ["steps.ship.outputs.status", "steps.deploy.outputs.state"])
def test_an_output_that_is_not_there_tells_nothing(output):
    assert not noticed(workflow(f"- {{ run: exit 1, if: \"startsWith({output}, 'Skipped')\" }}"))
    job = f"    outputs: {{ status: '${{{{ {output} }}}}' }}\n"
    assert not noticed(
        workflow(job=job) + later("- run: exit 1", "    if: startsWith(needs.one.outputs.status, 'Sk')\n")
    )


def test_a_step_before_the_deploy_notices_nothing():
    assert not noticed(workflow().replace("steps:\n", "steps:\n      - run: '[[ x == Successfully* ]]'\n"))


@pytest.mark.parametrize(
    ("create", "judged"), [("true", True), ("yes", True), ("false", False), ("'${{ vars.X }}'", False)]
)
def test_only_where_an_app_is_not_created(create, judged):
    assert noticed(workflow(create=create)) is not judged


def test_the_actions_own_health_check_comes_too_late():
    extra = ", healthcheck: 'https://shop.example/version', checkstring: '${{ github.sha }}'"
    assert not noticed(workflow(extra=extra))


@pytest.mark.parametrize("condition", ["", "    if: startsWith(needs.one.outputs.status, 'Skipped')\n"])
def test_a_later_job_notices_by_the_jobs_output(condition):
    step = "- run: exit 1" if condition else TEST % NEEDED
    assert noticed(workflow(job=OUTPUTS) + later(step, condition))
    assert not noticed(workflow() + later(TEST % "${{ vars.STATUS }}"))
    assert not noticed(workflow(job=OUTPUTS) + later(step, "    if: startsWith(needs.one.outputs.status, 'Succ')\n"))
    assert not noticed(workflow(job=OUTPUTS) + later(step, f"{condition}    continue-on-error: true\n"))


def test_a_jobs_environment_may_hold_the_output():
    step = "- run: '[[ $STATUS == Successfully* ]]'"
    assert noticed(workflow(job=OUTPUTS) + later(step, f"    env: {{ STATUS: '{NEEDED}' }}\n"))
    assert not noticed(
        workflow(job=OUTPUTS)
        + later(step.replace("==", "!=").replace("Succ", "Fail"), f"    env: {{ STATUS: '{NEEDED}' }}\n")
    )


def test_the_output_is_followed_out_of_an_action():
    step = DEPLOY.replace("CREATE", "true").replace("EXTRA", "")
    outputs = f"outputs: {{ said: {{ value: '{STATUS}' }} }}\n"
    action = f"{outputs}runs:\n  using: composite\n  steps:\n    {step}\n"
    use = "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n      - { id: ship, uses: ./.github/actions/ship }\n"
    test = (TEST % "${{ steps.ship.outputs.said }}").replace("\n", "\n      ")
    assert noticed(f"{use}      {test}\n", {"ship": action})
    assert not noticed(f"{use}      {test}\n", {"ship": action.replace(outputs, "")})
    assert not noticed(use, {"ship": action})
    inside = (TEST % STATUS).replace("\n", "\n    ")
    assert noticed(use, {"ship": f"{action}    {inside}\n      shell: bash\n"})


def test_an_action_may_test_what_it_is_told():
    action = (
        "inputs: { status: {} }\nruns:\n  using: composite\n  steps:\n"
        "    - run: '[[ $S != Skipped* ]]'\n      shell: bash\n"
        "      env: { S: '${{ inputs.status }}' }\n"
    )
    step = f"- {{ uses: ./.github/actions/test, with: {{ status: '{STATUS}' }} }}"
    assert noticed(workflow(step), {"test": action})
    assert not noticed(workflow(step.replace("deploy.", "other.")), {"test": action})


def test_the_output_is_followed_out_of_a_called_workflow():
    on = "{ workflow_call: { outputs: { status: { value: '${{ jobs.one.outputs.status }}' } } } }"
    called = workflow(job=OUTPUTS, on=on)
    caller = "on: push\njobs:\n  one:\n    uses: ./.github/workflows/one.yml\n"
    assert noticed(called, two=caller + later(TEST % NEEDED))
    assert not noticed(called, two=caller)
    assert not noticed(called.replace("jobs.one", "jobs.other"), two=caller + later(TEST % NEEDED))


def test_each_way_is_judged():
    on = "{ workflow_dispatch: { inputs: { to: { type: choice, options: [a, b] } } } }"
    assert not noticed(workflow(TEST % STATUS + "\n  if: inputs.to == 'a'", on=on))
    assert noticed(workflow(TEST % STATUS + "\n  if: inputs.to == 'a' || inputs.to == 'b'", on=on))
