"""The ids of the controls as the files of the checks have them, for whoever only wants names: to run these is slow."""

import re
from collections.abc import Iterator

from asbuilt.home import PROJECT

_CONTROL = re.compile(r'control\(\s*"([A-Z]+[0-9]{3})"')
_MEANT = re.compile(r"\b(?:GH|HK|WEB|WF)[0-9]+\b", re.IGNORECASE)


def every_id() -> Iterator[str]:
    """Give the ids, those of the live suite first."""
    for folder in ("tests_live", "tests_static"):
        for path in sorted((PROJECT / folder).glob("**/*.py")):
            yield from _CONTROL.findall(path.read_text("utf-8"))


def unknown_in(expression: str, known: list[str]) -> str:
    """Give the first word of an expression that looks like an id and begins none, so that it chooses nothing."""
    found = (each for each in _MEANT.findall(expression) if not any(one.startswith(each.upper()) for one in known))
    return next(found, "")
