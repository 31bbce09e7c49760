"""`asbuilt paths`: which way to production exists, which is automatic, which gate each lacks."""

import json

import pytest
from typer.testing import CliRunner

from asbuilt.catalogue import PROJECT
from asbuilt.cli import app

REPOSITORIES = PROJECT / "fixtures" / "repositories" / "TradeMasterAPI"
ESTATE = f"--estate={PROJECT / 'estate.yaml'}"
DEPLOY = """on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: akhileshns/heroku-deploy@v3.13.15
        with: {heroku_app_name: "%s"}
"""


def paths(*arguments):
    return CliRunner().invoke(app, ["paths", *(str(each) for each in arguments)])


def listed(*arguments):
    done = paths(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["paths"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Stand in an empty folder, and give a function that writes a file there."""
    monkeypatch.chdir(tmp_path)

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    return write


def test_before_the_repair_production_has_two_ways_and_two_owners():
    found = listed("--checkout", REPOSITORIES / "before", ESTATE)
    assert len(found) == 4
    production = [each for each in found if each["app"] == "raxx-api-prod"]
    assert [(each["trigger"], each["automatic"], each["lacks"]) for each in production] == [
        ("workflow_dispatch", False, []),
        ("push", True, ["freeze-check", "smoke"]),
    ]
    assert production[0]["inputs"]["environment"] == "production"
    assert production[1]["refs"] == ["refs/tags/v*"]
    for name in ("raxx-api-prod", "raxx-api-staging"):
        assert len({each["workflow"] for each in found if each["app"] == name}) == 2


def test_after_it_each_app_has_one_owner():
    found = listed("--checkout", REPOSITORIES / "after", ESTATE)
    assert {(each["app"], each["workflow"], *each["lacks"]) for each in found} == {
        ("raxx-api-prod", ".github/workflows/deploy-heroku.yml"),
        ("raxx-api-staging", ".github/workflows/deploy-heroku.yml"),
    }


def test_json_has_every_fact_of_a_path():
    assert {
        "workflow", "job", "trigger", "refs", "inputs", "gates", "environment", "app", "mechanism", "verified_by",
        "line", "undecided", "repository", "lacks",
    } <= set(listed(ESTATE)[0])  # fmt: skip


def test_the_table_is_as_wide_as_it_says_and_shows_what_is_amiss():
    done = paths("--checkout", REPOSITORIES / "before", ESTATE)
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    text = " ".join(done.stdout.split())
    assert text.index("raxx-api-prod production two owners: deploy-heroku.yml and deploy.yml") < text.index(
        "raxx-api-staging staging two owners"
    )
    by_tag = next(line for line in lines if "refs/tags/v*" in line)
    assert by_tag.split()[0] == "automatic"
    assert "lacks freeze-check" in text
    assert "expected production" in text
    assert text.endswith(
        "4 paths: 2 to raxx-api-prod (1 automatic), 2 to raxx-api-staging (2 automatic); "
        "two workflows own raxx-api-prod, two own raxx-api-staging"
    )


def test_the_picture_in_the_readme_is_the_one_that_is_drawn():
    done = paths("--checkout", REPOSITORIES / "before", ESTATE, "--format", "svg")
    assert done.stdout == (PROJECT / "docs" / "images" / "paths.svg").read_text()


def test_one_app_is_shown_alone():
    assert {each["app"] for each in listed(ESTATE, "--app", "raxx-api-prod")} == {"raxx-api-prod"}


def test_a_path_that_may_lead_to_an_app_is_shown_with_it(folder):
    folder(".github/workflows/a.yml", DEPLOY % "shop")
    folder(".github/workflows/b.yml", DEPLOY % "${{ vars.APP }}")
    folder(".github/workflows/c.yml", DEPLOY % "blog")
    assert [each["app"] for each in listed("--app", "shop")] == ["shop", None]
    said = " ".join(paths("--app", "shop").stdout.split())
    assert "an app that is not known before the run" in said
    assert "undecided: the app: `${{ vars.APP }}`" in said


def test_without_an_estate_the_current_folder_is_shown(folder):
    folder(".github/workflows/a.yml", DEPLOY % "shop")
    (found,) = listed()
    assert found["app"] == "shop"
    assert "lacks" not in found
    assert "owner: a.yml" in paths().stdout


def test_an_estate_beside_the_folder_is_taken(folder):
    folder("estate.yaml", "estate: e\napps: {shop: {gates: [smoke]}, blog: }\nrepositories: {o/n: {checkout: .}}\n")
    folder(".github/workflows/a.yml", DEPLOY % "shop")
    assert [(each["repository"], each["lacks"]) for each in listed()] == [("o/n", ["smoke"])]
    said = " ".join(paths().stdout.split())
    assert "lacks smoke" in said
    assert said.endswith("1 path: 1 to shop (1 automatic); none leads to blog")


@pytest.mark.parametrize(("arguments", "undecided"), [(["--repository", "o/n"], 0), ([], 1)])
def test_a_condition_that_asks_whose_checkout_it_is_is_decided_where_that_is_said(folder, arguments, undecided):
    own = DEPLOY.replace("runs-on", "if: github.repository == 'o/n'\n    runs-on") % "shop"
    folder(".github/workflows/deploy.yml", own)
    assert sum(each["undecided"] is not None for each in listed(*arguments)) == undecided
    folder("estate.yaml", "estate: e\napps: {shop: {repository: o/n}}\nrepositories: {o/n: {checkout: .}}\n")
    assert [each["undecided"] for each in listed()] == [None]


def test_an_app_of_files_that_were_not_read_is_not_missed(folder):
    folder("estate.yaml", "estate: e\napps: {shop: {repository: o/a}}\nrepositories: {o/a: {}, o/b: {checkout: .}}\n")
    folder(".github/workflows/a.yml", "on: push\njobs: {x: {runs-on: y, steps: [{run: ls}]}}\n")
    assert paths().stdout == "no deploy path: nothing in 1 workflow file deploys to Heroku\n"


def test_the_same_file_name_in_two_repositories_is_two_owners(folder):
    repositories = "repositories: {o/a: {checkout: a}, o/b: {checkout: b}}"
    folder("estate.yaml", f"estate: e\napps: {{shop: }}\n{repositories}\n")
    for name in ("a", "b"):
        folder(f"{name}/.github/workflows/deploy.yml", DEPLOY % "shop")
    assert "two owners: o/a deploy.yml and o/b deploy.yml" in paths().stdout
    assert [each["repository"] for each in listed("--repository", "o/b")] == ["o/b"]


def test_the_files_of_one_repository_take_its_name(folder):
    folder(".github/workflows/a.yml", DEPLOY % "shop")
    assert [each["repository"] for each in listed("--repository", "o/n")] == ["o/n"]
    done = paths("--repository", "shop")
    assert (done.exit_code, done.stderr) == (4, 'asbuilt: --repository: "shop" is not a repository; write OWNER/NAME\n')


def test_no_path_is_said_in_every_form(folder):
    folder("README", "")
    assert paths().stdout == "no deploy path: there is no workflow file in .github/workflows\n"
    assert listed() == []
    for form in ("mermaid", "svg"):
        done = paths("--format", form)
        assert done.exit_code == 0
        assert "no deploy path" in done.stdout


@pytest.mark.parametrize("form", ["mermaid", "svg"])
def test_a_picture_that_would_be_too_large_is_not_drawn(form, folder, monkeypatch):
    monkeypatch.setattr("asbuilt.workflows.bounds.DRAWN", 1)
    folder(".github/workflows/a.yml", DEPLOY % "shop")
    assert paths("--format", form).exit_code == 0
    folder(".github/workflows/b.yml", DEPLOY % "blog")
    done = paths("--format", form)
    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr == "asbuilt: a picture of 2 jobs is not drawn; at most 1: --app NAME, or --format table\n"
    assert len(listed()) == 2
    assert paths("--format", form, "--app", "shop").exit_code == 0


def test_a_file_that_is_not_yaml_is_told_apart_from_one_that_deploys_nothing(folder):
    folder(".github/workflows/a.yml", "on: [push\n")
    done = paths("--format", "json")
    assert json.loads(done.stdout) == {"paths": [], "shut": []}
    assert ".github/workflows/a.yml:" in done.stderr
    assert "its paths are not shown" in done.stderr
    assert paths().stdout == "no deploy path: nothing in 0 workflow files deploys to Heroku, and 1 could not be read\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--estate", "nowhere.yaml"], "nowhere.yaml: cannot be read: No such file or directory"),
        (["--checkout", "nowhere"], "no folder nowhere"),
        (["--repository", "o/x"], '"o/x" is not declared in the estate; did you mean "o/n"?'),
        (["--app", "shopp"], '--app: "shopp" is not declared in the estate, and nothing deploys it; did you mean'),
        ([], "the estate names no folder with the files: --checkout DIR"),
        (["--estate", "broken.yaml"], 'broken.yaml:2:1: unknown key "app"'),
    ],
)
def test_a_mistake_is_one_clear_error(folder, arguments, said):
    folder("estate.yaml", "estate: e\napps: {shop: }\nrepositories: {o/n: {}}\n")
    folder("broken.yaml", "estate: e\napp: {shop: }\n")
    if "--app" in arguments:
        arguments = [*arguments, "--checkout", "."]
    done = paths(*arguments)
    assert done.exit_code == 4
    assert done.stderr.startswith("asbuilt: ")
    assert said in done.stderr
    assert done.stdout == ""
