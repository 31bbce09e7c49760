"""The summary on the terminal: what somebody woken at night can act on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from asbuilt.run import Run
from asbuilt.verdicts import Line, Outcome, Verdict, by_urgency, tally

_COLOURS = {Outcome.DRIFTED: "red", Outcome.UNKNOWN: "yellow", Outcome.WAIVED: "cyan"}


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


def heading(run: Run) -> str:
    """Say what was judged, in which world, as of when."""
    if run.observation is None:
        folders = ", ".join(str(each.root) for each in run.checkouts.values()) or "no folder"
        return f"{run.estate.name}, workflow files of {folders}"
    as_of = f"as of {run.observation.as_of:%Y-%m-%d %H:%M} UTC"
    return f"{run.estate.name} in {run.world}, {as_of}, {_requests(run)}"


def summary(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[Text]:
    """Give the lines: the heading, each finding with its fix, the tally, where the evidence is."""
    yield Text("")
    yield Text(f"asbuilt: {heading(run)}", bold=True)
    yield Text("")
    shown = [each for each in sorted(verdicts, key=by_urgency) if each.outcome in _COLOURS]
    width = max((len(line.place) for each in shown for line in _lines(each)), default=0)
    for verdict, line, others in _grouped(shown):
        outcome = Outcome.WAIVED if line.waived else verdict.outcome
        colour = _COLOURS[outcome]
        word = "" if outcome is Outcome.DRIFTED else f"{outcome.upper()} "
        head = f"{line.place:{width}}  {verdict.control:6} {verdict.severity}  {word}"
        first, *more = line.fact.splitlines() or [""]
        yield Text(f"{head}{first}", colour)
        indent = " " * (width + 2)
        yield from (Text(f"{indent}{each}") for each in more)
        if line.excerpt:
            yield Text(f"{indent}> {line.excerpt}")
        issue = f"   #{verdict.issue}" if verdict.issue else ""
        if line.fix or issue:
            yield Text(f"{indent}fix: {line.fix or 'see the issue'}{issue}")
        if others:
            yield Text(f"{indent}for the same reason: {', '.join(others)}")
    if shown:
        yield Text("")
    clean = all(each.outcome not in {Outcome.DRIFTED, Outcome.UNKNOWN} for each in verdicts)
    counted = f"{tally(verdicts)}; {_requests(run)}" if run.observation else tally(verdicts)
    yield Text(counted, "green" if clean else "red", bold=True)
    if run.directory:
        yield Text(f"evidence: {_shown(run.directory)}")


def _grouped(verdicts: list[Verdict]) -> Iterator[tuple[Verdict, Line, list[str]]]:
    """Give each finding; what several controls could not observe for one reason is said once."""
    seen: dict[Line, list[str]] = {}
    found: list[tuple[Verdict, Line, list[str]]] = []
    for verdict in verdicts:
        for line in _lines(verdict):
            if verdict.outcome is Outcome.UNKNOWN and line in seen:
                seen[line].append(verdict.control)
            else:
                others = seen.setdefault(line, []) if verdict.outcome is Outcome.UNKNOWN else []
                found.append((verdict, line, others))
    for verdict, line, others in found:
        yield verdict, line, sorted(set(others) - {verdict.control})


def _lines(verdict: Verdict) -> tuple[Line, ...]:
    """Give a verdict's findings; what has none is one line with its reason."""
    lines = verdict.lines or (Line("", verdict.reason),)
    return tuple(replace(each, place=each.place or verdict.subject) for each in map(verdict.told, lines))


def _requests(run: Run) -> str:
    observation = run.observation
    if observation is None:
        return "no requests"
    count = len(observation.transcript)
    return f"{count} request{'' if count == 1 else 's'} in {observation.seconds:.1f} s"


def _shown(directory: Path) -> str:
    return str(directory.relative_to(Path.cwd())) if directory.is_relative_to(Path.cwd()) else str(directory)
