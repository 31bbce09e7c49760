"""Whose commit is meant, and what a commit is."""

import pytest

from asbuilt.estate import load
from asbuilt.option_values import OptionError
from asbuilt.scope import meant_by, repository_of, scope_of

ESTATE = """
estate: shops
apps:
  shop: {repository: team/shop}
  shop-staging: {}
  docs: {repository: team/docs}
  lone: {}
repositories:
  team/shop:
    workflows:
      deploy.yml: {deploys: [{app: shop-staging, trigger: push}]}
  team/docs: {}
"""
COMMIT = "464fd80"


@pytest.fixture
def shops(tmp_path):
    (tmp_path / "estate.yaml").write_text(ESTATE)
    return load(tmp_path / "estate.yaml")


def test_a_repository_deploys_an_app_by_its_own_word_or_by_a_declared_deploy(shops):
    assert [repository_of(shops, name) for name in shops.apps] == ["team/shop", "team/shop", "team/docs", None]


@pytest.mark.parametrize(
    ("apps", "meant"),
    [
        (["shop"], {"shop"}),
        (["shop", "shop-staging"], {"shop", "shop-staging"}),
        (["shop", "lone"], {"shop"}),
        (["lone"], {"lone"}),
    ],
)
def test_a_commit_is_meant_for_the_apps_of_its_repository(shops, apps, meant):
    assert meant_by(shops, scope_of(shops, apps, []), COMMIT) == dict.fromkeys(meant, COMMIT)


@pytest.mark.parametrize(
    ("apps", "repositories", "says"),
    [
        ([], [], "in scope are apps of 2 repositories; say which: team/docs: --app docs; team/shop: --app shop --app"),
        (["shop", "docs"], [], "in scope are apps of 2 repositories"),
        ([], ["team/shop"], "no app is in scope that could run it; add --app NAME"),
    ],
)
def test_a_commit_of_nobody_certain_is_refused(shops, apps, repositories, says):
    with pytest.raises(OptionError, match=says):
        meant_by(shops, scope_of(shops, apps, repositories), COMMIT)


def test_without_a_commit_nothing_is_meant(shops):
    assert meant_by(shops, scope_of(shops, [], []), None) == {}


@pytest.mark.parametrize(
    ("written", "where"), [("true", ""), ("/build/commit", "/build/commit"), ("/a~1b/0", "/a~1b/0")]
)
def test_a_probe_may_say_where_the_app_names_its_commit(tmp_path, written, where):
    (tmp_path / "estate.yaml").write_text(f"estate: x\napps: {{shop: {{probes: [{{path: /v, commit: {written}}}]}}}}\n")
    assert load(tmp_path / "estate.yaml").apps["shop"].probes[0].tells_commit_at == where


@pytest.mark.parametrize("written", ["false", "commit", "''", "/", "1", "[/a]", "'/a b'", "/a~2"])
def test_any_other_place_of_a_commit_is_an_error(tmp_path, written):
    (tmp_path / "estate.yaml").write_text(f"estate: x\napps: {{shop: {{probes: [{{path: /v, commit: {written}}}]}}}}\n")
    with pytest.raises(ValueError, match=r"expected true, where the body is the commit, or a JSON pointer"):
        load(tmp_path / "estate.yaml")
