"""Goes through a script in its order, and notes each simple command with what is in effect there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from asbuilt.workflows.bounds import (
    CALLS,
    NAMED,
    NESTING,
    TEXTS,
    WORDS,
    WORK,
    PastBoundError,
    hold,
    hold_levels,
)
from asbuilt.workflows.shell.command import Command, Fate
from asbuilt.workflows.shell.fates import At, Fates, Place
from asbuilt.workflows.shell.syntax import parse
from asbuilt.workflows.shell.tree import (
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
from asbuilt.workflows.shell.words import SHELLS, Variables, added, expand, joined, turned, unwrapped

_OPTION = re.compile(r"-[a-zA-Z]+$")
_ARGUMENTS = frozenset({"$@", "$*", "${@}", "${*}", "${@:1}", "${@:2}", "${@:3}"})
_BRACES = re.compile(r"(?<!\$)\{([^{}\s]*,[^{}\s]*)\}")
_CONDITIONS = frozenset({At.NOT, At.IF, At.WHILE, At.CASE})
_LEFT = frozenset({At.LEFT})


@dataclass(slots=True, eq=False)
class Draft:
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
    certain: bool = False
    command: Command | None = None


@dataclass(slots=True, eq=False)
class Reader:
    """Goes through a script in its order, with the variables and options in effect."""

    errexit: bool
    pipefail: bool
    variables: Variables = field(default_factory=dict)
    fates: Fates = field(default_factory=Fates)
    drafts: dict[tuple[Simple, tuple[str, ...]], Draft] = field(default_factory=dict)
    pipes: dict[Statement, list[Statement]] = field(default_factory=dict)
    functions: dict[str, tuple[Function, tuple[int, ...], int]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)
    arguments: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    line: int = 0
    level: int = 0
    work: int = 0

    def _works(self, steps: int) -> None:
        """Count what it takes to follow the script. Raises PastBoundError."""
        self.work += steps
        if self.work + self.fates.runs.work > WORK:
            raise PastBoundError(f"has a script that takes more than {WORK:,} steps to follow, and no more are made")

    def read(self, script: Sequence, place: Place, order: tuple[int, ...]) -> None:
        """Go through a script, then through the functions that it defines and never calls."""
        outer = self.order
        self.order = order
        self._visit(script, place)
        self.order = outer
        if not order:
            for name, (function, at, line) in list(self.functions.items()):
                if name not in self.called:
                    self.order, self.line = at, line
                    self._inside(function.body, Place(place, At.BESIDE), errexit=False)

    def result(self) -> tuple[Command, ...]:
        """Give what was found, in the order of the text."""
        drafts = sorted(self.drafts.values(), key=lambda draft: draft.order)
        by_node: dict[Simple, list[Draft]] = {}
        for draft in drafts:
            by_node.setdefault(draft.node, []).append(draft)
        for draft in reversed(drafts):
            self._finish(draft, by_node)
        self.work += self.fates.runs.work
        return tuple(draft.command for draft in drafts if draft.command is not None)

    def _finish(self, draft: Draft, by_node: Mapping[Simple, list[Draft]]) -> Command:
        if draft.command is not None:
            return draft.command

        def of(statements: list[Statement]) -> tuple[Command, ...]:
            nodes = [node for statement in statements for node in all_of(statement)]
            self._works(len(nodes))
            found = [each for node in nodes for each in by_node.get(node, ()) if each.order > draft.order]
            return tuple(self._finish(each, by_node) for each in found)

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
            draft.certain,
        )
        return draft.command

    def _place(self, above: Place, at: At, node: Statement, index: int = 0) -> Place:
        """Give the place of a part of a statement."""
        ignored = above.ignored or at in {At.LEFT, At.NOT, At.IF, At.WHILE}
        return Place(above, at, node, index, self.errexit and not ignored, ignored, self.pipefail)

    def _visit(self, node: Statement, place: Place) -> None:
        self._works(8)  # it takes as long as to copy so many variables
        self.level += 1
        hold_levels(self.level, NESTING)
        self._go_through(node, place)
        self.level -= 1

    def _go_through(self, node: Statement, place: Place) -> None:  # noqa: C901, PLR0912 - one case for each kind
        match node:
            case Simple():
                self._simple(node, place)
            case Sequence():
                for index, item in enumerate(node.items):
                    self._visit(item, self._place(place, At.ITEM, node, index))
            case AndOr():
                self._visit(node.left, self._place(place, At.LEFT, node))
                before = self.variables
                self._visit(node.right, self._place(place, At.RIGHT, node))
                if self.variables is not before:
                    self.variables = joined([before, self.variables])
            case Not():
                self._visit(node.item, self._place(place, At.NOT, node))
            case Pipeline():
                self._works(len(node.parts) ** 2 // 2)
                for index, part in enumerate(node.parts):
                    self.pipes[part] = node.parts[index + 1 :]
                    self._visit(part, self._place(place, At.PART, node, index))
            case If():
                self._conditional(node, place)
            case While():
                before = self.variables
                self._visit(node.condition, self._place(place, At.WHILE, node))
                asked = self.variables
                self._visit(node.body, self._place(place, At.BODY, node))
                if self.variables is not asked:  # the condition is asked again, of what the body has set
                    self._visit(node.condition, self._place(place, At.WHILE, node))
                if self.variables is not before:
                    self.variables = joined([before, self.variables])
            case For():
                self._loop(node, place)
            case Case():
                self._simple(node.head, self._place(place, At.CASE, node))
                before = self.variables
                ends = [] if node.all else [before]
                for index, branch in enumerate(node.branches):
                    self.variables = before
                    self._visit(branch, self._place(place, At.BRANCH, node, index))
                    ends.append(self.variables)
                self._meet(ends)
            case Subshell():
                before = self.variables
                self._inside(node.body, self._place(place, At.INNER, node))
                self.variables = before
            case Background():
                self._visit(node.item, self._place(place, At.BESIDE, node))
            case Function():
                self.functions[node.name] = (node, self.order, self.line)
                self.fates.runs.functions[node.name] = node

    def _inside(self, body: Statement, place: Place, *, errexit: bool | None = None) -> None:
        """Go through what has options of its own."""
        outer = self.errexit, self.pipefail
        if errexit is not None:
            self.errexit = errexit
        self._visit(body, place)
        self.errexit, self.pipefail = outer

    def _conditional(self, node: If, place: Place) -> None:
        ends: list[Variables] = []
        for index, (condition, body) in enumerate(node.clauses):
            self._visit(condition, self._place(place, At.IF, node, index))
            before = self.variables
            self._visit(body, self._place(place, At.BRANCH, node, index))
            ends.append(self.variables)
            self.variables = before
        if node.otherwise is not None:
            self._visit(node.otherwise, self._place(place, At.BRANCH, node, len(node.clauses)))
        ends.append(self.variables)
        self._meet(ends)

    def _meet(self, ends: list[Variables]) -> None:
        """Go on with what variables may be where several ways meet."""
        self._works(len(ends) * (1 + len(ends[0]) // 8))
        self.variables = joined(ends)

    def _loop(self, node: For, place: Place) -> None:
        self._simple(node.head, place)
        before = self.variables
        if node.name:
            texts: list[str] = []
            for word, quoted in node.words:
                for text in (each for one in _braced(word, quoted) for each in expand(one, self.variables)):
                    texts += [text] if (quoted and "[@]" not in word) or "${{" in text or "$(" in text else text.split()
            self.variables = {key: value for key, value in before.items() if key != node.name}
            known = tuple(dict.fromkeys(text for text in texts if "$(" not in text and "`" not in text))
            if known and len(known) <= TEXTS:
                self.variables[node.name] = known
        self._visit(node.body, self._place(place, At.BODY, node))
        if not node.words:
            self.variables = joined([before, self.variables])

    def _simple(self, node: Simple, place: Place) -> None:
        """Read one command: what is in its `$(...)`, what it sets, and what it runs in turn."""
        alone = not node.words or node.declares
        at = At.VALUE if not node.words and node.assignments else At.ARGUMENT
        for script in node.substitutions:
            self._inside(script, self._place(place, at, node), errexit=False)
        words = node.words
        hold(len(words), WORDS, "words in a command")
        if alone:
            for assignment in node.assignments:
                self._assign(assignment)
        if not words:
            return
        words = self._given(self._spelled_out(words))
        words, environment, limited = unwrapped(words)
        environment = {**{each.name: each.text for each in node.assignments if not node.declares}, **environment}
        if not words or self._runs(node, words, place, environment, limited=limited):
            return
        self._effects(words)
        self._note(node, words, environment, place)

    def _spelled_out(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put in a variable that holds the command itself: `$HEROKU ps`."""
        texts = expand(words[0], self.variables) if words[0].startswith("$") else ()
        if len(texts) != 1 or not texts[0].strip() or "$" in texts[0]:
            return words
        return (*texts[0].split(), *words[1:])

    def _given(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put a function's arguments where it runs them: `"$@"`."""
        if not self.running or words[0] not in _ARGUMENTS:
            return words
        rest = self.arguments
        while rest and rest[0].isdigit():  # attempts and delays come first
            rest = rest[1:]
        return rest + words[1:] if rest else words

    def _note(self, node: Simple, words: tuple[str, ...], environment: dict[str, str], place: Place) -> None:
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
        self.drafts[key] = Draft(
            order, node, words, environment, line, self.variables, fate, refuses, handled_by, piped_to, _certain(place)
        )

    def _runs(
        self, node: Simple, words: tuple[str, ...], place: Place, environment: Mapping[str, str], *, limited: bool
    ) -> bool:
        """Go through the script that a command runs. Tells whether the command is nothing but that."""
        name = words[0].rpartition("/")[2]
        if name in self.functions:
            self._call(name, words[1:], place, environment)
        elif name == "trap":
            if len(words) > 1 and words[1] not in {"-", ""}:
                self._inner(node, words[1], self._place(place, At.BESIDE, node))
        elif name == "eval":
            return self._inner(node, " ".join(words[1:]), self._place(place, At.EVAL, node))
        elif name in SHELLS and self._handed(node, words, place, limited=limited):
            return True
        else:
            for word in words[1:]:
                if word in self.functions:
                    self._call(word, (), place, {})
        return False

    def _handed(self, node: Simple, words: tuple[str, ...], place: Place, *, limited: bool) -> bool:
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
        inner = self._place(place, At.TIMED if limited else At.INNER, node)
        inner.ignored = False
        outer, self.pipefail = self.pipefail, turned(options, "", "pipefail") is True
        done = self._inner(node, script, inner, errexit=turned(options, "e", "errexit") is True)
        self.pipefail = outer
        return done

    def _inner(self, node: Simple, script: str, place: Place, *, errexit: bool | None = None) -> bool:
        """Go through a script within a command."""
        hold(len(self.order) + 1, CALLS, "scripts within each other")
        self._works(len(script) // 64)
        order, line = self.order, self.line
        self.order, self.line = (*order, node.start), line + node.line
        self._inside(parse(script), place, errexit=errexit)
        self.order, self.line = order, line
        return True

    def _call(self, name: str, arguments: tuple[str, ...], place: Place, environment: Mapping[str, str]) -> None:
        """Go through a function's body as it runs here: with its arguments, and the variables set for it."""
        self.called.add(name)
        if name in self.running:
            return
        hold(len(self.running) + 1, CALLS, "functions that call each other")
        function, order, line = self.functions[name]
        outer = self.order, self.line, self.arguments, self.variables
        self.order, self.line, self.arguments = order, line, arguments
        self.running.append(name)
        given = {**{str(at): text for at, text in enumerate(arguments, 1)}, **environment}
        values = {at: expand(text, self.variables) for at, text in given.items()}
        self.variables = {**self.variables, **values}
        inner = self._place(place, At.INNER, function)
        inner.function = True
        self._visit(function.body, inner)
        self.running.pop()
        self.order, self.line, self.arguments, before = outer
        kept = {key: value for key, value in self.variables.items() if not key.isdigit()}
        self.variables = {**kept, **{key: value for key, value in before.items() if key.isdigit()}}

    def _assign(self, assignment: Assignment) -> None:
        values = expand(assignment.text, self.variables)
        if assignment.adds:
            known = self.variables.get(assignment.name, (f"${{{assignment.name}}}",))
            values = added(known, values) or (f"${{{assignment.name}}}{assignment.text}",)
        hold(len(self.variables) + 1, NAMED, "variables in a script")
        self._works(1 + len(self.variables) // 4 + sum(map(len, values)) // 64)
        self.variables = {**self.variables, assignment.name: values}

    def _effects(self, words: tuple[str, ...]) -> None:
        """Follow what a command of the shell's own changes: options, and variables that are no longer known."""
        if words[0] == "set":
            errexit, pipefail = turned(words[1:], "e", "errexit"), turned(words[1:], "", "pipefail")
            self.errexit = self.errexit if errexit is None else errexit
            self.pipefail = self.pipefail if pipefail is None else pipefail
        elif words[0] in {"read", "unset", "mapfile", "readarray"}:
            lost = {word for word in words[1:] if word in self.variables}
            if lost:
                self.variables = {key: value for key, value in self.variables.items() if key not in lost}


def _braced(word: str, quoted: bool) -> Iterable[str]:  # noqa: FBT001 - whether quotes keep it as it is
    """Give the words that braces in one stand for: `shop-{a,b}`."""
    match = None if quoted else _BRACES.search(word)
    if match is None or prod(each.count(",") + 1 for each in _BRACES.findall(word)) > TEXTS:
        return (word,)
    parts = (f"{word[: match.start()]}{part}{word[match.end() :]}" for part in match[1].split(","))
    return (each for part in parts for each in _braced(part, quoted))


def _certain(place: Place) -> bool:
    """Tell whether what stands here is one of the statements of the script itself, in none of another kind."""
    here = place
    while here.at is At.ITEM and here.above is not None:
        here = here.above
    return here.above is None


def _asked_at(place: Place, where: frozenset[At]) -> bool:
    """Tell whether the outcome of what stands here is a question to something around it."""
    here: Place | None = place
    while here is not None and here.at not in {At.ARGUMENT, At.VALUE, At.BESIDE}:
        if here.at in where:
            return True
        here = here.above
    return False
