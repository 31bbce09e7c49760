from dataclasses import fields

import pytest
from judge import HOME

from asbuilt.workflows.files.modelling import load
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.paths.checkout import read
from asbuilt.workflows.paths.tracing import deploy_paths

FIXTURES = HOME / "fixtures" / "repositories" / "TradeMasterAPI"
HEROKU = {
    "workflow": ".github/workflows/deploy-heroku.yml",
    "job": "deploy",
    "gates": ["freeze-check", "smoke"],
    "mechanism": "akhileshns/heroku-deploy",
    "verified_by": ["health-check: The app answers, with the commit that was deployed"],
    "file": ".github/workflows/deploy-heroku.yml",
    "line": 92,
    "review": False,
    "undecided": None,
    "remarks": [],
}
OWNER = [
    {
        **HEROKU,
        "trigger": "push",
        "refs": ["refs/heads/main"],
        "inputs": {},
        "environment": "staging",
        "concurrency": "deploy-staging",
        "automatic": True,
        "app": "raxx-api-staging",
    },
    {
        **HEROKU,
        "trigger": "workflow_dispatch",
        "refs": ["refs/heads/**", "refs/tags/**"],
        "inputs": {"environment": "production", "ref": "main"},
        "environment": "production",
        "concurrency": "deploy-production",
        "automatic": False,
        "app": "raxx-api-prod",
    },
]
OTHER = {
    "workflow": ".github/workflows/deploy.yml",
    "trigger": "push",
    "inputs": {},
    "gates": ["test"],
    "environment": None,
    "mechanism": "akhileshns/heroku-deploy",
    "verified_by": [],
    "file": ".github/workflows/deploy.yml",
    "concurrency": None,
    "automatic": True,
    "review": False,
    "undecided": None,
    "remarks": [],
}
DUPLICATES = [
    {**OTHER, "job": "deploy-staging", "refs": ["refs/heads/main"], "app": "raxx-api-staging", "line": 34},
    {**OTHER, "job": "deploy-prod", "refs": ["refs/tags/v*"], "app": "raxx-api-prod", "line": 52},
]


def test_before_has_four_ways_to_deploy():
    assert [path.as_dict() for path in read(FIXTURES / "before").deploy_paths] == OWNER + DUPLICATES


def test_after_has_the_two_of_the_owner():
    assert [path.as_dict() for path in read(FIXTURES / "after").deploy_paths] == OWNER


def test_a_record_has_every_field_that_says_something():
    path = read(FIXTURES / "after").deploy_paths[0]
    assert {each.name for each in fields(path)} - set(path.as_dict()) == {
        "ancestors", "chosen", "conclusions", "context", "contexts", "doubts", "groups", "is_app_typed",
        "is_environment_open",
        "is_environment_typed", "later", "mark", "open_test", "origins", "reached", "run", "sources", "step",
        "upstream", "verifications",
        "versions",  # they are among the remarks
    }  # fmt: skip


def paths(on="push", app="shop", job="", step="", jobs="", env="", steps=""):
    text = (
        f"on: {on}\n{env}jobs:\n{jobs}  deploy:\n    runs-on: x\n{job}    steps:\n{steps}"
        f"      - uses: akhileshns/heroku-deploy@v3\n{step}        with:\n          heroku_app_name: {app}\n"
    )
    workflow_file = load(text, "w.yml")
    assert workflow_file.document.problems == (), text
    return deploy_paths(Sources((workflow_file,)))


def other(name, extra=""):
    return f"  {name}:\n    runs-on: x\n{extra}    steps: [{{run: y}}]\n"


LENIENT = "    continue-on-error: ${{{{ matrix.e }}}}\n    strategy: {{matrix: {{e: {}}}}}\n"


def dispatch(inputs):
    return "{workflow_dispatch: {inputs: " + inputs + "}}"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("push", [("refs/heads/**",), ("refs/tags/**",)]),
        ("{push: {branches: [main]}}", [("refs/heads/main",)]),
        ("{push: {tags: ['v*']}}", [("refs/tags/v*",)]),
        (
            "{push: {branches: [main, 'release/**'], tags: [v1]}}",
            [("refs/heads/main", "refs/heads/release/**"), ("refs/tags/v1",)],
        ),
        ("{push: {branches-ignore: [main]}}", [("refs/heads/**",)]),
        ("{push: {branches: []}}", []),
        ("{push: {branches: }}", [("refs/heads/**",), ("refs/tags/**",)]),  # nothing below a filter filters nothing
        ("{push: {branches: [main, '!main']}}", []),
        ("[workflow_dispatch]", [("refs/heads/**", "refs/tags/**")]),
        ("{schedule: [{cron: '0 0 * * *'}]}", [()]),
        ("{schedule: [{cron: 0 3 * * *}, {cron: 5 3 * * 1}]}", [()]),
        ("release", [("refs/tags/**",)]),
    ],
)
def test_a_path_names_the_refs_that_set_it_off(on, expected):
    assert [path.refs for path in paths(on)] == expected


@pytest.mark.parametrize(
    ("on", "test", "expected"),
    [
        ("push", "github.ref == 'refs/heads/main'", [("refs/heads/main",)]),
        ("push", "github.ref_name == 'main'", [("refs/heads/main",), ("refs/tags/main",)]),
        ("push", "github.ref_name == 'main' && github.ref_type == 'branch'", [("refs/heads/main",)]),
        ("push", "github.ref != 'refs/heads/main'", [("refs/heads/**",), ("refs/tags/**",)]),
        ("push", "startsWith(github.ref, 'refs/tags/')", [("refs/tags/**",)]),
        ("{push: {tags: ['v*']}}", "startsWith(github.ref, 'refs/tags/v')", [("refs/tags/v*",)]),
        ("{push: {tags: ['v*']}}", "startsWith(github.ref, 'refs/tags/w')", []),
        ("{push: {branches: [main]}}", "github.event_name == 'push' && inputs.x == ''", [("refs/heads/main",)]),
        ("{push: {branches: [main]}}", "github.event_name == 'workflow_dispatch'", []),
        ("{push: {branches: [main]}}", "${{ false }}", []),
        ("{push: {branches: [main]}}", "github.event.inputs.x != null", []),
        ("pull_request", "startsWith(github.ref, 'refs/heads/')", []),
        ("workflow_dispatch", "github.ref == 'refs/heads/main'", [("refs/heads/main",)]),
        ("{schedule: [{cron: 0 3 * * *}, {cron: 5 3 * * 1}]}", "github.event.schedule == '5 3 * * 1'", [()]),
        ("{schedule: [{cron: 0 3 * * *}, {cron: 5 3 * * 1}]}", "github.event.schedule == '6 3 * * 1'", []),
        ("{push: {branches: [main]}}", "github.event.schedule == '5 3 * * 1'", []),
    ],
)
def test_a_condition_decides_which_refs_reach_the_job(on, test, expected):
    found = paths(on, job=f"    if: {test}\n")
    assert [path.refs for path in found] == expected
    assert all(path.undecided is None for path in found)


@pytest.mark.parametrize(
    ("inputs", "app", "expected"),
    [
        ("{t: {type: choice, options: [a, b]}}", "'${{ inputs.t }}'", [({"t": "a"}, "a"), ({"t": "b"}, "b")]),
        (
            "{t: {type: choice, options: [a, b], default: b}}",
            "'s-${{ github.event.inputs.t }}'",
            [({"t": "b"}, "s-b"), ({"t": "a"}, "s-a")],
        ),
        (
            "{t: {type: choice, options: [production, staging]}}",
            "\"${{ inputs.t == 'production' && 'a' || 'b' }}\"",
            [({"t": "production"}, "a"), ({"t": "staging"}, "b")],
        ),
        (
            "{live: {type: boolean}}",
            "\"${{ inputs.live && 'a' || 'b' }}\"",
            [({"live": "false"}, "b"), ({"live": "true"}, "a")],
        ),
        ("{ref: {default: main}}", "shop", [({"ref": "main"}, "shop")]),
        ("{app: {default: shop}}", "'${{ inputs.app }}'", [({"app": "shop"}, "shop"), ({}, None)]),
        ("{app: {required: true}}", "'${{ inputs.app }}'", [({}, None)]),
    ],
)
def test_each_choice_of_inputs_is_followed(inputs, app, expected):
    found = paths(dispatch(inputs), app)
    assert [(path.inputs, path.app) for path in found] == expected
    assert [path.undecided is None for path in found] == [app is not None for _, app in expected]


def test_on_a_push_there_are_no_inputs():
    (path,) = paths("{push: {branches: [main]}}", "\"${{ inputs.t || 'staging' }}\"")
    assert path.app == "staging"


def test_too_many_choices_are_left_undecided_instead_of_tried_and_both_values_are_possible():
    inputs = "{" + ", ".join(f"i{n}: {{type: boolean}}" for n in range(30)) + "}"
    found = paths(dispatch(inputs), "\"${{ inputs.i29 && 'a' || 'b' }}\"")
    assert {path.app for path in found} == {"a", "b"}
    assert all("`inputs.i29` on line" in path.undecided for path in found)
    (alone, *_) = paths(dispatch(inputs), "'${{ inputs.i29 }}'")
    assert alone.app is None


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ("", None),
        ("    environment: production\n", "production"),
        ("    environment: {name: production, url: 'https://a'}\n", "production"),
        ("    environment: ''\n", None),
        ("    environment: ${{ inputs.x }}\n", None),
        ("    environment: ${{ inputs.x || 'staging' }}\n", "staging"),
        ("    environment: ${{ matrix.e }}\n    strategy: {matrix: {e: [blue]}}\n", "blue"),
    ],
)
def test_the_environment_is_resolved(job, expected):
    (path,) = paths("{push: {branches: [main]}}", job=job)
    assert (path.environment, path.undecided) == (expected, None)


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"app": "'${{ vars.APP }}'"}, "the app: `${{ vars.APP }}` on line 8 is not known before the run"),
        ({"job": "    environment: ${{ vars.E }}\n"}, "the environment: `${{ vars.E }}` on line 5"),
        ({"job": "    if: vars.ON == 'yes'\n"}, "whether the job runs: `vars.ON == 'yes'` on line 5"),
        ({"step": "        if: vars.ON\n"}, "whether the step runs: `vars.ON` on line 7"),
        (
            {"jobs": other("a", "    if: vars.ON\n"), "job": "    needs: a\n"},
            "whether the job runs: `vars.ON` on line 5",
        ),
        ({"app": "'${{ secrets.APP }}'"}, "the app: `${{ secrets.APP }}`"),
        ({"app": "''"}, "the app"),
        ({"on": "workflow_call"}, "the workflows that call this one are not here"),
        ({"app": "'${{ matrix.a }}'", "job": "    strategy: {matrix: '${{ fromJSON(vars.M) }}'}\n"}, "the app"),
    ],
)
def test_what_cannot_be_decided_is_said_with_its_line(kwargs, expected):
    (path,) = paths(**{"on": "{push: {branches: [main]}}", **kwargs})
    assert expected in path.undecided


@pytest.mark.parametrize(
    ("jobs", "job", "expected"),
    [
        ("", "", ()),
        (other("a"), "    needs: a\n", ("a",)),
        (other("a") + other("b", "    needs: [A]\n"), "    needs: b\n", ("a", "b")),
        (other("a") + other("b"), "    needs: [a]\n", ("a",)),
        (other("a"), "    needs: a\n    if: always()\n", ()),
        (other("a"), "    needs: a\n    if: '!cancelled()'\n", ()),
        (other("a"), "    needs: a\n    if: '!failure()'\n", ()),
        (other("a"), "    needs: a\n    if: always() && needs.a.result == 'success'\n", ("a",)),
        (other("a") + other("b"), "    needs: [a, b]\n    if: always() && needs.b.result == 'success'\n", ("b",)),
        (other("a") + other("b"), "    needs: [a, b]\n    if: \"!contains(needs.*.result, 'failure')\"\n", ("a", "b")),
        (other("a", "    continue-on-error: true\n"), "    needs: a\n", ()),
        (other("a", LENIENT.format("[true]")), "    needs: a\n", ()),
        (other("a", LENIENT.format("[true, false]")), "    needs: a\n", ("a",)),  # one row is enough to fail it
        (other("a", LENIENT.format("'${{ fromJSON(vars.E) }}'")), "    needs: a\n", ()),
        (other("a", "    if: false\n"), "    needs: a\n    if: always()\n", ()),
        (other("a"), "    needs: a\n    if: failure()\n", ()),
    ],
)
def test_a_gate_is_what_must_have_succeeded(jobs, job, expected):
    (path,) = paths("{push: {branches: [main]}}", jobs=jobs, job=job)
    assert path.gates == expected


@pytest.mark.parametrize(
    ("jobs", "job"),
    [
        (other("a", "    if: false\n"), "    needs: a\n"),
        (
            other("a", "    if: false\n") + other("b", "    needs: a\n    if: always()\n"),
            "    needs: b\n",
        ),  # of all before
        (other("a", "    needs: deploy\n"), "    needs: a\n"),
        ("", "    needs: nowhere\n"),
    ],
)
def test_a_job_behind_one_that_never_runs_never_runs(jobs, job):
    assert paths("{push: {branches: [main]}}", jobs=jobs, job=job) == ()


@pytest.mark.parametrize(
    ("kwargs", "app"),
    [
        ({"env": "env: {A: one}\n"}, "one"),
        ({"env": "env: {A: one}\n", "job": "    env: {A: two}\n"}, "two"),
        ({"job": "    env: {A: two}\n", "step": "        env: {A: three}\n"}, "three"),
        ({"job": "    env: {A: '${{ github.event_name }}-x'}\n"}, "push-x"),
        ({"job": "    env: {A: one}\n", "steps": "      - run: echo A=two >> $GITHUB_ENV\n"}, "two"),
        ({"job": "    env: {A: one}\n", "steps": "      - run: echo A=$(cat a) >> $GITHUB_ENV\n"}, None),
        ({"job": "    env: {A: one}\n", "steps": "      - run: echo B=two >> $GITHUB_ENV\n"}, "one"),
        ({}, None),
    ],
)
def test_the_app_is_followed_through_environment_variables(kwargs, app):
    (path,) = paths("{push: {branches: [main]}}", "'${{ env.A }}'", **kwargs)
    assert path.app == app


def test_a_matrix_deploys_each_of_its_apps():
    matrix = "{app: [a, b], region: [eu, us], exclude: [{app: b, region: eu}], include: [{app: c}]}"
    found = paths(
        "{push: {branches: [main]}}",
        "'${{ matrix.app }}-${{ matrix.region }}'",
        job=f"    strategy: {{matrix: {matrix}}}\n",
    )
    assert [path.app for path in found] == ["a-eu", "a-us", "b-us", "c-"]


def test_two_steps_are_two_paths():
    step = "      - uses: akhileshns/heroku-deploy@v3\n        with: {heroku_app_name: first}\n"
    assert [path.app for path in paths("{push: {branches: [main]}}", steps=step)] == ["first", "shop"]


def test_a_push_from_a_script_is_a_path():
    text = (
        "on: {push: {branches: [main]}}\njobs:\n  a:\n    runs-on: x\n    env: {APP: shop}\n    steps:\n"
        "      - run: git push https://git.heroku.com/$APP.git HEAD:main\n"
    )
    workflow_file = load(text, "w.yml")
    (path,) = deploy_paths(Sources((workflow_file,)))
    assert (path.app, path.mechanism) == ("shop", "git push")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("      - run: curl -f https://a/health\n", ("deploy: curl -f https://a/health",)),
        ("      - name: Ask\n        run: curl -f https://a/health\n", ("deploy: Ask",)),
        ("      - run: curl -f https://a/health\n        if: failure()\n", ()),
        ("      - run: curl -f https://a/health\n        if: always()\n", ("deploy: curl -f https://a/health",)),
        ("      - run: curl -f https://a/health\n        continue-on-error: true\n", ()),
        ("  b:\n    runs-on: x\n    steps: [{run: curl -f https://a/health}]\n", ()),
        (
            "  b:\n    needs: deploy\n    runs-on: x\n    steps: [{run: curl -f https://a/health}]\n",
            ("b: curl -f https://a/health",),
        ),
        (
            "  b:\n    needs: deploy\n    if: failure()\n    runs-on: x\n    steps: [{run: curl -f https://a/health}]\n",
            (),
        ),
        (
            "  b:\n    needs: deploy\n    continue-on-error: true\n    runs-on: x\n    steps: [{run: curl -f https://a/health}]\n",
            (),
        ),
    ],
)
def test_what_verifies_a_deploy_follows_it_and_can_fail(after, expected):
    text = (
        "on: {push: {branches: [main]}}\njobs:\n  deploy:\n    runs-on: x\n    steps:\n"
        "      - run: curl -f https://a/health\n"
        f"      - uses: akhileshns/heroku-deploy@v3\n        with: {{heroku_app_name: a}}\n{after}"
    )
    workflow_file = load(text, "w.yml")
    (path,) = deploy_paths(Sources((workflow_file,)))
    assert path.verified_by == expected


ASKS = "      - run: curl -f https://a/health\n"
CALLS_A_CHECK = "  b:\n    needs: deploy\n    uses: x/y/.github/workflows/health-check.yml@v1\n"


@pytest.mark.parametrize(
    ("job", "step", "after", "expected"),
    [
        ("", "", ASKS, ("deploy: curl -f https://a/health",)),
        ("    continue-on-error: true\n", "", ASKS, ()),
        ("    continue-on-error: ${{ matrix.e }}\n    strategy: {matrix: {e: [true]}}\n", "", ASKS, ()),
        ("", "          healthcheck: https://a/health\n", "", ("deploy: healthcheck of akhileshns/heroku-deploy",)),
        ("", "          healthcheck: https://a/health\n        continue-on-error: true\n", "", ()),
        ("    continue-on-error: true\n", "          healthcheck: https://a/health\n", "", ()),
        ("", "", CALLS_A_CHECK, ("b",)),
        ("", "", f"{CALLS_A_CHECK}    continue-on-error: true\n", ()),
        (
            "",
            "",
            (
                "  b:\n    needs: deploy\n    runs-on: x\n    strategy: {matrix: {e: [true]}}\n"
                f"    continue-on-error: ${{{{ matrix.e }}}}\n    steps:\n{ASKS}"
            ),
            (),
        ),
    ],
)
def test_what_may_fail_verifies_nothing(job, step, after, expected):
    text = (
        f"on: {{push: {{branches: [main]}}}}\njobs:\n  deploy:\n    runs-on: x\n{job}    steps:\n"
        f"      - uses: akhileshns/heroku-deploy@v3\n        with:\n          heroku_app_name: a\n{step}{after}"
    )
    (path,) = deploy_paths(Sources((load(text, "w.yml"),)))
    assert path.verified_by == expected


def test_a_call_that_may_fail_verifies_nothing():
    called = (
        "on: workflow_call\njobs:\n  deploy:\n    runs-on: x\n    steps:\n"
        f"      - uses: akhileshns/heroku-deploy@v3\n        with: {{heroku_app_name: a}}\n{ASKS}"
        f"  later:\n    needs: deploy\n    runs-on: x\n    steps:\n{ASKS}"
    )
    entry = "on: {push: {branches: [main]}}\njobs:\n  ship:\n    uses: ./.github/workflows/called.yml\n"
    after = f"  last:\n    needs: ship\n    runs-on: x\n    steps:\n{ASKS}"
    for leave, expected in (("", ("deploy", "later", "last")), ("    continue-on-error: true\n", ("last",))):
        files = (load(entry + leave + after, "w.yml"), load(called, ".github/workflows/called.yml"))
        (path,) = deploy_paths(Sources(files))
        assert [each.partition(":")[0] for each in path.verified_by] == list(expected)


@pytest.mark.parametrize(
    ("on", "condition", "expected"),
    [
        ("push", "startsWith(github.ref, 'refs/tags/v')", [("refs/tags/v*",)]),
        ("push", "startsWith(github.ref_name, 'v')", [("refs/heads/v*",), ("refs/tags/v*",)]),
        ("push", "!startsWith(github.ref, 'refs/tags/')", [("refs/heads/**",)]),
        ("push", "startsWith(github.ref_name, 'v') && !startsWith(github.ref, 'refs/heads/')", [("refs/tags/v*",)]),
        ("{push: {tags: ['*']}}", "startsWith(github.ref, 'refs/tags/v')", [("refs/tags/v*",)]),
        ("{push: {tags: ['v*']}}", "startsWith(github.ref, 'refs/tags/v')", [("refs/tags/v*",)]),
        ("{push: {tags: ['w*']}}", "startsWith(github.ref, 'refs/tags/v')", []),
        (
            "{push: {branches: [release/**]}}",
            "startsWith(github.ref, 'refs/heads/release/1')",
            [("refs/heads/release/1*",)],
        ),
        ("{push: {branches: [main]}}", "startsWith(github.ref, 'refs/heads/ma')", [("refs/heads/main",)]),
        ("workflow_dispatch", "startsWith(github.ref, 'refs/tags/v')", [("refs/tags/v*",)]),
    ],
)
def test_a_beginning_that_a_condition_asks_for_tells_refs_apart(on, condition, expected):
    found = paths(on=on, job=f'    if: "{condition}"\n')
    assert [path.refs for path in found] == expected
    assert all(path.undecided is None for path in found)
