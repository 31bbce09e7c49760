"""Whether the statement and the predicate beside a manifest are about it, and say what it says."""

from collections.abc import Iterator
from typing import Any

from asbuilt.record.directory import MANIFEST, PREDICATE, STATEMENT
from asbuilt.record.manifest import Manifest
from asbuilt.record.statement import predicate_of, statement_of
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence

_PARTS = ("_type", "predicateType", "subject")


def statement(found: Evidence, manifest: Manifest) -> Checked:
    """Hold both against what the manifest and the verdicts come to."""
    predicate = found.json(PREDICATE, dict)
    result = predicate.get("result") if predicate else ""
    return checked("statement", f"is about this {MANIFEST}, with the result {result}", list(_misfits(found, manifest)))


def _misfits(found: Evidence, manifest: Manifest) -> Iterator[Misfit]:
    outcomes = [
        (each, record["outcome"], record.get("tolerated", "")) for each, record in (found.records or {}).items()
    ]
    wanted = predicate_of(manifest, found.sha256, outcomes)
    whole = statement_of(manifest, found.sha256, wanted)
    predicate, there = found.json(PREDICATE, dict), found.json(STATEMENT, dict)
    for path, value in ((PREDICATE, predicate), (STATEMENT, there)):
        if value is None:
            yield Misfit(path, "is missing, or is not what asbuilt writes there")
    if predicate is not None:
        yield from _differing(PREDICATE, predicate, wanted)
    if there is not None:
        yield from _differing(STATEMENT, *({name: each.get(name) for name in _PARTS} for each in (there, whole)))
        inner = there.get("predicate")
        yield from _differing(f"{STATEMENT} (its predicate)", inner if isinstance(inner, dict) else {}, wanted)


def _differing(where: str, there: dict[str, Any], wanted: dict[str, Any]) -> Iterator[Misfit]:
    for name in sorted(there.keys() | wanted.keys()):
        if there.get(name) == wanted.get(name):
            continue
        if name == "subject":
            yield Misfit(where, f"is not about this {MANIFEST}: its subject is another name or digest")
        else:
            yield Misfit(where, f"{name} is not what {MANIFEST} and the verdicts come to")
