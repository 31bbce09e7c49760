"""The names of the files of a checkout: a walk through its folders that follows no link, and that comes to an end."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from asbuilt.texts import visible

MOST = 500_000
_SKIPPED = frozenset({".git", "node_modules"})
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY


class CheckoutError(ValueError):
    """A folder that cannot be a checkout.

    Its text names the folder and what to do, for whoever has named it.
    """


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a checkout, or a link. `path` is how it is shown to people, `name` what the system knows it by.

    The two differ where the name has characters that nobody can see, or is no text at all.
    """

    path: str
    name: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What a checkout holds, in the order of the names; `shut` has the folders that could not be listed, and why.

    Folders are no entries. The names in `shut` are the system's, relative to the checkout.
    """

    entries: tuple[Entry, ...]
    shut: dict[str, str]


def listed(root: Path, most: int = MOST) -> Listing:
    """List a checkout. Raises CheckoutError where its folder cannot be listed, or holds too much to be a checkout.

    Names are relative, with forward slashes. Nothing is listed of `.git` and `node_modules`, wherever they are, and
    nothing behind a link. A folder below that cannot be listed is no error: `shut` says so. `most` counts files, links
    and folders.
    """
    names: list[tuple[str, bool]] = []
    shut: dict[str, str] = {}
    ahead, count = [""], 0
    while ahead:
        folder = ahead.pop()
        try:
            found = list(_in(root, folder))
        except OSError as error:
            if not folder:
                raise CheckoutError(f"{root} cannot be read: {error.strerror}") from error
            shut[folder] = f"cannot be read: {error.strerror}"
            continue
        count += len(found)
        if count > most:
            raise CheckoutError(
                f"{root} holds more than {most} files and folders, which are not all read; "
                "it may be the wrong folder: --checkout DIR names that of one repository"
            )
        for name, kind in found:
            path = f"{folder}/{name}" if folder else name
            if kind != "folder":
                names.append((path, kind == "link"))
            elif name not in _SKIPPED:
                ahead.append(path)
    return Listing(tuple(_shown(sorted(names))), dict(sorted(shut.items())))


def _in(root: Path, folder: str) -> Iterator[tuple[str, str]]:
    """Give the names in a folder, each as a folder, a link or a file. Raises OSError."""
    descriptor = os.open(os.path.join(root, folder), _FOLDER | (os.O_NOFOLLOW if folder else 0))  # noqa: PTH118
    try:
        with os.scandir(descriptor) as entries:
            for each in entries:
                is_folder = each.is_dir(follow_symlinks=False)
                yield each.name, "folder" if is_folder else "link" if each.is_symlink() else "file"
    finally:
        os.close(descriptor)


def _shown(names: list[tuple[str, bool]]) -> Iterator[Entry]:
    """Give each name as people see it; two that look the same stay two."""
    taken: set[str] = set()
    for name, is_link in names:
        path = first = visible(name)
        number = 1
        while path in taken:
            number += 1
            path = str(PurePosixPath(first).with_stem(f"{PurePosixPath(first).stem} ({number})"))
        taken.add(path)
        yield Entry(path, name, is_link)
