"""What is past a bound is unknown, with its place and the bound, and what stands beside it is judged."""

import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from making import deploying
from past_bounds import DEPLOY, PAST, UNDECIDED, WORKFLOW, functions, job, workflow

from asbuilt.judging import _outcome
from asbuilt.lint.keep import beyond
from asbuilt.verdicts import Outcome
from asbuilt.workflows.bounds import PastBoundError
from asbuilt.workflows.files.procfile import parse
from asbuilt.workflows.files.started import files_started_by
from asbuilt.workflows.judge.syntax import action_problems, problems
from asbuilt.workflows.paths.checkout import read
from asbuilt.workflows.shell.script import commands
from asbuilt.workflows.shell.trial import trial
from asbuilt.workflows.shell.values import searched
from asbuilt.workflows.triggers.globs import matches

NEIGHBOUR = ".github/workflows/neighbour.yml"


@pytest.fixture
def checkout(tmp_path):
    def made(files):
        for path, text in files.items():
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return read(tmp_path)

    return made


@pytest.fixture(autouse=True)
def _little_memory():
    """Let a test that takes gigabytes fail, and the machine live."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("name", PAST)
def test_what_is_past_a_bound_is_unknown_and_its_neighbour_is_judged(name, checkout):
    files, bound = PAST[name]
    found = checkout({**files, NEIGHBOUR: deploying()})
    file = found.workflow_file(WORKFLOW)
    assert file.document.root is None
    assert file.document.problems == ()
    assert bound in file.document.unread.fact
    assert file.document.unread.mark.line <= len(file.document.text.splitlines())
    assert file.document.unread.fix
    assert file.document in found.unread
    entries = {path.workflow for path in found.deploy_paths}
    assert NEIGHBOUR in entries
    assert WORKFLOW not in entries
    # Nothing else is said to be wrong with it.
    assert problems(file, found.sources) == ()
    assert list(action_problems(file, found.sources)) == []


@pytest.mark.parametrize("name", UNDECIDED)
def test_a_text_that_grows_past_a_bound_leaves_the_app_undecided(name, checkout):
    found = checkout(UNDECIDED[name])
    assert found.unread == ()
    assert found.deploy_paths
    assert {path.app for path in found.deploy_paths} == {None}
    assert all(path.undecided for path in found.deploy_paths)


JUST_UNDER = {
    "levels": "on: push\njobs: {a: {runs-on: x, steps: [{run: x, with: {a: " + "[" * 92 + "]" * 92 + "}}]}}",
    "jobs": "on: push\njobs:\n" + "".join(f"  j{n}: {{runs-on: x, steps: [{{run: a}}]}}\n" for n in range(1_000)),
    "needs": "on: push\njobs:\n"
    + "".join(job("a", f"j{n}", f"    needs: [j{n - 1}]\n" if n else "") for n in range(400)),
    "steps": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n" + "      - run: make test\n" * 4_999,
    "a-mebibyte": ("on: push\njobs:\n" + "".join(job("make\n" * 20, f"j{n}") for n in range(990)) + "# ").ljust(
        2**20 - 1, "x"
    ),
    "script": workflow("a" + " bb" * 4_999)[WORKFLOW],
    "chain": workflow("a && " * 90 + "b")[WORKFLOW],
    "ifs": workflow("if a; then\n" * 45 + "b\n" + "fi\n" * 45)[WORKFLOW],
    "pipes": workflow("a | b\n" * 400)[WORKFLOW],
    "calls": workflow(functions(15, 1))[WORKFLOW],
    "expressions": workflow("echo " + "${{ github.sha }} " * 1_000)[WORKFLOW],
    "a-binary-in-hexadecimal": workflow("echo " + "5f" * 3_500)[WORKFLOW],
}


@pytest.mark.parametrize("name", JUST_UNDER)
def test_what_is_just_under_a_bound_is_read(name, checkout):
    found = checkout({WORKFLOW: JUST_UNDER[name]})
    assert found.unread == ()
    assert found.workflow_file(WORKFLOW).jobs


def test_a_file_of_300_jobs_with_3000_deploys_gives_them_all(checkout):
    jobs = "".join(
        job("\n".join(f"git push https://git.heroku.com/app-{n}-{k}.git main" for k in range(10)), f"j{n}")
        for n in range(300)
    )
    found = checkout({WORKFLOW: f"on: workflow_dispatch\njobs:\n{jobs}"})
    assert len({path.app for path in found.deploy_paths}) == 3_000


def test_workflows_that_follow_each_other_everywhere_are_counted(checkout):
    names = [f"w{at}" for at in range(40)]
    branches = ", ".join(f"b{at}" for at in range(20))
    files = {
        f".github/workflows/{name}.yml": f"name: {name}\non:\n  workflow_run:\n    branches: [{branches}]\n"
        f"    workflows: [first, {', '.join(names)}]\njobs:\n{job('a')}"
        for name in names
    }
    found = checkout({**files, ".github/workflows/a.yml": f"name: first\non: push\njobs:\n{job(DEPLOY)}"})
    assert {each.unread.fact for each in found.unread} == {
        "has more than 20,000 situations to start in, and no more are read"
    }
    assert {path.workflow for path in found.deploy_paths} == {".github/workflows/a.yml"}


def test_the_text_of_a_repository_is_bounded_in_the_order_of_its_files(checkout):
    text = f"on: push\njobs:\n{job('make')}# ".ljust(2**20 - 1, "x").replace("x" * 99, "x" * 98 + " ")
    found = checkout({f".github/workflows/w{at:02}.yml": text for at in range(18)})
    assert [each.path for each in found.unread] == [".github/workflows/w16.yml", ".github/workflows/w17.yml"]


def test_a_script_past_a_bound_is_never_taken_for_one_without_commands():
    for script in ("(" * 3_000 + ")" * 3_000, "a && " * 3_000 + "b", "if a; then\n" * 400 + "fi\n" * 400, "eval " * 50):
        with pytest.raises(PastBoundError):
            commands(script)


def test_a_script_that_is_too_long_to_be_played_through_ends_either_way():
    told = trial("a\n" * 3_000 + "exit 1", None, {})
    assert told.tired
    assert not told.surely_fails


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("(a+)+$", "a" * 40 + "b", None),
        ("a*a*a*a*a*a*c", "a" * 900, None),
        ("(" * 5_000, "a", None),
        ("a{99999999999}", "a", None),
        (r"^v[0-9]+\.[0-9]+\.[0-9]+(-rc)?$", "v1.22.3", True),
        (r"^([0-9]+\.)+[0-9]+$", "1.2.3", True),
        ("^refs/heads/release/.*$", "refs/heads/release/2026-04-30", True),
    ],
)
def test_a_regular_expression_of_a_script_is_tried_where_that_ends(pattern, text, expected):
    assert searched(pattern, text) is expected


def test_a_filter_pattern_is_matched_in_one_pass():
    assert not matches("*a" * 100 + "b", "a" * 250)
    assert matches("**/" * 60 + "x", "a/" * 100 + "x")


def test_a_linter_is_handed_so_many_files_and_no_more():
    files = {f"{at:04}.yml": b"a" for at in range(1_002)}
    assert list(beyond(files, files)) == ["1000.yml", "1001.yml"]
    large = {"a": b"x" * 2**20 * 15, "b": b"x" * 2**20 * 2}
    assert beyond(large, large) == {"b": "comes after 16 MiB of files, and no more are handed to a linter"}


def test_a_command_of_a_procfile_may_hold_any_number_of_dashes():
    assert files_started_by("op run " + "-- " * 3_000 + "python worker.py") == ()


def test_a_line_of_a_procfile_that_is_too_long_is_unknown_and_the_others_are_read():
    found = parse(f"web: python web.py\nworker: {'a ' * 5_000}\n")
    assert list(found.processes) == ["web"]
    assert found.document.unread.fact == "has more than 8,192 characters, and no more are read"
    assert found.document.unread.mark.line == 2


def test_a_check_that_comes_upon_a_bound_is_unknown():
    call = SimpleNamespace(excinfo=SimpleNamespace(value=PastBoundError("has more than 9 jobs")))
    outcome, (line,), _ = _outcome(call, SimpleNamespace(skipped=False, passed=False, when="call"))
    assert outcome is Outcome.UNKNOWN
    assert line.fact == "a file that the check rests on has more than 9 jobs"
