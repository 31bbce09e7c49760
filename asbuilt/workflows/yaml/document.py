"""YAML 1.2 with line marks: what `reader` reads of a file.

Every node knows its line and column, so that a finding can point at the narrowest thing that is wrong. Scalars resolve
by the core schema of YAML 1.2.2 (section 10.3): `on`, `yes` and dates stay strings, `3.10` is the number 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from asbuilt.workflows.expressions.values import text_of as written
from asbuilt.workflows.yaml.finding import Finding, Mark, fitting

__all__ = ["Document", "Mapping", "Mark", "Node", "Scalar", "Sequence", "find", "plain", "text_of", "texts_of"]

_LONGEST_EXCERPT = 1000  # a whole file can be one line, and have a finding at each of its words


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, with the text it was written as. `literal` says that its lines are the file's own, below its `|`.

        `n: 3.10` -> Scalar(value=3.1, text="3.10", mark=Mark(1, 4))

    An entry without a value is None with the text "". Quotes, tags and indentation are not part of the text.
    """

    value: str | float | bool | None
    text: str
    mark: Mark
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes.

    In the order of the file; an alias is the node that it stands for.
    """

    items: tuple[Node, ...]
    mark: Mark

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order of the file; of a duplicate key the first one counts.

    `keys` and `values` have the same names, as written; a lookup regards case. Two keys that differ in case alone are
    duplicates, as they are at GitHub, and the document's problems name the second.
    """

    keys: dict[str, Scalar]
    values: dict[str, Node]
    mark: Mark

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str) -> Node | None:
        """Give the node under a key, or None.

        A key without a value has a Scalar of None, so None says that there is no such key.
        """
        return self.values.get(key)

    def items(self) -> Iterator[tuple[Scalar, Node]]:
        """Give each key as a scalar, so that its place is known, with its node.

        In the order of the file.
        """
        return ((self.keys[name], node) for name, node in self.values.items())

    def place(self, key: str) -> Mark:
        """Give the place of a key, or of the mapping where the key is missing."""
        return self.keys[key].mark if key in self.keys else self.mark


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its path as it is shown to people, its text, its root node and what is wrong with it.

    `problems` are what keeps it from being read as its author meant it. `root` is None exactly where the file could not
    be parsed at all; `problems` or `unread` then says why. `unread` is why it was not read, or not to its end, although
    GitHub may read it: what it says is unknown. It is None for what nobody reads: a file that is not there, or is not
    YAML.
    """

    path: str
    text: str
    root: Node | None
    problems: tuple[Finding, ...] = ()
    unread: Finding | None = None

    def finding(self, mark: Mark, fact: str, fix: str = "") -> Finding:
        """Give a finding at a place of this file, with the line there.

        `fix` is what to do about it, and may be empty where the fact says so.
        """
        return Finding(fitting(fact), fix, self.path, mark, self.excerpt(mark))

    def open_finding(self, mark: Mark, fact: str, fix: str = "") -> Finding:
        """Give a finding of what cannot be told before the run: it is no drift. `fix` is what makes it known."""
        return replace(self.finding(mark, fact, fix), open=True)

    def placed(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Give findings that say their marks alone as findings in this file, each with the line there.

        In their order; the path that they have is replaced.
        """
        for each in findings:
            yield replace(each, path=self.path, excerpt=self.excerpt(each.mark) if each.mark else "")

    def excerpt(self, mark: Mark) -> str:
        """Give the line at a mark, or as much of it as is ever shown, without its indentation.

        Empty for a line that the file does not have.
        """
        lines = _lines(self.text)
        return lines[mark.line - 1].strip()[:_LONGEST_EXCERPT] if 0 < mark.line <= len(lines) else ""

    def line(self, number: int) -> Mark:
        """Give the place of what a line begins with, behind its indentation; `number` is counted from 1."""
        lines = _lines(self.text)
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        return Mark(number, len(text) - len(text.lstrip()) + 1)

    def at(self, mark: Mark) -> str:
        """Give a place as editors and terminals link it: `path:line:column`."""
        return f"{self.path}:{mark.line}:{mark.column}"


@lru_cache(maxsize=8)
def _lines(text: str) -> tuple[str, ...]:
    """Split a text once for all of its findings: a file can have as many as it has lines."""
    return tuple(text.splitlines())


def plain(node: Node | None) -> Any:
    """Turn nodes into plain dicts, lists and values.

    `a: [1, yes]` -> {"a": [1, "yes"]}. None for no node, and for a scalar of null.
    """
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
    """Give the place of the deepest part of a path of keys and indices that exists: the key, else the item.

    `("jobs", "deploy", "steps", 0)` is the place of that step; of the key of its job where that has no steps. Where
    nothing of the path exists, the root's; where there is no root, the first of the file.
    """
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
    """Give a scalar as GitHub hands it to a shell or an action; None where there is none, or null.

    A number is no longer what was written: `3.10` is handed on as 3.1. A bool is "true" or "false". None also for a
    mapping or a sequence. The `${{ }}` in a text stay as they are.
    """
    return written(node.value) if isinstance(node, Scalar) and node.value is not None else None


def texts_of(node: Node | None) -> Iterator[tuple[str, str]]:
    """Give the entries of an `env`, a `with` or the like as they are written; nothing where there is none.

    Names and texts in the order of the file. A value that is null, a mapping or a sequence is an empty text.
    """
    for name, value in node.values.items() if isinstance(node, Mapping) else ():
        yield name, text_of(value) or ""
