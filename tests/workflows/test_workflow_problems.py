import pytest
from making import sources_of

from asbuilt.workflows.files.modelling import load, missing
from asbuilt.workflows.judge.github.availability import CONTEXTS
from asbuilt.workflows.judge.syntax import action_problems, problems

SOUND = """\
name: Sound
on:
  push: { branches: [main] }
jobs:
  Build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  call:
    needs: build
    uses: ./.github/workflows/other.yml
    with: { a: 1 }
"""


def found(text):
    return [(each.mark.line, each.fact) for each in problems(load(text, "w.yml"))]


def job(text):
    return f"on: push\njobs:\n  a:\n    runs-on: x\n{text}"


def test_a_sound_file_has_no_problems():
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[a, b]\n", 1, "a workflow is a mapping"),
        ("jobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, "`on` is missing"),
        ("on:\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, "`on` names no event"),
        ("on: push\n", 1, "`jobs` is missing"),
        ("on: push\njobs: []\n", 2, "`jobs` is not a mapping"),
        ("on: push\njobs: {}\n", 2, "`jobs` is not a mapping"),
        ("on: pushh\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, '"pushh" is no event; did you mean "push"?'),
        ("on: [push, x]\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, '"x" is no event; what is: '),
        ("on: {pull-request: }\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 1, 'did you mean "pull_request"?'),
        ("on: push\njob: {}\njobs: {a: {runs-on: x, steps: [{run: y}]}}\n", 2, 'did you mean "jobs"?'),
        ("on: push\njobs:\n  1a: {runs-on: x, steps: [{run: y}]}\n", 3, '"1a" is no job id'),
        ("on: push\njobs:\n  a b: {runs-on: x, steps: [{run: y}]}\n", 3, '"a b" is no job id'),
        (
            "on: push\njobs:\n  a: {runs-on: x, steps: [{run: y}]}\n  A: {runs-on: x, steps: [{run: y}]}\n",
            4,
            'job "A" is "a" of line 3 again',
        ),
        ("on: push\njobs:\n  a: text\n", 3, 'job "a" is not a mapping'),
        ("on: push\njobs:\n  a:\n    steps: [{run: y}]\n", 3, 'job "a" has neither `runs-on` nor `uses`'),
        (job(""), 3, 'job "a" has no `steps`'),
        (job("    steps: []\n"), 5, 'job "a" has `steps` that are not a list'),
        (job("    steps: [text]\n"), 5, "a step is a mapping"),
        (job("    steps: [{name: y}]\n"), 5, "this one has neither"),
        (job("    steps:\n      - uses: a/b@c\n        run: y\n"), 7, "this one has `uses` and `run`"),
        (job("    steps: [{uses: y, wiht: {}}]\n"), 5, '"wiht" is no key of a step with `uses`; did you mean "with"?'),
        (job("    steps: [{run: y, id: s}, {run: z, id: S}]\n"), 5, 'step id "S" is used on line 5 already'),
        (job("    timeout-minute: 1\n    steps: [{run: y}]\n"), 5, 'did you mean "timeout-minutes"?'),
        (job("    needs: [b]\n    steps: [{run: y}]\n"), 5, 'job "a" needs "b", and there is no such job'),
        (job("    needs: a\n    steps: [{run: y}]\n"), 5, 'jobs wait for each other: "a" needs "a"'),
        (job("    if: a ==\n    steps: [{run: y}]\n"), 5, "expected a value"),
        (job("    if: env.X == 'a'\n    steps: [{run: y}]\n"), 5, '"env" is not available here'),
        (job("    if: secret.X == 'a'\n    steps: [{run: y}]\n"), 5, '"secret" is no context'),
        (job("    steps: [{run: y, if: 'secrets.X'}]\n"), 5, '"secrets" is not available here'),
        (job('    steps: [{run: "echo ${{ github.ref"}]\n'), 5, '"${{" that does not end'),
        (job('    steps: [{run: "echo ${{ always() }}"}]\n'), 5, "always() is available only in `if`"),
        (job("    steps:\n      - run: |\n          one\n          echo ${{ nope() }}\n"), 8, 'function "nope"'),
        (job("    steps:\n      - run: |\n          echo ${{ nope() }}\n"), 7, 'function "nope"'),
        (job('    steps:\n      - run: "one\\n${{ nope() }}"\n'), 6, 'function "nope"'),  # no line of the file
        (job("    steps:\n      - run: >\n          one\n\n          ${{ nope() }}\n"), 6, 'function "nope"'),
        (job("    name: ${{ }}\n    steps: [{run: y}]\n"), 5, "expected a value"),
        (job("    name: 1\n    name: 2\n    steps: [{run: y}]\n"), 6, 'key "name" is set twice'),
        (job("    steps: [{run: y}]\n   x: 1\n"), 6, "did not find expected"),
        (
            job("    steps: [{uses: 'a/b@${{ github.sha }}'}]\n"),
            5,
            "`${{ github.sha }}`: GitHub takes no expression here, only a fixed text",
        ),
        (job("    needs: [ab]\n    steps: [{run: y}]\n"), 5, "there is no such job; its other jobs are: nothing"),
        (job("    steps: [{uses: a/b@c, ref: main}]\n"), 5, "; an input of the action stands under `with`"),
        ("on: {push: {branch: main}}\n" + job("")[9:] + "    steps: [{run: y}]\n", 1, 'did you mean "branches"?'),
        (
            "on: {push: {pull_request: }}\n" + job("")[9:] + "    steps: [{run: y}]\n",
            1,
            '"pull_request" is an event of its own: write it beside `push`, not below it',
        ),
        (
            "on: {workflow_dispatch: {branches: [main]}}\n" + job("")[9:] + "    steps: [{run: y}]\n",
            1,
            '"branches" is no key of `workflow_dispatch`; what is: inputs',
        ),
        (job("    name: a\n<<<<<<< HEAD\n    steps: [{run: y}]\n=======\n"), 6, "a merge conflict is left here"),
        ("on: {push: {paths: [**/*.py]}}\n" + job("")[9:], 1, "a text that begins with `*` is an alias to YAML"),
        (job("    steps:\n\t- run: y\n"), 6, "a tab stands where YAML takes spaces only"),
        (job("    steps: [{run: @x}]\n"), 5, 'a text that begins with "@" is put in quotes'),
    ],
)
def test_a_problem_is_said_once_with_its_line(text, line, message):
    results = found(text)
    assert len(results) == 1, results
    assert results[0][0] == line
    assert message in results[0][1]


def test_a_cycle_is_one_problem_that_names_its_jobs():
    text = "on: push\njobs:\n" + "".join(
        f"  {name}: {{runs-on: x, needs: {need}, steps: [{{run: y}}]}}\n" for name, need in ("ab", "bc", "ca", "da")
    )
    assert found(text) == [(3, 'jobs wait for each other: "a" needs "b" needs "c" needs "a"')]


def test_problems_come_in_the_order_of_the_file():
    lines = [line for line, _ in found(job("    a: 1\n    b: 2\n    steps: [{}]\n    c: 3\n"))]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_a_file_that_is_not_there_says_so():
    (problem,) = problems(missing(".github/workflows/deploy.yml"))
    assert problem.fact == "there is no such file, but the estate declares it"
    assert problem.fix == "add the file, or take it out of the estate"


@pytest.mark.parametrize(
    "text", ["on: {push: {branches: {a: b}}}", "jobs: {a: {steps: {b: c}, needs: {d: e}}}", "on: 3", "~", "{}"]
)
def test_a_strange_file_is_a_problem_and_no_crash(text):
    assert found(text)


@pytest.mark.parametrize(
    ("on", "job", "expected"),
    [
        ("{workflow_run: {workflows: [tests]}}", "runs-on: x, steps: [{run: y}]", []),
        (
            "{workflow_run: {workflows: [tests, test]}}",
            "runs-on: x, steps: [{run: y}]",
            ['no workflow is called "test", so none is ever followed; did you mean "tests"?'],
        ),
        ("push", "uses: ./.github/workflows/ci.yml", []),
        (
            "push",
            "uses: ./.github/workflows/cd.yml",
            ["there is no workflow ./.github/workflows/cd.yml: the call fails"],
        ),
        ("push", "uses: $/.github/workflows/ci.yml", []),
        (
            "push",
            "uses: $/.github/workflows/cd.yml",
            ["there is no workflow $/.github/workflows/cd.yml: the call fails"],
        ),
        ("push", "uses: someone/flows/.github/workflows/cd.yml@v1", []),
    ],
)
def test_a_workflow_that_is_named_is_there(on, job, expected):
    made = sources_of(
        ci="name: tests\non: [push, workflow_call]\njobs: {a: {runs-on: x, steps: [{run: y}]}}",
        w=f"on: {on}\njobs: {{a: {{{job}}}}}",
    )
    assert [each.fact for each in problems(made.workflow_files[1], made)] == expected


PLACES = {
    "name: X": "",
    "run-name: X": "github inputs vars",
    "env: {A: X}": "github inputs vars secrets",
    "concurrency: {group: X}": "github inputs vars",
    "jobs: {a: {runs-on: X}}": "github inputs vars needs strategy matrix",
    "jobs: {a: {runs-on: x, env: {if: X}}}": "github inputs vars needs strategy matrix secrets",
    "jobs: {a: {runs-on: x, needs: X}}": "",
    "jobs: {a: {runs-on: x, strategy: {matrix: {b: X}}}}": "github inputs vars needs",
    "jobs: {a: {runs-on: x, environment: {name: X}}}": "github inputs vars needs strategy matrix",
    "jobs: {a: {runs-on: x, environment: {name: a, url: X}}}": (
        "github inputs vars needs strategy matrix steps job runner env"
    ),
    "jobs: {a: {runs-on: x, outputs: {b: X}}}": (
        "github inputs vars needs strategy matrix secrets steps job runner env"
    ),
    "jobs: {a: {runs-on: x, services: {env: {image: X}}}}": "github inputs vars needs strategy matrix",
    "jobs: {a: {runs-on: x, defaults: {run: {working-directory: X}}}}": "github inputs vars needs strategy matrix env",
    "jobs: {a: {runs-on: x, steps: [{uses: X}]}}": "",
    "jobs: {a: {runs-on: x, steps: [{uses: a, with: {if: X}}]}}": (
        "github inputs vars needs strategy matrix secrets steps job runner env"
    ),
    "jobs: {a: {runs-on: x, steps: [{parallel: [{run: X}]}]}}": (
        "github inputs vars needs strategy matrix secrets steps job runner env"
    ),
    "jobs: {a: {uses: x, with: {b: X}}}": "github inputs vars needs strategy matrix",
    "jobs: {a: {uses: x, secrets: {b: X}}}": "github inputs vars needs strategy matrix secrets",
}


@pytest.mark.parametrize(("place", "available"), PLACES.items())
def test_a_place_takes_the_contexts_that_github_gives_it(place, available):
    taken = {
        context
        for context in CONTEXTS
        if not any("${{" in text for _, text in found(place.replace("X", f'"${{{{ {context}.a }}}}"')))
    }
    assert taken == set(available.split())


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("jobs: {a: {runs-on: x, env: {A: X}}}", ["hashFiles() is available only in steps"]),
        ("jobs: {a: {runs-on: x, if: X}}", ["hashFiles() is available only in steps"]),
        ("jobs: {a: {runs-on: x, steps: [{run: X}]}}", []),
        ("jobs: {a: {runs-on: x, steps: [{run: y, if: X}]}}", []),
    ],
)
def test_hash_files_is_for_steps(place, expected):
    said = [text for _, text in found(place.replace("X", "\"${{ hashFiles('a') }}\"")) if "hashFiles" in text]
    assert [text.rpartition(": ")[2] for text in said] == expected


def test_what_an_alias_repeats_is_said_once():
    text = 'on: push\njobs:\n  a: {runs-on: x, env: &e {A: "${{ env.A }}"}, steps: [{run: y}]}\n'
    assert len(found(text + "  b: {runs-on: x, env: *e, steps: [{run: y}]}\n")) == 1


USES = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/x\n"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[{run: y, shell: bash}]", []),
        ("[{run: y, shell: '${{ inputs.shell }}', if: 'always() && runner.os'}]", []),
        ("[{uses: a/b@c, with: {if: '${{ env.A }}'}}]", []),
        ("[{run: y}]", [(3, "a `run` in an action names its `shell`; this one does not")]),
        ("[{run: '${{ inputs. }}', shell: bash}]", [(3, "`${{ inputs. }}`: the expression ends at character 1")]),
        ("[{run: '${{ secrets.A }}', shell: bash}]", [(3, '`${{ secrets.A }}`: "secrets" is not available here')]),
        ("[{run: y, shell: bash, if: vars.A}]", [(3, '`if: vars.A`: "vars" is not available here')]),
        ("[{run: y, shell: bash, nam: z}]", [(3, '"nam" is no key of a step with `run`; did you mean "name"?')]),
        (
            "[{id: a, run: y, shell: bash}, {id: a, run: y, shell: bash}]",
            [(3, 'step id "a" is used on line 3 already')],
        ),
        (
            "[{run: y, shell: bash, timeout-minutes: 5}]",
            [(3, '"timeout-minutes" is no key of a step with `run`')],
        ),
        ("[{run: y, run: z, shell: bash}]", [(3, 'key "run" is set twice: first on line 3')]),
        ("[{run: y", [(4, "did not find expected ',' or ']'")]),
    ],
)
def test_an_action_is_judged_where_it_is_used(steps, expected):
    action = f"name: x\nruns: {{using: composite,\n  steps: {steps}}}\n"
    made = sources_of({"x": action, "unused": action.replace("composite", "composite, nonsense: 1")}, w=USES)
    results = list(action_problems(made.workflow_files[0], made))
    assert {each.path for each in results} == ({".github/actions/x/action.yml"} if expected else set())
    assert all(each.fact.endswith(" (used by w.yml:6)") for each in results)
    said = [(each.mark.line, each.fact) for each in results]
    assert [(line, text[: len(wanted)]) for (line, text), (_, wanted) in zip(said, expected, strict=True)] == expected


def test_an_action_within_an_action_names_the_workflow_that_uses_them():
    outer = "runs: {using: composite, steps: [{uses: ./.github/actions/y}, {uses: ./.github/actions/y}]}"
    made = sources_of({"x": outer, "y": "runs: {using: composite, steps: [{run: z}]}"}, w=USES)
    (problem,) = action_problems(made.workflow_files[0], made)
    assert problem.path == ".github/actions/y/action.yml"
    assert problem.fact.endswith("(used by w.yml:6)")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("x", True),
        ("{ name: x }", True),
        ("{ name: x, deployment: false }", False),
        ("{name: x, deployment: true}", True),
    ],
)
def test_a_job_says_whether_it_makes_a_deployment(environment, expected):
    text = f"on: push\njobs: {{a: {{runs-on: x, environment: {environment}, steps: [{{run: y}}]}}}}"
    assert load(text, "w.yml").jobs[0].makes_deployment is expected


def test_the_queue_of_a_group_is_read():
    text = "on: push\nconcurrency: {group: g, queue: max}\njobs: {a: {runs-on: x, steps: [{run: y}]}}"
    assert load(text, "w.yml").concurrency.queue.text == "max"
