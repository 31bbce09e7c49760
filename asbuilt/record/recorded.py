"""A run as its directory tells of it, read back: somebody else may have written, cut or changed every file of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read
from asbuilt.record.directory import COLLECTED, JOURNAL, MANIFEST, VERDICTS
from asbuilt.record.manifest import Manifest, restored


class NoRunError(ValueError):
    """A folder that is no run's, or a file of one that cannot be read: the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a run's directory holds; None where that is not there: a run that did not end has no manifest.

    `verdicts` are those of `verdicts.json`, `journal` the lines of `verdicts.jsonl` as they came, a torn last one left
    out; `collected` is what was to be judged.
    """

    directory: Path
    manifest: Manifest | None
    collected: dict[str, Any] | None
    verdicts: tuple[dict[str, Any], ...] | None
    journal: tuple[dict[str, Any], ...] | None


def recorded(directory: Path) -> Recorded:
    """Read a run's directory. Raises NoRunError."""
    if not directory.is_dir():
        raise NoRunError(f"{directory} is no folder")
    content = {name: _content(directory / name) for name in (MANIFEST, COLLECTED, VERDICTS, JOURNAL)}
    if not any(content.values()):
        raise NoRunError(f"{directory} is not a run's directory: name one, such as reports/latest")
    verdicts = _json(directory / VERDICTS, content[VERDICTS], list)
    journal = content[JOURNAL]
    return Recorded(
        directory,
        manifest=_manifest(directory / MANIFEST, content[MANIFEST]),
        collected=_json(directory / COLLECTED, content[COLLECTED], dict),
        verdicts=None if verdicts is None else tuple(each for each in verdicts if isinstance(each, dict)),
        journal=None if journal is None else tuple(_lines(directory / JOURNAL, journal)),
    )


def _content(path: Path) -> bytes | None:
    if not path.exists():
        return None
    try:
        return read(path, MOST_OF_AN_OBSERVATION)
    except RefusedError as error:
        raise NoRunError(f"{path} {error}") from error


def _manifest(path: Path, content: bytes | None) -> Manifest | None:
    try:
        return None if content is None else restored(content)
    except ValueError as error:
        raise NoRunError(f"{path} is no manifest that asbuilt wrote") from error


def _json(path: Path, content: bytes | None, kind: type) -> Any:
    if content is None:
        return None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoRunError(f"{path} is no JSON") from error
    if not isinstance(value, kind):
        raise NoRunError(f"{path} is not what asbuilt writes there")
    return value


def _lines(path: Path, content: bytes) -> Iterator[dict[str, Any]]:
    """Give the verdicts of a journal; its last line may have been cut by the death of the run."""
    *whole, _ = content.split(b"\n")
    for number, each in enumerate(whole, 1):
        value = _json(path.with_name(f"{path.name}:{number}"), each, dict)
        yield value
