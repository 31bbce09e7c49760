"""How much a run prints: `-q` findings alone, a line each; `-v` each check with what it came to.

pytest's own meaning of the two is left to `-vv`: its dots and its counts say nothing of what was judged.
"""

from collections.abc import Generator
from io import StringIO
from typing import Any

import pytest

from asbuilt.progress import Progress, progress
from asbuilt.run import RUN

LOUDNESS = pytest.StashKey[int]()
_WRITER = pytest.StashKey[Any]()
QUIET, VERBOSE = -1, 1


def begin(config: pytest.Config) -> None:
    """Know what was asked for, and let pytest print as if it had not been."""
    base = -sum(each.count("q") for each in config.getini("addopts") if each.lstrip("-").strip("qv") == "")
    asked = max(config.option.verbose - base, QUIET)
    config.stash[LOUDNESS] = asked
    if asked in {QUIET, VERBOSE}:
        config.option.verbose = base
        config.pluginmanager.register(_Muted(config), "asbuilt-muted")


def is_quiet(config: pytest.Config) -> bool:
    """Say whether findings alone are printed."""
    return config.stash.get(LOUDNESS, 0) <= QUIET


def is_verbose(config: pytest.Config) -> bool:
    """Say whether each check is printed."""
    return config.stash.get(LOUDNESS, 0) >= VERBOSE


def writer_of(config: pytest.Config, reporter: Any) -> Any:
    """Give what our own lines are written with, for as long as the run is: `line(text, **markup)`."""
    return config.stash.get(_WRITER, None) or reporter._tw  # noqa: SLF001 - as pytest's own write_line


class _Muted:
    """Hooks that keep what pytest prints of a run from the terminal: its dots, or all of it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._judging: Progress | None = None
        self._count = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Take from pytest how it writes."""
        config = session.config
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None:
            return
        reporter._show_progress_info = False  # noqa: SLF001 - its setting is read once, before ours is known
        if is_quiet(config):
            config.stash[_WRITER] = reporter._tw  # noqa: SLF001 - pytest has no other way to be silent
            reporter._tw = _silent(config)  # noqa: SLF001 - as above

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, Any, Any]:
        """Say how far it is, in the place of the dots."""
        with progress("judging") as self._judging:
            return (yield)

    def pytest_runtest_logfinish(self) -> None:
        """Count what was judged."""
        self._count += 1
        if self._judging:
            known = self._config.stash[RUN].population.collected
            self._judging.tell(f"judging, {self._count} of {len(known)} checks" if known else "judging")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(self) -> Generator[None, Any, Any]:
        """Count a check, and print nothing of it."""
        found = yield
        return (found[0], "", "") if found else found


def _silent(config: pytest.Config) -> Any:
    writer = type(config.get_terminal_writer())(StringIO())
    writer.hasmarkup = False
    return writer
