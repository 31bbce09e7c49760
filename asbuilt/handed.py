"""A run that another part of asbuilt hands to pytest in memory: all is decided, nothing of it is recorded."""

from functools import partial

import pytest

from asbuilt import faults, keeping
from asbuilt.collecting import Collecting
from asbuilt.controller import Controller
from asbuilt.ending import GATHERING, VERDICTS, XML
from asbuilt.gathering import Gathering
from asbuilt.run import Run
from asbuilt.verdicts import Verdict


class Handed:
    """A plugin that brings the run, and keeps what it came to: the ids that were collected, verdicts, what failed."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.collected: tuple[str, ...] = ()
        self.verdicts: tuple[Verdict, ...] = ()
        self.faults: tuple[str, ...] = ()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep which checks were collected."""
        self.collected = tuple(item.nodeid for item in session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Keep what the checks came to, and what of asbuilt failed meanwhile."""
        self.verdicts = config.stash.get(VERDICTS, ())
        self.faults = faults.lines(config)


def handed_to(config: pytest.Config) -> Handed | None:
    """Give the run that pytest was handed; None where it is to decide by its options what it judges."""
    return next((each for each in config.pluginmanager.get_plugins() if isinstance(each, Handed)), None)


def begun(config: pytest.Config, run: Run) -> Run:
    """Begin a run that was handed over: its verdicts are gathered, and go nowhere else."""
    config.stash[XML] = None
    config.option.xmlpath = None
    missed = partial(faults.note_unwritten, config)
    config.stash[GATHERING] = Gathering(None, missed)
    collecting = Collecting(config, run, missed)
    config.pluginmanager.register(collecting, "asbuilt-collecting")
    config.pluginmanager.register(Controller(config, collecting), "asbuilt-controller")
    keeping.know(config, (), {}, {})
    return run
