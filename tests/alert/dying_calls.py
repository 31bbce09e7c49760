"""Calls that die: a process for each, killed hard at the n-th thing that it does to a file, or in a delivery.

As a script: `dying_calls.py FOLDER`. It imports once and forks for each death, and prints what came of all as JSON.
"""

import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

from told_runs import DAY, PAGER, alerts, cause, run

from asbuilt.alert.calling import call
from asbuilt.alert.keeping import StateFile
from asbuilt.alert.state import restored

CHAT = "env:CHAT_URL"
ROUTES = alerts(default=[PAGER, CHAT])
RUNS = (
    run(0 * DAY, cause("HK002 shop-prod"), cause("GH002 shop", severity="SEV-3")),
    run(1 * DAY, cause("GH002 shop", severity="SEV-3"), well="HK002 shop-prod"),
)


class Target:
    """Notes what it gets in a file, each in a line, and dies before or after the n-th thing that happens."""

    def __init__(self, path, deadly):
        self._path = path
        self._left = deadly

    def tick(self):
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def deliver(self, target, message):
        self.tick()
        with self._path.open("a") as file:
            file.write(f"{target} {message.kind} {message.fingerprint}\n")
        self.tick()


def watch(target):
    """Let each call of the system that changes a file count, before it is done and after.

    What outlasts a loss of power alone is not waited for: no process that is killed loses it.
    """
    os.fsync = lambda _: None
    for name in ("open", "write", "fsync", "rename", "replace", "unlink", "mkdir"):
        setattr(os, name, partial(counted, target, getattr(os, name)))


def counted(target, original, *arguments, **more):
    target.tick()
    found = original(*arguments, **more)
    target.tick()
    return found


def one(folder, told, deadly):
    """Call for a run in a process that dies at some moment; tell whether it died."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            target = Target(folder / "got.txt", deadly)
            watch(target)
            called = call(told, ROUTES, StateFile(folder / "state.json"), target.deliver, told.as_of)
            code = 0 if called.done else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"exit {os.WEXITSTATUS(status)}")
    return False


def story(folder, deadly):
    """Play all runs, in which each is killed once at the same moment and then made again."""
    folder.mkdir()
    died = 0
    for told in RUNS:
        if one(folder, told, deadly):
            died += 1
            if (folder / "state.json").exists():
                restored((folder / "state.json").read_bytes())
            one(folder, told, 0)
    left = restored((folder / "state.json").read_bytes())
    got = (folder / "got.txt").read_text().splitlines()
    return {"died": died, "got": got, "open": len(left.open), "outbox": len(left.outbox)}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    found = []
    while not found or found[-1]["died"]:
        found.append(story(place / str(len(found)), len(found) + 1))
    json.dump(found, sys.stdout)
