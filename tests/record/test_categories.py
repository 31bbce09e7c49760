"""The report's categories, in their order, over what results say."""

import json
import re
import shutil
from collections import Counter
from types import SimpleNamespace

import pytest

from asbuilt.catalogue import PROJECT
from asbuilt.estate import Links
from asbuilt.record.allure_results import results_of
from asbuilt.record.evidence import CATEGORIES
from asbuilt.verdicts import Outcome, Verdict
from asbuilt.withholding import Secrets

BY_OUTCOME = {
    "drifted": "Drift",
    "unknown": "Could not observe",
    "waived": "Waived",
    "not applicable": "Not applicable",
}
FILES = PROJECT / "fixtures" / "repositories" / "TradeMasterAPI" / "after"
PINNED = "uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


def category(result):
    """Give the first category that takes a result: of Allure's, all have to fit that one states."""
    message = result.get("statusDetails", {}).get("message", "")
    for each in json.loads(CATEGORIES.read_text()):
        if result["status"] in each["matchedStatuses"] and re.fullmatch(each.get("messageRegex", r"[\s\S]*"), message):
            return each["name"].partition(",")[0]
    return None


def categories_of(played):
    """Give the categories of all results of a run, each with the outcome of its verdict."""
    outcomes = {each["id"]: each["outcome"] for each in played.verdicts}
    results = [json.loads(each.read_text()) for each in (played.directory / "allure-results").glob("*-result.json")]
    return Counter((outcomes[each["fullName"]], category(each)) for each in results)


def run_with_a_waiver(play, tmp_path):
    text = (PROJECT / "estate.yaml").read_text().replace("checkout: fixtures", f"checkout: {PROJECT}/fixtures")
    waiver = "{control: WEB001, subject: raxx-api-prod /health, until: 2026-04-30, owner: ops, issue: 1, reason: known}"
    (tmp_path / "estate.yaml").write_text(f"{text}\nwaivers:\n  - {waiver}\n")
    world = "--sandbox=incident-2026-04-30+environments-forbidden"
    return play("tests_live", "-m", "live", world, f"--estate={tmp_path}/estate.yaml")


def run_with_a_suppression(play, tmp_path):
    root = shutil.copytree(FILES, tmp_path / "checkout")
    workflow = root / ".github" / "workflows" / "deploy-heroku.yml"
    loose = "uses: actions/checkout@v7 # asbuilt: ignore[WF030] they release monthly until 2999-12-31"
    workflow.write_text(workflow.read_text().replace(PINNED, loose))
    return play("tests_static", f"--checkout={root}")


@pytest.mark.parametrize("run", [run_with_a_waiver, run_with_a_suppression])
def test_each_result_is_in_the_category_of_its_outcome(play, tmp_path, run):
    found = categories_of(run(play, tmp_path))
    assert found[("waived", "Waived")]
    assert {(outcome, name) for outcome, name in found if outcome != "conforms"} == {
        (outcome, BY_OUTCOME[outcome]) for outcome, _ in found if outcome != "conforms"
    }
    assert {name for outcome, name in found if outcome == "conforms"} == {None}


@pytest.mark.parametrize(
    ("outcome", "reason", "expected"),
    [
        (Outcome.UNKNOWN, "was never judged: interrupted", "Never judged"),
        (Outcome.UNKNOWN, "answered 403", "Could not observe"),
        (Outcome.WAIVED, "by nobody's rule", "Waived"),
        (Outcome.NOT_APPLICABLE, "app x (waived until 2026-01-01) does not exist", "Not applicable"),
    ],
)
def test_what_a_message_quotes_changes_no_category(outcome, reason, expected):
    verdict = Verdict("t::a[a]", "HK001", "SEV-1", "a", "It is.", outcome, reason=reason)
    known = {"observation": None, "directory": None, "checks": (), "subjects": lambda _: {}}
    run = SimpleNamespace(estate=SimpleNamespace(name="shop", links=Links()), secrets=Secrets(), **known)
    (result,) = results_of((verdict,), run)
    assert category(result) == expected
