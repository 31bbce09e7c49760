"""The summary on the terminal: what somebody woken at night can act on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap

from asbuilt import texts
from asbuilt.causes import Step, causes
from asbuilt.changes import said
from asbuilt.record import covered, headlines
from asbuilt.record.first_steps import first_steps
from asbuilt.run import FILES, Run
from asbuilt.undeclared import is_none
from asbuilt.verdicts import Outcome, Verdict, all_well, by_urgency, tally
from asbuilt.workflows.yaml.finding import Finding

_COLOURS = {Outcome.DRIFTED: "red", Outcome.UNKNOWN: "yellow", Outcome.WAIVED: "cyan"}
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
    if run.changes:
        yield from _wrapped(said(run.changes, texts.line), columns)
    yield Text("")
    findings = [*_causes(run, verdicts), *_findings(run, verdicts)]
    width = min(max((len(each.place) for each in findings), default=0), _WIDEST)
    fits = columns is None or all(len(each.row(width)) <= columns for each in findings)
    for each in findings:
        yield from each.beside(width) if fits else each.below(columns)
    if findings:
        yield Text("")
    counted = f"{tally(verdicts)}; {_requests(run)}" if run.observation else tally(verdicts)
    yield from _wrapped(counted, columns, "green" if all_well(verdicts) else "red", bold=True)
    for told in first_steps(run, verdicts):
        yield Text(texts.line(told, texts.LONGEST_WHOLE))
    if not any(each.outcome.is_judged for each in verdicts):
        yield Text(f"fix: let a check through: of {run.population.whole} none that applies is left", "red")
    if run.directory:
        yield Text(f"evidence: {texts.line(_shown(run.directory))}")


@dataclass(frozen=True, slots=True)
class _Row:
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
        yield from (Text(f"{_INDENT}{each}") for each in self.help)


def _causes(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[_Row]:
    """Give what drifted, by cause: one row for each with its consequences, one for each finding of what has none."""
    for cause in causes(verdicts):
        expired = tuple(map(texts.line, headlines.expired(cause)))
        if cause.explains:
            yield _Row(
                place=texts.line(cause.head.subject),
                label=cause.severity,
                fact=texts.line(headlines.headline(run, cause), headlines.LONGEST),
                help=(*headlines.to_do(cause.steps), *expired, headlines.explained(run, cause)),
                colour=_COLOURS[Outcome.DRIFTED],
            )
            continue
        for finding in cause.head.told():
            row = _row(run, cause.head, finding, cause.steps_of(finding))
            address = "" if finding.waived else headlines.runbook(run, cause.head)
            yield replace(row, help=(*row.help, *expired, *([f"runbook: {address}"] if address else [])))


def _findings(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[_Row]:
    """Give what else somebody has to hear of, the most urgent first."""
    for checks, reason in headlines.never_judged(verdicts):
        yield _Row(checks, "", texts.line(f"UNKNOWN {reason}"), ("fix: run it again",), _COLOURS[Outcome.UNKNOWN])
    shown = [each for each in verdicts if headlines.is_of_its_own(each)]
    for verdict, finding, others in _grouped(sorted(shown, key=by_urgency)):
        row = _row(run, verdict, finding, (Step(finding.fix, (verdict.issue,) if verdict.issue else ()),))
        expired = (texts.line(verdict.expired),) if verdict.expired else ()
        same = (f"for the same reason: {', '.join(others)}",) if others else ()
        yield replace(row, help=(*row.help, *expired, *same))


def _row(run: Run, verdict: Verdict, finding: Finding, steps: tuple[Step, ...]) -> _Row:
    outcome = Outcome.WAIVED if finding.waived else verdict.outcome
    fact = texts.line(headlines.fact(run, finding))
    excerpt = [f"> {texts.line(finding.excerpt)}"] if finding.excerpt else []
    asks = finding.fix or verdict.issue
    return _Row(
        place=texts.line(finding.place),
        label=f"{verdict.control:6} {verdict.severity}",
        fact=fact if outcome is Outcome.DRIFTED else f"{outcome.upper()} {fact}",
        help=(*excerpt, *(headlines.to_do(steps) if outcome is not Outcome.WAIVED and asks else ())),
        colour=_COLOURS[outcome],
    )


def _wrapped(
    text: str, columns: int | None, colour: str = "", *, bold: bool = False, indent: str = ""
) -> Iterator[Text]:
    """Break a text between words where a terminal would break it anywhere."""
    lines = wrap(text, columns - len(indent), break_long_words=False, break_on_hyphens=False) if columns else [text]
    return (Text(f"{indent}{each}", colour, bold) for each in lines)


def _grouped(verdicts: list[Verdict]) -> Iterator[tuple[Verdict, Finding, list[str]]]:
    """Give each finding; what several controls could not observe for one reason is said once."""
    seen: dict[Finding, list[str]] = {}
    found: list[tuple[Verdict, Finding, list[str]]] = []
    for verdict in verdicts:
        for finding in verdict.told():
            if verdict.outcome is Outcome.UNKNOWN and finding in seen:
                seen[finding].append(verdict.control)
            else:
                others = seen.setdefault(finding, []) if verdict.outcome is Outcome.UNKNOWN else []
                found.append((verdict, finding, others))
    for verdict, finding, others in found:
        yield verdict, finding, sorted(set(others) - {verdict.control})


def _requests(run: Run) -> str:
    observation = run.observation
    if observation is None:
        return "no requests"
    count = len(observation.transcript)
    return f"{count} request{'' if count == 1 else 's'} in {observation.seconds:.1f} s"


def _shown(directory: Path) -> str:
    return str(directory.relative_to(Path.cwd())) if directory.is_relative_to(Path.cwd()) else str(directory)
