"""Which estate is meant: what somebody names, else the nearest below the repository's root, and never one above it."""

import os
from pathlib import Path

import pytest

from asbuilt.discovery import VARIABLE, find
from asbuilt.estate import source_of
from asbuilt.estate_errors import EstateError
from asbuilt.option_values import OptionError

TREE = {
    "both": ("estate.yaml", ".github/estate.yaml"),
    "hidden": (".github/estate.yaml",),
    "bare": (),
    "": ("estate.yaml",),
}


@pytest.fixture
def top(tmp_path):
    """Give a repository with estates in some of its folders, below a folder that has one too."""
    (tmp_path / "estate.yaml").write_text("estate: somebody else's\n")
    for folder, files in TREE.items():
        (tmp_path / "repository" / folder / "deep/deeper").mkdir(parents=True, exist_ok=True)
        for each in files:
            path = tmp_path / "repository" / folder / each
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"estate: {folder or 'top'}\n")
    (tmp_path / "repository/.git").mkdir()
    return tmp_path / "repository"


@pytest.mark.parametrize(
    ("folder", "path", "said"),
    [
        ("", "estate.yaml", ""),
        ("both", "estate.yaml", "estate.yaml (.github/estate.yaml beside it is passed over)"),
        ("both/deep", "../estate.yaml", "../estate.yaml (../.github/estate.yaml beside it is passed over)"),
        ("hidden", ".github/estate.yaml", ".github/estate.yaml"),
        ("hidden/.github", "estate.yaml", ""),
        ("hidden/deep/deeper", "../../.github/estate.yaml", "../../.github/estate.yaml"),
        ("bare/deep", "../../estate.yaml", "../../estate.yaml"),
    ],
)
def test_the_nearest_is_found(folder, path, said, top):
    found = find(None, {}, top / folder)
    assert (str(found.path), found.said, found.is_there) == (path, said, True)
    assert found.folder == top


def test_nobody_looks_above_the_root_of_a_repository(top):
    (top / "estate.yaml").unlink()
    found = find(None, {}, top / "bare/deep")
    assert (found.is_there, found.said) == (False, "")
    (top / "bare/.git").write_text("gitdir: ../.git/modules/bare\n")
    (top / "estate.yaml").write_text("estate: top\n")
    assert not find(None, {}, top / "bare/deep").is_there  # a submodule is a repository of its own


def test_without_a_repository_the_current_folder_alone_counts(top):
    (top / ".git").rmdir()
    assert find(None, {}, top).is_there
    assert not find(None, {}, top / "bare").is_there


@pytest.mark.parametrize(
    ("given", "variable", "path", "by"),
    [
        ("mine.yaml", "other.yaml", "mine.yaml", "--estate"),
        (None, "other.yaml", "other.yaml", VARIABLE),
        (None, "estate.yaml", "estate.yaml", VARIABLE),
        (None, " ", "estate.yaml", ""),
    ],
)
def test_a_name_goes_before_what_is_found(given, variable, path, by, top):
    found = find(given, {VARIABLE: variable}, top)
    assert (str(found.path), found.by) == (path, by)
    assert (VARIABLE in found.said) is (by == VARIABLE)


def test_a_name_that_nobody_means_is_refused(top):
    with pytest.raises(OptionError, match="--estate: its value is empty"):
        find("", {}, top)
    with pytest.raises(OptionError, match=r"ASBUILT_ESTATE: .* holds a line break"):
        find(None, {VARIABLE: "a\nb"}, top)


def _link_out(path):
    path.symlink_to("../estate.yaml")


def _link_nowhere(path):
    path.symlink_to("nowhere.yaml")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_link_out, "is a link that leads out of the checkout"),
        (_link_nowhere, "cannot be read: No such file or directory"),
        (Path.mkdir, "is a folder"),
        (os.mkfifo, "is a named pipe"),
    ],
)
def test_what_is_found_and_is_no_file_of_the_repository_is_an_error_and_not_passed_over(make, told, top, monkeypatch):
    (top / "estate.yaml").unlink()
    make(top / "estate.yaml")
    monkeypatch.chdir(top / "both/deep")
    (top / "both/estate.yaml").unlink()
    (top / "both/.github/estate.yaml").unlink()
    with pytest.raises(EstateError) as error:
        source_of(find(None, {}, Path.cwd()))
    assert str(error.value).startswith("../../estate.yaml: ")
    assert told in str(error.value)
    assert str(error.value).endswith("; name a file: --estate FILE")


def test_a_link_inside_the_repository_is_followed_and_a_named_file_may_lie_anywhere(top, monkeypatch):
    (top / "bare/estate.yaml").symlink_to("../both/estate.yaml")
    monkeypatch.chdir(top / "bare")
    assert source_of(find(None, {}, Path.cwd())) == b"estate: both\n"
    assert source_of(find("../../estate.yaml", {}, Path.cwd())) == b"estate: somebody else's\n"


def test_an_error_says_where_it_was_looked_for(top, monkeypatch):
    (top / "estate.yaml").unlink()
    monkeypatch.chdir(top / "bare")
    with pytest.raises(EstateError, match=r"here, estate\.yaml or \.github/estate\.yaml or above, up to .*repository;"):
        source_of(find(None, {}, Path.cwd()))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into everything")
def test_a_folder_that_may_not_be_looked_into_is_an_error(top):
    (top / "hidden/.github").chmod(0)
    try:
        with pytest.raises(OptionError, match="nobody can tell whether it is there"):
            find(None, {}, top / "hidden")
    finally:
        (top / "hidden/.github").chmod(0o700)


def test_where_there_is_none_it_is_said_how_to_come_by_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EstateError, match=r"name a file: --estate FILE, or write one of what is there: asbuilt init$"):
        source_of(find(None, {}, Path.cwd()))
