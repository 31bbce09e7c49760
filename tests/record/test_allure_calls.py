"""What a check says to Allure itself changes nothing, nor does Allure's plugin: results are made of verdicts alone."""

import json
import shutil

import pytest

from asbuilt.catalogue import PROJECT

SPEAKING = '''"""A check that speaks to Allure."""

import allure
import pytest

from asbuilt.controls import control

pytestmark = pytest.mark.live


@control("HK900", severity="SEV-4", satisfies=[])
@allure.label("layer", "x")
def test_it_speaks(app, heroku_app):
    """The app is spoken of.

    Remedy: none
    """
    allure.dynamic.title("another title")
    with allure.step("a step"):
        allure.attach("a body", "a name")
    assert heroku_app
'''
OURS = {"categories.json", "environment.properties", "executor.json"}


@pytest.fixture
def project(tmp_path):
    """Give a copy of the project in which a check speaks to Allure."""
    copy = tmp_path / "project"
    for name in ("tests_live", "reports"):
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("*Z-*", "latest", "__pycache__"))
    (copy / "fixtures").symlink_to(PROJECT / "fixtures")
    for name in ("conftest.py", "pytest.ini", "estate.yaml"):
        shutil.copy(PROJECT / name, copy / name)
    (copy / "tests_live" / "test_speaking.py").write_text(SPEAKING)
    return copy


def results(played):
    """Give the results of a run without what is another each time, and the names of all other files beside them."""
    folder = played.directory / "allure-results"
    found = [json.loads(each.read_text()) for each in folder.glob("*-result.json")]
    named = {each["fullName"]: {key: each[key] for key in each.keys() - {"uuid", "start", "stop"}} for each in found}
    return named, {each.name for each in folder.iterdir() if not each.name.endswith("-result.json")}


def test_what_a_check_says_to_allure_does_nothing(play, project):
    played = play("tests_live", "-m", "live", "--sandbox=healthy", "-k", "HK900", cwd=project)
    assert played.code == 0, played.out
    found, others = results(played)
    assert {each["name"].partition(":")[2] for each in found.values()} == {" the app is spoken of"}
    assert not [each for each in found.values() if "steps" in each or "attachments" in each]
    assert others == OURS


def test_without_the_plugin_of_allure_a_run_is_the_same(live, play):
    here = live("incident-2026-04-30")
    apart = play("tests_live", "-m", "live", "--sandbox=incident-2026-04-30", "-p", "no:allure_pytest")
    assert apart.code == here.code == 1
    assert results(apart) == results(here)
    assert results(apart)[1] == OURS
