"""The hook for pre-commit, as it is at this commit, tried on a sample repository."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
SAMPLE = HOME / "fixtures" / "repositories" / "TradeMasterAPI" / "before"
NOT_TO_BE_HAD = ("No matching distribution found", "Could not find a version", "Failed to establish a new connection")


@pytest.fixture
def pre_commit():
    own = HOME / ".venv" / "pre-commit" / "bin" / "pre-commit"
    found = str(own) if own.exists() else shutil.which("pre-commit")
    if not (found and shutil.which("git") and (HOME / ".git").exists()):
        pytest.skip("needs git, a clone of this repository, and pre-commit: .ci/run installs it")
    return found


@pytest.fixture
def sample(tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "sample")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for each in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "a sample")):
        subprocess.run(["git", *who, *each], cwd=tmp_path / "sample", check=True, capture_output=True)
    return tmp_path / "sample"


def test_the_hook_installs_itself_and_finds_what_is_wrong_with_the_workflows(pre_commit, sample, tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST"))}
    done = subprocess.run(
        [pre_commit, "try-repo", str(HOME), "asbuilt-static", "--all-files", "--verbose"],
        cwd=sample, env={**clean, "PRE_COMMIT_HOME": str(tmp_path / "home")}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if any(each in done.stdout for each in NOT_TO_BE_HAD):
        pytest.skip("what the hook depends on is not to be had here: no index")
    assert done.returncode == 1, done.stdout
    assert "hook id: asbuilt-static" in done.stdout
    assert "exit code: 1" in done.stdout
    assert ".github/workflows/deploy.yml:34:9   WF002  SEV-3" in done.stdout
    assert "no estate, workflow files of . as sample" in done.stdout
