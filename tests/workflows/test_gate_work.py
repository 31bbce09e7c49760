"""What of a gate is its work: a guard, an installer and a set-up step can fail, and say nothing of the code."""

import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.hollow import holes

CHECKOUT = "      - uses: actions/checkout@v7\n"
KEYED = "    env: { API_KEY: '${{ secrets.API_KEY }}' }\n"


def run(*commands, more=""):
    return "      - run: |\n" + "".join(f"          {each}\n" for each in commands) + more


def found(steps, gate="", deploy="", name="test"):
    text = (
        f"on: {{push: {{branches: [main]}}}}\njobs:\n  {name}:\n    runs-on: x\n{gate}    steps:\n{steps}"
        f"  deploy:\n    runs-on: x\n    needs: {name}\n{deploy}    steps:{DEPLOY.format(app='kiosk')}"
    )
    return [each for path in paths_of(w=text) for each in holes(path, [name], path.sources)]


@pytest.mark.parametrize(
    "steps",
    [
        CHECKOUT + "      - run: make test\n",
        run('test -n "$API_KEY"') + "      - run: make test\n",
        "      - run: npm ci\n      - run: npm test\n",
        # A guard that is all there is holds, where it asks for no key.
        run('test -z "$FREEZE"'),
        "      - if: vars.FREEZE != ''\n        run: exit 1\n",
        # What a step before came to is its work.
        "      - id: c\n        run: ./coverage.sh\n      - if: steps.c.outputs.rate < 80\n        run: exit 1\n",
        run("count=$(grep -c TODO src)", '[ "$count" = 0 ] || exit 1'),
        run("[ -f dist/app.js ]"),
        run('[ -z "$(gofmt -l .)" ]'),
        run("heroku run --exit-code -a kiosk-test bin/check"),
        run("heroku run -x -a kiosk-test bin/check"),
        run("heroku run -a kiosk-test --exit-code=true -- bin/check"),
        run("npm test &> log || { cat log; exit 1; }"),
        "      - shell: bash\n        run: make test | tee log\n",
    ],
)
def test_a_gate_whose_work_can_fail_holds(steps):
    assert found(steps, gate=KEYED) == []


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (run('test -n "$API_KEY"') + run("make test || true"), "where `make test` fails"),
        (run('[ -n "$API_KEY" ] || exit 1', "make test || true"), "where `make test` fails"),
        (run('if [ -z "$API_KEY" ]; then', "  exit 1", "fi") + run("pytest || echo bad"), "where `pytest` fails"),
        (run('case "$GITHUB_REF" in', "  refs/tags/*) exit 1;;", "esac") + run("tox || :"), "where `tox` fails"),
        (run(': "${API_KEY:?}"') + run("make test || true"), "where `make test` fails"),
        (
            "      - if: github.ref != 'refs/heads/main'\n        run: exit 1\n" + run("make test || true"),
            "where `make test` fails",
        ),
        (run("pip install -r dev.txt", "pytest || true"), "where `pytest` fails"),
        (run("node --version", "docker compose up -d", "pytest || true"), "where `pytest` fails"),
        (run("[ ${#API_KEY} -gt 0 ]", "curl -fsS https://get.tool.example | sh", "tox || true"), "where `tox` fails"),
        (run("curl -f https://sh.rustup.rs/install.sh | sh", "cargo test || true"), "where `cargo test` fails"),
        (
            "      - uses: actions/setup-node@v6\n      - run: npm ci\n      - run: npm test || true\n",
            "where `npm test` fails",
        ),
        (CHECKOUT + run("npm ci"), "it tests nothing"),
        (CHECKOUT + run('test -n "$API_KEY"'), "it tests nothing"),
        (run("heroku run -a kiosk-test bin/check"), "heroku run succeeds however that ends"),
        (run("heroku run -a kiosk-test -- bin/check --exit-code"), "heroku run succeeds however that ends"),
        (run("npx heroku run:detached -x -a kiosk-test bin/check"), "run:detached does not wait for it"),
        ("      - shell: bash {0}\n        run: |\n          make test\n          echo over\n", "`bash {0}`, lacks -e"),
        (run("set +e", "make test", "echo over"), "where `make test` fails: set +e"),
        (run("make test | tee log"), "a pipe ends as its last command does"),
        ("      - shell: sh\n        run: make test | tee log\n", "a pipe ends as its last command does"),
    ],
)
def test_what_stands_around_the_work_does_not_make_a_gate_hold(steps, words):
    (finding,) = found(steps, gate=KEYED)
    assert words in finding.fact
    assert len(finding.fact) <= 160
    assert not finding.open


def test_a_job_that_is_called_for_its_installing_does_what_it_says():
    assert found(CHECKOUT + run("npm ci"), name="install") == []


def test_each_gate_that_lets_a_deploy_through_is_told_with_its_own_cause():
    text = (
        "on: {push: {branches: [main]}}\njobs:\n"
        "  unit:\n    runs-on: x\n    steps:\n      - run: make test || true\n"
        "  lint:\n    runs-on: x\n    continue-on-error: true\n    steps:\n      - run: make lint\n"
        "  e2e:\n    runs-on: x\n    steps:\n      - run: make e2e\n"
        f"  deploy:\n    runs-on: x\n    needs: [unit, lint, e2e]\n    steps:{DEPLOY.format(app='kiosk')}"
    )
    (path,) = paths_of(w=text)
    unit, lint = holes(path, ["unit", "lint", "e2e"], path.sources)
    assert 'gate "unit"' in unit.fact
    assert 'gate "lint" counts as passed' in lint.fact


def test_gates_that_one_condition_lets_by_are_one_finding_whose_remedy_ends_it():
    jobs = "".join(f"  {name}:\n    runs-on: x\n    steps:\n      - run: make {name}\n" for name in ("unit", "lint"))
    text = (
        f"on: {{push: {{branches: [main]}}}}\njobs:\n{jobs}  deploy:\n    runs-on: x\n    needs: [unit, lint]\n"
        "    if: {condition}\n    steps:" + DEPLOY.format(app="kiosk")
    )
    (path,) = paths_of(w=text.replace("{condition}", "always()"))
    (finding,) = holes(path, ["unit", "lint"], path.sources)
    assert 'where gate "unit" or "lint" fails' in finding.fact
    mended = text.replace("if: {condition}", finding.fix)
    (path,) = paths_of(w=mended)
    assert list(holes(path, ["unit", "lint"], path.sources)) == []


def test_whether_a_gate_runs_that_a_variable_decides_is_open():
    deploy = '    if: always() && contains(fromJSON(\'["success", "skipped"]\'), needs.test.result)\n'
    (finding,) = found("      - run: make test\n", gate="    if: vars.FULL == 'yes'\n", deploy=deploy)
    assert finding.open
    assert "cannot be told whether" in finding.fact
    assert "needs.test.result == 'success'" in finding.fix


def test_whether_a_step_tests_that_a_variable_decides_is_open():
    (finding,) = found("      - if: vars.FULL == 'yes'\n        run: make test\n")
    assert finding.open
    assert finding.mark.line == 6
    assert "vars.FULL" in finding.fix
