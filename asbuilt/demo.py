"""The demonstration: the incident is caught, and its repair passes, by the commands that a user would type."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from asbuilt.heartbeat import unheard
from asbuilt.home import PROJECT
from asbuilt.invoked import USAGE
from asbuilt.record.directory import VERDICTS, point_latest
from asbuilt.record.report import NoReportError, render
from asbuilt.withholding import Secrets

_COMMAND = "from asbuilt.start import main; main()"
_FILES = frozenset({"--estate", "--checkout"})
_ACTS = PROJECT / "fixtures" / "demo.yaml"


@dataclass(frozen=True, slots=True)
class Act:
    """One run, and exactly what must drift in it: `CONTROL subject or place`, as often as it is found."""

    title: str
    arguments: tuple[str, ...]
    drifts: tuple[str, ...]


def played(reports: Path, say: Callable[[str], None], *, colour: bool) -> int:
    """Play every act, render the report of the first, say how it went, and give the exit code.

    `reports` is where the runs are recorded, below the current folder; the first stays the newest there, so that what
    is asked of `reports/latest` next is about the incident.
    """
    began = time.monotonic()
    wrong, directories = [], []
    for act in _acts():
        title = f"\033[1m{act.title}\033[0m" if colour else act.title
        say(f"\n{title}\n$ asbuilt {shlex.join(act.arguments)}")
        directory, complaints = _play(act, reports, colour=colour)
        wrong += complaints
        directories.append(directory)
    say("")
    for complaint in wrong:
        say(f"demo: {complaint}")
    if wrong:
        return 1
    point_latest(directories[0])
    say(f"demo: the incident is caught and its repair passes, in {time.monotonic() - began:.0f} s")
    try:
        say(f"report of the incident: {render(directories[0], Secrets.of((), os.environ))}")
    except NoReportError as error:
        say(f"no report: {error}")
    return 0


def _acts() -> Iterator[Act]:
    # At the top of the repository its files are named as one would name them there.
    example = Path() if Path.cwd() == PROJECT else PROJECT
    for each in yaml.safe_load(_ACTS.read_text(encoding="utf-8")):
        given = [str(example / text) if name in _FILES else text for name, text in each["options"].items()]
        options = [f"{name}={text}" for name, text in zip(each["options"], given, strict=True)]
        yield Act(each["title"], (each["verb"], *options), tuple(each["drifts"]))


def _play(act: Act, reports: Path, *, colour: bool) -> tuple[Path, list[str]]:
    """Run one act as a user would; give its run directory and what was not as expected."""
    before = _runs(reports)
    told = [*(["--color=yes"] if colour else []), f"--evidence={reports}"]
    told += ["--format=text"]  # what is wrong in the incident is nothing that a job of CI has to be told of
    command = [sys.executable, "-P", "-c", _COMMAND, *act.arguments, *told]
    done = subprocess.run(command, env=unheard(os.environ), check=False)  # noqa: S603 - our own command line
    if done.returncode == USAGE:  # it has said what is wrong, and each other act would say it again
        raise SystemExit(USAGE)
    new = sorted(_runs(reports) - before)
    if len(new) != 1:
        return reports, [f"{act.title}: expected one new run in {reports}/, found {len(new)}"]
    found = sorted(_drifts(new[0]))
    complaints = []
    if done.returncode != bool(act.drifts):
        complaints.append(f"{act.title}: exit {done.returncode}, expected {int(bool(act.drifts))}")
    if found != list(act.drifts):
        complaints.append(f"{act.title}: drifted on {found}, expected {list(act.drifts)}")
    return new[0], complaints


def _runs(reports: Path) -> set[Path]:
    return {each for each in reports.glob("*") if each.is_dir() and not each.is_symlink()}


def _drifts(directory: Path) -> Iterator[str]:
    """Give what a run found, as acts name it; what could not be told counts as found too."""
    for verdict in json.loads((directory / VERDICTS).read_text(encoding="utf-8")):
        if verdict["outcome"] in {"drifted", "unknown"}:
            for line in verdict["lines"]:
                yield f"{verdict['control']} {line['place'].partition(':')[0]}"
