"""A `run:` script as the simple commands that the shell would run, and what the failure of each leads to.

Variables are followed as far as the script itself sets them. What is no shell script is read as far as it goes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from asbuilt.workflows.shell_fates import At, Fates, Place
from asbuilt.workflows.shell_syntax import parse
from asbuilt.workflows.shell_tree import (
    AndOr,
    Assignment,
    Background,
    Case,
    For,
    Function,
    If,
    Not,
    Pipeline,
    Sequence,
    Simple,
    Statement,
    Subshell,
    While,
    all_of,
)
from asbuilt.workflows.shell_words import Variables, expand, joined, option, unwrapped

__all__ = ["Command", "Fate", "commands", "expand", "option"]


class Fate(StrEnum):
    """What the failure of a command leads to: the step fails, nothing, or a branch that does not fail it."""

    FAILS = "fails"
    SWALLOWED = "swallowed"
    TESTED = "tested"


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command of a script, as the shell would run it.

    A test in brackets is one too, and so is the question of a `case`: `case`, the word, `in`, the patterns.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str]
    fate: Fate
    line: int
    source: str
    variables: Mapping[str, tuple[str, ...]]
    piped_to: tuple["Command", ...] = ()
    stdin: str = ""
    handlers: tuple["Command", ...] = ()
    refuses: bool = False  # its success ends the step as failed, as in `if [ -z "$KEY" ]; then exit 1; fi`


_SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ksh"})
_OTHER_LANGUAGES = re.compile(r"^\S*\b(?:python|node|deno|bun|ruby|perl|php|Rscript)")
_OPTION = re.compile(r"-[a-zA-Z]+$")
_ARGUMENTS = frozenset({"$@", "$*", "${@}", "${*}", "${@:1}", "${@:2}", "${@:3}"})
_DEEPEST = 8
_CONDITIONS = frozenset({At.NOT, At.IF, At.WHILE, At.CASE})
_LEFT = frozenset({At.LEFT})


def commands(script: str, shell: str | None = None) -> tuple[Command, ...]:
    """Give the commands of a script in the order of its text; `shell` is the step's `shell`, None for the default."""
    return _commands(script, (shell or "").strip())


@lru_cache(maxsize=8192)
def _commands(script: str, shell: str) -> tuple[Command, ...]:
    if _OTHER_LANGUAGES.match(shell):
        return ()
    errexit, pipefail = _started_with(shell)
    try:
        reader = _Reader(errexit=errexit, pipefail=pipefail)
        reader.read(parse(script), Place(None, At.SCRIPT), ())
        return reader.result()
    except RecursionError:  # nested deeper than any script that a person writes
        return ()


def _started_with(shell: str) -> tuple[bool, bool]:
    """Tell whether GitHub starts a shell with `-e`, and with `-o pipefail`."""
    name, _, options = shell.partition(" ")
    if not options:
        return name in {"", "bash", "sh"}, name == "bash"
    flags = " ".join(options.split("{0}")[0].split())
    return _sets(flags.split(), "e", "errexit") is True, _sets(flags.split(), "", "pipefail") is True


def _sets(words: list[str], letter: str, name: str) -> bool | None:
    """Tell whether the words of a `set` turn an option on or off."""
    found = None
    for at, word in enumerate(words):
        if re.fullmatch(r"[-+][a-zA-Z]+", word):
            on = word[0] == "-"
            if letter and letter in word[1:]:
                found = on
            if "o" in word[1:] and words[at + 1 : at + 2] == [name]:
                found = on
    return found


@dataclass(slots=True, eq=False)
class _Draft:
    """A command as far as it is known."""

    order: tuple[int, ...]
    node: Simple
    words: tuple[str, ...]
    environment: dict[str, str]
    line: int
    variables: Variables
    fate: Fate
    refuses: bool
    handled_by: list[Statement]
    piped_to: list[Statement] = field(default_factory=list)
    command: Command | None = None


@dataclass(slots=True, eq=False)
class _Reader:
    """Goes through a script in its order, with the variables and options in effect."""

    errexit: bool
    pipefail: bool
    variables: Variables = field(default_factory=dict)
    fates: Fates = field(default_factory=Fates)
    drafts: dict[tuple[Simple, tuple[str, ...]], _Draft] = field(default_factory=dict)
    pipes: dict[Statement, list[Statement]] = field(default_factory=dict)
    functions: dict[str, tuple[Function, tuple[int, ...], int]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)
    arguments: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    line: int = 0

    def read(self, script: Sequence, place: Place, order: tuple[int, ...]) -> None:
        """Go through a script, then through the functions that it defines and never calls."""
        outer = self.order
        self.order = order
        self.visit(script, place)
        self.order = outer
        if not order:
            for name, (function, at, line) in list(self.functions.items()):
                if name not in self.called:
                    self.order, self.line = at, line
                    self.inside(function.body, Place(place, At.BESIDE), errexit=False)

    def result(self) -> tuple[Command, ...]:
        """Give what was found, in the order of the text."""
        drafts = sorted(self.drafts.values(), key=lambda draft: draft.order)
        by_node: dict[Simple, list[_Draft]] = {}
        for draft in drafts:
            by_node.setdefault(draft.node, []).append(draft)
        for draft in reversed(drafts):
            self.finish(draft, by_node)
        return tuple(draft.command for draft in drafts if draft.command is not None)

    def finish(self, draft: _Draft, by_node: Mapping[Simple, list[_Draft]]) -> Command:
        if draft.command is not None:
            return draft.command

        def of(statements: list[Statement]) -> tuple[Command, ...]:
            nodes = (node for statement in statements for node in all_of(statement))
            found = [each for node in nodes for each in by_node.get(node, ()) if each.order > draft.order]
            return tuple(self.finish(each, by_node) for each in found)

        draft.command = Command(
            draft.words,
            draft.environment,
            draft.fate,
            draft.line,
            draft.node.source,
            draft.variables,
            of(draft.piped_to),
            draft.node.stdin,
            of(draft.handled_by),
            draft.refuses,
        )
        return draft.command

    def place(self, above: Place, at: At, node: Statement, index: int = 0) -> Place:
        """Give the place of a part of a statement."""
        ignored = above.ignored or at in {At.LEFT, At.NOT, At.IF, At.WHILE}
        return Place(above, at, node, index, self.errexit and not ignored, ignored, self.pipefail)

    def visit(self, node: Statement, place: Place) -> None:  # noqa: C901, PLR0912 - one case for each kind of syntax
        match node:
            case Simple():
                self.simple(node, place)
            case Sequence():
                for index, item in enumerate(node.items):
                    self.visit(item, self.place(place, At.ITEM, node, index))
            case AndOr():
                self.visit(node.left, self.place(place, At.LEFT, node))
                before = self.variables
                self.visit(node.right, self.place(place, At.RIGHT, node))
                if self.variables is not before:
                    self.variables = joined([before, self.variables])
            case Not():
                self.visit(node.item, self.place(place, At.NOT, node))
            case Pipeline():
                for index, part in enumerate(node.parts):
                    self.pipes[part] = node.parts[index + 1 :]
                    self.visit(part, self.place(place, At.PART, node, index))
            case If():
                self.conditional(node, place)
            case While():
                before = self.variables
                self.visit(node.condition, self.place(place, At.WHILE, node))
                asked = self.variables
                self.visit(node.body, self.place(place, At.BODY, node))
                if self.variables is not asked:  # the condition is asked again, of what the body has set
                    self.visit(node.condition, self.place(place, At.WHILE, node))
                if self.variables is not before:
                    self.variables = joined([before, self.variables])
            case For():
                self.loop(node, place)
            case Case():
                self.simple(node.head, self.place(place, At.CASE, node))
                before = self.variables
                ends = [] if node.all else [before]
                for index, branch in enumerate(node.branches):
                    self.variables = before
                    self.visit(branch, self.place(place, At.BRANCH, node, index))
                    ends.append(self.variables)
                self.variables = joined(ends)
            case Subshell():
                before = self.variables
                self.inside(node.body, self.place(place, At.INNER, node))
                self.variables = before
            case Background():
                self.visit(node.item, self.place(place, At.BESIDE, node))
            case Function():
                self.functions[node.name] = (node, self.order, self.line)
                self.fates.runs.functions[node.name] = node

    def inside(self, body: Statement, place: Place, *, errexit: bool | None = None) -> None:
        """Go through what has options of its own."""
        outer = self.errexit, self.pipefail
        if errexit is not None:
            self.errexit = errexit
        self.visit(body, place)
        self.errexit, self.pipefail = outer

    def conditional(self, node: If, place: Place) -> None:
        ends: list[Variables] = []
        for index, (condition, body) in enumerate(node.clauses):
            self.visit(condition, self.place(place, At.IF, node, index))
            before = self.variables
            self.visit(body, self.place(place, At.BRANCH, node, index))
            ends.append(self.variables)
            self.variables = before
        if node.otherwise is not None:
            self.visit(node.otherwise, self.place(place, At.BRANCH, node, len(node.clauses)))
        ends.append(self.variables)
        self.variables = joined(ends)

    def loop(self, node: For, place: Place) -> None:
        self.simple(node.head, place)
        before = self.variables
        if node.name:
            texts: list[str] = []
            for word, quoted in node.words:
                for text in expand(word, self.variables):
                    texts += [text] if (quoted and "[@]" not in word) or "${{" in text or "$(" in text else text.split()
            self.variables = {key: value for key, value in before.items() if key != node.name}
            known = tuple(dict.fromkeys(text for text in texts if "$(" not in text and "`" not in text))
            if known:
                self.variables[node.name] = known
        self.visit(node.body, self.place(place, At.BODY, node))
        if not node.words:
            self.variables = joined([before, self.variables])

    def simple(self, node: Simple, place: Place) -> None:
        """Read one command: what is in its `$(...)`, what it sets, and what it runs in turn."""
        alone = not node.words or node.declares
        at = At.VALUE if not node.words and node.assignments else At.ARGUMENT
        for script in node.substitutions:
            self.inside(script, self.place(place, at, node), errexit=False)
        words = node.words
        if alone:
            for assignment in node.assignments:
                self.assign(assignment)
        if not words:
            return
        words = self.given(words)
        words, environment, limited = unwrapped(words)
        environment = {**{each.name: each.text for each in node.assignments if not node.declares}, **environment}
        if not words or self.runs(node, words, place, limited=limited):
            return
        self.effects(words)
        self.note(node, words, environment, place)

    def given(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put a function's arguments where it runs them: `"$@"`."""
        if not self.running or words[0] not in _ARGUMENTS:
            return words
        rest = self.arguments
        while rest and rest[0].isdigit():  # attempts and delays come first
            rest = rest[1:]
        return rest + words[1:] if rest else words

    def note(self, node: Simple, words: tuple[str, ...], environment: dict[str, str], place: Place) -> None:
        handled_by: list[Statement] = []
        fails = self.fates.of_failure(place, handled_by)
        tested = _asked_at(place, _CONDITIONS)
        refuses = (tested or _asked_at(place, _LEFT)) and self.fates.of_success(place)
        fate = Fate.FAILS if fails else Fate.TESTED if tested else Fate.SWALLOWED
        order = (*self.order, node.start)
        key = (node, words)
        if (seen := self.drafts.get(key)) is not None:  # a function called again
            seen.fate = Fate.FAILS if Fate.FAILS in {seen.fate, fate} else seen.fate
            seen.refuses = seen.refuses or refuses
            seen.variables = joined([seen.variables, self.variables])
            return
        piped_to = self.pipes.get(node, [])
        line = self.line + node.line
        self.drafts[key] = _Draft(
            order, node, words, environment, line, self.variables, fate, refuses, handled_by, piped_to
        )

    def runs(self, node: Simple, words: tuple[str, ...], place: Place, *, limited: bool) -> bool:
        """Go through the script that a command runs. Tells whether the command is nothing but that."""
        name = words[0].rpartition("/")[2]
        if name in self.functions:
            self.call(name, words[1:], place)
        elif name == "trap":
            if len(words) > 1 and words[1] not in {"-", ""}:
                self.inner(node, words[1], self.place(place, At.BESIDE, node))
        elif name == "eval":
            return self.inner(node, " ".join(words[1:]), self.place(place, At.EVAL, node))
        elif name in _SHELLS and self.handed(node, words, place, limited=limited):
            return True
        else:
            for word in words[1:]:
                if word in self.functions:
                    self.call(word, (), place)
        return False

    def handed(self, node: Simple, words: tuple[str, ...], place: Place, *, limited: bool) -> bool:
        """Go through the script handed to another shell, by `-c` or on its standard input."""
        options: list[str] = []
        rest = list(words[1:])
        while rest and rest[0][:1] in "-+" and rest[0] not in {"-", "--"} and rest[0] != "":
            options.append(rest.pop(0))
            if "o" in options[-1].lstrip("-+") and not options[-1].startswith("--") and rest:
                options.append(rest.pop(0))
        told = any("c" in each for each in options if _OPTION.match(each))
        script = (rest[0] if rest else "") if told else node.stdin if not rest or rest == ["-"] else ""
        if not told and any("s" in each for each in options if _OPTION.match(each)):
            script = node.stdin
        if not script:
            return False
        inner = self.place(place, At.TIMED if limited else At.INNER, node)
        inner.ignored = False
        outer, self.pipefail = self.pipefail, _sets(options, "", "pipefail") is True
        done = self.inner(node, script, inner, errexit=_sets(options, "e", "errexit") is True)
        self.pipefail = outer
        return done

    def inner(self, node: Simple, script: str, place: Place, *, errexit: bool | None = None) -> bool:
        """Go through a script within a command."""
        if len(self.order) > _DEEPEST:
            return False
        order, line = self.order, self.line
        self.order, self.line = (*order, node.start), line + node.line
        self.inside(parse(script), place, errexit=errexit)
        self.order, self.line = order, line
        return True

    def call(self, name: str, arguments: tuple[str, ...], place: Place) -> None:
        """Go through a function's body as it runs here."""
        self.called.add(name)
        if name in self.running or len(self.running) > _DEEPEST:
            return
        function, order, line = self.functions[name]
        outer = self.order, self.line, self.arguments, self.variables
        self.order, self.line, self.arguments = order, line, arguments
        self.running.append(name)
        given = {str(at): (text,) for at, text in enumerate(arguments, 1)}
        values = {at: expand(text, self.variables) for at, (text,) in given.items()}
        self.variables = {**self.variables, **values}
        inner = self.place(place, At.INNER, function)
        inner.function = True
        self.visit(function.body, inner)
        self.running.pop()
        self.order, self.line, self.arguments, before = outer
        kept = {key: value for key, value in self.variables.items() if not key.isdigit()}
        self.variables = {**kept, **{key: value for key, value in before.items() if key.isdigit()}}

    def assign(self, assignment: Assignment) -> None:
        values = expand(assignment.text, self.variables)
        if assignment.adds:
            known = self.variables.get(assignment.name, (f"${{{assignment.name}}}",))
            values = tuple(dict.fromkeys(old + new for old in known for new in values))[:64]
        self.variables = {**self.variables, assignment.name: values}

    def effects(self, words: tuple[str, ...]) -> None:
        """Follow what a command of the shell's own changes: options, and variables that are no longer known."""
        if words[0] == "set":
            errexit, pipefail = _sets(list(words[1:]), "e", "errexit"), _sets(list(words[1:]), "", "pipefail")
            self.errexit = self.errexit if errexit is None else errexit
            self.pipefail = self.pipefail if pipefail is None else pipefail
        elif words[0] in {"read", "unset", "mapfile", "readarray"}:
            lost = {word for word in words[1:] if word in self.variables}
            if lost:
                self.variables = {key: value for key, value in self.variables.items() if key not in lost}


def _asked_at(place: Place, where: frozenset[At]) -> bool:
    """Tell whether the outcome of what stands here is a question to something around it."""
    here: Place | None = place
    while here is not None and here.at not in {At.ARGUMENT, At.VALUE, At.BESIDE}:
        if here.at in where:
            return True
        here = here.above
    return False
