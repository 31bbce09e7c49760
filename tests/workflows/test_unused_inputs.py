"""An environment that a caller hands over and the called job does not use; one line for all apps of a job."""

from dataclasses import dataclass

import pytest
from making import paths_of, sources_of

from asbuilt.workflows.judge.gates import wrong_environments
from asbuilt.workflows.judge.secrets import read_outside
from asbuilt.workflows.judge.targets import of_another_app


@dataclass(frozen=True)
class App:
    name: str = "shop"
    tier: str = "production"
    environment: str | None = "production"
    url: str | None = "https://shop.example"
    repository: str | None = None
    gates: tuple = ()
    probes: tuple = ()
    formation: tuple = ()


CALLED = "on: {workflow_call: {inputs: {app: {type: string}, target: {type: string}}}}\n"
DEPLOY = (
    "jobs:\n  ship:\n    runs-on: x\n%s    steps:\n      - run: heroku container:release web -a ${{ inputs.app }}\n"
)
CALL = "on: push\njobs:\n  call:\n    uses: ./.github/workflows/ship.yml\n    with: { app: %s, target: %s }\n"


def paths(app="shop", target="production", job=""):
    return paths_of(ship=CALLED + DEPLOY % job, start=CALL % (app, target))


def test_production_that_is_handed_over_and_not_used():
    (gap,) = wrong_environments(App(), paths())
    assert "through no environment, and ignores target: production" in gap.fact
    assert gap.fix == "add to job ship: environment: ${{ inputs.target }}"
    assert wrong_environments(App(), paths(job="    environment: ${{ inputs.target }}\n")) == ()


def test_what_is_handed_over_is_another_one():
    (gap,) = wrong_environments(App(), paths(target="staging"))
    assert "expected production" in gap.fact
    assert gap.fix == "environment: ${{ inputs.environment }}, and where shop is named, environment: production"


def test_staging_that_is_handed_over_and_not_used():
    app = App(name="shop-staging", tier="staging", environment="staging")
    (gap,) = of_another_app(app, [app], paths("shop-staging", "staging"))
    assert "through no environment, and ignores target: staging" in gap.fact
    assert gap.fix == "add to job ship: environment: ${{ inputs.target }}"


def test_two_apps_of_one_job_are_told_the_same_line():
    live, trial = App(), App(name="shop-staging", tier="staging", environment="staging")
    (one,), (two,) = (
        wrong_environments(live, paths()),
        of_another_app(trial, [trial], paths("shop-staging", "staging")),
    )
    assert (one.path, one.mark, one.fix) == (two.path, two.mark, two.fix)


@pytest.mark.parametrize(
    ("app", "fix"),
    [
        ("shop", "add to job ship: environment: production"),
        ("${{ vars.APP }}", "add to job ship: environment: production"),
        (
            "${{ matrix.app }}",
            "environment: ${{ matrix.environment }}, and in the row of shop, environment: production",
        ),
        ("$APP", "let `environment` of job ship come to production where it deploys shop"),
    ],
)
def test_a_job_that_may_deploy_others_is_told_no_fixed_name(app, fix):
    job = "    strategy: { matrix: { app: [shop] } }\n    env: { APP: shop }\n"
    text = "on: push\n" + (DEPLOY % job).replace("${{ inputs.app }}", app)
    found = wrong_environments(App(name="shop"), paths_of(ship=text))
    assert {gap.fix for gap in found} == {fix}


def test_a_secret_of_an_environment_that_is_handed_over():
    read = "    env: { KEY: '${{ secrets.LIVE_KEY }}' }\n"
    start = CALL % ("shop", "production") + "    secrets: inherit\n"
    sources = sources_of(ship=CALLED + DEPLOY % read, start=start)
    (gap,) = read_outside(sources.by_path[".github/workflows/start.yml"], sources, {"live_key": ["production"]})
    assert gap.fix == "add to job ship: environment: ${{ inputs.target }}, which production is handed over by"


def test_a_check_whose_address_an_expression_names_may_be_right_for_another_app():
    live, trial = App(), App(name="shop-staging", tier="staging", environment="staging", url="https://trial.example")
    text = (
        CALLED
        + DEPLOY % '    environment: production\n    env: { TO: "%s" }\n'
        + "      - run: curl --fail %s/health\n"
    )
    swapped = "${{ inputs.app == 'shop' && 'https://trial.example' || 'https://shop.example' }}"
    (gap,) = of_another_app(live, [live, trial], paths_of(ship=text % (swapped, "$TO"), start=CALL % ("shop", "x")))
    assert gap.fix == "let $TO/health come to https://shop.example where shop is deployed"
    fixed = text % ("x", "https://trial.example")
    (gap,) = of_another_app(live, [live, trial], paths_of(ship=fixed, start=CALL % ("shop", "x")))
    assert gap.fix == "ask https://shop.example"
