from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.observe import github
from asbuilt.terms import Stretch

API = "https://api.github.com"
NAME = "example/shop"
AT = "2026-04-30T16:30:00Z"


def environment(name="production", rules=(), policy=None):
    return {"name": name, "protection_rules": list(rules), "deployment_branch_policy": policy}


def workflow(number):
    return {"name": f"W{number}", "path": f".github/workflows/w{number}.yml", "state": "active"}


@pytest.fixture
def served(client):
    """Give a client of fixed documents, by URL; `asked` collects what was asked."""

    def serve(documents):
        def handler(request):
            assert request.headers["x-github-api-version"] == "2022-11-28"
            assert request.headers["accept"] == "application/vnd.github+json"
            url = str(request.url).removeprefix(API)
            handler.asked.append(url)
            body, following = documents[url] if isinstance(documents[url], tuple) else (documents[url], None)
            link = f'<{API}/first>; rel="first", <{following}>; rel="next"' if following else f'<{API}/>; rel="prev"'
            return httpx.Response(200, json=body, headers={"Link": link})

        handler.asked = []
        return client(handler), handler.asked

    return serve


@pytest.fixture
def environments(served):
    """Give the environments that a list of GitHub's comes to, by name."""

    def observe(*raws, **policies):
        listed = {f"/repos/{NAME}/environments?per_page=100": {"environments": list(raws)}}
        asked, _ = served({**listed, **policies})
        found = github.environments(asked, NAME)
        assert isinstance(found, Observed), found
        return {each.name: each for each in found.value}

    return observe


# Lists.


def test_pages_are_followed_to_the_last_by_the_ids_that_github_links_with(served):
    first, second = f"/repos/{NAME}/actions/workflows?per_page=100", "/repositories/7/actions/workflows?page=2"
    asked, urls = served(
        {
            first: ({"workflows": [workflow(1), workflow(2)]}, API + second),
            second: {"workflows": [workflow(3)]},
        }
    )
    found = github.workflows(asked, NAME)
    assert [each.name for each in found.value] == ["W1", "W2", "W3"]
    assert urls == [first, second]
    assert found.requests == (0, 1)


def test_a_page_that_leads_back_makes_the_list_unobserved(served):
    first, second = f"/repos/{NAME}/actions/workflows?per_page=100", "/repositories/7/actions/workflows?page=2"
    page = {"workflows": [workflow(1)]}
    for back in (first, second):
        asked, urls = served({first: (page, API + second), second: (page, API + back)})
        found = github.workflows(asked, NAME)
        assert isinstance(found, Unobserved)
        assert found.reason.endswith("a list of workflows whose pages repeat or do not end")
        assert len(urls) == 2


def test_a_list_that_never_ends_is_unobserved(client):
    def handler(request):
        handler.page += 1
        link = f'<{request.url.copy_with(query=b"page=" + str(handler.page).encode())}>; rel="next"'
        return httpx.Response(200, json={"workflows": []}, headers={"Link": link})

    handler.page = 0
    found = github.workflows(client(handler), NAME)
    assert isinstance(found, Unobserved)
    assert "do not end" in found.reason
    assert handler.page == 100


@pytest.mark.parametrize("elsewhere", ["https://example.com/next", "http://api.github.com/x", f"{API}.example/x"])
def test_a_list_that_goes_on_elsewhere_is_unobserved_and_nobody_else_is_asked(served, elsewhere):
    asked, urls = served({f"/repos/{NAME}/actions/workflows?per_page=100": ({"workflows": []}, elsewhere)})
    found = github.workflows(asked, NAME)
    assert isinstance(found, Unobserved)
    assert "goes on elsewhere" in found.reason
    assert len(urls) == 1


# Environments.


def test_an_environment_without_rules_is_open_to_everybody(environments):
    found = environments(environment())["production"]
    assert (found.reviewers, found.wait_timer, found.branches) == ((), 0, ("@any",))


def test_protection_rules_are_read_with_their_reviewers(environments):
    rules = [
        {"type": "wait_timer", "wait_timer": 30},
        {
            "type": "required_reviewers",
            "reviewers": [
                {"type": "User", "reviewer": {"login": "operator", "id": 1}},
                {"type": "Team", "reviewer": {"slug": "ops", "name": "The Ops", "id": 2}},
            ],
        },
        {"type": "branch_policy"},
        {"type": "a-custom-one", "app": {}},
    ]
    found = environments(environment(rules=rules))["production"]
    assert (found.reviewers, found.wait_timer) == (("operator", "@ops"), 30)


def test_a_policy_of_protected_branches_is_said_to_be(environments):
    policy = {"protected_branches": True, "custom_branch_policies": False}
    assert environments(environment(policy=policy))["production"].branches == ("@protected",)


def test_custom_policies_are_asked_for_by_the_encoded_name(served):
    policy = {"protected_branches": False, "custom_branch_policies": True}
    first = f"/repos/{NAME}/environments/prod%2Feu%20%231/deployment-branch-policies?per_page=100"
    second = "/repositories/7/environments/prod%2Feu%20%231/deployment-branch-policies?page=2"
    asked, urls = served(
        {
            f"/repos/{NAME}/environments?per_page=100": {"environments": [environment("prod/eu #1", policy=policy)]},
            first: ({"branch_policies": [{"name": "main", "type": "branch"}, {"name": "release/*"}]}, API + second),
            second: {"branch_policies": [{"name": "v*", "type": "tag"}]},
        }
    )
    found = github.environments(asked, NAME)
    assert found.value[0].branches == ("main", "release/*", "tag:v*")
    assert urls[1:] == [first, second]
    assert found.requests == (0, 1, 2)


def test_policies_that_cannot_be_read_make_the_environments_unobserved_not_absent(client, replies):
    listed = {"environments": [environment(policy={"protected_branches": False, "custom_branch_policies": True})]}
    for status in (403, 404):
        found = github.environments(client(replies((200, {"json": listed}), status)), NAME)
        assert isinstance(found, Unobserved)
        assert "/deployment-branch-policies" in found.request
        assert f"answered {status}" in found.reason


# The rest.


def test_a_repository_is_read(served):
    raw = {"full_name": NAME, "default_branch": "trunk", "archived": False, "private": True}
    asked, _ = served({f"/repos/{NAME}": raw})
    found = github.repository(asked, NAME).value
    assert (found.full_name, found.default_branch, found.archived, found.private) == (NAME, "trunk", False, True)


@pytest.mark.parametrize(
    ("observe", "what"),
    [
        (lambda asked: github.repository(asked, NAME), "repository example/shop"),
        (lambda asked: github.runs(asked, NAME, "deploy.yml", "main"), "runs of deploy.yml on main"),
        (lambda asked: github.history(asked, NAME, Stretch("deploy.yml")), "runs of deploy.yml"),
        (lambda asked: github.comparison(asked, NAME, "c0ffee1", "main"), "c0ffee1 in main"),
    ],
)
def test_a_repository_or_workflow_that_is_not_there_is_absent(client, replies, observe, what):
    assert observe(client(replies(404))) == Absent(what, (0,))


@pytest.mark.parametrize(
    "observe", [github.environments, github.workflows, lambda *arguments: github.deployments(*arguments, "production")]
)
def test_a_part_that_is_not_there_though_the_repository_is_cannot_be_told(client, replies, observe):
    found = observe(client(replies(404)), NAME)
    assert isinstance(found, Unobserved)
    assert "answered 404" in found.reason


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


def test_runs_are_asked_for_by_file_and_branch(client, replies):
    handler = replies((200, {"json": {"workflow_runs": [RUN]}}))
    run = github.runs(client(handler), NAME, "deploy.yml", "release/1.x").value[0]
    assert (run.id, run.number, run.conclusion, run.branch) == (9000000001, 7, "failure", None)
    url = handler.seen[0].url
    assert url.raw_path.startswith(b"/repos/example/shop/actions/workflows/deploy.yml/runs?branch=release%2F1.x&")
    assert dict(url.params) == {
        "branch": "release/1.x",
        "status": "completed",
        "exclude_pull_requests": "true",
        "per_page": "20",
    }


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
    page = github.history(client(handler), NAME, stretch).value
    assert (page.runs[0].id, page.whole) == (RUN["id"], True)
    assert dict(handler.seen[0].url.params) == query


def test_a_full_page_of_runs_is_not_the_whole(client, replies):
    handler = replies((200, {"json": {"workflow_runs": [RUN] * 100}}))
    assert github.history(client(handler), NAME, Stretch("deploy.yml")).value.whole is False


def test_jobs_of_all_attempts_are_read(served):
    url = f"/repos/{NAME}/actions/runs/7/jobs?filter=all&per_page=100"
    job = {"id": 8, "name": "release / deploy (eu)", "conclusion": None, "started_at": AT, "completed_at": None}
    asked, _ = served({url: {"jobs": [job, {**job, "started_at": None, "conclusion": "skipped", "completed_at": AT}]}})
    begun, skipped = github.jobs(asked, NAME, 7).value
    assert (begun.name, begun.started_at, begun.completed_at) == (job["name"], datetime.fromisoformat(AT), None)
    assert (skipped.conclusion, skipped.started_at) == ("skipped", None)


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
    found = github.statuses(client(replies((200, {"json": [raw]}))), NAME, 9).value[0]
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
    found = github.comparison(client(handler), NAME, "a" * 40, "release/1.x")
    assert (found.value.files, found.value.whole) == (("new.py", "old.py"), True)
    assert found.value.commits[0].parent == "a" * 40
    assert handler.seen[0].url.raw_path.endswith(b"/compare/" + b"a" * 40 + b"...release%2F1.x")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("cut", [compared([{"filename": "x"}] * 300), compared(total=2)])
def test_a_comparison_that_was_cut_says_so(client, replies, cut):
    assert github.comparison(client(replies((200, {"json": cut}))), NAME, "a" * 40, "main").value.whole is False


def test_deployments_are_asked_for_by_environment(client, replies):
    handler = replies((200, {"json": [{"id": 9, "environment": "prod/eu", "sha": "a" * 40, "created_at": AT}]}))
    found = github.deployments(client(handler), NAME, "prod/eu").value
    assert (found[0].environment, found[0].created_at) == ("prod/eu", datetime(2026, 4, 30, 16, 30, tzinfo=UTC))
    assert handler.seen[0].url.query == b"environment=prod%2Feu&per_page=100"
