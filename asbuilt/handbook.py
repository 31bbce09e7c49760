"""The controls as people and programs read them: a list, one explained, a page of Markdown, records."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from rich.table import Table

from asbuilt import catalogue
from asbuilt.controls import Control
from asbuilt.subjects import WORDS, tell

_BEGIN = """# Controls

What asbuilt requires, each with why and what to do. An id stands for one requirement for ever. The estate can change a
control's severity and name its issue: [adopting.md](adopting.md).

This page is printed by `asbuilt controls --format markdown`; `asbuilt controls HK002` prints one of them.
"""
_WATCHED = "Judged at each look of `asbuilt watch` too."


def controls() -> dict[str, Control]:
    """Give every control by its id, in the order of the ids. What two checks share is told by the first of them."""
    found: dict[str, Control] = {}
    for _, control in catalogue.checks():
        found.setdefault(control.id, control)
    return dict(sorted(found.items()))


def records(chosen: Iterable[Control]) -> list[dict[str, Any]]:
    """Give controls as plain data."""
    return [
        {
            "id": each.id,
            "severity": each.severity,
            "requirement": each.requirement,
            "reason": list(each.reason),
            "remedy": tell(each.remedy, WORDS),
            "satisfies": list(each.satisfies),
            "explained_by": list(each.explained_by),
            "watched": each.watched,
        }
        for each in chosen
    ]


def listing(chosen: Iterable[Control]) -> Table:
    """Give controls as a table for a terminal."""
    table = Table("control", "severity", "requirement", box=None)
    for each in chosen:
        table.add_row(each.id, each.severity, each.requirement)
    return table


def explanation(control: Control) -> str:
    """Explain one control: what it requires, why, what to do, what it is evidence for."""
    paragraphs = (
        f"{control.id} {control.severity} {control.system}\n{control.requirement}",
        *control.reason,
        f"Remedy: {tell(control.remedy, WORDS)}",
        *([f"Explained by: {', '.join(control.explained_by)}"] if control.explained_by else []),
        *([_WATCHED] if control.watched else []),
        f"Evidence for: {', '.join(control.satisfies)}",
    )
    return "\n\n".join(paragraphs)


def markdown(chosen: Iterable[Control]) -> str:
    """Give controls as one page: for each system a table of its controls, then each of them explained."""
    parts = [_BEGIN]
    for system, members in groupby(sorted(chosen, key=lambda each: (each.system, each.id)), lambda each: each.system):
        parts += [f"## {system}\n", *_chapter(list(members))]
    return "\n".join(parts)


def _chapter(members: list[Control]) -> Iterator[str]:
    yield "| control | severity | requirement |\n|---|---|---|"
    for each in members:
        requirement = each.requirement.replace("|", "\\|")
        yield f"| [{each.id}](#{each.id.lower()}) | {each.severity} | {requirement} |"
    yield ""
    for each in members:
        reason = "".join(f"{paragraph}\n\n" for paragraph in each.reason)
        remedy = f"Remedy: {tell(each.remedy, WORDS)}"
        links = ", ".join(f"[{cause}](#{cause.lower()})" for cause in each.explained_by)
        explained = f"Explained by: {links}\n\n" if links else ""
        explained += f"{_WATCHED}\n\n" if each.watched else ""
        yield (
            f"### {each.id}\n\n**{each.requirement}** {each.severity}\n\n{reason}{remedy}\n\n{explained}"
            f"Evidence for: {', '.join(each.satisfies)}\n"
        )
