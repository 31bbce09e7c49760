"""What the statement of a run says to a policy that reads nothing else."""

import json

import pytest
import run_directory

from asbuilt.population import OF_SCOPE, LeftOut, Population
from asbuilt.record.manifest import FORM, Covered, Manifest, Source
from asbuilt.record.statement import predicate_of

ID = "tests_live/test_releases.py::test_current_release_has_a_slug[shop]"
ELSE = ID.replace("shop", "other")
COMMIT, ESTATE, FILES, OWN = ("a" * 40, *(each * 64 for each in "bcd"))


def manifest(**known):
    facts = {
        "form": FORM, "run": "20260501T042300Z-00000001", "estate": "shop", "world": "live", "verdict": "conforms",
        "exit": 0, "complete": True, "lacks": (), "started": "2026-05-01T04:22:00+00:00",
        "ended": "2026-05-01T04:23:00+00:00", "clock": "the providers'", "counts": {"conforms": 1},
        "covered": Covered("", ("live",), ("shop",), ()), "population": Population(("live",), 1, (ID,)),
    }  # fmt: skip
    return Manifest(**(facts | known))


def predicate(**known):
    return predicate_of(manifest(**known), OWN, [(ID, "conforms", "")])


def test_each_descriptor_is_of_one_thing():
    sources = {
        "suite": Source(COMMIT, dirty=True),
        "estate": Source(COMMIT, dirty=False, sha256=ESTATE),
        "checkout o/r": Source("", dirty=None, sha256=FILES),
    }
    found = predicate(sources=sources, files={"estate.yaml": ESTATE})["configuration"]
    assert all(len(each["digest"]) == 1 for each in found)
    assert {each["name"]: each["digest"] for each in found} == {
        "manifest.json": {"sha256": OWN},
        "estate.yaml": {"sha256": ESTATE},
        "suite, commit": {"gitCommit": COMMIT},
        "estate, commit": {"gitCommit": COMMIT},
        "checkout o/r, files": {"sha256": FILES},
    }
    dirty = {each["name"]: each["annotations"]["dirty"] for each in found if "gitCommit" in each["digest"]}
    assert dirty == {"suite, commit": True, "estate, commit": False}


def test_real_run_names_its_sources_one_by_one(played, tmp_path):
    run = played("tests_live", "-m", "live", "--sandbox=incident-2026-04-30")
    directory = run_directory.copied(run, tmp_path)
    found = json.loads((directory / "predicate.json").read_bytes())["configuration"]
    assert all(len(each["digest"]) == 1 for each in found)
    assert {"estate.yaml", "observation.json", "checkout MooseQuest/TradeMasterAPI, files"} <= {
        each["name"] for each in found
    }


@pytest.mark.parametrize(
    ("ci", "url"),
    [
        ({}, None),
        ({"server": "https://github.com", "repository": "o/r"}, None),
        ({"server": "https://github.com", "repository": "o/r", "run": "7"}, "https://github.com/o/r/actions/runs/7"),
        (
            {"server": "https://github.com", "repository": "o/r", "run": "7", "attempt": "2"},
            "https://github.com/o/r/actions/runs/7/attempts/2",
        ),
    ],
)
def test_url_is_that_of_the_attempt(ci, url):
    assert predicate(ci=ci).get("url") == url


@pytest.mark.parametrize(
    ("population", "result"),
    [
        pytest.param(Population(("live",), 1, (ID,)), "PASSED", id="the-whole-estate"),
        pytest.param(Population(("live",), 2, (ID,), (LeftOut(ELSE, OF_SCOPE),)), "PASSED", id="scope"),
        pytest.param(Population(("live",), 2, (ID,)), "WARNED", id="named-files"),
        pytest.param(Population(("live",), 3, (ID,), (LeftOut(ELSE, OF_SCOPE),)), "WARNED", id="scope-and-named-files"),
        *(
            pytest.param(Population(("live",), 2, (ID,), (LeftOut(ELSE, reason),)), "WARNED", id=reason)
            for reason in ("-k HK002", "--deselect", "--lf", "-m x", "taken out by another plugin", "")
        ),
    ],
)
def test_part_that_somebody_picked_does_not_pass(population, result):
    assert predicate(population=population)["result"] == result


@pytest.mark.parametrize(
    ("arguments", "is_picked"),
    [
        ((), False),
        (("--app=raxx-api-staging",), False),
        (("--app=raxx-api-staging", "-k", "HK002"), True),
        (("--deselect=tests_live/test_releases.py",), True),
    ],
    ids=["whole", "app", "app-and-k", "deselect"],
)
def test_a_run_knows_whether_its_checks_were_picked(live, arguments, is_picked):
    written = json.loads((live("healthy", *arguments).directory / "manifest.json").read_bytes())["population"]
    left = tuple(LeftOut(**each) for each in written["deselected"])
    assert Population(("live",), written["whole"], tuple(written["collected"]), left).is_picked is is_picked


def test_scope_stands_where_a_policy_sees_it():
    said = "shop only; 24 checks not judged"
    (own, *_) = predicate(covered=Covered(said, ("live",), ("shop",), ()))["configuration"]
    assert own["annotations"]["scope"] == said
