"""A command of ours as somebody at a terminal has it: what it prints, with what rewrites a line."""

import codecs
import fcntl
import os
import pty
import struct
import subprocess
import termios
from contextlib import contextmanager

from running import PROJECT

_NOT_HERE = ("CI", "GITHUB_ACTIONS", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTEST_ADDOPTS")


@contextmanager
def on_a_terminal(command, columns=100, cwd=PROJECT, **environ):
    """Give a process whose output is a terminal, and an iterator of what it prints there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    known = {name: each for name, each in os.environ.items() if name not in _NOT_HERE}
    known |= {"TERM": "xterm", "PYTHONUNBUFFERED": "1", **environ}
    with subprocess.Popen(command, cwd=cwd, env=known, stdin=slave, stdout=slave, stderr=slave) as running:
        os.close(slave)
        try:
            yield running, _printed(master)
        finally:
            os.close(master)


def printed_on_a_terminal(command, columns=100, cwd=PROJECT, **environ):
    """Give all that a command prints on a terminal, and its exit code."""
    with on_a_terminal(command, columns, cwd, **environ) as (running, printed):
        told = "".join(printed)
        return told.replace("\r\n", "\n"), running.wait(60)


def _printed(master):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while True:
        try:
            come = os.read(master, 65_536)
        except OSError:  # as Linux says that the other end is closed
            return
        if not come:
            return
        yield decoder.decode(come)
