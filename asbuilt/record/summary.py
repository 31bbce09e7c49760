"""The run as one page of Markdown: the job summary on GitHub, a comment, a mail."""

from collections.abc import Iterator, Mapping

from asbuilt.record.terminal import heading
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict, all_well, by_urgency, tally

_MARKS = {Outcome.DRIFTED: "❌ drifted", Outcome.UNKNOWN: "❔ unknown", Outcome.WAIVED: "⏳ waived"}


def markdown(run: Run, verdicts: tuple[Verdict, ...], linters: Mapping[str, str]) -> str:
    """Give the page: the tally first, then one row for each finding, then what each linter that was asked did."""
    lines = [f"## {'✅' if all_well(verdicts) else '❌'} asbuilt: {heading(run)}", "", f"**{tally(verdicts)}**", ""]
    rows = list(_rows(run, verdicts))
    if rows:
        lines += ["| | control | severity | where | finding | fix |", "|---|---|---|---|---|---|", *rows, ""]
    lines += [f"{name} {told}  " for name, told in linters.items()]
    return "\n".join(lines)


def _rows(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    for verdict in sorted(verdicts, key=by_urgency):
        if verdict.outcome not in _MARKS:
            continue
        control = verdict.control
        if url := run.estate.links.issue_url(verdict.issue):
            control += f" [#{verdict.issue}]({url})"
        for line in map(verdict.told, verdict.lines):
            mark = _MARKS[Outcome.WAIVED if line.waived else verdict.outcome]
            place = line.place or verdict.subject
            cells = (mark, control, verdict.severity, f"`{place}`", _cell(line.fact), _code(line.fix))
            yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """Keep a text inside its cell, and any mark-up in it from being taken for ours."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")


def _code(text: str) -> str:
    return f"`{_cell(text).replace('`', '')}`" if text else ""
