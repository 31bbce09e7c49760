"""What is wrong at one place of a file, and what to do about it."""

from collections.abc import Iterable
from typing import NamedTuple

from asbuilt.workflows.yaml.document import Document, Mark


class Fault(NamedTuple):
    """One thing that is wrong: where, what, and its remedy."""

    document: Document
    mark: Mark
    fact: str
    fix: str = ""


def one_for_each_place(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Give the first of some faults at each place: what is wrong there for one way is so for the others too."""
    found: dict[tuple[str, Mark], Fault] = {}
    for each in faults:
        found.setdefault((each.document.path, each.mark), each)
    return tuple(found.values())
