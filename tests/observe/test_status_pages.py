"""What stands on the providers' status pages is read as it is meant there, or not at all."""

from datetime import UTC, datetime

import httpx
import pytest

from asbuilt.estate import Estate
from asbuilt.github_server import API
from asbuilt.model import Observed, ReportedIncident, Unobserved
from asbuilt.observe.status_pages import pages_of, status_page
from asbuilt.observe.sweep import sweep
from asbuilt.sandbox.server import Sandbox
from asbuilt.scope import Scope

SINCE = "2026-04-30T12:00:00.000Z"
AT = datetime(2026, 4, 30, 12, tzinfo=UTC)
OF_HEROKU = {"id": 2963, "title": "Dynos do not start", "state": "issue", "resolved": False, "created_at": SINCE}
OF_GITHUB = {"id": "8zc63m64hy36", "name": "Actions is slow", "status": "investigating", "started_at": SINCE}
OF_SALESFORCE = {
    "id": 20003456,
    "createdAt": "2026-04-30T12:20:00Z",
    "instanceKeys": ["HEROKU-EU", "NA132"],
    "serviceKeys": ["HerokuApps"],
    "IncidentImpacts": [{"startTime": SINCE, "endTime": None}],
}


@pytest.fixture
def page(client):
    """Give a function that reads a page where hosts answer so: a document as JSON, a status, or an error."""

    def read(provider, answers):
        def handler(request):
            reply = answers.get(f"{request.url.host}{request.url.path}", 503)
            if isinstance(reply, Exception):
                raise reply
            return httpx.Response(reply) if isinstance(reply, int) else httpx.Response(200, json=reply)

        made = client(handler)
        read.client = made
        return status_page(made, provider)

    return read


def heroku(*incidents):
    return {"status.heroku.com/api/v4/current-status": {"status": [], "incidents": list(incidents), "scheduled": [{}]}}


def github(*incidents):
    return {"www.githubstatus.com/api/v2/summary.json": {"incidents": list(incidents)}}


def salesforce(*incidents):
    return {
        "api.status.salesforce.com/v1/instances": [{"key": "HEROKU-EU"}],
        "api.status.salesforce.com/v1/incidents/active": list(incidents),
    }


@pytest.mark.parametrize(
    ("provider", "answers", "found"),
    [
        ("heroku", heroku(), []),
        ("heroku", heroku(OF_HEROKU), [("Dynos do not start", AT, "https://status.heroku.com/incidents/2963")]),
        ("heroku", heroku(OF_HEROKU | {"state": "resolved"}), []),
        ("github", github(), []),
        ("github", github(OF_GITHUB), [("Actions is slow", AT, "https://www.githubstatus.com/incidents/8zc63m64hy36")]),
        ("github", github(OF_GITHUB | {"status": "resolved"}), []),
        (
            "github",
            github({key: each for key, each in OF_GITHUB.items() if key != "started_at"} | {"created_at": SINCE}),
            [("Actions is slow", AT, "https://www.githubstatus.com/incidents/8zc63m64hy36")],
        ),
        (
            "heroku",
            salesforce(OF_SALESFORCE),
            [("incident 20003456 of HerokuApps", AT, "https://status.salesforce.com/incidents/20003456")],
        ),
        ("heroku", salesforce(OF_SALESFORCE | {"instanceKeys": ["NA132"]}), []),
    ],
)
def test_the_open_incidents_of_a_page_are_read(page, provider, answers, found):
    fact = page(provider, answers)
    assert isinstance(fact, Observed), fact
    assert fact.value.incidents == tuple(ReportedIncident(*each) for each in found)


@pytest.mark.parametrize(
    ("provider", "answers", "reason"),
    [
        ("heroku", {}, "answered 503"),
        ("github", {}, "answered 503"),
        ("github", {"www.githubstatus.com/api/v2/summary.json": 302}, "answered 302"),
        ("github", {"www.githubstatus.com/api/v2/summary.json": {"page": {}}}, "lacks 'incidents'"),
        ("github", {"www.githubstatus.com/api/v2/summary.json": {"incidents": None}}, "in place of a list"),
        ("github", github(OF_GITHUB | {"id": "../../evil.example"}), "an incident whose id is none"),
        ("github", github(OF_GITHUB | {"name": None}), "does not promise"),
        ("github", github(OF_GITHUB | {"started_at": "yesterday"}), "does not promise"),
        ("github", {"www.githubstatus.com/api/v2/summary.json": httpx.ConnectError("refused")}, "could not be reached"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(page, provider, answers, reason):
    fact = page(provider, answers)
    assert isinstance(fact, Unobserved)
    assert reason in fact.reason


def test_a_page_is_read_without_a_token(client):
    seen = []

    def handler(request):
        seen.append(request)
        return httpx.Response(200, json={"incidents": []})

    for provider in ("heroku", "github"):
        status_page(client(handler), provider)
    assert [each.method for each in seen] == ["GET", "GET"]
    assert not any("authorization" in each.headers for each in seen)


def test_a_page_says_no_more_than_is_read(page):
    fact = page("github", github(*(OF_GITHUB | {"name": "x" * 5000} for _ in range(100))))
    assert len(fact.value.incidents) == 20
    assert len(fact.value.incidents[0].title) == 300


@pytest.mark.parametrize(
    ("declared", "server", "read"),
    [
        ({}, API, ()),
        ({"status_pages": ["github", "heroku"]}, API, ("github", "heroku")),
        ({"status_pages": ["github", "heroku"]}, "https://ghe.example/api/v3", ("heroku",)),
    ],
)
def test_what_is_declared_is_read_and_nothing_else(declared, server, read):
    estate = Estate.model_validate({"estate": "shop", "providers": declared})
    assert pages_of(estate, server) == read


def test_a_sweep_reads_them_beside_all_else(client, estate, everything):
    declared = estate.model_copy(
        update={"providers": estate.providers.model_copy(update={"status_pages": ("heroku", "github")})}
    )
    with Sandbox.start("healthy+heroku-reports-an-incident") as sandbox:
        asked = client(route_to=sandbox.origin)
        observation = sweep(declared, everything, asked, "sandbox")
        assert asked.github == API
    pages = observation.status_pages
    assert [each.title for each in pages["heroku"].value.incidents] == ["Elevated error rates when starting dynos"]
    assert pages["github"].value.incidents == ()
    (request,) = pages["heroku"].requests
    assert observation.transcript[request].url == "https://status.heroku.com/api/v4/current-status"


def test_nobody_is_asked_where_none_is_declared(client, estate, everything):
    with Sandbox.start("healthy") as sandbox:
        observation = sweep(estate, Scope(frozenset(), everything.repositories), client(route_to=sandbox.origin), "x")
        assert observation.status_pages == {}
        assert not any("status" in each.host for each in sandbox.log)
