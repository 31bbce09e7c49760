"""The incident, replayed night by night: a run each, judged in the sandbox, and `asbuilt alert` after it."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import running
import yaml
from told_runs import Desk

from asbuilt.alert.reading import read
from asbuilt.estate_alerts import Alerts

NIGHTS = tuple(f"incident-2026-04-30@2026-04-{day}T23:00:00Z" for day in range(22, 31))
REPAIRED = "healthy@2026-05-01T23:00:00Z"
ALERTS = {"SEV-1": ["env:PAGER_URL"], "default": ["env:CHAT_URL"]}


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Give what each night's run says, from the app's creation to its repair."""
    folder = tmp_path_factory.mktemp("nights")
    estate = yaml.safe_load((running.PROJECT / "estate.yaml").read_text())
    for repository in estate["repositories"].values():
        repository["checkout"] = str(running.PROJECT / repository["checkout"])
    (folder / "estate.yaml").write_text(yaml.safe_dump(estate | {"alerts": ALERTS}))
    found = []
    for number, world in enumerate((*NIGHTS, REPAIRED)):
        arguments = ("tests_live", "-m", "live", f"--sandbox={world}", f"--estate={folder / 'estate.yaml'}")
        done = running.in_process(folder / str(number), *arguments)
        found.append(done.directory)
    return found


def told(directory):
    found = read(directory, now=read_at())
    assert found.told.lacks == ()
    return found


def read_at():
    return datetime.now(UTC)


@pytest.fixture
def desk():
    return Desk(Alerts.model_validate(ALERTS))


def test_the_incident_is_called_on_its_first_night_and_five_times_in_all(nights, desk):
    brought = [desk.after(told(each).told) for each in nights]
    of_the_app = [
        (number, kind) for number, each in enumerate(brought) for _, kind, head in each if "raxx-api-prod" in head
    ]
    assert of_the_app == [(0, "first"), (1, "reminder"), (3, "reminder"), (7, "reminder"), (9, "resolved")]
    of_the_workflow = [
        (number, kind) for number, each in enumerate(brought) for _, kind, head in each if "GH008" in head
    ]
    assert of_the_workflow == [(0, "first"), (9, "resolved")]
    assert sum(map(len, brought)) == len(of_the_app) + len(of_the_workflow)
    assert desk.called.open == ()


def test_the_first_night_says_what_is_wrong_and_what_to_do_in_its_order(nights, desk):
    desk.after(told(nights[0]).told)
    message = next(each for target, each in desk.messages if target == "env:PAGER_URL")
    assert "never deployed since it was created" in message.title
    assert message.text.index("environment production") < message.text.index("gh workflow run deploy-heroku.yml")


def test_with_the_state_lost_in_the_middle_it_calls_once_more(nights, desk):
    brought = []
    for number, each in enumerate(nights):
        if number == 4:
            desk.keeper.content = None
        brought += [(number, kind) for _, kind, head in desk.after(told(each).told) if "raxx-api-prod" in head]
    assert [each for each in brought if each[1] == "first"] == [(0, "first"), (4, "first")]
    assert brought[-1] == (9, "resolved")


def test_a_night_that_was_changed_afterwards_is_called_for_and_ends_nothing(nights, desk, tmp_path):
    desk.after(told(nights[0]).told)
    changed = tmp_path / nights[-1].name
    shutil.copytree(nights[-1], changed)
    verdicts = json.loads((changed / "verdicts.json").read_text())
    (changed / "verdicts.json").write_text(json.dumps(verdicts[1:]))
    found = read(changed, read_at())
    assert found.estate is None
    brought = desk.after(found.told)
    assert [(kind, head) for _, kind, head in brought] == [("first", " raxx")]
    assert "does not hold" in desk.messages[0][1].text
    assert len(desk.called.open) == 3


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        (["manifest.json"], "did not come to its end"),
        (["manifest.json", "collected.json"], "did not come to the end of its collection"),
        (["causes.json"], "causes.json"),
    ],
)
def test_a_night_that_died_is_called_for_and_ends_nothing(nights, desk, tmp_path, gone, says):
    desk.after(told(nights[0]).told)
    died = tmp_path / nights[-1].name
    shutil.copytree(nights[-1], died)
    for each in gone:
        (died / each).unlink()
    found = read(died, read_at()).told
    assert told(nights[-1]).told.as_of - found.as_of < timedelta(minutes=1)  # as far as its name tells
    brought = desk.after(replace(found, estate=found.estate or "raxx"))
    assert [(kind, head) for _, kind, head in brought] == [("first", " raxx")]
    assert says in desk.messages[0][1].text
    assert len(desk.called.open) == 3


def test_what_a_night_found_counts_though_its_record_does_not_hold(nights, desk, tmp_path):
    changed = tmp_path / nights[0].name
    shutil.copytree(nights[0], changed)
    (changed / "added.txt").write_text("somebody's")
    brought = desk.after(read(changed, read_at()).told)
    assert sorted(head for _, _, head in brought) == [" raxx", "GH008 MooseQuest/TradeMasterAPI", "HK004 raxx-api-prod"]


def test_causes_that_were_changed_do_not_count(nights, desk, tmp_path):
    changed = tmp_path / nights[0].name
    shutil.copytree(nights[0], changed)
    path = Path(changed / "causes.json")
    path.write_text(path.read_text().replace("never deployed", "well deployed"))
    brought = desk.after(read(changed, read_at()).told)
    assert [head for _, _, head in brought] == [" raxx"]
