"""What tells which run made which release, as GitHub says it."""

from datetime import datetime, timedelta, timezone

import pytest

from asbuilt.model import Absent
from asbuilt.observe import github_origins
from asbuilt.terms import Stretch

NAME = "example/shop"
AT = "2026-04-30T16:30:00Z"
RUN = {
    "id": 9000000001,
    "run_number": 7,
    "event": "push",
    "status": "completed",
    "conclusion": "failure",
    "head_branch": None,
    "head_sha": "a" * 40,
    "created_at": AT,
    "updated_at": AT,
    "html_url": "https://github.com/example/shop/actions/runs/9000000001",
}


@pytest.mark.parametrize(
    ("observe", "what"),
    [
        (lambda asked: github_origins.history(asked, NAME, Stretch("deploy.yml")), "runs of deploy.yml"),
        (lambda asked: github_origins.comparison(asked, NAME, "c0ffee1", "main"), "c0ffee1 in main"),
    ],
)
def test_a_workflow_or_commit_that_github_does_not_know_is_absent(client, replies, observe, what):
    assert observe(client(replies(404))) == Absent(what, (0,))


@pytest.mark.parametrize(
    ("stretch", "query"),
    [
        (Stretch("deploy.yml"), {"per_page": "100"}),
        (
            Stretch.to("deploy.yml", datetime(2026, 4, 22, 17, 2, 11, tzinfo=timezone(timedelta(hours=2))), "push"),
            {"event": "push", "created": "<=2026-04-22T15:02:11Z", "per_page": "100"},
        ),
    ],
)
def test_a_stretch_of_runs_is_asked_for_up_to_an_instant(client, replies, stretch, query):
    handler = replies((200, {"json": {"workflow_runs": [RUN]}}))
    page = github_origins.history(client(handler), NAME, stretch).value
    assert (page.runs[0].id, page.whole) == (RUN["id"], True)
    assert dict(handler.seen[0].url.params) == query


def test_a_full_page_of_runs_is_not_the_whole(client, replies):
    handler = replies((200, {"json": {"workflow_runs": [RUN] * 100}}))
    assert github_origins.history(client(handler), NAME, Stretch("deploy.yml")).value.whole is False


JOB = {
    "id": 8,
    "name": "release / deploy (eu)",
    "status": "completed",
    "conclusion": "success",
    "started_at": AT,
    "completed_at": None,
    "steps": [{"name": "Set up job"}],
}


@pytest.mark.parametrize(
    ("changes", "ran"),
    [
        ({}, True),
        ({"status": "in_progress", "conclusion": None}, True),
        ({"conclusion": "failure"}, True),
        ({"conclusion": "skipped"}, False),
        ({"status": "waiting", "conclusion": None}, False),  # though it has a start
        ({"status": "queued", "conclusion": None, "steps": []}, False),
        ({"conclusion": "cancelled", "steps": []}, False),  # refused while it waited
        ({"conclusion": "failure", "started_at": None, "completed_at": AT, "steps": []}, False),
    ],
)
def test_jobs_of_all_attempts_are_read_and_whether_a_runner_has_begun_them(client, replies, changes, ran):
    handler = replies((200, {"json": {"jobs": [{**JOB, **changes}]}}))
    (job,) = github_origins.jobs(client(handler), NAME, 7).value
    assert dict(handler.seen[0].url.params) == {"filter": "all", "per_page": "100"}
    assert (job.name, job.ran) == (JOB["name"], ran)
    assert job.started_at == ({**JOB, **changes}["started_at"] and datetime.fromisoformat(AT))


@pytest.mark.parametrize(
    ("log", "ids"),
    [
        ("https://github.com/example/shop/actions/runs/12/job/34", (12, 34)),
        ("https://github.com/example/shop/actions/runs/12", (12, 0)),
        ("https://dashboard.example/activity", (0, 0)),
        ("", (0, 0)),
        (None, (0, 0)),
    ],
)
def test_a_status_names_the_run_and_the_job_that_its_log_names(client, replies, log, ids):
    raw = {"state": "success", "created_at": AT, "log_url": log, "target_url": log}
    found = github_origins.statuses(client(replies((200, {"json": [raw]}))), NAME, 9).value[0]
    assert (found.state, found.run, found.job) == ("success", *ids)


def compared(files=(), commits=1, total=None):
    commit = {"sha": "b" * 40, "parents": [{"sha": "a" * 40}], "commit": {"committer": {"date": AT}}}
    return {
        "status": "ahead",
        "commits": [commit] * commits,
        "total_commits": commits if total is None else total,
        "files": list(files),
    }


def test_a_comparison_names_the_files_that_differ_by_both_their_names(client, replies):
    files = [{"filename": "new.py", "previous_filename": "old.py", "patch": "+ a secret"}]
    handler = replies((200, {"json": compared(files)}))
    found = github_origins.comparison(client(handler), NAME, "a" * 40, "release/1.x")
    assert (found.value.files, found.value.whole) == (("new.py", "old.py"), True)
    assert found.value.commits[0].parent == "a" * 40
    assert handler.seen[0].url.raw_path.endswith(b"/compare/" + b"a" * 40 + b"...release%2F1.x")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("cut", [compared([{"filename": "x"}] * 300), compared(total=2)])
def test_a_comparison_that_was_cut_says_so(client, replies, cut):
    assert github_origins.comparison(client(replies((200, {"json": cut}))), NAME, "a" * 40, "main").value.whole is False
