"""A health check that does not fail by itself, and a later step that does."""

import pytest
from making import DEPLOY, paths_of

MAIN = "{push: {branches: [main]}}"
TOLERATED = "      - id: h\n        continue-on-error: true\n        run: curl -f https://a/health\n"
WRITES = '      - id: h\n        run: echo "code=$(curl -s -w %{http_code} https://a/health)" >> $GITHUB_OUTPUT\n'
TELLS = '      - id: h\n        run: echo "it=$(curl -s https://a/version)" >> $GITHUB_OUTPUT\n'
DECIDES = (
    "      - id: h\n        run: |\n          if curl -s https://a/version | grep $GITHUB_SHA; then\n"
    "            echo ok=1 >> $GITHUB_OUTPUT\n          fi\n"
)
ACTION = "      - id: h\n        continue-on-error: true\n        uses: jtalk/url-health-check-action@v4\n"
OUTPUT = "    outputs: { code: '${{ steps.h.outputs.code }}' }\n"


def after(test, run, more=""):
    return f"      - if: {test}\n        run: {run}\n{more}"


def reading(value, run):
    return f"      - env: {{ GOT: '${{{{ {value} }}}}' }}\n        run: {run}\n"


def later(test, steps):
    return f"  last:\n    needs: deploy\n    runs-on: x\n    if: {test}\n    steps:\n{steps}"


def checks(steps, job=""):
    text = f"on: {MAIN}\njobs:\n  deploy:\n    runs-on: x\n{job}    steps:{DEPLOY.format(app='shop')}{steps}"
    (path,) = paths_of(w=text)
    return [each.check.proves_release for each in path.verifications]


@pytest.mark.parametrize(
    ("steps", "job", "expected"),
    [
        (TOLERATED, "", []),
        (TOLERATED + after("steps.h.outcome == 'failure'", "heroku rollback -a shop"), "", []),
        (TOLERATED + after("steps.h.outcome == 'failure'", "heroku rollback -a shop; exit 1"), "", [False]),
        (TOLERATED + after("steps.h.outcome != 'success'", "exit 1", "        continue-on-error: true\n"), "", []),
        # With `continue-on-error`, the conclusion is always a success, and nothing has failed.
        (TOLERATED + after("steps.h.conclusion == 'failure'", "exit 1"), "", []),
        (TOLERATED + after("failure()", "exit 1"), "", []),
        (after("steps.h.outcome == 'failure'", "exit 1") + TOLERATED, "", []),
        (ACTION + after("steps.h.outcome == 'failure'", "exit 1"), "", [False]),
        (WRITES, "", []),
        (WRITES + after("steps.h.outputs.code != 200", "exit 1"), "", [False]),
        (WRITES + after("steps.h.outputs.code != 200", "echo down"), "", []),
        (WRITES + reading("steps.h.outputs.code", "test $GOT = 200"), "", [False]),
        (WRITES + reading("steps.h.outputs.code", "echo $GOT"), "", []),
        (WRITES + reading("steps.x.outputs.code", "test $GOT = 200"), "", []),
        (WRITES + later("needs.deploy.outputs.code != 200", "      - run: exit 1\n"), OUTPUT, [False]),
        (WRITES + later("needs.deploy.outputs.other != 200", "      - run: exit 1\n"), OUTPUT, []),
        (WRITES + later("success()", reading("needs.deploy.outputs.code", "test $GOT = 200")), OUTPUT, [False]),
        (TELLS + reading("steps.h.outputs.it", "test $GOT = $GITHUB_SHA"), "", [True]),
        (TELLS + reading("steps.h.outputs.it", "test $GOT != down"), "", [False]),
        (TELLS + after("steps.h.outputs.it != github.sha", "exit 1"), "", [True]),
        (TELLS.replace("it=", "sha=") + after("steps.h.outputs.sha == ''", "exit 1"), "", [False]),
        (TELLS.replace("it=", "sha=") + reading("steps.h.outputs.sha", "test $GOT != down"), "", [False]),
        (DECIDES + after("steps.h.outputs.ok != 1", "exit 1"), "", [True]),
        (
            DECIDES + "      - if: steps.h.outputs.ok != 1\n        uses: actions/github-script@v7\n"
            "        with: { script: 'core.setFailed(1)' }\n",
            "",
            [True],
        ),
    ],
)
def test_what_a_check_came_to_counts_where_a_later_step_fails_for_it(steps, job, expected):
    assert checks(steps, job) == expected
