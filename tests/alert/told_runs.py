"""Runs as they are told, and who is called for them: a state kept in memory, targets that note what they get."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asbuilt.alert.calling import call
from asbuilt.alert.decide import decided
from asbuilt.alert.not_delivered import NotDeliveredError
from asbuilt.alert.state import State, as_bytes, restored
from asbuilt.alert.told import Judged, Told
from asbuilt.estate_alerts import Alerts
from asbuilt.record.kept_causes import KeptCause, KeptStep, Member
from asbuilt.verdicts import Outcome

BEGIN = datetime(2026, 4, 22, 23, tzinfo=UTC)
PAGER, CHAT, ISSUES = "env:PAGER_URL", "env:CHAT_URL", "github-issue:acme/shop"
OUTCOMES = {
    "D": Outcome.DRIFTED,
    "U": Outcome.UNKNOWN,
    "C": Outcome.CONFORMS,
    "W": Outcome.WAIVED,
    "N": Outcome.NOT_APPLICABLE,
}
DAY = timedelta(days=1)


def alerts(**changed):
    """Give the routes of an estate: one target for all, unless said otherwise."""
    return Alerts.model_validate({"default": [PAGER], **changed})


def check(what):
    """Give the id of a check of `CONTROL SUBJECT`, and its control and app: `HK002 shop-prod`."""
    control, _, subject = what.partition(" ")
    return f"tests_live/test_shop.py::test_{control.lower()}[{subject}]"


def cause(*whats, severity="SEV-2", outcome="drifted", tolerated="", headline="", fix="mend it"):
    """Give a cause of checks, headed by the first."""
    control, _, subject = whats[0].partition(" ")
    return KeptCause(
        outcome=outcome,
        control=control,
        subject=subject.partition(" ")[0],
        severity=severity,
        headline=headline or f"{control} is not as declared",
        since=None,
        steps=(KeptStep(fix),),
        explains={},
        members=tuple(
            Member(check(each), each.partition(" ")[0], each.partition(" ")[2].partition(" ")[0]) for each in whats
        ),
        tolerated=tolerated,
    )


def unknown(*whats, **more):
    """Give a cause of checks of which nothing is known."""
    return cause(*whats, outcome="unknown", **more)


def run(when, *causes, well="", world="live", suites=("live",), **more):
    """Give a run that ended so long after the first night; `well` lists what conforms, `others` what came to what.

    What its causes name it judged too.
    """
    judged = {one.id: Judged(one.control, each.outcome) for each in causes for one in each.members}
    judged |= {check(each): Judged(each.partition(" ")[0], "conforms") for each in well.split(", ") if each}
    judged |= {
        check(each): Judged(each.partition(" ")[0], OUTCOMES[one], "until 2026-06-01" if one == "W" else "")
        for each, one in more.pop("others", {}).items()
    }
    as_of = BEGIN + when
    name = more.pop("name", f"{as_of:%Y%m%dT%H%M%SZ}-{'-'.join(suites)}")
    return Told(name, "shop", world, as_of, tuple(suites), causes, judged, **more)


@dataclass
class Memory:
    """Keeps a state in memory, as a file would."""

    content: bytes | None = None
    aside: list = field(default_factory=list)

    def __str__(self):
        return "memory"

    @contextmanager
    def held(self):
        yield self

    def load(self):
        return self.content

    def save(self, content):
        self.content = content

    def set_aside(self, why):
        self.aside.append((why, self.content))
        self.content = None
        return "memory.corrupt"


@dataclass
class Desk:
    """Whoever is called: what each run brought, as `(target, kind, head)`."""

    routes: Alerts = field(default_factory=alerts)
    keeper: Memory = field(default_factory=Memory)
    down: set = field(default_factory=set)
    now: datetime = BEGIN

    def after(self, *runs):
        """Give what the last of some runs brings."""
        for each in runs:
            self.called, self.messages = None, []
            self.now = max(self.now, each.as_of)
            self.called = call(each, self.routes, self.keeper, self.deliver, self.now)
        return [
            (each.target, str(one.kind), head(one))
            for each in self.called.sent
            if not each.failed
            for one in each.events
        ]

    def deliver(self, target, message):
        if target in self.down:
            raise NotDeliveredError(f"{target}: refused")
        self.messages.append((target, message))

    @property
    def state(self):
        return restored(self.keeper.content)


def head(event):
    """Give the head of an event's cause."""
    return f"{event.cause.control} {event.cause.subject}"


def after(state, *runs, routes=None):
    """Give the state after runs, with nothing delivered."""
    for each in runs:
        state = restored(as_bytes(decided(state, each, routes or alerts())))
    return state


def fresh():
    """Give the state before any run."""
    return State()
