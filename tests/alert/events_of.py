"""Causes and events that the tests tell."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from asbuilt.alert.event import Event, Kind, Message
from asbuilt.record.kept_causes import KeptCause, KeptStep, Member

NOW = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
CREATED = datetime(2026, 4, 22, 15, 2, 11, tzinfo=UTC)
RUN = "gh workflow run deploy-heroku.yml -R MooseQuest/TradeMasterAPI -f environment=production -f ref=main"
CREATE = "create environment production: https://github.com/MooseQuest/TradeMasterAPI/settings/environments/new"
CAUSE = KeptCause(
    outcome="drifted",
    control="HK004",
    subject="raxx-api-prod",
    severity="SEV-1",
    headline='never deployed since it was created 8 d 1 h ago: environment "production" does not exist',
    since=CREATED,
    steps=(KeptStep(CREATE, (690,)), KeptStep(RUN, (690, 692))),
    explains={"": {"GH002": 1, "HK004": 1, "WEB001": 2}},
    members=(Member("a::b[c]", "HK004", "raxx-api-prod"),),
    runbook="https://github.com/MooseQuest/TradeMasterAPI/blob/main/docs/heroku.md",
    issues=("https://github.com/MooseQuest/TradeMasterAPI/issues/690",),
    expired=("waived until 2026-04-29 by ops",),
    reported=("Heroku reports an incident since 2026-04-22 14:00 UTC: routing",),
)


def event(kind=Kind.FIRST, cause=CAUSE, **changes):
    """Give an event of the incident, as a night of it set it off."""
    found = Event(
        kind=kind,
        fingerprint="4f1c",
        cause=cause,
        first_seen=NOW - timedelta(days=7),
        last_seen=NOW,
        at=NOW,
        estate="raxx",
        world="live",
        run="20260430T163000Z-6c574d67",
        evidence="20260430T163000Z-6c574d67",
        run_url="https://github.com/MooseQuest/TradeMasterAPI/actions/runs/7",
        next_call=NOW + timedelta(days=1),
    )
    return replace(found, **changes)


MESSAGE = Message(
    kind=Kind.FIRST,
    fingerprint="4f1c",
    severity="SEV-1",
    title="[SEV-1] shop: it is down",
    text="SEV-1 WEB001 shop: it is down\n\nTo do: run:\n    heroku ps --app shop",
    markdown="**SEV-1** WEB001 shop: it is down\n\n**To do:** run:\n```\nheroku ps --app shop\n```",
)
