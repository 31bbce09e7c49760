import pytest
from making import sources_of

from asbuilt.workflows.expressions.evaluate import UNKNOWN, Unknown, parse
from asbuilt.workflows.judge.secrets import read_outside
from asbuilt.workflows.run.secrets import read_by, uses_of_secrets

SET = Unknown(truth=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("secrets.A", ["A"]),
        ("secrets['A']", ["A"]),
        ("SECRETS.a", ["a"]),
        ("inputs.x == 'p' && secrets.A || secrets.B", ["A"]),
        ("inputs.x == 'q' && secrets.A || secrets.B", ["B"]),
        ("inputs.y == 'p' && secrets.A || secrets.B", ["A", "B"]),
        ("inputs.x == 'q' || secrets.A", ["A"]),
        ("inputs.x == 'p' || secrets.A", []),
        ("!secrets.A", ["A"]),
        ("format('{0}', secrets.A)", ["A"]),
        ("toJSON(secrets)", ["*"]),
        ("secrets[inputs.name]", ["*"]),
        ("secrets[format('{0}_KEY', inputs.x)]", ["p_KEY"]),
        ("inputs.x == 'q' && secrets[inputs.name] || secrets.B", ["B"]),
        ("secrets.A || secrets.B", ["A"]),
        ("secrets.*", ["*"]),
        ("github.token", []),
    ],
)
def test_an_expression_reads_what_it_comes_to(text, expected):
    context = {"inputs": {"x": "p"}, "secrets": {"A": SET, "B": SET}}
    assert list(read_by(parse(text), context)) == expected


def uses(job, steps="      - run: x\n", on="push", env="", **more):
    text = f"on: {on}\n{env}jobs:\n  a:\n    runs-on: x\n{job}    steps:\n{steps}"
    made = sources_of(w=text, **more)
    assert made.workflow_files[0].document.problems == ()
    found = uses_of_secrets(made.workflow_files[0], made, {"key"})
    return sorted({(each.secret, each.environment, each.mark.line) for each in found}, key=str)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"job": "    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", None, 5)]),
        ({"job": "    environment: e\n    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", "e", 6)]),
        ({"job": "    environment: { name: e }\n    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", "e", 6)]),
        ({"job": "", "env": "env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", None, 2)]),
        ({"job": "    env: { K: '${{ secrets.OTHER }}' }\n"}, []),
        ({"job": "", "steps": "      - run: x ${{ secrets.key }}\n"}, [("key", None, 6)]),
        ({"job": "", "steps": "      - if: false\n        run: x ${{ secrets.KEY }}\n"}, []),
        ({"job": "    if: false\n", "steps": "      - run: x ${{ secrets.KEY }}\n"}, []),
        ({"job": "", "steps": "      - run: x ${{ toJSON(secrets) }}\n"}, [("*", None, 6)]),
        ({"job": "    environment: ${{ vars.E }}\n    env: { K: '${{ secrets.KEY }}' }\n"}, [("KEY", UNKNOWN, 6)]),
    ],
)
def test_a_job_reads_where_it_runs(arguments, expected):
    assert uses(**arguments) == expected


def outside(homes=None, **files):
    made = sources_of(**files)
    for file in made.workflow_files:
        assert file.document.problems == ()
    found = read_outside(made.workflow_files[0], made, homes or {"key": ["production"]})
    return [(each.path.rpartition("/")[2], each.mark.line, each.fact) for each in found]


CALLED = "on: workflow_call\njobs:\n  b: {runs-on: x, E env: {K: '${{ secrets.KEY }}'}, steps: [{run: y}]}\n"
CALLER = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    secrets: HANDS\n"


@pytest.mark.parametrize(
    ("hands", "environment", "expected"),
    [
        ("inherit", "production", []),
        ("inherit", "", [("called.yml", 3)]),
        ("inherit", "staging", [("called.yml", 3)]),
        ("{ KEY: '${{ secrets.OTHER }}' }", "production", []),
        ("{ KEY: '${{ secrets.OTHER }}' }", "", []),
        ("{ KEY: '${{ secrets.OTHER }}' }", "staging", [("called.yml", 3)]),
        # Under its own name the called job reads it, from its own environment.
        ("{ KEY: '${{ secrets.KEY }}' }", "", [("called.yml", 3)]),
        ("{ key: \"${{ secrets['KEY'] }}\" }", "production", []),
        ("{ KEY: '${{ secrets.KEY }}' }", "staging", [("called.yml", 3)]),
        ("{ KEY: 'x-${{ secrets.KEY }}' }", "production", [("w.yml", 5)]),
        ("{ KEY: '${{ secrets.KEY || secrets.OTHER }}' }", "production", [("w.yml", 5)]),
        ("{ OTHER: '${{ secrets.KEY }}' }", "production", [("w.yml", 5)]),
    ],
)
def test_what_a_caller_hands_over_it_has_read(hands, environment, expected):
    called = CALLED.replace("E ", f"environment: {environment}, " if environment else "")
    found = outside(w=CALLER.replace("HANDS", hands), called=called)
    assert [(file, line) for file, line, _ in found] == expected


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("secrets.KEY", "{ KEY: '${{ secrets.KEY }}' }", [("called.yml", 3)]),
        ("secrets.OTHER", "{ KEY: '${{ secrets.KEY }}' }", []),
        ("secrets.OTHER", "inherit", []),
        ("secrets.KEY", "inherit", [("called.yml", 3)]),
    ],
)
def test_a_name_is_followed_through_all_that_hand_it_on(outer, inner, expected):
    entry = CALLER.replace("called.yml", "middle.yml").replace("HANDS", f"{{ KEY: '${{{{ {outer} }}}}' }}")
    middle = CALLER.replace("on: push", "on: workflow_call").replace("HANDS", inner)
    found = outside(w=entry, middle=middle, called=CALLED.replace("E ", ""))
    assert [(file, line) for file, line, _ in found] == expected


def test_the_remedy_fits_the_place():
    def fix(**files):
        made = sources_of(**files)
        return [each.fix for each in read_outside(made.workflow_files[0], made, {"key": ["production"]})]

    handed = CALLER.replace("HANDS", "{ K: '${{ secrets.KEY }}' }")
    assert fix(w=handed, called=CALLED.replace("secrets.KEY", "secrets.K")) == [
        "hand it on as KEY, not required, and read secrets.KEY in the called job in environment: production"
    ]
    elsewhere = handed.replace("./.github/workflows/called.yml", "a/b/.github/workflows/c.yml@v1").replace("K:", "KEY:")
    assert fix(w=elsewhere) == ["read it in a job of this repository, with environment: production"]
    job = JOB.replace("environment: E, ", "")
    assert fix(w=job) == ["add to job a: environment: production; or read another secret"]
    assert fix(w=JOB.replace("E,", "staging,")) == ["where the environment is staging, read a secret of its own"]
    assert fix(w=f"{job.replace('KEY', 'OTHER')}env: {{ K: '${{{{ secrets.KEY }}}}' }}\n") == [
        "set it in the jobs with environment: production, and not for the whole workflow"
    ]


def test_the_finding_says_who_reads_it_who_calls_and_where_it_belongs():
    ((_, _, fact),) = outside(w=CALLER.replace("HANDS", "inherit"), called=CALLED.replace("E ", ""))
    assert fact == (
        'job "a / b" reads KEY and names no environment (push refs/heads/**); '
        "it belongs to production alone; called by w.yml:4"
    )
    ((_, _, fact),) = outside(w=CALLER.replace("HANDS", "{ K: '${{ secrets.KEY }}' }"), called="on: workflow_call\n")
    assert 'job "a" hands over KEY and names no environment' in fact


def test_the_variables_of_a_workflow_are_read_by_its_own_jobs_alone():
    called = "on: workflow_call\njobs: {b: {runs-on: x, steps: [{run: y}]}}\n"
    assert outside(w="env: { K: '${{ secrets.KEY }}' }\n" + CALLER.replace("HANDS", "inherit"), called=called) == []


JOB = "on: push\njobs: {a: {runs-on: x, environment: E, env: {K: '${{ secrets.KEY }}'}, steps: [{run: y}]}}\n"


@pytest.mark.parametrize(("environment", "count"), [("staging", 0), ("Production", 0), ("test", 1)])
def test_a_secret_of_two_environments_is_at_home_in_both(environment, count):
    homes = {"key": ["production", "staging"]}
    assert len(outside(homes, w=JOB.replace("E,", f"{environment},"))) == count


def test_one_place_is_one_finding():
    text = "on: [push, schedule]\njobs: {a: {runs-on: x, steps: [{run: 'y ${{ toJSON(secrets) }}'}]}}\n"
    ((_, line, fact),) = outside({"key": ["production"], "other": ["production"]}, w=text)
    assert line == 2
    assert "reads every secret at once, and KEY with them," in fact


def test_each_row_of_a_matrix_reads_its_own():
    text = (
        "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: { matrix: { to: [production, staging] } }\n"
        "    environment: ${{ matrix.to }}\n    env: { K: \"${{ secrets[format('KEY_{0}', matrix.to)] }}\" }\n"
        "    steps: [{run: y}]\n"
    )
    assert outside({"key_production": ["production"]}, w=text) == []
    assert len(outside({"key_production": ["staging"]}, w=text)) == 1


def test_a_step_hands_a_secret_to_an_action():
    text = (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/deploy\n"
        "        with: { key: '${{ secrets.KEY }}' }\n"
    )
    action = "inputs: { key: {} }\nruns: { using: composite, steps: [{ run: 'x ${{ inputs.key }}', shell: bash }] }\n"
    ((file, line, _),) = outside(actions={"deploy": action}, w=text)
    assert (file, line) == ("w.yml", 7)
    # An action has no secrets of its own.
    asks = action.replace("inputs.key", "secrets.KEY")
    assert outside(actions={"deploy": asks}, w=text.replace("secrets.KEY", "secrets.OTHER")) == []


@pytest.mark.parametrize(
    ("environment", "is_open", "fix"),
    [
        ("vars.E", True, "names: {vars.E: production}"),
        ("steps.x.outputs.e", True, "environment: production"),
        ("inputs.e", False, "environment: production"),
        ("inputs.e || vars.E", True, "names: {vars.E: production}"),
    ],
)
def test_in_an_environment_that_only_the_run_knows_it_is_open(environment, is_open, fix):
    text = (
        "on: {workflow_dispatch: {inputs: {e: {type: string}}}}\njobs:\n  a:\n    runs-on: x\n"
        f"    environment: ${{{{ {environment} }}}}\n    env: {{ K: '${{{{ secrets.KEY }}}}' }}\n"
        "    steps: [{run: y}]\n"
    )
    made = sources_of(w=text)
    (found,) = read_outside(made.workflow_files[0], made, {"key": ["production"]})
    assert (found.open, found.mark.line) == (is_open, 6)
    assert fix in found.fix
