"""`asbuilt verify --rejudge`: what a run saved comes to the same verdicts, and one changed fact to others, by id."""

import gzip
import json
import os
import tempfile
from contextlib import ExitStack
from datetime import date

import pytest
import run_directory

from asbuilt.catalogue import PROJECT
from asbuilt.option_values import OptionError
from asbuilt.record.directory import CHECKOUTS
from asbuilt.record.kept_checkouts import FORM, keep
from asbuilt.record.verify import Asked, verify
from asbuilt.recorded_inputs import inputs_of
from asbuilt.withholding import Secrets
from asbuilt.workflows.paths import checkout as checkouts

REPOSITORY = "fixtures/repositories/TradeMasterAPI"
RUNS = {
    "incident": ("tests_live", "-m", "live", "--sandbox=incident-2026-04-30"),
    "healthy": ("tests_live", "-m", "live", "--sandbox=healthy"),
    "files-before": ("tests_static", f"--checkout={REPOSITORY}/before"),
    "files-after": ("tests_static", f"--checkout={REPOSITORY}/after"),
}


@pytest.fixture
def recorded(played, tmp_path):
    """Give a function that makes the record of a run."""

    def make(name, **changes):
        return run_directory.copied(played(*RUNS[name]), tmp_path, **changes)

    return make


def again(directory):
    """Give what judging again came to: whether all verdicts are equal, and the others by id."""
    found = verify(directory, Asked(rejudge=True))
    judged = next(each for each in found.checks if each.name == "rejudge")
    return judged.said, {each.where: each.fact for each in judged.misfits}


@pytest.mark.parametrize("name", RUNS)
def test_what_was_saved_comes_to_the_same_verdicts(recorded, name):
    directory = recorded(name)
    count = len(json.loads((directory / "verdicts.json").read_bytes()))
    said, misfits = again(directory)
    assert misfits == {}
    assert said.startswith(f"{count} verdicts equal")


def test_part_of_an_estate_is_judged_again_as_that_part(play, tmp_path):
    run = play(
        "tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "--app=raxx-api-staging", "-k", "HK002 or HK005"
    )
    directory = run_directory.copied(run, tmp_path / "made")
    said, misfits = again(directory)
    assert misfits == {}
    assert said.startswith("2 verdicts equal")


def test_fact_that_was_changed_in_the_observation_shows_in_the_verdicts_that_rest_on_it(recorded):
    directory = recorded("healthy")

    def keep_it_from_users(observation):
        observation["apps"]["raxx-api-prod"]["app"]["value"]["maintenance"] = True

    run_directory.edit_json(directory / "observation.json", keep_it_from_users)
    run_directory.seal(directory)
    found = {each.name for each in verify(directory, Asked()).checks if not each.fits}
    assert found == set()
    _, misfits = again(directory)
    assert misfits
    assert {each.rpartition("[")[2] for each in misfits} <= {"raxx-api-prod]", "raxx-api-prod /health]"}
    assert 'on record: "conforms"; judged again: "drifted"' in "\n".join(misfits.values())


def test_file_that_was_changed_shows_in_the_verdicts_that_rest_on_it(recorded):
    directory = recorded("files-after")

    def deploy_on_push(kept):
        (files,) = (each["files"] for each in kept["repositories"].values())
        name = ".github/workflows/deploy-heroku.yml"
        files[name] = files[name].replace("\non:\n", "\non:\n  push:\n", 1)

    run_directory.edit_json(directory / "checkouts.json.gz", deploy_on_push)
    run_directory.seal(directory)
    _, misfits = again(directory)
    assert misfits
    assert "drifted" in "\n".join(misfits.values())


def test_verdict_that_was_changed_everywhere_is_another_when_it_is_judged_again(recorded):
    directory = recorded("incident")
    node_id = "tests_live/test_releases.py::test_current_release_has_a_slug[raxx-api-prod]"

    def conform(record):
        if record["id"] == node_id:
            record.update(outcome="conforms", lines=[], reason="")
        return record

    run_directory.edit_json(directory / "verdicts.json", lambda records: [conform(each) for each in records])
    _, misfits = again(directory)
    assert 'on record: "conforms"; judged again: "drifted"' in misfits[node_id]


def test_files_are_judged_as_of_the_day_of_the_record(play, tmp_path):
    checkout = tmp_path / "checkout"
    workflow = checkout / ".github" / "workflows" / "deploy.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      # asbuilt: ignore[WF030] not yet until 2026-01-31\n"
        "      - uses: actions/checkout@main\n"
    )
    (tmp_path / "estate.yaml").write_text(f"{(PROJECT / 'estate.yaml').read_text()}\nlint: all\n")
    run = play("tests_static", f"--checkout={checkout}", f"--estate={tmp_path / 'estate.yaml'}")
    directory = run_directory.copied(run, tmp_path / "made")
    assert again(directory)[1] == {}
    run_directory.edit_json(directory / "checkouts.json.gz", lambda kept: kept.update(day="2026-01-01"))
    run_directory.seal(directory)
    assert any("suppress" in fact or "waived" in fact for fact in again(directory)[1].values())


def test_run_that_judges_files_of_a_record_says_so(recorded, play):
    directory = recorded("files-after")
    arguments = ("tests_static", f"--estate={directory}/estate.yaml", f"--recorded={directory}")
    run = play(*arguments)
    assert run.code == 0
    assert "asbuilt: raxx, workflow files of MooseQuest/TradeMasterAPI, judged again" in run.out
    assert "workflow files of `MooseQuest/TradeMasterAPI`, judged again" in (run.directory / "summary.md").read_text()
    assert "World=workflow files, judged again" in (run.directory / "allure-results/environment.properties").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tests_static", "--recorded=nowhere"), "checkouts.json.gz is not there"),
        (("tests_live", "-m", "live", "--recorded={}"), "add --observed"),
        (("tests_static", "--recorded={}", "--checkout=."), "take --checkout out"),
    ],
)
def test_record_that_cannot_be_judged_again_is_one_line(recorded, play, arguments, said):
    directory = recorded("files-after")
    run = play(*(each.format(directory) for each in arguments))
    assert run.code == 4
    assert said in run.out


@pytest.mark.parametrize("lost", ["observation.json", "estate.yaml", "checkouts.json.gz"])
def test_record_that_lacks_what_was_judged_says_so(recorded, lost):
    directory = recorded("incident")
    (directory / lost).unlink()
    assert again(directory)[1] == {directory.name: f"could not be judged again: its record lacks {lost}"}


EVIL = [
    pytest.param({"../outside": "x"}, {}, id="above"),
    pytest.param({"/outside": "x"}, {}, id="absolute"),
    pytest.param({"a/../../outside": "x"}, {}, id="above-in-between"),
    pytest.param({".git/config": "x"}, {}, id="git"),
    pytest.param({"a": ["x"]}, {}, id="no-file"),
    pytest.param({}, {"../outside": {"to": "a", "inside": False}}, id="link-above"),
    pytest.param({"a/b": "x"}, {"a": {"to": "c", "inside": False}}, id="link-in-place-of-a-folder"),
]


@pytest.mark.parametrize(("files", "links"), EVIL)
def test_files_of_a_record_stay_in_their_folder(tmp_path, monkeypatch, files, links):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    kept = {"form": FORM, "day": "2026-01-01", "repositories": {"o/r": {"files": files, "links": links}}}
    (tmp_path / CHECKOUTS).write_bytes(gzip.compress(json.dumps(kept).encode()))
    with ExitStack() as closing, pytest.raises(OptionError, match=r"checkouts\.json\.gz holds"):
        inputs_of(tmp_path, closing)
    assert list(tmp_path.rglob("outside")) == []


NO_FILES = {
    "empty": b"",
    "not-packed": b"no gzip",
    "of-no-form": gzip.compress(b"{}", mtime=0),
    "deep": gzip.compress(b"[" * 100_000, mtime=0),
    "torn": gzip.compress(b"1", mtime=0)[:-4],
}


@pytest.mark.parametrize("content", NO_FILES.values(), ids=NO_FILES)
def test_kept_files_that_are_none_are_said_in_one_line(tmp_path, content):
    (tmp_path / CHECKOUTS).write_bytes(content)
    with ExitStack() as closing, pytest.raises(OptionError, match=r"checkouts\.json\.gz is "):
        inputs_of(tmp_path, closing)


def test_checkout_is_laid_out_as_it_was_read(tmp_path):
    root = tmp_path / "checkout"
    workflows = root / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "deploy.yml").write_text("on: push\njobs: {}\n")
    (workflows / "large.yml").write_bytes(b"#" * (2**20 + 1))
    (workflows / "link.yml").symlink_to("deploy.yml")
    (workflows / "bytes.yml").write_bytes(b"on: push # \xff\xfe\n")
    (root / "Procfile").write_text("web: gunicorn app:app\n")
    (root / "app.py").write_text("app = None\n")
    (root / "tools").symlink_to(root / "real")
    (root / "real").mkdir()
    (root / "real" / "action.yml").write_text("runs: {using: composite, steps: []}\n")
    (root / "out").symlink_to("/proc/self/environ")
    (root / "two\nlines").write_text("")
    (root / os.fsdecode(b"\xff")).write_text("")
    before = checkouts.read(root, "o/r")
    keep(tmp_path, {"o/r": before}, date(2026, 1, 1), Secrets())
    with ExitStack() as closing:
        after = inputs_of(tmp_path, closing).checkouts["o/r"]
        for name in ("procfiles", "files", "contents", "names", "refused"):
            assert getattr(after, name) == getattr(before, name), name
        documents = [[each.document for each in one.workflow_files] for one in (before, after)]
        told = [[(each.path, each.text, each.problems, each.unread) for each in one] for one in documents]
        assert told[0] == told[1]
    packed = gzip.decompress((tmp_path / CHECKOUTS).read_bytes()).decode()
    assert "app = None" not in packed  # of a file that nobody reads only the name is kept
    assert len(packed) < 2**12
