"""One finding for one cause in workflow files: whichever apps and controls it concerns, it is told once."""

from types import SimpleNamespace

import pytest

from asbuilt.causes import explained
from asbuilt.estate import Links
from asbuilt.population import Population
from asbuilt.record import telling
from asbuilt.record.allure_results import results_of
from asbuilt.record.summary import markdown
from asbuilt.record.terminal import summary
from asbuilt.tolerance import Base, Tolerance, keys_of, tolerated
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding, Mark

RUN = SimpleNamespace(
    found=SimpleNamespace(said=""),
    estate=SimpleNamespace(name="fair", links=Links()),
    observation=None,
    checkouts={},
    world="workflow files",
    directory=None,
    population=Population(),
    changes=None,
    base=None,
)
ESTATE = RUN.estate
SHIP, CALLED = ".github/workflows/ship.yml", ".github/workflows/called.yml"
WORKFLOW = "workflow acme/fair ship.yml"


def at(fact, line=7, fix="mend it", path=SHIP, column=9, **more):
    return Finding(fact, fix, path, Mark(line, column), excerpt=f"line {line}", **more)


def verdict(control, subject, *findings, outcome=Outcome.DRIFTED, by=(), severity="SEV-3", about="", **more):
    return Verdict(
        id=f"t::{control}[{subject}]", control=control, severity=severity, subject=subject, requirement="It is.",
        outcome=outcome, findings=findings, about=about or f"app {subject}",
        rests_on=(f"app {subject}", WORKFLOW), explained_by=by, **more,
    )  # fmt: skip


def told(*verdicts):
    """Give the heads of all findings on the terminal, without the blanks, and everything that is printed."""
    lines = [each.text for each in summary(RUN, explained(verdicts))]
    heads = [each for each in lines if "  WF" in each]
    return [" ".join(each.split()) for each in heads], "\n".join(lines)


def rows(*verdicts):
    page = markdown(RUN, explained(verdicts), {}, well=False)
    return [each for each in page.split("\n") if each.startswith("| ")][1:], page


def test_what_apps_of_one_matrix_have_in_common_is_one_and_names_them():
    found = (
        verdict("WF015", "fair-web", at("the gate has seen another commit")),
        verdict("WF015", "fair-jobs", at("the gate has seen another commit"), severity="SEV-2"),
    )
    heads, printed = told(*found)
    assert heads == [f"{SHIP}:7:9 WF015 SEV-2 the gate has seen another commit"]
    assert "concerns fair-jobs, fair-web" in printed
    assert printed.count("fix: mend it") == 1
    table, page = rows(*found)
    assert len(table) == 1
    assert "concerns fair-jobs, fair-web" in page


def test_a_fact_that_names_its_app_is_the_same_of_another():
    heads, printed = told(*(verdict("WF025", each, at(f"asks {each} for no commit")) for each in ("fair", "fair-web")))
    assert heads == [f"{SHIP}:7:9 WF025 SEV-3 asks fair-web for no commit"]
    assert "and:" not in printed


def test_what_is_another_fact_at_the_same_place_is_said_below_with_its_own_remedy():
    heads, printed = told(
        verdict("WF004", "fair-a", at("lacks the gate test", fix="add test")),
        verdict("WF004", "fair-b", at("lacks the gate lint", fix="add lint")),
    )
    assert len(heads) == 1
    assert "and: lacks the gate lint" in printed
    assert "1. add test" in printed
    assert "2. add lint" in printed


@pytest.mark.parametrize("other", [{"line": 8}, {"column": 3}, {"path": CALLED}])
def test_what_lies_elsewhere_is_another(other):
    heads, _ = told(verdict("WF015", "a", at("it is not")), verdict("WF015", "b", at("it is not", **other)))
    assert len(heads) == 2


def test_other_controls_at_one_place_are_others():
    heads, _ = told(verdict("WF009", "a", at("no queue")), verdict("WF010", "a", at("no limit")))
    assert len(heads) == 2


def test_a_renamed_workflow_is_one_and_names_what_it_explains():
    gone = verdict("WF001", "acme/fair", at("no such file", line=1), about=WORKFLOW)
    ways = [verdict("WF007", each, Finding("no way", "x", SHIP), by=("WF001",), severity="SEV-2") for each in "ab"]
    heads, printed = told(gone, *ways)
    assert heads == [f"{SHIP}:1:9 WF001 SEV-2 no such file"]
    assert f"explains WF007 of a ({SHIP}); b ({SHIP})" in printed
    assert "fix: x" not in printed
    table, page = rows(gone, *ways)
    assert len(table) == 1
    assert "explains WF007 of a" in page


def test_what_is_wrong_in_another_file_explains_nothing():
    target = verdict("WF008", "acme/fair", at("another target"), about=WORKFLOW)
    elsewhere = verdict("WF007", "a", at("no way", path=CALLED), by=("WF008",))
    assert len(told(target, elsewhere)[0]) == 2
    # Part of it lies where the cause does, and part where it does not.
    partly = verdict("WF007", "a", at("no way"), at("no way", path=CALLED), by=("WF008",))
    assert explained((target, partly))[1].caused_by == ()
    # Of two things that are related, the one in the same file explains.
    called = verdict("WF001", "acme/fair", at("no YAML", path=CALLED), about=WORKFLOW)
    way = verdict("WF007", "a", at("no way"), by=("WF001", "WF008"))
    assert explained((target, called, way))[2].caused_by == (target.id,)
    # What has no place is about the app, whose workflow it is.
    nowhere = verdict("WF007", "a", Finding("nothing deploys a"), by=("WF008",))
    assert explained((target, nowhere))[1].caused_by == (target.id,)


def test_both_branches_of_one_condition_are_one_whatever_app_they_are_about():
    live, trial = at("a goes through trial"), at("b goes through live")
    other = {"about": "app b"}
    found = (verdict("WF003", "a", live, severity="SEV-2"), verdict("WF029", "b", trial, by=("WF003",), **other))
    heads, printed = told(*found)
    assert heads[0] == f"{SHIP}:7:9 WF003 SEV-2 a goes through trial"
    assert f"explains WF029 of b ({SHIP}:7:9)" in printed
    apart = verdict("WF029", "b", at("b goes through live", line=9), by=("WF003",), **other)
    apart = Verdict(**{**{name: getattr(apart, name) for name in Verdict.__slots__}, "rests_on": ("app b",)})
    assert explained((found[0], apart))[1].caused_by == ()


def unknown(control, subject, finding):
    return verdict(control, subject, finding, outcome=Outcome.UNKNOWN, reason=finding.fact)


def test_what_several_controls_cannot_tell_for_one_reason_is_one():
    found = [
        unknown(control, app, at(f"cannot be told of {app}: `secrets.APP`", fix=f"bind it for {app}", open=True))
        for control in ("WF003", "WF004", "WF009")
        for app in ("fair-web", "fair-jobs")
    ]
    heads, printed = told(*found)
    assert heads == [f"{SHIP}:7:9 WF003 SEV-3 UNKNOWN cannot be told of fair-jobs: `secrets.APP`"]
    assert "for the same reason: WF004, WF009" in printed
    assert "concerns fair-jobs, fair-web" in printed
    table, page = rows(*found)
    assert len(table) == 1
    assert "for the same reason: WF004, WF009" in page
    other = unknown("WF025", "fair-web", at("cannot be told of fair-web: `secrets.APP`", line=9, open=True))
    assert len(rows(*found, other)[0]) == 2


def linted(rule, line, path=SHIP, **more):
    return at(f"{rule}: is so", line, f"see {rule}", path, rule=rule, **more)


LINES = range(3, 7)


def test_linters_come_last_by_rule_and_by_their_own_severity():
    found = (
        verdict("WF030", "acme/fair", linted("artipacked (medium)", 2), *(linted("unpinned (high)", n) for n in LINES)),
        verdict("WF031", "acme/fair", linted("expression", 4)),
        verdict("WF005", "a", at("no check")),
        unknown("WF009", "a", at("cannot be told")),
    )  # fmt: skip
    called = verdict("WF030", "other", *(linted("unpinned (high)", line, CALLED) for line in (3, 4, 5)))
    heads, printed = told(*found, called)
    assert heads == [
        f"{SHIP}:7:9 WF005 SEV-3 no check",
        f"{SHIP}:7:9 WF009 SEV-3 UNKNOWN cannot be told",
        f"{SHIP}:3:9 WF030 SEV-3 unpinned (high): 7 places in 2 files",
        f"{SHIP}:2:9 WF030 SEV-3 artipacked (medium): is so",
        f"{SHIP}:4:9 WF031 SEV-3 expression: is so",
    ]
    assert "fix: see unpinned (high)" in printed
    assert f"{CALLED}:3:9, and 2 more in verdicts.json" in printed
    table, _ = rows(*found, called)
    assert [each.split(" | ")[1] for each in table] == ["WF005", "WF009", "WF030", "WF030", "WF031"]


def test_a_report_has_one_part_for_each_rule_with_all_its_places():
    found = verdict("WF030", "acme/fair", *(linted("unpinned (high)", n) for n in LINES), linted("artipacked (low)", 9))
    assert telling.told(found) == (
        f"{SHIP}:9:9 artipacked (low): is so\n> line 9\nfix: see artipacked (low)\n\n"
        "unpinned (high): 4 places\nfix: see unpinned (high)\n" + "\n".join(f"{SHIP}:{n}:9" for n in LINES)
    )


def test_in_the_report_what_is_one_cause_stands_together():
    run = SimpleNamespace(**{**vars(RUN), "checks": (), "subjects": lambda _: {}, "estate": ESTATE})
    both = [verdict("WF015", each, at("it is not")) for each in "ab"]
    results = results_of(explained((*both, verdict("WF010", "a", at("no limit")))), run)
    labels = [{each["value"] for each in result["labels"] if each["name"] == "cause"} for result in results]
    assert labels == [{f"SEV-3 {SHIP}:7:9: it is not"}] * 2 + [set()]


def test_what_was_there_before_is_one_line_and_what_is_new_is_shown():
    old = (verdict("WF010", "a", at("no limit", 3), at("no limit on line 9", 9)), verdict("WF005", "a", at("no check")))
    base = Base("main", "0" * 40, keys_of([each.as_dict() for each in old]))
    moved = (
        verdict("WF010", "a", *(moved_to(each, 20) for each in old[0].findings)),
        verdict("WF005", "a", *(moved_to(each, 20) for each in old[1].findings), at("no check", 50)),
    )
    run = SimpleNamespace(**{**vars(RUN), "base": base})
    found = tolerated(explained(moved), Tolerance(base=base))
    assert [each.tolerated for each in found] == ["there before main", ""]
    lines = [each.text for each in summary(run, found)]
    assert [each for each in lines if "  WF" in each] == [f"{SHIP}:50:9  WF005  SEV-3  no check"]
    assert "3 findings were there before main: WF005, WF010 (2)" in lines
    page = markdown(run, found, {}, well=False)
    assert "<details><summary>3 findings were there before main: WF005, WF010 (2)</summary>" in page


def moved_to(finding, by):
    mark = Mark(finding.mark.line + by, finding.mark.column)
    fact = finding.fact.replace("line 9", f"line {9 + by}")
    return Finding(fact, finding.fix, finding.path, mark, finding.excerpt)
