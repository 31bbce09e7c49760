"""`asbuilt init --diff` and `--baseline`: an estate that is there, as observed, and with a waiver for each finding."""

import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from asbuilt.catalogue import PROJECT
from asbuilt.cli import app

ESTATE = PROJECT / "estate.yaml"
REPOSITORY = "MooseQuest/TradeMasterAPI"


def init(*arguments):
    return CliRunner().invoke(app, ["init", *(str(each) for each in arguments)])


def changed(done):
    """Give the lines of a patch that are new or gone."""
    return [each for each in done.stdout.splitlines()[2:] if each[:1] in {"+", "-"}]


def patched(patch, folder, source=None):
    """Apply a patch of estate.yaml in a folder, as git does; give the file."""
    file = folder / "estate.yaml"
    file.write_bytes(source or ESTATE.read_bytes())
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), check=True)
    return file


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder with the example's estate, in which the command runs."""
    (tmp_path / "estate.yaml").write_bytes(ESTATE.read_bytes())
    shutil.copytree(PROJECT / "fixtures/repositories", tmp_path / "fixtures/repositories")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What stands in the patch, the findings that are gone with it, and those of what is declared from then on.
DIFFERENT = {
    "scaled-up": ("+    formation: { web: 2 }", {"HK005"}, {"HK006"}),
    "reviewer-added": ('reviewers: [Kristerpher, "@', {"GH003"}, set()),
    "wait-timer-set": ("+        wait_timer: 30", {"GH004"}, set()),
    "branch-added": ('deployment_branches: [main, "release/*"]', {"GH005"}, set()),
    "default-branch-renamed": ("+    default_branch: trunk", {"GH001"}, set()),
    "app-deleted": ("-  raxx-api-staging:", {"HK001"}, set()),
    "undeclared-worker": ("+    formation: { web: 1, worker: 1 }", {"HK005"}, {"HK006"}),
}


@pytest.mark.parametrize("fault", DIFFERENT)
def test_what_differs_is_a_patch_after_which_it_differs_no_more(elsewhere, play_for_verdicts, fault):
    line, gone, instead = DIFFERENT[fault]
    world = f"healthy+{fault}"
    before = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={world}", f"--estate={ESTATE}")

    done = init("--diff", "--sandbox", world)

    assert (done.exit_code, done.stdout.splitlines()[:2]) == (1, ["--- estate.yaml", "+++ estate.yaml\tas observed"])
    assert line in done.stdout
    file = patched(done.stdout, elsewhere)
    after = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={world}", f"--estate={file}")
    assert gone <= set(before.subjects("drifted")), before.out
    assert set(after.subjects("drifted")) == set(before.subjects("drifted")) - gone | instead, after.out
    again = init("--diff", "--sandbox", world)
    assert all("# review: WF008" in each for each in changed(again)), again.stdout


# What is wrong is never declared: the key that keeps its value, and the control that is named above it.
WRONG = {
    "reviewers-gone": ("reviewers: [Kristerpher]", "GH003"),
    "every-branch-deploys": ("deployment_branches: [main]", "GH005"),
    "admins-bypass": ("admins_can_bypass: false", "GH006"),
    "slug-lost": ("raxx-api-prod:", "HK002"),
    "dyno-crashed": ("formation: { web: 1 }", "HK006"),
    "dynos-gone": ("formation: { web: 1 }", "HK006"),
    "health-fails": ("/health", "WEB001"),
    "workflow-red": ("deploy.yml: {}", "GH008"),
    "environment-gone": ("production:", "GH002"),
    "maintenance-left-on": ("raxx-api-prod:", "HK010"),
    "stack-retired": ("raxx-api-prod:", "HK011"),
}


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.usefixtures("elsewhere")
def test_what_is_wrong_is_marked_and_never_declared(fault):
    kept, control = WRONG[fault]

    done = init("--diff", "--sandbox", f"healthy+{fault}")

    assert done.exit_code == 1
    assert all(each.lstrip("+ ").startswith("# review: ") for each in changed(done)), done.stdout
    assert any(f"# review: {control} " in each for each in changed(done))
    assert kept in ESTATE.read_text()


@pytest.mark.usefixtures("elsewhere")
def test_where_nothing_differs_one_line_says_so():
    done = init("--diff", "--sandbox", "healthy")

    assert (done.exit_code, done.stdout) == (0, "estate.yaml: nothing differs from what was observed\n")


@pytest.mark.usefixtures("elsewhere")
def test_what_could_not_be_observed_is_left_as_it_is_and_said():
    done = init("--diff", "--sandbox", "healthy+environments-forbidden")

    assert "could not tell" in done.stderr
    assert changed(done) == []


def test_a_baseline_waives_every_finding_of_today_and_no_other(elsewhere, play_for_verdicts):
    world = "incident-2026-04-30"

    done = init("--baseline", "30d", "--issue", "12", "--owner", "octocat", "--sandbox", world)

    assert done.exit_code == 0, done.output
    file = patched(done.stdout, elsewhere)
    assert file.read_text().count("owner: octocat") == file.read_text().count("until: 2026-05-30") > 0
    after = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={world}", f"--estate={file}")
    assert (after.code, after.count("drifted")) == (0, 0), after.out
    again = init("--baseline", "30d", "--issue", "12", "--owner", "octocat", "--sandbox", world)
    assert (again.exit_code, again.stdout.count("nothing to waive")) == (0, 1)


def test_a_first_estate_can_have_its_baseline(elsewhere, play_for_verdicts):
    (elsewhere / "estate.yaml").unlink()
    checkout = elsewhere / "fixtures/repositories/TradeMasterAPI/before"

    done = init(
        "--baseline", "30d", "--issue", 12, "--owner", "octocat", "--sandbox", "healthy+scaled-up",
        "--checkout", checkout,
    )  # fmt: skip

    assert (elsewhere / "estate.yaml").exists(), done.output
    played = play_for_verdicts("tests_static", f"--estate={elsewhere / 'estate.yaml'}")
    assert (played.code, played.count("drifted")) == (0, 0), played.out
    assert played.count("waived") > 0


@pytest.mark.usefixtures("elsewhere")
def test_what_is_unknown_is_not_waived_and_is_told():
    done = init("--baseline", "30d", "--issue", 1, "--owner", "octocat", "--sandbox", "healthy+dynos-forbidden")

    assert done.exit_code == 1
    assert "could not tell" in done.stderr
    assert "waivers:" not in done.stdout


def test_a_waiver_that_has_run_out_is_replaced(elsewhere, play_for_verdicts):
    void = """
waivers:
  # agreed in May
  - { control: GH004, subject: MooseQuest/TradeMasterAPI production, until: 2020-01-31, owner: a, issue: 1, reason: x }
"""
    source = ESTATE.read_bytes() + void.encode()
    (elsewhere / "estate.yaml").write_bytes(source)
    world = "healthy+wait-timer-set"

    done = init("--baseline", "2d", "--issue", 7, "--owner", "octocat", "--sandbox", world)

    file = patched(done.stdout, elsewhere, source)
    assert "2020-01-31" not in file.read_text()
    assert "# agreed in May" in file.read_text()
    after = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={world}", f"--estate={file}")
    assert (after.code, after.count("waived")) == (0, 1), after.out


REFUSED = {
    ("--baseline", "30d", "--owner", "a"): "add --issue N",
    ("--baseline", "30", "--issue", "1", "--owner", "a"): "a duration is a number and a unit",
    ("--baseline", "366d", "--issue", "1", "--owner", "a"): "at most 365d",
    ("--baseline", "0d", "--issue", "1", "--owner", "a"): "less than a day",
    ("--baseline", "2020-01-31", "--issue", "1", "--owner", "a"): "a duration is a number and a unit",
    ("--baseline", "30d", "--issue", "0", "--owner", "a"): "--issue",
    ("--baseline", "30d", "--issue", "1", "--owner", " "): "--owner",
    ("--baseline", "30d", "--issue", "1", "--diff"): "give one of them",
    ("--issue", "1"): "add --baseline",
    ("--diff", "--estate", "nowhere.yaml"): "nowhere.yaml",
    ("--diff", "--app", "raxx-api-prod"): "--app is for a first estate",
    ("--diff", "--output", "other.yaml"): "--output is for a first estate",
    ("--estate", "estate.yaml"): "add --diff or --baseline",
}


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
@pytest.mark.usefixtures("elsewhere")
def test_what_nobody_can_have_meant_is_refused_before_anything_is_asked(arguments):
    done = init(*arguments, "--sandbox", "healthy")

    assert (done.exit_code, done.stdout) == (4, "")
    assert REFUSED[arguments] in " ".join(done.stderr.split())


def test_a_deploy_that_a_file_has_now_is_declared_and_marked(elsewhere, play_for_verdicts):
    workflow = elsewhere / "fixtures/repositories/TradeMasterAPI/after/.github/workflows/deploy-heroku.yml"
    text = workflow.read_text()
    workflow.write_text(
        text.replace("  workflow_dispatch:", "  schedule: [{cron: 17 4 * * *}]\n  workflow_dispatch:", 1)
    )

    done = init("--diff", "--sandbox", "healthy")

    assert "+          - { app: raxx-api-staging, trigger: schedule }" in done.stdout
    assert "# review: WF037 deploy-heroku.yml deploys raxx-api-staging by schedule now" in done.stdout
    file = patched(done.stdout, elsewhere)
    assert play_for_verdicts("tests_static", f"--estate={file}").code == 0


def test_an_app_that_is_deployed_and_not_declared_is_declared_with_its_deploys(elsewhere, play_for_verdicts):
    text = ESTATE.read_text()
    source = "".join(f"{each}\n" for each in text.splitlines() if "staging" not in each).encode()
    (elsewhere / "estate.yaml").write_bytes(source)

    done = init("--diff", "--sandbox", "healthy")

    assert "+  # review: raxx-api-staging is new" in done.stdout
    file = patched(done.stdout, elsewhere, source)
    played = play_for_verdicts("tests_live", "tests_static", "-m", "", "--sandbox=healthy", f"--estate={file}")
    assert (played.code, played.count("drifted")) == (0, 0), played.out


def test_an_estate_that_would_contradict_itself_is_not_made(elsewhere):
    """The environment lets trunk alone deploy, and the estate has a deploy from the branch that was the default."""
    scheduled = "deploys:\n          - { app: raxx-api-prod, trigger: schedule }"
    source = ESTATE.read_text().replace("deploys:", scheduled, 1).encode()
    (elsewhere / "estate.yaml").write_bytes(source)

    done = init("--diff", "--sandbox", "healthy+default-branch-renamed")

    assert "not changed here: the estate would contradict itself" in done.stdout
    assert "+    default_branch: trunk" not in done.stdout


def test_a_first_estate_has_marked_what_is_wrong(elsewhere):
    world = "incident-2026-04-30"
    first = elsewhere / "first.yaml"
    here = elsewhere / "fixtures/repositories/TradeMasterAPI/before"
    assert init("--sandbox", world, "--checkout", here, "--repository", REPOSITORY, "--output", first).exit_code == 0

    done = init("--diff", "--sandbox", f"{world}@2026-04-30T19:40:00Z", "--estate", first)

    assert (done.exit_code, changed(done)) == (0, []), done.output


def test_a_mark_is_one_of_what_it_stands_above(elsewhere):
    first = elsewhere / "first.yaml"
    assert init("--sandbox", "healthy+maintenance-left-on", "--output", first).exit_code == 0

    both = elsewhere / "both.yaml"
    both.write_text(first.read_text().replace("HK010 raxx-api-prod is", "HK010 raxx-api-staging is"))
    done = init("--diff", "--sandbox", "healthy+maintenance-left-on", "--estate", both)

    assert "# review: HK010 raxx-api-prod" in "\n".join(changed(done)), done.output


def test_from_a_folder_below_the_patch_is_one_in_the_folder_of_the_estate(elsewhere, monkeypatch):
    (elsewhere / "below").mkdir()
    subprocess.run(["git", "init", "-q", "."], cwd=elsewhere, check=True)
    monkeypatch.chdir(elsewhere / "below")

    done = init("--diff", "--sandbox", "healthy+scaled-up")

    assert (done.exit_code, "| git -C .. apply" in done.stderr) == (1, True), done.output
    subprocess.run(["git", "-C", "..", "apply", "-"], input=done.stdout.encode(), check=True)
    assert "formation: { web: 2 }" in (elsewhere / "estate.yaml").read_text()
