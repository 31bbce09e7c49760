"""Each fault of a world trips the same controls in the declared world of an estate of other names and another shape."""

import re
import shutil

import pytest
import yaml

from asbuilt.home import PROJECT

FAULTS = {
    path.stem: fault
    for path in sorted((PROJECT / "fixtures/faults").glob("*.yaml"))
    if (fault := yaml.load(path.read_text(), yaml.CSafeLoader)).keys() & {"world", "answers"}
}
REPOSITORY = PROJECT / "fixtures/repositories/TradeMasterAPI/after"
# Longer names first: one is the beginning of another.
NAMES = {
    "raxx-api-staging": "shop-staging",
    "raxx-api-prod": "shop-web",
    "MooseQuest/TradeMasterAPI": "acme/shop",
    "deploy-heroku.yml": "ship.yml",
    "deploy.yml": "ci.yml",
    "production": "live",
    "main": "trunk",
    "/api/system/status": "/ready",
    "/health": "/up",
    "workflow_dispatch": "workflow_dispatch",
}
ESTATE = """
estate: shop
defaults: {app: {repository: acme/shop, formation: {web: 1}, probes: [/ready, {path: /up, json: {/state: well}}]}}
apps:
  shop-staging: {tier: staging}
  shop-back: {tier: development, repository: acme/back, formation: {worker: 2}, probes: []}
  shop-web: {environment: live}
repositories:
  acme/back: {}
  acme/shop:
    default_branch: trunk
    checkout: shop
    environments:
      live: {reviewers: [alice], wait_timer: 10, deployment_branches: [trunk], admins_can_bypass: false}
    workflows:
      ci.yml: {}
      ship.yml:
        deploys:
          - {app: shop-staging, trigger: push, branch: trunk}
          - {app: shop-web, trigger: workflow_dispatch, inputs: {environment: live, ref: trunk}}
"""


def said_otherwise(text):
    for was, now in NAMES.items():
        text = re.sub(rf"(?<![\w-]){re.escape(was)}(?![\w-])", now, text)
    return text


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Give the estate's file, with the workflow files of its repository beside it."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "estate.yaml").write_text(ESTATE)
    shutil.copytree(REPOSITORY, folder / "shop")
    workflows = folder / "shop/.github/workflows"
    for was, now in (("deploy-heroku.yml", "ship.yml"), ("deploy.yml", "ci.yml")):
        (workflows / was).rename(workflows / now)
        (workflows / now).write_text(said_otherwise((workflows / now).read_text()))
    return folder / "estate.yaml"


@pytest.fixture
def changed(shop):
    """Give a function that gives the estate's file with what a fault changes of it."""

    def change(edits):
        text = shop.read_text()
        for each in edits:
            was, now = said_otherwise(each["replace"]), said_otherwise(each["with"])
            assert was in text
            text = text.replace(was, now)
        file = shop.with_name("changed.yaml")
        file.write_text(text)
        return file

    return change


def _expected(declared):
    return {control: sorted(map(said_otherwise, each)) for control, each in sorted((declared or {}).items())}


@pytest.mark.parametrize("name", ["", *FAULTS])
def test_a_fault_trips_the_same_elsewhere(name, play_for_verdicts, shop, changed):
    fault = FAULTS.get(name, {})
    estate = changed(fault["estate"]) if "estate" in fault else shop
    hangs = any(each.get("hang") for each in fault.get("answers", ()))
    patience = ("--timeout=2",) if hangs else ()
    world = f"declared+{name}" if name else "declared"
    played = play_for_verdicts("tests_live", "-m", "live", f"--estate={estate}", f"--sandbox={world}", *patience)
    assert played.subjects("drifted") == _expected(fault.get("trips")), played.out
    assert played.subjects("unknown") == _expected(fault.get("unknown")), played.out
