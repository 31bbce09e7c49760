"""Judge what a run saved once more, and hold every verdict against its record.

What is judged is the estate, the observation, the workflow files and the linters' words of the run's directory, as of
its day, by the checks of this asbuilt, in a process of its own, whose evidence is thrown away. Nothing that the record
says becomes a command: of its arguments nothing is taken over, and of its scope only names that its estate declares.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asbuilt import __version__, estate
from asbuilt.estate_errors import EstateError
from asbuilt.files import RefusedError
from asbuilt.home import PROJECT
from asbuilt.progress import progress
from asbuilt.record.apart import run_apart
from asbuilt.record.directory import CHECKOUTS, ESTATE, OBSERVATION
from asbuilt.record.manifest import Manifest
from asbuilt.record.verifying.checked import Checked, Misfit, checked
from asbuilt.record.verifying.evidence import Evidence
from asbuilt.terms import SEVERITIES

_NOT_HELD = frozenset({"seconds"})
_CHOOSE = ("-k", "--deselect", "--lf", "--last-failed", "--sw", "--stepwise")
_NO_TEST = "no check is called so"
_WORDS = {"lines": "findings", "caused_by": "causes"}


def rejudged(found: Evidence, manifest: Manifest) -> Checked:
    """Judge again what a run saved, and hold its verdicts against the record."""
    never = {each.id for each in manifest.population.never_judged}
    recorded = {each: record for each, record in (found.records or {}).items() if each not in never}
    with progress("judging again what was saved"), tempfile.TemporaryDirectory(prefix="asbuilt-") as scratch:
        said, verdicts = _judged(found, manifest, Path(scratch))
    if verdicts is None:
        return checked("rejudge", "", [Misfit(found.directory.name, f"could not be judged again: {said}")])
    count = len(recorded)
    told = f"{count} verdict{'' if count == 1 else 's'} equal, judged again by asbuilt {_by(manifest)}"
    if never:
        told = f"{told}; {len(never)} never judged by the run, and not held against anything"
    return checked("rejudge", told, list(_differing(recorded, verdicts, narrowed=_is_part(manifest))))


def _by(manifest: Manifest) -> str:
    """Name the version that judges now, and the one that judged, where that was another."""
    before = manifest.tools.get("asbuilt", "")
    return __version__ if before in {"", __version__} else f"{__version__} (the run was judged by {before})"


def _judged(found: Evidence, manifest: Manifest, scratch: Path) -> tuple[str, dict[str, dict[str, Any]] | None]:
    """Give the verdicts by id; where there are none, what was said instead."""
    missing = [each for each in (ESTATE, CHECKOUTS) if each not in found.files]
    live, static = ("live" in manifest.covered.suites, "static" in manifest.covered.suites)
    if live and OBSERVATION not in found.files:
        missing.append(OBSERVATION)
    if missing:
        return f"its record lacks {' and '.join(missing)}", None
    if not live and not static:
        return "its manifest does not say which checks were asked for", None
    directory = str(found.directory)
    arguments = [f"--estate={directory}/{ESTATE}", f"--recorded={directory}"]
    if live:
        # What was changed is judged all the same: the verdicts tell what that changes.
        arguments += [f"--observed={directory}/{OBSERVATION}", "--edited"]
    arguments += _scope(found, manifest)
    if manifest.fail_on in SEVERITIES:
        arguments += [f"--fail-on={manifest.fail_on}"]
    if _is_chosen(manifest):
        arguments += [f"--deselect={_NO_TEST}"]  # then nobody asks whether a suppression is needed by what was left out
    if live and static:
        arguments += [str(PROJECT / "tests_static"), "-m", ""]
    ended = run_apart(["live" if live else "static", *arguments], scratch / "reports", folder=scratch)
    if ended.directory is None:
        return ended.said, None
    try:
        return "", {each["id"]: each for each in ended.verdicts()}
    except (RefusedError, ValueError) as error:
        return str(error), None


def _scope(found: Evidence, manifest: Manifest) -> list[str]:
    """Give the options for the scope of a run, where it is not all of its estate."""
    covered = manifest.covered
    try:
        judged = estate.load(Path(ESTATE), (), found.content(ESTATE) or b"")
    except EstateError:
        return []  # whoever judges it says why
    if judged.apps.keys() <= set(covered.apps) and judged.repositories.keys() <= set(covered.repositories):
        return []
    return [*(f"--app={each}" for each in covered.apps), *(f"--repository={each}" for each in covered.repositories)]


def _is_chosen(manifest: Manifest) -> bool:
    """Say whether somebody chose checks by more than apps, repositories and files."""
    reasons = (each.reason for each in manifest.population.deselected)
    return any(each.startswith(_CHOOSE) or "::" in each for each in (*manifest.arguments, *reasons))


def _is_part(manifest: Manifest) -> bool:
    """Say whether not all was judged that the scope of the run has."""
    said = manifest.population
    return bool(said.never_judged) or said.is_picked or _is_chosen(manifest)


def _differing(
    recorded: dict[str, dict[str, Any]], again: dict[str, dict[str, Any]], *, narrowed: bool
) -> Iterator[Misfit]:
    for each, before in recorded.items():
        now = again.get(each)
        if now is None:
            yield Misfit(each, f"is {before['outcome']} on record, and this asbuilt does not judge it")
        elif facts := list(_apart(before, now, narrowed=narrowed)):
            yield Misfit(each, "; ".join(facts))
    if not narrowed:
        for each in again.keys() - recorded.keys():
            yield Misfit(each, f"has no verdict on record, and comes to {again[each]['outcome']}")


def _apart(before: dict[str, Any], now: dict[str, Any], *, narrowed: bool) -> Iterator[str]:
    """Give each part of a verdict that is another now, the outcome first."""
    held = [name for name in ("outcome", "lines", "reason", *before, *now) if name not in _NOT_HELD]
    for name in dict.fromkeys(held):
        if narrowed and name == "caused_by":
            continue  # what was not chosen explains nothing
        first, second = before.get(name), now.get(name)
        if first != second:
            word = _WORDS.get(name, name)
            if name == "lines":
                first, second = (_facts(each) for each in (first, second))
            yield f"its {word} on record: {_shown(first)}; judged again: {_shown(second)}"


def _facts(lines: Any) -> str:
    facts = [str(each.get("fact", "")) for each in lines if isinstance(each, dict)] if isinstance(lines, list) else []
    return " / ".join(facts) or "none"


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else json.dumps(value)
