"""The run's directory: always fresh, `latest` points to it, and no secret stays in it."""

import gzip
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex

from asbuilt.record.writing import NotWrittenError, put
from asbuilt.withholding import Secrets

BODIES = "bodies.json.gz"
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
VERDICTS = "verdicts.json"


def new_directory(evidence: Path, clock: datetime | None = None) -> Path:
    """Make `EVIDENCE/TIME-ID`. The time is that of the world that is judged: `clock` in a sandbox, else now, UTC."""
    now = (clock or datetime.now(UTC)).astimezone(UTC)
    directory = evidence / f"{now:%Y%m%dT%H%M%SZ}-{token_hex(2)}"
    directory.mkdir(parents=True)
    return directory


def point_latest(directory: Path) -> None:
    """Let `latest` beside a run's directory point to it; where links are not to be had, do without."""
    latest = directory.parent / "latest"
    try:
        latest.unlink(missing_ok=True)
        latest.symlink_to(directory.name, target_is_directory=True)
    except OSError:
        return


def withhold(directory: Path, secrets: Secrets, *elsewhere: Path) -> tuple[str, ...]:
    """Read every file of a run again, and those that it left elsewhere; say where a secret still stands, and whose.

    It is withheld there, and where that cannot be written, the file is deleted. It is a net below the one way to write:
    what it catches is a fault of ours.
    """
    inside = sorted(each for each in directory.rglob("*") if each.is_file() and not each.is_symlink())
    caught = []
    for path in (*inside, *(each for each in elsewhere if each.is_file())) if secrets.held else ():
        content = _content(path)
        if names := secrets.standing(content):
            shown = path.relative_to(directory) if path.is_relative_to(directory) else path
            caught.append(f"{shown} held {' and '.join(names)}")
            hidden = secrets.hide_bytes(content)
            try:
                put(path, gzip.compress(hidden, mtime=0) if path.name == BODIES else hidden)
            except NotWrittenError:
                path.unlink(missing_ok=True)
    return tuple(caught)


def _content(path: Path) -> bytes:
    """Give the content of a file as it is read: what is compressed, as it was before."""
    content = path.read_bytes()
    try:
        return gzip.decompress(content) if path.name == BODIES else content
    except (OSError, EOFError, zlib.error):
        return content


def today() -> date:
    """Give the date by this machine's clock, for a run that asks no provider."""
    return datetime.now(UTC).date()
