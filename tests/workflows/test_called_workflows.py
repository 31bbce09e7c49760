import pytest
from making import deploying, paths_of

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.files.sources import Sources

MAIN = "{push: {branches: [main]}}"
ASK = "    runs-on: x\n    steps: [{ run: curl --fail https://shop.example/health }]\n"
STEPS = "runs-on: x, steps: [{run: y}]"

CALLED = """
on:
  workflow_call:
    inputs:
      app: { type: string, default: shop-staging }
      production: { type: boolean }
jobs:
  check:
    runs-on: x
    steps: [{ run: make }]
  push:
    needs: check
    runs-on: x
    environment: ${{ inputs.production && 'production' || '' }}
    steps:
      - uses: akhileshns/heroku-deploy@v3
        with: { heroku_app_name: "${{ inputs.app }}" }
"""


def caller(on="push", job="", before=""):
    return f"on: {on}\njobs:\n{before}  deploy:\n    uses: ./.github/workflows/called.yml\n{job}"


def of(paths, *names):
    return [tuple(getattr(path, name) for name in names) for path in paths]


def test_a_called_workflow_deploys_with_the_event_of_its_caller():
    (path,) = paths_of(entry=caller(MAIN), called=CALLED)
    assert (path.workflow, path.file) == (".github/workflows/entry.yml", ".github/workflows/called.yml")
    assert (path.trigger, path.refs, path.job) == ("push", ("refs/heads/main",), "deploy / push")
    assert (path.app, path.environment, path.undecided) == ("shop-staging", None, None)
    assert path.called_from == "called by entry.yml:4"
    assert path.owner.file_name == "called.yml"


def test_a_call_may_name_the_same_commit():
    (path,) = paths_of(entry=caller(MAIN).replace("./", "$/"), called=CALLED)
    assert path.job == "deploy / push"


def test_what_the_caller_hands_over_decides():
    given = "    with: { app: shop, production: true }\n"
    (path,) = paths_of(entry=caller(MAIN, given), called=CALLED)
    assert (path.app, path.environment) == ("shop", "production")


@pytest.mark.parametrize(
    ("given", "test", "expected"),
    [
        ("true", "inputs.live == 'true'", "production"),  # a text, as it is declared
        ("true", "inputs.live == true", None),
        ("3.10", "inputs.live == '3.10'", None),
        ("3.10", "inputs.live == '3.1'", "production"),
        ("${{ github.event_name == 'push' }}", "inputs.live == 'true'", "production"),
    ],
)
def test_what_is_handed_over_becomes_what_is_declared(given, test, expected):
    called = CALLED.replace("production: { type: boolean }", "live: { type: string }")
    called = called.replace("inputs.production &&", f"{test} &&")
    (path,) = paths_of(entry=caller(MAIN, f"    with:\n      live: {given}\n"), called=called)
    assert path.environment == expected


@pytest.mark.parametrize(("choice", "expected"), [("a", "shop-a"), ("b", "shop-b")])
def test_the_inputs_of_the_caller_reach_the_called_workflow(choice, expected):
    on = "{workflow_dispatch: {inputs: {to: {type: choice, options: [a, b]}}}}"
    found = paths_of(entry=caller(on, "    with: { app: 'shop-${{ inputs.to }}' }\n"), called=CALLED)
    assert [path.app for path in found if path.inputs == {"to": choice}] == [expected]


def test_each_row_of_the_callers_matrix_is_a_path():
    rows = "    strategy: { matrix: { app: [a, b] } }\n    with: { app: '${{ matrix.app }}' }\n"
    assert of(paths_of(entry=caller(MAIN, rows), called=CALLED), "app") == [("a",), ("b",)]


def test_the_gates_are_the_callers_and_its_own():
    before = "  test:\n    runs-on: x\n    steps: [{ run: make }]\n"
    (path,) = paths_of(entry=caller("{push: {branches: [x]}}", "    needs: test\n", before), called=CALLED)
    assert path.gates == ("test", "check")


def test_a_call_that_always_runs_has_no_gate_of_its_caller():
    before = "  test:\n    runs-on: x\n    steps: [{ run: make }]\n"
    (path,) = paths_of(
        entry=caller("{push: {branches: [x]}}", "    needs: test\n    if: always()\n", before), called=CALLED
    )
    assert path.gates == ("check",)
    assert [(gate.name, gate.held) for gate in path.ancestors] == [("test", False), ("check", True)]


def test_the_jobs_of_a_called_gate_are_gates():
    tests = f"on: workflow_call\njobs:\n  unit: {{{STEPS}}}\n  flaky: {{{STEPS}, continue-on-error: true}}\n"
    deploy = deploying(job="    needs: ci\n", on=MAIN).replace(
        "jobs:\n", "jobs:\n  ci:\n    uses: ./.github/workflows/tests.yml\n"
    )
    (path,) = paths_of(deploy=deploy, tests=tests)
    assert path.gates == ("ci", "unit")


def test_a_condition_in_the_called_workflow_sees_the_callers_ref():
    called = CALLED.replace("    needs: check\n", "    needs: check\n    if: github.ref == 'refs/heads/main'\n")
    assert of(paths_of(entry=caller("{push: {branches: [main, dev]}}"), called=called), "refs") == [
        (("refs/heads/main",),)
    ]


def test_the_environment_variables_of_the_caller_do_not_reach_it():
    called = CALLED.replace("${{ inputs.app }}", "${{ env.APP }}")
    (path,) = paths_of(entry="env: { APP: shop }\n" + caller(MAIN), called=called)
    assert path.app is None
    assert "`${{ env.APP }}` on line 17" in path.undecided


def test_checks_after_the_call_count():
    check = (
        "  check:\n    needs: deploy\n    runs-on: x\n    steps: [{ run: curl --fail https://shop.example/health }]\n"
    )
    (path,) = paths_of(entry=caller(MAIN) + check, called=CALLED)
    assert path.verified_by == ("check: curl --fail https://shop.example/health",)


def test_checks_in_a_workflow_called_later_count():
    later = "  verify:\n    needs: deploy\n    uses: ./.github/workflows/verify.yml\n"
    verify = f"on: workflow_call\njobs:\n  ask:\n{ASK}"
    (path,) = paths_of(entry=caller(MAIN) + later, called=CALLED, verify=verify)
    assert path.verified_by == ("ask: curl --fail https://shop.example/health",)


def test_a_called_workflow_without_a_caller_is_undecided():
    found = paths_of(called=CALLED)
    assert [path.environment for path in found] == ["production", None]
    assert {path.trigger for path in found} == {"workflow_call"}
    assert all("the workflows that call this one are not here" in path.undecided for path in found)


def test_a_workflow_may_be_called_and_dispatched():
    both = CALLED.replace("on:\n", "on:\n  workflow_dispatch:\n")
    triggers = {path.trigger for path in paths_of(entry=caller(MAIN), called=both)}
    assert triggers == {"push", "workflow_dispatch"}


def test_a_workflow_that_calls_itself_ends():
    itself = caller("[push, workflow_call]").replace("called.yml", "entry.yml")
    assert paths_of(entry=itself) == ()


def test_calls_through_two_workflows_are_followed():
    middle = "on: workflow_call\njobs:\n  middle:\n    uses: ./.github/workflows/called.yml\n    with: { app: far }\n"
    entry = caller(MAIN).replace("called.yml", "middle.yml")
    (path,) = paths_of(entry=entry, middle=middle, called=CALLED)
    assert (path.app, path.job) == ("far", "deploy / middle / push")


@pytest.mark.parametrize("name", ["heroku", "heroku-container"])
def test_a_workflow_of_another_repository_that_deploys_is_known(name):
    job = f"    uses: 84codes/actions/.github/workflows/{name}.yml@main\n    with: {{ heroku-app: shop }}\n"
    entry = f"on: {MAIN}\njobs:\n  go:\n{job}"
    (path,) = paths_of(entry=entry)
    assert (path.app, path.line, path.undecided) == ("shop", 4, None)


@pytest.mark.parametrize(
    "job",
    [
        "    uses: someone/flows/.github/workflows/heroku-deploy.yml@v1\n",
        "    uses: someone/flows/.github/workflows/ship.yml@v1\n    secrets: { HEROKU_API_KEY: '${{ secrets.K }}' }\n",
        "    uses: someone/flows/.github/workflows/ship.yml@v1\n    with: { heroku_app: shop }\n",
    ],
)
def test_a_workflow_of_another_repository_that_may_deploy_is_undecided(job):
    (path,) = paths_of(entry=f"on: {{push: {{branches: [main]}}}}\njobs:\n  go:\n{job}")
    assert path.app is None
    assert "on line 4" in path.undecided


def test_a_workflow_of_another_repository_without_a_word_of_heroku_is_none():
    assert paths_of(entry="on: push\njobs:\n  go:\n    uses: someone/flows/.github/workflows/ship.yml@v1\n") == ()


ACTION = """
name: deploy
inputs:
  app: { default: shop-staging }
  check: { default: 'true' }
runs:
  using: composite
  steps:
    - uses: akhileshns/heroku-deploy@v3
      with: { heroku_app_name: "${{ inputs.app }}" }
    - if: inputs.check == 'true'
      shell: bash
      run: curl --fail https://shop.example/health
"""


def using(with_="", more=""):
    return (
        "on: {push: {branches: [main]}}\njobs:\n  go:\n    runs-on: x\n    steps:\n"
        f"      - uses: ./.github/actions/deploy\n{with_}{more}"
    )


def test_a_composite_action_deploys_for_the_job_that_uses_it():
    (path,) = paths_of({"deploy": ACTION}, entry=using("        with: { app: shop }\n"))
    assert (path.app, path.file, path.line) == ("shop", ".github/actions/deploy/action.yml", 9)
    assert path.called_from == "used by entry.yml:6"
    assert path.verified_by == ("go: curl --fail https://shop.example/health",)
    assert path.owner.file_name == "entry.yml"


def test_the_defaults_of_a_composite_action_hold():
    (path,) = paths_of({"deploy": ACTION}, entry=using())
    assert path.app == "shop-staging"


def test_a_step_of_a_composite_action_that_does_not_run_checks_nothing():
    (path,) = paths_of({"deploy": ACTION}, entry=using("        with: { check: false }\n"))
    assert path.verified_by == ()


def test_a_composite_action_that_is_not_run_deploys_nothing():
    assert paths_of({"deploy": ACTION}, entry=using("        if: github.ref == 'refs/heads/dev'\n")) == ()


def test_variables_reach_a_composite_action():
    action = ACTION.replace("${{ inputs.app }}", "${{ env.APP }}")
    (path,) = paths_of({"deploy": action}, entry=using("        env: { APP: shop }\n"))
    assert path.app == "shop"


def test_an_action_within_an_action_is_followed():
    outer = "runs:\n  using: composite\n  steps:\n    - uses: ./.github/actions/deploy\n      with: { app: inner }\n"
    (path,) = paths_of({"deploy": ACTION, "outer": outer}, entry=using().replace("deploy\n", "outer\n"))
    assert path.app == "inner"


def test_an_action_that_uses_itself_ends():
    itself = "runs:\n  using: composite\n  steps:\n    - uses: ./.github/actions/deploy\n"
    assert paths_of({"deploy": itself}, entry=using()) == ()


def test_who_calls_what_stands_around_a_deploy_is_said():
    action = "runs:\n  using: composite\n  steps:\n    - { run: make, shell: bash }\n"
    entry = caller(MAIN) + (
        "  verify:\n    needs: deploy\n    uses: ./.github/workflows/verify.yml\n"
        "  last:\n    needs: deploy\n    runs-on: x\n    steps: [{run: y}, {uses: ./.github/actions/check}]\n"
    )
    called = CALLED + "      - run: z\n"
    verify = f"on: workflow_call\njobs:\n  ask:\n{ASK}"
    (path,) = paths_of({"check": action}, entry=entry, called=called, verify=verify)
    assert path.caller_of(path.step.placed) == "; called by entry.yml:4"
    assert [(each.placed.step.label, path.caller_of(each.placed)) for each in path.later] == [
        ("z", "; called by entry.yml:4"),
        ("curl --fail https://shop.example/health", "; called by entry.yml:7"),
        ("y", ""),
        ("./.github/actions/check", ""),
        ("make", "; used by entry.yml:11"),
    ]


def test_who_calls_a_workflow_is_looked_for_once(monkeypatch):
    text = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/w0.yml\n"
    files = tuple(load(text.encode(), f".github/workflows/w{n}.yml") for n in range(50))
    sources, asked, called_by = Sources(files), [], Sources.called_by
    monkeypatch.setattr(Sources, "called_by", lambda self, job: asked.append(job) or called_by(self, job))
    callers = [list(sources.callers_of(each)) for each in files]
    assert [len(each) for each in callers] == [50] + [0] * 49
    assert len(asked) == 50
