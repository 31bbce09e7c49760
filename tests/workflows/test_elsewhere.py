"""Workflows and actions of another repository whose folder is given are played through as those of this one are."""

from dataclasses import replace

import pytest
from making import DEPLOY, deploying, sources_of

from asbuilt.workflows.bounds import SCRIPT
from asbuilt.workflows.files.folder import elsewhere
from asbuilt.workflows.judge.owners import targets_in
from asbuilt.workflows.judge.syntax import problems
from asbuilt.workflows.paths.blocked_paths import blocked_paths
from asbuilt.workflows.paths.checkout import Said, read, read_to_call
from asbuilt.workflows.paths.tracing import deploy_paths

MAIN = "{push: {branches: [main]}}"

OUT = (
    "on: {workflow_call: {inputs: {app: {type: string}}}}\njobs:\n  check:\n    runs-on: x\n    steps: [{run: make}]\n"
    "  out:\n    needs: check\n    environment: production\n    runs-on: x\n    steps:"
    + DEPLOY.format(app="'${{ inputs.app }}'")
)
ACTION = (
    "runs:\n  using: composite\n  steps:\n"
    "    - uses: akhileshns/heroku-deploy@v3\n      with: { heroku_app_name: shop }\n"
)


def calling(uses, more="    with: { app: shop }\n"):
    return f"on: {MAIN}\njobs:\n  call:\n    uses: {uses}\n{more}"


def using(uses):
    return f"on: {MAIN}\njobs:\n  go:\n    runs-on: x\n    steps:\n      - uses: {uses}\n"


def paths(there, here, actions=None):
    """Give the paths of a repository beside acme/Shared, whose workflows and actions are given."""
    other = elsewhere(sources_of(there.pop("actions", None), repository="Acme/Shared", **there))
    made = replace(sources_of(actions, repository="acme/shop", **here), elsewhere={"acme/shared": other})
    return deploy_paths(made)


@pytest.mark.parametrize("ref", ["v1", "main", "0123456789012345678901234567890123456789"])
def test_a_call_of_another_repositorys_workflow_is_played_through_whatever_its_version(ref):
    uses = f"acme/shared/.github/workflows/out.yml@{ref}"
    (path,) = paths({"out": OUT}, {"ship": calling(uses)})
    assert (path.app, path.environment, path.gates, path.job) == ("shop", "production", ("check",), "call / out")
    assert path.document.path == "Acme/Shared/.github/workflows/out.yml"
    assert path.workflow == ".github/workflows/ship.yml"
    assert path.as_dict()["remarks"] == [f"{uses} is read as it is in the files of Acme/Shared"]
    assert path.remarks == ()  # it keeps nothing from being set off


@pytest.mark.parametrize(
    "uses",
    [
        "acme/shared/.github/workflows/none.yml@v1",
        "acme/other/.github/workflows/deploy-heroku.yml@v1",
        "acme/other/.github/workflows/out.yml@v1",
    ],
)
def test_what_is_not_in_the_folder_is_not_known(uses):
    found = paths({"out": OUT}, {"ship": calling(uses, "    with: { heroku-app: shop }\n")})
    assert [(each.app, each.undecided is None) for each in found] == [(None, False)]


def test_a_workflow_elsewhere_calls_its_own_by_their_path():
    there = {
        "out": OUT,
        "all": "on: workflow_call\njobs: { in: { uses: ./.github/workflows/out.yml, with: {app: shop} } }\n",
    }
    own = {"ship": calling("acme/shared/.github/workflows/all.yml@v1", ""), "out": OUT.replace("production", "wrong")}
    (path,) = [each for each in paths(there, own) if each.trigger == "push"]
    assert (path.environment, path.job) == ("production", "call / in / out")


@pytest.mark.parametrize(
    "uses",
    [
        "acme/shared/.github/actions/out@v2",
        "Acme/Shared/.github/actions/out/@v2",
        "acme/shared/.github/actions/out@main",
    ],
)
def test_a_composite_action_elsewhere_is_followed(uses):
    (path,) = paths({"actions": {"out": ACTION}}, {"go": using(uses)})
    assert (path.app, path.document.path) == ("shop", "Acme/Shared/.github/actions/out/action.yml")
    assert path.notes == (f"{uses} is read as it is in the files of Acme/Shared",)


def test_an_action_by_its_path_is_in_what_was_checked_out_whichever_workflow_says_so():
    there = {"in": using("./.github/actions/out").replace(MAIN, "workflow_call"), "actions": {"out": ACTION}}
    here = {"ship": calling("acme/shared/.github/workflows/in.yml@v1", "")}
    own = {"out": ACTION.replace("heroku_app_name: shop", "heroku_app_name: own")}
    assert [each.app for each in paths(dict(there), here, own)] == ["own"]
    there["in"] = there["in"].replace("./.github/actions", "$/.github/actions")
    assert [each.app for each in paths(there, here, own)] == ["shop"]


def test_a_repository_names_its_own_files_too():
    made = sources_of(repository="acme/shop", out=OUT, ship=calling("Acme/shop/.github/workflows/out.yml@main"))
    (path,) = [each for each in deploy_paths(made) if each.trigger == "push"]
    assert path.app == "shop"
    assert path.notes == ("Acme/shop/.github/workflows/out.yml@main is read as it is in the files of acme/shop",)


def test_a_deploy_elsewhere_is_one_of_the_file_that_calls_it():
    here = {"ship": calling("acme/shared/.github/workflows/deploy-heroku.yml@v1", "    secrets: inherit\n")}
    there = {"deploy-heroku": deploying("strange", on="workflow_call")}
    other = elsewhere(sources_of(repository="Acme/Shared", **there))
    made = replace(sources_of(repository="acme/shop", **here), elsewhere={"acme/shared": other})
    found = deploy_paths(made)
    assert [(each.app, each.job) for each in found] == [("strange", "call / deploy")]
    (target,) = targets_in(made.workflow_files[0], found, blocked_paths(made, found))
    assert (target.app, target.document.path) == ("strange", "Acme/Shared/.github/workflows/deploy-heroku.yml")


def laid_out(root, files):
    for name, text in files.items():
        path = root / ".github" / "workflows" / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


LONG = "x" * 2 * SCRIPT


def test_past_a_bound_a_file_elsewhere_is_unread_and_the_others_are_read(tmp_path):
    there = laid_out(tmp_path / "there", {"out": OUT, "long": f"{OUT}      - run: '{LONG}'\n"})
    uses = "acme/shared/.github/workflows/{}.yml@v1"
    calls = {"ship": calling(uses.format("out")), "other": calling(uses.format("long")), "own": f"name: {LONG}\n"}
    here = laid_out(tmp_path / "here", calls)
    said = Said({"Acme/Shared": read_to_call(there, "Acme/Shared")})
    found = read(here, "acme/shop", said)
    assert [(each.workflow.rpartition("/")[2], each.app) for each in found.deploy_paths] == [("ship.yml", "shop")]
    assert [each.path for each in found.unread] == [
        "Acme/Shared/.github/workflows/long.yml", ".github/workflows/own.yml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ("acme/shared/.github/workflows/none.yml@v1", True),
        ("acme/shared/.github/workflows/out.yml@v1", False),
        ("acme/other/.github/workflows/none.yml@v1", False),
    ],
)
def test_what_is_called_and_is_not_among_the_given_files_is_not_known(uses, said):
    other = elsewhere(sources_of(repository="Acme/Shared", out=OUT))
    made = replace(sources_of(repository="acme/shop", ship=calling(uses)), elsewhere={"acme/shared": other})
    found = [each for each in problems(made.workflow_files[0], made) if "not among the files of" in each.fact]
    assert [(each.open, each.mark.line) for each in found] == [(True, 4)] * said


def test_what_nobody_calls_elsewhere_is_no_way():
    assert paths({"ship": deploying()}, {"go": using("actions/checkout@v7")}) == ()
