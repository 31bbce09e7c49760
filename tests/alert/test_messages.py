"""A message is read by somebody who is woken by it: the fact first, then what to do, in the order that is safe."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from events_of import CAUSE, CREATE, NOW, RUN, event

from asbuilt.alert.event import Kind
from asbuilt.alert.words.flood import flood_message
from asbuilt.alert.words.messages import LONGEST_TITLE, message_of
from asbuilt.record.kept_causes import KeptStep

HEADLINE = CAUSE.headline
UNKNOWN = replace(CAUSE, outcome="unknown", headline="Heroku does not answer", since=None, steps=(), explains={})


def blocks(text):
    return text.split("\n\n")


def test_the_first_call_says_the_fact_and_since_when_before_anything_else():
    message = message_of(event())
    assert message.title == f"[SEV-1] raxx-api-prod: {HEADLINE}"
    assert message.text.splitlines()[:3] == [
        f"SEV-1 HK004 raxx-api-prod: {HEADLINE}",
        "Since 2026-04-22 15:02 UTC, for 8 d 1 h. First seen 2026-04-23 16:30 UTC.",
        "Heroku reports an incident since 2026-04-22 14:00 UTC: routing",
    ]


def test_the_steps_come_next_numbered_in_their_order_each_command_on_a_line_of_its_own():
    assert blocks(message_of(event()).text)[1:4] == [
        "To do, in this order:",
        f"1. {CREATE} (issue 690)",
        f"2. run (issues 690, 692):\n    {RUN}",
    ]
    assert f"**2.** run (issues 690, 692):\n```\n{RUN}\n```" in message_of(event()).markdown


def test_what_it_explains_and_where_more_stands_follows():
    assert blocks(message_of(event()).text)[4:] == [
        "It explains GH002 HK004 WEB001 (2).\nWaiver that has run out: waived until 2026-04-29 by ops",
        (
            "Runbook: https://github.com/MooseQuest/TradeMasterAPI/blob/main/docs/heroku.md\n"
            "Issue: https://github.com/MooseQuest/TradeMasterAPI/issues/690\n"
            "Run: https://github.com/MooseQuest/TradeMasterAPI/actions/runs/7\n"
            "Evidence: 20260430T163000Z-6c574d67"
        ),
        "If it is still so, a reminder comes on 2026-05-01 16:30 UTC.",
        "asbuilt, estate raxx, run 20260430T163000Z-6c574d67, 2026-04-30 16:30 UTC",
    ]


def test_one_step_has_no_number_and_prose_behind_a_command_stays_behind_it():
    cause = replace(CAUSE, steps=(KeptStep("heroku ps --app shop\nrepair it, or disable it"),))
    message = message_of(event(cause=cause))
    assert "\n\nTo do: run:\n    heroku ps --app shop\nrepair it, or disable it\n\n" in message.text
    assert "**To do:** run:\n```\nheroku ps --app shop\n```\nrepair it, or disable it\n\n" in message.markdown


@pytest.mark.parametrize(
    ("kind", "changes", "title", "line"),
    [
        (
            Kind.CHANGED,
            {"severity_before": "SEV-2"},
            "[SEV-2 -> SEV-1] raxx-api-prod: ",
            "Its severity was SEV-2, and is SEV-1 now.",
        ),
        (
            Kind.REMINDER,
            {"reminded": 3},
            "[SEV-1, reminder 3, open for 8 d 1 h] raxx-api-prod: ",
            "Reminder 3: it was called for before, and is open for 8 d 1 h.",
        ),
        (
            Kind.RESOLVED,
            {"last_seen": NOW - timedelta(hours=2), "why_gone": "it conforms", "next_call": None},
            "[resolved after 7 d 23 h] raxx-api-prod: ",
            (
                "It lasted 7 d 23 h, as far as it was seen: since 2026-04-22 15:02 UTC, "
                "last seen 2026-04-30 14:30 UTC, gone 2026-04-30 16:30 UTC."
            ),
        ),
    ],
)
def test_each_kind_says_what_it_is_in_its_title_and_below(kind, changes, title, line):
    message = message_of(event(kind, **changes))
    assert message.title.startswith(title)
    assert line in message.text.splitlines()
    assert message.kind is kind


def test_what_is_resolved_says_why_and_asks_for_nothing():
    message = message_of(event(Kind.RESOLVED, why_gone="it conforms"))
    assert "Why it is gone: it conforms" in message.text.splitlines()
    assert RUN not in message.text
    assert "reminder" not in message.text


def test_what_turned_out_to_be_a_part_of_another_is_not_said_to_be_resolved():
    message = message_of(event(Kind.RESOLVED, why_gone="it is one with: never deployed"))
    assert message.title.startswith("[goes on in another after ")
    assert "esolved" not in message.title + message.text + message.markdown
    assert "Why it is gone: it is one with: never deployed" in message.text.splitlines()


def test_what_was_seen_once_did_not_last_as_far_as_anybody_knows():
    message = message_of(event(Kind.RESOLVED, replace(CAUSE, since=None), first_seen=NOW, last_seen=NOW))
    assert message.title.startswith("[resolved] raxx-api-prod: ")
    assert "Seen once: since 2026-04-30 16:30 UTC" in message.text


def test_a_dyno_that_crashed_anew_has_been_down_since_it_was_first_seen():
    anew = replace(CAUSE, since=NOW - timedelta(hours=1))
    reminder = message_of(event(Kind.REMINDER, anew, reminded=2))
    assert reminder.title.startswith("[SEV-1, reminder 2, open for 7 d] ")
    assert "As it is now since 2026-04-30 15:30 UTC. First seen 2026-04-23 16:30 UTC." in reminder.text
    assert message_of(event(Kind.RESOLVED, anew)).title.startswith("[resolved after 7 d] ")


def test_what_is_unknown_says_since_when_nothing_is_known():
    since = {"first_seen": NOW - timedelta(days=2), "unknown_runs": 3}
    message = message_of(event(Kind.FIRST, UNKNOWN, **since))
    known = "since 2026-04-28 16:30 UTC"
    assert message.title == f"[SEV-1] nothing is known of raxx-api-prod {known}: Heroku does not answer"
    first = f"SEV-1 nothing is known of HK004 raxx-api-prod {known}, 3 runs in a row could not tell: "
    assert message.text.startswith(first)
    assert message_of(event(Kind.RESOLVED, UNKNOWN, **since)).title.startswith("[known again after 2 d] raxx-api-prod")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("world", ["sandbox incident-2026-04-30", "recorded 20260430T163000Z-6c574d67, judged again"])
def test_a_rehearsal_says_so_first(kind, world):
    message = message_of(event(kind, world=world))
    assert message.title.startswith(f"REHEARSAL ({world}) [")
    assert message.text.startswith("REHEARSAL: nothing of this is live")
    assert message.markdown.startswith("**REHEARSAL:** nothing of this is live")


@pytest.mark.parametrize("world", ["live", "workflow files"])
def test_what_is_real_is_no_rehearsal(world):
    assert "REHEARSAL" not in f"{message_of(event(world=world)).title}{message_of(event(world=world)).text}"


def test_a_flood_is_told_as_one_message_the_worst_first():
    causes = [replace(CAUSE, severity=f"SEV-{3 - number % 2}", subject=f"app-{number:03}") for number in range(102)]
    message = flood_message([event(cause=each, fingerprint=each.subject) for each in causes])
    told = blocks(message.text)
    assert message.title == "[SEV-2] raxx: 102 causes at once"
    assert told[:2] == ["102 causes at once, the worst first:", f"SEV-2 HK004 app-001: {HEADLINE}"]
    assert told[-2:] == [
        "and 2 more, in the run's record",
        (
            "Run: https://github.com/MooseQuest/TradeMasterAPI/actions/runs/7\nEvidence: 20260430T163000Z-6c574d67\n"
            "asbuilt, estate raxx, run 20260430T163000Z-6c574d67, 2026-04-30 16:30 UTC"
        ),
    ]
    assert message.where == "https://github.com/MooseQuest/TradeMasterAPI/actions/runs/7"


def test_a_flood_of_a_rehearsal_says_so():
    message = flood_message([event(world="sandbox healthy"), event(world="sandbox healthy")])
    assert message.title == "REHEARSAL (sandbox healthy) [SEV-1] raxx: 2 causes at once"
    assert message.text.startswith("REHEARSAL: nothing of this is live")


def test_it_says_where_more_stands():
    assert message_of(event()).where == "https://github.com/MooseQuest/TradeMasterAPI/actions/runs/7"
    assert message_of(event(run_url="")).where == "the evidence of run 20260430T163000Z-6c574d67"


def test_times_are_utc_wherever_they_come_from():
    there = CAUSE.since.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert message_of(event(cause=replace(CAUSE, since=there))).text == message_of(event()).text


def test_a_title_is_one_bounded_line_without_an_address_that_would_be_cut():
    cause = replace(CAUSE, headline=f"it is down: https://example.com/{'x' * 200} {'and more ' * 60}")
    message = message_of(event(cause=cause))
    assert len(message.title) <= LONGEST_TITLE
    assert "https:" not in message.title
    assert message.title.startswith("[SEV-1] raxx-api-prod: it is down and more")


def test_a_cause_without_steps_or_links_is_told_all_the_same():
    bare = replace(CAUSE, control="", subject="the run", steps=(), explains={}, runbook="", issues=(), expired=())
    message = message_of(event(cause=replace(bare, reported=(), since=None), run_url="", evidence="", next_call=None))
    assert message.text == (
        f"SEV-1 the run: {HEADLINE}\nFirst seen 2026-04-23 16:30 UTC.\n\n"
        "asbuilt, estate raxx, run 20260430T163000Z-6c574d67, 2026-04-30 16:30 UTC"
    )


def test_a_message_is_bounded_and_says_what_is_left_out():
    many = tuple(KeptStep(f"do {number} {'x' * 900}") for number in range(100))
    cause = replace(CAUSE, steps=many, issues=tuple("y" * 900 for _ in many), expired=tuple("z" * 900 for _ in many))
    message = message_of(event(cause=replace(cause, reported=tuple("w" * 900 for _ in many))))
    assert "and 90 more, in the run's record" in message.text
    assert "and 95 more, in the run's record" in message.text
    assert max(len(message.text), len(message.markdown)) < 32_000
