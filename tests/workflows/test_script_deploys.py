import pytest
from making import paths_of, sources_of
from test_deploy_recognition import deploys

from asbuilt.workflows.paths.blocked_paths import blocked_paths
from asbuilt.workflows.paths.tracing import deploy_paths

SHOP = "https://git.heroku.com/shop.git"


def paths_of_script(script, env=""):
    """Give the paths of a workflow whose one script runs for two branches."""
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    head = f"on: {{push: {{branches: [main, dev]}}}}\nenv: {{ {env} }}\n"
    return paths_of(w=f"{head}jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{lines}")


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("shell: python\nrun: requests.post('https://api.heroku.com/apps/shop/builds')", ("Heroku API builds", "shop")),
        ("shell: python\nrun: requests.post(f'https://api.heroku.com/apps/{app}/builds')", ("Heroku API builds", None)),
        (
            "shell: python\nrun: subprocess.run(['git', 'push', 'https://git.heroku.com/shop.git', 'main'])",
            ("git push", "shop"),
        ),
        (
            "shell: python\nrun: os.system('heroku container:release web -a shop')",
            ("heroku container:release", "shop"),
        ),
        (
            "shell: pwsh\nrun: Invoke-RestMethod -Method Post -Uri https://api.heroku.com/apps/shop/builds",
            ("Heroku API builds", "shop"),
        ),
        ("shell: pwsh\nrun: |\n  heroku container:release web `\n    -a shop", ("heroku container:release", "shop")),
        (
            "uses: actions/github-script@v8\nwith: {script: 'f(`https://api.heroku.com/apps/shop/builds`,{method:`POST`})'}",
            ("Heroku API builds", "shop"),
        ),
        (
            "uses: someone/request@v1\nwith: { url: 'https://api.heroku.com/apps/shop/builds', method: POST }",
            ("Heroku API builds", "shop"),
        ),
        ("uses: someone/mirror@v1\nwith: { target: 'https://git.heroku.com/shop.git' }", ("git push", "shop")),
    ],
)
def test_code_of_another_language_deploys(step, expected):
    assert deploys(step) == [expected]


@pytest.mark.parametrize(
    ("env", "job", "script", "expected"),
    [
        ("", f"REPO: '{SHOP}'", "git push $REPO main", "shop"),
        ("", f"REPO: '{SHOP}'", "git push ${{ env.REPO }} main", "shop"),
        ("REPO: 'https://git.heroku.com/a.git'", f"REPO: '{SHOP}'", "git push $REPO", "shop"),
        ("APP: shop", "REPO: 'https://git.heroku.com/$APP.git'", "git push $REPO main", "$APP"),
        ("", f"REPO: '{SHOP}'", "git remote add live $REPO && git push live main", "shop"),
        ("", "API: 'https://api.heroku.com/apps/shop'", "curl -X POST $API/builds", "shop"),
    ],
)
def test_a_url_in_a_variable_is_followed(env, job, script, expected):
    ((_, target),) = deploys(f"run: {script}", env=f"env: {{ {env} }}\n", job=f"    env: {{ {job} }}\n")
    assert target == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("run: echo APP=x >> $GITHUB_ENV", "x"),
        ("run: echo APP=$(cat app) >> $GITHUB_ENV", None),
        ("run: ./name.sh | sed s/^/APP=/ | tee -a $GITHUB_ENV", None),
        ("uses: actions/github-script@v8\nwith: {script: \"core.exportVariable('APP', 'x')\"}", None),
        ("run: 'echo URL=https://$APP.example/${{ env.APP }}/${APP} >> $GITHUB_ENV'", "shop"),
        ("run: echo APP_URL=x >> $GITHUB_ENV", "shop"),
    ],
)
def test_a_variable_that_an_earlier_step_writes_is_what_it_surely_writes(first, expected):
    steps = "".join(
        "      -\n" + "".join(f"        {line}\n" for line in step.splitlines())
        for step in (first, "run: heroku container:release web -a $APP")
    )
    head = "on: {push: {branches: [x]}}\nenv: {APP: shop}\n"
    (path,) = paths_of(w=f"{head}jobs:\n  a:\n    runs-on: x\n    steps:\n{steps}")
    assert path.app == expected


@pytest.mark.parametrize("part", ["${{ a }}", "$variable", "${variable}"])
def test_a_url_of_many_parts_is_read_at_once(part):
    assert deploys(f"run: git push https://git.heroku.com/{part * 40}!") == [("git push", None)]


@pytest.mark.parametrize("names", ["$APPS", "${APPS}", "${{ env.APPS }}"])
def test_a_variable_may_have_several_apps(names):
    script = f"for app in {names}; do\n  if [ $app = b ]; then continue; fi\n  heroku builds:create -a $app\ndone"
    assert {path.app for path in paths_of_script(script, "APPS: a b c")} == {"a", "c"}


def test_a_url_that_an_earlier_step_wrote_is_not_known():
    job = f"    env: {{ REPO: '{SHOP}' }}\n"
    assert deploys("run: echo REPO=x >> $GITHUB_ENV", "run: git push $REPO main", job=job) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop-$GITHUB_REF_NAME", "shop-main"),
        ("shop-${GITHUB_REF##*/}", "shop-main"),
        ("${APP%-x}", "shop"),
        ("${APP:?}", "shop-x"),
        ("${{ format('shop-{0}', github.ref_name) }}", "shop-main"),
    ],
)
def test_what_a_script_makes_of_known_variables_is_known(text, expected):
    paths = paths_of_script(f"heroku container:release web -a {text}", "APP: shop-x")
    assert expected in {path.app for path in paths}


@pytest.mark.parametrize(
    "script",
    [
        'if [ "$GITHUB_REF" = refs/heads/main ]; then A=shop; else A=shop-dev; fi\ngit push $HEROKU/$A.git @:main',
        'case "$GITHUB_REF_NAME" in\n  main) APP=shop ;;\n  *) APP=shop-dev ;;\nesac\nheroku builds:create -a $APP',
        "[ $GITHUB_REF_NAME = main ] && APP=shop || APP=shop-dev\nheroku container:release web -a $APP",
        "if [[ ${{ github.ref_name }} == main ]]; then A=shop; else A=shop-dev; fi\nheroku builds:create -a $A",
        (
            "if [ ${{ github.ref_name }} = main ]; then\n  git remote add x $HEROKU/shop.git\n"
            "else\n  heroku git:remote -r x -a shop-dev\nfi\ngit push x HEAD:main"
        ),
        (
            "release() { heroku container:release web -a $1; }\n"
            "case ${{ github.ref }} in refs/heads/main) release shop;; *) release shop-dev;; esac"
        ),
        (
            "if [ $GITHUB_REF_NAME = dev ]; then\n  heroku container:release web -a shop-dev\n  exit 0\nfi\n"
            "heroku container:release web -a shop"
        ),
    ],
)
def test_a_script_chooses_the_app_by_the_ref(script):
    paths = paths_of_script(script, "HEROKU: 'https://git.heroku.com'")
    assert sorted((path.refs, path.app) for path in paths) == [
        (("refs/heads/dev",), "shop-dev"),
        (("refs/heads/main",), "shop"),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "if [ $(date +%u) = 5 ]; then APP=shop; else APP=shop-dev; fi\nheroku container:release web -a $APP",
        "if [ $TIER = x ]; then heroku git:remote -a shop; else heroku git:remote -a shop-dev; fi\ngit push heroku",
        (
            "for a in $N; do for b in $N; do for c in $N; do for d in $N; do :; done; done; done; done\n"
            "for app in shop shop-dev; do heroku builds:create -a $app; if [ $X ]; then exit 1; fi; done"
        ),
        'run() { "$@"; }\nif [ $TIER ]; then run heroku builds:create -a shop; fi\nheroku builds:create -a shop-dev',
    ],
)
def test_a_script_that_cannot_be_told_may_deploy_either(script):
    assert {path.app for path in paths_of_script(script, "N: 1 2 3 4 5 6 7 8")} == {"shop", "shop-dev"}


@pytest.mark.parametrize(
    "code",
    [
        "python - <<'END'\nrequests.patch('https://api.heroku.com/apps/shop/formation', json={'docker_image': x})\nEND",
        "node <<END\nfetch('https://api.heroku.com/apps/shop/builds', {method: 'POST'})\nEND",
    ],
)
def test_code_that_comes_by_standard_input_is_got_to_as_its_command_is(code):
    there, nowhere = (f"if [ $GITHUB_REF_NAME = {name} ]; then\n{code}\nfi" for name in ("main", "live"))
    assert [(path.refs, path.app) for path in paths_of_script(there)] == [(("refs/heads/main",), "shop")]
    assert list(paths_of_script(nowhere)) == []


def test_a_script_that_never_gets_to_its_deploy_shuts_the_way():
    script = "if [ $GITHUB_REF_NAME = live ]; then heroku container:release web -a shop; fi"
    text = f"on: {{push: {{branches: [main]}}}}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {script}\n"
    sources = sources_of(w=text)
    assert deploy_paths(sources) == ()
    (blocked,) = blocked_paths(sources, ())
    never = f'the script of step "{script}" never gets to it'
    assert (blocked.app, [each.never for each in blocked.obstacles]) == ("shop", [never])


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("if: github.ref_name == 'main'\n        run: heroku git:remote -a shop", ["shop", "shop-dev"]),
        ("if: github.actor == 'x'\n        run: heroku git:remote -a shop", ["shop", "shop", "shop-dev", "shop-dev"]),
        ("working-directory: x\n        run: heroku git:remote -a shop", ["shop", "shop", "shop-dev", "shop-dev"]),
        ("run: git remote set-url heroku https://github.com/someone/shop.git", []),
    ],
)
def test_a_remote_stands_for_what_the_last_step_made_of_it(second, expected):
    steps = f"      - run: heroku git:remote -a shop-dev\n      - {second}\n      - run: git push heroku @:main\n"
    text = f"on: {{push: {{branches: [main, dev]}}}}\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    assert sorted(path.app for path in paths_of(w=text) for _ in path.refs) == expected


@pytest.mark.parametrize("text", ["{}", "$(cat app)", "%APP%", "${apps[$i]}", "'a b'"])
def test_what_is_no_name_of_an_app_is_not_known(text):
    assert {path.app for path in paths_of_script(f"heroku container:release web -a {text}")} == {None}


def test_a_remote_that_an_action_of_the_repository_makes_is_named_there():
    action = (
        "inputs: { app: {} }\nruns:\n  using: composite\n  steps:\n"
        "    - run: heroku git:remote -a ${{ inputs.app }}\n      shell: bash\n"
    )
    steps = "      - uses: ./.github/actions/x\n        with: { app: shop }\n      - run: git push heroku main\n"
    text = f"on: {{push: {{branches: [x]}}}}\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    assert [path.app for path in paths_of(actions={"x": action}, w=text)] == ["shop"]
