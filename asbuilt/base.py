"""What was there before a pull request: the findings in the files of a checkout as they were at a commit.

They are judged as a run judges them, by the same checks against the same estate, in a process of its own whose evidence
is thrown away: so what is compared is what was found, and not which lines were changed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read
from asbuilt.git_files import NoCommitError, commit_of, lay_out
from asbuilt.option_values import OptionError
from asbuilt.record.directory import VERDICTS
from asbuilt.run import Run
from asbuilt.tolerance import Base, Key, keys_of

_COMMAND = "from asbuilt.start import main; main()"
_JUDGED = frozenset({0, 1, 5})
_TOKENS = ("HEROKU_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_LEFT_OUT = ("PYTEST_ADDOPTS", *_TOKENS, "GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


def found_at(ref: str, run: Run, estate: Path, narrowed: tuple[str, ...]) -> Base:
    """Judge the files of a run's checkout as they were at a commit. Raises OptionError, in one line.

    `narrowed` are options by which a part of the estate is judged.
    """
    if len(run.checkouts) != 1:
        told = "name one: --repository OWNER/NAME --checkout DIR"
        raise OptionError(f"--base {ref}: there are files of {len(run.checkouts)} repositories here; {told}")
    ((name, checkout),) = run.checkouts.items()
    try:
        commit = commit_of(checkout.root, ref)
        with tempfile.TemporaryDirectory(prefix="asbuilt-", ignore_cleanup_errors=True) as scratch:
            files, evidence = Path(scratch) / "files", Path(scratch) / "evidence"
            files.mkdir()
            lay_out(checkout.root, commit, files)
            if not any((files / each).exists() for each in (".github/workflows", "Procfile")):
                return Base(ref, commit)  # nothing was there that could be judged
            given = [f"--estate={estate.resolve()}", f"--checkout={files}", f"--repository={name}"]
            given += [f"--app={each}" for each in sorted(run.scope.apps)]  # not each names its repository
            return Base(ref, commit, _judged([*given, f"--evidence={evidence}", *narrowed], evidence))
    except NoCommitError as error:
        raise OptionError(f"--base {ref}: {error}") from error


def _judged(arguments: list[str], evidence: Path) -> tuple[Key, ...]:
    """Give what the findings are known by of a run of the static checks."""
    command = [sys.executable, "-P", "-c", _COMMAND, "static", *arguments, "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    done = subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    found = next(iter(sorted(evidence.glob(f"2*/{VERDICTS}"))), None)
    if done.returncode not in _JUDGED or found is None:
        lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        why = lines[-1] if lines else f"it ended with exit {done.returncode}"
        raise NoCommitError(f"the files of then cannot be judged: {why}")
    try:
        return keys_of(json.loads(read(found, MOST_OF_AN_OBSERVATION)))
    except RefusedError as error:
        raise NoCommitError(f"what was found then cannot be read: it {error}") from error
