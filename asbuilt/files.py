"""Files that somebody else may have written: the one place where they are read, each regular, bounded, in its folder.

A pull request can hold a link to `/proc/self/environ`, a link to a device, a file of a gigabyte. So a file of a
checkout is opened part by part without following a link, and it is the open file that is looked at: nothing can be put
in its place between look and read. A file that a user names may be a link, since it is the user's; it is regular too.
"""

import os
import stat
from pathlib import Path

MOST = 2**20
MOST_OF_AN_OBSERVATION = 256 * 2**20
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK  # a fifo without a writer must not make us wait
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class RefusedError(ValueError):
    """A file that is not read: the text goes behind its name, and says why and what is allowed."""


def read(path: Path, most: int = MOST) -> bytes:
    """Read a regular file that a user names, at most so many bytes. Raises RefusedError."""
    try:
        return _read(os.open(path, _OPEN), most)
    except OSError as error:
        raise RefusedError(_reason(error)) from error
    except ValueError as error:  # a NUL in its name
        raise RefusedError("is no name of a file") if not isinstance(error, RefusedError) else error from error


def read_inside(root: Path, path: str, most: int = MOST) -> bytes:
    """Read a regular file of a checkout by its path, at most so many bytes; a link may lead to another file of it.

    Raises RefusedError.
    """
    top = os.path.realpath(root)
    there = os.path.realpath(os.path.join(top, path))  # noqa: PTH118 - as bytes of the name stand, whatever they are
    if not there.startswith(f"{top.rstrip('/')}/"):
        raise RefusedError("is a link that leads out of the checkout; only files inside it are read")
    *folders, name = os.path.relpath(there, top).split("/")
    opened = []
    try:
        opened.append(os.open(top, _OPEN | os.O_DIRECTORY))
        for folder in folders:
            opened.append(os.open(folder, _OPEN | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=opened[-1]))
        return _read(os.open(name, _OPEN | os.O_NOFOLLOW, dir_fd=opened[-1]), most)
    except OSError as error:
        raise RefusedError(_reason(error)) from error
    finally:
        for each in opened:
            os.close(each)


def _read(descriptor: int, most: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "no regular file")
            raise RefusedError(f"is {kind}; only regular files are read")
        content = file.read(most + 1)
    if len(content) > most:
        raise RefusedError(f"is larger than {_size(most)}; no more is read")
    return content


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    return f"cannot be read: {error.strerror}"


def _size(number: int) -> str:
    return f"{number // 2**20} MiB" if number >= 2**20 else f"{number} bytes"
