"""The combinations of a job's matrix, as far as it is written out."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from asbuilt.workflows.document import Mapping, Node, Scalar, Sequence, plain
from asbuilt.workflows.expressions import UNKNOWN, Whole

MOST_COMBINATIONS = 256


def combinations(matrix: Node | None) -> Iterator[Any]:
    """Give each combination as a context: UNKNOWN where an expression makes the matrix, empty where there is none."""
    if matrix is None:
        yield Whole()
        return
    if not isinstance(matrix, Mapping):
        yield UNKNOWN
        return
    axes = {key: value for key, value in matrix.values.items() if key not in {"include", "exclude"}}
    included, excluded = (_entries(matrix.get(name)) for name in ("include", "exclude"))
    if included is None or excluded is None or not all(isinstance(value, Sequence) for value in axes.values()):
        yield UNKNOWN
        return
    values = [[_value(item) for item in axis] for axis in axes.values() if isinstance(axis, Sequence)]
    bases = [Whole(zip(axes, choice, strict=True)) for choice in _product(values)] if axes else []
    bases = [base for base in bases if not any(_agrees(entry, base, entry) for entry in excluded)]
    originals = [dict(base) for base in bases]
    for entry in included:
        shared = [name for name in entry if name in axes]
        hosts = [base for base, own in zip(bases, originals, strict=False) if _agrees(entry, own, shared)]
        for base in hosts:
            base.update(entry)
        if not hosts:
            bases.append(Whole(entry))
    yield from bases


def _product(values: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    for count, choice in enumerate(product(*values)):
        if count == MOST_COMBINATIONS:  # GitHub itself runs no more
            return
        yield choice


def _entries(node: Node | None) -> list[dict[str, Any]] | None:
    if node is None:
        return []
    if not isinstance(node, Sequence) or not all(isinstance(item, Mapping) for item in node):
        return None
    return [{key: _value(value) for key, value in item.values.items()} for item in node if isinstance(item, Mapping)]


def _value(node: Node) -> Any:
    if isinstance(node, Scalar):
        return UNKNOWN if "${{" in node.text else node.value
    if isinstance(node, Mapping):
        return Whole({key: _value(value) for key, value in node.values.items()})
    return plain(node)


def _agrees(entry: dict[str, Any], base: dict[str, Any], names: Any) -> bool:
    return all(name in base and entry[name] == base[name] for name in names)
