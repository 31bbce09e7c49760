"""The run as one page of Markdown: the job summary on GitHub, a comment, a mail."""

from collections.abc import Iterator, Mapping

from asbuilt import texts
from asbuilt.record.terminal import heading
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict, all_well, by_urgency, tally
from asbuilt.workflows.yaml.finding import Finding

_MARKS = {Outcome.DRIFTED: "❌ drifted", Outcome.UNKNOWN: "❔ unknown", Outcome.WAIVED: "⏳ waived"}
_MOST = 2**20 - 2**12  # GitHub shows no summary that is larger than 1 MiB; so much is left for what is around the table


def markdown(run: Run, verdicts: tuple[Verdict, ...], linters: Mapping[str, str]) -> str:
    """Give the page: the tally first, then one row for each finding, then what each linter that was asked did.

    It stays below what GitHub takes: the most urgent findings stand in it, and how many others there are.
    """
    head = f"## {'✅' if all_well(verdicts) else '❌'} asbuilt: {heading(run, texts.code)}"
    parts = [head, "", f"**{tally(verdicts)}**", ""]
    after = [f"{name} {texts.code(told)}  " for name, told in linters.items()]
    findings = list(_findings(verdicts))
    rows = list(_fitting(run, findings, _MOST - sum(len(each.encode()) + 1 for each in (*parts, *after))))
    if rows:
        parts += ["| | control | severity | where | finding | fix |", "|---|---|---|---|---|---|", *rows, ""]
    if left := len(findings) - len(rows):
        parts += [f"**{left} more findings** are left out here; `verdicts.json` has them all.", ""]
    return "\n".join([*parts, *after])


def _findings(verdicts: tuple[Verdict, ...]) -> Iterator[tuple[Verdict, Finding]]:
    for verdict in sorted(verdicts, key=by_urgency):
        if verdict.outcome in _MARKS:
            yield from ((verdict, finding) for finding in verdict.told())


def _fitting(run: Run, findings: list[tuple[Verdict, Finding]], room: int) -> Iterator[str]:
    """Give the rows for which there is room, in so many bytes."""
    for verdict, finding in findings:
        row = _row(run, verdict, finding)
        room -= len(row.encode()) + 1
        if room < 0:
            return
        yield row


def _row(run: Run, verdict: Verdict, finding: Finding) -> str:
    control = verdict.control
    if url := texts.link(run.estate.links.issue_url(verdict.issue) or ""):
        control += f" [#{verdict.issue}]({url})"
    mark = _MARKS[Outcome.WAIVED if finding.waived else verdict.outcome]
    fix = texts.code(texts.whole(finding.fix), texts.LONGEST_WHOLE + 1)
    told = (texts.code(finding.place), texts.code(finding.fact), fix)
    return f"| {' | '.join((mark, control, verdict.severity, *told))} |"
