"""What scripts push to Heroku by git: its history, and its branch."""

from pathlib import Path

import pytest
from making import sources_of

from asbuilt.workflows.deploys.steps import deploy_steps
from asbuilt.workflows.judge import heroku_pushes
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.tracing import deploy_paths

URL = "https://heroku:$KEY@git.heroku.com/kiosk.git"
PUSH = f"- run: git push {URL} HEAD:main"
SHALLOW = "- uses: actions/checkout@v7"
WHOLE = "- { uses: actions/checkout@v7, with: { fetch-depth: 0 } }"


def depth(value):
    return f"- {{ uses: actions/checkout@v7, with: {{ fetch-depth: {value} }} }}"


def workflow(*steps, job="", on="push"):
    lines = "\n".join(f"      {line}" for step in steps for line in step.splitlines())
    return f"on: {on}\njobs:\n  one:\n    runs-on: x\n{job}    steps:\n{lines}\n"


def found(text, actions=None, **files):
    sources = sources_of(actions, one=text, **files)
    for file in sources.workflow_files:
        assert file.document.problems == (), file.document.problems
    steps = tuple(step for file in sources.workflow_files for step in deploy_steps(file, sources))
    checkout = Checkout(Path(), sources, deploy_steps=steps, deploy_paths=deploy_paths(sources))
    file = sources.by_path[".github/workflows/one.yml"]
    pushing = heroku_pushes.pushing(file, checkout)
    gaps = (*heroku_pushes.unbuilt(pushing, checkout), *heroku_pushes.idle(file, sources))
    assert all(each.open == each.fact.startswith("cannot be told") for each in gaps)
    assert all(len(each.fact) < 160 for each in gaps), gaps
    return tuple(dict.fromkeys(gaps))


def kinds(text, actions=None, **files):
    words = {"refuses": "shallow", "deploys nothing": "branch", "cannot be told": "open"}
    gaps = found(text, actions, **files)
    return [kind for gap in gaps for word, kind in words.items() if word in gap.fact]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (SHALLOW, ["shallow"]),
        (WHOLE, []),
        (depth("'0'"), []),
        (depth(1), ["shallow"]),
        (depth("'${{ vars.DEPTH }}'"), ["open"]),
        (depth("\"${{ github.event_name == 'push' && '0' || '1' }}\""), []),
        (depth("\"${{ github.event_name == 'push' && 0 || 1 }}\""), ["shallow"]),  # 0 is false, so it is 1
        ("- uses: actions/checkout@v1", []),
        ("- uses: actions/checkout@v11", ["shallow"]),
        (f"{SHALLOW}\n- run: git fetch --unshallow", []),
        (f"{SHALLOW}\n- run: git fetch --prune --unshallow || true", []),
        (f"{SHALLOW}\n- run: git pull --unshallow", []),
        (f"{SHALLOW}\n- run: git fetch --depth=2147483647", []),
        (f"{SHALLOW}\n- run: git fetch --depth=50", ["shallow"]),
        (f"{SHALLOW}\n- run: git fetch --unshallow\n  if: false", ["shallow"]),
        (f"{SHALLOW}\n{WHOLE[:-1]}, if: false }}", ["shallow"]),
        ("- run: git clone https://github.com/nordwind/kiosk .", []),
        ("- run: git clone --depth 1 https://github.com/nordwind/kiosk .", ["shallow"]),
        (f"{SHALLOW}\n- run: git init && git add . && git commit -m x", []),
        (f"{SHALLOW}\n- run: git checkout --orphan fresh && git commit -m x", []),
        ("- uses: nordwind/get-code@v2", ["open"]),
    ],
)
def test_the_history_is_whole(before, expected):
    assert kinds(workflow(before, PUSH)) == expected


@pytest.mark.parametrize(
    "push",
    [
        PUSH,
        "- run: |\n    git remote add heroku https://git.heroku.com/kiosk.git\n    git push heroku main",
        "- run: |\n    heroku git:remote -a kiosk\n    git push --force heroku HEAD:refs/heads/master",
        "- run: heroku git:remote -a kiosk\n- run: git push heroku main",
        "- run: git push https://git.heroku.com/${{ secrets.APP }}.git HEAD:main",
        f"- {{ shell: pwsh, run: 'git push {URL} HEAD:main' }}",
        f"- {{ uses: nick-fields/retry@v3, with: {{ command: 'git push {URL} HEAD:main' }} }}",
        "- run: git subtree push --prefix api https://git.heroku.com/kiosk.git main",
        "- shell: python\n  run: import subprocess; subprocess.run(['git', 'push', 'https://git.heroku.com/kiosk.git'])",
    ],
)
def test_however_it_is_pushed(push):
    assert kinds(workflow(SHALLOW, push)) == ["shallow"]
    assert kinds(workflow(WHOLE, push)) == []


def test_history_that_is_fetched_in_the_same_script_before_the_push():
    fetch, push = "git fetch --unshallow", f"git push {URL} HEAD:main"
    assert kinds(workflow(SHALLOW, f"- run: |\n    {fetch}\n    {push}")) == []
    assert kinds(workflow(SHALLOW, f"- run: |\n    {push}\n    {fetch}")) == ["shallow"]


def test_heroku_deploy_sees_to_the_history_unless_it_only_logs_in():
    deploy = "- { uses: akhileshns/heroku-deploy@v3, with: { heroku_app_name: kiosk%s } }"
    again = "- run: git push heroku HEAD:main"
    assert kinds(workflow(SHALLOW, deploy % "")) == []
    assert kinds(workflow(SHALLOW, deploy % "", again)) == []
    assert kinds(workflow(SHALLOW, deploy % ", justlogin: true", again)) == ["shallow"]


def test_each_folder_has_its_own_history():
    here = "- { uses: actions/checkout@v7, with: { path: app, fetch-depth: 0 } }"
    push = f"{PUSH}\n  working-directory: "
    assert kinds(workflow(here, SHALLOW, f"{push}./app")) == []
    assert kinds(workflow(here, SHALLOW, f"{push}.")) == ["shallow"]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("main", []),
        ("HEAD", []),
        ("HEAD:refs/heads/master", []),
        ("develop", ["branch"]),
        ("HEAD:production", ["branch"]),
        ("main:refs/heads/production", ["branch"]),
        ("+HEAD:staging", ["branch"]),
        (":old", []),
        ("refs/tags/v1", []),
        ("--delete old", []),
        ("$GITHUB_REF_NAME", ["branch"]),
        ("$GITHUB_REF_NAME:main", []),
        ("HEAD:${{ github.ref_name }}", ["branch"]),
        ("HEAD:${{ vars.BRANCH }}", ["open"]),
        ("main develop", []),
    ],
)
def test_the_branch_is_one_that_heroku_builds(ref, expected):
    push = f"- run: git push https://git.heroku.com/kiosk.git {ref}"
    assert kinds(workflow(WHOLE, push, on="{push: {branches: [release]}}")) == expected


def test_a_remote_that_is_not_herokus_is_nobodys_business():
    assert kinds(workflow(SHALLOW, "- run: git push origin HEAD:develop")) == []
    assert kinds(workflow(SHALLOW, "- run: git push https://git.example/heroku.git HEAD:develop")) == []
    remote = "- run: git remote add live https://git.heroku.com/kiosk.git"
    assert kinds(workflow(WHOLE, remote, "- run: git push live HEAD:develop")) == ["branch"]


def test_an_action_of_the_repository_checks_out_for_who_uses_it():
    action = "runs:\n  using: composite\n  steps:\n    - uses: actions/checkout@v7\n"
    (gap,) = found(workflow("- uses: ./.github/actions/get", PUSH), {"get": action})
    assert (gap.path, gap.mark) == (".github/actions/get/action.yml", (4, 7))
    assert "used by one.yml:6" in gap.fact


def test_the_remedy_ends_the_finding():
    (gap,) = found(workflow(SHALLOW, PUSH))
    assert (gap.mark.line, gap.fix) == (6, "add to its with: fetch-depth: 0")
    (gap,) = found(workflow(depth(5), PUSH))
    assert gap.fix == "set here: fetch-depth: 0"
    (gap,) = found(workflow(WHOLE, "- run: |\n    heroku git:remote -a kiosk\n    git push heroku HEAD:live"))
    assert (gap.excerpt, gap.fix) == ("git push heroku HEAD:live", "push it to main: HEAD:refs/heads/main")
