"""The files of the checkouts as a run has read them, kept beside its record, so that it can be judged again offline.

Of each checkout that is every workflow, action and Procfile that was read, the names of all other files (a check asks
which there are, never what is in them) and where its links lead. A file that the system would not let us read comes
back as one that nobody may read; a folder that it would not list is not kept.
"""

import gzip
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from asbuilt.estate import is_repository
from asbuilt.files import MOST, MOST_OF_AN_OBSERVATION, RefusedError, read
from asbuilt.folders import only_called
from asbuilt.record.bodies import inflated
from asbuilt.record.directory import CHECKOUTS
from asbuilt.record.writing import put
from asbuilt.withholding import Secrets
from asbuilt.workflows.paths import checkout as checkouts
from asbuilt.workflows.paths.checkout import Checkout

FORM = "asbuilt checkouts 1"
_PARTS = re.compile(r"[^\x00]+")


class NoCheckoutsError(ValueError):
    """A file of kept checkouts that cannot be used: the text goes behind its name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Checkouts as they were kept, and the day as of which their files were judged.

    Those of `called` were read for what the workflows of the others call in them.
    """

    day: date
    repositories: Mapping[str, Any]
    called: Mapping[str, Any] = field(default_factory=dict)


def keep(directory: Path, read_ones: Mapping[str, Checkout], day: date, secrets: Secrets) -> None:
    """Write what was read of checkouts into a run's directory. Raises NotWrittenError."""
    plain = {
        "form": FORM,
        "day": day.isoformat(),
        "repositories": {name: _plain(each) for name, each in read_ones.items()},
    }
    if others := only_called(read_ones):
        plain["called"] = {each.sources.repository: _plain(each) for each in others.values()}
    content = secrets.hide_bytes(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii"))
    put(directory / CHECKOUTS, gzip.compress(content, mtime=0))


def kept(path: Path) -> Kept:
    """Read such a file back. Raises NoCheckoutsError."""
    try:
        raw = json.loads(inflated(read(path, MOST_OF_AN_OBSERVATION)))
        if raw["form"] != FORM:
            raise NoCheckoutsError(f'is not of the form "{FORM}"')
        own, called = (
            {str(name): dict(each) for name, each in raw.get(part, {}).items()} for part in ("repositories", "called")
        )
        return Kept(date.fromisoformat(raw["day"]), own, called)
    except RefusedError as error:
        raise NoCheckoutsError(str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, NoCheckoutsError):
            raise
        raise NoCheckoutsError("is not what asbuilt writes there") from error


def restored(found: Kept, scratch: Path) -> dict[str, Checkout]:
    """Give the checkouts back, as they are read to be called, their files in a folder that is empty.

    Raises NoCheckoutsError.
    """
    known = {}
    for number, (name, raw) in enumerate((*found.repositories.items(), *found.called.items())):
        root = scratch / str(number)
        root.mkdir()
        try:
            _lay_out(root, raw)
            known[name] = checkouts.read_to_call(root, name if is_repository(name) else "")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, NoCheckoutsError):
                raise
            raise NoCheckoutsError(f"holds files of {name} that cannot be laid out again") from error
    return known


def _plain(checkout: Checkout) -> dict[str, Any]:
    """Give a checkout by the system's names of its files: the content, or how large it is, or nothing."""
    contents = {**checkout.contents, **_procfiles(checkout)}
    paths = {*checkout.files, *contents, *(each.path for each in checkout.refused), *_unread(checkout)}
    names = {checkout.names.get(each, each): contents.get(each) for each in paths}
    files = {}
    for name, content in names.items():
        if _is_behind_link(name, checkout.links):
            continue  # what the link leads to stands here by its own name
        if content is not None or (checkout.root / name).is_file():
            files[name] = _text(content) if content is not None else _size(checkout.root / name)
    links = {name: _target(checkout.root, to) for name, to in checkout.links.items()}
    return {"files": files, "links": links}


def _is_behind_link(name: str, links: Mapping[str, str]) -> bool:
    parts = name.split("/")
    return any("/".join(parts[:length]) in links for length in range(1, len(parts) + 1))


def _procfiles(checkout: Checkout) -> dict[str, bytes]:
    found = {}
    for each in checkout.procfiles.values():
        with suppress(RefusedError):
            if each.document.unread is None:
                found[each.document.path] = checkout.content(each.document.path)
    return found


def _unread(checkout: Checkout) -> Iterator[str]:
    yield from (each.path for each in checkout.workflow_files)
    yield from (each.document.path for each in checkout.sources.actions.values())
    yield from (each.document.path for each in checkout.procfiles.values())


def _size(path: Path) -> int | bool:
    """Give the size of what is too large to be read; else whether it may be read."""
    try:
        size = path.lstat().st_size
    except OSError:
        return False
    return size if size > MOST else os.access(path, os.R_OK)


def _target(root: Path, to: str) -> dict[str, Any]:
    """Give where a link leads: one that names this very folder leads inside it wherever it is laid out again."""
    top = f"{os.path.realpath(root).rstrip('/')}/"
    return {"to": to.removeprefix(top), "inside": to.startswith(top)}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _lay_out(root: Path, raw: Mapping[str, Any]) -> None:
    """Write files and then links: nothing is written through a link."""
    for name, content in raw["files"].items():
        path = _place(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        match content:
            case str():
                path.write_bytes(content.encode("utf-8", "surrogateescape"))
            case bool():
                path.touch(0o644 if content else 0)
            case int():
                with path.open("wb") as file:
                    file.truncate(min(content, 2 * MOST))  # how much too large it is does not matter
            case _:
                raise NoCheckoutsError("holds something that is no file")
    for name, link in raw["links"].items():
        path = _place(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(f"{root.resolve()}/{link['to']}" if link["inside"] else str(link["to"]))


def _place(root: Path, name: str) -> Path:
    """Give where a file belongs. Raises NoCheckoutsError for a name that leads elsewhere."""
    parts = PurePosixPath(name).parts
    if not _PARTS.fullmatch(name) or not parts or name.startswith("/") or {".", "..", ".git"} & set(parts):
        raise NoCheckoutsError("holds the name of a file that leads out of its folder")
    return root.joinpath(*parts)
