"""The summary on the terminal: what somebody woken at night can act on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap

from asbuilt import texts
from asbuilt.causes import Cause
from asbuilt.changes import said
from asbuilt.record import covered, headlines, showing
from asbuilt.record.first_steps import first_steps
from asbuilt.record.reported import reported, unread
from asbuilt.record.showing import Entry
from asbuilt.run import FILES, Run
from asbuilt.tolerance import reasons
from asbuilt.undeclared import is_none
from asbuilt.verdicts import Outcome, Verdict, all_well, tally

COLOURS = {Outcome.DRIFTED: "red", Outcome.UNKNOWN: "yellow", Outcome.WAIVED: "cyan"}
_INDENT = "    "
_WIDEST = 48  # a longer place sticks out, rather than push all others apart


@dataclass(frozen=True, slots=True)
class Text:
    """One line and its colour, by the name that pytest's terminal writer has for it."""

    text: str
    colour: str = ""
    bold: bool = False

    @property
    def markup(self) -> dict[str, bool]:
        """The line's markup for pytest's terminal writer."""
        return {**({self.colour: True} if self.colour else {}), **({"bold": True} if self.bold else {})}


def heading(run: Run, shown: Callable[[str], str]) -> str:
    """Say what was judged, in which world, as of when; `shown` makes a name fit for where it is read."""
    name = shown(run.estate.name)
    for each in filter(None, (covered.said(run), covered.unfinished(run))):
        name = f"{name} ({shown(each)})"
    if run.observation is None:
        # Files of a record lie in a folder of the moment, which says nothing to anybody.
        places = (str(each.root) for each in run.checkouts.values()) if run.world == FILES else iter(run.checkouts)
        folders = ", ".join(map(shown, places)) or "no folder"
        if is_none(run.estate) and run.world == FILES:
            folders += f" as {', '.join(map(shown, run.checkouts))}"
        return f"{name}, {FILES} of {folders}{run.world.removeprefix(FILES)}"
    as_of = f"as of {run.observation.as_of:%Y-%m-%d %H:%M} UTC"
    return f"{name} in {shown(run.world)}, {as_of}, {_requests(run)}"


def summary(run: Run, verdicts: tuple[Verdict, ...], columns: int | None = None) -> Iterator[Text]:
    """Give the lines: the heading, what changed, each cause and what to do, other findings, the tally, the evidence.

    `columns` is the width of the terminal, None where there is none: then what was found is never broken. What is not
    explained by another begins `PLACE CONTROL SEV`, a cause with its consequences `SUBJECT SEV`.
    """
    for each in _summary(run, verdicts, columns):
        # What is fit stays so in a line of ours; where that is broken, another begins.
        yield replace(each, text=texts.without_commands(each.text))


def _summary(run: Run, verdicts: tuple[Verdict, ...], columns: int | None) -> Iterator[Text]:
    yield Text("")
    yield from _wrapped(f"asbuilt: {heading(run, texts.line)}", columns, bold=True)
    if run.found.said:
        yield from _wrapped(f"estate: {texts.line(run.found.said)}", columns)
    if run.changes:
        yield from _wrapped(said(run.changes, texts.line), columns)
    yield Text("")
    findings = rows(run, verdicts)
    width = min(max((len(each.place) for each in findings), default=0), _WIDEST)
    fits = columns is None or all(len(each.row(width)) <= columns for each in findings)
    for each in findings:
        yield from each.beside(width) if fits else each.below(columns)
    if left := showing.folded(run, verdicts):
        yield from _wrapped(texts.line(left), columns)
    if findings or left:
        yield Text("")
    counted = f"{tally(verdicts)}; {_requests(run)}" if run.observation else tally(verdicts)
    failing = any(each.fails for each in verdicts)
    colour = "green" if all_well(verdicts) else "red" if failing or not _judged(verdicts) else "yellow"
    yield from _wrapped(counted, columns, colour, bold=True)
    for told in (*_tolerated(verdicts), *unread(run)):
        yield from _wrapped(told, columns)
    for told in first_steps(run, verdicts):
        yield Text(texts.line(told, texts.LONGEST_WHOLE))
    if not _judged(verdicts):
        yield Text(f"fix: let a check through: of {run.population.whole} none that applies is left", "red")
    if run.directory:
        yield Text(f"evidence: {texts.line(_shown(run.directory))}")


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as it is printed: where, which control, the fact, and what helps to act on it."""

    place: str
    label: str
    fact: str
    help: tuple[str, ...]
    colour: str

    def row(self, width: int) -> str:
        """Give the line that it begins with, where all of it fits in one."""
        return f"{self.place:{width}}  {self.label}  {self.fact}"

    def beside(self, width: int) -> Iterator[Text]:
        """Give its lines with the fact beside its place."""
        yield Text(self.row(width), self.colour)
        yield from (Text(f"{'':{width}}  {each}") for each in self.help)

    def below(self, columns: int | None) -> Iterator[Text]:
        """Give its lines with the fact below its place; what somebody may copy from them is not wrapped."""
        yield Text(f"{self.place}  {self.label}", self.colour)
        yield from _wrapped(self.fact, columns, self.colour, indent=_INDENT)
        for each in self.help:
            whole = not each.startswith(headlines.EXPLAINS)
            yield from [Text(f"{_INDENT}{each}")] if whole else _wrapped(each, columns, indent=_INDENT)


def rows(run: Run, verdicts: tuple[Verdict, ...]) -> list[Row]:
    """Give all that somebody has to hear of, as it is printed: causes first, then what else was found."""
    return [*_causes(run, verdicts), *_findings(run, verdicts)]


def _causes(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[Row]:
    """Give what drifted, by cause: one row for each in the world with its consequences, one for each finding else."""
    for each in showing.drifted(verdicts):
        if isinstance(each, Cause):
            expired = tuple(map(texts.line, headlines.expired(each)))
            yield Row(
                place=texts.line(each.head.subject),
                label=each.severity,
                fact=texts.line(headlines.headline(run, each), headlines.LONGEST),
                help=(
                    *headlines.to_do(each.steps),
                    *expired,
                    *reported(run, each.members),
                    headlines.explained(run, each),
                ),
                colour=COLOURS[Outcome.DRIFTED],
            )
            continue
        address = "" if each.finding.waived else headlines.runbook(run, each.verdict)
        row = _row(run, each)
        yield replace(row, help=(*row.help, *([f"runbook: {address}"] if address else [])))


def _findings(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[Row]:
    """Give what else somebody has to hear of, the most urgent first, and last what linters find."""
    for checks, reason in headlines.never_judged(verdicts):
        yield Row(checks, "", texts.line(f"UNKNOWN {reason}"), ("fix: run it again",), COLOURS[Outcome.UNKNOWN])
    for each in (*showing.others(verdicts), *showing.linted(verdicts)):
        yield _row(run, each)


def _row(run: Run, entry: Entry) -> Row:
    verdict, finding = entry.verdict, entry.finding
    outcome = Outcome.WAIVED if finding.waived else verdict.outcome
    fact = texts.line(headlines.fact(run, finding))
    excerpt = [f"> {texts.line(finding.excerpt)}"] if finding.excerpt else []
    asks = any(each.text or each.issues for each in entry.steps)
    pages = () if outcome is Outcome.WAIVED else reported(run, (verdict,))
    said = filter(None, (*entry.notes, verdict.expired, _told(verdict, outcome), *pages))
    return Row(
        place=texts.line(finding.place),
        label=f"{verdict.control:6} {entry.severity}",
        fact=fact if outcome is Outcome.DRIFTED else f"{outcome.upper()} {fact}",
        help=(
            *excerpt,
            *(headlines.to_do(entry.steps) if outcome is not Outcome.WAIVED and asks else ()),
            *(texts.line(each) for each in said),
        ),
        colour=COLOURS[outcome],
    )


def _told(verdict: Verdict, outcome: Outcome) -> str:
    """Say why what is wrong fails nothing, where that is for its control alone; of many findings the tally says it."""
    own = verdict.tolerated.startswith(verdict.control) and outcome is not Outcome.WAIVED
    return f"fails nothing: {verdict.tolerated}" if own else ""


def _tolerated(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    for why, count in reasons(verdicts).items():
        yield texts.line(f"{count} of these fail{'s' if count == 1 else ''} nothing: {why}")


def _wrapped(
    text: str, columns: int | None, colour: str = "", *, bold: bool = False, indent: str = ""
) -> Iterator[Text]:
    """Break a text between words where a terminal would break it anywhere."""
    lines = wrap(text, columns - len(indent), break_long_words=False, break_on_hyphens=False) if columns else [text]
    return (Text(f"{indent}{each}", colour, bold) for each in lines)


def _judged(verdicts: tuple[Verdict, ...]) -> bool:
    return any(each.outcome.is_judged for each in verdicts)


def _requests(run: Run) -> str:
    observation = run.observation
    if observation is None:
        return "no requests"
    count = len(observation.transcript)
    return f"{count} request{'' if count == 1 else 's'} in {observation.seconds:.1f} s"


def _shown(directory: Path) -> str:
    return str(directory.relative_to(Path.cwd())) if directory.is_relative_to(Path.cwd()) else str(directory)
