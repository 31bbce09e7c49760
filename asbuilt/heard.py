"""What a monitor elsewhere hears of a run of pytest: that it began, and how it ended.

It hears of a run that observes, or judges files, for somebody: not of one that judges again what was observed before,
nor of one that lists its checks, nor of a worker.
"""

import json
from collections.abc import Mapping

import pytest

from asbuilt import ending, keeping, options
from asbuilt.beginning import is_worker
from asbuilt.files import MOST_OF_AN_OBSERVATION, RefusedError, read
from asbuilt.heartbeat import Heartbeat, RunKind
from asbuilt.option_values import OptionError
from asbuilt.record.directory import MANIFEST, TERMINAL
from asbuilt.run import RUN
from asbuilt.verdicts import tally

_HEARTBEAT = pytest.StashKey[Heartbeat]()
_REFUSED = pytest.StashKey[str]()


def begin(config: pytest.Config, environ: Mapping[str, str]) -> None:
    """Know who is told of this run, before anything of it can fail."""
    asked = vars(config.option)
    if is_worker(config) or options.judges_nothing(config) or asked["asbuilt_observed"] or asked["asbuilt_recorded"]:
        return
    try:
        kind = RunKind.LIVE if options.asks_for_live(config) else RunKind.STATIC
    except OptionError:  # what is wrong with it is told where it is read
        return
    config.stash[_HEARTBEAT] = Heartbeat.of(environ, kind, rehearsal=bool(asked["asbuilt_sandbox"]))


def start(config: pytest.Config) -> None:
    """Tell that the run begins to observe, or to judge."""
    if _HEARTBEAT in config.stash:
        config.stash[_HEARTBEAT].start()


def refuse(config: pytest.Config, why: str) -> None:
    """Note that nothing was begun, since something is wrong in what the user gave."""
    config.stash[_REFUSED] = why


def end(config: pytest.Config) -> None:
    """Tell how the run ended. It succeeded where it came to its end and left its record, whatever it found."""
    heartbeat = config.stash.get(_HEARTBEAT, None)
    if heartbeat is None or not heartbeat.address:
        return
    del config.stash[_HEARTBEAT]
    why = _why_it_failed(config)
    body = keeping.secrets(config).hide("\n".join(filter(None, (why, _summary(config)))))
    if why:
        heartbeat.fail(body)
    else:
        heartbeat.success(body)


def _why_it_failed(config: pytest.Config) -> str:
    if refused := config.stash.get(_REFUSED, ""):
        return f"nothing was begun: {refused}"
    run = config.stash.get(RUN, None)
    if ending.STATUS not in config.stash or run is None or run.directory is None:
        return "the run broke off before it came to its end"
    try:
        manifest = json.loads(read(run.directory / MANIFEST, MOST_OF_AN_OBSERVATION))
    except (RefusedError, OSError, ValueError):
        return "the run's record could not be written"
    if not manifest["complete"]:
        return f"the run is incomplete: {'; '.join(manifest['lacks'])}"
    if not any(each.outcome.is_judged for each in config.stash[ending.VERDICTS]):
        return "nothing was judged"
    return ""


def _summary(config: pytest.Config) -> str:
    """Give what came of it in a line, since a long summary is cut; then the summary."""
    run = config.stash.get(RUN, None)
    if ending.STATUS not in config.stash or run is None or run.directory is None:
        return ""
    first = f"exit {config.stash[ending.STATUS]}: {tally(config.stash[ending.VERDICTS])}; {run.directory.name}"
    try:
        return f"{first}\n{read(run.directory / TERMINAL, MOST_OF_AN_OBSERVATION).decode()}"
    except (RefusedError, OSError):
        return first
