from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random

import cronsim
import pytest

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.judge.schedules import cron_problem, parse, schedule_problems

START = date(2024, 1, 1)


@pytest.mark.parametrize(
    "cron",
    [
        "17 3 * * *",
        "*/5 * * * *",
        "3/5 * * * *",
        "0-59/5 * * * *",
        "0  0   1 1 0",
        "00 05 * * *",
        "0 0 * JAN-mar mon-FRI",
        "0 0 * Feb,12 SUN,SAT",
        "0 9-17/2 * * 1-5",
        "0 0 29 2 *",  # every fourth year
        "0 0 31 2 MON",  # every Monday of February: the day of month is one way of two
        "0 0 30,31 2,4 *",  # 30 April
        "0 0 31 */6 *",  # 31 January and July
        "0,5,10 * * * *",
        "0-5/5 * * * *",
        "0 0,23 * * *",
        "58 23 1 * *",
        "2,58 0,23 1,3 * *",  # 64 minutes, and no two days running
        "57 * * * *",
        "0 0 1 1 MON/2",
    ],
)
def test_what_github_takes_and_fires(cron):
    assert cron_problem(cron) is None


@pytest.mark.parametrize(
    ("cron", "wrong"),
    [
        ("", "it has no fields, expected five: minute, hour, day of month, month, day of week"),
        ("0 0 * *", "it has 4 fields, expected five"),
        ("0 0 0 * * *", "it has 6 fields, expected five"),
        ("*", "it has 1 field, expected five"),
        ("@daily", "@daily is no cron to GitHub: write five fields, as in 17 3 * * *"),
        ("@reboot now", "is no cron to GitHub"),
        (" 0 0 * * *", "it has a space before or after its fields"),
        ("0 0 * * *\n", 'day of week "*\n" is not 0-6 or SUN-SAT'),
        ("0\t0 * * *", "it has 4 fields"),
        ("60 0 * * *", 'minute "60" is not 0-59'),
        ("-1 0 * * *", 'minute "" is not 0-59'),
        ("0 24 * * *", 'hour "24" is not 0-23'),
        ("0 0 0 * *", 'day of month "0" is not 1-31'),
        ("0 0 32 * *", 'day of month "32" is not 1-31'),
        ("0 0 * 0 *", 'month "0" is not 1-12 or JAN-DEC'),
        ("0 0 * 13 *", 'month "13" is not 1-12 or JAN-DEC'),
        ("0 0 * JANUARY *", 'month "JANUARY" is not 1-12 or JAN-DEC'),
        ("0 0 * MON *", 'month "MON" is not'),
        ("0 0 * * 7", 'day of week "7" is not 0-6 or SUN-SAT; Sunday is 0'),
        ("0 0 * * FRI-SUN", "day of week FRI-SUN ends before it begins: write two ranges, with a comma between them"),
        ("0 22-6 * * *", "hour 22-6 ends before it begins"),
        ("0 0 ? * MON", 'day of month "?" is not 1-31'),
        ("0 0 L * *", 'day of month "L" is not 1-31'),
        ("0 0 15W * *", 'day of month "15W" is not 1-31'),
        ("0 0 * * 5L", 'day of week "5L" is not'),
        ("0 0 * * 1#2", 'day of week "1#2" is not'),
        ("0 0 H * *", 'day of month "H" is not'),
        ("*/0 * * * *", "minute */0: a step is a number from 1 to 59"),
        ("*/60 * * * *", "minute */60: a step is a number from 1 to 59"),
        ("0 */24 * * *", "hour */24: a step is a number from 1 to 23"),
        ("*/ * * * *", "minute */: a step is"),
        ("*/5/2 * * * *", "minute */5/2: a step is"),
        ("/5 * * * *", 'minute "" is not 0-59'),
        ("1,,2 * * * *", 'minute "" is not 0-59'),
        ("1,2, * * * *", 'minute "" is not 0-59'),
        ("1-2-3 * * * *", 'minute "2-3" is not 0-59'),
        ("1- * * * *", 'minute "" is not 0-59'),
        ("**/5 * * * *", 'minute "**" is not 0-59'),
        ("*-5 * * * *", 'minute "*" is not 0-59'),
        ("1.5 * * * *", 'minute "1.5" is not 0-59'),
        ("²  * * * *", 'minute "²" is not 0-59'),
        ("0x10 * * * *", 'minute "0x10" is not 0-59'),
    ],
)
def test_what_github_does_not_take(cron, wrong):
    problem = cron_problem(cron)
    assert problem is not None
    assert problem.startswith(f'cron "{cron}": ')
    assert wrong in problem


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("0 0 30 2 *", "there is no day 30 in FEB"),
        ("0 0 31 4 *", "there is no day 31 in APR"),
        ("0 0 31 2,4,JUN,9,11 *", "there is no day 31 in FEB or APR or JUN or SEP or NOV"),
        ("0 0 30-31 FEB *", "there is no day 30 in FEB"),
        ("* * 31 2 *", "there is no day 31 in FEB"),
    ],
)
def test_what_never_fires(cron, reason):
    assert cron_problem(cron) == f'cron "{cron}" never fires: {reason}'


@pytest.mark.parametrize(
    ("cron", "gap"),
    [
        ("* * * * *", "1 minute"),
        ("*/1 * * * *", "1 minute"),
        ("*/4 * * * *", "4 minutes"),
        ("*/7 * * * *", "4 minutes"),  # 56 and 0
        ("*/59 * * * *", "1 minute"),
        ("0-4 * * * *", "1 minute"),
        ("0,3 0 1 1 *", "3 minutes"),
        ("1,58 * * * *", "3 minutes"),  # across the hour
        ("1,58 9,10 * * *", "3 minutes"),
        ("1,58 0,23 * * *", "3 minutes"),  # across midnight
        ("1,58 0,23 1,2 3 *", "3 minutes"),
        ("1,58 0,23 * * SAT,SUN", "3 minutes"),
        ("0,59 0,23 1,31 * *", "1 minute"),  # from 31 January to 1 February
        ("0,59 0,23 29,1 2,3 *", "1 minute"),  # in leap years
        ("0,59 0,23 1,31 1,12 *", "1 minute"),  # at the turn of the year
        ("0,59 0,23 13 * FRI", "1 minute"),  # a Friday 14th
        ("0/7 * * * *", "4 minutes"),
    ],
)
def test_what_fires_too_often(cron, gap):
    wrong = f'cron "{cron}" fires {gap} after it has fired: GitHub starts it at most every 5 minutes'
    assert cron_problem(cron) == wrong


@pytest.mark.parametrize(
    ("cron", "minutes"),
    [("1,58 9,11 * * *", 57), ("0,59 0,23 1,3 * *", 59), ("0,59 0,23 30 4,6 *", 59), ("30 5 * * *", 1440)],
)
def test_minutes_that_are_near_on_no_two_hours_or_days_running_are_not_near(cron, minutes):
    assert parse(cron).shortest_gap == minutes


def test_it_fires_when_another_reader_of_crons_says_so():
    random = Random(19)
    for _ in range(400):
        cron = random_cron(random)
        try:
            theirs = list(islice(cronsim.CronSim(cron, datetime(2023, 12, 31, 23, 59, tzinfo=UTC)), 30))
        except cronsim.CronSimError:
            theirs = []
        ours = parse(cron)
        assert list(islice(fires(ours), 30)) == theirs, cron
        assert ours.fires == bool(theirs), cron


@pytest.mark.parametrize(
    ("cron", "rule"),
    [
        ("0 0 * * *", bool),
        ("0 0 13 * *", lambda day: day.day == 13),
        ("0 0 * * FRI", lambda day: day.isoweekday() == 5),
        ("0 0 13 * FRI", lambda day: day.day == 13 or day.isoweekday() == 5),
        ("0 0 13 2,MAR 0", lambda day: day.month in {2, 3} and (day.day == 13 or day.isoweekday() == 7)),
        ("0 0 */10 * 1", lambda day: day.day in {1, 11, 21, 31} or day.isoweekday() == 1),  # a step restricts
        ("0 0 13 * */3", lambda day: day.day == 13 or day.isoweekday() in {7, 3, 6}),
        ("0 0 29-31 2 *", lambda day: day.month == 2 and day.day == 29),
    ],
)
def test_the_days_on_which_it_fires(cron, rule):
    days = [START + timedelta(days=number) for number in range(28 * 366)]
    ours = parse(cron)
    assert [day for day in days if ours.fires_on(day)] == [day for day in days if rule(day)]


def fires(cron):
    """Give the times at which a cron fires, from a fixed day on, for fifty years."""
    for number in range(50 * 366 if cron.fires else 0):
        day = START + timedelta(days=number)
        if cron.fires_on(day):
            for hour in sorted(cron.hours):
                for minute in sorted(cron.minutes):
                    yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def random_cron(random):
    """Give a cron that other readers take as GitHub does: of the fields of the day, one is `*`, or both are lists."""

    def field(lowest, highest, *, star=0.4):
        draw = random.random()
        if draw < star:
            return random.choice(["*", f"*/{random.randint(1, highest - lowest)}"]) if highest > 7 else "*"
        if draw < star + 0.2:
            start = random.randint(lowest, highest)
            return f"{start}-{random.randint(start, highest)}"
        if draw < star + 0.3 and highest > 7:
            return f"{random.randint(lowest, highest)}/{random.randint(1, highest)}"
        return ",".join(str(random.randint(lowest, highest)) for _ in range(random.randint(1, 3)))

    day, weekday = random.choice([(field(1, 31), "*"), ("*", field(0, 6)), ("29,30,31", "5"), ("31", "*"), ("30", "*")])
    return f"{field(0, 59)} {field(0, 23)} {day} {field(1, 12, star=0.2)} {weekday}"


WORKFLOW = """\
on:
  push:
  schedule:
    - cron: 0 3 * * *
    - cron: "0 0 30 2 *"
      timezone: Europe/Berlin
    - {cron: '* * * * *', timezone: 7}
"""


def test_the_schedules_of_a_workflow_with_their_places():
    file = load(WORKFLOW, "f.yml")
    assert file.triggers[1].crons == ("0 3 * * *", "0 0 30 2 *", "* * * * *")
    found = [(each.mark.line, each.mark.column, each.fact.partition(":")[0]) for each in schedule_problems(file)]
    assert found == [
        (5, 13, 'cron "0 0 30 2 *" never fires'),
        (7, 14, 'cron "* * * * *" fires 1 minute after it has fired'),
    ]


@pytest.mark.parametrize(
    ("entry", "message", "column"),
    [
        ("- crom: 0 3 * * *", "a schedule is a list of entries with a `cron`", 7),
        ("- cron: [0 3 * * *]", "a schedule is a list of entries with a `cron`", 7),
        ("- cron: 5", "cron is 5, expected a text of five fields", 13),
        ("- cron:", "cron is empty, expected a text of five fields", 12),
        ("- 0 3 * * *", "a schedule is a list of entries with a `cron`", 7),
        ("cron: 0 3 * * *", None, None),
        ("[]", "a schedule is a list of entries with a `cron`", 5),
        ("- {cron: 0 3 * * *, timezone: +02:00}", "timezone is no name of a time zone, as in Europe/Berlin", 35),
        ("- {cron: 0 3 * * *, timezone: [UTC]}", "timezone is no name of a time zone", 35),
        ("- {cron: 0 3 * * *, tz: UTC}", '"tz" is no key of a schedule; what is: cron, timezone', 25),
    ],
)
def test_an_entry_that_is_no_schedule(entry, message, column):
    found = list(schedule_problems(load(f"on:\n  schedule:\n    {entry}\n", "f.yml")))
    assert [each.fact.startswith(message) for each in found] == ([True] if message else [])
    assert [each.mark.column for each in found] == ([column] if column else [])


@pytest.mark.parametrize(
    ("on", "place"), [("schedule", (1, 5)), ("[push, schedule]", (1, 12)), ("{push: , schedule: }", (1, 24))]
)
def test_an_event_without_a_time_is_no_schedule(on, place):
    (problem,) = schedule_problems(load(f"on: {on}\n", "f.yml"))
    assert (problem.mark.line, problem.mark.column) == place
    assert problem.fact.startswith("a schedule is a list of entries with a `cron`")


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince", "EST5EDT"]
)
def test_time_zones_by_their_names(zone):
    assert not list(
        schedule_problems(load(f"on:\n  schedule:\n    - {{cron: 0 3 * * *, timezone: {zone}}}\n", "f.yml"))
    )


@pytest.mark.parametrize(
    "text", ["on: push", "on: [schedule]", "on:\n  schedule:\n", "on:\n  schedule: [{cron: []}, x]\n"]
)
def test_no_schedules(text):
    assert load(text, "f.yml").triggers[0].crons == ()
