"""Files that somebody else may have written: the one place where they are read, each regular, bounded, in its folder.

A pull request can hold a link to `/proc/self/environ`, a link to a device, a file of a gigabyte. What is read:

- of a checkout, a regular file in it, of at most 1 MiB. A link is followed by hand, as long as it leads to another file
  of the checkout; nothing outside is so much as looked at, and nothing in `.git`, where a token can stand.
- what a user names, a regular file of at most so many bytes. It may be a link, since it is the user's.

Folders, devices, named pipes and sockets are refused before they are opened, and once more when they are open: nothing
can be put in a file's place between look and read. What grows while it is read is read up to the bound.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

MOST = 2**20
MOST_OF_AN_OBSERVATION = 256 * 2**20
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK  # a fifo without a writer must not make us wait
_FOLDER = _OPEN | os.O_DIRECTORY | os.O_NOFOLLOW
_LINKS = 40  # as many as Linux follows
_AT_ONCE = 2**20
_GIT = ".git"
_INTO_GIT = "into .git; nothing of what git keeps there is read"
_OUT = "out of the checkout; only files inside it are read"
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_NO_NAME = "is no name of a file"


class RefusedError(ValueError):
    """A file that is not read: the text goes behind its name, and says why and what is allowed."""


class NotThereError(RefusedError):
    """A file that is not there, or a link to one."""


def read(path: Path, most: int = MOST) -> bytes:
    """Read a regular file that a user names, at most so many bytes. Raises RefusedError."""
    with _refusals():
        _refuse_other_kinds(path.stat())
        return _read(os.open(path, _OPEN), most)


def read_inside(root: Path, path: str, most: int = MOST) -> bytes:
    """Read a regular file of a checkout by its path, at most so many bytes; a link may lead to another file of it.

    Raises RefusedError.
    """
    with _refusals(), _found(root, path) as (folder, name):
        return _read(os.open(name, _OPEN | os.O_NOFOLLOW, dir_fd=folder), most)


def is_file_inside(root: Path, path: str) -> bool:
    """Tell whether a path leads to a regular file of a checkout."""
    try:
        look_inside(root, path)
    except RefusedError:
        return False
    return True


def look_inside(root: Path, path: str) -> None:
    """Raise RefusedError where a path does not lead to a regular file of a checkout; its size does not matter."""
    with _refusals(), _found(root, path):
        pass


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the system says of a file, and of its name, into RefusedError."""
    try:
        yield
    except RefusedError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotThereError("is not there") from error
    except OSError as error:
        raise RefusedError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL in its name, or half of a character
        raise RefusedError(_NO_NAME) from error


@contextmanager
def _found(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """Give a regular file of a checkout as its folder, open, and its name there: no part of either is a link."""
    with ExitStack() as opened:

        def enter(name: str | Path, flags: int, above: int | None = None) -> int:
            descriptor = os.open(name, flags, dir_fd=above)
            opened.callback(os.close, descriptor)
            return descriptor

        top = enter(root, _OPEN | os.O_DIRECTORY)
        folders, links, ahead = [top], 0, _parts(path, 0)
        while ahead:
            name = ahead.pop()
            if name == "..":
                folders.pop()
            if not folders or name.lower() == _GIT:
                raise RefusedError(_leads(_INTO_GIT if folders else _OUT, links))
            if name == "..":
                continue
            seen = os.stat(name, dir_fd=folders[-1], follow_symlinks=False)
            if stat.S_ISLNK(seen.st_mode):
                links += 1
                target = os.readlink(name, dir_fd=folders[-1])
                own = _own(root, target)
                folders = folders if own == target else [top]
                ahead += _parts(own, links)
            elif ahead:
                folders.append(enter(name, _FOLDER, folders[-1]))
            else:
                _refuse_other_kinds(seen)
                yield folders[-1], name
                return
        raise RefusedError(_other("a folder"))


def _parts(path: str, links: int) -> list[str]:
    """Give the parts of a path, the first at the end. Raises RefusedError for one that cannot be gone."""
    if path.startswith("/"):
        raise RefusedError(_leads(_OUT, links))
    if links > _LINKS:
        raise RefusedError(f"is a link that leads through more than {_LINKS} others, or in a circle")
    return [each for each in reversed(path.split("/")) if each not in {"", "."}]


def _own(root: Path, target: str) -> str:
    """Give the target of a link, an absolute one that leads into the checkout as a path there."""
    top = f"{os.path.realpath(root).rstrip('/')}/"
    return target.removeprefix(top) if target.startswith("/") else target


def _leads(where: str, links: int) -> str:
    return f"{'is a link that ' if links else ''}leads {where}"


def _other(kind: str) -> str:
    return f"is {kind}; only regular files are read"


def _refuse_other_kinds(seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        kind = next((words for is_kind, words in _KINDS if is_kind(seen.st_mode)), "no regular file")
        raise RefusedError(_other(kind))


def _read(descriptor: int, most: int) -> bytes:
    try:
        seen = os.fstat(descriptor)
        _refuse_other_kinds(seen)
        content = bytearray()
        # The size is only what the system says: files of /proc have none, and a file may grow.
        while seen.st_size <= most and len(content) <= most:
            part = os.read(descriptor, min(_AT_ONCE, most + 1 - len(content)))
            if not part:
                return bytes(content)
            content += part
    finally:
        os.close(descriptor)
    raise RefusedError(f"is larger than {_size(most)}; no more is read")


def _size(number: int) -> str:
    return f"{number // 2**20} MiB" if number >= 2**20 else f"{number} bytes"
