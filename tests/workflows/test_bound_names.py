"""Secrets and variables come to what the estate says, where GitHub would hand them out, and nowhere else."""

from dataclasses import replace

import pytest
from making import DEPLOY, deploying, sources_of

from asbuilt.workflows.judge import authentication
from asbuilt.workflows.judge.asked import asked_after
from asbuilt.workflows.judge.secrets import read_outside
from asbuilt.workflows.paths.tracing import deploy_paths
from asbuilt.workflows.said.names import names_of

MAIN = "{push: {branches: [main]}}"

# As `repositories.R.names` is read: a text for every environment goes by no name.
BOUND = {
    "vars.Shop": {"": "tea-shop"},
    "secrets.APP_NAME": {"": "tea-shop"},
    "secrets.TARGET": {"Production": "tea-shop", "staging": "tea-shop-next"},
    "vars.WHERE": {"": "staging"},
    "vars.LIST": {"": '["tea-shop"]'},
}


def apps(declared=BOUND, actions=None, **files):
    made = replace(sources_of(actions, **files), names=names_of(declared))
    for each in made.workflow_files:
        assert each.document.problems == (), each.document.problems
    return [each.app for each in deploy_paths(made)]


@pytest.mark.parametrize(
    ("app", "job", "expected"),
    [
        ("${{ vars.SHOP }}", "", "tea-shop"),
        ("${{ vars['shop'] }}", "", "tea-shop"),
        ("${{ Secrets.app_name }}", "", "tea-shop"),
        ("${{ vars.SHOP }}-eu", "", "tea-shop-eu"),
        ("${{ vars.OTHER || vars.SHOP }}", "", None),  # the other one may be there
        ("${{ secrets.OTHER }}", "", None),
        ("${{ secrets.SHOP }}", "", None),  # a variable is no secret
        ("${{ secrets.TARGET }}", "    environment: production\n", "tea-shop"),
        ("${{ secrets.TARGET }}", "    environment: { name: STAGING }\n", "tea-shop-next"),
        ("${{ secrets.TARGET }}", "    environment: ${{ vars.WHERE }}\n", "tea-shop-next"),
        ("${{ secrets.TARGET }}", "    environment: ${{ vars.UNBOUND }}\n", None),
        ("${{ secrets.TARGET }}", "    environment: canary\n", None),
        ("${{ secrets.TARGET }}", "", None),
        ("${{ vars.SHOP }}", "    environment: ${{ vars.UNBOUND }}\n", "tea-shop"),
        ("${{ env.APP }}", "    environment: production\n    env: { APP: '${{ secrets.TARGET }}' }\n", "tea-shop"),
        ("${{ github.ref_name == 'main' && secrets.APP_NAME || vars.OTHER }}", "", "tea-shop"),
        ("${{ secrets[format('{0}_NAME', 'APP')] }}", "", "tea-shop"),
        ("${{ matrix.app }}", "    strategy: { matrix: { app: '${{ fromJSON(vars.LIST) }}' } }\n", "tea-shop"),
        ("shop", "    environment: ${{ secrets.WHERE }}\n", "shop"),
        (
            "${{ matrix.app }}",
            "    strategy: { matrix: { app: ['${{ vars.SHOP }}'] } }\n",
            "tea-shop",
        ),
    ],
)
def test_a_bound_name_is_what_the_estate_says_in_the_environment_of_its_job(app, job, expected):
    assert apps(ship=deploying(f'"{app}"', job, MAIN)) == [expected]


def test_each_row_of_a_matrix_has_the_names_of_its_own_environment():
    job = "    strategy: { matrix: { where: [production, staging, canary] } }\n    environment: ${{ matrix.where }}\n"
    assert apps(ship=deploying("'${{ secrets.TARGET }}'", job, MAIN)) == ["tea-shop", "tea-shop-next", None]


def test_nothing_is_known_that_is_not_bound():
    assert apps({}, ship=deploying("'${{ vars.SHOP }}'", on=MAIN)) == [None]


def test_a_condition_on_a_bound_variable_is_decided():
    condition = "    if: vars.WHERE == '{}'\n"
    assert apps(ship=deploying("shop", condition.format("production"), MAIN)) == []
    assert apps(ship=deploying("shop", condition.format("staging"), MAIN)) == ["shop"]


HANDED_ON = "'${{ needs.first.outputs.app }}'"
CALLED = (
    "on: {{workflow_call: {{inputs: {{to: {{type: string}}, app: {{type: string}}}}}}}}\njobs:\n  out:\n"
    f"    runs-on: x\n    environment: ${{{{{{{{ inputs.to }}}}}}}}\n    steps:{DEPLOY}"
)


def calling(more):
    return f"on: {MAIN}\njobs:\n  call:\n    uses: ./.github/workflows/out.yml\n{more}"


@pytest.mark.parametrize(
    ("app", "call", "expected"),
    [
        ("${{ secrets.APP_NAME }}", "    secrets: inherit\n", "tea-shop"),
        ("${{ secrets.APP_NAME }}", "", None),  # it is handed nothing
        ("${{ secrets.APP_NAME }}", "    secrets: { other: '${{ secrets.APP_NAME }}' }\n", None),
        ("${{ secrets.other }}", "    secrets: { OTHER: '${{ secrets.APP_NAME }}' }\n", "tea-shop"),
        ("${{ secrets.APP_NAME }}", "    secrets: { APP_NAME: '${{ secrets.ELSE }}' }\n", None),
        ("${{ secrets.TARGET }}", "    secrets: inherit\n    with: { to: production }\n", "tea-shop"),
        ("${{ secrets.TARGET }}", "    secrets: inherit\n", None),
        # https://github.com/actions/runner/issues/1490: filled in from the called job's environment, if handed over
        (
            "${{ secrets.TARGET }}",
            "    secrets: { TARGET: '${{ secrets.TARGET }}' }\n    with: { to: staging }\n",
            "tea-shop-next",
        ),
        ("${{ secrets.TARGET }}", "    with: { to: staging }\n", None),
        ("${{ secrets.aim }}", "    secrets: { aim: '${{ secrets.TARGET }}' }\n    with: { to: staging }\n", None),
        ("${{ vars.SHOP }}", "", "tea-shop"),  # variables come by themselves
        ("${{ inputs.app }}", "    with: { app: '${{ vars.SHOP }}' }\n", "tea-shop"),
        ("${{ inputs.app }}", "    with: { app: '${{ secrets.APP_NAME }}' }\n", None),  # GitHub refuses it there
    ],
)
def test_a_called_workflow_knows_what_it_is_handed(app, call, expected):
    assert apps(call=calling(call), out=CALLED.format(app=f'"{app}"')) == [expected]


ACTION = (
    "inputs: {app: {required: true}}\nruns:\n  using: composite\n  steps:\n"
    "    - uses: akhileshns/heroku-deploy@v3\n      with: { heroku_app_name: '%s' }\n"
)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("${{ inputs.app }}", "tea-shop"),
        ("${{ env.APP }}", "tea-shop"),
        ("${{ vars.SHOP }}", None),  # no such context there: the runner refuses it
        ("${{ secrets.APP_NAME }}", None),
    ],
)
def test_a_composite_action_knows_what_it_is_handed(named, expected):
    step = "      - uses: ./.github/actions/out\n        with: { app: '${{ secrets.APP_NAME }}' }\n"
    job = "    env: { APP: '${{ vars.SHOP }}' }\n"
    text = f"on: {MAIN}\njobs:\n  go:\n    runs-on: x\n{job}    steps:\n{step}"
    assert apps(actions={"out": ACTION % named}, go=text) == [expected]


def test_a_script_knows_what_its_variables_are_bound_to():
    push = "      - run: git push https://git.heroku.com/$APP.git HEAD:main\n"
    step = f"{push}        env: {{ APP: '${{{{ secrets.APP_NAME }}}}' }}\n"
    assert apps(go=f"on: {MAIN}\njobs:\n  go:\n    runs-on: x\n    steps:\n{step}") == ["tea-shop"]


@pytest.mark.parametrize(
    ("shell", "variable", "expected"),
    [("bash", "$APP", "tea-shop"), ("pwsh", "$env:APP", "tea-shop")],
)
def test_whichever_shell_reads_it(shell, variable, expected):
    push = f"      - run: git push https://git.heroku.com/{variable} HEAD:main\n        shell: {shell}\n"
    step = f"{push}        env: {{ APP: '${{{{ secrets.APP_NAME }}}}' }}\n"
    assert apps(go=f"on: {MAIN}\njobs:\n  go:\n    runs-on: x\n    steps:\n{step}") == [expected]


def test_an_environment_is_not_named_by_a_secret():
    declared = {"secrets.WHERE": {"": "production"}}
    made = sources_of(ship=deploying("shop", "    environment: ${{ secrets.WHERE }}\n", MAIN))
    (path,) = deploy_paths(replace(made, names=names_of(declared)))
    assert (path.environment, path.is_environment_open) == (None, True)


@pytest.mark.parametrize(
    ("output", "expected"),
    [("vars.SHOP", "tea-shop"), ("secrets.APP_NAME", None), ("vars.ALIKE", None), ("vars.BY_PLACE", "tea-shop-next")],
)
def test_a_job_hands_on_a_variable_and_no_secret(output, expected):
    declared = {
        "vars.SHOP": {"": "tea-shop"},
        "vars.BY_PLACE": {"staging": "tea-shop-next"},
        "vars.ALIKE": {"": "kiosk-eu"},
        "secrets.APP_NAME": {"": "kiosk"},
    }
    first = f"  first:\n    runs-on: x\n    environment: staging\n    outputs: {{ app: '${{{{ {output} }}}}' }}\n"
    go = f"  go:\n    needs: first\n    runs-on: x\n    steps:{DEPLOY.format(app=HANDED_ON)}"
    text = f"on: {MAIN}\njobs:\n{first}    steps: [{{run: make}}]\n{go}"
    assert apps(declared, go=text) == [expected]


def test_a_check_in_a_later_job_asks_the_app_that_its_address_is_bound_to():
    check = "  look:\n    needs: deploy\n    environment: production\n    runs-on: x\n    steps:\n"
    check += "      - run: curl --fail https://${{ secrets.TARGET }}.herokuapp.com/\n"
    made = sources_of(ship=deploying("tea-shop", "    environment: production\n", MAIN) + check)
    (path,) = deploy_paths(replace(made, names=names_of(BOUND)))
    (asked,) = asked_after(path)
    assert asked.address == "https://tea-shop.herokuapp.com"


KEYED = """\
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: x
    steps:
      - run: heroku container:release web -a $APP
        env: { HEROKU_API_KEY: "${{ secrets.ENTRY }}", APP: "${{ secrets.APP_NAME }}" }
"""


def test_what_is_bound_is_handed_from_a_secret_all_the_same():
    made = sources_of(ship=KEYED)
    bound = replace(made, names=names_of(BOUND | {"secrets.ENTRY": {"": "a word"}}))
    for known in (made, bound):
        (file,) = known.workflow_files
        assert list(authentication.gaps(file, known)) == list(authentication.gaps(file, made))
        (finding,) = read_outside(file, known, {"entry": ["production"]})
        assert "reads ENTRY and names no environment" in finding.fact


def test_a_secret_whose_name_is_bound_is_that_one_and_not_every_one():
    text = KEYED.replace("secrets.ENTRY", "secrets[vars.KEY_OF]")
    made = replace(sources_of(ship=text), names=names_of({"vars.KEY_OF": {"": "OTHER"}}))
    assert read_outside(made.workflow_files[0], made, {"entry": ["production"]}) == ()
    assert len(read_outside(made.workflow_files[0], replace(made, names=names_of({})), {"entry": ["production"]})) == 1
