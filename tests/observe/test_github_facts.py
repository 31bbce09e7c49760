from datetime import UTC, datetime

import httpx
import pytest

from asbuilt.model import Absent, Observed, Unobserved
from asbuilt.observe import github, github_runs

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


def test_a_list_that_is_shorter_than_its_total_is_unobserved(served):
    asked, _ = served({f"/repos/{NAME}/actions/workflows?per_page=100": {"total_count": 2, "workflows": [workflow(1)]}})
    found = github.workflows(asked, NAME)
    assert isinstance(found, Unobserved)
    assert "1 of 2 workflows" in found.reason


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


def test_what_a_reviewer_and_an_administrator_may_is_read_where_github_says_it(environments):
    review = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": []}
    raw = environment(rules=[review]) | {"can_admins_bypass": False}
    found = environments(raw, environment("staging"))
    assert (found["production"].prevent_self_review, found["production"].admins_can_bypass) == (True, False)
    assert (found["staging"].prevent_self_review, found["staging"].admins_can_bypass) == (False, None)


def test_a_reviewer_who_was_deleted_spoils_no_other_environment(environments):
    gone = [{"type": "User", "reviewer": None}, {"type": "Team", "reviewer": {"slug": "ops"}}]
    rules = [{"type": "required_reviewers", "reviewers": gone}]
    found = environments(environment(rules=rules), environment("staging"))
    assert (found["production"].reviewers, found["production"].reviewers_gone) == (("@ops",), 1)
    assert found["staging"].reviewers_gone == 0


def test_an_environment_without_any_rule_is_open(environments):
    rule = {"type": "wait_timer", "wait_timer": 5}
    custom = {"type": "a-custom-one", "app": {}}
    policy = {"protected_branches": True, "custom_branch_policies": False}
    found = environments(
        environment("open"),
        environment("timer", rules=[rule]),
        environment("custom", rules=[custom]),
        environment("branches", rules=[{"type": "branch_policy"}], policy=policy),
    )
    assert [name for name, each in found.items() if each.is_open] == ["open"]


def test_protected_branches_are_those_that_github_calls_so(served):
    raw = [
        {"name": "main", "protected": True, "protection": {"enabled": True}},
        {"name": "trunk", "protected": True, "protection": {"enabled": False}},
        {"name": "old", "protected": True},
        {"name": "feature", "protected": False, "protection": {"enabled": False}},
    ]
    asked, _ = served({f"/repos/{NAME}/branches?protected=true&per_page=100": raw})
    found = github.protected_branches(asked, NAME).value
    assert [(each.name, each.by_rule) for each in found] == [("main", True), ("trunk", False), ("old", False)]


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
    assert found.disabled is None
    asked, _ = served({f"/repos/{NAME}": raw | {"disabled": True}})
    assert github.repository(asked, NAME).value.disabled is True


@pytest.mark.parametrize(
    ("observe", "what"),
    [
        (lambda asked: github.repository(asked, NAME), "repository example/shop"),
        (lambda asked: github_runs.recent(asked, NAME, "deploy.yml", "main", enough=3), "runs of deploy.yml on main"),
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


def test_deployments_are_asked_for_by_environment(client, replies):
    handler = replies((200, {"json": [{"id": 9, "environment": "prod/eu", "sha": "a" * 40, "created_at": AT}]}))
    found = github.deployments(client(handler), NAME, "prod/eu").value
    assert (found[0].environment, found[0].created_at) == ("prod/eu", datetime(2026, 4, 30, 16, 30, tzinfo=UTC))
    assert handler.seen[0].url.query == b"environment=prod%2Feu&per_page=100"
