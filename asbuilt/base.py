"""What was there before a pull request: the findings in the files of a checkout as they were at a commit.

They are judged as a run judges them, by the same checks against the same estate, in a process of its own whose evidence
is thrown away: so what is compared is what was found, and not which lines were changed.
"""

import tempfile
from pathlib import Path

from asbuilt.files import RefusedError
from asbuilt.git_files import NoCommitError, commit_of, lay_out
from asbuilt.option_values import OptionError
from asbuilt.record.apart import run_apart
from asbuilt.run import Run
from asbuilt.tolerance import Base, Key, keys_of


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
            given = [f"--estate={estate.resolve()}"] if run.found.is_there else []
            given += [f"--checkout={files}", f"--repository={name}"]
            given += [f"--app={each}" for each in sorted(run.scope.apps)]  # not each names its repository
            return Base(ref, commit, _judged([*given, *narrowed], evidence))
    except NoCommitError as error:
        raise OptionError(f"--base {ref}: {error}") from error


def _judged(arguments: list[str], evidence: Path) -> tuple[Key, ...]:
    """Give what the findings are known by of a run of the static checks."""
    ended = run_apart(["static", *arguments], evidence)
    if ended.directory is None:
        raise NoCommitError(f"the files of then cannot be judged: {ended.said}")
    try:
        return keys_of(ended.verdicts())
    except RefusedError as error:
        raise NoCommitError(f"what was found then cannot be read: it {error}") from error
