"""The commit of what was judged: its own, and never that of a repository that it happens to lie in."""

import shutil
import subprocess

import pytest

from asbuilt.record.sources import source

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder, *arguments):
    own = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *own, "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository of one commit, with a folder in it."""
    (tmp_path / "inner").mkdir()
    for name in ("estate.yaml", "inner/file"):
        (tmp_path / name).write_text("a")
    (tmp_path / ".gitignore").write_text("ignored*\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "a")
    return tmp_path


def test_folder_has_the_commit_of_its_own_repository(repository):
    commit = git(repository, "rev-parse", "HEAD")
    found = source(repository, "digest")
    assert (found.commit, found.dirty, found.sha256) == (commit, False, "digest")
    (repository / "new").write_text("a")
    assert source(repository).dirty


@pytest.mark.parametrize("inside", ["nothing", "an empty .git"])
def test_folder_inside_another_repository_has_none(repository, inside):
    if inside != "nothing":
        (repository / "inner" / ".git").mkdir()
    found = source(repository / "inner", "digest")
    assert (found.commit, found.dirty, found.sha256) == ("", None, "digest")


def test_worktree_is_a_repository_of_its_own(repository, tmp_path_factory):
    tree = tmp_path_factory.mktemp("worktree") / "own"
    git(repository, "worktree", "add", "-q", str(tree))
    assert source(tree).commit == git(repository, "rev-parse", "HEAD")


def test_file_has_the_commit_of_the_repository_that_it_is_in(repository):
    found = source(repository / "estate.yaml")
    assert (found.commit, found.dirty) == (git(repository, "rev-parse", "HEAD"), False)


@pytest.mark.parametrize("name", ["new.yaml", "ignored.yaml"])
def test_file_that_no_commit_holds_differs(repository, name):
    (repository / name).write_text("a")
    assert source(repository / name).dirty
