"""A verdict by the runs of a workflow names the requests that told of them: what an auditor looks up."""

import json
import re

import pytest

from asbuilt.judging import SEEN

RUNS = r"/actions/workflows/deploy-heroku\.yml/runs\?per_page=100$"
JOBS = r"/actions/runs/\d+/jobs\?"
STATUSES = r"/deployments/\d+/statuses\?"
DEPLOYMENTS = r"/deployments\?environment=production&"
# By control, of the production app: what its answer was looked up in.
LOOKED_UP = {
    "GH009": (RUNS, JOBS),
    "HK018": (RUNS, JOBS),
    "HK009": (RUNS, JOBS),
    "GH015": (RUNS, JOBS, DEPLOYMENTS, STATUSES),
}


class Requests:
    """Notes which requests each check has rested on."""

    def __init__(self):
        self.of = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        self.of[item.nodeid] = item.stash[SEEN].requests


@pytest.mark.parametrize("world", ["healthy", "healthy+pushed-by-hand"])
def test_the_requests_that_told_of_runs_are_among_those_that_a_verdict_rests_on(play_for_verdicts, world):
    noted = Requests()
    played = play_for_verdicts("tests_live", "-m", "live", f"--sandbox={world}", plugins=[noted])
    transcript = json.loads((played.directory / "observation.json").read_text())["transcript"]
    looked = {each["id"]: [transcript[index]["url"] for index in noted.of[each["id"]]] for each in played.verdicts}
    judged = [each for each in played.verdicts if each["control"] in LOOKED_UP and "prod" in each["id"]]
    judged = [each for each in judged if each["outcome"] in {"conforms", "drifted"}]
    assert {each["control"] for each in judged} == set(LOOKED_UP)
    wrong = []
    for verdict in judged:
        needed = LOOKED_UP[verdict["control"]] if world == "healthy" else (RUNS,)
        urls = looked[verdict["id"]]
        wrong += [f"{verdict['id']} without {each}" for each in needed if not any(re.search(each, url) for url in urls)]
    assert wrong == []
