"""A verdict in plain lines, as a report of tests shows it below the name of a check."""

from collections.abc import Iterator

from asbuilt import texts
from asbuilt.verdicts import Line, Verdict

_MOST = 100  # findings of one check; a page with more is read by nobody, and verdicts.json has them all


def told(verdict: Verdict) -> str:
    """Give each finding of a verdict with its place, excerpt and fix; of what has none, the reason."""
    found = verdict.findings()
    parts = ["\n".join(_parts(each, verdict.subject)) for each in found[:_MOST]]
    more = [f"and {len(found) - _MOST} more: they stand in verdicts.json"] if len(found) > _MOST else []
    return "\n\n".join((*parts, *more))


def _parts(line: Line, subject: str) -> Iterator[str]:
    """Give a finding line by line: the fact, behind its place where that is not the subject; the excerpt; the fix."""
    fact = texts.line(line.fact)
    yield fact if line.place in {"", subject} else f"{texts.line(line.place)} {fact}"
    if line.excerpt:
        yield f"> {texts.line(line.excerpt)}"
    if line.fix:
        yield f"fix: {texts.whole(line.fix)}"
