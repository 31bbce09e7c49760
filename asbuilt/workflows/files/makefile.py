"""What a target of a Makefile runs: its recipe behind those of its prerequisites, as lines of a shell script.

Simple variables are put in, and functions of make are not followed. Source:
https://www.gnu.org/software/make/manual/make.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from asbuilt.patterns import late
from asbuilt.workflows.bounds import VARIABLE
from asbuilt.workflows.yaml.document import Document

# A line of a script, with the file and the number of the line that it is of; None for the script's own.
Line: TypeAlias = tuple[str, tuple[Document, int] | None]

NAMES = ("GNUmakefile", "makefile", "Makefile")
_ASSIGNED = late(r"(?:export\s+|override\s+)?(?P<name>[A-Za-z_][\w.-]*)\s*(?P<how>:{0,3}=|\?=|\+=)\s*(?P<value>.*)")
_RULE = late(r"(?P<targets>[^\s:#=][^:#=]*):(?!=)(?P<before>[^;#=]*)(?:;(?P<recipe>.*))?")
_VALUE = late(r"\$(?:\((?P<round>[\w.-]+)\)|\{(?P<curly>[\w.-]+)\}|(?P<short>[@<^*]))|\$\$")
_DEEPEST = 10
_LONGEST = 2_000  # characters of a variable
_TAKES = frozenset({"-C", "--directory", "-f", "--file", "--makefile", "-j", "-I", "-o", "-W"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call of make asks for."""

    targets: tuple[str, ...]
    folder: str = ""
    file: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


def asked(words: list[str]) -> Asked | None:
    """Read the words behind `make`; None where they name a file or folder that only the run knows."""
    targets: list[str] = []
    folder = file = ""
    given: dict[str, str] = {}
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        option, is_long, value = word.partition("=")
        if option in _TAKES:
            value = value if is_long else ahead.pop(0) if ahead else ""
            folder = value if option in {"-C", "--directory"} else folder
            file = value if option in {"-f", "--file", "--makefile"} else file
        elif word.startswith("-C"):
            folder = word[2:]
        elif is_long and not word.startswith("-"):
            given[option.rstrip(":?")] = value
        elif not word.startswith("-"):
            targets.append(word)
    return None if "$" in folder + file else Asked(tuple(targets), folder, file, given)


@dataclass(slots=True)
class _Rules:
    """The rules of a Makefile as far as they are written out: of each target its prerequisites and its recipe."""

    variables: dict[str, str]
    optional: frozenset[str]
    before: dict[str, list[str]]
    recipes: dict[str, list[Line]]
    first: str = ""
    put: dict[tuple[str, str], str] = field(default_factory=dict)

    def put_in(self, text: str, target: str = "", depth: int = 0) -> str:
        """Give a text with variables put in; one that make does not know is the shell's."""

        def value(match: re.Match[str]) -> str:
            if match[0] == "$$":
                return "$"
            if match["short"]:
                return target if match["short"] == "@" else match[0]
            name = match["round"] or match["curly"]
            if name == "MAKE":
                return "make"
            if name not in self.variables or depth >= _DEEPEST:
                return f"${{{name}}}"
            if (name, target) not in self.put:
                self.put[name, target] = f"${{{name}}}"  # make refuses one that is made of itself
                self.put[name, target] = self.put_in(self.variables[name], target, depth + 1)[:_LONGEST]
            known = self.put[name, target]
            return f"${{{name}:-{known}}}" if name in self.optional else known

        return _VALUE.sub(value, text)[:VARIABLE]


def recipe(document: Document, asked: Asked, around: str | None) -> list[Line]:
    """Give the lines that run for what is asked, each once; none where a target is not there.

    A variable that only has a default is the shell's where `around`, what may set it, has its name or is None.
    """
    rules = _rules(document, asked.given)
    if around is not None:
        rules.optional = frozenset(each for each in rules.optional if re.search(rf"\b{re.escape(each)}\b", around))
    found: list[Line] = []
    seen: set[str] = set()
    ahead = list(reversed(asked.targets or ((rules.first,) if rules.first else ())))
    if any(each not in rules.before for each in ahead):
        return []
    while ahead:
        target = ahead.pop()
        if target in seen:
            continue
        waiting = [each for each in rules.before.get(target, []) if each not in seen and each in rules.before]
        if waiting and target not in _waited(seen, target):
            seen.add(f"{target} waits")
            ahead += (target, *reversed(waiting))
            continue
        seen.add(target)
        found += ((_as_shell(rules.put_in(line, target)), place) for line, place in rules.recipes.get(target, []))
    return found


def _waited(seen: set[str], target: str) -> tuple[str, ...]:
    """Give the target where its prerequisites were put before it once: one that waits for itself is not asked again."""
    return (target,) if f"{target} waits" in seen else ()


def _as_shell(line: str) -> str:
    """Give a line of a recipe without what make reads at its beginning: `@` is silent, `-` goes on after a failure."""
    stripped = line.lstrip()
    marks = stripped[: len(stripped) - len(stripped.lstrip("@-+ \t"))]
    command = stripped[len(marks) :]
    return f"( {command} ) || true" if "-" in marks and command else command


def _rules(document: Document, given: Mapping[str, str]) -> _Rules:  # noqa: C901 - one case for each kind of line
    found = _Rules(dict(given), frozenset(), {}, {})
    optional: set[str] = set()
    targets: list[str] = []
    for number, line in _joined(document.text):
        if line.startswith("\t"):
            for target in targets:
                found.recipes.setdefault(target, []).append((line, (document, number)))
            continue
        plain = line.partition("#")[0].strip()
        if (match := _ASSIGNED.fullmatch(plain)) is not None:
            name, value = match["name"], match["value"].strip()
            if name in given:
                continue
            if match["how"] == "+=":
                value = f"{found.variables.get(name, '')} {value}".strip()
            found.variables[name] = value[:_LONGEST]
            found.put.clear()
            optional = optional | {name} if match["how"] == "?=" else optional - {name}
            targets = []
        elif plain and not line.startswith(" ") and (match := _RULE.fullmatch(plain)) is not None:
            targets = found.put_in(match["targets"]).split()
            before = [each for each in found.put_in(match["before"]).split() if each not in {"|", ":"}]
            for target in targets:
                found.before.setdefault(target, []).extend(before)
                if match["recipe"]:
                    found.recipes.setdefault(target, []).append((match["recipe"], (document, number)))
            usual = next((each for each in targets if not each.startswith(".") and "%" not in each), "")
            found.first = found.first or usual
        elif plain:
            targets = []
    found.optional = frozenset(optional)
    return found


def _joined(text: str) -> list[tuple[int, str]]:
    """Give the lines of a Makefile with their numbers, those that go on behind a backslash as one."""
    found: list[tuple[int, str]] = []
    goes_on = False
    for number, line in enumerate(text.split("\n"), 1):
        here = line.rstrip("\r")
        if goes_on:
            found[-1] = (found[-1][0], f"{found[-1][1]} {here.lstrip()}")
        else:
            found.append((number, here))
        goes_on = here.endswith("\\")
        if goes_on:
            found[-1] = (found[-1][0], found[-1][1].removesuffix("\\"))
    return found
