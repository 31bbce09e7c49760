"""Which code a job works on, and deploys: of what it checks out, in which folder, and of what an earlier job makes."""

import pytest
from making import CHECKOUT, SHIP, gated, of_ref, paths_of, script

from asbuilt.workflows.judge.provenance import unseen_by_gates

MAIN = "{push: {branches: [main]}}"
PUSH = "git push https://git.heroku.com/shop.git {0}"


def facts(text):
    (path,) = paths_of(w=text)
    return [each.fact for each in unseen_by_gates(path, ["test"], "main", "a/shop")]


def matched(found, expected):
    return [expected in each for each in found] == ([] if expected is None else [True])


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("git checkout -b release origin/dev", "deploys dev"),
        ("git switch -C release dev", "deploys dev"),
        ("git checkout -t origin/dev", "deploys dev"),
        ("git checkout -B release", None),
        ("git pull", None),
        ("git pull --rebase origin main", None),
        ("git pull origin dev", "deploys dev"),
        ("git merge --no-ff -m 'join them' origin/dev", "deploys dev"),
        ("git merge --abort", None),
        ("git reset --hard", None),
        ("git reset -q --hard dev", "deploys dev"),
        ("git reset dev", None),
        ("git fetch origin dev && git checkout FETCH_HEAD", None),
        ("cd backend && git checkout dev", "deploys dev"),
    ],
)
def test_a_command_of_git_puts_other_code_into_the_folder(command, expected):
    assert matched(facts(gated(MAIN, deploy=CHECKOUT + script(command))), expected)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (PUSH.format("$GITHUB_SHA^{}:main"), None),
        (PUSH.format("@:main"), None),
        (f"git checkout -b next && {PUSH.format('next:main')}", None),
        (f"git branch next && {PUSH.format('next:main')}", None),
        (f"git checkout --orphan next && {PUSH.format('next:main')}", None),
        (f"git init && {PUSH.format('master')}", None),
        (f"git init && git branch -M next && {PUSH.format('next:main')}", None),
        (f"git init -b next && {PUSH.format('next:main')}", None),
        (f"git init --initial-branch=next && {PUSH.format('next:main')}", None),
        (f"git init && {PUSH.format('next:main')}", "deploys next"),
        (f"git branch -D next && {PUSH.format('next:main')}", "deploys next"),
        ("heroku builds:create -a shop --source-url https://github.com/a/shop/archive/dev.tar.gz", "deploys dev"),
        ("heroku builds:create -a shop", None),
    ],
)
def test_a_command_that_deploys_says_what(command, expected):
    assert matched(facts(gated(MAIN, action=script(command))), expected)


@pytest.mark.parametrize(
    ("archive", "expected"),
    [
        ("archive/dev.tar.gz", "deploys dev"),
        ("archive/refs/heads/main.zip", None),
        ("tarball/${{ github.sha }}", None),
        ("tarball/$GITHUB_SHA", None),
        ("releases/download/v1/shop.tgz", None),
    ],
)
def test_a_build_from_an_archive_needs_no_checkout(archive, expected):
    body = f'{{\\"source_blob\\": {{\\"url\\": \\"https://github.com/a/shop/{archive}\\"}}}}'
    request = f'|\n          curl --fail -X POST https://api.heroku.com/apps/shop/builds -d "{body}"'
    assert matched(facts(gated(MAIN, deploy="", action=script(request))), expected)


def in_folder(folder, more):
    return f"{CHECKOUT}        with: {{ path: {folder}, {more} }}\n"


APP = in_folder("app", "ref: dev")
TOOLS = in_folder("tools", "repository: a/tools")


@pytest.mark.parametrize(
    ("deploy", "action", "expected"),
    [
        (CHECKOUT + in_folder("pages", "ref: gh-pages"), SHIP, None),
        (CHECKOUT + APP, script(f"cd app && {PUSH.format('HEAD:main')}"), "deploys dev"),
        (CHECKOUT + APP, script(PUSH.format("HEAD:main"), "        working-directory: ./app\n"), "deploys dev"),
        (CHECKOUT + APP, SHIP.replace("shop }", "shop, appdir: app }"), "deploys dev"),
        (APP, SHIP, "deploys dev"),
        (CHECKOUT + TOOLS + script("cd tools && git checkout v1"), SHIP, None),
        (CHECKOUT + TOOLS + script("git checkout v1", "        working-directory: tools\n"), SHIP, None),
        (TOOLS, SHIP, None),
        (CHECKOUT + in_folder("x", "ref: main") + script("cd $GITHUB_WORKSPACE/x && git checkout dev"), SHIP, None),
    ],
)
def test_the_folder_that_is_deployed_counts(deploy, action, expected):
    assert matched(facts(gated(MAIN, deploy=deploy, action=action)), expected)


@pytest.mark.parametrize(
    ("gate", "deploy", "expected"),
    [
        ("", "repository: a/other", None),
        ("ref: main", "repository: a/other", "deploys a/other (push"),
        ("ref: main", "repository: a/other, ref: dev", "deploys dev of a/other (push"),
        ("repository: a/other", "repository: a/other", None),
        ("repository: a/other, ref: v1", "repository: a/other, ref: v2", "has seen v1 of a/other"),
        ("ref: main", "repository: A/Shop", None),
        ("ref: main", "repository: A/Shop, ref: dev", "deploys dev (push"),
        ("ref: main", "repository: '${{ github.repository }}'", None),
    ],
)
def test_the_code_of_another_repository_is_seen_by_a_gate_that_checks_it_out(gate, deploy, expected):
    text = gated(MAIN, gate=gate and in_folder(".", gate), deploy=in_folder(".", deploy))
    assert matched(facts(text), expected)


FREE = "{workflow_dispatch: {inputs: {ref: {default: main}}}}"
PICKED = "${{ needs.pick.outputs.ref }}"


@pytest.mark.parametrize(
    ("on", "picks", "gate", "deploy", "expected"),
    [
        (FREE, "inputs.ref", CHECKOUT, of_ref(PICKED), "deploys ${{ inputs.ref }}"),
        (FREE, "inputs.ref", of_ref(PICKED), of_ref(PICKED), None),
        (FREE, "inputs.ref", of_ref("${{ inputs.ref }}"), of_ref(PICKED), None),
        (FREE, "inputs.ref", of_ref(PICKED), of_ref("${{ inputs.ref }}"), None),
        (MAIN, "github.sha", CHECKOUT, of_ref(PICKED), None),
        (MAIN, "github.sha", of_ref("dev"), of_ref(PICKED), "has seen dev"),
        (MAIN, "steps.a.outputs.ref", CHECKOUT, of_ref(PICKED), None),
        (MAIN, "steps.a.outputs.ref", of_ref(PICKED), of_ref("dev"), None),
        ("deployment", "github.event.deployment.sha", CHECKOUT, of_ref(PICKED), None),
    ],
)
def test_what_a_job_hands_on_is_followed(on, picks, gate, deploy, expected):
    job = f"jobs:\n  pick: {{runs-on: x, outputs: {{ref: '${{{{ {picks} }}}}'}}, steps: [{{id: a, run: x}}]}}\n"
    text = gated(on, gate=gate, deploy=deploy).replace("jobs:\n", job).replace("needs: test", "needs: [pick, test]")
    assert matched(facts(text.replace("  test:\n", "  test:\n    needs: pick\n")), expected)


BUILD = "      - uses: docker/build-push-action@v6\n"
RELEASE = script("heroku container:release web -a shop")
UPLOAD, DOWNLOAD = ("      - uses: actions/upload-artifact@v5\n", "      - uses: actions/download-artifact@v5\n")


@pytest.mark.parametrize(
    ("build", "deploy", "expected"),
    [
        (CHECKOUT + BUILD, RELEASE, None),
        (of_ref("dev") + BUILD, RELEASE, "deploys dev"),
        (of_ref("dev") + BUILD, CHECKOUT + RELEASE, "deploys dev"),
        (CHECKOUT + BUILD, of_ref("dev") + RELEASE, None),
        (of_ref("dev"), RELEASE, None),
        (of_ref("dev") + UPLOAD, DOWNLOAD + SHIP, "deploys dev"),
        (of_ref("dev") + UPLOAD, SHIP, None),
        (of_ref("dev"), DOWNLOAD + SHIP, None),
        (of_ref("dev") + UPLOAD, CHECKOUT + DOWNLOAD + SHIP, None),
    ],
)
def test_what_an_earlier_job_makes_is_deployed(build, deploy, expected):
    job = f"  build:\n    needs: test\n    runs-on: x\n    steps:\n{build}      - run: make\n  deploy:"
    text = gated(MAIN, deploy="", action=deploy).replace("needs: test", "needs: build").replace("  deploy:", job)
    assert matched(facts(text), expected)
