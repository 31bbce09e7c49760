"""The notes of a release are what CHANGELOG.md says of it, and no tag is a release that is not that of the version."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fake_runner import plain

HOME = Path(__file__).resolve().parents[2]
SCRIPT = HOME / ".ci" / "release_notes.py"
CHANGELOG = """# Changelog

## [Unreleased]

- soon

## [0.2.0] - 2026-11-29

### Added

- a control, [as asked](https://example.org)

## [0.2] - 2026-01-01

- not this

## [0.1.0] - 2025-01-01

- first
## Notes of others
- foreign

[0.1.0]: https://example.org/v0.1.0
"""


@pytest.fixture(scope="module")
def notes():
    spec = importlib.util.spec_from_file_location("release_notes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def home(tmp_path):
    (tmp_path / "asbuilt").mkdir()
    (tmp_path / "asbuilt" / "__init__.py").write_text('"""A package."""\n\n__version__ = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("0.2.0", "### Added\n\n- a control, [as asked](https://example.org)"),
        ("0.1.0", "- first"),
        ("0.2", "- not this"),
        ("0.3.0", ""),
        ("0.2.0.*", ""),
        ("Unreleased", ""),  # it has no date: nothing was released
    ],
)
def test_a_section_is_what_stands_below_its_heading(notes, version, said):
    assert notes.section(CHANGELOG, version) == said


def test_the_notes_of_the_last_section_have_none_of_the_links(notes):
    assert notes.section("## [1.0.0] - 2026-01-01\n\n- x\n\n[1.0.0]: https://example.org\n", "1.0.0") == "- x"


def test_a_tag_of_the_version_prints_its_section(notes, home, capsys):
    assert notes.main("v0.2.0", home) == 0
    assert capsys.readouterr().out.startswith("### Added\n")


@pytest.mark.parametrize("tag", ["v0.3.0", "0.2.0", "v0.2.0 ", "v0.2.0\nx", ""])
def test_another_tag_is_no_release(notes, home, capsys, tag):
    assert notes.main(tag, home) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err[:12]) == ("", "no release: ")
    assert "0.2.0" in printed.err


def test_a_version_of_which_nothing_is_said_is_no_release(notes, home, capsys):
    (home / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n- soon\n")
    assert notes.main("v0.2.0", home) == 1
    assert "CHANGELOG.md says nothing of 0.2.0" in capsys.readouterr().err


def test_the_command_says_what_it_lacks_of_this_project():
    done = subprocess.run([sys.executable, SCRIPT, "v0"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r'no release: the tag is "v0", not v\d.*\n', done.stderr)


def test_nothing_is_published_that_was_not_checked_built_and_signed():
    jobs = plain(HOME / ".github" / "workflows" / "release.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "check": None, "build": "check", "sign": "build", "publish": "sign", "tell": "publish",
    }  # fmt: skip
    assert not [job for job in jobs.values() if "if" in job]
    scripts = [each["run"] for each in jobs["check"]["steps"] if "run" in each]
    assert [each for each in scripts if ".ci/run" in each]
    assert [each for each in scripts if ".ci/release_notes.py" in each and "--is-ancestor" in each]
    (build,) = [each["run"] for each in jobs["build"]["steps"] if "run" in each]
    assert "--require-hashes" in build
