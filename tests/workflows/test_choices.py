import pytest
from making import paths_of

from asbuilt.workflows.expressions.evaluate import ASSUMED, Unknown, evaluate
from asbuilt.workflows.expressions.splitting import split

ON = "{push: {branches: [main]}}"
LIVE = "vars.LIVE == 'true'"
BOTH = "'shop' || 'shop-dev'"


def workflow(app, job="", step="", on=ON):
    return (
        f"on: {on}\njobs:\n  deploy:\n    runs-on: x\n{job}    steps:\n"
        f"      - uses: akhileshns/heroku-deploy@v3\n{step}        with:\n          heroku_app_name: {app}\n"
    )


def ends(*files, **named):
    return [(path.app, path.environment) for path in paths_of(*files, **named)]


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (f"${{{{ {LIVE} && {BOTH} }}}}", ["shop", "shop-dev"]),
        ("${{ vars.LIVE != 'true' && 'shop-dev' || 'shop' }}", ["shop", "shop-dev"]),
        ("${{ !vars.LIVE && 'shop-dev' || 'shop' }}", ["shop", "shop-dev"]),
        ("shop${{ vars.DEV && '-dev' || '' }}", ["shop", "shop-dev"]),
        ("${{ format('shop{0}', vars.DEV && '-dev' || '') }}", ["shop", "shop-dev"]),
        ("${{ contains(vars.KIND, 'live') && 'shop' || 'shop-dev' }}", ["shop", "shop-dev"]),
        ("${{ case(vars.K == 'a', 'shop-a', vars.K == 'b', 'shop-b', 'shop') }}", ["shop", "shop-a", "shop-b"]),
        ("${{ vars.K == 'a' && 'shop-a' || vars.K == 'b' && 'shop-b' || 'shop' }}", ["shop", "shop-a", "shop-b"]),
        ("${{ (vars.A == 'x' || vars.B == 'y') && 'shop' || 'shop-dev' }}", ["shop", "shop-dev"]),
        ('${{ fromJSON(\'{"a": "shop-a", "b": "shop-b"}\')[vars.K] }}', ["shop-a", "shop-b"]),
        ('${{ fromJSON(\'{"a": "shop-a", "b": "shop-b"}\')[vars.K] || \'shop\' }}', ["shop", "shop-a", "shop-b"]),
        ("${{ vars.K == 'a' && vars.APP || 'shop' }}", [None]),
        ("${{ vars.APP || 'shop' }}", [None]),
        ("${{ vars.APP }}", [None]),
    ],
)
def test_an_app_that_a_condition_chooses_is_a_way_to_each(app, expected):
    found = paths_of(deploy=workflow("'{}'".format(app.replace("'", "''"))))
    assert sorted({path.app for path in found}, key=str) == expected
    assert all("on line 8 is not known before the run" in path.undecided for path in found)


def test_each_way_says_which_condition_leaves_it_open():
    live, dev = paths_of(deploy=workflow(f"${{{{ {LIVE} && {BOTH} }}}}"))
    assert live.undecided == dev.undecided == "which app: `vars.LIVE == 'true'` on line 8 is not known before the run"
    assert not live.reached
    assert not dev.reached


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (f"{LIVE} && 'production' || 'dev'", [("shop", "production"), ("shop-dev", "dev")]),
        ("vars.LIVE != 'true' && 'dev' || 'production'", [("shop", "production"), ("shop-dev", "dev")]),
        ("'true' == vars['live'] && 'production' || 'dev'", [("shop", "production"), ("shop-dev", "dev")]),
        (f"{LIVE} && 'production' || ''", [("shop", "production"), ("shop-dev", None)]),
        ("vars.LIVE == 'false' && 'dev' || 'x'", [("shop", "x"), ("shop-dev", "dev"), ("shop-dev", "x")]),
        (
            "vars.OTHER && 'a' || 'b'",
            [("shop", "a"), ("shop", "b"), ("shop-dev", "a"), ("shop-dev", "b")],
        ),
    ],
)
def test_an_app_and_an_environment_that_one_condition_chooses_keep_together(environment, expected):
    job = f"    environment: ${{{{ {environment} }}}}\n"
    assert ends(deploy=workflow(f"${{{{ {LIVE} && {BOTH} }}}}", job)) == expected


@pytest.mark.parametrize(
    ("job", "app"),
    [
        (f"    env:\n      APP: ${{{{ {LIVE} && {BOTH} }}}}\n", "${{ env.APP }}"),
        ("    env:\n      LIVE: ${{ vars.LIVE }}\n", f"${{{{ env.LIVE == 'true' && {BOTH} }}}}"),
        (f'    strategy:\n      matrix:\n        app: ["${{{{ {LIVE} && {BOTH} }}}}"]\n', "${{ matrix.app }}"),
    ],
)
def test_a_condition_is_followed_through_what_hands_it_on(job, app):
    job += f"    environment: ${{{{ {LIVE} && 'production' || 'dev' }}}}\n"
    assert ends(deploy=workflow(app, job)) == [("shop", "production"), ("shop-dev", "dev")]


def test_a_variable_of_a_script_is_split_and_other_variables_are_not():
    deploy = (
        f"on: {ON}\njobs:\n  deploy:\n    runs-on: x\n    env:\n      NODE_ENV: ${{{{ vars.N && 'a' || 'b' }}}}\n"
        f"      APP: ${{{{ {LIVE} && {BOTH} }}}}\n    steps:\n      - run: heroku container:release web -a $APP\n"
    )
    found = paths_of(deploy=deploy)
    assert [path.app for path in found] == ["shop", "shop-dev"]
    assert [path.context["env"]["APP"] for path in found] == ["shop", "shop-dev"]


def test_a_called_workflow_is_given_app_and_environment_together():
    entry = (
        f"on: {ON}\njobs:\n  call:\n    uses: ./.github/workflows/called.yml\n    with:\n"
        f"      app: ${{{{ {LIVE} && {BOTH} }}}}\n      place: ${{{{ {LIVE} && 'production' || 'dev' }}}}\n"
    )
    called = workflow("${{ inputs.app }}", "    environment: ${{ inputs.place }}\n", on="workflow_call").replace(
        "on: workflow_call\n", "on:\n  workflow_call:\n    inputs: {app: {type: string}, place: {type: string}}\n"
    )
    assert ends(entry=entry, called=called) == [("shop", "production"), ("shop-dev", "dev")]


def test_an_output_of_another_job_and_an_input_of_an_action_are_split():
    entry = (
        f"on: {ON}\njobs:\n  pick:\n    runs-on: x\n    outputs:\n      app: ${{{{ {LIVE} && {BOTH} }}}}\n"
        "    steps: [{run: y}]\n  deploy:\n    needs: pick\n    runs-on: x\n    steps:\n"
        "      - uses: ./.github/actions/ship\n        with: {app: '${{ needs.pick.outputs.app }}'}\n"
    )
    action = (
        "inputs: {app: {required: true}}\nruns:\n  using: composite\n  steps:\n"
        "    - uses: akhileshns/heroku-deploy@v3\n      with: {heroku_app_name: '${{ inputs.app }}'}\n"
    )
    assert ends({"ship": action}, entry=entry) == [("shop", None), ("shop-dev", None)]


@pytest.mark.parametrize("where", ["job", "step"])
def test_a_value_whose_condition_keeps_it_from_running_is_none(where):
    condition = {where: f"    {'    ' if where == 'step' else ''}if: {LIVE}\n"}
    (path,) = paths_of(deploy=workflow(f"${{{{ {LIVE} && {BOTH} }}}}", **condition))
    assert (path.app, path.reached) == ("shop", False)


def test_more_values_than_are_followed_are_one_that_is_undecided():
    choice = " || ".join(f"vars.K == '{n}' && 'shop-{n}'" for n in range(40))
    (path,) = paths_of(deploy=workflow(f"${{{{ {choice} || 'shop' }}}}"))
    assert path.app is None


def test_what_anybody_may_type_leaves_no_condition_open():
    context = {"inputs": {"kind": Unknown(typed=True)}}

    def ask(assumed):
        return evaluate("inputs.kind == 'live' && 'shop' || 'shop-dev'", {**context, ASSUMED: assumed})

    found = split(ask)
    assert [ask(each) for each in found] == ["shop", "shop-dev"]
    assert [each.conditions for each in found] == [(), ()]
