"""What a run says of the ones before it: what is new, what is gone, what still stands and since when."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from past_runs import DRIFT, FIRST, leave, narrowed, night, nights, verdict, verdicts

from asbuilt import texts
from asbuilt.changes import said
from asbuilt.estate import Links
from asbuilt.population import Population
from asbuilt.record import since
from asbuilt.record.manifest import Again
from asbuilt.record.since import changes
from asbuilt.record.summary import markdown
from asbuilt.record.terminal import summary
from asbuilt.verdicts import Outcome

ELSE = "WEB001 shop-prod /"


def run_in(folder, **known):
    """Give a run whose directory is in a folder."""
    facts = {"world": "live", "observation": None, "checkouts": {}, "changes": None, "directory": folder / "own"}
    estate = SimpleNamespace(name="shop", links=Links(), apps={}, repositories={})
    return SimpleNamespace(estate=estate, found=SimpleNamespace(said=""), population=Population(), **(facts | known))


def line(folder, now, world="live", arguments=()):
    """Give what a run says that came to these verdicts, without the name of the run that it is held against."""
    told = said(changes(run_in(folder, world=world), now, arguments), texts.line)
    return told.partition(": ")[2]


# Nights of one drift, what it comes to now, and what is said of that.
TOLD = [
    ("C", "C", "nothing new"),
    ("C", "D", "1 new (shop-prod HK002)"),
    ("D", "D", "nothing new, 1 still stands, since 2026-05-01"),
    ("C D D", "D", "nothing new, 1 still stands, since 2026-05-02"),
    ("D C D", "D", "nothing new, 1 still stands, since 2026-05-03"),
    ("D U D", "D", "nothing new, 1 still stands, since 2026-05-01"),
    ("D U U", "D", "nothing new, 1 still stands, since 2026-05-01"),
    ("D -", "D", "1 new (shop-prod HK002)"),
    ("D C! D", "D", "nothing new, 1 still stands, since 2026-05-01"),
    ("D C U", "D", "1 new (shop-prod HK002)"),
    ("U", "D", "1 new (shop-prod HK002)"),
    ("W", "D", "1 new (shop-prod HK002)"),
    ("N", "D", "1 new (shop-prod HK002)"),
    ("D", "C", "nothing new, 1 gone (shop-prod HK002)"),
    ("D U", "C", "nothing new, 1 gone (shop-prod HK002)"),
    ("D C U", "C", "nothing new"),
    ("D", "W", "nothing new, 1 waived (shop-prod HK002)"),
    ("D", "N", "nothing new, 1 not applicable any more (shop-prod HK002)"),
    ("D", "U", "nothing new in what could be told, 1 now unknown (shop-prod HK002)"),
    ("C", "U", "nothing new in what could be told"),
    ("D", "-", "nothing new"),
    ("D C!", "D", "nothing new, 1 still stands, since 2026-05-01"),
    ("C D!", "D", "1 new (shop-prod HK002)"),
    ("D!", "D", ""),
]


@pytest.mark.parametrize(("came", "now", "told"), TOLD, ids=[f"{came}, {now}" for came, now, _ in TOLD])
def test_what_is_new_gone_and_still_stands(tmp_path, came, now, told):
    nights(tmp_path, came)
    assert line(tmp_path, verdicts({ELSE: "C", DRIFT: now})) == told


def test_it_says_which_run_it_is_held_against(tmp_path):
    nights(tmp_path, "C C D!")
    newest_complete = sorted(tmp_path.iterdir())[1]
    found = changes(run_in(tmp_path), verdicts({DRIFT: "D"}))
    assert found.run == newest_complete.name
    assert said(found, texts.line).startswith(f"since {newest_complete.name}: 1 new (")


def test_without_an_earlier_run_nothing_is_said(tmp_path):
    assert changes(run_in(tmp_path), verdicts({DRIFT: "D"})) is None
    assert changes(run_in(tmp_path / "none"), verdicts({DRIFT: "D"})) is None
    assert said(None, texts.line) == ""


PART = verdicts({ELSE: "C"})
OTHERS = {
    "another estate": {"estate": "other"},
    "another world": {"world": "sandbox healthy"},
    "an observation judged again": {"again": Again("x", "0" * 64, fits=True)},
    "files of another folder": {"arguments": ("--checkout=before",)},
    "files of another folder, in two words": {"arguments": ("-q", "--asbuilt-checkout", "before")},
    "not complete": {"complete": False},
    "less than this one": narrowed(PART, 9),
}


@pytest.mark.parametrize("changed", OTHERS.values(), ids=OTHERS)
def test_a_run_that_asked_for_something_else_is_not_compared(tmp_path, changed):
    now = verdicts({ELSE: "C", DRIFT: "D"})
    leave(tmp_path, night(0), now)
    leave(tmp_path, night(1), PART, **changed)
    assert line(tmp_path, now) == "nothing new, 1 still stands, since 2026-05-01"


@pytest.mark.parametrize(
    ("earlier", "arguments"),
    [
        ({"world": "sandbox healthy"}, ()),
        ({"world": "workflow files", "arguments": ("--checkout", "before")}, ("--checkout=before/",)),
        (narrowed(verdicts({ELSE: "C", DRIFT: "D"}), 9), ()),
    ],
)
def test_a_run_that_asked_the_same_is_compared(tmp_path, earlier, arguments):
    now = verdicts({ELSE: "C", DRIFT: "D"})
    leave(tmp_path, night(0), now, **earlier)
    world = earlier.get("world", "live")
    assert line(tmp_path, now, world, arguments) == "nothing new, 1 still stands, since 2026-05-01"


def test_files_alone_and_what_is_live_are_not_compared(tmp_path):
    leave(tmp_path, night(0), verdicts({DRIFT: "C"}))
    static = replace(verdict("WF002 .github/workflows/x.yml", Outcome.DRIFTED), id="tests_static/test_x.py::test_x")
    assert changes(run_in(tmp_path), (static,)) is None


def test_what_is_judged_again_is_not_compared(tmp_path):
    leave(tmp_path, night(0), verdicts({DRIFT: "C"}), world="live, judged again")
    assert changes(run_in(tmp_path, world="live, judged again"), verdicts({DRIFT: "D"})) is None


def test_nothing_is_gone_of_which_a_check_that_found_it_was_not_judged(tmp_path):
    one, other = (verdict(DRIFT, Outcome.DRIFTED, each) for each in ("_here", "_there"))
    leave(tmp_path, night(0), (one, other))
    mended = verdict(DRIFT, Outcome.CONFORMS, "_here"), verdict(DRIFT, Outcome.CONFORMS, "_there")
    assert line(tmp_path, mended[:1]) == "nothing new"
    assert line(tmp_path, mended) == "nothing new, 1 gone (shop-prod HK002)"


def test_its_own_directory_is_no_earlier_run(tmp_path):
    now = verdicts({DRIFT: "D"})
    own = leave(tmp_path, night(0), now)
    assert changes(run_in(tmp_path, directory=own), now) is None
    assert changes(run_in(tmp_path, directory=None), now) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: (run / "manifest.json").write_text("{"),
        lambda run: (run / "manifest.json").write_bytes(b"\xff\x00"),
        lambda run: (run / "verdicts.json").unlink(),
        lambda run: (run / "verdicts.json").write_text("[]"),
        lambda run: (run / "manifest.json").unlink(),
    ],
    ids=["torn", "no text", "without verdicts", "other verdicts", "without a manifest"],
)
def test_a_broken_run_is_passed_over(tmp_path, spoil):
    nights(tmp_path, "C D D")
    spoil(sorted(tmp_path.iterdir())[2])
    assert line(tmp_path, verdicts({DRIFT: "D"})) == "nothing new, 1 still stands, since 2026-05-02"


@pytest.mark.parametrize(
    ("bound", "most", "told"),
    [
        ("_COMPARED", 3, "since 2026-05-03 or before"),
        ("_LOOKED_AT", 2, "since 2026-05-04 or before"),
        ("_MOST_READ", 0, "since 2026-05-05 or before"),
        ("_COMPARED", 5, "since 2026-05-01"),
    ],
)
def test_it_looks_back_so_far_and_says_so(tmp_path, monkeypatch, bound, most, told):
    nights(tmp_path, "D D D D D")
    monkeypatch.setattr(since, bound, most)
    assert line(tmp_path, verdicts({DRIFT: "D"})) == f"nothing new, 1 still stands, {told}"


def test_the_worst_are_named_and_the_others_counted(tmp_path):
    leave(tmp_path, night(0), verdicts({f"HK006 shop-prod p{number}": "C" for number in range(9)}))
    now = [verdict(f"HK006 shop-prod p{number}", Outcome.DRIFTED) for number in range(9)]
    now[8] = replace(now[8], severity="SEV-1")
    assert line(tmp_path, now) == ("9 new (shop-prod p8 HK006, shop-prod p0 HK006, shop-prod p1 HK006 and 6 more)")


def test_several_that_stand_are_counted_with_the_oldest(tmp_path):
    leave(tmp_path, night(0), verdicts({"HK001 a": "D", "HK001 b": "C"}))
    leave(tmp_path, night(1), verdicts({"HK001 a": "D", "HK001 b": "D"}))
    assert line(tmp_path, verdicts({"HK001 a": "D", "HK001 b": "D"})) == (
        "nothing new, 2 still stand, the oldest since 2026-05-01"
    )


def test_no_earlier_verdicts_are_read_where_all_was_well(tmp_path, monkeypatch):
    nights(tmp_path, "C C C")
    monkeypatch.setattr(since, "records", lambda run: pytest.fail(f"{run.run} was read"))
    assert line(tmp_path, verdicts({DRIFT: "D"})) == "1 new (shop-prod HK002)"


def test_terminal_and_page_say_it_below_their_heading(tmp_path):
    leave(tmp_path, night(0), verdicts({"HK002 @team": "C", ELSE: "D"}))
    now = verdicts({"HK002 @team": "D", ELSE: "C"})
    found = changes(run_in(tmp_path), now)
    run = run_in(tmp_path, changes=found)
    lines = [each.text for each in summary(run, now)]
    told = f"since {found.run}: 1 new (@team HK002), 1 gone (shop-prod / WEB001)"
    assert lines[lines.index(told) - 1].startswith("asbuilt: shop, ")
    page = markdown(run, now, {}, well=False).splitlines()
    assert f"since `{found.run}`: 1 new (`@team HK002`), 1 gone (`shop-prod / WEB001`)" in page
    assert not any(each.startswith("since") for each in markdown(run_in(tmp_path), now, {}, well=False).splitlines())


INCIDENT = ("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-k", "HK002 or HK004")


def told_by(played):
    """Give what a run said of the one before, on the terminal and on its page."""
    printed = [each for each in played.stdout.splitlines() if each.startswith("since ")]
    page = (played.directory / "summary.md").read_text().splitlines()
    return [each.partition(": ")[2] for each in printed], [each for each in page if each.startswith("since ")]


def test_a_run_is_held_against_one_that_was_whole(play_for_verdicts, tmp_path):
    leave(tmp_path / "evidence", FIRST, verdicts({ELSE: "C"}), estate="raxx", world="sandbox incident-2026-04-30")
    printed, (line_of_page,) = told_by(play_for_verdicts(*INCIDENT))
    assert printed == ["2 new (raxx-api-prod HK002, raxx-api-prod HK004)"]
    assert line_of_page.endswith(": 2 new (`raxx-api-prod HK002`, `raxx-api-prod HK004`)")


def test_a_run_is_held_against_the_one_before_of_its_own_world(play_for_verdicts):
    healthy = play_for_verdicts(*(each.replace("incident-2026-04-30", "healthy") for each in INCIDENT))
    first, second = play_for_verdicts(*INCIDENT), play_for_verdicts(*INCIDENT)
    assert told_by(healthy) == told_by(first) == ([], [])
    printed, page = told_by(second)
    assert printed == ["nothing new, 2 still stand, the oldest since 2026-04-30"]
    assert page[0].startswith(f"since `{first.directory.name}`: nothing new, 2 still stand")
