"""Whether what is deployed is what the gates, or the run before, have seen."""

import pytest
from making import CHECKOUT, SHIP, gated, of_ref, paths_of, script

from asbuilt.workflows.judge.provenance import unseen_by_gates

CONTAINER = "      - run: |\n          docker pull a/b\n          heroku container:release web -a shop\n"
VARIABLE = "        env: {{ REF: '{0}' }}\n"


PUSH = "git push https://git.heroku.com/shop.git {0}"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, None),
        ({"gate": "", "deploy": of_ref("main")}, None),
        ({"deploy": ""}, None),
        ({"deploy": of_ref("")}, None),
        ({"deploy": of_ref("main")}, None),
        ({"deploy": of_ref("refs/heads/main")}, None),
        ({"deploy": of_ref("${{ github.sha }}")}, None),
        ({"deploy": of_ref("${{ github.ref }}")}, None),
        ({"deploy": of_ref("${{ github.event.after }}")}, None),
        ({"deploy": of_ref("${{ inputs.ref || github.sha }}")}, None),
        ({"deploy": of_ref("dev")}, "deploys dev"),
        ({"gate": of_ref("dev"), "deploy": of_ref("dev")}, None),
        ({"gate": of_ref("dev"), "deploy": of_ref("refs/heads/dev")}, None),
        ({"gate": of_ref("dev")}, "has seen dev"),
        ({"gate": CHECKOUT + of_ref("dev"), "deploy": of_ref("dev")}, None),
        ({"gate": CHECKOUT + of_ref("dev")}, None),
        ({"gate": of_ref("${{ vars.REF }}"), "deploy": of_ref("${{ inputs.ref || vars.REF }}")}, None),
        ({"deploy": of_ref("${{ vars.REF }}")}, "deploys ${{ vars.REF }}"),
        ({"gate": of_ref("${{vars.REF}}"), "deploy": of_ref("${{ vars.REF }}")}, None),
        # Of a checkout of another repository, and of what does not run, nothing is deployed.
        ({"deploy": CHECKOUT + CHECKOUT + "        with: { repository: a/tools, path: tools, ref: v1 }\n"}, None),
        ({"deploy": CHECKOUT + of_ref("dev").replace("- uses", "- if: false\n        uses")}, None),
        # What a job works out for itself cannot be told.
        ({"deploy": of_ref("${{ steps.tag.outputs.tag }}")}, None),
        ({"deploy": of_ref("${{ needs.test.outputs.tag }}")}, None),
        # Variables are followed.
        ({"deploy": CHECKOUT + script("git checkout $REF", VARIABLE.format("dev"))}, "deploys dev"),
        ({"deploy": CHECKOUT + script("git checkout $GITHUB_SHA")}, None),
        ({"deploy": CHECKOUT + script("git checkout package.json")}, None),
        ({"deploy": CHECKOUT + script("git checkout -b release")}, None),
        ({"deploy": CHECKOUT + script("git reset --hard origin/dev")}, "deploys dev"),
        # What the step itself names.
        ({"action": SHIP.replace("shop }", "shop, branch: dev }")}, "deploys dev"),
        ({"action": SHIP.replace("shop }", "shop, branch: HEAD }")}, None),
        ({"action": SHIP.replace("shop }", "shop, branch: main }")}, None),
        ({"action": script(PUSH.format("HEAD:main"))}, None),
        ({"action": script(PUSH.format("main"))}, None),
        ({"action": script(PUSH.format("+dev:main"))}, "deploys dev"),
        ({"action": script(PUSH.format("$REF:main"), VARIABLE.format("dev"))}, "deploys dev"),
        ({"action": script(PUSH.format("$(git rev-parse HEAD):main"))}, None),
        ({"action": script("git subtree push --prefix a https://git.heroku.com/shop.git main")}, None),
        ({"deploy": of_ref("dev"), "action": CONTAINER}, None),
        ({"deploy": of_ref("dev"), "action": CONTAINER.replace("pull a/b", "build -t a/b .")}, "deploys dev"),
        ({"deploy": of_ref("dev"), "action": script("heroku pipelines:promote -a x --to shop")}, None),
    ],
)
def test_the_gates_see_what_is_deployed(arguments, expected):
    (path,) = paths_of(w=gated("{push: {branches: [main]}}", **arguments))
    found = [each.fact for each in unseen_by_gates(path, ["test"])]
    assert len(found) == (expected is not None)
    assert expected is None or expected in found[0]


CHOICE = "{workflow_dispatch: {inputs: {ref: {type: choice, options: [main, dev]}}}}"
DISPATCH = "{workflow_dispatch: {inputs: {ref: {default: main}, other: {}}}}"


@pytest.mark.parametrize(
    ("on", "gate", "deploy", "count"),
    [
        (DISPATCH, CHECKOUT, of_ref("${{ inputs.ref }}"), 1),
        (DISPATCH, of_ref("${{ inputs.ref }}"), of_ref("${{ inputs.ref }}"), 0),
        (DISPATCH, of_ref("${{ inputs.ref }}"), of_ref("${{ github.event.inputs.ref }}"), 0),
        (DISPATCH, of_ref("${{ inputs.ref || github.sha }}"), of_ref("${{ inputs.ref }}"), 0),
        (DISPATCH, of_ref("${{ inputs.other }}"), of_ref("${{ inputs.ref }}"), 1),
        (DISPATCH, of_ref("${{ inputs.other }}"), of_ref("${{ github.event.inputs.other }}"), 0),
        (DISPATCH, CHECKOUT, of_ref("${{ inputs.other || github.sha }}"), 1),
        (CHOICE, of_ref("main"), of_ref("${{ inputs.ref }}"), 1),
        (DISPATCH.replace("main", "''"), CHECKOUT, of_ref("${{ inputs.ref || github.sha }}"), 1),
        (DISPATCH, of_ref("refs/heads/main"), of_ref("${{ format('refs/heads/{0}', inputs.ref) }}"), 1),
        # A text that only chooses between refs is not one.
        (DISPATCH, CHECKOUT, of_ref("${{ inputs.ref == 'main' && github.sha || 'dev' }}"), 0),
        # The default is what the gate has seen, and any other text is not.
        (DISPATCH, of_ref("main"), of_ref("${{ inputs.ref }}"), 1),
        (DISPATCH, of_ref("main"), of_ref("${{ github.event.inputs.ref }}"), 1),
        ("workflow_dispatch", CHECKOUT, of_ref("main"), 1),
        ("{push: {branches: [main, dev]}}", CHECKOUT, of_ref("main"), 1),
        ("{push: {tags: ['v*']}}", CHECKOUT, of_ref("${{ github.ref_name }}"), 0),
        ("{push: {tags: ['v*']}}", CHECKOUT, of_ref("main"), 1),
        ("{release: {types: [published]}}", CHECKOUT, of_ref("${{ github.event.release.tag_name }}"), 0),
        ("{release: {types: [published]}}", CHECKOUT, of_ref("main"), 1),
        ("{schedule: [{cron: '0 0 * * *'}]}", CHECKOUT, of_ref("main"), 0),
        ("{schedule: [{cron: '0 0 * * *'}]}", CHECKOUT, of_ref("dev"), 1),
    ],
)
def test_what_a_ref_comes_to_depends_on_the_event(on, gate, deploy, count):
    paths = paths_of(w=gated(on, gate=gate, deploy=deploy))
    assert len([fault for path in paths for fault in unseen_by_gates(path, ["test"])]) == count


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("github.event.pull_request.merged", 0), ("!github.event.pull_request.merged", 1)],
)
def test_a_merged_pull_request_is_its_base(condition, expected):
    on = "{pull_request: {types: [closed], branches: [main]}}"
    for ref in ("main", "${{ github.base_ref }}", "${{ github.event.pull_request.merge_commit_sha }}"):
        paths = paths_of(w=gated(on, deploy=of_ref(ref), condition=f"    if: {condition!r}\n".replace("'", '"')))
        assert len([fault for path in paths for fault in unseen_by_gates(path, ["test"])]) == expected, ref


CALLED = (
    "on: {workflow_call: {inputs: {ref: {type: string}}}}\njobs:\n  test:\n    runs-on: x\n    steps:\n"
    f"{of_ref('${{ inputs.ref }}')}      - run: make\n"
)
CALLED_DEPLOY = (
    "on: {workflow_call: {inputs: {commit: {type: string}}}}\njobs:\n  deploy:\n    runs-on: x\n    steps:\n"
    f"{of_ref('${{ inputs.commit }}')}{SHIP}"
)


@pytest.mark.parametrize(
    ("tested", "deployed", "expected"),
    [
        ("${{ inputs.ref }}", "${{ inputs.ref }}", None),
        ("${{ github.sha }}", "", None),
        ("dev", "dev", None),
        ("${{ needs.version.outputs.sha }}", "${{ needs.version.outputs.sha }}", None),
        ("${{ github.sha }}", "${{ inputs.ref }}", "deploys ${{ inputs.ref }}"),
        ("${{ inputs.ref }}", "dev", "has seen ${{ inputs.ref }}"),
    ],
)
def test_refs_are_followed_into_called_workflows(tested, deployed, expected):
    entry = (
        "on: {workflow_dispatch: {inputs: {ref: {required: true}}}}\njobs:\n"
        "  version: {runs-on: x, outputs: {sha: '${{ steps.a.outputs.sha }}'}, steps: [{id: a, run: x}]}\n"
        f"  ci:\n    needs: version\n    uses: ./.github/workflows/test.yml\n    with: {{ ref: '{tested}' }}\n"
        "  go:\n    needs: [ci, version]\n    uses: ./.github/workflows/ship.yml\n"
        f"    with: {{ commit: '{deployed}' }}\n"
    )
    for name in ("ci", "test"):
        (path,) = paths_of(w=entry, test=CALLED, ship=CALLED_DEPLOY)
        found = list(unseen_by_gates(path, [name]))
        assert [expected in each.fact for each in found] == ([] if expected is None else [True])
        assert all(each.path.endswith("ship.yml") and "called by w.yml:" in each.fact for each in found)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("${{ github.sha }}", None), ("${{ inputs.ref }}", "deploys ${{ inputs.ref }}"), ("dev", "deploys dev")],
)
def test_refs_are_followed_into_composite_actions(given, expected):
    action = (
        "inputs: { ref: {} }\nruns:\n  using: composite\n  steps:\n"
        "    - uses: actions/checkout@v7\n      with: { ref: '${{ inputs.ref }}' }\n"
    )
    use = f"      - uses: ./.github/actions/out\n        with: {{ ref: '{given}' }}\n"
    on = "{workflow_dispatch: {inputs: {ref: {required: true}}}}"
    (path,) = paths_of({"out": action}, w=gated(on, deploy=use))
    found = list(unseen_by_gates(path, ["test"]))
    assert [expected in each.fact for each in found] == ([] if expected is None else [True])
    assert all(each.fact.endswith("; used by w.yml:12") and each.mark.line == 6 for each in found)


@pytest.mark.parametrize(
    ("on", "branch", "count"),
    [
        ("{push: {branches: [main, dev]}}", "main", 0),
        ("{push: {branches: [main, dev]}}", "dev", 0),
        ("{push: {branches: [main, dev]}}", "release", 1),
        ("workflow_dispatch", "main", 0),
        ("workflow_dispatch", "release", 1),
        ("{push: {tags: ['v*']}}", "main", 1),
    ],
)
def test_a_branch_that_is_not_checked_out_is_not_there_to_be_pushed(on, branch, count):
    paths = paths_of(w=gated(on, action=SHIP.replace("shop }", f"shop, branch: {branch} }}")))
    assert len([fault for path in paths for fault in unseen_by_gates(path, ["test"])]) == count


@pytest.mark.parametrize(("ref", "expected"), [("dev", None), ("main", None), ("other", "has seen dev")])
def test_a_gate_has_seen_what_each_row_of_its_matrix_checks_out(ref, expected):
    rows = "    strategy: { matrix: { ref: [main, dev] } }\n"
    text = gated("{push: {branches: [main]}}", gate=of_ref("${{ matrix.ref }}"), deploy=of_ref(ref))
    (path,) = paths_of(w=text.replace("  test:\n", f"  test:\n{rows}"))
    found = [each.fact for each in unseen_by_gates(path, ["test"])]
    assert [expected in fact for fact in found] == ([] if expected is None else [True])


def test_the_matrix_of_the_deploy_is_not_that_of_the_gate():
    text = gated(
        "{push: {branches: [main]}}",
        gate=of_ref("${{ matrix.ref }}"),
        deploy=of_ref("${{ matrix.ref }}"),
        condition="    strategy: { matrix: { ref: [dev] } }\n",
    )
    for row, count in (("dev", 0), ("other", 1)):
        rows = f"  test:\n    strategy: {{ matrix: {{ ref: [{row}] }} }}\n"
        (path,) = paths_of(w=text.replace("  test:\n", rows))
        assert len(list(unseen_by_gates(path, ["test"]))) == count


def test_a_variable_of_the_job_is_followed_into_an_action():
    action = "runs:\n  using: composite\n  steps:\n    - { shell: bash, run: 'git checkout $REF' }\n"
    use = CHECKOUT + "      - uses: ./.github/actions/out\n"
    on = "{workflow_dispatch: {inputs: {ref: {required: true}}}}"
    env = "    env: { REF: '${{ inputs.ref }}' }\n"
    for gate, count in ((of_ref("${{ inputs.ref }}"), 0), (CHECKOUT, 1)):
        (path,) = paths_of({"out": action}, w=gated(on, gate=gate, deploy=use, condition=env))
        assert len(list(unseen_by_gates(path, ["test"]))) == count


def test_what_a_called_workflow_reads_of_the_event_is_as_free_as_in_its_caller():
    on = "{workflow_dispatch: {inputs: {ref: {default: main}}}}"
    gate = gated(on, gate=of_ref("main")).partition("  deploy:")[0]
    entry = gate + "  go:\n    needs: test\n    uses: ./.github/workflows/ship.yml\n"
    given = "    with: { commit: '${{ inputs.ref }}' }\n"
    asked = CALLED_DEPLOY.replace("${{ inputs.commit }}", "${{ github.event.inputs.ref }}")
    chosen = CALLED_DEPLOY.replace("${{ inputs.commit }}", "${{ inputs.commit == 'main' && 'main' || 'dev' }}")
    for text, ship, count in ((entry, asked, 1), (entry + given, CALLED_DEPLOY, 1), (entry + given, chosen, 0)):
        (path,) = paths_of(w=text, ship=ship)
        assert len(list(unseen_by_gates(path, ["test"]))) == count


def test_what_a_gate_is_handed_by_another_job_cannot_be_told():
    text = gated("{push: {branches: [main]}}", gate=of_ref("${{ needs.prep.outputs.ref }}"), deploy=of_ref("dev"))
    prep = "jobs:\n  prep: {runs-on: x, outputs: {ref: '${{ steps.a.outputs.ref }}'}, steps: [{id: a, run: x}]}\n"
    (path,) = paths_of(w=text.replace("jobs:\n", prep).replace("  test:\n", "  test:\n    needs: prep\n"))
    assert list(unseen_by_gates(path, ["test"])) == []


def test_a_variable_that_holds_an_input_is_that_input():
    on = "{workflow_dispatch: {inputs: {ref: {required: true}}}}"
    env = "    env: { REF: '${{ inputs.ref }}' }\n"
    deploy = CHECKOUT + script("git checkout $REF")
    for gate, count in ((of_ref("${{ inputs.ref }}"), 0), (CHECKOUT, 1)):
        (path,) = paths_of(w=gated(on, gate=gate, deploy=deploy, condition=env))
        assert len(list(unseen_by_gates(path, ["test"]))) == count


def test_a_gate_that_nobody_declares_is_not_asked():
    (path,) = paths_of(w=gated("{push: {branches: [main]}}", deploy=of_ref("dev")))
    assert list(unseen_by_gates(path, [])) == []
