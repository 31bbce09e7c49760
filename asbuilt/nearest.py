"""A name that there is not: which one may have been meant, and what there is. Every mistake is told in this shape."""

import difflib
from collections.abc import Iterable

from asbuilt.texts import line

_LONGEST_QUOTE = 80
_LONGEST_NAME = 60
_MOST_NAMES = 20
_ALIKE = 0.5
_SHORT = 3  # a name of which no more is given begins too many


def quoted(text: str) -> str:
    """Quote what somebody wrote, short and on one line."""
    return f'"{line(text, _LONGEST_QUOTE)}"'


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Give the allowed name that is most like another, of several the first; nothing where none is like it."""
    wanted = name[:_LONGEST_QUOTE].lower()
    lower = {each.lower(): each for each in sorted(allowed, reverse=True)}
    near = difflib.get_close_matches(wanted, lower, n=_MOST_NAMES, cutoff=_ALIKE)
    if not near and len(wanted) >= _SHORT:
        near = [each for each in lower if each.startswith(wanted)]
    alike = {each: difflib.SequenceMatcher(None, each, wanted).ratio() for each in near}
    return lower[min(alike, key=lambda each: (-alike[each], each))] if alike else ""


def suggestion(name: str, allowed: Iterable[str], none: str = "(none is declared)") -> str:
    """Give `; did you mean "x"? allowed: ...` for a name that is not among the allowed ones."""
    names = sorted(str(each) for each in allowed)
    near = nearest(name, names)
    hint = f"; did you mean {quoted(near)}?" if near else ";"
    shown = ", ".join(line(each, _LONGEST_NAME) for each in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{hint} allowed: {shown or none}{more}"


def unknown(what: str, name: str, allowed: Iterable[str], more: str = "") -> str:
    """Say of a name that there is none such, which one may have been meant, and what there is: in one line."""
    return f"there is no {what} {quoted(name)}{suggestion(name, allowed)}{more}"
