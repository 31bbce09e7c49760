"""The help of `asbuilt live` and `asbuilt static`, made of what declares their options: pytest is not asked for it."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from asbuilt import output
from asbuilt.declared_options import GROUPS, OF_LIVE_ALONE, OF_PYTEST, declarations
from asbuilt.help_page import Page, Row, shown
from asbuilt.invoked import HELP_OF_PYTEST

_ASKS = frozenset({"-h", "--help"})
_OTHERS = "others"
_SUMMARY = {
    "live": "Hold what Heroku, GitHub and the apps answer against the estate. Nothing is changed.",
    "static": "Judge the workflow files of a checkout, against the estate too where there is one. None is run.",
}
_EXAMPLES = {
    "live": (
        ("asbuilt live --sandbox healthy", "without tokens, in a sandbox"),
        ("asbuilt live --app NAME --settle 300 --commit SHA", "after a deploy"),
    ),
    "static": (
        ("asbuilt static --checkout .", "the files here, without an estate too"),
        ("asbuilt static --checkout . --base origin/main", "fail for what this branch adds"),
    ),
}
_EXITS = "exit: 0 conforms, 1 drifted or unknown, 2 interrupted, 3 internal, 4 usage, 5 nothing to judge"


VERBS = frozenset(_SUMMARY)


def told(verb: str, arguments: Sequence[str]) -> bool:
    """Print the page of a verb where somebody asks for it, and say so."""
    asked = bool(_ASKS & set(arguments))
    if asked:
        sys.stdout.write(f"{shown(page(verb))}\n")
    return asked


def page(verb: str) -> Page:
    """Give the page of a verb."""
    return Page(
        f"asbuilt {verb} [options]",
        _SUMMARY[verb],
        tuple(_groups(verb)),
        _EXAMPLES[verb],
        (_EXITS, f"pytest's options are taken too: asbuilt {verb} {HELP_OF_PYTEST} lists them"),
    )


def _groups(verb: str) -> Iterator[tuple[str, tuple[Row, ...]]]:
    declared = {name: each for name, each in declarations().items() if verb == "live" or name not in OF_LIVE_ALONE}
    declared |= {name: {"metavar": metavar, "help": text} for name, (metavar, text) in output.HELP.items()}
    told: set[str] = set()
    for title, names in GROUPS.items():
        rows = [_row(name, declared[name]) for name in names if name in declared]
        rows += [(flag, text) for group, flag, text in OF_PYTEST.values() if group == title]
        told.update(names)
        if rows:
            yield title, tuple(rows)
    if left := [_row(name, each) for name, each in declared.items() if name not in told]:
        yield _OTHERS, tuple(left)


def _row(name: str, declared: dict[str, Any]) -> Row:
    return f"{name} {declared.get('metavar', '')}".rstrip(), str(declared["help"])
