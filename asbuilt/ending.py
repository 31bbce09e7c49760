"""How a run ends: one verdict for each check that was collected, the record, and the exit status that follows."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from asbuilt import faults, keeping, options
from asbuilt.causes import explained
from asbuilt.gathering import Gathering
from asbuilt.interruption import put_off
from asbuilt.lint.keep import told
from asbuilt.population import LeftOut
from asbuilt.record.assembling import Ended
from asbuilt.record.finish import disown, finish, seal, withdraw
from asbuilt.record.since import changes
from asbuilt.record.writing import Written
from asbuilt.run import RUN, Run
from asbuilt.tolerance import tolerated
from asbuilt.verdicts import Verdict, all_well

GATHERING = pytest.StashKey[Gathering]()
UNCOLLECTED = pytest.StashKey[list[LeftOut]]()
BROKEN_OFF = pytest.StashKey[str]()
STOPPED = pytest.StashKey[str]()
VERDICTS = pytest.StashKey[tuple[Verdict, ...]]()
XML = pytest.StashKey[Path | None]()
BEGAN = pytest.StashKey[datetime]()
STATUS = pytest.StashKey[int]()
INTERRUPTED = 2
_OK, _FAILED, _USAGE, _NOTHING = 0, 1, 4, 5
_OF_PYTEST = frozenset({faults.INTERNAL, _USAGE})


def begin(config: pytest.Config) -> None:
    """Note when a run begins."""
    config.stash[BEGAN] = datetime.now(UTC)
    config.stash[UNCOLLECTED] = []
    config.stash[VERDICTS] = ()


def end(session: pytest.Session) -> None:
    """Record a run in the process that reports, and set the exit status that its verdicts come to."""
    config = session.config
    run = config.stash[RUN]
    why = _why(session)
    verdicts, left = config.stash[GATHERING].end(run, run.population.collected, why)
    verdicts = tolerated(explained(verdicts), run.tolerance)
    errors = config.stash[UNCOLLECTED]
    population = replace(run.population, never_judged=left, errors=tuple(errors))
    run = replace(run, population=population)
    with faults.held(config):
        run = replace(run, changes=changes(run, verdicts, config.invocation_params.args))
    config.stash[RUN], config.stash[VERDICTS] = run, verdicts
    if run.directory is not None:
        with put_off():
            _record(session, run, verdicts)
    config.stash[STATUS] = _status(session, verdicts)
    session.exitstatus = config.stash[STATUS]


def break_off(config: pytest.Config) -> None:
    """Note that somebody interrupts the run."""
    config.stash[BROKEN_OFF] = "the run was interrupted"


def status(config: pytest.Config, said: int) -> int:
    """Give the exit status of a run, whatever another plugin makes pytest say.

    A run that should have judged and never came to its end is no success.
    """
    if STATUS in config.stash:
        return config.stash[STATUS]
    judges = RUN in config.stash and not options.judges_nothing(config)
    return INTERRUPTED if judges and said == _OK else said


def _record(session: pytest.Session, run: Run, verdicts: tuple[Verdict, ...]) -> None:
    """Write all of a run's record; whatever fails, the findings are still to be printed."""
    config = session.config
    well = _status(session, verdicts) == _OK and all_well(verdicts)
    known: dict[str, Written] = {}
    files: dict[str, str] = {}
    with faults.held(config):
        known = finish(run, verdicts, well=well, xml=config.stash[XML])
    with faults.held(config):
        files = keeping.scan(config, run, config.stash[XML], known)
    sealed = False
    with faults.held(config):
        if well and faults.lines(config):
            files |= withdraw(run, verdicts)
        seal(run, verdicts, _ended(session, verdicts), files)
        sealed = True
    if not sealed and run.directory is not None:
        disown(run.directory)


def _ended(session: pytest.Session, verdicts: tuple[Verdict, ...]) -> Ended:
    config = session.config
    run = config.stash[RUN]
    return Ended(
        exit=_status(session, verdicts),
        lacks=(*faults.lines(config), *((config.stash[BROKEN_OFF],) if BROKEN_OFF in config.stash else ())),
        began=config.stash[BEGAN],
        estate_file=config.invocation_params.dir / run.found.path,
        arguments=tuple(map(str, config.invocation_params.args)),
        linters=told(run.scans or {}),
    )


def _status(session: pytest.Session, verdicts: tuple[Verdict, ...]) -> int:
    """Give the exit status: what failed of asbuilt itself or broke the run off, else what the verdicts come to."""
    config = session.config
    if faults.lines(config):
        return faults.INTERNAL
    if session.exitstatus in _OF_PYTEST:
        return int(session.exitstatus)
    if BROKEN_OFF in config.stash or config.stash[UNCOLLECTED]:
        return INTERRUPTED  # pytest takes what could not be collected for an interruption too
    if any(each.fails for each in verdicts):
        return _FAILED
    return _OK if any(each.outcome.is_judged for each in verdicts) else _NOTHING


def _why(session: pytest.Session) -> str:
    """Say what kept a check from being judged that did not come to its turn."""
    config = session.config
    if stopped := session.shouldfail or session.shouldstop or config.stash.get(STOPPED, ""):
        return f"the run stopped before it: {stopped}"
    if config.stash[UNCOLLECTED]:
        return "something could not be collected, so nothing was judged"
    return config.stash.get(BROKEN_OFF, "") or "the run ended before it"
