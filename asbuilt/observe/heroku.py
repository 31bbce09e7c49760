"""What Heroku's Platform API says of an app (https://devcenter.heroku.com/articles/platform-api-reference).

`name` is the app's for each function here. All give a fact and raise nothing. Lists are read page by page, by ranges:
https://devcenter.heroku.com/articles/platform-api-reference#ranges
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from asbuilt.model import App, Build, Code, Dyno, Fact, Formation, Release, current_release, deploys, newest_deploy
from asbuilt.observe.ask import Ask, fact, instant, items
from asbuilt.observe.http import HEROKU, Client, NotObservedError

_ACCEPT = {"Accept": "application/vnd.heroku+json; version=3"}
MOST_PAGES = 100
_OCI_IMAGE = "oci-image"


def app(client: Client, name: str) -> Fact[App]:
    """Observe the app itself.

    Absent where Heroku answers 404.
    """

    def read(ask: Ask) -> App:
        raw = ask.get(_url(name), _ACCEPT).json()
        return App(
            name=raw["name"],
            web_url=raw["web_url"],
            created_at=instant(raw["created_at"]),
            maintenance=raw["maintenance"],
            slug_size=raw["slug_size"],
            repo_size=raw["repo_size"],
            generation=(raw.get("generation") or {}).get("name", "cedar"),
            stack=(raw.get("stack") or {}).get("name"),
            build_stack=(raw.get("build_stack") or {}).get("name"),
        )

    return fact(client, f"app {name}", read, can_be_absent=True)


def releases(
    client: Client, name: str, *, images: bool = False, most_pages: int = MOST_PAGES
) -> Fact[tuple[Release, ...]]:
    """Observe releases, newest first: all of them, or as many as show the current one and what brought its code.

    `model.current_release` and `model.newest_deploy` say which these are. `images` says that the app runs images.
    Where so many pages do not show it, the fact is unobserved.
    """

    def read(ask: Ask) -> tuple[Release, ...]:
        found: tuple[Release, ...] = ()
        for raws in pages(ask, f"{_url(name)}/releases", "version ..; order=desc,max=200", most=most_pages):
            page = tuple(_release(raw) for raw in raws)
            if found and page and page[0].version >= found[-1].version:
                raise ValueError(f"a page that repeats itself at {page[0]}")
            found += page
            if current_release(found) and deploys(found, images=images) and newest_deploy(found):
                break
        return found

    return fact(client, f"releases of {name}", read)


def formation(client: Client, name: str, *, most_pages: int = MOST_PAGES) -> Fact[tuple[Formation, ...]]:
    """Observe the formation: one entry for each process type of the current code.

    Scaled to nothing is an entry with the quantity 0; none without code.
    """

    def read(ask: Ask) -> tuple[Formation, ...]:
        return tuple(
            Formation(raw["type"], raw["quantity"], _size(raw), instant(raw["updated_at"]))
            for page in pages(ask, f"{_url(name)}/formation", most=most_pages)
            for raw in page
        )

    return fact(client, f"formation of {name}", read)


def dynos(client: Client, name: str, *, most_pages: int = MOST_PAGES) -> Fact[tuple[Dyno, ...]]:
    """Observe the dynos that exist now, one-off ones included.

    Each with the release that it runs, which need not be the current one. A list of more pages is unobserved.
    """

    def read(ask: Ask) -> tuple[Dyno, ...]:
        return tuple(
            Dyno(
                name=raw["name"],
                type=raw["type"],
                state=raw["state"],
                release=raw["release"]["version"],
                updated_at=instant(raw["updated_at"]),
                size=raw.get("size"),
            )
            for page in pages(ask, f"{_url(name)}/dynos", most=most_pages)
            for raw in page
        )

    return fact(client, f"dynos of {name}", read)


def builds(client: Client, name: str) -> Fact[tuple[Build, ...]]:
    """Observe the newest builds, newest first, two hundred at most: which commit came to which release.

    What their source calls itself is a commit or any other text. Of their URLs, which let somebody read the code,
    nothing is kept. Source: https://devcenter.heroku.com/articles/platform-api-reference#build
    """

    def read(ask: Ask) -> tuple[Build, ...]:
        newest = {**_ACCEPT, "Range": "created_at ..; order=desc,max=200"}
        raws = items(ask.get(f"{_url(name)}/builds", newest).json())
        return tuple(
            Build(
                release=(raw.get("release") or {}).get("id"),
                code=(raw.get("slug") or {}).get("id"),
                version=raw["source_blob"].get("version"),
                created_at=instant(raw["created_at"]),
            )
            for raw in raws
        )

    return fact(client, f"builds of {name}", read)


def code(client: Client, name: str, identity: str, generation: str) -> Fact[Code]:
    """Observe which commit a slug is of, or on Fir an OCI image. `identity` is its id.

    Nothing else of the answer is kept: it holds a signed URL of the code itself.
    """
    kind = "oci-images" if generation == "fir" else "slugs"

    def read(ask: Ask) -> Code:
        raw = ask.get(f"{_url(name)}/{kind}/{quote(identity, safe='')}", _ACCEPT).json()
        return Code(raw["id"], raw["commit"])

    return fact(client, f"{kind.removesuffix('s')} of {name}", read)


def _url(name: str) -> str:
    """Give an app's own URL; a name is one part of its path, whatever is in it."""
    return f"{HEROKU}/apps/{quote(name, safe='')}"


def pages(ask: Ask, url: str, wanted: str = "", *, most: int = MOST_PAGES) -> Iterator[list[dict[str, Any]]]:
    """Walk a list page by page, each named by a range. Raises ValueError for one that repeats or never ends.

    Raises NotObservedError where it has more pages than somebody who has few requests may ask for.
    """
    seen: set[str] = set()
    while wanted or not seen:
        if wanted in seen or len(seen) == MOST_PAGES:
            raise ValueError("a list whose pages repeat or do not end")
        if len(seen) == most:
            reason, remedy = "goes on behind what a look reads of it", "a run reads all of it: asbuilt live --app NAME"
            raise NotObservedError(f"GET {url}", reason, remedy)
        seen.add(wanted)
        answer = ask.get(url, {**_ACCEPT, "Range": wanted} if wanted else _ACCEPT)
        yield items(answer.json())
        wanted = answer.headers.get("next-range", "")


def _size(raw: dict[str, Any]) -> str:
    """Give the size of a process type: `size` is deprecated, and `dyno_size` is not there everywhere yet.

    https://devcenter.heroku.com/articles/platform-api-reference#formation
    """
    size: str = raw["size"] if raw.get("size") else raw["dyno_size"]["name"]
    return size


def _release(raw: dict[str, Any]) -> Release:
    """Read a release; its `code` is the slug, or the image where it has none, None where nothing was built."""
    images = [each["id"] for each in raw.get("artifacts") or [] if each.get("type") == _OCI_IMAGE]
    slug = raw["slug"]["id"] if raw["slug"] else None
    return Release(
        version=raw["version"],
        description=raw["description"],
        status=raw["status"],
        current=raw["current"],
        code=slug or next(iter(images), None),
        created_at=instant(raw["created_at"]),
        id=raw.get("id", ""),
        user=(raw.get("user") or {}).get("email", ""),
    )
