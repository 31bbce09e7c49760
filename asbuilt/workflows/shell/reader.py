"""Goes through a script in its order, and notes each simple command with what is in effect there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
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
from asbuilt.workflows.shell.failures import Failures
from asbuilt.workflows.shell.languages import SHELLS
from asbuilt.workflows.shell.record import Site
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
from asbuilt.workflows.shell.words import Variables, added, expand, given, handed, joined, unwrapped

_BRACES = re.compile(r"(?<!\$)\{([^{}\s]*,[^{}\s]*)\}")


class Asked(IntEnum):
    """Whether the outcome of a command is a question to something around it."""

    NOT = 0
    BY_LIST = 1  # left of && or ||
    BY_CONDITION = 2


@dataclass(slots=True, eq=False)
class Draft:
    """A command as far as it is known."""

    order: tuple[int, ...]
    node: Simple
    words: tuple[str, ...]
    environment: dict[str, str]
    line: int
    variables: Variables
    asked: Asked
    certain: bool
    sites: list[Site]
    piped_to: list[Statement] = field(default_factory=list)
    command: Command | None = None


@dataclass(slots=True, eq=False)
class Reader:
    """Goes through a script in its order, with the variables in effect."""

    failures: Failures
    variables: Variables = field(default_factory=dict)
    drafts: dict[tuple[Simple, tuple[str, ...]], Draft] = field(default_factory=dict)
    pipes: dict[Statement, list[Statement]] = field(default_factory=dict)
    functions: dict[str, tuple[Function, tuple[int, ...], int]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)
    arguments: tuple[str, ...] = ()
    asked: Asked = Asked.NOT
    calls: tuple[Simple, ...] = ()
    order: tuple[int, ...] = ()
    line: int = 0
    level: int = 0
    within: int = 0  # so many statements that are more than one after the other
    work: int = 0

    def _works(self, steps: int) -> None:
        """Count what it takes to follow the script. Raises PastBoundError."""
        self.work += steps
        if self.work + self.failures.work > WORK:
            raise PastBoundError(f"has a script that takes more than {WORK:,} steps to follow, and no more are made")

    def read(self) -> None:
        """Go through the script, then through the functions that it defines and never calls."""
        self._visit(self.failures.script)
        for name, (function, at, line) in list(self.functions.items()):
            if name not in self.called:
                self.order, self.line = at, line
                self._within(function.body, Asked.NOT)

    def result(self) -> tuple[Command, ...]:
        """Give what was found, in the order of the text."""
        drafts = sorted(self.drafts.values(), key=lambda draft: draft.order)
        by_node: dict[Simple, list[Draft]] = {}
        for draft in drafts:
            by_node.setdefault(draft.node, []).append(draft)
        for draft in reversed(drafts):
            self._finish(draft, by_node)
        self.work += self.failures.work
        return tuple(draft.command for draft in drafts if draft.command is not None)

    def _finish(self, draft: Draft, by_node: Mapping[Simple, list[Draft]]) -> Command:
        if draft.command is not None:
            return draft.command

        def of(statements: list[Statement]) -> tuple[Command, ...]:
            nodes = [node for statement in statements for node in all_of(statement)]
            self._works(len(nodes))
            found = [each for node in nodes for each in by_node.get(node, ()) if each.order > draft.order]
            return tuple(self._finish(each, by_node) for each in found)

        fails = any(map(self.failures.of_failure, draft.sites))
        is_condition = draft.asked is Asked.BY_CONDITION
        draft.command = Command(
            draft.words,
            draft.environment,
            Fate.FAILS if fails else Fate.TESTED if is_condition else Fate.SWALLOWED,
            draft.line,
            draft.node.source,
            draft.variables,
            of(draft.piped_to),
            draft.node.stdin,
            draft.asked is not Asked.NOT and any(map(self.failures.of_success, draft.sites)),
            draft.certain,
        )
        self._works(0)
        return draft.command

    def _visit(self, node: Statement) -> None:
        self._works(8)  # it takes as long as to copy so many variables
        self.level += 1
        hold_levels(self.level, NESTING)
        self._go_through(node)
        self.level -= 1

    def _within(self, node: Statement, asked: Asked | None = None) -> None:
        """Go through a part of a statement; `asked` where it is not as what stands around it is."""
        outer = self.asked
        self.asked = outer if asked is None else asked
        self.within += 1
        self._visit(node)
        self.within -= 1
        self.asked = outer

    def _condition(self, node: Statement) -> None:
        self._within(node, Asked.BY_CONDITION)

    def _go_through(self, node: Statement) -> None:  # noqa: C901, PLR0912 - one case for each kind
        match node:
            case Simple():
                self._simple(node)
            case Sequence():
                for item in node.items:
                    self._visit(item)
            case AndOr():
                self._within(node.left, max(self.asked, Asked.BY_LIST))
                before = self.variables
                self._within(node.right)
                if self.variables is not before:
                    self.variables = joined([before, self.variables])
            case Not():
                self._condition(node.item)
            case Pipeline():
                self._works(len(node.parts) ** 2 // 2)
                for index, part in enumerate(node.parts):
                    self.pipes[part] = node.parts[index + 1 :]
                    self._within(part)
            case If():
                self._conditional(node)
            case While():
                before = self.variables
                self._condition(node.condition)
                asked = self.variables
                self._within(node.body)
                if self.variables is not asked:  # the condition is asked again, of what the body has set
                    self._condition(node.condition)
                if self.variables is not before:
                    self.variables = joined([before, self.variables])
            case For():
                self._loop(node)
            case Case():
                outer, self.asked = self.asked, Asked.BY_CONDITION
                self.within += 1
                self._simple(node.head)
                self.within -= 1
                self.asked = outer
                before = self.variables
                ends = [] if node.all else [before]
                for branch in node.branches:
                    self.variables = before
                    self._within(branch)
                    ends.append(self.variables)
                self._meet(ends)
            case Subshell():
                before = self.variables
                self._within(node.body)
                self.variables = before
            case Background():
                self._within(node.item, Asked.NOT)
            case Function():
                self.functions[node.name] = (node, self.order, self.line)

    def _conditional(self, node: If) -> None:
        ends: list[Variables] = []
        for condition, body in node.clauses:
            self._condition(condition)
            before = self.variables
            self._within(body)
            ends.append(self.variables)
            self.variables = before
        if node.otherwise is not None:
            self._within(node.otherwise)
        ends.append(self.variables)
        self._meet(ends)

    def _meet(self, ends: list[Variables]) -> None:
        """Go on with what variables may be where several ways meet."""
        self._works(len(ends) * (1 + len(ends[0]) // 8))
        self.variables = joined(ends)

    def _loop(self, node: For) -> None:
        self._simple(node.head)
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
        self._within(node.body)
        if not node.words:
            self.variables = joined([before, self.variables])

    def _simple(self, node: Simple) -> None:
        """Read one command: what is in its `$(...)`, what it sets, and what it runs in turn."""
        alone = not node.words or node.declares
        for script in node.substitutions:
            self._within(script, Asked.NOT)
        words = node.words
        hold(len(words), WORDS, "words in a command")
        if alone:
            for assignment in node.assignments:
                self._assign(assignment)
        if not words:
            return
        words = self._spelled_out(words)
        if self.running:
            words = given(words, self.arguments)
        environment: dict[str, str] = {}
        if words[0] not in self.functions:
            words, environment, _ = unwrapped(words)
        environment = {**{each.name: each.text for each in node.assignments if not node.declares}, **environment}
        if not words or self._runs(node, words, environment):
            return
        self._effects(words)
        self._note(node, words, environment)

    def _spelled_out(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put in a variable that holds the command itself: `$HEROKU ps`."""
        texts = expand(words[0], self.variables) if words[0].startswith("$") else ()
        if len(texts) != 1 or not texts[0].strip() or "$" in texts[0]:
            return words
        return (*texts[0].split(), *words[1:])

    def _note(self, node: Simple, words: tuple[str, ...], environment: dict[str, str]) -> None:
        site = (node, self.calls)
        order = (*self.order, node.start)
        key = (node, words)
        if (seen := self.drafts.get(key)) is not None:  # a function called again
            if site not in seen.sites[-1:]:
                seen.sites.append(site)
            seen.variables = joined([seen.variables, self.variables])
            return
        piped_to = self.pipes.get(node, [])
        line = self.line + node.line
        self.drafts[key] = Draft(
            order, node, words, environment, line, self.variables, self.asked, not self.within, [site], piped_to
        )

    def _runs(self, node: Simple, words: tuple[str, ...], environment: Mapping[str, str]) -> bool:
        """Go through the script that a command runs. Tells whether the command is nothing but that."""
        name = words[0].rpartition("/")[2]
        if name in self.functions:
            self._call(node, name, words[1:], environment)
        elif name == "trap":
            if len(words) > 1 and words[1] not in {"-", ""}:
                self._inner(node, words[1], Asked.NOT)
        elif name == "eval":
            return self._inner(node, " ".join(words[1:]))
        elif name in SHELLS and (inner := handed(words, node.stdin)) is not None:
            return self._inner(node, inner[0])
        else:
            for word in words[1:]:
                if word in self.functions:
                    self._call(node, word, (), {})
        return False

    def _inner(self, node: Simple, script: str, asked: Asked | None = None) -> bool:
        """Go through a script within a command."""
        hold(len(self.order) + 1, CALLS, "scripts within each other")
        self._works(len(script) // 64)
        outer = self.order, self.line, self.calls
        self.order, self.line, self.calls = (*self.order, node.start), self.line + node.line, (*self.calls, node)
        self._within(self.failures.parse(script), asked)
        self.order, self.line, self.calls = outer
        return True

    def _call(self, node: Simple, name: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
        """Go through a function's body as it runs here: with its arguments, and the variables set for it."""
        self.called.add(name)
        if name in self.running:
            return
        hold(len(self.running) + 1, CALLS, "functions that call each other")
        function, order, line = self.functions[name]
        outer = self.order, self.line, self.arguments, self.calls, self.variables
        self.order, self.line, self.arguments, self.calls = order, line, arguments, (*self.calls, node)
        self.running.append(name)
        given = {**{str(at): text for at, text in enumerate(arguments, 1)}, **environment}
        values = {at: expand(text, self.variables) for at, text in given.items()}
        self.variables = {**self.variables, **values}
        self._within(function.body)
        self.running.pop()
        self.order, self.line, self.arguments, self.calls, before = outer
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
        """Follow what a command of the shell's own changes: variables that are no longer known."""
        if words[0] in {"read", "unset", "mapfile", "readarray"}:
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
