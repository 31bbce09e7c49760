"""What the facts of a check are does not depend on who computes them: asbuilt by itself, or pytest's fixtures."""

import json
import shutil

import pytest

from asbuilt.catalogue import PROJECT

DEPLOYING = PROJECT / "fixtures" / "repositories" / "TradeMasterAPI" / "before"
WORLDS = {
    "the incident": "incident-2026-04-30",
    "all is well": "healthy",
    "some is not there": "healthy+app-deleted",
    "some cannot be seen": "healthy+dynos-forbidden+environments-forbidden",
}
CHECKS = '''
import pytest

from asbuilt.controls import control

pytestmark = pytest.mark.live
OPEN = []


{fixture}


@control("HK900", severity="SEV-3")
def test_of_its_own(app, own):
    """Each app is what its own fact says.

    Remedy: heroku apps:info --app {{app}}
    """
    assert own == app.name
    assert OPEN == [app.name]
'''
CLEANS_UP = """
@pytest.fixture
def own(app):
    OPEN.append(app.name)
    yield app.name
    OPEN.remove(app.name)
"""
ASKS_FOR_REQUEST = """
@pytest.fixture
def own(app, request):
    OPEN[:] = [app.name]
    return app.name if request.fixturename == "own" else ""
"""
OF_ONE_CHECK_FOR_ALL = """
@pytest.fixture(scope="session")
def own(app):
    return app.name
"""
IN_PLACE_OF_ANOTHER = """
@pytest.fixture
def app(app):
    OPEN[:] = [app.name]
    return app


@pytest.fixture
def own(app):
    return app.name
"""
LEFT_TO_PYTEST = {
    "one that cleans up": (CLEANS_UP, "conforms"),
    "one that asks for pytest's request": (ASKS_FOR_REQUEST, "conforms"),
    "one for the whole run that rests on one check": (OF_ONE_CHECK_FOR_ALL, "unknown"),
    "one in place of the vocabulary's": (IN_PLACE_OF_ANOTHER, "conforms"),
}


class WithoutFilling:
    """Leaves every fact to pytest."""

    def pytest_collection_finish(self, session):
        session.config.pluginmanager.unregister(name="asbuilt-filling")


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_verdicts_are_those_that_fixtures_lead_to(world, live, play):
    observed = live(world).directory / "observation.json"
    _hold_alike(play, "tests_live", "-m", "live", f"--observed={observed}")


def test_verdicts_of_files_are_those_that_fixtures_lead_to(play):
    _hold_alike(play, "tests_static", f"--checkout={DEPLOYING}")


@pytest.mark.parametrize(("fixture", "outcome"), LEFT_TO_PYTEST.values(), ids=LEFT_TO_PYTEST)
def test_what_takes_more_than_a_call_is_left_to_pytest(fixture, outcome, play, tmp_path):
    project = tmp_path / "project"
    (project / "tests_live").mkdir(parents=True)
    (project / "tests_live" / "test_own.py").write_text(CHECKS.format(fixture=fixture))
    for name in ("conftest.py", "pytest.ini", "estate.yaml"):
        shutil.copy(PROJECT / name, project / name)
    shutil.copytree(PROJECT / "fixtures" / "repositories", project / "fixtures" / "repositories")
    played = play("tests_live", "-m", "live", "--sandbox=healthy", cwd=project)
    assert [each["outcome"] for each in played.verdicts] == [outcome] * 2, played.out


def _hold_alike(play, *arguments):
    ours, pytests = play(*arguments), play(*arguments, plugins=[WithoutFilling()])
    assert ours.verdicts
    assert _told(ours) == _told(pytests)
    assert _results(ours) == _results(pytests)


def _told(played):
    return [{**each, "seconds": 0} for each in played.verdicts]


def _results(played):
    """Give what is compared in Allure's results, without times and ids."""
    found = [json.loads(path.read_text()) for path in played.directory.glob("allure-results/*-result.json")]
    told = [(each["name"], each["status"], each.get("descriptionHtml"), each.get("statusDetails")) for each in found]
    return sorted(told, key=repr)
