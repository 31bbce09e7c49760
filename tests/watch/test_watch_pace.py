"""When the watch looks: at even times, whatever a look takes and whatever becomes of the clock."""

import os
import signal

import pytest

from asbuilt.watch.pace import Pace


class Time:
    """A clock that passes where somebody waits."""

    def __init__(self):
        self.at = 1000.0

    def now(self):
        return self.at

    def pass_by(self, seconds):
        self.at += seconds


def turns(time, takes, every=300.0):
    """Give when each turn began, relative to the first; `takes` is how long each takes."""
    pace, begun = Pace(every, time.now, time.pass_by), []
    for _, lasts in zip(pace, takes, strict=False):
        begun.append(time.at - 1000.0)
        time.pass_by(lasts)
    return begun


def test_looks_do_not_drift():
    assert turns(Time(), [1.7, 40.0, 3.3, 299.0, 0.0]) == [0, 300, 600, 900, 1200]


def test_a_look_that_takes_too_long_delays_and_is_not_made_up_for():
    assert turns(Time(), [1.0, 750.0, 1.0, 300.0, 1.0, 1.0]) == [0, 300, 1200, 1500, 2100, 2400]


def test_a_machine_that_slept_looks_as_soon_as_it_wakes():
    time = Time()
    pace = Pace(300.0, time.now, lambda seconds: time.pass_by(seconds if time.at > 5000 else 8 * 3600.0))
    begun = [time.at - 1000.0 for _, _ in zip(pace, range(3), strict=False)]
    assert begun == [0.0, 28800.0, 29100.0]


@pytest.fixture
def heeding():
    pace = Pace(3600.0)
    with pace.heeding():
        yield pace


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 2)])
def test_a_signal_lets_the_turn_end_and_then_all(heeding, number, code):
    seen = []
    for turn in heeding:
        os.kill(os.getpid(), number)
        seen.append(turn)
    assert seen == [0]
    assert heeding.code == code


def test_a_signal_that_comes_several_times_means_no_more_than_once(heeding):
    seen = []
    for turn in heeding:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
        seen.append(turn)
    assert (seen, heeding.code) == ([0], 0)


def test_a_signal_while_it_waits_ends_the_wait(heeding):
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    assert list(heeding) == [0]
    assert heeding.code == 0


def test_what_listened_before_listens_again():
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)]
    with Pace(10.0).heeding():
        assert signal.getsignal(signal.SIGTERM) is not before[0]
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)] == before
