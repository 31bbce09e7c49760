"""Less of a run on the terminal, and more: findings alone for scripts and for cron (`-q`), each check (`-v`)."""

from collections.abc import Iterator

from asbuilt import texts
from asbuilt.record.terminal import COLOURS, Text, rows
from asbuilt.run import Run
from asbuilt.verdicts import Outcome, Verdict

_CUT = "…"
_WIDEST = 60
_LONGEST = 300


def brief(run: Run, verdicts: tuple[Verdict, ...], columns: int | None = None) -> Iterator[Text]:
    """Give a line for each cause and each finding; nothing where all is well. What is waived is accepted: it is none.

    In a terminal of `columns` a longer line is cut, and says so; elsewhere it is whole.
    """
    for each in rows(run, verdicts):
        if each.colour != COLOURS[Outcome.WAIVED]:
            said = "  ".join(filter(None, (each.place, each.label, each.fact)))
            yield Text(_cut(texts.without_commands(said), columns), each.colour)
    if not any(each.outcome.is_judged for each in verdicts):
        yield Text(f"nothing was judged: of {run.population.whole} checks none that applies is left", "red")


def each_check(verdicts: tuple[Verdict, ...], columns: int | None = None) -> Iterator[Text]:
    """Give a line for each check, by control and subject: what it came to, and why where it was not judged."""
    ordered = sorted(verdicts, key=lambda each: (each.control, _subject(each)))
    width = min(max((len(_subject(each)) for each in ordered), default=0), _WIDEST)
    longest = max(map(len, Outcome), default=0)
    for each in ordered:
        why = each.reason if each.outcome in {Outcome.NOT_APPLICABLE, Outcome.UNKNOWN} else ""
        said = f"{each.control:6}  {_subject(each):{width}}  {each.outcome:{longest}}  {texts.line(why, _LONGEST)}"
        yield Text(_cut(texts.without_commands(said.rstrip()), columns), COLOURS.get(each.outcome, ""))


def _subject(verdict: Verdict) -> str:
    """Name what a check was judged of, as pytest has it between brackets."""
    return texts.line(verdict.id.partition("[")[2].removesuffix("]") or verdict.subject)


def _cut(text: str, columns: int | None) -> str:
    return text if columns is None or len(text) <= columns else f"{text[: max(columns - 1, 1)]}{_CUT}"
