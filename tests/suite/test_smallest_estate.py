"""The smallest estate of the docs serves every verb, from each folder of its repository, with and without checkout."""

import pytest
from running import PROJECT
from typer.testing import CliRunner

from asbuilt import suite
from asbuilt.cli import app

FIRST = "estate: shop\napps:\n  raxx-api-prod:\n    formation: { web: 1 }\n    probes: [/health]\n"
REMOTE = "MooseQuest/TradeMasterAPI"
OWN = ("-c", f"{PROJECT}/pytest.ini", "--rootdir", str(PROJECT), "-p", suite.KNOWN)
VERBS = {
    "static": (f"{PROJECT}/tests_static", "-k", "WF009 or WF014"),
    "live": (f"{PROJECT}/tests_live", "-m", "live", "-k", "HK002 or WEB001", "--sandbox=healthy"),
}
RELEASE = """on: workflow_dispatch
permissions: {}
jobs:
  ship:
    runs-on: ubuntu-24.04
    concurrency: { group: raxx-api-prod, cancel-in-progress: false }
    environment: production
    steps:
      - run: git push https://heroku:${{ secrets.HEROKU_API_KEY }}@git.heroku.com/raxx-api-prod.git HEAD:main
"""


@pytest.fixture
def top(tmp_path):
    """Give a repository with one workflow, the estate, and a folder two levels down."""
    top = tmp_path / "shop"
    (top / "src/deep").mkdir(parents=True)
    (top / ".github/workflows").mkdir(parents=True)
    (top / ".github/workflows/release.yml").write_text(RELEASE)
    (top / "estate.yaml").write_text(FIRST)
    (top / ".git").mkdir()
    (top / ".git/config").write_text(f'[remote "origin"]\n\turl = git@github.com:{REMOTE}.git\n')
    return top


@pytest.mark.parametrize("folder", [".", "src/deep"])
@pytest.mark.parametrize("checkout", [(), ("--checkout={up}",), (f"--checkout={REMOTE}={{up}}",)])
@pytest.mark.parametrize("only", [(), ("--app=raxx-api-prod",)])
@pytest.mark.parametrize("verb", ["static", "live", "paths"])
def test_each_verb_judges_it(verb, only, checkout, folder, top, play_for_verdicts, monkeypatch):
    up = "." if folder == "." else "../.."
    options = [*only, *(each.format(up=up) for each in checkout)]
    if verb == "paths":
        monkeypatch.chdir(top / folder)
        done = CliRunner().invoke(app, ["paths", *options])
        assert (done.exit_code, "1 path: 1 to raxx-api-prod" in done.output) == (0, True), done.output
        return
    run = play_for_verdicts(*OWN, *VERBS[verb], *options, cwd=top / folder)
    assert run.code == 0, run.out
    seen = {"static": ("WF009", "raxx-api-prod"), "live": ("HK002", "raxx-api-prod")}[verb]
    assert seen[1] in run.subjects("conforms").get(seen[0], []), run.out
    assert ("\nestate: ../../estate.yaml\n" in run.out) is (folder != "."), run.out
    assert f"workflow files of {up}\n" in run.out or verb == "live", run.out


@pytest.mark.parametrize("verb", ["static", "live", "paths"])
def test_a_slip_in_the_name_of_an_app_is_told_with_the_nearest(verb, top, play_for_verdicts, monkeypatch):
    if verb == "paths":
        monkeypatch.chdir(top)
        done = CliRunner().invoke(app, ["paths", "--app=raxx-api-prd"])
        code, out = done.exit_code, done.output
    else:
        run = play_for_verdicts(*OWN, *VERBS[verb], "--app=raxx-api-prd", cwd=top)
        code, out = run.code, run.out
    assert code == 4
    assert 'did you mean "raxx-api-prod"?' in out


def test_an_estate_below_github_judges_its_repository(top, play_for_verdicts):
    (top / "estate.yaml").rename(top / ".github/estate.yaml")
    run = play_for_verdicts(*OWN, *VERBS["static"], cwd=top / "src")
    assert run.code == 0, run.out
    assert "\nestate: ../.github/estate.yaml\n" in run.out
    assert "workflow files of ..\n" in run.out


@pytest.mark.parametrize(
    ("declared", "judged"),
    [
        (f"{{{REMOTE}: , acme/tools: }}", REMOTE),
        (f"{{{REMOTE.lower()}: }}", REMOTE.lower()),
        ("{acme/tools: }", None),
        (f"{{{REMOTE}: , acme/tools: {{checkout: src}}}}", None),
    ],
)
def test_of_several_repositories_the_one_that_its_remote_names_is_judged(declared, judged, top, play_for_verdicts):
    (top / "estate.yaml").write_text(f"{FIRST}repositories: {declared}\n")
    run = play_for_verdicts(*OWN, *VERBS["static"], cwd=top)
    if judged is None:
        assert (run.code, "no workflow files to judge" in run.out) == (4, True), run.out
    else:
        assert run.subjects("conforms")["WF014"] == [f"{judged} release.yml"], run.out


def test_a_worktree_and_a_submodule_have_the_remote_of_their_repository(top, tmp_path, play_for_verdicts):
    (top / "estate.yaml").write_text(f"{FIRST}repositories: {{{REMOTE}: }}\n")
    kept = tmp_path / "elsewhere"
    (top / ".git").rename(kept)
    (kept / "worktrees/shop").mkdir(parents=True)
    (kept / "worktrees/shop/commondir").write_text("../..\n")
    for folder in (kept / "worktrees/shop", kept):
        (top / ".git").write_text(f"gitdir: {folder}\n")
        run = play_for_verdicts(*OWN, *VERBS["static"], cwd=top)
        assert run.subjects("conforms")["WF014"] == [f"{REMOTE} release.yml"], run.out


def test_workers_judge_the_estate_that_was_found(top, play_apart):
    run = play_apart(*OWN, *VERBS["static"], "-n", "2", cwd=top / "src/deep")
    assert run.code == 0, run.out
    assert "\nestate: ../../estate.yaml\n" in run.out
