"""What somebody is called for: an event of one cause, and the message that tells it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from asbuilt.record.kept_causes import KeptCause

ONE_WITH = "it is one with: "  # begins why a cause is gone that goes on in another


class Kind(StrEnum):
    """Why somebody is called: nothing else calls."""

    FIRST = "first"
    CHANGED = "severity changed"
    REMINDER = "reminder"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one cause.

    `fingerprint` is the cause's, the same as long as it stays open. `cause` is as it was last seen, from `first_seen`
    to `last_seen`; `at` is when the run ended that sets the event off, `run`, `evidence` and `run_url` say which that
    is, `world` whether it is a rehearsal. `severity_before` is the one that was told before. `unknown_runs` counts the
    runs in a row that could not tell, of what is unknown. `reminded` counts the reminders, this one too; `next_call` is
    when the next would come. `why_gone` says how it ended: that it conforms, is waived, is not declared any more.
    `last_known` is when a run could still tell what is unknown now. `replaces` counts the events of this cause before
    it that never reached the target that this one is for: they are not told any more.
    """

    kind: Kind
    fingerprint: str
    cause: KeptCause
    first_seen: datetime
    last_seen: datetime
    at: datetime
    estate: str
    world: str
    run: str
    evidence: str = ""
    run_url: str = ""
    severity_before: str = ""
    unknown_runs: int = 0
    reminded: int = 0
    next_call: datetime | None = None
    why_gone: str = ""
    last_known: datetime | None = None
    replaces: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it is told: a title of one line, and the whole as plain text and as Markdown.

    `where` says where more stands, for whoever gets less than the whole.
    """

    kind: Kind
    fingerprint: str
    severity: str
    title: str
    text: str
    markdown: str
    where: str = ""
