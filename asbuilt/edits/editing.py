"""Lay changes over a text, one by one, and read each back."""

import copy
from collections.abc import Iterable
from typing import Any

from asbuilt import texts
from asbuilt.edits.changing import Added, Change, Edited, Note, NotEditableError, Place, Put, Removed
from asbuilt.edits.spots import Spot, child, key_of, spots, way
from asbuilt.edits.writing import added_to, noted, put_into, replaced, taken_out
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import Mapping, plain
from asbuilt.yaml_values import flow

_MISSING = object()
_NO_ITEM = "there is no such item"


def edited(source: bytes, changes: Iterable[Change], notes: Iterable[Note] = ()) -> Edited:
    """Give a text with changes and comments.

    `source` is one that `reader` reads as a mapping, without a problem. A change that cannot be made without a guess is
    left out, and a comment in the text says which and why.
    """
    text = source.decode("utf-8")
    refused: list[tuple[Change, str]] = []
    for change in changes:
        try:
            text = _changed(text, change)
        except NotEditableError as error:
            refused.append((change, str(error)))
    told = [Note(change.place, _not_made(change, why)) for change, why in refused]
    for note in (*notes, *told):
        text = _with_note(text, note)
    return Edited(text.encode("utf-8"), tuple(refused))


def _not_made(change: Change, why: str) -> str:
    where = ".".join(map(str, change.place))
    match change:
        case Put():
            what = f"{where} is {_shown(change.value)}"
        case Added():
            what = f"{where} has {', '.join(map(_shown, change.values))} too"
        case Removed():
            what = f"{where} is gone"
    return f"review: observed: {what}; not changed here: {why}"


def _shown(value: Any) -> str:
    return texts.line(flow(value))


def _changed(text: str, change: Change) -> str:
    """Make one change, and hold what is then read against what was meant."""
    before = _read(text)
    meant = _meant(copy.deepcopy(before), change)
    if meant == before:
        return text
    match change:
        case Put():
            result = _put(text, change.place, change.value)
        case Added():
            result = _added(text, change.place, change.values)
        case Removed():
            result = _removed(text, change.place)
    try:
        after = _read(result)
    except NotEditableError:
        after = _MISSING
    if not _same(after, meant):
        raise NotEditableError("it is written in a way that is not changed by a program")
    return result


def _same(one: object, other: object) -> bool:
    """Say whether two readings are the same in order and type too: 1 is neither true nor 1.0."""
    return repr(one) == repr(other)


def _read(text: str) -> Any:
    found = reader.read(text, "estate")
    if found.problems or found.unread or not isinstance(found.root, Mapping):
        raise NotEditableError("the text cannot be read")
    return plain(found.root)


def _meant(value: Any, change: Change) -> Any:
    """Change plain data as the text is to be changed."""
    *around, last = change.place
    here = value
    for key in around:
        below = _below(here, key)
        if below is None:
            if isinstance(change, Removed):
                return value
            if not isinstance(here, dict):
                raise NotEditableError(_NO_ITEM)
            below = here[key] = {}
        elif not isinstance(below, dict | list):
            raise NotEditableError("a single value stands there")
        here = below
    _change(here, last, change)
    return value


def _change(here: Any, last: str | int, change: Change) -> None:
    there = _below(here, last)
    match change:
        case Put() if isinstance(here, dict) or there is not None:
            here[last] = change.value
        case Added() if isinstance(here, dict) and isinstance(there, list | None):
            here[last] = [*(there or []), *change.values]
        case Added() if isinstance(here, dict):
            raise NotEditableError("what stands there is no list")
        case Removed() if isinstance(here, dict):
            here.pop(last, None)
        case Removed() if there is not None:
            del here[last]
        case _:
            raise NotEditableError(_NO_ITEM)


def _below(here: Any, key: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(key)
    return here[key] if isinstance(key, int) and key < len(here) else None


def _put(text: str, place: Place, value: Any) -> str:
    found = way(spots(text), place)
    missing = place[len(found) - 1 :]
    if not missing:
        return replaced(text, found[-1], value)
    for key in reversed(missing[1:]):
        value = {key: value}
    return put_into(text, found[-1], missing[0], value, depth=len(found) - 1)


def _added(text: str, place: Place, values: tuple[Any, ...]) -> str:
    found = way(spots(text), place)
    if len(found) <= len(place) or found[-1].kind != "sequence":
        return _put(text, place, list(values))
    return added_to(text, found[-1], values)


def _removed(text: str, place: Place) -> str:
    *_, around, gone = way(spots(text), place)
    return taken_out(text, around, gone)


def _with_note(text: str, note: Note) -> str:
    """Put a comment above a key, or above what is around it where that does not bear one; nowhere twice."""
    told = texts.line(note.text, texts.LONGEST_WHOLE)
    if any(line.strip() == f"# {told}" for line in text.splitlines()):
        return text
    before = _read(text)
    for spot in reversed(_keys(spots(text), note.place)):
        result = noted(text, spot, told)
        try:
            if _same(_read(result), before):
                return result
        except NotEditableError:
            continue
    return noted(text, spots(text), told)


def _keys(root: Spot, place: Place) -> list[Spot]:
    found: list[Spot] = []
    here: Spot | None = root
    for key in place:
        at = key_of(here, key) if here else None
        if here is None or at is None:
            break
        found.append(at)
        here = child(here, key)
    return found
