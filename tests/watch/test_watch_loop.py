"""One look after the other: whatever fails of one, the others come, and what failed is heard."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import watched
from watched import HEAD, MINUTES, NOON, SOURCE

from asbuilt.record.writing import NotWrittenError
from asbuilt.verdicts import Outcome
from asbuilt.watch import day
from asbuilt.watch.days import Days
from asbuilt.watch.judge import Judgement
from asbuilt.watch.looking import Seen
from asbuilt.watch.loop import Reached, Watch
from asbuilt.watch.says import read_by_day
from asbuilt.watch.telling import QUIET, VERBOSE, Telling
from asbuilt.withholding import Secrets

DOWN = {"HK006": Outcome.DRIFTED}
LOST = dict.fromkeys(("HK002", "HK003", "HK006", "HK008", "WEB001", "WEB002"), Outcome.UNKNOWN)
NONE = dict.fromkeys(("HK002", "HK003", "HK006", "HK008", "WEB001", "WEB002"), Outcome.NOT_APPLICABLE)


class Beat:
    """Hears what a monitor would."""

    def __init__(self):
        self.heard = []

    def start(self):
        self.heard.append(("start", ""))

    def success(self, body):
        self.heard.append(("success", body))

    def fail(self, body):
        self.heard.append(("fail", body))


class Play:
    """A watch over looks that were made up: each is what the next of `outcomes` says."""

    def __init__(self, tmp_path, outcomes, *, call=None, loud=0, as_json=False, failed=()):
        self.about, self.printed, self.beat = watched.about(tmp_path), [], Beat()
        self._looks = [watched.looked(self.about, NOON + 5 * at * MINUTES, each) for at, each in enumerate(outcomes)]
        self._failed = dict(failed)
        self._at = -1
        telling = Telling(self.printed.append, loud=loud, as_json=as_json)
        self.days = Days(tmp_path / "reports", HEAD, SOURCE, Secrets(), self.printed.append, live=True)
        self.days.resume(NOON)
        self.watch = Watch(self.about.run, HEAD, self.looking, self, self.days, telling, self.beat, call)

    def looking(self, kept):
        self._at += 1
        return Seen(self._looks[self._at].observation, {"looks": kept.get("looks", 0) + 1}, ())

    def judged(self, observation):
        assert observation is self._looks[self._at].observation
        return Judgement(self._looks[self._at].verdicts, self._failed.get(self._at, ""))

    def played(self):
        """Look as often as there are looks, and give the exit codes."""
        return [self.watch.once() for _ in self._looks]


@pytest.mark.parametrize(("outcomes", "code"), [({}, 0), (DOWN, 1), (LOST, 1), (NONE, 5)])
def test_one_look_ends_as_a_run(tmp_path, outcomes, code):
    assert Play(tmp_path, [outcomes]).played() == [code]


def test_what_changes_is_told_and_nothing_else(tmp_path):
    play = Play(tmp_path, [{}, {}, DOWN, DOWN, {}, {}])
    play.played()
    assert play.printed == [
        "2026-04-30 12:10:00Z shop-web HK006 SEV-2 is wrong since 3 min",
        "2026-04-30 12:20:00Z gone: shop-web HK006 SEV-2 is wrong since 3 min",
    ]


def test_quietly_findings_alone_are_told(tmp_path):
    play = Play(tmp_path, [DOWN, {}], loud=QUIET)
    play.played()
    assert play.printed == ["2026-04-30 12:00:00Z shop-web HK006 SEV-2 is wrong since 3 min"]


def test_verbosely_each_look_is_told(tmp_path):
    play = Play(tmp_path, [{}, {}], loud=VERBOSE)
    play.played()
    assert [each for each in play.printed if " look " in each] == [
        "2026-04-30 12:00:00Z look 1: 6 conforms, 1 requests",
        "2026-04-30 12:05:00Z look 2: 6 conforms, 1 requests",
    ]


def test_programs_are_told_an_object_a_line(tmp_path):
    play = Play(tmp_path, [{}, DOWN], as_json=True)
    play.played()
    first, second = map(json.loads, play.printed)
    assert (first["look"], second["look"], len(first["verdicts"])) == (1, 2, 6)
    assert [each["control"] for each in second["came"]] == ["HK006"]
    assert list(second["verdicts"].values()) == ["drifted"]


def test_what_was_kept_is_handed_to_the_next_look(tmp_path):
    play = Play(tmp_path, [{}, {}, {}])
    play.played()
    assert play.days.state.kept == {"looks": 3}


def test_a_monitor_hears_of_each_look_with_what_it_came_to(tmp_path):
    play = Play(tmp_path, [{}, DOWN])
    play.played()
    assert [each for each, _ in play.beat.heard] == ["start", "success", "start", "success"]
    assert play.beat.heard[1][1] == "shop at 2026-04-30T12:00:00Z: 6 conforms"
    assert "shop-web HK006 SEV-2 is wrong" in play.beat.heard[3][1]


def test_a_look_that_saw_nothing_is_heard_and_the_next_one_comes(tmp_path):
    play = Play(tmp_path, [{}, LOST, {}])
    assert play.played() == [0, 1, 0]
    assert [each for each, _ in play.beat.heard] == ["start", "success", "start", "fail", "start", "success"]


def test_a_look_that_was_not_judged_is_no_finding_and_said_once(tmp_path):
    told = []
    play = Play(
        tmp_path,
        [{}, LOST, LOST, {}],
        failed={1: "it died", 2: "it died"},
        call=lambda each: told.append(each) or Reached(),
    )
    play.played()
    assert [each for each in play.printed if "it died" in each] == ["2026-04-30 12:05:00Z unknown: it died"]
    assert [each.lacks for each in told] == [(), ("it died",), ("it died",), ()]
    assert [each.causes for each in told[1:3]] == [(), ()]
    assert [each for each, _ in play.beat.heard].count("fail") == 2


def test_a_target_that_cannot_be_reached_ends_nothing_and_is_heard(tmp_path):
    play = Play(tmp_path, [DOWN, DOWN], call=lambda _: Reached(("not delivered to env:X: refused",), "refused"))
    assert play.played() == [1, 1]
    assert [each for each, _ in play.beat.heard] == ["start", "fail", "start", "fail"]
    assert play.printed.count("not delivered to env:X: refused") == 2


def test_a_full_disk_keeps_nobody_from_being_called(tmp_path, monkeypatch):
    told = []
    play = Play(tmp_path, [{}, DOWN, DOWN], call=lambda each: told.append(each) or Reached())
    append = day.append

    def full(directory, line):
        if len(told) == 1:
            raise NotWrittenError(directory, OSError(28, "No space left on device"))
        append(directory, line)

    monkeypatch.setattr(day, "append", full)
    assert play.played() == [0, 3, 1]
    assert [[one.control for one in each.causes] for each in told] == [[], ["HK006"], ["HK006"]]
    assert len({each.run for each in told}) == 3
    assert any("No space left on device" in each and "make room" in each for each in play.printed)


def test_a_day_that_is_read_back_says_what_the_look_said(tmp_path):
    told = []
    play = Play(tmp_path, [{}, DOWN], call=lambda each: told.append(each) or Reached())
    play.played()
    assert told[1].suites == ("watch",)
    assert told[1].judged.keys() == set(play.about.expected())
    assert read_by_day(play.days.directory, NOON + 6 * MINUTES).told == told[1]


def test_a_day_that_was_changed_says_so_and_nothing_that_conforms(tmp_path):
    play = Play(tmp_path, [{}, DOWN])
    play.played()
    path = play.days.directory / day.LOOKS
    path.write_text(path.read_text().replace("is wrong", "is right"))
    found = read_by_day(play.days.directory, NOON + 6 * MINUTES).told
    assert not found.judged
    assert found.lacks[0].startswith("its record does not hold")


def test_a_watch_that_is_silent_is_told_by_its_day(tmp_path):
    play = Play(tmp_path, [{}])
    play.played()
    found = read_by_day(play.days.directory, NOON + timedelta(hours=1)).told
    assert "the last look was at 2026-04-30T12:00:00Z, 1 h ago" in found.lacks[0]


def test_each_look_is_another_run(tmp_path):
    told = []
    play = Play(tmp_path, [DOWN, DOWN], call=lambda each: told.append(each) or Reached())
    play.played()
    first, second = told
    assert replace(first, run="", as_of=NOON) == replace(second, run="", as_of=NOON)
    assert first.run != second.run
