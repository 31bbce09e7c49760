"""The run's directory: always fresh, `latest` points to it, and no secret stays in it."""

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex

from asbuilt.record.writing import NotWrittenError, Written, put
from asbuilt.withholding import Secrets

BASE = "base.json"
BODIES = "bodies.json.gz"
CAUSES = "causes.json"
CHECKOUTS = "checkouts.json.gz"
COLLECTED = "collected.json"
CONTEXT = "environment.properties"
ESTATE = "estate.yaml"
JOURNAL = "verdicts.jsonl"
LINT = "lint.json"
MANIFEST = "manifest.json"
OBSERVATION = "observation.json"
OUTPUTS = "outputs.txt"
PREDICATE = "predicate.json"
RESULTS = "allure-results"
STATEMENT = "statement.intoto.json"
SUMMARY = "summary.md"
TERMINAL = "terminal.txt"
VERDICTS = "verdicts.json"
SANDBOX = "sandbox-"  # what the name of a run begins with that asked no provider, but a sandbox
STAMP = rf"(?:{SANDBOX})?(\d{{8}}T\d{{6}}Z)"
_NAME = re.compile(rf"{STAMP}-[0-9a-f]{{4,}}")
_PACKED = frozenset({BODIES, CHECKOUTS})


def new_directory(evidence: Path, clock: datetime | None = None) -> Path:
    """Make `EVIDENCE/TIME-ID`, or `EVIDENCE/sandbox-TIME-ID` for a run in a sandbox, whose `clock` it is then.

    No two runs have one, though they begin in the same second: where the folder is there already, another is made.
    """
    now = (clock or datetime.now(UTC)).astimezone(UTC)
    begins = SANDBOX if clock else ""
    evidence.mkdir(parents=True, exist_ok=True)
    while True:
        directory = evidence / f"{begins}{now:%Y%m%dT%H%M%SZ}-{token_hex(4)}"
        with suppress(FileExistsError):
            directory.mkdir()
            return directory


def is_name_of_a_run(name: str) -> bool:
    """Say whether a folder has the name of a run's directory: one that died at once left nothing else."""
    return _NAME.fullmatch(name) is not None


def point_latest(directory: Path) -> None:
    """Let `latest` beside a run's directory point to it, at once; where links are not to be had, do without."""
    latest = directory.parent / "latest"
    coming = directory.parent / f".latest-{directory.name}"
    try:
        coming.symlink_to(directory.name, target_is_directory=True)
        coming.replace(latest)
    except OSError:
        with suppress(OSError):
            coming.unlink(missing_ok=True)


def scan(
    directory: Path, secrets: Secrets, *elsewhere: Path, known: Mapping[str, Written] | None = None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read every file of a run again, and those that it left elsewhere.

    Gives the digest of each by its path in the directory, and where a secret still stood, and whose. It is withheld
    there, and where that cannot be written, the file is deleted. It is a net below the one way to write: what it
    catches is a fault of ours. What is `known` by its path in the directory, and still has the size that was written,
    is not read again: there are thousands of results.
    """
    sizes = dict(sorted(_files(directory, "")))
    digests = {path: each.sha256 for path, each in (known or {}).items() if sizes.get(path) == each.size}
    caught = []
    unknown = [directory / path for path in sizes if path not in digests]
    for path in (*unknown, *(each for each in elsewhere if each.is_file())):
        content = path.read_bytes()
        inside = _unpacked(path, content)
        if names := secrets.standing(inside):
            shown = path.relative_to(directory) if path.is_relative_to(directory) else path
            caught.append(f"{shown} held {' and '.join(names)}")
            hidden = secrets.hide_bytes(inside)
            content = gzip.compress(hidden, mtime=0) if path.name in _PACKED else hidden
            try:
                put(path, content)
            except NotWrittenError:
                path.unlink(missing_ok=True)
                continue
        if path.is_relative_to(directory):
            digests[path.relative_to(directory).as_posix()] = hashlib.sha256(content).hexdigest()
    return digests, tuple(caught)


def _files(directory: Path, below: str) -> Iterator[tuple[str, int]]:
    """Give the files below a folder by their path in the directory, with their size; none that is behind a link."""
    with os.scandir(directory / below) as entries:
        for each in entries:
            path = f"{below}{each.name}"
            if each.is_dir(follow_symlinks=False):
                yield from _files(directory, f"{path}/")
            elif each.is_file(follow_symlinks=False):
                yield path, each.stat(follow_symlinks=False).st_size


def _unpacked(path: Path, content: bytes) -> bytes:
    """Give the content of a file as it is read: what is compressed, as it was before."""
    try:
        return gzip.decompress(content) if path.name in _PACKED else content
    except (OSError, EOFError, zlib.error):
        return content


def today() -> date:
    """Give the date by this machine's clock, for a run that asks no provider."""
    return datetime.now(UTC).date()
