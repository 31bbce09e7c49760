"""The manifest of a run that has come to its end, put together from what the run knows."""

import hashlib
import os
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from asbuilt.catalogue import PROJECT
from asbuilt.folders import only_called
from asbuilt.observe import provider_clock
from asbuilt.record.accepted import accepted
from asbuilt.record.ci import told_by
from asbuilt.record.clocks import whose
from asbuilt.record.covered import covered
from asbuilt.record.directory import COLLECTED, JOURNAL, VERDICTS
from asbuilt.record.listings import listings
from asbuilt.record.manifest import FORM, Manifest, Source
from asbuilt.record.sources import placed, source
from asbuilt.run import Run
from asbuilt.tolerance import reasons
from asbuilt.verdicts import Outcome, Verdict, all_well
from asbuilt.workflows.paths.checkout import Checkout

_TOOLS = ("pytest", "pytest-xdist", "allure-pytest", "httpx", "pydantic", "PyYAML")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit status, what it lacks of being whole, when it began by this machine's clock.

    `estate_file` is where its estate stands, `arguments` how it was called, `linters` what they did by name.
    """

    exit: int
    lacks: tuple[str, ...]
    began: datetime
    estate_file: Path
    arguments: tuple[str, ...]
    linters: Mapping[str, str]


def assembled(run: Run, verdicts: tuple[Verdict, ...], ended: Ended, files: Mapping[str, str]) -> Manifest:
    """Give the manifest; `files` are the digests of all that is written, by path."""
    started, stopped = _span(run, ended.began)
    lacks = (*_missing(run, verdicts), *_unwritten(files), *ended.lacks)
    return Manifest(
        form=FORM,
        run=run.directory.name if run.directory else "",
        estate=run.estate.name,
        world=run.world,
        verdict=_verdict(verdicts, lacks),
        exit=ended.exit,
        complete=not lacks,
        lacks=lacks,
        started=_written(started),
        ended=_written(stopped),
        clock=whose(run),
        covered=covered(run),
        population=run.population,
        counts=counts(verdicts),
        ci=told_by(os.environ),
        sources=dict(_sources(run, ended.estate_file, files)),
        tools={**dict(_tools()), **ended.linters},
        arguments=ended.arguments,
        lists=listings(run.observation) if run.observation else (),
        again=run.again,
        fail_on=run.fail_on,
        base=run.base.commit if run.base else "",
        estate_file=run.found.said,
        tolerated=reasons(verdicts),
        accepted=accepted(run, verdicts, _day(run)),
        files=dict(sorted(files.items())),
    )


def _verdict(verdicts: tuple[Verdict, ...], lacks: tuple[str, ...]) -> str:
    """Give what a run came to: one that lacks anything does not conform, whatever its verdicts say."""
    come_to = verdict_of(verdicts)
    return "unknown" if lacks and come_to == "conforms" else come_to


def verdict_of(verdicts: tuple[Verdict, ...]) -> str:
    """Give what a run came to in a word: conforms, drifted, unknown, or nothing where nothing was there to judge."""
    outcomes = {each.outcome for each in verdicts}
    if Outcome.DRIFTED in outcomes:
        return "drifted"
    if Outcome.UNKNOWN in outcomes:
        return "unknown"
    return "conforms" if all_well(verdicts) else "nothing"


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count the verdicts by outcome, each outcome named."""
    found = dict.fromkeys((each.value for each in Outcome), 0)
    for verdict in verdicts:
        found[verdict.outcome.value] += 1
    return found


def _missing(run: Run, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    """Say what keeps the population from being whole."""
    population = run.population
    ids = {each.id for each in verdicts}
    if not population.collected:
        yield "no check was collected"
    if left := population.never_judged:
        reasons = Counter(each.reason for each in left).most_common()
        why = "; ".join(f"{reason} ({count})" for reason, count in reasons)
        yield f"{len(left)} of {len(population.collected)} checks were never judged: {why}"
    for each in population.errors:
        yield f"{each.id} could not be collected: {each.reason}"
    if len(ids) != len(verdicts) or ids != set(population.collected):
        yield "the verdicts are not one for each check that was collected"


def _unwritten(files: Mapping[str, str]) -> Iterator[str]:
    """Say which of the files that verdicts stand in are not there: somebody took them away while the run went on."""
    for name in (COLLECTED, JOURNAL, VERDICTS):
        if name not in files:
            yield f"{name} is not there"


def _span(run: Run, began: datetime) -> tuple[datetime, datetime]:
    """Give begin and end by the providers' clock where they were asked, else by this machine's."""
    if run.observation is None:
        return began, datetime.now(UTC)
    as_of = run.observation.as_of
    return min(provider_clock.began(run.observation.transcript, run.observation.github) or as_of, as_of), as_of


def _sources(run: Run, estate_file: Path, files: Mapping[str, str]) -> Iterator[tuple[str, Source]]:
    yield "suite", source(PROJECT)
    yield "estate", placed(source(estate_file, files.get("estate.yaml", "")), estate_file, os.environ)
    for name, checkout in run.checkouts.items():
        if name in run.scope.repositories or run.scope.apps:
            yield f"checkout {name}", placed(source(checkout.root, _digest(checkout)), checkout.root, os.environ)
    for each in only_called(run.checkouts).values():
        yield f"checkout {each.sources.repository}, to be called", source(each.root, _digest(each))


def _digest(checkout: Checkout) -> str:
    """Give one digest for all workflow and action files of a checkout that were read, and their paths."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(checkout.contents.items()))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _tools() -> Iterator[tuple[str, str]]:
    yield "asbuilt", version("asbuilt")
    yield "Python", platform.python_version()
    for name in _TOOLS:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _day(run: Run) -> date:
    return run.observation.as_of.date() if run.observation else run.day or datetime.now(UTC).date()


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
