"""Whatever a workflow file, an action or a Procfile holds, it comes to findings or to unknown."""

import tempfile
from pathlib import Path

import pytest
from broken_yaml import NASTY, broken
from hypothesis import given, settings
from hypothesis import strategies as st
from judge import HOME, judge
from subject_kinds import KINDS

from asbuilt.estate import load
from asbuilt.judging import CouldNotObserveError
from asbuilt.run import prepared, scope_of
from asbuilt.workflows.paths.checkout import read

FIXTURES = HOME / "fixtures"
ESTATE = load(FIXTURES / "workflows" / "estate.yaml")
SHOP = ESTATE.repositories["example/shop"]
GOOD = """on: push
jobs:
  test: {runs-on: ubuntu-latest, steps: [{uses: ./.github/actions/broken}, {run: make test}]}
  call: {uses: ./.github/workflows/broken.yml, secrets: inherit}
"""
SEEDS = sorted(
    (
        *(FIXTURES / "repositories").rglob(".github/workflows/*.yml"),
        *(FIXTURES / "workflows").glob("*/*[0-9a-z].yml"),
    )
)


def come_of(raw):
    """Judge a checkout with a workflow file, an action and a Procfile that hold the same; give what is found."""
    with tempfile.TemporaryDirectory() as folder:
        for name in (".github/workflows/broken.yml", ".github/actions/broken/action.yml", "Procfile"):
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        Path(folder, ".github/workflows/good.yml").write_text(GOOD)
        checkout = read(Path(folder), "example/shop")
        run = prepared(ESTATE, scope_of(ESTATE, [], []), {"example/shop": checkout})
        assert all(run.subjects(kind) is not None for kind in KINDS)
        try:
            found = judge(ESTATE, SHOP, checkout)
        except CouldNotObserveError:
            return {"unknown": {}}
        if checkout.workflow_file(".github/workflows/broken.yml").document.problems:
            assert "example/shop broken.yml" in found["WF001"]
        # What is past a bound is unknown, and says where.
        unknown = {each.path: each.unread.fact for each in checkout.unread}
        return {**found, **({"unknown": unknown} if unknown else {})}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_yaml_is_told_and_no_more(name):
    assert come_of(NASTY[name])


@settings(max_examples=120, derandomize=True, deadline=None, database=None)
@given(st.sampled_from(SEEDS).flatmap(lambda path: broken(path.read_text())))
def test_a_broken_workflow_comes_to_findings_or_to_unknown(raw):
    come_of(raw)
