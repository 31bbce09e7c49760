"""Reads the syntax of a shell script, with tree-sitter.

Whatever is no shell is read as far as it goes and never refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import tree_sitter_bash
from tree_sitter import Language
from tree_sitter import Node as Raw
from tree_sitter import Parser as TreeSitter

from asbuilt.workflows.bounds import MARKS, SCRIPT, SYNTAX, PastBoundError, hold
from asbuilt.workflows.shell.demands import SUBSTITUTION, demands
from asbuilt.workflows.shell.misread import misread
from asbuilt.workflows.shell.source import Change, Source
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
    simples_of,
)

_LANGUAGE = Language(tree_sitter_bash.language())
_MARKS = "|&;<>()\0"
_READINGS = 4
_DEFAULT = re.compile(r"\$\{(?P<name>\w+)(?P<colon>:?)(?P<how>[-=+])")
_COMMAND = frozenset({"command", "declaration_command", "unset_command", "test_command"})
_QUOTED = frozenset({"string", "raw_string", "ansi_c_string"})
_OPERATION = frozenset({
    "binary_expression", "unary_expression", "parenthesized_expression", "postfix_expression", "ternary_expression",
})  # fmt: skip


@lru_cache(maxsize=8192)
def parse(script: str) -> Sequence:
    """Give the statements of a script's text, by tree-sitter's grammar of bash.

    Raises PastBoundError for one that is too long, or too deep.
    """
    hold(len(script), SCRIPT, "characters in a script")
    hold(marks(script), MARKS, "of the characters | & ; < > ( ) in a script")
    return _Parser(Source(script)).tree()


def marks(script: str) -> int:
    """Count the characters of a script of whose number the parser takes the square."""
    return sum(map(script.count, _MARKS))


def _hold_levels(root: Raw) -> None:
    """Count the levels of a script. Raises PastBoundError."""
    if root.descendant_count <= SYNTAX:
        return
    cursor = root.walk()
    depth = 0
    while True:
        if cursor.goto_first_child():
            depth += 1
            if depth > SYNTAX:
                raise PastBoundError(f"has a script that nests deeper than {SYNTAX} levels, and no more are read")
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


@dataclass(slots=True, eq=False)
class _Parser:
    """One script on its way into the tree."""

    source: Source
    suffix: str = ""  # the redirections of the groups around
    misread: set[Change] = field(default_factory=set)

    def tree(self) -> Sequence:
        found = self.read()
        for _ in range(_READINGS):
            if not self.misread:
                break
            self.source.change(self.misread)
            self.misread = set()
            found = self.read()
        return found

    def read(self) -> Sequence:
        root = TreeSitter(_LANGUAGE).parse(self.source.encoded).root_node
        _hold_levels(root)
        return Sequence(self.statements(root.children))

    def statements(self, nodes: list[Raw]) -> list[Statement]:
        """Read what stands in a list, a branch or a body."""
        found: list[Statement] = []
        for node in nodes:
            if node.type == "&" and found:
                found[-1] = Background(found[-1])
            elif node.type == "ERROR":
                found += self.statements(node.children)
            elif node.is_named and (statement := self.statement(node)) is not None:
                found.append(statement)
        return found

    def sequence(self, nodes: list[Raw]) -> Sequence:
        return Sequence(self.statements(nodes))

    def statement(self, node: Raw) -> Statement | None:  # noqa: C901, PLR0912 - one case for each kind of syntax
        match node.type:
            case kind if kind in _COMMAND:
                return self.simple(node)
            case "variable_assignment" | "variable_assignments":
                parts = [node] if node.type == "variable_assignment" else node.children
                assigned = tuple(each for part in parts for each in self.assignment(part))
                return self.command(node, (), assignments=assigned)
            case "redirected_statement":
                return self.redirected(node)
            case "list":
                left, operator, *rest = [each for each in node.children if each.type != "comment"]
                right = self.sequence(rest)
                return AndOr(self.one([left]), operator.type == "&&", self.only(right))
            case "pipeline":
                first, *others = [self.one([each]) for each in node.named_children if each.type != "comment"]
                if isinstance(first, Not):  # `!` is about the whole pipeline
                    return Not(Pipeline([first.item, *others]))
                return Pipeline([first, *others])
            case "negated_command":
                return Not(self.one(node.named_children))
            case "compound_statement":
                if node.child_count and node.children[0].type == "((":
                    return self.command(
                        node, ("((", self.source.raw(node.start_byte + 2, node.end_byte - 2).strip(), "))")
                    )
                return self.sequence(node.children)
            case "subshell":
                return Subshell(self.sequence(node.children))
            case "if_statement":
                return self.conditional(node)
            case "while_statement":
                return self.loop(node)
            case "for_statement" | "c_style_for_statement":
                return self.counted(node)
            case "case_statement":
                return self.case(node)
            case "function_definition":
                name = next((each for each in node.children if each.type == "word"), None)
                body = self.sequence([each for each in node.named_children if each is not name and each.type != "word"])
                return Function(self.source.word(name) if name else "", body)
            case _:
                return None

    def one(self, nodes: list[Raw]) -> Statement:
        return self.only(self.sequence(nodes))

    @staticmethod
    def only(sequence: Sequence) -> Statement:
        return sequence.items[0] if len(sequence.items) == 1 else sequence

    def conditional(self, node: Raw) -> Statement:
        clauses: list[tuple[Sequence, Sequence]] = []
        otherwise = None
        condition: list[Raw] = []
        body: list[Raw] = []
        into = condition
        for child in node.children:
            if child.type == "then":
                into = body
            elif child.type == "elif_clause":
                then = next((at for at, each in enumerate(child.children) if each.type == "then"), 1)
                clauses.append((self.sequence(child.children[1:then]), self.sequence(child.children[then + 1 :])))
            elif child.type == "else_clause":
                otherwise = self.sequence(child.children[1:])
            else:
                into.append(child)
        return If([(self.sequence(condition), self.sequence(body)), *clauses], otherwise)

    def loop(self, node: Raw) -> Statement:
        body = next((each for each in node.children if each.type == "do_group"), None)
        condition = [each for each in node.children[1:] if each is not body and each.type != "do_group"]
        return While(node.children[0].type == "until", self.sequence(condition), self.group(body))

    def counted(self, node: Raw) -> Statement:
        body = next((each for each in node.children if each.type in {"do_group", "compound_statement"}), None)
        if node.type == "for_statement":
            name, *words = [each for each in node.named_children if each.type not in {"do_group", "comment"}]
            head = self.command(node, (), holders=words)
            texts = tuple((self.source.word(each), each.type in _QUOTED) for each in words)
            return For(self.source.written(name), texts, self.group(body), endless=False, head=head)
        endless = b"((;;))" in b"".join(self.source.encoded[node.start_byte : node.start_byte + 40].split())
        head = self.command(node, (), holders=[each for each in node.named_children if each is not body])
        return For(None, (), self.group(body), endless, head)

    def group(self, node: Raw | None) -> Sequence:
        return self.sequence(node.children if node is not None else [])

    def case(self, node: Raw) -> Statement:
        named = [each for each in node.named_children if each.type != "comment"]
        items = [each for each in named if each.type == "case_item"]
        patterns: list[tuple[str, ...]] = []
        branches = []
        for item in items:
            close = next((at for at, each in enumerate(item.children) if each.type == ")"), 0)
            patterns.append(tuple(self.source.word(each) for each in item.children[:close] if each.is_named))
            branches.append(self.sequence(item.children[close + 1 :]))
        subject = named[0] if named and named[0].type != "case_item" else None
        words = ("case", self.source.word(subject) if subject else "", "in", *(each for of in patterns for each in of))
        head = self.command(node, words, holders=[subject] if subject else [])
        head.source = " ".join(words)
        return Case(head, branches, any("*" in each for each in patterns), tuple(patterns))

    def simple(self, node: Raw) -> Simple:  # noqa: C901 - one branch for each kind of part
        """Read a command, a declaration or a test."""
        words: list[str] = []
        assigned: list[Assignment] = []
        holders: list[Raw] = []
        stdin = ""
        end = -1
        self.misread |= misread(self.source, node)
        for child in node.children:
            kind = child.type
            touches, end = child.start_byte == end, child.end_byte
            if touches and words and kind in {"word", "concatenation"}:  # one word, which the grammar takes for two
                words[-1] += self.source.word(child)
            elif kind == "word":
                words.append(self.source.word(child))
            elif kind == "variable_assignment":
                assigned += self.assignment(child)
                if words:
                    words.append(self.source.word(child))
            elif kind == "herestring_redirect":
                stdin = "".join(self.source.word(each) for each in child.named_children)
                holders.append(child)
            elif kind == "file_redirect":
                words += self.after_redirect(child)
                holders.append(child)
            elif kind in _OPERATION:
                words += self.operands(child)
                holders.append(child)
            elif kind == "command_name":
                words.append(self.source.word(child.children[0] if child.child_count else child))
                holders.append(child)
            elif kind != "comment":
                words.append(self.source.word(child))
                holders.append(child)
        if node.type == "test_command" and words[1:] and node.children[0].end_byte == node.children[1].start_byte:
            words[:2] = ["".join(words[:2])]  # `[-n "$X"]` is a command that nobody has
        return self.command(
            node,
            tuple(words),
            assignments=tuple(assigned),
            declares=node.type == "declaration_command",
            holders=holders,
            stdin=stdin,
        )

    def command(
        self,
        node: Raw,
        words: tuple[str, ...],
        *,
        assignments: tuple[Assignment, ...] = (),
        declares: bool = False,
        holders: list[Raw] | None = None,
        stdin: str = "",
    ) -> Simple:
        source = self.source.written(node) + self.suffix
        parts = [node] if holders is None or assignments else holders
        return Simple(
            words,
            node.start_point[0],
            node.start_byte,
            " ".join(source.replace("\\\n", " ").split()),
            assignments,
            declares,
            tuple(self.substitutions(parts)),
            stdin,
            *demands(self.source, parts, source),
        )

    def substitutions(self, nodes: list[Raw]) -> Iterator[Sequence]:
        """Give the scripts in `$(...)`, backticks and `<(...)` below some nodes."""
        for node in nodes:
            if node.type in SUBSTITUTION:
                outer, self.suffix = self.suffix, ""
                inside = self.sequence(node.children)
                self.suffix = outer
                yield inside
            elif node.type == "expansion" and (how := _DEFAULT.match(self.source.written(node))):
                # What stands for a variable runs only where it does: `[ -n "${X:+x}" ] || ...`
                test = ("[", "-z" if how["how"] == "+" else "-n", f"${{{how['name']}{how['colon']}+x}}", "]")
                asks = Simple(test, node.start_point[0], node.start_byte)
                for inside in self.substitutions(node.named_children):
                    yield Sequence([AndOr(asks, both=False, right=inside)])
            elif node.type not in {"word", "raw_string", "number", "simple_expansion", "do_group"}:
                yield from self.substitutions(node.named_children)

    def assignment(self, node: Raw) -> Iterator[Assignment]:
        if node.type == "variable_assignment" and node.children:
            name = node.children[0]
            operator = next((each for each in node.children if each.type in {"=", "+="}), None)
            values = [each for each in node.named_children if each.start_byte >= (operator.end_byte if operator else 0)]
            label = self.source.written(name).partition("[")[0]
            adds = operator is not None and operator.type == "+="
            more = " " if adds and values and values[0].type == "array" else ""
            yield Assignment(label, more + "".join(self.source.word(each) for each in values), adds)

    def after_redirect(self, node: Raw) -> list[str]:
        """Give the words that the grammar takes for more targets of a redirection; they are arguments."""
        return [self.source.word(each) for each in node.named_children if each.type != "file_descriptor"][1:]

    def operands(self, node: Raw) -> Iterator[str]:
        for child in node.children:
            if child.type in _OPERATION:
                yield from self.operands(child)
            else:
                yield self.source.word(child)

    def redirected(self, node: Raw) -> Statement | None:  # noqa: C901 - as `statement`
        """Read a statement with redirections; what follows a heredoc's mark on its line is part of that in the tree."""
        bodies: list[Raw] = []
        written: list[str] = []
        words: list[str] = []
        holders: list[Raw] = []
        stdin: str | None = None
        follows: list[tuple[str, Statement]] = []
        for child in node.children:
            parts = [child]
            if child.type == "heredoc_redirect":
                parts = child.children
                body = next((each for each in parts if each.type == "heredoc_body"), None)
                stdin = self.source.written(body) if body else ""
                written.append(
                    self.source.raw(child.start_byte, parts[1].end_byte if len(parts) > 1 else child.end_byte)
                )
            operator = ""
            for part in parts:
                if part.type == "file_redirect":
                    written.append(self.source.written(part))
                    words += self.after_redirect(part)
                    holders.append(part)
                elif part.type == "herestring_redirect":
                    stdin = "".join(self.source.word(each) for each in part.named_children)
                    holders.append(part)
                elif part.type == "heredoc_body":
                    holders.append(part)
                elif part.type in {"&&", "||"}:
                    operator = part.type
                elif child is not part and part.type == "pipeline":
                    follows.append(("|", self.one(part.named_children)))
                elif operator and part.is_named:
                    follows.append((operator, self.one([part])))
                    operator = ""
                elif child is not part and part.type in {"word", "string", "raw_string", "concatenation"}:
                    words.append(self.source.word(part))
                elif child is part and part.is_named:
                    bodies.append(part)
        outer, self.suffix = self.suffix, f"{' ' + ' '.join(written) if written else ''}{self.suffix}"
        statement: Statement = self.one(bodies)
        _keep_apart(statement, self.suffix)
        self.suffix = outer
        statement = self.with_input(statement, node, holders, tuple(words), stdin)
        for operator, statement_after in follows:
            statement = _follow(statement, operator, statement_after)
        return statement

    def with_input(
        self, statement: Statement, node: Raw, holders: list[Raw], words: tuple[str, ...], stdin: str | None
    ) -> Statement:
        """Give a statement with what is redirected to it, and with the words that stand behind that."""
        inside = tuple(self.substitutions(holders))
        own, redirected = demands(self.source, holders, self.source.written(node))
        target = _last(statement)
        if target is not None:
            target.words += words
            target.substitutions += inside
            target.stdin = stdin or target.stdin
            target.demands += own
            target.demands_redirected += redirected
        elif inside or stdin or redirected:
            hold = Simple((), node.start_point[0], node.start_byte, "", substitutions=inside, demands=redirected)
            if isinstance(statement, Subshell):  # which opens it, not the shell around
                statement.body = Sequence([hold, statement.body])
            else:
                statement = Sequence([hold, statement])
        return statement


def _keep_apart(statement: Statement, suffix: str) -> None:
    """Note of the commands before the last of a list that the redirections behind it are not theirs."""
    for each in simples_of(statement.left) if isinstance(statement, AndOr) else ():
        each.behind = " ".join(suffix.replace("\\\n", " ").split())


def _last(statement: Statement) -> Simple | None:
    """Give the command that a redirection behind a statement is about, if it is one command."""
    while isinstance(statement, Not | AndOr | Pipeline):
        statement = (
            statement.item
            if isinstance(statement, Not)
            else statement.right
            if isinstance(statement, AndOr)
            else statement.parts[-1]
        )
    return statement if isinstance(statement, Simple) else None


def _follow(first: Statement, operator: str, then: Statement) -> Statement:
    """Put what follows a heredoc's mark behind the command that the heredoc is for."""
    if operator != "|":
        return AndOr(first, operator == "&&", then)
    if isinstance(then, AndOr):
        return AndOr(_follow(first, operator, then.left), then.both, then.right)
    return Pipeline([first, *(then.parts if isinstance(then, Pipeline) else [then])])
