"""`asbuilt verify`: whatever was changed, added or removed in a run's record is named, with digests made to fit too."""

import json
import os
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import run_directory
from typer.testing import CliRunner

from asbuilt.cli import app
from asbuilt.population import LeftOut, Population
from asbuilt.record.manifest import Accepted, Covered, restored
from asbuilt.record.recorded import NoRunError
from asbuilt.record.verified import lines
from asbuilt.record.verify import Asked, verify

NOW = datetime.now(UTC)
DRIFTED = "tests_live/test_releases.py::test_current_release_has_a_slug[raxx-api-prod]"
FILES = (
    "collected.json", "verdicts.json", "verdicts.jsonl", "observation.json", "bodies.json.gz", "checkouts.json.gz",
    "estate.yaml", "junit.xml", "summary.md", "terminal.txt", "outputs.txt", "sandbox-log.json", "manifest.json",
    "predicate.json", "statement.intoto.json", "allure-results/environment.properties",
    "allure-results/categories.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(played, tmp_path_factory):
    """The record of the incident's run."""
    run = played("tests_live", "-m", "live", "--sandbox=incident-2026-04-30")
    return run_directory.copied(run, tmp_path_factory.mktemp("made"))


@pytest.fixture
def directory(made, tmp_path):
    """A copy of the record, to be changed."""
    return shutil.copytree(made, tmp_path / made.name)


def results(directory):
    return sorted((directory / "allure-results").glob("*-result.json"))


def wrong(directory, **asked):
    """Give what does not fit: each thing that was checked, with what it names, and what it says of it."""
    found = verify(directory, Asked(**asked), NOW)
    return {each.name: [(one.where, one.fact) for one in each.misfits] for each in found.checks if not each.fits}


def named(directory, **asked):
    return {where for misfits in wrong(directory, **asked).values() for where, _ in misfits}


def told(directory, **asked):
    return "\n".join(lines(verify(directory, Asked(**asked), NOW)))


def test_record_that_nobody_touched_holds(made):
    assert wrong(made) == {}
    text = told(made)
    assert text.endswith("the record holds")
    for name in (
        "digests",
        "population",
        "journal",
        "totals",
        "verdict",
        "scope",
        "world",
        "statement",
        "age",
        "complete",
    ):
        assert re.search(rf"^{name}: \S", text, re.MULTILINE)


def test_clock_of_a_sandbox_is_the_sandboxs_and_what_was_accepted_is_told(directory):
    assert "by the sandbox's clock" in told(directory)
    assert "by: nobody that CI names\n" in told(directory)
    assert "accepted: 0 waivers, 0 suppressions\n" in told(directory)
    waiver = Accepted("waiver", "HK005", "shop", "2026-06-30", "in force", "owner", "why", 1)
    accepted = (waiver, replace(waiver, state="expired"), Accepted("suppression", "WF010", "f:1", "", "unused"))
    ci = {"system": "GitHub Actions", "actor": "octocat\x1b[31m", "workflow": "nightly", "run": "123", "attempt": "2"}
    run_directory.seal(directory, ci=ci, accepted=accepted)
    text = told(directory)
    assert "by: octocat\\x1b[31m, workflow nightly, run 123 attempt 2 (GitHub Actions)\n" in text
    named = "(HK005 shop until 2026-06-30, owner, #1)"
    assert f"accepted: 1 waiver in force {named}, 1 expired, 1 suppression (1 unused)\n" in text
    plain = verify(directory, Asked(), NOW).as_plain()
    assert (plain["ci"], len(plain["waivers_and_suppressions"])) == (ci, 3)


def test_record_is_the_same_wherever_it_is_copied_to(directory):
    assert wrong(directory.rename(directory.with_name("evidence of April"))) == {}


@pytest.mark.parametrize("name", FILES)
def test_flipped_byte_is_named(directory, name):
    run_directory.flip(directory / name)
    found = told(directory)
    assert name in found
    assert "does not hold" in found


def test_flipped_byte_in_a_result_is_named(directory):
    path = results(directory)[0]
    run_directory.flip(path)
    assert f"allure-results/{path.name}" in named(directory)


def test_every_file_of_a_run_is_covered(made):
    covered = set(restored((made / "manifest.json").read_bytes()).files)
    there = {str(each.relative_to(made)) for each in made.rglob("*") if each.is_file()}
    assert there - covered == run_directory.WITHOUT


@pytest.mark.parametrize("fits", [False, True], ids=["as-it-is", "digests-made-to-fit"])
def test_result_that_was_removed_is_named(directory, fits):
    path = results(directory)[0]
    node_id = json.loads(path.read_text())["fullName"]
    path.unlink()
    if fits:
        run_directory.seal(directory)
    assert (node_id if fits else f"allure-results/{path.name}") in named(directory)


@pytest.mark.parametrize("fits", [False, True], ids=["as-it-is", "digests-made-to-fit"])
def test_result_that_was_added_is_named(directory, fits):
    shutil.copy(results(directory)[0], directory / "allure-results" / "zz-result.json")
    if fits:
        run_directory.seal(directory)
    assert "allure-results/zz-result.json" in named(directory)


def test_rendered_report_is_not_covered_and_no_misfit(directory):
    (directory / "report.html").write_text("<html>")
    assert wrong(directory) == {}
    assert "report.html not covered" in told(directory)


def test_link_is_named_and_never_followed(directory, tmp_path):
    outside = tmp_path / "outside"
    outside.write_bytes((directory / "estate.yaml").read_bytes())
    (directory / "estate.yaml").unlink()
    (directory / "estate.yaml").symlink_to(outside)
    (directory / "more").symlink_to(tmp_path)
    os.mkfifo(directory / "pipe")
    facts = dict(wrong(directory)["digests"])
    assert "link" in facts["estate.yaml"]
    assert "link" in facts["more"]
    assert "no regular file" in facts["pipe"]
    assert "estate.yaml" not in {each for each, fact in wrong(directory)["digests"] if "missing" in fact}


def conform(records):
    for each in records:
        if each["id"] == DRIFTED:
            each.update(outcome="conforms", lines=[], reason="")


def of_journal(change):
    def changed(text):
        records = [json.loads(each) for each in text.splitlines()]
        change(records)
        return "".join(f"{json.dumps(each)}\n" for each in records)

    return changed


def drop(records):
    records.pop()


def drop_a_cause(kept):
    kept["causes"].pop()


def repeat(records):
    records.append({**records[0], "outcome": "drifted"})


def amend(records):
    """Let a verdict come to another outcome first, as one does that something at the end of the run changes."""
    records.insert(0, {**records[0], "outcome": "conforms", "lines": []})
    records[1]["amended"] = True


def take_out(node_id):
    def change(collected):
        collected["ids"].remove(node_id)

    return change


def deselect(collected):
    collected["deselected"].append({"id": DRIFTED, "reason": "-k"})


def in_json(name, change):
    return lambda folder: run_directory.edit_json(folder / name, change)


def in_text(name, pattern, instead):
    return lambda folder: run_directory.edit(
        folder / name, lambda text: re.sub(pattern, instead, text, count=1, flags=re.DOTALL)
    )


def in_journal(change):
    return lambda folder: run_directory.edit(folder / "verdicts.jsonl", of_journal(change))


# Each change, and where it shows: what was checked, and what is named there, where that is one thing.
CHANGES = {
    "verdict-edited": (in_json("verdicts.json", conform), {"journal": DRIFTED, "totals": "junit.xml"}),
    "verdict-stands-twice": (in_json("verdicts.json", lambda each: each.append(each[0])), {"population": None}),
    "verdict-removed": (in_json("verdicts.json", drop), {"population": None, "journal": None, "totals": None}),
    "journal-edited": (in_journal(conform), {"journal": DRIFTED}),
    "journal-cut": (in_journal(drop), {"journal": None}),
    "verdict-came-twice": (in_journal(repeat), {"population": None}),
    "collected-check-removed": (in_json("collected.json", take_out(DRIFTED)), {"population": DRIFTED}),
    "collected-and-deselected": (in_json("collected.json", deselect), {"population": DRIFTED}),
    "junit-case-removed": (in_text("junit.xml", "<testcase.*?</testcase>", ""), {"totals": "junit.xml"}),
    "junit-case-conforms": (in_text("junit.xml", "<failure.*?</failure>", ""), {"totals": "junit.xml"}),
    "summary-counts-others": (in_text("summary.md", r", \d+ drifted", ", 0 drifted"), {"totals": "summary.md"}),
    "summary-is-green": (in_text("summary.md", "❌", "✅"), {"totals": "summary.md"}),
    "cause-removed": (in_json("causes.json", drop_a_cause), {"totals": "causes.json"}),
    "cause-of-another": (
        in_text("causes.json", r"tests_live/test_releases", "tests_live/test_other"),
        {"totals": "causes.json"},
    ),
    "causes-of-nobody": (in_text("causes.json", "asbuilt causes 1", "causes"), {"totals": "causes.json"}),
    "outputs-conform": (in_text("outputs.txt", "drifted", "conforms"), {"verdict": "outputs.txt"}),
    "another-estate": (in_text("estate.yaml", "estate: raxx", "estate: shop"), {"scope": "estate.yaml"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_named_though_the_digests_were_made_to_fit(directory, name):
    change, expected = CHANGES[name]
    change(directory)
    run_directory.seal(directory)
    found = wrong(directory)
    assert "digests" not in found
    for check, where in expected.items():
        assert found[check]
        assert where is None or where in {each for each, _ in found[check]}, found


def test_answer_that_was_changed_is_named_though_the_digests_were_made_to_fit(directory):
    def change(kept):
        name = next(iter(kept["bodies"]))
        kept["bodies"][name] += " "

    run_directory.edit_json(directory / "bodies.json.gz", change)
    run_directory.seal(directory)
    assert {each for each, _ in wrong(directory)["answers"]} == {"bodies.json.gz"}


def test_result_that_says_otherwise_is_named(directory):
    path = next(each for each in results(directory) if json.loads(each.read_text())["status"] == "failed")
    run_directory.edit_json(path, lambda result: result.update(status="passed"))
    run_directory.seal(directory)
    assert wrong(directory)["totals"][0][0] == f"allure-results/{path.name}"


def test_verdict_that_was_amended_is_the_last_line_of_its_id(directory):
    run_directory.edit(directory / "verdicts.jsonl", of_journal(amend))
    run_directory.seal(directory)
    assert wrong(directory) == {}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({"verdict": "conforms"}, "verdict", id="verdict"),
        pytest.param({"exit": 0}, "verdict", id="exit"),
        pytest.param({"counts": {"conforms": 1}}, "totals", id="counts"),
        pytest.param({"complete": False, "lacks": ("a worker died",)}, "complete", id="incomplete"),
        pytest.param({"complete": False}, "complete", id="incomplete-without-a-word"),
        pytest.param({"exit": 3}, "complete", id="asbuilt-failed"),
        pytest.param({"population": Population(suites=("live",), whole=61)}, "population", id="population"),
        pytest.param({"covered": Covered("", ("live",), ("raxx-api-prod",), ())}, "scope", id="scope-is-not-whole"),
        pytest.param({"ended": (NOW + timedelta(hours=2)).isoformat(), "world": "live"}, "age", id="to-come"),
        pytest.param({"ended": "tonight"}, "age", id="no-instant"),
    ],
)
def test_what_the_manifest_says_is_held_against_the_rest(directory, changes, name):
    run_directory.seal(directory, **changes)
    assert name in wrong(directory)


def test_check_that_was_never_judged_makes_the_record_incomplete(directory):
    reason = "was never judged: worker gw0 died in it"

    def leave_out(records):
        for each in records:
            if each["id"] == DRIFTED:
                each.update(outcome="unknown", reason=reason)

    run_directory.edit_json(directory / "verdicts.json", leave_out)
    run_directory.edit(directory / "verdicts.jsonl", of_journal(leave_out))
    run_directory.seal(directory)
    assert (DRIFTED, "was never judged, and manifest.json does not say so") in wrong(directory)["population"]
    population = restored((directory / "manifest.json").read_bytes()).population
    left = replace(population, never_judged=(LeftOut(DRIFTED, reason),))
    run_directory.seal(directory, population=left)
    assert DRIFTED in {each for each, _ in wrong(directory)["complete"]}


WORLD = "sandbox incident-2026-04-30"
SAY_THE_WORLD = {
    "collected.json", "observation.json", "junit.xml", "summary.md", "allure-results/environment.properties",
    "predicate.json", "statement.intoto.json", "statement.intoto.json (its subject)",
}  # fmt: skip


def test_world_that_was_changed_in_the_manifest_is_denied_by_every_other_file(directory):
    before = {name: (directory / name).read_bytes() for name in ("predicate.json", "statement.intoto.json")}
    run_directory.seal(directory, world="live")
    for name, content in before.items():
        (directory / name).write_bytes(content)
    assert {each for each, _ in wrong(directory)["world"]} == SAY_THE_WORLD | {"sandbox-log.json"}


@pytest.mark.parametrize("name", sorted({each.partition(" ")[0] for each in SAY_THE_WORLD}))
def test_world_that_was_changed_in_one_file_is_named(directory, name):
    path = directory / name
    run_directory.edit(path, lambda text: text.replace(WORLD, "live").replace(f"[{WORLD}]", "[live]"))
    if name not in run_directory.WITHOUT:
        run_directory.seal(directory)
    assert name in {each.partition(" ")[0] for each, _ in wrong(directory)["world"]}


def test_statement_of_a_sandbox_never_reads_as_a_pass(live, tmp_path):
    made = run_directory.copied(live("healthy"), tmp_path)
    statement = json.loads((made / "statement.intoto.json").read_bytes())
    predicate = json.loads((made / "predicate.json").read_bytes())
    assert statement["predicate"] == predicate
    assert statement["subject"][0]["name"] == "manifest.json (sandbox healthy)"
    assert predicate["result"] == "WARNED"
    assert predicate["passedTests"] == predicate["failedTests"] == []
    assert all(each.startswith("[sandbox healthy] tests_live/") for each in predicate["warnedTests"])
    assert "signature: none" in told(made)


@pytest.mark.parametrize(
    ("changes", "result", "failed"),
    [
        pytest.param({}, "FAILED", True, id="drifted"),
        pytest.param({"complete": False, "lacks": ("cut",)}, "FAILED", True, id="incomplete"),
    ],
)
def test_statement_of_what_drifted_fails(directory, changes, result, failed):
    run_directory.seal(directory, **changes)
    predicate = json.loads((directory / "predicate.json").read_bytes())
    assert predicate["result"] == result
    assert bool(predicate["failedTests"]) is failed


def test_statement_of_reality_names_the_manifest_alone(directory):
    run_directory.seal(directory, world="live")
    statement = json.loads((directory / "statement.intoto.json").read_bytes())
    assert statement["subject"][0]["name"] == "manifest.json"
    assert DRIFTED in statement["predicate"]["failedTests"]
    assert statement["predicate"]["passedTests"]


@pytest.mark.parametrize(
    ("asked", "changes", "fits"),
    [
        ({"max_age": timedelta(hours=26)}, {}, False),
        ({"max_age": timedelta(hours=26)}, {"world": "live", "ended": NOW.isoformat()}, True),
        ({"max_age": timedelta(hours=26)}, {"world": "live", "ended": (NOW - timedelta(hours=27)).isoformat()}, False),
        ({"max_age": timedelta(hours=26)}, {"world": "live, judged again", "ended": NOW.isoformat()}, False),
    ],
    ids=["sandbox-proves-none", "young", "old", "judged-again-proves-none"],
)
def test_age_is_that_of_reality(directory, asked, changes, fits):
    if "ended" in changes:
        as_of = f'"as_of":"{changes["ended"]}"'
        run_directory.edit(directory / "observation.json", lambda text: re.sub(r'"as_of": ?"[^"]*"', as_of, text))
    run_directory.seal(directory, **changes)
    assert ("age" not in wrong(directory, **asked)) is fits


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (27, "and 26 h 0 min is allowed: 1 night is missing since, "),
        (80, "and 26 h 0 min is allowed: 3 nights are missing since, "),
    ],
)
def test_nights_that_are_missing_since_a_record_are_said(directory, hours, said):
    ended = (NOW - timedelta(hours=hours)).isoformat()
    run_directory.edit(
        directory / "observation.json", lambda text: re.sub(r'"as_of": ?"[^"]*"', f'"as_of":"{ended}"', text)
    )
    run_directory.seal(directory, world="live", ended=ended)
    assert said in str(wrong(directory, max_age=timedelta(hours=26))["age"])


def test_end_that_is_not_the_observation_s_is_named(directory):
    run_directory.seal(directory, world="live", ended=NOW.isoformat())
    assert "observation.json is as of" in str(wrong(directory, max_age=timedelta(hours=26))["age"])


@pytest.mark.parametrize(
    ("estate", "covered", "fits"),
    [
        ("raxx", "", True),
        ("shop", "", False),
        ("raxx", "raxx-api-staging only; 24 checks not judged", False),
        ("", "raxx-api-staging only; 24 checks not judged", True),
    ],
)
def test_estate_that_was_asked_for_is_wanted_whole(directory, estate, covered, fits):
    whole = restored((directory / "manifest.json").read_bytes()).covered
    run_directory.seal(directory, covered=Covered(covered, whole.suites, whole.apps, whole.repositories))
    assert ("scope" not in wrong(directory, estate=estate)) is fits
    assert not covered or covered in told(directory, estate=estate)


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (("manifest.json",), "incomplete: it has no manifest.json: the run did not come to its end; {n} of {n} checks"),
        (("manifest.json", "verdicts.json", "verdicts.jsonl"), "0 of {n} checks"),
        (("manifest.json", "collected.json"), "did not come to the end of its collection"),
    ],
    ids=["at-the-end", "before-the-first-check", "in-collection"],
)
def test_run_that_died_is_incomplete(directory, lost, said):
    said = said.format(n=len(json.loads((directory / "verdicts.json").read_text())))
    for name in lost:
        (directory / name).unlink()
    assert said in told(directory)
    assert "does not hold: complete" in told(directory)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"form": "another"}'])
@pytest.mark.parametrize("name", ["manifest.json", "collected.json", "verdicts.json", "predicate.json"])
def test_broken_file_is_named_and_no_traceback(directory, name, content):
    (directory / name).write_bytes(content)
    assert name in named(directory)


def test_torn_journal_is_named(directory):
    path = directory / "verdicts.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    run_directory.seal(directory)
    assert {each.partition(":")[0] for each, _ in wrong(directory)["readable"]} == {"verdicts.jsonl"}


@pytest.mark.parametrize(
    "document",
    [
        b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE a [<!ENTITY b "c">]><testsuites>&b;</testsuites>',
        b"<testsuites/>",
        b'<?xml version="1.0" encoding="utf-8"?><testsuites>',
    ],
)
def test_junit_file_with_a_form_of_its_own_is_not_read(directory, document):
    (directory / "junit.xml").write_bytes(document)
    run_directory.seal(directory)
    assert ("junit.xml", "is missing, or is not what asbuilt writes there") in wrong(directory)["totals"]


def test_what_somebody_wrote_into_a_record_is_shown_harmless(directory):
    evil = "tests_live/\x1b[31m::set-output name=x::\u202e"
    run_directory.edit_json(directory / "collected.json", lambda collected: collected["ids"].append(evil))
    (directory / "\x1b]0;owned\x07").write_text("")
    text = told(directory)
    assert all(each.isprintable() for each in text.splitlines())
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert "\\x1b[31m" in text


def test_folder_that_is_no_run_is_a_mistake_of_the_user(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NoRunError):
            verify(folder, Asked())


def command(*arguments):
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 0, "the record holds"),
        (("--estate", "raxx"), 0, "the record holds"),
        (("--estate", "shop"), 1, "and you asked for"),
        (("--max-age", "26h"), 1, "proves no age"),
        (("--max-age", "tomorrow"), 4, "is no age"),
        (("--estate", ""), 4, "its value is empty"),
    ],
)
def test_command_ends_as_all_of_asbuilt_does(made, arguments, code, said):
    done = command(made, *arguments)
    assert done.exit_code == code, done.output
    assert said in done.output


def test_command_says_in_one_line_that_a_folder_is_no_run(tmp_path):
    done = command(tmp_path)
    assert (done.exit_code, done.output.count("\n")) == (4, 1)


def test_command_gives_all_of_it_to_programs(directory):
    (directory / "estate.yaml").unlink()
    done = command(directory, "--format", "json")
    assert done.exit_code == 1
    found = json.loads(done.output)
    assert not found["holds"]
    misfits = {each["name"]: [one["where"] for one in each["misfits"]] for each in found["checks"]}
    assert misfits["digests"] == ["estate.yaml"]
