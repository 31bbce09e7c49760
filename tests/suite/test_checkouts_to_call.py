"""`asbuilt static` and `asbuilt paths` with names that are bound, and with a repository whose workflows are called."""

import json
import re
from contextlib import ExitStack

import pytest
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.deploying_jobs import Owner, deploying_jobs
from asbuilt.estate import load
from asbuilt.recorded_inputs import inputs_of
from asbuilt.scope import checkouts_of

OWN = """\
name: Roll out
on: {push: {branches: [main]}}
permissions: {contents: read}
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps: [{uses: actions/checkout@v7}, {run: make check}]
  roll:
    needs: check
    uses: leaf/tools/.github/workflows/roll.yml@v3
    with: {to: production}
    secrets: inherit
"""
THERE = """\
name: Roll
on: {workflow_call: {inputs: {to: {type: string}}}}
jobs:
  out:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: ${{ inputs.to }}
    concurrency: out-${{ inputs.to }}
    steps:
      - uses: actions/checkout@v7
      - uses: akhileshns/heroku-deploy@v3
        with:
          heroku_api_key: ${{ secrets.HEROKU_API_KEY }}
          heroku_app_name: ${{ secrets.LEAF }}
          heroku_email: tea@example.com
      - run: curl --fail --retry 9 https://leaf.example/version | grep "$GITHUB_SHA"
"""
ITS_OWN = """\
on: {push: {branches: [main]}}
jobs: {deploy: {steps: [{run: git push https://git.heroku.com/nobody.git main}]}}
"""
ESTATE = """\
estate: leaf
apps:
  leaf-prod: {repository: leaf/shop, environment: production, gates: [check], url: "https://leaf.example"}
repositories:
  leaf/shop:
    default_branch: main
    environments: {production: {reviewers: [kris]}}
    names: {secrets.LEAF: {production: leaf-prod}}
    workflows: {roll.yml: {deploys: [{app: leaf-prod, trigger: push, branch: main}]}}
"""
DESCRIBED = """\
workflows:
  leaf/tools/.github/workflows/roll.yml@v3: {app: leaf-prod, environment: with.to, checked: commit}
"""


@pytest.fixture
def laid_out(tmp_path):
    """Lay both repositories out; give the estate file, the folder of each, and what `--checkout` says of them."""
    for name, files in (("shop", {"roll": OWN}), ("tools", {"roll": THERE, "own": ITS_OWN})):
        folder = tmp_path / name / ".github" / "workflows"
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / f"{file}.yml").write_text(text)
    (tmp_path / "shop" / "Procfile").write_text("web: gunicorn leaf\n")
    (tmp_path / "estate.yaml").write_text(ESTATE)
    return tmp_path


def static(play, folder, *more, estate=ESTATE):
    (folder / "estate.yaml").write_text(estate)
    options = [f"--estate={folder}/estate.yaml", f"--checkout={folder}/shop", *more]
    return play("tests_static", "-m", "static", "--deselect=tests_static/test_tools.py", *options)


def shown(folder, *more):
    arguments = ["paths", f"--estate={folder}/estate.yaml", f"--checkout={folder}/shop", *more, "--format=json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["paths"]


def test_what_is_called_in_a_given_folder_is_judged_and_its_own_deploys_are_not(laid_out, play):
    done = static(play, laid_out, f"--checkout=leaf/tools={laid_out}/tools")
    assert (done.subjects("drifted"), done.subjects("unknown")) == ({}, {})
    assert "leaf-prod" in done.subjects("conforms")["WF005"]
    assert not any("own.yml" in each["id"] for each in done.verdicts)


def test_without_the_name_or_the_folder_the_app_has_no_known_way(laid_out):
    given = f"--checkout=leaf/tools={laid_out}/tools"
    assert [each["app"] for each in shown(laid_out, given)] == ["leaf-prod"]
    (laid_out / "estate.yaml").write_text(ESTATE.replace("LEAF", "TREE"))
    (unnamed,) = shown(laid_out, given)
    assert unnamed["app"] is None
    assert "secrets.LEAF" in unnamed["undecided"]
    (laid_out / "estate.yaml").write_text(
        ESTATE.replace("names", "procfile").replace("{secrets.LEAF: {production: leaf-prod}}", "{}")
    )
    (laid_out / "shop/.github/workflows/roll.yml").write_text(OWN.replace("roll.yml@", "deploy.yml@"))
    (missing,) = shown(laid_out, given)
    assert missing["app"] is None
    assert "is a workflow of another repository" in missing["undecided"]


def test_a_given_version_is_said_where_its_files_stand_for_it(laid_out):
    (path,) = shown(laid_out, f"--checkout=leaf/tools={laid_out}/tools")
    assert path["remarks"] == ["leaf/tools/.github/workflows/roll.yml@v3 is read as it is in the files of leaf/tools"]
    assert path["file"] == "leaf/tools/.github/workflows/roll.yml"


def test_the_checkout_of_a_declared_repository_is_called_too(laid_out):
    (laid_out / "estate.yaml").write_text(f"{ESTATE}  leaf/tools: {{checkout: tools}}\n")
    found = shown(laid_out, "--repository=leaf/shop")
    assert [each["app"] for each in found] == ["leaf-prod"]
    both = ESTATE.replace("  leaf/shop:\n", "  leaf/tools: {checkout: tools}\n  leaf/shop:\n    checkout: shop\n")
    (laid_out / "estate.yaml").write_text(both)
    done = CliRunner().invoke(app, ["paths", f"--estate={laid_out}/estate.yaml", "--format=json"])
    assert [(each["repository"], each["app"]) for each in json.loads(done.stdout)["paths"]] == [
        ("leaf/shop", "leaf-prod"), ("leaf/tools", "nobody"),
    ]  # fmt: skip


def test_a_workflow_that_the_estate_describes_is_a_way_to_its_app(laid_out, play):
    done = static(play, laid_out, estate=ESTATE + DESCRIBED)
    assert done.subjects("drifted") == {}
    assert done.subjects("unknown") == {"WF009": ["leaf-prod"]}  # two runs of what nobody sees
    assert "leaf-prod" in done.subjects("conforms")["WF007"]


def test_a_run_keeps_what_was_called_and_the_same_comes_of_it(laid_out, play):
    done = static(play, laid_out, f"--checkout=leaf/tools={laid_out}/tools")
    assert "checkout leaf/tools, to be called" in (done.directory / "manifest.json").read_text()
    for each in ("shop", "tools"):
        (laid_out / each).rename(laid_out / f"{each}-gone")
    with ExitStack() as closing:
        again = inputs_of(done.directory, closing, load(laid_out / "estate.yaml")).checkouts
        assert [each.app for each in again["leaf/shop"].deploy_paths] == ["leaf-prod"]
        assert list(again) == ["leaf/shop"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("elsewhere", "say whose files these are, OWNER/NAME=DIR"),
        ("leaf/tools=nowhere", "no folder nowhere"),
        ("leaf/tools=", "say whose files these are"),
    ],
)
def test_a_folder_that_is_not_there_is_refused(laid_out, given, problem):
    done = CliRunner().invoke(
        app, ["paths", f"--estate={laid_out}/estate.yaml", f"--checkout={laid_out}/shop", f"--checkout={given}"]
    )
    assert done.exit_code == 4
    assert problem in done.output


def test_without_an_estate_another_repository_is_called_as_well(laid_out, monkeypatch):
    monkeypatch.chdir(laid_out / "tools")
    (laid_out / "tools/.github/workflows/roll.yml").write_text(THERE.replace("${{ secrets.LEAF }}", "leaf-prod"))
    done = CliRunner().invoke(app, ["paths", "--checkout=../shop", "--checkout=leaf/tools=.", "--format=json"])
    assert [each["app"] for each in json.loads(done.stdout)["paths"]] == ["leaf-prod"]


def test_a_release_by_a_described_workflow_was_made_by_a_job_in_it(laid_out):
    (laid_out / "estate.yaml").write_text(ESTATE + DESCRIBED)
    estate = load(laid_out / "estate.yaml")
    found = deploying_jobs(estate, checkouts_of(estate, laid_out / "estate.yaml", [f"{laid_out}/shop"], []))
    (job,) = found[Owner("leaf/shop", "roll.yml", "leaf-prod")]["push"]
    assert job.environment  # a deployment to it is left behind
    for pattern in (job.shown, job.by_id):
        assert re.fullmatch(pattern, "roll / out")
        assert not re.fullmatch(pattern, "check")
