"""Whether somebody would be called: what the estate's targets need of the environment, and who hears that no run came.

A variable that is not set here may be set where `asbuilt alert` runs, so that is no fault. No value is shown.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from asbuilt.doctor.said import Group, Line, Status
from asbuilt.estate_alerts import Alerts
from asbuilt.heartbeat import Heartbeat, RunKind, variable_of

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_HEARD = (RunKind.LIVE, RunKind.WATCH, RunKind.ALERT)
_line = partial(Line, Group.ALERTS)


def lines(alerts: Alerts | None, environ: Mapping[str, str]) -> Iterator[Line]:
    """Say who is called, and which of these cannot be from here; and which kinds of run tell that they came."""
    yield from _of_targets(alerts, environ)
    yield from _of_heartbeats(environ)


def _of_targets(alerts: Alerts | None, environ: Mapping[str, str]) -> Iterator[Line]:
    if alerts is None:
        yield _line(Status.NOTE, "nobody is called: the estate has no `alerts`", "say who is (docs/alerts.md)")
        return
    targets = {each: None for severity in range(1, 5) for each in alerts.targets(f"SEV-{severity}")}
    if not targets:
        yield _line(Status.WRONG, "`alerts` names nobody, so nobody is called", "say who is: default: [env:PAGER_URL]")
        return
    names = [each.removeprefix("env:") for each in targets if each.startswith("env:")]
    held = {each: environ.get(each, "").strip() for each in names}
    for name in (each for each, value in held.items() if value and not _URL.fullmatch(value)):
        fix = f"set {name} to one URL of Apprise: json://HOST/PATH, mailto://..."
        yield _line(Status.WRONG, f"{name}, a target of `alerts`, holds no URL", fix)
    if absent := [each for each, value in held.items() if not value]:
        fact = f"not set here: {', '.join(absent)}"
        yield _line(Status.NOTE, fact, "set each where asbuilt alert runs, and only there")
    if ready := [each for each in targets if not each.startswith("env:") or _URL.fullmatch(held[each[4:]])]:
        yield _line(Status.WELL, f"can be called: {', '.join(ready)}")


def _of_heartbeats(environ: Mapping[str, str]) -> Iterator[Line]:
    heard = []
    for kind in _HEARD:
        said: list[str] = []
        if Heartbeat.of(environ, kind, say=said.append).address:
            heard.append(f"{kind} ({variable_of(environ, kind)})")
        for each in dict.fromkeys(said):
            fact, _, fix = each.partition("; ")
            yield _line(Status.WRONG, fact, fix)
    if heard:
        yield _line(Status.WELL, f"somebody elsewhere hears of: {', '.join(heard)}")
    else:
        fix = "set ASBUILT_HEARTBEAT_URL_LIVE where it runs (docs/heartbeat.md)"
        yield _line(Status.NOTE, "nobody hears from here when a night does not come", fix)
