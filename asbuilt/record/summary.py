"""The run as one page of Markdown: the job summary on GitHub, a comment, a mail."""

from collections.abc import Iterator, Mapping

from asbuilt import texts
from asbuilt.causes import Step, causes
from asbuilt.changes import said
from asbuilt.record import headlines
from asbuilt.record.terminal import heading
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict, by_urgency, tally
from asbuilt.workflows.yaml.finding import Finding

_MARKS = {Outcome.DRIFTED: "❌ drifted", Outcome.UNKNOWN: "❔ unknown", Outcome.WAIVED: "⏳ waived"}
_MOST = 2**20 - 2**12  # GitHub shows no summary that is larger than 1 MiB; so much is left for what is around the table


def markdown(run: Run, verdicts: tuple[Verdict, ...], linters: Mapping[str, str], *, well: bool) -> str:
    """Give the page: the tally, what changed, a row for each cause and each other finding, what each linter did.

    `well` says whether the run may say that all is. It stays below what GitHub takes: the most urgent findings stand in
    it, and how many others there are.
    """
    head = f"## {'✅' if well else '❌'} asbuilt: {heading(run, texts.code)}"
    parts = [head, "", f"**{tally(verdicts)}**", ""]
    if run.changes:
        parts += [said(run.changes, texts.code), ""]
    for each in run.population.errors:
        parts += [f"**{texts.code(each.id)} could not be collected:** {texts.prose(each.reason)}", ""]
    after = [f"{name} {texts.code(told)}  " for name, told in linters.items()]
    all_rows = list(_rows(run, verdicts))
    rows = list(_fitting(all_rows, _MOST - sum(len(each.encode()) + 1 for each in (*parts, *after))))
    if rows:
        parts += ["| | control | severity | where | finding | what to do |", "|---|---|---|---|---|---|", *rows, ""]
    if left := len(all_rows) - len(rows):
        parts += [f"**{left} more findings** are left out here; `verdicts.json` has them all.", ""]
    return "\n".join([*parts, *after])


def _rows(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    """Give a row for each cause with its consequences, and one for each other finding."""
    for cause in causes(verdicts):
        expired = headlines.expired(cause)
        if cause.explains:
            told = (headlines.headline(run, cause), f"explains {headlines.explains(cause)}", *expired)
            fact = "<br>".join(texts.code(each, headlines.LONGEST) for each in told)
            head = cause.head
            yield _row(
                run, head, "❌ drifted", head.subject, fact, cause.steps, cause.severity, headlines.issues(cause)
            )
            continue
        for finding in cause.head.told():
            yield _of_finding(run, cause.head, finding, cause.steps_of(finding))
    for checks, reason in headlines.never_judged(verdicts):
        yield f"| {' | '.join((_MARKS[Outcome.UNKNOWN], '', '', checks, texts.code(reason), 'run it again'))} |"
    for verdict in sorted(verdicts, key=by_urgency):
        if headlines.is_of_its_own(verdict):
            for finding in verdict.told():
                yield _of_finding(run, verdict, finding, (Step(finding.fix),))


def _of_finding(run: Run, verdict: Verdict, finding: Finding, steps: tuple[Step, ...]) -> str:
    outcome = Outcome.WAIVED if finding.waived else verdict.outcome
    fact = "<br>".join(map(texts.code, filter(None, (headlines.fact(run, finding), verdict.expired))))
    steps = steps if finding.fix else ()
    issues = (verdict.issue,) if verdict.issue else ()
    return _row(run, verdict, _MARKS[outcome], finding.place, fact, steps, verdict.severity, issues)


def _fitting(rows: list[str], room: int) -> Iterator[str]:
    """Give the rows for which there is room, in so many bytes."""
    for row in rows:
        room -= len(row.encode()) + 1
        if room < 0:
            return
        yield row


def _row(
    run: Run,
    verdict: Verdict,
    mark: str,
    place: str,
    fact: str,
    steps: tuple[Step, ...],
    severity: str,
    issues: tuple[int, ...],
) -> str:
    control = verdict.control
    for issue in issues:
        if url := texts.link(run.estate.links.issue_url(issue) or ""):
            control += f" [#{issue}]({url})"
    if verdict.outcome is Outcome.DRIFTED and (address := headlines.runbook(run, verdict)):
        control += f" [runbook]({address})"
    return f"| {' | '.join((mark, control, severity, texts.code(place), fact, _to_do(steps)))} |"


def _to_do(steps: tuple[Step, ...]) -> str:
    """Give steps as lines of a cell: commands as code, to be copied, and the rest as prose."""
    lines = []
    for before, step in headlines.numbered(steps):
        told = [
            texts.code(texts.whole(each.text), texts.LONGEST_WHOLE + 1) if each.is_command else texts.prose(each.text)
            for each in headlines.parts_of(step)
        ]
        lines.append(f"{before if len(steps) > 1 else ''}{'<br>'.join(told)}")
    return "<br>".join(lines)
