"""What a run found, in the forms that GitHub and other programs read: of the right place, whole, and nothing more."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import jsonschema_rs
import pytest
import run_directory
from hostile_texts import TEXTS

from asbuilt import catalogue, texts
from asbuilt.record.formats.annotations import MOST, complaint
from asbuilt.record.formats.fingerprints import fingerprints
from asbuilt.record.formats.found import found_in
from asbuilt.record.formats.rendering import Form, rendered
from asbuilt.record.manifest import Source, restored
from asbuilt.record.recorded import NoRunError
from asbuilt.record.sources import placed
from asbuilt.withholding import Secrets

# The published schema without its descriptions, and with the `anyOf` of `region` beside its properties, not among them.
SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-schema-2.1.0.json").read_text())
BEFORE = catalogue.PROJECT / "fixtures/repositories/TradeMasterAPI/before"
COMMAND = re.compile(r"::(error|warning|notice) ([^\r\n]*?)::([^\r\n]*)")
STATIC_PATH = "fixtures/repositories/TradeMasterAPI/before/.github/workflows"
NONE = Secrets()


@pytest.fixture(scope="module")
def incident(played, tmp_path_factory):
    """The record of the incident's run."""
    run = played("tests_live", "-m", "live", "--sandbox=incident-2026-04-30")
    return run_directory.copied(run, tmp_path_factory.mktemp("incident"))


@pytest.fixture(scope="module")
def before(played, tmp_path_factory):
    """The record of a run over the workflow files before the repair."""
    run = played("tests_static", f"--checkout={BEFORE}")
    return run_directory.copied(run, tmp_path_factory.mktemp("before"))


@pytest.fixture
def copy(incident, before, tmp_path):
    """Give a function that copies a record, to be changed."""

    def made(which, **changes):
        directory = tmp_path / which
        source = {"incident": incident, "before": before}[which]
        run_directory.shutil.copytree(source, directory)
        if changes:
            run_directory.seal(directory, **changes)
        return directory

    return made


def commands(directory):
    """Give each annotation: its level, its properties, its message; every line is one."""
    found = []
    for line in rendered(directory, Form.GITHUB, NONE).splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(each.split("=", 1) for each in match[2].split(","))
        found.append((match[1], {name: unquote(value) for name, value in properties.items()}, unquote(match[3])))
    return found


def log(directory):
    """Give the SARIF log, which is valid."""
    found = json.loads(rendered(directory, Form.SARIF, NONE))
    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(found)
    return found


def changed(directory, change):
    """Change each verdict, as though its run had found that."""
    run_directory.edit_json(
        directory / "verdicts.json", lambda all_of_them: [change(each) or each for each in all_of_them]
    )
    run_directory.seal(directory)
    return directory


def test_a_finding_of_files_stands_at_its_line_and_what_fails_is_an_error_or_a_warning(before):
    found = commands(before)
    assert [each[0] for each in found] == ["error"] * 2 + ["warning"] * 8 + ["notice"]
    _level, properties, message = found[0]
    assert properties == {
        "file": f"{STATIC_PATH}/deploy.yml",
        "line": "40",
        "col": "3",
        "title": "WF003 SEV-2 raxx-api-prod",
    }
    assert "expected production\nfix: add to job deploy-prod" in message
    lines = (BEFORE / ".github/workflows/deploy.yml").read_text().splitlines()
    assert lines[39].startswith("  deploy-prod:")


def test_a_live_finding_stands_where_its_subject_is_declared_and_causes_stand_for_their_consequences(incident):
    estate = (catalogue.PROJECT / "estate.yaml").read_text().splitlines()
    found = {each[1]["title"].split()[1]: each for each in commands(incident)}
    assert list(found) == ["GH002", "GH008"]
    level, properties, message = found["GH002"]
    assert (level, properties["file"]) == ("error", "estate.yaml")
    assert estate[int(properties["line"]) - 1].strip() == "production:"
    assert properties["title"] == "SANDBOX: GH002 SEV-1 MooseQuest/TradeMasterAPI"  # as bad as what it explains
    assert "explains GH009 HK002 HK004 HK005 HK006 WEB001 (2)" in message
    assert estate[int(found["GH008"][1]["line"]) - 1].strip().startswith("deploy.yml:")


def test_no_more_than_github_shows_and_the_rest_is_counted(copy):
    directory = copy("before")
    run_directory.edit_json(
        directory / "verdicts.json",
        lambda all_of_them: [
            {**each, "id": each["id"].replace("[", f"[{number} ")}
            for number in range(8)
            for each in all_of_them
            if each["control"] == "WF030"
        ],
    )
    run_directory.edit_json(
        directory / "verdicts.json",
        lambda all_of_them: [
            {**each, "lines": [{**one, "place": f"{one['place']}{row}"} for one in each["lines"]]}
            for row, each in enumerate(all_of_them)
        ],
    )
    run_directory.seal(directory)
    found = commands(directory)
    findings = len(found_in(directory).findings)
    assert findings > MOST
    assert len(found) == MOST + 1
    assert found[-1][0] == "notice"
    assert f"and {findings - MOST} more findings ({findings - MOST} warnings)" in found[-1][2]


def test_what_fails_nothing_is_a_notice_and_what_is_accepted_or_was_there_before_is_none(copy):
    def change(each):
        if each["control"] == "WF003":
            return {**each, "tolerated": "--fail-on SEV-1"}
        if each["control"] == "WF004":
            return {**each, "before": list(range(len(each["lines"])))}
        if each["control"] == "WF002":
            return {**each, "lines": [{**one, "waived": "suppressed until 2027-01-01: soon"} for one in each["lines"]]}
        return {**each, "outcome": "conforms", "lines": []}

    directory = changed(copy("before"), change)
    assert [(each[0], each[1]["title"].split()[0]) for each in commands(directory)] == [("notice", "WF003")]
    assert "fails nothing: --fail-on SEV-1" in commands(directory)[0][2]
    results = log(directory)["runs"][0]["results"]
    told = {each["ruleId"]: each for each in results}
    assert told["WF002"]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "suppressed until 2027-01-01: soon"}
    ]
    assert "suppressions" not in told["WF003"]


def test_a_consequence_of_what_was_there_before_is_told_by_itself(copy):
    def change(each):
        return {**each, "before": [0]} if each["control"] == "GH002" else each

    found = [each[1]["title"].split()[1] for each in commands(changed(copy("incident"), change))]
    assert found == ["GH009", "GH008"]


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_of_somebody_elses_begins_a_command_or_ends_one(name, copy):
    text = f"{texts.kept(TEXTS[name])}%0A::error::x\r\n::stop-commands::y,file=/etc/passwd:z"
    place = ".github/workflows/deploy.yml:40:3"

    def change(each):
        lines = [{**one, "fact": text, "fix": text, "place": place} for one in each["lines"]]
        return {**each, "lines": lines, "subject": text[:3000]}

    directory = changed(copy("before"), change)
    told = rendered(directory, Form.GITHUB, NONE)
    assert "##[" not in told
    for level, properties, message in commands(directory):
        assert level in {"error", "warning", "notice"}
        assert set(properties) <= {"file", "line", "col", "title"}
        assert properties.get("file") in {None, f"{STATIC_PATH}/deploy.yml"}
        assert not re.search(r"(?m)^\s*::", message)
        assert "##[" not in message
    assert log(directory)["runs"][0]["results"]
    assert json.loads(rendered(directory, Form.JSON, NONE))["verdicts"]


def test_an_error_of_the_user_is_one_command():
    told = complaint("estate.yaml:3:1: no\n::error::x\n100%")
    assert told.count("\n") == 1
    assert COMMAND.fullmatch(told.strip())[3] == "estate.yaml:3:1: no%0A\\::error::x%0A100%25"


def standing(directory, repository):
    """Give the sources of a record as though git fetched them from a repository."""
    sources = restored((directory / "manifest.json").read_bytes()).sources
    return {name: replace(each, repository=repository) for name, each in sources.items()}


def test_a_place_in_another_repository_is_no_file_of_this_one(before, incident, copy):
    ci = {"repository": "MooseQuest/other"}
    directory = copy("before", ci=ci, sources=standing(before, ""))
    for _level, properties, message in commands(directory)[:-1]:
        assert set(properties) == {"title"}
        assert "\nat MooseQuest/TradeMasterAPI fixtures/" in message
    here = copy("incident", ci=ci, sources=standing(incident, "moosequest/OTHER"))
    assert all("file" in each[1] for each in commands(here))


def test_a_fork_is_known_by_what_git_fetches_from(before, copy):
    ci = {"repository": "somebody/TradeMasterAPI"}
    directory = copy("before", ci=ci, sources=standing(before, "somebody/TradeMasterAPI"))
    assert all("file" in each[1] for each in commands(directory)[:-1])


def test_a_run_that_is_not_complete_says_so_in_every_form(copy):
    lacks = ("3 of 61 checks were never judged: the run was interrupted (3)",)
    directory = copy("incident", complete=False, lacks=lacks, exit=2)
    level, properties, message = commands(directory)[0]
    assert (level, properties["title"]) == ("error", "INCOMPLETE: asbuilt raxx in sandbox incident-2026-04-30")
    assert message.startswith(lacks[0])
    (invocation,) = log(directory)["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == lacks[0]
    document = json.loads(rendered(directory, Form.JSON, NONE))
    assert (document["complete"], document["lacks"], document["exit"]) == (False, list(lacks), 2)


def test_what_was_never_judged_is_told_though_nothing_drifted(copy):
    def change(each):
        reason = "was never judged: the run stopped before it"
        return {**each, "outcome": "unknown", "lines": [], "reason": reason}

    directory = changed(copy("incident"), change)
    ((level, _, message),) = commands(directory)
    assert level == "error"
    assert re.fullmatch(r"\d+ checks were never judged\nwas never judged: the run stopped before it", message)
    (invocation,) = log(directory)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False


def test_each_result_has_its_rule_its_line_and_what_the_line_is_known_by(before):
    (run,) = log(before)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {each["id"] for each in rules} == {
        control.id for _, control in catalogue.checks() if control.id.startswith("WF")
    }
    assert len(run["results"]) == len(found_in(before).findings)
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        (place,) = (one["physicalLocation"] for one in each["locations"])
        text = (catalogue.PROJECT / place["artifactLocation"]["uri"]).read_text()
        row, region = text.splitlines()[place["region"]["startLine"] - 1], place["region"]
        assert region["snippet"]["text"] == row
        assert (
            row[region["startColumn"] - 1 : region["endColumn"] - 1]
            == row.strip()[-len(row[region["startColumn"] - 1 :]) :]
        )
        known = fingerprints(text)[region["startLine"] - 1]
        assert each["partialFingerprints"] == {"primaryLocationLineHash": known}
    assert run["automationDetails"]["id"].startswith("asbuilt/static/MooseQuest/TradeMasterAPI/2")
    assert run["invocations"][0]["executionSuccessful"] is True


def test_what_is_unknown_is_a_warning_that_says_so(live, tmp_path):
    directory = run_directory.copied(live("healthy+dynos-forbidden"), tmp_path)
    results = log(directory)["runs"][0]["results"]
    assert results
    assert {each["level"] for each in results} == {"warning"}
    assert all(each["message"]["text"].startswith("SANDBOX: UNKNOWN ") for each in results)
    assert "kind" not in results[0]


def test_no_text_is_a_link_in_sarif(copy):
    def change(each):
        return {**each, "lines": [{**one, "fact": "[x](https://example.com)"} for one in each["lines"]]}

    results = log(changed(copy("before"), change))["runs"][0]["results"]
    assert results
    assert not any("](" in each["message"]["text"] for each in results)


def test_the_document_is_the_record_and_the_text_is_what_the_terminal_had(before):
    document = json.loads(rendered(before, Form.JSON, NONE))
    assert document["verdicts"] == json.loads((before / "verdicts.json").read_text())
    assert document["counts"]["drifted"] == 9
    assert rendered(before, Form.TEXT, NONE).strip() == (before / "terminal.txt").read_text().strip()


@pytest.mark.parametrize("name", ["verdicts.json", "estate.yaml", "checkouts.json.gz", "terminal.txt"])
def test_a_record_that_was_changed_is_not_shown(name, copy):
    directory = copy("before")
    run_directory.flip(directory / name)
    for form in Form:
        with pytest.raises(NoRunError, match="is not the file that the manifest is about"):
            rendered(directory, form, NONE)


def test_what_has_no_end_is_not_shown(copy):
    directory = copy("before")
    (directory / "manifest.json").unlink()
    with pytest.raises(NoRunError, match="did not come to its end"):
        rendered(directory, Form.SARIF, NONE)


def test_where_estate_and_checkout_stand_is_on_record(before):
    sources = restored((before / "manifest.json").read_bytes()).sources
    assert sources["estate"].path == "estate.yaml"
    assert sources["checkout MooseQuest/TradeMasterAPI"].path == "fixtures/repositories/TradeMasterAPI/before"


@pytest.mark.parametrize("repository", [True, False])
def test_where_something_stands_is_known_below_its_repository_or_where_the_runner_keeps_it(repository, tmp_path):
    folder = tmp_path / "work" / "sub"
    folder.mkdir(parents=True)
    (folder / "estate.yaml").touch()
    if repository:
        (folder / ".git").mkdir()
        (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = https://github.com/shop/api.git\n')
    environ = {"GITHUB_WORKSPACE": str(tmp_path / "work")}
    found = placed(Source(), folder / "estate.yaml", environ)
    assert (found.path, found.repository) == (("estate.yaml", "shop/api") if repository else ("sub/estate.yaml", ""))
    assert placed(Source(), folder, environ).path == ("." if repository else "sub")
    assert placed(Source(), folder / "gone.yaml", environ) == Source()
    assert repository or placed(Source(), folder / "estate.yaml", {}) == Source()
