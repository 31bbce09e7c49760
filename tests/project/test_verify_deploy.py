"""What verify-deploy.yml asks asbuilt for, by what set off the workflow that calls it, and what it hands on."""

import os
import subprocess
from pathlib import Path

import pytest

from asbuilt.workflows.files import modelling
from asbuilt.workflows.yaml import document

HOME = Path(__file__).resolve().parents[2]
FILE = HOME / ".github" / "workflows" / "verify-deploy.yml"


def whole():
    return document.plain(modelling.load(FILE.read_bytes(), FILE.name).document.root)


@pytest.fixture
def run_step(tmp_path):
    """Give a function that runs a step's script, with `asbuilt` replaced by one that notes its arguments."""

    def run(name, **environ):
        steps = whole()["jobs"]["verify"]["steps"]
        (script,) = [each["run"] for each in steps if each["name"] == name]
        bin_ = tmp_path / "bin"
        bin_.mkdir(exist_ok=True)
        (bin_ / "asbuilt").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        (bin_ / "asbuilt").chmod(0o755)
        names = {"APP": "shop", "ESTATE": "estate.yaml", "SETTLE": "300", "GITHUB_WORKSPACE": "/w", "SHA": "a" * 40}
        names |= {"COMMIT": "", "FOLLOWED": "", "GITHUB_OUTPUT": str(tmp_path / "outputs")}
        told = {**names, **environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, check=True).stdout

    return run


@pytest.mark.parametrize(
    ("environ", "commit"),
    [
        ({"EVENT": "push"}, "a" * 40),
        ({"EVENT": "release"}, "a" * 40),
        ({"EVENT": "workflow_run", "FOLLOWED": "b" * 40}, "b" * 40),
        ({"EVENT": "workflow_dispatch"}, None),
        ({"EVENT": "schedule"}, None),
        ({"EVENT": "workflow_dispatch", "COMMIT": "c" * 7}, "c" * 7),
        ({"EVENT": "push", "COMMIT": "c" * 40}, "c" * 40),
        ({"EVENT": "push", "COMMIT": "none"}, None),
    ],
)
def test_the_commit_is_that_of_what_set_it_off_or_the_one_that_is_handed_on(run_step, environ, commit):
    arguments = run_step("Hold the app against the estate", **environ).splitlines()
    assert [each for each in arguments if each.startswith("--commit")] == ([f"--commit={commit}"] if commit else [])
    assert {"live", "--app=shop", "--settle=300", "--estate=estate.yaml"} <= set(arguments)
    assert not [each for each in arguments if each.startswith("-k")]


def test_what_is_handed_on_cannot_be_more_than_its_lines(run_step, tmp_path):
    latest = tmp_path / "reports" / "latest"
    latest.mkdir(parents=True)
    good = "verdict=drifted\nlast_good_release=v9\nrollback=heroku rollback v9 --app shop\n"
    (latest / "outputs.txt").write_text(f"{good}token=x\nrollback=$(rm -rf /)\nverdict<<EOF\nconforms\nEOF\n")
    run_step("Say what it came to")
    assert (tmp_path / "outputs").read_text() == good


def test_without_evidence_the_verdict_is_unknown(run_step, tmp_path):
    run_step("Say what it came to")
    assert (tmp_path / "outputs").read_text() == "verdict=unknown\n"


def test_the_workflow_hands_on_what_its_job_does():
    outputs = whole()["on"]["workflow_call"]["outputs"]
    assert {name: each["value"] for name, each in outputs.items()} == {
        name: f"${{{{ jobs.verify.outputs.{name} }}}}" for name in ("verdict", "last_good_release", "rollback")
    }
    assert set(whole()["jobs"]["verify"]["outputs"]) == {*outputs, "evidence"}
