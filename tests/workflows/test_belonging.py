"""The environment, the app and the addresses of a deploy path belong together."""

from types import SimpleNamespace

import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.asked import own_checks
from asbuilt.workflows.judge.targets import mismatches


def app(name, tier="production", url=None, environment=None, repository="o/r"):
    return SimpleNamespace(name=name, tier=tier, url=url, environment=environment, repository=repository)


MAIN = "{push: {branches: [main]}}"
PROD = app("shop", url="https://shop.example", environment="production")
STAGE = app("shop-staging", "staging", "https://staging.shop.example")
DECLARED = app("shop-staging", "staging", environment="staging")


def facts(deployed, job="", after="", apps=(PROD, STAGE), target=None, more=""):
    step = DEPLOY.format(app=target or deployed.name)
    text = f"on: {MAIN}\njobs:\n  deploy:\n    runs-on: x\n{job}    steps:{step}{more}{after}"
    apps = [deployed, *(each for each in apps if each.name != deployed.name)]
    return [
        each.fact
        for path in paths_of(ship=text)
        if path.app == deployed.name
        for each in mismatches(path, deployed, apps)
    ]


def environment(name, url=None):
    return f"    environment: {{ name: '{name}'" + (f", url: '{url}' }}\n" if url else " }\n")


def ask(address, env=""):
    given = f"        env: {{ {env} }}\n" if env else ""
    return f"      - run: curl --fail {address}/health\n{given}"


@pytest.mark.parametrize(
    ("deployed", "job", "wrong"),
    [
        (STAGE, "", 0),
        (STAGE, environment("staging"), 0),
        (STAGE, environment("production"), 1),
        (STAGE, environment("Production"), 1),
        (STAGE, environment("${{ vars.WHERE }}"), 0),
        (DECLARED, environment("Staging"), 0),
        (DECLARED, environment("other"), 1),
        (DECLARED, environment("production"), 1),
        (DECLARED, "", 1),
        (PROD, environment("other"), 0),  # that is for WF003
        (app("shop-worker"), environment("production"), 0),  # of the same tier
        (app("shop-staging", "staging", repository="o/other"), environment("production"), 0),
    ],
)
def test_an_environment_is_the_apps_own_or_nobodys(deployed, job, wrong):
    assert len(facts(deployed, job)) == wrong


def test_an_environment_that_cannot_be_told_is_open():
    assert facts(DECLARED, environment("${{ vars.WHERE }}")) == [
        'which environment job "deploy" deploys through cannot be told: `${{ vars.WHERE }}` on line 5'
    ]


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://shop.example/", 0),
        ("https://shop.herokuapp.com", 0),
        ("https://elsewhere.example", 0),
        ("${{ vars.URL }}", 0),
        ("${{ steps.x.outputs.url }}", 0),
        ("https://staging.shop.example/x", 1),
        ("https://shop-staging.herokuapp.com", 1),
        ("https://shop-staging-0123456789ab.herokuapp.com/", 1),
        ("https://shop-staging-two.herokuapp.com/", 0),
    ],
)
def test_the_address_that_a_job_shows_is_not_another_apps(url, wrong):
    assert len(facts(PROD, environment("production", url))) == wrong


@pytest.mark.parametrize(
    ("after", "wrong"),
    [
        (ask("https://staging.shop.example"), 0),
        (ask("https://shop.example"), 1),
        (ask("https://shop-0123456789ab.herokuapp.com"), 1),
        (ask('"$URL"', "URL: 'https://shop.example'"), 1),
        (ask('"${URL}"', "URL: 'https://shop.example'"), 1),
        (ask("${{ env.URL }}", "URL: 'https://shop.example'"), 1),
        (ask('"$URL"', "URL: '${{ vars.URL }}'"), 0),
        (ask("https://shop.example") + ask("https://staging.shop.example"), 0),
        (ask("https://shop.example") + ask('"$URL"', "URL: '${{ vars.URL }}'"), 0),
        (ask("https://shop.example") + ask("https://shop.herokuapp.com"), 2),
    ],
)
def test_a_check_asks_the_app_that_was_deployed(after, wrong):
    assert len(facts(STAGE, after=after)) == wrong


def test_an_expression_is_mended_where_it_stands():
    text = f"on: {MAIN}\njobs:\n  deploy:\n    runs-on: x\n    environment: ${{{{ github.ref_name }}}}\n"
    (path,) = paths_of(ship=text + f"    steps:{DEPLOY.format(app='shop-staging')}")
    (fault,) = mismatches(path, DECLARED, [DECLARED])
    assert fault.fix == "let ${{ github.ref_name }} come to staging here"


def test_the_actions_own_check_asks_it_too():
    more = "          healthcheck: https://shop.example/health\n"
    step = "\n      - uses: akhileshns/heroku-deploy@v3\n        with:\n          heroku_app_name: shop-staging\n"
    text = f"on: {MAIN}\njobs:\n  deploy:\n    runs-on: x\n    steps:{step}{more}"
    (fact,) = (each.fact for path in paths_of(ship=text) for each in mismatches(path, STAGE, [PROD, STAGE]))
    assert "this asks shop how it is: https://shop.example" in fact


def test_what_follows_the_deploy_of_another_app_is_about_that_one():
    after = DEPLOY.format(app="shop").removeprefix("\n") + ask("https://shop.example")
    assert facts(STAGE, after=after) == []
    unknown = after.replace("https://shop.example", "${{ vars.URL }}")
    assert facts(STAGE, after=unknown) == []
    (fact,) = facts(STAGE, after=ask("https://shop.example") + unknown)
    assert "this asks shop how it is" in fact


def a_job(name, needs, steps):
    return f"  {name}:\n    runs-on: x\n    needs: {needs}\n    steps:{steps}"


def deploys(name):
    return DEPLOY.format(app=name)


EACH = deploys("'${{ matrix.app }}'")


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        # One after the other, and a check of the last one alone: nobody asks the first.
        (
            a_job("stage", "[]", deploys("shop-staging"))
            + a_job("prod", "stage", deploys("shop"))
            + a_job("verify", "prod", "\n" + ask(PROD.url)),
            {"shop-staging": 0, "shop": 1},
        ),
        # Side by side.
        (
            a_job("stage", "[]", deploys("shop-staging"))
            + a_job("prod", "[]", deploys("shop"))
            + a_job("verify", "[stage, prod]", "\n" + ask(PROD.url)),
            {"shop-staging": 0, "shop": 1},
        ),
        (
            a_job("stage", "[]", deploys("shop-staging"))
            + a_job("prod", "[]", deploys("shop"))
            + a_job("verify", "[stage, prod]", "\n" + ask(PROD.url) + ask(STAGE.url) + ask("${{ vars.URL }}")),
            {"shop-staging": 2, "shop": 2},
        ),
        # What was deployed before is not what this deploy is about.
        (
            a_job("stage", "[]", deploys("shop-staging"))
            + a_job("prod", "stage", deploys("shop"))
            + a_job("verify", "prod", "\n" + ask(STAGE.url)),
            {"shop-staging": 1, "shop": 1},
        ),
        # The rows of one matrix, and the jobs of a workflow that is called.
        (
            "  ship:\n    runs-on: x\n    strategy: {matrix: {app: [shop, shop-staging]}}\n"
            f"    steps:{EACH}" + a_job("verify", "ship", "\n" + ask(PROD.url)),
            {"shop-staging": 0, "shop": 1},
        ),
        (
            a_job("stage", "[]", deploys("shop-staging"))
            + "  prod:\n    uses: ./.github/workflows/called.yml\n"
            + a_job("verify", "[stage, prod]", "\n" + ask(PROD.url)),
            {"shop-staging": 0, "shop": 1},
        ),
    ],
)
def test_a_check_of_another_app_that_was_deployed_meanwhile_is_none_of_this_one(jobs, expected):
    files = {"w": f"on: {MAIN}\njobs:\n{jobs}"}
    if "uses: ./" in jobs:
        files["called"] = f"on: workflow_call\njobs:\n{a_job('inner', '[]', deploys('shop'))}"
    found = paths_of(**files)
    apps = {each.name: each for each in (PROD, STAGE)}
    assert {path.app: len(own_checks(path, apps[path.app], apps.values())) for path in found} == expected


CHECKING = """
inputs: { url: {} }
runs:
  using: composite
  steps:
    - run: curl --fail "$URL"
      shell: bash
      env: { URL: "${{ inputs.url }}" }
"""


def test_a_workflow_that_is_called_for_one_app_and_then_for_another_checks_each_of_them():
    """Its steps run twice, each time with the inputs of their call."""
    check = "      - { uses: ./.github/actions/check, with: { url: '${{ inputs.url }}' } }\n"
    inputs = "{ app: { type: string }, url: { type: string } }"
    called = f"on: {{ workflow_call: {{ inputs: {inputs} }} }}\njobs:\n"
    called += a_job("ship", "[]", deploys("'${{ inputs.app }}'") + check)
    jobs = "".join(
        f"  {each.name}:\n    needs: {needs}\n    uses: ./.github/workflows/called.yml\n"
        f"    with: {{ app: {each.name}, url: '{each.url}' }}\n"
        for each, needs in ((STAGE, "[]"), (PROD, "shop-staging"))
    )
    apps = {each.name: each for each in (PROD, STAGE)}
    found = paths_of({"check": CHECKING}, w=f"on: {MAIN}\njobs:\n{jobs}", called=called)
    counted = {path.app: len(own_checks(path, apps[path.app], apps.values())) for path in found}
    assert counted == {"shop-staging": 1, "shop": 1}
    assert not [fault for path in found for fault in mismatches(path, apps[path.app], apps.values())]
