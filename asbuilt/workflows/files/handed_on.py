"""A step's script with what it hands on to files of the checkout put in: scripts, targets of make, scripts of npm.

    ./scripts/deploy.sh shop -> ( set +e +o pipefail
                                heroku container:release web -a shop
                                )

Only what speaks of Heroku or asks an address is put in, and each of its lines keeps its place. What cannot be read
stays a call. Sources:
https://www.gnu.org/software/make/manual/make.html and https://docs.npmjs.com/cli/v11/commands/npm-run
"""

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from asbuilt.patterns import late
from asbuilt.workflows.bounds import HANDED, HANDED_LEVELS, SCRIPT
from asbuilt.workflows.files import makefile
from asbuilt.workflows.files.makefile import Line
from asbuilt.workflows.shell.languages import PACKAGE_MANAGERS, SHELLS, is_shell, language
from asbuilt.workflows.yaml.document import Document, Mark

_CALL = late(
    r"(?P<lead>^[ \t]*|[;&|(][ \t]*|\b(?:then|do|else|if|!)[ \t]+)(?P<env>(?:[A-Za-z_]\w*=[^\s;&|()]*[ \t]+){0,20})"
    r"(?P<call>(?:(?:exec|time|sudo)[ \t]+)?"
    r"(?:\./|[\w.-]+/"
    r"|(?=\"?(?:\$\{?GITHUB_(?:WORKSPACE|ACTION_PATH)\b|\$\{\{[ ]*github\.(?:workspace|action_path)[ ]*\}\}))"
    r"|(?:bash|sh|dash|zsh|ksh|source|\.|g?make|npm|pnpm|yarn|bun)(?=[ \t\n]|$))"
    r"(?:\\\n|'[^'\n]*'|\"[^\"\n]*\"|\$\{\{[^}\n]*\}\}|[^;&|()#<>\n'\"\\])*)",
    re.MULTILINE,
)
_FOLDER = late(r"(?:^|[;&|(])[ \t]*cd[ \t]+[\"']?(?P<folder>[\w./-]+)[\"']?", re.MULTILINE)
_EXPRESSION = late(r"\$\{\{[^}\n]*\}\}")
_PLAIN = late(r"(?:[\w./:@%+=,-]|\$\w+|\$\{\w+\}|\$\{\{[^}]*\}\})*")
_PLACE = late(
    r"'[^'\n]*'|\$(?P<bare>[1-9@*#])|\$\{(?P<braced>[1-9])(?::?-(?P<default>[^{}]*)|:?\?[^{}]*)?\}|\"\$\{@\}\"|\$\{@\}",
)
_ARGUES = late(r"\b(?:getopts|function)\b|^\s*[\w-]+\s*\(\)|\bset\s+--", re.MULTILINE)
# `shift` on a line of its own; outside of loops and branches, what is before it sees more than what is behind.
_OPENS, _CLOSES = late(r"\b(?:if|while|until|for|case|select)\b"), late(r"\b(?:fi|done|esac)\b")
_SHIFTS, _SHIFT = late(r"\bshift\b"), late(r"^shift(?:[ \t]+(?P<by>\d))?[ \t]*$", re.MULTILINE)
# Where a run has the checkout, and the folder of the action that it is in.
_HOME = late(
    r"(?:\$\{?GITHUB_(?P<variable>WORKSPACE|ACTION_PATH)(?:\}|\b)"
    r"|\$\{\{[ ]*github\.(?P<expression>workspace|action_path)[ ]*\}\})(?:/+|$)"
)
# What is looked for in scripts: what is done with Heroku, what asks an app, and what lets a failure pass.
_SPEAKS = late(r"heroku|\b(?:curl|wget)\b|\|\|\s*(?:true|:|exit[ \t]+0)(?![\w-])", re.IGNORECASE)
_WRAPS = frozenset({"exec", "time", "sudo"})
_RUNS = frozenset({"run", "run-script"})
_ITSELF = frozenset({"install", "i", "ci", "add", "exec", "publish", "version", "audit", "cache", "config", "login"})


@dataclass(frozen=True, slots=True)
class HandedOn:
    """A script with what it hands on put in, and for each of its lines the file and line of it; None for its own."""

    script: str
    places: tuple[tuple[Document, Mark] | None, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files that were read for it, each once."""
        return tuple({each[0].path: each[0] for each in self.places if each is not None}.values())


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the files that scripts start; `document` gives one by its path, None where it is not there or not read.

    `around` is the text of what may set variables for the scripts, None where nobody knows what does. `home` is the
    folder of the action in which they stand, None for those of a job itself.
    """

    document: Callable[[str], Document | None]
    around: str | None = ""
    home: str | None = None

    def put_in(self, script: str, folder: str = "") -> HandedOn | None:
        """Give a script with what it hands on put in; None for one that hands on nothing that is looked for.

        `folder` is where it starts, below the root of the checkout.
        """
        budget = iter(range(HANDED))
        lines = self._inlined([(line, None) for line in script.split("\n")], folder, (), budget)
        if lines is None:
            return None
        text = "\n".join(line for line, _ in lines)
        if len(text) > SCRIPT:
            return None
        return HandedOn(text, tuple(None if at is None else (at[0], Mark(at[1], 1)) for _, at in lines))

    def _inlined(
        self, lines: list[Line], folder: str, around: tuple[str, ...], budget: Iterator[int]
    ) -> list[Line] | None:
        """Give lines with the calls in them replaced; None where none is.

        `budget` has a number for each that may be looked at: where there are more, none is put in.
        """
        text = "\n".join(line for line, _ in lines)
        found: list[Line] = []
        at, size = 0, len(text)
        cds = [(each.start(), each["folder"]) for each in _FOLDER.finditer(text)][::-1]
        entered = folder
        for call in _CALL.finditer(text):
            while cds and cds[-1][0] < call.start("call"):
                entered = posixpath.normpath(posixpath.join(entered, cds.pop()[1]))
            if call.start("env") < at:
                continue
            if next(budget, None) is None or size > SCRIPT:
                return None
            if (body := self._body(call, (entered, folder), around, budget)) is None:
                continue
            size += sum(len(line) for line, _ in body.lines)
            start, end = call.start("env"), call.end("call")
            _add(found, text[at:start], lines, text.count("\n", 0, at))
            opens, closes = body.brackets
            given = "".join(f"export {each}; " for each in call["env"].split())
            found[-1] = (f"{found[-1][0]}{opens} {given}{body.options}", found[-1][1])
            found += body.lines
            found.append((closes, lines[text.count("\n", 0, end)][1]))
            at = end
        if not at:
            return None
        _add(found, text[at:], lines, text.count("\n", 0, at))
        return found

    def _body(
        self, call: re.Match[str], folders: tuple[str, ...], around: tuple[str, ...], budget: Iterator[int]
    ) -> "_Body | None":
        """Give what stands for a call, if it can be read and says what is looked for; it is in one of some folders."""
        words = _words(call["call"])
        while words[:1] and words[0] in _WRAPS:
            words = words[1:]
        if not words or len(around) >= HANDED_LEVELS:
            return None
        for each in dict.fromkeys(folders):
            if (body := self._read(words, each)) is not None:
                key = f"{body.path} {' '.join(words)}"
                if key in around:
                    return None
                inner = self._inlined(body.lines, body.folder, (*around, key), budget) or body.lines
                is_told = _SPEAKS.search("\n".join(line for line, _ in inner)) is not None
                return replace(body, lines=inner) if is_told else None
        return None

    def _read(self, words: list[str], folder: str) -> "_Body | None":
        program = words[0].rpartition("/")[2]
        if program in {"make", "gmake"}:
            return self._of_make(words[1:], folder)
        if program in PACKAGE_MANAGERS and "/" not in words[0]:
            return self._of_package(program, words[1:], folder)
        return self._of_script(words, folder)

    def _of_script(self, words: list[str], folder: str) -> "_Body | None":
        """Give a shell script: `./deploy.sh`, `bash -e deploy.sh`, `source deploy.sh`."""
        same_shell = words[0] in {"source", "."}
        options = "set +e +o pipefail"
        if words[0] in SHELLS or same_shell:
            rest = words[1:]
            while rest[:1] and rest[0].startswith("-"):
                if "c" in rest[0] or "s" in rest[0] or len(rest) < 2:  # noqa: PLR2004 - an option, and a file
                    return None
                options = options.replace("set +e", "set -e") if "e" in rest[0] else options
                rest = rest[2:] if rest[0].endswith("o") else rest[1:]
            words = rest
        if not words or (language(words[0]) is not None):
            return None
        path = self._inside(folder, words[0])
        document = self.document(path) if path else None
        if document is None or len(document.text) > SCRIPT or not _is_for_shell(document.text):
            return None
        text = document.text if _ARGUES.search(document.text) else _given(document.text, words[1:])
        lines: list[Line] = [(line, (document, number)) for number, line in enumerate(text.split("\n"), 1)]
        return _Body(
            lines, document.path, folder, "" if same_shell else options, ("{", "}") if same_shell else ("(", ")")
        )

    def _of_make(self, words: list[str], folder: str) -> "_Body | None":
        asked = makefile.asked(words)
        if asked is None:
            return None
        folder = posixpath.normpath(posixpath.join(folder, asked.folder))
        for name in (asked.file,) if asked.file else makefile.NAMES:
            path = self._inside(folder, name)
            document = self.document(path) if path else None
            if document is not None and len(document.text) <= SCRIPT:
                lines = makefile.recipe(document, asked, self.around)
                return _Body(lines, document.path, folder, "set -e +o pipefail") if lines else None
        return None

    def _of_package(self, program: str, words: list[str], folder: str) -> "_Body | None":
        while words[:1] and words[0].startswith("-"):
            if words[0] in {"--prefix", "--cwd", "--dir", "-C"}:
                folder, words = posixpath.join(folder, words[1] if len(words) > 1 else ""), words[2:]
            else:
                words = words[1:]
        runs = words[:1] and words[0] in _RUNS
        words = words[1:] if runs else words
        if not words or (not runs and (program == "npm" or words[0] in _ITSELF)):
            return None
        path = self._inside(folder, "package.json")
        document = self.document(path) if path else None
        scripts = _scripts(document.text) if document is not None else {}
        if document is None or words[0] not in scripts:
            return None
        more = [each for each in words[1:] if each != "--"]
        lines = list[Line]()
        for name in (f"pre{words[0]}", words[0], f"post{words[0]}"):
            if name in scripts:
                given = " ".join((scripts[name], *more)) if name == words[0] and more else scripts[name]
                place = (document, _line_of(name, document.text))
                lines += ((line, place) for line in given.split("\n"))
        return _Body(lines, document.path, folder, "set -e +o pipefail")

    def _inside(self, folder: str, name: str) -> str | None:
        """Give the path of a file below the root of the checkout; None for one that is elsewhere, or cannot be told."""
        named = in_checkout(name, self.home)
        path = posixpath.normpath(posixpath.join(folder, name) if named == name else named or "..")
        return None if path.startswith(("..", "/")) or "$" in path else path


def in_checkout(name: str, home: str | None) -> str | None:
    """Give a path without the workspace or the action's folder before it, as it is below the root of the checkout.

    None for one below the folder of an action where there is none; any other path comes out as it is.
    """
    match = _HOME.match(name)
    if match is None:
        return name
    is_workspace = (match["variable"] or match["expression"]).lower() == "workspace"
    base = "" if is_workspace else home
    return None if base is None else posixpath.normpath(posixpath.join(base, name[match.end() :]))


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands for a call: its lines, the file, the folder that it runs in, and how its shell is started."""

    lines: list[Line]
    path: str
    folder: str
    options: str
    brackets: tuple[str, str] = ("(", ")")  # of a shell of its own, or of the same one


def _add(found: list[Line], text: str, lines: list[Line], first: int) -> None:
    """Add a part of the lines' own text, whose first line goes on behind what is there."""
    for number, part in enumerate(text.split("\n")):
        if number or not found:
            found.append((part, lines[first + number][1]))
        else:
            found[-1] = (found[-1][0] + part, found[-1][1])


def _words(call: str) -> list[str]:
    """Split a call into words, expressions of GitHub's kept whole; none where its quotes do not end."""
    expressions: list[str] = []

    def hide(match: re.Match[str]) -> str:
        expressions.append(match[0])
        return f"\0{len(expressions) - 1}\0"

    try:
        words = shlex.split(_EXPRESSION.sub(hide, call.replace("\\\n", " ")))
    except ValueError:
        return []
    return [re.sub(r"\0(\d+)\0", lambda match: expressions[int(match[1])], word) for word in words]


def _is_for_shell(text: str) -> bool:
    first = text.split("\n", 1)[0]
    if not first.startswith("#!"):
        return True
    words = [each for each in first[2:].split() if each != "-S" and not each.endswith("/env")]
    return bool(words) and is_shell(words[0])


def _given(text: str, arguments: Iterable[str]) -> str:
    """Put the arguments of a script in for `$1` and the like, where they are plain; what is quoted alone stays."""
    given = list(arguments)
    shifts = list(_SHIFT.finditer(text))
    if any(_PLAIN.fullmatch(each) is None for each in given) or len(_SHIFTS.findall(text)) != len(shifts):
        return text
    parts: list[str] = []
    at = 0
    for shift in shifts:
        before = text[: shift.start()]
        if len(_OPENS.findall(before)) != len(_CLOSES.findall(before)):
            return text
        parts += (_put(text[at : shift.start()], given), ":" + " " * (len(shift[0]) - 1))
        given, at = given[int(shift["by"] or 1) :], shift.end()
    return "".join((*parts, _put(text[at:], given)))


def _put(text: str, given: list[str]) -> str:
    def put(match: re.Match[str]) -> str:
        name = match["bare"] or match["braced"]
        if name is None:
            return match[0] if match[0].startswith("'") else " ".join(given)
        if name in "@*":
            return " ".join(given)
        if name == "#":
            return str(len(given))
        if int(name) > len(given) and "?" in match[0]:  # it fails there, and says what it wants
            return match[0]
        return given[int(name) - 1] if int(name) <= len(given) else match["default"] or ""

    return _PLACE.sub(put, text)


def _scripts(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    scripts = found.get("scripts") if isinstance(found, dict) else None
    return {k: v for k, v in scripts.items() if isinstance(v, str)} if isinstance(scripts, dict) else {}


def _line_of(name: str, text: str) -> int:
    """Give the line on which a script of package.json stands."""
    at = text.find(f'"{name}"', max(text.find('"scripts"'), 0))
    return text.count("\n", 0, max(at, 0)) + 1
