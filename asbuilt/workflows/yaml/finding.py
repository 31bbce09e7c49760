"""One thing that is not as it should be, from where it is found to where it is shown."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

LONGEST_FACT = 159  # characters: two lines of a terminal
_LEAST_QUOTED = 24
_QUOTED = re.compile(r"`[^`]+`")
_IN_BRACKETS = re.compile(r" \((?:[^()]|\([^()]*\))*\)")


class Mark(NamedTuple):
    """A place in a file: line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, what to do about it, and where.

    It lies at a mark of a file, with the line there as `excerpt`, or in a file as a whole. Where no file is judged, the
    `subject` of the check is its place. `waived` says why this one is accepted where others of the same check may not
    be: a suppression in its file.

    `since` is from when on it has been so, where a fact tells it; `brief` is what of the fact a headline says, where
    that is not its first clause. `needs` are the controls that must hold before the fix can be carried out.

    One that is `open` is no drift: it says what cannot be told before the run, and its fix is what makes it known.
    `rule` is a linter's own name for what it finds, with the severity that it gives to it. What was there `before` is
    not added by what is judged (`--base`).
    """

    fact: str
    fix: str = ""
    path: str = ""
    mark: Mark | None = None
    excerpt: str = ""
    subject: str = ""
    waived: str = ""
    since: datetime | None = None
    brief: str = ""
    needs: tuple[str, ...] = ()
    open: bool = False
    rule: str = ""
    before: bool = False

    @property
    def place(self) -> str:
        """`path:line:column` as editors and terminals link it, or the path, or the subject."""
        return f"{self.path}:{self.mark.line}:{self.mark.column}" if self.mark else self.path or self.subject

    def about(self, subject: str) -> "Finding":
        """Give it with a place: what lies in no file is about the subject of its check.

        One that has a place already is given as it is.
        """
        return self if self.place else replace(self, subject=subject)


def fitting(fact: str) -> str:
    """Give a fact as it fits on two lines: less of what it quotes, then without what stands in brackets.

    What it says at all is kept, however long that is; the line itself is the finding's excerpt.
    """
    over = len(fact) - LONGEST_FACT
    if over <= 0:
        return fact
    quoted = max(_QUOTED.finditer(fact), key=lambda each: len(each[0]), default=None)
    if quoted is not None and len(quoted[0]) - over > _LEAST_QUOTED:
        short = quoted[0].rstrip("\N{HORIZONTAL ELLIPSIS}`")[: len(quoted[0]) - over - 2]
        return f"{fact[: quoted.start()]}{short}\N{HORIZONTAL ELLIPSIS}`{fact[quoted.end() :]}"
    aside = _IN_BRACKETS.search(fact)
    return fact[: aside.start()] + fact[aside.end() :] if aside is not None and "`" not in aside[0] else fact


def one_for_each_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the first of some findings at each place: what is wrong there for one way is so for the others too.

    A place is a file and a mark, so of the findings about files as a whole, or about nothing, the first of each file.
    Drift goes before what is open.
    """
    found: dict[tuple[str, Mark | None], Finding] = {}
    for each in findings:
        known = found.setdefault((each.path, each.mark), each)
        if known.open and not each.open:
            found[each.path, each.mark] = each
    return tuple(found.values())


def plain(finding: Finding) -> dict[str, Any]:
    """Give a finding as what JSON can hold, without what it does not have.

    A mark is a pair of numbers, an instant a text of ISO 8601. `restored` makes the same finding of it again.
    """
    found = {name: value for name, value in asdict(finding).items() if value}
    return found | ({"since": finding.since.isoformat()} if finding.since else {})


def restored(raw: Mapping[str, Any]) -> Finding:
    """Give back the finding of its `plain` form.

    Raises TypeError for a key that a finding does not have, or where there is no fact.
    """
    return Finding(
        **{
            **raw,
            "mark": Mark(*raw["mark"]) if "mark" in raw else None,
            "since": datetime.fromisoformat(raw["since"]) if "since" in raw else None,
            "needs": tuple(raw.get("needs", ())),
        }
    )
