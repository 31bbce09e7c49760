"""The noun of a difference, and how an estate is looked at for one: what is written, and what lies under it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asbuilt.edits import Change, Note, Put
from asbuilt.edits.changing import Place

_DEFAULTED = {"apps": "app", "repositories": "repository"}


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding that a difference takes away: of a control, about a subject, with some words in it."""

    control: str
    subject: str
    words: str = ""

    def fits(self, control: str, subject: str, facts: tuple[str, ...]) -> bool:
        """Say whether a verdict is such a finding; without a control, any of the subject and its parts."""
        if not self.control:
            return subject == self.subject or subject.startswith(f"{self.subject} ")
        return (self.control, self.subject) == (control, subject) and all(self.words in each for each in facts)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: the changes that make the estate say what was observed, all of them or none.

    `notes` are for somebody to look at; `settles` are the findings that there are no longer then.
    """

    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()
    settles: tuple[Settled, ...] = ()


def own(raw: Mapping[str, Any], section: str, name: str) -> Mapping[str, Any]:
    """Give what an estate has at the name of an app or a repository, without its defaults."""
    entries = raw.get(section)
    entry = entries.get(name) if isinstance(entries, dict) else None
    return entry if isinstance(entry, dict) else {}


def laid_open(raw: Mapping[str, Any], section: str, name: str, key: str) -> tuple[Change, ...]:
    """Give what makes a key one of the app's or repository's own, where it comes from `defaults`.

    The defaults stay as they are: they hold for others too.
    """
    if key in own(raw, section, name):
        return ()
    defaults = raw.get("defaults")
    base = defaults.get(_DEFAULTED[section]) if isinstance(defaults, dict) else None
    if not isinstance(base, dict) or key not in base:
        return ()
    return (Put((section, name, key), copy.deepcopy(base[key])),)


def written(raw: Mapping[str, Any], section: str, name: str, key: str) -> Any:
    """Give the value of a key as it holds for an app or a repository: its own, else that of `defaults`."""
    opened = laid_open(raw, section, name, key)
    return opened[0].value if opened and isinstance(opened[0], Put) else own(raw, section, name).get(key)


def review(place: Place, text: str) -> Note:
    """Give a comment for somebody to look at."""
    return Note(place, f"review: {text}")
