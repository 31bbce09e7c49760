"""What a process keeps to itself, and what it could not keep: its secrets, and evidence that was not written.

Every process of a run guards what it prints and hides the same: xdist's workers are told the credentials in memory.
"""

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from asbuilt.record.directory import withhold
from asbuilt.record.stream import guarded
from asbuilt.record.writing import NotWrittenError
from asbuilt.run import OptionError, Run
from asbuilt.withholding import Secret, Secrets

_SECRETS = pytest.StashKey[Secrets]()
_MISSED = pytest.StashKey[list[str]]()
_CAUGHT = pytest.StashKey[tuple[str, ...]]()
_HANDED = "asbuilt_credentials"
_UNWRITTEN = "asbuilt_unwritten"
_WAYS_AROUND = {
    "log_file": "--log-file",
    "debug": "--debug",
    "pastebin": "--pastebin",
    "report_log": "--report-log",
    "htmlpath": "--html",
    "json_report": "--json-report",
}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def begin(config: pytest.Config, environ: Mapping[str, str], closing: ExitStack) -> None:
    """Let nothing secret out of this process from here on, until `closing` is closed."""
    config.stash[_MISSED] = []
    config.stash[_SECRETS] = Secrets.of(handed(config), environ)
    closing.enter_context(guarded(lambda: config.stash[_SECRETS]))


def refuse_ways_around(config: pytest.Config) -> None:
    """Refuse options that write or send elsewhere what no secret is taken out of. Raises OptionError."""
    logs_to = config.getini("log_file") if config.pluginmanager.hasplugin("logging") else ""
    asked = [name for dest, name in _WAYS_AROUND.items() if getattr(config.option, dest, None)]
    if logs_to and "--log-file" not in asked:
        asked.append("log_file")
    if asked:
        raise OptionError(f"{', '.join(asked)}: what is written there would hold secrets; leave it out")


def know(config: pytest.Config, credentials: Sequence[Secret], environ: Mapping[str, str], declared: Any) -> None:
    """Learn the credentials that the run uses, and what is declared: a name in the estate is nobody's secret.

    `CACHE_KEY=shop-prod` would otherwise withhold the app's own name, and nothing could be held against it.
    """
    names = set(_texts_in(declared))
    secret = {name: value for name, value in environ.items() if value.strip() not in names}
    config.stash[_SECRETS] = Secrets.of(credentials, secret)


def handed(config: pytest.Config) -> tuple[Secret, ...]:
    """Give the secrets that a worker was told; nothing in the process that reports."""
    return tuple(Secret(*each) for each in getattr(config, "workerinput", {}).get(_HANDED, ()))


def secrets(config: pytest.Config) -> Secrets:
    """Give the secrets of this process."""
    return config.stash[_SECRETS]


def hand_over(node: Any, run: Run) -> None:
    """Tell a worker the secrets that its own environment need not have."""
    node.workerinput[_HANDED] = [(each.name, each.value) for each in run.secrets.held]


@contextmanager
def noting(config: pytest.Config) -> Iterator[None]:
    """Go on where evidence could not be written, and say so at the end: what is found is said in any case."""
    try:
        yield
    except NotWrittenError as error:
        missed(config, error)


def missed(config: pytest.Config, error: NotWrittenError) -> None:
    """Remember what could not be written."""
    config.stash[_MISSED].append(str(error))


def report_missed(config: pytest.Config) -> None:
    """Tell the process that reports what this worker could not write."""
    output: dict[str, Any] = vars(config).get("workeroutput", {})
    output[_UNWRITTEN] = config.stash[_MISSED]


def hear(config: pytest.Config, node: Any) -> None:
    """Hear from a worker what it could not write."""
    config.stash[_MISSED].extend(getattr(node, "workeroutput", {}).get(_UNWRITTEN, ()))


def scan(config: pytest.Config, run: Run, xml: Path | None) -> None:
    """Read all again that a run wrote, also elsewhere, and take out what is secret."""
    if run.directory is not None:
        config.stash[_CAUGHT] = withhold(run.directory, run.secrets, *([xml] if xml else []))


def faults(config: pytest.Config) -> Iterator[str]:
    """Say what went wrong with the evidence itself, in one line each: none of it is a matter of the estate."""
    if lost := config.stash.get(_MISSED, []):
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        yield f"the evidence could not be written: {lost[0]}{more}; make room, or write elsewhere: --evidence DIR"
    for each in config.stash.get(_CAUGHT, ()):
        yield f"a secret had been written: {each}; it is withheld now; report it as a fault of asbuilt"


def is_full(error: OSError) -> bool:
    """Say whether the place to write to is right, and full."""
    return error.errno in _FULL


def _texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from chain(value, *map(_texts_in, value.values()))
        case list():
            yield from chain.from_iterable(map(_texts_in, value))
