"""Required checks that some pull request would wait for in vain."""

import pytest
from making import sources_of

from asbuilt.workflows.judge.required_checks import silent_checks

TEST = "  test: {runs-on: x, steps: [{run: y}]}\n"


def workflow(on, jobs=TEST):
    return f"on:\n{on}\njobs:\n{jobs}"


def faults(check="test", branch="main", **files):
    sources = sources_of(**files)
    return {
        file.file_name: [(each.mark.line, each.fact) for each in silent_checks(file, [check], branch, sources)]
        for file in sources.workflow_files
    }


def found(check="test", branch="main", **files):
    return [fact for of_file in faults(check, branch, **files).values() for _, fact in of_file]


@pytest.mark.parametrize(
    "on",
    [
        "  pull_request:",
        "  pull_request_target:",
        "  pull_request:\n  merge_group:",
        "  pull_request: {branches: [main]}",
        "  pull_request: {branches: ['ma*', dev]}",
        "  pull_request: {branches-ignore: [dev]}",
        "  pull_request: {types: [opened, synchronize, reopened]}",
        "  pull_request: {paths: ['**']}",
        "  pull_request: {paths: ['!docs/**', '**']}",
        "  pull_request: {paths-ignore: []}",
        "  pull_request: {branches: ['**/*']}",
        "  push:",
        "  push: {branches: ['**']}",
        "  pull_request:\n  push: {branches: [main], paths: [src/**]}",
    ],
)
def test_a_check_that_reports_on_every_pull_request_is_right(on):
    assert found(ci=workflow(on)) == []


@pytest.mark.parametrize(
    ("on", "line", "why"),
    [
        ("  pull_request: {paths: [src/**]}", 2, "runs only where src/** changed"),
        ("  pull_request:\n    paths-ignore: [docs/**]", 3, "nothing but docs/** changed"),
        ("  pull_request:\n    branches: [dev]", 3, "leaves out pull requests to main"),
        ("  pull_request:\n    branches: [dev, '!main']", 3, "leaves out pull requests to main"),
        ("  pull_request:\n    branches-ignore: ['ma**']", 3, "leaves out pull requests to main"),
        ("  pull_request:\n    types: [opened]", 3, "when a pull request is pushed to or reopened"),
        ("  pull_request:\n    types: [synchronize]", 3, "when a pull request is opened"),
        ("  pull_request:\n    types: [opened, synchronize]", 3, "when a pull request is reopened"),
        ("  merge_group:\n  pull_request:\n    paths: [src/**]", 4, "runs only where src/** changed"),
        ("  merge_group:\n  pull_request:\n    types: [labeled]", 4, "opened or pushed to or reopened"),
        ("  merge_group:\n  push:\n    branches: [main]", 4, "for pushes to main alone"),
        ("  merge_group:", 1, "no pull request starts ci.yml"),
        ("  pull_request: {paths: ['**', '!docs/**']}", 2, "runs only where **, !docs/** changed"),
        ("  pull_request: {paths: ['*']}", 2, "runs only where * changed"),
        ("  push:\n    branches: ['*']", 3, "for pushes to * alone"),
        ("  push:\n    branches: ['**', '!x/*']", 3, "for pushes to **, !x/* alone"),
        ("  push:\n    branches: [main]", 3, "for pushes to main alone"),
        ("  push:\n    tags: [v*]", 3, "for tags alone"),
        ("  push:\n    branches-ignore: [x/*]", 3, "leaves out pushes to x/*"),
        ("  push: {paths: [a]}", 2, "runs only where a changed"),
        ("  workflow_dispatch:", 1, "no pull request starts ci.yml"),
        ("  schedule: [{cron: '0 0 * * *'}]", 1, "no pull request starts ci.yml"),
        ("  pull_request: {paths: [a]}\n  push: {branches: [main]}", 2, "runs only where a changed"),
    ],
)
def test_a_check_that_may_never_report_is_found_at_its_key(on, line, why):
    ((at, fact),) = faults(ci=workflow(on))["ci.yml"]
    assert at == line
    assert why in fact
    assert '"test"' in fact


def test_the_default_branch_is_the_declared_one():
    on = "  pull_request: {branches: [trunk]}"
    assert found(branch="trunk", ci=workflow(on)) == []
    assert len(found(branch="main", ci=workflow(on))) == 1


def test_two_workflows_may_report_between_them():
    one, two = "  pull_request: {paths: [a, b]}", "  pull_request: {paths-ignore: [b, a]}"
    assert found(one=workflow(one), two=workflow(two)) == []
    assert found(one=workflow(one), two=workflow("  pull_request: {paths: ['**', '!b', '!a']}")) == []
    assert len(found(one=workflow(one), two=workflow("  pull_request: {paths: ['**', '!b', c]}"))) == 2
    assert len(found(one=workflow(one), two=workflow("  pull_request: {paths-ignore: [a]}"))) == 2
    assert found(one=workflow(one), two=workflow("  pull_request:")) == []


def test_a_workflow_for_the_queue_does_not_report_in_place_of_one_for_pull_requests():
    files = {"ci": workflow("  pull_request: {paths: [a]}"), "queue": workflow("  merge_group:")}
    assert [name for name, wrong in faults(**files).items() if wrong] == ["ci.yml"]


def test_a_deploy_with_a_job_of_the_same_name_is_not_the_check():
    files = {"ci": workflow("  pull_request: {paths: [a]}"), "deploy": workflow("  push: {branches: [main]}")}
    assert [name for name, wrong in faults(**files).items() if wrong] == ["ci.yml"]


MATRIX = "strategy: {matrix: {n: [1]}}, "


def test_what_only_a_person_starts_is_not_the_check_of_what_is_pushed():
    files = {"ci": workflow("  push: {branches: [main]}"), "deploy": workflow("  workflow_dispatch:")}
    assert [name for name, wrong in faults(**files).items() if wrong] == ["ci.yml"]


FILTERED = "  pull_request: {paths: [a]}"


@pytest.mark.parametrize(
    ("jobs", "check"),
    [
        ("  a: {name: Unit tests, runs-on: x, steps: []}\n", "Unit tests"),
        ("  a: {runs-on: x, strategy: {matrix: {n: [1, 2]}}, steps: []}\n", "a (2)"),
        ("  a: {runs-on: x, strategy: {matrix: {n: [1, 2], os: [mac]}}, steps: []}\n", "a (1, mac)"),
        ("  a: {name: T, runs-on: x, strategy: {matrix: {n: [1]}}, steps: []}\n", "T (1)"),
        ("  a:\n    name: T ${{ matrix.n }}\n    runs-on: x\n    strategy: {matrix: {n: [1]}}\n    steps: []\n", "T 1"),
        ("  a: {runs-on: x, strategy: {matrix: {n: [1], include: [{n: 1, os: mac}]}}, steps: []}\n", "a (1)"),
        ("  a: {runs-on: x, strategy: {matrix: {n: [1], include: [{n: 1, os: mac}]}}, steps: []}\n", "a (1, mac)"),
        ("  a: {runs-on: x, strategy: {matrix: {n: [true]}}, steps: []}\n", "a (true)"),
    ],
)
def test_a_check_goes_by_the_name_that_github_shows(jobs, check):
    assert len(found(check, ci=workflow(FILTERED, jobs))) == 1
    assert found(f"{check}x", ci=workflow(FILTERED, jobs)) == []


def test_a_check_of_a_called_workflow_has_both_names():
    caller = workflow(FILTERED, "  all:\n    name: All\n    uses: ./.github/workflows/inner.yml\n")
    inner = workflow("  workflow_call:")
    assert len(found("All / test", ci=caller, inner=inner)) == 1
    assert found("test", ci=caller, inner=inner) == []


@pytest.mark.parametrize(
    ("job", "check", "wrong"),
    [
        ("strategy: {matrix: {n: [1]}}, ", "test (1)", 1),
        ("", "test", 0),
    ],
)
def test_a_job_that_is_skipped_shows_under_its_own_name(job, check, wrong):
    jobs = f"  test: {{runs-on: x, if: github.event_name == 'push', {job}steps: []}}\n"
    assert len(found(check, ci=workflow("  pull_request:", jobs))) == wrong


@pytest.mark.parametrize(("job", "check", "where"), [("", "test", "job"), (MATRIX, "test (1)", "steps")])
def test_what_is_skipped_under_another_name_is_skipped_by_its_steps(job, check, where):
    sources = sources_of(ci=workflow(FILTERED, f"  test: {{runs-on: x, {job}steps: []}}\n"))
    (fault,) = silent_checks(sources.workflow_files[0], [check], "main", sources)
    assert fault.fix.startswith(f"drop paths, and ask in the {where} what changed")


CHANGES = (
    "  changes: {runs-on: x, outputs: {src: '${{ steps.a.outputs.src }}'}, steps: [{id: a, run: y}]}\n"
    "  test: {runs-on: x, needs: changes, if: CONDITION, MATRIXsteps: []}\n"
)


@pytest.mark.parametrize(
    ("condition", "job", "check", "wrong"),
    [
        ("needs.changes.outputs.src == 'y'", MATRIX, "test (1)", 1),
        ("needs.changes.outputs.src == 'y'", "", "test", 0),
        ("vars.TESTS == 'y'", MATRIX, "test (1)", 0),
        ("github.repository == 'a/b'", MATRIX, "test (1)", 0),
    ],
)
def test_what_an_earlier_job_may_skip_may_never_report(condition, job, check, wrong):
    text = CHANGES.replace("MATRIX", job).replace("CONDITION", f'"{condition}"')
    facts = found(check, ci=workflow("  pull_request:", text))
    assert len(facts) == wrong
    assert all('on some of pull_request: job "test" may be skipped there' in fact for fact in facts)


def test_a_check_that_no_workflow_gives_comes_from_elsewhere():
    assert found("another provider", ci=workflow("  push: {branches: [main]}")) == []


def test_a_workflow_that_is_only_called_gives_no_check_of_its_own():
    assert found("test", inner=workflow("  workflow_call:")) == []
