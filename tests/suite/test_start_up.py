"""How the command begins: what it imports, in which process, and that a judged folder lends nothing to it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig

from asbuilt import invoked, options, suite
from asbuilt.catalogue import PROJECT
from asbuilt.declared_options import declarations

SCRIPT = [str(Path(sys.executable).with_name("asbuilt"))]
MAIN = "from asbuilt.start import main; main()"
SLOW = {"pytest", "_pytest", "httpx", "starlette", "uvicorn", "allure", "allure_commons", "asbuilt.sandbox"}
DECLARED = {"asbuilt.estate", "asbuilt.model"}
JUDGED = {"yaml", "tree_sitter", "asbuilt.workflows.paths.checkout", "asbuilt.run"}
CHECKOUT = PROJECT / "fixtures/repositories/TradeMasterAPI/before"
# Names that Python, pytest, xdist and asbuilt import, most of them late; and what pytest looks for by itself.
LENT = (
    "conftest",
    "json",
    "pickle",
    "pytest",
    "_pytest",
    "xdist",
    "execnet",
    "yaml",
    "httpx",
    "uvicorn",
    "allure",
    "html",
    "uuid",
    "asbuilt",
)
# Tells at the end of a run, from inside it, what the process is and where its modules came from.
SPY = """
import json, os, sys
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        files = [getattr(each, "__file__", None) or "" for each in list(sys.modules.values())]
        told = {"path": sys.path, "files": files, "begun": getattr(sys, "begun", "")}
        open(os.environ["TOLD"], "w").write(json.dumps(told))
"""


def imported(*arguments, cwd):
    """Give every module that a command imports, in order, as often as it does."""
    done = subprocess.run(
        [sys.executable, "-P", "-X", "importtime", "-c", MAIN, *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return modules(done.stderr)


def modules(told):
    """Give what Python told of its imports."""
    return re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", told, re.MULTILINE)


@pytest.fixture
def hostile(tmp_path):
    """A checkout that has modules of its own where others are looked for, each of which leaves a mark."""
    folder = tmp_path / "judged"
    (folder / "tests").mkdir(parents=True)
    (folder / ".github/workflows").mkdir(parents=True)
    (folder / ".github/workflows/ci.yml").write_text("on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n")
    mark = f"open({str(tmp_path / 'marks')!r}, 'a').write(__file__ + chr(10))\n"
    for name in LENT:
        (folder / f"{name}.py").write_text(mark)
    (folder / "tests" / "conftest.py").write_text(mark)
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "spy.py").write_text(SPY)
    return folder


@pytest.fixture
def judged(hostile, tmp_path):
    """Give a function that runs the command in the hostile folder, and gives what it told of itself and its imports."""

    def run(command, *arguments, environ=None):
        told = tmp_path / "told.json"
        known = {"PYTHONPATH": str(tmp_path / "spy"), "TOLD": str(told), "PYTHONSAFEPATH": "", "PYTEST_ADDOPTS": ""}
        done = subprocess.run(
            [*command, *arguments, "-p", "spy", "-p", "no:cacheprovider"], env=os.environ | known | (environ or {}),
            cwd=hostile, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert not (tmp_path / "marks").exists(), (tmp_path / "marks").read_text()
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        assert (hostile / "out" / "latest" / "verdicts.json").exists()
        return json.loads(told.read_text()) | {"imported": modules(done.stderr), "printed": done.stdout}

    return run


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_who_asks_for_help_waits_for_nothing_else(arguments, tmp_path):
    assert not (SLOW | DECLARED | JUDGED | {"pydantic"}) & set(imported(*arguments, cwd=tmp_path))


def test_ways_to_an_app_are_found_without_pytest_or_a_network(tmp_path):
    found = imported("paths", "--checkout", str(CHECKOUT), cwd=tmp_path)
    assert "asbuilt.workflows.paths.checkout" in found
    assert not (SLOW | DECLARED | {"pydantic"}) & set(found)
    found = imported("paths", "--checkout", str(CHECKOUT), "--estate", str(PROJECT / "estate.yaml"), cwd=tmp_path)
    assert "asbuilt.estate" in found
    assert not (SLOW | {"asbuilt.model"}) & set(found)


@pytest.mark.parametrize(
    ("verb", "begin", "before"),
    [
        ("live", MAIN, ["asbuilt"]),
        ("static", "from asbuilt.cli import app; app()", ["asbuilt", "json", "html", "uuid", "pickle"]),
    ],
)
def test_pytest_runs_in_the_process_of_the_command_with_nothing_of_the_judged_folder(
    verb, begin, before, judged, hostile
):
    begun = [sys.executable, "-X", "importtime", "-c", f"import sys; sys.begun = 'here'; {begin}"]
    for name in before:  # what stands in for the command itself, no command can help
        (hostile / f"{name}.py").unlink()
    narrow = {
        "live": ["--sandbox", "healthy", "--app", "raxx-api-staging"],
        "static": ["--checkout", ".", "-k", "syntax or zizmor"],
    }
    told = judged(begun, verb, "-s", *narrow[verb], "--estate", str(PROJECT / "estate.yaml"), "--evidence", "out")
    assert told["begun"] == "here"
    assert_nothing_lent(told, hostile)
    assert_each_once(told["imported"])
    if verb == "live":
        assert " conform, 0 drifted, 0 unknown" in told["printed"]
        assert {"asbuilt.beginning", "asbuilt.sandbox.server", "httpx"} <= set(told["imported"])
        assert not {"typer", "rich", "asbuilt.cli"} & set(told["imported"])
    else:
        assert not {"httpx", "starlette", "uvicorn", "asbuilt.observe.http"} & set(told["imported"])


def assert_each_once(imported):
    own = [each for each in imported if each.startswith("asbuilt.")]
    assert own
    assert sorted(own) == sorted(set(own))


def test_the_installed_command_its_workers_and_options_of_the_environment_and_of_files_take_nothing_either(
    judged, hostile
):
    (hostile / "more").write_text(f"--asbuilt-estate\n{PROJECT / 'estate.yaml'}\n--evidence\nout\n")
    told = judged(
        SCRIPT, "static", "@more", "-n", "1", "-k", "syntax", environ={"PYTEST_ADDOPTS": f"--checkout '{hostile}'"}
    )
    assert_nothing_lent(told, hostile)
    assert str(Path(SCRIPT[0]).parent) not in told["path"]


def assert_nothing_lent(told, hostile):
    resolved = [str(Path(each).resolve()) if each else str(hostile) for each in told["path"]]
    assert not [each for each in resolved if each.startswith(str(hostile))]
    assert not [each for each in told["files"] if each.startswith(str(hostile))]


@pytest.mark.parametrize("prefix", ["--", "--asbuilt-"])
@pytest.mark.parametrize("name", ["estate", "checkout", "observed", "evidence"])
def test_a_value_stands_behind_a_sign_or_a_blank(name, prefix, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conftest.py").write_text("raise SystemExit('of the folder that an option names')")
    for given in ([f"{prefix}{name}={tmp_path}"], [f"{prefix}{name}", str(tmp_path)]):
        own = ["-c", str(PROJECT / "pytest.ini"), "--rootdir", str(PROJECT), str(PROJECT / "tests_static")]
        config = _prepareconfig(["-p", suite.KNOWN, *own, *given], None)
        try:
            assert getattr(options.asked(config), name) in (str(tmp_path), [str(tmp_path)])  # one may be given again
            assert config.rootpath == PROJECT
            assert config.args == [str(PROJECT / "tests_static")]
        finally:
            config._ensure_unconfigure()  # noqa: SLF001 - as pytest itself does


def test_what_python_put_in_front_is_taken_away_and_no_more(monkeypatch):
    if sys.flags.safe_path:
        pytest.skip("this Python puts nothing in front")
    own = invoked._put_in_front()  # noqa: SLF001 - by how the tests were begun
    monkeypatch.setattr(sys, "path", [own, "/of/the/caller", own])
    invoked.lend_nothing()
    assert sys.path == ["/of/the/caller", own]
    invoked.lend_nothing()
    assert sys.path == ["/of/the/caller", own]


def test_commands_of_bare_pytest_in_the_documents_join_a_value_by_a_sign():
    ours = "|".join(each[2:] for each in declarations())
    apart = re.compile(rf"\bpytest\b[^`|\n]*? --(?:asbuilt-)?(?:{ours})[ \t]+[^\s`|]")
    assert apart.search("pytest -m live --evidence DIR")
    assert not apart.search("pytest -m live --evidence=DIR --collect-only")
    texts = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), PROJECT / "Makefile"]
    texts += [*PROJECT.glob(".github/workflows/*"), *PROJECT.glob("asbuilt/**/*.py")]
    found = [(path.name, found[0]) for path in texts for found in apart.finditer(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_breaks_nothing(closed):
    command = f'exec {closed}; exec "$0" "$@"'
    arguments = ["controls", "--format", "json"]
    done = subprocess.run(["/bin/sh", "-c", command, *SCRIPT, *arguments], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
