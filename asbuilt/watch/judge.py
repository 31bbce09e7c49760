"""How a look is judged: by the checks themselves, in a process beside the watch, whose memory they do not touch."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Self

from asbuilt import texts
from asbuilt.heartbeat import unheard
from asbuilt.judging import from_wire
from asbuilt.model import Observation, dump
from asbuilt.option_values import OptionError
from asbuilt.tolerance import tolerated
from asbuilt.unjudged import unjudged
from asbuilt.verdicts import Verdict
from asbuilt.watch.about import About
from asbuilt.watch.frames import BrokenOffError, received, send

_COMMAND = "from asbuilt.watch.judge_process import main; main()"
_START = 120.0  # seconds, on a machine that has much else to do
_OURS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_TOKENS = ("HEROKU_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_MOST_SAID = 4096


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a look came to: one verdict for each check. Where it could not be judged `failed` says why."""

    verdicts: tuple[Verdict, ...]
    failed: str = ""


class Judge:
    """Judges looks, one after the other: `with Judge(about) as judge: judge.judged(observation)`."""

    def __init__(self, about: About, seconds: float = 60.0) -> None:
        """`seconds` is how long it may take over one look."""
        if not hasattr(os, "fork"):
            raise OptionError("asbuilt watch judges in forks of a process, which this system has not: use asbuilt live")
        self._about = about
        self._seconds = seconds
        self._expected = about.expected()
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the judge

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process(self) -> int | None:
        """The id of the process that judges; None where there is none now."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process."""
        self.end()
        self._said.close()

    def end(self) -> None:
        """End the process, whatever it does; the next look has another."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        for each in (process.stdin, process.stdout):
            if each is not None:
                with suppress(OSError):
                    each.close()
        process.wait()

    def begin(self) -> None:
        """Begin the process, where there is none. Raises BrokenOffError."""
        if self._process is not None:
            return
        environ = {name: each for name, each in unheard(os.environ).items() if name not in (*_OURS, *_TOKENS)}
        self._said.seek(0)
        self._said.truncate()
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-P", "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            start_new_session=True,  # an interruption of the watch lets it finish its look
        )
        head = {
            "path": str(self._about.path),
            "apps": self._about.apps,
            "seconds": int(self._seconds) + 1,
        }
        self._tell(json.dumps(head).encode())
        self._tell(self._about.source)
        collected = json.loads(self._heard(_START))
        if sorted(collected) != sorted(self._expected):
            raise BrokenOffError("it collects other checks than the estate has")

    def judged(self, observation: Observation) -> Judgement:
        """Judge what one look has seen. Without one verdict for each check all of the look is unknown."""
        try:
            self.begin()
            self._tell(dump(observation))
            answer: dict[str, Any] = json.loads(self._heard(self._seconds))
            if wrong := answer.get("failed") or next(iter(answer["faults"]), ""):
                return self._unknown(f"what judges it {wrong}")
            verdicts = tuple(map(from_wire, answer["verdicts"]))
        except (BrokenOffError, ValueError, LookupError) as error:
            judgement = self._unknown(f"the process that judges: {error}")
            self.end()
            return judgement
        if wrong := _population(self._expected, [each.id for each in verdicts]):
            return self._unknown(wrong)
        return Judgement(verdicts)

    def _unknown(self, why: str) -> Judgement:
        """Give the judgement of a look that was not judged, with the last words of the process."""
        last = texts.line(self._last_words())
        told = texts.line(f"{why}{f' ({last})' if last else ''}")
        run = self._about.run
        verdicts = tuple(unjudged(run, each, told) for each in self._expected)
        return Judgement(tolerated(verdicts, run.tolerance), told)

    def _last_words(self) -> str:
        try:
            size = self._said.seek(0, os.SEEK_END)
            self._said.seek(max(size - _MOST_SAID, 0))
            lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
            self._said.seek(0)
            self._said.truncate()
        except (OSError, ValueError):
            return ""
        return lines[-1] if lines else ""

    def _tell(self, message: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            raise BrokenOffError("it has ended")
        send(self._process.stdin.fileno(), message)

    def _heard(self, seconds: float) -> bytes:
        if self._process is None or self._process.stdout is None:
            raise BrokenOffError("it has ended")
        found = received(self._process.stdout.fileno(), seconds)
        if found is None:
            raise BrokenOffError("it has ended")
        return found


def _population(expected: Sequence[str], judged: Sequence[str]) -> str:
    """Say what keeps a look from one verdict for each check; nothing where each has one."""
    if sorted(expected) == sorted(judged):
        return ""
    missing = [each for each in expected if each not in judged]
    if missing:
        return f"{len(missing)} of {len(expected)} checks came to no verdict, first {missing[0]}"
    return "some checks came to a verdict that are not the estate's, or to two"
