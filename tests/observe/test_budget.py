"""How many requests a sweep costs: what a team's token has to spare is spent by others too."""

from collections import Counter
from datetime import timedelta

import pytest
import yaml

from asbuilt.catalogue import PROJECT
from asbuilt.estate import load
from asbuilt.observe.http import GITHUB, HEROKU
from asbuilt.observe.sweep import sweep
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

REPOSITORY, STAGING = "MooseQuest/TradeMasterAPI", "raxx-api-staging"
# What the two APIs are asked: the estate of the first user, and one more app of a repository that is read already.
MOST, MOST_OF_HEROKU, MOST_OF_GITHUB = 32, 6, 3


@pytest.fixture
def spent(client, tmp_path):
    """Give a function that sweeps a healthy world with some more apps like staging: the requests, by provider."""

    def run(more):
        world = yaml.safe_load((PROJECT / "fixtures/scenarios/healthy.yaml").read_text())
        declared = yaml.safe_load((PROJECT / "estate.yaml").read_text())
        repository = declared["repositories"][REPOSITORY]
        repository.pop("checkout", None)
        for number in range(more):
            name = f"{STAGING}-{number}"
            staging = world["heroku"]["apps"][STAGING]
            created = staging["created_at"] - timedelta(minutes=number + 1)
            world["heroku"]["apps"][name] = {**staging, "hash": f"3c7d19e2b5{number:02}", "created_at": created}
            declared["apps"][name] = declared["apps"][STAGING]
            pushed = {"app": name, "trigger": "push", "branch": "main"}
            repository["workflows"]["deploy-heroku.yml"]["deploys"].append(pushed)
        folder = tmp_path / str(more)
        (folder / "scenarios").mkdir(parents=True)
        (folder / "scenarios" / "larger.yaml").write_text(yaml.safe_dump(world, sort_keys=False))
        (folder / "estate.yaml").write_text(yaml.safe_dump(declared, sort_keys=False))
        estate = load(folder / "estate.yaml")
        everything = Scope(frozenset(estate.apps), frozenset(estate.repositories))
        with Sandbox.start("larger", folder=folder) as sandbox:
            observation = sweep(estate, everything, client(route_to=sandbox.origin), "sandbox larger")
        urls = [each.url for each in observation.transcript]
        assert {each: count for each, count in Counter(urls).items() if count > 1} == {}
        return {origin: sum(each.startswith(f"{origin}/") for each in urls) for origin in (HEROKU, GITHUB)}

    return run


def test_an_estate_of_two_apps_costs_little(spent):
    assert sum(spent(0).values()) <= MOST


def test_a_further_app_of_a_repository_costs_as_little_each_time(spent):
    few, many = spent(0), spent(8)
    assert (many[HEROKU] - few[HEROKU]) / 8 <= MOST_OF_HEROKU
    assert (many[GITHUB] - few[GITHUB]) / 8 <= MOST_OF_GITHUB
