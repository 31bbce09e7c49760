"""What an event makes true of the expressions of a run: its ref, and what its payload has or lacks."""

from dataclasses import replace

import pytest
from making import deploying, sources_of

from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown, truth
from asbuilt.workflows.paths.blocked_paths import blocked_paths
from asbuilt.workflows.paths.tracing import deploy_paths
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.triggers.situations import situations

AFTER = "{workflow_run: {workflows: [Build]}}"
BUILD = "name: Build\non: {push: {branches: [trunk, live]}}\njobs: {b: {runs-on: x, steps: [{run: y}]}}\n"


def answers(on, test, default_branch="trunk", upstream=BUILD):
    """Give what a condition comes to in each situation of a workflow, each answer once."""
    files = {"w": f'on: {on}\njobs: {{a: {{runs-on: x, if: "{test}", steps: [{{run: y}}]}}}}\n', "build": upstream}
    sources = replace(sources_of(**files), default_branch=default_branch)
    found = [truth(test, each.context) for each in situations(sources.workflow_files[0], sources)]
    return {None if isinstance(each, Unknown) else each for each in found}


@pytest.mark.parametrize(
    "event",
    [
        AFTER, "{schedule: [{cron: 0 3 * * *}]}", "repository_dispatch", "issue_comment", "issues", "watch", "status",
        "check_suite", "gollum", "pull_request_target",
    ],
)  # fmt: skip
def test_what_says_no_ref_runs_on_the_default_branch(event):
    assert answers(event, "github.ref == 'refs/heads/trunk' && github.ref_name == 'trunk'") == {True}
    assert answers(event, "contains(github.ref, 'live')") == {False}
    assert answers(event, "github.ref_type == 'branch'") == {True}


def test_which_branch_is_the_default_one_nobody_guesses():
    assert answers(AFTER, "github.ref_name == 'main'", default_branch="") == {None}
    assert answers(AFTER, "startsWith(github.ref, 'refs/tags/')", default_branch="") == {False}


def test_a_release_runs_on_its_tag():
    assert answers("release", "startsWith(github.ref, 'refs/tags/') && github.ref_type == 'tag'") == {True}
    assert answers("release", "startsWith(github.ref_name, 'v')") == {True, False}  # the tags called so, and the others
    assert answers("release", "github.event.release.tag_name == 'v1'") == {True, False}
    assert answers("release", "github.ref == 'refs/heads/trunk'") == {False}


def test_of_what_follows_a_run_the_default_branch_alone_chooses_the_app():
    name = "${{ github.ref_name == 'live' && 'shop' || 'shop-next' }}"
    sources = replace(sources_of(build=BUILD, w=deploying(on=AFTER, app=f'"{name}"')), default_branch="trunk")
    assert {path.app for path in deploy_paths(sources)} == {"shop-next"}


def test_a_script_has_the_default_branch_too():
    script = 'git push https://git.heroku.com/"shop-$GITHUB_REF_NAME".git HEAD:main'
    text = f"on: {AFTER}\njobs: {{a: {{runs-on: x, steps: [{{run: '{script}'}}]}}}}\n"
    sources = replace(sources_of(build=BUILD, w=text), default_branch="trunk")
    assert {path.app for path in deploy_paths(sources)} == {"shop-trunk"}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("contains(github.ref, 'trunk')", {False}),
        ("contains(github.ref_name, 'Trunk')", {False}),
        ("endsWith(github.ref, '/live')", {False}),
        ("startsWith(github.ref, 'refs/heads')", {False}),
        ("endsWith(github.ref, '/merge')", {True}),
        ("contains(github.ref, 'pull/1')", {None}),
        ("contains(github.ref, 'pull/x')", {False}),
        ("github.ref == 'refs/pull/1/merge'", {None}),
        ("github.ref == 'refs/pull/1/head'", {False}),
        ("github.ref_name == 'trunk'", {False}),
        ("contains(github.head_ref, 'trunk')", {None}),  # anybody's branch may be called so
    ],
)
def test_a_pull_request_runs_on_a_number(test, expected):
    assert answers("pull_request", test) == expected


@pytest.mark.parametrize(
    ("on", "test", "expected"),
    [
        ("push", "github.event.label.name == 'ship'", {False}),
        ("push", "github.event.label.name == ''", {True}),  # null is as good as an empty text
        ("push", "github.event.issue == null && github.event.comment == 0 && github.event.number == false", {True}),
        ("push", "github.event.inputs.stage == ''", {True}),
        ("push", "!github.event.client_payload", {True}),
        ("push", "github.event.action == 'opened'", {False}),
        ("push", "github.event.head_commit.message == 'x'", {None}),
        ("push", "contains(github.event.pull_request.labels.*.name, 'ship')", {False}),
        ("push", "github.event.something_new == ''", {None}),
        ("workflow_dispatch", "github.event.head_commit", {False}),
        ("workflow_dispatch", "github.event.client_payload.ref != ''", {False}),
        ("repository_dispatch", "github.event.client_payload.ref != ''", {None}),
        ("repository_dispatch", "github.event.inputs.x == ''", {True}),
        ("{schedule: [{cron: 0 3 * * *}]}", "github.event.head_commit == ''", {True}),
        ("issue_comment", "github.event.pull_request", {False}),
        ("issue_comment", "github.event.issue.pull_request", {None}),
        ("issue_comment", "github.event.comment.body == '/ship'", {None}),
        ("pull_request", "github.event.label.name == 'ship'", {False}),
        ("{pull_request: {types: [labeled]}}", "github.event.label.name == 'ship'", {None}),
        ("pull_request", "github.event.schedule == null", {True}),
        (AFTER, "github.event.pull_request == null && github.event.action == 'completed'", {True}),
        (AFTER, "github.head_ref == '' && github.base_ref == ''", {True}),
        ("release", "github.head_ref || github.event.schedule", {False}),
        ("pull_request", "github.head_ref", {True}),
        ("pull_request_review", "github.head_ref == ''", {None}),
        ("workflow_call", "github.event.label.name == ''", {None}),  # nobody knows what calls it
    ],
)
def test_what_an_event_has_not_is_null(on, test, expected):
    assert answers(on, test) == expected


@pytest.mark.parametrize(
    "test",
    [
        "github.ref == 'refs/heads/Trunk'",
        "github.ref == 'REFS/HEADS/trunk'",
        "github.ref_name == 'TRUNK'",
        "startsWith(github.ref, 'Refs/Heads/Tr')",
        "startsWith(github.ref_name, 'TRU')",
        "contains(fromJSON('[\\\"Trunk\\\"]'), github.ref_name)",
    ],
)
@pytest.mark.parametrize("on", ["{push: {branches: [trunk]}}", "{push: {branches: ['**']}}", "push"])
def test_expressions_take_no_notice_of_case_and_so_does_nothing_here(on, test):
    text = deploying(on=on, job=f'    if: "{test}"\n')
    sources = sources_of(w=text)
    paths = deploy_paths(sources)
    assert any(matches(pattern, "refs/heads/trunk") for path in paths for pattern in path.refs)
    assert not any("refs/heads/trunk" in each.refs for each in blocked_paths(sources, paths))


def test_the_default_branch_is_told_apart_as_it_is_spelled():
    text = deploying(on="push", job="    if: github.ref_name == 'MAIN'\n")
    sources = replace(sources_of(w=text), default_branch="Main")
    (path,) = [each for each in deploy_paths(sources) if "refs/heads/Main" in each.refs]
    assert path.reached


def test_an_unknown_text_is_asked_for_no_more_than_is_certain():
    assert truth("endsWith(github.x, '')", {"github": {"x": UNKNOWN}}) is UNKNOWN
    assert truth("contains(github.x, '')", {"github": {"x": UNKNOWN}}) is UNKNOWN


@pytest.mark.parametrize(
    "test",
    [
        "github.ref_name == github.event.repository.default_branch",
        "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)",
    ],
)
def test_the_default_branch_may_be_asked_for_by_what_it_is(test):
    assert answers("{push: {branches: ['**']}}", test) == {True, False}
    assert answers("{push: {branches: [trunk]}}", test) == {True}
    assert answers(AFTER, test) == {True}
    assert answers("pull_request", test) == {False}
    assert answers("push", test, default_branch="") == {None}
