"""The action and the workflows of this project are clean: by its own checks, zizmor as an auditor, actionlint."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]


def test_zizmor_finds_nothing_as_an_auditor():
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed: pip install asbuilt[dev]")
    read = [str(HOME / ".github"), str(HOME / "action.yml")]
    done = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--persona", "auditor", *read],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout + done.stderr


def test_actionlint_finds_nothing():
    actionlint = shutil.which("actionlint")
    if not actionlint:
        pytest.skip("actionlint is not installed: .ci/run installs it")
    done = subprocess.run([actionlint], cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_that_shellcheck_knows_is_wrong_with_the_scripts():
    shellcheck = shutil.which("shellcheck")
    if not shellcheck:
        pytest.skip("shellcheck is not installed")
    scripts = sorted((HOME / ".github" / "action").glob("*.sh"))
    done = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_our_own_checks_find_nothing_without_an_estate(tmp_path):
    command = [Path(sys.executable).with_name("asbuilt"), "static", f"--checkout={HOME}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no estate, workflow files of" in done.stdout
    assert ", 0 drifted, 0 unknown" in done.stdout
