"""What the workflow that deployed is told of a run."""

import re
from dataclasses import replace

import pytest

from asbuilt.model import Observed, dump, restore

APP = "raxx-api-prod"
LINE = re.compile(r"(verdict|last_good_release|rollback)=[A-Za-z0-9 -]*")  # as verify-deploy.yml takes it


def told(played):
    lines = (played.directory / "outputs.txt").read_text().splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return tuple(dict(line.split("=", 1) for line in lines).values())


@pytest.mark.parametrize(
    ("world", "control", "outputs"),
    [
        ("healthy", "HK003", ("conforms", "v9", "")),
        # The release before the newest one runs on: there is nothing to go back to.
        ("healthy+release-failed", "HK003", ("drifted", "v9", "")),
        # Before the only deploy nothing ran.
        ("healthy+health-fails", "WEB001", ("drifted", "", "")),
        ("healthy+dynos-forbidden", "HK006", ("conforms", "v9", "")),
    ],
)
def test_the_verdict_and_what_is_known_to_run(live, world, control, outputs):
    assert told(live(world, f"--app={APP}", "-k", control)) == outputs


def test_what_could_not_be_observed_is_unknown_and_nobody_is_sent_back(live):
    played = live("healthy+dynos-forbidden", "--app=raxx-api-staging", "-k", "HK006")
    assert told(played) == ("unknown", "v37", "")


def test_a_run_of_several_apps_names_no_release(live):
    assert told(live("healthy", "-k", "HK003")) == ("conforms", "", "")


@pytest.mark.parametrize(
    ("control", "rollback"), [("WEB001", f"heroku rollback v9 --app {APP}"), ("GH008 or HK005 or HK003", "")]
)
def test_a_deploy_that_went_wrong_is_told_where_to_go_back_to(live, play_for_verdicts, tmp_path, control, rollback):
    saved = restore(live("healthy+health-fails", f"--app={APP}", "-k", "WEB001").directory / "observation.json")
    state = saved.apps[APP]
    before = [replace(each, current=False) for each in state.releases.value]
    newest = replace(before[0], version=10, code="other", current=True, description="Deploy 5ad0c3f1")
    apps = {**saved.apps, APP: replace(state, releases=Observed((newest, *before)))}
    (tmp_path / "saved.json").write_bytes(dump(replace(saved, apps=apps)))
    arguments = ("-m", "live", f"--observed={tmp_path / 'saved.json'}", f"--app={APP}", "-k", control)
    verdict, good, command = told(play_for_verdicts("tests_live", *arguments))
    assert command == rollback
    assert (verdict, good) == (("drifted", "v9") if rollback else ("conforms", "v10"))


@pytest.mark.parametrize(("moment", "verdict"), [("before", "drifted"), ("after", "conforms")])
def test_workflow_files_have_their_verdict_and_no_release(play_for_verdicts, moment, verdict):
    checkout = f"--checkout=fixtures/repositories/TradeMasterAPI/{moment}"
    assert told(play_for_verdicts("tests_static", checkout, "-k", "WF002")) == (verdict, "", "")
