"""Which ways lead to an app, and what leaves it open whether others do: nothing is judged over what cannot be told."""

from types import SimpleNamespace

import pytest
from judge import judged
from making import deploying

from asbuilt import estate as estates
from asbuilt.workflows.judge.leading import ground_of, leading_to
from asbuilt.workflows.paths.checkout import read

MAIN = "{push: {branches: [main]}}"
TYPED = "{workflow_dispatch: {inputs: {stage: {type: string}, version: {type: string, required: true}}}}"
ESTATE = """
estate: shop
apps:
  shop-prod: { repository: o/shop, environment: production, gates: [test], formation: { web: 1 }, probes: [/health] }
  shop-stage: { repository: o/shop, tier: staging, environment: stage, formation: { web: 1 }, probes: [/health] }
  harbour: { repository: o/harbour, formation: { web: 1 } }
repositories:
  o/harbour: {}
  o/shop:
    environments: { production: { reviewers: [ann] }, stage: {} }
    workflows: { ship.yml: { deploys: [{ app: shop-prod, trigger: WHEN }] } }
"""
# What the answer of each control of an app hangs on, once it is applicable.
OF_AN_APP = {"WF003", "WF004", "WF005", "WF006", "WF007", "WF009", "WF015", "WF018", "WF025", "WF026", "WF028", "WF029"}


def outcomes(root, app, when="push", **files):
    """Give the outcome of each control for an app, with the facts of its findings."""
    for name, text in files.items():
        path = root / ".github" / "workflows" / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "estate.yaml").write_text(ESTATE.replace("WHEN", when))
    estate = estates.load(root / "estate.yaml")
    found = judged(estate, {"o/shop": read(root, "o/shop")})
    return {each.control: (each.outcome, each.findings) for each in found if each.subject == app}


def with_env(app, env, **more):
    return deploying(app=app, **more).replace("    steps:", f"    env: {env}\n    steps:")


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        (deploying("'${{ secrets.APP }}'"), "names: {secrets.APP: APP}}}; APP is one of shop-prod, shop-stage"),
        (deploying("'${{ vars.APP }}'"), "names: {vars.APP: APP}"),
        (deploying("'shop-${{ vars.STAGE }}'"), "names: {vars.STAGE: PART}"),
        (with_env("'${{ env.APP }}'", "{ APP: '${{ vars.NAME }}' }"), "names: {vars.NAME: APP}"),
        (
            deploying("'${{ steps.x.outputs.app }}'"),
            "write APP, or let an input with options choose the app; APP is one of shop-prod, shop-stage",
        ),
        (
            f"on: {MAIN}\njobs: {{deploy: {{runs-on: x, steps: [{{run: ./bin/deploy-heroku}}]}}}}\n",
            "name the app in the workflow: APP; APP is one of shop-prod, shop-stage",
        ),
    ],
    ids=["secret", "variable", "part of it", "through env", "output", "elsewhere"],
)
def test_of_an_app_that_a_deploy_may_be_of_nothing_is_said(text, fix, tmp_path):
    found = outcomes(tmp_path, "shop-prod", ship=text)
    assert found.keys() >= OF_AN_APP
    assert {control: found[control][0] for control in OF_AN_APP} == dict.fromkeys(OF_AN_APP, "unknown")
    told = {one.fact: one.fix for control in OF_AN_APP for one in found[control][1]}
    assert len(told) == 1  # for one reason, all of them
    ((fact, remedy),) = told.items()
    assert fact.startswith('which app job "deploy" deploys cannot be told: ')
    assert fix in remedy


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("${{ vars.X }}-prod", "names: {vars.X: shop}"),
        ("shop-p${{ vars.X }}", "names: {vars.X: rod}"),
        ("shop-p${{ vars.X }}${{ vars.Y }}", "names: {vars.X: PART}"),
    ],
)
def test_the_line_binds_a_name_to_its_part_of_the_one_app_that_fits(name, line, tmp_path):
    found = outcomes(tmp_path, "shop-prod", ship=deploying(f"'{name}'"))
    assert line in found["WF009"][1][0].fix


@pytest.mark.parametrize(
    ("app", "name"),
    [("shop-stage", "shop-prod${{ vars.X }}"), ("harbour", "${{ vars.X }}"), ("shop-stage", "${{ vars.X }}-prod")],
    ids=["begins otherwise", "of another repository", "ends otherwise"],
)
def test_a_deploy_that_cannot_be_of_an_app_leaves_it_alone(app, name, tmp_path):
    found = outcomes(tmp_path, app, ship=deploying(f"'{name}'"))
    assert "unknown" not in {outcome for outcome, _ in found.values()}


def test_drift_on_a_known_way_is_drift_beside_what_cannot_be_told(tmp_path):
    found = outcomes(tmp_path, "shop-prod", ship=deploying("shop-prod"), other=deploying("'${{ vars.APP }}'"))
    assert found["WF003"][0] == "drifted"
    assert found["WF007"][0] == "conforms"  # the declared way is there, whatever the other is
    assert found["WF006"][0] == "unknown"


def test_where_nothing_deploys_an_app_its_paths_are_not_applicable(tmp_path):
    found = outcomes(tmp_path, "shop-stage", ship=deploying("shop-prod"))
    assert found["WF007"][0] == "drifted"
    assert {found[control][0] for control in OF_AN_APP - {"WF007"}} == {"not applicable"}


def test_of_an_app_whose_files_are_not_here_nothing_is_said(tmp_path):
    found = outcomes(tmp_path, "harbour", ship=deploying("shop-prod"))
    assert {found[control][0] for control in OF_AN_APP} == {"not applicable"}


REFUSED = {
    "needs": deploying("shop-prod", "    needs: tset\n"),
    "key": deploying("shop-prod", "    enviroment: production\n"),
    "expression": deploying("shop-prod", "    if: github.ref = 'x'\n"),
    "no YAML": deploying("shop-prod", "    env: [\n"),
    "no event": deploying("shop-prod", on="pusch"),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_of_the_apps_of_a_file_that_github_refuses_nothing_is_said(text, tmp_path):
    found = outcomes(tmp_path, "shop-prod", ship=text)
    assert {control: found[control][0] for control in OF_AN_APP} == dict.fromkeys(OF_AN_APP, "unknown")
    assert all(one.fact.startswith("GitHub refuses ship.yml") for one in found["WF004"][1])


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_of_a_file_that_github_refuses_nothing_conforms(text, tmp_path):
    found = outcomes(tmp_path, "o/shop ship.yml", ship=text)
    assert found["WF001"][0] == "drifted"
    assert "conforms" not in {outcome for outcome, _ in found.values()}


def test_a_caller_of_a_file_that_github_refuses_is_refused_with_it(tmp_path):
    called = deploying("shop-prod", "    tmeout: 3\n", on="workflow_call")
    calls = f"on: {MAIN}\njobs: {{call: {{uses: ./.github/workflows/called.yml}}}}\n"
    assert outcomes(tmp_path, "shop-prod", ship=calls, called=called)["WF009"][0] == "unknown"


def test_a_file_that_github_refuses_concerns_no_other_app(tmp_path):
    found = outcomes(tmp_path, "shop-prod", ship=deploying("shop-prod"), broken="on: push\njobs: {a: {needs: b}}\n")
    assert "unknown" not in {found[control][0] for control in OF_AN_APP}


def test_a_name_that_no_workflow_has_is_taken(tmp_path):
    text = deploying("shop-prod", on="{push: {branches: [main]}, workflow_run: {workflows: [Nobody]}}")
    assert "unknown" not in {outcomes(tmp_path, "shop-prod", ship=text)[control][0] for control in OF_AN_APP}


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        (deploying("'${{ inputs.version }}'", "    environment: production\n", TYPED), "conforms"),
        (deploying("'${{ inputs.version }}'", "", TYPED), "drifted"),
        (deploying("shop-prod", "    environment: ${{ inputs.stage }}\n", TYPED), "drifted"),
        (deploying("shop-prod", "    environment: ${{ inputs.stage || 'production' }}\n", TYPED), "drifted"),
        (deploying("shop-prod", "    environment: ${{ vars.X }}\n", TYPED), "unknown"),
        (deploying("shop-prod", "    environment: ${{ inputs.stage || vars.X }}\n", TYPED), "unknown"),
    ],
    ids=["app", "app without", "environment", "with a default", "variable", "either"],
)
def test_what_anybody_may_type_takes_every_value(text, environment, tmp_path):
    found = outcomes(tmp_path, "shop-prod", when="workflow_dispatch", ship=text)
    assert (found["WF003"][0], found["WF007"][0]) == (environment, "conforms")


def test_one_input_makes_an_app_and_its_environment(tmp_path):
    text = deploying("'shop-${{ inputs.stage }}'", "    environment: ${{ inputs.stage }}\n", TYPED)
    found = outcomes(tmp_path, "shop-stage", when="workflow_dispatch", ship=text)
    assert (found["WF029"][0], found["WF007"][0]) == ("conforms", "conforms")
    prod = outcomes(tmp_path, "shop-prod", when="workflow_dispatch", ship=text)
    assert prod["WF003"][1][0].fact.endswith("through prod, expected production")


def test_the_way_to_a_typed_app_says_what_is_typed(tmp_path):
    text = deploying("'shop-${{ inputs.stage }}'", on=TYPED)
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ship.yml").write_text(text)
    app = SimpleNamespace(name="shop-prod", repository="o/shop")
    leading = leading_to(app, (), [ground_of("o/shop", read(tmp_path))])
    assert [each.inputs for each in leading.paths] == [{"stage": "prod"}]
    other = SimpleNamespace(name="harbour", repository="o/shop")
    assert leading_to(other, (), [ground_of("o/shop", read(tmp_path))]).paths == ()


@pytest.mark.parametrize(
    ("condition", "value", "outcome"),
    [
        ("inputs.stage == 'prod'", "prod", "conforms"),
        ("inputs.stage == 'prod'", "Prod", "conforms"),  # GitHub compares without case
        ("inputs.stage == 'prod'", "stage", "drifted"),
        ("inputs.stage != 'prod'", "any", "conforms"),
        ("startsWith(inputs.version, 'v')", None, "conforms"),
    ],
)
def test_a_declared_value_is_one_that_may_be_typed(condition, value, outcome, tmp_path):
    when = "workflow_dispatch" + (f", inputs: {{ stage: {value} }}" if value else "")
    found = outcomes(tmp_path, "shop-prod", when=when, ship=deploying("shop-prod", f"    if: {condition}\n", TYPED))
    assert (found["WF028"][0], found["WF007"][0]) == (outcome, "conforms")
