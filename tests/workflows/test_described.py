"""A call of a workflow that nobody has here is what the estate says of it; else it says what would make it known."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from making import sources_of

from asbuilt.workflows.judge import concurrency, gates, owners, verification
from asbuilt.workflows.paths.tracing import deploy_paths
from asbuilt.workflows.said.described import Described

SECRETS = "    secrets: inherit\n"
USES = "acme/shared/.github/workflows/roll.yml"
APP = SimpleNamespace(formation={}, name="shop", url=None, probes=(), gates=("check", "test"), environment="production")


def calling(more="", uses=f"{USES}@v1"):
    test = "  test: {runs-on: x, steps: [{run: make}]}\n"
    return f"on: {{push: {{branches: [main]}}}}\njobs:\n{test}  go:\n    needs: test\n    uses: {uses}\n{more}"


def paths(told, more="", uses=f"{USES}@v1"):
    made = replace(sources_of(ship=calling(more, uses)), descriptions={f"{USES}@v1": told} if told else {})
    return deploy_paths(made)


WITH = "    with: { app: shop, To: production, none: '${{ vars.X }}' }\n"


@pytest.mark.parametrize(
    ("told", "app", "environment"),
    [
        (Described("shop"), "shop", None),
        (Described("with.app", "with.to"), "shop", "production"),
        (Described("with.APP", "production"), "shop", "production"),
        (Described("with.other", "production"), None, "production"),
        (Described("with.none", "with.other"), None, None),
    ],
)
def test_it_deploys_the_app_that_the_estate_says(told, app, environment):
    (path,) = paths(told, WITH)
    assert (path.app, path.environment) == (app, environment)
    assert (path.undecided is None) == (app is not None)


def test_what_cannot_be_told_of_it_names_its_line():
    (path,) = paths(Described("with.other", "with.none"), WITH)
    assert path.undecided.startswith(f"the app: {USES} on line 6 is not handed `other`")
    assert "the environment: `${{ vars.X }}` on line 7 is not known before the run" in path.undecided
    (path,) = paths(Described("shop", "with.other"), WITH)
    assert path.is_environment_open
    (finding,) = gates.wrong_environments(APP, [path])
    assert "cannot be told: with.other is not handed over" in finding.fact
    assert finding.fix == "add to job go, under with: other: production"


def test_its_gates_stand_before_the_deploy_behind_those_of_the_caller():
    (path,) = paths(Described("shop", "production", ("check",)), WITH)
    assert path.gates == ("test", "check")
    assert gates.left_out(APP, [path]) == gates.holes(APP, [path]) == ()
    (path,) = paths(Described("shop", "production"), WITH)
    assert len(gates.left_out(APP, [path])) == 1


@pytest.mark.parametrize(
    ("told", "unchecked", "unproved"),
    [
        (Described("shop"), ["checked: true"], []),
        (Described("shop", checked=True), [], ["checked: commit"]),
        (Described("shop", checked=True, proved=True), [], []),
    ],
)
def test_whether_it_asks_the_app_is_what_the_estate_says(told, unchecked, unproved):
    found = paths(told)
    for judge, fixes in ((verification.unchecked, unchecked), (verification.unproved, unproved)):
        assert [each.fix.partition("workflows: ")[2] for each in judge(APP, [APP], found)] == fixes


def test_whether_two_runs_of_it_meet_is_not_known_but_where_the_call_waits():
    (finding,) = concurrency.collisions(paths(Described("shop")))
    assert finding.open
    assert finding.fact.startswith(f"cannot be told: whether `{USES}`")
    assert finding.fix == "add to job go: concurrency: { group: shop, cancel-in-progress: false }"
    assert concurrency.collisions(paths(Described("shop"), f"    {finding.fix.partition(': ')[2]}\n")) == ()


@pytest.mark.parametrize("uses", [f"{USES}@v2", USES.replace("roll", "other") + "@v1", "./.github/workflows/roll.yml"])
def test_nothing_is_said_of_another_workflow(uses):
    assert [each.app for each in paths(Described("shop"), WITH, uses)] in ([], [None])


@pytest.mark.parametrize(
    ("name", "more", "may_deploy"),
    [
        ("deploy.yml", SECRETS, True),
        ("deploy.yml", "", False),  # nothing lets it into Heroku
        ("deploy.yml", "    secrets: { key: '${{ secrets.KEY }}' }\n", True),
        ("deploy-app.yaml", SECRETS, True),
        ("app-deployment.yml", SECRETS, True),
        ("ship.yml", SECRETS, True),
        ("build.yml", "    with: { heroku-app: shop }\n", True),
        ("release.yml", "    with: { app-name: shop }\n" + SECRETS, True),
        ("promote.yml", "    with: { environment: production }\n" + SECRETS, True),
        ("release.yml", SECRETS, False),
        ("deploy-docs.yml", SECRETS, False),
        ("deploy.yml", "    with: { aws-region: eu-west-1 }\n" + SECRETS, False),
        ("deploy-npm.yml", SECRETS, False),
        ("test-deploy.yml", SECRETS, False),
        ("ci.yml", "    with: { app: shop }\n" + SECRETS, False),
    ],
)
def test_a_call_may_deploy_by_its_name_and_by_what_it_hands_over(name, more, may_deploy):
    uses = f"Acme/shared/.github/workflows/{name}@v1"
    made = sources_of(ship=calling(more, uses))
    found = deploy_paths(made)
    assert [each.app for each in found] == [None] * may_deploy
    for target in owners.targets_in(made.workflow_files[0], found, ()):
        assert target.fix == (
            "give its files, --checkout Acme/shared=DIR, or describe it in the estate: "
            f"workflows: {{{uses}: {{app: APP}}}}"
        )
