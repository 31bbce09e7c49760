"""The history that the records of many runs tell together."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from past_runs import DRIFT, FIRST, leave, narrowed, night, nights, verdict, verdicts
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.record import history as telling
from asbuilt.record.folders import runs_in
from asbuilt.record.history import histories
from asbuilt.record.manifest import Accepted, Again
from asbuilt.record.nights import DAY, days_of, missing, nights_since
from asbuilt.record.past import records
from asbuilt.verdicts import NOT_NEEDED, Outcome

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


def told(*folders, now=NOW, **options):
    """Give the histories in folders as plain values."""
    found = runs_in(folders)
    return telling.as_plain(found, histories(found, DAY, now, **options), DAY, now)


def only(*folders, **options):
    """Give the one history in folders."""
    (each,) = told(*folders, **options)["histories"]
    return each


def command(*arguments):
    return CliRunner().invoke(app, ["history", *(str(each) for each in arguments)])


@pytest.mark.parametrize(
    ("every", "came", "now", "gaps"),
    [
        ("1d", "01T04 02T04 03T04", "04T03", []),
        ("1d", "01T04 04T04", "04T12", [("02T00", "04T00", 2)]),
        ("1d", "01T04 02T23 03T01", "03T12", []),
        ("1d", "01T23 03T00", "03T12", [("02T00", "03T00", 1)]),
        ("1d", "01T04 01T05 01T06", "02T23", []),
        ("1d", "01T04", "04T00", [("02T00", "04T00", 2)]),
        ("1d", "03T04 01T04 06T04", "06T05", [("02T00", "03T00", 1), ("04T00", "06T00", 2)]),
        ("1d", "05T04", "01T00", []),
        ("12h", "01T01 01T13 02T13", "02T23", [("02T00", "02T12", 1)]),
        ("7d", "01T04 16T04", "17T00", [("08T00", "15T00", 1)]),
        ("1d", "", "03T00", []),
    ],
)
def test_a_time_without_a_run_is_missing(every, came, now, gaps):
    def at(text):
        return datetime.fromisoformat(f"2026-05-{text}:00+00:00")

    length = timedelta(**{{"d": "days", "h": "hours"}[every[-1]]: int(every[:-1])})
    found = missing(map(at, came.split()), length, at(now))
    assert [(each.begin, each.end, each.count) for each in found] == [(at(a), at(b), n) for a, b, n in gaps]


@pytest.mark.parametrize(
    ("allowed", "age", "days"),
    [
        (26, 26, None),
        (26, 26.5, "2026-05-02"),
        (26, 49, "2026-05-02"),  # the second one may still come
        (26, 51, "2026-05-02 to 2026-05-03 (2)"),
        (26, 80, "2026-05-02 to 2026-05-04 (3)"),
        (48, 49, "2026-05-02 to 2026-05-03 (2)"),
        (24, 25, "2026-05-02"),
        (47, 47.5, "2026-05-02"),
        (168, 170, "2026-05-02 to 2026-05-08 (7)"),
        (1, 80, None),  # of what comes by the hour no night is missing
        (26, -1, None),
    ],
)
def test_nights_are_missing_since_one_that_is_too_old(allowed, age, days):
    gap = nights_since(FIRST, timedelta(hours=allowed), FIRST + timedelta(hours=age))
    assert (gap and days_of(gap)) == days


# Nights of one drift, and each span of it: state, first, last, ended, by what, runs that saw it, runs that could not.
SPANS = [
    ("C C C", []),
    ("C D D C", [("ended", 1, 2, 3, "conforms", 2, 0)]),
    ("D D", [("open", 0, 1, None, None, 2, 0)]),
    ("D U D C", [("ended", 0, 2, 3, "conforms", 2, 1)]),
    ("D - D C", [("ended", 0, 2, 3, "conforms", 2, 1)]),
    ("D . D C", [("ended", 0, 2, 3, "conforms", 2, 0)]),
    ("U D C", [("ended", 1, 1, 2, "conforms", 1, 0)]),
    ("D U U", [("not seen", 0, 0, None, None, 1, 2)]),
    ("D -", [("not seen", 0, 0, None, None, 1, 1)]),
    ("D N", [("ended", 0, 0, 1, "not applicable", 1, 0)]),
    ("D W W", [("waived", 0, 2, None, None, 3, 0)]),
    ("D W D", [("open", 0, 2, None, None, 3, 0)]),
    ("W C", [("ended", 0, 0, 1, "conforms", 1, 0)]),
    ("D C D", [("open", 2, 2, None, None, 1, 0), ("ended", 0, 0, 1, "conforms", 1, 0)]),
    ("D C! D", [("open", 0, 2, None, None, 2, 1)]),
    ("C D! C", [("ended", 1, 1, 2, "conforms", 1, 0)]),
    ("D! C! U!", [("not seen", 0, 0, None, None, 1, 2)]),
]


@pytest.mark.parametrize(("came", "spans"), SPANS, ids=[each for each, _ in SPANS])
def test_a_drift_lasts_until_a_complete_run_saw_it_gone(tmp_path, came, spans):
    nights(tmp_path, came)
    found = only(tmp_path)["drifts"]

    def at(number):
        return None if number is None else telling.instant(night(number))

    assert [
        (e["state"], e["first_seen"], e["last_seen"], e["ended"], e["ended_by"], e["runs_seen"], e["runs_not_seen"])
        for e in found
    ] == [
        (state, at(first), at(last), at(ended), by, seen, not_seen)
        for state, first, last, ended, by, seen, not_seen in spans
    ]
    for each in found:
        repaired = each["ended_by"] == "conforms"
        assert (each["seconds_to_repair"] is not None) == repaired
        if repaired:
            begin, end = map(datetime.fromisoformat, (each["first_seen"], each["ended"]))
            assert each["seconds_to_repair"] == (end - begin).total_seconds()


@pytest.mark.parametrize(
    ("judged", "ended"),
    [({DRIFT: "C", "WEB001 shop-prod /": "C"}, True), ({"WEB001 shop-prod /": "C"}, False)],
)
def test_a_narrowed_run_says_nothing_of_what_it_did_not_judge(tmp_path, judged, ended):
    nights(tmp_path, "D")
    part = verdicts(judged)
    leave(tmp_path, night(1), part, **narrowed(part, 9))
    (found,) = only(tmp_path)["drifts"]
    assert (found["state"] == "ended", found["runs_not_seen"]) == (ended, 0)


def test_a_drift_of_several_checks_ends_where_each_that_found_it_was_judged_again(tmp_path):
    one, other = (verdict(DRIFT, Outcome.DRIFTED, each) for each in ("_here", "_there"))
    leave(tmp_path, night(0), (one, other))
    part = (verdict(DRIFT, Outcome.CONFORMS, "_here"),)
    leave(tmp_path, night(1), part, **narrowed(part, 2))
    assert only(tmp_path)["drifts"][0]["state"] == "open"
    leave(tmp_path, night(2), (verdict(DRIFT, Outcome.CONFORMS, "_under_another_name"),))
    assert only(tmp_path)["drifts"][0]["ended"] == telling.instant(night(2))


def test_a_waiver_that_nothing_needs_is_no_drift_and_ends_one(tmp_path):
    unused = replace(verdict(DRIFT, Outcome.DRIFTED), reason=NOT_NEEDED)
    leave(tmp_path, night(0), (unused,))
    assert only(tmp_path)["drifts"] == []
    leave(tmp_path, night(1), verdicts({DRIFT: "W"}))
    leave(tmp_path, night(2), (unused,))
    (found,) = only(tmp_path)["drifts"]
    assert (found["ended"], found["ended_by"]) == (telling.instant(night(2)), "conforms")


def test_what_could_not_be_observed_beside_what_conforms_ends_nothing(tmp_path):
    nights(tmp_path, "D")
    leave(tmp_path, night(1), (verdict(DRIFT, Outcome.CONFORMS, "_here"), verdict(DRIFT, Outcome.UNKNOWN, "_there")))
    assert only(tmp_path)["drifts"][0]["state"] == "not seen"


FOUND = verdicts({DRIFT: "C"})
NO_NIGHTS = {
    "incomplete: 1 check was never judged": {"complete": False, "lacks": ("1 check was never judged",)},
    "incomplete: it does not say what it lacks": {"complete": False},
    "not live: sandbox healthy": {"world": "sandbox healthy"},
    "not live: workflow files": {"world": "workflow files"},
    "judged an observation again": {"world": "live, judged again", "again": Again("x", "0" * 64, fits=True)},
    "not the whole estate: shop-prod only": narrowed(FOUND, 9),
    "not the whole estate: shop-prod only, of which all": {
        "covered": replace(narrowed(FOUND, 1)["covered"], said="shop-prod only, of which all")
    },
    "not the whole estate: 1 of 9 checks": {"population": narrowed(FOUND, 9)["population"]},
}


@pytest.mark.parametrize(("why", "changed"), NO_NIGHTS.items(), ids=NO_NIGHTS)
def test_a_night_is_a_complete_live_run_of_the_whole_estate(tmp_path, why, changed):
    directory = leave(tmp_path, night(0), FOUND, **changed)
    (found,) = told(tmp_path)["histories"]
    assert found["nights"] == found["missing"] == []
    assert found["not_counted"] == [{"run": directory.name, "ended": telling.instant(night(0)), "why": why}]


def test_nights_are_those_that_came_and_what_is_between_is_missing(tmp_path):
    nights(tmp_path, "C . . D C!")
    found = only(tmp_path)
    assert [(each["ended"], each["verdict"]) for each in found["nights"]] == [
        (telling.instant(night(0)), "conforms"),
        (telling.instant(night(3)), "drifted"),
    ]
    assert [(each["from"][:10], each["to"][:10], each["count"]) for each in found["missing"]] == [
        ("2026-05-02", "2026-05-04", 2),
        ("2026-05-05", "2026-05-10", 5),
    ]


def test_estates_and_worlds_are_never_mixed(tmp_path):
    for number, (estate, world) in enumerate([("shop", "live"), ("shop", "sandbox healthy"), ("other", "live")]):
        leave(tmp_path, night(number), verdicts({DRIFT: "D"}), estate=estate, world=world)
        leave(tmp_path, night(number + 3), verdicts({DRIFT: "C"}), estate=estate, world=world)
    found = told(tmp_path)["histories"]
    assert [(each["estate"], each["world"]) for each in found] == [
        ("other", "live"),
        ("shop", "live"),
        ("shop", "sandbox healthy"),
    ]
    assert {each["drifts"][0]["seconds_to_repair"] for each in found} == {3 * 86400}


def test_files_of_several_folders_are_never_mixed(tmp_path):
    for number, (letter, checkout) in enumerate([("D", ("--checkout=a",)), ("C", ("--checkout", "b")), ("C", ())]):
        leave(tmp_path, night(number), verdicts({DRIFT: letter}), world="workflow files", arguments=checkout)
    found = told(tmp_path)["histories"]
    assert [(each["world"], len(each["drifts"])) for each in found] == [
        ("workflow files", 0),
        ("workflow files of a", 1),
        ("workflow files of b", 0),
    ]


def test_runs_are_in_the_order_in_which_they_ended_whatever_they_are_called(tmp_path):
    leave(tmp_path, night(1), verdicts({DRIFT: "C"}), run="a")
    leave(tmp_path, night(0), verdicts({DRIFT: "D"}), run="b")
    assert only(tmp_path)["drifts"][0]["state"] == "ended"


def test_each_run_counts_once(tmp_path):
    nights(tmp_path / "reports", "D")
    (run,) = (tmp_path / "reports").iterdir()
    (tmp_path / "reports" / "latest").symlink_to(run.name)
    downloaded = tmp_path / "downloaded" / "asbuilt-nightly-1" / run.name
    downloaded.mkdir(parents=True)
    for each in run.iterdir():
        (downloaded / each.name).write_bytes(each.read_bytes())
    found = told(tmp_path / "reports", run, tmp_path / "reports" / "latest", tmp_path / "downloaded")
    assert found["passed_over"] == []
    assert found["histories"][0]["drifts"][0]["runs_seen"] == len(found["histories"][0]["nights"]) == 1

    rewritten = (downloaded / "manifest.json").read_text().replace('"drifted"', '"conforms"')
    (downloaded / "manifest.json").write_text(rewritten)
    found = told(tmp_path / "reports", tmp_path / "downloaded")
    assert "another manifest of the run" in found["passed_over"][0]["why"]
    assert [each["verdict"] for each in found["histories"][0]["nights"]] == ["drifted"]


def test_a_folder_counts_once_and_no_link_is_followed(tmp_path):
    nights(tmp_path / "elsewhere", "D")
    dead = tmp_path / "reports" / "dead"
    dead.mkdir(parents=True)
    (dead / "collected.json").write_text('{"estate": "shop", "world": "live"}')
    (dead.parent / "latest").symlink_to("dead")
    (dead.parent / "link").symlink_to(next((tmp_path / "elsewhere").iterdir()))
    found = told(dead.parent, dead, dead.parent / "latest")
    assert [each["run"] for each in found["histories"][0]["not_counted"]] == ["dead"]
    assert found["histories"][0]["nights"] == []


SPOILT = {
    "is no manifest that asbuilt wrote": ("manifest.json", '{"form": "asbuilt manifest 1", "run": 7}'),
    "is no manifest": ("manifest.json", "{"),
    "of another version": ("manifest.json", ("asbuilt manifest 1", "asbuilt manifest 9")),
    "asbuilt wrote": ("manifest.json", ("2026-05-01T04:23:00Z", "0001-01-01T00:00:00+14:00")),
    "that asbuilt": ("manifest.json", ("2026-05-01T04:23:00Z", "2026-05-01T04:23:00")),
}


@pytest.mark.parametrize(("why", "what"), SPOILT.items(), ids=SPOILT)
def test_a_run_whose_manifest_cannot_be_read_is_said_and_the_others_count(tmp_path, why, what):
    nights(tmp_path, "D C")
    spoilt_one = min(tmp_path.iterdir())
    name, content = what
    own = (spoilt_one / name).read_text()
    (spoilt_one / name).write_text(content if isinstance(content, str) else own.replace(*content))
    found = told(tmp_path)
    (passed,) = found["passed_over"]
    assert passed["folder"] == str(spoilt_one)
    assert why in passed["why"]
    assert [len(each["nights"]) for each in found["histories"]] == [1]


@pytest.mark.parametrize("change", ["edited", "deleted", "torn"])
def test_a_run_whose_verdicts_are_not_its_own_is_no_night_and_ends_nothing(tmp_path, change):
    nights(tmp_path, "D D D")
    path = sorted(tmp_path.iterdir())[1] / "verdicts.json"
    own = path.read_text()
    path.unlink()
    if change != "deleted":
        path.write_text(own.replace('"drifted"', '"conforms"') if change == "edited" else own[:40])
    found = only(tmp_path)
    assert [(each["state"], each["runs_seen"]) for each in found["drifts"]] == [("open", 2)]
    assert len(found["nights"]) == 2
    assert "verdicts.json" in found["not_counted"][0]["why"]


def test_a_run_that_died_is_listed_with_what_it_was_about(tmp_path):
    nights(tmp_path, "C")
    for name, collected in (("dead", {"estate": "shop", "world": "live"}), ("deader", None)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "verdicts.jsonl").write_text("")
        if collected:
            (tmp_path / name / "collected.json").write_text(json.dumps(collected))
    (tmp_path / "else").mkdir()
    found = told(tmp_path)
    assert found["histories"][0]["not_counted"] == [
        {"run": "dead", "ended": None, "why": "has not ended: it has no manifest"}
    ]
    assert [each["why"].removeprefix(f"{tmp_path}/") for each in found["passed_over"]] == [
        "deader is incomplete: the run died before it wrote down what it was to judge",
        "else is no run",
    ]


def test_what_a_run_came_to_is_read_only_where_that_can_change_anything(tmp_path):
    nights(tmp_path, "C C D C C C")
    read = []

    def reading(run):
        read.append(run.ended)
        return records(run)

    assert only(tmp_path, read=reading)["drifts"][0]["ended"] == telling.instant(night(3))
    assert read == [night(2), night(3)]


WAIVER = Accepted("waiver", "HK002", "shop-prod", "2026-05-03", "in force", "owner", "until then", 7)


@pytest.mark.parametrize(
    ("came", "state", "first", "last"),
    [
        (["in force", "in force"], "in force", 0, 1),
        (["in force", "expired"], "expired", 0, 1),
        ([None, "unused"], "unused", 1, 1),
        (["in force", None], "gone", 0, 0),
        (["in force", "part: unused"], "in force", 0, 1),
        (["in force", "part: "], "in force", 0, 0),
        (["in force", "incomplete: unused"], "in force", 0, 0),
    ],
)
def test_what_is_accepted_stands_as_the_newest_run_of_the_whole_estate_has_it(tmp_path, came, state, first, last):
    found = verdicts({DRIFT: "W"})
    for number, each in enumerate(came):
        kind, _, its = (each or "").rpartition(": ")
        accepted = (replace(WAIVER, state=its),)
        changed = {"part": narrowed(found, 9), "incomplete": {"complete": False}}.get(kind, {})
        leave(tmp_path, night(number), found, accepted=accepted if its else (), **changed)
    (standing,) = only(tmp_path)["accepted"]
    assert (standing["state"], standing["first_seen"], standing["last_seen"]) == (
        state,
        telling.instant(night(first)),
        telling.instant(night(last)),
    )
    assert (standing["owner"], standing["issue"], standing["until"]) == ("owner", 7, "2026-05-03")


def test_the_table_says_what_a_person_asks(tmp_path):
    nights(tmp_path, "C D . U D C")
    leave(tmp_path, night(6), verdicts({"HK006 shop-prod web": "D"}), accepted=(WAIVER,))
    leave(tmp_path, FIRST, FOUND, world="sandbox healthy")
    out = command(tmp_path).output
    for line in (
        "shop in live",
        "  6 nights from 2026-05-01 to 2026-05-07: 3 conforms, 3 drifted",
        "    2026-05-03",
        "1 d",
        "shop in sandbox healthy",
        "  1 run, and no nights: not live",
        "in force",
    ):
        assert line in out
    (row,) = (each for each in out.splitlines() if "HK006" in each)
    assert row.split() == ["HK006", "SEV-2", "shop-prod", "web", "2026-05-07", "04:23", "open"]
    (row,) = (each for each in out.splitlines() if "HK002 SEV-2" in each)
    assert "2026-05-02 04:23" in row
    assert "2026-05-06 04:23" in row
    assert "4 d" in row
    assert "not seen in 1 run" in row


def test_the_table_says_which_night_came_last_and_how_long_ago(tmp_path):
    nights(tmp_path, "C D")
    last = max(each.name for each in tmp_path.iterdir())
    (line,) = (each for each in command(tmp_path).output.splitlines() if "the last came" in each)
    assert line.startswith("  the last came 2026-05-02 04:23, ")
    assert line.endswith(f" ago: {last}")


AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("ended", "changed", "code", "said"),
    [
        (AN_HOUR_AGO, {}, 0, ""),
        (AN_HOUR_AGO - 2 * DAY, {}, 1, "shop: the newest night is 2 d 1 h old, and 1 d 2 h are allowed: missing since"),
        (AN_HOUR_AGO, {"complete": False}, 1, "shop: no night has come"),
        (AN_HOUR_AGO, narrowed(FOUND, 9), 1, "shop: no night has come"),
        (AN_HOUR_AGO, {"world": "sandbox healthy"}, 1, "none of these runs is live"),
    ],
)
def test_a_night_that_is_late_ends_with_one(tmp_path, ended, changed, code, said):
    leave(tmp_path, ended, FOUND, **changed)
    done = command(tmp_path, "--max-age", "26h")
    assert done.exit_code == code, done.output
    assert said in " ".join(done.output.split())
    assert command(tmp_path).exit_code == 0
    asked = command(tmp_path, "--max-age", "26h", "--format", "json")
    assert (asked.exit_code, bool(json.loads(asked.output)["late"])) == (code, bool(said))


def test_one_estate_that_is_late_among_others_is_late(tmp_path):
    leave(tmp_path, AN_HOUR_AGO, FOUND, estate="other")
    leave(tmp_path, AN_HOUR_AGO - 9 * DAY, FOUND)
    assert command(tmp_path, "--max-age", "26h").exit_code == 1
    assert command(tmp_path, "--max-age", "26h", "--estate", "other").exit_code == 0


def test_days_of_the_watch_are_no_nights_and_are_said_in_one_line(tmp_path):
    nights(tmp_path, "C")
    for name in ("watch-20260502-12ab34cd", "sandbox-watch-20260503-12ab34cd"):
        (tmp_path / name / "looks").mkdir(parents=True)
        (tmp_path / name / "manifest.json").write_text("{}")
    assert [each["why"] for each in told(tmp_path)["passed_over"]] == ["is a day of the watch, and no night"] * 2
    out = command(tmp_path).output
    assert "2 days of the watch passed over: no nights" in out
    assert "watch-20260502" not in out


def test_where_there_are_days_of_the_watch_alone_they_are_counted(tmp_path):
    for name in ("watch-20260502-12ab34cd", "watch-20260503-12ab34cd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "looks.jsonl").touch()
    done = command(tmp_path)
    assert done.exit_code == 4
    assert "no run that tells of itself: 2 days of the watch, which are no runs" in " ".join(done.output.split())


def test_programs_read_json(tmp_path):
    nights(tmp_path, "D")
    done = command(tmp_path, "--format", "json", "--every", "12h")
    found = json.loads(done.output)
    assert (found["form"], found["every_seconds"]) == ("asbuilt history 1", 43200)
    assert found["histories"][0]["drifts"][0]["subject"] == "shop-prod"
    assert found["histories"][0]["missing"][-1]["count"] > 1


def test_only_of_one_estate(tmp_path):
    leave(tmp_path, night(0), FOUND, estate="other")
    leave(tmp_path, night(1), FOUND)
    assert "other" not in command(tmp_path, "--estate", "shop").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{}/none"], "is no folder"),
        (["{}/empty"], "there is no run"),
        (["{}/runs", "--estate", "shopp"], "no run is of it; there are runs of shop"),
        (["{}/runs", "--every", "never"], "a duration is a number and a unit"),
        (["{}/runs", "--every", "0s"], "at least a minute"),
        (["{}/runs", "--max-age", "tonight"], "is no age"),
        (["{}/runs", "--max-age", ""], "its value is empty"),
        (["{}/runs", "--format", "xml"], "xml"),
        ([""], "its value is empty"),
    ],
)
def test_a_mistake_is_one_line(tmp_path, arguments, said):
    (tmp_path / "empty").mkdir()
    nights(tmp_path / "runs", "C")
    done = command(*(each.format(tmp_path) for each in arguments))
    assert done.exit_code == 4
    assert said in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_what_runs_say_is_shown_and_never_obeyed(tmp_path):
    strange = "\x1b[31m[bold]x[/bold]\n::error::\u202e" + "y" * 5000
    leave(
        tmp_path,
        night(0),
        verdicts({f"HK002 [b]drift[/b]{strange}": "D"}),
        estate=strange,
        accepted=(Accepted("waiver", strange, strange, strange, strange, strange),),
    )
    leave(tmp_path, night(1), FOUND, estate=strange, complete=False, lacks=(strange,))
    done = command(tmp_path)
    assert done.exit_code == 0
    assert not {"\x1b", "\u202e"} & set(done.output)
    for each in ("[bold]x[/bold]", "[b]drift[/b]"):
        assert each in done.output
    assert not any(each.lstrip().startswith("::") for each in done.output.splitlines())
    assert len(done.output) < 10000
    assert "\x1b" not in command(tmp_path, "--format", "json").output
