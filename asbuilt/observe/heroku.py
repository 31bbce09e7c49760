"""What Heroku's Platform API says of an app (https://devcenter.heroku.com/articles/platform-api-reference)."""

from typing import Any

from asbuilt.model import Absent, App, Dyno, Formation, Observed, Release, Unobserved, current_release, deploys
from asbuilt.observe.ask import Ask, fact, instant
from asbuilt.observe.http import HEROKU, Client

_ACCEPT = {"Accept": "application/vnd.heroku+json; version=3"}
_MOST_PAGES = 100
_OCI_IMAGE = "oci-image"


def app(client: Client, name: str) -> Observed[App] | Absent | Unobserved:
    """Observe the app itself."""

    def read(ask: Ask) -> App:
        raw = ask.get(f"{HEROKU}/apps/{name}", _ACCEPT).json()
        return App(
            name=raw["name"],
            web_url=raw["web_url"],
            created_at=instant(raw["created_at"]),
            maintenance=raw["maintenance"],
            slug_size=raw["slug_size"],
            repo_size=raw["repo_size"],
            generation=(raw.get("generation") or {}).get("name", "cedar"),
        )

    return fact(client, f"app {name}", read)


def releases(client: Client, name: str) -> Observed[tuple[Release, ...]] | Absent | Unobserved:
    """Observe releases, newest first: all of them, or as many as show the current one and the newest deploy."""

    def read(ask: Ask) -> tuple[Release, ...]:
        found: list[Release] = []
        wanted = "version ..; order=desc,max=200"
        for _ in range(_MOST_PAGES):
            answer = ask.get(f"{HEROKU}/apps/{name}/releases", {**_ACCEPT, "Range": wanted})
            page = [_release(raw) for raw in answer.json()]
            if found and page and page[0].version >= found[-1].version:
                raise ValueError(f"a page that repeats itself at v{page[0].version}")
            found += page
            wanted = answer.headers.get("next-range", "")
            if not wanted or (current_release(tuple(found)) and deploys(tuple(found))):
                return tuple(found)
        raise ValueError(f"more than {_MOST_PAGES} pages of releases")

    return fact(client, f"releases of {name}", read)


def formation(client: Client, name: str) -> Observed[tuple[Formation, ...]] | Absent | Unobserved:
    """Observe the formation: one entry for each process type of the current code."""

    def read(ask: Ask) -> tuple[Formation, ...]:
        return tuple(
            Formation(raw["type"], raw["quantity"], raw["size"], instant(raw["updated_at"]))
            for raw in ask.get(f"{HEROKU}/apps/{name}/formation", _ACCEPT).json()
        )

    return fact(client, f"formation of {name}", read)


def dynos(client: Client, name: str) -> Observed[tuple[Dyno, ...]] | Absent | Unobserved:
    """Observe the dynos that exist now, one-off ones included."""

    def read(ask: Ask) -> tuple[Dyno, ...]:
        return tuple(
            Dyno(raw["name"], raw["type"], raw["state"], raw["release"]["version"], instant(raw["updated_at"]))
            for raw in ask.get(f"{HEROKU}/apps/{name}/dynos", _ACCEPT).json()
        )

    return fact(client, f"dynos of {name}", read)


def _release(raw: dict[str, Any]) -> Release:
    images = [each["id"] for each in raw.get("artifacts") or [] if each.get("type") == _OCI_IMAGE]
    slug = raw["slug"]["id"] if raw["slug"] else None
    return Release(
        version=raw["version"],
        description=raw["description"],
        status=raw["status"],
        current=raw["current"],
        code=slug or next(iter(images), None),
        created_at=instant(raw["created_at"]),
    )
