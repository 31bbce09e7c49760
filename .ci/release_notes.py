"""What CHANGELOG.md says of a version, for the notes of its release: `python .ci/release_notes.py v0.2.0`.

It also holds the tag against the version that is built: where they differ, or nothing is said of it, there is no
release.
"""

import re
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]


def main(tag: str, home: Path = HOME) -> int:
    """Print the section. Gives 1, with a line that says why, where the tag is none of a release."""
    said = (home / "asbuilt" / "__init__.py").read_text("utf-8")
    version = re.search(r'^__version__ = "([^"]+)"$', said, re.MULTILINE)
    built = version[1] if version else ""
    if tag != f"v{built}":
        return _stop(f'the tag is "{tag}", not v{built}: set __version__ in asbuilt/__init__.py, or tag what it says')
    notes = section((home / "CHANGELOG.md").read_text("utf-8"), built)
    if not notes:
        return _stop(f"CHANGELOG.md says nothing of {built}: name its section `## [{built}] - YYYY-MM-DD`")
    sys.stdout.write(f"{notes}\n")
    return 0


def section(text: str, version: str) -> str:
    """Give what stands below a version's heading, without it; nothing where there is no such heading with a date.

    Headings are those of Keep a Changelog: `## [0.2.0] - 2026-11-29`.
    """
    found: list[str] | None = None
    for line in text.splitlines():
        if line.startswith("## "):
            if found is not None:
                break
            heading = re.fullmatch(r"## \[([^\]]+)\] - \d{4}-\d{2}-\d{2}\s*", line)
            found = [] if heading and heading[1] == version else None
        elif found is not None and not re.match(r"\[[^\]]+\]: ", line):  # the links at the end are no one's section
            found.append(line)
    return "\n".join(found or []).strip()


def _stop(said: str) -> int:
    sys.stderr.write(f"no release: {said}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or [""]))
