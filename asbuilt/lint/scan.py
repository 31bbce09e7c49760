"""One linter over the files of a checkout: what it finds, and which files it really read.

A linter can end its whole run on one file that it cannot read, or leave that file out and still succeed. So only its
own word that it is done with a file counts; the files without are asked again, in halves, until each is either scanned
or known to be one that the linter cannot scan.
"""

import os
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from asbuilt.workflows.bounds import ANSWER
from asbuilt.workflows.yaml.finding import Finding, Mark

SECONDS = 60.0
# No tokens, and no settings of the linters but those that the checkout itself holds.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE")


@dataclass(frozen=True, slots=True)
class Output:
    """What one process of a linter left: its exit code and its two streams."""

    code: int
    out: str
    log: str


class LinterError(Exception):
    """A linter that gave no result: the text says why."""


@dataclass(frozen=True, slots=True)
class Linter:
    """A linter as its own project runs it.

    `read` gives what an output finds, and the paths that it is proven to have scanned; it raises LinterError for a run
    that failed. `version` takes the version from what the linter says of itself. `settings` are the files that it takes
    its settings from: it looks for them in the folder of each file and in those above, or it is told of the first that
    is in the checkout, by `settings_option`.
    """

    name: str
    options: tuple[str, ...]
    version_option: str
    version: Callable[[str], str]
    read: Callable[[Output], tuple[tuple[Finding, ...], frozenset[str]]]
    reads_actions: bool
    settings_option: str = ""
    settings: tuple[str, ...] = ()

    def options_in(self, root: Path) -> tuple[str, ...]:
        """Give the options to run it with in a checkout."""
        if not self.settings_option:
            return self.options
        found = next((each for each in self.settings if (root / each).is_file()), None)
        return (*self.options, self.settings_option, found) if found else self.options


@dataclass(frozen=True, slots=True)
class Scan:
    """What one linter said of one checkout. `version` is None where the linter is not installed.

    `unscanned` has the files that it did not scan, with the reason.
    """

    linter: str
    version: str | None
    scanned: tuple[str, ...] = ()
    unscanned: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def on(self, path: str) -> tuple[Finding, ...]:
        """Give what it found in one file."""
        return tuple(each for each in self.findings if each.path == path)


def scan(linter: Linter, root: Path, paths: Iterable[str], seconds: float = SECONDS) -> Scan:
    """Run a linter over files of a folder, in one process; in more only where one file spoils the run.

    A linter follows every link: the folder holds none that somebody else has made (`copy.py`).
    """
    program = find(linter.name)
    if program is None:
        return Scan(linter.name, None)
    run = _Run(linter, program, root, time.monotonic() + seconds, seconds)
    try:
        version = linter.version(run.call([linter.version_option]).out)
    except LinterError as error:
        return Scan(linter.name, "", unscanned=dict.fromkeys(sorted(paths), str(error)))
    unscanned: dict[str, str] = {}
    findings: list[Finding] = []
    asked = sorted(paths)
    _ask(run, asked, findings, unscanned)
    scanned = tuple(path for path in asked if path not in unscanned)
    return Scan(linter.name, version, scanned, unscanned, tuple(sorted(set(findings), key=_place)))


def _place(finding: Finding) -> tuple[str, Mark, str]:
    return (finding.path, finding.mark or Mark(1, 1), finding.fact)


@dataclass(frozen=True, slots=True)
class _Run:
    """The processes of one linter over one checkout, which share one time limit."""

    linter: Linter
    program: str
    root: Path
    deadline: float
    seconds: float

    def call(self, arguments: list[str]) -> Output:
        """Run the linter once. Raises LinterError where it cannot be started, or takes too long."""
        # Files, not pipes: a helper that outlives a linter would hold a pipe open beyond the time limit.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
            try:
                done = subprocess.run(  # noqa: S603 - the linter by its whole path, without a shell
                    [self.program, *arguments],
                    cwd=self.root,
                    env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=log,
                    timeout=max(self.deadline - time.monotonic(), 0.0),
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise LinterError(f"took longer than {self.seconds:g} s") from error
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else error
                raise LinterError(f"cannot be started: {reason}") from error
            texts = []
            for stream in (out, log):
                stream.seek(0)
                answer = stream.read(ANSWER + 1)
                if len(answer) > ANSWER:
                    raise LinterError(f"answered with more than {ANSWER // 2**20} MiB, and no more are read")
                # Where the folder is says nothing of what is in it.
                texts.append(answer.decode("utf-8", "replace").replace(str(self.root.absolute()), "."))
        return Output(done.returncode, *texts)

    def over(self, paths: list[str]) -> tuple[tuple[Finding, ...], frozenset[str]]:
        """Give the findings in some files, and the files that the linter is proven to have scanned.

        Raises LinterError.
        """
        findings, scanned = self.linter.read(self.call([*self.linter.options_in(self.root), "--", *paths]))
        if strange := {each.path for each in findings} - set(paths):
            raise LinterError(f"remarks on a file that it was not asked about: {min(strange)}")
        return findings, scanned & set(paths)


def _ask(run: _Run, paths: list[str], findings: list[Finding], unscanned: dict[str, str]) -> None:
    """Ask about some files, and again about those that were not scanned; what is found goes into the two results."""
    if not paths:
        return
    reason = "was left out, and the log does not say why"
    scanned: frozenset[str] = frozenset()
    try:
        found, scanned = run.over(paths)
        findings += [each for each in found if each.path in scanned]
    except LinterError as error:
        reason = str(error)
    left = [path for path in paths if path not in scanned]
    if len(paths) == 1 or time.monotonic() > run.deadline:
        unscanned.update(dict.fromkeys(left, reason))
    elif scanned:
        _ask(run, left, findings, unscanned)
    else:
        half = len(left) // 2
        _ask(run, left[:half], findings, unscanned)
        _ask(run, left[half:], findings, unscanned)


def find(name: str) -> str | None:
    """Find a linter beside this Python, where its wheel puts it, else on PATH; never in the folder that is judged."""
    places = [sysconfig.get_path("scripts"), *os.environ.get("PATH", "").split(os.pathsep)]
    found = shutil.which(name, path=os.pathsep.join(each for each in places if Path(each).is_absolute()))
    return str(Path(found).absolute()) if found else None
