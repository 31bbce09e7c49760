"""What fails a run and what is only told: newer controls, lesser severities, what was there before a pull request."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from asbuilt import catalogue
from asbuilt.estate import load
from asbuilt.estate_errors import EstateError
from asbuilt.files import MOST
from asbuilt.git_files import commit_of, lay_out
from asbuilt.record.verify import Asked, verify
from asbuilt.tolerance import Base, Tolerance, keys_of, tolerated
from asbuilt.verdicts import NEVER, Outcome, Verdict
from asbuilt.versions import FIRST
from asbuilt.workflows.yaml.finding import Finding, Mark

# The controls of the first version, which says none. Any other control says the version that it comes with.
OF_THE_FIRST = {
    *("HK001", "HK002", "HK003", "HK004", "HK005", "HK006", "HK007", "HK008", "HK009", "HK010", "HK011", "HK018"),
    *("HK022", "WEB001", "WEB002", "GH001", "GH002", "GH003", "GH004", "GH005", "GH006", "GH007", "GH008", "GH009"),
    *("GH015", "GH016", "GH021", "WF001", "WF002", "WF003", "WF004", "WF005", "WF006", "WF007", "WF008", "WF009"),
    *("WF010", "WF013", "WF014", "WF015", "WF016", "WF017", "WF018", "WF019", "WF021", "WF022", "WF023", "WF024"),
    *("WF025", "WF026", "WF027", "WF028", "WF029", "WF030", "WF031"),
}


def verdict(control="WF005", severity="SEV-3", outcome=Outcome.DRIFTED, facts=("it is not",), **more):
    findings = tuple(Finding(each, "", "a.yml", Mark(3, 1), "- run: x") for each in facts)
    return Verdict(f"t::{control}", control, severity, "fair", "It is.", outcome, findings, **more)


def why(found, **tolerance):
    (told,) = tolerated((found,), Tolerance(**tolerance))
    return told.tolerated


def test_each_control_that_came_later_says_with_which_version():
    silent = {control.id for _, control in catalogue.checks() if control.since == FIRST}
    assert silent - OF_THE_FIRST == set(), 'add since="VERSION" to its @control'


@pytest.mark.parametrize("outcome", [Outcome.DRIFTED, Outcome.UNKNOWN])
@pytest.mark.parametrize(
    ("as_of", "since", "fails"),
    [
        ("", "0.2", True),
        ("0.1", "0.2", False),
        ("0.2", "0.2", True),
        ("0.2.0", "0.2", True),
        ("0.9", "0.10", False),
        ("0.10", "0.9", True),
        ("0.1", None, True),
    ],
)
def test_a_control_that_is_newer_than_the_estate_agreed_to_fails_nothing(as_of, since, fails, outcome):
    found = why(verdict(outcome=outcome), as_of=as_of, since={"WF005": since} if since else {})
    assert (found == "") == fails
    assert fails or f'controls: {{as_of: "{since}"}} makes it count' in found


@pytest.mark.parametrize("outcome", [Outcome.DRIFTED, Outcome.UNKNOWN])
@pytest.mark.parametrize(
    ("severity", "fail_on", "fails"),
    [("SEV-1", "SEV-2", True), ("SEV-2", "SEV-2", True), ("SEV-3", "SEV-2", False), ("SEV-4", "", True)],
)
def test_what_is_less_severe_fails_nothing(severity, fail_on, fails, outcome):
    assert (why(verdict(severity=severity, outcome=outcome), fail_on=fail_on) == "") == fails


def test_what_was_never_judged_is_tolerated_by_nothing():
    never = verdict(outcome=Outcome.UNKNOWN, reason=f"{NEVER}: the run ended in it")
    base = Base("main", "0" * 40, keys_of([never.as_dict()]))
    assert why(never, as_of="0.1", since={"WF005": "9.9"}, fail_on="SEV-1", base=base) == ""


@pytest.mark.parametrize(
    ("before", "now", "fails"),
    [
        ({}, {}, False),
        ({"facts": ("it is not on line 4",)}, {"facts": ("it is not on line 44",)}, False),
        ({"facts": ("see ship.yml:4:1",)}, {"facts": ("see ship.yml:9",)}, False),
        ({"outcome": Outcome.UNKNOWN}, {"outcome": Outcome.UNKNOWN}, False),
        ({}, {"facts": ("it is not", "nor is it")}, True),
        ({}, {"facts": ("it is not", "it is not")}, True),  # there once, and twice now
        ({"facts": ("it is not", "it is not")}, {}, False),
        ({"control": "WF010"}, {}, True),
        ({"outcome": Outcome.WAIVED}, {}, True),
        ({"facts": ("port 4",)}, {"facts": ("port 5",)}, True),
    ],
)
def test_what_was_there_before_fails_nothing(before, now, fails):
    base = Base("main", "0" * 40, keys_of([verdict(**before).as_dict()]))
    assert (why(verdict(**now), base=base) == "") == fails


def test_another_line_that_is_quoted_is_another_finding():
    old = verdict()
    base = Base("main", "0" * 40, keys_of([old.as_dict()]))
    other = replace(old, findings=tuple(replace(each, excerpt="- run: y") for each in old.findings))
    assert why(other, base=base) == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"0.1"', ""),
        ('"0.2"', ""),
        ('"1.3"', ""),  # newer than this program: all that it has is agreed to
        ("0.1", 'write it in quotes, as_of: "0.1"'),
        ('"soon"', "is not a version of asbuilt"),
        ("[]", "is not a version of asbuilt"),
    ],
)
def test_the_version_of_an_estate_is_one(written, said, tmp_path):
    path = tmp_path / "estate.yaml"
    path.write_text(f"estate: fair\napps: {{ fair: {{}} }}\ncontrols:\n  as_of: {written}\n  HK001: {{ issue: 3 }}\n")
    known = {"HK001": "0.1", "WF040": "0.2"}
    if not said:
        estate = load(path, known)
        assert f'"{estate.as_of}"' == written
        assert set(estate.controls) == {"HK001"}
        return
    with pytest.raises(EstateError) as error:
        load(path, known)
    assert f"{path}:4:3: " in str(error.value)
    assert said in str(error.value)


STEPS = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
DEPLOY = "      - run: git push https://heroku:$KEY@git.heroku.com/fair-live.git HEAD:main\n"
SECOND = "      - run: heroku container:release web --app fair-live\n"
ESTATE = """
estate: fair
apps: { fair-live: { repository: acme/fair } }
repositories: { acme/fair: { default_branch: main } }
"""


def git(root, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(("git", "-C", root, *who, *arguments), check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path):
    """A repository whose commit `start` deploys, and has findings."""
    root = tmp_path / "repository"
    workflow = root / ".github" / "workflows" / "ship.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(STEPS + DEPLOY)
    (root / "link").symlink_to("nowhere")
    (root / "large").write_bytes(b"x" * (2**20 + 1))
    (root / ".gitattributes").write_text("*.yml filter=spy\n")
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "start")
    git(root, "tag", "start")
    return root


@pytest.fixture
def judge(play, tmp_path, repository):
    """Give a function that judges the files of the repository as they are now."""
    (tmp_path / "estate.yaml").write_text(ESTATE)

    def run(*arguments):
        estate = f"--estate={tmp_path / 'estate.yaml'}"
        files = ("-k", "not zizmor and not actionlint", f"--checkout={repository}")
        return play("tests_static", estate, *files, *arguments, environ={"PATH": os.environ["PATH"]})

    return run


def workflow(root):
    return root / ".github" / "workflows" / "ship.yml"


def holds(directory):
    found = verify(directory, Asked(rejudge=True))
    return {each.name: [str(one) for one in each.misfits] for each in found.checks if not each.fits}


def test_a_pull_request_that_moves_lines_fails_nothing(judge, repository):
    assert judge().code == 1
    workflow(repository).write_text("# one\n# two\n" + STEPS + DEPLOY)
    run = judge("--base=start")
    assert run.code == 0, run.out
    drifted = [each for each in run.verdicts if each["outcome"] == "drifted"]
    assert drifted
    assert {each["tolerated"] for each in drifted} == {"there before start"}
    assert "there before start: WF" in run.out
    manifest = json.loads((run.directory / "manifest.json").read_text())
    assert manifest["verdict"] == "drifted"
    assert manifest["base"] == git(repository, "rev-parse", "start").strip()
    assert sum(manifest["tolerated"].values()) == sum(bool(each["tolerated"]) for each in run.verdicts)
    assert json.loads((run.directory / "predicate.json").read_text())["result"] == "WARNED"
    assert (run.directory / "summary.md").read_text().startswith("## ⚠️")
    assert "<failure" not in (run.directory / "junit.xml").read_text()
    assert "drifted, and fails nothing (there before start): " in (run.directory / "junit.xml").read_text()
    assert holds(run.directory) == {}


def test_an_app_that_names_no_repository_is_judged_then_too(judge, repository, tmp_path):
    (tmp_path / "estate.yaml").write_text(ESTATE.replace("{ repository: acme/fair }", "{}"))
    workflow(repository).write_text("# one\n" + STEPS + DEPLOY)
    run = judge("--base=start")
    assert run.code == 0, run.out
    assert "fair-live" in {each["subject"] for each in run.verdicts if each["outcome"] == "drifted"}


def test_a_pull_request_fails_for_what_it_adds(judge, repository):
    workflow(repository).write_text(STEPS + DEPLOY + SECOND)
    run = judge("--base=start")
    assert run.code == 1
    assert "heroku container:release" in run.out
    assert "there before start: WF" in run.out
    assert holds(run.directory) == {}


def test_the_files_of_a_commit_come_without_what_the_repository_says_of_git(repository, tmp_path):
    for name in ("filter.spy.smudge", "filter.spy.clean", "core.fsmonitor", "core.sshCommand", "core.pager"):
        git(repository, "config", name, f"touch {tmp_path / 'ran'}; cat")
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    hook.chmod(0o755)
    before = workflow(repository).read_text()
    (tmp_path / "then").mkdir()
    lay_out(repository, commit_of(repository, "start"), tmp_path / "then")
    assert not (tmp_path / "ran").exists()
    assert workflow(tmp_path / "then").read_text() == before
    assert (tmp_path / "then" / "link").readlink() == Path("nowhere")
    assert (tmp_path / "then" / "large").stat().st_size > MOST


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("nope", '--base nope: "nope" is no branch, tag or commit of'),
        ("--output=x", "it begins with -"),
        ("start:.github", "is no branch, tag or commit"),
    ],
)
def test_a_base_that_is_none_is_one_line(ref, said, judge):
    run = judge(f"--base={ref}")
    assert run.code == 4
    assert said in run.out


def test_a_folder_that_is_no_repository_has_no_base(judge, repository):
    shutil.rmtree(repository / ".git")
    run = judge("--base=start")
    assert run.code == 4
    assert "is no git repository" in run.out


def test_before_there_was_a_workflow_nothing_was_found(judge, repository):
    git(repository, "checkout", "-q", "--orphan", "bare")
    git(repository, "rm", "-rfq", ".")
    git(repository, "commit", "-qm", "bare", "--allow-empty")
    git(repository, "checkout", "-q", "main")
    assert judge("--base=bare").code == 1


@pytest.mark.parametrize(("fail_on", "code"), [("SEV-1", 0), ("SEV-3", 1)])
def test_what_fails_a_run_is_on_its_record(fail_on, code, judge):
    run = judge(f"--fail-on={fail_on}")
    assert run.code == code, run.out
    manifest = json.loads((run.directory / "manifest.json").read_text())
    assert (manifest["fail_on"], manifest["exit"], manifest["verdict"]) == (fail_on, code, "drifted")
    assert holds(run.directory) == {}


def test_a_record_that_tolerates_what_nobody_asked_for_does_not_hold(judge):
    run = judge()
    assert run.code == 1
    path = run.directory / "verdicts.json"
    records = json.loads(path.read_text())
    for each in records:
        each["tolerated"] = "a good day" if each["outcome"] == "drifted" else ""
    path.write_text(json.dumps(records))
    found = holds(run.directory)
    assert any("tolerates what the run was not asked to" in each for each in found["verdict"])
    assert "rejudge" in found
