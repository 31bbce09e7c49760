import pytest
from edits import apply
from judge import HOME, judge, judged
from samples import control_of, judges_of, lay_out, samples

from asbuilt import estate as estates
from asbuilt.lint.linters import LINTERS
from asbuilt.workflows.paths.checkout import read

FIXTURES = HOME / "fixtures"
RAXX = estates.load(HOME / "estate.yaml")
TRADEMASTER = RAXX.repositories["MooseQuest/TradeMasterAPI"]
BEFORE, AFTER = (FIXTURES / "repositories" / "TradeMasterAPI" / name for name in ("before", "after"))
SAMPLES = {f"{kind}/{name}": files for kind in ("ok", "err", "open") for name, files in samples(kind).items()}


def subjects(found):
    return {control: sorted(places) for control, places in found.items()}


def test_before_has_exactly_the_drift_of_the_incident():
    found = judge(RAXX, TRADEMASTER, read(BEFORE))
    assert subjects(found) == {
        "WF002": ["MooseQuest/TradeMasterAPI deploy.yml"],
        "WF003": ["raxx-api-prod"],
        "WF004": ["raxx-api-prod"],
        "WF005": ["raxx-api-prod", "raxx-api-staging"],
        "WF006": ["raxx-api-prod", "raxx-api-staging"],
        "WF009": ["raxx-api-prod"],
    }


def test_before_findings_lie_where_the_drift_is():
    found = judge(RAXX, TRADEMASTER, read(BEFORE))
    places = {
        control: [each.place.removeprefix(".github/workflows/") for findings in subjects.values() for each in findings]
        for control, subjects in found.items()
    }
    assert places == {
        "WF002": ["deploy.yml:34:9", "deploy.yml:52:9"],
        "WF003": ["deploy.yml:40:3"],
        "WF004": ["deploy.yml:42:5"],
        "WF005": ["deploy.yml:52:9", "deploy.yml:34:9"],
        "WF006": ["deploy-heroku.yml:92:9", "deploy.yml:52:9", "deploy-heroku.yml:92:9", "deploy.yml:34:9"],
        "WF009": ["deploy.yml:40:3"],
    }


def test_the_owners_of_one_target_are_both_named():
    found = judge(RAXX, TRADEMASTER, read(BEFORE))["WF006"]["raxx-api-prod"]
    assert {each.fact for each in found} == {
        "raxx-api-prod is deployed by deploy-heroku.yml and by deploy.yml; one workflow owns an app"
    }


def test_the_missing_input_is_said_with_its_remedy():
    first, _ = judge(RAXX, TRADEMASTER, read(BEFORE))["WF002"]["MooseQuest/TradeMasterAPI deploy.yml"]
    assert first.fix == 'add to this step: dontautocreate: "true"'
    assert first.excerpt == "- uses: akhileshns/heroku-deploy@v3.13.15"


def test_after_conforms():
    assert judge(RAXX, TRADEMASTER, read(AFTER)) == {}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_fails_exactly_the_control_that_it_names(name, tmp_path):
    estate = estates.load(lay_out(SAMPLES[name], tmp_path))
    (repository,) = estate.repositories.values()
    kind, _, sample = name.partition("/")
    checkout = read(tmp_path)
    assert checkout.unread == ()  # no sample comes near a bound
    found = list(judged(estate, {repository.name: checkout}, judges_of(sample)))
    # Of what GitHub refuses, or of a deploy whose app cannot be told, the other controls can tell nothing.
    places = {one.place for each in found if each.outcome == "drifted" for one in each.findings}
    unknown = [each for each in found if each.outcome == "unknown"]
    if kind == "open":
        assert {each.control for each in unknown} >= {control_of(sample)}
        assert all(one.open and one.fix for each in unknown for one in each.findings)
    else:
        assert [one for each in unknown for one in each.findings if one.place not in places] == []
    # Samples of the linters' controls are held against the linters in test_tools.py, and here against all others.
    own = {control_of(sample)} - set(LINTERS)
    drifted = [each for each in found if each.outcome == "drifted"]
    assert {each.control for each in drifted} == (own if kind == "err" else set()), drifted
    assert own <= {each.control for each in found}


@pytest.mark.parametrize("sample", ["WF005-none", "WF025-only-200", "WF026-any-answer"])
def test_one_finding_lies_at_a_place_however_many_ways_lead_there(sample, tmp_path):
    estate = estates.load(lay_out(SAMPLES[f"err/{sample}"], tmp_path))
    for path in tmp_path.rglob("*.yml"):
        text = path.read_text().replace("  workflow_dispatch:\n", "  workflow_dispatch:\n  repository_dispatch:\n")
        path.write_text(text)
    (repository,) = estate.repositories.values()
    checkout = read(tmp_path)
    assert len(checkout.deploy_paths) == 2
    for findings in judge(estate, repository, checkout)[control_of(sample)].values():
        assert len({each.place for each in findings}) == len(findings)


def test_an_edit_that_does_not_fit_is_refused(tmp_path):
    (tmp_path / "Procfile").write_text("web: a\nweb: a\n")
    with pytest.raises(ValueError, match=r"'web: a' occurs 2 times, expected once"):
        apply([{"file": "Procfile", "replace": "web: a", "with": "web: b"}], tmp_path)
    with pytest.raises(ValueError, match=r"'gone' occurs 0 times"):
        apply([{"file": "Procfile", "replace": "gone", "with": ""}], tmp_path)
    with pytest.raises(FileNotFoundError):
        apply([{"file": "gone", "delete": True}], tmp_path)


def test_samples_are_about_nobody():
    for path in (FIXTURES / "workflows").rglob("*.*"):
        assert "raxx" not in path.read_text().lower(), path
