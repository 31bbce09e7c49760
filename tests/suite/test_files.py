"""What is read of somebody else's files, and what is refused."""

import os
import socket
from pathlib import Path

import pytest

from asbuilt.files import RefusedError, look_inside, read, read_inside

CANARY = b"the secret of another place"
OUT = "leads out of the checkout; only files inside it are read"
LINK_OUT = f"is a link that {OUT}"


@pytest.fixture
def root(tmp_path):
    """A checkout; beside it a file that nobody may read, and a folder with another."""
    (tmp_path / "secret").write_bytes(CANARY)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "file").write_bytes(CANARY)
    folder = tmp_path / "checkout"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").write_bytes(b"own")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(CANARY)
    return folder


def refused(root, path, most=2**20):
    with pytest.raises(RefusedError) as error:
        read_inside(root, path, most)
    if "larger" not in str(error.value):
        with pytest.raises(RefusedError):
            look_inside(root, path)
    return str(error.value)


def linked(root, target, path="link"):
    (root / path).symlink_to(target)
    return path


@pytest.mark.parametrize(
    "target", ["a/b/file", "./a//b/../b/file", "a/b/../../a/b/file", "{root}/a/b/file", "../checkout/a/b/file"]
)
def test_a_link_may_lead_to_another_file_of_the_checkout(root, target):
    if target.startswith("../"):  # out of it, and in again: whatever stands there then, that is not its own
        assert refused(root, linked(root, target)) == LINK_OUT
    else:
        assert read_inside(root, linked(root, target.format(root=root))) == b"own"


def test_a_folder_on_the_way_may_be_a_link_inside_the_checkout(root):
    assert read_inside(root, f"{linked(root, 'a')}/b/file") == b"own"
    assert read_inside(root, f"{linked(root, 'a/b', 'deep')}/../b/file") == b"own"


def test_a_link_below_may_have_its_target_from_the_root(root):
    assert read_inside(root, linked(root, f"{root}/a/b/file", "a/link")) == b"own"


def test_the_checkout_itself_may_be_a_link(root, tmp_path):
    (tmp_path / "there").symlink_to(root)
    assert read_inside(tmp_path / "there", "a/b/file") == b"own"
    assert refused(tmp_path / "there", linked(root, "../secret")) == LINK_OUT


@pytest.mark.parametrize(
    "target",
    ["../secret", "{root}/../secret", "a/../../secret", "/proc/self/environ", "/dev/zero", "/", "..", "{root}x"],
)
def test_a_link_that_leads_out_is_refused(root, target):
    (root.parent / "checkoutx").write_bytes(CANARY)
    assert refused(root, linked(root, target.format(root=root))) == LINK_OUT


def test_a_link_that_leads_out_in_the_middle_of_a_path_is_refused(root):
    assert refused(root, f"{linked(root, '../away')}/file") == LINK_OUT
    assert refused(root, f"{linked(root, 'link', 'second')}/file") == LINK_OUT


@pytest.mark.parametrize("path", ["../secret", "a/../../secret", "{root}/a/b/file", "/etc/passwd"])
def test_a_path_that_leads_out_is_refused(root, path):
    assert refused(root, path.format(root=root)) == OUT


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("link", "is a link that leads into .git; nothing of what git keeps there is read"),
        (".git/config", "leads into .git; nothing of what git keeps there is read"),
        ("a/../.GIT/config", "leads into .git; nothing of what git keeps there is read"),
    ],
)
def test_what_git_keeps_is_refused(root, path, reason):
    linked(root, ".git/config")
    assert refused(root, path) == reason


def test_links_in_a_circle_and_endless_chains_are_refused(root):
    circle = "is a link that leads through more than 40 others, or in a circle"
    assert refused(root, linked(root, "link")) == circle
    for number in range(2000):
        linked(root, f"n{number + 1}", f"n{number}")
    linked(root, "a/b/file", "n2000")
    assert refused(root, "n0") == circle
    assert read_inside(root, "n1970") == b"own"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone", "is not there"),
        ("a/b/file/x", "is not there"),
        ("", "is a folder; only regular files are read"),
        (".", "is a folder; only regular files are read"),
        ("a/b", "is a folder; only regular files are read"),
        ("a\0b", "is no name of a file"),
        ("a\ud800b", "is no name of a file"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_what_is_no_file_is_refused(root, path, reason):
    assert refused(root, path) == reason


def test_a_link_to_nothing_is_refused(root):
    assert refused(root, linked(root, "gone")) == "is not there"


def test_pipes_sockets_and_devices_are_refused_at_once(root, monkeypatch):
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    expected = {"pipe": "is a named pipe", "socket": "is a socket"}
    for name, kind in expected.items():
        assert refused(root, name) == f"{kind}; only regular files are read"
        with pytest.raises(RefusedError, match=kind):
            read(root / name)
    for name, kind in {"/dev/zero": "is a device", "/dev": "is a folder"}.items():
        with pytest.raises(RefusedError, match=f"^{kind}; only regular files are read$"):
            read(Path(name))


def test_a_name_that_is_not_utf8_is_read(root):
    (root / os.fsdecode(b"caf\xe9")).write_bytes(b"own")
    assert read_inside(root, os.fsdecode(b"caf\xe9")) == b"own"


def test_no_more_is_read_than_the_bound(root, monkeypatch):
    (root / "large").write_bytes(b"x" * 11)
    assert read_inside(root, "large", 11) == read(root / "large", 11) == b"x" * 11
    assert refused(root, "large", 10) == "is larger than 10 bytes; no more is read"
    (root / "sparse").touch()
    os.truncate(root / "sparse", 2**40)
    assert refused(root, "sparse") == "is larger than 1 MiB; no more is read"
    taken = []
    real = os.read
    monkeypatch.setattr(os, "read", lambda *each: taken.append(real(*each)) or taken[-1])
    # It has no size, and more in it than one would like.
    with pytest.raises(RefusedError, match="is larger than 100 bytes"):
        read(Path("/proc/self/smaps"), 100)
    assert sum(map(len, taken)) == 101


def test_what_the_system_refuses_is_told_in_its_words(root):
    with pytest.raises(RefusedError, match=r"^cannot be read: Input/output error$"):
        read(Path("/proc/self/mem"))
    with pytest.raises(RefusedError, match=r"^is not there$"):
        read(root / "gone")
    with pytest.raises(RefusedError, match=r"^is no name of a file$"):
        read(Path("a\0b"))


def test_what_a_user_names_may_be_a_link(root):
    assert read(root / linked(root, "../secret")) == CANARY


@pytest.mark.parametrize("swapped", ["a", "a/b/file"])
def test_nothing_can_be_put_in_its_place_between_look_and_read(root, swapped, monkeypatch):
    """A part of the path becomes a link out of the checkout as soon as it was looked at."""
    (root.parent / "b").mkdir()
    (root.parent / "b" / "file").write_bytes(CANARY)
    real = os.stat

    def swap(path, **more):
        found = real(path, **more)
        if path == Path(swapped).name and "dir_fd" in more:
            monkeypatch.setattr(os, "stat", real)
            (root / swapped).rename(root / "moved")
            (root / swapped).symlink_to(root.parent if swapped == "a" else root.parent / "secret")
        return found

    monkeypatch.setattr(os, "stat", swap)
    with pytest.raises(RefusedError):
        read_inside(root, "a/b/file")
    assert (root / "moved").exists()


def test_a_file_that_becomes_a_pipe_is_refused(root, monkeypatch):
    real = os.stat

    def swap(path, **more):
        found = real(path, **more)
        if path == "file":
            (root / "a/b/file").unlink()
            os.mkfifo(root / "a/b/file")
        return found

    monkeypatch.setattr(os, "stat", swap)
    assert "named pipe" in refused(root, "a/b/file")
