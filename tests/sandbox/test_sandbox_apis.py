"""The two APIs behave as theirs do: refusals, ranges, pages, filters, headers."""

from __future__ import annotations

import re

import httpx
import pytest
from sandbox_caller import WORLDS, Caller

from asbuilt.sandbox.server import Sandbox

BASE = "/repos/example/shop"


@pytest.fixture(scope="module")
def rich():
    """One sandbox for the module: no test here minds what was asked before."""
    with Sandbox.start("rich", folder=WORLDS) as sandbox:
        caller = Caller(sandbox)
        yield caller
        caller.close()


def versions(response):
    return [release["version"] for release in response.json()]


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"Accept": "application/vnd.heroku+json; version=3"}, 401, "unauthorized"),
        ({"Authorization": "Bearer x"}, 406, "not_acceptable"),
        ({"Authorization": "Bearer x", "Accept": "application/vnd.heroku+json; version=2"}, 406, "not_acceptable"),
    ],
)
def test_heroku_refuses(rich, headers, status, body):
    response = rich.ask("api.heroku.com", "/apps", **headers)
    assert (response.status_code, response.json()["id"]) == (status, body)


def test_heroku_misses(rich):
    response = rich.heroku("/apps/nowhere/dynos")
    expected = {"id": "not_found", "resource": "app", "message": "Couldn't find that app."}
    assert (response.status_code, response.json()) == (404, expected)
    assert rich.heroku("/apps/shop/releases/99").json()["resource"] == "release"
    assert rich.heroku("/apps/cottage/pipeline-couplings").json()["resource"] == "pipeline_coupling"
    assert rich.heroku("/nothing").json()["id"] == "not_found"


def test_an_app_is_found_by_its_id(rich):
    app = rich.heroku("/apps/shop").json()
    assert rich.heroku(f"/apps/{app['id']}/dynos").json() == rich.heroku("/apps/shop/dynos").json()


def test_a_range_is_followed_to_its_end(rich):
    first = rich.heroku("/apps/shop/releases", Range="version ..; order=desc,max=4")
    assert (first.status_code, versions(first)) == (206, [6, 5, 4, 3])
    assert first.headers["Content-Range"] == "version 6..3"
    assert first.headers["Next-Range"] == "version ]3..; order=desc,max=4"
    second = rich.heroku("/apps/shop/releases", Range=first.headers["Next-Range"])
    assert (second.status_code, versions(second)) == (200, [2, 1])
    assert "Next-Range" not in second.headers


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("version ..", [1, 2, 3, 4, 5, 6]),
        ("version 2..4", [2, 3, 4]),
        ("version ]2..4[", [3]),
        ("version 4..2; order=desc", [4, 3, 2]),
        ("version ..; max=2, order=desc", [6, 5]),
        ("version ..; max=0", [1]),
    ],
)
def test_ranges_of_releases(rich, asked, found):
    assert versions(rich.heroku("/apps/shop/releases", Range=asked)) == found


def test_without_a_range_a_list_is_by_id(rich):
    ids = [release["id"] for release in rich.heroku("/apps/shop/releases").json()]
    assert ids == sorted(ids)


@pytest.mark.parametrize("asked", ["colour ..", "version a..b", "nonsense"])
def test_a_range_that_cannot_be_read_is_refused(rich, asked):
    response = rich.heroku("/apps/shop/releases", Range=asked)
    assert (response.status_code, response.json()["id"]) == (416, "requested_range_not_satisfiable")


def test_the_current_release_is_the_newest_that_succeeded(rich):
    releases = rich.heroku("/apps/shop/releases", Range="version ..").json()
    assert [release["version"] for release in releases if release["current"]] == [5]
    assert rich.heroku("/apps/shop/releases/current").json()["version"] == 5
    second, third, fourth, fifth = (release["slug"] for release in releases[1:5])
    assert second == third == fifth != fourth


def test_a_fir_app_has_an_image_instead_of_a_slug(rich):
    release = rich.sdk("/apps/cottage/releases/1").json()
    assert release["slug"] is None
    assert release["artifacts"] == [{"type": "oci-image", "id": release["oci_image"]["id"]}]
    assert rich.sdk("/apps/cottage").json()["generation"] == "fir"
    assert rich.heroku("/apps/cottage").json()["generation"]["name"] == "fir"
    assert "oci_image" not in rich.heroku("/apps/cottage/releases/1").json()


def test_config_vars_have_names_and_no_values(rich):
    assert rich.heroku("/apps/shop/config-vars").json() == {"DATABASE_URL": "sandbox"}


def test_the_rate_limits_fall(rich):
    left = [int(rich.heroku("/apps").headers["RateLimit-Remaining"]) for _ in range(2)]
    assert left[0] - left[1] == 1
    left = [int(rich.github("/user").headers["X-RateLimit-Remaining"]) for _ in range(2)]
    assert left[0] - left[1] == 1
    body = rich.github("/rate_limit")
    assert body.json()["rate"]["remaining"] == int(body.headers["X-RateLimit-Remaining"])


def test_github_refuses(rich):
    response = rich.ask("api.github.com", BASE)
    assert (response.status_code, response.json()["message"]) == (401, "Requires authentication")
    missing = rich.github("/repos/example/nowhere")
    expected = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
    assert (missing.status_code, missing.json()) == (404, expected)
    assert rich.github(f"{BASE}/commits/{'0' * 40}").status_code == 422


def test_github_wants_a_user_agent(rich):
    assert rich.github("/user", **{"User-Agent": ""}).status_code == 403


def test_github_pages_name_the_repository_by_its_number(rich):
    first = rich.github(f"{BASE}/actions/runs?per_page=30&event=push")
    assert first.json()["total_count"] == 71
    assert set(first.links) == {"next", "last"}
    assert re.match(r"https://api\.github\.com/repositories/\d+/actions/runs\?", first.links["next"]["url"])
    ids, page = [run["id"] for run in first.json()["workflow_runs"]], first
    while "next" in page.links:
        page = rich.github(page.links["next"]["url"].removeprefix("https://api.github.com"))
        ids += [run["id"] for run in page.json()["workflow_runs"]]
    assert set(page.links) == {"prev", "first"}
    assert len(ids) == len(set(ids)) == 71
    assert ids == sorted(ids, reverse=True)


def test_a_page_holds_thirty_and_at_most_a_hundred(rich):
    assert len(rich.github(f"{BASE}/actions/runs").json()["workflow_runs"]) == 30
    assert len(rich.github(f"{BASE}/deployments?per_page=500").json()) == 72
    assert rich.github(f"{BASE}/actions/runs?page=9").json()["workflow_runs"] == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("branch=v1.0.0", 1),
        ("event=workflow_dispatch", 1),
        ("status=failure", 1),
        ("status=waiting", 1),
        ("status=completed", 71),
        ("created=>=2026-06-01T10:00:00Z", 3),
        ("created=>2026-06-01T10:00:00Z", 2),
        ("created=<2026-05-31", 35),
        ("created=2026-05-31", 24),
        ("created=2026-05-31T00:00:00Z..2026-05-31T02:00:00Z", 3),
        ("created=2026-06-01..*&event=push", 12),
        ("exclude_pull_requests=true&status=success&branch=main", 70),
    ],
)
def test_filters_on_runs(rich, query, count):
    assert rich.github(f"{BASE}/actions/runs?{query}").json()["total_count"] == count


def test_an_environments_name_is_url_decoded(rich):
    environment = rich.github(f"{BASE}/environments/team%2Fprod").json()
    assert (environment["name"], environment["can_admins_bypass"]) == ("team/prod", False)
    assert environment["url"].endswith("/environments/team%2Fprod")
    kinds = {rule["type"]: rule for rule in environment["protection_rules"]}
    assert kinds["wait_timer"]["wait_timer"] == 30
    assert kinds["required_reviewers"]["prevent_self_review"] is True
    assert [item["type"] for item in kinds["required_reviewers"]["reviewers"]] == ["Team", "User"]
    policies = rich.github(f"{BASE}/environments/team%2Fprod/deployment-branch-policies").json()["branch_policies"]
    assert [(policy["name"], policy["type"]) for policy in policies] == [("main", "branch"), ("v*", "tag")]


def test_a_workflow_is_found_by_file_and_by_number(rich):
    workflow = rich.github(f"{BASE}/actions/workflows/release.yml").json()
    assert workflow["state"] == "disabled_manually"
    assert rich.github(f"{BASE}/actions/workflows/{workflow['id']}").json() == workflow
    assert rich.github(f"{BASE}/actions/workflows/{workflow['id']}/runs").json()["total_count"] == 2


def test_a_waiting_run_is_not_done(rich):
    (run,) = rich.github(f"{BASE}/actions/runs?status=waiting").json()["workflow_runs"]
    assert run["conclusion"] is None
    jobs = rich.github(f"{BASE}/actions/runs/{run['id']}/jobs").json()["jobs"]
    assert [(job["status"], job["completed_at"] is None) for job in jobs] == [("completed", False), ("waiting", True)]
    newest = rich.github(f"{BASE}/deployments?environment=team/prod").json()[0]
    states = [status["state"] for status in rich.github(f"{BASE}/deployments/{newest['id']}/statuses").json()]
    assert states == ["queued"]


def test_a_later_success_makes_a_deployment_inactive(rich):
    newest, older = rich.github(f"{BASE}/deployments?environment=preview").json()[:2]
    states = [
        [status["state"] for status in rich.github(f"{BASE}/deployments/{item['id']}/statuses").json()]
        for item in (newest, older)
    ]
    assert states == [["success", "in_progress"], ["inactive", "success", "in_progress"]]


def test_branches_and_their_commits(rich):
    names = [branch["name"] for branch in rich.github(f"{BASE}/branches").json()]
    assert names == ["main", "feature/till", "v1.0.0"]
    branch = rich.github(f"{BASE}/branches/feature/till").json()
    assert branch["commit"]["sha"] == "4" * 40
    assert (
        rich.github(f"{BASE}/commits/main").json()["sha"]
        == rich.github(f"{BASE}/branches/main").json()["commit"]["sha"]
    )
    assert rich.github(f"{BASE}/commits/4444444").json()["sha"] == "4" * 40


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("", "metadata=read"),
        ("/environments", "actions=read"),
        ("/actions/runs", "actions=read"),
        ("/deployments", "deployments=read"),
        ("/branches", "contents=read"),
        ("/commits/main", "contents=read"),
    ],
)
def test_github_tells_the_permission(rich, path, permission):
    assert rich.github(BASE + path).headers["X-Accepted-GitHub-Permissions"] == permission


def test_github_headers(rich):
    response = rich.github(BASE)
    for name in (
        "X-GitHub-Request-Id",
        "X-RateLimit-Limit",
        "X-RateLimit-Reset",
        "X-RateLimit-Resource",
        "ETag",
        "Date",
    ):
        assert response.headers[name]
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert len(response.headers.get_list("Date")) == 1


def test_an_etag_is_a_condition(rich):
    etag = rich.github(BASE).headers["ETag"]
    response = rich.github(BASE, **{"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop-0a1b2c3d4e5f.herokuapp.com", 503),
        ("shop.example.com", 503),
        ("shop.herokuapp.com", 404),
        ("no.example", 404),
    ],
)
def test_the_router_knows_an_app_by_its_names(rich, host, status):
    response = rich.ask(host, "/")
    assert response.status_code == status
    assert "herokucdn.com/error-pages/" in response.text


MAINTENANCE = """
summary: the apps are in maintenance
over: rich
trips: {}
world:
  - {at: [heroku, apps, shop, maintenance], set: true}
  - {at: [heroku, apps, cottage, maintenance], set: true}
"""
NEVER_DEPLOYED = "  - {at: [heroku, apps, cottage, releases, {version: 1}, slug], remove: true}\n"


@pytest.mark.parametrize("more", ["", NEVER_DEPLOYED])
def test_in_maintenance_the_router_answers_with_its_page_whatever_the_app_would(start, folder, more):
    offline = start("rich+offline", folder=folder("faults", "offline", MAINTENANCE + more))
    for host in ("shop.example.com", "cottage-5f4e3d2c1b0a.herokuapp.com"):
        for path in ("/", "/old", "/health?a=b"):
            response = offline.ask(host, path)
            assert response.status_code == 503
            assert response.headers["Content-Type"].startswith("text/html")
            assert "<title>Offline for Maintenance</title>" in response.text
            assert 'src="https://www.herokucdn.com/error-pages/maintenance-mode.html"' in response.text


def test_in_maintenance_the_api_tells_so_and_all_else_goes_on(start, folder, rich):
    offline = start("rich+offline", folder=folder("faults", "offline", MAINTENANCE))
    assert offline.heroku("/apps/shop").json() == {**rich.heroku("/apps/shop").json(), "maintenance": True}
    for part in ("dynos", "formation", "releases"):
        before, now = (each.heroku(f"/apps/shop/{part}").json() for each in (rich, offline))
        assert now
        assert now == before


def test_a_declared_response_may_redirect(rich):
    response = rich.ask("cottage-5f4e3d2c1b0a.herokuapp.com", "/old")
    assert (response.status_code, response.headers["Location"]) == (301, "https://shop.example.com/")
    assert rich.ask("cottage-5f4e3d2c1b0a.herokuapp.com", "/new").status_code == 404


def test_alone_on_the_loopback_the_path_tells_the_api(rich):
    with httpx.Client(base_url=rich.sandbox.origin, headers={"Authorization": "token x"}) as client:
        assert client.get("/rate_limit").headers["Server"] == "github.com"
        accept = {"Accept": "application/vnd.heroku+json; version=3"}
        assert client.get("/apps", headers=accept).headers["Server"] == "Heroku"
