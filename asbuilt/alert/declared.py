"""What an estate declares: whether what a run did not judge is still there to be judged."""

from collections.abc import Collection, Iterable

from asbuilt.estate import Estate
from asbuilt.subjects import KINDS, subjects


def declared(estate: Estate) -> frozenset[str]:
    """Give the names and the ids of all that an estate declares by itself; its files declare more."""
    return frozenset(each for kind in KINDS for each in subjects(estate, {}, kind))


def subject_of(identity: str) -> str:
    """Give the subject in a check's id, as pytest writes it: `test_x.py::test_y[SUBJECT]`."""
    return identity.partition("[")[2].removesuffix("]")


def suite_of(identity: str) -> str:
    """Give the folder of checks that an id is of."""
    return identity.partition("/")[0]


def still_declared(missing: Iterable[str], known: Collection[str], judged: Iterable[str]) -> frozenset[str]:
    """Give those of the checks that a run did not judge whose subject its estate declares all the same.

    What the files of a repository name (a workflow file) is not in the estate: it counts as gone where the run judged
    others of that app or repository in the same suite, and as declared where it judged none of them any more.
    """
    about = {(suite_of(each), _first(each)) for each in judged}
    return frozenset(
        each
        for each in missing
        if subject_of(each) in known or (_first(each) in known and (suite_of(each), _first(each)) not in about)
    )


def _first(identity: str) -> str:
    """Give the app or the repository that a subject is of."""
    return subject_of(identity).partition(" ")[0]
