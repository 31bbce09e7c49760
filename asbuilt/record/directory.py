"""The run's directory: always fresh, `latest` points to it, and no secret stays in it."""

import base64
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

CONTEXT = "environment.properties"
LINT = "lint.json"
OBSERVATION = "observation.json"
RESULTS = "allure-results"
VERDICTS = "verdicts.json"
_WITHHELD = b"[withheld]"


def new_directory(evidence: Path, clock: datetime | None = None) -> Path:
    """Make `EVIDENCE/TIME-ID`. The time is that of the world that is judged: `clock` in a sandbox, else now, UTC."""
    now = (clock or datetime.now(UTC)).astimezone(UTC)
    directory = evidence / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
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


def withhold(directory: Path, tokens: Iterable[str]) -> tuple[Path, ...]:
    """Replace every token in every file, in whichever form it stands; give the files that held one."""
    forms = [form for token in tokens for form in _forms(token)]
    held = []
    for path in sorted(each for each in directory.rglob("*") if each.is_file()) if forms else ():
        content = path.read_bytes()
        clean = content
        for form in forms:
            clean = clean.replace(form, _WITHHELD)
        if clean != content:
            path.write_bytes(clean)
            held.append(path)
    return tuple(held)


def today() -> date:
    """Give the date by this machine's clock, for a run that asks no provider."""
    return datetime.now(UTC).date()


def _forms(token: str) -> Iterator[bytes]:
    """Give a token as it stands raw, in URLs, in JSON, and in Base64 by itself or behind a user name's colon."""
    yield token.encode()
    yield quote(token, safe="").encode()
    yield json.dumps(token)[1:-1].encode()
    for prefix in ("", "x", "xx"):
        # Base64 groups three bytes: a token inside a longer text takes one of three shapes, but for its edges.
        whole = base64.b64encode(f"{prefix}{token}".encode())
        yield whole[4 if prefix else 0 : len(whole) - len(whole) % 4 - 4] or token.encode()
