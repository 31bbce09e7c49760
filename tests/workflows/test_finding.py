"""A finding: its place, what is said once, and what survives being written down."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from asbuilt.controls import Drift, none_of
from asbuilt.judging import from_wire, to_wire
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.workflows.yaml.finding import Finding, Mark, one_for_each_place, plain, restored
from asbuilt.workflows.yaml.reader import read

IN_LINE = read("on: push\njobs: {}\n", "w.yml").finding(Mark(2, 1), "it is wrong", "mend it")
IN_FILE = Finding("it is wrong", path="w.yml")
OF_SUBJECT = Finding("it is down")
TIMED = Finding("it is down", since=datetime(2026, 4, 22, 16, tzinfo=UTC), brief="down", needs=("GH002", "GH003"))


@pytest.mark.parametrize(
    ("finding", "place"), [(IN_LINE, "w.yml:2:1"), (IN_FILE, "w.yml"), (OF_SUBJECT, "shop"), (OF_SUBJECT, "stage")]
)
def test_what_lies_in_no_file_is_about_the_subject(finding, place):
    subject = place if finding is OF_SUBJECT else "shop"
    assert finding.about(subject).place == place


def test_it_shows_the_line_that_it_is_about():
    assert IN_LINE.excerpt == "jobs: {}"


def test_what_is_wrong_at_a_place_for_one_way_is_said_for_the_first():
    other = replace(IN_LINE, fact="it is wrong on main too")
    elsewhere = replace(IN_LINE, mark=Mark(1, 1))
    assert one_for_each_place([IN_LINE, elsewhere, other]) == (IN_LINE, elsewhere)


def test_the_same_is_said_once_and_two_facts_at_a_place_both():
    other = replace(IN_LINE, fact="it is late")
    with pytest.raises(Drift) as drift:
        none_of([IN_LINE, other, IN_LINE])
    assert drift.value.findings == (IN_LINE, other)
    none_of(())


@pytest.mark.parametrize(
    "finding", [IN_LINE, IN_FILE, OF_SUBJECT.about("shop"), replace(IN_LINE, waived="until then"), TIMED]
)
def test_it_comes_back_as_it_was_written(finding):
    assert restored(json.loads(json.dumps(plain(finding)))) == finding
    verdict = Verdict("t::a", "WF001", "SEV-3", "shop", "It is.", Outcome.DRIFTED, (finding,), issue=7, seconds=1.5)
    assert from_wire(to_wire(verdict)) == verdict
    verdict = replace(
        verdict, about="app shop", rests_on=("app shop", "x"), explained_by=("HK001",), caused_by=("t::b",)
    )
    assert from_wire(to_wire(verdict)) == verdict


def test_verdicts_json_has_a_line_for_each_with_its_place_in_one():
    since = datetime(2026, 4, 22, 16, tzinfo=UTC)
    finding = replace(IN_LINE, since=since)
    verdict = Verdict("t::a", "WF001", "SEV-3", "shop", "It is.", Outcome.DRIFTED, (finding,), issue=7)
    assert verdict.as_dict() == {
        "id": "t::a",
        "control": "WF001",
        "severity": "SEV-3",
        "subject": "shop",
        "requirement": "It is.",
        "outcome": "drifted",
        "lines": [
            {
                "place": "w.yml:2:1",
                "fact": "it is wrong",
                "fix": "mend it",
                "excerpt": "jobs: {}",
                "waived": "",
                "since": "2026-04-22T16:00:00+00:00",
            }
        ],
        "reason": "",
        "issue": 7,
        "seconds": 0.0,
        "caused_by": (),
        "expired": "",
        "requests": (),
        "tolerated": "",
        "before": (),
    }
