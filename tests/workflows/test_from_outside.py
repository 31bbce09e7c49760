"""Deploys that somebody can cause who may only read the repository."""

import pytest
from making import AFTER, CI, SHIP, SUCCEEDED, gated, paths_of, script

from asbuilt.workflows.judge.origins import comes_from_outside, trigger_mark
from asbuilt.workflows.judge.provenance import from_outside


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
        (
            "{pull_request: {types: [closed], branches: [main]}}",
            "    if: github.event.pull_request.merged_at\n",
            {None},
        ),
        ("{pull_request: {types: [closed], branches: [main]}}", "    if: github.ref == 'refs/heads/main'\n", {None}),
        # A pull request runs on NUMBER/merge, and on no branch.
        ("[push, pull_request]", "    if: github.ref_name == 'main'\n", {None}),
        ("[push, pull_request]", "    if: startsWith(github.ref_name, 'release/')\n", {None}),
        ("[push, pull_request]", "    if: startsWith(github.ref_name, '1')\n", {None, "pull_request"}),
        ("[push, pull_request]", "    if: github.ref_name != 'main'\n", {None, "pull_request"}),
        ("schedule", "", {None}),
        ("workflow_dispatch", "", {None}),
    ],
)
def test_whose_code_is_deployed(on, condition, expected):
    paths = paths_of(w=gated(on, condition=condition))
    assert {comes_from_outside(path, "main") for path in paths} == expected


def test_the_place_is_the_trigger():
    (path,) = paths_of(w=gated("\n  pull_request:\n"))
    assert trigger_mark(path).line == 2


FOR_REVIEW = SHIP.replace("shop", "'shop-pr-${{ github.event.number }}'")


PUSH_FOR_REVIEW = (
    "      - run: git push https://git.heroku.com/shop-$PR.git HEAD:main\n"
    "        env: { PR: '${{ github.event.pull_request.number }}' }\n"
)


WRITTEN = script("echo APP=shop-${{ github.event.number }} >> $GITHUB_ENV")


@pytest.mark.parametrize(
    ("action", "count"),
    [
        (SHIP, 1),
        (SHIP.replace("shop", "'${{ secrets.APP }}'"), 1),
        # An app that is written out is none for a review, whatever its step is called.
        (SHIP.replace("- uses", "- name: review app\n        uses"), 1),
        (SHIP.replace("- uses", "- name: review app\n        uses").replace("shop", "'${{ secrets.APP }}'"), 0),
        (FOR_REVIEW.replace("{ ", "{ heroku_email: e, "), 0),
        (SHIP.replace("shop", "'${{ env.APP }}'") + "        env: { APP: 'shop-${{ github.head_ref }}' }\n", 0),
        ("      - uses: mheap/github-action-pr-heroku-review-app@v1\n", 0),
        ("      - uses: a/heroku-flow@v1\n        with: { pipeline: '${{ vars.REVIEWAPP_PIPELINE }}' }\n", 0),
        (PUSH_FOR_REVIEW, 0),
        (WRITTEN + SHIP.replace("shop", "'${{ env.APP }}'"), 0),
        (WRITTEN.replace("event.number", "run_id") + SHIP.replace("shop", "'${{ env.APP }}'"), 1),
    ],
)  # fmt: skip
def test_apps_for_a_pull_request_are_let_be(action, count):
    paths = paths_of(w=gated("pull_request", action=action))
    assert paths
    assert len([path for path in paths if from_outside(path, "main")]) == count


def test_only_what_a_pull_request_causes_is_for_review():
    requests, other = "{pull_request: {types: [opened, closed]}}", "push"
    review, other = (paths_of(w=gated(on, action=FOR_REVIEW)) for on in (requests, other))
    assert {path.review for path in review} == {True}
    assert not any(path.review for path in other)


def said(**files):
    return [fault for path in paths_of(**files) if (fault := from_outside(path, "main"))]


def test_a_run_that_a_pull_request_sets_off_is_from_outside():
    both = CI.replace("{push: {branches: [main]}}", "{push: {branches: [main]}, pull_request: {}}")
    (fault,) = said(ci=both, w=gated("{workflow_run: {workflows: [CI], branches: [main]}}", condition=SUCCEEDED))
    assert "after a run of ci.yml that pull_request sets off" in fault.fact
    assert fault.fix == "if: github.event.workflow_run.event == 'push'"
    guarded = "    if: github.event.workflow_run.event == 'push'\n"
    assert said(ci=both, w=gated(AFTER, condition=guarded)) == []


def test_the_remedy_leaves_a_way_to_deploy():
    (fault,) = said(w=gated("issues"))
    assert fault.fix == "let push or workflow_dispatch set it off, and not issues"
    asks = "if: github.event.workflow_run.event == 'push'"
    ci = CI.replace("{push: {branches: [main]}}", "pull_request")
    (fault,) = said(ci=ci, w=gated(AFTER, condition=SUCCEEDED))
    assert fault.fix == f"let push set ci.yml off, and ask for it: {asks}"
    middle = f"name: Middle\non: {AFTER}\njobs: {{m: {{runs-on: x, steps: [{{run: y}}]}}}}\n"
    files = {"ci": CI.replace("{push:", "{pull_request: {}, push:"), "middle": middle}
    faults = said(**files, w=gated("{workflow_run: {workflows: [Middle]}}", condition=SUCCEEDED))
    assert {fault.fix for fault in faults} == {f"{asks} in middle.yml"}


@pytest.mark.parametrize(("branches", "count"), [("main", 0), ("dev", 1)])
def test_a_run_that_follows_a_merge_is_from_the_branch_that_it_went_into(branches, count):
    ci = CI.replace("{push: {branches: [main]}}", f"{{pull_request: {{types: [closed], branches: [{branches}]}}}}")
    ci = ci.replace("{ci: {", "{ci: {if: github.event.pull_request.merged, ")
    found = said(ci=ci, w=gated(AFTER, condition=SUCCEEDED))
    assert len([each for each in found if "merged" in each.fact]) == count


def test_a_deploy_from_outside_in_a_called_workflow_lies_at_the_trigger_and_names_the_caller():
    called = gated("workflow_call")
    (fault,) = said(
        w="on:\n  issue_comment:\n  push:\njobs: {a: {uses: ./.github/workflows/called.yml}}\n", called=called
    )
    assert (fault.path, fault.mark.line) == (".github/workflows/w.yml", 2)
    assert fault.fact.endswith("; called by w.yml:4")
    assert fault.fix.endswith("if: github.event_name != 'issue_comment'")
