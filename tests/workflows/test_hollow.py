import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.hollow import holes

MAIN = "{push: {branches: [main]}}"


def holes_of(name="test", actions=None, **files):
    return [
        (each.path.rpartition("/")[2], each.mark.line, each.fact)
        for path in paths_of(actions, **files)
        for each in holes(path, [name], path.sources)
    ]


def facts(gate="", steps="      - run: make test\n", deploy="", between="", needs="test", actions=None, on=MAIN):
    text = (
        f"on: {on}\njobs:\n"
        f"  test:\n    runs-on: x\n{gate}    steps:\n{steps}{between}"
        f"  deploy:\n    runs-on: x\n    needs: {needs}\n{deploy}    steps:{DEPLOY.format(app='shop')}"
    )
    return holes_of(actions=actions, w=text)


def run(*commands):
    return "      - run: |\n" + "".join(f"          {each}\n" for each in commands)


def tolerated(more="", command="make test"):
    return f"      - id: t\n        continue-on-error: true\n        run: {command}\n{more}"


def retry(command, more=""):
    return f"      - uses: nick-fields/retry@v3\n        with: {{ command: {command}{more} }}\n"


BETWEEN = "  mid:\n    runs-on: x\n    needs: test\n    if: always()\n    steps: [{run: y}]\n"
BUILD = (
    "  mid:\n    runs-on: x\n    needs: test\n    outputs: { ok: '${{ steps.a.outputs.ok }}' }\n"
    "    steps: [{id: a, run: echo ok=1 >> $GITHUB_OUTPUT}]\n"
)
REQUEST = "      - uses: ./.github/actions/check\n"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"deploy": "    if: always() && needs.test.result == 'success'\n"},
        {"deploy": "    if: success()\n"},
        {"deploy": "    if: always() && !(needs.test.result != 'success')\n"},
        {"deploy": "    if: ${{ !cancelled() && needs.test.result == 'success' }}\n"},
        {"deploy": "    if: always() && contains(needs.*.result, 'success')\n"},
        # A failure further up is seen by the success() that no one wrote.
        {"between": BETWEEN, "needs": "mid"},
        {"between": BETWEEN, "needs": "mid", "deploy": "    if: github.ref == 'refs/heads/main'\n"},
        # A job that was skipped has no outputs.
        {"between": BUILD, "needs": "[test, mid]", "deploy": "    if: always() && needs.mid.outputs.ok == '1'\n"},
        # What outputs a gate that failed has set, nobody knows here.
        {"deploy": "    if: always() && needs.test.outputs.passed == 'true'\n"},
        {"steps": run("docker rm x || true", "make test")},
        {"steps": run("make lint || true", "make test")},
        {"steps": run("ruff check --exit-zero .", "make test -j")},
        {"steps": run("if make test; then echo ok; else exit 1; fi")},
        {"steps": run("make test || exit 1")},
        {"steps": run('if [ -n "$FREEZE" ]; then', "  exit 1", "fi")},
        {"steps": run("set -o pipefail", "make test | tee log")},
        {"steps": run("git diff --exit-code")},
        {"steps": "      - shell: python\n        run: check()\n"},
        {"steps": run("make lint || true") + "      - shell: python\n        run: check()\n"},
        {"steps": "      - uses: someone/tests@v1\n"},
        {"steps": retry("make test")},
        # What the JSON of the jobs holds, nobody knows here.
        {"deploy": "    if: always() && !contains(toJSON(needs), 'failure')\n"},
        {"steps": "      - uses: actions/dependency-review-action@v1\n"},
        {"steps": tolerated("      - if: steps.t.outcome == 'failure'\n        run: exit 1\n")},
        {
            "steps": tolerated("      - env: { R: '${{ steps.t.outcome }}' }\n        run: test $R = success\n"),
        },
        # What a step came to is an output of the job, and the deploy asks for it.
        {
            "gate": "    outputs: { ok: '${{ steps.t.outcome }}' }\n",
            "steps": tolerated(),
            "deploy": "    if: needs.test.outputs.ok == 'success'\n",
        },
        {
            "gate": "    outputs: { ok: '${{ steps.t.outputs.ok }}' }\n",
            "steps": "      - id: t\n        run: make test && echo ok=1 >> $GITHUB_OUTPUT || true\n",
            "deploy": "    if: needs.test.outputs.ok == '1'\n",
        },
        {"steps": run("make test & pid=$!", "wait $pid")},
        {"steps": "      - if: github.event_name == 'pull_request'\n        run: make lint\n" + run("make test")},
        {"steps": run("make test") + tolerated(command="bash <(curl https://codecov.io/bash)")},
        {"steps": run("make test") + "      - uses: actions/upload-artifact@v1\n        continue-on-error: true\n"},
        {"gate": "    continue-on-error: false\n"},
        {"gate": "    strategy: { matrix: { e: [true, false] } }\n    continue-on-error: ${{ matrix.e }}\n"},
        {"gate": "    continue-on-error: ${{ vars.E == 'x' }}\n"},
        # Reviewers, a condition, the jobs before: these hold, though nothing in it can fail.
        {"gate": "    environment: approval\n", "steps": run("echo approved")},
        {"gate": "    if: vars.FREEZE == ''\n", "steps": run("echo go")},
        {
            "gate": "    needs: unit\n",
            "steps": run("echo all went well"),
            "between": "  unit:\n    runs-on: x\n    steps: [{run: make}]\n",
        },
        # The success() that nobody wrote asks for the jobs before the gate too.
        {
            "gate": "    needs: unit\n    if: always()\n",
            "steps": run("echo all is over"),
            "between": "  unit:\n    runs-on: x\n    steps: [{run: make}]\n",
        },
        {
            "gate": "    needs: unit\n    if: always()\n",
            "steps": "      - if: contains(needs.*.result, 'failure')\n        run: exit 1\n",
            "between": "  unit:\n    runs-on: x\n    steps: [{run: make}]\n",
        },
        {
            "actions": {"check": "runs: { using: composite, steps: [{ run: make test, shell: bash }] }\n"},
            "steps": REQUEST,
        },
    ],
)
def test_a_gate_holds(arguments):
    assert facts(**arguments) == []


@pytest.mark.parametrize(
    ("arguments", "line", "words"),
    [
        ({"deploy": "    if: always()\n"}, 10, 'where gate "test" fails or is cancelled: the `if` of job "deploy"'),
        ({"deploy": "    if: '!cancelled()'\n"}, 10, 'where gate "test" fails or is cancelled:'),
        # A job that is cancelled alone, as by its concurrency group, cancels no run.
        (
            {"deploy": "    if: ${{ !cancelled() && needs.test.result != 'failure' }}\n"},
            10,
            'where gate "test" is cancelled:',
        ),
        ({"deploy": "    if: ${{ !failure() && !cancelled() }}\n"}, 10, 'where gate "test" is cancelled:'),
        ({"deploy": "    if: failure() || success()\n"}, 10, 'where gate "test" fails:'),
        ({"deploy": "    if: always() && needs.test.result != 'failure'\n"}, 10, 'where gate "test" is cancelled:'),
        ({"deploy": "    if: always() && vars.GO == 'yes'\n"}, 10, 'gate "test" fails or is cancelled'),
        (
            {"gate": "    if: vars.FULL\n", "deploy": "    if: always() && needs.test.result != 'failure'\n"},
            11,
            'gate "test" is cancelled or is skipped',
        ),
        ({"gate": "    if: false\n", "deploy": "    if: always()\n"}, 11, 'gate "test" is skipped'),
        ({"gate": "    continue-on-error: true\n"}, 5, "counts as passed when it fails"),
        (
            {"gate": "    strategy: { matrix: { e: [true] } }\n    continue-on-error: ${{ matrix.e }}\n"},
            6,
            "counts as passed",
        ),
        ({"steps": "      - run: make test || true\n"}, 6, "goes on where `make test` fails"),
        ({"steps": "      - run: npm ci\n      - run: npm test || echo failed\n"}, 7, "where `npm test` fails"),
        ({"steps": run("make test | tee log")}, 6, "where `make test` fails"),
        ({"steps": run("set +e", "make test", "exit 0")}, 6, "where `make test` fails"),
        ({"steps": run("if ! make test; then echo bad; fi")}, 6, "where `make test` fails"),
        (
            {"steps": "      - run: make test || true\n      - if: failure()\n        run: exit 1\n"},
            6,
            "where `make test` fails",
        ),
        ({"steps": "      - continue-on-error: true\n        run: make test\n"}, 6, "nobody asks how it ended"),
        ({"steps": tolerated(run("make lint"))}, 7, "nobody asks how it ended"),
        ({"steps": tolerated("      - if: steps.t.outcome == 'failure'\n        run: echo bad\n")}, 7, "no later step"),
        ({"steps": "      - uses: someone/tests@v1\n        continue-on-error: true\n"}, 7, "nobody asks"),
        ({"steps": run("echo ok")}, 3, "it tests nothing"),
        (
            {
                "gate": "    needs: unit\n    if: always()\n",
                "steps": run("echo all is over"),
                "between": "  unit:\n    runs-on: x\n    steps: [{run: make}]\n",
                "deploy": "    if: always() && needs.test.result == 'success'\n",
            },
            3,
            "it tests nothing",
        ),
        ({"steps": retry("make test || true")}, 6, "where `make test` fails"),
        ({"steps": retry("make test", ", continue_on_error: true")}, 7, "has continue_on_error, and nobody asks"),
        ({"steps": run("ruff check --exit-zero .")}, 6, "where `ruff check --exit-zero .` fails"),
        ({"steps": run("make -i test")}, 6, "where `make -i test` fails"),
        ({"steps": run("make test &", "wait")}, 6, "where `make test` fails"),
        (
            {"steps": "      - if: github.event_name == 'pull_request'\n        run: make test\n"},
            6,
            "what it tests is skipped here",
        ),
        (
            {
                "gate": "    outputs: { ok: '${{ steps.t.outcome }}' }\n",
                "steps": tolerated(),
                "deploy": "    if: needs.test.outputs.other == 'success'\n",
            },
            8,
            "no later step fails for it",
        ),
        (
            {"between": BETWEEN, "needs": "mid", "deploy": "    if: always() && needs.mid.result == 'success'\n"},
            15,
            'gate "test" fails',
        ),
    ],
)
def test_a_gate_that_lets_everything_through(arguments, line, words):
    ((_, place, fact),) = facts(**arguments)
    assert words in fact
    assert place == line


@pytest.mark.parametrize(
    ("needs", "condition", "expected"),
    [
        ("test", "always()", "if: always() && needs.test.result == 'success'"),
        ("test", "'!cancelled()'", "if: ${{ !cancelled() && needs.test.result == 'success' }}"),
        ("test", "${{ always() && vars.GO }}", "if: always() && vars.GO && needs.test.result == 'success'"),
        ("test", "success() || failure()", "if: (success() || failure()) && needs.test.result == 'success'"),
        (
            "mid",
            "always() && needs.mid.result == 'success'",
            "needs: [mid, test], and if: always() && needs.mid.result == 'success' && needs.test.result == 'success'",
        ),
    ],
)
def test_the_remedy_keeps_what_the_condition_asks_already(needs, condition, expected):
    def fixes(needs, condition):
        text = (
            f"on: {MAIN}\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: make test\n{BETWEEN}"
            f"  deploy:\n    runs-on: x\n    needs: {needs}\n    if: {condition}\n    steps:{DEPLOY.format(app='shop')}"
        )
        return [each.fix for path in paths_of(w=text) for each in holes(path, ["test"], path.sources)]

    assert fixes(needs, condition) == [expected]
    assert fixes("[test, mid]", expected.partition("if: ")[2]) == []


def test_a_gate_in_a_composite_action_names_who_uses_it():
    action = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: make test || true\n"
    ((file, line, fact),) = facts(actions={"check": action}, steps=REQUEST)
    assert (file, line) == ("action.yml", 5)
    assert fact.endswith("; used by w.yml:6")


def test_a_step_of_the_job_does_not_ask_after_one_of_an_action():
    action = (
        "runs:\n  using: composite\n  steps:\n    - { id: t, run: make test, shell: bash, continue-on-error: true }\n"
    )
    asks = "      - if: steps.t.outcome == 'failure'\n        run: exit 1\n"
    ((file, line, fact),) = facts(actions={"check": action}, steps=REQUEST + asks)
    assert (file, line) == ("action.yml", 4)
    assert "nobody asks" in fact
    inside = action + "    - { if: steps.t.outcome == 'failure', run: exit 1, shell: bash }\n"
    assert facts(actions={"check": inside}, steps=REQUEST) == []


def test_a_gate_that_is_not_there_is_not_hollow():
    text = f"on: push\njobs:\n  deploy:\n    runs-on: x\n    steps:{DEPLOY.format(app='shop')}"
    assert holes_of(w=text) == []


CALLING = (
    f"on: {MAIN}\njobs:\n  ci:\n    uses: ./.github/workflows/tests.yml\n"
    f"  deploy:\n    runs-on: x\n    needs: ci\n    steps:{DEPLOY.format(app='shop')}"
)


def a_workflow_of_tests(*jobs):
    return "on: workflow_call\njobs:\n" + "".join(f"  {each}\n" for each in jobs)


SOUND = "unit: {runs-on: x, steps: [{run: make}]}"
HOLLOW = "lint: {runs-on: x, steps: [{run: make lint || true}]}"
TOLERATED = "next: {runs-on: x, continue-on-error: true, steps: [{run: make}]}"
SKIPPED = "docs: {runs-on: x, if: github.event_name == 'schedule', steps: [{run: make}]}"


@pytest.mark.parametrize(
    ("jobs", "gate", "expected"),
    [
        ([SOUND, HOLLOW, TOLERATED], "ci", []),
        ([HOLLOW, SOUND], "ci", []),
        ([SOUND], "unit", []),
        ([HOLLOW], "ci", [("tests.yml", 3, "goes on where `make lint` fails")]),
        ([TOLERATED, HOLLOW], "ci", [("tests.yml", 3, "counts as passed when it fails")]),
        ([SOUND, TOLERATED], "next", [("tests.yml", 4, "counts as passed when it fails")]),
        ([SKIPPED], "ci", [("w.yml", 4, "no job of the workflow that it calls runs here")]),
        ([SOUND, SKIPPED], "docs", [("tests.yml", 4, 'gate "docs" is skipped')]),
    ],
)
def test_a_gate_that_calls_a_workflow(jobs, gate, expected):
    found = holes_of(gate, w=CALLING, tests=a_workflow_of_tests(*jobs))
    assert [(file, line) for file, line, _ in found] == [(file, line) for file, line, _ in expected]
    assert all(words in fact for (_, _, fact), (_, _, words) in zip(found, expected, strict=True))
    assert all(fact.endswith("; called by w.yml:4") for file, _, fact in found if file == "tests.yml")


def test_a_gate_within_a_call_is_passed_by_where_the_call_is():
    entry = CALLING.replace("    needs: ci\n", "    needs: ci\n    if: always()\n")
    ((file, line, fact),) = holes_of("unit", w=entry, tests=a_workflow_of_tests(SOUND))
    assert (file, line) == ("w.yml", 8)
    assert 'where gate "unit" fails or is cancelled' in fact
    (path,) = paths_of(w=entry, tests=a_workflow_of_tests(SOUND))
    assert [each.fix for each in holes(path, ["unit"], path.sources)] == [
        "if: always() && needs.ci.result == 'success'"
    ]


def test_what_another_repository_tests_is_its_own_affair():
    assert holes_of("ci", w=CALLING.replace("./.github/workflows/tests.yml", "a/b/.github/workflows/c.yml@v1")) == []


def test_the_job_that_waits_for_the_gate_is_the_one_that_passes_it_by():
    called = (
        "on: workflow_call\njobs:\n  build: {runs-on: x, steps: [{run: make}]}\n"
        f"  deploy:\n    runs-on: x\n    needs: build\n    if: always()\n    steps:{DEPLOY.format(app='shop')}"
    )
    entry = (
        f"on: {MAIN}\njobs:\n  test: {{runs-on: x, steps: [{{run: make}}]}}\n"
        "  go:\n    needs: test\n    if: always()\n    uses: ./.github/workflows/called.yml\n"
    )
    ((file, line, _),) = holes_of(entry=entry, called=called)
    assert (file, line) == ("entry.yml", 6)
    ((file, line, fact),) = holes_of("build", entry=entry, called=called)
    assert (file, line) == ("called.yml", 7)
    assert 'the `if` of job "deploy"' in fact
    assert holes_of(entry=entry.replace("    if: always()\n", ""), called=called) == []


AFTER = "{workflow_run: {workflows: [CI]}}"
FOLLOWING = (
    f"on: {AFTER}\njobs:\n  deploy:\n    runs-on: x\n"
    f"    if: github.event.workflow_run.conclusion == 'success'\n    steps:{DEPLOY.format(app='shop')}"
)


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ("steps: [{run: make}]", []),
        ("steps: [{run: make || true}]", [(3, "goes on where `make` fails")]),
        ("continue-on-error: true, steps: [{run: make}]", [(3, "counts as passed when it fails")]),
        ("if: github.event_name == 'schedule', steps: [{run: make}]", [(3, 'gate "test" is skipped')]),
    ],
)
def test_a_gate_in_the_run_before(job, expected):
    ci = f"name: CI\non: {MAIN}\njobs: {{test: {{runs-on: x, {job}}}}}\n"
    found = holes_of(ci=ci, w=FOLLOWING)
    assert [(file, line) for file, line, _ in found] == [("ci.yml", line) for line, _ in expected]
    assert all(words in fact for (_, _, fact), (_, words) in zip(found, expected, strict=True))


def test_how_the_run_before_ended_is_for_another_control():
    ci = f"name: CI\non: {MAIN}\njobs: {{test: {{runs-on: x, steps: [{{run: make}}]}}}}\n"
    anyhow = FOLLOWING.replace("    if: github.event.workflow_run.conclusion == 'success'\n", "")
    assert holes_of(ci=ci, w=anyhow) == []


def test_it_is_enough_that_one_gate_of_a_name_holds():
    called = a_workflow_of_tests("test: {runs-on: x, steps: [{run: make || true}]}")
    entry = CALLING.replace("needs: ci", "needs: [ci, test]").replace(
        "  deploy:", "  test: {runs-on: x, steps: [{run: make}]}\n  deploy:"
    )
    assert holes_of(w=entry, tests=called) == []
    assert len(holes_of(w=entry.replace("{run: make}", "{run: make || true}"), tests=called)) == 2
