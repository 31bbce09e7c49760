from datetime import timedelta

import pytest
from told_runs import CHAT, DAY, ISSUES, PAGER, Desk, alerts, cause, check, run, unknown

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WATCH = ("watch",)


def test_a_cause_is_called_once_then_reminded_with_back_off_then_resolved():
    desk = Desk()
    found = [
        (day, desk.after(run(day * DAY, cause("HK002 shop-prod", headline=f"empty for {day} d")))) for day in range(23)
    ]
    called = {day: each[0][1] for day, each in found if each}
    assert called == {0: "first", 1: "reminder", 3: "reminder", 7: "reminder", 14: "reminder", 21: "reminder"}
    assert desk.after(run(23 * DAY, well="HK002 shop-prod")) == [(PAGER, "resolved", "HK002 shop-prod")]
    assert desk.after(run(24 * DAY, well="HK002 shop-prod")) == []
    assert desk.state.open == ()


def test_what_was_missed_of_reminders_is_one():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK002 shop-prod")))
    assert desk.after(run(5 * DAY, cause("HK002 shop-prod"))) == [(PAGER, "reminder", "HK002 shop-prod")]
    assert desk.after(run(6 * DAY, cause("HK002 shop-prod"))) == []


def test_a_night_that_comes_a_little_early_reminds_as_well_and_a_look_does_not():
    desk = Desk()
    desk.after(run(-1 * DAY, well="HK002 shop-prod"), run(0 * DAY, cause("HK002 shop-prod")))
    assert desk.after(run(1 * DAY - HOUR, cause("HK002 shop-prod"))) == [(PAGER, "reminder", "HK002 shop-prod")]
    looks = [run(2 * DAY + number * 10 * MINUTE, cause("HK002 shop-prod"), suites=WATCH) for number in range(150)]
    brought = [each.as_of for each in looks if desk.after(each)]
    assert brought == [run(3 * DAY).as_of]


@pytest.mark.parametrize("severity", ["SEV-3", "SEV-4"])
def test_what_is_not_severe_is_called_without_reminders(severity):
    desk = Desk()
    found = [desk.after(run(day * DAY, cause("GH008 shop", severity=severity))) for day in range(9)]
    assert [len(each) for each in found] == [1, *[0] * 8]
    assert desk.after(run(9 * DAY, well="GH008 shop")) == [(PAGER, "resolved", "GH008 shop")]


def test_nothing_opens_or_closes_within_the_hold():
    desk = Desk()
    looks = [cause("HK006 shop-prod web"), None, cause("HK006 shop-prod web"), None, None, None, None, None]
    found = []
    for number, each in enumerate(looks):
        causes = [each] if each else []
        found.append(
            desk.after(run(number * 5 * MINUTE, *causes, well="" if each else "HK006 shop-prod web", suites=WATCH))
        )
    assert [len(each) for each in found] == [1, 0, 0, 0, 0, 0, 0, 0]
    # Last seen at the tenth minute: half an hour later it is over.
    assert desk.after(run(40 * MINUTE, well="HK006 shop-prod web", suites=WATCH)) == [
        (PAGER, "resolved", "HK006 shop-prod")
    ]


def test_an_outage_after_the_hold_is_another():
    desk = Desk()
    assert desk.after(run(0 * DAY, cause("HK002 shop-prod")))[0][1] == "first"
    assert desk.after(run(1 * DAY, well="HK002 shop-prod"))[0][1] == "resolved"
    assert desk.after(run(2 * DAY, cause("HK002 shop-prod")))[0][1] == "first"


def test_a_worse_severity_is_told_at_once_and_to_whom_it_concerns_then():
    desk = Desk(alerts(**{"SEV-1": [PAGER], "default": [CHAT]}))
    assert desk.after(run(0 * DAY, cause("HK002 shop-prod", severity="SEV-3"))) == [(CHAT, "first", "HK002 shop-prod")]
    assert desk.after(run(5 * MINUTE, cause("HK002 shop-prod", severity="SEV-1"))) == [
        (PAGER, "severity changed", "HK002 shop-prod"),
        (CHAT, "severity changed", "HK002 shop-prod"),
    ]
    assert desk.called.sent[0].events[0].severity_before == "SEV-3"
    assert desk.called.sent[0].events[0].cause.severity == "SEV-1"


def test_a_severity_that_is_told_is_a_reminder_too():
    desk = Desk()
    desk.after(*(run(day * DAY, cause("HK002 shop-prod", severity="SEV-3")) for day in range(5)))
    worse = cause("HK002 shop-prod", severity="SEV-1")
    found = [desk.after(run(5 * DAY + number * 5 * MINUTE, worse, suites=WATCH)) for number in range(5)]
    assert [each[0][1] if each else "" for each in found] == ["severity changed", "", "", "", ""]
    assert [each[1] for each in desk.after(run(7 * DAY, worse))] == ["reminder"]


def test_a_better_severity_is_told_where_it_stays_so():
    desk = Desk()
    worse, better = (cause("HK002 shop-prod", severity=each) for each in ("SEV-1", "SEV-2"))
    looks = [worse, better, worse, better, better, better, better, better, better, better]
    found = [desk.after(run(number * 5 * MINUTE, each, suites=WATCH)) for number, each in enumerate(looks)]
    assert [each[0][1] if each else "" for each in found] == ["first", *[""] * 8, "severity changed"]


def test_what_is_unknown_is_called_after_so_many_runs_on_end():
    desk = Desk()
    nights = [unknown("HK002 shop-prod"), None, *[unknown("HK002 shop-prod")] * 4]
    found = []
    for number, each in enumerate(nights):
        causes, well = ([each], "") if each else ([], "HK002 shop-prod")
        found.append(desk.after(run(number * DAY, *causes, well=well)))
    assert [len(each) for each in found] == [0, 0, 0, 0, 1, 1]
    assert found[5][0][1] == "reminder"


def test_runs_in_a_row_are_counted_for_each_check():
    desk = Desk()
    one, other = "HK002 shop-prod", "HK002 shop-staging"
    nights = [(one,), (one, other), (other,), (one,), (one,)]
    found = []
    for number, lost in enumerate(nights):
        well = ", ".join(each for each in (one, other) if each not in lost)
        found.append(len(desk.after(run(number * 5 * MINUTE, unknown(*lost), well=well, suites=WATCH))))
    assert found == [0, 0, 0, 0, 0]
    assert len(desk.after(run(25 * MINUTE, unknown(one), well=other, suites=WATCH))) == 1


def test_what_is_unknown_says_since_when_and_when_it_was_last_known():
    desk = Desk()
    desk.after(run(0 * DAY, well="HK002 shop-prod"))
    desk.after(*(run(day * DAY, unknown("HK002 shop-prod")) for day in (1, 2, 3)))
    event = desk.called.sent[0].events[0]
    assert (event.unknown_runs, event.first_seen, event.last_known) == (
        3,
        run(1 * DAY).as_of,
        run(0 * DAY).as_of,
    )
    assert "A run could tell last 2026-04-22 23:00 UTC." in desk.messages[0][1].text


def test_what_is_unknown_neither_opens_nor_closes_what_drifted():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK002 shop-prod")))
    assert desk.after(run(1 * DAY, unknown("HK002 shop-prod"))) == []
    assert desk.after(run(2 * DAY, cause("HK002 shop-prod"))) == [(PAGER, "reminder", "HK002 shop-prod")]
    assert desk.after(run(3 * DAY, well="HK002 shop-prod")) == [(PAGER, "resolved", "HK002 shop-prod")]


def test_what_is_still_unknown_is_not_known_again_for_want_of_a_cause():
    desk = Desk(alerts(unknown_after=1))
    desk.after(run(0 * DAY, unknown("HK002 shop-prod")))
    assert desk.after(run(1 * DAY, others={"HK002 shop-prod": "U"})) == []
    assert [each[1] for each in desk.after(run(2 * DAY, well="HK002 shop-prod"))] == ["resolved"]


@pytest.mark.parametrize("quiet", ["HK007", "shop-prod", "HK007 shop-prod"])
def test_nobody_is_called_for_what_is_to_be_quiet_until_it_is_not(quiet):
    desk = Desk(alerts(quiet=[quiet]))
    found = cause("HK007 shop-prod")
    assert desk.after(run(0 * DAY, found)) == []
    desk.routes = alerts()
    assert desk.after(run(1 * DAY, found)) == [(PAGER, "first", "HK007 shop-prod")]


def test_what_is_quiet_in_part_is_called():
    desk = Desk(alerts(quiet=["HK007"]))
    assert desk.after(run(0 * DAY, cause("HK007 shop-prod", "HK002 shop-prod"))) != []


def test_what_is_tolerated_calls_nobody():
    desk = Desk()
    assert desk.after(run(0 * DAY, cause("HK002 shop-prod", tolerated="less severe than --fail-on"))) == []
    assert desk.after(run(1 * DAY, cause("HK002 shop-prod"))) == [(PAGER, "first", "HK002 shop-prod")]


def test_a_severity_without_targets_calls_nobody_until_it_is_worse():
    desk = Desk(alerts(**{"SEV-3": []}))
    assert desk.after(run(0 * DAY, cause("GH008 shop", severity="SEV-3"))) == []
    assert desk.after(run(1 * DAY, cause("GH008 shop", severity="SEV-2"))) == [(PAGER, "first", "GH008 shop")]


def test_a_run_of_a_part_resolves_only_what_it_judged():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK002 shop-prod", "GH002 shop")))
    assert desk.after(run(1 * DAY, well="HK002 shop-prod", said="shop-prod only")) == []
    assert desk.after(run(2 * DAY, well="HK002 shop-staging", said="shop-staging only")) == []
    assert desk.after(run(3 * DAY, well="GH002 shop", said="shop only")) == [(PAGER, "resolved", "HK002 shop-prod")]


def test_a_night_and_a_watch_call_once_for_one_outage():
    desk = Desk()
    night = cause("HK004 shop-prod", "HK002 shop-prod", "GH002 shop", severity="SEV-1")
    look = cause("HK002 shop-prod", "HK006 shop-prod web", severity="SEV-2")
    assert desk.after(run(0 * MINUTE, look, suites=WATCH)) == [(PAGER, "first", "HK002 shop-prod")]
    assert desk.after(run(5 * MINUTE, night)) == [(PAGER, "severity changed", "HK004 shop-prod")]
    # A look sees a part: it is no better for that, and its head is not what the night has found.
    for number in range(2, 20):
        assert desk.after(run(number * 5 * MINUTE, look, suites=WATCH)) == []
    assert desk.called.open[0].cause.control == "HK004"
    # What a look judges is mended; what only a night judges is not.
    well = "HK002 shop-prod, HK006 shop-prod web"
    for number in range(20, 40):
        assert desk.after(run(number * 5 * MINUTE, well=well, suites=WATCH)) == []
    assert desk.after(run(1 * DAY, well=f"{well}, HK004 shop-prod, GH002 shop")) == [
        (PAGER, "resolved", "HK004 shop-prod")
    ]


def test_another_outage_is_called_while_a_part_of_the_first_still_stands():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK002 shop-prod", "GH002 shop")))
    desk.after(run(1 * DAY, cause("GH002 shop"), well="HK002 shop-prod"))
    assert desk.after(run(2 * DAY, cause("HK002 shop-prod"), suites=WATCH)) == [(PAGER, "first", "HK002 shop-prod")]
    assert len({each.fingerprint for each in desk.called.open}) == 2


def test_two_causes_with_one_head_are_two():
    desk = Desk()
    red, other = cause("GH008 shop deploy.yml"), cause("GH008 shop nightly.yml")
    assert len(desk.after(run(0 * DAY, red))) == 1
    assert desk.after(run(1 * HOUR, red, other)) == [(PAGER, "first", "GH008 shop")]
    assert len({each.fingerprint for each in desk.called.open}) == 2
    # The one is mended in the same night in which another goes red.
    third = cause("GH008 shop test.yml")
    found = desk.after(run(1 * DAY, other, third, well="GH008 shop deploy.yml"))
    assert [each[1] for each in found].count("first") == 1
    assert [each[1] for each in found].count("resolved") == 1


def test_a_cause_keeps_its_fingerprint_while_its_head_changes():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK004 shop-prod", "HK002 shop-prod", headline="never deployed")))
    before = desk.called.open[0].fingerprint
    assert desk.after(run(2 * HOUR, cause("HK002 shop-prod", headline="no slug"), well="HK004 shop-prod")) == []
    assert desk.called.open[0].fingerprint == before


def test_a_merge_keeps_the_older_and_says_where_the_other_went():
    desk = Desk()
    desk.after(run(0 * HOUR, cause("HK002 shop-prod")))
    older = desk.called.open[0].fingerprint
    desk.after(run(1 * HOUR, cause("HK002 shop-prod"), cause("WEB001 shop-prod /", "GH002 shop", "GH003 shop")))
    found = desk.after(run(2 * HOUR, cause("HK002 shop-prod", "WEB001 shop-prod /", "GH002 shop", "GH003 shop")))
    assert found == [(PAGER, "resolved", "WEB001 shop-prod")]
    assert "one with" in desk.called.sent[0].events[0].why_gone
    assert [each.fingerprint for each in desk.called.open] == [older]


def test_a_split_is_not_called_again_and_each_part_ends_by_itself():
    desk = Desk()
    desk.after(run(0 * HOUR, cause("GH002 shop", "HK002 shop-prod", "HK002 shop-staging")))
    parts = (cause("HK002 shop-prod"), cause("HK002 shop-staging"))
    assert desk.after(run(1 * HOUR, *parts, well="GH002 shop")) == []
    assert len(desk.called.open) == 2
    assert [each[1] for each in desk.after(run(9 * HOUR, parts[1], well="GH002 shop, HK002 shop-prod"))] == ["resolved"]
    assert desk.called.sent[0].events[0].why_gone == "it conforms"
    assert [each[1] for each in desk.after(run(19 * HOUR, well="GH002 shop, HK002 shop-prod, HK002 shop-staging"))] == [
        "resolved"
    ]
    assert desk.called.open == ()


def test_a_look_that_sees_parts_splits_nothing():
    desk = Desk()
    desk.after(run(0 * HOUR, cause("GH002 shop", "HK002 shop-prod", "HK002 shop-staging")))
    desk.after(run(1 * HOUR, cause("HK002 shop-prod"), cause("HK002 shop-staging"), suites=WATCH))
    assert len(desk.called.open) == 1


def test_what_is_waived_or_not_declared_any_more_says_so():
    desk = Desk()
    known = frozenset({"shop-prod", "shop-staging", "shop"})
    both = (cause("HK002 shop-prod"), cause("HK002 shop-staging"))
    desk.after(run(0 * DAY, *both, declared=known))
    desk.after(run(1 * DAY, cause("HK002 shop-staging"), others={"HK002 shop-prod": "W"}, declared=known))
    told = [each.events[0] for each in desk.called.sent]
    assert [each.why_gone for each in told if str(each.kind) == "resolved"] == ["it is waived: until 2026-06-01"]
    desk.after(run(2 * DAY, well="HK002 shop-prod", declared=known - {"shop-staging"}))
    assert [each.events[0].why_gone for each in desk.called.sent] == ["it is not declared any more"]


def test_an_incomplete_run_is_called_for_and_resolves_nothing():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK002 shop-prod")))
    died = run(1 * DAY, lacks=("it did not come to its end",))
    assert desk.after(died) == [(PAGER, "first", " shop")]
    assert "did not come to its end" in desk.messages[0][1].text
    found = desk.after(run(2 * DAY, lacks=("2 of 3 checks were never judged",), well="HK002 shop-prod"))
    assert [each[1] for each in found] == ["reminder"]
    found = desk.after(run(3 * DAY, well="HK002 shop-prod"))
    assert sorted(found) == [(PAGER, "resolved", " shop"), (PAGER, "resolved", "HK002 shop-prod")]


def test_what_checks_an_incomplete_run_is_a_command_that_can_be_copied():
    desk = Desk()
    desk.after(run(0 * DAY, lacks=("it was interrupted",), evidence="reports/night"))
    assert "\n    asbuilt verify reports/night\n" in desk.messages[-1][1].text
    desk = Desk()
    desk.after(run(0 * DAY, lacks=("it was interrupted",)))
    assert "asbuilt verify" not in desk.messages[-1][1].text


def test_what_an_incomplete_run_found_is_called():
    desk = Desk()
    found = desk.after(run(0 * DAY, cause("HK002 shop-prod"), lacks=("1 of 2 checks was never judged",)))
    assert sorted(found) == [(PAGER, "first", " shop"), (PAGER, "first", "HK002 shop-prod")]


def test_a_run_that_judges_less_than_the_one_before_is_called_for_until_all_is_judged_again():
    desk = Desk()
    known = frozenset({"shop-prod", "shop-staging"})
    all_of_it = "HK002 shop-prod, HK002 shop-staging"
    desk.after(run(0 * DAY, well=all_of_it, declared=known))
    assert desk.after(run(1 * DAY, well="HK002 shop-prod", declared=known)) == [(PAGER, "first", " shop")]
    assert "shop-staging" in desk.messages[0][1].text
    assert [each[1] for each in desk.after(run(2 * DAY, well="HK002 shop-prod", declared=known))] == ["reminder"]
    assert [each[1] for each in desk.after(run(3 * DAY, well=all_of_it, declared=known))] == ["resolved"]


def test_what_is_not_declared_any_more_is_not_less():
    desk = Desk()
    known = frozenset({"shop-prod", "shop-staging"})
    desk.after(run(0 * DAY, well="HK002 shop-prod, HK002 shop-staging", declared=known))
    assert desk.after(run(1 * DAY, well="HK002 shop-prod", declared=frozenset({"shop-prod"}))) == []


def test_a_run_of_a_part_is_not_less():
    desk = Desk()
    known = frozenset({"shop-prod", "shop-staging"})
    desk.after(run(0 * DAY, well="HK002 shop-prod, HK002 shop-staging", declared=known))
    assert desk.after(run(1 * HOUR, well="HK002 shop-prod", said="shop-prod only", declared=known)) == []


def test_a_run_is_told_once():
    desk = Desk()
    told = run(0 * DAY, unknown("HK002 shop-prod"))
    desk.after(told, told, told, told)
    assert "told already" in desk.called.undecided
    assert desk.called.open[0].members[check("HK002 shop-prod")].runs == 1


def test_an_older_run_decides_nothing():
    desk = Desk()
    desk.after(run(1 * DAY, cause("HK002 shop-prod")))
    assert desk.after(run(0 * DAY, well="HK002 shop-prod")) == []
    assert desk.after(run(0 * DAY, cause("HK003 shop-prod"), name="another")) == []
    assert "older" in desk.called.undecided


def test_a_rehearsal_says_nothing_of_what_is_live():
    desk = Desk()
    desk.after(run(0 * DAY, cause("HK002 shop-prod")))
    assert desk.after(run(1 * DAY, well="HK002 shop-prod", world="sandbox healthy")) == []
    found = desk.after(run(1 * DAY, cause("HK002 shop-prod"), world="sandbox incident", name="another"))
    assert found == [(PAGER, "first", "HK002 shop-prod")]


def test_a_flood_is_one_message_and_each_cause_its_own():
    desk = Desk(alerts(default=[PAGER, ISSUES]))
    causes = [cause(f"HK002 shop-{number}", headline=f"no slug {number}") for number in range(11)]
    desk.after(run(0 * DAY, *causes))
    paged = [message for target, message in desk.messages if target == PAGER]
    assert len(paged) == 1
    assert all(f"no slug {number}" in paged[0].text for number in range(11))
    assert sum(target == ISSUES for target, _ in desk.messages) == 11
    found = desk.after(run(1 * DAY, *causes[1:], well="HK002 shop-0"))
    assert (PAGER, "resolved", "HK002 shop-0") in found


def test_ten_are_no_flood():
    desk = Desk()
    desk.after(run(0 * DAY, *(cause(f"HK002 shop-{number}") for number in range(10))))
    assert len(desk.messages) == 10


def test_what_is_not_delivered_is_tried_again_by_whatever_run_is_next():
    desk = Desk(alerts(default=[PAGER, CHAT]), down={PAGER})
    told = run(0 * DAY, cause("HK002 shop-prod"))
    assert desk.after(told) == [(CHAT, "first", "HK002 shop-prod")]
    assert not desk.called.done
    desk.down = set()
    assert desk.after(told) == [(PAGER, "first", "HK002 shop-prod")]
    assert desk.called.done
    assert desk.after(told) == []


def test_the_newest_takes_the_place_of_what_was_not_delivered():
    desk = Desk(down={PAGER})
    desk.after(run(0 * DAY, cause("HK002 shop-prod")), run(1 * DAY, cause("HK002 shop-prod")))
    assert [str(each.event.kind) for each in desk.state.outbox] == ["first"]  # a reminder of what nobody knows is none
    desk.after(run(2 * DAY, well="HK002 shop-prod"))
    desk.down = set()
    assert desk.after(run(3 * DAY, well="HK002 shop-prod")) == [(PAGER, "resolved", "HK002 shop-prod")]
    assert desk.called.sent[0].events[0].replaces == 2
    assert "2 messages of this, whose place this one takes" in desk.messages[0][1].text


def test_what_waits_for_a_target_that_is_no_more_is_forgotten():
    desk = Desk(alerts(default=[CHAT]), down={CHAT})
    desk.after(run(0 * DAY, cause("HK002 shop-prod")))
    desk.routes = alerts()
    assert desk.after(run(1 * HOUR, cause("HK002 shop-prod"))) == []
    assert desk.called.done


def test_a_state_that_is_lost_costs_one_call_a_cause():
    desk = Desk()
    desk.after(*(run(day * DAY, cause("HK002 shop-prod")) for day in range(4)))
    desk.keeper.content = None
    assert desk.after(run(4 * DAY, cause("HK002 shop-prod"))) == [(PAGER, "first", "HK002 shop-prod")]
    assert desk.after(run(4 * DAY + HOUR, cause("HK002 shop-prod"))) == []


def test_a_clock_that_ran_ahead_does_not_silence_what_comes_after():
    desk = Desk()
    desk.after(run(900 * DAY, cause("HK002 shop-prod")))
    desk.now = run(0 * DAY).as_of
    assert desk.after(run(0 * DAY, cause("HK003 shop-prod"), cause("HK002 shop-prod"))) == [
        (PAGER, "first", "HK003 shop-prod")
    ]
    found = desk.after(run(1 * DAY, well="HK002 shop-prod, HK003 shop-prod"))
    assert [each[1] for each in found] == ["resolved", "resolved"]


def test_a_target_that_breaks_does_not_keep_the_others_from_being_told():
    desk = Desk(alerts(default=[CHAT, PAGER]))

    def deliver(target, message):
        if target == CHAT:
            raise RuntimeError("secret")
        desk.messages.append((target, message))

    desk.deliver = deliver
    assert desk.after(run(0 * DAY, cause("HK002 shop-prod"))) == [(PAGER, "first", "HK002 shop-prod")]
    failed = [each.failed for each in desk.called.sent if each.failed]
    assert len(failed) == 1
    assert "RuntimeError" in failed[0]
    assert "secret" not in failed[0]
