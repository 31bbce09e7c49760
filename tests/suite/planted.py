"""A plugin of pytest that plants secrets in a run, and kills it where it is told to; a process of its own loads it."""

import base64
import functools
import logging
import os
import signal
from pathlib import Path

import pytest

from asbuilt import keeping, plugin, world
from asbuilt.observe.http import Tokens
from asbuilt.record import finish
from asbuilt.sandbox import scenario

KILLED = os.environ.get("PLANTED_KILL", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

scenario.FIXTURES = Path(os.environ["PLANTED_FIXTURES"])
world.Tokens = lambda *_: Tokens(os.environ["HEROKU_API_KEY"], os.environ["GITHUB_TOKEN"])


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def killed_before(module, name, moment):
    if moment == KILLED and not WORKER:
        setattr(module, name, lambda *_, **__: kill())


killed_before(plugin, "_as_kept", "after the sweep")
killed_before(plugin, "finish", "before it is recorded")
killed_before(finish, "settle_results", "while it is recorded")
killed_before(keeping, "withhold", "before the last scan")


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
        os.write(1, b"")
        print("out", coded, local, flush=True)
        raise RuntimeError(f"gave {headers} of {len(environment)}, Basic {coded}, {percent}")

    return breaks


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    pytest_runtest_logreport.count = getattr(pytest_runtest_logreport, "count", 0) + 1
    moment = "a worker, among the checks" if WORKER else "among the checks"
    if moment == KILLED and pytest_runtest_logreport.count == 30:
        kill()
