"""Reads YAML as GitHub reads a workflow file: what is wrong with it becomes problems, never an exception."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import yaml

from asbuilt.files import MOST
from asbuilt.workflows.bounds import LEVELS, PastBoundError, hold, hold_levels
from asbuilt.workflows.yaml.core_schema import meaning, tagged
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Problem, Scalar, Sequence
from asbuilt.workflows.yaml.nodes import IMPLICIT, composed
from asbuilt.workflows.yaml.words import in_our_words

_NO_TEXT = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START = Mark(1, 1)


def read(source: bytes | str, path: str) -> Document:
    """Read one YAML file; what is wrong with it becomes problems with their place, never an exception."""
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Document(path, "", None, (Problem("not UTF-8 text", Mark(line, 1)),))
    problems: list[Problem] = []
    if text.startswith("\ufeff"):
        text = text[1:]
        problems.append(Problem("begins with a byte order mark: save the file as UTF-8 without BOM", _START))
    try:
        hold(len(text), MOST, "characters")
        root = _root(text, problems)
    except PastBoundError as error:
        return past_bound(Document(path, text, None, tuple(problems)), error)
    return Document(path, text, root, tuple(problems))


def past_bound(document: Document, error: PastBoundError) -> Document:
    """Give a document of which nothing is read, because it holds more than that."""
    why = Problem(str(error), Mark(*(error.place or _START)), "split it, or make it smaller")
    return replace(document, root=None, problems=(), unread=why)


def _root(text: str, problems: list[Problem]) -> Node | None:
    """Build a text's root node, and add what is wrong with it to the problems."""
    try:
        node = composed(text)
        if node is None:
            problems.append(Problem("the file is empty", _START))
            return None
        return _Builder(problems, _jobs_of(node)).build(node)
    except yaml.MarkedYAMLError as error:
        message, line, column = in_our_words(error, text)
        problems.append(Problem(message, Mark(line, column)))
        return None
    except yaml.YAMLError as error:
        problems.append(_no_text(text) or Problem(f"not YAML: {error}", _START))
        return None


def _no_text(text: str) -> Problem | None:
    found = _NO_TEXT.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - text.rfind("\n", 0, found.start())
    return Problem(f"a character that YAML does not allow: U+{ord(found[0]):04X}", Mark(line, column))


@dataclass(slots=True)
class _Builder:
    """Turns libyaml's nodes into ours, once for each node, so that aliases share and cycles are seen."""

    problems: list[Problem]
    jobs: int | None  # the id of the mapping from job ids to jobs
    depth: int = 0
    built: dict[int, Node | None] = field(default_factory=dict)

    def build(self, node: yaml.Node) -> Node:
        """Build one node; None in `built` marks a node that is still being built."""
        start = node.start_mark
        mark = Mark(start.line + 1, start.column + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, mark)
        known = self.built.get(id(node), ...)
        if known is None:
            self.problems.append(Problem("an alias refers to a node that contains it", mark))
            return Scalar(None, "", mark)
        if known is not ...:
            return known
        self.built[id(node)] = None
        self.depth += 1
        hold_levels(self.depth, LEVELS, mark)
        result: Node
        if isinstance(node, yaml.MappingNode):
            result = self._mapping(node, mark)
        else:
            result = Sequence(tuple(self.build(item) for item in node.value), mark)
        self.depth -= 1
        self.built[id(node)] = result
        return result

    def _scalar(self, node: yaml.ScalarNode, mark: Mark) -> Scalar:
        if node.tag == IMPLICIT:
            return Scalar(meaning(node.value), node.value, mark)
        if node.tag.startswith("!"):  # `if: !x` was meant as a text
            text = f"{node.tag} {node.value}".strip()
            self.problems.append(Problem(f"`{text}` begins with a tag of YAML, which GitHub refuses: quote it", mark))
            return Scalar(text, text, mark)
        try:
            value = tagged(node.tag, node.value, quoted=bool(node.style))
        except ValueError as error:
            self.problems.append(Problem(str(error), mark))
            value = node.value
        return Scalar(value, node.value, mark, literal=node.style == "|")

    def _mapping(self, node: yaml.MappingNode, mark: Mark) -> Mapping:
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        folded: dict[str, Scalar] = {}
        for key_node, value_node in node.value:
            key = self.build(key_node)
            if not isinstance(key, Scalar):
                self.problems.append(Problem("a key must be a plain word", key.mark))
                continue
            if key.text == "<<":
                self.problems.append(Problem("merge keys (`<<`) are not read: write out what they stand for", key.mark))
                continue
            first = folded.setdefault(key.text.upper(), key)
            if first is not key:
                self.problems.append(self._again(key, first, node))
                continue
            keys[key.text] = key
            values[key.text] = self.build(value_node)
        return Mapping(keys, values, mark)

    def _again(self, key: Scalar, first: Scalar, node: yaml.MappingNode) -> Problem:
        """Say that a key is there already: GitHub compares keys without regard to case."""
        line = first.mark.line
        if key.text == first.text:
            return Problem(f'key "{key.text}" is set twice: first on line {line}', key.mark)
        what = "job" if id(node) == self.jobs else "key"
        return Problem(
            f'{what} "{key.text}" is "{first.text}" of line {line} again: case makes no difference', key.mark
        )


def _jobs_of(root: yaml.Node) -> int | None:
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    return next((id(value) for key, value in pairs if key.value == "jobs"), None)
