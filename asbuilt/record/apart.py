"""The suites, run as they are always run, in a process of their own: of what it says, the last line is kept."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asbuilt.files import MOST_OF_AN_OBSERVATION, read
from asbuilt.heartbeat import unheard
from asbuilt.record.directory import VERDICTS

_COMMAND = "from asbuilt.start import main; main()"
_JUDGED = frozenset({0, 1, 5})  # the exit codes of a run that came to its end
_TOKENS = ("HEROKU_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
# What would change what is judged, or tell somebody of a run that is nobody's but ours.
_OF_THE_CALLER = ("PYTEST_ADDOPTS", "GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


@dataclass(frozen=True, slots=True)
class Ended:
    """How such a run ended: its exit code, the last line that it said, its directory where it came to its end."""

    code: int
    said: str
    directory: Path | None

    def verdicts(self) -> list[dict[str, Any]]:
        """Give its verdicts, as `verdicts.json` has them; none where there is no directory.

        Raises RefusedError and ValueError for what cannot be read.
        """
        found = json.loads(read(self.directory / VERDICTS, MOST_OF_AN_OBSERVATION)) if self.directory else []
        return list(found)


def run_apart(
    arguments: Iterable[str], evidence: Path, *, folder: Path | None = None, with_tokens: bool = False
) -> Ended:
    """Run `asbuilt live` or `static` with its arguments, in a folder, recorded below `evidence`, and say how it ended.

    Without `with_tokens` it has none, and can ask nobody but a sandbox.
    """
    own = [f"--evidence={evidence}", "-p", "no:cacheprovider"]
    left_out = _OF_THE_CALLER if with_tokens else (*_OF_THE_CALLER, *_TOKENS)
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-P", "-c", _COMMAND, *arguments, *own],
        cwd=folder,
        env={name: value for name, value in unheard(os.environ).items() if name not in left_out},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    said = lines[-1].removeprefix("asbuilt: ") if lines else f"it ended with exit {done.returncode}"
    runs = (each for each in evidence.glob("*") if not each.is_symlink() and (each / VERDICTS).exists())
    return Ended(done.returncode, said, next(runs, None) if done.returncode in _JUDGED else None)
