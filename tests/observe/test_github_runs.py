"""Which runs of a workflow are read, and when older ones are asked for."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from asbuilt.model import Observed, Unobserved
from asbuilt.observe import github_runs

NAME = "example/shop"
NOW = datetime(2026, 4, 30, 16, 30, tzinfo=UTC)
HERE, FORK = {"id": 7}, {"id": 8}


def raws(event, *conclusions, head=HERE, after=0):
    """Give runs of an event as GitHub has them, newest first, each a minute before the last."""
    return [
        raw(event, conclusion, NOW - timedelta(minutes=after + n), head) for n, conclusion in enumerate(conclusions)
    ]


def raw(event, conclusion, at, head):
    return {
        "id": int(at.timestamp()),
        "run_number": 7,
        "event": event,
        "status": "completed",
        "conclusion": conclusion,
        "head_branch": "main",
        "head_sha": "a" * 40,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "html_url": "https://github.com/example/shop/actions/runs/7",
        "repository": HERE,
        "head_repository": head,
    }


@pytest.fixture
def recent(client):
    """Give a function that observes runs, and what it asked: page and event of each request."""

    def observe(runs, **options):
        asked = []

        def handler(request):
            query = {key: values[0] for key, values in parse_qs(urlsplit(str(request.url)).query).items()}
            page, event = int(query.get("page", 1)), query.get("event")
            asked.append((event, page))
            listed = [each for each in runs if event in (None, each["event"])]
            listed.sort(key=lambda each: each["created_at"], reverse=True)
            following = request.url.copy_set_param("page", page + 1)
            link = {"Link": f'<{following}>; rel="next"'} if len(listed) > page * 100 else {}
            shown = listed[(page - 1) * 100 : page * 100]
            return httpx.Response(200, json={"workflow_runs": shown}, headers=link)

        found = github_runs.recent(client(handler), NAME, "deploy.yml", "main", enough=3, **options)
        assert isinstance(found, Observed), found
        return found.value, asked

    return observe


def test_runs_are_asked_for_by_file_and_branch(client, replies):
    handler = replies((200, {"json": {"workflow_runs": raws("push", "failure")}}))
    found = github_runs.recent(client(handler), NAME, "deploy.yml", "release/1.x", enough=3).value.runs[0]
    assert (found.event, found.conclusion, found.created_at) == ("push", "failure", NOW)
    url = handler.seen[0].url
    assert url.raw_path.startswith(b"/repos/example/shop/actions/workflows/deploy.yml/runs?branch=release%2F1.x&")
    assert dict(url.params) == {
        "branch": "release/1.x",
        "status": "completed",
        "exclude_pull_requests": "true",
        "per_page": "100",
    }


def test_a_fork_says_nothing_of_the_repository_nor_does_one_that_is_gone(recent):
    own, fork = raws("push", "failure"), raws("pull_request", "success", head=FORK, after=1)
    found, asked = recent([*own, *fork, *raws("pull_request", "success", head=None, after=2)])
    assert [(each.event, each.conclusion) for each in found.runs] == [("push", "failure")]
    assert (found.cut, asked) == ((), [(None, 1)])


@pytest.mark.parametrize("missing", ["repository", "head_repository"])
def test_a_run_that_does_not_say_whose_it_is_cannot_be_told(client, replies, missing):
    run = {key: value for key, value in raws("push", "success")[0].items() if key != missing}
    handler = replies((200, {"json": {"workflow_runs": [run]}}))
    found = github_runs.recent(client(handler), NAME, "deploy.yml", "main", enough=3)
    assert isinstance(found, Unobserved)
    assert missing in found.reason


@pytest.mark.parametrize(
    ("runs", "requests", "cut"),
    [
        # What tells of push stands on the first page; a schedule is usual, and there is none.
        (raws("push", *["success"] * 150), [(None, 1), ("schedule", 1)], ("push",)),
        # The newest three failed: more is not needed.
        (raws("push", *["failure"] * 150), [(None, 1), ("schedule", 1)], ("push",)),
        # A schedule hides every push: these are asked for by themselves.
        (
            [*raws("schedule", *["success"] * 150), *raws("push", *["failure"] * 5, after=200)],
            [(None, 1), ("push", 1)],
            ("schedule",),
        ),
        # What says nothing is passed over, page by page.
        (
            [*raws("push", *["cancelled"] * 150), *raws("push", "success", after=150)],
            [(None, 1), ("push", 1), ("push", 2), ("schedule", 1)],
            (),
        ),
        # Up to a bound, which is said.
        (
            [*raws("push", *["cancelled"] * 400), *raws("push", "success", after=400)],
            [(None, 1), ("push", 1), ("push", 2), ("push", 3), ("schedule", 1)],
            ("push",),
        ),
    ],
    ids=["green", "red", "hidden", "cancelled", "bound"],
)
def test_older_runs_are_asked_for_until_they_tell(recent, runs, requests, cut):
    found, asked = recent(runs)
    assert asked == requests
    assert found.cut == cut
    ages = [each.created_at for each in found.runs]
    assert ages == sorted(ages, reverse=True)
    assert {each.event for each in found.runs} == {each["event"] for each in runs}


def test_what_a_declared_deploy_is_set_off_by_is_asked_for_where_it_does_not_show(recent):
    runs = [*raws("push", *["success"] * 150), *raws("workflow_dispatch", "failure", "failure", after=300)]
    found, asked = recent(runs, events=["workflow_dispatch", "push"])
    assert asked == [(None, 1), ("schedule", 1), ("workflow_dispatch", 1)]
    assert [each.conclusion for each in found.runs if each.event == "workflow_dispatch"] == ["failure", "failure"]
    assert found.cut == ("push",)


def test_runs_that_wait_are_read_on_every_page(client, replies):
    began = {"path": ".github/workflows/deploy.yml@main", "run_started_at": "2026-04-30T16:00:00Z"}
    first = {"workflow_runs": [raws("push", None)[0] | began]}
    second = {"workflow_runs": [raws("push", None)[0] | {"path": ".github/workflows/x.yml", "head_branch": None}]}
    link = {"Link": '<https://api.github.com/repositories/7/actions/runs?page=2>; rel="next"'}
    handler = replies((200, {"json": first, "headers": link}), (200, {"json": second}))
    found = github_runs.waiting(client(handler), NAME).value
    assert [(each.workflow, each.branch) for each in found] == [
        (".github/workflows/deploy.yml", "main"),
        (".github/workflows/x.yml", None),
    ]
    assert [each.since for each in found] == [NOW - timedelta(minutes=30), NOW]
    assert dict(handler.seen[0].url.params) == {"status": "waiting", "per_page": "100"}
