"""A `run:` script as the simple commands that the shell would run, and what the failure of each leads to.

Variables are followed as far as the script itself sets them. What is no shell script is read as far as it goes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from asbuilt.workflows.shell.command import Command, Fate
from asbuilt.workflows.shell.fates import At, Place
from asbuilt.workflows.shell.languages import POWERSHELLS, language
from asbuilt.workflows.shell.reader import Reader
from asbuilt.workflows.shell.syntax import marks, parse
from asbuilt.workflows.shell.words import expand, option, turned

__all__ = ["Command", "Fate", "commands", "expand", "option", "work"]


def commands(script: str, shell: str | None = None) -> tuple[Command, ...]:
    """Give the commands of a script in the order of its text; `shell` is the step's `shell`, None for the default.

    Raises PastBoundError.
    """
    return _read(script, (shell or "").strip()).commands


def work(script: str, shell: str | None = None) -> int:
    """Give how many steps it takes to follow a script. Raises PastBoundError."""
    return _read(script, (shell or "").strip()).work


@dataclass(frozen=True, slots=True)
class Reading:
    """The commands of a script, and how many steps it took to follow it."""

    commands: tuple[Command, ...]
    work: int


@lru_cache(maxsize=8192)
def _read(script: str, shell: str) -> Reading:
    read_by = language(shell)
    if read_by is not None and read_by not in POWERSHELLS:
        return Reading((), 0)
    if read_by is not None:
        script = re.sub(r"\$env:(\w+)", r"${\1}", script.replace("`\n", "\\\n"), flags=re.IGNORECASE)
    errexit, pipefail = _started_with(shell)
    reader = Reader(errexit=errexit, pipefail=pipefail)
    reader.read(parse(script), Place(None, At.SCRIPT), ())
    found = reader.result()
    return Reading(found, reader.work + marks(script) ** 2 // 20)


def _started_with(shell: str) -> tuple[bool, bool]:
    """Tell whether GitHub starts a shell with `-e`, and with `-o pipefail`."""
    name, _, options = shell.partition(" ")
    if not options:
        return name in {"", "bash", "sh"}, name == "bash"
    flags = " ".join(options.split("{0}")[0].split())
    return turned(flags.split(), "e", "errexit") is True, turned(flags.split(), "", "pipefail") is True
