"""A verdict in plain lines, as a report of tests shows it below the name of a check."""

from collections.abc import Iterator

from asbuilt import texts
from asbuilt.verdicts import Verdict
from asbuilt.workflows.yaml.finding import Finding

_MOST = 100  # findings of one check; a page with more is read by nobody, and verdicts.json has them all


def told(verdict: Verdict) -> str:
    """Give each finding of a verdict with its place, excerpt and fix; of what has none, the reason."""
    of_rules: dict[str, list[Finding]] = {}
    for each in verdict.told():
        if each.rule and not each.waived:
            of_rules.setdefault(each.rule, []).append(each)
    several = {rule: each for rule, each in of_rules.items() if len(each) > 1}
    found = [each for each in verdict.told() if each.waived or each.rule not in several]
    parts = ["\n".join(_parts(each, verdict.subject)) for each in found[:_MOST]]
    parts += ["\n".join(_of_rule(rule, each)) for rule, each in several.items()]
    expired = [texts.line(verdict.expired)] if verdict.expired else []
    more = [f"and {len(found) - _MOST} more: they stand in verdicts.json"] if len(found) > _MOST else []
    return "\n\n".join((*parts, *more, *expired))


def _of_rule(rule: str, found: list[Finding]) -> Iterator[str]:
    """Give what a linter finds by one rule, line by line: how often, the fix, and each place."""
    yield texts.line(f"{rule}: {len(found)} places")
    yield from (f"fix: {texts.whole(each)}" for each in dict.fromkeys(each.fix for each in found if each.fix))
    yield from (texts.line(each.place) for each in found[:_MOST])
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} more: they stand in verdicts.json"


def _parts(finding: Finding, subject: str) -> Iterator[str]:
    """Give a finding line by line: the fact, behind its place where that is not the subject; the excerpt; the fix."""
    fact = texts.line(finding.fact)
    yield fact if finding.place in {"", subject} else f"{texts.line(finding.place)} {fact}"
    if finding.excerpt:
        yield f"> {texts.line(finding.excerpt)}"
    if finding.fix:
        yield f"fix: {texts.whole(finding.fix)}"
