import ast
import re
from pathlib import Path

import pytest
from making import paths_of, sources_of

from asbuilt import workflows
from asbuilt.workflows.deploys import mechanisms
from asbuilt.workflows.deploys.steps import deploy_steps


def deploys(*steps, env="", job=""):
    """Give what the steps of one job deploy: mechanism, text that names the target."""
    listed = "".join("      -\n" + "".join(f"        {line}\n" for line in step.splitlines()) for step in steps)
    made = sources_of(w=f"on: push\n{env}jobs:\n  a:\n    runs-on: x\n{job}    steps:\n{listed}")
    (workflow_file,) = made.workflow_files
    assert workflow_file.document.problems == ()
    return [(each.mechanism.name, each.target) for each in deploy_steps(workflow_file, made)]


@pytest.mark.parametrize(
    ("uses", "given", "expected"),
    [
        ("akhileshns/heroku-deploy@v3.13.15", "heroku_app_name: a", "a"),
        ("AkhileshNS/Heroku-Deploy@abc", "HEROKU_APP_NAME: a", "a"),
        ("akhileshns/heroku-deploy@v3", "heroku_email: x", None),
        ("akhileshns/heroku-deploy@v3", "heroku_app_name: a, justlogin: false", "a"),
        ("akhileshns/heroku-deploy@v3", "heroku_app_name: a, justlogin: '${{ inputs.login }}'", "a"),
        ("gonuit/heroku-docker-deploy@v1", "heroku_app_name: a", "a"),
        ("jctaveras/heroku-deploy@v1", "app_name: a", "a"),
        ("cloutojp/heroku-deploy@v1", "app_name: a", "a"),
        ("techmmunity/docker-heroku-deploy@v1", "app_name: a", "a"),
        ("moneymeets/action-heroku-deploy@v1", "heroku_app: a", "a"),
        ("tiltshift/heroku-promote-app@v1", "heroku_app: a", None),
        ("someone/deploy-to-heroku@v1", "app: a", None),
        ("mheap/github-action-pr-heroku-review-app@master", "x: y", None),
        ("someone/dpl-action@v1", "provider: heroku", None),
        ("someone/ship@v1", "heroku-app-name: a", None),
    ],
)
def test_an_action_deploys(uses, given, expected):
    name = uses.partition("@")[0].lower()
    assert deploys(f"uses: {uses}\nwith: {{ {given} }}") == [(name, expected)]


@pytest.mark.parametrize(
    "step",
    [
        "uses: akhileshns/heroku-deploy@v3\nwith: {heroku_app_name: a, justlogin: true}",
        'uses: akhileshns/heroku-deploy@v3\nwith: {heroku_app_name: a, justlogin: "1"}',
        "uses: someone/install-heroku-cli@v1",
        "uses: someone/heroku-awake@v1",
        "uses: someone/heroku-rollback@v1",
        "uses: actions/checkout@v7",
        "uses: someone/deploy@v1\nwith: { app: a }",
        "# uses: akhileshns/heroku-deploy@v3\nrun: echo akhileshns/heroku-deploy",
        "run: git push origin main",
        "run: git push --tags",
        "run: git push --dry-run https://git.heroku.com/a.git main",
        "run: git push heroku HEAD:release",
        "run: echo git push https://git.heroku.com/a.git main",
        "run: |\n  # heroku container:release web -a a\n  make",
        "run: heroku container:push web -a a",
        "run: docker push registry.heroku.com/a/web",
        "run: heroku logs -a a",
        "run: heroku releases:rollback -a a",
        "run: heroku config:set X=1 -a a",
        "run: heroku container:release --help",
        "run: curl https://api.heroku.com/apps/a/releases",
        'run: curl -X POST https://api.heroku.com/apps/a/releases -d \'{"release":"v1"}\'',
        'run: curl -X POST https://api.heroku.com/apps/a/releases -d "{\\"release\\":\\"$ID\\"}"',
        'run: curl -X PATCH https://api.heroku.com/apps/a/formation -d \'{"updates":[{"type":"web","quantity":2}]}\'',
        "run: curl -G https://api.heroku.com/apps/a/releases -d a=b",
        "run: git push https://git.heroku.com/a.git :main",
        "run: git push -d https://git.heroku.com/a.git main",
        "run: git push -n https://git.heroku.com/a.git main",
        "run: git push --tags https://git.heroku.com/a.git",
        "run: git push https://github.com/someone/heroku-app.git main",
        "run: git push git@github.com:heroku/a.git main",
        "run: git push https://x:${{ secrets.HEROKU }}@github.com/a/b main",
        "run: |\n  git remote add heroku https://github.com/someone/a.git\n  git push heroku main",
        "run: git push $HEROKU_MIRROR main\nenv: { HEROKU_MIRROR: https://github.com/someone/a.git }",
        "run: docker run --rm heroku/heroku:24 bash",
        "run: make deploy",
        "run: make deploy\nenv: { HEROKU_URL: https://a.herokuapp.com }",
        "run: make heroku-logs",
        "run: ./bin/heroku-setup.sh",
        "run: npm install -g heroku",
        "uses: someone/wait-for-heroku@v1",
        "uses: someone/heroku-buildpack-test@v1",
        "uses: someone/message@v1\nwith: { heroku_app_url: 'https://a.herokuapp.com' }",
        "uses: actions/github-script@v8\nwith: { script: 'fetch(`https://api.heroku.com/apps/a/builds`)' }",
        "shell: python\nrun: |\n  r = get('https://api.heroku.com/apps/a/builds')\n  requests.get(r)",
        (
            "shell: python\nrun: |\n  r = requests.get('https://api.heroku.com/apps/a/releases').json()['slug']\n"
            "  requests.post('https://chat.example', r)"
        ),
        "shell: python\nrun: requests.get('https://api.heroku.com/apps/a/releases')",
        'shell: python\nrun: \'requests.post("https://api.heroku.com/apps/a/releases", json={"release": 1})\'',
        "run: npm run deploy",
    ],
)
def test_what_is_no_deploy(step):
    assert deploys(step) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("git push https://git.heroku.com/shop.git HEAD:main", [("git push", "shop")]),
        ("git push --force https://h:$KEY@git.heroku.com/$APP.git main", [("git push", "$APP")]),
        ("git push https://heroku:${{ secrets.KEY }}@git.heroku.com/shop.git main", [("git push", "shop")]),
        ("git push 'https://git.heroku.com/shop' main", [("git push", "shop")]),
        ("git push git@heroku.com:shop.git main", [("git push", "shop")]),
        ("git push -f ssh://git@heroku.com/shop.git main", [("git push", "shop")]),
        ("git -C app push https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("git subtree push --prefix api https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("git push \\\n  https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("cd api && git push https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("sudo timeout 60 git push https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("bash -c 'git push https://git.heroku.com/shop.git main'", [("git push", "shop")]),
        ("APP=shop\ngit push https://git.heroku.com/$APP.git main", [("git push", "shop")]),
        ("git push https://git.heroku.com/${APP:-shop}.git main", [("git push", "${APP:-shop}")]),
        ("git push --repo=https://git.heroku.com/shop.git", [("git push", "shop")]),
        ("git push HTTPS://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("/usr/bin/git push https://git.heroku.com/shop.git main", [("git push", "shop")]),
        ("git remote set-url origin https://git.heroku.com/shop.git\ngit push", [("git push", "shop")]),
        ("git config remote.live.url https://git.heroku.com/shop.git\ngit push live main", [("git push", "shop")]),
        ("git clone https://git.heroku.com/shop.git x\ncd x\ngit push origin main", [("git push", "shop")]),
        ("git remote add live ${{ secrets.HEROKU_URL }}\ngit push live main", [("git push", None)]),
        ("git push heroku main", [("git push", None)]),
        ("git remote add live https://git.heroku.com/shop.git\ngit push live main", [("git push", "shop")]),
        ("git remote set-url live https://git.heroku.com/shop.git\ngit push live main", [("git push", "shop")]),
        ("heroku git:remote -a shop\ngit push heroku main", [("git push", "shop")]),
        ("heroku git:remote --app=shop -r live\ngit push live HEAD:refs/heads/main", [("git push", "shop")]),
        ("heroku git:remote -a shop\ngit remote rename heroku live\ngit push live main", [("git push", "shop")]),
        (
            (
                "git remote add live https://git.heroku.com/old.git\n"
                "git remote set-url live https://git.heroku.com/shop.git\ngit push live main"
            ),
            [("git push", "shop")],
        ),
        (
            "heroku git:remote -a shop\nif [ $A ]; then heroku git:remote -a b; fi\ngit push heroku main",
            [("git push", "shop"), ("git push", "b")],
        ),
        (
            (
                "git remote add heroku https://git.heroku.com/shop.git"
                " || git remote set-url heroku https://git.heroku.com/b.git\ngit push heroku main"
            ),
            [("git push", "shop"), ("git push", "b")],
        ),
        (
            "if [ $A ]; then\n  heroku git:remote -a a\nelse\n  heroku git:remote -a b\nfi\ngit push heroku main",
            [("git push", "a"), ("git push", "b")],
        ),
        (
            "if [ $A ]; then APP=shop; else APP=shop-staging; fi\nheroku container:release web -a $APP",
            [("heroku container:release", "shop"), ("heroku container:release", "shop-staging")],
        ),
        (
            "for app in a b; do heroku container:release web -a $app; done",
            [("heroku container:release", "a"), ("heroku container:release", "b")],
        ),
        (
            "for tier in {a,b}; do heroku container:release web -a x-$tier; done",
            [("heroku container:release", "x-a"), ("heroku container:release", "x-b")],
        ),
        ("CLI=/snap/bin/heroku\n$CLI container:release web -a shop", [("heroku container:release", "shop")]),
        ("heroku container:release web --app shop", [("heroku container:release", "shop")]),
        ("heroku container:release web -a ${{ inputs.app }}", [("heroku container:release", "${{ inputs.app }}")]),
        ("heroku container:release web -a ${{inputs.app}}", [("heroku container:release", "${{ inputs.app }}")]),
        ("heroku container:release web worker --app=shop", [("heroku container:release", "shop")]),
        ("npx heroku container:release web -a shop", [("heroku container:release", "shop")]),
        ("npx -y heroku@10 container:release web -a shop", [("heroku container:release", "shop")]),
        ("yarn heroku container:release web -a shop", [("heroku container:release", "shop")]),
        ("npm exec -- heroku container:release web -a shop", [("heroku container:release", "shop")]),
        ("heroku api PATCH /apps/shop/formation --body '{docker_image: 1}'", [("Heroku API formation", "shop")]),
        ("heroku api -v 3 patch apps/shop/formation -b docker_image", [("Heroku API formation", "shop")]),
        ("echo '{slug: 1}' | heroku api POST /apps/$APP/releases", [("Heroku API releases", "$APP")]),
        ("heroku api PATCH /apps/shop/formation --body '{quantity: 2}'", []),
        ("heroku api GET /apps/shop/builds", []),
        ("heroku api PATCH /apps/shop/config-vars --body '{A: 1}'", []),
        ("docker run --rm heroku/cli heroku container:release web -a shop", [("heroku container:release", "shop")]),
        (
            "heroku container:release web -a ${{ format('a-{0}', inputs.tier) }}",
            [("heroku container:release", "${{ format('a-{0}', inputs.tier) }}")],
        ),
        ("heroku container:release web -a shop-${TIER,,}", [("heroku container:release", "shop-${TIER,,}")]),
        (
            "release() { heroku container:release web -a $APP; }\nAPP=shop release",
            [("heroku container:release", "shop")],
        ),
        ("heroku container:release web", [("heroku container:release", "$HEROKU_APP")]),
        ("git remote add x https://git.heroku.com/shop.git\nheroku builds:create", [("heroku builds:create", "shop")]),
        (
            "heroku git:remote -a shop\nheroku git:remote -a other -r x\nheroku builds:create -r x",
            [("heroku builds:create", "other")],
        ),
        (
            "heroku git:remote -a other\nexport HEROKU_APP=shop\nheroku builds:create -r heroku",
            [("heroku builds:create", "shop")],
        ),
        ("heroku git:remote shop\ngit push heroku main", [("git push", "shop")]),
        ("HEROKU_APP=shop heroku git:remote\ngit push heroku main", [("git push", "shop")]),
        ("HEROKU_APP=shop heroku container:release web", [("heroku container:release", "shop")]),
        (
            "docker run --rm -e HEROKU_API_KEY=x team/heroku-cli:9 container:release web -a shop",
            [("heroku container:release", "shop")],
        ),
        (
            "docker run --rm -e HEROKU_API_KEY node:22 heroku container:release web -a shop",
            [("heroku container:release", "shop")],
        ),
        ("docker run --rm registry.heroku.com/shop/web npm run release", []),
        ("docker run --rm team/heroku-cli container:push web -a shop", []),
        ("curl -d @body https://kolkrabbi.heroku.com/apps/98fc-71/github/push", [("Heroku API github/push", None)]),
        ("export HEROKU_APP=shop\nheroku container:release web", [("heroku container:release", "shop")]),
        ("heroku pipelines:promote -a shop-staging --to shop", [("heroku pipelines:promote", "shop")]),
        (
            "heroku pipelines:promote -a staging --to a,b",
            [("heroku pipelines:promote", "a"), ("heroku pipelines:promote", "b")],
        ),
        ("heroku pipelines:promote -a shop-staging", [("heroku pipelines:promote", None)]),
        ("heroku builds:create -a shop", [("heroku builds:create", "shop")]),
        ("heroku deploy:jar target/app.jar --app shop", [("heroku deploy:jar", "shop")]),
        ("heroku war:deploy target/app.war --app shop", [("heroku war:deploy", "shop")]),
        ("curl -n -X POST https://api.heroku.com/apps/shop/builds -d @b.json", [("Heroku API builds", "shop")]),
        (
            'curl --request=POST -d \'{"slug":"x"}\' https://api.heroku.com/apps/shop/releases',
            [("Heroku API releases", "shop")],
        ),
        (
            'curl -X PATCH https://api.heroku.com/apps/$APP/formation -d \'{"docker_image":"x"}\'',
            [("Heroku API formation", "$APP")],
        ),
        (
            "curl -X POST https://api.heroku.com/pipeline-promotions -d @p.json",
            [("Heroku API pipeline-promotions", None)],
        ),
        ("curl -X POST https://api.heroku.com/sources", [("Heroku API sources", None)]),
        (
            'api() { curl -X "$1" "https://api.heroku.com$2"; }\napi GET /account\napi POST /apps/shop/builds',
            [("Heroku API builds", "shop")],
        ),
        ("curl -sXPOST https://api.heroku.com/apps/shop/builds", [("Heroku API builds", "shop")]),
        ("curl -F a=b https://api.heroku.com/apps/shop/builds", [("Heroku API builds", "shop")]),
        ("wget --post-file=b.json https://api.heroku.com/apps/shop/builds", [("Heroku API builds", "shop")]),
        ("http https://api.heroku.com/apps/shop/builds a:=@b.json", [("Heroku API builds", "shop")]),
        ("dpl --provider=heroku --app=shop --api-key=$KEY", [("dpl", "shop")]),
        ("./mvnw heroku:deploy -Dheroku.appName=shop", [("`./mvnw heroku:deploy -Dheroku.appName=shop`", "shop")]),
        (
            "python - <<'END'\nrequests.post('https://api.heroku.com/apps/shop/builds')\nEND",
            [("Heroku API builds", "shop")],
        ),
        (
            "node -e \"fetch(`https://api.heroku.com/apps/${app}/builds`, {method: 'POST'})\"",
            [("Heroku API builds", None)],
        ),
        (
            "curl -X POST https://api.heroku.com/sources\ncurl -X POST https://api.heroku.com/apps/shop/builds -d @b",
            [("Heroku API builds", "shop")],
        ),
        (
            "heroku container:push web -a shop && heroku container:release web -a shop",
            [("heroku container:release", "shop")],
        ),
        (
            "docker push registry.heroku.com/shop/web\nheroku container:release web -a shop",
            [("heroku container:release", "shop")],
        ),
    ],
)
def test_a_script_deploys(script, expected):
    assert deploys("run: |\n" + "".join(f"  {line}\n" for line in script.splitlines())) == expected


def test_a_folded_script_is_read_as_it_is_run():
    assert deploys("run: >\n  git push\n  https://git.heroku.com/shop.git main") == [("git push", "shop")]
    assert deploys("run: git push\n  https://git.heroku.com/shop.git main") == [("git push", "shop")]


def test_a_remote_of_an_earlier_step_counts():
    assert deploys("run: heroku git:remote -a shop", "run: git push heroku main") == [("git push", "shop")]
    action = "uses: akhileshns/heroku-deploy@v3\nwith: { heroku_app_name: shop }"
    assert deploys(action, "run: git push heroku main")[1:] == [("git push", "shop")]


def test_a_step_that_runs_beside_others_deploys():
    inner = "parallel:\n  - run: make\n  - run: git push https://git.heroku.com/shop.git main"
    assert deploys(inner) == [("git push", "shop")]


def test_the_last_word_on_a_remote_counts():
    first, second = "run: heroku git:remote -a one", "run: heroku git:remote -a two"
    assert deploys(first, second, "run: git push heroku main") == [("git push", "two")]


def test_a_remote_stands_for_what_the_step_that_runs_made_of_it():
    text = """
on: {push: {branches: [main, dev]}}
jobs:
  a:
    runs-on: x
    steps:
      - if: github.ref == 'refs/heads/main'
        run: heroku git:remote -a shop
      - if: github.ref == 'refs/heads/dev'
        run: heroku git:remote -a shop-staging
      - run: git push heroku main
"""
    assert sorted((path.refs, path.app) for path in paths_of(w=text)) == [
        (("refs/heads/dev",), "shop-staging"),
        (("refs/heads/main",), "shop"),
    ]


def test_a_script_in_an_action_made_for_scripts_is_read():
    retry = "uses: nick-fields/retry@v3\nwith: { command: heroku container:release web -a shop }"
    assert deploys(retry) == [("heroku container:release", "shop")]
    old = "uses: actions/heroku@master\nwith: { args: container:release web -a shop }"
    assert deploys(old) == [("heroku container:release", "shop")]


@pytest.mark.parametrize(
    "first",
    [
        "uses: akhileshns/heroku-deploy@v3\nwith: { justlogin: true }",
        'run: echo "machine git.heroku.com" >> ~/.netrc',
        "run: heroku container:login",
    ],
)
def test_after_a_login_a_deploy_that_is_written_elsewhere_is_undecided(first):
    assert deploys(first, "run: ./deploy.sh") == [("`./deploy.sh`", None)]


@pytest.mark.parametrize(
    "command",
    [
        "make deploy",
        "npm run deploy",
        "./bin/deploy.sh",
        "bash scripts/release.sh",
        "./gradlew deployHeroku",
        "make deploy-latest",
        "npm run deploy:test",
        "npm --prefix api run deploy",
        "yarn deploy",
        "yarn workspace api deploy",
        "yarn workspaces foreach run deploy",
        "pnpm --filter api run deploy",
        "composer deploy",
        "nx deploy api",
        "./deploy-to-testing.sh",
        "tox -e deploy",
        "hatch run deploy",
        "perl scripts/deploy.pl",
        "ksh scripts/deploy.sh",
        "python3.12 scripts/deploy.py",
    ],
)
def test_a_deploy_that_is_written_elsewhere_is_undecided_where_heroku_is_given(command):
    ((mechanism, target),) = deploys(f"run: {command}\nenv: {{ HEROKU_API_KEY: x }}")
    assert target is None
    assert command.split()[0] in mechanism


def test_a_step_that_says_heroku_may_deploy_what_is_written_elsewhere():
    assert deploys("name: Deploy to Heroku\nrun: ./deploy.sh") == [("`./deploy.sh`", None)]
    assert deploys("name: Deploy\nrun: ./deploy.sh") == []


@pytest.mark.parametrize(
    "command",
    [
        "make test",
        "npm run build",
        "./bin/wait-for-release.sh",
        "make deploy-check",
        "npm run test:deploy",
        "make post-deploy",
        "./scripts/postrelease/docs",
        "./postrelease/run.sh",
        "./bin/post-deploy.sh",
        "make release-docs",
        # What reads of packages, or changes them.
        "npm view heroku versions",
        "npm info heroku",
        "npm ls heroku",
        "npm search heroku",
        "npm pack heroku",
        "npm dist-tag add heroku@1.2.3 latest",
        "npm --json view heroku",
        "npm outdated heroku",
        "yarn info heroku",
        "yarn why heroku",
        "yarn workspaces focus heroku",
        "pnpm --filter heroku build",
        "npm run build --workspace heroku",
        "yarn workspaces list heroku",
        "yarn workspace api add heroku",
        "pnpm why heroku",
        "pnpm --filter api deploy out",
        "bun pm ls heroku",
        "poetry show heroku",
        "uv add heroku",
        "bundle info heroku",
        "composer show heroku",
        "nx show project heroku",
    ],
)
def test_not_everything_that_is_written_elsewhere_deploys(command):
    assert deploys(f"run: {command}\nenv: {{ HEROKU_API_KEY: x }}") == []


@pytest.mark.parametrize(
    ("env", "job", "expected"),
    [
        ("env: { HEROKU_APP: shop }\n", "", "shop"),
        ("env: { HEROKU_APP: shop }\n", "    env: { HEROKU_APP: other }\n", "other"),
        ("", "", "remote"),
    ],
)
def test_the_command_line_takes_the_app_from_the_environment_first(env, job, expected):
    step = "      - run: heroku git:remote -a remote\n      - run: heroku container:release web\n"
    (path,) = paths_of(w=f"on: {{push: {{branches: [x]}}}}\n{env}jobs:\n  a:\n    runs-on: x\n{job}    steps:\n{step}")
    assert path.app == expected
    assert (path.undecided is None) == (expected is not None)


def test_heroku_deploy_hands_its_inputs_to_a_shell():
    step = "      - uses: akhileshns/heroku-deploy@v3\n        with: { heroku_app_name: '${APP}' }\n"
    env = "env: { APP: shop }\n"
    (path,) = paths_of(w=f"on: {{push: {{branches: [x]}}}}\n{env}jobs:\n  a:\n    runs-on: x\n    steps:\n{step}")
    assert path.app == "shop"


def test_a_review_app_has_no_declared_target():
    step = "      - uses: mheap/github-action-pr-heroku-review-app@v1\n"
    (path,) = paths_of(w=f"on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n{step}")
    assert (path.review, path.app, path.undecided) == (True, None, None)


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        ("echo HEROKU_APP=$(cat app) >> $GITHUB_ENV", "takes the app from HEROKU_APP, whose value"),
        (
            'if make; then echo "HEROKU_APP=a" >> "$GITHUB_ENV"; fi',
            "takes the app from HEROKU_APP, whose value",
        ),
        ("echo HEROKU_APPLICATION=shop >> $GITHUB_ENV", "no earlier step of the job says"),
        ("make", "no earlier step of the job says"),
    ],
)
def test_a_command_that_names_no_app_says_why_it_is_undecided(earlier, why):
    text = (
        "on: {push: {branches: [main]}}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        f"      - run: '{earlier}'\n      - run: heroku container:release web\n"
    )
    (path,) = paths_of(deploy=text)
    assert path.app is None
    assert why in path.undecided


@pytest.mark.parametrize(
    "script", ["git push ${{ matrix.url }} main", "git remote add x ${{ matrix.url }}; git push x main"]
)
@pytest.mark.parametrize(
    ("matrix", "undecided"),
    [
        ("{url: ['https://git.heroku.com/shop.git']}", 1),
        ("{url: ['https://github.com/a/shop.git']}", 0),
        ("'${{ fromJSON(vars.TARGETS) }}'", 0),
    ],
)
def test_a_push_to_what_a_matrix_has_is_undecided_where_that_is_herokus(script, matrix, undecided):
    job = f"on: {{push: {{branches: [main]}}}}\njobs:\n  a:\n    runs-on: x\n    strategy: {{matrix: {matrix}}}\n"
    paths = paths_of(w=f"{job}    steps:\n      - run: {script}\n")
    assert [(path.app, "`${{ matrix.url }}`" in path.undecided) for path in paths] == [(None, True)] * undecided


def names_of_mechanisms():
    known = (*mechanisms.ACTIONS, *mechanisms.CALLED_WORKFLOWS, *mechanisms.COMMANDS)
    return {*known, *(each.mechanism.name for each in mechanisms.ENDPOINTS), mechanisms.PUSH.name, mechanisms.DPL.name}


def texts_in(path):
    """Give the texts of a module but its docstrings, and the parts of f-strings."""
    tree = ast.parse(path.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


@pytest.mark.parametrize("path", sorted(Path(workflows.__file__).parent.rglob("*.py")), ids=lambda path: path.stem)
def test_what_deploys_is_named_in_one_place(path):
    if path.name == "mechanisms.py":
        assert names_of_mechanisms() >= {"git push", "container:release", "Heroku API formation"}
        return
    for node in texts_in(path):
        names = {
            name for name in names_of_mechanisms() if re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", node.value)
        }
        assert not names, f"{path.name}:{node.lineno} names {names}: what it does is a field of its entry in mechanisms"


def test_a_way_is_said_by_its_name_where_its_app_cannot_be_told():
    steps = "[{run: heroku container:release web}]"
    (path,) = paths_of(ship=f"on: {{push: {{branches: [main]}}}}\njobs: {{deploy: {{runs-on: x, steps: {steps}}}}}\n")
    assert path.undecided.startswith("the app: heroku container:release on line 2 names no app")
