"""A fault is laid over the subject that is named, or that plays its part; what fits nothing says what it needs."""

import pytest

from asbuilt.estate import load as load_estate
from asbuilt.sandbox.making import of_estate
from asbuilt.sandbox.scenario import ScenarioError, load

ESTATE = """
estate: shop
apps:
  shop-jobs: {formation: {worker: 1}}
  shop-next: {tier: staging, repository: acme/shop, formation: {web: 1}, probes: [/up]}
  shop-web: {repository: acme/shop, environment: live, formation: {web: 1}, probes: [/up]}
repositories:
  acme/shop:
    environments: {live: {reviewers: [alice]}, next: {}}
    workflows: {ship.yml: {deploys: [{app: shop-web, trigger: workflow_dispatch}]}, ci.yml: {}}
"""


@pytest.fixture
def shop(tmp_path):
    """Give a function that loads the declared world of the shop, with what is laid over it."""
    file = tmp_path / "estate.yaml"

    def world(name, text=ESTATE):
        file.write_text(text)
        estate = load_estate(file)
        return load(name, made={"declared": lambda: of_estate(estate, file, []).document}, estate=estate)

    return world


def crashed(scenario):
    return [app.name for app in scenario.world(0).apps if any(dyno.state == "crashed" for dyno in app.dynos)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("declared", []),
        ("declared+dyno-crashed", ["shop-web"]),
        ("declared+dyno-crashed@shop-next", ["shop-next"]),
        ("declared+dyno-crashed@shop-next+dyno-crashed@2027-01-01T00:00:00Z", ["shop-next", "shop-web"]),
    ],
)
def test_a_fault_befalls_one_subject(shop, name, expected):
    assert crashed(shop(name)) == expected


def test_the_same_names_in_another_world_have_releases_of_their_own(shop):
    """What a fault's file says of `healthy` does not hold for whatever else is called as an app there."""
    world = shop(
        "declared+dyno-crashed", "estate: shop\napps: {raxx-api-prod: {formation: {web: 1}, probes: [/up]}}\n"
    ).world(0)
    (app,) = world.apps
    (dyno,) = app.dynos
    assert (dyno.state, dyno.release) == ("crashed", app.current.version)


def test_the_subjects_of_the_own_world_may_be_named_too():
    assert crashed(load("healthy+dyno-crashed@raxx-api-staging")) == ["raxx-api-staging"]
    assert crashed(load("healthy+dyno-crashed")) == ["raxx-api-prod"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "declared+dyno-crashed@shop-wb",
            '"dyno-crashed@shop-wb": there is no "shop-wb" in this world; did you mean "shop-web"? there are: ',
        ),
        ("declared+dyno-crashed@shop-jobs", '"dyno-crashed" does not fit "shop-jobs": shop-jobs has no dyno web.1'),
        (
            "declared+wait-timer-set",
            '"wait-timer-set" needs an environment that it fits, and there is none in this world',
        ),
        ("declared+reviewers-gone@next", '"reviewers-gone" does not fit "next": acme/shop next declares no reviewers'),
        ("declared+dyno-crashd", '"dyno-crashd" is not a fault; did you mean "dyno-crashed"?'),
        ("declard", '"declard" is not a scenario; did you mean "declared"?'),
        ("declared@noon", '"noon" in "declared@noon" is not an instant; expected one such as 2026-05-01T00:00:00Z'),
    ],
)
def test_what_fits_nothing_says_why(shop, name, message):
    with pytest.raises(ScenarioError) as caught:
        shop(name)
    assert str(caught.value).startswith(message)


def test_a_world_of_workers_has_nothing_to_crash_on_the_web(shop):
    with pytest.raises(ScenarioError, match=r'^"dyno-crashed" needs an app that it fits, .*: a has no dyno web\.1'):
        shop("declared+dyno-crashed", "{estate: x, apps: {a: {formation: {worker: 1}}}}")


def test_a_lag_needs_a_release_that_names_its_commit(shop):
    estate = """
    estate: x
    apps: {a: {stack: container, repository: acme/a, formation: {web: 1}}}
    repositories: {acme/a: {workflows: {d.yml: {deploys: [{app: a, trigger: push, branch: main}]}}}}
    """
    with pytest.raises(ScenarioError, match="a runs container images, and no release of one names its commit"):
        shop("declared+deploy-lags", estate)


def test_the_declared_world_is_of_an_estate():
    with pytest.raises(ScenarioError, match=r"^declared is the world of an estate: name one, --estate FILE$"):
        load("declared")
