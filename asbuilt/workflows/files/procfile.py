"""A Procfile, and its processes.

Source: https://devcenter.heroku.com/articles/procfile
"""

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from asbuilt.workflows.bounds import COMMAND
from asbuilt.workflows.files.started import files_named_by, files_started_by
from asbuilt.workflows.yaml.document import Document, Mark
from asbuilt.workflows.yaml.finding import Finding

_LINE = re.compile(r"(?P<name>[A-Za-z0-9_-]+)\s*:\s*(?P<command>\S.*)")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of a Procfile. `folder` is the one that Heroku starts it in: where the Procfile is."""

    name: str
    command: str
    mark: Mark
    folder: str = ""

    def starts_of(self, files: Collection[str]) -> str | None:
        """Give the file that it starts in a repository with these files: of a module, its package or its file.

            gunicorn shop.wsgi:app -> shop/wsgi.py

        `files` are the paths of the repository. Of the files that it may start, the one that is there; where none is,
        the likeliest, so the file that comes out need not be there.

        It is relative to the repository; None where it cannot be told.
        """
        may_start = list(self._may_start())
        there = (each for each in reversed(may_start) if each in files)
        return next(there, next(iter(may_start), None))

    def names(self, file: str) -> bool:
        """Tell whether its command has a file among its words: of a program that is not known, that must do.

        `file` is a path in the repository.
        """
        return file in {posixpath.join(self.folder, each) for each in files_named_by(self.command)}

    def _may_start(self) -> Iterator[str]:
        return (posixpath.join(self.folder, each) for each in files_started_by(self.command))


@dataclass(frozen=True, slots=True)
class Procfile:
    """A Procfile: its text for findings, and its processes by name.

    Of two lines of one name the last one counts. `is_there` is False for one that is missing.
    """

    document: Document
    processes: dict[str, Process]
    is_there: bool = True


_START = Mark(1, 1)


def missing(path: str = "Procfile") -> Procfile:
    """Give what is there where no Procfile is.

    It has no process, and no problem: that it is missing is one only for who asks for a process.
    """
    return Procfile(Document(path, "", None, ()), {}, is_there=False)


def unread(document: Document) -> Procfile:
    """Give a Procfile that is there and was not read; its document says why."""
    return Procfile(document, {})


def parse(text: str, path: str = "Procfile") -> Procfile:
    """Read a Procfile. Comments and blank lines are skipped; what else is no process is a problem.

        web: gunicorn shop.wsgi:app -> Process("web", "gunicorn shop.wsgi:app", Mark(1, 1))

    Nothing is raised. A name has letters, digits, `-` and `_`. A line that is too long is no process, and makes the
    document unread. The folder of `path` is the one in which the processes start.
    """
    folder = path.rpartition("/")[0]
    processes: dict[str, Process] = {}
    document = Document(path, text, None)
    problems: list[Finding] = []
    unread: Finding | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        mark = Mark(number, len(line) - len(line.lstrip()) + 1)
        if len(bare) > COMMAND:
            too_long = f"has more than {COMMAND:,} characters, and no more are read"
            unread = unread or document.finding(mark, too_long, "shorten it")
            continue
        match = _LINE.fullmatch(bare)
        if match is None:
            problems.append(document.finding(mark, "no process: a line is `NAME: COMMAND`"))
        else:
            processes[match["name"]] = Process(match["name"], match["command"], mark, folder)
    return Procfile(replace(document, problems=tuple(problems), unread=unread), processes)


def process_problem(procfile: Procfile, name: str, expected: str, files: Collection[str]) -> Finding | None:
    """Say why a process does not start the expected file of a repository with these files; None where it does.

    `expected` is a path in the repository, and `files` are all of its paths. A file that is expected, started and not
    there is a problem too. The finding lies at the line of the process, else at the beginning of the Procfile.
    """
    process = procfile.processes.get(name)
    if process is None:
        return _of_missing(procfile, name)
    started = process.starts_of(files)
    if started is None and process.names(expected):
        started = expected
    if started is None:
        wrong = f'which file "{name}" starts cannot be told from its command, expected {expected}'
    elif started != expected:
        wrong = f'"{name}" starts {started}, expected {expected}'
    elif started not in files:
        wrong = f'"{name}" starts {started}, and there is no such file'
    else:
        return None
    return procfile.document.finding(process.mark, wrong)


def _of_missing(procfile: Procfile, name: str) -> Finding:
    document = procfile.document
    for problem in document.problems:
        if problem.excerpt.partition(" ")[0].rstrip(":") == name:
            return replace(problem, fact=f'"{name}" is {problem.fact}')
    if not procfile.is_there:
        fact = f'there is no {document.path}, so Heroku starts no "{name}"; expected a line `{name}: COMMAND`'
        return document.finding(_START, fact)
    there = ", ".join(procfile.processes) or "no process"
    return document.finding(_START, f'process "{name}" is missing; what is there: {there}')
