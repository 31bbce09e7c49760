"""What a watch is about: the estate, the part of it that is watched, and the checks that judge each look."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from asbuilt import catalogue
from asbuilt.discovery import Found
from asbuilt.estate import load, refuse_empty, source_of
from asbuilt.option_values import OptionError
from asbuilt.run import Run, prepared
from asbuilt.scope import Scope, scope_of

MARKER = "watch"


@dataclass(frozen=True, slots=True)
class About:
    """An estate as it was read when the watch began, and the apps of it that are watched.

    `run` is what each look is judged as, but for its observation. `said` names the apps where they are not all.
    """

    path: Path
    source: bytes
    apps: tuple[str, ...]
    run: Run

    @property
    def said(self) -> str:
        """The part of the estate that is watched, empty for the whole of its apps."""
        return f"{', '.join(self.apps)} only" if self.apps else ""

    def expected(self) -> tuple[str, ...]:
        """Give the id of each check that a look is judged by: every one comes to a verdict, or the look is unknown."""
        return tuple(_ids(self.run))


def about(found: Found, apps: list[str]) -> About:
    """Read the estate that is watched. Raises EstateError, OptionError and BrokenChecksError."""
    return of_source(found.path, source_of(found), tuple(apps))


def of_source(path: Path, source: bytes, apps: tuple[str, ...]) -> About:
    """Give what a watch is about, by the content of its estate's file. Raises as `about` does."""
    checks = catalogue.checks()
    estate = load(path, {control.id: control.since for _, control in checks}, source)
    refuse_empty(estate, str(path))
    if not estate.apps:
        raise OptionError(f"{path}: it declares no app, and apps alone are watched: declare one under `apps`")
    whole = scope_of(estate, list(apps), [])
    scope = Scope(whole.apps, frozenset())  # no GitHub
    run = prepared(estate, scope, {}, checks)
    return About(path, source, apps, replace(run, checks=checks))


def _ids(run: Run) -> Iterator[str]:
    for check, control in run.checks:
        if not control.watched:
            continue
        subjects = run.subjects(control.kind)
        for name, subject in subjects.items():
            if run.judges(subject, live=True):
                yield f"{check}[{_escaped(name)}]"
        if not subjects:
            yield f"{check}[no {control.kind} declared]"


def _escaped(name: str) -> str:
    return name.encode("unicode_escape").decode("ascii")
