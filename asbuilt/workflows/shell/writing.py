"""What a script writes for later steps: variables to GITHUB_ENV, outputs to GITHUB_OUTPUT or by `::set-output`.

A script is played through with what is known before the run. Sources:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable and
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-output-parameter
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from asbuilt.patterns import late
from asbuilt.workflows.bounds import PastBoundError
from asbuilt.workflows.shell.languages import is_shell
from asbuilt.workflows.shell.machine import FILE, Machine, Play, kept_in_files
from asbuilt.workflows.shell.runner import play
from asbuilt.workflows.shell.status import EITHER, Ends
from asbuilt.workflows.shell.syntax import parse
from asbuilt.workflows.shell.tree import Function, Pipeline, Sequence, Simple, Statement, While, all_of, parts_of
from asbuilt.workflows.shell.values import Open, Text, Values

ENV, OUTPUT = "GITHUB_ENV", "GITHUB_OUTPUT"
WRITES = late(r"GITHUB_ENV|GITHUB_OUTPUT|::set-output")
_STEPS = 2000
_INTO = late(rf"(?P<how>>>?\|?)\s*[\"']?\$\{{?(?P<file>{ENV}|{OUTPUT})\}}?[\"']?(?=$|[\s;|&<>)}}])")
_NAMED = late(rf"\$\{{?(?P<file>{ENV}|{OUTPUT})\b")
_LINE = late(r"(?P<name>[A-Za-z_][\w-]*)(?:=(?P<value>.*)|<<(?P<end>\S.*))", re.DOTALL)
_COMMAND = late(r"::set-output name=(?P<name>[\w-]+)::(?P<value>.*)", re.DOTALL)
_QUOTED_END = late(r"<<-?\s*[\"'\\]")
_OPTION = late(r"-[neE]+")
_FORMAT = late(r"%s|\\n")
_ASKS = frozenset({"[", "[[", "test", "ls", "cat"})
# What writes nothing to its standard output.
_SILENT = frozenset({
    "[", "[[", "((", "test", "case", ":", "true", "false", "exit", "set", "shopt", "export", "declare", "local",
    "unset", "typeset", "readonly", "let", "cd", "sleep", "read", "mapfile", "shift", "return", "break", "continue",
    "mkdir",
})  # fmt: skip
# What writes nothing for later steps by itself: no program that a project, or who writes it, may have put anything in.
_HARMLESS = frozenset({
    "[", "[[", "((", "test", "case", "echo", "printf", "exit", "true", "false", ":", "set", "shopt", "export",
    "declare", "local", "typeset", "readonly", "unset", "let", "cd", "pwd", "sleep", "date", "cat", "tee", "grep",
    "egrep", "fgrep", "sed", "awk", "cut", "tr", "head", "tail", "sort", "uniq", "wc", "jq", "yq", "git", "curl",
    "wget", "heroku", "gh", "basename", "dirname", "ls", "mkdir", "rm", "cp", "mv", "touch", "chmod", "read", "mapfile",
    "shift", "return", "break", "continue", "docker", "aws", "base64", "sha256sum", "md5sum", "which", "trap",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What a script leaves: by name, a text, None where it surely is not written, Open.UNKNOWN where that is not known.

    `told` are the files of which the script's own text writes nothing else, and `all_of` those of which no program that
    it runs does, either.
    """

    env: Mapping[str, Text | None] = field(default_factory=dict)
    outputs: Mapping[str, Text | None] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    all_of: frozenset[str] = frozenset()


NOTHING_KNOWN = Written()


def written(
    script: str, shell: str | None, variables: Mapping[str, str], expression: Callable[[str], str | None]
) -> Written:
    """Play a script through, and give what it leaves where it ends well; nothing is known of what no shell reads.

    `variables` are those that are known, `expression` tells what a `${{ }}` in it comes to, None for what is not known.
    """
    named = (shell or "bash").strip()
    if not is_shell(named):
        return NOTHING_KNOWN
    try:
        reading = _read(script)
    except PastBoundError:
        return NOTHING_KNOWN

    def known(text: str) -> Text:
        value = expression(text)
        return Open.UNKNOWN if value is None else value

    values = Values({**variables, **dict.fromkeys(reading.names, _NOT)}, frozenset(), known)
    errexit, pipefail = " " not in named or " -e" in named, named == "bash" and bool(shell)
    machine = Machine(values, errexit=errexit, pipefail=pipefail, most=_STEPS, play=_playing(reading))
    ends = machine.checked(machine.run(reading.tree, asked=False), errexit=True)
    states = [*([machine.values.variables] if ends & EITHER else []), *machine.ended]
    if machine.tired or not states:
        return NOTHING_KNOWN
    left = kept_in_files(states)
    found: dict[str, dict[str, Text | None]] = {ENV: {}, OUTPUT: {}}
    for key in reading.names:
        _, file, name = key.split(" ", 2)
        value = left.get(key, Open.UNKNOWN)
        unsure = file in reading.loose or key in reading.unsure
        found[file][name] = Open.UNKNOWN if unsure else None if value == _NOT else value
    told = frozenset({ENV, OUTPUT}) - reading.loose
    return Written(found[ENV], found[OUTPUT], told, told if reading.is_harmless else frozenset())


_NOT = "\0not written"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What can be told of a script by its text: the names that it writes, and the files of which not all is told."""

    tree: Sequence
    names: tuple[str, ...]
    unsure: frozenset[str]
    loose: frozenset[str]
    is_harmless: bool
    fed: Mapping[int, str]  # what a `tee` is handed, by the identity of the command


@lru_cache(maxsize=512)  # each situation asks
def _read(script: str) -> _Reading:
    tree = parse(script)
    names: dict[str, None] = {}
    loose: set[str] = set()
    truncated: set[str] = set()
    count: dict[str, int] = {}
    fed = dict(_fed(tree))
    functions = {each.name for each in _all(tree) if isinstance(each, Function)}
    usual = {id(each) for each in _simples(tree)}
    unsure: set[str] = set()
    for simple in all_of(tree):
        for file, how, lines in _writes(simple, fed.get(id(simple))):
            count[file] = count.get(file, 0) + 1
            if how == ">":
                truncated.add(file)
            if lines is None:
                loose.add(file)
                continue
            keys = [_key(file, name) for name, _ in lines]
            names.update(dict.fromkeys(keys))
            if id(simple) not in usual:  # in `$(...)`, or a loop with a condition
                unsure.update(keys)
        loose |= _aside(simple)
    loose |= {each for each in truncated if count[each] > 1}
    loose |= {match["file"] for match in _NAMED.finditer(script) if match["file"] not in count} - _only_asked(tree)
    is_harmless = all(_name(each) in _HARMLESS | functions or each.declares for each in all_of(tree) if each.words)
    return _Reading(tree, tuple(names), frozenset(unsure), frozenset(loose), is_harmless, fed)


def _simples(statement: Statement) -> Iterator[Simple]:
    """Give the commands whose writing can be followed: none of those of a loop that is left by its condition."""
    if isinstance(statement, Simple):
        yield statement
    elif not isinstance(statement, While):
        for part in parts_of(statement):
            yield from _simples(part)


def _all(statement: Statement) -> Iterator[Statement]:
    """Give a statement and those that it is made of."""
    yield statement
    for part in parts_of(statement):
        yield from _all(part)


def _fed(tree: Statement) -> Iterator[tuple[int, str]]:
    """Give what the command before it hands to a `tee`, and what a `tee` is handed by a heredoc."""
    for each in _all(tree):
        parts = each.parts if isinstance(each, Pipeline) else [each]
        for before, part in zip([None, *parts], parts, strict=False):
            if isinstance(part, Simple) and _tees(part):
                text = part.stdin or (_text(before) if isinstance(before, Simple) else None)
                if text is not None:
                    yield id(part), text


def _only_asked(tree: Statement) -> set[str]:
    """Give the files that are named nowhere but where they are tested or shown."""
    named = [match["file"] for each in all_of(tree) if _name(each) in _ASKS for match in _NAMED.finditer(each.source)]
    return set(named)


def _aside(simple: Simple) -> set[str]:
    """Give the files that a command is handed otherwise than to write there what can be read: `python x.py $FILE`."""
    if _name(simple) in _ASKS or _tees(simple):
        return set()
    texts = (*simple.words, *(each.text for each in simple.assignments), simple.stdin)
    return {match["file"] for text in texts for match in _NAMED.finditer(text)}


def _tees(simple: Simple) -> bool:
    return _name(simple) == "tee"


def _name(simple: Simple) -> str:
    return simple.words[0].rpartition("/")[2] if simple.words else ""


def _key(file: str, name: str) -> str:
    return f"{FILE} {file} {name}"


def _writes(simple: Simple, fed: str | None) -> Iterator[tuple[str, str, list[tuple[str, str]] | None]]:
    """Give the files that a command writes to, how, and the names and texts; None where that cannot be told.

    `fed` is what a `tee` is handed.
    """
    if _tees(simple):
        how = ">>" if {"-a", "--append"} & set(simple.words) else ">"
        for named in (found for word in simple.words[1:] for found in _NAMED.finditer(word)):
            yield named["file"], how, _lines(fed)
        return
    match = _INTO.search(simple.source.removesuffix(simple.behind))
    if match is not None:
        if _name(simple) not in _SILENT and (simple.words or simple.source.lstrip().startswith(">")):
            yield match["file"], match["how"], _lines(_text(simple))
    elif _name(simple) == "echo" and (command := _COMMAND.fullmatch(" ".join(simple.words[1:]))) is not None:
        yield OUTPUT, ">>", [(command["name"], command["value"])]


def _text(simple: Simple) -> str | None:
    """Give what a command writes, with variables as they are written; None where that cannot be told."""
    name, words = _name(simple), list(simple.words[1:])
    if name == "echo":
        options = ""
        while words and _OPTION.fullmatch(words[0]):
            options += words.pop(0)
        text = " ".join(words)
        return text.replace("\\n", "\n") if "e" in options else text
    if name == "printf" and words:
        values = iter(words[1:])
        return _FORMAT.sub(lambda match: "\n" if match[0] != "%s" else next(values, ""), words[0])
    if name == "cat" and not words and simple.stdin:
        return simple.stdin.replace("$", "\0") if _QUOTED_END.search(simple.source) else simple.stdin
    return None


def _lines(text: str | None) -> list[tuple[str, str]] | None:
    """Give the names and values of a text as GitHub reads them; None where it cannot be told which there are."""
    if text is None:
        return None
    found: list[tuple[str, str]] = []
    ahead = text.split("\n")[::-1]
    while ahead:
        line = ahead.pop().strip("\r")
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.lstrip())
        if match is None:
            return None
        if match["end"] is None:
            found.append((match["name"], match["value"]))
            continue
        body: list[str] = []
        while ahead and ahead[-1].strip() != match["end"].strip():
            body.append(ahead.pop())
        if not ahead:
            return None
        ahead.pop()
        found.append((match["name"], "\n".join(body)))
    return found


def _playing(reading: _Reading) -> Play:
    """Give what runs a statement, and keeps what a command writes for later steps."""

    def run(machine: Machine, node: Statement, asked: bool, stdin: Text) -> Ends:  # noqa: FBT001 - as `play`
        if isinstance(node, Simple):
            for file, _, lines in _writes(node, reading.fed.get(id(node))):
                for name, text in lines or ():
                    value = machine.values.expand(text)
                    machine.values.put(_key(file, name), value.replace("\0", "$") if isinstance(value, str) else value)
        return play(machine, node, asked, stdin)

    return run
