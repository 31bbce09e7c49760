"""Two runs that share a state which nothing locks: what one has called for, the other does not call for again."""

import pytest
from told_runs import DAY, PAGER, Desk, Memory, alerts, cause, run

from asbuilt.alert.calling import call
from asbuilt.alert.not_kept import NotKeptError, TakenError

FOUND, OTHER = cause("HK002 shop-prod"), cause("HK006 shop-prod")


class Raced(Memory):
    """A state that another run changes before each of the next saves, so often."""

    def __init__(self, *others, after=0):
        super().__init__()
        self.others, self.after = list(others), after

    def save(self, content):
        if self.others and not self.after:
            told = self.others.pop(0)
            quiet = Memory(self.content)
            call(told, alerts(), quiet, lambda *_: None, told.as_of)
            self.content = quiet.content
            raise TakenError("another run has changed it")
        self.after -= 1
        super().save(content)


def test_what_another_run_called_for_meanwhile_is_not_called_for_again():
    desk = Desk(keeper=Raced(run(0 * DAY, FOUND, name="theirs")))
    assert desk.after(run(0 * DAY, FOUND)) == []
    assert desk.called.done
    assert desk.after(run(1 * DAY, FOUND)) == [(PAGER, "reminder", "HK002 shop-prod")]


def test_what_another_run_did_not_find_is_called_for_all_the_same():
    desk = Desk(keeper=Raced(run(0 * DAY, OTHER, name="theirs")))
    assert desk.after(run(0 * DAY, FOUND)) == [(PAGER, "first", "HK002 shop-prod")]
    assert desk.called.done


def test_a_run_that_is_always_too_late_calls_nobody_and_says_so():
    desk = Desk(keeper=Raced(*(run(0 * DAY, OTHER, name=f"theirs {each}") for each in range(20))))
    with pytest.raises(NotKeptError, match="run it again"):
        desk.after(run(0 * DAY, FOUND))
    assert desk.messages == []


def test_who_loses_the_state_between_two_deliveries_leaves_the_rest_to_the_next_run():
    desk = Desk(keeper=Raced(run(0 * DAY, OTHER, name="theirs"), after=1))
    assert len(desk.after(run(0 * DAY, FOUND, OTHER))) == 1
    assert not desk.called.done
    assert "left to the next one" in desk.called.unkept
    assert [each.failed for each in desk.called.sent][1:] == ["env:PAGER_URL: another run has the state by now"]
