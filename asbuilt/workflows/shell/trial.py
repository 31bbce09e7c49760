"""How a script ends where some of its variables are known: whether it fails, and what it gets to before.

Commands succeed, unless they are tests of what is known. A test that cannot be told goes both ways.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from asbuilt.workflows.bounds import NESTING, VARIABLE
from asbuilt.workflows.shell.status import BADLY, EITHER, FAIL, OK, REACHED, WELL, Ends, output, status
from asbuilt.workflows.shell.syntax import parse
from asbuilt.workflows.shell.tree import (
    AndOr,
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
)
from asbuilt.workflows.shell.values import Open, Text, Values
from asbuilt.workflows.shell.words import SHELLS, turned, unwrapped

__all__ = ["BADLY", "REACHED", "Trial", "trial"]

Wanted: TypeAlias = Callable[[tuple[str, ...], Values], bool]

_LEAVES: Ends = frozenset({"break", "continue"})
_SHELL = re.compile(r"^(?:\S*/)?(?:bash|sh|dash|zsh|ksh)\b")
_ENDS_BADLY = re.compile(r"\b(?:exit|throw|raise|abort|sys\.exit|process\.exit|fail\w*|Write-Error|die)\b")
_STEPS = 2000
_DEEPEST = 5
_MOST_WORDS = 16


@dataclass(frozen=True, slots=True)
class Trial:
    """How a script can end. `asked`: a test asked for something made of what was given that cannot be told here.

    `tired`: it is too long to be played through.
    """

    ends: Ends
    asked: bool
    tired: bool = False

    @property
    def fails(self) -> bool:
        """Whether it fails, before it gets to a command that is wanted."""
        return BADLY in self.ends and (self.asked or not self.ends & {WELL, REACHED})

    @property
    def surely_fails(self) -> bool:
        """Whether it fails, whatever the tests come to that cannot be told."""
        return self.ends == {BADLY}


def trial(
    script: str,
    shell: str | None,
    variables: Mapping[str, str],
    expression: Callable[[str], str | None] = lambda _: None,
    wanted: Wanted = lambda _, __: False,
) -> Trial:
    """Run a script in thought, with some variables known; `expression` tells what a `${{ }}` in it comes to.

    It ends at a command that is `wanted`. A script for another shell is taken to test what it names, where it can fail.
    """
    named = (shell or "bash").strip()
    if not _SHELL.match(named):
        told = _ENDS_BADLY.search(script) is not None and any(name in script for name in variables)
        return Trial(frozenset({BADLY if told else WELL}), asked=False)

    def known(text: str) -> Text:
        value = expression(text)
        return Open.UNKNOWN if value is None else value

    values = Values(dict(variables), frozenset(variables), known)
    runner = _Runner(
        values, wanted, errexit=" " not in named or " -e" in named, pipefail=named == "bash" and bool(shell)
    )
    ends = runner.run(parse(script), asked=False)
    if runner.steps > _STEPS:
        ends |= {WELL, BADLY}
    last = {"ok": WELL, "fail": BADLY, "return ok": WELL, "return fail": BADLY, "break": WELL, "continue": WELL}
    return Trial(frozenset(last.get(end, end) for end in ends), values.asked, runner.steps > _STEPS)


@dataclass(slots=True, eq=False)
class _Runner:
    """Runs statements. `asked`: the outcome is a question to something around, so that `set -e` has no say."""

    values: Values
    wanted: Wanted
    errexit: bool
    pipefail: bool
    functions: dict[str, Function] = field(default_factory=dict)
    steps: int = 0
    depth: int = 0
    level: int = 0

    def run(self, node: Statement, *, asked: bool, stdin: Text = Open.UNKNOWN) -> Ends:
        self.steps += 1 + len(self.values.variables) // 64
        if self.level >= NESTING:
            self.steps = _STEPS + 1
        if self.steps > _STEPS:
            return OK
        self.level += 1
        ends = self.play(node, asked=asked, stdin=stdin)
        self.level -= 1
        return ends

    def play(self, node: Statement, *, asked: bool, stdin: Text) -> Ends:  # noqa: C901 - the syntax
        match node:
            case Simple():
                return self.simple(node, asked=asked, stdin=stdin)
            case Sequence():
                return self.all(node.items, asked=asked)
            case AndOr():
                return self.joined(node, asked=asked)
            case Not():
                return _swapped(self.run(node.item, asked=True))
            case Pipeline():
                return self.pipeline(node, asked=asked)
            case If():
                return self.conditional(node.clauses, node.otherwise, asked=asked)
            case Case():
                return self.case(node, asked=asked)
            case For():
                return self.loop(node, asked=asked)
            case While():
                return self.repeated(node, asked=asked)
            case Subshell():
                return self.inside(node.body, asked=asked)
            case Background():
                return OK | (self.inside(node.item, asked=True) & {REACHED})
            case Function():
                self.functions[node.name] = node
                return OK

    def all(self, items: Iterable[Statement], *, asked: bool) -> Ends:
        found: Ends = frozenset()
        last = OK
        for item in items:
            last = self.run(item, asked=asked)
            found |= last - EITHER
            if not last & EITHER:
                return found
        return found | (last & EITHER)

    def joined(self, node: AndOr, *, asked: bool) -> Ends:
        left = self.run(node.left, asked=True)
        go, stop = ("ok", "fail") if node.both else ("fail", "ok")
        found = left - {go}
        if go not in left:
            return found
        return found | self.perhaps([node.right], certain=stop not in left, asked=asked)

    def perhaps(self, nodes: list[Statement], *, certain: bool, asked: bool) -> Ends:
        """Run statements that may not be run at all: what they set is known only if they are certain to."""
        before = dict(self.values.variables)
        found = self.all(nodes, asked=asked)
        if not certain:
            self.merge(before, ends=not found & EITHER)
        return found

    def merge(self, other: dict[str, Text], *, ends: bool = False) -> None:
        """Join the variables of two ways. `ends`: the way just gone does not come back."""
        if ends:
            self.values.variables = other
            return
        here = self.values.variables
        for name in {*here, *other}:
            if here.get(name) != other.get(name):
                both = {here.get(name, Open.UNKNOWN), other.get(name, Open.UNKNOWN)}
                here[name] = Open.UNKNOWN if both <= {Open.UNKNOWN} else Open.DERIVED

    def conditional(self, clauses: list[tuple[Sequence, Sequence]], otherwise: Sequence | None, *, asked: bool) -> Ends:
        if not clauses:
            return self.run(otherwise, asked=asked) if otherwise is not None else OK
        if len(clauses) > NESTING:  # each is within the one before
            self.steps = _STEPS + 1
            return OK
        (condition, body), *rest = clauses
        answer = self.run(condition, asked=True)
        found = answer - EITHER
        if "fail" not in answer:
            return found | (self.run(body, asked=asked) if "ok" in answer else frozenset())
        if "ok" not in answer:
            return found | self.conditional(rest, otherwise, asked=asked)
        before = dict(self.values.variables)
        yes = self.run(body, asked=asked)
        after, self.values.variables = self.values.variables, before
        no = self.conditional(rest, otherwise, asked=asked)
        if not no & EITHER:
            self.values.variables = after
        elif yes & EITHER:
            self.merge(after)
        return found | yes | no

    def case(self, node: Case, *, asked: bool) -> Ends:
        found: Ends = frozenset()
        word = node.head.words[1] if len(node.head.words) > 1 else ""
        for patterns, branch in zip(node.patterns, node.branches, strict=False):
            answers = [self.values.matches(word, pattern) for pattern in patterns]
            if True in answers:
                return found | self.perhaps([branch], certain=not found, asked=asked)
            if None in answers:
                found |= self.perhaps([branch], certain=False, asked=asked)
        return found | OK

    def loop(self, node: For, *, asked: bool) -> Ends:
        words = [each for text, quoted in node.words for each in self.split(text, quoted=quoted)]
        head = self.run(node.head, asked=True) & {REACHED}
        if node.name is None or len(words) > _MOST_WORDS or any(isinstance(each, Open) for each in words) or not words:
            if node.name is not None:
                self.values.variables[node.name] = next(
                    (each for each in words if isinstance(each, Open)), Open.UNKNOWN
                )
            return head | (self.perhaps([node.body], certain=False, asked=asked) - _LEAVES) | OK
        found, last = head, OK
        for each in words:
            self.values.variables[node.name] = each
            last = self.run(node.body, asked=asked)
            found |= last - EITHER - _LEAVES
            if not last & (EITHER | {"continue"}):
                return found | (OK if "break" in last else frozenset())
        return found | (last & EITHER or OK)

    def split(self, text: str, *, quoted: bool) -> list[Text]:
        value = self.values.expand(text)
        return [value] if isinstance(value, Open) or quoted else list(value.split())

    def repeated(self, node: While, *, asked: bool) -> Ends:
        answer = self.run(node.condition, asked=True)
        enters, leaves = ("fail", "ok") if node.until else ("ok", "fail")
        found = answer - EITHER
        if enters in answer:
            body = self.perhaps([node.body], certain=leaves not in answer, asked=asked)
            found |= body - EITHER - _LEAVES
            if body & (EITHER | _LEAVES):
                found |= OK
        return found | (OK if leaves in answer else frozenset())

    def pipeline(self, node: Pipeline, *, asked: bool) -> Ends:
        """Run the parts, each in a shell of its own; the output of one is the input of the next."""
        reached: Ends = frozenset()
        ends: list[Ends] = []
        text: Text = Open.UNKNOWN
        for part in node.parts:
            ends.append(self.inside(part, asked=True, stdin=text))
            reached |= ends[-1] & {REACHED}
            text = output(part, text, self.values)
        answers = ends if self.pipefail else ends[-1:]
        if any(answer <= {REACHED} for answer in ends):
            return reached
        status = (FAIL if any("fail" in each for each in answers) else frozenset()) | (
            OK if all("ok" in each for each in answers) else frozenset()
        )
        return reached | self.checked(status, asked=asked)

    def inside(self, node: Statement, *, asked: bool, stdin: Text = Open.UNKNOWN) -> Ends:
        """Run what has a shell of its own: what it sets is lost, and its exit is its status."""
        before, options = dict(self.values.variables), (self.errexit, self.pipefail)
        found = self.run(node, asked=asked, stdin=stdin)
        self.values.variables = before
        self.errexit, self.pipefail = options
        becomes = {WELL: "ok", BADLY: "fail", "return ok": "ok", "return fail": "fail"}
        return self.checked(frozenset(becomes.get(end, end) for end in found), asked=asked)

    def checked(self, ends: Ends, *, asked: bool) -> Ends:
        """Let `set -e` end the script where a status is not 0."""
        return frozenset(BADLY if end == "fail" and self.errexit and not asked else end for end in ends)

    def simple(self, node: Simple, *, asked: bool, stdin: Text) -> Ends:
        found: Ends = frozenset()
        for script in node.substitutions:
            inner = self.inside(script, asked=True)
            found |= inner & {REACHED}
            if inner == {REACHED}:
                return found
        texts = (*node.words, *(each.text for each in node.assignments), node.stdin)
        if any(map(self.values.refused, texts)):
            return found | {BADLY}
        if not node.words or node.declares:
            for each in node.assignments:
                self.assign(each.name, each.text, adds=each.adds)
            return found | OK
        words, _, _ = unwrapped(self.values.received(node.words, node.source))
        if self.wanted(words, self.values):
            return found | {REACHED}
        if node.stdin:
            stdin = self.values.expand(node.stdin)
        return found | self.checked(self.command(words, node.stdin, stdin, asked=asked), asked=asked)

    def assign(self, name: str, text: str, *, adds: bool) -> None:
        value = self.values.expand(text)
        if adds:
            known = self.values.of(name)
            value = known + value if isinstance(known, str) and isinstance(value, str) else Open.DERIVED
        if isinstance(value, str) and len(value) > VARIABLE:
            value = Open.DERIVED
        self.values.variables[name] = value

    def command(self, words: tuple[str, ...], heredoc: str, stdin: Text, *, asked: bool) -> Ends:
        """Run a command: a function, a script for another shell, or else one that has a status."""
        name = words[0].rpartition("/")[2]
        if name in self.functions:
            return self.call(self.functions[name], words[1:], asked=asked)
        if name in SHELLS and (script := _handed(words, heredoc)) is not None:
            inner = self.inside(parse(script), asked=not _stops(words))
            return frozenset("fail" if end == BADLY else end for end in inner)
        if name == "set":
            self.options(words[1:])
            return OK
        return status(words, heredoc, stdin, self.values, asked=asked)

    def options(self, words: tuple[str, ...]) -> None:
        errexit, pipefail = turned(words, "e", "errexit"), turned(words, "", "pipefail")
        self.errexit = self.errexit if errexit is None else errexit
        self.pipefail = self.pipefail if pipefail is None else pipefail

    def call(self, function: Function, arguments: tuple[str, ...], *, asked: bool) -> Ends:
        if self.depth >= _DEEPEST:
            return OK
        outer = self.values.variables
        given = {str(at): self.values.expand(text) for at, text in enumerate(arguments, 1)}
        self.values.variables = {**outer, **given}
        self.depth += 1
        found = self.run(function.body, asked=asked)
        self.depth -= 1
        positions = {name: value for name, value in outer.items() if name.isdigit()}
        kept = {name: value for name, value in self.values.variables.items() if not name.isdigit()}
        self.values.variables = {**kept, **positions}
        becomes = {"return ok": "ok", "return fail": "fail"}
        return frozenset(becomes.get(end, end) for end in found)


def _swapped(ends: Ends) -> Ends:
    swap = {"ok": "fail", "fail": "ok"}
    return frozenset(swap.get(end, end) for end in ends)


def _handed(words: tuple[str, ...], heredoc: str) -> str | None:
    """Give the script that is handed to another shell."""
    for at, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-[a-z]*c", word):
            return words[at + 1] if at + 1 < len(words) else None
        if not word.startswith("-"):
            return None
    return heredoc or None


def _stops(words: tuple[str, ...]) -> bool:
    return any(re.fullmatch(r"-[a-z]*e[a-z]*", word) for word in words[1:])
