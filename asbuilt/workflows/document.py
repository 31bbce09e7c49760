"""YAML 1.2 with line marks, read as GitHub reads a workflow file.

Every node knows its line and column, so that a finding can point at the narrowest thing that is wrong. Scalars resolve
by the core schema of YAML 1.2.2 (section 10.3): `on`, `yes` and dates stay strings, `3.10` is the number 3.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

_STRING = "tag:yaml.org,2002:str"
_IMPLICIT = "implicit"
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file: line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, with the text it was written as."""

    value: str | float | bool | None
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    mark: Mark

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order of the file; of a duplicate key the first one counts."""

    keys: dict[str, Scalar]
    values: dict[str, Node]
    mark: Mark

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str) -> Node | None:
        """Give the node under a key, or None."""
        return self.values.get(key)

    def items(self) -> Iterator[tuple[Scalar, Node]]:
        """Give each key as a scalar, so that its place is known, with its node."""
        return ((self.keys[name], node) for name, node in self.values.items())

    def place(self, key: str) -> Mark:
        """Give the place of a key, or of the mapping where the key is missing."""
        return self.keys[key].mark if key in self.keys else self.mark


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a file from being read as its author meant it."""

    message: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its path as it is shown to people, its text, its root node and what is wrong with it.

    `root` is None exactly where the file could not be parsed at all; `problems` then says why.
    """

    path: str
    text: str
    root: Node | None
    problems: tuple[Problem, ...]

    def excerpt(self, mark: Mark) -> str:
        """Give the line at a mark, without its indentation."""
        lines = self.text.splitlines()
        return lines[mark.line - 1].strip() if 0 < mark.line <= len(lines) else ""

    def at(self, mark: Mark) -> str:
        """Give a place as editors and terminals link it: `path:line:column`."""
        return f"{self.path}:{mark.line}:{mark.column}"


def read(source: bytes | str, path: str) -> Document:
    """Read one YAML file; what is wrong with it becomes problems with their place, never an exception."""
    problems: list[Problem] = []
    start = Mark(1, 1)
    if isinstance(source, bytes):
        try:
            text = source.decode("utf-8")
        except UnicodeDecodeError as error:
            line = source.count(b"\n", 0, error.start) + 1
            return Document(path, "", None, (Problem("not UTF-8 text", Mark(line, 1)),))
    else:
        text = source
    if text.startswith("\ufeff"):
        text = text[1:]
        problems.append(Problem("begins with a byte order mark: save the file as UTF-8 without BOM", start))
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = error.problem or error.context or "not YAML"
        if message == "but found another document":
            message = "a second YAML document begins here: a file holds one"
        place = Mark(mark.line + 1, mark.column + 1) if mark else start
        return Document(path, text, None, (*problems, Problem(message, place)))
    except yaml.YAMLError as error:
        return Document(path, text, None, (*problems, Problem(f"not YAML: {error}", start)))
    if node is None:
        return Document(path, text, None, (*problems, Problem("the file is empty", start)))
    try:
        root = _Builder(problems).build(node)
    except RecursionError:
        return Document(path, text, None, (*problems, Problem("nested too deeply to be read", start)))
    return Document(path, text, root, tuple(problems))


def plain(node: Node | None) -> Any:
    """Turn nodes into plain dicts, lists and values."""
    match node:
        case Mapping():
            return {key: plain(value) for key, value in node.values.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value
        case None:
            return None


def find(root: Node | None, path: tuple[str | int, ...]) -> Mark:
    """Give the place of the deepest part of a path of keys and indices that exists: the key, else the item."""
    node, mark = root, root.mark if root else Mark(1, 1)
    for part in path:
        if isinstance(node, Mapping) and str(part) in node:
            mark, node = node.place(str(part)), node.get(str(part))
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            mark = node.mark
        else:
            break
    return mark


def text_of(node: Node | None) -> str | None:
    """Give a scalar as GitHub hands it to a shell or an action; None where there is none, or null."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return node.value if isinstance(node.value, str) else node.text


class _Loader(yaml.CBaseLoader):
    """libyaml's parser, with every untagged plain scalar left for `_scalar` to resolve."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Tell plain scalars from quoted ones."""
        if kind is yaml.ScalarNode and implicit[0]:
            return _IMPLICIT
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class _Builder:
    """Turns libyaml's nodes into ours, once for each node, so that aliases share and cycles are seen."""

    problems: list[Problem]
    built: dict[int, Node | None] = field(default_factory=dict)

    def build(self, node: yaml.Node) -> Node:
        """Build one node; None in `built` marks a node that is still being built."""
        known = self.built.get(id(node), ...)
        mark = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
        if known is None:
            self.problems.append(Problem("an alias refers to a node that contains it", mark))
            return Scalar(None, "", mark)
        if known is not ...:
            return known
        self.built[id(node)] = None
        result: Node
        if isinstance(node, yaml.MappingNode):
            result = self._mapping(node, mark)
        elif isinstance(node, yaml.ScalarNode):
            result = _scalar(node.tag, str(node.value), mark)
        else:
            result = Sequence(tuple(self.build(item) for item in node.value), mark)
        self.built[id(node)] = result
        return result

    def _mapping(self, node: yaml.MappingNode, mark: Mark) -> Mapping:
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = self.build(key_node)
            if not isinstance(key, Scalar):
                self.problems.append(Problem("a key must be a plain word", key.mark))
                continue
            if key.text == "<<":
                self.problems.append(Problem("merge keys (`<<`) are not supported by GitHub", key.mark))
                continue
            if key.text in keys:
                first = keys[key.text].mark.line
                self.problems.append(Problem(f'key "{key.text}" is set twice: first on line {first}', key.mark))
                continue
            keys[key.text] = key
            values[key.text] = self.build(value_node)
        return Mapping(keys, values, mark)


def _scalar(tag: str, text: str, mark: Mark) -> Scalar:
    if tag == _STRING:
        return Scalar(text, text, mark)
    return Scalar(_core_schema(text), text, mark)


def _core_schema(text: str) -> str | float | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in {".nan", ".NaN", ".NAN"} else text
