"""A day of the watch: the changes alone, in a chain that shows what was changed of it, and goes on after a restart."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import watched
from watched import HEAD, INTERVAL, MINUTES, NOON, SOURCE

from asbuilt.observe.kept_looks import untimed
from asbuilt.option_values import OptionError
from asbuilt.record.writing import NotWrittenError
from asbuilt.verdicts import Outcome
from asbuilt.watch import day
from asbuilt.watch.day_read import read_day
from asbuilt.watch.days import Days
from asbuilt.withholding import Secret, Secrets

DOWN = {"HK006": Outcome.DRIFTED}


@pytest.fixture
def about(tmp_path):
    return watched.about(tmp_path)


@pytest.fixture
def said():
    return []


@pytest.fixture
def days(tmp_path, said):
    """Give a function that begins a watch in one evidence folder."""
    opened = []

    def begin(now=NOON, head=HEAD, secrets=None):
        found = Days(tmp_path / "reports", head, SOURCE, secrets or Secrets(), said.append, live=True)
        opened.append(found)
        found.resume(now)
        return found

    yield begin
    for each in opened:
        each.__exit__()


def lines(directory):
    return [json.loads(each) for each in (directory / day.LOOKS).read_text().splitlines()]


def replaced(path, old, new):
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new, 1))


def test_what_stays_the_same_is_no_line_whatever_time_passes(days, about):
    watch = days()
    for number in range(6):
        told = f"0 of 1 web up since {number + 1} min {number} s"
        directory = watch.record(watched.looked(about, NOON + 5 * number * MINUTES, DOWN, fact=told))
    found = read_day(directory)
    assert found.holds
    assert len(lines(directory)) == 1
    assert (found.state.looks, found.state.quiet) == (6, 5)
    assert "since 6 min 5 s" in found.state.causes[0]["headline"]  # as of the last look all the same


def test_a_line_has_what_changed_the_facts_behind_it_and_how_long_nothing_had(days, about):
    watch = days()
    for number, outcomes in enumerate(({}, {}, {}, DOWN, {})):
        directory = watch.record(watched.looked(about, NOON + 5 * number * MINUTES, outcomes))
    _, down, up = lines(directory)
    (verdict,) = down["verdicts"].values()
    assert (verdict["control"], verdict["outcome"], verdict["facts"]) == ("HK006", "drifted", ["is wrong since 3 min"])
    assert down["requests"][verdict["requests"][0]]["request_id"] == "r-1"
    assert (down["look"], down["quiet"]) == (4, {"looks": 2, "last": "2026-04-30T12:10:00Z"})
    assert [each["control"] for each in down["causes"]] == ["HK006"]
    assert [each["outcome"] for each in up["verdicts"].values()] == ["conforms"]
    assert up["causes"] == []
    assert read_day(directory).holds


def test_another_fact_behind_the_same_verdict_is_a_change(days, about):
    watch = days()
    watch.record(watched.looked(about, NOON, DOWN, observed={"dynos": [{"state": "crashed"}]}))
    directory = watch.record(watched.looked(about, NOON + 5 * MINUTES, DOWN, observed={"dynos": []}))
    assert len(lines(directory)) == 2


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        (lambda folder: replaced(folder / day.LOOKS, '"drifted"', '"conforms"'), "looks.jsonl:3"),
        (lambda folder: replaced(folder / day.LOOKS, '"look": 3', '"look": 2'), "looks.jsonl"),
        (
            lambda folder: (folder / day.LOOKS).write_text("".join((folder / day.LOOKS).open().readlines()[1:])),
            "looks.jsonl:1",
        ),
        (
            lambda folder: (folder / day.LOOKS).write_text("".join((folder / day.LOOKS).open().readlines()[:1])),
            "now.json",
        ),
        (lambda folder: (folder / day.LOOKS).write_text((folder / day.LOOKS).read_text()[:-20]), "looks.jsonl:3"),
        (lambda folder: replaced(folder / day.LOOKS, "is wrong", "is worse"), "looks.jsonl"),
        (lambda folder: replaced(folder / day.NOW, '"conforms"', '"drifted"'), "now.json"),
        (lambda folder: replaced(folder / day.NOW, "}}", "}"), "now.json"),
        (lambda folder: (folder / day.NOW).unlink(), "now.json"),
        (lambda folder: (folder / day.LOOKS).unlink(), "looks.jsonl:1"),
        (lambda folder: replaced(folder / "estate.yaml", "shop-web", "shop-job"), "estate.yaml"),
    ],
)
def test_whatever_is_changed_of_a_day_is_seen(days, about, damage, where):
    watch = days()
    for number, outcomes in enumerate(({}, DOWN, {}, {})):
        directory = watch.record(watched.looked(about, NOON + 5 * number * MINUTES, outcomes))
    assert read_day(directory).holds
    damage(directory)
    found = read_day(directory)
    assert not found.holds
    assert any(each.where.startswith(where) for each in found.misfits), found.misfits


def test_the_last_line_cannot_be_changed_unseen(days, about):
    watch = days()
    watch.record(watched.looked(about, NOON))
    directory = watch.record(watched.looked(about, NOON + 5 * MINUTES, DOWN))
    replaced(directory / day.LOOKS, "is wrong", "is right")
    assert [each.where for each in read_day(directory).misfits] == ["looks.jsonl:2"]


def test_a_watch_that_died_between_line_and_now_goes_on_behind_the_line(days, about):
    watch = days()
    directory = watch.record(watched.looked(about, NOON))
    before = (directory / day.NOW).read_bytes()
    watch.record(watched.looked(about, NOON + 5 * MINUTES, DOWN))
    (directory / day.NOW).write_bytes(before)
    watch.__exit__()
    again = days(NOON + 6 * MINUTES)
    assert again.state.looks == 2
    assert not again.change(watched.looked(about, NOON + 10 * MINUTES, DOWN))
    assert again.record(watched.looked(about, NOON + 10 * MINUTES, DOWN)) == directory
    assert read_day(directory).holds


def test_after_a_restart_it_goes_on_with_what_it_knew(days, about, said):
    first = days()
    directory = first.record(watched.looked(about, NOON, DOWN, kept={"etag": "a"}))
    first.__exit__()
    second = days(NOON + 4 * MINUTES)
    assert second.state.kept == {"etag": "a"}
    assert second.record(watched.looked(about, NOON + 5 * MINUTES, DOWN)) == directory
    assert [each["why"] for each in lines(directory)] == ["the watch begins", "the watch goes on"]
    assert read_day(directory).holds
    assert not said


def test_a_day_that_does_not_hold_is_left_and_another_begun_and_said(days, about, said):
    first = days()
    directory = first.record(watched.looked(about, NOON))
    first.__exit__()
    replaced(directory / day.NOW, "conforms", "drifted!")
    second = days(NOON + 4 * MINUTES)
    other = second.record(watched.looked(about, NOON + 5 * MINUTES))
    assert other != directory
    assert len(said) == 1
    assert directory.name in said[0]
    assert "another folder is begun" in said[0]


def test_another_estate_has_a_day_of_its_own(days, about):
    first = days()
    directory = first.record(watched.looked(about, NOON))
    other = days(head=day.Head("other", "0" * 64, "live", (), INTERVAL))
    assert other.record(watched.looked(about, NOON)) != directory


def test_at_midnight_by_the_providers_the_day_is_sealed_and_the_next_begins_whole(days, about):
    watch = days(NOON)
    before = NOON.replace(hour=23, minute=58)
    first = watch.record(watched.looked(about, before, DOWN, kept={"since": "then"}))
    second = watch.record(watched.looked(about, before + 5 * MINUTES, DOWN, kept={"since": "then"}))
    assert (first.name[:14], second.name[:14]) == ("watch-20260430", "watch-20260501")
    assert read_day(first).sealed
    assert read_day(first).holds
    assert len(lines(second)[0]["verdicts"]) == len(about.expected())
    assert [each["control"] for each in lines(second)[0]["causes"]] == ["HK006"]
    assert not read_day(second).sealed
    # What comes late from the day before is not written into a day that is sealed.
    assert watch.record(watched.looked(about, before + 1 * MINUTES, DOWN)) == second


def test_what_a_seal_is_about_cannot_be_changed(days, about):
    watch = days(NOON)
    late = NOON.replace(hour=23, minute=58)
    first = watch.record(watched.looked(about, late))
    watch.record(watched.looked(about, late + 5 * MINUTES))
    replaced(first / day.DAY, '"looks": 1', '"looks": 2')
    assert [each.where for each in read_day(first).misfits] == ["day.json"]


def test_a_silence_of_the_watch_itself_is_a_line_and_read_back(days, about):
    watch = days()
    for minutes in (0, 5, 10, 40, 45):
        directory = watch.record(watched.looked(about, NOON + minutes * MINUTES))
    found = read_day(directory)
    assert found.holds
    assert [(each.begins, each.lasts) for each in found.silences] == [(NOON + 10 * MINUTES, timedelta(minutes=30))]


def test_two_at_once_in_one_folder_are_refused(days):
    first = days()
    with pytest.raises(OptionError, match="another watch of this estate writes there"):
        days()
    first.__exit__()
    days()


def test_nothing_secret_is_written(days, about):
    secrets = Secrets.of([Secret("the Heroku token", "HRKU-AAy8fX0kqPz71")])
    watch = days(secrets=secrets)
    looked = watched.looked(about, NOON, DOWN, fact="said HRKU-AAy8fX0kqPz71", kept={"x": "HRKU-AAy8fX0kqPz71"})
    directory = watch.record(looked)
    for name in (day.LOOKS, day.NOW):
        assert "HRKU" not in (directory / name).read_text()
    assert read_day(directory).holds


def test_a_line_has_a_most_and_says_what_it_left_out(days, about):
    watch = days()
    directory = watch.record(watched.looked(about, NOON, DOWN, observed=["x" * 2**15] * 40))
    (line,) = lines(directory)
    assert "too much for one line" in line["left_out"]
    assert {each["outcome"] for each in line["verdicts"].values()} == {"conforms", "drifted"}
    assert read_day(directory).holds


def test_a_day_of_a_thousand_apps_holds_and_goes_on(days, about, said):
    look = watched.looked(about, NOON)
    one = look.verdicts[0]
    many = tuple(replace(one, id=f"{one.id.removesuffix(']')} {number}]") for number in range(6000))
    watch = days()
    directory = watch.record(replace(look, verdicts=many))
    assert (directory / day.LOOKS).stat().st_size > 2**20
    assert not read_day(directory).misfits
    watch.__exit__()
    assert (days().directory, said) == (directory, [])


def test_a_day_goes_on_at_another_time_of_a_sandbox_and_in_no_other_world():
    at = "sandbox healthy+dyno-crashed@shop-web@2026-05-08T06:00:00Z"
    assert untimed(at) == untimed("sandbox healthy+dyno-crashed@shop-web@2026-05-08T06:05:00+00:00")
    assert untimed(at) != untimed("sandbox healthy+dyno-crashed@shop-api@2026-05-08T06:00:00Z")
    assert untimed("live") == "live"


def test_what_could_not_be_written_is_written_with_the_next_look(days, about, monkeypatch):
    watch = days()
    directory = watch.record(watched.looked(about, NOON))

    def full(*_):
        raise NotWrittenError(directory, OSError(28, "No space left on device"))

    monkeypatch.setattr(day, "append", full)
    with pytest.raises(NotWrittenError):
        watch.record(watched.looked(about, NOON + 5 * MINUTES, DOWN))
    monkeypatch.undo()
    watch.record(watched.looked(about, NOON + 10 * MINUTES, DOWN))
    assert [each["look"] for each in lines(directory)] == [1, 2]
    assert read_day(directory).holds
