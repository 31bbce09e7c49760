"""What the process that reports does for all of a run: it lints, gathers every verdict, holds suppressions to use."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from asbuilt import ending, faults, judging
from asbuilt.collecting import Collecting, collected_by_workers
from asbuilt.ending import GATHERING, STOPPED, UNCOLLECTED
from asbuilt.lint import keep
from asbuilt.lint.linters import LINTERS
from asbuilt.population import LeftOut, Population
from asbuilt.progress import progress
from asbuilt.record.directory import LINT
from asbuilt.record.writing import write_json
from asbuilt.run import RUN, Run
from asbuilt.suppressing import complaints
from asbuilt.texts import line
from asbuilt.verdicts import Outcome, Verdict

_VERDICT = "asbuilt_verdict"
_AMENDS = "asbuilt_amends"  # a report that says again what has been gathered
_OF_A_CRASH = "???"  # the phase that xdist names of a check in which a worker died


def attach(report: pytest.TestReport, verdict: Verdict, *, to_send: bool = False) -> None:
    """Put a verdict on a report; where a worker has `to_send` it, as text."""
    vars(report)[_VERDICT] = judging.to_wire(verdict) if to_send else verdict


def attached(report: pytest.TestReport) -> Verdict | None:
    """Give the verdict that was put on a report, here or by a worker."""
    found = getattr(report, _VERDICT, None)
    return judging.from_wire(found) if isinstance(found, str) else found


class Controller:
    """The hooks of the process that reports.

    Under xdist it collects nothing itself; the workers tell it what they collected before the first check starts.
    """

    def __init__(self, config: pytest.Config, collecting: Collecting) -> None:
        self._config = config
        self._collecting = collecting
        self._checks: frozenset[str] = frozenset()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know what is to be judged, and lint, without workers."""
        self._collected(self._collecting.population, [item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Do the same with workers: each of them collects the same."""
        if not self._config.stash[RUN].population.collected:
            self._collected(collected_by_workers(self._config.stash[RUN], ids), ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected, with the last line of what pytest says of it."""
        if report.failed:
            said = report.longreprtext.strip().splitlines()
            reason = said[-1] if said else "could not be collected"
            self._config.stash[UNCOLLECTED].append(LeftOut(report.nodeid, reason))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what one phase of a check came to."""
        gathering = self._config.stash[GATHERING]
        if report.when == _OF_A_CRASH:
            gathering.died(report.nodeid, _worker_of(report))
        elif not hasattr(report, _AMENDS) and report.nodeid.partition("[")[0] in self._checks:
            gathering.phase(report.nodeid, report.when, report.duration, attached(report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count a check that is unknown as an error, also where that came to light after it had begun."""
        verdict = attached(report) if report.failed else None
        return ("error", "E", "ERROR") if verdict and verdict.outcome is Outcome.UNKNOWN else None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Know why a run ends before its end."""
        error, stash = excinfo.value, self._config.stash
        if isinstance(error, pytest.Session.Interrupted):
            stash[STOPPED] = line(str(error))
        elif isinstance(error, pytest.exit.Exception):
            stash[STOPPED] = line(f"something ended it: {error.msg}")
        else:
            ending.break_off(self._config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Report suppressions that are wrong or that nothing needs, as checks that failed."""
        run = self._config.stash.get(RUN, None)
        if run is None or not any(run.suppressions.values()):
            return
        with faults.held(self._config):
            self._complain(session, run)

    def _complain(self, session: pytest.Session, run: Run) -> None:
        static = {control.id for check, control in run.checks if check.startswith("tests_static/")}
        gathering = self._config.stash[GATHERING]
        for verdict in complaints(run, gathering.verdicts, static, whole=_is_whole(session, run)):
            gathering.amend(verdict)
            self._config.hook.pytest_runtest_logreport(report=_failed(verdict))

    def _collected(self, population: Population, ids: Sequence[str]) -> None:
        self._checks = frozenset(check for check, _ in self._config.stash[RUN].checks)
        self._config.stash[RUN] = replace(self._config.stash[RUN], population=population)
        self._lint(ids)

    def _lint(self, ids: Sequence[str]) -> None:
        run = self._config.stash[RUN]
        collected = {each.partition("[")[0] for each in ids}
        asked = {control.id for check, control in run.checks if check in collected} & set(LINTERS)
        if run.directory is None or not asked or run.scans is not None or run.estate.lint == "off":
            return
        judged = {name: each for name, each in run.checkouts.items() if name in run.scope.repositories}
        linters = [LINTERS[each] for each in sorted(asked)]
        names = " and ".join(each.name for each in linters)
        found: keep.Scans = {}
        with progress(f"asking {names}") as asking:
            for number, (name, checkout) in enumerate(judged.items(), 1):
                asking.tell(f"asking {names}, repository {number} of {len(judged)}")
                found |= keep.lint({name: checkout}, linters, everything=run.estate.lint == "all")
        kept = run.secrets.hide_all(keep.plain(found))
        self._config.stash[RUN] = replace(run, scans=keep.scans_of(kept))
        with faults.unwritten_noted(self._config):
            write_json(run.directory / LINT, kept, run.secrets)


def _worker_of(report: Any) -> str:
    """Name the worker that a report of xdist comes from."""
    return str(report.node.gateway.id) if hasattr(report, "node") else "?"


def _failed(verdict: Verdict) -> pytest.TestReport:
    """Give the report of a check that failed by what came to light after it."""
    path, _, name = verdict.id.partition("::")
    text = "\n".join(f"{each.place} {each.fact}" for each in verdict.findings if not each.waived)
    report = pytest.TestReport(verdict.id, (path, None, name), {}, "failed", text, "call")
    attach(report, verdict)
    vars(report)[_AMENDS] = True
    return report


def _is_whole(session: pytest.Session, run: Run) -> bool:
    """Say whether all that the files of the checkouts could come to was judged, to the end."""
    option = session.config.option
    narrowed = option.keyword or option.deselect or getattr(option, "lf", False) or session.shouldfail
    chosen = any("::" in arg for arg in session.config.args)
    ended = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} and not session.shouldstop
    apps = all(run.judges(each, live=False) for each in run.subjects("app").values())
    return ended and apps and not narrowed and not chosen
