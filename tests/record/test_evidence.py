"""What a run leaves behind says what was found, whole, and nothing that is secret."""

import html
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import yaml
from allure_commons import model2
from typer.testing import CliRunner

from asbuilt.catalogue import PROJECT
from asbuilt.cli import app as command
from asbuilt.estate import Links
from asbuilt.record.allure_results import clause, results_of, write_results
from asbuilt.record.report import _closed, _name
from asbuilt.record.writing import written
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.withholding import Secret, Secrets
from asbuilt.workflows.yaml.finding import Finding

STATUS = {
    "conforms": "passed",
    "drifted": "failed",
    "unknown": "broken",
    "waived": "skipped",
    "not applicable": "skipped",
}


def _results(directory):
    return _results_in(directory / "allure-results")


def _results_in(folder):
    return [json.loads(path.read_text()) for path in folder.glob("*-result.json")]


def _labels(result):
    found = {}
    for label in result["labels"]:
        found.setdefault(label["name"], []).append(label["value"])
    return found


def _one(results, control, subject):
    begins = re.compile(rf"{control} SEV-\d {re.escape(subject)}")
    return next(each for each in results if begins.match(each["name"]))


def _sides(result):
    """Give what is declared and what was observed, as the page of a result shows them."""
    cells = re.findall(r"<td><pre[^>]*>(.*?)</pre>", result["descriptionHtml"], re.DOTALL)
    return [yaml.safe_load(html.unescape(each)) for each in cells]


def test_each_verdict_is_one_allure_result_with_its_status(live):
    played = live("incident-2026-04-30+environments-forbidden")
    results = _results(played.directory)
    assert len({each["historyId"] for each in results}) == len(results) == len(played.verdicts)
    told = {each["fullName"]: each["status"] for each in results}
    assert told == {each["id"]: STATUS[each["outcome"]] for each in played.verdicts}
    assert set(told.values()) == {"passed", "failed", "broken", "skipped"}


def test_a_result_reads_as_system_subject_and_control(live):
    result = _one(_results(live("incident-2026-04-30").directory), "HK002", "raxx-api-prod")
    assert result["name"] == "HK002 SEV-2 raxx-api-prod: the current release carries a slug"
    labels = _labels(result)
    assert labels["epic"] == ["Heroku"]
    assert labels["feature"] == ["raxx-api-prod"]
    assert labels["story"] == ["HK002 the current release carries a slug"]
    assert labels["severity"] == ["normal"]
    assert {"HK002", "SEV-2", "SOC2 CC7.2", "NIST SI-4"} <= set(labels["tag"])
    links = {each["name"]: each["url"] for each in result["links"]}
    assert links["#692"] == "https://github.com/MooseQuest/TradeMasterAPI/issues/692"
    assert links["runbook"].endswith("docs/ops/runbooks/heroku.md")
    assert "carries no slug" in result["statusDetails"]["message"]
    assert "trace" not in result["statusDetails"]


def test_declared_and_observed_stand_side_by_side_with_their_requests(live):
    directory = live("incident-2026-04-30").directory
    result = _one(_results(directory), "WEB001", "raxx-api-prod /health")
    url = "https://raxx-api-prod-a60a19e5efbf.herokuapp.com/health"
    declared, observed = _sides(result)
    assert declared == {"app": "raxx-api-prod", "probe": "/health", "status": 200}
    assert observed == {"response": {"url": url, "status": 502, "from_router": True}}
    assert result["descriptionHtml"].endswith(f">GET {url} -&gt; 502</pre>")
    assert [each.name for each in (directory / "allure-results").iterdir() if "attachment" in each.name] == []


@pytest.mark.parametrize("world", ["healthy", "incident-2026-04-30", "healthy+environment-gone"])
def test_what_was_judged_shows_both_sides_and_is_short(live, world):
    played = live(world)
    status = {each["id"]: each["outcome"] for each in played.verdicts}
    results = _results(played.directory)
    for each in results:
        declared, observed = _sides(each)
        assert declared
        if status[each["fullName"]] in {"conforms", "drifted"}:
            assert isinstance(observed, dict), each["name"]
        assert len(json.dumps([declared, observed], default=str)) < 2 * 2500, each["name"]
    if world == "healthy":
        assert sum(len(json.dumps(each)) for each in results) / len(results) < 2000


def test_a_result_has_the_form_that_allure_reads(live):
    for each in _results(live("incident-2026-04-30").directory):
        model2.TestResult(**each)
        assert each["status"] in vars(model2.Status).values()
        assert each["start"] <= each["stop"]
        assert all(model2.Label(**label).value for label in each["labels"])
        assert all(model2.Link(**link).url.startswith("https://") for link in each.get("links", ()))


def test_a_history_follows_a_check_from_run_to_run_and_tells_it_from_all_others(live):
    here, there = (_results(live(world).directory) for world in ("healthy", "incident-2026-04-30"))
    ids = [{each["fullName"]: (each["historyId"], each["testCaseId"]) for each in results} for results in (here, there)]
    both = ids[0].keys() & ids[1].keys()
    assert len(both) > 1
    assert {ids[0][each] for each in both} == {ids[1][each] for each in both}
    assert len(set(ids[0].values())) == len(here)
    assert not {each["uuid"] for each in here} & {each["uuid"] for each in there}


def test_a_finding_in_a_file_stands_with_its_place_and_what_the_files_say(played):
    directory = played("tests_static", "--checkout=fixtures/repositories/TradeMasterAPI/before").directory
    gates = _one(_results(directory), "WF004", "raxx-api-prod")
    assert gates["statusDetails"]["message"].splitlines() == [
        (
            '.github/workflows/deploy.yml:42:5 job "deploy-prod" deploys raxx-api-prod (push refs/tags/v*) without '
            "freeze-check and smoke; what precedes it: test"
        ),
        "> needs: test",
        "fix: add freeze-check and smoke to the jobs of deploy.yml, and here needs: [test, freeze-check, smoke]",
    ]
    declared, observed = _sides(gates)
    assert declared == {"app": "raxx-api-prod", "gates": ["freeze-check", "smoke"]}
    assert [each["gates"] for each in observed["deploy_paths"]] == [["freeze-check", "smoke"], ["test"]]
    step = _one(_results(directory), "WF002", "MooseQuest/TradeMasterAPI deploy.yml")
    assert _sides(step)[1] == {"workflow_file": {"path": ".github/workflows/deploy.yml"}}
    assert _name(directory) == "raxx, workflow files"


def test_the_run_says_its_world_and_clock(live):
    directory = live("incident-2026-04-30").directory
    text = (directory / "allure-results" / "environment.properties").read_text()
    assert "World=sandbox incident-2026-04-30" in text
    assert "As_of=2026-04-30 16:30:" in text
    assert json.loads((directory / "allure-results" / "executor.json").read_text())["name"] == "local"
    names = [each["name"] for each in json.loads((directory / "allure-results" / "categories.json").read_text())]
    assert names == [
        "Drift",
        "Drift, the same cause as another",
        "Never judged",
        "Could not observe",
        "Waived",
        "Not applicable",
    ]
    assert (directory.parent / "latest").resolve() == directory


def test_on_github_the_executor_is_the_run(play):
    github = {
        "GITHUB_RUN_ID": "17", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r",
        "GITHUB_WORKFLOW": "Nightly", "GITHUB_RUN_NUMBER": "4",
    }  # fmt: skip
    played = play("tests_live", "-m", "live", "--sandbox=healthy", "-k", "HK001", environ=github)
    executor = json.loads((played.directory / "allure-results" / "executor.json").read_text())
    assert executor["buildUrl"] == "https://github.com/o/r/actions/runs/17"
    assert executor["buildName"] == "Nightly #4"


def test_the_report_groups_what_drifted_by_the_headline_of_its_cause(live):
    results = _results(live("incident-2026-04-30").directory)
    groups = {}
    for each in results:
        for label in _labels(each).get("cause", ()):
            groups.setdefault(label, []).append(each["name"].partition(" ")[0])
    never, red = sorted(groups)
    assert never.startswith("SEV-1 raxx-api-prod: never deployed since it was created 8 d 1 h ago: ")
    assert sorted(groups[never]) == ["GH002", "GH009", "HK002", "HK004", "HK005", "HK006", "WEB001", "WEB001"]
    assert red.startswith("SEV-3 MooseQuest/TradeMasterAPI: .github/workflows/deploy.yml has failed")
    assert groups[red] == ["GH008"]
    message = _one(results, "HK004", "raxx-api-prod")["statusDetails"]["message"].splitlines()
    assert message[1].startswith("1. create environment production (reviewers Kristerpher, from main only): https://")
    assert message[2].startswith("2. gh workflow run deploy-heroku.yml")
    said = _one(results, "WEB001", "raxx-api-prod")["statusDetails"]["message"]
    assert said.startswith("the same cause as HK004 of raxx-api-prod: never deployed since")


def test_the_summary_is_a_table_of_causes(live):
    played = live("incident-2026-04-30")
    text = (played.directory / "summary.md").read_text()
    assert text.startswith("## ❌ asbuilt: `raxx` in `sandbox incident-2026-04-30`")
    assert f"**{played.tally}**" in text
    rows = [line for line in text.splitlines() if line.startswith("| ❌")]
    assert [row.split(" | ")[2:4] for row in rows] == [
        ["SEV-1", "`raxx-api-prod`"],
        ["SEV-3", "`MooseQuest/TradeMasterAPI`"],
    ]
    assert "`explains GH002 GH009 HK002 HK004 HK005 HK006 WEB001 (2)`" in rows[0]
    assert " [#692](https://github.com/MooseQuest/TradeMasterAPI/issues/692)" in rows[0]
    assert " [runbook](https://github.com/MooseQuest/TradeMasterAPI/blob/main/docs/ops/runbooks/heroku.md)" in rows[0]
    assert "main only): <https://github.com/MooseQuest/TradeMasterAPI/settings/environments/new><br>2. `gh " in rows[0]


def test_what_was_never_judged_counts_in_every_rendering(play):
    played = play("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-x")
    counts = json.loads((played.directory / "manifest.json").read_text())["counts"]
    assert +Counter(counts) == Counter(each["outcome"] for each in played.verdicts)
    statuses = Counter(each["status"] for each in _results(played.directory))
    assert statuses["broken"] == counts["unknown"] > 1
    assert statuses["failed"] == counts["drifted"] == 1
    assert statuses.total() == sum(counts.values())
    suite = ET.parse(played.directory / "junit.xml").getroot().find("testsuite")
    assert [int(suite.get(each)) for each in ("tests", "errors", "failures")] == [
        sum(counts.values()),
        counts["unknown"],
        counts["drifted"],
    ]
    never = [each for each in _results(played.directory) if each["status"] == "broken"]
    assert {each["statusDetails"]["message"].partition(":")[0] for each in never} == {"was never judged"}


def test_junit_counts_the_same(live):
    played = live("incident-2026-04-30")
    suite = ET.parse(played.directory / "junit.xml").getroot().find("testsuite")
    expected = len(played.verdicts), played.count("drifted"), played.count("not applicable")
    assert (int(suite.get("tests")), int(suite.get("failures")), int(suite.get("skipped"))) == expected


def test_a_check_that_was_interrupted_is_unknown_never_passed(tmp_path):
    project = tmp_path / "project"
    for name in ("tests_live", "reports"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("*Z-*", "latest", "__pycache__"))
    (project / "fixtures").symlink_to(PROJECT / "fixtures")
    for name in ("conftest.py", "pytest.ini", "estate.yaml"):
        shutil.copy(PROJECT / name, project / name)
    flag = tmp_path / "in-the-middle"
    check = project / "tests_live" / "test_releases.py"
    slow = (
        f"    import pathlib, time\n    pathlib.Path({str(flag)!r}).touch()\n    time.sleep(60)\n    assert heroku_app"
    )
    check.write_text(check.read_text().replace("    assert heroku_app", slow, 1))
    # A shell starts what runs in its background deaf to interruptions.
    heard = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    begin = f"{heard}; runpy.run_module('pytest', run_name='__main__')"
    running = subprocess.Popen(
        [sys.executable, "-c", begin, str(check), "-m", "live", "--sandbox=healthy", "-p", "no:cacheprovider"],
        cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not flag.exists() and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 2
    directory = (project / "reports" / "latest").resolve()
    verdict = next(v for v in json.loads((directory / "verdicts.json").read_text()) if v["control"] == "HK001")
    assert (verdict["outcome"], verdict["reason"]) == ("unknown", "was never judged: the run ended in it")
    cut = [each for each in _results(directory) if each["fullName"] == verdict["id"]]
    assert [each["status"] for each in cut] == ["broken"]
    assert cut[0]["statusDetails"]["message"].startswith("was never judged: the run ended in it")


def test_no_token_reaches_any_file_of_a_run(play):
    token = "HRKU-0123456789abcdef0123456789abcdef"
    environ = {"HEROKU_API_KEY": token, "GITHUB_TOKEN": f"ghp_{token}", "HTTPS_PROXY": "http://127.0.0.1:9"}
    played = play("tests_live", "-m", "live", "--timeout=1", environ=environ)
    assert played.code == 1
    assert set(played.subjects("unknown")) >= {"HK001", "GH001"}
    assert token not in played.out
    files = [path for path in played.directory.rglob("*") if path.is_file()]
    assert [path for path in files if token.encode() in path.read_bytes()] == []


def test_the_page_runs_and_loads_nothing_from_elsewhere():
    page = (
        '<html><head><meta charset="utf-8"></head><body>'
        '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n<script>gtag();</script>'
        "<script>report()</script></body></html>"
    )
    closed = _closed(page)
    assert "googletagmanager" not in closed
    assert "gtag()" not in closed
    assert "report()" in closed
    assert "default-src 'none'" in closed


@pytest.mark.skipif(shutil.which("npm") is None, reason="Allure 3 needs Node.js, which this machine lacks")
def test_the_report_is_one_closed_file_that_says_sandbox(live, tmp_path):
    directory = shutil.copytree(live("incident-2026-04-30").directory, tmp_path / "run")
    done = CliRunner().invoke(command, ["record", str(directory)])
    assert done.exit_code == 0, done.output
    page = (directory / "report.html").read_text()
    assert "SANDBOX: raxx, sandbox incident-2026-04-30" in page
    assert "googletagmanager" not in page
    assert "default-src 'none'" in page


def test_without_node_the_report_says_in_one_line_what_to_install(live, monkeypatch, tmp_path):
    directory = shutil.copytree(live("healthy").directory, tmp_path / "run")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(command, ["record", str(directory)])
    assert done.exit_code == 4
    assert (
        done.output.strip() == "asbuilt: report.html needs Node.js 20 or later with npm: install it, then `make report`"
    )


def test_the_report_is_rendered_with_what_is_pinned():
    locked = json.loads((PROJECT / "package-lock.json").read_text())
    wanted = json.loads((PROJECT / "package.json").read_text())["dependencies"]["allure"]
    assert locked["packages"]["node_modules/allure"]["version"] == wanted
    assert not [name for name, each in locked["packages"].items() if "resolved" in each]


def test_what_a_token_happens_to_match_is_withheld_from_the_whole_run(play):
    token = "a60a19e5efbf.herokuapp"  # stands in the estate, which every run keeps a copy of
    environ = {"HEROKU_API_KEY": token, "GITHUB_TOKEN": "ghp_0123456789", "HTTPS_PROXY": "http://127.0.0.1:9"}
    directory = play("tests_live", "-m", "live", "--timeout=1", environ=environ).directory
    assert "[withheld]" in (directory / "estate.yaml").read_text()
    files = [path for path in directory.rglob("*") if path.is_file()]
    assert [path for path in files if token.encode() in path.read_bytes()] == []


def a_run(directory, *secrets):
    """Give a run of which only what a result tells of it is known."""
    estate = SimpleNamespace(name="shop", links=Links())
    held = Secrets.of([Secret("it", each) for each in secrets])
    known = {"observation": None, "checks": (), "subjects": lambda _: {}}
    return SimpleNamespace(estate=estate, secrets=held, directory=directory, **known)


def a_verdict(subject, outcome=Outcome.CONFORMS, *findings, **more):
    identity = f"tests_live/t.py::test[{subject}]"
    return Verdict(identity, "HK001", "SEV-1", subject, "It is.", outcome, findings, **more)


@pytest.mark.parametrize("secret", ["a-secret-of-17-letters", "a@secret/of-17-letters"])
def test_one_result_with_a_secret_is_withheld_and_spoils_no_other(tmp_path, secret):
    drifted = a_verdict("a", Outcome.DRIFTED, Finding(f"it is {secret}", "mend", subject="a"))
    others = [a_verdict(f"app-{number}", seconds=0.25) for number in range(600)]
    told = write_results(tmp_path / "results", (*others, drifted), a_run(tmp_path, secret))
    results = _results_in(tmp_path / "results")
    assert len(results) == len(told) == 601
    (one,) = [each for each in results if each["status"] == "failed"]
    assert one["statusDetails"] == {"message": "it is [withheld]\nfix: mend"}
    assert {each["status"] for each in results} == {"failed", "passed"}
    for name, each in told.items():
        assert each == written((tmp_path / "results" / name).read_bytes())


def test_on_a_timeline_results_stand_one_behind_the_other(tmp_path):
    first, second = results_of((a_verdict("a", seconds=0.25), a_verdict("b", seconds=1.0)), a_run(tmp_path))
    assert first["stop"] - first["start"] == 250
    assert second["start"] == first["stop"]


def test_a_subject_that_pytest_escapes_is_named_as_it_is(tmp_path):
    (result,) = results_of((a_verdict("gr\\xf6\\xdfer"),), a_run(tmp_path))
    assert result["name"] == "HK001 SEV-1 größer: it is"


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("The app exists on Heroku.", "the app exists on Heroku"),
        ("A deploy has a gate: else nobody asks.", "a deploy has a gate"),
        ("HTTP errors are noticed.", "HTTP errors are noticed"),
    ],
)
def test_a_requirement_reads_on_behind_its_subject(requirement, expected):
    assert clause(requirement) == expected
