"""Lay a static fault over a copy of a repository."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def apply(edits: Iterable[Mapping[str, Any]], root: Path) -> None:
    """Apply the edits of a fault under a folder.

    An edit has a `file`, and either `delete: true`, or `write` with the whole new text, or `replace` and `with`. Raises
    ValueError where the text to replace does not occur exactly once, FileNotFoundError where there is no such file.
    """
    for edit in edits:
        path = root / edit["file"]
        if "write" in edit:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit["write"], "utf-8")
        elif edit.get("delete") is True:
            path.unlink()
        else:
            text = path.read_text("utf-8")
            if (count := text.count(edit["replace"])) != 1:
                raise ValueError(f"{edit['file']}: {edit['replace']!r} occurs {count} times, expected once")
            path.write_text(text.replace(edit["replace"], edit["with"]), "utf-8")
