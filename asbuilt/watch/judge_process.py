"""The process that judges looks: it imports all that this takes once, and judges each look in a fork of itself.

What pytest keeps of a session goes with its fork, so neither this process nor the watch grows. It is begun by
`asbuilt.watch.judge`, has no credentials, and has no thread when it forks. It ends when nobody asks it any more.
"""

import gc
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from asbuilt.handed import Handed
from asbuilt.home import PROJECT
from asbuilt.judging import to_wire
from asbuilt.model import load
from asbuilt.run import Run
from asbuilt.watch.about import MARKER, of_source
from asbuilt.watch.frames import BrokenOffError, received, send

_KNOWN = "asbuilt.known_options"


def main() -> None:
    """Answer on standard output what comes on standard input: what the watch is about, then look by look."""
    for each in (signal.SIGTERM, signal.SIGINT):  # whoever ends all processes at once lets the watch finish its look
        signal.signal(each, signal.SIG_IGN)
    source, answers = _private(0), _private(1)
    head, content = received(source), received(source)
    if head is None or content is None:
        return
    about = json.loads(head)
    run = of_source(Path(about["path"]), content, tuple(about["apps"])).run
    seconds = int(about["seconds"])
    ready = _judged(run, only_collect=True)
    send(answers, json.dumps(list(ready.collected)).encode())
    gc.collect()
    gc.freeze()
    while (asked := received(source)) is not None:
        send(answers, _answer(run, asked, seconds))


def _private(stream: int) -> int:
    """Take a stream for messages alone, and leave nothing in its place: what a check prints is no message."""
    own = os.dup(stream)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, stream)
    os.close(nothing)
    return own


def _answer(run: Run, asked: bytes, seconds: int) -> bytes:
    """Judge one observation in a fork, and give what that said: empty where it said nothing, or died over it."""
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        os.close(receiving)
        _judge(run, asked, sending, seconds)
    os.close(sending)
    try:
        told = received(receiving) or b""
    except BrokenOffError:
        told = b""
    finally:
        os.close(receiving)
    _, status = os.waitpid(child, 0)
    return told if status == 0 else _failed(f"ended with {_how(status)}")


def _judge(run: Run, asked: bytes, sending: int, seconds: int) -> None:
    """Judge in this fork, and end it."""
    signal.alarm(seconds)  # ends it where it hangs, though nobody were left to
    try:
        observation = load(asked)
        done = _judged(replace(run, observation=observation, world=observation.world))
        found = {"verdicts": list(map(to_wire, done.verdicts)), "faults": done.faults}
        send(sending, json.dumps(found).encode())
    except BaseException as error:  # noqa: BLE001 - nothing of this fork may go on as the process that it came from
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _judged(run: Run, *, only_collect: bool = False) -> Handed:
    handed = Handed(run)
    own = ["-c", str(PROJECT / "pytest.ini"), "--rootdir", str(PROJECT), "-p", _KNOWN, "-p", "no:cacheprovider"]
    chosen = ["-m", MARKER, *(["--collect-only"] if only_collect else [])]
    pytest.main([*own, *chosen, str(PROJECT / "tests_live")], plugins=[handed])
    return handed


def _failed(why: str) -> bytes:
    return json.dumps({"failed": why}).encode()


def _how(status: int) -> str:
    number = os.waitstatus_to_exitcode(status)
    return f"exit {number}" if number >= 0 else signal.Signals(-number).name
