"""How long a schedule lets pass between two starts, at most."""

from datetime import timedelta

import pytest

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.judge.schedules import interval_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def interval(schedule):
    text = f"on: {{schedule: [{schedule}]}}\njobs: {{a: {{runs-on: x, steps: [{{run: a}}]}}}}\n"
    return interval_of(load(text, ".github/workflows/nightly.yml"))


@pytest.mark.parametrize(
    ("crons", "longest"),
    [
        (["23 4 * * *"], DAY),
        (["*/5 * * * *"], timedelta(minutes=5)),
        (["0 0/7 * * *"], 7 * HOUR),
        (["0 9-17 * * *"], 16 * HOUR),  # the night
        (["0 9 * * 1-5"], 3 * DAY),  # the weekend
        (["17 4 * * 1"], 7 * DAY),
        (["0 0 1 * *"], 31 * DAY),
        (["0 0 31 * *"], 61 * DAY),  # from 31 March to 31 May
        (["0 0 29 2 *"], (4 * 365 + 1) * DAY),
        (["0 6 * * *", "0 18 * * *"], 12 * HOUR),
        (["0 6 * * 1-5", "0 18 * * 0,6"], 36 * HOUR),  # from Friday morning to Saturday evening
        (["0 0 30 2 *", "0 6 * * *"], DAY),  # one of them never fires
        (["at noon", "0 6 * * *"], DAY),
    ],
)
def test_the_longest_time_between_two_starts_counts(crons, longest):
    assert interval(", ".join(f'{{cron: "{each}"}}' for each in crons)) == longest


def test_what_fires_in_several_time_zones_is_no_slower_than_the_quickest():
    assert interval('{cron: "0 6 * * *", timezone: Europe/Berlin}, {cron: "0 6 * * 1", timezone: Asia/Tokyo}') == DAY


@pytest.mark.parametrize("schedule", ["", '{cron: "0 0 30 2 *"}', "{cron: at noon}", "{}", "daily", "{cron: 7}"])
def test_what_never_fires_has_no_interval(schedule):
    assert interval(schedule) is None
