import pytest
from making import deploying, paths_of

AFTER = "{workflow_run: {workflows: [CI], types: [completed]}}"
STEPS = "runs-on: x, steps: [{run: y}]"
CI = f"name: CI\non: {{push: {{branches: [main]}}}}\njobs:\n  test: {{{STEPS}}}\n  lint: {{{STEPS}, if: false}}\n"
SUCCEEDED = "    if: github.event.workflow_run.conclusion == 'success'\n"


def test_a_run_follows_the_workflow_that_it_names():
    (path,) = paths_of(ci=CI, deploy=deploying(on=AFTER, job=SUCCEEDED))
    assert (path.trigger, path.origins, path.conclusions) == ("workflow_run", ("push",), ("success",))
    assert path.upstream == ".github/workflows/ci.yml"
    assert path.refs == ("refs/heads/main",)
    assert path.way == "workflow_run of ci.yml (push) refs/heads/main"
    assert path.automatic


def test_the_jobs_of_the_run_before_are_gates_where_it_must_have_succeeded():
    (path,) = paths_of(ci=CI, deploy=deploying(on=AFTER, job=SUCCEEDED))
    assert path.gates == ("test",)


def test_without_a_condition_a_run_follows_whatever_the_end():
    (path,) = paths_of(ci=CI, deploy=deploying(on=AFTER))
    assert path.conclusions == ("success", "failure", "cancelled")
    assert path.gates == ()
    assert [(gate.name, gate.runs) for gate in path.ancestors] == [("test", True), ("lint", False)]
    assert all(gate.upstream and not gate.held for gate in path.ancestors)


def test_not_failed_is_not_succeeded():
    test = "    if: github.event.workflow_run.conclusion != 'failure'\n"
    (path,) = paths_of(ci=CI, deploy=deploying(on=AFTER, job=test))
    assert path.conclusions == ("success", "cancelled")
    assert path.gates == ()


def test_a_run_that_has_only_begun_has_no_conclusion():
    (path,) = paths_of(ci=CI, deploy=deploying(on="{workflow_run: {workflows: [CI], types: [requested]}}"))
    assert path.conclusions == (None,)


def test_every_event_of_the_workflow_before_is_an_origin():
    both = CI.replace("{push: {branches: [main]}}", "[push, pull_request]")
    found = paths_of(ci=both, deploy=deploying(on=AFTER, job=SUCCEEDED))
    assert {path.origins for path in found} == {("push",), ("pull_request",)}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("github.event.workflow_run.event == 'push'", {("push",)}),
        ("github.event.workflow_run.head_branch == 'main'", {("push",), ("pull_request",)}),
        ("github.event_name == 'push'", set()),
    ],
)
def test_a_condition_can_keep_pull_requests_out(test, expected):
    both = CI.replace("{push: {branches: [main]}}", "{push: {branches: [main]}, pull_request: {}}")
    found = paths_of(ci=both, deploy=deploying(on=AFTER, job=f"    if: {test}\n"))
    assert {path.origins for path in found} == expected


def test_a_filter_of_branches_lets_a_pull_request_from_a_branch_of_that_name_through():
    both = CI.replace("{push: {branches: [main]}}", "{push: {branches: [main, dev]}, pull_request: {}}")
    on = "{workflow_run: {workflows: [CI], branches: [main]}}"
    found = paths_of(ci=both, deploy=deploying(on=on))
    assert sorted((path.origins, path.refs) for path in found) == [
        (("pull_request",), ("refs/heads/main",)),
        (("push",), ("refs/heads/main",)),
    ]


@pytest.mark.parametrize(
    ("pushed", "branches", "expected"),
    [
        ("push", "[main]", [("refs/heads/main",)]),
        ("{push: {branches: ['**']}}", "[main]", [("refs/heads/main",)]),
        ("{push: {branches: ['release/**']}}", "[main, release/2, 'release/v*']", [
            ("refs/heads/release/2", "refs/heads/release/v*"),
        ]),
        ("{push: {branches: ['dev*']}}", "[main]", []),
        ("{push: {tags: ['v*']}}", "[main]", []),
        ("workflow_dispatch", "[main]", [("refs/heads/main",)]),
    ],
)  # fmt: skip
def test_a_filter_of_branches_narrows_what_any_push_sets_off(pushed, branches, expected):
    ci = CI.replace("{push: {branches: [main]}}", pushed)
    on = f"{{workflow_run: {{workflows: [CI], branches: {branches}}}}}"
    assert [path.refs for path in paths_of(ci=ci, deploy=deploying(on=on, job=SUCCEEDED))] == expected


@pytest.mark.parametrize("pushed", ["push", "[push, pull_request]", "workflow_dispatch"])
@pytest.mark.parametrize("on", [AFTER, AFTER.replace("]}", "], branches: [main]}", 1)])
def test_a_branch_that_a_condition_names_is_told_apart(pushed, on):
    test = SUCCEEDED.replace("\n", " && github.event.workflow_run.head_branch == 'main'\n")
    found = paths_of(ci=CI.replace("{push: {branches: [main]}}", pushed), deploy=deploying(on=on, job=test))
    assert {(path.refs, path.undecided) for path in found} == {(("refs/heads/main",), None)}


def test_a_workflow_that_is_not_there_sets_nothing_off():
    assert paths_of(deploy=deploying(on="{workflow_run: {workflows: [Nothing]}}")) == ()


def test_a_workflow_without_a_name_goes_by_its_path():
    nameless = CI.replace("name: CI\n", "")
    on = "{workflow_run: {workflows: [.github/workflows/ci.yml]}}"
    assert len(paths_of(ci=nameless, deploy=deploying(on=on))) == 1


def test_a_chain_of_runs_is_followed_to_its_origin():
    middle = "name: Middle\non: {workflow_run: {workflows: [CI]}}\njobs:\n  a: {runs-on: x, steps: [{run: y}]}\n"
    on = "{workflow_run: {workflows: [Middle]}}"
    (path,) = paths_of(ci=CI, middle=middle, deploy=deploying(on=on, job=SUCCEEDED))
    assert path.origins == ("push",)
    assert "a" in path.gates


def test_workflows_that_follow_each_other_end():
    one = "name: One\non: {workflow_run: {workflows: [Two]}}\njobs:\n  a: {runs-on: x, steps: [{run: y}]}\n"
    two = "name: Two\n" + deploying(on="{workflow_run: {workflows: [One]}}")
    assert paths_of(one=one, two=two) == ()


@pytest.mark.parametrize(
    ("on", "job", "expected"),
    [
        ("pull_request", "", {"pull_request"}),
        ("{pull_request: {types: [closed]}}", "", {"pull_request", "merged pull request"}),
        (
            "{pull_request: {types: [closed]}}",
            "    if: github.event.pull_request.merged == true\n",
            {"merged pull request"},
        ),
        ("{pull_request: {types: [closed]}}", "    if: github.event.pull_request.merged\n", {"merged pull request"}),
        ("{pull_request: {types: [opened]}}", "    if: github.event.pull_request.merged\n", set()),
        ("{pull_request: {types: [opened]}}", "    if: github.event.action == 'closed'\n", set()),
        ("issue_comment", "    if: github.event.comment.body == '/deploy'\n", {"issue_comment"}),
        ("[push, pull_request]", "    if: github.event_name == 'push'\n", {"push"}),
        ("[push, pull_request]", "    if: github.event_name != 'pull_request'\n", {"push"}),
    ],
)
def test_where_the_code_comes_from(on, job, expected):
    assert {origin for path in paths_of(deploy=deploying(on=on, job=job)) for origin in path.origins} == expected


@pytest.mark.parametrize(
    ("on", "job", "expected"),
    [
        ("{pull_request: {branches: [main]}}", "", [("refs/heads/main",)]),
        ("pull_request", "    if: github.base_ref == 'main'\n", [("refs/heads/main",)]),
        ("pull_request", "    if: github.event.pull_request.base.ref == 'main'\n", [("refs/heads/main",)]),
    ],
)
def test_the_base_of_a_pull_request(on, job, expected):
    assert [path.refs for path in paths_of(deploy=deploying(on=on, job=job))] == expected
