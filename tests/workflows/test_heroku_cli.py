"""Which steps call the Heroku CLI, and which bring it."""

import pytest
from making import sources_of

from asbuilt.workflows.judge.credentials.heroku_cli import authenticates, lacks_cli, missing_cli, subcommand

DEPLOY = "- uses: akhileshns/heroku-deploy@v3"
LOGIN = "- { uses: akhileshns/heroku-deploy@v3, with: { justlogin: true } }"
CALL = "- run: heroku ps"


def workflow(*steps, job="", runs_on="ubuntu-latest"):
    lines = "\n".join(f"      {line}" for step in steps for line in step.splitlines())
    return f"on: push\njobs:\n  one:\n    runs-on: {runs_on}\n{job}    steps:\n{lines}\n"


def found(text, actions=None, **files):
    sources = sources_of(actions, one=text, **files)
    file = sources.by_path[".github/workflows/one.yml"]
    assert file.document.problems == ()
    return [(call.label, call.placed.mark.line, runner) for call, runner in missing_cli(file, sources)]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("heroku ps", "ps"),
        ("/usr/local/bin/heroku ps", "ps"),
        ("npx heroku ps", "ps"),
        ("npx --yes heroku@10 ps", "ps"),
        ("npx -p heroku heroku ps", "ps"),
        ("pnpm dlx heroku ps", "ps"),
        ("npm exec --yes -- heroku ps", "ps"),
        ("yarn add heroku", None),
        ("heroku", ""),
        ("heroku-cli ps", "ps"),
        ("git push heroku", None),
        ("echo heroku ps", None),
        ("npm install heroku", None),
        ("pnpm --filter heroku build", None),
        ("npm exec -w heroku -- build", None),
        ("pnpm --filter api exec heroku ps", "ps"),
    ],
)
def test_the_subcommand_of_a_call(words, name):
    assert subcommand(tuple(words.split())) == name


@pytest.mark.parametrize(
    "words", ["heroku ps", "heroku login", "heroku container:login", "heroku run -- make", "npx heroku ps"]
)
def test_a_call_that_needs_a_key(words):
    assert authenticates(tuple(words.split()))


@pytest.mark.parametrize(
    "words",
    [
        "heroku",
        "heroku --version",
        "heroku version",
        "heroku help ps",
        "heroku ps --help",
        "heroku plugins:install heroku-repo",
        "heroku update",
        "heroku local web",
        "heroku-something ps",
        "echo heroku ps",
    ],
)
def test_a_call_that_needs_none(words):
    assert not authenticates(tuple(words.split()))


@pytest.mark.parametrize("runner", ["ubuntu-latest", "ubuntu-24.04", "ubuntu-24.04-arm", "Ubuntu-26.04"])
def test_a_runner_that_does_not_bring_it(runner):
    assert lacks_cli(runner)


@pytest.mark.parametrize(
    "runner", ["ubuntu-22.04", "ubuntu-20.04", "macos-latest", "windows-latest", "self-hosted", "ubuntu-latest-8-cores"]
)
def test_a_runner_that_brings_it_or_is_not_judged(runner):
    assert not lacks_cli(runner)


@pytest.mark.parametrize(
    "step",
    [
        CALL,
        DEPLOY,
        "- run: |\n    make\n    x=$(heroku releases --json)",
        "- run: sudo heroku ps",
        "- run: deploy() { heroku container:release web; }; deploy",
        "- run: bash -c 'heroku ps'",
        "- { uses: nick-fields/retry@v3, with: { command: heroku ps } }",
        "- { uses: Gonuit/heroku-docker-deploy@v1, with: { heroku_app_name: shop } }",
        "- { uses: tiltshift/heroku-promote-app@v1, with: { heroku_app_name: shop } }",
    ],
)
def test_a_call_without_the_cli(step):
    ((_, line, runner),) = found(workflow("- run: make", step))
    assert (line, runner) == (7, "ubuntu-latest")


@pytest.mark.parametrize(
    "install",
    [
        "- run: curl https://cli-assets.heroku.com/install.sh | sh",
        "- run: curl -fsSL https://cli-assets.heroku.com/install-ubuntu.sh | sudo bash",
        "- run: sh <(curl -s https://cli-assets.heroku.com/install.sh)",
        '- run: sh -c "$(curl -fsSL https://cli-assets.heroku.com/install.sh)"',
        "- run: wget -qO- https://cli-assets.heroku.com/install-standalone.sh | sh",
        "- run: |\n    curl -o cli.tgz https://cli-assets.heroku.com/heroku-linux-x64.tar.gz\n    tar -xf cli.tgz",
        "- uses: jdx/mise-action@v3",
        '- run: |\n    FROM=https://cli-assets.heroku.com\n    curl "$FROM/install.sh" | sh',
        "- run: npm install --global heroku",
        "- run: npm i -g heroku@latest",
        "- run: yarn global add heroku",
        "- run: sudo apt-get install -y heroku",
        "- run: sudo snap install heroku --classic",
        "- run: brew tap heroku/brew && brew install heroku",
        "- run: brew install heroku/brew/heroku",
        "- run: |\n    if ! command -v heroku; then\n      curl https://cli-assets.heroku.com/install.sh | sh\n    fi",
        "- run: make install-heroku",
        "- run: ./scripts/setup_heroku_cli.sh",
        "- uses: amancevice/setup-heroku@v1",
        "- uses: someone/install-heroku-cli@v1",
        "- { uses: awalsh128/cache-apt-pkgs-action@v1, with: { packages: heroku } }",
        "- { uses: nick-fields/retry@v3, with: { command: npm install -g heroku } }",
        "- uses: ./.github/actions/tools",
    ],
)
def test_the_cli_is_installed_before(install):
    tools = {"tools": "runs: {using: composite, steps: [{run: npm install -g heroku, shell: bash}]}"}
    assert found(workflow(install, CALL, DEPLOY), tools) == []
    assert found(workflow(CALL, install), tools) == [("`heroku ps`", 6, "ubuntu-latest")]


@pytest.mark.parametrize(
    "step",
    [
        "- run: echo install heroku",
        "- run: echo install it from https://cli-assets.heroku.com/install.sh",
        "- run: npm install",
        "- run: npm view heroku",
        "- run: npm dist-tag add heroku@1.2.3 latest",
        "- run: yarn workspaces focus heroku",
        "- run: npm uninstall -g heroku",
        "- run: npm run heroku",
        "- run: '# npm install -g heroku'",
        "- run: curl https://shop.example/install.sh | sh",
        "- { run: npm install -g heroku, if: false }",
        "- { run: npm install -g heroku, if: failure() }",
        "- uses: actions/setup-node@v6",
        "- { uses: amancevice/setup-heroku@v1, if: false }",
    ],
)
def test_what_installs_nothing(step):
    assert len(found(workflow(step, CALL))) == 1


def test_in_one_script_the_installation_comes_first():
    assert found(workflow("- run: |\n    npm i -g heroku\n    heroku ps")) == []
    assert len(found(workflow("- run: |\n    heroku ps\n    npm i -g heroku"))) == 1


@pytest.mark.parametrize(
    "step",
    [
        "- run: npx heroku ps",
        "- run: yarn heroku ps",
        "- run: ./node_modules/.bin/heroku ps",
        "- run: docker run --rm heroku/cli heroku ps",
        "- run: heroku --version",
        LOGIN,
        "- { uses: actions/heroku@v1, with: { args: ps } }",
    ],
)
def test_a_step_that_needs_no_cli_installed(step):
    assert found(workflow(step)) == []


@pytest.mark.parametrize(
    ("runs_on", "judged"),
    [
        ("[ubuntu-latest]", True),
        ("[self-hosted, ubuntu-latest]", False),
        ("{ group: large }", False),
        ("${{ vars.RUNNER }}", False),
        ("${{ github.ref == 'x' && 'macos-latest' || 'ubuntu-24.04' }}", True),
        ("${{ matrix.os }}\n    strategy: { matrix: { os: [macos-latest, ubuntu-24.04] } }", True),
        ("${{ matrix.os }}\n    strategy: { matrix: { os: [macos-latest, ubuntu-22.04] } }", False),
    ],
)
def test_the_runner_is_told_where_it_can_be(runs_on, judged):
    assert bool(found(workflow(CALL, runs_on=runs_on))) is judged


def test_the_runner_is_told_by_the_caller():
    called = workflow(CALL, runs_on="${{ inputs.os }}").replace(
        "on: push", "on: { workflow_call: { inputs: { os: { type: string } } } }"
    )
    caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/one.yml\n    with: { os: OS }\n"
    assert found(called, two=caller.replace("OS", "ubuntu-latest")) == [("`heroku ps`", 6, "ubuntu-latest")]
    assert found(called, two=caller.replace("OS", "ubuntu-22.04")) == []


def test_a_container_is_not_judged():
    assert found(workflow(CALL, job="    container: node:24\n")) == []
