"""A target that hangs keeps nobody else waiting for as often as there are messages."""

import pytest
from told_runs import CHAT, DAY, PAGER, Desk, alerts, cause, run

from asbuilt.alert import calling
from asbuilt.alert.not_delivered import NotDeliveredError

FOUND = [cause(f"HK002 shop-{each}") for each in range(4)]


class Clock:
    """Stands for `time`, and goes on as it is told."""

    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(calling, "time", found)
    return found


@pytest.mark.parametrize(("takes", "asked"), [(30.0, 1), (0.1, 4)])
def test_who_fails_only_after_long_is_asked_once_by_a_run(clock, takes, asked):
    tried = []

    def deliver(target, _message):
        tried.append(target)
        if target == CHAT:
            clock.now += takes
            raise NotDeliveredError(f"{target}: it did not answer in time")

    desk = Desk(routes=alerts(default=[CHAT, PAGER]))
    desk.deliver = deliver
    assert len(desk.after(run(0 * DAY, *FOUND))) == len(FOUND)  # the pager's
    assert (tried.count(CHAT), tried.count(PAGER)) == (asked, len(FOUND))
    assert len(desk.state.outbox) == len(FOUND)
    assert not desk.called.done
    tried.clear()
    desk.after(run(DAY / 2, *FOUND))
    assert (tried.count(CHAT), tried.count(PAGER)) == (asked, 0)  # the next run tries again


def test_who_is_slow_and_takes_it_gets_all(clock):
    got = []

    def deliver(target, _message):
        got.append(target)
        clock.now += 12.0

    desk = Desk()
    desk.deliver = deliver
    desk.after(run(0 * DAY, *FOUND))
    assert len(got) == len(FOUND)
    assert desk.called.done
