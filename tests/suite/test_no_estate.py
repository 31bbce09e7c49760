"""Workflow files are judged without an estate, and with the smallest: what needs no more is judged, the rest said."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from running import PROJECT
from typer.testing import CliRunner

from asbuilt import suite
from asbuilt.cli import app
from asbuilt.estate import load
from asbuilt.record.verify import Asked, verify
from asbuilt.undeclared import name_of

OWN = ("-c", f"{PROJECT}/pytest.ini", "--rootdir", str(PROJECT), "-p", suite.KNOWN, f"{PROJECT}/tests_static")
OURS = ("-k", "not zizmor and not actionlint")
RELEASE = """name: release
on: {push: {branches: [main]}}
permissions: {}
jobs:
  ship:
    runs-on: ubuntu-22.04
    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0 }
      - run: git push https://heroku:${{ secrets.HEROKU_API_KEY }}@git.heroku.com/kettle-prod.git HEAD:main
"""


@pytest.fixture
def folder(tmp_path):
    """Give a checkout with one workflow that deploys kettle-prod."""
    top = tmp_path / "kettle"
    (top / ".github/workflows").mkdir(parents=True)
    (top / ".github/workflows/release.yml").write_text(RELEASE)
    return top


@pytest.fixture
def judge(play, folder):
    """Give a function that judges files as `asbuilt static` does, in the checkout unless another folder is named."""
    return lambda *arguments, cwd=folder: play(*OWN, *OURS, *arguments, cwd=cwd)


def origin(folder, url):
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\tfetch = +x\n\turl = {url}\n')


def test_the_current_folder_is_judged_without_an_estate(judge):
    run = judge()
    assert run.code == 1, run.out
    assert run.subjects("drifted") == {"WF010": ["kettle release.yml"]}
    assert run.subjects("conforms")["WF014"] == ["kettle release.yml"]
    assert "asbuilt: no estate (" in run.out
    assert "workflow files of . as kettle" in run.out
    for each in ("WF003", "WF005", "WF007", "WF008", "WF009"):
        assert each in run.subjects("not applicable"), run.out
        assert each not in run.subjects("conforms")


def test_it_says_what_was_judged_what_was_not_and_what_to_do_next(judge, folder):
    origin(folder, "https://github.com/teapots/kettle.git")
    run = judge()
    lines = run.stdout.splitlines()
    judged, left, following = (
        next(each for each in lines if each.startswith(begin)) for begin in ("judged: ", "not judged: ", "next: ")
    )
    assert judged.startswith("judged: 1 workflow file by ")
    assert {"WF003", "WF007"} <= set(left.split())
    assert not {"WF010", "WF014"} & set(left.replace(":", "").split())
    command = re.search(r"printf '.*' > estate\.yaml", following)[0]
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True)
    assert load(folder / "estate.yaml").apps["kettle-prod"].repository == "teapots/kettle"
    again = judge("--checkout", ".")
    assert "WF005" in again.subjects("drifted"), again.out
    assert "WF006" in again.subjects("conforms"), again.out
    assert "next: " not in again.out


def test_files_whose_app_cannot_be_told_are_sent_to_paths(judge, folder):
    path = folder / ".github/workflows/release.yml"
    path.write_text(RELEASE.replace("kettle-prod", "${{ secrets.APP }}"))
    run = judge()
    assert "WF008" in run.subjects("drifted"), run.out
    assert "next: which app these files deploy cannot be told from them: asbuilt paths" in run.out
    path.write_text("on: push\njobs: {test: {runs-on: ubuntu-22.04, steps: [{run: make}]}}\n")
    assert "next: no way to an app of Heroku was found" in judge().out


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("estate: mine\n", "kettle"),
        ("estate: mine\nrepositories: {}\n", "kettle"),
        ("estate: mine\napps: {kettle-prod: }\n", "kettle"),
        ("estate: mine\napps: {kettle-prod: {repository: teapots/kettle}}\n", "teapots/kettle"),
        ("estate: mine\nrepositories: {teapots/kettle: }\n", "teapots/kettle"),
    ],
)
def test_the_smallest_estate_is_enough(text, subject, judge, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    run = judge(f"--estate={file}", "--checkout", ".")
    assert run.subjects("drifted")["WF010"] == [f"{subject} release.yml"], run.out
    is_declared = "apps" in text
    assert ("WF005" in run.subjects("drifted")) is is_declared, run.out
    assert ("WF008" in run.subjects("conforms")) is is_declared


def test_an_app_of_another_repository_than_the_declared_ones_stays_a_slip(judge, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("estate: mine\napps: {a-b: {repository: teapots/ketle}}\nrepositories: {teapots/kettle: }\n")
    run = judge(f"--estate={file}", "--checkout", ".")
    assert run.code == 4
    assert 'repository "teapots/ketle" is not declared; did you mean "teapots/kettle"?' in run.out


def test_apps_of_two_repositories_leave_open_whose_files_these_are(judge, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("estate: mine\napps: {a-b: {repository: teapots/kettle}, c-d: {repository: teapots/lid}}\n")
    run = judge(f"--estate={file}", "--checkout", ".")
    assert (run.code, "add --repository, one of: teapots/kettle, teapots/lid" in run.out) == (4, True), run.out
    assert judge(f"--estate={file}", "--checkout", ".", "--repository", "teapots/kettle").code == 1


def test_the_environment_of_an_app_goes_with_its_repository(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "estate: mine\ndefaults: {app: {repository: teapots/kettle}}\n"
        "apps: {a-b: {environment: Live}, c-d: {environment: live}}\n"
    )
    assert list(load(file).repositories["teapots/kettle"].environments) == ["Live"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is no estate.yaml here and no .github/workflows either"),
        (("--estate=estate.yaml", "--checkout={folder}"), "estate.yaml: cannot be read: No such file or directory"),
        (("--checkout=nowhere",), "no folder nowhere"),
        (("--checkout={folder}", "--app=kettle-prod"), '--app: "kettle-prod" is not declared in the estate'),
        (("--checkout={folder}", "--repository=kettle"), '"kettle" is not a repository; write OWNER/NAME'),
        (("--sandbox=healthy",), "files are judged without it: asbuilt live --sandbox=healthy"),
        (("--observed=o.json",), "files are judged without it: asbuilt live --observed=o.json"),
    ],
)
def test_what_cannot_be_judged_without_an_estate_says_so(arguments, said, judge, folder, tmp_path):
    run = judge(*(each.replace("{folder}", str(folder)) for each in arguments), cwd=tmp_path)
    assert run.code == 4, run.out
    assert said in run.out
    assert run.directory is None


def test_live_checks_need_an_estate_that_declares_something(play, tmp_path):
    live = (*OWN[:-1], f"{PROJECT}/tests_live", "-m", "live", "--sandbox=healthy")
    assert "estate.yaml: cannot be read: No such file or directory" in play(*live, cwd=tmp_path).out
    (tmp_path / "estate.yaml").write_text("estate: x\n")
    run = play(*live, cwd=tmp_path)
    assert run.code == 4
    assert "estate.yaml:1:1: declares neither apps nor repositories" in run.out


def test_the_record_of_a_run_without_an_estate_holds_and_is_judged_again(judge, folder):
    origin(folder, "git@github.com:teapots/kettle.git")
    run = judge("--repository=teapots/lid")
    assert run.subjects("drifted") == {"WF010": ["teapots/lid release.yml"]}
    assert "estate: no estate\n" in (run.directory / "estate.yaml").read_text()
    found = verify(run.directory, Asked(rejudge=True))
    assert found.holds, found.as_plain()
    again = judge(f"--recorded={run.directory}", cwd=folder.parent)
    assert again.subjects("drifted") == run.subjects("drifted"), again.out


def test_workers_judge_without_an_estate_as_one_process_does(play_apart, judge, folder):
    alone, workers = judge(), play_apart(*OWN, *OURS, "-n2", cwd=folder)
    assert workers.tally == alone.tally
    assert " 1 drifted" in workers.tally


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:teapots/kettle.git", "teapots/kettle"),
        ("https://github.com/teapots/kettle", "teapots/kettle"),
        ("https://x-access-token:abc@github.com/teapots/kettle.git", "teapots/kettle"),
        ("ssh://git@github.com/teapots/kettle.git", "teapots/kettle"),
        ("https://gitlab.com/teapots/kettle.git", "kettle"),
        ("https://github.com/teapots/kettle/tree/main", "kettle"),
        ("https://git.example/github.com/teapots/kettle", "kettle"),
    ],
)
def test_a_repository_that_nobody_names_is_called_as_its_remote_else_as_its_folder(url, name, folder):
    origin(folder, url)
    assert name_of(folder, []) == name
    assert name_of(folder, ["o/n"]) == "o/n"


def test_another_remote_names_nothing(folder):
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text(
        '[remote "origin"]\n\tfetch = x\n[remote "fork"]\n\turl = https://github.com/o/fork\n'
    )
    assert name_of(folder, []) == "kettle"
    assert name_of(Path("/"), []) == "files"


def test_a_folder_that_has_no_repositorys_name_decides_no_condition(judge, folder, monkeypatch):
    monkeypatch.chdir(folder)
    path = folder / ".github/workflows/release.yml"
    path.write_text(RELEASE.replace("    runs-on", "    if: github.repository == 'o/n'\n    runs-on"))
    shown = CliRunner().invoke(app, ["paths", "--format", "json"])
    assert json.loads(shown.stdout)["paths"][0]["undecided"]
    (folder / "estate.yaml").write_text("estate: mine\napps: {kettle-prod: }\n")
    run = judge("--checkout", ".")
    assert "WF005" in run.subjects("drifted"), run.out
    assert "WF028" not in run.subjects("drifted"), run.out
    assert verify(run.directory, Asked(rejudge=True)).holds


def test_paths_take_the_smallest_estate_too(folder, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("estate: mine\napps: {kettle-prod: }\n")
    shown = CliRunner().invoke(app, ["paths", f"--estate={file}", "--checkout", str(folder), "--format", "json"])
    assert [each["app"] for each in json.loads(shown.stdout)["paths"]] == ["kettle-prod"]
