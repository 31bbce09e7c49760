"""What Heroku lists to a token: the apps that it sees, and their places in pipelines.

Sources: https://devcenter.heroku.com/articles/platform-api-reference#app-list and
https://devcenter.heroku.com/articles/platform-api-reference#pipeline-coupling-list
"""

from dataclasses import dataclass

from asbuilt.model import Fact
from asbuilt.observe.ask import Ask, fact
from asbuilt.observe.heroku import pages
from asbuilt.observe.http import HEROKU, Client

_PAGE = 1000  # the most that a page may have: https://devcenter.heroku.com/articles/platform-api-reference#ranges


@dataclass(frozen=True, slots=True)
class ListedApp:
    """An app that the token sees; `web_url` is where it says that it answers, None where it has none."""

    id: str
    name: str
    web_url: str | None = None


@dataclass(frozen=True, slots=True)
class Coupling:
    """The place of an app in a pipeline: app and pipeline by their ids, the stage in Heroku's words."""

    app: str
    pipeline: str
    stage: str


def apps(client: Client) -> Fact[tuple[ListedApp, ...]]:
    """Observe all apps that the token sees, those of teams too, by name."""

    def read(ask: Ask) -> tuple[ListedApp, ...]:
        found = (raw for page in pages(ask, f"{HEROKU}/apps", f"name ..; max={_PAGE}") for raw in page)
        return tuple(ListedApp(raw["id"], raw["name"], raw.get("web_url")) for raw in found)

    return fact(client, "apps", read)


def couplings(client: Client) -> Fact[tuple[Coupling, ...]]:
    """Observe which of the apps that the token sees are in a pipeline."""

    def read(ask: Ask) -> tuple[Coupling, ...]:
        found = (raw for page in pages(ask, f"{HEROKU}/pipeline-couplings") for raw in page)
        return tuple(Coupling(raw["app"]["id"], raw["pipeline"]["id"], raw["stage"]) for raw in found)

    return fact(client, "pipelines", read)
