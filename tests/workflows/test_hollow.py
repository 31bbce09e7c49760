import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.hollow import holes


def facts(gate="", steps="      - run: make test\n", deploy="", between="", needs="test"):
    text = (
        "on: {push: {branches: [main]}}\njobs:\n"
        f"  test:\n    runs-on: x\n{gate}    steps:\n{steps}{between}"
        f"  deploy:\n    runs-on: x\n    needs: {needs}\n{deploy}    steps:{DEPLOY.format(app='shop')}"
    )
    (path,) = paths_of(w=text)
    return [(each.mark.line, each.fact) for each in holes(path, "test", path.sources)]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"deploy": "    if: always() && needs.test.result == 'success'\n"},
        {"deploy": "    if: success()\n"},
        {"deploy": "    if: always() && !(needs.test.result != 'success')\n"},
        {"steps": "      - run: docker rm x || true\n      - run: make test\n"},
        {"steps": "      - run: make lint || true\n      - run: make test\n"},
        {"steps": "      - run: if make test; then echo ok; else exit 1; fi\n"},
        {"steps": "      - run: make test || exit 1\n"},
        {"steps": "      - uses: someone/tests@v1\n"},
        {
            "steps": "      - id: t\n        continue-on-error: true\n        run: make test\n"
            "      - if: steps.t.outcome == 'failure'\n        run: exit 1\n"
        },
        {"gate": "    continue-on-error: false\n"},
    ],
)
def test_a_gate_holds(arguments):
    assert facts(**arguments) == []


@pytest.mark.parametrize(
    ("arguments", "line", "words"),
    [
        ({"deploy": "    if: always()\n"}, 10, 'runs where gate "test" fails or is skipped'),
        ({"deploy": "    if: '!cancelled()'\n"}, 10, 'runs where gate "test" fails'),
        ({"deploy": "    if: failure() || success()\n"}, 10, 'runs where gate "test" fails'),
        ({"deploy": "    if: always() && needs.test.result != 'failure'\n"}, 10, 'gate "test"'),
        ({"gate": "    if: false\n", "deploy": "    if: always()\n"}, 11, 'gate "test" is skipped'),
        ({"gate": "    continue-on-error: true\n"}, 5, "counts as passed when it fails"),
        ({"steps": "      - run: make test || true\n"}, 6, "turns every failure into a success"),
        ({"steps": "      - run: npm ci\n      - run: npm test || echo failed\n"}, 7, "turns every failure"),
        ({"steps": "      - continue-on-error: true\n        run: make test\n"}, 6, "has continue-on-error"),
        (
            {
                "between": "  mid:\n    runs-on: x\n    needs: test\n    if: always()\n    steps: [{run: y}]\n",
                "needs": "mid",
                "deploy": "    if: always() && needs.mid.result == 'success'\n",
            },
            15,
            'gate "test"',
        ),
    ],
)
def test_a_gate_that_lets_everything_through(arguments, line, words):
    ((place, fact),) = facts(**arguments)
    assert words in fact
    assert place == line


def test_a_gate_that_is_not_there_is_not_hollow():
    text = f"on: push\njobs:\n  deploy:\n    runs-on: x\n    steps:{DEPLOY.format(app='shop')}"
    assert [hole for path in paths_of(w=text) for hole in holes(path, "test", path.sources)] == []
