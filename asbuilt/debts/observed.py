"""An estate as observed: its text with what was seen in place of what differs, and with what is wrong marked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asbuilt import estate as estates
from asbuilt import texts
from asbuilt.debts.difference import Difference, Settled, review
from asbuilt.debts.marked import unmarked
from asbuilt.debts.of_apps import of_apps
from asbuilt.debts.of_files import of_files
from asbuilt.debts.of_repositories import of_repositories
from asbuilt.debts.today import Today, Verdict
from asbuilt.edits import Note, edited
from asbuilt.edits.changing import Place
from asbuilt.estate import Estate
from asbuilt.estate_errors import EstateError
from asbuilt.initial import Found
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import plain
from asbuilt.yaml_values import flow


@dataclass(frozen=True, slots=True)
class AsObserved:
    """The text of an estate as observed; how many values differ, and how many findings stay for somebody to look at."""

    source: bytes
    differences: int
    reviews: int


def as_observed(
    estate: Estate, source: bytes, today: Today, read: Found | None = None, *, file: Path = Path("estate.yaml")
) -> AsObserved:
    """Lay what was observed over an estate. What makes an estate that contradicts itself is left out, and said."""
    raw = plain(reader.read(source, str(file)).root)
    found: list[Difference] = []
    if today.observation is not None:
        found += of_apps(estate, raw, today.observation)
        found += of_repositories(estate, raw, today.observation)
    settled: list[Settled] = []
    notes: list[Note] = []
    made, text = 0, source
    if read is not None:
        found += of_files(estate, raw, read)
    for each in found:
        result, why = _laid_over(text, each, file)
        if why:
            notes.append(review(each.changes[-1].place, f"observed: {_told(each)}; not changed here: {why}"))
            continue
        made += result != text
        text = result
        settled += each.settles
        notes += each.notes
    left = [each for each in today.drifted if not _is_settled(each, settled) and not each.is_of_a_waiver]
    placed = [(each, _place(each.subject, raw)) for each in left]
    for verdict, place in unmarked(source, placed):
        notes.append(review(place, f"{verdict.name}: {_first(verdict.facts)}"))
    return AsObserved(edited(text, (), notes).source, made, len(left))


def _laid_over(text: bytes, difference: Difference, file: Path) -> tuple[bytes, str]:
    """Make all changes of a difference, or say why none is made."""
    result = edited(text, difference.changes)
    if result.refused:
        return text, result.refused[0][1]
    try:
        estates.load(file, (), result.source)
    except EstateError as error:
        told = str(error).splitlines()[0].partition(": ")[2]
        return text, f"the estate would contradict itself: {told}"
    return result.source, ""


def _told(difference: Difference) -> str:
    change = difference.changes[-1]
    value = getattr(change, "value", getattr(change, "values", "gone"))
    return f"{'.'.join(map(str, change.place))}: {texts.line(flow(value))}"


def _is_settled(verdict: Verdict, settled: Iterable[Settled]) -> bool:
    return any(each.fits(verdict.control, verdict.subject, verdict.facts) for each in settled)


def _first(facts: tuple[str, ...]) -> str:
    more = f" (and {len(facts) - 1} more)" if len(facts) > 1 else ""
    return f"{texts.line(facts[0])}{more}"


def _place(subject: str, raw: Mapping[str, Any]) -> Place:
    """Give the keys that lead to the subject of a check, as far as the estate has any."""
    name, _, rest = subject.partition(" ")
    if name in (raw.get("apps") or {}):
        return next(_parts(("apps", name), rest, raw["apps"][name], ("formation",)), ("apps", name))
    if name in (raw.get("repositories") or {}):
        here: Place = ("repositories", name)
        return next(_parts(here, rest, raw["repositories"][name], ("environments", "workflows")), here)
    return next(((each,) for each in ("apps", "repositories") if each in raw), ("estate",))


def _parts(here: Place, rest: str, entry: Any, keys: Iterable[str]) -> Iterator[Place]:
    for key in keys:
        below = entry.get(key) if isinstance(entry, dict) else None
        for name in below if isinstance(below, dict) else ():
            if name.lower() == rest.partition(" ")[0].lower() or name.lower() == rest.lower():
                yield (*here, key, name)
    probes = entry.get("probes") if isinstance(entry, dict) else None
    for index, each in enumerate(probes if isinstance(probes, list) else ()):
        if rest and rest == (each.get("path") if isinstance(each, dict) else each):
            yield (*here, "probes", index)
