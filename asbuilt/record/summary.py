"""The run as one page of Markdown: the job summary on GitHub, a comment, a mail."""

from collections.abc import Iterator, Mapping

from asbuilt import texts
from asbuilt.causes import Step
from asbuilt.changes import said
from asbuilt.record import headlines, showing
from asbuilt.record.reported import reported, unread
from asbuilt.record.showing import Entry
from asbuilt.record.terminal import heading
from asbuilt.run import Run
from asbuilt.tolerance import reasons, tolerating
from asbuilt.verdicts import Outcome, Verdict, tally
from asbuilt.workflows.yaml.finding import Finding

_MARKS = {Outcome.DRIFTED: "❌ drifted", Outcome.UNKNOWN: "❔ unknown", Outcome.WAIVED: "⏳ waived"}
_MOST_BEFORE = 200
_MOST = 2**20 - 2**12  # GitHub shows no summary that is larger than 1 MiB; so much is left for what is around the table


def markdown(run: Run, verdicts: tuple[Verdict, ...], linters: Mapping[str, str], *, well: bool) -> str:
    """Give the page: the tally, what changed, a row for each cause and each other finding, what each linter did.

    `well` says whether the run may say that all is. It stays below what GitHub takes: the most urgent findings stand in
    it, and how many others there are.
    """
    mark = "✅" if well else "⚠️" if tolerating(verdicts) and not run.population.errors else "❌"
    head = f"## {mark} asbuilt: {heading(run, texts.code)}"
    parts = [head, "", f"**{tally(verdicts)}**", ""]
    if run.found.said:
        parts += [f"estate: {texts.code(run.found.said)}", ""]
    for why, count in reasons(verdicts).items():
        parts += [f"{count} of these fail{'s' if count == 1 else ''} nothing: {texts.prose(why)}", ""]
    if run.changes:
        parts += [said(run.changes, texts.code), ""]
    for lacking in unread(run):
        parts += [texts.prose(lacking), ""]
    for each in run.population.errors:
        parts += [f"**{texts.code(each.id)} could not be collected:** {texts.prose(each.reason)}", ""]
    after = [*_before(run, verdicts), *(f"{name} {texts.code(told)}  " for name, told in linters.items())]
    all_rows = list(_rows(run, verdicts))
    rows = list(_fitting(all_rows, _MOST - sum(len(each.encode()) + 1 for each in (*parts, *after))))
    if rows:
        parts += ["| | control | severity | where | finding | what to do |", "|---|---|---|---|---|---|", *rows, ""]
    if left := len(all_rows) - len(rows):
        parts += [f"**{left} more findings** are left out here; `verdicts.json` has them all.", ""]
    return "\n".join([*parts, *after])


def _rows(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    """Give a row for each cause with its consequences, and one for each other finding; last what linters find."""
    for each in showing.drifted(verdicts):
        if isinstance(each, Entry):
            yield _of_entry(run, each)
            continue
        explains, expired = f"explains {headlines.explains(each)}", headlines.expired(each)
        told = (headlines.headline(run, each), explains, *expired, *reported(run, each.members))
        fact = "<br>".join(texts.code(one, headlines.LONGEST) for one in told)
        head = each.head
        yield _row(run, head, "❌ drifted", head.subject, fact, each.steps, each.severity, headlines.issues(each))
    for checks, reason in headlines.never_judged(verdicts):
        yield f"| {' | '.join((_MARKS[Outcome.UNKNOWN], '', '', checks, texts.code(reason), 'run it again'))} |"
    for entry in (*showing.others(verdicts), *showing.linted(verdicts)):
        yield _of_entry(run, entry)


def _of_entry(run: Run, entry: Entry) -> str:
    verdict, finding = entry.verdict, entry.finding
    outcome = Outcome.WAIVED if finding.waived else verdict.outcome
    own = verdict.tolerated.startswith(verdict.control) and not finding.waived
    spared = f"fails nothing: {verdict.tolerated}" if own else ""
    pages = () if outcome is Outcome.WAIVED else reported(run, (verdict,))
    said = filter(None, (headlines.fact(run, finding), *entry.notes, verdict.expired, spared, *pages))
    steps = tuple(each for each in entry.steps if each.text) if finding.fix else ()
    issues = _issues(run, verdict, finding)
    fact = "<br>".join(map(texts.code, said))
    return _row(run, verdict, _MARKS[outcome], finding.place, fact, steps, entry.severity, issues)


def _issues(run: Run, verdict: Verdict, finding: Finding) -> tuple[int, ...]:
    """Give the issues of a finding: of what is waived, that which its waiver names; a suppression names none."""
    if not finding.waived:
        return (verdict.issue,) if verdict.issue else ()
    if verdict.outcome is not Outcome.WAIVED:
        return ()
    names = {verdict.subject, verdict.id.partition("[")[2].removesuffix("]")}
    waivers = (each for each in run.estate.waivers if each.control == verdict.control and each.subject in names)
    return tuple(dict.fromkeys(each.issue for each in waivers if f"#{each.issue}" in finding.waived))


def _before(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    """Give what was there before a pull request, folded."""
    told = showing.folded(run, verdicts)
    if told:
        yield f"<details><summary>{texts.prose(told)}</summary>"
        yield ""
        for verdict, finding in showing.before(verdicts)[:_MOST_BEFORE]:
            yield f"- {verdict.control} {texts.code(finding.place)} {texts.code(headlines.fact(run, finding))}"
        yield ""
        yield "</details>"
        yield ""


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
