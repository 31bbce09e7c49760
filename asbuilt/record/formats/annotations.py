"""What a run found as commands of GitHub's runner: it shows them at the lines of a pull request, and on the job's page.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands has their form. GitHub keeps ten
errors, ten warnings and ten notices of a step: https://docs.github.com/en/rest/checks/runs#update-a-check-run. So the
worst are shown, ten in all, and the rest is counted. What fails the run is an error (SEV-1, SEV-2) or a warning, what
does not is a notice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from asbuilt import texts
from asbuilt.judged_again import is_sandbox
from asbuilt.record.formats.found import Found, FoundRun

MOST = 10
_LONGEST_FIX = 500
_MOST_SUBJECTS = 5
_ERROR, _WARNING, _NOTICE = "error", "warning", "notice"
_GRAVE = frozenset({"SEV-1", "SEV-2"})


@dataclass(frozen=True, slots=True)
class Annotation:
    """One command, of texts that anybody may have written; a place is given where it is in the repository shown."""

    level: str
    title: str
    message: str
    path: str = ""
    line: int = 0
    column: int = 0

    def command(self) -> str:
        """Give it as a line that the runner reads, and that nothing in its texts ends or begins another in."""
        place = [("file", self.path)] if self.path else []
        place += [("line", str(self.line))] if self.path and self.line else []
        place += [("col", str(self.column))] if self.path and self.line and self.column else []
        told = ",".join(f"{name}={_property(value)}" for name, value in (*place, ("title", self.title)))
        return f"::{self.level} {told}::{_data(self.message)}"


def annotations(run: FoundRun) -> str:
    """Give the commands, a line each; nothing where there is nothing to say."""
    first = list(_unfinished(run))
    open_ones = [each for each in run.findings if not each.is_accepted and not each.was_before]
    causes = [each for each in open_ones if not each.is_explained]
    shown = [_of(run, each) for each in causes]
    left = shown[MOST - len(first) :]
    commands = [*first, *shown[: MOST - len(first)]]
    rest = _rest(run, left, len(open_ones) - len(causes))
    if left and all(each.level == _NOTICE for each in commands):  # the one that counts is a notice too
        commands.pop()
        rest = _rest(run, shown[MOST - len(first) - 1 :], len(open_ones) - len(causes))
    commands += [Annotation(_NOTICE, "asbuilt", rest)] if left else []
    return "".join(f"{each.command()}\n" for each in commands)


def complaint(message: str, path: str = "", line: int = 0, column: int = 0) -> str:
    """Give the command for a run that never began, or left no record: what is wrong, and what to do.

    The place is that of the mistake, where it stands in a file of the repository.
    """
    return f"{Annotation(_ERROR, 'asbuilt', _lines(message.splitlines()), path, line, column).command()}\n"


def _unfinished(run: FoundRun) -> Iterator[Annotation]:
    """Say that a run is not complete: what it lacks."""
    if not run.is_whole:
        lacks = run.manifest.lacks or ("it does not say why",)
        told = _lines((*lacks, "fix: run it again"))
        yield Annotation(_ERROR, f"INCOMPLETE: asbuilt {_name(run)}", told)
    elif run.never:
        count = sum(run.never.values())
        yield Annotation(_ERROR, f"asbuilt {_name(run)}", _lines((f"{count} checks were never judged", *run.never)))


def _of(run: FoundRun, found: Found) -> Annotation:
    spot = found.spot
    where = [f"at {_place(found)}"] if spot.path and not _is_here(run, found) else []
    told = [
        found.told,
        *(f"and: {each}" for each in found.also),
        *where,
        *([f"concerns {_some(found.subjects)}"] if len(found.subjects) > 1 else []),
        *([f"explains {' '.join(_counted(found.explains))}"] if found.explains else []),
        *([f"fix: {found.fix}"] if found.fix and len(found.fix) <= _LONGEST_FIX else []),
        *([found.expired] if found.expired else []),
        *([f"fails nothing: {found.tolerated}"] if not found.fails and found.tolerated else []),
    ]
    sandbox = "SANDBOX: " if is_sandbox(run.manifest.world) else ""
    title = f"{sandbox}{found.control} {found.worst} {found.subjects[0]}"
    if _is_here(run, found):
        return Annotation(_level(found), title, _lines(told), spot.path, spot.line, spot.column)
    return Annotation(_level(found), title, _lines(told))


def _level(found: Found) -> str:
    if not found.fails:
        return _NOTICE
    return _ERROR if found.worst in _GRAVE else _WARNING


def _is_here(run: FoundRun, found: Found) -> bool:
    """Say whether a place lies in the repository whose workflow runs this; of no workflow, any is one."""
    here = run.manifest.ci.get("repository", "").lower()
    return bool(found.spot.path) and (not here or found.spot.repository.lower() in {"", here})


def _place(found: Found) -> str:
    spot = found.spot
    name = f"{spot.repository} {spot.path}" if spot.repository else spot.path
    return f"{name}:{spot.line}" if spot.line else name


def _some(subjects: tuple[str, ...]) -> str:
    more = f" and {len(subjects) - _MOST_SUBJECTS} more" if len(subjects) > _MOST_SUBJECTS else ""
    return f"{', '.join(subjects[:_MOST_SUBJECTS])}{more}"


def _counted(explains: Mapping[str, int]) -> Iterator[str]:
    for control, count in explains.items():
        yield f"{control} ({count})" if count > 1 else control


def _rest(run: FoundRun, left: list[Annotation], explained: int) -> str:
    """Count what is not shown, by how bad it is."""
    counts = Counter(each.level for each in left)
    many = ", ".join(f"{counts[level]} {level}{'s' if counts[level] > 1 else ''}" for level in counts)
    told = f"and {len(left)} more finding{'s' if len(left) > 1 else ''} ({many})"
    if explained:
        told += f", and {explained} that others explain"
    return f"{told}: the job's summary has them, and verdicts.json of run {run.manifest.run}"


def _name(run: FoundRun) -> str:
    return f"{run.manifest.estate} in {run.manifest.world}"


def _lines(parts: Iterable[str]) -> str:
    """Join lines of a message, each made fit by itself; the breaks between them are ours."""
    return "\n".join(texts.line(each, texts.LONGEST_WHOLE) for each in parts)


def _data(text: str) -> str:
    """Escape a message, as the runner takes it apart: actions/toolkit, `packages/core/src/command.ts`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a value before the message, where `:` and `,` end it."""
    return _data(texts.line(text)).replace(":", "%3A").replace(",", "%2C")
