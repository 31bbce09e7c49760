"""Serve the providers' status pages, as far as a world says what stands there.

Sources: https://status.heroku.com/api/v4/current-status, https://www.githubstatus.com/api/v2/summary.json, and the two
documents of https://api.status.salesforce.com/v1 that Heroku's CLI asks for where the first does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.exchange import Ask, Reply, iso, stable_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asbuilt.sandbox.world import Incident, World

_HEROKU, _SALESFORCE, _GITHUB = "status.heroku.com", "api.status.salesforce.com", "www.githubstatus.com"
HOSTS_OF = {"heroku": (_HEROKU, _SALESFORCE), "github": (_GITHUB,)}
HOSTS = frozenset(host for hosts in HOSTS_OF.values() for host in hosts)
_INSTANCE = "HEROKU-US"


def answer(world: World, ask: Ask) -> Reply:
    """Answer one request to a status page."""
    match ask.host, ask.path:
        case "status.heroku.com", "/api/v4/current-status":
            return Reply(document=_of_heroku(world))
        case "www.githubstatus.com", "/api/v2/summary.json":
            return Reply(document=_of_github(world))
        case "api.status.salesforce.com", "/v1/instances":
            return Reply(document=[{"key": _INSTANCE, "isActive": True, "Products": [{"key": "Heroku"}]}])
        case "api.status.salesforce.com", "/v1/incidents/active":
            return Reply(document=list(_of_salesforce(world)))
        case _:
            return Reply(404, {"error": "not found"})


def _of_heroku(world: World) -> dict[str, Any]:
    incidents = world.incidents.get("heroku", ())
    colour = "green" if all(each.resolved for each in incidents) else "red"
    return {
        "status": [{"system": each, "status": colour} for each in ("Apps", "Data", "Tools")],
        "incidents": [
            {
                "id": _id(each, 4),
                "title": each.title,
                "state": "resolved" if each.resolved else "issue",
                "resolved": False,  # as the page has it, whatever the state
                "created_at": iso(each.since),
                "updated_at": iso(each.since),
                "full_url": f"https://{_HEROKU}/incidents/{_id(each, 4)}",
                "updates": [],
            }
            for each in incidents
        ],
        "scheduled": [],
    }


def _of_salesforce(world: World) -> Iterator[dict[str, Any]]:
    for each in world.incidents.get("heroku", ()):
        if not each.resolved:
            yield {
                "id": _id(each, 8),
                "createdAt": iso(each.since),
                "instanceKeys": [_INSTANCE],
                "serviceKeys": ["HerokuApps"],
                "IncidentImpacts": [{"startTime": iso(each.since), "endTime": None, "severity": "major"}],
                "IncidentEvents": [],
            }


def _of_github(world: World) -> dict[str, Any]:
    incidents = world.incidents.get("github", ())
    well = all(each.resolved for each in incidents)
    status = {"indicator": "none", "description": "All Systems Operational"}
    return {
        "page": {"id": "kctbh9vrtdwd", "name": "GitHub", "url": f"https://{_GITHUB}"},
        "status": status if well else {"indicator": "major", "description": "Partial System Outage"},
        "components": [],
        "incidents": [
            {
                "id": f"{_id(each, 12):x}",
                "name": each.title,
                "status": "resolved" if each.resolved else "investigating",
                "impact": "major",
                "created_at": iso(each.since),
                "started_at": iso(each.since),
                "shortlink": f"https://stspg.io/{_id(each, 12):x}",
                "components": [],
            }
            for each in incidents
        ],
        "scheduled_maintenances": [],
    }


def _id(incident: Incident, digits: int) -> int:
    return stable_number(incident.title, incident.since, digits=digits)
