"""What is going on, in one line of a terminal."""

from io import StringIO

import pytest

from asbuilt.progress import Progress, is_looked_at, line, progress


class Terminal(StringIO):
    def isatty(self):
        return True


class Gone(Terminal):
    def write(self, _):
        raise OSError(5, "Input/output error")


def at(stream, *times, columns=80):
    clock = iter(times)
    return Progress(stream, lambda: columns, lambda: next(clock))


def test_what_is_over_in_a_moment_is_not_told():
    stream = Terminal()
    told = at(stream, 0.0, 0.9)
    told.tell("observing")
    told.draw()
    told.clear()
    assert stream.getvalue() == ""


def test_the_line_is_rewritten_and_taken_away():
    stream = Terminal()
    told = at(stream, 0.0, 1.2, 3.7)
    told.tell("observing, 3 requests")
    told.draw()
    told.tell("observing, 30 requests")
    told.draw()
    told.clear()
    told.clear()
    assert stream.getvalue().split("\r\033[K") == [
        "", "asbuilt: observing, 3 requests, 1 s", "asbuilt: observing, 30 requests, 4 s", "",
    ]  # fmt: skip


def test_a_narrow_terminal_has_a_shorter_line_that_says_so():
    assert line("observing, 12 requests", 3.0, 20) == "asbuilt: observing…"
    assert len(line("x" * 500, 3.0, 60)) < 60


def test_a_terminal_that_is_gone_ends_nothing():
    told = at(Gone(), 0.0, 2.0, 3.0)
    told.tell("observing")
    told.draw()
    told.draw()
    told.clear()


@pytest.mark.parametrize(
    ("stream", "environ", "looked_at"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"CI": "true"}, False),
        (Terminal(), {"CI": "false"}, True),
        (Terminal(), {"GITHUB_ACTIONS": "true"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (StringIO(), {}, False),
    ],
)
def test_nobody_looks_at_a_pipe_or_at_ci(stream, environ, looked_at):
    assert is_looked_at(stream, environ) is looked_at


def test_a_closed_stream_is_no_terminal():
    stream = Terminal()
    stream.close()
    stream.isatty = StringIO.isatty.__get__(stream)
    assert not is_looked_at(stream, {})


def test_in_a_pipe_nothing_is_written():
    stream = StringIO()
    with progress("observing", stream) as told:
        told.tell("observing, 3 requests")
        told.draw()
    assert stream.getvalue() == ""
