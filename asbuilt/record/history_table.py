"""Histories as a table for a terminal."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from asbuilt import texts
from asbuilt.model import ago
from asbuilt.record.drifts import Span
from asbuilt.record.folders import OF_THE_WATCH, Found
from asbuilt.record.history import NOT_LIVE, History, Standing
from asbuilt.record.nights import DAY, Gap, days_of
from asbuilt.record.past import LIVE

_MOST = 200  # rows of a table; who reads more takes the JSON
_MOST_LINES = 20
_MOST_NAMES = 3
_NAME = 80
_COLOURS = {"open": "red", "not seen": "yellow", "waived": "cyan", "expired": "red", "unused": "yellow"}


def table(
    found: Found, told: tuple[History, ...], every: timedelta, now: datetime, late: tuple[str, ...] = ()
) -> RenderableType:
    """Give the table: for each estate and world its nights, drifts and waivers; what was passed over, what is late."""
    parts: list[RenderableType] = []
    for each in told:
        parts += [*([Text("")] if parts else []), *_history(each, every, now)]
    passed_over = [texts.line(why) for _, why in found.passed_over if why != OF_THE_WATCH]
    if days := len(found.passed_over) - len(passed_over):
        passed_over.append(f"{_count(days, 'day')} of the watch passed over: no nights")
    if passed_over:
        parts += [Text(""), *_bounded([Text(why, "yellow") for why in passed_over], _MOST_LINES)]
    if late:
        parts += [Text(""), *_bounded([Text(texts.line(each), "red") for each in late], _MOST_LINES)]
    return Group(*parts)


def _history(history: History, every: timedelta, now: datetime) -> Iterator[RenderableType]:
    yield Text(f"{texts.line(history.estate, _NAME)} in {texts.line(history.world, _NAME)}", "bold")
    if history.world == LIVE:
        yield from _nights(history, every, now)
    yield from _not_counted(history)
    if history.drifts:
        yield Text("")
        yield from _drifts(history.drifts)
    if history.accepted:
        yield Text("")
        yield from _accepted(history.accepted)


def _nights(history: History, every: timedelta, now: datetime) -> Iterator[Text]:
    nights, gone = history.nights, sum(each.count for each in history.missing)
    if not nights:
        yield Text("  no nights: no complete live run of the whole estate", "red")
        return
    came = Counter(each.verdict for each in nights)
    told = ", ".join(f"{count} {texts.line(verdict, _NAME)}" for verdict, count in sorted(came.items()))
    span = f"from {_day(nights[0].ended)} to {_day(nights[-1].ended)}"
    yield Text(f"  {_count(len(nights), 'night')} {span}: {told}")
    last = nights[-1]
    trailing = history.missing[-1].begin > last.ended if history.missing else False
    told = f"  the last came {_minute(last.ended)}, {ago(last.ended, now)} ago: {texts.line(last.run, _NAME)}"
    yield Text(told, "red" if trailing else "")
    if gone:
        yield Text(f"  {gone} missing, at one every {_every(every)}", "red")
        yield from _bounded([Text(f"    {_gap(each, every)}", "red") for each in history.missing], _MOST_LINES)


def _not_counted(history: History) -> Iterator[Text]:
    reasons: dict[str, list[str]] = {}
    for each in history.not_counted:
        reasons.setdefault(each.why, []).append(each.run)
    if not reasons:
        return
    count = _count(len(history.not_counted), "run")
    yield Text(f"  {count} not counted as nights" if history.world == LIVE else f"  {count}, and no nights: not live")
    lines = [
        Text(f"    {texts.line(why)}: {_names(runs)}") for why, runs in reasons.items() if not why.startswith(NOT_LIVE)
    ]
    yield from _bounded(lines, _MOST_LINES)


def _drifts(drifts: tuple[Span, ...]) -> Iterator[RenderableType]:
    rows = _table("drift", "", "first seen", "ended", "to repair", "")
    for each in drifts[:_MOST]:
        state = "" if each.state in {"open", "ended"} else each.state
        not_seen = f"not seen in {_count(each.not_seen, 'run')}" if each.not_seen else ""
        rows.add_row(
            Text(f"{texts.line(each.drift.control, _NAME)} {texts.line(each.severity, _NAME)}"),
            Text(texts.line(each.drift.subject)),
            Text(_minute(each.first.ended)),
            _ended(each),
            Text(_repaired(each)),
            Text(", ".join(filter(None, (state, not_seen))), _COLOURS.get(state, "")),
        )
    yield rows
    yield from _more(len(drifts))


def _ended(span: Span) -> Text:
    if span.ended is None:
        last = f", last seen {_minute(span.last.ended)}" if span.state == "not seen" else ""
        return Text(f"open{last}", _COLOURS.get(span.state, ""))
    return Text(_minute(span.ended.ended), "green" if span.to_repair is not None else "")


def _repaired(span: Span) -> str:
    if span.ended is None:
        return ""
    if span.to_repair is None:
        return f"({span.by})"
    return ago(span.ended.ended, span.ended.ended + span.to_repair)


def _accepted(accepted: tuple[Standing, ...]) -> Iterator[RenderableType]:
    rows = _table("accepted", "", "state", "until", "owner", "first seen", "last seen")
    for each in accepted[:_MOST]:
        one = each.accepted
        rows.add_row(
            Text(f"{texts.line(one.kind, _NAME)} {texts.line(one.control, _NAME)}"),
            Text(texts.line(one.subject)),
            Text(texts.line(each.state, _NAME), _COLOURS.get(each.state, "")),
            Text(texts.line(one.until, _NAME)),
            Text(texts.line(one.owner, _NAME) + (f" #{one.issue}" if one.issue else "")),
            Text(_day(each.first.ended)),
            Text(_day(each.last.ended)),
        )
    yield rows
    yield from _more(len(accepted))


def _table(*headings: str) -> Table:
    rows = Table(box=None)
    for each in headings:
        rows.add_column(each, overflow="fold")  # nothing is cut
    return rows


def _more(count: int) -> Iterator[Text]:
    if count > _MOST:
        yield Text(f" and {count - _MOST} more: --format json has them all")


def _bounded(lines: list[Text], most: int) -> list[Text]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], Text(f"    and {len(lines) - most} more: --format json has them all")]


def _names(runs: list[str]) -> str:
    shown = ", ".join(texts.line(each, _NAME) for each in runs[:_MOST_NAMES])
    return f"{shown} and {len(runs) - _MOST_NAMES} more" if len(runs) > _MOST_NAMES else shown


def _gap(gap: Gap, every: timedelta) -> str:
    if not every % DAY:
        return days_of(gap)
    told = f"{_minute(gap.begin)} to {_minute(gap.end)}"
    return f"{told} ({gap.count})" if gap.count > 1 else told


def _every(every: timedelta) -> str:
    epoch = datetime.fromtimestamp(0, UTC)
    return ago(epoch, epoch + every)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
