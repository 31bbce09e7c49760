import pytest

from asbuilt.workflows.judge.hollow import holes
from asbuilt.workflows.paths.checkout import read

HEAD = (
    "on: {push: {branches: [main, dev]}}\njobs:\n  deploy:\n    runs-on: x\n"
    "    env: { HEROKU_API_KEY: '${{ secrets.K }}' }\n"
)
CHECKOUT = "      - uses: actions/checkout@v7\n"
PUSH = 'git push "https://heroku:$HEROKU_API_KEY@git.heroku.com/{app}.git" HEAD:main\n'
RELEASE = "heroku container:release web -a {app}\n"


def checkout(folder, script, files, *, before=CHECKOUT, more="", head=HEAD):
    run = "".join(f"          {line}\n" for line in script.splitlines())
    text = f"{head}    steps:\n{before}      - run: |\n{run}{more}"
    for path, content in {".github/workflows/deploy.yml": text, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return read(folder, "team/shop")


def ends(found):
    return [(path.app, f"{path.file}:{path.line}") for path in found.deploy_paths]


@pytest.mark.parametrize(
    ("script", "text", "expected"),
    [
        ("./ship.sh", "#!/bin/bash\n" + PUSH.format(app="shop"), [("shop", "ship.sh:2")]),
        ("bash ship.sh", PUSH.format(app="shop"), [("shop", "ship.sh:1")]),
        ("bash -eu ship.sh shop", RELEASE.format(app="$1"), [("shop", "ship.sh:1")]),
        ("bash -o pipefail ship.sh shop", RELEASE.format(app="$1"), [("shop", "ship.sh:1")]),
        (". ./ship.sh", RELEASE.format(app="shop"), [("shop", "ship.sh:1")]),
        ("sudo ./ship.sh", RELEASE.format(app="shop"), [("shop", "ship.sh:1")]),
        ("echo go\nAPP=shop ./ship.sh", RELEASE.format(app="$APP"), [("shop", "ship.sh:1")]),
        ("echo a && ./ship.sh shop || exit 1", RELEASE.format(app="$1"), [("shop", "ship.sh:1")]),
        ("./ship.sh \\\n  shop", RELEASE.format(app="${1}"), [("shop", "ship.sh:1")]),
        ("./ship.sh", RELEASE.format(app="${1:-shop}"), [("shop", "ship.sh:1")]),
        ("APP=shop\n./ship.sh $APP", 'NAME="$1"\n' + RELEASE.format(app="$NAME"), [("shop", "ship.sh:2")]),
        ("./ship.sh shop", RELEASE.format(app='"${1:?which app}"'), [("shop", "ship.sh:1")]),
        ("./ship.sh shop web", "NAME=$1\nshift\n" + RELEASE.format(app="$NAME --wait $1"), [("shop", "ship.sh:3")]),
        ("./ship.sh a b shop", "if true; then echo; fi\nshift 2\n" + RELEASE.format(app="$1"), [("shop", "ship.sh:3")]),
        ('bash "$GITHUB_WORKSPACE/ship.sh" shop', RELEASE.format(app="$1"), [("shop", "ship.sh:1")]),
        ("cd api\n${GITHUB_WORKSPACE}/ship.sh shop", RELEASE.format(app="$1"), [("shop", "ship.sh:1")]),
        ('"${{ github.workspace }}/ship.sh" "shop"', RELEASE.format(app="$1"), [("shop", "ship.sh:1")]),
        ("./ship.sh '${{ github.ref_name }}'", RELEASE.format(app="shop-$1"), [("shop-main", "ship.sh:1")] * 1),
    ],
)
def test_a_script_of_the_checkout_is_read_as_if_it_stood_there(tmp_path, script, text, expected):
    found = checkout(tmp_path, script, {"ship.sh": text})
    assert ends(found)[: len(expected)] == expected
    assert "ship.sh" in found.contents


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("deploy:\n\tdocker compose run --rm heroku sh -c 'heroku container:release web -a shop'\n", ["Makefile:2"]),
        ("deploy:\n\tssh build@x 'git push https://git.heroku.com/shop.git main'\n", ["Makefile:2"]),
        ("deploy:\n\tretrying 3 'heroku container:release web -a shop'\n", [".github/workflows/deploy.yml:8"]),
        ("deploy:\n\theroku pg:backups:capture -a shop\n", []),
    ],
    ids=["in a container", "by ssh", "by a tool of their own", "a backup"],
)
def test_a_deploy_that_is_not_known_in_a_file_is_not_taken_for_none(tmp_path, text, places):
    found = checkout(tmp_path, "make deploy", {"Makefile": text})
    assert ends(found) == [(None, place) for place in places]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("./ship.sh shop", {"ship.sh": "while getopts a: o; do :; done\nshift\n" + RELEASE.format(app="$1")}),
        ("./ship.sh a shop", {"ship.sh": "while test $# = 2; do\nshift\ndone\n" + RELEASE.format(app="$1")}),
        ("./ship.sh", {"ship.sh": RELEASE.format(app="${1:?which}")}),
        ("bash $GITHUB_ACTION_PATH/ship.sh shop", {"ship.sh": RELEASE.format(app="$1")}),
        ("./ship-heroku.sh", {}),
        ("./ship-heroku.py", {"ship-heroku.py": "heroku"}),
        ("./ship-heroku.sh", {"ship-heroku.sh": "#!/usr/bin/env python3\nheroku()\n"}),
        ("../ship-heroku.sh", {}),
        ("./deploy-heroku/$NAME", {}),
    ],
)
def test_what_cannot_be_read_names_no_app(tmp_path, script, files):
    assert {path.app for path in checkout(tmp_path, script, files).deploy_paths} <= {None}


@pytest.mark.parametrize(
    ("run", "folder"),
    [
        ("$GITHUB_ACTION_PATH/ship.sh shop", ""),
        ('bash "${{ github.action_path }}/ship.sh" shop', ""),
        ("./ship.sh shop", "      working-directory: ${{ github.action_path }}\n"),
        ("../tools/ship.sh shop", "      working-directory: $GITHUB_ACTION_PATH\n"),
    ],
)
def test_a_script_beside_an_action_is_read(tmp_path, run, folder):
    action = f"runs:\n  using: composite\n  steps:\n    - run: {run}\n      shell: bash\n{folder}"
    files = {"tools/action.yml": action, "tools/ship.sh": RELEASE.format(app="$1")}
    found = checkout(tmp_path, "echo", files, more="      - uses: ./tools\n")
    assert ends(found) == [("shop", "tools/ship.sh:1")]


def test_a_link_out_of_the_checkout_is_not_read(tmp_path):
    (tmp_path / "secret").write_text(RELEASE.format(app="shop"))
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "deploy-heroku.sh").symlink_to(tmp_path / "secret")
    found = checkout(inside, "./deploy-heroku.sh", {})
    assert {path.app for path in found.deploy_paths} == {None}
    assert "deploy-heroku.sh" not in found.contents


def test_a_script_that_a_test_keeps_from_running_deploys_nothing(tmp_path):
    script = 'if [ "$GITHUB_REF_NAME" = dev ]; then\n  ./ship.sh\nfi'
    (path,) = checkout(tmp_path, script, {"ship.sh": RELEASE.format(app="shop")}).deploy_paths
    assert (path.app, path.refs) == ("shop", ("refs/heads/dev",))


def test_a_script_runs_scripts_and_the_place_is_that_of_the_innermost(tmp_path):
    files = {"a.sh": "echo a\n./b/b.sh shop\n", "b/b.sh": "echo b\n" + RELEASE.format(app="$1")}
    found = checkout(tmp_path, "bash a.sh", files)
    assert ends(found) == [("shop", "b/b.sh:2")]
    assert {each.path for each in found.sources.documents_of(found.workflow_files[0])} >= {"b/b.sh"}


def test_scripts_that_run_each_other_come_to_an_end(tmp_path):
    files = {"a.sh": "./b.sh\n" + RELEASE.format(app="shop"), "b.sh": "./a.sh\n./a.sh\n"}
    assert ("shop", "a.sh:2") in ends(checkout(tmp_path, "./a.sh", files))


def test_a_script_that_many_calls_repeat_is_put_in_only_so_often(tmp_path):
    files = {"a.sh": "./b.sh\n" * 900, "b.sh": "./c.sh\n" * 900, "c.sh": "./d.sh\n" * 900, "d.sh": "heroku ps\n" * 900}
    assert checkout(tmp_path, "./a.sh\n" * 900, files).deploy_paths == ()


def test_a_check_behind_the_script_counts_and_one_before_it_does_not(tmp_path):
    ask = "curl --fail https://shop.example/health"
    files = {"ship.sh": RELEASE.format(app="shop")}
    (behind,) = checkout(tmp_path / "a", f"./ship.sh\n{ask}", files).deploy_paths
    (before,) = checkout(tmp_path / "b", f"{ask}\n./ship.sh", files).deploy_paths
    assert (len(behind.verified_by), before.verified_by) == (1, ())


@pytest.mark.parametrize("call", ["./ask.sh", "make ask", "npm run ask"])
def test_a_check_in_a_file_of_its_own_counts(tmp_path, call):
    ask = "curl --fail https://shop.example/health"
    files = {
        "ask.sh": f"set -e\n{ask}\n",
        "Makefile": f"ask:\n\t{ask}\n",
        "package.json": f'{{"scripts": {{"ask": "{ask}"}}}}',
    }
    script = f"{RELEASE.format(app='shop')}{call}"
    (path,) = checkout(tmp_path, script, files).deploy_paths
    assert len(path.verified_by) == 1


@pytest.mark.parametrize(
    ("call", "path", "text", "count"),
    [
        ("make test", "Makefile", "test:\n\t{}\n", 1),
        ("./test.sh", "test.sh", "#!/bin/sh\n{}\n", 1),
        ("npm run test", "package.json", '{{"scripts": {{"test": "{}"}}}}', 1),
        ("make test", "Makefile", "test:\n\t{}\n\tpytest\n", 0),
        ("./test.sh", "test.sh", "#!/bin/sh\nset -e\n{}\npytest\n", 0),
    ],
)
def test_a_gate_whose_work_lets_every_failure_pass_is_hollow_wherever_that_stands(tmp_path, call, path, text, count):
    gate = f"  test:\n    runs-on: x\n    steps:\n{CHECKOUT}      - run: {call}\n"
    files = {path: text.format("lint || true")}
    needs = f"{gate}  deploy:\n    needs: test\n"
    found = checkout(tmp_path, RELEASE.format(app="shop"), files, head=HEAD.replace("  deploy:\n", needs))
    assert [len(list(holes(each, ["test"], each.sources))) for each in found.deploy_paths] == [count]


MAKEFILE = """# ours
APP ?= shop-dev
BASE := shop
ship: build
\t@echo ship
\theroku container:release web \\
\t  -a $(APP)
.PHONY: ship live
live: NAME = x
live: ; heroku container:release web -a $(BASE)-live
both: ship live
round: round2
\tmake live
round2: round
build:
\t-docker build .
env:
\theroku container:release web -a $$APP_NAME
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("make ship", [("shop-dev", "Makefile:6")]),
        ("make", [("shop-dev", "Makefile:6")]),
        ("make ship APP=shop", [("shop", "Makefile:6")]),
        ("make APP=shop-$KIND ship", [("shop-live", "Makefile:6")]),
        ("make live", [("shop-live", "Makefile:10")]),
        ("make -s both", [("shop-dev", "Makefile:6"), ("shop-live", "Makefile:10")]),
        ("make round", [("shop-live", "Makefile:10")]),
        ("APP_NAME=shop make env", [("shop", "Makefile:18")]),
        ("make build", []),
        ("export APP=shop\nmake ship", [("shop", "Makefile:6")]),
        ("APP=shop-$(cat kind) make ship", [(None, ".github/workflows/deploy.yml:10")]),
    ],
)
def test_a_target_of_make_is_its_recipe_behind_those_before_it(tmp_path, call, expected):
    assert ends(checkout(tmp_path, f"KIND=live\n{call}", {"Makefile": MAKEFILE})) == expected


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ("make -C tools ship", "tools/Makefile"),
        ("make --directory=tools ship", "tools/Makefile"),
        ("make -f tools/ship.mk ship", "tools/ship.mk"),
        ("cd tools && make ship", "tools/GNUmakefile"),
        ("cd tools\nmake ship", "tools/makefile"),
    ],
)
def test_a_makefile_is_found_where_make_looks(tmp_path, call, path):
    found = checkout(tmp_path, call, {path: "ship:\n\t" + RELEASE.format(app="shop")})
    assert ends(found) == [("shop", f"{path}:2")]


PACKAGE = """{
 "name": "ship",
 "scripts": {
  "preship": "npm run build",
  "build": "tsc",
  "ship": "heroku container:release web -a shop"
 }
}
"""


@pytest.mark.parametrize(
    "call", ["npm run ship", "yarn ship", "yarn run ship", "pnpm run ship", "npm --silent run ship"]
)
def test_a_script_of_npm_is_read(tmp_path, call):
    assert ends(checkout(tmp_path, call, {"package.json": PACKAGE})) == [("shop", "package.json:6")]


@pytest.mark.parametrize(
    "call", ["npm --prefix web run ship", "yarn --cwd web ship", "cd web && npm run ship -- --verbose"]
)
def test_a_package_below_is_read(tmp_path, call):
    assert ends(checkout(tmp_path, call, {"web/package.json": PACKAGE})) == [("shop", "web/package.json:6")]


@pytest.mark.parametrize("text", ["[", "[]", '{"scripts": []}', '{"scripts": {"ship": 1}}', "[" * 100_000])
def test_a_package_that_says_nothing_stays_a_deploy_to_an_app_that_cannot_be_told(tmp_path, text):
    (path,) = checkout(tmp_path, "npm run ship", {"package.json": text}).deploy_paths
    assert (path.app, path.file) == (None, ".github/workflows/deploy.yml")


def test_a_folder_to_work_in_and_one_that_was_checked_out_into_are_regarded(tmp_path):
    files = {"tools/ship.sh": RELEASE.format(app="shop")}
    into = CHECKOUT + "        with: { path: src }\n"
    for name, script, before, more in (
        ("a", "./ship.sh", CHECKOUT, "        working-directory: ./tools\n"),
        ("b", "src/tools/ship.sh", into, ""),
        ("c", "./tools/ship.sh", into, "        working-directory: src\n"),
    ):
        assert ends(checkout(tmp_path / name, script, files, before=before, more=more)) == [("shop", "tools/ship.sh:1")]


def test_a_file_of_another_repository_is_not_taken_for_one_of_this(tmp_path):
    other = CHECKOUT + "        with: { repository: team/tools }\n"
    found = checkout(tmp_path, "./deploy-heroku.sh", {"deploy-heroku.sh": RELEASE.format(app="shop")}, before=other)
    assert {path.app for path in found.deploy_paths} == {None}


def test_a_script_of_another_language_hands_nothing_on(tmp_path):
    found = checkout(tmp_path, "./ship.sh", {"ship.sh": RELEASE.format(app="shop")}, more="        shell: pwsh\n")
    assert {path.app for path in found.deploy_paths} <= {None}


ACTION = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: ./ship.sh shop\n"


@pytest.mark.parametrize(
    ("uses", "with_"),
    [
        ("./.github/actions/ship", ""),
        ("$/.github/actions/ship", ""),
        ("./src/.github/actions/ship", "        with: { path: src }\n"),
    ],
)
def test_an_action_of_the_checkout_is_read_wherever_that_is(tmp_path, uses, with_):
    files = {".github/actions/ship/action.yml": ACTION, "ship.sh": RELEASE.format(app="$1")}
    found = checkout(tmp_path, "echo", files, before=CHECKOUT + with_, more=f"      - uses: {uses}\n")
    assert ends(found) == [("shop", "ship.sh:1")]


@pytest.mark.parametrize("using", ["node20", "docker"])
@pytest.mark.parametrize(("name", "more"), [("ship", "# to heroku\n"), ("deploy", "")])
def test_an_action_of_the_checkout_that_is_no_list_of_steps_may_deploy(tmp_path, using, name, more):
    files = {f"actions/{name}/action.yml": f"{more}runs: {{ using: {using}, main: x.js, image: x }}\n"}
    found = checkout(tmp_path, "echo", files, more=f"      - uses: ./actions/{name}\n")
    (path,) = found.deploy_paths
    assert path.app is None
    assert f"runs {using}, which is not read" in path.undecided


def test_an_action_of_the_checkout_that_says_nothing_of_a_deploy_is_none(tmp_path):
    files = {"actions/test/action.yml": "runs: { using: node20, main: x.js }\n"}
    assert checkout(tmp_path, "echo", files, more="      - uses: ./actions/test\n").deploy_paths == ()


def test_an_app_that_cannot_be_told_is_so_at_a_line_of_its_file(tmp_path):
    (path,) = checkout(tmp_path, "./ship.sh", {"ship.sh": "echo\n" + RELEASE.format(app="$NAME")}).deploy_paths
    assert path.undecided == "the app: `$NAME` on line 2 of ship.sh is not known before the run"


@pytest.mark.parametrize(
    "values", ["A += $(A) x\n" * 3000, "A = $(A)$(A)\n", "".join(f"A{n} = {f'$(A{n + 1})' * 500}\n" for n in range(9))]
)
def test_variables_of_make_that_are_made_of_many_come_to_an_end(tmp_path, values):
    text = f"{values}ship:\n\techo $(A) $(A0)\n\t{RELEASE.format(app='shop')}"
    assert [path.app for path in checkout(tmp_path, "make ship", {"Makefile": text}).deploy_paths] == ["shop"]
