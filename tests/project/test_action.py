"""action.yml, its steps run as scripts: against the sandbox, and with an asbuilt that notes what it is asked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fake_runner import Runner, plain

HOME = Path(__file__).resolve().parents[2]
ACTION = plain(HOME / "action.yml")
ACTIONS = {name: plain(HOME / name / "action.yml") for name in ("", "alert", "watch")}
SCRIPTS = HOME / ".github" / "action"
ESTATE = "estate: shop\n\napps:\n  raxx-api-prod:\n    formation: { web: 1 }\n    probes: [/health]\n"
SAID = "No evidence: nothing was judged. The log says why.\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Give what the action installs from, as its cache has it."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder), "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--requirement", str(HOME / "requirements.lock")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("the packages of requirements.lock are not to be had here: no index")
    return folder


@pytest.fixture
def runner(tmp_path):
    made = Runner(tmp_path, HOME, github={"event_name": "push", "sha": "a" * 40}, uses={"actions/cache": lambda _: {}})
    (made.workspace / "estate.yaml").write_text(ESTATE)
    return made


@pytest.fixture
def noting(runner):
    runner.has_a_noting_asbuilt()
    return runner


def test_it_installs_itself_and_judges_the_real_state(runner, wheels):
    (runner.temp / "asbuilt").mkdir()
    of_live, of_static = (runner.temp / "asbuilt" / f"wheels-{suite}" for suite in ("live", "static"))
    shutil.copytree(wheels, of_live, ignore=shutil.ignore_patterns("zizmor*"))  # no linter to judge what is live
    shutil.copytree(wheels, of_static)
    runner.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    ran = runner.action(suite="live", options="--sandbox=healthy+dyno-crashed", app="raxx-api-prod", evidence="kept")
    assert ran.outcome == "failure", ran.log
    assert ran.outputs["verdict"] == "drifted", ran.log
    evidence = Path(ran.outputs["evidence"])
    assert evidence.parent == runner.workspace / "kept"
    manifest = json.loads((evidence / "manifest.json").read_text())
    assert json.loads(ran.outputs["counts"]) == manifest["counts"]
    assert "HK006" in runner.summary.read_text()
    assert "the record holds" in ran.log

    # A second step of the job finds it installed, and has a verdict of its own.
    again = runner.action(suite="live", options="--sandbox=healthy", app="raxx-api-prod", evidence="kept")
    assert (again.outcome, again.outputs["verdict"], again.outputs["last_good_release"]) == (
        "success",
        "conforms",
        "v9",
    )
    assert again.outputs["evidence"] != ran.outputs["evidence"]

    (runner.workspace / ".github" / "workflows").mkdir(parents=True)
    (runner.workspace / ".github" / "workflows" / "ci.yml").write_text("on: [push, pul_request]\njobs: {}\n")
    files = runner.action(suite="static", options="--repository=OWNER/shop")
    assert "workflow files" in files.log
    assert (files.outcome, files.outputs["verdict"]) == ("failure", "drifted"), files.log


def test_a_package_that_is_not_the_locked_one_is_not_installed(runner, wheels):
    (runner.temp / "asbuilt").mkdir()
    shutil.copytree(wheels, runner.temp / "asbuilt" / "wheels-live")
    (changed,) = (runner.temp / "asbuilt" / "wheels-live").glob("cronsim-*.whl")
    changed.write_bytes(changed.read_bytes() + b"x")
    runner.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    ran = runner.action(suite="live")
    assert (ran.outcome, ran.outputs["verdict"], ran.steps["Judge"]) == ("failure", "unknown", "skipped")
    assert "HASHES" in ran.log
    assert runner.summary.read_text() == SAID


@pytest.mark.parametrize(
    ("inputs", "asked"),
    [
        ({"suite": "live"}, ["live"]),
        ({"suite": "static"}, ["static", "--checkout=."]),
        ({"suite": "live", "estate": "a b.yaml"}, ["live", "--estate=a b.yaml"]),
        ({"suite": "live", "app": "a b\nc\n"}, ["live", "--app=a", "--app=b", "--app=c"]),
        ({"suite": "static", "repository": "o/r"}, ["static", "--repository=o/r", "--checkout=."]),
        ({"suite": "live", "settle": "300", "fail-on": "SEV-2"}, ["live", "--settle=300", "--fail-on=SEV-2"]),
        ({"suite": "static", "base": "HEAD^1"}, ["static", "--base=HEAD^1", "--checkout=."]),
        ({"suite": "live", "format": "text"}, ["live", "--format=text"]),
        ({"suite": "live", "options": "-k HK002\n--hold 5\n"}, ["live", "-k", "HK002", "--hold", "5"]),
        ({"suite": "live", "estate": "$(touch x)"}, ["live", "--estate=$(touch x)"]),
        ({"suite": "live", "app": "`touch y`"}, ["live", "--app=`touch", "--app=y`"]),
        ({"suite": "live", "options": "*"}, ["live", "*"]),
        ({"suite": "live", "commit": "c" * 7}, ["live", f"--commit={'c' * 7}"]),
        ({"suite": "live", "commit": "none"}, ["live"]),
        ({"suite": "live", "commit": "event"}, ["live", f"--commit={'a' * 40}"]),
    ],
)  # fmt: skip
def test_each_input_is_an_option_and_no_more(noting, inputs, asked):
    ran = noting.action(**inputs)
    assert ran.outcome == "success", ran.log
    evidence = f"--evidence={noting.workspace}/reports"
    assert noting.noted() == [asked[0], evidence, *asked[1:]]
    assert sorted(each.name for each in noting.workspace.iterdir()) == ["estate.yaml", "reports"]


@pytest.mark.parametrize(
    ("event", "commit"),
    [
        ({"event_name": "push"}, "a" * 40),
        ({"event_name": "release"}, "a" * 40),
        ({"event_name": "workflow_run", "event": {"workflow_run": {"head_sha": "b" * 40}}}, "b" * 40),
        ({"event_name": "workflow_dispatch"}, None),
        ({"event_name": "schedule"}, None),
    ],
)
def test_the_commit_of_an_event_is_that_of_what_set_it_off(noting, event, commit):
    noting.github |= event
    noting.action(suite="live", commit="event")
    assert [each for each in noting.noted() if each.startswith("--commit")] == (
        [f"--commit={commit}"] if commit else []
    )


def test_it_stands_in_the_checkout_and_borrows_nothing_from_it_or_the_job(noting):
    (noting.workspace / "repository").mkdir()
    noting.environment |= {"PYTEST_ADDOPTS": "-k nothing", "PYTHONPATH": "lent"}
    noting.action(suite="static", checkout="repository", evidence="out")
    assert noting.noted("stood") == [f"{noting.workspace}/repository"]
    assert f"--evidence={noting.workspace}/out" in noting.noted()
    names = dict(line.split("=", 1) for line in noting.noted("env") if "=" in line)
    assert names["PYTHONSAFEPATH"] == "1"
    assert not {"PYTEST_ADDOPTS", "PYTHONPATH"} & set(names)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"suite": "lives"}, "neither `live` nor `static`"),
        ({"suite": "live", "python": "/nowhere/python3"}, "names none of 3.11 to 3.14"),
        ({"suite": "live", "checkout": "nowhere"}, "names no folder of the workspace"),
        ({"suite": "live", "evidence": "a\nverdict=conforms"}, "more than one line"),
    ],
)
def test_an_input_that_cannot_be_meant_is_one_line_and_no_verdict(noting, inputs, said):
    ran = noting.action(**inputs)
    assert (ran.outcome, ran.outputs["verdict"], ran.outputs["evidence"]) == ("failure", "unknown", "")
    assert said in ran.log
    assert noting.summary.read_text() == SAID


def test_what_is_handed_on_cannot_be_more_than_its_lines(noting):
    noting.environment["LEAVES"] = (
        "verdict=drifted\\nlast_good_release=v9\\nrollback=heroku rollback v9 --app shop\\n"
        "token=x\\nrollback=$(rm -rf /)\\nverdict<<EOF\\nconforms\\nEOF\\n"
    )
    ran = noting.action(suite="live")
    assert ran.outputs == {
        "verdict": "drifted",
        "counts": '{"drifted": 1, "conforms": 4}',
        "evidence": f"{noting.workspace}/reports/run-1",
        "formatted": "",
        "last_good_release": "v9",
        "rollback": "heroku rollback v9 --app shop",
    }


@pytest.mark.parametrize("code", ["0", "1", "3", "4"])
def test_without_evidence_the_verdict_is_unknown_and_the_job_fails(noting, code):
    noting.environment |= {"LEAVES": "", "CODE": code}
    ran = noting.action(suite="live")
    assert (ran.outcome, ran.outputs["verdict"], ran.outputs["evidence"]) == ("failure", "unknown", "")
    assert noting.summary.read_text() == SAID


def test_the_evidence_of_an_earlier_run_is_not_taken_for_this_ones(noting):
    noting.action(suite="live")
    noting.summary.write_text("")
    noting.environment |= {"LEAVES": "", "CODE": "4"}
    ran = noting.action(suite="live")
    assert (ran.outputs["verdict"], ran.outputs["evidence"]) == ("unknown", "")
    assert noting.summary.read_text() == SAID


@pytest.mark.parametrize(("code", "verified"), [("2", "0"), ("3", "0"), ("5", "0"), ("0", "1")])
def test_a_run_that_broke_or_a_record_that_does_not_hold_conforms_to_nothing(noting, code, verified):
    noting.environment |= {"CODE": code, "VERIFIED": verified}
    ran = noting.action(suite="live")
    assert (ran.outcome, ran.outputs["verdict"]) == ("failure", "unknown")
    assert ran.outputs["evidence"].endswith("/run-1")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_form_that_is_a_file_is_made_of_the_run_and_handed_on(noting, form):
    ran = noting.action(suite="static", format=form)
    file = f"{noting.workspace}/reports/run-1.{form}"
    assert ran.outputs["formatted"] == file
    asked = noting.noted("asked")
    assert f"record {noting.workspace}/reports/run-1 --format {form} --output {file}" in asked
    assert not [each for each in noting.noted() if each.startswith("--format")]


@pytest.mark.parametrize("name", ACTIONS)
def test_no_value_is_pasted_into_a_script_and_each_input_is_used(name):
    steps = ACTIONS[name]["runs"]["steps"]
    assert [each["run"] for each in steps if "${{" in each.get("run", "")] == []
    whole = (HOME / name / "action.yml").read_text()
    assert [each for each in ACTIONS[name]["inputs"] if f"inputs.{each}" not in whole] == []
    assert not [each for each in ACTIONS[name]["inputs"] if "token" in each or "key" in each]


def test_each_script_is_run_by_a_step_and_no_step_evaluates_a_text():
    run = "\n".join(each.get("run", "") for action in ACTIONS.values() for each in action["runs"]["steps"])
    for path in SCRIPTS.iterdir():
        assert f'/.github/action/{path.name}"' in run
        assert "eval" not in path.read_text()
        assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    assert {line.rpartition("/")[2].rstrip('"') for line in run.splitlines() if line.startswith("bash ")} == {
        path.name for path in SCRIPTS.iterdir()
    }


@pytest.mark.parametrize("has_node", [True, False])
def test_the_page_is_made_with_the_locked_allure_and_says_what_it_needs(noting, has_node):
    """Where there is Node.js; whatever the run came to, and with no token for what is installed."""
    tools = noting.root / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "dirname", "env", "grep", "ln", "ls", "mkdir", "python3", "readlink"):
        (tools / name).symlink_to(sys.executable if name == "python3" else shutil.which(name))
    if has_node:
        (tools / "npm").write_text('#!/bin/bash\nprintf "%s\\n" "npm $*" "key=$HEROKU_API_KEY" >> "$HOME/asked"\n')
        (tools / "npm").chmod(0o755)
    noting.environment |= {"PATH": str(tools), "HEROKU_API_KEY": "secret", "CODE": "1"}
    ran = noting.action(suite="live", report="true")
    assert ran.steps["Judge"] == "failure", ran.log
    assert ran.steps["Render the report"] == ("success" if has_node else "failure"), ran.log
    if has_node:
        npm, key, record = noting.noted("asked")[-3:]
        assert npm.startswith(f"npm ci --prefix {HOME} --omit=dev --ignore-scripts")
        assert (key, record) == ("key=", f"record {noting.workspace}/reports/run-1")
    else:
        assert "put actions/setup-node before this step" in ran.log
