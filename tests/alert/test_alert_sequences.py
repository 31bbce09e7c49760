"""Any sequence of runs: who is called is held against a plain account of what was so, run by run."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from told_runs import PAGER, Desk, alerts, cause, check, run, unknown

HOLD, REMIND, EARLY = timedelta(minutes=30), (timedelta(days=1), timedelta(days=3)), timedelta(hours=6)
APPS = ("shop-prod", "shop-staging")
SEEN_BY_ALL, AT_NIGHT = "HK002", "GH002"
LOOK, NIGHT = ("watch",), ("live",)
STATES = st.sampled_from("CCCDDU")


@st.composite
def stories(draw):
    """Give runs: when each ended, of which kind it is, what each check came to, whether the target can be reached."""
    found, when = [], timedelta()
    for _ in range(draw(st.integers(1, 25))):
        when += draw(
            st.sampled_from([timedelta(minutes=5), timedelta(minutes=40), timedelta(hours=9), timedelta(days=1)])
        )
        suites = draw(st.sampled_from([LOOK, LOOK, NIGHT]))
        controls = (SEEN_BY_ALL,) if suites is LOOK else (SEEN_BY_ALL, AT_NIGHT)
        states = {f"{control} {app}": draw(STATES) for app in APPS for control in controls}
        found.append((when, suites, states, draw(st.booleans())))
    return found


def told(when, suites, states):
    """Give a run: what drifted of an app is one cause, what is unknown of all another."""
    causes = []
    for app in APPS:
        drifted = [each for each, state in states.items() if state == "D" and each.endswith(app)]
        causes += [cause(*drifted)] if drifted else []
    lost = [each for each, state in states.items() if state == "U"]
    causes += [unknown(*lost)] if lost else []
    return run(when, *causes, suites=suites, well=", ".join(each for each, state in states.items() if state == "C"))


WELL = {f"{SEEN_BY_ALL} {app}": "C" for app in APPS}
# Repaired for longer than it is held, and broken again; the night's own check of the app nobody judges again.
BROKEN_AGAIN = [
    (timedelta(minutes=5), NIGHT, {**WELL, "HK002 shop-staging": "D", "GH002 shop-staging": "D"}, False),
    *((timedelta(minutes=5 * number), LOOK, WELL, False) for number in range(2, 8)),
    (timedelta(minutes=40), NIGHT, {**WELL, "HK002 shop-staging": "D", "GH002 shop-staging": "U"}, False),
    (timedelta(minutes=45), LOOK, {**WELL, "HK002 shop-staging": "D"}, False),
    *((timedelta(minutes=5 * number), LOOK, WELL, False) for number in range(10, 18)),
]


class Account:
    """What was so, run by run, and what whoever is called got of each cause."""

    def __init__(self):
        self.drifted, self.clean, self.got = {}, {}, {}

    def note(self, when, states):
        for each, state in states.items():
            self.drifted |= {each: when} if state == "D" else {}
            self.clean |= {each: when} if state == "C" else {}

    def is_over(self, each):
        return each in self.clean and self.clean[each] > self.drifted[each]

    def deliver(self, called):
        for one in called.sent:
            for event in () if one.failed else one.events:
                self.got.setdefault(event.fingerprint, []).append(event)


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(stories())
@example(BROKEN_AGAIN)
def test_each_outage_is_called_and_each_call_is_ended_once(story):
    desk, account = Desk(alerts(remind=["1d", "3d"], unknown_after=100)), Account()
    for when, suites, states, reachable in story:
        desk.down = set() if reachable else {PAGER}
        desk.after(told(when, suites, states))
        account.note(when, states)
        account.deliver(desk.called)
        assert all(bool(each.failed) is not reachable for each in desk.called.sent)
        opened = [each for each in desk.called.open if each.kind == "drifted"]
        assert all(each.called for each in opened)
        # What drifts stands, and what nobody judged since; what was seen to end does not.
        standing = {one for each in opened for one in each.standing}
        assert standing == {check(each) for each in account.drifted if not account.is_over(each)}
        # What has ended is held no longer than it is to be.
        held = [each for each in opened if not each.standing]
        assert all(desk.now - max(one.seen for one in each.members.values()) < HOLD for each in held)
    desk.down = set()
    desk.after(run(story[-1][0] + timedelta(seconds=1), suites=("other",)))
    account.deliver(desk.called)
    still = {each.fingerprint for each in desk.called.open if each.called}
    assert {each for each, events in account.got.items() if is_open_after(events)} == still


def is_open_after(events):
    """Say whether a cause is open to whoever got these: it has a first and an end, and is reminded of between them."""
    is_open, first = False, None
    for event in events:
        match str(event.kind):
            case "first":  # while one is open only where its end could not be told
                assert not is_open or event.replaces
                is_open, first = True, event.first_seen
            case "resolved":  # of what was never told only where that could not be
                assert is_open or event.replaces
                is_open = False
            case kind:
                assert (is_open, kind) == (True, "reminder")
                assert event.at - first >= REMIND[0] - EARLY
    return is_open


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(st.lists(st.sampled_from("UUCDU"), min_size=1, max_size=20), st.integers(1, 5))
def test_what_is_unknown_is_called_after_so_many_runs_in_a_row(states, after):
    desk = Desk(alerts(unknown_after=after, remind=[]))
    row, is_open = 0, False
    for number, state in enumerate(states):
        sent = desk.after(told(number * timedelta(days=1), LOOK, {f"{SEEN_BY_ALL} {APPS[0]}": state}))
        row = row + 1 if state == "U" else 0
        kinds = [
            kind
            for (_, kind, _), one in zip(sent, desk.called.sent, strict=True)
            if one.events[0].cause.outcome == "unknown"
        ]
        if row >= after and not is_open:
            assert kinds == ["first"]
            is_open = True
        elif is_open and row == 0:
            assert kinds == ["resolved"]
            is_open = False
        else:
            assert kinds == []


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_causes_that_part_and_join_are_never_called_twice(nights):
    """Two checks that a night tells as one cause or as two: none of them is told as new while it stands."""
    desk = Desk(alerts(remind=[]))
    one, other = "HK002 shop-prod", "HK002 shop-staging"
    before = set()
    for number, (first, second, together) in enumerate(nights):
        bad = {each for each, is_bad in ((one, first), (other, second)) if is_bad}
        causes = [cause(*sorted(bad))] if together and bad else [cause(each) for each in sorted(bad)]
        well = ", ".join(sorted({one, other} - bad))
        sent = desk.after(run(number * timedelta(days=1), *causes, well=well))
        firsts = sum(kind == "first" for _, kind, _ in sent)
        new = len(bad - before)
        assert firsts <= new
        assert firsts > 0 if new == len(bad) > 0 else True
        standing = {each for one in desk.called.open for each in one.standing}
        assert standing == {check(each) for each in bad}
        assert len({each.fingerprint for each in desk.called.open}) == len(desk.called.open)
        before = bad
    desk.after(run(len(nights) * timedelta(days=1), well=f"{one}, {other}"))
    assert desk.called.open == ()
