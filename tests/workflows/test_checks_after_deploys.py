"""What is said of deploys without a check that counts: which check is there, and what to write in its place."""

from dataclasses import dataclass, field

import pytest
from making import DEPLOY, paths_of

from asbuilt.workflows.judge.verification import unchecked, unproved


@dataclass(frozen=True)
class App:
    name: str = "shop"
    tier: str = "production"
    url: str | None = "https://shop.example"
    environment: str | None = None
    repository: str | None = None
    gates: tuple = ()
    probes: tuple = ()
    formation: dict = field(default_factory=lambda: {"web": 1})


PROOF = 'curl --fail --retry 10 --retry-all-errors https://shop.example/version | grep "$GITHUB_SHA"'


def workflow(*steps, job=""):
    lines = "".join(f"      {line}\n" for step in steps for line in step.splitlines())
    on = "{push: {branches: [main]}}"
    return f"on: {on}\njobs:\n  deploy:\n    runs-on: x\n{job}    steps:{DEPLOY.format(app='shop')}{lines}"


def only(judge, app, *steps):
    (gap,) = judge(app, [app], paths_of(w=workflow(*steps)))
    assert len(gap.fact) < 160
    return gap


def test_without_a_check_the_remedy_is_one_that_compares_the_commit():
    gap = only(unchecked, App())
    assert gap.fix == f"add a step after it: run: {PROOF}"
    check = f"- run: {PROOF}"
    assert unchecked(App(), [App()], paths_of(w=workflow(check))) == ()
    assert unproved(App(), [App()], paths_of(w=workflow(check))) == ()


@pytest.mark.parametrize(
    "step",
    [
        "- run: curl --fail https://shop.example/health || true",
        "- run: curl --fail https://shop.example/health\n  continue-on-error: true",
        "- { uses: jtalk/url-health-check-action@v4, with: { url: https://shop.example }, continue-on-error: true }",
        "- run: heroku ps:wait --app shop || echo no",
    ],
)
def test_a_check_that_is_there_and_swallowed_is_named(step):
    gap = only(unchecked, App(), step)
    assert "on line 8 asks it and cannot fail the run" in gap.fact
    assert gap.fix == f"let line 8 fail the run: run: {PROOF}"


@pytest.mark.parametrize(
    ("formation", "fix"),
    [
        ({"worker": 2}, "timeout 300 heroku ps:wait --app shop --type worker"),
        ({"worker": 2, "clock": 1}, "timeout 300 heroku ps:wait --app shop"),
        ({"web": 1, "worker": 1}, PROOF),
        ({}, PROOF),  # nothing is declared of its processes
    ],
)
def test_an_app_without_web_is_told_of_no_url(formation, fix):
    app = App(formation=formation)
    assert only(unchecked, app).fix == f"add a step after it: run: {fix}"
    weak = "- run: heroku run --exit-code --app shop ./smoke-test.sh"
    assert only(unproved, app, weak).fix == f"compare it: {fix}"


def test_the_dynos_prove_the_release():
    wait = "- run: timeout 300 heroku ps:wait --app {} --type worker"
    jobs = App(formation={"worker": 1})
    assert unchecked(jobs, [jobs], paths_of(w=workflow(wait.format("shop")))) == ()
    assert unproved(jobs, [jobs], paths_of(w=workflow(wait.format("shop")))) == ()
    assert unproved(jobs, [jobs], paths_of(w=workflow(wait.format("$APP")))) == ()


def test_a_long_name_of_a_check_is_cut():
    step = f"- run: curl --fail https://shop.example/health?x={'y' * 90}"
    assert '..." would pass' in only(unproved, App(), step).fact
