"""What Heroku and GitHub say of themselves on their status pages: the incidents that are open there.

Read as anybody reads them, without a token. What they say explains, and judges nothing: a page that cannot be read
makes nothing unknown.

Heroku's page is https://status.heroku.com/api/v4/current-status. An incident there is over by its `state`, since its
`resolved` stays false. Where it does not answer, Salesforce's page is asked, as Heroku's own CLI does
(https://github.com/heroku/cli/blob/main/src/commands/status.ts). GitHub's is one of Statuspage's.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from asbuilt.estate import Estate
from asbuilt.github_server import API
from asbuilt.model import Fact, ReportedIncident, StatusPage
from asbuilt.observe.ask import Ask, fact, instant, items
from asbuilt.observe.http import CertificateError, Client, NotObservedError
from asbuilt.withholding import foreign

HEROKU, GITHUB = "heroku", "github"
_OF_HEROKU = "https://status.heroku.com"
_OF_SALESFORCE = "https://api.status.salesforce.com/v1"
_OF_GITHUB = "https://www.githubstatus.com"
_TOLD_OF_SALESFORCE = "https://status.salesforce.com"
_OK = 200
_MOST = 20
_LONGEST = 300
_OVER = frozenset({"resolved", "postmortem", "completed"})
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def pages_of(estate: Estate, github: str) -> tuple[str, ...]:
    """Give whose pages are read: what is declared; github.com's says nothing of another GitHub."""
    wanted = dict.fromkeys(estate.providers.status_pages)
    return tuple(each for each in wanted if each != GITHUB or github == API)


def status_page(client: Client, provider: str) -> Fact[StatusPage]:
    """Read a provider's status page."""
    read = _heroku if provider == HEROKU else _github
    return fact(client, f"the status page of {provider}", lambda ask: StatusPage(tuple(read(ask))[:_MOST]))


def _heroku(ask: Ask) -> Iterable[ReportedIncident]:
    try:
        return list(_own_of_heroku(ask))
    except (NotObservedError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return list(_of_salesforce(ask))


def _own_of_heroku(ask: Ask) -> Iterator[ReportedIncident]:
    for each in items(_answer(ask, f"{_OF_HEROKU}/api/v4/current-status")["incidents"]):
        if each["state"] not in _OVER:
            yield _incident(each["title"], each["created_at"], f"{_OF_HEROKU}/incidents/{_named(each['id'])}")


def _of_salesforce(ask: Ask) -> Iterator[ReportedIncident]:
    """Give the incidents that concern an instance of Heroku; they have no title, but the services that they are of."""
    of_heroku = {each["key"] for each in items(_answer(ask, f"{_OF_SALESFORCE}/instances?products=Heroku"))}
    for each in items(_answer(ask, f"{_OF_SALESFORCE}/incidents/active")):
        if of_heroku.isdisjoint(each["instanceKeys"]):
            continue
        began = [impact["startTime"] for impact in items(each["IncidentImpacts"]) if impact.get("startTime")]
        since = min([each["createdAt"], *began], key=instant)
        services = ", ".join(map(str, items(each["serviceKeys"])))
        name = _named(each["id"])
        yield _incident(
            f"incident {name}{f' of {services}' if services else ''}", since, f"{_TOLD_OF_SALESFORCE}/incidents/{name}"
        )


def _github(ask: Ask) -> Iterator[ReportedIncident]:
    for each in items(_answer(ask, f"{_OF_GITHUB}/api/v2/summary.json")["incidents"]):
        if each["status"] not in _OVER:
            since = each.get("started_at") or each["created_at"]
            yield _incident(each["name"], since, f"{_OF_GITHUB}/incidents/{_named(each['id'])}")


def _incident(title: str, since: str, url: str) -> ReportedIncident:
    return ReportedIncident(foreign(title)[:_LONGEST], instant(since), url)


def _named(identity: object) -> str:
    """Give the id of an incident as it stands in an address of ours. Raises ValueError for one that is none."""
    name = str(identity)
    if not _NAME.fullmatch(name):
        raise ValueError("an incident whose id is none")
    return name


def _answer(ask: Ask, url: str) -> Any:
    """Ask for a document. Raises NotObservedError where none came, ValueError where it is no JSON."""
    try:
        answer = ask.probe(url)
    except CertificateError as error:
        remedy = "check the network and the certificates that this machine trusts (SSL_CERT_FILE)"
        raise NotObservedError(
            error.request, f"could not be reached: its certificate {error.problem}", remedy
        ) from None
    if answer.status != _OK:
        raise NotObservedError(f"GET {url}", f"answered {answer.status}", "look at the page itself")
    return json.loads(answer.body)
