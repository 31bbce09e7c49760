"""Ways to an app that conditions shut, why they do, and deploys that nothing sets off."""

import re

import pytest
from making import DEPLOY, deploying, paths_of, sources_of

from asbuilt.workflows.judge.owners import targets_in
from asbuilt.workflows.judge.ways import Expected, missing, shut, unstarted
from asbuilt.workflows.paths.blocked_paths import blocked_paths
from asbuilt.workflows.paths.tracing import deploy_paths

MAIN = "{push: {branches: [main]}}"
BY_HAND = "{workflow_dispatch: {inputs: {go: {type: boolean}, where: {type: choice, options: [a, B]}}}}"
ANY = Expected(".github/workflows/ship.yml", "push", "refs/heads/main", {})


def ways(**files):
    sources = sources_of(**files)
    paths = deploy_paths(sources)
    return paths, blocked_paths(sources, paths)


def job_if(test, on=MAIN, **more):
    return ways(ship=deploying(on=on, job=f'    if: "{test}"\n'), **more)


def reasons(test, on=MAIN):
    return [f"{each.fact} -> {each.fix}" for each in shut("shop", [], *job_if(test, on))]


@pytest.mark.parametrize(
    ("test", "on", "why", "fix"),
    [
        ("github.ref == 'regs/heads/main'", "push", "never 'regs/heads/main'", "write 'refs/heads/main'"),
        ("github.ref == 'refs/head/main'", "push", "never 'refs/head/main'", "write 'refs/heads/main'"),
        ("github.ref == 'main'", "push", "never 'main'", "write 'refs/heads/main'"),
        ("'main' == github.ref", "push", "never 'main'", "write 'refs/heads/main'"),
        ("github.ref == 'refs/tag/v1'", "push", "never 'refs/tag/v1'", "write 'refs/tags/v1'"),
        ("startsWith(github.ref, 'tags/v')", "push", "never 'tags/v'", "write 'refs/tags/v'"),
        ("github.ref_name == 'refs/heads/main'", MAIN, "a name without refs/heads/", "write 'main'"),
        ("github.ref == 'refs/heads/master'", MAIN, "it asks for refs/heads/master", "let refs/heads/master through"),
        ("github.ref_name == 'master'", MAIN, "it asks for refs/heads/master", "let refs/heads/master through"),
        (
            "startsWith(github.ref, 'refs/tags/v')",
            "{push: {tags: ['r*']}}",
            "lets refs/tags/r* through",
            "refs/tags/v*",
        ),
        ("github.ref_name == 'release/x'", "{push: {branches: ['*']}}", "lets refs/heads/* through", "in the filter"),
        ("github.event.action == 'c'", "{repository_dispatch: {types: [a, b]}}", "is never true ->", "correct"),
        ("github.event_name == 'release'", MAIN, "is set off by push", "add release to `on`"),
        (
            "github.event.schedule == '0 4 * * *'",
            "{schedule: [{cron: 0 3 * * *}, {cron: 5 3 * * *}], push: }",
            "it asks for the cron 0 4 * * *, and ship.yml has 0 3 * * *, 5 3 * * *",
            "write the cron as it is in the schedule",
        ),
        ("github.base_ref == 'main'", MAIN, "is never true ->", "correct the condition"),
        ("inputs.go == 'yes'", MAIN, "the inputs that ship.yml declares are: none", "declare the input"),
        ("github.event.inputs.to == 'a'", BY_HAND, "declares are: go, where", "declare the input"),
        ("inputs.go == 'true'", BY_HAND, "inputs.go is true or false, and no text", "write inputs.go, or"),
        ("github.event.inputs.go == true", BY_HAND, "is a text", "write github.event.inputs.go == 'true'"),
        ("'prod' == inputs.where", BY_HAND, "where is one of a, B, and never prod", "write one of a, B"),
        ("needs.changes.outputs.api == 'true'", MAIN, "job deploy does not need changes", "needs: [changes]"),
    ],
)
def test_a_condition_that_is_never_true_is_named_with_the_reason(test, on, why, fix):
    (found,) = reasons(test, on)
    assert "the `if` of job" in found
    assert why in found
    assert fix in found


@pytest.mark.parametrize(
    ("test", "on"),
    [
        ("github.ref == 'refs/heads/main'", "push"),
        ("github.ref == 'REFS/heads/main'", MAIN),
        ("startsWith(github.ref, 'refs/')", MAIN),
        ("startsWith(github.ref, 'refs/tags/v')", "{push: {tags: ['*']}}"),
        ("contains(github.ref, 'main')", MAIN),
        ("github.event_name == 'push' || github.ref == 'main'", MAIN),
        ("always()", MAIN),
        ("github.ref_name == 'release/x'", "{push: {branches: ['**']}}"),
        ("github.event.action == 'b'", "{repository_dispatch: {types: [a, b]}}"),
        ("github.event.action == 'b'", "repository_dispatch"),
        ("inputs.where == 'b' && inputs.go", BY_HAND),
        ("github.event.inputs.go == 'true'", BY_HAND),
    ],
)
def test_a_condition_that_may_be_true_shuts_nothing(test, on):
    assert reasons(test, on) == []


@pytest.mark.parametrize("test", ["vars.ON == 'yes'", "secrets.ON != ''", "github.ref_name == vars.BRANCH"])
def test_whether_a_variable_or_a_secret_lets_a_deploy_through_is_open(test):
    paths, blocked = job_if(test, MAIN)
    (found,) = shut("shop", [], paths, blocked)
    assert found.open
    assert test in found.fact
    assert re.search(r"names: \{(vars|secrets)\.\w+: VALUE\}", found.fix)


def test_what_another_way_lets_through_is_not_open():
    on = "{push: {branches: [main]}, workflow_dispatch: }"
    assert reasons("github.event_name == 'push' || vars.ON == 'yes'", on) == []


def test_only_what_is_declared_is_looked_at_where_something_is():
    on = "{push: {branches: [main]}, workflow_dispatch: }"
    paths, blocked = job_if("github.event_name == 'workflow_dispatch'", on)
    assert paths
    assert list(shut("shop", [], paths, blocked)) == []
    (fault,) = shut("shop", [ANY], paths, blocked)
    assert fault.mark.line == 5
    assert not missing(ANY, paths, blocked)


def test_a_trigger_that_is_not_there_is_missing_and_not_shut():
    paths, blocked = job_if("github.event_name == 'push'", "workflow_dispatch")
    assert missing(ANY, paths, blocked)
    assert list(shut("shop", [ANY], paths, blocked)) == []


def test_the_job_that_takes_the_deploy_along_is_named():
    text = deploying(on=MAIN, job="    needs: gate\n").replace(
        "jobs:\n", "jobs:\n  gate: {runs-on: x, if: github.ref == 'main', steps: [{run: y}]}\n"
    )
    (fault,) = shut("shop", [], *ways(ship=text))
    assert 'the `if` of job "gate"' in fault.fact


def test_a_called_workflow_is_where_the_condition_stands():
    called = deploying(on="workflow_call", job="    if: github.ref == 'main'\n")
    caller = f"on: {MAIN}\njobs:\n  go:\n    uses: ./.github/workflows/called.yml\n"
    (fault,) = shut("shop", [], *ways(called=called, ship=caller))
    assert fault.path.endswith("called.yml")
    assert fault.fact.endswith("; called by ship.yml:4")


def test_the_condition_of_a_caller_and_of_a_step_are_found():
    called = (
        deploying(on="workflow_call")
        .replace("    steps:", "    steps:")
        .replace("heroku-deploy@v3\n", "heroku-deploy@v3\n        if: github.ref_name == 'other'\n")
    )
    caller = f"on: {MAIN}\njobs:\n  go:\n    if: github.ref == 'main'\n    uses: ./.github/workflows/called.yml\n"
    faults = list(shut("shop", [], *ways(called=called, ship=caller)))
    assert [each.path.rpartition("/")[2] for each in faults] == ["ship.yml", "called.yml"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (deploying(on="workflow_call"), "only a call starts ship.yml"),
        (deploying(on="{workflow_run: {workflows: [Nobody]}}"), "no trigger"),
        (deploying(on="{push: {branches: [main, '!main']}}"), "no trigger"),
        (deploying(job="    needs: nobody\n"), "its job waits for one that does not exist"),
    ],
)
def test_a_deploy_that_nothing_sets_off_is_said(text, why):
    paths, blocked = ways(ship=text)
    (fault,) = unstarted("shop", paths, blocked)
    assert why in fault.fact
    assert list(shut("shop", [], paths, blocked)) == []


def test_a_deploy_that_something_sets_off_is_not():
    assert list(unstarted("shop", *ways(ship=deploying(), two=deploying(on="workflow_call")))) == []
    assert list(unstarted("shop", *job_if("github.ref == 'main'"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (deploying(), [("shop", "")]),
        (deploying(job="    if: github.ref == 'main'\n"), [("shop", "")]),
        (deploying(on="{workflow_run: {workflows: [Nobody]}}"), [("shop", "")]),
        (
            deploying(
                "'${{ matrix.app }}'",
                "    strategy: {matrix: {app: [a, b]}}\n",
                "{workflow_run: {workflows: [Nobody]}}",
            ),
            [("a", ""), ("b", "")],
        ),
        (
            deploying("'${{ inputs.app }}'", "    if: 'false'\n", "{workflow_dispatch: {inputs: {app: }}}"),
            [(None, "the app: `${{ inputs.app }}` on line 8 is not known before the run")],
        ),
    ],
)
def test_every_deploy_has_a_target_reached_or_not(text, expected):
    sources = sources_of(ship=text)
    paths = deploy_paths(sources)
    found = targets_in(sources.workflow_files[0], paths, blocked_paths(sources, paths))
    assert list(dict.fromkeys((each.app, each.why) for each in found)) == expected


def test_a_condition_of_its_own_is_named_before_that_of_a_job_before():
    text = deploying(on=MAIN, job="    needs: gate\n    if: always() && github.ref == 'main'\n").replace(
        "jobs:\n", "jobs:\n  gate: {runs-on: x, if: github.event_name == 'release', steps: [{run: y}]}\n"
    )
    (fault,) = shut("shop", [], *ways(ship=text))
    assert 'the `if` of job "deploy"' in fault.fact


def test_the_part_of_a_condition_that_is_well_formed_is_not_blamed():
    (found,) = reasons("startsWith(github.ref, 'refs/') && github.ref_name == 'other'", MAIN)
    assert "it asks for refs/heads/other" in found


def test_a_deploy_that_is_reached_has_the_targets_that_it_reaches():
    app = "\"${{ github.event_name == 'push' && 'shop' || 'old' }}\""
    sources = sources_of(ship=deploying(app, "    if: github.event_name == 'push'\n", "[push, workflow_dispatch]"))
    paths = deploy_paths(sources)
    assert {each.app for each in targets_in(sources.workflow_files[0], paths, blocked_paths(sources, paths))} == {
        "shop"
    }


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("job.status == 'success'", [None]),
        ("github.ref == 'refs/heads/main' && job.status == 'success'", [None]),
        ("job.status == 'failure'", []),
        ("always() && job.status == 'failure'", [None]),
    ],
)
def test_how_a_job_went_so_far_is_known_to_its_steps(test, expected):
    deploy = DEPLOY.rstrip(" ").replace("- uses", f"- if: {test}\n        uses").format(app="shop")
    text = f"on: {{push: {{branches: [main]}}}}\njobs:\n  deploy:\n    runs-on: x\n    steps:{deploy}"
    assert [path.undecided for path in paths_of(deploy=text)] == expected
