"""A Procfile, and the file that each of its processes starts."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from asbuilt.workflows.document import Document, Mark, Problem

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_-]+)\s*:\s*(?P<command>\S.*)")
_VARIABLE = re.compile(r"\w+=.*")
# Words before a command that change nothing about what it starts.
_WRAPPERS = frozenset(
    {"exec", "env", "time", "nice", "nohup", "newrelic-admin", "run-program", "ddtrace-run", "poetry", "run"}
)
_PYTHON = re.compile(r"python[0-9.]*")
_SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "daphne"})
_TAKES_NO_VALUE = frozenset(
    {"--preload", "--reload", "--daemon", "-D", "--spew", "--check-config", "--proxy-headers", "--no-access-log"}
)


@dataclass(frozen=True, slots=True)
class Process:
    """One line of a Procfile."""

    name: str
    command: str
    mark: Mark

    @property
    def starts(self) -> str | None:
        """The file that it starts, relative to the repository; None where that cannot be told."""
        return file_started_by(self.command)


@dataclass(frozen=True, slots=True)
class Procfile:
    """A Procfile: its text for findings, and its processes by name."""

    document: Document
    processes: dict[str, Process]


def parse(text: str, path: str = "Procfile") -> Procfile:
    """Read a Procfile. Comments and blank lines are skipped; what else is no process is a problem."""
    processes: dict[str, Process] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        mark = Mark(number, len(line) - len(line.lstrip()) + 1)
        match = _LINE.fullmatch(bare)
        if match is None:
            problems.append(Problem("no process: a line is `NAME: COMMAND`", mark))
        else:
            processes[match["name"]] = Process(match["name"], match["command"], mark)
    return Procfile(Document(path, text, None, tuple(problems)), processes)


def file_started_by(command: str) -> str | None:
    """Give the Python file that a command starts, or None where that cannot be told.

    Knows `gunicorn package.module:attribute`, `uvicorn` likewise, `python path.py` and `python -m package.module`,
    behind `cd FOLDER &&`, environment variables and the usual wrappers.
    """
    folder = PurePosixPath()
    for part in re.split(r"&&|;", command):
        try:
            words = shlex.split(part)
        except ValueError:
            return None
        while words and (words[0] in _WRAPPERS or _VARIABLE.fullmatch(words[0])):
            words = words[1:]
        if not words:
            continue
        program = PurePosixPath(words[0]).name
        if program == "cd" and len(words) == 2:  # noqa: PLR2004 - cd and its folder
            folder /= words[1]
        elif program in _SERVERS:
            return _module_of_server(words[1:], folder)
        elif _PYTHON.fullmatch(program):
            return _file_of_python(words[1:], folder)
    return None


def _module_of_server(words: list[str], folder: PurePosixPath) -> str | None:
    for option in ("--chdir", "--app-dir"):
        value = _option(words, option)
        folder = folder / value if value else folder
    target = next(_arguments(words), None)
    return _file(target.partition(":")[0], folder) if target else None


def _file_of_python(words: list[str], folder: PurePosixPath) -> str | None:
    while words and words[0].startswith("-"):
        if words[0] == "-m" and len(words) > 1:
            if words[1] in _SERVERS:
                return _module_of_server(words[2:], folder)
            return _file(words[1], folder)
        if words[0] == "-c":
            return None
        words = words[1:]
    return str(folder / words[0]) if words and words[0].endswith(".py") else None


def _option(words: list[str], name: str) -> str | None:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == name:
            return following
        if word.startswith(name + "="):
            return word.partition("=")[2]
    return None


def _arguments(words: list[str]) -> Iterator[str]:
    """Give the words that are neither options nor an option's value."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = "=" not in word and word not in _TAKES_NO_VALUE and len(word) != 1
        else:
            yield word


def _file(module: str, folder: PurePosixPath) -> str | None:
    if not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", module):
        return None
    return str(folder / (module.replace(".", "/") + ".py"))
