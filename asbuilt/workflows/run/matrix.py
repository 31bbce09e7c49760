"""The combinations of a job's matrix, as far as it is written out.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
"""

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from itertools import product
from math import prod
from typing import Any

from asbuilt.workflows.bounds import COMBINATIONS, ROWS
from asbuilt.workflows.expressions.evaluate import UNKNOWN, ExpressionError, Whole, evaluate, part_of, sole_expression
from asbuilt.workflows.expressions.values import equal, folded
from asbuilt.workflows.yaml.document import Mapping, Node, Scalar, Sequence, plain


def combinations(matrix: Node | None, context: Mapping_[str, Any]) -> Iterator[Any]:
    """Give each combination as a context: UNKNOWN where the matrix cannot be told, empty where there is none.

        {app: [a, b], include: [{app: a, n: 1}, {app: z}]} -> {app: a, n: 1}, {app: b}, {app: z}

    `matrix` is the node under `strategy`, None where there is none. Nothing comes out of a matrix that is written out
    and has no row. Rows come in the order of their axes, the last one turning fastest, then those that `include` adds,
    and no more than the 256 that GitHub runs. A matrix that is too large to be told (`bounds.COMBINATIONS`) is UNKNOWN
    as a whole.

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
    count = prod(map(len, values))
    if (count + len(included)) * (1 + len(excluded) + len(included)) > COMBINATIONS:
        yield UNKNOWN
        return
    bases = [Whole(zip(axes, choice, strict=True)) for choice in product(*values)] if axes else []
    bases = [base for base in bases if not any(_agrees(entry, base) for entry in excluded)]
    originals = [Whole(base) for base in bases]
    names = {folded(axis) for axis in axes}
    for entry in included:
        shared = {name: value for name, value in entry.items() if folded(name) in names}
        hosts = [base for base, own in zip(bases, originals, strict=False) if _agrees(shared, own)]
        for base in hosts:
            base.update((name, value) for name, value in entry.items() if name not in shared)
        if not hosts:
            bases.append(Whole(entry))
    yield from bases[:ROWS]  # GitHub itself runs no more


def _entries(written: Any) -> list[dict[str, Any]] | None:
    """Give the entries of `include` or `exclude`, none where it is not written; None where they cannot be told."""
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


def _agrees(wanted: Any, value: Any) -> bool:
    """Tell whether a value has every part that an entry asks for, by `==`; what is not known agrees with nothing."""
    if isinstance(wanted, dict | list):
        parts = wanted.items() if isinstance(wanted, dict) else enumerate(wanted)
        return all(_agrees(part, part_of(value, index)) for index, part in parts)
    return equal(wanted, value) is True
