"""A check as a newcomer would write it holds where its subject is gone, or cannot be seen."""

import json
import shutil

import pytest

from asbuilt.catalogue import PROJECT

CHECKS = '''
import pytest

from asbuilt.controls import control

pytestmark = pytest.mark.live


@control("HK900", severity="SEV-3")
def test_app_is_not_in_maintenance(heroku_app):
    """The app is not in maintenance.

    Remedy: heroku maintenance:off --app {app}
    """
    assert heroku_app.maintenance is False


@control("GH900", severity="SEV-3")
def test_repository_is_in_use(github_repository):
    """The repository is in use.

    Remedy: gh repo unarchive {repository}
    """
    assert github_repository.archived is False
'''
REPOSITORY = "MooseQuest/TradeMasterAPI"


@pytest.fixture
def judged(play, live, tmp_path):
    """Give a function that judges such checks of a healthy world of which some facts are others."""
    project = tmp_path / "project"
    (project / "tests_live").mkdir(parents=True)
    (project / "tests_live" / "test_natural.py").write_text(CHECKS)
    for name in ("conftest.py", "pytest.ini", "estate.yaml"):
        shutil.copy(PROJECT / name, project / name)
    shutil.copytree(PROJECT / "fixtures" / "repositories", project / "fixtures" / "repositories")
    observation = json.loads((live("healthy").directory / "observation.json").read_text())

    def judge(apps=None, repository=None):
        for name, fact in (apps or {}).items():
            observation["apps"][name]["app"] |= fact
        observation["repositories"][REPOSITORY]["repository"] |= repository or {}
        (tmp_path / "observation.json").write_text(json.dumps(observation))
        return play("tests_live", "-m", "live", f"--observed={tmp_path / 'observation.json'}", cwd=project)

    return judge


def test_what_is_seen_is_judged(judged):
    maintenance = {"value": {**_app("raxx-api-prod"), "maintenance": True}}
    played = judged({"raxx-api-prod": maintenance})
    assert played.subjects("drifted") == {"HK900": ["raxx-api-prod"]}, played.out
    assert played.subjects("conforms") == {"HK900": ["raxx-api-staging"], "GH900": [REPOSITORY]}


def test_what_is_gone_is_not_applicable_and_what_cannot_be_seen_is_unknown(judged):
    absent = {"kind": "absent", "what": "app raxx-api-prod"}
    unseen = {"kind": "unobserved", "what": "x", "request": "GET x", "reason": "answered 403", "remedy": "give a token"}
    played = judged({"raxx-api-prod": absent, "raxx-api-staging": unseen}, absent | {"what": "repository o/r"})
    assert played.subjects("drifted") == played.subjects("conforms") == {}, played.out
    assert played.subjects("not applicable") == {"GH900": [REPOSITORY], "HK900": ["raxx-api-prod"]}
    assert played.subjects("unknown") == {"HK900": ["raxx-api-staging"]}
    reasons = {each["reason"] for each in played.verdicts}
    assert "app raxx-api-prod does not exist: HK001 judges that" in reasons
    assert "repository o/r does not exist: GH001 judges that" in reasons
    assert "the check itself failed" not in played.out


def _app(name):
    created_at = "2026-04-22T15:02:11Z"
    sizes = {"slug_size": 7, "repo_size": 7}
    return {"name": name, "web_url": None, "created_at": created_at, "maintenance": False, **sizes}
