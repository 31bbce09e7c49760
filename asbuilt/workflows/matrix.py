"""The combinations of a job's matrix, as far as it is written out."""

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from itertools import product
from typing import Any

from asbuilt.workflows.document import Mapping, Node, Scalar, Sequence, plain
from asbuilt.workflows.expressions import UNKNOWN, ExpressionError, Unknown, Whole, evaluate, sole_expression

MOST_COMBINATIONS = 256


def combinations(matrix: Node | None, context: Mapping_[str, Any]) -> Iterator[Any]:
    """Give each combination as a context: UNKNOWN where the matrix cannot be told, empty where there is none.

    An expression may make the whole matrix, an axis, or a value: `${{ fromJSON(...) }}`.
    """
    if matrix is None:
        yield Whole()
        return
    written = _value(matrix, context)
    if not isinstance(written, dict):
        yield UNKNOWN
        return
    axes = {key: value for key, value in written.items() if key not in {"include", "exclude"}}
    included, excluded = (_entries(written.get(name)) for name in ("include", "exclude"))
    if included is None or excluded is None or not all(isinstance(value, list) for value in axes.values()):
        yield UNKNOWN
        return
    values = list(axes.values())
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


def _entries(written: Any) -> list[dict[str, Any]] | None:
    if written is None:
        return []
    return written if isinstance(written, list) and all(isinstance(item, dict) for item in written) else None


def _value(node: Node, context: Mapping_[str, Any]) -> Any:
    if isinstance(node, Mapping):
        return Whole({key: _value(value, context) for key, value in node.values.items()})
    if isinstance(node, Sequence):
        return [_value(item, context) for item in node]
    if not isinstance(node, Scalar) or "${{" not in node.text:
        return plain(node)
    try:
        expression = sole_expression(node.text)
        return UNKNOWN if expression is None else evaluate(expression, context)
    except ExpressionError:
        return UNKNOWN


def _agrees(entry: dict[str, Any], base: dict[str, Any], names: Any) -> bool:
    """Tell whether an entry has the same values as a combination; what is not known agrees with nothing."""
    return all(name in base and not isinstance(base[name], Unknown) and entry[name] == base[name] for name in names)
