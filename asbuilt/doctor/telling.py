"""How a doctor's report is told: on one screen for people, in one stable shape for programs."""

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from asbuilt import __version__
from asbuilt.doctor.said import Group, Report, Status
from asbuilt.texts import line

FORM = 1
_MARKS = {Status.WELL: "ok", Status.NOTE: "--", Status.WRONG: "!!"}
_INDENT = "      "
_LONGEST = 600


def text(report: Report, width: int) -> Iterator[str]:
    """Give the lines for people: by group, each fact with its mark, and below what is not well what to do."""
    yield line(f"asbuilt doctor: {report.estate or 'no estate'}, {report.world}")
    for group in Group:
        of = [each for each in report.lines if each.group is group]
        if of:
            yield ""
            yield group.value
        for each in of:
            yield from _wrapped(f"  {_MARKS[each.status]}  {line(each.fact, _LONGEST)}", width)
            if each.fix:
                yield from _wrapped(f"{_INDENT}fix: {line(each.fix, _LONGEST)}", width)
    yield ""
    yield from _wrapped(line(_conclusion(report), _LONGEST), width)


def plain(report: Report) -> dict[str, Any]:
    """Give the same for programs: docs/permissions.md has the shape."""
    unknown = [each.control for each in report.controls if not each.is_known]
    return {
        "doctor": FORM,
        "asbuilt": __version__,
        "estate": report.estate or None,
        "world": report.world,
        "well": report.is_well,
        "tokens": [_as_plain(asdict(each)) for each in report.tokens],
        "controls": [asdict(each) for each in report.controls],
        "unknowable": unknown,
        "helps_most": {"change": report.best, "controls": list(report.helped)} if report.best else None,
        "budgets": [asdict(each) for each in report.budgets],
        "lines": [
            {"group": each.group.value, "status": each.status.value, "fact": each.fact, "fix": each.fix}
            for each in report.lines
        ],
    }


def _as_plain(token: dict[str, Any]) -> dict[str, Any]:
    return {**token, "expires_at": token["expires_at"] or None}


def _conclusion(report: Report) -> str:
    unknown = [each.control for each in report.controls if not each.is_known]
    wrong = sum(each.status is Status.WRONG for each in report.lines)
    if unknown:
        told = f"{len(unknown)} of {len(report.controls)} live controls cannot be known."
        return f"{told} What helps most ({len(report.helped)}): {report.best}"
    if wrong:
        known = f"all {len(report.controls)} live controls can be known; " if report.controls else ""
        return f"{known}{wrong} {'thing is' if wrong == 1 else 'things are'} not well, marked !!"
    return f"all is well: all {len(report.controls)} live controls can be known"


def _wrapped(told: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        told, max(width, 40), subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    ) or [""]
