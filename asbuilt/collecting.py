"""What a run is to judge, written down when it is collected: the checks, those that were taken out, and why."""

import inspect
import shlex
from collections.abc import Callable, Iterable, Iterator

import pytest

from asbuilt import options
from asbuilt.catalogue import FOLDERS
from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read
from asbuilt.population import OF_SCOPE, LeftOut, Population
from asbuilt.record.collected import as_plain, restored
from asbuilt.record.directory import COLLECTED
from asbuilt.record.writing import NotWrittenError, write_json
from asbuilt.run import Run

_SUITES = {"live": FOLDERS[0], "static": FOLDERS[1]}
_ELSEWHERE = "taken out by another plugin"


class Collecting:
    """The hooks of whichever process collects: under xdist each worker, and all of them collect the same."""

    def __init__(self, config: pytest.Config, run: Run, missed: Callable[[NotWrittenError], None]) -> None:
        """`missed` hears of what could not be written: it must not end a run."""
        self._config = config
        self._run = run
        self._missed = missed
        self._ids: dict[str, None] = {}
        self._out: dict[str, str] = {}
        self._errors: list[LeftOut] = []
        self.population = Population()

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Count a check before anybody takes it out again."""
        self._ids[item.nodeid] = None

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note who takes checks out: pytest tells what, and not why."""
        reason = _reason(self._config)
        self._out.update((item.nodeid, reason) for item in items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected, with the last line of what pytest says of it."""
        if report.failed:
            said = report.longreprtext.strip().splitlines()
            self._errors.append(LeftOut(report.nodeid, said[-1] if said else "could not be collected"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write down what is to be judged, before anything is, and before a worker tells that it has collected."""
        suites = suites_asked(self._config)
        folders = tuple(f"{_SUITES[each]}/" for each in suites)
        kept = dict.fromkeys(item.nodeid for item in session.items)
        gone = [each for each in self._ids if each not in kept and each.startswith(folders)]
        self.population = Population(
            suites=suites,
            whole=whole(self._run, suites),
            collected=tuple(kept),
            deselected=tuple(LeftOut(each, self._out.get(each, _ELSEWHERE)) for each in gone),
            errors=tuple(self._errors),
        )
        if self._run.directory is None:
            return
        plain = as_plain(self.population, estate=self._run.estate.name, world=self._run.world)
        try:
            write_json(self._run.directory / COLLECTED, plain, self._run.secrets, indent=None)
        except NotWrittenError as error:
            self._missed(error)


def collected_by_workers(run: Run, ids: Iterable[str]) -> Population:
    """Give what workers of xdist have collected: what one of them has written, else what they told alone."""
    if run.directory is not None:
        try:
            return restored(read(run.directory / COLLECTED, MOST_OF_AN_OBSERVATION))
        except (RefusedError, ValueError):
            pass  # that it could not be written has been said
    return Population(collected=tuple(ids))


def suites_asked(config: pytest.Config) -> tuple[str, ...]:
    """Give the suites that the arguments and `-m` let through."""
    let = {"live": options.wants_live(config), "static": options.wants_static(config)}
    return tuple(name for name, folder in _SUITES.items() if let[name] and options.concerns(config, folder))


def whole(run: Run, suites: Iterable[str]) -> int:
    """Count the checks that suites have of the whole estate: one for each subject, one where none is declared."""
    folders = tuple(f"{_SUITES[each]}/" for each in suites)
    kinds = (control.kind for check, control in run.checks if check.startswith(folders))
    return sum(max(len(run.subjects(kind)), 1) if kind else 1 for kind in kinds)


def _reason(config: pytest.Config) -> str:
    """Say which option takes checks out, by who of pytest's own is at work."""
    option = config.option
    reasons = {
        "deselect_by_keyword": f"-k {shlex.quote(option.keyword)}",
        "deselect_by_mark": f"-m {shlex.quote(option.markexpr)}",
        "_pytest.main": "--deselect",
        "_pytest.cacheprovider": "--lf",
        "_pytest.stepwise": "--stepwise",
        "asbuilt.plugin": OF_SCOPE,
    }
    found = (reasons[name] for name in _at_work() if name in reasons)
    return next(found, _ELSEWHERE)


def _at_work() -> Iterator[str]:
    """Name the functions and modules that are at work, the innermost first."""
    frame = inspect.currentframe()
    while frame is not None:
        yield frame.f_code.co_name
        yield str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
