"""Whichever endpoint cannot be read, what is judged by it is unknown or not applicable: nothing is right or wrong."""

import documented
import httpx
import pytest
import recorded

from asbuilt.judging import SEEN
from asbuilt.model import dump
from asbuilt.observe.http import GITHUB, HEROKU

PERMISSION = "contents=read"
REFUSED = {"status_code": 403, "headers": {"X-Accepted-GitHub-Permissions": PERMISSION}, "json": {"message": "no"}}
JUDGED = {"conforms", "drifted"}


class Requests:
    """Notes which requests each check has rested on."""

    def __init__(self):
        self.of = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        self.of[item.nodeid] = set(item.stash[SEEN].requests)


@pytest.fixture(scope="module")
def world():
    made = recorded.Recorded("healthy")
    yield made
    made.close()


@pytest.fixture
def judged(play_for_verdicts, tmp_path):
    """Give a function that judges an observation: the verdicts by their ids, and the requests of each."""

    def judge(observation):
        (tmp_path / "observation.json").write_bytes(dump(observation))
        noted = Requests()
        saved = f"--observed={tmp_path / 'observation.json'}"
        played = play_for_verdicts("tests_live", "-m", "live", saved, plugins=[noted])
        return {each["id"]: each for each in played.verdicts}, noted.of

    return judge


@pytest.mark.parametrize("provider", [HEROKU, GITHUB, ""], ids=["Heroku", "GitHub", "the apps"])
def test_no_verdict_rests_on_what_was_not_seen(provider, judged, world):
    before, rested = judged(world.healthy)
    wrong = []
    for endpoint, urls in world.endpoints().items():
        is_of_api = endpoint.startswith((HEROKU, GITHUB))
        if not (endpoint.startswith(provider) if provider else not is_of_api):
            continue
        observation = world.swept(dict.fromkeys(urls, REFUSED if is_of_api else httpx.ReadTimeout("slow")))
        failed = {index for index, each in enumerate(observation.transcript) if each.url in urls}
        after, requests = judged(observation)
        assert after.keys() == before.keys()
        asked = {index for index, each in enumerate(world.healthy.transcript) if each.url in urls}
        if not any(asked & rested[each] or after[each]["outcome"] != before[each]["outcome"] for each in after):
            wrong.append(f"nothing is judged by {endpoint}")
        for identity, verdict in after.items():
            outcome, was = verdict["outcome"], before[identity]["outcome"]
            if outcome in JUDGED and (outcome != was or failed & requests[identity]):
                wrong.append(f"{identity} {outcome}, without {endpoint}")
            if outcome != was and not verdict["reason"]:
                wrong.append(f"{identity} {outcome} without {endpoint}, and does not say why")
            if outcome == "unknown" and documented.is_optional(endpoint.removeprefix(GITHUB)):
                wrong.append(f"{identity} unknown, for want of a permission that nobody was told to give: {endpoint}")
            if outcome == "unknown" and endpoint.startswith(GITHUB) and PERMISSION not in str(verdict["lines"]):
                wrong.append(f"{identity} does not name the permission for {endpoint}: {verdict['lines']}")
    assert wrong == []


def test_the_address_where_a_token_is_authorised_is_shown_whole(play_for_verdicts, tmp_path, world):
    address = f"https://github.com/orgs/{'example' * 5}/sso?authorization_request={'A1' * 75}"
    refused = {"status_code": 403, "headers": {"X-GitHub-SSO": f"required; url={address}"}}
    urls = [url for url in world.urls if "/environments?" in url]
    (tmp_path / "observation.json").write_bytes(dump(world.swept(dict.fromkeys(urls, refused))))
    played = play_for_verdicts("tests_live", "-m", "live", f"--observed={tmp_path / 'observation.json'}")
    assert "the token is not authorised for the organization's single sign-on" in " ".join(played.out.split())
    assert address in played.out
    assert address in (played.directory / "summary.md").read_text()
