"""The incident, looked at every five minutes: called within one of these after the grace, and once for all of it."""

import pytest
from soaked import incident_watched

from asbuilt.alert.event import Kind

INTERVAL, GRACE, HOLD, HOUR, DAY = 300.0, 300.0, 1800.0, 3600.0, 86_400.0
BEGAN = -19.0  # the app was created so many seconds before the first look
REPAIRED = 8 * DAY + 100.0


def looks(*spans):
    """Give the times of looks, every five minutes from the begin of each span to its end."""
    return [begin + number * INTERVAL for begin, end in spans for number in range(int((end - begin) / INTERVAL))]


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    around = [(each * DAY - HOUR / 2, each * DAY + HOUR / 2) for each in (1, 2, 3, 7)]
    times = looks((0.0, HOUR), *around, (8 * DAY, 8 * DAY + HOUR))
    return incident_watched(tmp_path_factory.mktemp("incident"), times, REPAIRED)


def test_it_calls_within_one_interval_after_the_grace_and_not_before(called):
    at, kind, title = called[0]
    assert kind is Kind.FIRST
    assert GRACE <= at - BEGAN <= GRACE + INTERVAL
    assert "raxx-api-prod" in title


def test_of_eight_days_it_tells_five_times(called):
    assert [kind for _, kind, _ in called] == [Kind.FIRST, *[Kind.REMINDER] * 3, Kind.RESOLVED]
    first, *reminders, resolved = (at for at, _, _ in called)
    assert [round((at - first) / DAY, 1) for at in reminders] == [1, 3, 7]
    assert HOLD - INTERVAL <= resolved - REPAIRED <= HOLD + INTERVAL  # counted from the last look that saw it
