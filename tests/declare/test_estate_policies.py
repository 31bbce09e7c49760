"""An estate whose environment refuses the branch or the tag of a declared deploy contradicts itself."""

import pytest

from asbuilt.estate import load
from asbuilt.estate_errors import EstateError
from asbuilt.estate_policies import refuses

ESTATE = """estate: ferry
apps:
  ferry-live: {{repository: o/ferry, environment: {environment}}}
repositories:
  o/ferry:
    {default}environments:
      live: {{deployment_branches: {allowed}}}
      free: {{}}
    workflows:
      ship.yml:
        deploys:
          - {{app: ferry-live, trigger: {deploy}}}
"""


def loaded(path, deploy, allowed, environment="live", default=""):
    path.write_text(ESTATE.format(deploy=deploy, allowed=allowed, environment=environment, default=default))
    return load(path)


@pytest.mark.parametrize(
    ("deploy", "allowed", "what"),
    [
        ("push, tag: v1", "[main]", 'tag "v1"'),
        ("push, tag: 'v*'", "[main, 'tag:release-*']", 'tag "v*"'),
        ("push, branch: dev", "[main]", 'branch "dev"'),
        ("push, branch: v1", "[main, 'tag:v*']", 'branch "v1"'),  # GitHub tells the two apart
        ("push, branch: release/a/b", "['release/*']", 'branch "release/a/b"'),  # no wildcard stands for a slash
        ("push, tag: v1", "['@protected']", 'tag "v1"'),
        ("release, tag: v1", "[main]", 'tag "v1"'),
        ("workflow_dispatch, branch: dev", "[main]", 'branch "dev"'),
        ("push, tag: v1", "[]", 'tag "v1"'),
    ],
)
def test_what_its_environment_refuses_is_told_at_both_places(deploy, allowed, what, tmp_path):
    with pytest.raises(EstateError) as error:
        loaded(tmp_path / "estate.yaml", deploy, allowed)
    policy, way = str(error.value).splitlines()
    assert policy.startswith(f"{tmp_path}/estate.yaml:7:")
    assert way.startswith(f"{tmp_path}/estate.yaml:12:")
    assert f'{what} can never deploy "ferry-live"' in way
    assert 'deployment_branches of environment "live" refuse it; allowed: ' in way
    assert "add " in policy


@pytest.mark.parametrize(
    ("deploy", "allowed"),
    [
        ("push, tag: v1", "[main, 'v*']"),
        ("push, tag: v1", "[main, 'tag:v*']"),
        ("push, tag: 'v*'", "['tag:v1.*']"),
        ("push, branch: main", "[main]"),
        ("push, branch: release/a", "['release/*']"),
        ("push, branch: release/a/b", "['release/**/*']"),
        ("push, branch: main", "['{main,dev}']"),  # a pattern that is not known here refuses nothing for sure
        ("push, branch: main", "['@protected']"),
        ("push, tag: v1", "['@any']"),
        ("push", "[main]"),
        ("workflow_dispatch", "['tag:v*']"),
        ("workflow_dispatch", "[release]"),
        ("schedule", "[release]"),
    ],
)
def test_what_may_pass_is_no_contradiction(deploy, allowed, tmp_path):
    assert loaded(tmp_path / "estate.yaml", deploy, allowed).name == "ferry"


@pytest.mark.parametrize("trigger", ["schedule", "repository_dispatch", "workflow_run", "'workflow_run', branch: live"])
def test_what_runs_on_the_default_branch_is_held_against_that(trigger, tmp_path):
    path, declared = tmp_path / "estate.yaml", "default_branch: main\n    "
    with pytest.raises(EstateError, match='branch "main" can never deploy "ferry-live"'):
        loaded(path, trigger, "[live]", default=declared)
    assert loaded(path, trigger, "[main]", default=declared)


def test_an_environment_that_declares_no_branches_refuses_none(tmp_path):
    assert loaded(tmp_path / "estate.yaml", "push, tag: v1", "[main]", environment="free")


def test_a_class_of_characters_is_negated_as_in_ruby():
    assert refuses(["[^v]*"], "v1", is_tag=True)
    assert not refuses(["[^v]*"], "x1", is_tag=True)
