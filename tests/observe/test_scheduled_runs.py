"""Which runs by a schedule are read, and what they say of whether it runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from asbuilt.model import Absent, RunPage, Workflow, WorkflowRun
from asbuilt.observe import github_runs
from asbuilt.observe.sweep import sweep
from asbuilt.run_results import has_run
from asbuilt.scheduled import ScheduledWorkflow, is_young, last_run, silence
from asbuilt.scope import Scope

NAME, FILE = "example/shop", "nightly.yml"
NOW = datetime(2026, 5, 8, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HERE, FORK = {"id": 7}, {"id": 8}


def raw(number, conclusion, age, head=HERE):
    """Give a run as GitHub has it; one that is not completed has its status for a conclusion."""
    ended = conclusion in {"success", "failure", "cancelled", "skipped", "stale"}
    return {
        "id": number,
        "run_number": number,
        "event": "schedule",
        "status": "completed" if ended else conclusion,
        "conclusion": conclusion if ended else None,
        "head_branch": "main",
        "head_sha": "a" * 40,
        "created_at": (NOW - age).isoformat(),
        "updated_at": (NOW - age).isoformat(),
        "html_url": f"https://github.com/{NAME}/actions/runs/{number}",
        "repository": HERE,
        "head_repository": head,
    }


@pytest.fixture
def asked(client):
    """Give a function that observes the runs by a schedule: what was found, and the requests."""

    def observe(runs):
        seen = []

        def handler(request):
            seen.append(request)
            query = request.url.params
            page, size = int(query.get("page", 1)), int(query["per_page"])
            link = {"Link": f'<{request.url.copy_set_param("page", page + 1)}>; rel="next"'}
            shown = runs[(page - 1) * size : page * size]
            more = link if len(runs) > page * size else {}
            return httpx.Response(200, json={"workflow_runs": shown}, headers=more)

        return github_runs.scheduled(client(handler), NAME, FILE).value, seen

    return observe


def test_runs_by_schedule_are_asked_for_on_whatever_branch_and_in_whatever_state(asked):
    page, seen = asked([raw(9, "in_progress", HOUR), raw(8, "success", DAY)])
    assert [each.number for each in page.runs] == [9, 8]
    assert page.whole
    assert len(seen) == 1
    assert seen[0].url.path == f"/repos/{NAME}/actions/workflows/{FILE}/runs"
    assert seen[0].url.params["event"] == "schedule"
    assert not {"branch", "status"} & set(seen[0].url.params)


def test_pages_are_read_to_the_first_run_that_ran_and_no_further(asked):
    long_ago = [raw(900 - n, "cancelled", n * HOUR) for n in range(40)] + [raw(9, "failure", 50 * HOUR)] * 100
    page, seen = asked(long_ago)
    assert (len(seen), last_run(page.runs).number, page.whole) == (2, 9, False)
    page, seen = asked([raw(900 - n, "cancelled", n * HOUR) for n in range(400)])
    assert (len(seen), last_run(page.runs), page.whole) == (3, None, False)


def test_a_run_of_a_fork_is_none_of_the_repositorys(asked):
    page, _ = asked([raw(9, "success", HOUR, head=FORK), raw(8, "success", DAY, head=None), raw(7, "success", 2 * DAY)])
    assert [each.number for each in page.runs] == [7]


def test_a_workflow_that_github_does_not_know_is_absent(client):
    found = github_runs.scheduled(client(lambda _: httpx.Response(404, json={})), NAME, FILE)
    assert isinstance(found, Absent)


@pytest.mark.parametrize("given", [True, False])
def test_only_what_is_to_run_by_a_schedule_is_asked_for(client, estate, given):
    (name,) = estate.repositories
    repository = {"full_name": name, "default_branch": "main", "archived": False, "private": True}
    bodies = {f"/repos/{name}": repository}
    answer = client(lambda request: httpx.Response(200, json=bodies.get(request.url.path, {"workflow_runs": []})))
    scheduled = {name: (ScheduledWorkflow(FILE, DAY, is_declared=True),)} if given else {}
    only = Scope(frozenset(), frozenset({name}))
    observation = sweep(estate, only, answer, "live", scheduled=scheduled)
    assert list(observation.repositories[name].scheduled) == [f".github/workflows/{FILE}"] * given
    urls = [each.url for each in observation.transcript]
    assert sum(f"/{FILE}/runs?event=schedule&" in each for each in urls) == given


# What they say.


def run(number, age, status="completed", conclusion="success"):
    url = f"https://github.com/{NAME}/actions/runs/{number}"
    at = NOW - age
    return WorkflowRun(number, number, "schedule", status, conclusion, "main", "a" * 40, at, at, url)


def said(runs, every=DAY, state="active", created=NOW - 90 * DAY):
    workflow = Workflow("Nightly", f".github/workflows/{FILE}", state, created)
    scheduled = ScheduledWorkflow(FILE, every, is_declared=True)
    return [each.fact for each in silence(scheduled, workflow, RunPage(tuple(runs), whole=True), NOW)]


@pytest.mark.parametrize(
    ("every", "allowed"),
    [
        (timedelta(minutes=5), 6 * HOUR + timedelta(minutes=5)),
        (6 * HOUR, 12 * HOUR),
        (DAY, 2 * DAY),
        (7 * DAY, 14 * DAY),
    ],
)
def test_a_run_may_be_its_interval_old_and_the_larger_of_that_and_six_hours(every, allowed):
    assert said([run(9, allowed)], every) == []
    assert len(said([run(9, allowed + timedelta(seconds=1))], every)) == 1


def test_a_silence_says_since_when_and_what_was_to_be():
    (fact,) = said([run(9, 76 * HOUR)])
    assert fact.startswith(f".github/workflows/{FILE} last ran by its schedule 3 d 4 h ago (#9 https://github.com/")
    assert fact.endswith("; it is to run every 1 d, and 2 d are allowed")


@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "startup_failure", "success"])
def test_a_run_that_failed_ran(conclusion):
    assert said([run(9, DAY, conclusion=conclusion)]) == []


def test_a_run_that_is_under_way_runs():
    assert said([run(9, HOUR, "in_progress", None), run(8, 9 * DAY)]) == []


@pytest.mark.parametrize(
    ("status", "conclusion"),
    [
        *(("completed", each) for each in ("cancelled", "skipped", "stale", "action_required")),
        *((each, None) for each in ("queued", "waiting", "pending", "requested")),
    ],
)
def test_a_run_that_came_to_nothing_is_none_and_is_said(status, conclusion):
    assert not has_run(run(9, HOUR, status, conclusion))
    (fact,) = said([run(9, HOUR, status, conclusion), run(8, 3 * DAY)])
    assert f"; since then 1 {conclusion or status} (newest #9 https://" in fact
    assert "last ran by its schedule 3 d ago (#8" in fact


def test_what_never_ran_is_silent_since_github_knows_it():
    (found,) = silence(
        ScheduledWorkflow(FILE, DAY, is_declared=True),
        Workflow("N", FILE, "active", NOW - 9 * DAY),
        RunPage((), whole=True),
        NOW,
    )
    assert "has never run by its schedule; it is to run every 1 d" in found.fact
    assert found.since == NOW - 9 * DAY


@pytest.mark.parametrize(("age", "young"), [(2 * DAY, True), (2 * DAY + timedelta(seconds=1), False)])
def test_a_workflow_is_young_as_long_as_its_first_run_may_still_come(age, young):
    workflow = Workflow("N", FILE, "active", NOW - age)
    assert is_young(ScheduledWorkflow(FILE, DAY, is_declared=True), workflow, NOW) == young
    assert not is_young(ScheduledWorkflow(FILE, DAY, is_declared=True), replace(workflow, created_at=None), NOW)


@pytest.mark.parametrize("state", ["disabled_inactivity", "disabled_fork", "deleted"])
def test_what_is_disabled_does_not_run_however_new_its_last_run_is(state):
    (fact,) = said([run(9, HOUR)], state=state)
    assert f" is {state}" in fact
    assert ("60 days" in fact) == (state == "disabled_inactivity")
