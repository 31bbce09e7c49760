"""The wheel, installed apart from the repository, judges as the repository does."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from asbuilt.home import PROJECT

EXAMPLE = "fixtures/repositories/TradeMasterAPI"
RUNS = {
    "incident": ("live", "--sandbox=incident-2026-04-30"),
    "healthy, by workers": ("live", "--sandbox=healthy", "-n", "2"),
    "files before": ("static", f"--checkout={EXAMPLE}/before"),
    "files after": ("static", f"--checkout={EXAMPLE}/after"),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Give the `asbuilt` of an environment that has the wheel, and of this one nothing but what it depends on."""
    folder = tmp_path_factory.mktemp("apart")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))  # whose own .pth files are not read
    (folder / "bin" / "zizmor").symlink_to(Path(sysconfig.get_path("scripts")) / "zizmor")
    command = folder / "bin" / "asbuilt"
    command.write_text(f"#!{folder}/bin/python -P\nfrom asbuilt.start import main\nmain()\n")
    command.chmod(0o755)
    return command


@pytest.fixture
def packages(installed):
    return next(installed.parents[1].glob("lib/python*/site-packages"))


def run(command, *arguments, cwd, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "COV"))}
    return subprocess.run(
        [str(each) for each in (command, *arguments)],
        cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def verdicts(evidence):
    found = json.loads((evidence / "latest" / "verdicts.json").read_text())
    # Requests are numbered as their answers come.
    return [{name: value for name, value in each.items() if name not in {"seconds", "requests"}} for each in found]


def test_it_is_the_wheel_that_is_asked(installed, packages, tmp_path):
    done = run(installed.parent / "python", "-c", "import asbuilt; print(asbuilt.__file__)", cwd=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(packages)


@pytest.mark.parametrize("name", RUNS)
def test_the_wheel_comes_to_the_verdicts_of_the_repository(installed, packages, tmp_path, name):
    arguments = RUNS[name]
    apart, here = tmp_path / "apart", tmp_path / "here"
    apart.mkdir()
    project = packages / "asbuilt" / "project"
    moved = [each.replace(EXAMPLE, f"{project}/{EXAMPLE}") for each in arguments]
    there = run(installed, *moved, f"--estate={project}/estate.yaml", cwd=apart)
    suite = {"live": ("tests_live", "-m", "live"), "static": ("tests_static",)}[arguments[0]]
    pytest_in_place = (sys.executable, "-m", "pytest", *suite, *arguments[1:], f"--evidence={here}")
    own = run(*pytest_in_place, "-p", "no:cacheprovider", cwd=PROJECT)
    assert (there.returncode, verdicts(apart / "reports")) == (own.returncode, verdicts(here)), there.stderr
    assert verdicts(here)


def test_nothing_is_left_where_packages_are_installed(installed, packages, tmp_path):
    """Python keeps what it compiles of a package there; whatever else is there has come with the wheel."""
    known = {each for each in packages.rglob("*") if each.is_file() and each.suffix != ".pyc"}
    estate = packages / "asbuilt" / "project" / "estate.yaml"
    done = run(installed, "live", f"--estate={estate}", "--sandbox=healthy", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {each for each in packages.rglob("*") if each.is_file() and each.suffix != ".pyc"} == known
    assert not list(packages.glob("asbuilt/**/*pytest*.pyc"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["reports"]


def test_the_demonstration_comes_with_the_wheel(installed, tmp_path):
    done = run(installed, "demo", cwd=tmp_path, PATH="/usr/bin:/bin")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "demo: the incident is caught and its repair passes" in done.stdout
    manifest = json.loads((tmp_path / "reports" / "latest" / "manifest.json").read_text())
    assert manifest["world"] == "sandbox incident-2026-04-30"


def test_its_files_need_not_be_writable(installed, packages, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; needs another user")
    estate = packages / "asbuilt" / "project" / "estate.yaml"
    for each in (packages, *packages.rglob("*")):
        each.chmod(each.stat().st_mode & ~0o222)
    assert run(installed, "live", f"--estate={estate}", "--sandbox=healthy", cwd=tmp_path).returncode == 0


def test_without_allure_one_line_says_what_to_install(installed, packages, tmp_path):
    estate = packages / "asbuilt" / "project" / "estate.yaml"
    run(installed, "live", f"--estate={estate}", "--sandbox=healthy", cwd=tmp_path)
    done = run(installed, "record", cwd=tmp_path, PATH="/usr/bin:/bin")
    assert done.returncode == 4
    assert done.stderr == ("asbuilt: report.html needs Allure 3: npm install --global allure@3 (Node.js 20 or later)\n")
