"""Whether each check that was collected has exactly one verdict, and all files of a run speak of the same checks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from asbuilt.population import LeftOut
from asbuilt.record.directory import COLLECTED, JOURNAL, MANIFEST, VERDICTS
from asbuilt.record.manifest import Manifest
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence
from asbuilt.verdicts import NEVER, Outcome

# What a verdict has from the other verdicts of its run, and what no reader rests on, is not in the journal's line.
_LATER = frozenset({"caused_by", "amended", "seconds", "tolerated", "before"})


def population(found: Evidence, manifest: Manifest | None) -> Checked:
    """Hold the checks that were collected against the verdicts, and against what the manifest says of both."""
    ids = _texts(found.collected, "ids")
    said = (
        f"{len(ids)} collected, each with exactly one verdict; {len(_texts(found.collected, 'deselected'))} deselected"
    )
    return checked("population", said, [*found.twice, *_misfits(found, manifest, ids)])


def journal(found: Evidence) -> Checked:
    """Hold each verdict against the line of it that was written when it came."""
    count = len(found.journal or {})
    return checked(
        "journal", f"{count} verdict{'' if count == 1 else 's'} as they came, each as it stands", list(_changed(found))
    )


def _misfits(found: Evidence, manifest: Manifest | None, ids: list[str]) -> Iterator[Misfit]:
    for name, value in ((COLLECTED, found.collected), (VERDICTS, found.records)):
        if value is None:
            yield Misfit(name, "is missing, or cannot be read: which checks were to be judged cannot be told")
    if found.collected is None:
        return
    gone = _texts(found.collected, "deselected")
    for each, count in Counter(ids).items():
        if count > 1:
            yield Misfit(each, f"stands {count} times in {COLLECTED}")
    for each in sorted(set(ids) & set(gone)):
        yield Misfit(each, f"was collected and deselected at once, says {COLLECTED}")
    if found.records is not None:
        yield from _apart(
            ids,
            found.records,
            f"was collected, and has no verdict in {VERDICTS}",
            "has a verdict, and was not collected",
        )
    if manifest is not None:
        yield from _against(found, manifest, ids, gone)


def _against(found: Evidence, manifest: Manifest, ids: list[str], gone: list[str]) -> Iterator[Misfit]:
    said = manifest.population
    files = ((said.collected, ids, "collected"), (_ids(said.deselected), gone, "deselected"))
    for told, there, word in (*files, (_ids(said.errors), _texts(found.collected, "errors"), "errors")):
        yield from _apart(
            told, there, f"is {word} in {MANIFEST}, not in {COLLECTED}", f"is {word} in {COLLECTED}, not in {MANIFEST}"
        )
    if found.collected is not None and found.collected.get("whole") != said.whole:
        yield Misfit(
            COLLECTED, f"counts {found.collected.get('whole')} checks of the whole estate, {MANIFEST} {said.whole}"
        )
    if found.collected is not None and found.collected.get("estate") != manifest.estate:
        yield Misfit(
            COLLECTED, f'is of the estate "{found.collected.get("estate")}", {MANIFEST} of "{manifest.estate}"'
        )
    if found.records is not None:
        never = [each for each, record in found.records.items() if _was_never_judged(record)]
        yield from _apart(
            _ids(said.never_judged), never, f"was never judged, says {MANIFEST}, and has a verdict of its own",
            f"was never judged, and {MANIFEST} does not say so",
        )  # fmt: skip


def _changed(found: Evidence) -> Iterator[Misfit]:
    if found.journal is None or found.records is None:
        name = JOURNAL if found.journal is None else VERDICTS
        yield Misfit(name, "is missing, or cannot be read")
        return
    for each, record in found.records.items():
        line = found.journal.get(each)
        if line is None:
            if not _was_never_judged(record):
                yield Misfit(each, f"has no verdict in {JOURNAL}")
            continue
        names = sorted(name for name in record.keys() | line.keys() if name not in _LATER)
        differing = [name for name in names if record.get(name) != line.get(name)]
        if differing:
            yield Misfit(each, f"was changed: {'; '.join(_told(name, line, record) for name in differing)}")
    for each in found.journal.keys() - found.records.keys():
        yield Misfit(each, f"has a verdict in {JOURNAL}, and none in {VERDICTS}")


def _told(name: str, line: dict[str, Any], record: dict[str, Any]) -> str:
    plain = name if name != "lines" else "findings"
    if isinstance(line.get(name), list | dict) or isinstance(record.get(name), list | dict):
        return f"its {plain} are others in {VERDICTS} than in {JOURNAL}"
    return f'its {plain} is "{record.get(name)}" in {VERDICTS}, "{line.get(name)}" in {JOURNAL}'


def _was_never_judged(record: dict[str, Any]) -> bool:
    return record["outcome"] == Outcome.UNKNOWN and str(record.get("reason", "")).startswith(NEVER)


def _apart(first: Iterable[str], second: Iterable[str], only_first: str, only_second: str) -> Iterator[Misfit]:
    """Give what is in one of two lists alone."""
    one, other = set(first), set(second)
    yield from (Misfit(each, only_first) for each in sorted(one - other))
    yield from (Misfit(each, only_second) for each in sorted(other - one))


def _ids(left_out: Iterable[LeftOut]) -> list[str]:
    return [each.id for each in left_out]


def _texts(collected: dict[str, Any] | None, name: str) -> list[str]:
    """Give the ids in a list of `collected.json`, whatever else somebody has put there."""
    listed = (collected or {}).get(name)
    found = [each.get("id") if isinstance(each, dict) else each for each in listed] if isinstance(listed, list) else []
    return [each for each in found if isinstance(each, str)]
