"""An app whose certificate turns its visitors away has drifted, in whatever world."""

import pytest
import recorded

from asbuilt.model import dump

HOST = "https://raxx-api-prod-a60a19e5efbf.herokuapp.com"
OTHER_NAMES = 62


@pytest.fixture
def observed(tmp_path):
    """Give the file of what was observed of a healthy world, in which the certificate of production is another's."""
    world = recorded.Recorded("healthy")
    urls = [each for each in world.urls if each.startswith(HOST)]
    assert urls
    observation = world.swept(dict.fromkeys(urls, recorded.refusal(OTHER_NAMES)))
    world.close()
    (tmp_path / "observation.json").write_bytes(dump(observation))
    return tmp_path / "observation.json"


def test_an_app_with_a_broken_certificate_has_drifted(observed, play):
    played = play("tests_live", "-m", "live", f"--observed={observed}")
    assert played.code == 1
    assert played.subjects("drifted") == {"WEB001": ["raxx-api-prod /api/system/status", "raxx-api-prod /health"]}
    assert played.subjects("unknown") == {}
    host = HOST.removeprefix("https://")
    fact = f"GET /health turns every visitor away: the app's certificate is for other names than {host}"
    assert fact in " ".join(played.out.split())
    assert "fix: heroku certs:auto --app raxx-api-prod" in played.out
