"""Which part of an estate a run judged, as the heading of each rendering says it."""

from collections.abc import Iterable, Iterator

from asbuilt.population import OF_SCOPE
from asbuilt.record.manifest import Covered
from asbuilt.run import Run

_MOST_NAMES = 3


def covered(run: Run) -> Covered:
    """Give the scope of a run; `said` is empty where all checks that its suites have were to be judged."""
    return Covered(
        said=said(run),
        suites=run.population.suites,
        apps=tuple(sorted(run.scope.apps)),
        repositories=tuple(sorted(run.scope.repositories)),
    )


def said(run: Run) -> str:
    """Say what was judged, where that was not all: `shop-staging only; 24 checks not judged`."""
    left = run.population.left_out
    if not left:
        return ""
    names = list(_names(run)) if _is_narrowed(run) else []
    reasons = dict.fromkeys(each.reason for each in run.population.deselected)
    chosen = [each for each in reasons if each != OF_SCOPE]
    if run.population.never_looked_for:
        chosen.append("the files that were looked into")
    by = [*_few(names), *chosen]
    return f"{', '.join(by) or 'a part'} only; {left} check{'' if left == 1 else 's'} not judged"


def unfinished(run: Run) -> str:
    """Say how many of the checks that were to be judged never were; nothing where all have been."""
    left, of = len(run.population.never_judged), len(run.population.collected)
    return f"INCOMPLETE: {left} of {of} checks never judged" if left else ""


def counted(run: Run) -> dict[str, str]:
    """Say how much was judged, for the report's environment: there is never a word there that the run is complete.

    Whether it is stands in the manifest alone, which is written later; that it is not can be known before.
    """
    known = run.population
    of = len(known.collected)
    lacking = [
        *([] if known.collected else ["no check was collected"]),
        *([f"{len(known.never_judged)} of {of} checks never judged"] if known.never_judged else []),
        *(f"{each.id} could not be collected" for each in known.errors[:1]),
    ]
    judged = f"{of - len(known.never_judged)} of {of} check{'' if of == 1 else 's'} that {'was' if of == 1 else 'were'}"
    return {
        "Scope": said(run) or "the whole estate",
        "Judged": f"{judged} collected" if of else "nothing",
        **({"Complete": f"no: {'; '.join(lacking)}"} if lacking else {}),
    }


def _is_narrowed(run: Run) -> bool:
    """Say whether `--app` or `--repository` chose a part: an app without its repository is one, and the other way."""
    return not (run.scope.apps >= run.estate.apps.keys() and run.scope.repositories >= run.estate.repositories.keys())


def _names(run: Run) -> Iterator[str]:
    yield from sorted(run.scope.apps)
    yield from sorted(run.scope.repositories)


def _few(names: Iterable[str]) -> list[str]:
    known = list(names)
    more = [f"{len(known) - _MOST_NAMES} more"] if len(known) > _MOST_NAMES else []
    return [*([", ".join(known[:_MOST_NAMES])] if known else []), *more]
