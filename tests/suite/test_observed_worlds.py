"""The world that is made of what a run observed comes to the same verdicts; what cannot be the same is said."""

import pytest
from typer.testing import CliRunner

from asbuilt import cli

WORLDS = ["healthy", "incident-2026-04-30"] + [
    f"healthy+{each}"
    for each in (
        *("dyno-crashed", "maintenance-left-on", "slug-empty", "container-app", "error-page-with-status-200"),
        *("deploy-lags", "deploy-under-way", "deploy-waits-for-approval", "dispatched-elsewhere", "pushed-by-hand"),
        *("red-fork", "reviewer-deleted", "repository-gone", "app-deleted", "dynos-forbidden", "workflows-not-json"),
        *("probe-times-out", "releases-time-out"),
    )
]
# What comes to other verdicts, and what is said of it.
OTHERWISE = {
    "healthy+dyno-crash-loop": "its dynos changed while they were looked at; the world has the last look",
    "healthy+runs-all-cancelled": "which nobody read",
}


def written(record, file):
    return CliRunner().invoke(cli.app, ["sandbox", "--from", str(record), "--write", str(file)])


@pytest.mark.parametrize("world", WORLDS)
def test_an_observed_world_comes_to_the_same(live, play_for_verdicts, tmp_path, world):
    patience = ("--timeout=2",) if "time" in world else ()
    first = live(world, *patience)
    done = written(first.directory, tmp_path / "own.yaml")
    assert done.exit_code == 0, done.output
    again = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={tmp_path / 'own.yaml'}", *patience)
    assert {each["id"]: each["outcome"] for each in again.verdicts} == {
        each["id"]: each["outcome"] for each in first.verdicts
    }, (tmp_path / "own.yaml").read_text() + again.out


@pytest.mark.parametrize("world", OTHERWISE)
def test_what_cannot_be_the_same_is_said(live, tmp_path, world):
    done = written(live(world).directory, tmp_path / "own.yaml")
    assert OTHERWISE[world] in done.output.replace("\n", " ")
    assert OTHERWISE[world] in (tmp_path / "own.yaml").read_text()


def test_a_world_is_written_over_no_file(live, tmp_path):
    (tmp_path / "own.yaml").write_text("mine")
    done = written(live("healthy").directory, tmp_path / "own.yaml")
    assert (done.exit_code, (tmp_path / "own.yaml").read_text()) == (4, "mine")
    assert "it is there already; name another file" in done.output.replace("\n", " ")


def test_what_was_changed_since_makes_no_world(live, tmp_path):
    observation = live("healthy").directory / "observation.json"
    copy = tmp_path / "run"
    copy.mkdir()
    (copy / "observation.json").write_bytes(observation.read_bytes().replace(b'"web.1"', b'"web.9"'))
    (copy / "manifest.json").write_bytes((observation.parent / "manifest.json").read_bytes())
    done = written(copy, tmp_path / "own.yaml")
    assert done.exit_code == 4
    assert "it is not as its run recorded it" in done.output.replace("\n", " ")


def test_a_run_of_a_sandbox_says_so_by_its_name(live):
    directory = live("healthy").directory
    assert directory.name.startswith("sandbox-20260508T060000Z-")
