import pytest
from making import paths_of

from asbuilt.workflows.provenance import comes_from_outside, trigger_mark, unseen_by_gates

CHECKOUT = "      - uses: actions/checkout@v7\n"
DEPLOY = "      - uses: akhileshns/heroku-deploy@v3\n        with: { heroku_app_name: shop }\n"


def workflow(on, gate=CHECKOUT, deploy=CHECKOUT, condition="", action=DEPLOY):
    return (
        f"on: {on}\njobs:\n  test:\n    runs-on: x\n    steps:\n{gate}      - run: y\n"
        f"  deploy:\n    needs: test\n{condition}    runs-on: x\n    steps:\n{deploy}{action}"
    )


def of_ref(ref):
    return f"{CHECKOUT}        with: {{ ref: '{ref}' }}\n"


@pytest.mark.parametrize(
    ("on", "condition", "expected"),
    [
        ("push", "", {None}),
        ("pull_request", "", {"pull_request"}),
        ("pull_request_target", "", {"pull_request_target"}),
        ("issue_comment", "    if: github.event.comment.body == 'x'\n", {"issue_comment"}),
        ("[issues, discussion_comment]", "", {"issues", "discussion_comment"}),
        ("{pull_request: {types: [closed], branches: [main]}}", "    if: github.event.pull_request.merged\n", {None}),
        (
            "{pull_request: {types: [closed], branches: [main, dev]}}",
            "    if: github.event.pull_request.merged\n",
            {"merged pull request"},
        ),
        (
            "{pull_request: {types: [closed]}}",
            "    if: github.event.pull_request.merged && github.base_ref == 'main'\n",
            {None},
        ),
        ("schedule", "", {None}),
        ("workflow_dispatch", "", {None}),
    ],
)
def test_whose_code_is_deployed(on, condition, expected):
    paths = paths_of(w=workflow(on, condition=condition))
    assert {comes_from_outside(path, "main") for path in paths} == expected


def test_the_place_is_the_trigger():
    (path,) = paths_of(w=workflow("\n  pull_request:\n"))
    assert trigger_mark(path).line == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, None),
        ({"gate": "", "deploy": of_ref("main")}, None),
        ({"deploy": ""}, None),
        ({"deploy": of_ref("${{ github.sha }}")}, None),
        ({"deploy": of_ref("${{ github.ref }}")}, None),
        ({"deploy": of_ref("${{ inputs.ref || github.sha }}")}, None),
        ({"deploy": of_ref("dev")}, "deploys dev"),
        ({"gate": of_ref("dev"), "deploy": of_ref("dev")}, None),
        ({"gate": of_ref("dev")}, "has seen dev"),
        ({"deploy": of_ref("${{ vars.REF }}")}, "deploys ${{ vars.REF }}"),
        ({"gate": of_ref("${{vars.REF}}"), "deploy": of_ref("${{ vars.REF }}")}, None),
        ({"action": DEPLOY.replace("shop }", "shop, branch: dev }")}, "deploys dev"),
        ({"action": DEPLOY.replace("shop }", "shop, branch: HEAD }")}, None),
    ],
)
def test_the_gates_see_what_is_deployed(arguments, expected):
    (path,) = paths_of(w=workflow("{push: {branches: [main]}}", **arguments))
    found = [each.fact for each in unseen_by_gates(path, ["test"])]
    assert len(found) == (expected is not None)
    assert expected is None or expected in found[0]


def test_a_gate_that_nobody_declares_is_not_asked():
    (path,) = paths_of(w=workflow("{push: {branches: [main]}}", deploy=of_ref("dev")))
    assert list(unseen_by_gates(path, [])) == []


CI = "name: CI\non: {push: {branches: [main]}}\njobs: {ci: {runs-on: x, steps: [{run: y}]}}\n"
AFTER = "{workflow_run: {workflows: [CI]}}"
SUCCEEDED = "    if: github.event.workflow_run.conclusion == 'success'\n"
HEAD = "${{ github.event.workflow_run.head_sha }}"


@pytest.mark.parametrize(
    ("deploy", "condition", "expected"),
    [
        (of_ref(HEAD), SUCCEEDED, []),
        ("", SUCCEEDED, []),
        (CHECKOUT, SUCCEEDED, ["ci.yml may have run on another commit"]),
        (of_ref("${{ github.sha }}"), SUCCEEDED, ["ci.yml may have run on another commit"]),
        (of_ref("main"), SUCCEEDED, ["ci.yml may have run on another commit"]),
        (of_ref(HEAD), "", ["ended in failure and cancelled"]),
        (of_ref(HEAD), "    if: github.event.workflow_run.conclusion != 'failure'\n", ["ended in cancelled"]),
    ],
)
def test_a_run_that_follows_deploys_what_the_other_tested(deploy, condition, expected):
    found = [
        fault.fact
        for path in paths_of(ci=CI, w=workflow(AFTER, deploy=deploy, condition=condition))
        for fault in unseen_by_gates(path, [])
    ]
    assert len(found) == len(expected)
    assert all(words in fact for words, fact in zip(expected, found, strict=True))
