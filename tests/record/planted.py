"""A plugin of pytest that plants secrets in a run, and kills it, a process of its own then, where it is told to.

On the way there it copies the evidence at each other moment that has a name: a run that is killed then leaves that.
"""

import base64
import functools
import itertools
import logging
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from asbuilt import ending, keeping, world
from asbuilt.observe.credentials import Tokens
from asbuilt.record import directory, finish
from asbuilt.sandbox import scenario

KILLED = os.environ.get("PLANTED_KILL", "")
COPIES = os.environ.get("PLANTED_COPIES", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

patch = pytest.MonkeyPatch()
patch.setattr(scenario, "FIXTURES", Path(os.environ["PLANTED_FIXTURES"]))
patch.setattr(world, "Tokens", lambda *_: Tokens(os.environ["HEROKU_API_KEY"], os.environ["GITHUB_TOKEN"]))


def pytest_unconfigure():
    patch.undo()


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def killed_before(module, name, moment):
    if (moment == KILLED or COPIES) and not WORKER:
        whole = getattr(module, name)

        def reached(*arguments, **options):
            come_to(moment)
            return whole(*arguments, **options)

        patch.setattr(module, name, reached)


def come_to(moment):
    """Copy what a run has left so far; end there, if this is the moment."""
    if COPIES:
        shutil.copytree(Path(os.environ["HOME"]) / "evidence", Path(COPIES) / moment)
    if moment == KILLED:
        kill()


def written_past_the_writer(record):
    def leaks(run, *arguments, **options):
        known = record(run, *arguments, **options)
        (run.directory / "past.txt").write_text(f"a {os.environ['LOCAL_KEY']} b")
        return known

    return leaks


if KILLED == "never, but one is written past the writer":
    patch.setattr(ending, "finish", written_past_the_writer(ending.finish))

killed_before(keeping, "as_kept", "after the sweep")
killed_before(ending, "finish", "before it is recorded")
killed_before(finish, "write_results", "while it is recorded")
killed_before(directory, "scan", "before the last scan")


def pytest_collection_modifyitems(items):
    for item in items[3:5]:
        item.obj = broken(item.obj)


def broken(check):
    @functools.wraps(check)
    def breaks(**_):
        headers = {"Authorization": f"Bearer {os.environ['HEROKU_API_KEY']}"}
        environment = dict(os.environ)
        local = os.environ["LOCAL_KEY"]
        coded = base64.b64encode(f"user:{os.environ['CODED_SECRET']}".encode()).decode()
        percent = "".join(f"%{each:02x}" for each in os.environ["PERCENT_PASSWORD"].encode())
        logging.getLogger("x").warning("sent %s", os.environ["LOG_TOKEN"])
        sys.stdout.write(f"out {coded} {local}\n")
        raise RuntimeError(f"gave {headers} of {len(environment)}, Basic {coded}, {percent}")

    return breaks


REPORTS = itertools.count(1)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish():
    moment = f"{WORKER}, among the checks" if WORKER else "among the checks"
    if (moment == KILLED or (COPIES and not WORKER)) and next(REPORTS) == 10:
        come_to(moment)
