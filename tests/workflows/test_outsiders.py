"""Whether somebody from outside causes a deploy: what they decide, what they do not, and what nobody can tell."""

from dataclasses import replace

import pytest
from making import deploying, gated, sources_of

from asbuilt.workflows.judge.provenance import from_outside
from asbuilt.workflows.paths.tracing import deploy_paths


def verdicts(repository="o/shop", **files):
    """Give what is said of each way to deploy: `drift`, `open`, or nothing."""
    sources = replace(sources_of(**files), repository=repository, default_branch="main")
    found = [from_outside(path, "main") for path in deploy_paths(sources)]
    return {None if each is None else "open" if each.open else "drift" for each in found}, found


@pytest.mark.parametrize(
    ("on", "test", "expected"),
    [
        ("pull_request", "true", "drift"),
        ("pull_request", "contains(github.head_ref, 'release')", "drift"),
        ("pull_request", "startsWith(github.event.pull_request.head.ref, 'x')", "drift"),
        ("pull_request", "contains(github.event.pull_request.title, '[ship]')", "drift"),
        ("pull_request", "!contains(github.event.pull_request.body, 'wait')", "drift"),
        ("pull_request", "!github.event.pull_request.draft", "drift"),
        ("pull_request", "github.event.pull_request.head.repo.fork", "drift"),
        ("pull_request", "contains(github.event.pull_request.labels.*.name, 'ship')", "open"),
        ("pull_request", "vars.LIVE == 'yes'", "open"),
        ("pull_request", "contains(github.head_ref, 'x') && vars.LIVE", "open"),
        ("pull_request", "github.actor == 'ann'", "open"),
        ("pull_request", "github.actor == github.repository_owner", None),
        ("pull_request", "github.event.pull_request.head.repo.full_name == github.repository", None),
        ("pull_request", "github.event.pull_request.head.repo.full_name == 'O/Shop'", None),
        ("pull_request", "!github.event.pull_request.head.repo.fork", None),
        ("pull_request_target", "github.event.pull_request.author_association == 'MEMBER'", None),
        ("issue_comment", "contains(github.event.comment.body, '/ship')", "drift"),
        ("issue_comment", "github.event.comment.body == '/ship' && vars.LIVE", "open"),
        ("issue_comment", "contains(fromJSON('[\\\"OWNER\\\"]'), github.event.comment.author_association)", None),
        ("issue_comment", "github.event.issue.pull_request", "open"),
        ("pull_request_review", "github.event.review.state == 'approved'", "drift"),
        ("issues", "github.event.issue.title == 'x'", "drift"),
        ("push", "vars.LIVE", None),
    ],
)
@pytest.mark.parametrize("where", ["job", "step"])
def test_undecided_is_not_anybody_can(where, on, test, expected):
    text = deploying(on=on, job=f'    if: "{test}"\n' if where == "job" else "")
    if where == "step":
        text = text.replace("- uses:", f'- if: "{test}"\n        uses:')
    assert verdicts(w=text)[0] == {expected}


def test_whose_repository_it_is_where_nobody_says_cannot_be_told():
    test = "github.event.pull_request.head.repo.full_name == github.repository"
    assert verdicts(repository="", w=deploying(on="pull_request", job=f"    if: {test}\n"))[0] == {"open"}


def test_what_cannot_be_told_lies_at_its_condition_with_a_line_to_paste():
    text = deploying(on="pull_request", job="    if: ${{ vars.LIVE }}\n")
    (found,) = verdicts(w=text)[1]
    assert found.fact == "cannot be told whether pull_request deploys shop: `${{ vars.LIVE }}` on line 5"
    assert found.mark.line == 5
    mended = text.replace("if: ${{ vars.LIVE }}", found.fix)
    assert verdicts(w=mended)[0] == set()  # nothing from outside gets there any more


def test_what_a_step_before_it_works_out_nobody_can_tell():
    text = gated("pull_request", condition="    if: needs.test.outputs.live == 'yes'\n")
    assert verdicts(w=text)[0] == {"open"}


FIRST = "name: First\non: {push: {branches: [main]}, pull_request: {}}\njobs: {t: {runs-on: x, steps: [{run: y}]}}\n"


def after(name, follows, test, more=""):
    job = f'{{runs-on: x, if: "{test}", steps: [{{run: y}}]}}'
    return f"name: {name}\non: {{workflow_run: {{workflows: [{follows}]}}}}\njobs:\n  b: {job}\n{more}"


OF_PUSHES = "github.event.workflow_run.event == 'push'"
LAST = "{workflow_run: {workflows: [Second]}}"
SUCCEEDED = "github.event.workflow_run.conclusion == 'success'"


@pytest.mark.parametrize(
    ("middle", "test", "expected"),
    [
        (OF_PUSHES, SUCCEEDED, {None}),
        (f"{OF_PUSHES} && vars.LIVE", SUCCEEDED, {None}),
        ("github.event.workflow_run.head_repository.full_name == github.repository", SUCCEEDED, {None}),
        ("true", SUCCEEDED, {None, "drift"}),
        ("vars.LIVE", SUCCEEDED, {None, "open"}),
        (OF_PUSHES, "github.event.workflow_run.conclusion != 'failure'", {None, "drift"}),  # `skipped` is no failure
        (OF_PUSHES, "github.event.workflow_run.conclusion == 'skipped'", {"drift"}),
    ],
)
def test_a_run_whose_jobs_are_all_skipped_is_no_success(middle, test, expected):
    last = deploying(on=LAST, job=f'    if: "{test}"\n')
    assert verdicts(first=FIRST, second=after("Second", "First", middle), third=last)[0] == expected


def test_one_job_that_runs_makes_the_run_succeed():
    second = after("Second", "First", OF_PUSHES, "  c: {runs-on: x, steps: [{run: y}]}\n")
    assert verdicts(first=FIRST, second=second, third=deploying(on=LAST, job=f'    if: "{SUCCEEDED}"\n'))[0] == {
        None,
        "drift",
    }


def test_every_way_to_begin_the_run_before_counts():
    first = (
        "name: Second\non: {workflow_dispatch: {inputs: {go: {type: boolean}}}}\n"
        "jobs: {b: {runs-on: x, if: inputs.go, steps: [{run: y}]}}\n"
    )
    assert verdicts(second=first, third=deploying(on=LAST, job=f'    if: "{SUCCEEDED}"\n'))[0] == {None}


def test_a_chain_of_two_asks_each_run_of_it():
    second = after("Second", "First", OF_PUSHES)
    third = after("Third", "Second", SUCCEEDED)
    last = deploying(on="{workflow_run: {workflows: [Third]}}", job=f'    if: "{SUCCEEDED}"\n')
    assert verdicts(first=FIRST, second=second, third=third, fourth=last)[0] == {None}
