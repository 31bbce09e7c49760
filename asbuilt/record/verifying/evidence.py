"""A run's directory read back for `asbuilt verify`: whatever is wrong with a file is noted, and nothing is followed."""

import hashlib
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read_inside
from asbuilt.record.directory import CHECKOUTS, COLLECTED, JOURNAL, MANIFEST, VERDICTS, is_name_of_a_run
from asbuilt.record.manifest import FORM, Manifest, restored
from asbuilt.record.recorded import NoRunError
from asbuilt.record.verifying.checked import Misfit
from asbuilt.verdicts import Outcome

_MOST_ENTRIES = 1_000_000
_OUTCOMES = frozenset(Outcome)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands in a run's directory.

    `files` are the paths of its regular files, `refused` those of all else in it, with the reason. `manifest` is None
    where there is none that can be read; `sha256` is the digest of its file then too. `records` are the verdicts of
    `verdicts.json` by id, `journal` the last line of each id. `broken` is what cannot be read as what it should be.
    """

    directory: Path
    files: frozenset[str]
    refused: dict[str, str]
    manifest: Manifest | None
    sha256: str
    collected: dict[str, Any] | None
    records: dict[str, dict[str, Any]] | None
    journal: dict[str, dict[str, Any]] | None
    broken: tuple[Misfit, ...]
    twice: tuple[Misfit, ...] = field(default=())

    def content(self, path: str) -> bytes | None:
        """Give the content of a file; None where it is not a regular file of the directory, or cannot be read."""
        if path not in self.files:
            return None
        try:
            return read_inside(self.directory, path, MOST_OF_AN_OBSERVATION)
        except RefusedError:
            return None

    def json(self, path: str, kind: type) -> Any:
        """Give what a file holds as JSON, where it is of a kind; else None."""
        return _json(self.content(path), kind)

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """What each check came to, by its id."""
        return {each: Outcome(record["outcome"]) for each, record in (self.records or {}).items()}


def evidence(directory: Path) -> Evidence:
    """Read a run's directory. Raises NoRunError for what is none."""
    if not directory.is_dir():
        raise NoRunError(f"{directory} is no folder")
    root = directory.resolve()
    files, refused = _listed(root)
    known = {MANIFEST, COLLECTED, VERDICTS, JOURNAL, CHECKOUTS}  # the last is written first
    if not known & (files | refused.keys()) and not is_name_of_a_run(root.name):
        raise NoRunError(f"{directory} is not a run's directory: name one, such as reports/latest")
    found = Evidence(root, frozenset(files), refused, None, "", None, None, None, ())
    broken: list[Misfit] = []
    twice: list[Misfit] = []
    manifest, sha256 = _manifest(found, broken)
    return Evidence(
        root,
        frozenset(files),
        refused,
        manifest,
        sha256,
        _expected(found, COLLECTED, dict, broken),
        _records(found, broken, twice),
        _journal(found, broken, twice),
        tuple(broken),
        tuple(twice),
    )


def _listed(root: Path) -> tuple[set[str], dict[str, str]]:
    """Give the regular files of a folder, and all else in it that is no folder. No link is followed."""
    files: set[str] = set()
    refused: dict[str, str] = {}
    ahead = [""]
    while ahead:
        folder = ahead.pop()
        try:
            names = sorted(each.name for each in (root / folder).iterdir())
        except OSError as error:
            refused[folder] = f"cannot be listed: {error.strerror}"
            continue
        for name in names:
            path = f"{folder}/{name}" if folder else name
            kind = (root / path).lstat().st_mode
            if stat.S_ISDIR(kind):
                ahead.append(path)
            elif stat.S_ISREG(kind):
                files.add(path)
            else:
                refused[path] = "is a link: no run writes one" if stat.S_ISLNK(kind) else "is no regular file"
        if len(files) + len(refused) + len(ahead) > _MOST_ENTRIES:
            raise NoRunError(f"{root} holds more than {_MOST_ENTRIES:,} files: it is no run's directory")
    return files, refused


def _manifest(found: Evidence, broken: list[Misfit]) -> tuple[Manifest | None, str]:
    content = found.content(MANIFEST)
    if content is None:
        if MANIFEST in found.files:
            broken.append(Misfit(MANIFEST, "cannot be read"))
        return None, ""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        manifest = restored(content)
    except ValueError:
        broken.append(Misfit(MANIFEST, "is no manifest that asbuilt wrote: it was cut or changed"))
        return None, sha256
    if manifest.form != FORM:
        broken.append(Misfit(MANIFEST, f'is of the form "{manifest.form}", and this asbuilt knows "{FORM}"'))
        return None, sha256
    return manifest, sha256


def _expected(found: Evidence, path: str, kind: type, broken: list[Misfit]) -> Any:
    """Give what a file holds that every run has; note where it does not."""
    if path not in found.files:
        return None
    value = found.json(path, kind)
    if value is None:
        broken.append(Misfit(path, "is not what asbuilt writes there: it was cut or changed"))
    return value


def _records(found: Evidence, broken: list[Misfit], twice: list[Misfit]) -> dict[str, dict[str, Any]] | None:
    listed = _expected(found, VERDICTS, list, broken)
    if listed is None:
        return None
    records: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(listed, 1):
        if not _is_record(each):
            broken.append(Misfit(f"{VERDICTS} entry {number}", "is no verdict"))
        elif each["id"] in records:
            twice.append(Misfit(each["id"], f"has more than one verdict in {VERDICTS}"))
        else:
            records[each["id"]] = each
    return records


def _journal(found: Evidence, broken: list[Misfit], twice: list[Misfit]) -> dict[str, dict[str, Any]] | None:
    content = found.content(JOURNAL)
    if content is None:
        return None
    records: dict[str, dict[str, Any]] = {}
    for number, each in _lines(content):
        if not _is_record(each):
            broken.append(Misfit(f"{JOURNAL}:{number}", "is no verdict: it was cut or changed"))
        elif each["id"] in records and each.get("amended") is not True:
            twice.append(Misfit(each["id"], f"has a second verdict in {JOURNAL}:{number}, which amends none"))
        else:
            records[each["id"]] = each
    return records


def _lines(content: bytes) -> Iterator[tuple[int, Any]]:
    *whole, torn = content.split(b"\n")
    for number, each in enumerate([*whole, *([torn] if torn else [])], 1):
        yield number, _json(each, dict)


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and value.get("outcome") in _OUTCOMES


def _json(content: bytes | None, kind: type) -> Any:
    if content is None:
        return None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, kind) else None
