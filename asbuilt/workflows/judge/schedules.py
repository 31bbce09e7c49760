"""When `on.schedule` starts a workflow: whether GitHub takes a `cron`, whether it ever fires, and how often.

GitHub takes the five fields of POSIX, with the names of months and days and with steps, and nothing more: no `@daily`,
no seconds, and none of `?`, `L`, `W` and `#`. It starts a workflow at most once every five minutes. The fields are read
here, since cronsim takes more than GitHub does and says of a wrong one its name alone; the calendar is cronsim's.
Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from cronsim import CronSim, CronSimError

from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.judge.github import published
from asbuilt.workflows.yaml.document import Mapping, Node, Scalar, Sequence
from asbuilt.workflows.yaml.finding import Finding

SHORTEST = 5
_DAY = 24 * 60
_CYCLE = 28 * 365 + 7  # days after which dates fall on the same days of the week again
_START = datetime(2024, 1, 1)  # noqa: DTZ001 - a day of the calendar, in no time zone
_KEYS = tuple(published.WORKFLOW["cron-mapping"].keys)
# A form, and no list of names: which there are differs with the version of the time zone database.
_TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        return f"{self.lowest}-{self.highest}" + (f" or {self.names[0]}-{self.names[-1]}" if self.names else "")


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A `cron` that GitHub takes. `calendar` has the days on which it fires; None where there is none.

    The sets are the values that each field takes, the names of months as numbers; the day of the week is in the
    calendar.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    calendar: CronSim | None

    @property
    def fires(self) -> bool:
        """Whether there is a day on which it fires."""
        return self.calendar is not None

    @property
    def shortest_gap(self) -> int:
        """The fewest minutes between two fires, across midnight too.

            */10 * * * * -> 10, 0 0 * * 1 -> 1440, 59 23,0 * * * -> 60

        A day for one that fires once on a day, however far apart the days are.
        """
        times = sorted(60 * hour + minute for hour in self.hours for minute in self.minutes)
        shortest = min((later - earlier for earlier, later in pairwise(times)), default=_DAY)
        overnight = times[0] + _DAY - times[-1]
        return overnight if overnight < shortest and self._fires_two_days_running() else shortest

    def fires_on(self, day: date) -> bool:
        """Tell whether it fires on a day.

        Where both the day of the month and of the week are restricted, one of them is enough, as POSIX has it.
        """
        return self.calendar is not None and day.month in self.months and self.calendar.match_day(day)

    def _fires_two_days_running(self) -> bool:
        days = (_START + timedelta(days=number) for number in range(_CYCLE + 1))
        return any(one and other for one, other in pairwise(map(self.fires_on, days)))


def longest_gap(crons: Iterable[Cron]) -> int:
    """Give the most minutes between two fires of some `cron`s together, the days between them too.

        17 3 * * * -> 1440, 0 9 * * 1-5 -> 4320, 0 6 * * * with 0 18 * * * -> 720

    Of none, or of those that never fire, nothing: 0.
    """
    times = {each: sorted(60 * hour + minute for hour in each.hours for minute in each.minutes) for each in crons}
    of_day: dict[tuple[bool, ...], tuple[int, int, int]] = {}
    longest, last = 0, None
    for number in range(_CYCLE):
        day = _START + timedelta(days=number)
        fire = tuple(each.fires_on(day) for each in times)
        if not any(fire):
            continue
        if fire not in of_day:
            found = sorted({minute for each, fires in zip(times, fire, strict=True) if fires for minute in times[each]})
            within = max((later - earlier for earlier, later in pairwise(found)), default=0)
            of_day[fire] = (found[0], found[-1], within)
        begin, end, within = of_day[fire]
        overnight = 0 if last is None else number * _DAY + begin - last
        longest, last = max(longest, within, overnight), number * _DAY + end
    return longest


def parse(text: str) -> Cron:
    """Read a `cron` as GitHub does. Raises ValueError with what is wrong, and what is allowed in its place.

    17 3 * * MON-FRI -> minutes {17}, hours {3}, on every weekday
    0 0 31 2 *       -> a cron that never fires
    @daily           -> ValueError: @daily is no cron to GitHub: write five fields, as in 17 3 * * *
    """
    parts = [part for part in text.split(" ") if part]
    if text.startswith("@"):
        raise ValueError(f"{text} is no cron to GitHub: write five fields, as in 17 3 * * *")
    if len(parts) != len(_FIELDS):
        names = ", ".join(field.name for field in _FIELDS)
        raise ValueError(f"it has {len(parts) or 'no'} field{'s' * (len(parts) != 1)}, expected five: {names}")
    if text.strip(" ") != text:
        raise ValueError("it has a space before or after its fields: take it out")
    minutes, hours, days, months, weekdays = map(_values, parts, _FIELDS)
    return Cron(minutes, hours, days, months, _calendar(_written(parts[2], days), months, _written(parts[4], weekdays)))


def _calendar(days: str, months: frozenset[int], weekdays: str) -> CronSim | None:
    """Give the days of a `cron`: where both fields of the day are restricted, one of them is enough."""
    try:
        return CronSim(f"0 0 {days} {_listed(months)} {weekdays}", _START)
    except CronSimError:  # every field is right: there is no such day
        return None


def _written(text: str, values: frozenset[int]) -> str:
    """Write a field as a list, since cronsim takes `*/2`, unlike GitHub, for no restriction."""
    return text if text == "*" else _listed(values)


def _listed(values: frozenset[int]) -> str:
    return ",".join(map(str, sorted(values)))


def cron_problem(text: str) -> str | None:
    """Say what is wrong with a `cron`, and what is allowed instead; None where nothing is.

    It is not read, never fires, or fires more often than GitHub starts it.
    """
    try:
        cron = parse(text)
    except ValueError as error:
        return f'cron "{text}": {error}'
    if not cron.fires:
        months = " or ".join(_MONTHS[month - 1] for month in sorted(cron.months))
        return f'cron "{text}" never fires: there is no day {min(cron.days)} in {months}'
    if cron.shortest_gap < SHORTEST:
        gap = "1 minute" if cron.shortest_gap == 1 else f"{cron.shortest_gap} minutes"
        return f'cron "{text}" fires {gap} after it has fired: GitHub starts it at most every {SHORTEST} minutes'
    return None


def schedule_problems(workflow_file: WorkflowFile) -> Iterator[Finding]:
    """Give what keeps the schedules of a workflow from starting it as they are meant, one finding for each.

    Each entry of `on.schedule`, in the order of the file; an event `schedule` without a time is one too.
    """
    return workflow_file.document.placed(filter(None, map(_of_entry, _entries(workflow_file))))


def interval_of(workflow_file: WorkflowFile) -> timedelta | None:
    """Give the longest time between two starts of a workflow by its schedule; None where none of its `cron`s fires.

    What fires in several time zones is taken zone by zone, and the shortest of these counts: together they are no
    slower than that.
    """
    zones: dict[str, list[str]] = {}
    for entry in _entries(workflow_file):
        cron = entry.get("cron") if isinstance(entry, Mapping) else None
        if isinstance(cron, Scalar) and isinstance(cron.value, str) and cron_problem(cron.value) is None:
            zone = entry.get("timezone") if isinstance(entry, Mapping) else None
            zones.setdefault(zone.text if isinstance(zone, Scalar) else "", []).append(cron.value)
    minutes = min((_longest_of(tuple(sorted(set(each)))) for each in zones.values()), default=0)
    return timedelta(minutes=minutes) if minutes else None


@lru_cache(maxsize=256)
def _longest_of(crons: tuple[str, ...]) -> int:
    return longest_gap(map(parse, crons))


def _of_entry(entry: Node) -> Finding | None:
    if not isinstance(entry, Mapping) or not isinstance(cron := entry.get("cron"), Scalar):
        mark = entry.place("cron") if isinstance(entry, Mapping) else entry.mark
        return Finding("a schedule is a list of entries with a `cron`, as in - cron: 17 3 * * *", mark=mark)
    if not isinstance(cron.value, str):
        return Finding(f"cron is {cron.text or 'empty'}, expected a text of five fields", mark=cron.mark)
    if wrong := cron_problem(cron.value):
        return Finding(wrong, mark=cron.mark)
    zone = entry.get("timezone")
    if zone is not None and not (isinstance(zone, Scalar) and _TIMEZONE.fullmatch(str(zone.value))):
        return Finding("timezone is no name of a time zone, as in Europe/Berlin", mark=zone.mark)
    for key in entry.keys.values():
        if key.text not in _KEYS:
            return Finding(f'"{key.text}" is no key of a schedule; what is: {", ".join(_KEYS)}', mark=key.mark)
    return None


def _entries(workflow_file: WorkflowFile) -> Iterator[Node]:
    root = workflow_file.document.root
    triggers = root.get("on") if isinstance(root, Mapping) else None
    if not isinstance(triggers, Mapping):  # `on: [push, schedule]` says no time
        events = triggers if isinstance(triggers, Sequence) else [triggers] if triggers is not None else []
        yield from (event for event in events if isinstance(event, Scalar) and event.text == "schedule")
        return
    if (entries := triggers.get("schedule")) is None:
        return
    if isinstance(entries, Sequence) and entries.items:
        yield from entries
    else:
        yield entries


def _values(text: str, field: _Field) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _part(part, field))


def _part(part: str, field: _Field) -> range:
    """Read one item of a list: a value, a range or `*`, each with a step or without."""
    span, slash, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span == "*":
        start, end = field.lowest, field.highest
    else:
        start = _value(first, field)
        end = _value(last, field) if dash else field.highest if slash else start
    if end < start:
        raise ValueError(f"{field.name} {span} ends before it begins: write two ranges, with a comma between them")
    if slash and not (step.isascii() and step.isdigit() and 0 < int(step) <= field.highest):
        raise ValueError(f"{field.name} {part}: a step is a number from 1 to {field.highest}")
    return range(start, end + 1, int(step) if slash else 1)


def _value(text: str, field: _Field) -> int:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + field.lowest
    if text.isascii() and text.isdigit() and field.lowest <= int(text) <= field.highest:
        return int(text)
    hint = "; Sunday is 0" if text == "7" and field.names == _DAYS else ""
    raise ValueError(f'{field.name} "{text}" is not {field.allowed}{hint}, nor a list, a range or a step of them')
