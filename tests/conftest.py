"""Run the suite as its users do: pytest in a process of its own, in a sandbox, its evidence in a temporary folder."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
CREDENTIALS = ("HEROKU_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GH_CONFIG_DIR")


@dataclass(frozen=True)
class Played:
    """What a run of the suite left behind."""

    code: int
    out: str
    directory: Path | None
    verdicts: list

    def subjects(self, outcome):
        """Give `{control: [subject, ...]}` of an outcome, as faults declare it."""
        found = {}
        for verdict in self.verdicts:
            if verdict["outcome"] == outcome:
                found.setdefault(verdict["control"], []).append(verdict["id"].partition("[")[2].removesuffix("]"))
        return {control: sorted(names) for control, names in sorted(found.items())}


@pytest.fixture
def play(tmp_path):
    """Give a function that runs the suite with arguments of pytest."""

    def run(*arguments, environ=None, cwd=PROJECT):
        evidence = tmp_path / "evidence"
        clean = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
        clean |= {"HOME": str(tmp_path), "PATH": "/nowhere", "COLUMNS": "200", **(environ or {})}
        clean = {name: value for name, value in clean.items() if not name.startswith(("PYTEST_", "GITHUB_"))} | (
            environ or {}
        )
        known = set(evidence.glob("2*"))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--evidence={evidence}", *arguments],
            cwd=cwd,
            env=clean,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        new = sorted(set(evidence.glob("2*")) - known)
        directory = new[0] if new else None
        path = directory / "verdicts.json" if directory else None
        verdicts = json.loads(path.read_text()) if path and path.exists() else []
        return Played(done.returncode, done.stdout + done.stderr, directory, verdicts)

    return run


@pytest.fixture
def live(play):
    """Give a function that runs the live suite in a sandbox world."""
    return lambda world, *arguments: play("tests_live", "-m", "live", f"--sandbox={world}", *arguments)
