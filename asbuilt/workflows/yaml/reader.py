"""Reads YAML as GitHub reads a workflow file: what is wrong with it becomes problems, never an exception.

What is refused besides what is no YAML: keys that are there twice, also in another case; merge keys; tags of one's own;
a byte order mark; what is not UTF-8; a second document.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import yaml

from asbuilt.files import MOST
from asbuilt.workflows.bounds import LEVELS, PastBoundError, hold, hold_levels
from asbuilt.workflows.yaml.core_schema import meaning, tagged
from asbuilt.workflows.yaml.document import Document, Mapping, Mark, Node, Scalar, Sequence
from asbuilt.workflows.yaml.finding import Finding
from asbuilt.workflows.yaml.nodes import IMPLICIT, composed
from asbuilt.workflows.yaml.words import in_our_words

_NO_TEXT = yaml.reader.Reader.NON_PRINTABLE  # of all that is compiled here, it would take the longest
_START = Mark(1, 1)


def read(source: bytes | str, path: str) -> Document:
    """Read one YAML file; what is wrong with it becomes problems with their place, never an exception.

    `source` is the file's bytes, or a text in tests; `path` is how it is shown. Out comes a document:

        read                         -> a root, and problems where parts of it are refused and left out
        not YAML, not UTF-8, empty   -> no root, and one problem
        larger than is read          -> no root, no problem, and `unread`, since GitHub may well read it

    Lines and columns count from 1, in characters.
    """
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        empty = Document(path, "", None)
        return replace(empty, problems=(empty.finding(Mark(line, 1), "not UTF-8 text"),))
    bare = Document(path, text.removeprefix("\ufeff"), None)
    problems: list[Finding] = []
    if bare.text != text:
        problems.append(bare.finding(_START, "begins with a byte order mark: save the file as UTF-8 without BOM"))
    try:
        hold(len(bare.text), MOST, "characters")
        root = _root(bare, problems)
    except PastBoundError as error:
        return past_bound(bare, error)
    return replace(bare, root=root, problems=tuple(problems))


def past_bound(document: Document, error: PastBoundError) -> Document:
    """Give a document of which nothing is read, because it holds more than that.

    Its root and its problems are gone, also those that were found before; `unread` says which bound it is past.
    """
    why = document.finding(Mark(*(error.place or _START)), str(error), "split it, or make it smaller")
    return replace(document, root=None, problems=(), unread=why)


def _root(document: Document, problems: list[Finding]) -> Node | None:
    """Build the root node of a document's text, and add what is wrong with it to the problems."""
    try:
        node = composed(document.text)
        if node is None:
            problems.append(document.finding(_START, "the file is empty"))
            return None
        return _Builder(document, problems, _jobs_of(node)).build(node)
    except yaml.MarkedYAMLError as error:
        message, line, column = in_our_words(error, document.text)
        problems.append(document.finding(Mark(line, column), message))
        return None
    except yaml.YAMLError as error:
        problems.append(_no_text(document) or document.finding(_START, f"not YAML: {error}"))
        return None


def _no_text(document: Document) -> Finding | None:
    text = document.text
    found = _NO_TEXT.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - text.rfind("\n", 0, found.start())
    return document.finding(Mark(line, column), f"a character that YAML does not allow: U+{ord(found[0]):04X}")


@dataclass(slots=True)
class _Builder:
    """Turns libyaml's nodes into ours, once for each node, so that aliases share and cycles are seen."""

    document: Document
    problems: list[Finding]
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
            self._add(mark, "an alias refers to a node that contains it")
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
            self._add(mark, f"`{text}` begins with a tag of YAML, which GitHub refuses: quote it")
            return Scalar(text, text, mark)
        try:
            value = tagged(node.tag, node.value, quoted=bool(node.style))
        except ValueError as error:
            self._add(mark, str(error))
            value = node.value
        return Scalar(value, node.value, mark, literal=node.style == "|")

    def _mapping(self, node: yaml.MappingNode, mark: Mark) -> Mapping:
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        folded: dict[str, Scalar] = {}
        for key_node, value_node in node.value:
            key = self.build(key_node)
            if not isinstance(key, Scalar):
                self._add(key.mark, "a key must be a plain word")
                continue
            if key.text == "<<":
                self._add(key.mark, "merge keys (`<<`) are not read: write out what they stand for")
                continue
            first = folded.setdefault(key.text.upper(), key)
            if first is not key:
                self._add(key.mark, self._again(key, first, node))
                continue
            keys[key.text] = key
            values[key.text] = self.build(value_node)
        return Mapping(keys, values, mark)

    def _add(self, mark: Mark, fact: str) -> None:
        self.problems.append(self.document.finding(mark, fact))

    def _again(self, key: Scalar, first: Scalar, node: yaml.MappingNode) -> str:
        """Say that a key is there already: GitHub compares keys without regard to case."""
        line = first.mark.line
        if key.text == first.text:
            return f'key "{key.text}" is set twice: first on line {line}'
        what = "job" if id(node) == self.jobs else "key"
        return f'{what} "{key.text}" is "{first.text}" of line {line} again: case makes no difference'


def _jobs_of(root: yaml.Node) -> int | None:
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    return next((id(value) for key, value in pairs if key.value == "jobs"), None)
