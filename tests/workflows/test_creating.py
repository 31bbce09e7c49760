"""Whether heroku-deploy may create the app: `dontautocreate`, however it is written."""

from pathlib import Path

import pytest
from making import sources_of

from asbuilt.workflows.deploys.steps import deploy_steps as steps_of
from asbuilt.workflows.judge import deploy_steps
from asbuilt.workflows.paths.checkout import Checkout
from asbuilt.workflows.paths.tracing import deploy_paths


def checked(given, ref="v3"):
    lines = "".join(f"          {line}\n" for line in given.splitlines())
    text = (
        "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n"
        f"      - uses: akhileshns/heroku-deploy@{ref}\n        with:\n          heroku_app_name: shop\n{lines}"
    )
    sources = sources_of(one=text)
    file = sources.by_path[".github/workflows/one.yml"]
    checkout = Checkout(Path(), sources, deploy_steps=steps_of(file, sources), deploy_paths=deploy_paths(sources))
    return file, checkout


@pytest.mark.parametrize("name", ["dont_autocreate", "dont_auto_create", "dontautocrate", "dont-autocreate"])
def test_a_misspelled_input_creates_the_app(name):
    (gap,) = deploy_steps.creating(*checked(f"{name}: true"))
    assert f"dontautocreate is misspelled {name}" in gap.fact
    assert (gap.mark, gap.excerpt) == ((9, 11), f"{name}: true")
    assert gap.fix == 'set here: dontautocreate: "true"'
    (misread,) = deploy_steps.misread(*checked(f"{name}: true"))
    assert (misread.mark, misread.fix) == (gap.mark, "write dontautocreate")


@pytest.mark.parametrize("name", ["dontautocreate", "dontAutoCreate", "DONTAUTOCREATE"])
def test_github_reads_the_name_of_an_input_without_regard_to_case(name):
    assert list(deploy_steps.creating(*checked(f"{name}: true"))) == []
    assert list(deploy_steps.misread(*checked(f"{name}: true"))) == []


def test_the_right_name_beside_a_misspelled_one_counts():
    assert list(deploy_steps.creating(*checked("dont_autocreate: true\ndontautocreate: true"))) == []


def test_a_release_that_does_not_know_the_input_may_create():
    file, checkout = checked("dontautocreate: true", ref="v3.8.9")
    (gap,) = deploy_steps.creating(file, checkout)
    assert "v3.8.9 does not know dontautocreate" in gap.fact
    assert gap.fix == "use v3.9.9 or later, with dontautocreate: true"
