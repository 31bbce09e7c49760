"""What an estate says of a repository whose names GitHub compares without case, and of what it may leave out."""

from datetime import timedelta

import pytest

from asbuilt.estate import EstateError, load

ESTATE = """estate: e
apps:
  shop: {repository: o/r, environment: PRODUCTION}
repositories:
  o/r:
    environments: {Production: {admins_can_bypass: false, prevent_self_review: true}}
    workflows: {deploy.yml: {deploys: [{app: shop, trigger: push}]}}
"""


@pytest.fixture
def loaded(tmp_path):
    def read(text):
        (tmp_path / "estate.yaml").write_text(text)
        return load(tmp_path / "estate.yaml")

    return read


def test_an_app_names_its_environment_in_any_case(loaded):
    repository = loaded(ESTATE).repositories["o/r"]
    assert repository.environment("production").name == "Production"
    assert repository.environment("staging") is None


def test_environments_that_differ_in_case_alone_are_one(loaded):
    twice = ESTATE.replace("prevent_self_review: true}}", "prevent_self_review: true}, production: {}}")
    with pytest.raises(
        EstateError, match=r'key "production" is "Production" of line 6 again: case makes no difference'
    ):
        loaded(twice)


def test_a_default_branch_that_is_not_declared_is_main_for_whoever_has_files_alone(loaded):
    estate = loaded(ESTATE)
    assert estate.repositories["o/r"].default_branch is None
    assert estate.ownership_of("shop").command == "push to main of o/r; deploy.yml deploys it"
    declared = loaded(ESTATE.replace("    environments", "    default_branch: trunk\n    environments"))
    assert declared.ownership_of("shop").command == "push to trunk of o/r; deploy.yml deploys it"


def test_how_long_a_job_that_deploys_may_run_is_declared(loaded):
    repository = loaded(ESTATE.replace("    workflows", "    max_deploy: 90m\n    workflows")).repositories["o/r"]
    assert repository.max_deploy == timedelta(minutes=90)
    assert loaded(ESTATE).repositories["o/r"].max_deploy == timedelta(hours=1)


def test_what_may_bypass_and_how_long_a_run_waits_is_declared(loaded):
    repository = loaded(ESTATE.replace("    workflows", "    max_wait: 4h\n    workflows")).repositories["o/r"]
    production = repository.environment("production")
    assert (production.admins_can_bypass, production.prevent_self_review) == (False, True)
    assert repository.max_wait == timedelta(hours=4)
    assert loaded(ESTATE).repositories["o/r"].max_wait == timedelta(hours=48)


@pytest.mark.parametrize("value", ["0", "'no'", "maybe", "[]"])
def test_a_rule_is_there_or_not(loaded, value):
    with pytest.raises(EstateError, match=r"estate\.yaml:6:\d+: .*admins_can_bypass"):
        loaded(ESTATE.replace("admins_can_bypass: false", f"admins_can_bypass: {value}"))
