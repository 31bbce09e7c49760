"""What an app's name is made of is found behind variables, inputs, matrices and callers; bound, it is known."""

from dataclasses import replace

import pytest
from making import deploying, sources_of

from asbuilt.workflows.judge.owners import targets_in
from asbuilt.workflows.paths.tracing import deploy_paths
from asbuilt.workflows.said.names import names_of

MAIN = "{push: {branches: [main]}}"


def called(app, call):
    out = deploying(f'"{app}"', on="{workflow_call: {inputs: {shop: {type: string}}}}")
    return {"call": f"on: {MAIN}\njobs:\n  go:\n    uses: ./.github/workflows/out.yml\n{call}", "out": out}


def one(app, job=""):
    return {"ship": deploying(f'"{app}"', job, MAIN)}


def script(env):
    push = "      - run: git push https://git.heroku.com/${SHOP}.git HEAD:main\n"
    return {"ship": f"on: {MAIN}\nenv: {env}\njobs:\n  go:\n    runs-on: x\n    steps:\n{push}"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (one("${{ secrets.SHOP }}"), ("secrets.SHOP",)),
        (one("${{ vars['SHOP'] }}-${{ secrets.suffix }}"), ("vars.SHOP", "secrets.suffix")),
        (one("${{ env.A }}", "    env: { A: '${{ vars.SHOP }}' }\n"), ("vars.SHOP",)),
        (one("${{ matrix.to.app }}", "    strategy: { matrix: { to: [{ app: '${{ vars.A }}' }] } }\n"), ("vars.A",)),
        (one("${{ matrix.app }}", "    strategy: { matrix: { app: ['${{ vars.A }}', b] } }\n"), ("vars.A",)),
        (one("${{ matrix.app }}", "    strategy: { matrix: { include: [{ app: '${{ vars.A }}' }] } }\n"), ("vars.A",)),
        (called("${{ inputs.shop }}", "    with: { Shop: '${{ vars.SHOP }}' }\n"), ("vars.SHOP",)),
        (called("${{ secrets.SHOP }}", "    secrets: inherit\n"), ("secrets.SHOP",)),
        (called("${{ secrets.aim }}", "    secrets: { AIM: '${{ secrets.SHOP }}' }\n"), ("secrets.SHOP",)),
        (called("${{ secrets.SHOP }}", "    secrets: { SHOP: '${{ secrets.SHOP }}' }\n"), ("secrets.SHOP",)),
        (script("{ SHOP: '${{ secrets.SHOP }}' }"), ("secrets.SHOP",)),
        (one("${{ needs.x.outputs.app }}"), ()),
        (one("shop"), ()),
    ],
)
def test_the_names_behind_an_app_are_found_and_make_it_known(files, expected):
    made = sources_of(**files)
    assert [each.unbound for each in deploy_paths(made)][:1] == [expected]
    if expected:
        bound = replace(made, names=names_of({name: {"": "shop"} for name in expected}))
        assert None not in [each.app for each in deploy_paths(bound) if each.trigger == "push"]


def test_an_open_environment_is_made_of_names_too():
    (path,) = deploy_paths(sources_of(**one("shop", "    environment: ${{ vars.WHERE }}\n")))
    assert path.unbound == ("vars.WHERE",)


def test_what_cannot_be_told_comes_with_the_line_that_binds_it():
    made = sources_of(**one("${{ secrets.SHOP }}"))
    (target,) = targets_in(made.workflow_files[0], deploy_paths(made), ())
    assert target.fix.endswith("names: {secrets.SHOP: APP}")
