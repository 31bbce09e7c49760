"""What a record keeps of its causes is all that somebody who is called has to hear."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from record.run_directory import copied, edit_json

from asbuilt.causes import explained
from asbuilt.estate import Links
from asbuilt.record.kept_causes import as_plain, kept_causes, restored
from asbuilt.record.verify import Asked, verify
from asbuilt.record.writing import as_json
from asbuilt.verdicts import NEVER, Outcome, Verdict
from asbuilt.withholding import Secrets
from asbuilt.workflows.yaml.finding import Finding

AT = datetime(2026, 5, 8, 6, tzinfo=UTC)
RUN = SimpleNamespace(
    estate=SimpleNamespace(
        links=Links(issues="https://example.com/issues/{issue}", runbook="https://example.com/runbook")
    ),
    observation=SimpleNamespace(as_of=AT, status_pages={}),
)


def verdict(control, subject, *findings, outcome=Outcome.DRIFTED, severity="SEV-2", by=(), **more):
    return Verdict(
        f"t.py::{control}[{subject}]", control, severity, subject, "It is.", outcome, findings,
        about=f"app {subject}", rests_on=(f"app {subject}",), explained_by=by, **more,
    )  # fmt: skip


def kept(*verdicts):
    return kept_causes(RUN, explained(verdicts))


def test_a_cause_is_kept_once_with_what_it_explains_and_what_to_do():
    since = datetime(2026, 4, 30, 6, tzinfo=UTC)
    found = kept(
        verdict("HK002", "shop", Finding("carries no slug", "deploy it", since=since), issue=7),
        verdict("WEB001", "shop", Finding("GET / answered 502"), severity="SEV-1", by=("HK002",)),
        verdict("HK003", "shop", outcome=Outcome.CONFORMS),
    )
    assert len(found) == 1
    cause = found[0]
    assert (cause.outcome, cause.control, cause.subject, cause.severity) == ("drifted", "HK002", "shop", "SEV-1")
    assert cause.headline == "carries no slug, since 8 d"
    assert (cause.since, [each.text for each in cause.steps], cause.steps[0].issues) == (since, ["deploy it"], (7,))
    assert cause.explains == {"": {"HK002": 1, "WEB001": 1}}
    assert {(each.id, each.control, each.subject) for each in cause.members} == {
        ("t.py::HK002[shop]", "HK002", "shop"),
        ("t.py::WEB001[shop]", "WEB001", "shop"),
    }
    assert (cause.runbook, cause.issues) == ("https://example.com/runbook", ("https://example.com/issues/7",))
    assert cause.tolerated == ""


def unknown(control, subject, reason, fix, **more):
    return verdict(control, subject, Finding(reason, fix), outcome=Outcome.UNKNOWN, **more)


def test_what_one_act_makes_known_is_one_cause_and_names_how_many_it_concerns():
    found = kept(
        unknown("HK002", "shop", "GET shop answered 401", "set HEROKU_API_KEY"),
        unknown("HK006", "shop", "GET shop answered 401", "set HEROKU_API_KEY", severity="SEV-1"),
        unknown("HK002", "till", "GET till answered 401", "set HEROKU_API_KEY"),
        unknown("GH002", "shop", "GET repos answered 403", "give the token: administration=read"),
    )
    assert [each.outcome for each in found] == ["unknown", "unknown"]
    heroku = next(each for each in found if each.control.startswith("HK"))
    assert heroku.headline == "GET shop answered 401 (and of 1 more)"
    assert (heroku.severity, len(heroku.members), [each.text for each in heroku.steps]) == (
        "SEV-1",
        3,
        ["set HEROKU_API_KEY"],
    )


def test_what_was_never_judged_is_no_cause_and_what_is_tolerated_says_so():
    never = verdict("HK002", "shop", outcome=Outcome.UNKNOWN, reason=f"{NEVER}: the run was interrupted")
    assert kept(never) == ()
    spared = verdict("HK007", "shop", Finding("web.1 runs v1"), tolerated="less severe than SEV-2")
    assert kept(spared)[0].tolerated == "less severe than SEV-2"
    both = (spared, verdict("HK002", "shop", Finding("no slug"), severity="SEV-1", by=("HK007",)))
    assert [(each.tolerated, each.severity) for each in kept(*both)] == [("", "SEV-1")]


def test_it_is_read_back_as_it_was_kept_and_nothing_else_is():
    found = kept(verdict("HK002", "shop", Finding("no\nslug `x`\x1b[31m", "deploy it", since=AT)))
    content = as_json(as_plain(found), Secrets()).encode()
    assert restored(content) == found
    assert "\x1b" not in found[0].headline
    assert "\n" not in found[0].headline
    for other in (b"", b"[]", b'{"form": "asbuilt causes 2", "causes": []}', b'{"form": "asbuilt causes 1"}'):
        with pytest.raises(ValueError):
            restored(other)


def test_the_record_of_a_run_has_them_and_is_held_to_them(live, tmp_path):
    incident = live("incident-2026-04-30")
    causes = restored((incident.directory / "causes.json").read_bytes())
    production = next(each for each in causes if each.subject == "raxx-api-prod")
    assert (production.severity, production.outcome) == ("SEV-1", "drifted")
    assert {each.control for each in production.members} >= {"HK002", "HK004", "HK006", "WEB001", "GH002"}
    directory = copied(incident, tmp_path)
    edit_json(directory / "causes.json", lambda value: {**value, "causes": []})
    assert not verify(directory, Asked()).holds
